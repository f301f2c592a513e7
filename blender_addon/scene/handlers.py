# SPDX-License-Identifier: GPL-3.0-or-later
"""What Partwise does when Blender undoes a step."""

from __future__ import annotations

import bpy
from bpy.app.handlers import persistent

from . import edits, parts


@persistent
def after_undo(*_: object) -> None:
    """Edit Mode undoes only the mesh itself, so the part table has to follow its attribute."""
    for obj in getattr(bpy.context, "objects_in_mode", ()):
        if obj.type == "MESH" and obj.data.is_editmode:
            parts.sync(obj.data)
            edits.forget_replaced(obj.data)  # it may be back


def register() -> None:
    bpy.app.handlers.undo_post.append(after_undo)
    bpy.app.handlers.redo_post.append(after_undo)


def unregister() -> None:
    bpy.app.handlers.undo_post.remove(after_undo)
    bpy.app.handlers.redo_post.remove(after_undo)
