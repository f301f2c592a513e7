# SPDX-License-Identifier: GPL-3.0-or-later
"""``models check``: a report of what is in the files of a public model. It writes nothing."""

from __future__ import annotations

import platform
from collections.abc import Iterator
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from .. import __version__
from ..checkpoints import licences, manifest, store
from ..checkpoints.disk import gigabytes
from ..checkpoints.halving import header
from ..checkpoints.public import PublicModel
from ..contract.errors import PartwiseError, WeightsMissing
from ..contract.progress import Progress
from ..machine.device import usable
from .console import Console
from .failures import OK, REFUSED

if TYPE_CHECKING:
    from ..latents.contact import Finding

LONGEST = 4096  # bytes of settings that are told


def report(model: PublicModel, console: Console, *, imagine: bool) -> int:
    """Print a report. Returns the exit status: another one where something is odd."""
    folder = store.folder_of(model)
    licences.require(model, store.home())
    if not folder.is_dir():
        raise WeightsMissing(
            f"{model.title} is not there.", f"Get it with: models download {model.name}"
        )
    lines: list[dict[str, object]] = []

    def tell(about: str, said: str, odd: bool = False) -> None:
        said = said.replace(str(folder), model.name)  # where it lies may name a person
        lines.append({"about": about, "said": said, "odd": odd})
        console.result(f"{'odd ' if odd else ''}{about}: {said}")

    tell("partwise", f"{__version__}, Python {platform.python_version()}, {platform.system()}")
    tell("device", str(usable()))
    known = manifest.read(folder)
    commit = known.commit if known is not None else ""
    tell("model", f"{model.title}, {model.repository}, {commit or 'of no known revision'}")
    for name in store.lacking(model):
        tell("files", f"{name} lacks", odd=True)
    for path in sorted(folder.rglob("*.safetensors")):
        tell(*_file(folder, path, model.title))
    for path in sorted(folder.glob("*/*.json")):
        if path.stat().st_size < LONGEST and ".index." not in path.name:
            tell("settings", f"{path.relative_to(folder).as_posix()}: {_on_one_line(path)}")
    if find_spec("torch") is None:
        tell("networks", "not looked at: PyTorch is not installed")
    else:
        tell("torch", version("torch"))
        for one in _findings(model, folder, imagine, Progress(console.progress)):
            tell(one.about, one.said, one.odd)
    odd = sum(bool(line["odd"]) for line in lines)
    console.document.setdefault("reports", []).append({"model": model.name, "lines": lines})
    what = "Nothing is odd" if not odd else f"{odd} lines are odd" if odd > 1 else "One line is odd"
    console.say(f"{model.title}: {what}. The report holds nothing of you; please send it to us.")
    return REFUSED if odd else OK


def _on_one_line(path: Path) -> str:
    return " ".join(path.read_text(encoding="utf-8", errors="replace").split())


def _file(folder: Path, path: Path, title: str) -> tuple[str, str, bool]:
    """A line about a file of weights."""
    name = path.relative_to(folder).as_posix()
    try:
        found = header(path, title)
    except (PartwiseError, OSError) as error:
        return "files", f"{name}: {error}", True
    kinds = "+".join(sorted(found.kinds))
    size = path.stat().st_size
    said = f"{name}: {len(found.tensors)} tensors, {kinds}, {size} bytes ({gigabytes(size)})"
    return "files", said, False


def _findings(
    model: PublicModel, folder: Path, imagine: bool, progress: Progress
) -> Iterator[Finding]:
    from ..latents.contact import measured

    device = usable().torch_name
    share = 0.2 if imagine else 1.0
    yield from measured(
        model, folder, device, progress=progress.span(0.0, share, f"Measuring {model.title}")
    )
    if imagine:
        from ..latents.turned import imagined

        yield from imagined(model, progress=progress.span(share, 1.0, "Imagining a chair"))
