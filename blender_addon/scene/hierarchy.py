# SPDX-License-Identifier: GPL-3.0-or-later
"""Parts hung on each other by Blender's parents, with pivots where they meet; and tidied parts."""

from __future__ import annotations

from collections.abc import Iterable

import bpy
from mathutils import Vector

from ...backend.contract.arrays import np
from ..core.hierarchy import hung_on
from ..mesh.build import Contact, contacts, move_origin, origin_is_free
from ..mesh.compare import place_in_source
from ..mesh.labels import get_labels
from . import explode
from .assembly_join import hangs_on_part


def parent_parts(parts: Iterable[bpy.types.Object], *, pivots: bool) -> int:
    """Hang the parts of one original on each other, from the largest outwards. Nothing moves.

    pivots : put the origin of each part where it meets what it hangs on. Parts with constraints or
    with animation of their place stay as they are, and nothing hangs on them. Returns how many
    parts hang on another one now.
    """
    found = [part for part in parts if origin_is_free(part)]
    if len(found) < 2:
        return 0
    source = found[0].partwise.source
    borders: dict[tuple[int, int], Contact] = {}
    if source is not None and source.type == "MESH":
        borders = contacts(source.data, get_labels(source.data))
    of_label = {part.partwise.part_id: part for part in found}
    areas = {label: _area(part.data) for label, part in of_label.items()}
    hung = hung_on(areas, {pair: border.size for pair, border in borders.items()})
    bpy.context.view_layer.update()
    with explode.set_aside(found):
        bpy.context.view_layer.update()
        for label, on in hung.items():
            if pivots and (label, on) in borders:
                part = of_label[label]
                back = place_in_source(part, source).inverted_safe()
                centre = back @ Vector(borders[label, on].centre.tolist())
                move_origin(part, np.array(centre))
        bpy.context.view_layer.update()
        for label, on in hung.items():
            _hang(of_label[label], of_label[on])
        bpy.context.view_layer.update()
    return len(hung)


def unparent_parts(parts: Iterable[bpy.types.Object]) -> int:
    """Take parts off the parts that they hang on; they hang on what their original does. Nothing
    moves. Returns how many there were."""
    hanging = [part for part in parts if hangs_on_part(part)]
    bpy.context.view_layer.update()
    with explode.set_aside(hanging):
        bpy.context.view_layer.update()
        worlds = [part.matrix_world.copy() for part in hanging]
        for part, world in zip(hanging, worlds, strict=True):
            source = part.partwise.source
            part.parent, part.parent_type = source.parent, source.parent_type
            part.parent_bone = source.parent_bone
            part.matrix_parent_inverse = source.matrix_parent_inverse
            part.matrix_world = world
        bpy.context.view_layer.update()
    return len(hanging)


def drop_unused(part: bpy.types.Object) -> tuple[int, int]:
    """Take off a part the material slots of no face and the vertex groups of no vertex.

    Returns how many of each. The order of the others stays.
    """
    mesh = part.data
    index = np.empty(len(mesh.polygons), dtype=np.int32)
    mesh.polygons.foreach_get("material_index", index)
    used = set(index.clip(0, max(len(mesh.materials) - 1, 0)).tolist())
    slots = [slot for slot in range(len(mesh.materials)) if slot not in used]
    if slots:
        kept = [slot for slot in range(len(mesh.materials)) if slot in used]
        place = np.zeros(len(mesh.materials), dtype=np.int32)
        place[kept] = np.arange(len(kept))
        new = place[index.clip(0, len(mesh.materials) - 1)]
        for slot in reversed(slots):
            mesh.materials.pop(index=slot)
        mesh.polygons.foreach_set("material_index", new)
    weighted = {
        weight.group for vertex in mesh.vertices for weight in vertex.groups if weight.weight > 0
    }
    groups = [group for group in part.vertex_groups if group.index not in weighted]
    named = _named_groups(part)
    groups = [group for group in groups if group.name not in named]
    for group in groups:
        part.vertex_groups.remove(group)
    return len(slots), len(groups)


def _named_groups(part: bpy.types.Object) -> set[str]:
    """Vertex groups that modifiers and shape keys ask for by name: without a group they would
    change all vertices."""
    keys = part.data.shape_keys.key_blocks if part.data.shape_keys else ()
    return {
        str(getattr(owner, name))
        for owner in (*part.modifiers, *keys)
        for name in ("vertex_group", "mask_vertex_group")
        if getattr(owner, name, "")
    }


def _hang(part: bpy.types.Object, on: bpy.types.Object) -> None:
    world = part.matrix_world.copy()
    part.parent, part.parent_type = on, "OBJECT"
    part.matrix_parent_inverse = (
        on.matrix_world.inverted_safe() @ world @ part.matrix_basis.inverted_safe()
    )


def _area(mesh: bpy.types.Mesh) -> float:
    area = np.empty(len(mesh.polygons), dtype=np.float32)
    mesh.polygons.foreach_get("area", area)
    return float(area.sum())
