# SPDX-License-Identifier: GPL-3.0-or-later
"""Placed meshes become one asset: where they lie, their materials, and layers of corners."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from backend.contract.errors import BadInput
from backend.files.placed import PlacedMesh, scene_asset

CORNERS = np.array([[0, 0, 0], [1, 0, 0], [1, 1, 0], [0, 1, 0]], float)
TWO = np.array([[0, 1, 2], [0, 2, 3]])


def placed(name: str = "a", matrix: np.ndarray | None = None, **more) -> PlacedMesh:
    given = {"material": np.array([-1, -1]), "vertices": CORNERS, "faces": TWO, **more}
    return PlacedMesh(name, np.eye(4) if matrix is None else matrix, **given)


def at(*place: float) -> np.ndarray:
    matrix = np.eye(4)
    matrix[:3, 3] = place
    return matrix


def test_each_mesh_is_a_node_and_lies_where_its_matrix_says():
    asset = scene_asset(Path("x.3mf"), [placed("a", at(5, 0, 0)), placed("b", at(0, 7, 1))])
    assert [node.name for node in asset.nodes] == ["a", "b"]
    np.testing.assert_array_equal(asset.vertices[:4], CORNERS + [5, 0, 0])
    np.testing.assert_array_equal(asset.vertices[4:], CORNERS + [0, 7, 1])
    np.testing.assert_array_equal(asset.faces, [*TWO, *(TWO + 4)])
    assert asset.vertex_node.tolist() == [0] * 4 + [1] * 4
    for node, rows in zip(asset.nodes, (slice(0, 4), slice(4, 8)), strict=True):
        again = asset.local[rows] @ node.matrix[:3, :3].T + node.matrix[:3, 3]
        np.testing.assert_allclose(again, asset.vertices[rows])


def test_far_from_its_origin_a_mesh_keeps_its_digits():
    vertices = CORNERS * 1e-3 + 1e6
    asset = scene_asset(Path("x"), [placed(vertices=vertices)])
    node = asset.nodes[0]
    stored = asset.local.astype(float) @ node.matrix[:3, :3].T + node.matrix[:3, 3]
    np.testing.assert_allclose(stored, vertices, rtol=0, atol=1e-8)


def test_a_mirrored_mesh_is_turned_to_face_outward():
    mirror = np.diag([-1.0, 1, 1, 1])
    asset = scene_asset(Path("x"), [placed(matrix=mirror)])
    a, b, c = asset.vertices[asset.faces].transpose(1, 0, 2)
    assert (np.cross(b - a, c - a)[:, 2] > 0).all()
    np.testing.assert_array_equal(asset.primitives[0].corners, TWO)  # as in the node's own frame


def test_each_material_is_a_primitive_of_its_triangles():
    meshes = [placed(material=np.array([1, -1])), placed(material=np.array([0, 0]))]
    asset = scene_asset(Path("x"), meshes, document={"materials": [{}, {}]})
    assert [(p.node, p.material, p.faces.tolist()) for p in asset.primitives] == [
        (0, None, [1]), (0, 1, [0]), (1, 0, [2, 3]),
    ]  # fmt: skip
    for primitive in asset.primitives:
        named = primitive.vertices[primitive.corners]
        np.testing.assert_array_equal(named, asset.faces[primitive.faces])


def test_corners_with_values_of_their_own_are_vertices_of_their_own():
    uv = np.array([[0, 0], [1, 0], [1, 1], [0, 1], [0.5, 0.5]], np.float32)
    rows = np.array([[0, 1, 2], [4, 2, 3]])  # the first corner has two values
    asset = scene_asset(Path("x"), [placed(layers={"TEXCOORD_0": (uv, rows)})])
    primitive = asset.primitives[0]
    assert len(asset.vertices) == 4
    assert len(primitive.vertices) == 5
    np.testing.assert_array_equal(primitive.vertices[primitive.corners], TWO)
    found = primitive.attributes["TEXCOORD_0"].values
    np.testing.assert_array_equal(found[primitive.corners], uv[rows])


def test_colours_may_be_missing_at_corners_and_other_layers_may_not():
    values = np.full((1, 3), 0.25, np.float32)
    some = np.array([[0, 0, 0], [-1, -1, 0]])
    layers = {"COLOR_0": (values, some), "NORMAL": (values, some)}
    asset = scene_asset(Path("x"), [placed(layers=layers)])
    primitive = asset.primitives[0]
    assert set(primitive.attributes) == {"COLOR_0"}
    colours = primitive.attributes["COLOR_0"].values[primitive.corners]
    np.testing.assert_array_equal(colours, np.where(some[:, :, None] < 0, 1, values[0]))
    none = {"COLOR_0": (values, np.full((2, 3), -1))}
    assert scene_asset(Path("x"), [placed(layers=none)]).primitives[0].attributes == {}


@pytest.mark.parametrize("faces", [[[0, 1, 4]], [[0, 1, -1]]])
def test_a_triangle_of_no_vertex_is_damage(faces: list):
    mesh = placed(faces=np.array(faces), material=np.array([-1]))
    with pytest.raises(BadInput, match=r"x\.3mf is damaged") as caught:
        scene_asset(Path("x.3mf"), [placed(), mesh])
    assert caught.value.hint


def test_a_scene_of_nothing_holds_no_triangles():
    empty = placed(
        vertices=np.empty((0, 3)), faces=np.empty((0, 3), int), material=np.empty(0, int)
    )
    for meshes in ([], [empty]):
        with pytest.raises(BadInput, match="holds no triangles"):
            scene_asset(Path("x.dae"), meshes)
    assert len(scene_asset(Path("x.dae"), [empty, placed()]).faces) == 2
