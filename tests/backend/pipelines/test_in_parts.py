# SPDX-License-Identifier: GPL-3.0-or-later
"""A whole with a picture on it, taken apart: by count, and by masks."""

from __future__ import annotations

import numpy as np
import pytest

from backend.engines.base import PartMesh
from backend.geometry.booleans import union
from backend.geometry.mesh import is_closed_manifold
from backend.images.projection import laid, turned
from backend.library.families.forms import block, moved
from backend.pipelines.in_parts import in_parts
from backend.pipelines.reshape import subdivided
from tests.backend.pipelines.replacing import post


def whole() -> PartMesh:
    """A post from y = 0 to 2, seen from the front by its UVs."""
    vertices, faces, _ = post()
    uv = np.stack([vertices[:, 0] / 0.6 + 0.5, vertices[:, 1] / 2], axis=1)
    return PartMesh(vertices, faces, "post", uv[faces], colour=(0.1, 0.2, 0.3))


def test_parts_are_closed_and_keep_the_picture() -> None:
    made = in_parts(whole(), 2)
    assert len(made) == 2
    for part in made:
        assert is_closed_manifold(part.faces)
        assert part.uv.shape == (len(part.faces), 3, 2)
        assert part.colour == (0.1, 0.2, 0.3)
        corner = part.vertices[part.faces]
        assert part.uv[..., 1] == pytest.approx(corner[..., 1] / 2, abs=0.15)  # new faces too
    assert [part.name for part in made] == ["part_1", "part_2"]


def test_masks_say_where_parts_are() -> None:
    mask = np.full((40, 20), -1, np.int32)
    mask[:10], mask[10:] = 1, 0  # the upper quarter
    lower, upper = in_parts(whole(), mask=mask)
    assert lower.vertices[:, 1].max() == pytest.approx(1.5, abs=0.3)
    assert upper.vertices[:, 1].min() == pytest.approx(1.5, abs=0.3)


def test_masks_are_of_the_side_from_which_the_picture_was_seen() -> None:
    """An arm at the left of a torso, seen from its left; their right is seen by nobody."""
    torso, arm = block((1, 1.4, 1)), moved(block((0.4, 0.8, 0.4)), (0.6, 0, 0.1))
    vertices, faces = subdivided(*union([torso, arm]), 0.15)
    covered = np.ones((140, 100), np.float32)
    view = laid(vertices, covered, distance=np.inf, turn=turned(np.pi / 2, 0.0))
    seen = PartMesh(vertices, faces, "torso", view.places(vertices)[faces])
    mask = np.zeros((140, 100), np.int32)
    mask[30:110, 20:60] = 1
    torso, arm = (part.vertices[:, 0] for part in in_parts(seen, mask=mask, view=view))
    assert (torso.min(), torso.max()) == pytest.approx((-0.5, 0.5), abs=0.05)
    assert (arm.min(), arm.max()) == pytest.approx((0.45, 0.8), abs=0.1)


def test_one_part_is_the_whole_and_of_too_many_there_are_as_many_as_can_be() -> None:
    one = whole()
    assert in_parts(one, 1) == [one]
    few = PartMesh(*block((1, 2, 1)), "box")
    assert 2 < len(in_parts(few, 10_000)) <= len(few.faces)
