# SPDX-License-Identifier: GPL-3.0-or-later
"""Which of the selected objects are left out, why, and what helps: below the button."""

from __future__ import annotations

import bpy

from ..scene import targets
from .texts import draw_text

# Why several objects are left out, after their names; and what helps, as Blender's own operators.
MOST_NAMES = 3
WHY_SEVERAL = {
    targets.LINKED: "are linked from another file",
    targets.OVERRIDDEN: "are library overrides",
    targets.NO_FACES: "have no faces",
    targets.NOT_CHOSEN: "have no selected faces",
    targets.NO_MESH: "are not meshes",
    targets.INSTANCE: "are instances of collections",
}
REMEDIES: dict[str, tuple[str, str, dict[str, bool | str]]] = {
    targets.LINKED: ("object.make_local", "Make Local", {"type": "SELECT_OBDATA"}),
}


def draw_skipped(
    layout: bpy.types.UILayout,
    context: bpy.types.Context,
    skipped: list[targets.Skipped],
    used: int,
) -> None:
    """Which of the selected objects are left out, why, and what to do; `used` of them are not."""
    box = layout.box()
    heading = (
        f"{len(skipped)} of {len(skipped) + used} left out" if used else "Nothing to decompose"
    )
    box.label(text=heading, icon="INFO")
    kinds = dict.fromkeys(each.kind for each in skipped)
    for kind in sorted(kinds, key=lambda kind: kind == targets.NO_MESH):
        group = [each for each in skipped if each.kind == kind]
        text = group[0].reason.message
        if len(group) > 1:
            text = f"{listed([each.name for each in group])} {WHY_SEVERAL[kind]}."
        draw_text(box, context, text)
        if kind in REMEDIES and context.mode == "OBJECT":
            operator, label, options = REMEDIES[kind]
            row = box.row()
            row.operator_context = "EXEC_DEFAULT"  # at once, without Blender's question
            remedy = row.operator(operator, text=label)
            for name, value in options.items():
                setattr(remedy, name, value)
        elif not (used and kind in (targets.NO_MESH, targets.NOT_CHOSEN)):
            draw_text(box, context, group[0].reason.hint)


def listed(names: list[str]) -> str:
    """Names in quotes, a few of them."""
    quoted = [f"“{name}”" for name in names]
    if len(quoted) > MOST_NAMES:
        quoted[MOST_NAMES:] = [f"{len(names) - MOST_NAMES} more"]
    return f"{', '.join(quoted[:-1])} and {quoted[-1]}"
