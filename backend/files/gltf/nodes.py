# SPDX-License-Identifier: GPL-3.0-or-later
"""Where the meshes of a glTF scene lie: nodes and their parents, joints of skins, instances."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...assets.asset import Attribute
from .container import GltfFile


def world_matrices(nodes: list[dict[str, Any]]) -> tuple[list[NDArray[np.float64]], list[int]]:
    """(4, 4) matrix of each node to the world, and its parent or -1."""
    parents = [-1] * len(nodes)
    for index, node in enumerate(nodes):
        for child in node.get("children", []):
            if parents[child] != -1:
                raise ValueError(f"node {child} has two parents")
            parents[child] = index
    world: list[NDArray[np.float64] | None] = [None] * len(nodes)
    for start in range(len(nodes)):
        chain, index = [], start
        while index != -1 and world[index] is None:
            chain.append(index)
            if len(chain) > len(nodes):
                raise ValueError("nodes form a cycle")
            index = parents[index]
        for index in reversed(chain):
            matrix = local_matrix(nodes[index])
            above = world[parents[index]] if parents[index] != -1 else None
            world[index] = matrix if above is None else above @ matrix
    return [matrix for matrix in world if matrix is not None], parents


def local_matrix(node: dict[str, Any]) -> NDArray[np.float64]:
    if "matrix" in node:
        return np.array(node["matrix"], dtype=np.float64).reshape(4, 4).T
    return placement_matrix(
        np.array(node.get("translation", (0, 0, 0)), dtype=np.float64),
        np.array(node.get("rotation", (0, 0, 0, 1)), dtype=np.float64),
        np.array(node.get("scale", (1, 1, 1)), dtype=np.float64),
    )


def placement_matrix(
    translation: NDArray[np.float64], rotation: NDArray[np.float64], scale: NDArray[np.float64]
) -> NDArray[np.float64]:
    """(4, 4) matrix of a translation (3,), a quaternion x y z w (4,) and a scale (3,)."""
    x, y, z, w = rotation / (np.linalg.norm(rotation) or 1.0)
    matrix = np.eye(4)
    matrix[:3, :3] = [
        [1 - 2 * (y * y + z * z), 2 * (x * y - z * w), 2 * (x * z + y * w)],
        [2 * (x * y + z * w), 1 - 2 * (x * x + z * z), 2 * (y * z - x * w)],
        [2 * (x * z - y * w), 2 * (y * z + x * w), 1 - 2 * (x * x + y * y)],
    ]
    matrix[:3, :3] *= scale
    matrix[:3, 3] = translation
    return matrix


def reachable(document: dict[str, Any], parents: list[int]) -> set[int]:
    """Nodes below the roots of the default scene; all of them if the file has no scene."""
    nodes, scenes = document.get("nodes", []), document.get("scenes", [])
    if not scenes:
        return set(range(len(nodes)))
    default = document.get("scene", 0)
    default = default if isinstance(default, int) and 0 <= default < len(scenes) else 0
    stack = list(scenes[default].get("nodes", []))
    found: set[int] = set()
    while stack:
        index = stack.pop()
        if index not in found:
            found.add(index)
            stack.extend(nodes[index].get("children", []))
    return found


def joint_matrices(
    file: GltfFile, world: list[NDArray[np.float64]], skin_index: int
) -> NDArray[np.float64]:
    """(J, 4, 4): from the bind pose of a skin to the world."""
    skin = file.document["skins"][skin_index]
    joints = np.stack([world[joint] for joint in skin["joints"]])
    if "inverseBindMatrices" not in skin:
        return joints
    entry = file.document["accessors"][skin["inverseBindMatrices"]]
    if entry["type"] != "MAT4" or entry["componentType"] != 5126:
        raise ValueError("inverse bind matrices have another type")
    data = file.view(entry["bufferView"])
    start, count = entry.get("byteOffset", 0), int(entry["count"])
    inverse = np.frombuffer(data, "<f4", count * 16, start).reshape(count, 4, 4)
    return joints @ inverse[: len(joints)].transpose(0, 2, 1).astype(np.float64)


def blended_joints(joints: NDArray[np.float64], skin: dict[str, Attribute]) -> NDArray[np.float64]:
    """(n, 3, 4) matrix of each vertex: linear blend skinning."""
    count = len(skin["JOINTS_0"].values)
    blended, total = np.zeros((count, 3, 4)), np.zeros(count)
    for name in sorted(skin):
        if not name.startswith("JOINTS_"):
            continue
        which = skin[name].values.astype(np.int64)
        weights = np.nan_to_num(skin[name.replace("JOINTS", "WEIGHTS")].as_float(), posinf=0)
        which = np.where(weights > 0, which, 0)  # what has no weight may name any joint
        for column in range(which.shape[1]):
            blended += weights[:, column, None, None] * joints[which[:, column], :3]
            total += weights[:, column]
    blended[total == 0] = np.eye(4)[:3]
    total[total == 0] = 1.0
    return blended / total[:, None, None]


def instance_matrices(file: GltfFile, attributes: dict[str, int]) -> list[NDArray[np.float64]]:
    """(4, 4) matrices of EXT_mesh_gpu_instancing."""
    rows = {
        name: file.attribute(i).as_float()
        for name, i in attributes.items()
        if name in ("TRANSLATION", "ROTATION", "SCALE")
    }
    count = max(len(values) for values in rows.values())
    moved = rows.get("TRANSLATION", np.zeros((count, 3)))
    turned = rows.get("ROTATION", np.tile([0.0, 0.0, 0.0, 1.0], (count, 1)))
    scaled = rows.get("SCALE", np.ones((count, 3)))
    return [placement_matrix(*row) for row in zip(moved, turned, scaled, strict=True)]
