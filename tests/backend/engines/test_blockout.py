# SPDX-License-Identifier: GPL-3.0-or-later
"""Boxes filled with closed parts, and their joints."""

import numpy as np
import pytest

from backend.engines.base import Brief
from backend.geometry.mesh import is_closed_manifold, signed_volume
from backend.pipelines.generate import boxes_of, generate

BOXES = {
    "parts": [
        {"name": "part one", "min": [-2, 0, -1], "max": [2, 1, 1]},
        {
            "name": "part two", "min": [-2, 1, -1], "max": [2, 1.4, 1], "parent": "part one",
            "joint": {"type": "hinge", "axis": [1, 0, 0], "origin": [0, 1, -1], "limits": [0, 90]},
        },
        {"name": "lock", "text": "ball", "min": [-0.2, 0.8, 1], "max": [0.2, 1.2, 1.3]},
    ]
}  # fmt: skip


def test_each_box_is_filled_by_a_closed_part_of_its_name():
    made = generate(Brief(boxes=boxes_of(BOXES)))
    assert made.engine == "blockout"
    for part, row in zip(made.parts, BOXES["parts"], strict=True):
        assert part.name == row["name"]
        assert is_closed_manifold(part.faces)
        np.testing.assert_allclose(part.vertices.min(axis=0), row["min"], atol=0.01)
        np.testing.assert_allclose(part.vertices.max(axis=0), row["max"], atol=0.01)
        share = signed_volume(part.vertices, part.faces) / np.prod(np.ptp(part.vertices, axis=0))
        assert share == pytest.approx(np.pi / 6, rel=0.05) if part.kind == "ball" else share > 0.85


def test_joints_give_parents_and_pivots():
    chest, lid, _ = generate(Brief(boxes=boxes_of(BOXES))).parts
    assert (chest.parent, lid.parent) == (-1, 0)
    assert lid.origin.tolist() == [0, 1, -1]
    assert lid.joint["limits"] == [0, 90]


def test_words_name_parts_of_the_library_that_fill_their_boxes():
    box = {"name": "a", "text": "red cowboy hat", "min": [0, 0, 0], "max": [3, 1, 2]}
    strange = {"name": "b", "text": "qqxzv wwkj", "min": [4, 0, 0], "max": [5, 1, 1]}
    made = generate(Brief(boxes=boxes_of({"parts": [box, strange]})))
    hat, plain = made.parts
    assert (hat.kind, plain.kind) == ("library", "block")
    np.testing.assert_allclose(hat.vertices.min(axis=0), box["min"], atol=1e-6)
    np.testing.assert_allclose(hat.vertices.max(axis=0), box["max"], atol=1e-6)
    assert hat.colour[0] > 3 * hat.colour[1]
    assert is_closed_manifold(hat.faces)
    said = " ".join(made.notes)
    assert "“a” is a cowboy hat" in said
    assert "qqxzv" in said


PLACES = {
    "one": [([0, 0, 0], [1, 1, 1])],
    "flat": [([0, 0, 0], [1, 1e-9, 1])],
    "hardly there": [([0, 0, 0], [1e-200] * 3)],
    "in one place": [([0, 0, 0], [1, 1, 1])] * 3,
    "overlapping": [([0, 0, 0], [1, 1, 1]), ([0.5, 0.5, 0], [2, 2, 1])],
    "far": [([1e6 - 1, 0, 0], [1e6, 1, 1]), ([-1e6] * 3, [1e6] * 3)],
    "many": [([k, 0, 0], [k + 1, 1, 1]) for k in range(200)],
}


@pytest.mark.parametrize("case", PLACES)
@pytest.mark.parametrize("text", ["", "cowboy hat"])
def test_boxes_of_any_shape_and_number_are_filled(case, text):
    """A chain of parents, each a hinge of the one before."""
    boxes = [
        {"name": f"p{k}", "text": text if k < 3 else "", "min": low, "max": high,
         "parent": f"p{k - 1}" if k else "", "joint": {"type": "hinge", "axis": [0, 1, 0]}}
        for k, (low, high) in enumerate(PLACES[case])
    ]  # fmt: skip
    with np.errstate(all="raise", under="ignore"):
        made = generate(Brief(boxes=boxes_of({"parts": boxes})))
    assert [part.parent for part in made.parts] == list(range(-1, len(boxes) - 1))
    for part, (low, high) in zip(made.parts, PLACES[case], strict=True):
        assert is_closed_manifold(part.faces)
        size = np.subtract(high, low)
        assert (np.abs(np.ptp(part.vertices, axis=0) - size) <= 0.011 * size).all()
        assert (part.vertices >= np.array(low) - 1e-6 * size).all()
