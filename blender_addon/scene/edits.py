# SPDX-License-Identifier: GPL-3.0-or-later
"""What the artist did to parts by hand: new cuts keep it until it is let go."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping

import bpy

from ...backend.contract.arrays import np
from ..core.clicks import REST_NAME
from ..core.labels import Areas, Labels
from . import changed, naming, parts

MERGED, SPLIT, ASSIGNED, CLICKED = "MERGED", "SPLIT", "ASSIGNED", "CLICKED"
KINDS = ("NONE", MERGED, SPLIT, ASSIGNED, CLICKED)  # in the order of the property
NAMED = "NAMED"
WORDS = {
    MERGED: "merged part",
    SPLIT: "split part",
    ASSIGNED: "part with assigned faces",
    CLICKED: "clicked part",
    NAMED: "name of a part that is not there now",
}


def mark(mesh: bpy.types.Mesh, part_ids: Collection[int], kind: str) -> None:
    """Parts were made by hand: remember how, so that new cuts leave them as they are."""
    for part in mesh.partwise.parts:
        if part.part_id in part_ids:
            part.edited = kind
    mesh.partwise.edited = True


def held(mesh: bpy.types.Mesh) -> list[int]:
    """The ids of the parts that new cuts leave as they are: made by hand, or locked."""
    return [part.part_id for part in mesh.partwise.parts if part.locked or part.edited != "NONE"]


def replace_labels(mesh: bpy.types.Mesh, new: Labels, areas: Areas | None = None) -> None:
    """Give a mesh the labels of a new cut, and parts that come back the names they had.

    new : (F,) as of `labels.recut`. A part whose faces stay the same is still as it was made.
    """
    before = parts.get_labels(mesh)
    altered = before != new
    touched = set(np.unique(np.concatenate([before[altered], new[altered]])).tolist())
    left = set(np.unique(new).tolist())
    naming.keep_names(mesh, [part for part in mesh.partwise.parts if part.part_id not in left])
    parts.set_labels(mesh, new, areas=areas)
    for part in mesh.partwise.parts:
        if part.part_id in touched and part.edited != "NONE":
            part.edited = "NONE"
    mesh.partwise.edited = any(part.edited != "NONE" for part in mesh.partwise.parts)
    naming.bring_names_back(mesh, touched & left)


def release(mesh: bpy.types.Mesh, part_ids: Collection[int] | None = None) -> int:
    """Let new cuts take parts made by hand, of these ids or all, and forget names kept for parts
    that are not there. Labels and names stay as they are. Returns how much was let go."""
    count = 0
    for part in mesh.partwise.parts:
        if part.edited != "NONE" and (part_ids is None or part.part_id in part_ids):
            part.edited = "NONE"
            count += 1
    if part_ids is None:
        count += len(mesh.partwise.kept_names)
        mesh.partwise.kept_names.clear()
    mesh.partwise.edited = any(part.edited != "NONE" for part in mesh.partwise.parts)
    return count


def is_own_name(name: str, part_id: int) -> bool:
    """Is this more than a number?"""
    return name not in (parts.default_name(part_id), REST_NAME)


def counts(mesh: bpy.types.Mesh) -> Counter[str]:
    """How many parts are kept, by how they were made, and how many names."""
    table = mesh.partwise.parts
    edited = np.empty(len(table), np.int32)
    table.foreach_get("edited", edited)
    found = Counter(KINDS[kind] for kind in edited[edited > 0].tolist())
    if len(mesh.partwise.kept_names):
        found[NAMED] = len(mesh.partwise.kept_names)
    return found


def kept_text(mesh: bpy.types.Mesh) -> str:
    """What new cuts keep of the artist's work; empty when there is nothing."""
    found = counts(mesh)
    return f"New cuts keep {_listed(found)}." if found else ""


def _listed(found: Mapping[str, int]) -> str:
    words = [
        f"{found[kind]} {word if found[kind] == 1 else _several(word)}"
        for kind, word in WORDS.items()
        if found.get(kind)
    ]
    return " and ".join([", ".join(words[:-1]), words[-1]] if words[1:] else words)


def _several(word: str) -> str:
    """The plural: of parts with something, of names of parts."""
    if word == WORDS[NAMED]:
        return "names of parts that are not there now"
    first, _, rest = word.partition(" with ")
    return f"{first}s{' with ' * bool(rest)}{rest}"


def _undone() -> None:
    """Edit Mode undoes only the mesh itself, so the part table has to follow its attribute."""
    for obj in getattr(bpy.context, "objects_in_mode", ()):
        if obj.type == "MESH" and obj.data.is_editmode:
            parts.sync(obj.data)


def register() -> None:
    changed.undone.listen(_undone)


def unregister() -> None:
    changed.undone.ignore(_undone)
