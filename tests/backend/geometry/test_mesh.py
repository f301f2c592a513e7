# SPDX-License-Identifier: GPL-3.0-or-later
"""Welding, adjacency, orientation and islands of meshes as they come."""

import numpy as np
import pytest
import trimesh
from hypothesis import given
from hypothesis import strategies as st

from backend.geometry.mesh import (
    Flaw,
    UnusableMesh,
    build_face_graph,
    check_usable,
    distinct,
    is_closed_manifold,
    near_box,
    normals_by_area,
    one_way_edges,
    same_positions,
    shared_edges,
    signed_volume,
    signed_volumes,
    unit_vertices,
    used_by,
    welded_on_grid,
)
from tests.backend.geometry.solids import l_shape

BOX = trimesh.creation.box()


def graph_of(mesh):
    vertices, faces = np.asarray(mesh.vertices, float), np.asarray(mesh.faces, np.int64)
    return build_face_graph(unit_vertices(vertices, faces)[0], faces)


def soup(mesh):
    return trimesh.Trimesh(
        mesh.triangles.reshape(-1, 3), np.arange(3 * len(mesh.faces)).reshape(-1, 3), process=False
    )


@pytest.mark.parametrize("scale", [1.0, 1e12, 1e-12])
@pytest.mark.parametrize("offset", [0.0, 40.0])
def test_unit_vertices_undo_scale_and_place(scale, offset):
    vertices = (np.asarray(BOX.vertices) + offset) * scale
    unit, centre, size = unit_vertices(vertices, np.asarray(BOX.faces))
    assert np.ptp(unit, axis=0).max() == pytest.approx(1)
    np.testing.assert_allclose(unit * size + centre, vertices, rtol=1e-12)


def test_unused_vertices_do_not_count():
    vertices = np.vstack([BOX.vertices, [[np.nan, 1e30, 0]]])
    unit, _, size = unit_vertices(vertices, np.asarray(BOX.faces))
    assert size == pytest.approx(1)
    assert np.isfinite(unit).all()


@pytest.mark.parametrize(
    ("vertices", "reason"),
    [
        ([[0, 0, 0], [1, 0, np.nan], [0, 1, 0]], "finite"),
        ([[0, 0, 0], [1, 0, np.inf], [0, 1, 0]], "finite"),
        ([[2, 2, 2]] * 3, "zero area"),
    ],
)
def test_meshes_without_a_size_are_refused(vertices, reason):
    with pytest.raises(ValueError, match=reason):
        unit_vertices(np.array(vertices, float), np.array([[0, 1, 2]]))


@pytest.mark.parametrize(
    ("faces", "flaw"),
    [
        (np.zeros((0, 3), int), Flaw.NO_FACES),
        ([[0, 1, 4]], Flaw.NO_SUCH_VERTEX),
        ([[0, -1, 2]], Flaw.NO_SUCH_VERTEX),
        ([[0, 1, 3]], Flaw.NOT_FINITE),
    ],
)
def test_a_mesh_that_cannot_be_used_says_why(faces, flaw):
    vertices = np.vstack([np.eye(3), [[0, np.nan, 0]]])
    check_usable(vertices, np.array([[0, 1, 2]]))  # the fourth vertex is of no face
    with pytest.raises(UnusableMesh) as told:
        check_usable(vertices, np.array(faces))
    assert told.value.flaw is flaw


def test_positions_that_are_one_on_the_grid_are_welded():
    points = np.array([[0, 0, 0], [0.5, 0, 0], [1e-9, 0, 0], [0.5, 0, 1e-3], [-0.0, 0, 0]])
    number = welded_on_grid(points)
    assert number[0] == number[2] == number[4]
    assert len(set(number.tolist())) == 3


