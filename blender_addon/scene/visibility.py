# SPDX-License-Identifier: GPL-3.0-or-later
"""Hidden parts of a mesh that is still whole, and parts that a preview takes the place of: a
modifier of the viewport leaves them out.

The mesh itself is never changed, nor what the artist hides and selects. The modifier exists only
while something is left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from itertools import groupby

import bpy

from ..mesh.preview import EVERYTHING, Ranges, is_preview, put_preview, remove_preview

Covered = Mapping[int, frozenset[int] | None]
"""By the session_uid of an object the ids of parts that are covered; None where all of it is."""

_wanted: Covered = {}  # what is to be covered
_covered: Covered = {}  # and what is: nothing while that is suspended
_is_suspended = False


def update(mesh: bpy.types.Mesh) -> None:
    """Show the visible parts of a mesh, on all objects that have it, and no others."""
    _apply(obj for obj in bpy.data.objects if obj.data == mesh)


def cover(covered: Covered) -> None:
    """Leave these out of sight, and let all be seen again that was covered before."""
    global _wanted
    _wanted = covered
    _follow()


def suspend(*, suspended: bool) -> None:
    """Cover nothing for as long as this is so, as when the file is saved."""
    global _is_suspended
    _is_suspended = suspended
    _follow()


def mend() -> None:
    """Bring in order what undo, redo or a file left, whatever that was."""
    _apply(obj for obj in bpy.data.objects if obj.session_uid in _covered or _has_preview(obj))


def is_wanted() -> bool:
    """Is anything to be covered, unless that is suspended?"""
    return bool(_wanted)


def is_covering() -> bool:
    """Is anything covered right now?"""
    return bool(_covered)


@contextmanager
def uncovered(layer: bpy.types.ViewLayer) -> Iterator[None]:
    """Nothing is covered for as long as this lasts, as when objects are copied as they look."""
    had_any = bool(_covered)
    suspend(suspended=True)
    try:
        if had_any:
            layer.update()
        yield
    finally:
        suspend(suspended=False)


def hidden_ranges(parts: list[tuple[int, bool]]) -> Ranges:
    """First and last id of each run of hidden parts; parts : part id and whether it is visible."""
    runs = groupby(sorted(parts), key=lambda part: part[1])
    ids = [[part_id for part_id, _ in run] for visible, run in runs if not visible]
    return [(run[0], run[-1]) for run in ids]


def _follow() -> None:
    global _covered
    before, _covered = _covered, {} if _is_suspended else _wanted
    uids = {k for k in before.keys() | _covered.keys() if before.get(k, ()) != _covered.get(k, ())}
    if uids:
        meshes = {obj.data for obj in bpy.data.objects if obj.session_uid in uids}
        _apply(obj for obj in bpy.data.objects if obj.data in meshes or _has_preview(obj))


def _has_preview(obj: bpy.types.Object) -> bool:
    """A copy of what was covered has it too."""
    return any(map(is_preview, obj.modifiers))


def _apply(objects: Iterable[bpy.types.Object]) -> None:
    """Give objects the modifier that they need, those that look alike the same node group."""
    alike: dict[tuple[tuple[int, int], ...], list[bpy.types.Object]] = {}
    for obj in objects:
        if obj.is_editable:
            alike.setdefault(tuple(_left_out(obj)), []).append(obj)
    for ranges, holders in alike.items():
        if ranges:
            put_preview(holders, list(ranges))
        else:
            for obj in holders:
                remove_preview(obj)


def _left_out(obj: bpy.types.Object) -> Ranges:
    covered = _covered.get(obj.session_uid, frozenset())
    if covered is None:
        return EVERYTHING
    rows = obj.data.partwise.parts if obj.type == "MESH" else ()
    return hidden_ranges(
        [(row.part_id, row.visible and row.part_id not in covered) for row in rows]
    )
