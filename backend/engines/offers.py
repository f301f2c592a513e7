# SPDX-License-Identifier: GPL-3.0-or-later
"""Parts of the library as offers for a place."""

from __future__ import annotations

import numpy as np

from ..library.index import Entry, Library
from .base import Offer, PartMesh

STANDING = {
    "hat", "hair", "head", "body", "seat", "table", "vessel", "plant", "food", "pillar", "figure",
    "lamp", "roof", "lid", "beard", "glasses", "lamp shade",
}  # fmt: skip
"""Kinds that stand on their foot, or hang, whatever holds them."""
WORN = {"hat"}
"""Kinds that go around a head."""


def offer_of(
    parts: Library, entry: Entry, seed: int = 0, *, alike: bool = False, sure: float = 1.0
) -> Offer:
    """One part; what a family makes depends on the seed."""
    mesh = PartMesh(*parts.mesh(entry, seed), entry.title)
    held = np.array(entry.side), np.array(entry.anchor), entry.reach
    return Offer(mesh, *held, alike, entry.kind in STANDING, worn=entry.kind in WORN, sure=sure)
