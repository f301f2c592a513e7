# SPDX-License-Identifier: GPL-3.0-or-later
"""Meshes of parts -> one mesh again, with everything that was done to them.

Vertices on the cut are welded where they have the same origin id and still coincide. Elements go
back to the order of the source, new ones to the end. Caps are taken off.
"""

from __future__ import annotations

from functools import partial
from typing import Any, TypeAlias

import bpy
from mathutils import Matrix

from ...backend.contract.arrays import NDArray, np
from ...backend.contract.records import Value
from . import layers as mesh_layers
from . import nodes as mesh_nodes
from . import shading as mesh_shading
from .compare import NEAR, at_source, extent, is_unchanged, place_in_source
from .keys import add_keys, read_key, remove_meshes
from .layers import CAP, CUSTOM_NORMAL, NEW, ORIGIN, corner_edges, edge_vertices, origin
from .read import corner_vertices, positions
from .split import DROP_EDGE, DROP_VERTEX, delete_dropped

Ids: TypeAlias = "NDArray[np.int32]"
Points: TypeAlias = "NDArray[Any]"

ROW = {domain: f".partwise_row_{domain.lower()}" for domain in ORIGIN}  # in the parts, one by one
ORDER = {domain: f".partwise_order_{domain.lower()}" for domain in ("POINT", "EDGE", "FACE")}
PIECE, WELDED = ".partwise_piece", ".partwise_welded"
PART, MATERIAL, DROP_FACE = ".partwise_part", ".partwise_material", ".partwise_drop_face"
TEMPORARY = (
    *(*ROW.values(), *ORDER.values(), PIECE, WELDED),
    *(PART, MATERIAL, DROP_FACE, DROP_EDGE, DROP_VERTEX, CAP),
)
LAST = (1 << 31) - 1


class Joined(Value):
    """A mesh made of parts, and (F,) int32 the part id that each of its faces had."""

    mesh: bpy.types.Mesh
    labels: Ids


def join_meshes(source: bpy.types.Object, pieces: list[bpy.types.Object]) -> Joined:
    """One new mesh, in the source's coordinates, of the meshes of its parts as they are now.

    Where parts disagree about what they share on the cut, the one that was edited is right.
    Shape keys are those of the source. The parts and the source stay as they are.
    """
    works: list[bpy.types.Mesh] = []
    made: list[bpy.types.Mesh] = []
    materials = list(source.data.materials)
    try:
        edited_first = sorted(pieces, key=lambda piece: is_unchanged(piece, source))
        keys = [_prepare(works, piece, source, materials) for piece in edited_first]
        _number(works)
        made.append(_merge(works))
        _weld(made[0], source.data)
        made.append(_delete_and_sort(made[0]))
        mesh = made[1]
        _restore_layers(mesh, works, source.data, materials)
        row = _rows(mesh, "POINT")
        add_keys(mesh, source.data, [np.concatenate(key)[row] for key in zip(*keys, strict=True)])
        labels = np.asarray(mesh_layers.read(mesh.attributes[PART])[:, 0])
        mesh_layers.drop(mesh, *TEMPORARY)
        _restore_origin(mesh, source.data)
        mesh_layers.restore_order(mesh, source.data)
        mesh_layers.restore_active(mesh, source.data)
        mesh.update()
    except BaseException:
        remove_meshes(made[1:])
        raise
    finally:
        remove_meshes([*works, *made[:1]])
    return Joined(mesh, labels)


