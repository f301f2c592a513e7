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
    assert flat_regions(graph_of(trimesh.creation.box())) is None


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
