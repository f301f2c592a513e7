# SPDX-License-Identifier: GPL-3.0-or-later
"""Flat faces: which they are, and that patches keep to them."""

import numpy as np
import trimesh

from backend.geometry.mesh import build_face_graph, unit_vertices
from backend.geometry.patches.cues import patch_graph
from backend.geometry.patches.flats import flat_regions
from backend.geometry.patches.superfaces import superfaces


def graph_of(mesh):
    vertices, faces = np.asarray(mesh.vertices, float), np.asarray(mesh.faces, np.int64)
    return build_face_graph(unit_vertices(vertices, faces)[0], faces)


def box(divisions=3):
    mesh = trimesh.creation.box([2, 1, 0.5])
    for _ in range(divisions):
        mesh = mesh.subdivide()
    return mesh


def test_the_sides_of_a_box_are_its_flat_faces():
    graph = graph_of(box())
    flats = flat_regions(graph)
    assert len(np.unique(flats.region)) == 6
    assert flats.region.min() == 0
    sides = np.round(graph.normal).astype(int) @ [1, 3, 9]
    assert len(np.unique(np.stack([flats.region, sides]), axis=1).T) == 6
    np.testing.assert_array_equal(flats.edges, np.abs(graph.bend) < 0.1)


def test_smooth_and_low_poly_surfaces_have_none():
    assert flat_regions(graph_of(trimesh.creation.icosphere(subdivisions=4))) is None
    assert flat_regions(graph_of(trimesh.creation.torus(1.0, 0.3, 48, 24))) is None


def test_coarse_sides_of_two_triangles_are_flat_faces():
    flats = flat_regions(graph_of(trimesh.creation.box()))
    assert np.bincount(flats.region).tolist() == [2] * 6
    assert flats.edges.sum() == 6


def test_small_regions_count_where_flat_faces_make_most_of_a_mesh():
    # A cube of 2 cm on a plate of 1 m, and beside a ball of 1 m.
    bolt = trimesh.creation.box([0.02] * 3).apply_translation([0, 0, 0.61])
    plate = trimesh.creation.box([1, 1, 0.1])
    drawn = flat_regions(graph_of(trimesh.util.concatenate([plate, bolt])))
    assert (drawn.region >= 0).all()
    assert drawn.large.sum() == 6
    ball = trimesh.creation.icosphere(subdivisions=4)
    plate = trimesh.creation.box([1, 1, 0.1]).apply_translation([0, 0, 3])
    grown = flat_regions(graph_of(trimesh.util.concatenate([ball, plate, bolt])))
    assert (grown.region[-12:] == -1).all()
    assert grown.large.all()


def test_a_dome_that_bends_too_little_to_be_seen_at_one_edge_is_not_flat():
    mesh = trimesh.creation.box([1, 1, 0.1])
    for _ in range(6):
        mesh = mesh.subdivide()
    points = np.array(mesh.vertices)
    points[:, 2] -= 0.05 * (points[:, :2] ** 2).sum(axis=1)
    graph = graph_of(trimesh.Trimesh(points, mesh.faces, process=False))
    top = graph.normal[:, 2] > 0.9
    flats = flat_regions(graph)
    assert flats is None or (flats.region[top] < 0).all()


def test_solids_that_touch_flush_keep_flat_faces_of_their_own():
    boxes = [box().apply_translation([0, 0, 0.5 * k]) for k in range(2)]
    graph = graph_of(trimesh.util.concatenate(boxes))
    assert graph.islands == 1  # they are welded where they touch
    which = np.repeat([0, 1], len(boxes[0].faces))
    regions = flat_regions(graph).region
    assert set(regions[which == 0]) & set(regions[which == 1]) <= {-1}
    assert len(np.unique(regions[regions >= 0])) >= 10


def test_patches_that_reach_over_an_edge_give_back_what_lies_in_the_flat_face():
    graph = graph_of(box())
    flats = flat_regions(graph)
    # Stripes across all sides, and a patch for each side that owns it.
    patch = flats.region.copy()
    stripe = np.abs(graph.centroid[:, 0]) > 0.48
    patch[stripe & (graph.normal[:, 2] > 0.9)] = patch[graph.normal[:, 0] > 0.9][0]
    found = flats.within(graph, patch)
    assert len(np.unique(np.stack([found, flats.region]), axis=1).T) == 6


def test_borders_within_a_flat_face_are_named():
    graph = graph_of(box())
    rng = np.random.default_rng(0)
    flats = flat_regions(graph)
    patch = flats.within(graph, superfaces(graph, rng, 60))
    cues = patch_graph(graph, patch, rng)
    joined = flats.joined(graph, patch, cues)
    alike = (cues.normal[cues.pair[:, 0]] * cues.normal[cues.pair[:, 1]]).sum(axis=1)
    np.testing.assert_array_equal(joined, alike > 0.9)
    assert joined.any()
    assert not joined.all()


def test_each_flat_face_ends_in_one_patch_and_no_patch_is_left_empty():
    graph = graph_of(box())
    flats = flat_regions(graph)
    for seed in range(5):
        patch = np.random.default_rng(seed).integers(0, 12, len(graph.faces))
        found, group = flats.whole(graph, patch)
        for region in range(6):
            assert len(np.unique(found[flats.region == region])) == 1
        assert np.unique(found).tolist() == list(range(group.max() + 1))
        assert np.unique(group).tolist() == list(range(group.max() + 1))
    # A patch that lies within a flat face is one with all of that.
    stripes = flats.region * 4 + np.digitize(graph.centroid[:, 0], [-0.2, 0.0, 0.2])
    patch = np.unique(stripes, return_inverse=True)[1].reshape(-1)
    found, group = flats.whole(graph, patch)
    np.testing.assert_array_equal(found, group[patch])
    assert group.max() == 5