def _prepare(
    works: list[bpy.types.Mesh],
    piece: bpy.types.Object,
    source: bpy.types.Object,
    materials: list[bpy.types.Material | None],
) -> list[Points]:
    """Add a copy of a part's mesh in the source's coordinates; returns its shape keys there.

    materials : the slots of the mesh to come, which grow.
    """
    work = piece.data.copy()
    works.append(work)
    if work.shape_keys:
        bpy.data.batch_remove([work.shape_keys])
    part_id = piece.partwise.part_id
    is_copy = any(other.attributes[PART].data[0].value == part_id for other in works[:-1]
                  if PART in other.attributes and len(other.polygons))  # fmt: skip
    for domain, count in mesh_layers.sizes(source.data).items():
        ids = origin(work, domain)
        ids = np.where((ids < count) & (not is_copy), ids, NEW)
        mesh_layers.put(work, ORIGIN[domain], "INT", domain, ids)
    place, vertex = place_in_source(piece, source), origin(work, "POINT")
    size = extent(positions(source.data))

    def moved(points: Points, sources: Points) -> Points:
        known = np.append(sources, [[np.inf] * 3], axis=0)  # the last one is for new vertices
        return at_source(points, place, known[vertex], size)

    base = moved(positions(work), positions(source.data))
    if len(base):
        work.vertices.foreach_set("co", base.ravel())
    if place.determinant() < 0:
        work.flip_normals()
    _turn_free_normals(work, place)
    mesh_layers.put(work, PART, "INT", "FACE", np.full(len(work.polygons), part_id))
    mesh_layers.put(work, PIECE, "INT", "POINT", np.full(len(work.vertices), len(works)))
    slots = [_slot(materials, number, slot) for number, slot in enumerate(work.materials)] or [0]
    index = np.zeros(len(work.polygons), dtype=np.int32)
    work.polygons.foreach_get("material_index", index)
    mesh_layers.put(work, MATERIAL, "INT", "FACE", np.array(slots)[index.clip(0, len(slots) - 1)])
    for number in range(len(work.materials)):
        work.materials[number] = None  # or the mesh would refer to what a depsgraph made of them
    blocks = source.data.shape_keys.key_blocks if source.data.shape_keys else ()
    own = piece.data.shape_keys.key_blocks if piece.data.shape_keys else {}
    return [
        moved(read_key(own[block.name]), read_key(block)) if block.name in own else base
        for block in blocks
    ]


def _slot(
    materials: list[bpy.types.Material | None], number: int, material: bpy.types.Material | None
) -> int:
    """The slot for a material: the same one if it is there, else any with it, else a new one."""
    if number < len(materials) and materials[number] == material:
        return number
    if material not in materials:
        materials.append(material)
    return materials.index(material)


def _turn_free_normals(work: bpy.types.Mesh, place: Matrix) -> None:
    layer = work.attributes.get(CUSTOM_NORMAL)
    if layer is not None and layer.data_type == "FLOAT_VECTOR" and place != Matrix.Identity(4):
        turn = np.array(place.to_3x3().inverted_safe().transposed())
        mesh_layers.write(layer, mesh_layers.read(layer) @ turn.T)


def _number(works: list[bpy.types.Mesh]) -> None:
    """Number all elements through all meshes."""
    for domain, name in ROW.items():
        first = 0
        for work in works:
            count = mesh_layers.sizes(work)[domain]
            mesh_layers.put(work, name, "INT", domain, np.arange(first, first + count))
            first += count


def _rows(mesh: bpy.types.Mesh, domain: str) -> Ids:
    return np.asarray(mesh_layers.read(mesh.attributes[ROW[domain]])[:, 0])


def _merge(works: list[bpy.types.Mesh]) -> bpy.types.Mesh:
    """One mesh of all, not welded."""
    folder = bpy.data.collections.new(".partwise")
    objects = [bpy.data.objects.new(".partwise", work) for work in works]
    try:
        for obj in objects:
            folder.objects.link(obj)

        def build(group: bpy.types.NodeTree, _: bpy.types.NodeSocket) -> bpy.types.NodeSocket:
            instances = mesh_nodes.add(group, "GeometryNodeCollectionInfo", {})
            instances.node.inputs["Collection"].default_value = folder
            links = {"Geometry": instances}
            return mesh_nodes.add(group, "GeometryNodeRealizeInstances", links)

        return mesh_nodes.whole(works[0], build)
    finally:
        bpy.data.batch_remove(objects)
        bpy.data.collections.remove(folder)


