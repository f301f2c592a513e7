# SPDX-License-Identifier: GPL-3.0-or-later
"""Which parts are chosen: their ticks and the active row, as steps of undo do not have them.

Looking for parts and ticking them is no work that anybody wants to undo. So it is no step of
Blender's history; and where a step goes back to parts of which some were ticked, as when a merge is
undone, they are ticked again.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Collection

import bpy

from ...backend.contract.arrays import np
from ...backend.contract.records import Value
from . import changed

MOST = 64  # tables that are remembered

Key = tuple[int, bytes]
"""A mesh, by its session_uid, and the parts that it has: their ids and faces."""


class ChosenParts(Value):
    """The ids of the parts that are ticked, and of the active one; None where Blender knows that
    better."""

    ticked: frozenset[int]
    active: int | None


_kept: OrderedDict[Key, ChosenParts] = OrderedDict()
_restoring = False


def choose(mesh: bpy.types.Mesh, ticked: Collection[int], row: int | None = None) -> None:
    """Tick the parts of these rows and no others, and make a row the active one."""
    table = mesh.partwise
    is_ticked = np.zeros(len(table.parts), np.bool_)
    is_ticked[list(ticked)] = True
    table.parts.foreach_set("selected", is_ticked)
    if row is not None:
        table.active = row
    ids = _ids(mesh)
    active = int(ids[table.active]) if 0 <= table.active < len(ids) else None
    _kept.pop(_key(mesh), None)
    _kept[_key(mesh)] = ChosenParts(frozenset(ids[is_ticked].tolist()), active)
    while len(_kept) > MOST:
        _kept.popitem(last=False)
    changed.seen.say()


def rows(mesh: bpy.types.Mesh) -> set[int]:
    """The rows that are ticked."""
    return {row for row, part in enumerate(mesh.partwise.parts) if part.selected}


def row_was_chosen(mesh: bpy.types.Mesh) -> None:
    """Another row became active in another way, which has a step of undo of its own."""
    key = _key(mesh)
    if key in _kept and not _restoring:
        _kept[key] = _kept[key].changed(active=None)


def restore() -> None:
    """After an undo: choose again what was chosen of these parts last."""
    global _restoring
    _restoring = True
    try:
        for mesh in bpy.data.meshes:
            choice = _kept.get(_key(mesh)) if len(mesh.partwise.parts) else None
            if choice is not None and mesh.is_editable:
                ids = _ids(mesh)
                mesh.partwise.parts.foreach_set("selected", np.isin(ids, list(choice.ticked)))
                if choice.active is not None:
                    mesh.partwise.active = int(np.flatnonzero(ids == choice.active)[0])
    finally:
        _restoring = False


def _ids(mesh: bpy.types.Mesh) -> np.ndarray:
    """(P,) the part of each row."""
    ids = np.empty(len(mesh.partwise.parts), np.int32)
    mesh.partwise.parts.foreach_get("part_id", ids)
    return ids


def _key(mesh: bpy.types.Mesh) -> Key:
    faces = np.empty(len(mesh.partwise.parts), np.int32)
    mesh.partwise.parts.foreach_get("faces", faces)
    return mesh.session_uid, _ids(mesh).tobytes() + faces.tobytes()


def register() -> None:
    changed.undone.listen(restore)
    changed.loading.listen(_kept.clear)


def unregister() -> None:
    changed.undone.ignore(restore)
    changed.loading.ignore(_kept.clear)
    _kept.clear()
