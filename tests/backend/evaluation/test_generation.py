# SPDX-License-Identifier: GPL-3.0-or-later
"""How well parts keep a picture."""

import numpy as np
import pytest
import trimesh

from backend.engines.base import PartMesh
from backend.evaluation.generation import (
    FAMILIES,
    Kept,
    family_picture,
    kept,
    means,
    measure,
    pictures,
    seen,
    table,
)


def ball(x, radius=1.0):
    mesh = trimesh.creation.icosphere(subdivisions=3, radius=radius)
    return PartMesh(np.asarray(mesh.vertices) + [x, 0, 0], np.asarray(mesh.faces, np.int64))


def test_what_is_seen_fills_the_picture():
    part = ball(0)
    label, straight = seen(part.vertices, part.faces, np.zeros(len(part.faces), int), 100)
    assert (label >= 0).mean() == pytest.approx(np.pi / 4 / 1.08**2, rel=0.02)
    assert straight[50, 50] > 0.95
    assert straight[label < 0].max() == 0


def test_the_same_parts_are_kept_and_others_are_not():
    parts = [ball(0), ball(2.2)]
    vertices = np.concatenate([part.vertices for part in parts])
    faces = np.concatenate([parts[0].faces, parts[1].faces + len(parts[0].vertices)])
    which = np.repeat([0, 1], [len(part.faces) for part in parts])
    label, _ = seen(vertices, faces, which, 200)
    assert kept(parts, label, [True, True]).masks == pytest.approx(1, abs=0.02)
    assert kept(parts, label, [True, False]).closed == 0.5
    swollen = kept([ball(0), ball(2.2, 0.5)], label, [True, True])
    assert swollen.masks < 0.8


def test_procedural_objects_are_kept():
    """The outline by 0.97, masks by 0.93, everything closed."""
    picture, label = family_picture("teddy", 1)
    assert picture.shape == (512, 512, 4)
    assert np.array_equal(picture[..., 3] > 0, label >= 0)
    ((family, found),) = measure([("teddy", 1)])
    assert family == "teddy"
    assert found.silhouette > 0.97
    assert found.masks > 0.93
    assert found.closed == 1


def test_means_are_of_families_and_of_all():
    asked = pictures(len(FAMILIES) + 1, 5)
    assert asked[0] == (FAMILIES[0], 5)
    assert asked[-1] == (FAMILIES[0], 6)
    found = [("car", Kept(0.9, 0.8, 1.0, 4)), ("game_character", Kept(1.0, 0.9, 0.5, 2)),
             ("car", Kept(0.7, 0.8, 1.0, 4))]  # fmt: skip
    assert means(found)["car"]["silhouette"] == pytest.approx(0.8)
    assert means(found)["all"]["closed"] == pytest.approx(2.5 / 3)
    lines = table(found).splitlines()
    assert lines[2] == "| car | 2 | 0.800 | 0.800 | 1.000 |"
    assert lines[3].startswith("| game character | 1 |")
    assert lines[4].startswith("| all | 3 | 0.867 |")