def test_a_closed_surface_has_no_hole_no_turned_face_and_no_third_face_at_an_edge():
    faces = np.asarray(BOX.faces, np.int64)
    assert is_closed_manifold(faces)
    assert is_closed_manifold(faces[:, ::-1]), "inside out is closed as well"
    assert not is_closed_manifold(faces[1:])
    assert not is_closed_manifold(np.vstack([faces[:1, ::-1], faces[1:]]))
    assert not is_closed_manifold(np.vstack([faces, faces])), "edges with four faces"


def test_the_volume_of_a_tetrahedron_far_from_the_origin():
    corners = np.array([[0, 0, 0], [1, 0, 0], [0, 1, 0], [0, 0, 1.0]])
    faces = np.array([[0, 2, 1], [0, 1, 3], [0, 3, 2], [1, 2, 3]])
    for away in (0.0, 100.0, 1e9):
        assert signed_volume(corners + away, faces) == pytest.approx(1 / 6, rel=1e-6)
        assert signed_volume(corners + away, faces[:, ::-1]) == pytest.approx(-1 / 6, rel=1e-6)


def test_volumes_of_several_surfaces_in_one_mesh():
    vertices = np.vstack([BOX.vertices, 2 * np.asarray(BOX.vertices) + 1e6])
    faces = np.vstack([BOX.faces, BOX.faces[:, ::-1] + len(BOX.vertices)])
    shell = np.repeat([0, 2], len(BOX.faces))  # no face has number 1
    assert signed_volumes(vertices, faces, shell, 3) == pytest.approx([1, 0, -8])


def test_a_soup_has_the_same_neighbours_as_a_welded_mesh():
    welded, loose = graph_of(BOX), graph_of(soup(BOX))
    pairs = {tuple(sorted(p)) for p in zip(welded.first, welded.second, strict=True)}
    assert pairs == {tuple(sorted(p)) for p in zip(loose.first, loose.second, strict=True)}
    assert len(pairs) == 18


def test_dihedral_angles_of_a_box_are_convex_right_angles_or_flat():
    graph = graph_of(BOX)
    np.testing.assert_allclose(np.sort(graph.bend), [-np.pi / 2] * 12 + [0] * 6, atol=1e-9)


def test_the_inner_edge_of_an_l_is_concave_whichever_way_it_is_wound():
    mesh = l_shape()
    assert mesh.is_volume
    for faces in (mesh.faces, mesh.faces[:, ::-1]):
        graph = graph_of(trimesh.Trimesh(mesh.vertices, faces, process=False))
        assert np.isclose(graph.bend, np.pi / 2).sum() == 1


def test_inconsistent_winding_does_not_change_angles_or_normals():
    rng = np.random.default_rng(0)
    mesh = trimesh.creation.icosphere(subdivisions=2)
    flip = rng.random(len(mesh.faces)) < 0.4
    faces = np.where(flip[:, None], mesh.faces[:, ::-1], mesh.faces)
    graph = graph_of(trimesh.Trimesh(mesh.vertices, faces, process=False))
    assert (graph.bend < 0).all()
    assert (np.einsum("ij,ij->i", graph.normal, graph.centroid) > 0).all()


def test_inverted_islands_are_turned_outward_one_by_one():
    a = trimesh.creation.icosphere(subdivisions=1)
    b = a.copy().apply_translation([5, 0, 0])
    faces = np.vstack([a.faces, b.faces[:, ::-1] + len(a.vertices)])
    graph = graph_of(trimesh.Trimesh(np.vstack([a.vertices, b.vertices]), faces, process=False))
    assert graph.islands == 2
    for island in (0, 1):
        here = graph.island == island
        middle = graph.centroid[here].mean(axis=0)
        assert (np.einsum("ij,ij->i", graph.normal[here], graph.centroid[here] - middle) > 0).all()


def test_edges_of_three_faces_link_all_of_them():
    faces = np.array([[0, 1, 2], [0, 1, 3], [0, 1, 4]])
    first, second, _, _ = shared_edges(faces)
    assert {tuple(sorted(p)) for p in zip(first, second, strict=True)} == {(0, 1), (1, 2)}


