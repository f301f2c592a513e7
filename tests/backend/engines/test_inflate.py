# SPDX-License-Identifier: GPL-3.0-or-later
"""Parts from one picture."""

import numpy as np
import pytest

from backend.contract.errors import BadInput, Cancelled
from backend.contract.progress import Progress
from backend.engines.base import Brief
from backend.engines.inflate import load
from backend.evaluation.generation import kept
from backend.geometry.mesh import is_closed_manifold, signed_volume
from tests.backend.images.drawn import RED, SKIN, bar, disc, doll, painted


def made(picture, mask=None, **more):
    masks = [] if mask is None else [mask]
    return load().generate(Brief([picture], masks, **more))


SIZE = 192


@pytest.fixture(scope="module")
def from_mask():
    picture, labels = doll(SIZE)
    return made(picture, labels), labels


@pytest.fixture(scope="module")
def from_colours():
    picture, labels = doll(SIZE)
    return made(picture), labels


def test_each_part_is_closed_textured_and_named(from_mask):
    found, _ = from_mask
    assert len(found.parts) == 6
    for part in found.parts:
        assert is_closed_manifold(part.faces)
        assert signed_volume(part.vertices, part.faces) > 0
        assert part.uv.shape == (len(part.faces), 3, 2)
        assert 0 <= part.uv.min() <= part.uv.max() <= 1
        assert 800 < len(part.faces) < 9000
    assert len({part.name for part in found.parts}) == 6


def test_outline_and_masks_are_kept(from_mask):
    found, labels = from_mask
    score = kept(found.parts, labels, [True] * 6)
    assert score.silhouette > 0.97
    assert score.masks > 0.93


def test_the_object_stands_on_the_ground_with_its_longest_side_one(from_mask):
    points = np.concatenate([part.vertices for part in from_mask[0].parts])
    assert points[:, 1].min() == pytest.approx(0, abs=1e-6)
    assert np.ptp(points, axis=0).max() == pytest.approx(1)


def test_a_symmetric_figure_comes_out_symmetric(from_mask):
    found, _ = from_mask
    points = np.concatenate([part.vertices for part in found.parts])
    assert points[:, 0].max() == pytest.approx(-points[:, 0].min(), abs=1e-3)
    pairs = {part.name: part.vertices for part in found.parts if part.name.startswith("blue")}
    left, right = pairs["blue left lower"], pairs["blue right lower"]
    mirrored = left * [-1, 1, 1]
    order = [np.lexsort(np.round(v, 6).T) for v in (mirrored, right)]
    np.testing.assert_allclose(mirrored[order[0]], right[order[1]], atol=1e-6)


def test_parts_overlap_where_they_join(from_mask):
    """The head's lowest point lies below the highest of the body that it stands on."""
    parts = {part.name: part.vertices for part in from_mask[0].parts}
    assert parts["beige upper"][:, 1].min() < parts["red"][:, 1].max() - 0.01
    assert parts["blue left lower"][:, 1].max() > parts["red"][:, 1].min() + 0.01


def test_without_a_mask_the_colours_make_the_same_parts(from_colours):
    found, labels = from_colours
    assert len(found.parts) == 6
    assert kept(found.parts, labels, [True]).silhouette > 0.97
    assert found.labels.shape == labels.shape
    assert ((found.labels >= 0) == (labels >= 0)).mean() > 0.99


def test_the_same_picture_gives_the_same_parts(from_colours):
    one, two = from_colours[0], made(doll(SIZE)[0])
    assert np.array_equal(one.texture, two.texture)
    for a, b in zip(one.parts, two.parts, strict=True):
        assert np.array_equal(a.vertices, b.vertices)
        assert np.array_equal(a.faces, b.faces)


def test_wishes_are_heard(from_mask):
    usual, labels = from_mask
    picture = doll(SIZE)[0]
    wishes = {"thickness": 0.5, "back": "mirror", "kinds": {0: "half"}, "order": [5, 4, 3, 2, 1, 0]}
    other = made(picture, labels, options=wishes)
    depth = [max(np.ptp(part.vertices[:, 2]) for part in each.parts) for each in (usual, other)]
    assert depth[1] < 0.7 * depth[0]
    assert other.texture.size < usual.texture.size
    assert {part.kind for part in other.parts} > {"half"}
    assert [part.name for part in other.parts] != [part.name for part in usual.parts]


WRONG = {
    "colour": {"colours": 3},
    "kind": {"kinds": {"0": "melted"}},
    "back": {"back": "sideways"},
    "thickness": {"thickness": -1},
    "not a number": {"thickness": "much"},
    "order": {"order": [0, 0]},
}


@pytest.mark.parametrize("case", WRONG)
def test_options_that_make_no_sense_are_refused_in_words(case):
    picture, labels = doll()
    with pytest.raises(BadInput) as error:
        made(picture, labels, options=WRONG[case])
    assert error.value.hint


def test_a_picture_without_a_figure_is_refused():
    for picture in (np.zeros((50, 50, 4), np.uint8), np.full((50, 50, 4), 255, np.uint8)):
        with pytest.raises(BadInput, match="No figure"):
            made(picture)
    with pytest.raises(BadInput, match="no picture"):
        load().generate(Brief())


def test_a_tiny_sprite_and_a_thin_line_make_parts_too():
    assert made(painted(24, (disc(24, 12, 12, 9), RED))).parts
    line = np.zeros((64, 64, 4), np.uint8)
    line[10:54, 30:34] = (200, 0, 0, 255)
    (part,) = made(line).parts
    assert is_closed_manifold(part.faces)


@pytest.mark.parametrize("share", [0, 15, 25, 40, 60, 80])
def test_a_cancel_is_heard_at_every_stage(share):
    picture = painted(64, (bar(64, 8, 40, 8, 30), RED), (bar(64, 20, 60, 30, 50), SKIN))
    labels = np.where(picture[..., 0] == 210, 0, np.where(picture[..., 3] > 0, 1, -1))

    def listen(stage, done, whole):
        if done >= share:
            raise Cancelled

    with pytest.raises(Cancelled):
        load().generate(Brief([picture], [labels]), progress=Progress(listen))
