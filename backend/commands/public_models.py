# SPDX-License-Identifier: GPL-3.0-or-later
"""What ``models`` does with public models, and what it says of them."""

from __future__ import annotations

from argparse import Namespace
from importlib.util import find_spec
from pathlib import Path

from ..checkpoints import licences, manifest, store
from ..checkpoints.adopt import adopt
from ..checkpoints.assembly import my_turn, told_size
from ..checkpoints.disk import gigabytes, size_of
from ..checkpoints.download import download
from ..checkpoints.hub import Hub
from ..checkpoints.public import PublicModel
from ..contract.progress import Progress
from .console import Console


def get(model: PublicModel, options: Namespace, console: Console) -> list[str]:
    """Get a model from the hub or a folder. Returns sentences."""
    if options.accept_licence and not licences.has_consent(model, store.home()):
        licences.consent(model, store.home())
    progress = Progress(console.progress)
    if options.folder is not None:
        found = adopt(model, options.folder, fits=_fits(model), progress=progress)
    else:
        hub = Hub.chosen(options.mirror, options.offline)
        found = download(model, hub, progress=progress)
    if not found.fresh:
        return [f"{model.title} is there already, in {found.folder}."]
    size = "" if found.manifest is None else f", {told_size(found.manifest)}"
    return [f"{model.title} is in {found.folder}{size}."]


def verify(model: PublicModel, console: Console) -> list[str]:
    """Read all files of a model and compare them with what came. Returns sentences."""
    folder = store.folder_of(model)
    progress = Progress(console.progress, f"Verifying {model.title}")
    found = manifest.verify(model, folder, progress)
    return [f"{model.title}: {len(found.files)} files are as they came from {found.source}."]


def remove(model: PublicModel) -> list[str]:
    """Remove a model and what came of it so far. Returns sentences."""
    with my_turn(model):
        freed = store.remove(model)
    if not freed:
        return [f"{model.title} is not there."]
    return [f"{model.title} is removed; {gigabytes(freed)} are free again."]


def is_here(model: PublicModel) -> bool:
    """Whether it lies in its place."""
    return not store.lacking(model)


def line(model: PublicModel) -> str:
    """A model in a list for people."""
    if is_here(model):
        state = f"{gigabytes(size_of(store.folder_of(model)))}, here"
    elif store.partial_of(model).is_dir():
        state = f"{gigabytes(model.size)}, begun to download"
    else:
        state = f"{gigabytes(model.size)} to download"
    limits = f" ({model.limits})" if model.limits else ""
    return f"{state}  {model.licence}{limits}  {model.unlocks}"


def row(model: PublicModel) -> dict[str, object]:
    """A model in a list for programs."""
    here, folder = is_here(model), store.folder_of(model)
    found = manifest.read(folder)
    return {
        "name": model.name,
        "title": model.title,
        "bundled": False,
        "state": "here" if here else "begun" if store.partial_of(model).is_dir() else "missing",
        "folder": str(folder),
        "bytes": size_of(folder) if here else 0,
        "download_bytes": model.size,
        "kept_bytes": model.kept,
        "memory_bytes": model.memory,
        "licence": model.licence,
        "licence_page": model.licence_page,
        "terms": model.terms,
        "commercial": model.commercial,
        "territories": model.territories,
        "gated": model.gated,
        "consent": licences.has_consent(model, store.home()),
        "page": model.page,
        "repository": model.repository,
        "revision": model.revision,
        "unlocks": model.unlocks,
        **manifest.told(found),
    }


def _fits(model: PublicModel):  # type: ignore[no-untyped-def]
    """What finds out whether the files of a folder are a model's; None without PyTorch."""
    if find_spec("torch") is None:
        return None

    def fits(folder: Path) -> None:
        from ..latents.contact import networks_of

        networks_of(model, folder)

    return fits
