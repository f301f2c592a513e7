# SPDX-License-Identifier: GPL-3.0-or-later
"""From Images in the sidebar: pictures, masks and options; and the preview of what they make."""

from __future__ import annotations

import bpy

from ..engine import jobs
from ..ops import images, takes
from ..ops.starting import not_now
from ..scene import engine_choice
from ..scene.briefs import VIEWS
from ..scene.takes import Take
from . import lists
from .engine_panel import draw_choice, draw_taken
from .panels import RoomyPanel, SidebarPanel
from .proposals import PreviewPanel, draw_proposal
from .texts import draw_text

SHAPES = {name.lower(): (title, icon) for name, title, _, icon, _ in images.SHAPES}
# Option of an engine -> the property of From Images that says it.
TAKEN = {
    "kinds": "shape",
    "thickness": "thickness",
    "symmetric": "symmetry",
    "back": "back_side",
}
THUMBNAIL = 5.0  # of its height in rows of the panel
SHAPE_WIDTH, SHAPE_ICON = 8.0, 2.0  # of the menu of shapes, in heights of a button


class PARTWISE_PT_images(RoomyPanel, bpy.types.Panel):
    bl_label = "From Images"
    bl_parent_id = "PARTWISE_PT_main"
    bl_options = {"DEFAULT_CLOSED"}
    bl_order = 7

    def draw(self, context: bpy.types.Context) -> None:
        draw_front(self.layout, context)


class PARTWISE_PT_take(PreviewPanel, bpy.types.Panel):
    """What is made of pictures, as long as it is a preview."""

    bl_label = "From Images"
    applies = images.PARTWISE_OT_apply_take

    def draw(self, context: bpy.types.Context) -> None:
        layout, proposal = self.layout, images.current()
        if proposal is None:
            return
        draw_proposal(layout, context, self.applies)
        made = engine_choice.made_by(proposal.variant.result.made.engine)
        if made:
            layout.label(text=made, icon="INFO")
        text = takes.PARTWISE_OT_another_take.text_for(proposal)
        layout.operator("partwise.another_take", text=text, icon="FILE_REFRESH")
        for note in proposal.variant.result.made.notes:
            draw_text(layout, context, str(note), icon="INFO")


class PARTWISE_PT_take_parts(SidebarPanel, bpy.types.Panel):
    """The shape of each part of the preview, and their order."""

    bl_label = "Shape and Depth"
    bl_parent_id = "PARTWISE_PT_take"
    bl_order = 0

    def draw(self, context: bpy.types.Context) -> None:
        proposal = images.current()
        if proposal is None:
            return
        take = proposal.variant.result
        reason = takes.PARTWISE_OT_shape_part.lacks(take)
        if reason:
            draw_text(self.layout, context, reason, icon="INFO")
        draw_take_parts(self.layout, context, take)


class PARTWISE_PT_take_pictures(SidebarPanel, bpy.types.Panel):
    """What the preview was made of, to make another one."""

    bl_label = "Pictures"
    bl_parent_id = "PARTWISE_PT_take"
    bl_options = {"DEFAULT_CLOSED"}
    bl_order = 1

    def draw(self, context: bpy.types.Context) -> None:
        draw_front(self.layout, context)


class OptionsPanel(SidebarPanel):
    bl_label = "How Parts Are Made"

    def draw(self, context: bpy.types.Context) -> None:
        draw_options(self.layout, context)  # type: ignore[attr-defined]


class PARTWISE_PT_image_options(OptionsPanel, bpy.types.Panel):
    bl_parent_id = "PARTWISE_PT_images"
    bl_order = 0


class PARTWISE_PT_take_options(OptionsPanel, bpy.types.Panel):
    bl_parent_id = "PARTWISE_PT_take_pictures"
    bl_order = 0


class ViewsPanel(SidebarPanel):
    bl_label = "Other Sides"
    bl_options = {"DEFAULT_CLOSED"}
    bl_order = 1

    def draw(self, context: bpy.types.Context) -> None:
        for view in VIEWS[1:]:
            draw_view(self.layout, context.scene.partwise_images, view)  # type: ignore[attr-defined]


class PARTWISE_PT_image_views(ViewsPanel, bpy.types.Panel):
    bl_parent_id = "PARTWISE_PT_images"


class PARTWISE_PT_take_views(ViewsPanel, bpy.types.Panel):
    bl_parent_id = "PARTWISE_PT_take_pictures"


def draw_front(layout: bpy.types.UILayout, context: bpy.types.Context) -> None:
    """The picture of the front, or words where there is none, and the button."""
    asked = context.scene.partwise_images
    draw_view(layout, asked, VIEWS[0])
    if not any(getattr(asked, view).image for view in VIEWS):
        layout.prop(asked, "text", text="", icon="GREASEPENCIL", placeholder="Or words: a robot")
    column = layout.column()
    column.scale_y = 1.6
    column.operator("partwise.make_parts", text="Make Parts", icon="MESH_MONKEY")
    reason = not_now(context)
    if reason and not jobs.busy():
        draw_text(layout, context, reason, icon="INFO")
    draw_choice(layout, context, "generate")


def draw_options(layout: bpy.types.UILayout, context: bpy.types.Context) -> None:
    """What else decides how parts are made, as far as the chosen engine takes it."""
    asked, settings = context.scene.partwise_images, context.scene.partwise
    layout.use_property_split = True
    layout.use_property_decorate = False
    taken = engine_choice.options(settings, "generate")
    column = layout.column()
    found = column.column()
    found.active = not any(getattr(asked, view).mask for view in VIEWS)  # else masks say it
    if "parts" in taken:
        found.prop(asked, "count", text="Parts" if asked.count else "Parts (0 = Auto)")
    if "limbs" in taken:
        found.prop(asked, "limbs")
    for option, name in TAKEN.items():
        if option in taken:
            column.prop(asked, name)
    draw_taken(layout, context, "generate")
    layout.column().prop(asked, "size")
    layout.column().prop(asked, "variants")


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


def draw_take_parts(layout: bpy.types.UILayout, context: bpy.types.Context, take: Take) -> None:
    """The parts of a preview, the nearest first: their shapes and their order can be changed.

    Shapes are icons, in words only where the sidebar is wide, so that names have room.
    """
    is_wide = lists.panel_width(context) >= lists.WIDER
    column = layout.column(align=True)
    rows = list(zip(take.made.names, take.made.report, strict=True))
    for number in reversed(range(len(rows))):
        name, report = rows[number]
        row = column.row(align=True)
        row.label(text=str(name))
        made = str(report.get("kind", ""))
        title, icon = SHAPES.get(made, (made.title() or "Shape", "SHADERFX"))
        title = title if number in take.kinds else f"{title} (auto)"
        shape = row.row(align=True)
        shape.ui_units_x = SHAPE_WIDTH if is_wide else SHAPE_ICON
        menu = shape.operator_menu_enum(
            "partwise.shape_part", "kind", text=title if is_wide else "", icon=icon
        )
        menu.part = number
        for step, arrow in ((1, "TRIA_UP"), (-1, "TRIA_DOWN")):
            button = row.operator("partwise.order_part", text="", icon=arrow)
            button.part, button.step = number, step


CLASSES = (
    PARTWISE_PT_images,
    PARTWISE_PT_image_options,
    PARTWISE_PT_image_views,
    PARTWISE_PT_take,
    PARTWISE_PT_take_parts,
    PARTWISE_PT_take_pictures,
    PARTWISE_PT_take_options,
    PARTWISE_PT_take_views,
)
