# SPDX-License-Identifier: GPL-3.0-or-later
"""Reading glTF 2.0 (.glb, .gltf): the scene's triangles in world coordinates, the rest as it is.

Nodes are taken in the order of the file's ``nodes`` array, those that the scene reaches, and a
mesh that several nodes share appears once for each of them. Materials, textures and their
extensions stay plain dictionaries, so that what this program does not know passes through.

Source: Khronos Group, glTF 2.0 Specification, https://registry.khronos.org/glTF/specs/2.0/
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import numpy as np
from numpy.typing import NDArray

from ...assets.asset import Asset, Attribute, Node, Primitive, check_geometry
from ...contract.errors import BadInput
from ...geometry.mesh import without_strays
from . import draco as gltf_draco
from .budget import check_size
from .container import GltfFile, refuse_unknown
from .materials import VARIANTS, sound_document, sound_material, sound_variants
from .nodes import (
    blended_joints,
    instance_matrices,
    joint_matrices,
    local_matrix,
    reachable,
    world_matrices,
)

KEPT_OF_PRIMITIVES = (VARIANTS, gltf_draco.NAME)


def read_gltf(path: Path, tell: Callable[[str], None] | None = None) -> Asset:
    """Read a .glb or .gltf file; `tell` hears beforehand of a scene that unfolds to a large one.

    Armatures are applied in the pose of the file and morph targets with their default weights, so
    that the vertices lie where a viewer shows them. Raises BadInput where the reason is known;
    other exceptions (ValueError, KeyError, ...) mean that the file is damaged.
    """
    file = GltfFile(path)
    refuse_unknown(file)
    world, parents = world_matrices(file.document.get("nodes", []))
    shown = sorted(reachable(file.document, parents))
    reader = _SceneReader(file, world)
    large = check_size(path.name, file.document, shown)
    if large:
        reader.remark(large)
        if tell is not None:
            tell(large)
    for index in shown:
        reader.add_node(index)
    return reader.asset()


class _SceneReader:
    """Gathers the primitives of one placed mesh after the other."""

    def __init__(self, file: GltfFile, world: list[NDArray[np.float64]]) -> None:
        self.file, self.document, self.world = file, file.document, world
        self.remarks: list[str] = []
        self.kept = sound_document(file.document, self.remark)
        self.nodes: list[Node] = []
        self.primitives: list[Primitive] = []
        self.positions: list[NDArray[np.float64]] = []
        self.local: list[NDArray[np.float32]] = []
        self.vertex_node: list[NDArray[np.int32]] = []
        self.faces: list[NDArray[np.int64]] = []
        self.decoded: dict[str, gltf_draco.Decoded] = {}
        self.vertex_count = self.face_count = 0

    def add_node(self, index: int) -> None:
        entry = self.document["nodes"][index]
        extensions = entry.get("extensions", {})
        if "camera" in entry or "KHR_lights_punctual" in extensions:
            self.remark("Cameras and lights are not kept.")
        if "mesh" not in entry:
            return
        if extensions.get("KHR_node_visibility", {}).get("visible") is False:
            self.remark("Objects that were hidden are shown.")
        mesh = self.document["meshes"][entry["mesh"]]
        name = str(entry.get("name") or mesh.get("name") or "")
        weights = entry.get("weights") or mesh.get("weights") or []
        more = (entry.get("extras"), mesh.get("extras"), weights)
        instancing = extensions.get("EXT_mesh_gpu_instancing")
        if "skin" in entry:
            self.remark(f"The armature of {name!r} is not kept, its pose is.")
            node = Node(name, np.eye(4), {}, *more)
            self.add_mesh(mesh, node, joint_matrices(self.file, self.world, entry["skin"]))
        elif instancing:
            for matrix in instance_matrices(self.file, instancing["attributes"]):
                self.add_mesh(mesh, Node(name, self.world[index] @ matrix, {}, *more))
        else:
            matrix = self.world[index]
            keys = ("translation", "rotation", "scale", "matrix")
            own = {key: entry[key] for key in keys if key in entry}
            kept = own if np.array_equal(local_matrix(own), matrix) else {}
            self.add_mesh(mesh, Node(name, matrix, kept, *more))

    def add_mesh(
        self, mesh: dict[str, Any], node: Node, joints: NDArray[np.float64] | None = None
    ) -> None:
        """Append the primitives of a mesh; those with the same accessors share their vertices."""
        shared: dict[str, Primitive] = {}
        for entry in mesh.get("primitives", []):
            mode = entry.get("mode", 4)
            if mode < 4:
                self.remark("Points and lines are left out.")
                continue
            if "POSITION" not in entry["attributes"]:
                self.remark("A mesh without positions is left out.")
                continue
            draco = None
            if gltf_draco.is_compressed(self.file, entry):
                draco = self.decode(entry)
            elif _corner_count(self.document, entry) < 3:
                continue
            key = json.dumps([entry["attributes"], entry.get("targets")], sort_keys=True)
            if draco is not None or key not in shared:
                shared[key] = self.add_vertices(entry, node, joints, draco)
            block = shared[key]
            count = len(block.vertices)
            corners = self.triangles(entry, mode, count) if draco is None else draco.corners
            if not len(corners):
                continue
            if corners.min() < 0 or corners.max() >= count:
                raise BadInput(
                    f"{self.file.path.name} is damaged: a triangle names a vertex that does not "
                    "exist.",
                    "Export it again from the program that made it.",
                )
            turned = corners[:, ::-1] if node.mirrored else corners
            faces = np.arange(self.face_count, self.face_count + len(corners))
            more = entry.get("extensions", {})
            for name in sorted(set(more) - set(KEPT_OF_PRIMITIVES)):
                self.remark(f"What the extension {name} says of meshes is not kept.")
            material = sound_material(entry.get("material"), self.kept)
            if "material" in entry and material is None:
                self.remark("A material that the file names but does not hold is left out.")
            extensions = sound_variants(more.get(VARIANTS), self.kept)
            self.primitives.append(
                Primitive(
                    len(self.nodes),
                    corners,
                    faces,
                    block.vertices,
                    block.attributes,
                    block.targets,
                    material,
                    extensions,
                )
            )
            self.faces.append(turned + block.vertices[0])
            self.face_count += len(corners)
        self.nodes.append(node)

    def triangles(self, entry: dict[str, Any], mode: int, vertex_count: int) -> NDArray[np.int64]:
        """(m, 3) corners of a list (mode 4), strip (5) or fan (6)."""
        if "indices" in entry:
            stored = self.file.accessor(entry["indices"])
            if stored.dtype.kind == "f" or stored.shape[1] != 1:
                raise ValueError("indices are no whole numbers")
            indices = stored.reshape(-1).astype(np.int64)
        else:
            indices = np.arange(vertex_count)
        if mode == 4:
            return indices[: len(indices) // 3 * 3].reshape(-1, 3)
        first = np.arange(max(len(indices) - 2, 0))
        if mode == 5:
            odd = first % 2
            return indices[np.stack([first, first + 1 + odd, first + 2 - odd], axis=1)]
        return indices[np.stack([first + 1, first + 2, np.zeros_like(first)], axis=1)]

    def decode(self, entry: dict[str, Any]) -> gltf_draco.Decoded:
        """Data of a primitive that is compressed with Draco; once, however often it is placed."""
        key = json.dumps([entry["attributes"], entry["extensions"][gltf_draco.NAME]])
        if key not in self.decoded:
            self.decoded[key] = gltf_draco.decode(self.file, entry)
        return self.decoded[key]

    def add_vertices(
        self,
        entry: dict[str, Any],
        node: Node,
        joints: NDArray[np.float64] | None,
        draco: gltf_draco.Decoded | None,
    ) -> Primitive:
        """Read attributes and morph targets, place the vertices; a primitive without corners."""
        stored = {}
        for name, i in entry["attributes"].items():
            if draco is not None and name in draco.attributes:
                stored[name] = Attribute(draco.attributes[name], self.file.is_normalized(i))
            else:
                stored[name] = self.file.attribute(i)
        local = stored.pop("POSITION").as_float()
        if local.shape[1] != 3:
            raise ValueError("positions have no three coordinates")
        for name in [name for name, a in stored.items() if len(a.values) != len(local)]:
            self.remark(f"{name} has another length than the positions, and is left out.")
            del stored[name]
        targets = [
            {name: self.file.attribute(i).as_float() for name, i in target.items()}
            for target in entry.get("targets", [])
        ]
        if any(v.shape != local.shape for target in targets for v in target.values()):
            self.remark("Shape keys of another length than their mesh are left out.")
            targets = []
        skin_names = [name for name in stored if name.startswith(("JOINTS_", "WEIGHTS_"))]
        skin = {name: stored.pop(name) for name in skin_names}
        if joints is not None and "JOINTS_0" in skin:
            blended = blended_joints(joints, skin)
            local = np.einsum("nij,nj->ni", blended[:, :, :3], local) + blended[:, :, 3]
            transform_vectors(stored, targets, blended[:, :, :3])
        shape = local.astype(np.float32).astype(np.float64)
        for weight, target in zip(node.weights, targets, strict=False):
            shape = shape + weight * target.get("POSITION", 0.0)
        world = shape @ node.matrix[:3, :3].T + node.matrix[:3, 3]
        rows = np.arange(self.vertex_count, self.vertex_count + len(local))
        self.vertex_count += len(local)
        self.positions.append(world)
        self.local.append(local.astype(np.float32))
        self.vertex_node.append(np.full(len(local), len(self.nodes), dtype=np.int32))
        kept = [{name: v.astype(np.float32) for name, v in target.items()} for target in targets]
        none = np.zeros((0, 3), dtype=np.int64)
        return Primitive(len(self.nodes), none, none[:, 0], rows, stored, kept)

    def remark(self, sentence: str) -> None:
        if sentence not in self.remarks:
            self.remarks.append(sentence)

    def asset(self) -> Asset:
        name = self.file.path.name
        if self.face_count == 0:
            raise BadInput(
                f"{name} holds no triangles in its scene.", "Export it again with a mesh in it."
            )
        if self.document.get("animations"):
            self.remark("Animations are not kept.")
        if len(self.document.get("scenes", [])) > 1:
            self.remark("Only the default scene is read; the file has others.")
        vertices, faces = np.concatenate(self.positions), np.concatenate(self.faces)
        check_geometry(name, vertices, faces)
        local = np.concatenate(self.local)
        strayed = without_strays(vertices, faces)
        if strayed is not vertices:
            vertices, local = strayed, np.where(np.isfinite(local), local, np.float32(0))
        return Asset(
            self.file.path,
            vertices,
            faces,
            local,
            np.concatenate(self.vertex_node),
            self.nodes,
            self.primitives,
            self.kept,
            [self.image(i, entry) for i, entry in enumerate(self.kept.get("images", []))],
            "Y",
            self.remarks,
        )

    def image(self, number: int, entry: dict[str, Any]) -> bytes | memoryview | Path | None:
        """A picture as it is stored, or None, with a remark, where there is none."""
        label = f"The texture {entry['name']}" if entry.get("name") else f"Texture {number + 1}"
        try:
            if "bufferView" in entry:
                return self.file.view(entry["bufferView"])
            if "uri" not in entry:
                self.remark(f"{label} has no picture in the file.")
                return None
            found = self.file.resource(entry["uri"])
        except (LookupError, OSError, TypeError, ValueError, BadInput):
            if "uri" in entry and not str(entry["uri"]).startswith("data:"):
                label = f"The texture {_last_part(str(entry['uri']))}"
            self.remark(f"{label} was not found.")
            return None
        if isinstance(found, Path) and not found.is_file():
            self.remark(f"The texture {found.name} was not found.")
            return None
        return found


def _last_part(uri: str) -> str:
    return unquote(uri).replace("\\", "/").rsplit("/", 1)[-1][:80]


def _corner_count(document: dict[str, Any], primitive: dict[str, Any]) -> int:
    which = primitive.get("indices", primitive["attributes"]["POSITION"])
    return int(document["accessors"][which]["count"])


def transform_vectors(
    attributes: dict[str, Attribute],
    targets: list[dict[str, Any]],
    matrix: NDArray[np.float64],
) -> None:
    """Turn normals, tangents and morph differences by (3, 3) or (n, 3, 3) `matrix`, in place.

    Normals go by the cofactor matrix, which is the inverse transpose up to scale and exists for
    singular matrices too; in a mirroring matrix the sign of the determinant keeps them outward.
    """
    linear = np.broadcast_to(matrix, (*matrix.shape[:-2], 3, 3))
    a, b, c = linear[..., 0], linear[..., 1], linear[..., 2]
    cofactor = np.stack([np.cross(b, c), np.cross(c, a), np.cross(a, b)], axis=-1)
    sign = np.where(np.linalg.det(linear) < 0, -1.0, 1.0)
    scale = np.cbrt(np.abs(np.linalg.det(linear))) ** 2
    cofactor = cofactor * (sign / np.where(scale > 0, scale, 1.0))[..., None, None]

    def turned(how: NDArray[np.float64], vectors: NDArray[np.float64]) -> NDArray[np.float64]:
        return (how @ vectors[..., None])[..., 0]

    def unit(vectors: NDArray[np.float64]) -> NDArray[np.float64]:
        length = np.linalg.norm(vectors, axis=1, keepdims=True)
        return vectors / np.where(length > 0, length, 1.0)

    if "NORMAL" in attributes:
        normal = unit(turned(cofactor, attributes["NORMAL"].as_float()))
        attributes["NORMAL"] = Attribute(normal.astype(np.float32))
    if "TANGENT" in attributes:
        tangent = attributes["TANGENT"].as_float()
        direction = unit(turned(linear, tangent[:, :3]))
        hand = tangent[:, 3] * sign
        attributes["TANGENT"] = Attribute(np.column_stack([direction, hand]).astype(np.float32))
    for target in targets:
        for name, vectors in target.items():
            target[name] = turned(cofactor if name == "NORMAL" else linear, vectors)
