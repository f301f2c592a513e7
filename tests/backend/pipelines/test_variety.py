# SPDX-License-Identifier: GPL-3.0-or-later
"""Regenerate: parts of the same kind where they fit, other forms of the part where none does."""

from __future__ import annotations

import numpy as np

from backend.contract.progress import SILENT
from backend.engines.retrieval import load
from backend.geometry.booleans import concatenated
from backend.library.families.forms import block, lathe, moved
from backend.library.index import library
from backend.pipelines.edit import Variant, replace_part
from backend.pipelines.frames import frame_of
from backend.pipelines.places import Place
from backend.pipelines.variety import _gap, _look, fitting
from tests.backend.pipelines.replacing import Labelled, cart, labelled


def looks(made: list[Variant]) -> np.ndarray:
    """(K, K) how far variants are apart."""
    seen = [_look((one.vertices, one.faces), 1.0) for one in made]
    return np.array([[_gap(one, other) for other in seen] for one in seen])


def odd() -> Labelled:
    """0 a box; 1 on it a part that is like nothing: a cross with a bowl."""
    part = concatenated([
        moved(block((0.8, 0.2, 0.2)), (0, 0.5, 0)), moved(block((0.2, 0.2, 0.8)), (0, 0.52, 0)),
        moved(lathe([(0.1, 0), (0.3, 0.3), (0.28, 0.3), (0.05, 0.05)], 16), (0, 0.55, 0)),
    ])  # fmt: skip
    return labelled(block((1, 0.82, 1)), part)


def test_a_named_kind_gets_others_of_it_that_are_about_as_large() -> None:
    made = replace_part(*cart(), 1, name="wheel_backLeft", variants=5).variants
    assert {library().named(one.name).kind for one in made} == {"wheel"}
    assert len({one.name for one in made}) >= 4
    for one in made:
        assert np.ptp(one.vertices, axis=0)[1:].min() > 0.6


def test_what_looks_alike_in_the_place_is_offered_once() -> None:
    vertices, faces, labels = cart()
    old = frame_of(vertices, faces, labels, 1)
    place = Place(1, old, (vertices, faces[labels != 1]))
    engine = load()
    offers = engine.replace(vertices, faces, labels.astype(np.int32), 1, name="wheel", variants=12)
    once = fitting(offers, 0.0, place, SILENT)
    assert len(once) > 3
    again = fitting([*offers, *offers], 0.0, place, SILENT)
    assert [one.mesh.name for one in again] == [one.mesh.name for one in once]


def test_a_name_that_means_something_else_gets_no_part_that_does_not_fit() -> None:
    """The body of a cart is no breastplate."""
    made = replace_part(*cart(), 0, name="body", variants=4).variants
    assert len(made) == 4
    assert all(one.name.startswith("body, ") for one in made)


def test_what_is_of_no_kind_gets_forms_that_differ_clearly() -> None:
    vertices, faces, labels = odd()
    made = replace_part(vertices, faces, labels, 1, name="qqx", variants=6).variants
    assert len(made) == 6
    assert len({one.name for one in made}) == 6
    apart = looks(made) + 9 * np.eye(6)
    assert apart.min() > 0.01
    for one in made:
        assert one.vertices[:, 1].min() < 0.45, "it stands on the box as before"


def test_another_seed_shows_others() -> None:
    first, second = (
        [one.name for one in replace_part(*odd(), 1, name="qqx", variants=3, seed=seed).variants]
        for seed in (0, 3)
    )
    assert first != second
