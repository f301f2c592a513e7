# SPDX-License-Identifier: GPL-3.0-or-later
"""An object as the part generator is told of it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from backend.engines.part_scene import TOGETHER, Scene, joined
from backend.latents.part_generator import POINTS
from backend.models.partflow import box_of
from backend.models.partset import PLACED
from tests.backend.engines.balls import balls
from tests.backend.latents.tiny_generator import FLOW, tiny_generator


@pytest.fixture(scope="module")
def row(tmp_path_factory: pytest.TempPathFactory) -> Scene:
    """Eleven balls in a row, each ten times as far as it is large."""
    folder: Path = tmp_path_factory.mktemp("weights")
    vertices, faces, labels = balls([(k, 0, 0) for k in range(11)], [0.1] * 11, detail=1)
    return Scene(tiny_generator(folder), vertices * 3 + 7, faces, labels)


def test_the_object_fills_its_cube(row: Scene) -> None:
    np.testing.assert_allclose(row.limits[:, 0], [-0.95, 0.95])
    np.testing.assert_allclose(row.frame.out(row.placed), row.vertices)
    assert len(row.boxes) == 11


def test_the_nearest_parts_are_known_and_the_others_told_together(row: Scene) -> None:
    assert set(row.nearest(2)[:2]) == {1, 3}
    assert set(row.nearest(2)[2:4]) == {0, 4}
    request = row.around(2)
    assert request.count == TOGETHER
    assert request.shape_known.tolist() == [False] + [True] * 7
    boxes, _ = box_of(request.parts.box[0, :, 0])
    np.testing.assert_allclose(boxes[1], row.boxes[1], atol=0.03)
    assert request.given["before"][0, :, -1].all()
    few = row.around(2, most=10)
    assert few.count == 11
    assert not few.given["before"].any()


def test_what_is_told_of_a_part_is_found_out_once(row: Scene) -> None:
    assert row.told(3) is row.told(3)
    assert row.whole.shape == (FLOW.whole_tokens, FLOW.token)


def test_parts_told_together_count_alike(row: Scene) -> None:
    meshes = [(row.placed, row.faces[row.labels == k]) for k in (0, 5, 9)]
    surface = joined(meshes)
    assert len(surface.points) == pytest.approx(POINTS[PLACED], abs=3)
    nearest = np.abs(surface.points[:, :1] - [row.boxes[k].mean(axis=0)[0] for k in (0, 5, 9)])
    count = np.bincount(nearest.argmin(axis=1))
    assert count.min() == count.max()
