# SPDX-License-Identifier: GPL-3.0-or-later
"""Where meshes lie: nodes below nodes, joints of skins, instances."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from backend.assets.asset import Attribute
from backend.files.gltf.nodes import blended_joints, local_matrix, reachable, world_matrices
from backend.files.readers import read_mesh
from tests.backend.files.gltf_maker import SQUARE, TWO, GltfMaker, refused, simple


def moved(*offset: float) -> np.ndarray:
    return SQUARE + np.array(offset)


@pytest.mark.parametrize("name", ["a.glb", "a b ü.gltf"])
def test_transforms_are_baked_and_instances_come_once_for_each_node(tmp_path: Path, name: str):
    maker = simple(nodes=[], scenes=[{"nodes": [2]}])
    maker.node(mesh=0, translation=[10, 0, 0])
    maker.node(mesh=0, scale=[2, 2, 2], rotation=[0, 0, np.sin(np.pi / 4), np.cos(np.pi / 4)])
    maker.node(children=[1, 0], translation=[0, 0, 5])
    maker.node(mesh=0)  # not in the scene
    asset = read_mesh(maker.write(tmp_path / name))
    assert asset.vertices.dtype == np.float64
    expected = np.concatenate([moved(10, 0, 5), moved(0, 0, 2.5)[:, [1, 0, 2]] * [-2, 2, 2]])
    np.testing.assert_allclose(asset.vertices, expected, atol=1e-6)
    np.testing.assert_array_equal(asset.faces, [[0, 1, 2], [0, 2, 3], [4, 5, 6], [4, 6, 7]])


def test_skinned_mesh_lies_where_its_joints_put_it(tmp_path: Path):
    maker = GltfMaker()
    joints = maker.accessor(np.tile([[0, 1, 0, 0]], (4, 1)), "uint8")
    weights = maker.accessor(np.tile([[0.25, 0.75, 0, 0]], (4, 1)))
    position = maker.accessor(SQUARE)
    attributes = {"POSITION": position, "JOINTS_0": joints, "WEIGHTS_0": weights}
    maker.mesh({"attributes": attributes, "indices": maker.accessor(TWO, "uint16")})
    maker.node(mesh=0, skin=0, translation=[100, 0, 0], name="body")  # ignored, says glTF
    maker.node(translation=[0, 0, 4])
    maker.node(translation=[0, 8, 0])
    inverse = np.stack([np.eye(4), np.eye(4)])
    inverse[1, 3, :3] = [1, 0, 0]  # column-major
    maker.document["skins"] = [
        {"joints": [1, 2], "inverseBindMatrices": maker.accessor(inverse.reshape(2, 16))}
    ]
    asset = read_mesh(maker.write(tmp_path / "a.glb"))
    np.testing.assert_allclose(asset.vertices, moved(0.75, 6, 1), atol=1e-6)
    assert any("armature" in remark for remark in asset.remarks)
    assert not any("JOINTS_0" in primitive.attributes for primitive in asset.primitives)


def test_gpu_instances(tmp_path: Path):
    maker = simple(nodes=[])
    places = maker.accessor([[1, 0, 0], [0, 7, 0]])
    extension = {"EXT_mesh_gpu_instancing": {"attributes": {"TRANSLATION": places}}}
    maker.node(mesh=0, extensions=extension)
    asset = read_mesh(maker.write(tmp_path / "a.glb"))
    np.testing.assert_allclose(asset.vertices, [*moved(1, 0, 0), *moved(0, 7, 0)])
    assert len(asset.faces) == 4


def test_cycle_of_nodes_is_refused(tmp_path: Path):
    nodes = [{"mesh": 0, "children": [1]}, {"children": [0]}]
    assert "damaged" in refused(simple(nodes=nodes).write(tmp_path / "a.glb"))


def test_matrices_are_column_major_and_go_down_the_tree():
    matrix = np.eye(4)
    matrix[:3, 3] = [1, 2, 3]
    nodes = [
        {"matrix": matrix.T.ravel().tolist(), "children": [2]},
        {"scale": [2, 2, 2]},
        {"translation": [10, 0, 0], "children": [1]},
    ]
    world, parents = world_matrices(nodes)
    assert parents == [-1, 2, 0]
    np.testing.assert_array_equal(world[0], matrix)
    np.testing.assert_array_equal(world[1] @ [1, 1, 1, 1], [13, 4, 5, 1])


def test_rotations_need_not_have_unit_length():
    turned = local_matrix({"rotation": [0, 0, 7, 7], "scale": [2, 3, 4]})
    np.testing.assert_allclose(turned @ [1, 0, 0, 0], [0, 2, 0, 0], atol=1e-12)
    np.testing.assert_allclose(turned @ [0, 1, 0, 0], [-3, 0, 0, 0], atol=1e-12)
    np.testing.assert_array_equal(local_matrix({"rotation": [0, 0, 0, 0]}), np.eye(4))


def test_a_node_has_one_parent():
    with pytest.raises(ValueError, match="two parents"):
        world_matrices([{"children": [2]}, {"children": [2]}, {}])


@pytest.mark.parametrize(("scene", "found"), [(1, {2}), (0, {0, 1}), (7, {0, 1}), ("x", {0, 1})])
def test_only_what_the_default_scene_holds_is_reached(scene: object, found: set[int]):
    document = {"nodes": [{"children": [1]}, {}, {}], "scene": scene}
    assert reachable(document, [-1, 0, -1]) == {0, 1, 2}, "without scenes all nodes are one"
    document["scenes"] = [{"nodes": [0]}, {"nodes": [2]}]
    assert reachable(document, [-1, 0, -1]) == found


def test_weights_that_do_not_add_up_or_are_none():
    joints = np.stack([np.eye(4), np.eye(4)])
    joints[1, :3, 3] = [0, 0, 8]
    skin = {
        "JOINTS_0": Attribute(np.array([[0, 1], [1, 99], [1, 1]], np.uint8)),
        "WEIGHTS_0": Attribute(np.array([[1, 3], [2, 0], [0, 0]], np.float32)),
    }
    found = blended_joints(joints, skin)
    np.testing.assert_allclose(found[:, 2, 3], [6, 8, 0])
    np.testing.assert_allclose(found[:, :, :3], np.tile(np.eye(3), (3, 1, 1)))
