# SPDX-License-Identifier: GPL-3.0-or-later
"""Parts of the library as offers for a place."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from ..geometry.alike import Looks
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


def different(offers: Iterable[Offer], wanted: int) -> list[Offer]:
    """The first of the offers, as many as are wanted, none of which looks like one before."""
    looks, found = Looks(), list[Offer]()
    for offer in offers:
        if looks.is_new(offer.mesh.vertices, offer.mesh.faces):
            found.append(offer)
        if len(found) == wanted:
            break
    return found
