# SPDX-License-Identifier: GPL-3.0-or-later
"""Where public models lie: a folder for each, below one that the user may choose.

``PARTWISE_HOME`` names that folder; Blender sets it to what its preferences say. The engine asks
what lacks before its first word, so that what is slow to load is imported where it is needed.
"""

from __future__ import annotations

import os
from pathlib import Path

from ..contract.errors import WeightsMissing
from ..contract.installed import VARIABLE, home
from .public import PublicModel, public_model

__all__ = ["VARIABLE", "component", "folder_of", "home", "lacking", "partial_of", "remove"]


def folder_of(model: PublicModel) -> Path:
    """Where a model lies, or will."""
    return home() / "models" / model.name


def partial_of(model: PublicModel) -> Path:
    """Where it lies while it is not whole yet."""
    return home() / "models" / f"{model.name}.partial"


def lacking(model: PublicModel) -> list[str]:
    """Its components that are not there."""
    folder = folder_of(model)
    return [name for name in model.components if not os.path.isdir(folder / name)]


def component(name: str, part: str) -> Path:
    """The folder of a component of a model.

    Raises WeightsMissing where the model is not whole, ConsentNeeded where its licence has limits
    that nobody agreed to.
    """
    from . import licences
    from .shards import files_of

    model = public_model(name)
    licences.require(model, home())
    missing = lacking(model)
    if missing:
        raise WeightsMissing(
            f"{model.title} is not there: {missing[0]} lacks."
            if len(missing) < len(model.components)
            else f"{model.title} is not there.",
            f"Get it first (in a shell: models download {name}).",
        )
    folder = folder_of(model) / part
    if any(one.network for one in model.consists if one.name == part):
        files_of(folder, model.title)  # raises where there are no weights
    return folder


def remove(model: PublicModel) -> int:
    """Remove a model, and what came of it so far. Returns the bytes freed. Raises BadInput."""
    from .disk import remove_folder, size_of

    freed = 0
    for folder in (folder_of(model), partial_of(model)):
        if folder.is_dir():
            freed += size_of(folder)
            remove_folder(folder)
    return freed
