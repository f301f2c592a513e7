# SPDX-License-Identifier: GPL-3.0-or-later
"""A mesh file whose triangles were cut: what its vertices carry goes along, and seams stay shut."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from backend.assets.asset import Attribute, Node, Primitive, single_node_asset
from backend.assets.cutting import cut_asset
from backend.geometry.borders.cut import smooth_cut
from backend.geometry.mesh import is_closed_manifold, same_positions
from tests.backend.geometry.borders.balls import ball


@pytest.fixture(scope="module")
def cut_ball():
    """A ball in two primitives with a seam between them, its cut, and the asset after it."""
    graph, labels = ball(3)
    vertices = np.concatenate([graph.vertices, graph.vertices]).astype(np.float32).astype(float)
    upper = graph.centroid[:, 2] > 0
    count = len(graph.vertices)
    faces = graph.faces + np.where(upper, count, 0)[:, None]
    primitives = []
    for number, mine in enumerate((~upper, upper)):
        place = vertices[:count]
        length = np.linalg.norm(place, axis=1, keepdims=True)
        primitives.append(
            Primitive(
                0,
                graph.faces[mine],
                np.flatnonzero(mine),
                np.arange(count) + number * count,
                {
                    "NORMAL": Attribute((place / length).astype(np.float32)),
                    "TEXCOORD_0": Attribute((place[:, :2] + number).astype(np.float32)),
                    "COLOR_0": Attribute(
                        np.rint((place + 0.5) * 255).astype(np.uint8), normalized=True
                    ),
                    "_ID": Attribute(np.arange(count, dtype=np.uint16)[:, None]),
                },
                [{"POSITION": (2 * place).astype(np.float32)}],
            )
        )
    asset = single_node_asset(Path("ball.glb"), vertices, faces, primitives)
    cut = smooth_cut(graph, labels)
    return asset, cut, cut_asset(asset, cut)


def test_faces_and_vertices_of_primitives_fit_together(cut_ball):
    _, cut, made = cut_ball
    assert len(made.faces) == len(cut.source)
    assert not cut.whole.all()
    rows = np.concatenate([primitive.faces for primitive in made.primitives])
    np.testing.assert_array_equal(np.sort(rows), np.arange(len(made.faces)))
    for primitive in made.primitives:
        np.testing.assert_array_equal(
            primitive.vertices[primitive.corners], made.faces[primitive.faces]
        )
        assert {len(a.values) for a in primitive.attributes.values()} == {len(primitive.vertices)}
    np.testing.assert_array_equal(made.local, made.vertices.astype(np.float32))


def test_a_seam_between_primitives_stays_shut(cut_ball):
    asset, _, made = cut_ball
    assert is_closed_manifold(same_positions(asset.vertices)[asset.faces])
    assert is_closed_manifold(same_positions(made.vertices)[made.faces])


def test_triangles_share_the_new_vertices_of_their_primitive(cut_ball):
    _, _, made = cut_ball
    for primitive in made.primitives:
        place = same_positions(made.vertices[primitive.vertices])
        used = np.unique(primitive.corners)
        assert len(np.unique(place[used])) == len(used)


def test_values_are_interpolated(cut_ball):
    asset, _, made = cut_ball
    assert len(made.vertices) > len(asset.vertices)
    for number, primitive in enumerate(made.primitives):
        place = made.vertices[primitive.vertices]
        values = {name: a.as_float() for name, a in primitive.attributes.items()}
        np.testing.assert_allclose(values["TEXCOORD_0"], place[:, :2] + number, atol=1e-6)
        np.testing.assert_allclose(values["COLOR_0"], place + 0.5, atol=0.004)
        normal = values["NORMAL"]
        np.testing.assert_allclose(np.linalg.norm(normal, axis=1), 1, atol=1e-6)
        unit = place / np.linalg.norm(place, axis=1, keepdims=True)
        assert (normal * unit).sum(axis=1).min() > 0.99
        np.testing.assert_allclose(primitive.targets[0]["POSITION"], 2 * place, atol=1e-6)
        assert primitive.attributes["COLOR_0"].values.dtype == np.uint8
        assert primitive.attributes["_ID"].values.dtype == np.uint16


def test_what_is_not_cut_is_stored_as_before(cut_ball):
    asset, cut, made = cut_ball
    whole = np.flatnonzero(cut.whole)
    np.testing.assert_array_equal(made.faces[whole], asset.faces[cut.source[whole]])
    np.testing.assert_array_equal(made.vertices[: len(asset.vertices)], asset.vertices)
    for before, after in zip(asset.primitives, made.primitives, strict=True):
        ids = after.attributes["_ID"].values[after.corners, 0]
        mine = np.flatnonzero(np.isin(after.faces, whole))
        row = np.searchsorted(before.faces, cut.source[after.faces[mine]])
        np.testing.assert_array_equal(ids[mine], before.corners[row])


def test_a_node_that_mirrors_keeps_its_winding(cut_ball):
    asset, cut, _ = cut_ball
    node = Node("ball", np.diag([-1.0, 1.0, 1.0, 1.0]))
    turned = replace(
        asset,
        nodes=[node],
        local=asset.local * np.float32([-1, 1, 1]),
        primitives=[replace(p, corners=p.corners[:, ::-1]) for p in asset.primitives],
    )
    made = cut_asset(turned, cut)
    for primitive in made.primitives:
        np.testing.assert_array_equal(
            primitive.vertices[primitive.corners[:, ::-1]], made.faces[primitive.faces]
        )
