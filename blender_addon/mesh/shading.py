# SPDX-License-Identifier: GPL-3.0-or-later
"""Corner normals that survive a cut: those on the border as they were on the whole.

Blender averages normals over the faces round a vertex, so a cut would change them. They are kept
as custom normals in tangent space (attribute custom_normal, INT16_2D), which follow armatures and
shape keys; free normals (FLOAT_VECTOR) would stand still. Values of zero mean "automatic".
"""

from __future__ import annotations

import math
from typing import Any, TypeAlias

import bpy

from ...backend.contract.arrays import NDArray, np
from .layers import CUSTOM_NORMAL, drop, put, read, write

Normals: TypeAlias = "NDArray[np.float32]"
Corners: TypeAlias = "NDArray[np.bool_]"

TOLERANCE = math.radians(0.02)
PROBE = 200  # in steps of the stored angle, about two degrees


def corner_normals(mesh: bpy.types.Mesh) -> Normals:
    """(C, 3) float32, as the mesh is shaded."""
    normals = np.empty((len(mesh.loops), 3), dtype=np.float32)
    if normals.size:
        mesh.corner_normals.foreach_get("vector", normals.ravel())
    return normals


def depends_on_neighbours(mesh: bpy.types.Mesh) -> bool:
    """Would a cut change the normals? Not where all is flat, nor where normals are free."""
    layer = mesh.attributes.get(CUSTOM_NORMAL)
    free = layer is not None and layer.data_type == "FLOAT_VECTOR"
    return not free and mesh.normals_domain != "FACE"


def custom_data(mesh: bpy.types.Mesh) -> NDArray[Any] | None:
    """(C, 2) int16, the custom normals as they are stored in tangent space; None without."""
    layer = mesh.attributes.get(CUSTOM_NORMAL)
    if layer is None or (layer.data_type, layer.domain) != ("INT16_2D", "CORNER"):
        return None
    return read(layer)


def encode(mesh: bpy.types.Mesh, wanted: Normals, where: Corners) -> None:
    """Store normals as custom ones at some corners, and make all others automatic."""
    mesh.normals_split_custom_set(np.where(where[:, None], wanted, np.float32(0)).tolist())


def settle(
    mesh: bpy.types.Mesh, wanted: Normals, border: Corners, inner: NDArray[Any] | None
) -> None:
    """Finish normals that were encoded at the `border` corners (C,) bool of a mesh.

    wanted : (C, 3) float32, what they should be. inner : (C, 2) int16, the stored custom normals
    of all other corners, None where the source has none.
    """
    coded = custom_data(mesh)
    if coded is None:
        coded = np.zeros((len(mesh.loops), 2), dtype=np.int16)
    coded[~border] = 0 if inner is None else inner[~border]
    if inner is None and not coded.any():
        drop(mesh, CUSTOM_NORMAL)
        return
    put(mesh, CUSTOM_NORMAL, "INT16_2D", "CORNER", coded)
    mesh.update()
    _refine(mesh, wanted, border)


def _refine(mesh: bpy.types.Mesh, wanted: Normals, border: Corners) -> None:
    """Correct what Blender rounds: it stores angles below 0.8 degrees about the normal as zero.

    The stored angle turns the normal almost evenly, so one probe to either side tells its value.
    """
    layer = mesh.attributes[CUSTOM_NORMAL]
    coded = read(layer)
    have = corner_normals(mesh)
    missing = wanted - have
    off = border & (coded[:, 1] == 0) & (np.linalg.norm(missing, axis=1) > TOLERANCE)
    if not off.any():
        return
    best = coded.copy()
    for probe in (PROBE, -PROBE):
        trial = coded.copy()
        trial[off, 1] = probe
        write(layer, trial)
        mesh.update()
        turned = (corner_normals(mesh) - have)[off]
        length = np.maximum((turned**2).sum(axis=1), 1e-12)
        share = (missing[off] * turned).sum(axis=1) / length
        steps = np.clip(np.rint(share * probe), -2 * PROBE, 2 * PROBE).astype(np.int16)
        best[off, 1] = np.where(share > 0, steps, best[off, 1])
    write(layer, best)
    mesh.update()
