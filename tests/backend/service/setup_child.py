# SPDX-License-Identifier: GPL-3.0-or-later
"""The engine as Blender starts it to set something up, on a Python with bundled libraries alone.

Run as a program it is that child; what it can install are small packages and a toy model, which a
file of JSON describes.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT))

from backend.installation import uv  # noqa: E402

MODULES = ("numpy", "numpy.libs", "scipy", "scipy.libs", "trimesh", "embreex", "embreex.libs")
MODULES += ("mapbox_earcut", "safetensors", "maxflow", "manifold3d", "uv")


def bundled_libraries(folder: Path) -> Path:
    """A folder in which a Python finds what Blender has of the extension's wheels, and no more."""
    folder.mkdir(exist_ok=True)
    for name in MODULES:
        if "." in name:
            found = [Path(sys.prefix, "lib", f"python3.{sys.version_info[1]}/site-packages", name)]
        else:
            spec = find_spec(name)
            origin = None if spec is None or spec.origin is None else Path(spec.origin)
            single = spec is not None and spec.submodule_search_locations is None
            found = [] if origin is None else [origin if single else origin.parent]
        for path in found:
            if path.exists() and not (folder / path.name).exists():
                (folder / path.name).symlink_to(path)
    (folder / "bin").mkdir(exist_ok=True)
    program = Path(sys.executable).with_name(uv.NAME)
    if program.is_file() and not (folder / "bin" / program.name).exists():
        (folder / "bin" / program.name).symlink_to(program)
    return folder


@dataclass
class Offer:
    """What the child can install.

    home : its PARTWISE_HOME. pins : the list of packages, a text. model : changes of the toy model.
    trial : what trying out does: a sentence, or one that begins with "fail: ", or "wait".
    driver : version of NVIDIA's driver of a made-up card. free : bytes of every disk that are free.
    libraries : folder of the child's libraries; None for all of this environment's. python : the
    program that it runs on.
    """

    home: Path
    pins: str = ""
    model: dict[str, Any] = field(default_factory=dict)
    trial: str = "It works."
    driver: str = ""
    free: int = 0
    libraries: Path | None = None
    python: Path = Path(sys.executable)
    variables: dict[str, str] = field(default_factory=dict)

    def command(self, notes: Path) -> list[str]:
        """How the child is started; `notes` is the file that tells it of all this."""
        said = {name: getattr(self, name) for name in ("pins", "model", "trial", "driver", "free")}
        notes.write_text(json.dumps(said), encoding="utf-8")
        isolated = ["-I", "-S"] if self.libraries else []
        folders = [str(self.libraries)] if self.libraries else []
        return [str(self.python), *isolated, "-X", "utf8", __file__, str(notes), *folders]

    def environment(self) -> Mapping[str, str]:
        """Its environment variables."""
        kept = {name: text for name, text in os.environ.items() if name != "HF_HUB_OFFLINE"}
        return {**kept, "PARTWISE_HOME": str(self.home), **self.variables}


def main(arguments: Sequence[str]) -> None:
    """Become the child."""
    notes, *folders = arguments
    sys.path += folders
    said = json.loads(Path(notes).read_text(encoding="utf-8"))
    from backend.checkpoints import hub, public
    from backend.installation import lists, trial
    from backend.machine import device
    from backend.service import server, setup
    from tests.backend.checkpoints.toy_model import toy

    pins = lists.parse(said["pins"], "of the test")
    lists.of = lambda *_, **__: pins  # type: ignore[assignment]
    toys = (toy(**said["model"]),)
    public.MODELS = setup.MODELS = toys  # type: ignore[assignment]
    hub.PAUSE, uv.TRIES, uv.STALLED = 0.01, 0, 2
    if said["driver"]:
        driver = device.NvidiaDriver(said["driver"], (8, 9))
        device.nvidia_driver = lambda: driver  # type: ignore[assignment]
        device.cards = lambda: (device.Device("cuda", "Card"),)  # type: ignore[assignment]
    if said["free"]:
        usage = shutil.disk_usage(ROOT)._replace(free=said["free"])
        shutil.disk_usage = lambda _path: usage  # type: ignore[assignment]
    setup.fits = None  # its files are no network that we have

    def tried(_folder: Path, _accelerator: str, _home: Path, progress: Any) -> str:
        from backend.contract.errors import PartwiseError

        if said["trial"].startswith("fail: "):
            raise PartwiseError(said["trial"][6:], "Try another one.")
        while said["trial"] == "wait":
            progress.step(0.5)
        return str(said["trial"])

    trial.try_out = trial.try_python = tried  # type: ignore[assignment]
    server.serve()


if __name__ == "__main__":
    main(sys.argv[1:])