def test_degenerate_and_duplicate_faces_are_kept_with_harmless_values():
    faces = np.vstack([BOX.faces, [[0, 0, 0], [0, 1, 1]], BOX.faces[:1]])
    graph = graph_of(trimesh.Trimesh(BOX.vertices, faces, process=False))
    assert len(graph.area) == len(faces)
    for values in (graph.normal, graph.centroid, graph.bend, graph.edge_length):
        assert np.isfinite(values).all()


def test_islands_are_numbered_by_area():
    big, small = trimesh.creation.box((3, 3, 3)), trimesh.creation.box()
    small.apply_translation([5, 0, 0])
    graph = graph_of(trimesh.util.concatenate([small, big]))
    assert graph.island.tolist() == [1] * 12 + [0] * 12


def test_same_positions_names_the_first_vertex_at_a_position():
    points = np.array([[0.0, 1, 2], [3, 4, 5], [-0.0, 1, 2], [3, 4, 5], [3, 4, 5 + 1e-15]])
    assert same_positions(points).tolist() == [0, 1, 0, 1, 1 if 5 + 1e-15 == 5 else 4]


@given(st.lists(st.tuples(*[st.sampled_from([0.0, -0.0, 1.0, 1e-300, 7.5])] * 3), min_size=1))
def test_same_positions_agrees_with_equality(positions):
    found = same_positions(np.array(positions))
    assert found.tolist() == [positions.index(p) for p in positions]


def test_used_vertices_and_faces_near_a_box() -> None:
    vertices = np.array(
        [[0, 0, 0], [1, 0, 0], [0, 1, 0], [9, 9, 9], [5, 5, 5], [6, 5, 5], [5, 6, 5.0]]
    )
    faces = np.array([[0, 1, 2], [4, 5, 6]])
    assert used_by(faces).tolist() == [0, 1, 2, 4, 5, 6]
    assert used_by(faces[:0]).tolist() == []
    low, high = np.array([0.4, 0.4, -1.0]), np.array([0.6, 0.6, 1.0])
    assert near_box(vertices, faces, low, high).tolist() == [True, False]
    large = np.array([[-9, -9, 0], [9, -9, 0], [0, 9, 0.0]])
    assert near_box(large, faces[:1], low, high).tolist() == [True], "no corner is inside"


def test_distinct_numbers_are_those_of_numpy() -> None:
    numbers = np.random.default_rng(0).integers(0, 50, 200)
    assert np.array_equal(distinct(numbers), np.unique(numbers))
    assert len(distinct(np.empty(0, np.int64))) == 0


def test_normals_of_vertices_weigh_faces_by_area_and_are_up_where_there_is_none() -> None:
    vertices = np.array([[0, 0, 0], [4, 0, 0], [0, 4, 0], [0, 0, 1], [9, 9, 9]], np.float32)
    faces = np.array([[0, 1, 2], [0, 2, 3]])  # area 8 along z, 2 along x
    made = normals_by_area(vertices, faces)
    assert made[0] == pytest.approx(np.array([2, 0, 8]) / np.hypot(2, 8))
    assert made[1] == pytest.approx([0, 0, 1])
    assert made[4] == pytest.approx([0, 0, 1])


def test_edges_of_one_way_are_those_that_no_face_uses_backwards():
    rng = np.random.default_rng(3)
    faces = rng.integers(0, 12, (40, 3))
    faces = faces[(faces != np.roll(faces, 1, axis=1)).all(axis=1)]
    used = [
        (a, b) for face in faces.tolist() for a, b in zip(face, face[1:] + face[:1], strict=True)
    ]
    alone = sorted((a, b) for a, b in used if (b, a) not in used)
    assert alone
    assert sorted(map(tuple, one_way_edges(faces).tolist())) == alone
    assert len(one_way_edges(trimesh.creation.box().faces)) == 0
    assert one_way_edges(np.empty((0, 3), np.int64)).shape == (0, 2)
