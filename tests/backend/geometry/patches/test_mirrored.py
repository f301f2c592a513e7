# SPDX-License-Identifier: GPL-3.0-or-later
"""Patches that mirror each other: in both halves, across the line, and where nothing does."""

import numpy as np
import pytest
import trimesh

from backend.geometry.graphs import components
from backend.geometry.mirrors import find_mirror
from backend.geometry.patches.mirrored import mirrored_patches
from backend.geometry.patches.superfaces import superfaces
from tests.backend.geometry.solids import eared, graph_of


def mirrored(mesh, count=60):
    """Faces, their mirror symmetry, and patches that follow it."""
    graph = graph_of(mesh)
    mirror = find_mirror(graph)
    grown = superfaces(graph, np.random.default_rng(0), count)
    return graph, mirror, mirrored_patches(graph, grown, mirror)


@pytest.fixture(scope="module")
def head():
    return mirrored(eared())


def test_the_image_of_a_face_is_of_the_partner_of_its_patch(head):
    _, mirror, found = head
    np.testing.assert_array_equal(found.patch[mirror.face], found.partner[found.patch])
    every = np.arange(len(found.partner))
    np.testing.assert_array_equal(found.partner[found.partner], every)
    assert 40 < len(every) < 90, "about as many as there were"


def test_some_patches_lie_across_the_line_and_of_the_others_one_is_left(head):
    _, _, found = head
    across = found.partner == np.arange(len(found.partner))
    assert 0 < across.sum() < 30
    assert found.left[across].all()
    others = ~across
    assert (found.left[others] != found.left[found.partner[others]]).all()


def test_a_patch_is_one_piece_and_no_sliver(head):
    graph, _, found = head
    same = found.patch[graph.first] == found.patch[graph.second]
    pieces = components(len(found.patch), graph.first[same], graph.second[same]).max() + 1
    assert pieces == len(found.partner)
    area = np.bincount(found.patch, weights=graph.area)
    assert area.min() > 0.1 * area.mean()


def test_what_nothing_mirrors_has_patches_without_a_partner():
    button = trimesh.creation.icosphere(subdivisions=2, radius=0.2).apply_translation([1, 0, 0])
    body = eared()
    _, _, found = mirrored(trimesh.util.concatenate([body, button]))
    lone = found.partner[found.patch] < 0
    assert lone[len(body.faces) :].all()
    assert lone[: len(body.faces)].mean() < 0.05
    assert not found.left[found.partner < 0].any()


def test_a_nearly_mirrored_surface_has_patches_in_one_piece_as_well():
    mesh = eared()
    mesh.vertices += 2e-3 * np.random.default_rng(0).normal(size=mesh.vertices.shape)
    graph, _, found = mirrored(mesh)
    same = found.patch[graph.first] == found.patch[graph.second]
    pieces = components(len(found.patch), graph.first[same], graph.second[same]).max() + 1
    assert pieces == len(found.partner)
    assert (found.partner >= 0).mean() > 0.9


def test_where_patches_gather_islands_nothing_is_mirrored(monkeypatch, head):
    graph, mirror, found = head
    monkeypatch.setattr("backend.geometry.patches.mirrored.LARGE_ISLANDS", 0)
    assert mirrored_patches(graph, found.patch, mirror) is None
