# SPDX-License-Identifier: GPL-3.0-or-later
"""Reading glTF: what a viewer shows, in file order, with nothing lost."""

from __future__ import annotations

import base64
import json
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest

from backend.contract.errors import BadInput
from backend.files.readers import read_mesh
from tests.backend.files.gltf_maker import PIXEL, GltfMaker

SQUARE = np.array([[0, 0, 0], [1, 0, 0], [1, 1, 0], [0, 1, 0]], dtype=np.float32)
TWO = [0, 1, 2, 0, 2, 3]


def moved(*offset: float) -> np.ndarray:
    return SQUARE + np.array(offset)


def simple(**document) -> GltfMaker:
    maker = GltfMaker(**document)
    position = maker.accessor(SQUARE)
    maker.mesh({"attributes": {"POSITION": position}, "indices": maker.accessor(TWO, "uint16")})
    return maker


@pytest.mark.parametrize("name", ["a.glb", "a b ü.gltf"])
def test_transforms_are_baked_and_instances_come_once_for_each_node(tmp_path: Path, name: str):
    maker = simple(scenes=[{"nodes": [2]}])
    maker.node(mesh=0, translation=[10, 0, 0])
    maker.node(mesh=0, scale=[2, 2, 2], rotation=[0, 0, np.sin(np.pi / 4), np.cos(np.pi / 4)])
    maker.node(children=[1, 0], translation=[0, 0, 5])
    maker.node(mesh=0)  # not in the scene
    asset = read_mesh(maker.write(tmp_path / name))
    assert asset.vertices.dtype == np.float64
    expected = np.concatenate([moved(10, 0, 5), moved(0, 0, 2.5)[:, [1, 0, 2]] * [-2, 2, 2]])
    np.testing.assert_allclose(asset.vertices, expected, atol=1e-6)
    np.testing.assert_array_equal(asset.faces, [[0, 1, 2], [0, 2, 3], [4, 5, 6], [4, 6, 7]])


def test_mirrored_node_turns_triangles(tmp_path: Path):
    maker = simple()
    maker.node(mesh=0, scale=[-1, 1, 1])
    asset = read_mesh(maker.write(tmp_path / "a.glb"))
    a, b, c = asset.vertices[asset.faces].transpose(1, 0, 2)
    assert (np.cross(b - a, c - a)[:, 2] > 0).all()  # still seen from +Z


@pytest.mark.parametrize(
    ("mode", "expected"),
    [(4, [[0, 1, 2]]), (5, [[0, 1, 2], [1, 3, 2]]), (6, [[1, 2, 0], [2, 3, 0]])],
)
def test_lists_strips_and_fans_without_indices(tmp_path: Path, mode: int, expected: list):
    maker = GltfMaker(nodes=[{"mesh": 0}])
    position = maker.accessor(SQUARE[[0, 1, 3, 2]])
    maker.mesh({"attributes": {"POSITION": position}, "mode": mode})
    asset = read_mesh(maker.write(tmp_path / "a.glb"))
    np.testing.assert_array_equal(asset.faces, expected)


def test_degenerate_and_duplicate_triangles_stay(tmp_path: Path):
    maker = GltfMaker(nodes=[{"mesh": 0}])
    indices = [0, 1, 2, 1, 1, 1, 0, 1, 2, 2, 1, 0]
    position = maker.accessor(SQUARE)
    maker.mesh({"attributes": {"POSITION": position}, "indices": maker.accessor(indices, "uint8")})
    asset = read_mesh(maker.write(tmp_path / "a.glb"))
    np.testing.assert_array_equal(asset.faces.ravel(), indices)


def test_sparse_strided_quantised(tmp_path: Path):
    maker = GltfMaker(nodes=[{"mesh": 0}], extensionsRequired=["KHR_mesh_quantization"])
    packed = np.zeros((4, 4), dtype=np.int16)
    packed[:, :3] = SQUARE * 32767
    view = maker.view(packed.tobytes(), byteStride=8)
    rows = maker.view(np.array([2], dtype=np.uint8).tobytes())
    values = maker.view(np.array([[-32767, 0, 32767]], dtype=np.int16).tobytes())
    maker.document["accessors"].append(
        {
            "bufferView": view, "componentType": 5122, "count": 4, "type": "VEC3",
            "normalized": True,
            "sparse": {
                "count": 1,
                "indices": {"bufferView": rows, "componentType": 5121},
                "values": {"bufferView": values},
            },
        }
    )  # fmt: skip
    maker.mesh({"attributes": {"POSITION": 0}, "indices": maker.accessor(TWO, "uint32")})
    asset = read_mesh(maker.write(tmp_path / "a.glb"))
    np.testing.assert_allclose(asset.vertices, [*SQUARE[:2], [-1, 0, 1], SQUARE[3]], atol=1e-7)


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


def test_default_morph_weights_shape_the_vertices(tmp_path: Path):
    maker = GltfMaker(nodes=[{"mesh": 0}])
    delta = np.zeros((4, 3))
    delta[2] = [0, 0, 2]
    target = {"POSITION": maker.accessor(delta)}
    maker.mesh(
        {"attributes": {"POSITION": maker.accessor(SQUARE)}, "targets": [target], "mode": 6},
        weights=[0.5],
    )
    asset = read_mesh(maker.write(tmp_path / "a.glb"))
    np.testing.assert_allclose(asset.vertices, SQUARE + delta / 2)


def test_gpu_instances(tmp_path: Path):
    maker = simple()
    places = maker.accessor([[1, 0, 0], [0, 7, 0]])
    extension = {"EXT_mesh_gpu_instancing": {"attributes": {"TRANSLATION": places}}}
    maker.node(mesh=0, extensions=extension)
    asset = read_mesh(maker.write(tmp_path / "a.glb"))
    np.testing.assert_allclose(asset.vertices, [*moved(1, 0, 0), *moved(0, 7, 0)])
    assert len(asset.faces) == 4


