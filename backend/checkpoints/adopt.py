# SPDX-License-Identifier: GPL-3.0-or-later
"""A public model from a folder of files that somebody has already: looked through, then linked.

Where that cannot be, as on another disk, they are copied. The folder may be a clone of the
repository, what its authors' scripts downloaded, or an entry of the hub's own cache. It is left as
it is.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from ..contract.errors import BadInput, WeightsCorrupt
from ..contract.progress import SILENT, Progress
from . import licences, store
from .assembly import Assembly, Installed, Meter, my_turn
from .choice import wanted
from .disk import digest
from .halving import header
from .public import PublicModel


def adopt(
    model: PublicModel,
    source: Path,
    *,
    fits: Callable[[Path], None] | None = None,
    progress: Progress = SILENT,
) -> Installed:
    """Take the files of a model from a folder. fits : raises where these are another model's.

    Raises ConsentNeeded, BadInput, WeightsMissing, WeightsCorrupt, DiskFull, Cancelled.
    """
    licences.require(model, store.home())
    folder = _folder(source)
    if store.folder_of(model) in (folder, *folder.parents):
        raise BadInput(f"{model.title} lies in {source} already.", "Name another folder.")
    there = [path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()]
    names = wanted(model, there)
    paths = {name: folder / name for name in names}
    for name, path in paths.items():
        _look_at(model, name, path)
    if fits is not None:
        progress.span(0.0, 0.0, f"Looking whether the files are those of {model.title}").step()
        fits(folder)
    with my_turn(model):
        sizes = sum(path.stat().st_size for path in paths.values())
        assembly = Assembly(model, Meter(progress, f"Taking over {model.title}", sizes))
        for name, path in paths.items():
            _take(assembly, name, path)
        found = assembly.finish(str(source.resolve()), _commit(folder))
    return Installed(model, store.folder_of(model), found, came=sizes)


def _take(assembly: Assembly, name: str, path: Path) -> None:
    size = path.stat().st_size
    telling = Progress(lambda _stage, done, whole: assembly.meter.step(0.8 * size * done / whole))
    try:
        sha256 = digest(path, telling).hexdigest()
    except OSError as error:
        raise BadInput(f"{path} cannot be read.", "Look at its permissions.", str(error)) from error
    known = assembly.model.sha256.get(name, sha256)
    if known != sha256:
        raise _damaged(assembly.model, name, f"{sha256} is not {known}")
    assembly.part(name, sha256)  # makes its folder, and clears what came of it before
    assembly.take(name, path, sha256, sha256, link=True)


def _folder(source: Path) -> Path:
    """The folder with the components: itself, or the newest one in an entry of the hub's cache."""
    if not source.is_dir():
        raise BadInput(f"{source} is no folder.", "Name the folder of the model's files.")
    main = source / "refs/main"
    if main.is_file():
        snapshot = source / "snapshots" / main.read_text(encoding="utf-8").strip()
        if snapshot.is_dir():
            return snapshot
    return source


def _commit(folder: Path) -> str:
    """Which revision an entry of the hub's cache is of."""
    return folder.name if folder.parent.name == "snapshots" else ""


def _look_at(model: PublicModel, name: str, path: Path) -> None:
    """Raises WeightsCorrupt for a file that is cut short or no such file at all."""
    try:
        if path.suffix == ".safetensors":
            header(path, model.title)
        elif path.suffix == ".json":
            json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise _damaged(model, name, str(error)) from error
    except OSError as error:
        raise BadInput(f"{path} cannot be read.", "Look at its permissions.", str(error)) from error


def _damaged(model: PublicModel, name: str, why: str) -> WeightsCorrupt:
    return WeightsCorrupt(
        f"{name} is not as {model.title} has it.",
        f"Get it again, or download it (in a shell: models download {model.name}).",
        why,
    )
