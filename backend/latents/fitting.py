# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether the files of a folder are those of a public model; told only where there is PyTorch."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

from ..checkpoints.public import PublicModel


def fits(model: PublicModel, folder: Path) -> None:
    """Raises WeightsCorrupt or WeightsMissing where they are another model's."""
    if find_spec("torch") is None:
        return
    from .contact import networks_of

    networks_of(model, folder)
