# SPDX-License-Identifier: GPL-3.0-or-later
"""Put faces that close a cut onto the mesh of a part, with sensible layers, and take them off.

Attributes, materials and colours come from the rim, weights and shape keys are blended from it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import bpy

from ...backend.contract.arrays import NDArray, np
from ..core.uv_space import FreeSpace
from . import cap_uv
from . import layers as mesh_layers
from .cap_layers import LEAST, Carried, OfRim, Values, take_layers, weights_at, write_layers
from .cap_shading import mark_caps
from .caps import (
    ISLANDS,
    TOPOLOGY,
    PartCaps,
    Points,
    Rows,
    elements_of_caps,
    faces_of_caps,
    rims_digest,
    rims_of_caps,
)
from .layers import SHARP
from .read import corner_vertices, positions
from .shading import corner_normals, custom_data, encode, settle

OWN_MATERIAL = "Hidden"  # of faces with a slot of their own


def add_caps(
    mesh: bpy.types.Mesh,
    caps: PartCaps,
    label: int,
    keys: Sequence[Points],
    free: Mapping[str, FreeSpace] | None = None,
    ids: NDArray[np.integer] | None = None,
) -> list[Points]:
    """Add the new faces of one part to its mesh, which has no shape keys yet.

    keys : (v, 3) for each shape key to come; returned with the positions of new vertices.
    free : by the names of UV maps, where new islands may be; that of the mesh alone without it.
    ids : (v,) which vertex of `caps` each of the mesh is; by default, that which it is a copy of.
    """
    faces = caps.faces[label]
    if len(faces) == 0:
        return list(keys)
    old = mesh_layers.sizes(mesh)
    here = positions(mesh)
    used, corner = np.unique(faces, return_inverse=True)
    wanted = caps.vertices[used].astype(np.float32)
    if ids is None:
        ids = mesh_layers.origin(mesh, "POINT")
    row = find_vertices(here, ids, wanted, used)
    is_new = row < 0
    row[is_new] = old["POINT"] + np.arange(is_new.sum())
    triangles = row[corner.reshape(-1, 3)]
    triangles = triangles[(triangles != np.roll(triangles, 1, axis=1)).all(axis=1)]
    rim = np.unique(row[~is_new])
    new = wanted[is_new]
    carried: Carried | OfRim = OfRim(new, rim, here[rim])
    if caps.carry is not None and len(caps.carry[0]) and len(rim):
        carried = _carried(caps, used[is_new], here, ids, rim)
    if caps.style.uv == ISLANDS and free is None:
        free = cap_uv.free_space([mesh])

    before = corner_normals(mesh)
    weights = weights_at(mesh, carried.used)
    shifts = [(key - here)[carried.used] for key in keys]
    blended = carried.blend(np.concatenate([weights, *shifts], axis=1))
    layers = take_layers(mesh)
    _add_elements(mesh, new, triangles, blended[:, : weights.shape[1]])

    def uv(name: str, values: Points, nearest: Rows) -> Points:
        space = (free or {}).get(name)
        anchor = np.concatenate([np.arange(old["POINT"]), carried.nearest])
        return cap_uv.of_new_faces(mesh, values, triangles, nearest, anchor, caps.style.uv, space)

    write_layers(mesh, layers, triangles, carried, uv)
    mark_caps(mesh, old, triangles, before, caps.style)
    if caps.style.own_slot:
        _give_own_slot(mesh)
    mesh.update()
    mesh.partwise.rims = rims_digest(mesh)
    moved = np.split(blended[:, weights.shape[1] :], max(len(keys), 1), axis=1)
    return [np.concatenate([k, new + shift]) for k, shift in zip(keys, moved, strict=False)]


def remove_caps(mesh: bpy.types.Mesh, source: bpy.types.Mesh | None = None) -> NDArray[np.bool_]:
    """Take the faces that close cuts off a mesh without shape keys.

    source : what it was cut from, to say which edges of the rim were sharp. Returns (V,) bool: the
    vertices that stay.
    """
    if not faces_of_caps(mesh).any():
        return np.ones(len(mesh.vertices), dtype=bool)
    kept = {domain: ~of_caps for domain, of_caps in elements_of_caps(mesh).items()}
    rims = rims_of_caps(mesh)[kept["EDGE"]]
    normals = corner_normals(mesh)[kept["CORNER"]]
    layers = take_layers(mesh)
    _delete_elements(mesh, kept["FACE"], kept["EDGE"], kept["POINT"])
    found = [layer.name for layer in mesh.attributes if layer.name not in TOPOLOGY]
    mesh_layers.drop(mesh, *found)
    for name, kind, domain, values in layers:
        mesh_layers.put(mesh, name, kind, domain, values[kept[domain]])
    if SHARP in mesh.attributes:
        sharp = mesh_layers.read(mesh.attributes[SHARP])
        was = None if source is None else source.attributes.get(SHARP)
        ids = mesh_layers.origin(mesh, "EDGE")
        sharp[rims] = False
        if was is not None:
            known = rims & (ids >= 0) & (ids < len(was.data))
            sharp[known] = mesh_layers.read(was)[ids[known]]
        mesh_layers.write(mesh.attributes[SHARP], sharp)
    mesh.update()
    mesh.partwise.rims = ""
    _keep_normals(mesh, normals, rims)
    return kept["POINT"]


def _keep_normals(mesh: bpy.types.Mesh, normals: Points, rims: NDArray[np.bool_]) -> None:
    """Where custom normals counted on faces beyond the rims (E,), they become what they were."""
    stored = custom_data(mesh)
    if stored is None:
        return
    at_rim = np.zeros(len(mesh.vertices), dtype=bool)
    at_rim[mesh_layers.edge_vertices(mesh)[rims]] = True
    where = at_rim[corner_vertices(mesh)]
    encode(mesh, normals, where)
    settle(mesh, normals, where, stored)


def _carried(
    caps: PartCaps, new: Rows, here: Points, ids: NDArray[np.integer], rim: Rows
) -> Carried:
    """What new vertices (M,), numbered as in `caps`, take from vertices of the part."""
    assert caps.carry is not None
    first = len(caps.vertices) - len(caps.carry[0])
    vertex, weight = (values[(new - first).clip(0)] for values in caps.carry)
    used, place = np.unique(vertex, return_inverse=True)
    row = find_vertices(here, ids, caps.vertices[used].astype(np.float32), used)
    row[row < 0] = rim[0]  # which the engine never names, but a part may have been edited
    return Carried(row[place.reshape(vertex.shape)], weight.astype(np.float32))


def find_vertices(
    here: Points, ids: NDArray[np.integer], wanted: Points, used: NDArray[np.integer]
) -> Rows:
    """The part's vertex for each vertex of the caps, -1 where it has none.

    By number, or else by position: of vertices in one place the engine names any. here : (v, 3)
    and ids : (v,) of the part; wanted : (n, 3) and used : (n,) of the caps.
    """
    order = np.argsort(ids, kind="stable")
    place = np.searchsorted(ids, used, sorter=order).clip(max=max(len(ids) - 1, 0))
    row = np.where(ids[order[place]] == used, order[place], -1).astype(np.int64)
    lost = np.nonzero(row < 0)[0]
    near = np.nonzero(np.isin(here[:, 0], wanted[lost, 0]))[0]  # few of many are compared in full
    both = np.concatenate([here[near], wanted[lost]])
    _, first, same = np.unique(both, axis=0, return_index=True, return_inverse=True)
    by_place = first[same.reshape(-1)[len(near) :]]
    row[lost] = np.append(near, -1)[by_place.clip(max=len(near))]
    return row


def _add_elements(mesh: bpy.types.Mesh, points: Points, triangles: Rows, weights: Values) -> None:
    """Add vertices (M, 3) and faces (N, 3) behind those that are there, and the edges they lack.

    weights : (M, number of vertex groups). BMesh does it, as Blender 5.2 crashes where elements are
    added to the arrays of a mesh that has some. It keeps weights, skin radii and sculpts, which
    have no arrays.
    """
    import bmesh

    edited = bmesh.new()
    try:
        edited.from_mesh(mesh, face_normals=False, vertex_normals=False)
        row, group = np.nonzero(weights > LEAST)
        deform = edited.verts.layers.deform.verify() if len(row) else None
        added = [edited.verts.new(point) for point in points.tolist()]
        members = (row.tolist(), group.tolist(), weights[row, group].tolist())
        for number, member, weight in zip(*members, strict=True):
            added[number][deform][member] = weight
        edited.verts.ensure_lookup_table()
        vertex = {row: edited.verts[row] for row in np.unique(triangles).tolist()}
        for corners in triangles.tolist():
            _add_face(edited.faces, [vertex[row] for row in corners])
        edited.to_mesh(mesh)
    finally:
        edited.free()


def _add_face(faces: Any, corners: list[Any]) -> None:
    """Add a triangle, also where one has the same corners: what closes a single triangle."""
    twin = faces.get(corners)
    if twin is None:
        faces.new(corners)
        return
    there = list(twin.verts)
    added = twin.copy(verts=False, edges=False)
    if there[(there.index(corners[0]) + 1) % 3] != corners[1]:
        added.normal_flip()


def _delete_elements(mesh: bpy.types.Mesh, *kept: NDArray[np.bool_]) -> None:
    """Keep some faces (F,), edges (E,) and vertices (V,) bool only, in their order."""
    import bmesh

    edited = bmesh.new()
    try:
        edited.from_mesh(mesh, face_normals=False, vertex_normals=False)
        for elements, mask in zip((edited.faces, edited.edges, edited.verts), kept, strict=True):
            for element in [e for e, keep in zip(elements, mask, strict=True) if not keep]:
                elements.remove(element)
        edited.to_mesh(mesh)
    finally:
        edited.free()


def _give_own_slot(mesh: bpy.types.Mesh) -> None:
    """A material of their own for all new faces of a mesh, in a slot at the end."""
    material = bpy.data.materials.get(OWN_MATERIAL)
    if material is None:
        material = bpy.data.materials.new(OWN_MATERIAL)
    if not len(mesh.materials):
        mesh.materials.append(None)  # of what was there
    slot = mesh.materials.find(OWN_MATERIAL)
    if slot < 0:
        mesh.materials.append(material)
        slot = len(mesh.materials) - 1
    index = np.zeros(len(mesh.polygons), dtype=np.int32)
    mesh.polygons.foreach_get("material_index", index)
    index[faces_of_caps(mesh)] = slot
    mesh.polygons.foreach_set("material_index", index)
