# SPDX-License-Identifier: GPL-3.0-or-later
"""Hidden parts of a mesh that is still whole: a modifier of the viewport leaves them out.

The mesh itself is never changed. The modifier exists only while a part is hidden.
"""

from __future__ import annotations

from itertools import groupby

import bpy

from ..mesh.preview import Ranges, put_preview, remove_preview


def update(mesh: bpy.types.Mesh) -> None:
    """Show the visible parts of a mesh, on all objects that have it, and no others."""
    holders = [obj for obj in bpy.data.objects if obj.data == mesh and obj.is_editable]
    ranges = hidden_ranges([(part.part_id, part.visible) for part in mesh.partwise.parts])
    if not ranges:
        for obj in holders:
            remove_preview(obj)
        return
    if holders:
        put_preview(holders, ranges)


def hidden_ranges(parts: list[tuple[int, bool]]) -> Ranges:
    """First and last id of each run of hidden parts; parts : part id and whether it is visible."""
    runs = groupby(sorted(parts), key=lambda part: part[1])
    ids = [[part_id for part_id, _ in run] for visible, run in runs if not visible]
    return [(run[0], run[-1]) for run in ids]
