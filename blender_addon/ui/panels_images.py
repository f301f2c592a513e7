# SPDX-License-Identifier: GPL-3.0-or-later
"""From Images in the sidebar: pictures, masks and options; and the preview of what they make."""

from __future__ import annotations

import bpy

from ..ops import images
from ..scene.briefs import VIEWS
from ..scene.takes import Take
from .panels import SidebarPanel, draw_text
from .proposals import draw_proposal

SHAPE_NAMES = {item[0].lower(): item[1] for item in images.SHAPES}
THUMBNAIL = 5.0  # of its height in rows of the panel


class PARTWISE_PT_take(SidebarPanel, bpy.types.Panel):
    """What is made of pictures, as long as it is a preview: above all else, and never closed."""

    bl_label = "Preview"
    bl_parent_id = "PARTWISE_PT_main"
    bl_order = -1

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        return images.current() is not None

    def draw(self, context: bpy.types.Context) -> None:
        layout, proposal = self.layout, images.current()
        if proposal is None:
            return
        draw_proposal(layout, images.PARTWISE_OT_apply_take)
        layout.operator("partwise.another_take", text="Another Version", icon="FILE_REFRESH")
        take = proposal.variant.result
        for note in take.made.notes:
            draw_text(layout, context, str(note), icon="INFO")
        if not images.PARTWISE_OT_shape_part.lacks(take):
            draw_take_parts(layout, take)


class PARTWISE_PT_images(SidebarPanel, bpy.types.Panel):
    bl_label = "From Images"
    bl_parent_id = "PARTWISE_PT_main"
    bl_options = {"DEFAULT_CLOSED"}
    bl_order = 6

    def draw(self, context: bpy.types.Context) -> None:
        layout, asked = self.layout, context.scene.partwise_images
        draw_view(layout, asked, "front")
        column = layout.column()
        column.scale_y = 1.6
        column.operator("partwise.make_parts", text="Make Parts", icon="MESH_MONKEY")


class PARTWISE_PT_image_options(SidebarPanel, bpy.types.Panel):
    bl_label = "How Parts Are Made"
    bl_parent_id = "PARTWISE_PT_images"
    bl_order = 0

    def draw(self, context: bpy.types.Context) -> None:
        layout, asked = self.layout, context.scene.partwise_images
        layout.use_property_split = True
        layout.use_property_decorate = False
        column = layout.column()
        found = column.column()
        found.active = not any(getattr(asked, view).mask for view in VIEWS)  # else masks say it
        found.prop(asked, "count", text="Parts" if asked.count else "Parts (0 = Auto)")
        found.prop(asked, "limbs")
        column.prop(asked, "shape")
        column.prop(asked, "thickness")
        column.prop(asked, "symmetry")
        column.prop(asked, "back_side")
        column.prop(asked, "size")


class PARTWISE_PT_image_views(SidebarPanel, bpy.types.Panel):
    bl_label = "Other Sides"
    bl_parent_id = "PARTWISE_PT_images"
    bl_options = {"DEFAULT_CLOSED"}
    bl_order = 1

    def draw(self, context: bpy.types.Context) -> None:
        for view in VIEWS[1:]:
            draw_view(self.layout, context.scene.partwise_images, view)


def draw_view(layout: bpy.types.UILayout, asked: bpy.types.PropertyGroup, view: str) -> None:
    """The picture of a side: which one, where else it comes from, what it looks like, its mask."""
    slot = getattr(asked, view)
    column = layout.column(align=True)
    row = column.row()
    row.label(text=view.title())
    row = row.row(align=True)
    for source, icon in (("VIEW", "RESTRICT_VIEW_OFF"), ("RENDER", "RESTRICT_RENDER_OFF")):
        button = row.operator("partwise.take_picture", text="", icon=icon)
        button.source, button.view = source, view.upper()
    if view == VIEWS[0]:
        button = row.operator("partwise.add_pictures", text="", icon="FILE_FOLDER")
        button.make = False
    column.template_ID(slot, "image", open="image.open")
    if slot.image is None:
        return
    if view == VIEWS[0]:
        preview = slot.image.preview_ensure()
        if preview is not None:
            column.template_icon(icon_value=preview.icon_id, scale=THUMBNAIL)
    row = column.row(align=True)
    row.prop(slot, "mask", text="Mask")
    row.operator("partwise.new_mask", text="", icon="ADD").view = view.upper()


def draw_take_parts(layout: bpy.types.UILayout, take: Take) -> None:
    """The parts of a preview, the nearest first: their shapes and their order can be changed."""
    column = layout.column(align=True)
    rows = list(zip(take.made.names, take.made.report, strict=True))
    for number in reversed(range(len(rows))):
        name, report = rows[number]
        row = column.row(align=True)
        row.label(text=str(name))
        kind = take.kinds.get(number, "")
        text = SHAPE_NAMES.get(str(report.get("kind", "")), "Shape")
        menu = row.operator_menu_enum(
            "partwise.shape_part", "kind", text=text if kind else f"{text} (auto)"
        )
        menu.part = number
        for step, icon in ((1, "TRIA_UP"), (-1, "TRIA_DOWN")):
            button = row.operator("partwise.order_part", text="", icon=icon)
            button.part, button.step = number, step


CLASSES = (
    PARTWISE_PT_take,
    PARTWISE_PT_images,
    PARTWISE_PT_image_options,
    PARTWISE_PT_image_views,
)