def _weld(mesh: bpy.types.Mesh, source: bpy.types.Mesh) -> None:
    """Let faces share vertices and edges on the cut, and mark what is superfluous then."""
    vertex_for = _leaders(mesh, NEAR * extent(positions(source)))
    welded = np.bincount(vertex_for, minlength=len(vertex_for))[vertex_for] > 1
    corners, ends = vertex_for[corner_vertices(mesh)], vertex_for[edge_vertices(mesh)]
    both = np.nonzero(welded[ends].all(axis=1))[0]
    pairs = np.sort(ends[both], axis=1).astype(np.int64) @ [len(vertex_for), 1]
    _, first, same = np.unique(pairs, return_index=True, return_inverse=True)
    edge_for = np.arange(len(ends), dtype=np.int32)
    edge_for[both] = both[first[same.reshape(-1)]]
    sides = edge_for[corner_edges(mesh)]
    if len(corners):
        mesh.loops.foreach_set("vertex_index", corners.astype(np.int32))
        mesh.loops.foreach_set("edge_index", sides.astype(np.int32))
    if len(ends):
        mesh.edges.foreach_set("vertices", ends.astype(np.int32).ravel())

    is_cap = np.zeros(len(mesh.polygons), dtype=bool)
    if CAP in mesh.attributes:
        is_cap = mesh_layers.read(mesh.attributes[CAP])[:, 0]
    capped = is_cap[mesh_layers.corner_faces(mesh)]
    _unmark_rims(mesh, source, sides, capped)
    edge_goes = edge_for != np.arange(len(ends))
    edge_goes[np.setdiff1d(sides[capped], sides[~capped])] = True
    vertex_goes = vertex_for != np.arange(len(vertex_for))
    vertex_goes[np.setdiff1d(corners[capped], corners[~capped])] = True
    mesh_layers.put(mesh, DROP_FACE, "BOOLEAN", "FACE", is_cap)
    mesh_layers.put(mesh, DROP_EDGE, "BOOLEAN", "EDGE", edge_goes)
    mesh_layers.put(mesh, DROP_VERTEX, "BOOLEAN", "POINT", vertex_goes)
    mesh_layers.put(mesh, WELDED, "BOOLEAN", "POINT", welded)


def _leaders(mesh: bpy.types.Mesh, slack: float) -> Ids:
    """(V,) int32: for each vertex the one that it is welded to, itself for most.

    One vertex of each part with the same origin id, if they are not farther than `slack` apart.
    """
    ids = origin(mesh, "POINT").astype(np.int64)
    piece = mesh_layers.read(mesh.attributes[PIECE])[:, 0].astype(np.int64)
    points = positions(mesh)
    leader = np.arange(len(ids), dtype=np.int32)
    known = np.nonzero(ids >= 0)[0]
    order = known[np.lexsort((piece[known], ids[known]))]
    _, first = np.unique(ids[order] * (piece.max(initial=0) + 1) + piece[order], return_index=True)
    left = order[first]  # what edits have doubled inside a part stays double
    while len(left):
        _, first, same = np.unique(ids[left], return_index=True, return_inverse=True)
        lead = left[first[same.reshape(-1)]]
        near = np.linalg.norm(points[left] - points[lead], axis=1) <= slack
        leader[left[near]] = lead[near]
        left = left[~near]
    return leader


def _unmark_rims(
    mesh: bpy.types.Mesh, source: bpy.types.Mesh, sides: Ids, capped: NDArray[np.bool_]
) -> None:
    """Edges at caps became sharp with them: let them be as in the source again."""
    rim = np.intersect1d(sides[capped], sides[~capped])
    if len(rim):
        sharp = np.zeros(len(mesh.edges), dtype=bool)
        mesh.edges.foreach_get("use_edge_sharp", sharp)
        before = np.zeros(len(source.edges), dtype=bool)
        source.edges.foreach_get("use_edge_sharp", before)
        sharp[rim] = np.append(before, False)[origin(mesh, "EDGE")[rim]]
        mesh.edges.foreach_set("use_edge_sharp", sharp)


