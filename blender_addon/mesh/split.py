# SPDX-License-Identifier: GPL-3.0-or-later
"""One mesh -> a mesh for each part, with everything that Blender stores on a mesh.

Faces, corners, edges and vertices keep their order and all their layers. Each element remembers
the element of the source that it is a copy of (`mesh_layers.ORIGIN`), for Join Back.

Unlabelled faces become the part `REST`; edges and vertices without faces the part `LOOSE`.
"""

from __future__ import annotations

from functools import partial
from typing import TypeAlias

import bpy

from ...backend.contract.arrays import NDArray, np
from ..core.labels import UNLABELLED, Labels
from . import layers as mesh_layers
from . import nodes as mesh_nodes
from . import shading as mesh_shading
from .cap_build import add_caps
from .cap_uv import free_space
from .caps import ISLANDS, PartCaps
from .keys import add_keys, read_keys, remove_meshes
from .labels import drop_labels
from .layers import SHARP, corner_edges, corner_faces, edge_vertices
from .read import corner_vertices

Mask: TypeAlias = "NDArray[np.bool_]"
Normals: TypeAlias = "NDArray[np.float32]"

REST, LOOSE = UNLABELLED, -2
LABEL, NORMAL = ".partwise_label", ".partwise_normal"  # only while it is being cut
DROP_VERTEX, DROP_EDGE = ".partwise_drop_vertex", ".partwise_drop_edge"


def split_mesh(
    obj: bpy.types.Object,
    labels: Labels,
    *,
    keep_shading: bool = True,
    caps: PartCaps | None = None,
    hidden: PartCaps | None = None,
) -> dict[int, bpy.types.Mesh]:
    """Cut the mesh of an object, which stays as it is, into new meshes.

    labels : (F,) int32, the part of each polygon. Returns a mesh for each label, in their order,
    then those of `REST` and `LOOSE` where there is such a thing.
    keep_shading : corner normals at the cut stay what they were, see `mesh_shading`.
    caps : faces that close the parts; hidden : for some of them, what comes in the place of these.
    """
    source = obj.data
    work = _plain_copy(source)
    made: dict[int, bpy.types.Mesh] = {}
    try:
        border = border_corners(source, labels)
        normals, stored = None, None
        if keep_shading and border.any() and mesh_shading.depends_on_neighbours(source):
            normals = mesh_shading.corner_normals(source)
            stored = mesh_shading.custom_data(source)
        by_bmesh = mesh_layers.lost_by_nodes(obj)
        cut = _cut_by_bmesh if by_bmesh else _cut_by_nodes
        cut(work, labels, None if normals is None else np.where(border[:, None], normals, 0), made)
        _cut_loose(work, made, by_bmesh=by_bmesh)
        keys, lost = read_keys(source), mesh_layers.Lost.of(source)
        closing = {k: one for one in (caps, hidden) if one is not None for k in one.faces}
        free = None
        if any(one.style.uv == ISLANDS for one in closing.values()):
            free = free_space([source])
        for label, mesh in made.items():
            lost.restore(mesh, partial(mesh_layers.origin, mesh))
            mesh_layers.restore_settings(mesh, source)
            if normals is not None and len(mesh.loops):
                corner = mesh_layers.origin(mesh, "CORNER")
                inner = None if stored is None else stored[corner]
                mesh_shading.settle(mesh, normals[corner], border[corner], inner)
                if SHARP not in source.attributes:  # Blender adds it, with nothing in it
                    mesh_layers.drop(mesh, SHARP)
            vertex = mesh_layers.origin(mesh, "POINT")
            moved = [key[vertex] for key in keys]
            if label in closing:
                moved = add_caps(mesh, closing[label], label, moved, free)
            mesh_layers.restore_order(mesh, source)  # nodes sort by domain from Blender 5.2 on
            mesh_layers.restore_active(mesh, source)
            add_keys(mesh, source, moved)
    except BaseException:
        remove_meshes(made.values())
        raise
    finally:
        remove_meshes([work])
    ordered = sorted(made, key=lambda label: (label < 0, abs(label)))
    return {label: made[label] for label in ordered}


def _plain_copy(source: bpy.types.Mesh) -> bpy.types.Mesh:
    """A copy with origin ids, without parts, shape keys, animation and materials."""
    work = source.copy()
    try:
        if work.shape_keys:
            bpy.data.batch_remove([work.shape_keys])
        work.animation_data_clear()
        for slot in range(len(work.materials)):
            work.materials[slot] = None  # or pieces would refer to what a depsgraph made of them
        drop_labels(work)
        work.property_unset("partwise")
        mesh_layers.put_origin(work)
    except BaseException:
        remove_meshes([work])
        raise
    return work


def border_corners(source: bpy.types.Mesh, labels: Labels) -> Mask:
    """(C,) bool: the corners at vertices where faces of two parts meet."""
    vertex = corner_vertices(source)
    corner_label = labels[corner_faces(source)]
    some_label = np.empty(len(source.vertices), dtype=labels.dtype)
    some_label[vertex] = corner_label
    cut = np.zeros(len(source.vertices), dtype=bool)
    cut[vertex[some_label[vertex] != corner_label]] = True
    return np.asarray(cut[vertex])


