# SPDX-License-Identifier: GPL-3.0-or-later
"""Run as a program, the backend in the place of its bootstrap, with something small to set up.

What is fetched comes from a folder: a toy model, and in the place of packages a line that leads to
those of the Python that the tests run on. The rest is the real thing. The folder that
PARTWISE_TEST_SETUP names gives orders::

    published/    the files of the toy model
    packages      the folders that hold the engine's libraries, one a line
    slow          as long as it is there, what is fetched takes its time
    fail_install, fail_get    the sentences with which that fails
    gated         the hub gives the toy to nobody who did not accept its licence there
    limits        the licence of the toy has some
    started       is written: a line of JSON for each process
"""

from __future__ import annotations

import json
import os
import platform
import sys
import time
import venv
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
ORDERS = Path(os.environ["PARTWISE_TEST_SETUP"])
OFFLINE = "HF_HUB_OFFLINE"


class GatedRepoError(Exception):
    """As the hub's library says that; it is known by its name."""


def fetched(progress: Any, order: str) -> None:
    """Half of it comes; then it goes on, takes its time, or fails."""
    from backend.contract.errors import Unreachable

    progress.step(0.5)
    while (ORDERS / "slow").exists():
        progress.step(0.5)
        time.sleep(0.01)
    if (ORDERS / order).exists():
        raise Unreachable((ORDERS / order).read_text(), "Check the network, and try again.")


def make(self: Any, progress: Any) -> tuple[Any, str]:
    """What stands for uv: an environment that finds the packages of this Python."""
    from backend.installation import lists
    from backend.installation.environment import Environment, site_packages

    folder = self._free_folder()
    fetched(
        progress.span(0, 0.9, "Fetching packages: 1 of 2, about 1.50 of 3.00 GB"), "fail_install"
    )
    venv.create(folder, symlinks=True)
    (site_packages(folder) / "others.pth").write_text((ORDERS / "packages").read_text())
    name, digest = self.accelerator.name, lists.digest(self.pins)
    return Environment(folder.name, name, digest, platform.python_version()), "It works."


def download(model: Any, hub: Any, *, progress: Any) -> Any:
    """What stands for the hub: one file after the other, from a folder."""
    from backend.checkpoints import licences, manifest, store
    from backend.checkpoints.adopt import _take
    from backend.checkpoints.assembly import Assembly, Installed, Meter, my_turn, reopen
    from backend.checkpoints.choice import wanted

    licences.require(model, store.home())
    if (ORDERS / "gated").exists():
        raise hub._in_words(model, GatedRepoError("403 Client Error"))
    published = ORDERS / "published"
    files = [path.relative_to(published).as_posix() for path in published.rglob("*")]
    with my_turn(model):
        known = manifest.read(store.folder_of(model))
        if known is not None:
            reopen(model, known, manifest.damaged(store.folder_of(model), known, progress))
        assembly = Assembly(model, Meter(progress, f"Downloading {model.title}", 1_000_000))
        for path in wanted(model, files):
            assembly.meter.step(500_000)
            fetched(progress.span(0, 1, "Downloading Toy: 0.00 of 0.01 GB"), "fail_get")
            _take(assembly, path, published / path)
        found = assembly.finish("http://127.0.0.1", "0123")
    return Installed(model, store.folder_of(model), found)


def main(folders: list[str]) -> None:
    """Serve, with these in the places of the real ones."""
    sys.path += [str(ROOT), *folders]
    from backend.checkpoints import keeping, public
    from backend.installation import install
    from backend.service import server, setup
    from tests.backend.checkpoints.toy_model import toy

    with (ORDERS / "started").open("a") as file:
        said = {"pid": os.getpid(), "python": sys.executable, "home": os.environ["PARTWISE_HOME"]}
        file.write(json.dumps(said | {"offline": os.environ.get(OFFLINE, "")}) + "\n")
    limits: dict[str, Any] = {"licence": "CC-BY-NC-4.0", "commercial": False}
    model = toy(**(limits if (ORDERS / "limits").exists() else {}))
    public.MODELS = setup.MODELS = (model,)  # type: ignore[assignment]
    keeping.download = download
    install._Make.run = make  # type: ignore[method-assign]
    server.serve()


if __name__ == "__main__":
    main(sys.argv[2:])