def test_primitives_with_the_same_accessors_share_vertices(tmp_path: Path):
    maker = GltfMaker(nodes=[{"mesh": 0}], materials=[{"name": "a"}, {"name": "b"}])
    attributes = {"POSITION": maker.accessor(SQUARE)}
    maker.mesh(
        {"attributes": attributes, "indices": maker.accessor(TWO[:3], "uint16"), "material": 1},
        {"attributes": attributes, "indices": maker.accessor(TWO[3:], "uint16"), "material": 0},
    )
    asset = read_mesh(maker.write(tmp_path / "a.glb"))
    assert len(asset.vertices) == 4
    assert [primitive.material for primitive in asset.primitives] == [1, 0]


def test_data_uris(tmp_path: Path):
    maker = simple(nodes=[{"mesh": 0}], images=[], scenes=[{"nodes": [0]}])
    text = base64.b64encode(maker.data).decode()
    maker.document["buffers"] = [
        {"byteLength": len(maker.data), "uri": f"data:application/octet-stream;base64,{text}"}
    ]
    maker.document["images"] = [
        {"uri": "data:image/png;base64," + base64.b64encode(PIXEL).decode()}
    ]
    path = tmp_path / "a.gltf"
    path.write_text(json.dumps(maker.document))
    asset = read_mesh(path)
    assert len(asset.faces) == 2
    assert asset.images == [PIXEL]


def test_points_are_left_out_with_a_remark(tmp_path: Path):
    maker = simple(nodes=[{"mesh": 0}])
    maker.document["meshes"][0]["primitives"].append({"attributes": {"POSITION": 0}, "mode": 0})
    asset = read_mesh(maker.write(tmp_path / "a.glb"))
    assert len(asset.faces) == 2
    assert asset.remarks == ["Points and lines are left out."]


def test_missing_texture_is_a_remark(tmp_path: Path):
    maker = simple(nodes=[{"mesh": 0}], images=[{"uri": "../wood%20dark.png"}])
    asset = read_mesh(maker.write(tmp_path / "a.gltf"))
    assert asset.remarks == ["The texture wood dark.png was not found."]


def refused(path: Path) -> str:
    with pytest.raises(BadInput) as caught:
        read_mesh(path)
    assert caught.value.hint
    return caught.value.message


@pytest.mark.parametrize("uri", ["https://a.org/b.bin", "file:///etc/hosts", "/etc/hosts",
                                 "%2Fetc%2Fhosts", "\\\\host\\b.bin", "C:/b.bin"])  # fmt: skip
def test_buffers_elsewhere_are_refused(tmp_path: Path, uri: str):
    maker = simple(nodes=[{"mesh": 0}])
    path = maker.write(tmp_path / "a.gltf")
    document = json.loads(path.read_text())
    document["buffers"][0]["uri"] = uri
    path.write_text(json.dumps(document))
    assert "not a file beside it" in refused(path)


def test_missing_bin_is_named(tmp_path: Path):
    path = simple(nodes=[{"mesh": 0}]).write(tmp_path / "a.gltf")
    (tmp_path / "a.bin").unlink()
    assert refused(path) == "a.gltf needs the file a.bin, which is not there."


def test_unknown_required_extension_is_refused(tmp_path: Path):
    path = simple(nodes=[{"mesh": 0}], extensionsRequired=["ACME_x"]).write(tmp_path / "a.glb")
    assert "ACME_x" in refused(path)


def test_older_version_is_refused(tmp_path: Path):
    path = simple(nodes=[{"mesh": 0}], asset={"version": "1.0"}).write(tmp_path / "a.glb")
    assert "glTF 1.0" in refused(path)


def test_scene_without_meshes_is_refused(tmp_path: Path):
    assert "no triangles" in refused(simple(nodes=[{}]).write(tmp_path / "a.glb"))


def test_cycle_of_nodes_is_refused(tmp_path: Path):
    nodes = [{"mesh": 0, "children": [1]}, {"children": [0]}]
    assert "damaged" in refused(simple(nodes=nodes).write(tmp_path / "a.glb"))


def test_index_out_of_range_is_refused(tmp_path: Path):
    maker = GltfMaker(nodes=[{"mesh": 0}, {"mesh": 0}])  # the second hides a range error
    indices = maker.accessor([0, 1, 4], "uint16")
    maker.mesh({"attributes": {"POSITION": maker.accessor(SQUARE)}, "indices": indices})
    assert "vertex that does not exist" in refused(maker.write(tmp_path / "a.glb"))


def test_every_cut_of_a_file_is_refused(tmp_path: Path):
    whole = simple(nodes=[{"mesh": 0}]).write(tmp_path / "whole.glb").read_bytes()
    path = tmp_path / "cut.glb"
    for length in range(0, len(whole), 7):
        path.write_bytes(whole[:length])
        assert "cut.glb" in refused(path)


def test_changed_bytes_never_escape_as_other_errors(tmp_path: Path):
    whole = simple(nodes=[{"mesh": 0}]).write(tmp_path / "whole.glb").read_bytes()
    random = np.random.default_rng(3)
    path = tmp_path / "changed.glb"
    for _ in range(300):
        data = bytearray(whole)
        for place in random.integers(0, len(data), 3):
            data[place] = random.integers(0, 256)
        path.write_bytes(data)
        with suppress(BadInput):
            asset = read_mesh(path)
            assert asset.faces.max() < len(asset.vertices)
