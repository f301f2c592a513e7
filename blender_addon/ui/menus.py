# SPDX-License-Identifier: GPL-3.0-or-later
"""Partwise in Blender's own menus: there F3 finds it, and those who never open the sidebar."""

from __future__ import annotations

import bpy

from ..engine import setups
from ..scene import targets
from ..scene.assembly import assembly_of, shows_original
from . import panels
from .panels_click import TOOL

# What is done with a large model: the word, the operator, an icon.
MODEL_VERBS = (
    ("Get", "get_model", "IMPORT"),
    ("Verify", "verify_model", "VIEWZOOM"),
    ("Remove", "remove_model", "TRASH"),
)


class PARTWISE_MT_main(bpy.types.Menu):
    """Find parts, edit them, and make objects of them"""

    bl_idname = "PARTWISE_MT_main"
    bl_label = "Partwise"

    def draw(self, context: bpy.types.Context) -> None:
        layout = self.layout
        layout.operator_context = "INVOKE_REGION_WIN"
        draw_decompose(layout, context)
        layout.operator("partwise.try_another", icon="FILE_REFRESH")
        layout.operator("partwise.step_parts", text="More Parts", icon="ADD").step = 1
        layout.operator("partwise.step_parts", text="Fewer Parts", icon="REMOVE").step = -1
        layout.separator()
        if context.mode == "EDIT_MESH":
            draw_faces(layout)
            layout.separator()
            layout.menu("PARTWISE_MT_parts")
        else:
            click = layout.operator("wm.tool_set_by_id", text="Click Parts", icon="MOUSE_LMB")
            click.name = TOOL
            layout.menu("PARTWISE_MT_clicks")
            layout.menu("PARTWISE_MT_parts")
            layout.menu("PARTWISE_MT_replace")
            layout.separator()
            layout.operator("partwise.smooth_borders", icon="SMOOTHCURVE")
            draw_objects(layout, context)
            layout.separator()
            layout.operator("partwise.parent_parts", icon="CON_CHILDOF")
            layout.operator("partwise.unparent_parts", icon="UNLINKED")
            layout.operator("partwise.drop_unused", icon="BRUSH_DATA")
            layout.separator()
            layout.menu("PARTWISE_MT_images")
        layout.separator()
        layout.menu("PARTWISE_MT_setup")
        layout.operator("partwise.open_guide", icon="HELP")


class PARTWISE_MT_context(bpy.types.Menu):
    """Find parts and make objects of them"""

    bl_idname = "PARTWISE_MT_context"
    bl_label = "Partwise"

    def draw(self, context: bpy.types.Context) -> None:
        layout = self.layout
        layout.operator_context = "INVOKE_REGION_WIN"
        draw_decompose(layout, context)
        layout.separator()
        if context.mode == "EDIT_MESH":
            draw_faces(layout)
        else:
            draw_objects(layout, context)


class PARTWISE_MT_parts(bpy.types.Menu):
    """All that can be done with parts; the list of parts has this menu too"""

    bl_idname = "PARTWISE_MT_parts"
    bl_label = "Parts"

    def draw(self, context: bpy.types.Context) -> None:
        layout = self.layout
        layout.operator_context = "INVOKE_REGION_WIN"
        layout.operator("partwise.merge_parts", icon="AUTOMERGE_ON")
        layout.operator("partwise.split_part", icon="MOD_EDGESPLIT")
        select = layout.operator(
            "partwise.select_faces", text="Select Faces of Parts", icon="RESTRICT_SELECT_OFF"
        )
        select.unassigned = False
        layout.operator("partwise.part_of_unassigned", icon="ADD")
        layout.operator("partwise.select_debris", icon="PARTICLE_DATA")
        layout.operator("partwise.remove_debris", icon="TRASH")
        layout.separator()
        layout.operator("partwise.name_parts", icon="SORTALPHA")
        layout.operator("partwise.rename_parts", text="Rename Parts...", icon="GREASEPENCIL")
        layout.separator()
        layout.operator("partwise.isolate_parts", icon="ZOOM_SELECTED")
        layout.operator("partwise.show_parts", icon="HIDE_OFF")
        layout.separator()
        layout.operator_enum("partwise.tick_parts", "action")
        layout.separator()
        layout.operator_enum("partwise.lock_parts", "action")
        layout.separator()
        layout.operator("partwise.lock_border", icon="LOCKED")
        layout.operator("partwise.unlock_borders", icon="UNLOCKED")
        layout.operator("partwise.release_edits", icon="LOOP_BACK")
        layout.separator()
        layout.operator("partwise.open_parts", icon="X")
        layout.operator("partwise.remove_parts", icon="TRASH")


class PARTWISE_MT_replace(bpy.types.Menu):
    """Another part in the place of the active one"""

    bl_idname = "PARTWISE_MT_replace"
    bl_label = "Replace"

    def draw(self, _context: bpy.types.Context) -> None:
        layout = self.layout
        layout.operator_context = "INVOKE_REGION_WIN"
        layout.operator("partwise.replace_part", icon="HIDE_OFF")
        layout.operator("partwise.regenerate_part", icon="FILE_REFRESH")
        layout.operator("partwise.replace_with_object", icon="OBJECT_DATA")
        layout.operator("partwise.replace_with_file", icon="FILE_FOLDER")
        layout.operator("partwise.replace_with_image", icon="IMAGE_DATA")
        layout.separator()
        layout.operator("partwise.search_parts", icon="VIEWZOOM")


