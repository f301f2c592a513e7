# SPDX-License-Identifier: GPL-3.0-or-later
"""A subdivided part looks at its cuts as the whole did: two modifiers round Subdivision Surface.

Catmull-Clark subdivision (1978) shapes a face by the faces round it. At a cut these are gone, and
no place of the vertices that are left makes up for them: the rule of an open border has no bend
across it. So the first modifier lends a part the faces that were round it, from a copy of the whole
that is in no collection, and the last takes them away again; the part's own mesh stays as it is.

What was lent follows the part's vertices at the cut, wherever these go: by shape keys, or by hand.
Vertices and faces find each other by their origin ids, so that edited parts keep what is theirs,
and parts of another kind, as those that were replaced, borrow nothing. Faces that close a cut are
subdivided by themselves, and their rim is then put where the part's border is.
"""

from __future__ import annotations

from collections.abc import Iterable

import bpy

from ...backend.contract.arrays import np
from ..core.labels import Labels
from .border_nodes import LENT, lending, trimming
from .keys import add_keys, read_keys, remove_meshes
from .labels import drop_labels, get_labels
from .layers import ORIGIN, corner_faces, drop, origin, put, put_origin, read, sizes
from .nodes import add, attribute, whole
from .preview import is_preview
from .read import corner_vertices
from .split import LOOSE, border_corners

NAME = "Partwise Borders"
TRIM = "Partwise Borders Trim"
MANY = 32  # faces at a vertex: above, subdividing takes time that grows with their cube
OWN, OWN_FACE = ".partwise_own", ".partwise_own_face"  # only while a part is numbered
FAR = ".partwise_far"
NO_PART = LOOSE - 1

# Modifiers that treat each face and vertex alike, whether its neighbours are of its part or lent.
BY_ELEMENT = {
    *("ARMATURE", "ARRAY", "CAST", "CURVE", "DATA_TRANSFER", "HOOK", "LATTICE", "MESH_DEFORM"),
    *("MIRROR", "SHRINKWRAP", "SIMPLE_DEFORM", "SURFACE_DEFORM", "UV_PROJECT", "UV_WARP"),
    *("VERTEX_WEIGHT_EDIT", "VERTEX_WEIGHT_MIX", "VERTEX_WEIGHT_PROXIMITY", "WARP", "WAVE"),
}
# Others that show nothing at a cut.
HARMLESS = BY_ELEMENT | {"EDGE_SPLIT", "MASK", "NORMAL_EDIT", "TRIANGULATE", "WEIGHTED_NORMAL"}


def is_border(modifier: bpy.types.Modifier) -> bool:
    """Is this one of the two that hold the borders of a part?"""
    return modifier.type == "NODES" and modifier.name.startswith(NAME)


def _is_lending(modifier: bpy.types.Modifier) -> bool:
    return is_border(modifier) and not modifier.name.startswith(TRIM)


def can_hold(obj: bpy.types.Object) -> bool:
    """Is it subdivided, after nothing that needs more than a face's neighbours?

    Blender joins slots of one material where it joins meshes: such objects are left alone.
    """
    slots = list(obj.data.materials)
    last = _last_subdivision(obj)
    before = [m for m in list(obj.modifiers)[: last + 1] if not is_border(m)]
    smooth = [m for m in before if m.type == "SUBSURF" and m.subdivision_type == "CATMULL_CLARK"]
    alike = all(m.type == "SUBSURF" or m.type in BY_ELEMENT for m in before)
    return bool(smooth) and alike and len(set(slots)) == len(slots)


def changed_by_cuts(obj: bpy.types.Object) -> list[str]:
    """Names of the modifiers that make something else of parts than of the whole."""
    held = _last_subdivision(obj) if can_hold(obj) else -1
    return [
        modifier.name
        for place, modifier in enumerate(obj.modifiers)
        if place > held
        and modifier.type not in HARMLESS
        and not (modifier.type == "SUBSURF" and modifier.subdivision_type == "SIMPLE")
        and not is_preview(modifier)
        and not is_border(modifier)
        and not is_by_angle(modifier)
    ]


def hold_borders(
    source: bpy.types.Object, parts: Iterable[bpy.types.Object], *, keep_shading: bool = True
) -> None:
    """Give the parts of an object the two modifiers, when it `can_hold`.

    source : its mesh is copied, with its elements numbered as the parts' origin ids are.
    keep_shading : normals at the cut are what they were on the whole.
    """
    if not can_hold(source):
        return
    surround = bpy.data.objects.new(f".{source.name}.surround", _surround(source))
    lend, trim = lending(NAME, surround), trimming(TRIM, keep_shading=keep_shading)
    for part in parts:
        active, last = part.modifiers.active, _last_subdivision(part)
        for name, group, place in ((NAME, lend, 0), (TRIM, trim, last + 2)):
            modifier = part.modifiers.new(name, "NODES")
            modifier.node_group = group
            modifier.show_expanded = False
            part.modifiers.move(len(part.modifiers) - 1, place)
        part.modifiers.active = active  # as on the whole


