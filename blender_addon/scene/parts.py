# SPDX-License-Identifier: GPL-3.0-or-later
"""The parts of a mesh: the face attribute part_id and the table beside it, always in step.

Works in Object and in Edit Mode.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import bpy

from ...backend.contract.arrays import np
from ...backend.contract.palette import part_colours
from ..core.labels import Areas, Labels, Signature, measure, signatures
from ..mesh.labels import (
    drop_labels,
    face_count,
    get_areas,
    get_labels,
    has_labels,
    write_labels,
)
from . import visibility

# Rows that went in Edit Mode, whose undo brings back only faces: what the artist gave them, by
# mesh and part id.
_former: dict[tuple[int, int], dict[str, Any]] = {}
# What parts were called there that nobody named by hand, by mesh and the faces that they had.
_called: dict[tuple[int, Signature], str] = {}


def set_labels(
    mesh: bpy.types.Mesh,
    labels: Labels,
    *,
    names: Mapping[int, str] | None = None,
    areas: Areas | None = None,
) -> None:
    """Write the part id of each polygon and bring the table in step.

    labels : (F,) int, -1 for none; names : names of ids that are new; areas : (F,), to spare
    measuring them. Parts that stay keep their name, colour, lock and visibility.

    Raises BadInput when the artist has another attribute of this name.
    """
    write_labels(mesh, np.ascontiguousarray(labels, dtype=np.int32))
    _sync_table(mesh, labels, get_areas(mesh) if areas is None else areas, names or {})
    mesh.update_tag()


def sync(mesh: bpy.types.Mesh) -> None:
    """Bring the table in step with the attribute, after edits of the mesh or an undo of them."""
    if has_labels(mesh):
        known = {part.part_id for part in mesh.partwise.parts}
        _sync_table(mesh, get_labels(mesh), get_areas(mesh), {})
        for part in mesh.partwise.parts:
            if part.part_id not in known:
                for name, value in _former.get((mesh.session_uid, part.part_id), {}).items():
                    setattr(part, name, value)
        _call_as_before(mesh)
    else:
        _clear(mesh)


def remember_names(mesh: bpy.types.Mesh) -> None:
    """In Edit Mode: what the parts are called that have these faces, for undo and redo of a cut."""
    if mesh.is_editmode:
        found = signatures(get_labels(mesh))
        for part in mesh.partwise.parts:
            if part.part_id in found and part.name == part.given:
                _called[mesh.session_uid, found[part.part_id]] = part.name


def _call_as_before(mesh: bpy.types.Mesh) -> None:
    found = signatures(get_labels(mesh))
    for part in mesh.partwise.parts:
        name = _called.get((mesh.session_uid, found[part.part_id]))
        if name is not None and part.name == part.given != name:
            part.name = name
            part.given = part.name


def remove_labels(mesh: bpy.types.Mesh) -> None:
    """Take the parts off the mesh."""
    drop_labels(mesh)
    _clear(mesh)
    mesh.partwise.kept_borders.clear()
    mesh.partwise.kept_names.clear()
    for name in ("fingerprint", "engine", "variant", "notice", "hidden"):
        mesh.partwise.property_unset(name)
    visibility.update(mesh)
    mesh.update_tag()


def part_of(mesh: bpy.types.Mesh, part_id: int) -> bpy.types.PropertyGroup | None:
    """The row of a part in the table."""
    return next((part for part in mesh.partwise.parts if part.part_id == part_id), None)


def active_part(mesh: bpy.types.Mesh) -> bpy.types.PropertyGroup | None:
    """The row that is active in the list."""
    table = mesh.partwise
    return table.parts[table.active] if 0 <= table.active < len(table.parts) else None


def unassigned(mesh: bpy.types.Mesh) -> int:
    """How many polygons of a mesh with parts belong to none."""
    table = mesh.partwise.parts
    faces = np.empty(len(table), dtype=np.int32)
    table.foreach_get("faces", faces)
    return max(face_count(mesh) - int(faces.sum()), 0)


def default_name(part_id: int) -> str:
    """What a part is called before the artist names it."""
    return f"Part.{part_id + 1:02}"


def _free_name(table: bpy.types.bpy_prop_collection, part_id: int) -> str:
    """The number of a part, or the lowest one where another part is called that."""
    numbers = (number for number in range(len(table) + 1) if default_name(number) not in table)
    return default_name(part_id if default_name(part_id) not in table else next(numbers))


def _sync_table(
    mesh: bpy.types.Mesh, labels: Labels, areas: Areas, names: Mapping[int, str]
) -> None:
    table = mesh.partwise.parts
    active = active_part(mesh)
    active_id = active.part_id if active else None
    sizes = measure(labels, areas)
    for row in reversed(range(len(table))):
        if table[row].part_id not in sizes:
            _remember(mesh, table[row])
            table.remove(row)
    known = {part.part_id: part for part in table}
    if len(known) < len(sizes):
        colours = part_colours(max(sizes) + 1)
        for part_id in sorted(sizes.keys() - known.keys()):
            part = table.add()
            part.part_id = part_id
            part.name = names.get(part_id) or _free_name(table, part_id)
            part.given = "" if names.get(part_id) else part.name
            part.colour = colours[part_id]
    _sort(table)
    for row, part in enumerate(table):
        part.faces, part.area = sizes[part.part_id]
        if part.part_id == active_id:
            mesh.partwise.active = row
    if mesh.partwise.active >= len(table):
        mesh.partwise.active = max(len(table) - 1, 0)
    visibility.update(mesh)


def _clear(mesh: bpy.types.Mesh) -> None:
    for part in mesh.partwise.parts:
        _remember(mesh, part)
    mesh.partwise.parts.clear()


def _remember(mesh: bpy.types.Mesh, part: bpy.types.PropertyGroup) -> None:
    if mesh.is_editmode:
        _former[mesh.session_uid, part.part_id] = {
            "name": part.name,
            "given": part.given,
            "colour": tuple(part.colour),
            "locked": part.locked,
            "edited": part.edited,
        }


def _sort(table: bpy.types.bpy_prop_collection) -> None:
    """By id; collections can only move single rows, and few are ever out of place."""
    for row in range(1, len(table)):
        place = row
        while place and table[place - 1].part_id > table[row].part_id:
            place -= 1
        if place != row:
            table.move(row, place)
