# SPDX-License-Identifier: GPL-3.0-or-later
"""Parts as GLB: every triangle in one part, with all that belongs to it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.assets.asset import Asset
from backend.files.readers import read_mesh, write_arrays, write_parts
from tests.backend.files.gltf_maker import GltfMaker, parse_glb, scene


@dataclass
class SimpleCaps:
    vertices: np.ndarray
    faces: list[np.ndarray]


def carried(
    asset: Asset, labels: np.ndarray | None = None
) -> tuple[list[tuple[Any, ...]], np.ndarray]:
    """Triangles in an order of their own: (part, material name, numbers of the corners), and (n, D)
    the world position and attributes of all corners of each."""
    materials = [entry["name"] for entry in asset.document.get("materials", [])]
    found: list[tuple[tuple[Any, ...], np.ndarray]] = []
    for primitive in asset.primitives:
        name = "" if primitive.material is None else materials[primitive.material]
        columns = [
            attribute.as_float()
            for key, attribute in sorted(primitive.attributes.items())
            if key not in ("NORMAL", "TANGENT")  # directions turn with the node
        ]
        columns.insert(0, asset.vertices[primitive.vertices])
        table = np.concatenate(columns, axis=1)
        parts = (np.array([primitive.node] * len(primitive.faces)) if labels is None
                 else labels[primitive.faces])  # fmt: skip
        for face, (part, corners) in enumerate(zip(parts, primitive.corners, strict=True)):
            rows = list(corners)
            if asset.nodes[primitive.node].mirrored:
                rows.reverse()
            numbers = [int(table[row, -1]) for row in rows]  # the scene numbers its vertices
            first = numbers.index(min(numbers))
            turned = rows[first:] + rows[:first]
            key = (int(part), name, *numbers[first:], *numbers[:first])
            found.append((key, table[turned].ravel()))
            assert set(corners) <= set(range(len(table))), face
    found.sort(key=lambda each: each[0])
    return [key for key, _ in found], np.array([values for _, values in found])


@given(seed=st.integers(0, 2**32 - 1), nodes=st.integers(1, 3), parts=st.integers(1, 6))
def test_triangles_materials_and_attributes_are_conserved(
    tmp_path_factory: pytest.TempPathFactory, seed: int, nodes: int, parts: int
):
    random = np.random.default_rng(seed)
    folder = tmp_path_factory.mktemp("parts")
    asset = read_mesh(scene(random, nodes).write(folder / "in.glb"))
    _, labels = np.unique(random.integers(0, parts, len(asset.faces)), return_inverse=True)
    names = write_parts(folder / "out.glb", asset, labels)
    written = read_mesh(folder / "out.glb")
    assert [node.name for node in written.nodes] == names
    assert len(set(names)) == len(names) == labels.max() + 1
    (before, values), (after, found) = carried(asset, labels), carried(written)
    assert after == before
    np.testing.assert_allclose(found, values, atol=1e-5)


@given(seed=st.integers(0, 2**32 - 1))
def test_bare_meshes_of_any_place_and_size(tmp_path_factory: pytest.TempPathFactory, seed: int):
    random = np.random.default_rng(seed)
    folder = tmp_path_factory.mktemp("bare")
    size = 10.0 ** random.integers(-12, 13)
    place = size * 10.0 ** random.integers(-3, 10)
    vertices = random.normal(size=(20, 3)) * size + random.normal(size=3) * place
    faces = random.integers(0, 20, (40, 3))
    write_arrays(folder / "in.npz", {"vertices": vertices, "faces": faces})
    asset = read_mesh(folder / "in.npz")
    labels = np.arange(40) % 3
    write_parts(folder / "out.glb", asset, labels)
    written = read_mesh(folder / "out.glb")
    extent = np.ptp(vertices, axis=0).max()
    expected = vertices[faces[np.argsort(labels, kind="stable")]]
    error = np.abs(written.vertices[written.faces] - expected).max()
    assert error < 1e-6 * extent + 1e-15 * np.abs(vertices).max()


def test_part_within_one_node_keeps_its_frame(tmp_path: Path):
    maker = scene(np.random.default_rng(5), 2)
    asset = read_mesh(maker.write(tmp_path / "in.glb"))
    write_parts(tmp_path / "out.glb", asset, asset.vertex_node[asset.faces[:, 0]])
    document, _ = parse_glb(tmp_path / "out.glb")
    for written, source in zip(document["nodes"], maker.document["nodes"], strict=True):
        assert {k: written[k] for k in ("translation", "scale")} == {
            k: source[k] for k in ("translation", "scale")
        }
    written = read_mesh(tmp_path / "out.glb")
    stored = {row.tobytes() for row in asset.local}
    assert all(row.tobytes() in stored for row in written.local)


def test_normals_of_a_part_across_nodes_turn_with_their_node(tmp_path: Path):
    maker = GltfMaker()
    slope = np.array([[0, 0, 0], [0, 0, 1], [1, 1, 0]], dtype=np.float32)
    normal = np.tile(np.array([[-1, 1, 0]]) / np.sqrt(2), (3, 1))
    attributes = {"POSITION": maker.accessor(slope), "NORMAL": maker.accessor(normal),
                  "TANGENT": maker.accessor(np.tile([[0, 0, 1, 1]], (3, 1)))}  # fmt: skip
    maker.mesh({"attributes": attributes})
    maker.node(mesh=0)
    maker.node(mesh=0, scale=[-4, 1, 1])
    asset = read_mesh(maker.write(tmp_path / "in.glb"))
    write_parts(tmp_path / "out.glb", asset, np.zeros(2, dtype=int))
    written = read_mesh(tmp_path / "out.glb")
    corner = written.vertices[written.faces]
    flat = np.cross(corner[:, 1] - corner[:, 0], corner[:, 2] - corner[:, 0])
    flat /= np.linalg.norm(flat, axis=1, keepdims=True)
    stored = [p.attributes["NORMAL"].values[0] for p in written.primitives]
    np.testing.assert_allclose(stored, flat, atol=1e-6)
    assert [p.attributes["TANGENT"].values[0, 3] for p in written.primitives] == [1, -1]


def test_morph_targets_stay(tmp_path: Path):
    maker = GltfMaker(nodes=[{"mesh": 0}])
    square = np.array([[0, 0, 0], [1, 0, 0], [1, 1, 0], [0, 1, 0]], dtype=np.float32)
    delta = np.arange(12, dtype=np.float32).reshape(4, 3)
    maker.mesh(
        {
            "attributes": {"POSITION": maker.accessor(square)},
            "targets": [{"POSITION": maker.accessor(delta)}],
            "indices": maker.accessor([0, 1, 2, 0, 2, 3], "uint16"),
        },
        weights=[0.5],
        extras={"targetNames": ["smile"]},
    )
    asset = read_mesh(maker.write(tmp_path / "in.glb"))
    caps = SimpleCaps(asset.vertices.mean(axis=0, keepdims=True), [np.array([[0, 2, 4]])] * 2)
    write_parts(tmp_path / "out.glb", asset, np.array([0, 1]), caps=caps)
    document, _ = parse_glb(tmp_path / "out.glb")
    assert document["meshes"][1]["extras"] == {"targetNames": ["smile"]}
    written = read_mesh(tmp_path / "out.glb")
    np.testing.assert_array_equal(written.primitives[2].targets[0]["POSITION"], delta[[0, 2, 3]])
    expected = np.concatenate([asset.vertices, caps.vertices])
    np.testing.assert_allclose(written.vertices[written.faces[3]], expected[[0, 2, 4]])


@pytest.mark.parametrize("scale", [[1, 1, 1], [-1, 1, 2]])
@pytest.mark.parametrize("across", [False, True])
def test_caps_close_their_part_in_a_material_of_their_own(
    tmp_path: Path, scale: list[float], across: bool
):
    maker = GltfMaker(materials=[{"name": "cap"}])
    corner = np.array([[0, 0, 0], [1, 0, 0], [0, 1, 0], [0, 0, 1]], dtype=np.float32)
    faces = np.array([[0, 2, 1], [0, 1, 3], [0, 3, 2], [1, 2, 3]])
    indices = maker.accessor(faces[:2].ravel(), "uint16")
    others = maker.accessor(faces[2:].ravel(), "uint16")
    attributes = {"POSITION": maker.accessor(corner)}
    maker.mesh({"attributes": attributes, "indices": indices, "material": 0})
    maker.mesh({"attributes": attributes, "indices": others, "material": 0})
    maker.node(mesh=0, scale=scale)
    maker.node(mesh=1, scale=scale, translation=[1e-9, 0, 0] if across else [0, 0, 0])
    asset = read_mesh(maker.write(tmp_path / "in.glb"))
    top = asset.vertices[[1, 2, 3]].mean(axis=0)
    a, b, c = asset.faces[3]  # left out of the part, closed by a cap with a vertex of its own
    caps = SimpleCaps(
        top[None], [np.array([[a, b, 8], [b, c, 8], [c, a, 8]]), np.zeros((0, 3), int)]
    )
    write_parts(tmp_path / "out.glb", asset, np.array([0, 0, 0, 1]), caps=caps)
    document, _ = parse_glb(tmp_path / "out.glb")
    assert [m["name"] for m in document["materials"]] == ["cap", "cap_2"]
    assert document["meshes"][0]["primitives"][-1]["material"] == 1
    written = read_mesh(tmp_path / "out.glb")
    mine = written.vertex_node[written.faces[:, 0]] == 0
    assert mine.sum() == 6
    a, b, c = written.vertices[written.faces[mine]].transpose(1, 0, 2)
    volume = np.einsum("ni,ni->n", a, np.cross(b, c)).sum() / 6
    assert volume == pytest.approx(abs(np.prod(scale)) / 6, rel=1e-6)


def test_names_grow_with_the_count(tmp_path: Path):
    write_arrays(
        tmp_path / "in.npz", {"vertices": np.eye(3), "faces": np.tile([[0, 1, 2]], (101, 1))}
    )
    names = write_parts(tmp_path / "o.glb", read_mesh(tmp_path / "in.npz"), np.arange(101))
    assert (names[0], names[-1]) == ("part_000", "part_100")


@pytest.mark.parametrize("labels", [[0, 2, 2], [0, -1, 0], [0, 0], [0.0, 0.0, 1.0]])
def test_labels_that_do_not_fit_are_refused(tmp_path: Path, labels: list):
    write_arrays(
        tmp_path / "in.npz", {"vertices": np.eye(3), "faces": np.tile([[0, 1, 2]], (3, 1))}
    )
    with pytest.raises(ValueError, match="labels"):
        write_parts(tmp_path / "o.glb", read_mesh(tmp_path / "in.npz"), np.array(labels))
    assert not (tmp_path / "o.glb").exists()
