# SPDX-License-Identifier: GPL-3.0-or-later
"""Labels of training meshes: neighbours, pieces, and what is too small."""

from __future__ import annotations

import numpy as np
import pytest
import trimesh

from backend.shapes.labelled import (
    biggest_component,
    clean_labels,
    connected_pieces,
    face_areas,
    face_pairs,
)

BALL = trimesh.creation.icosphere(subdivisions=3)
VERTICES, FACES = np.asarray(BALL.vertices, float), np.asarray(BALL.faces, np.int64)
HEIGHT = VERTICES[FACES].mean(axis=1)[:, 2]


def test_neighbours_share_the_edge_that_is_named():
    pairs, edges = face_pairs(FACES)
    assert len(pairs) == len(FACES) * 3 // 2
    for side in (0, 1):
        corners = FACES[pairs[:, side]]
        assert ((corners[:, :, None] == edges[:, None]).any(axis=1)).all()


def test_an_edge_of_three_faces_makes_no_neighbours():
    faces = np.array([[0, 1, 2], [1, 0, 3], [0, 1, 4]])
    assert len(face_pairs(faces)[0]) == 0


def test_pieces_are_counted_and_numbered():
    number, label = connected_pieces(5, np.array([[0, 3], [4, 1]]))
    assert number == 3
    assert label[0] == label[3]
    assert label[1] == label[4]
    assert len({label[0], label[1], label[2]}) == 3


def test_the_biggest_component_stands_alone():
    small = 0.5 * VERTICES + 10
    both = np.concatenate([small, VERTICES])
    faces = np.concatenate([FACES, FACES + len(VERTICES)])
    vertices, found, share = biggest_component(both, faces)
    np.testing.assert_array_equal(vertices, VERTICES)
    np.testing.assert_array_equal(found, FACES)
    whole = face_areas(both, faces).sum()
    assert share == pytest.approx(face_areas(VERTICES, FACES).sum() / whole)


def test_pieces_of_one_label_are_parts_of_their_own_and_crumbs_melt():
    labels = (np.abs(HEIGHT) > 0.5).astype(np.int32)  # two caps of one label, and a belt
    parts, origin = clean_labels(VERTICES, FACES, labels)
    assert len(origin) == 3
    assert sorted(origin.tolist()) == [0, 1, 1]
    np.testing.assert_array_equal(origin[parts], labels)
    crumb = labels.copy()
    crumb[HEIGHT.argmax()] = 7
    again, _ = clean_labels(VERTICES, FACES, crumb)
    np.testing.assert_array_equal(again, parts)
