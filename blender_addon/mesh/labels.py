# SPDX-License-Identifier: GPL-3.0-or-later
"""The face attribute part_id: which part each polygon of a mesh belongs to.

Works in Object and in Edit Mode. This is the only module that writes the attribute.
"""

from __future__ import annotations

import bpy

from ...backend.contract.arrays import NDArray, np
from ...backend.contract.errors import BadInput
from ..core.labels import UNLABELLED, Areas, Labels

ATTRIBUTE = "part_id"


def has_labels(mesh: bpy.types.Mesh) -> bool:
    """Does the mesh have parts?"""
    found = mesh.attributes.get(ATTRIBUTE)
    return found is not None and (found.data_type, found.domain) == ("INT", "FACE")


def face_count(mesh: bpy.types.Mesh) -> int:
    """Number of polygons, in Edit Mode those of the mesh being edited."""
    return len(_edited(mesh).faces) if mesh.is_editmode else len(mesh.polygons)


def get_labels(mesh: bpy.types.Mesh) -> Labels:
    """(F,) int32, the part id of each polygon; all -1 where there are none."""
    if mesh.is_editmode:
        edited = _edited(mesh)
        layer = edited.faces.layers.int.get(ATTRIBUTE)
        if layer is None:
            return np.full(len(edited.faces), UNLABELLED, dtype=np.int32)
        count = len(edited.faces)
        return np.fromiter((face[layer] for face in edited.faces), dtype=np.int32, count=count)
    labels = np.full(len(mesh.polygons), UNLABELLED, dtype=np.int32)
    if has_labels(mesh):
        mesh.attributes[ATTRIBUTE].data.foreach_get("value", labels)
    return labels


def get_areas(mesh: bpy.types.Mesh) -> Areas:
    """(F,) float64, the area of each polygon in the mesh's own units."""
    if mesh.is_editmode:
        edited = _edited(mesh)
        count = len(edited.faces)
        return np.fromiter((face.calc_area() for face in edited.faces), np.float64, count=count)
    area = np.empty(len(mesh.polygons), dtype=np.float32)
    mesh.polygons.foreach_get("area", area)
    return np.nan_to_num(area.astype(np.float64))


def get_centres(mesh: bpy.types.Mesh) -> NDArray[np.float64]:
    """(F, 3) the middle of each polygon in the mesh's own coordinates."""
    if mesh.is_editmode:
        centres = [face.calc_center_median() for face in _edited(mesh).faces]
        return np.array(centres, np.float64).reshape(-1, 3)
    centre = np.empty((len(mesh.polygons), 3), dtype=np.float32)
    mesh.polygons.foreach_get("center", centre.ravel())
    return np.nan_to_num(centre.astype(np.float64))


def write_labels(mesh: bpy.types.Mesh, labels: Labels) -> None:
    """Write the part id of each polygon, (F,) int32.

    Raises BadInput when the artist has another attribute of this name.
    """
    found = mesh.attributes.get(ATTRIBUTE)
    if found is not None and not has_labels(mesh):
        raise BadInput(
            f"“{mesh.name}” has an attribute of its own that is named {ATTRIBUTE}.",
            "Rename it in the Data tab, under Attributes.",
        )
    if mesh.is_editmode:
        import bmesh

        edited = _edited(mesh)
        layers = edited.faces.layers.int
        layer = layers.get(ATTRIBUTE) or layers.new(ATTRIBUTE)
        for face, label in zip(edited.faces, labels.tolist(), strict=True):
            face[layer] = label
        bmesh.update_edit_mesh(mesh, loop_triangles=False, destructive=False)
        return
    attribute = found or mesh.attributes.new(ATTRIBUTE, "INT", "FACE")
    attribute.data.foreach_set("value", labels)


def drop_labels(mesh: bpy.types.Mesh) -> None:
    """Take the attribute off the mesh, if it has it."""
    if mesh.is_editmode:
        edited = _edited(mesh)
        layer = edited.faces.layers.int.get(ATTRIBUTE)
        if layer is not None:
            edited.faces.layers.int.remove(layer)
    elif has_labels(mesh):
        mesh.attributes.remove(mesh.attributes[ATTRIBUTE])


def _edited(mesh: bpy.types.Mesh) -> bpy.types.BMesh:
    import bmesh

    return bmesh.from_edit_mesh(mesh)
