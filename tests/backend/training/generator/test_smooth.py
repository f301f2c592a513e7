# SPDX-License-Identifier: GPL-3.0-or-later
"""Samples of smooth shapes: upright, in their frame, each point with the part of its face."""

import numpy as np
import pytest
import trimesh

from backend.shapes.families import make
from backend.shapes.labelled import LabelledMesh
from backend.training.generator import smooth
from backend.training.generator.samples import held_out, read, sample_paths


@pytest.fixture
def post():
    """A box that is high along z, its upper half of another part."""
    box = trimesh.creation.box((1, 1, 4)).subdivide()
    faces = np.asarray(box.faces, np.int64)
    return np.asarray(box.vertices), faces, (box.vertices[faces].mean(1)[:, 2] > 0).astype(np.int32)


def test_what_is_up_is_along_y_and_each_place_has_the_part_of_its_face(post):
    arrays = smooth.sampled(*post, np.random.default_rng(0))
    points = arrays["whole_points"] / 32767
    assert np.isclose(np.abs(points[:, 1]).max(), 0.95, atol=1e-2)
    assert np.isclose(np.abs(points[:, [0, 2]]).max(), 0.95 / 4, atol=1e-2)
    assert np.array_equal(arrays["whole_part"] == 1, points[:, 1] > 0)
    sides = np.abs(points[:, 1]) < 0.9
    assert (arrays["whole_normals"][sides, 1] == 0).all()


def test_each_opinion_is_a_sample_and_what_is_there_is_kept(tmp_path, monkeypatch, post):
    vertices, faces, halves = post
    asked = []

    def made(family, seed, *more, turned):
        asked.append((family, seed, turned))
        labels = [halves, np.zeros_like(halves)]
        return LabelledMesh(vertices, faces, labels, [0.5, 0.5], family, [["a", "b"], ["a"]])

    monkeypatch.setattr(make, "make", made)
    assert smooth._made("post", smooth.FIRST + 7, tmp_path) == 2
    assert asked == [("post", smooth.FIRST + 7, False)]
    first, second = (read(path) for path in sample_paths(tmp_path))
    assert (first.count, second.count) == (2, 1)
    assert first.kind == smooth.SMOOTH
    assert held_out(first.group, first.name), "each eighth seed is"
    assert not held_out(first.group, first.name.replace("007", "006"))
    families = {"post": None, "other": None}
    monkeypatch.setattr("backend.shapes.families.SCULPTORS", families)
    wanted = list(smooth._wanted(8, tmp_path))
    assert len(wanted) == 15
    assert ("post", smooth.FIRST + 7) not in wanted
