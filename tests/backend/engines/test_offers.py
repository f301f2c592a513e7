# SPDX-License-Identifier: GPL-3.0-or-later
"""Parts of the library as offers: their mesh, where they are held, and how they stand."""

from __future__ import annotations

import numpy as np
import pytest

from backend.engines.offers import STANDING, offer_of
from backend.library.index import library


def test_an_offer_is_the_part_as_it_is_held() -> None:
    parts = library()
    entry = next(one for one in parts.entries if not one.family and one.reach > 0)
    offer = offer_of(parts, entry)
    vertices, faces = parts.mesh(entry)
    assert np.array_equal(offer.mesh.vertices, vertices)
    assert np.array_equal(offer.mesh.faces, faces)
    assert offer.mesh.name == entry.title
    assert offer.side.tolist() == list(entry.side)
    assert offer.anchor.tolist() == list(entry.anchor)
    assert offer.reach == entry.reach
    assert not offer.alike
    assert offer_of(parts, entry, alike=True).alike


@pytest.mark.parametrize(("kind", "upright"), [("hat", True), ("wheel", False), ("horn", False)])
def test_what_has_a_foot_stands(kind: str, upright: bool) -> None:
    parts = library()
    assert offer_of(parts, parts.of_kind(kind)[0]).upright == upright


def test_kinds_that_stand_are_kinds_of_the_library() -> None:
    assert set(library().kinds()) >= STANDING


def test_another_seed_is_another_part_of_the_family() -> None:
    parts = library()
    entry = next(one for one in parts.entries if one.family)
    one, two, again = (offer_of(parts, entry, seed).mesh.vertices for seed in (0, 1, 0))
    assert np.array_equal(one, again)
    assert one.shape != two.shape or not np.allclose(one, two)