class PARTWISE_MT_clicks(bpy.types.Menu):
    """What is done with clicks on parts"""

    bl_idname = "PARTWISE_MT_clicks"
    bl_label = "Clicks"

    def draw(self, _context: bpy.types.Context) -> None:
        layout = self.layout
        layout.operator_context = "INVOKE_REGION_WIN"
        layout.operator("partwise.accept_clicks", text="Accept Clicks", icon="CHECKMARK")
        layout.separator()
        layout.operator("partwise.step_mask", text="Coarser Mask").step = 1
        layout.operator("partwise.step_mask", text="Finer Mask").step = -1
        layout.separator()
        layout.operator("partwise.remove_click", icon="LOOP_BACK")
        layout.operator("partwise.clear_clicks", icon="X")


class PARTWISE_MT_images(bpy.types.Menu):
    """Closed, textured parts of a new object from pictures of it"""

    bl_idname = "PARTWISE_MT_images"
    bl_label = "From Images"

    def draw(self, _context: bpy.types.Context) -> None:
        layout = self.layout
        layout.operator_context = "INVOKE_REGION_WIN"
        layout.operator("partwise.add_pictures", text="Parts from Pictures...", icon="FILE_IMAGE")
        layout.separator()
        layout.operator_enum("partwise.take_picture", "source")
        layout.operator("partwise.new_mask", icon="BRUSH_DATA")
        layout.separator()
        layout.operator("partwise.make_parts", icon="MESH_MONKEY")
        layout.operator("partwise.another_take", icon="FILE_REFRESH")


class PARTWISE_MT_setup(bpy.types.Menu):
    """Large models and the engine that they run on"""

    bl_idname = "PARTWISE_MT_setup"
    bl_label = "Large Models"

    def draw(self, _context: bpy.types.Context) -> None:
        setups.want_look()
        layout, told = self.layout, setups.told()
        layout.operator_context = "INVOKE_REGION_WIN"
        layout.operator("partwise.look_at_setup", icon="FILE_REFRESH")
        layout.separator()
        layout.operator("partwise.install_engine", icon="IMPORT")
        layout.operator("partwise.repair_engine", icon="TOOL_SETTINGS")
        layout.operator("partwise.use_python", icon="CHECKMARK")
        layout.operator("partwise.remove_engine", icon="TRASH")
        for verb, name, icon in MODEL_VERBS:
            layout.separator()
            if told is None or not told.models:
                layout.operator(f"partwise.{name}", icon=icon)
                continue
            for row in told.models:
                entry = layout.operator(
                    f"partwise.{name}", text=f"{verb} {row['title']}", icon=icon
                )
                entry.model = row["name"]


def draw_decompose(layout: bpy.types.UILayout, context: bpy.types.Context) -> None:
    """Decompose, with what it would do."""
    usable, _ = targets.sort_out(context, copies=context.scene.partwise.copy_linked)
    text = panels.decompose_text(usable)
    layout.operator("partwise.decompose", text=text, icon="MOD_EXPLODE")


def draw_objects(layout: bpy.types.UILayout, context: bpy.types.Context) -> None:
    """What makes objects of parts, and what is done with these."""
    layout.operator("partwise.complete", text="Complete Parts", icon="MOD_SOLIDIFY")
    layout.operator("partwise.split", text="Split into Objects", icon="OUTLINER_COLLECTION")
    folder = assembly_of(context.object)
    text = "Show Parts" if folder is not None and shows_original(folder) else "Show Original"
    layout.operator("partwise.toggle_original", text=text, icon="HIDE_OFF")
    layout.operator("partwise.join_back", icon="AUTOMERGE_ON")
    layout.operator("partwise.export_parts", icon="EXPORT")


def draw_faces(layout: bpy.types.UILayout) -> None:
    """What is done with selected faces, in Edit Mode."""
    layout.operator("partwise.new_part", icon="ADD")
    layout.operator("partwise.assign_faces")
    layout.operator("partwise.pick_part", icon="EYEDROPPER")


def draw_main(menu: bpy.types.Menu, _context: bpy.types.Context) -> None:
    """The entry at the end of a menu in the header."""
    menu.layout.separator()
    menu.layout.menu(PARTWISE_MT_main.bl_idname)


def draw_short(menu: bpy.types.Menu, _context: bpy.types.Context) -> None:
    """The entry at the end of a context menu."""
    menu.layout.separator()
    menu.layout.menu(PARTWISE_MT_context.bl_idname)


def draw_add(menu: bpy.types.Menu, _context: bpy.types.Context) -> None:
    """The entry where new objects are looked for."""
    layout = menu.layout
    layout.separator()
    layout.operator_context = "INVOKE_REGION_WIN"
    layout.operator("partwise.add_pictures", text="Parts from Pictures...", icon="FILE_IMAGE")


# Object and Mesh in the header of the 3D view have all; what the right mouse button opens has what
# is used most; Add has what makes new objects.
PLACES = {
    "VIEW3D_MT_object": draw_main,
    "VIEW3D_MT_edit_mesh": draw_main,
    "VIEW3D_MT_object_context_menu": draw_short,
    "VIEW3D_MT_edit_mesh_context_menu": draw_short,
    "VIEW3D_MT_add": draw_add,
}


def register() -> None:
    for name, entry in PLACES.items():
        getattr(bpy.types, name).append(entry)


def unregister() -> None:
    for name, entry in PLACES.items():
        getattr(bpy.types, name).remove(entry)


CLASSES = (
    PARTWISE_MT_main,
    PARTWISE_MT_context,
    PARTWISE_MT_parts,
    PARTWISE_MT_clicks,
    PARTWISE_MT_replace,
    PARTWISE_MT_images,
    PARTWISE_MT_setup,
)
