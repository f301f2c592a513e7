# SPDX-License-Identifier: GPL-3.0-or-later
"""Partwise in Blender's own menus: there F3 finds it, and those who never open the sidebar."""

from __future__ import annotations

import bpy

from ..scene import targets
from ..scene.assembly import assembly_of, shows_original
from . import panels
from .panels_click import TOOL

# Object and Mesh in the header of the 3D view, and what the right mouse button opens.
PLACES = (
    "VIEW3D_MT_object",
    "VIEW3D_MT_edit_mesh",
    "VIEW3D_MT_object_context_menu",
    "VIEW3D_MT_edit_mesh_context_menu",
)


class PARTWISE_MT_main(bpy.types.Menu):
    """Find parts, edit them, and make objects of them"""

    bl_idname = "PARTWISE_MT_main"
    bl_label = "Partwise"

    def draw(self, context: bpy.types.Context) -> None:
        layout = self.layout
        layout.operator_context = "INVOKE_REGION_WIN"
        usable, _ = targets.sort_out(context, copies=context.scene.partwise.copy_linked)
        text = panels.decompose_text(usable)
        layout.operator("partwise.decompose", text=text, icon="MOD_EXPLODE")
        layout.operator("partwise.try_another", icon="FILE_REFRESH")
        if context.mode == "EDIT_MESH":
            draw_faces(layout)
        else:
            draw_objects(layout, context)
        layout.separator()
        layout.operator("partwise.remove_parts", icon="TRASH")


def draw_objects(layout: bpy.types.UILayout, context: bpy.types.Context) -> None:
    """What is done in Object Mode."""
    layout.operator("wm.tool_set_by_id", text="Click Parts").name = TOOL
    layout.separator()
    layout.operator("partwise.split", text="Split into Objects", icon="OUTLINER_COLLECTION")
    folder = assembly_of(context.object)
    text = "Show Parts" if folder is not None and shows_original(folder) else "Show Original"
    layout.operator("partwise.toggle_original", text=text, icon="HIDE_OFF")
    layout.operator("partwise.join_back", icon="AUTOMERGE_ON")
    layout.operator("partwise.export_parts", icon="EXPORT")


def draw_faces(layout: bpy.types.UILayout) -> None:
    """What is done with selected faces, in Edit Mode."""
    layout.separator()
    layout.operator("partwise.new_part", icon="ADD")
    layout.operator("partwise.assign_faces")
    layout.operator("partwise.pick_part", icon="EYEDROPPER")
    layout.operator("partwise.select_faces", text="Select Faces of Part")


def draw_entry(menu: bpy.types.Menu, _context: bpy.types.Context) -> None:
    """The entry at the end of one of Blender's menus."""
    menu.layout.separator()
    menu.layout.menu(PARTWISE_MT_main.bl_idname)


def register() -> None:
    for name in PLACES:
        getattr(bpy.types, name).append(draw_entry)


def unregister() -> None:
    for name in PLACES:
        getattr(bpy.types, name).remove(draw_entry)


CLASSES = (PARTWISE_MT_main,)
