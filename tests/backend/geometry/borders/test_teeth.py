# SPDX-License-Identifier: GPL-3.0-or-later
"""Borders that stay as they are, and teeth."""

import numpy as np
import trimesh

from backend.geometry.borders.band import band_of
from backend.geometry.borders.teeth import kept_borders
from tests.backend.geometry.borders.balls import ball, graph_of


def tube(round_it=8, along=6):
    """The wall of a tube, of two triangles a square; and the rows of its triangles."""
    turn = 2 * np.pi * np.arange(round_it) / round_it
    ring = np.stack([np.cos(turn), np.sin(turn), 0 * turn], axis=1)
    vertices = np.concatenate([ring + [0, 0, 0.8 * step] for step in range(along + 1)])
    faces = []
    for row in range(along):
        for at in range(round_it):
            a, b = row * round_it + at, row * round_it + (at + 1) % round_it
            faces += [[a, b, b + round_it], [a, b + round_it, a + round_it]]
    return trimesh.Trimesh(vertices, faces, process=False), np.arange(len(faces)) // (2 * round_it)


def test_an_edge_loop_of_a_coarse_tube_stays():
    mesh, row = tube()
    band = band_of(graph_of(mesh), (row > 2).astype(np.int64))
    np.testing.assert_array_equal(kept_borders(band), band.border)


def test_teeth_do_not():
    mesh, row = tube()
    labels = (row > 2).astype(np.int64)
    labels[np.flatnonzero(row == 2)[1::4]] = 1  # every second square gives half of itself
    band = band_of(graph_of(mesh), labels)
    assert not kept_borders(band).any()
    band = band_of(*ball(3))
    assert not kept_borders(band).any()


def test_a_crease_stays_where_a_border_runs_along_it_and_has_teeth_beside_it():
    box = trimesh.creation.box([2, 1, 1])
    for _ in range(3):
        box = box.subdivide()
    graph = graph_of(box)
    top = graph.normal[:, 2] > 0.5
    labels = top.astype(np.int64)
    band = band_of(graph, labels)
    np.testing.assert_array_equal(kept_borders(band), band.border)
    ragged = top & ~((graph.centroid[:, 0] > 0) & (np.arange(len(top)) % 3 == 0))
    band = band_of(graph, ragged.astype(np.int64))
    kept = kept_borders(band)
    assert kept[band.border & (band.bend > 1)].mean() > 0.5
    assert not kept[band.border & (band.bend < 0.1)].all()
