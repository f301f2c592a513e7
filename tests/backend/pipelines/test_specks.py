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


def ball(bump=0.0, at=0.03, detail=6):
    """A ball whose faces near one place are raised, as those of a button are."""
    mesh = trimesh.creation.icosphere(subdivisions=detail)
    points = np.array(mesh.vertices)
    points[np.linalg.norm(points - PLACE, axis=1) < at] *= 1 + bump
    return trimesh.Trimesh(points, mesh.faces, process=False)


def horned(height, at=0.2):
    """A ball with a smooth horn in the same place."""
    mesh = trimesh.creation.icosphere(subdivisions=4)
    points = np.array(mesh.vertices)
    near = np.clip(1 - np.linalg.norm(points - PLACE, axis=1) / at, 0, 1)
    return trimesh.Trimesh(points + height * near[:, None] * PLACE, mesh.faces, process=False)


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
    mesh = ball(detail=4)
    assert without_specks(graph_of(mesh), quarters_and_speck(mesh, 0.4), LAST) is LAST


def test_what_is_small_beside_the_parts_of_a_cut_waits_for_a_cut_of_smaller_ones():
    mesh = ball(detail=4)
    tree = without_specks(graph_of(mesh), quarters_and_speck(mesh, 0.1), LAST)  # 0.4 % of the area
    assert tree.natural_parts == 2
    assert (tree.cut(4)[:4] == tree.cut(4)[4]).sum() == 1, "it is hung on one of the quarters"
    assert len(set(tree.cut(4)[:4].tolist())) == 4
    assert len(set(tree.cut(5).tolist())) == 5
    assert (np.diff(tree.height) >= 0).all()


@pytest.mark.parametrize(("bump", "is_part"), [(-0.05, True), (0.05, True), (0.0, False)])
def test_a_crease_around_what_can_be_seen_makes_it_a_part(bump, is_part):
    mesh = ball(bump, 0.2, detail=5)
    tree = without_specks(graph_of(mesh), quarters_and_speck(mesh, 0.2), LAST)
    assert (tree is LAST) == is_part


@pytest.mark.parametrize(("height", "is_part"), [(0.5, True), (0.05, False)])
def test_what_sticks_out_is_a_part_without_a_crease(height, is_part):
    mesh = horned(height)
    tree = without_specks(graph_of(mesh), quarters_and_speck(mesh, 0.2), LAST)
    assert (tree is LAST) == is_part


def test_specks_that_are_small_once_others_are_gone_go_too():
    mesh = ball(detail=4)
    patch = quarters_and_speck(mesh, 0.1)  # 0.4 % of the area: a part of nine, none of five
    for leaf, place in enumerate(([0, 1, 0], [0, 0, 1], [0, -1, 0], [0, 0, -1]), 5):
        patch[np.linalg.norm(mesh.triangles_center - place, axis=1) < 0.07] = leaf
    children = [[0, 1], [2, 3], [9, 10], [11, 4], [12, 5], [13, 6], [14, 7], [15, 8]]
    tree = MergeTree(np.array(children, np.int32), np.linspace(0.1, 0.9, 8, dtype="f4"), 9)
    found = without_specks(graph_of(mesh), patch, tree)
    assert len(set(found.cut(4)[:4].tolist())) == 4


def test_of_two_that_mirror_each_other_neither_goes_without_the_other():
    mesh = ball(detail=5)
    patch = quarters_and_speck(mesh, 0.1)
    away = np.linalg.norm(mesh.vertices + PLACE, axis=1) < 0.1
    patch[away[mesh.faces].any(axis=1)] = 5
    children = np.array([[0, 1], [2, 3], [6, 7], [8, 4], [9, 5]], np.int32)
    pair = np.array([False, False, False, False, True])
    both = MergeTree(children, np.linspace(0.1, 0.9, 5, dtype="f4"), 3, pair)
    found = without_specks(graph_of(mesh), patch, both)
    assert found.natural_parts == 1
    assert found.paired.tolist() == [False, True, False, False, False]
    assert len(set(found.cut(4)[:4].tolist())) == 4
    points = np.array(mesh.vertices)
    points[away] *= 1.05  # a crease around the other one: both stay
    mesh = trimesh.Trimesh(points, mesh.faces, process=False)
    assert without_specks(graph_of(mesh), patch, both) is both