def _cut_by_nodes(
    work: bpy.types.Mesh,
    labels: Labels,
    normals: Normals | None,
    made: dict[int, bpy.types.Mesh],
) -> None:
    """All parts in one evaluation, whose time hardly depends on how many there are."""
    mesh_layers.put(work, LABEL, "INT", "FACE", labels)
    if normals is not None:
        mesh_layers.put(work, NORMAL, "FLOAT_VECTOR", "CORNER", normals)

    def build(group: bpy.types.NodeTree, mesh: bpy.types.NodeSocket) -> bpy.types.NodeSocket:
        links = {"Geometry": mesh, "Group ID": mesh_nodes.attribute(group, LABEL, "INT")}
        cut = mesh_nodes.add(group, "GeometryNodeSplitToInstances", links, domain="FACE")
        if normals is None:
            return cut
        wanted = mesh_nodes.attribute(group, NORMAL, "FLOAT_VECTOR")
        kind, settings = "GeometryNodeSetMeshNormal", {"mode": "TANGENT_SPACE"}
        return mesh_nodes.add(group, kind, {"Mesh": cut, "Custom Normal": wanted}, **settings)

    for mesh in mesh_nodes.pieces(work, build):
        made[mesh.attributes[LABEL].data[0].value] = mesh
        mesh_layers.drop(mesh, LABEL, NORMAL)
    mesh_layers.drop(work, LABEL, NORMAL)


def _cut_by_bmesh(
    work: bpy.types.Mesh,
    labels: Labels,
    normals: Normals | None,
    made: dict[int, bpy.types.Mesh],
) -> None:
    """Slower by far, but BMesh keeps every layer."""
    for label in np.unique(labels).tolist():
        faces = labels == label
        corners = faces[corner_faces(work)]
        edges = np.zeros(len(work.edges), dtype=bool)
        edges[corner_edges(work)[corners]] = True
        vertices = np.zeros(len(work.vertices), dtype=bool)
        vertices[corner_vertices(work)[corners]] = True
        made[label] = mesh = _keep_by_bmesh(work, faces, edges, vertices)
        if normals is not None:
            wanted = normals[mesh_layers.origin(mesh, "CORNER")]
            mesh_shading.encode(mesh, wanted, np.asarray(wanted.any(axis=1)))


def _keep_by_bmesh(work: bpy.types.Mesh, *kept: Mask) -> bpy.types.Mesh:
    """A copy with some faces (F,), edges (E,) and vertices (V,) bool only."""
    import bmesh

    edited = bmesh.new()
    try:
        edited.from_mesh(work)
        domains = (edited.faces, edited.edges, edited.verts)
        unwanted = [
            [element for element, keep in zip(elements, mask, strict=True) if not keep]
            for elements, mask in zip(domains, kept, strict=True)
        ]
        for elements, context in zip(unwanted, ("FACES_ONLY", "EDGES", "VERTS"), strict=True):
            bmesh.ops.delete(edited, geom=[e for e in elements if e.is_valid], context=context)
        mesh = work.copy()
        edited.to_mesh(mesh)
    finally:
        edited.free()
    return mesh


def _cut_loose(work: bpy.types.Mesh, made: dict[int, bpy.types.Mesh], *, by_bmesh: bool) -> None:
    """Edges and vertices that belong to no face, as a part of their own."""
    edges = np.ones(len(work.edges), dtype=bool)
    edges[corner_edges(work)] = False
    vertices = np.ones(len(work.vertices), dtype=bool)
    vertices[corner_vertices(work)] = False
    vertices[edge_vertices(work)[edges]] = True  # also those that they share with faces
    if not vertices.any():
        return
    if by_bmesh:
        no_face = np.zeros(len(work.polygons), dtype=bool)
        made[LOOSE] = _keep_by_bmesh(work, no_face, edges, vertices)
        return
    mesh_layers.put(work, DROP_EDGE, "BOOLEAN", "EDGE", ~edges)
    mesh_layers.put(work, DROP_VERTEX, "BOOLEAN", "POINT", ~vertices)
    made[LOOSE] = mesh = mesh_nodes.whole(work, delete_dropped)
    mesh_layers.drop(mesh, DROP_EDGE, DROP_VERTEX)
    row = {vertex: new for new, vertex in enumerate(mesh_layers.origin(mesh, "POINT").tolist())}
    lost = mesh_layers.zero_weights(work, row)
    mesh_layers.add_zero_weights(mesh, {g: [row[v] for v in vs] for g, vs in lost.items()})


def delete_dropped(
    group: bpy.types.NodeTree, geometry: bpy.types.NodeSocket
) -> bpy.types.NodeSocket:
    """Nodes that delete edges and vertices by the attributes `DROP_EDGE` and `DROP_VERTEX`."""
    for name, domain, mode in ((DROP_EDGE, "EDGE", "EDGE_FACE"), (DROP_VERTEX, "POINT", "ALL")):
        links = {"Geometry": geometry, "Selection": mesh_nodes.attribute(group, name, "BOOLEAN")}
        settings = {"domain": domain, "mode": mode}
        geometry = mesh_nodes.add(group, "GeometryNodeDeleteGeometry", links, **settings)
    return geometry
