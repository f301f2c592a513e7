# SPDX-License-Identifier: GPL-3.0-or-later
"""What the artist did to parts by hand, and what of it new cuts replaced, so that it is told."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping

import bpy
import numpy as np

from ..core.clicks import REST_NAME
from ..core.labels import Areas, Labels
from . import changed, parts

MERGED, SPLIT, ASSIGNED, CLICKED = "MERGED", "SPLIT", "ASSIGNED", "CLICKED"
KINDS = ("NONE", MERGED, SPLIT, ASSIGNED, CLICKED)  # in the order of the property
NAMED = "NAMED"
WORDS = {
    MERGED: "merged part",
    SPLIT: "split part",
    ASSIGNED: "part with assigned faces",
    CLICKED: "clicked part",
    NAMED: "name",
}


def mark(mesh: bpy.types.Mesh, part_ids: Collection[int], kind: str) -> None:
    """Parts were made by hand: remember how. What was replaced before is of no more interest."""
    forget_replaced(mesh)
    for part in mesh.partwise.parts:
        if part.part_id in part_ids:
            part.edited = kind
    mesh.partwise.edited = True


def replace_labels(mesh: bpy.types.Mesh, new: Labels, areas: Areas | None = None) -> None:
    """Give a mesh the labels of a new cut, and count what it replaces of the artist's work.

    new : (F,) as of `labels.recut`. A part whose faces stay the same is not replaced, and a name is
    lost only with its part.
    """
    table, before = mesh.partwise, parts.get_labels(mesh)
    changed = before != new
    touched = set(np.unique(np.concatenate([before[changed], new[changed]])).tolist())
    left = set(np.unique(new).tolist())
    ids, edited = np.empty((2, len(table.parts)), np.int32)
    table.parts.foreach_get("part_id", ids)
    table.parts.foreach_get("edited", edited)
    is_touched = np.isin(ids, list(touched))
    lost = Counter(KINDS[kind] for kind in edited[is_touched].tolist() if kind)
    names = zip(ids.tolist(), table.parts.keys(), strict=True)
    lost[NAMED] = sum(part not in left and is_own_name(name, part) for part, name in names)
    parts.set_labels(mesh, new, areas=areas)
    replaced = set(ids[is_touched & (edited > 0)].tolist())
    still = False
    for part in table.parts:
        if part.part_id in replaced:
            part.edited = "NONE"
        still |= part.edited != "NONE"
    table.edited = still
    for kind, count in lost.items():
        if count:
            row = table.replaced.get(kind) or table.replaced.add()
            row.name, row.count = kind, row.count + count


def forget_replaced(mesh: bpy.types.Mesh) -> None:
    """Say no more of what was replaced."""
    mesh.partwise.replaced.clear()


def is_own_name(name: str, part_id: int) -> bool:
    """Is this a name that the artist gave?"""
    return name not in (parts.default_name(part_id), REST_NAME)


def replaced_text(mesh: bpy.types.Mesh) -> str:
    """What new cuts replaced of the artist's work, and how it comes back; empty when nothing."""
    counts = {row.name: row.count for row in mesh.partwise.replaced}
    if not counts:
        return ""
    return f"The new cut replaced what you did: {_listed(counts)}. Ctrl+Z brings it back."


def at_risk_text(mesh: bpy.types.Mesh) -> str:
    """What the next cut would replace of the artist's work; empty when nothing."""
    table = mesh.partwise.parts
    edited, locked = np.empty(len(table), np.int32), np.empty(len(table), bool)
    table.foreach_get("edited", edited)
    table.foreach_get("locked", locked)
    counts = Counter(KINDS[kind] for kind in edited[(edited > 0) & ~locked].tolist())
    if not counts:
        return ""
    return f"A new cut replaces {_listed(counts)}. Lock to keep."


def _listed(counts: Mapping[str, int]) -> str:
    found = [
        f"{counts[kind]} {word if counts[kind] == 1 else _several(word)}"
        for kind, word in WORDS.items()
        if counts.get(kind)
    ]
    return " and ".join([", ".join(found[:-1]), found[-1]] if found[1:] else found)


def _several(word: str) -> str:
    first, _, rest = word.partition(" with ")
    return f"{first}s{' with ' * bool(rest)}{rest}"


def _undone() -> None:
    """Edit Mode undoes only the mesh itself, so the part table has to follow its attribute."""
    for obj in getattr(bpy.context, "objects_in_mode", ()):
        if obj.type == "MESH" and obj.data.is_editmode:
            parts.sync(obj.data)
            forget_replaced(obj.data)  # it may be back


def register() -> None:
    changed.undone.listen(_undone)


def unregister() -> None:
    changed.undone.ignore(_undone)