def release_borders(objects: Iterable[bpy.types.Object]) -> None:
    """Take the two modifiers off, with what only they use."""
    for obj in objects:
        for modifier in [each for each in obj.modifiers if is_border(each)]:
            group = modifier.node_group
            obj.modifiers.remove(modifier)
            if group is not None and group.users == 0:
                _remove_group(group)


def _remove_group(group: bpy.types.NodeTree) -> None:
    found = [n.inputs["Object"].default_value for n in group.nodes if "Object" in n.inputs]
    bpy.data.node_groups.remove(group)
    for surround in found:
        if surround is not None and surround.users == 0:
            mesh = surround.data
            bpy.data.objects.remove(surround)
            remove_meshes([mesh])


def _last_subdivision(obj: bpy.types.Object) -> int:
    """Where the last Subdivision Surface modifier is in the stack, -1 without one."""
    return max((k for k, m in enumerate(obj.modifiers) if m.type == "SUBSURF"), default=-1)


def is_by_angle(modifier: bpy.types.Modifier) -> bool:
    """Is this Blender's Smooth by Angle?"""
    group = modifier.node_group if modifier.type == "NODES" else None
    return group is not None and group.name.startswith("Smooth by Angle")


def _surround(source: bpy.types.Object) -> bpy.types.Mesh:
    """What the parts of an object may borrow: its faces at cuts, and what it borrows itself."""
    mesh = source.data.copy()
    if mesh.shape_keys:
        bpy.data.batch_remove([mesh.shape_keys])
    mesh.animation_data_clear()
    mesh.property_unset("partwise")
    for slot in range(len(mesh.materials)):
        mesh.materials[slot] = None  # or the copy would refer to what a depsgraph made of them
    labels = get_labels(mesh)
    lend = next((m.node_group for m in source.modifiers if _is_lending(m)), None)
    if lend is None:
        put_origin(mesh)
    else:
        mesh, labels = _with_lent(mesh, labels, lend)
    drop_labels(mesh)
    drop(mesh, ORIGIN["EDGE"], ORIGIN["CORNER"])
    vertex = corner_vertices(mesh)
    meeting = np.bincount(vertex, minlength=len(mesh.vertices))
    far = np.ones(len(mesh.polygons), dtype=bool)
    far[corner_faces(mesh)[border_corners(mesh, labels)]] = False
    far[corner_faces(mesh)[meeting[vertex] > MANY]] = True
    put(mesh, FAR, "BOOLEAN", "FACE", far)

    def build(group: bpy.types.NodeTree, geometry: bpy.types.NodeSocket) -> bpy.types.NodeSocket:
        links = {"Geometry": geometry, "Selection": attribute(group, FAR, "BOOLEAN")}
        return add(group, "GeometryNodeDeleteGeometry", links, domain="FACE", mode="ALL")

    surround = whole(mesh, build)  # each part looks through all of it, so it is no more than that
    remove_meshes([mesh])
    drop(surround, FAR)
    surround.materials.clear()
    for material in source.data.materials:  # so that parts get no more of them
        surround.materials.append(material)
    surround.name = f".{source.data.name}.surround"
    if lend is None:  # else what was borrowed has no keys
        row = origin(surround, "POINT")
        add_keys(surround, source.data, [key[row] for key in read_keys(source.data)])
    return surround


def _with_lent(
    mesh: bpy.types.Mesh, labels: Labels, lend: bpy.types.NodeTree
) -> tuple[bpy.types.Mesh, Labels]:
    """A part's mesh and labels with what it borrows, in the place of the mesh, and numbered.

    Its own elements are numbered as they are in the mesh, the others go on from there.
    """
    counts = sizes(mesh)
    put(mesh, OWN, "INT", "CORNER", corner_vertices(mesh))  # what vertices have is mixed in welding
    put(mesh, OWN_FACE, "INT", "FACE", np.arange(counts["FACE"]))
    wider = whole(
        mesh, lambda group, part: add(group, "GeometryNodeGroup", {0: part}, node_tree=lend)
    )
    remove_meshes([mesh])
    lent, own = (read(wider.attributes[name])[:, 0] for name in (LENT, OWN_FACE))
    kept = ~lent[corner_faces(wider)]
    vertex = counts["POINT"] + np.arange(len(wider.vertices))
    vertex[corner_vertices(wider)[kept]] = read(wider.attributes[OWN])[kept, 0]
    put(wider, ORIGIN["POINT"], "INT", "POINT", vertex)
    face = np.where(lent, counts["FACE"] + np.arange(len(lent)), own)
    put(wider, ORIGIN["FACE"], "INT", "FACE", face)
    drop(wider, OWN, OWN_FACE)
    return wider, np.where(lent, NO_PART, labels[own]).astype(np.int32)
