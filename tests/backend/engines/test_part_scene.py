# SPDX-License-Identifier: GPL-3.0-or-later
"""An object as the part generator is told of it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from backend.engines.part_scene import TOGETHER, Scene, joined
from backend.engines.part_words import meaning
from backend.latents.part_generator import POINTS
from backend.models.members import box_of
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
    assert request.shape_begun.tolist() == [1] + [0] * 7
    boxes, _ = box_of(request.parts.box[0, :, 0])
    np.testing.assert_allclose(boxes[1], row.boxes[1], atol=0.03)
    assert request.given["before"][0, :, -1].all()
    few = row.around(2, most=10)
    assert few.count == 11
    assert not few.given["before"].any()


@pytest.mark.parametrize("title", ["office_chair.001", "Cube.001", ""])
def test_what_it_is_called_is_told_where_its_words_are_known(row: Scene, title: str) -> None:
    request = replace(row, title=title).around(2)
    *vector, told = request.given["title"][0]
    assert told == (title == "office_chair.001")
    np.testing.assert_allclose(vector, meaning("office chair").vector * told, rtol=1e-6)


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


def test_neighbours_are_closed_and_of_what_is_hardly_seen_only_that_is_told(tmp_path: Path) -> None:
    """A small ball that nearly sinks into a large one, and one that touches it."""
    centres, radii = [(0, 0, 0), (0.97, 0, 0), (0, 1.2, 0)], [1.0, 0.3, 0.3]
    vertices, faces, labels = balls(centres, radii, detail=3)
    labels[(labels == 1) & (vertices[faces].mean(axis=1)[:, 0] < 1.21)] = 0
    scene = Scene(tiny_generator(tmp_path), vertices, faces, labels)
    assert scene.lidded(0).lids > 0
    assert [scene.is_known(part) for part in range(3)] == [True, False, True]
    assert scene.told(0).box[1, 0] == pytest.approx(scene.boxes[0][1, 0], abs=1e-9)
    request = scene.around(2)
    order = scene.nearest(2)
    assert not request.shape_begun[1 + order.index(0)]
    assert request.shape_begun[1 + order.index(1)]
    assert not request.box_begun[1 + order.index(1)]
    assert request.given["seen_own"][0, :, 0, -1].tolist() == [
        0.0, *(float(other == 1) for other in order)
    ]  # fmt: skip


def test_a_part_touches_others_along_its_border(row: Scene, tmp_path: Path) -> None:
    vertices, faces, labels = balls([(0, 0, 0)], [1.0], detail=3)
    labels = (vertices[faces].mean(axis=1)[:, 1] > 0.5).astype(np.int64)
    scene = Scene(tiny_generator(tmp_path), vertices, faces, labels)
    contact = scene.contact(1)
    assert set(contact.other) == {0}
    assert np.abs(scene.frame.out(contact.points)[:, 1] - 0.5).max() < 0.1
    assert not len(row.contact(3).points)  # it stands apart
