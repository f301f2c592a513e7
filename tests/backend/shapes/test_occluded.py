# SPDX-License-Identifier: GPL-3.0-or-later
"""Whole parts that hide each other: the visible surface and the truth."""

from __future__ import annotations

import numpy as np
import pytest
import trimesh

from backend.geometry.mesh import is_closed_manifold, signed_volume
from backend.shapes.implicit import box, sphere
from backend.shapes.occluded import (
    Whole,
    artist_parts,
    occlude,
    occluders,
    pushed,
    sculpted_parts,
    varied,
)
from backend.shapes.sculpt import Sculpture


def snowman() -> Sculpture:
    """Two balls of which the upper one reaches into the lower, and two eyes under one name."""
    made = Sculpture(detail=40)
    made.add(sphere((0, 0, 0), 1.0), "body", blend=0.1)
    made.add(sphere((0, 0, 1.2), 0.7), "head", blend=0.1)
    made.add(sphere((0.3, -0.6, 1.4), 0.12), "head/eye", blend=0.0)
    made.add(sphere((-0.3, -0.6, 1.4), 0.12), "head/eye", blend=0.0)
    return made


def test_parts_of_a_sculpture_go_on_inside_the_others() -> None:
    parts = sculpted_parts(snowman(), smallest=0.0)
    assert sorted(part.name for part in parts) == ["body", "head", "head/eye", "head/eye"]
    for part, radius in zip(parts, (1.0, 0.7, 0.12, 0.12), strict=True):
        assert is_closed_manifold(part.faces)
        ball = 4 / 3 * np.pi * radius**3
        assert signed_volume(part.vertices, part.faces) == pytest.approx(ball, rel=0.03)


def test_rules_join_parts_and_small_ones_are_left_out() -> None:
    assert {part.name for part in sculpted_parts(snowman(), ("head",), smallest=0)} == {
        "body",
        "head",
    }
    assert len(sculpted_parts(snowman(), smallest=0.05)) == 2


def test_cuts_are_in_every_part() -> None:
    made = snowman()
    made.cut(box((0, 0, 1), (0.2, 0.2, 3)), blend=0)
    body = sculpted_parts(made)[0]
    assert signed_volume(body.vertices, body.faces) < 4 / 3 * np.pi - 0.25


def test_what_is_hidden_is_known() -> None:
    seen = occlude(sculpted_parts(snowman()))
    assert seen is not None
    assert is_closed_manifold(seen.faces)
    # Spherical caps: heights from the plane z = 0.925 in which the two spheres meet.
    plane = (1.2**2 + 1 - 0.7**2) / (2 * 1.2)
    expected = [(1 - plane) / 2, (plane - 0.5) / 1.4]
    assert seen.hidden[:2] == pytest.approx(expected, abs=0.03)
    assert seen.visible.sum() == pytest.approx(1)
    height = seen.vertices[seen.faces].mean(axis=1)[:, 2]
    assert (height[seen.labels == 0] < plane + 0.05).all()


def test_parts_that_are_all_hidden_are_left_out() -> None:
    body, head = sculpted_parts(snowman(), ("head",))[:2]
    inside = Whole(body.vertices * 0.3, body.faces, "pill")
    seen = occlude([inside, body, head])
    assert seen is not None
    assert [whole.name for whole in seen.wholes] == ["body", "head"]
    assert seen.source.tolist() == [1, 2]
    assert set(seen.labels) == {0, 1}


def test_nothing_to_unite() -> None:
    assert occlude([]) is None
    body = sculpted_parts(snowman())[0]
    assert occlude([Whole(body.vertices, body.faces[1:])]) is None


def test_open_parts_of_an_artist_are_left_out() -> None:
    seen = occlude(sculpted_parts(snowman(), ("head",)))
    assert seen is not None
    parts, kept = artist_parts(seen.vertices, seen.faces, seen.labels, ["a", "b"])
    assert parts == []
    assert len(kept) == 0
    solids = [seen.wholes[1], seen.wholes[0]]
    vertices = np.concatenate([w.vertices for w in solids])
    faces = np.concatenate([solids[0].faces, solids[1].faces + len(solids[0].vertices)])
    labels = np.repeat([0, 2], [len(w.faces) for w in solids])
    parts, kept = artist_parts(vertices, faces, labels, ["a", "b", "c"])
    assert [part.name for part in parts] == ["a", "c"]
    assert kept.tolist() == [0, 2]


def test_varied_parts_keep_their_places_to_each_other() -> None:
    parts = sculpted_parts(snowman())
    before = occlude(parts)
    moved = varied(parts, np.random.default_rng(3), faces=4000)
    after = occlude(moved)
    assert before is not None
    assert after is not None
    assert sum(len(part.faces) for part in moved) < 4400
    assert np.ptp(np.concatenate([p.vertices for p in moved]), axis=0).max() < 2
    assert after.hidden == pytest.approx(before.hidden, abs=0.08)


def test_occluders_are_solids_that_hide_more() -> None:
    rng = np.random.default_rng(1)
    parts = sculpted_parts(snowman())
    more = occluders(parts, rng, 12)
    assert all(is_closed_manifold(part.faces) for part in more)
    assert all(signed_volume(part.vertices, part.faces) > 0 for part in more)
    plain, hidden = occlude(parts), occlude(parts + more)
    assert plain is not None
    assert hidden is not None
    assert hidden.hidden[0] > plain.hidden[0] + 0.01


def test_pushed_parts_keep_their_shape_and_hide_more_on_the_whole() -> None:
    parts = []
    for place, radius in ((0.0, 1.0), (1.2, 0.7)):
        ball = trimesh.creation.icosphere(2, radius)
        places = np.asarray(ball.vertices) + [0, 0, place]
        parts.append(Whole(places, ball.faces.astype(np.int64)))
    plain = occlude(parts)
    assert plain is not None
    hidden = []
    for seed in range(12):
        moved = pushed(parts, np.random.default_rng(seed))
        for one, other in zip(parts, moved, strict=True):
            extent = np.ptp(other.vertices, axis=0) / np.ptp(one.vertices, axis=0)
            assert np.ptp(extent) < 1e-9
            assert 0.8 < extent[0] < 1.4
            assert other.faces is one.faces
        after = occlude(moved)
        if after is not None and len(after.hidden) == len(parts):
            hidden.append(after.hidden[:2].mean())
    assert np.mean(hidden) > plain.hidden[:2].mean() + 0.01
    alone = pushed(parts[:1], np.random.default_rng(0))
    assert alone == parts[:1]
