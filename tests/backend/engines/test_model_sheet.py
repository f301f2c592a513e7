# SPDX-License-Identifier: GPL-3.0-or-later
"""Parts from several views of one object."""

import numpy as np
import pytest

from backend.contract.errors import BadInput
from backend.engines.base import Brief
from backend.engines.inflate import load
from backend.geometry.mesh import is_closed_manifold
from tests.backend.images.drawn import BLUE, RED, SKIN, bar, disc, doll, painted

SIZE = 160


def side_view():
    """The doll from its left: a head over a slim body."""
    shapes = [(bar(SIZE, 100, 150, 72, 88), BLUE), (bar(SIZE, 58, 110, 66, 94), RED),
              (disc(SIZE, 36, 80, 26), SKIN)]  # fmt: skip
    labels = np.full((SIZE, SIZE), -1, np.int32)
    for number, (mask, _) in zip((0, 4, 5), shapes, strict=True):
        labels[mask] = number
    return painted(SIZE, *shapes), labels


def made(pictures, masks=(), views=("front", "side")):
    return load().generate(Brief(pictures, masks, views))


@pytest.fixture(scope="module")
def from_masks():
    (front, labels), (side, other) = doll(SIZE), side_view()
    return made([front, side], [labels, other])


def test_parts_follow_the_masks_of_all_views(from_masks):
    found = from_masks
    assert len(found.parts) == 6
    assert all(is_closed_manifold(part.faces) for part in found.parts)
    sizes = {part.name: np.ptp(part.vertices, axis=0) for part in found.parts}
    head, body = sizes["beige upper"], sizes["red"]
    assert head[2] == pytest.approx(head[0], rel=0.12)
    assert body[2] / body[0] == pytest.approx(28 / 52, abs=0.09)
    points = np.concatenate([part.vertices for part in found.parts])
    assert np.ptp(points[:, 0]) / np.ptp(points[:, 1]) == pytest.approx(130 / 140, abs=0.04)


def test_without_masks_a_part_is_what_has_its_colour_at_its_height():
    # The body is deep below and slim above: what the whole figure shows says nothing of the head.
    side = painted(SIZE, (bar(SIZE, 58, 110, 20, 140), RED), (bar(SIZE, 100, 150, 72, 88), BLUE),
                   (disc(SIZE, 36, 80, 26), SKIN))  # fmt: skip
    found = made([doll(SIZE)[0], side])
    assert all(is_closed_manifold(part.faces) for part in found.parts)
    sizes = {part.name: np.ptp(part.vertices, axis=0) for part in found.parts}
    arms = [size for name, size in sizes.items() if name.startswith("beige") and size[1] < 0.2]
    (body,) = (size for name, size in sizes.items() if name.startswith("red"))
    heads = [size for name, size in sizes.items() if name.startswith("beige") and size[1] > 0.3]
    assert body[2] / body[0] == pytest.approx(120 / 52, rel=0.12)
    assert len(heads) == 1
    assert heads[0][2] == pytest.approx(heads[0][0], rel=0.12)
    assert len(arms) == 2
    assert max(arm[2] for arm in arms) < 0.4 * body[2]  # what hides in the side is slim


def test_pictures_of_other_sizes_are_brought_to_one_scale(from_masks):
    (front, labels), (side, other) = doll(SIZE), side_view()
    large, more = (each.repeat(2, axis=0).repeat(2, axis=1) for each in (side, other))
    found = made([front, large], [labels, more])
    sizes = [np.ptp(np.concatenate([p.vertices for p in each.parts]), axis=0)
             for each in (from_masks, found)]  # fmt: skip
    np.testing.assert_allclose(*sizes, atol=0.02)


def test_views_that_contradict_each_other_are_refused():
    front, _ = doll(SIZE)
    ball = painted(SIZE, (disc(SIZE, 80, 80, 60), RED))
    with pytest.raises(BadInput, match="different outlines"):
        made([front, ball], views=("front", "back"))
    flat = painted(SIZE, (bar(SIZE, 70, 80, 10, 150), RED))
    with pytest.raises(BadInput, match="different depths"):
        made([front, side_view()[0], flat], views=("front", "side", "top"))
    with pytest.raises(BadInput, match="Side: No figure"):
        made([front, np.zeros((SIZE, SIZE, 4), np.uint8)])


def test_the_back_is_painted_by_its_own_picture():
    body = bar(SIZE, 20, 140, 50, 110)
    front, back = painted(SIZE, (body, RED)), painted(SIZE, (body, BLUE))
    found = made([front, back], views=("front", "back"))
    (part,) = found.parts
    middle = part.uv.mean(axis=1)
    normal = np.cross(*(part.vertices[part.faces[:, k]] - part.vertices[part.faces[:, 0]]
                        for k in (1, 2)))  # fmt: skip
    height, width = found.texture.shape[:2]
    for side, colour in ((normal[:, 2] > 0, RED), (normal[:, 2] < 0, BLUE)):
        at = middle[side & (np.abs(normal[:, 2]) > 0.9 * np.linalg.norm(normal, axis=1))]
        row, column = ((1 - at[:, 1]) * height).astype(int), (at[:, 0] * width).astype(int)
        assert np.abs(found.texture[row, column, :3].astype(int) - colour).mean() < 8
