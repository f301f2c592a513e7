# SPDX-License-Identifier: GPL-3.0-or-later
"""What can be done with a public model, one way for whoever asks: how it stands, get, verify,
remove. Each says in a sentence what was done.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ..contract.errors import BadInput
from ..contract.progress import SILENT, Progress
from . import licences, manifest, store
from .adopt import adopt
from .assembly import my_turn, told_size
from .disk import gigabytes, size_of
from .download import download
from .hub import Hub
from .public import PublicModel

Fits = Callable[[PublicModel, Path], None]


def get(
    model: PublicModel,
    *,
    folder: Path | None = None,
    mirror: str | None = None,
    offline: bool = False,
    fits: Fits | None = None,
    progress: Progress = SILENT,
) -> str:
    """Get a model, or what is missing or damaged of it.

    Parameters
    ----------
    folder : where its files are already; without it they come from the hub, or from `mirror`.
    fits : raises where the files of a folder are another model's.

    Raises what `adopt.adopt` and `download.download` raise.
    """
    if folder is not None and mirror:
        raise BadInput(
            "A folder of files and a mirror exclude each other.",
            "Leave one out (in a shell: --from or --mirror).",
        )
    if folder is not None:
        looks = None if fits is None else lambda there: fits(model, there)
        found = adopt(model, folder, fits=looks, progress=progress)
    else:
        found = download(model, Hub.chosen(mirror, offline), progress=progress)
    if not found.fresh:
        return f"{model.title} is there already, in {found.folder}."
    size = "" if found.manifest is None else f", {told_size(found.manifest)}"
    return f"{model.title} is in {found.folder}{size}."


def verify(model: PublicModel, progress: Progress = SILENT) -> str:
    """Read all files of a model and compare them with what came.

    Raises what `manifest.verify` raises.
    """
    progress = progress.span(0.0, 1.0, f"Verifying {model.title}")
    found = manifest.verify(model, store.folder_of(model), progress)
    return f"{model.title}: {len(found.files)} files are as they came from {found.source}."


def remove(model: PublicModel) -> tuple[str, int]:
    """Remove a model and what came of it so far. Returns a sentence, and the bytes freed.

    Raises BadInput where something is in use.
    """
    with my_turn(model):
        freed = store.remove(model)
    if not freed:
        return f"{model.title} is not there.", 0
    return f"{model.title} is removed; {gigabytes(freed)} are free again.", freed


def trouble(model: PublicModel) -> str:
    """What lacks of a model that lies in its place, in a sentence, without reading its files; empty
    where nothing does, or where it is not there at all.
    """
    folder = store.folder_of(model)
    if not os.path.isdir(folder):
        return ""
    known = manifest.read(folder)
    bad = store.lacking(model) or (manifest.missing_or_cut(folder, known) if known else [])
    if not bad:
        return ""
    return f"{model.title} is not whole: {manifest.some(bad)}."


def state(model: PublicModel) -> str:
    """ "missing"; "begun" where some of it came, or is whole no more; or "here"."""
    if os.path.isdir(store.folder_of(model)):
        return "begun" if trouble(model) else "here"
    return "begun" if os.path.isdir(store.partial_of(model)) else "missing"


def row(model: PublicModel) -> dict[str, Any]:
    """A model in a list for programs, whatever lies there. `bytes` are those that lie here."""
    folder = store.folder_of(model)
    return {
        "name": model.name,
        "title": model.title,
        "bundled": False,
        "state": state(model),
        "trouble": trouble(model),
        "folder": str(folder),
        "bytes": size_of(folder, store.partial_of(model)),
        "download_bytes": model.size,
        "kept_bytes": model.kept,
        "memory_bytes": model.memory,
        "licence": model.licence,
        "licence_page": model.licence_page,
        "terms": model.terms,
        "limits": model.limits,
        "commercial": model.commercial,
        "territories": model.territories,
        "gated": model.gated,
        "consent": licences.has_consent(model, store.home()),
        "page": model.page,
        "repository": model.repository,
        "revision": model.revision,
        "unlocks": model.unlocks,
        **manifest.told(manifest.read(folder)),
    }
