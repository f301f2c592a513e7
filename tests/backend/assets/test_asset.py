# SPDX-License-Identifier: GPL-3.0-or-later
"""A mesh file in memory: what is refused, values as they are meant, frames of nodes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from backend.assets.asset import (
    Attribute,
    Node,
    Primitive,
    centre_offset,
    check_geometry,
    single_node_asset,
)
from backend.contract.errors import BadInput

CORNERS = np.array([[0, 0, 0], [1, 0, 0], [0, 1, 0]], float)
FACE = np.array([[0, 1, 2]])


@pytest.mark.parametrize(
    ("vertices", "faces", "says"),
    [
        (CORNERS, FACE[:0], "no triangles"),
        (CORNERS, FACE + 1, "does not exist"),
        (CORNERS, FACE - 1, "does not exist"),
        (CORNERS * np.nan, FACE, "not numbers"),
        (CORNERS * 1e31, FACE, "size or position"),
        (CORNERS * 1e-31, FACE, "size or position"),
        (CORNERS * [1, 0, 0], FACE, "zero area"),
        (CORNERS * 0 + 5, FACE, "zero area"),
    ],
)
def test_what_is_no_mesh_is_refused_by_the_name_of_its_file(vertices, faces, says):
    with pytest.raises(BadInput, match=rf"chair\.glb.*{says}|{says}.*chair\.glb"):
        check_geometry("chair.glb", vertices, faces)


@pytest.mark.parametrize("scale", [1e-29, 1.0, 1e29])
def test_any_size_that_programs_can_compute_with_is_fine(scale):
    check_geometry("chair.glb", CORNERS * scale, FACE)


@pytest.mark.parametrize("stray", [np.nan, np.inf, 1e300])
def test_a_vertex_of_no_triangle_may_be_anything(stray):
    vertices = np.vstack([CORNERS, [[stray, 0, 0]]])
    check_geometry("chair.glb", vertices, FACE)
    faces = np.zeros(1, np.int64)
    one = Primitive(0, FACE, faces, np.arange(4))
    asset = single_node_asset(Path("chair.stl"), vertices, FACE, [one])
    np.testing.assert_array_equal(asset.vertices, np.vstack([CORNERS, [[0, 0, 0]]]))


def test_far_from_the_origin_the_node_moves_what_float32_cannot_hold():
    vertices = CORNERS + 1e8 + 0.25
    one = Primitive(0, FACE, np.zeros(1, np.int64), np.arange(3))
    asset = single_node_asset(Path("chair.obj"), vertices, FACE, [one])
    placed = asset.local + asset.nodes[0].matrix[:3, 3]
    np.testing.assert_allclose(placed, vertices, rtol=0, atol=1e-7)
    assert asset.nodes[0].name == "chair"
    assert (centre_offset(CORNERS) == 0).all()
    assert (centre_offset(CORNERS + 0.1) == 0).all(), "near the origin rounding does no harm"


def test_numbers_that_stand_for_shares():
    shares = Attribute(np.array([[0], [51], [255]], np.uint8), normalized=True)
    np.testing.assert_allclose(shares.as_float(), [[0], [0.2], [1]])
    signed = Attribute(np.array([[-128], [-127], [127]], np.int8), normalized=True)
    np.testing.assert_allclose(signed.as_float(), [[-1], [-1], [1]])
    plain = Attribute(np.array([[7]], np.uint8))
    np.testing.assert_array_equal(plain.as_float(), [[7.0]])


def test_mirrors_and_flattened_nodes_are_told_apart():
    assert not Node("a", np.eye(4)).mirrored
    mirror = Node("a", np.diag([-1e-20, 1e-20, 1e-20, 1.0]))
    assert mirror.mirrored
    assert mirror.invertible
    assert not Node("a", np.diag([1.0, 1.0, 0.0, 1.0])).invertible
    assert not Node("a", np.zeros((4, 4))).invertible
