# SPDX-License-Identifier: GPL-3.0-or-later
"""Specks are no parts, unless a crease or a gap bounds them."""

import numpy as np
import pytest
import trimesh

from backend.contract.tree import MergeTree
from backend.geometry.mesh import build_face_graph, unit_vertices
from backend.pipelines.specks import without_specks

PLACE = np.array([1.0, 0, 0])


def graph_of(mesh):
    vertices, faces = np.asarray(mesh.vertices, float), np.asarray(mesh.faces, np.int64)
    return build_face_graph(unit_vertices(vertices, faces)[0], faces)


def ball(bump=0.0, at=0.03):
    """A ball whose faces near one place are raised, as those of a button are."""
    mesh = trimesh.creation.icosphere(subdivisions=6)
    points = np.array(mesh.vertices)
    points[np.linalg.norm(points - PLACE, axis=1) < at] *= 1 + bump
    return trimesh.Trimesh(points, mesh.faces, process=False)


def quarters_and_speck(mesh, at=0.03):
    """Patches: the quarters of a ball, 0..3, and faces with a corner near a place, 4."""
    middle = mesh.triangles_center
    patch = 2 * (middle[:, 1] > 0) + (middle[:, 2] > 0)
    way = mesh.vertices / np.linalg.norm(mesh.vertices, axis=1)[:, None]
    patch[(np.linalg.norm(way - PLACE, axis=1) < at)[mesh.faces].any(axis=1)] = 4
    return patch.astype(np.int64)


LAST = MergeTree(
    np.array([[0, 1], [2, 3], [5, 6], [4, 7]], np.int32), np.linspace(0.1, 0.9, 4, dtype="f4"), 3
)


def test_a_speck_is_merged_first_and_coarser_cuts_have_another_part_instead():
    mesh = ball()
    patch = quarters_and_speck(mesh)
    tree = without_specks(graph_of(mesh), patch, LAST)
    assert tree.natural_parts == 2  # its merge was one of those that the natural cut undid
    assert 4 in tree.children[0]
    assert (np.diff(tree.height) >= 0).all()
    for parts in range(1, 6):
        assert tree.cut(parts).max() + 1 == parts
    halves = tree.cut(2)
    assert halves[0] == halves[1] != halves[2] == halves[3]
    assert len(set(tree.cut(4)[:4].tolist())) == 4


def test_a_speck_of_several_patches_goes_as_a_whole():
    mesh = ball()
    patch = quarters_and_speck(mesh)
    some = np.flatnonzero(patch == 4)
    patch[some[: len(some) // 2]] = 5
    children = np.array([[0, 1], [2, 3], [6, 7], [4, 5], [8, 9]], np.int32)
    tree = without_specks(graph_of(mesh), patch, MergeTree(children, np.zeros(5, np.float32), 4))
    assert tree.natural_parts == 2
    assert set(tree.children[0].tolist()) == {4, 5}
    assert len(set(tree.cut(4)[:4].tolist())) == 4


@pytest.mark.parametrize(
    ("bump", "is_part"), [(0.02, True), (-0.02, False)], ids=["button", "dent"]
)
def test_only_a_concave_crease_around_it_makes_a_speck_a_part(bump, is_part):
    mesh = ball(bump)
    tree = without_specks(graph_of(mesh), quarters_and_speck(mesh), LAST)
    assert (tree.natural_parts == 3) == is_part


def test_an_island_is_a_part_however_small():
    eye = trimesh.creation.icosphere(subdivisions=1, radius=0.02).apply_translation([1.05, 0, 0])
    body = ball()
    patch = np.append(quarters_and_speck(body, 0.0), np.full(len(eye.faces), 4))
    tree = without_specks(graph_of(trimesh.util.concatenate([body, eye])), patch, LAST)
    assert tree is LAST


def test_larger_parts_stay():
    mesh = ball()
    assert without_specks(graph_of(mesh), quarters_and_speck(mesh, 0.2), LAST) is LAST