def _delete_and_sort(mesh: bpy.types.Mesh) -> bpy.types.Mesh:
    for domain, name in ORDER.items():
        ids = origin(mesh, domain)
        mesh_layers.put(mesh, name, "INT", domain, np.where(ids < 0, LAST, ids))

    def build(group: bpy.types.NodeTree, last: bpy.types.NodeSocket) -> bpy.types.NodeSocket:
        links = {"Geometry": last, "Selection": mesh_nodes.attribute(group, DROP_FACE, "BOOLEAN")}
        settings = {"domain": "FACE", "mode": "ONLY_FACE"}
        last = mesh_nodes.add(group, "GeometryNodeDeleteGeometry", links, **settings)
        last = delete_dropped(group, last)
        for domain, name in ORDER.items():
            weight = mesh_nodes.attribute(group, name, "INT")
            links = {"Geometry": last, "Sort Weight": weight}
            last = mesh_nodes.add(group, "GeometryNodeSortElements", links, domain=domain)
        return last

    return mesh_nodes.whole(mesh, build)


def _restore_layers(
    mesh: bpy.types.Mesh,
    works: list[bpy.types.Mesh],
    source: bpy.types.Mesh,
    materials: list[bpy.types.Material | None],
) -> None:
    """What Geometry Nodes have lost or changed."""
    mesh_layers.Lost.of(*works).restore(mesh, partial(_rows, mesh))
    mesh.materials.clear()
    for material in materials:
        mesh.materials.append(material)
    index = np.ascontiguousarray(mesh_layers.read(mesh.attributes[MATERIAL])[:, 0])
    if index.any() or "material_index" in mesh.attributes:
        mesh.polygons.foreach_set("material_index", index)
    mesh_layers.restore_settings(mesh, source)
    mesh.use_auto_texspace = source.use_auto_texspace
    _restore_zero_weights(mesh, works)
    _restore_normals(mesh, source)


def _restore_zero_weights(mesh: bpy.types.Mesh, works: list[bpy.types.Mesh]) -> None:
    new = np.full(sum(len(work.vertices) for work in works), NEW)
    row = _rows(mesh, "POINT")
    new[row] = np.arange(len(row))
    number = {name: index for index, name in enumerate(mesh_layers.group_names(mesh))}
    first = 0
    for work in works:
        names = mesh_layers.group_names(work)
        found = mesh_layers.zero_weights(work, range(len(work.vertices))) if names else {}
        members = {number[names[g]]: new[np.array(vs) + first] for g, vs in found.items()}
        kept = {group: rows[rows >= 0].tolist() for group, rows in members.items()}
        mesh_layers.add_zero_weights(mesh, kept)
        first += len(work.vertices)


def _restore_normals(mesh: bpy.types.Mesh, source: bpy.types.Mesh) -> None:
    """Round welded vertices, normals that were stored for a cut are wrong now."""
    stored, before = mesh_shading.custom_data(mesh), mesh_shading.custom_data(source)
    if stored is None:
        return
    if before is None:
        before = np.zeros((len(source.loops), 2), dtype=stored.dtype)
    before = np.append(before, np.zeros((1, 2), before.dtype), axis=0)  # for new corners
    welded = mesh_layers.read(mesh.attributes[WELDED])[:, 0][corner_vertices(mesh)]
    stored[welded] = before[origin(mesh, "CORNER")[welded]]
    if stored.any() or CUSTOM_NORMAL in source.attributes:
        mesh_layers.write(mesh.attributes[CUSTOM_NORMAL], stored)
    else:
        mesh_layers.drop(mesh, CUSTOM_NORMAL)


def _restore_origin(mesh: bpy.types.Mesh, source: bpy.types.Mesh) -> None:
    """The source's own origin ids, if it is a part itself; else none."""
    for domain, name in ORIGIN.items():
        if name in source.attributes:
            ids = np.append(origin(source, domain), NEW)[origin(mesh, domain)]
            mesh_layers.put(mesh, name, "INT", domain, ids)
        else:
            mesh_layers.drop(mesh, name)
