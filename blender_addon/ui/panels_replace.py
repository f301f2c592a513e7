# SPDX-License-Identifier: GPL-3.0-or-later
"""The sub-panel Replace: words, what is found in a grid of pictures, the preview, how it fits."""

from __future__ import annotations

import bpy

from ..engine import jobs
from ..mesh.labels import has_labels
from ..ops import replace
from ..scene import drawings, engine_choice, part_sources, proposals, surroundings
from . import thumbnails
from .engine_panel import draw_choice, draw_taken
from .panels import RoomyPanel, SidebarPanel, draw_closing
from .proposals import PreviewPanel, draw_proposal
from .texts import draw_text

SPLITS = "Accept makes objects of all parts, as Split does. The original stays, hidden."
SCALE = 3.6  # of a picture, in heights of a button


class PARTWISE_PT_replace(RoomyPanel, bpy.types.Panel):
    bl_label = "Replace"
    bl_parent_id = "PARTWISE_PT_main"
    bl_options = {"DEFAULT_CLOSED"}
    bl_order = 6

    @classmethod
    def fits(cls, context: bpy.types.Context) -> bool:
        is_part = surroundings.was_part(context.object)
        return context.mode == "OBJECT" and (is_part or not surroundings.why_not(context.object))

    def draw(self, context: bpy.types.Context) -> None:
        draw_wishes(self.layout, context)
        draw_sources(self.layout, context)


class PARTWISE_PT_replacement(PreviewPanel, bpy.types.Panel):
    """What takes the place of a part, as long as it is a preview."""

    bl_label = "Replace"
    applies = replace.PARTWISE_OT_apply_replacement

    def draw(self, context: bpy.types.Context) -> None:
        draw_wishes(self.layout, context)
        draw_proposal(self.layout, context, self.applies)
        draw_said(self.layout, context)
        draw_sources(self.layout, context)


class FitPanel(SidebarPanel):
    """How the new part is made and fitted."""

    bl_label = "Fit"
    bl_options = {"DEFAULT_CLOSED"}

    def draw(self, context: bpy.types.Context) -> None:
        draw_options(self.layout, context.scene.partwise_replacing)  # type: ignore[attr-defined]


class PARTWISE_PT_replace_options(FitPanel, bpy.types.Panel):
    bl_parent_id = "PARTWISE_PT_replace"


class PARTWISE_PT_replacement_options(FitPanel, bpy.types.Panel):
    bl_parent_id = "PARTWISE_PT_replacement"


def draw_wishes(layout: bpy.types.UILayout, context: bpy.types.Context) -> None:
    """Which part is meant, what it should be, and the buttons that preview it."""
    settings = context.scene.partwise_replacing
    if not surroundings.why_not(context.object):
        icon = "MESH_DATA" if has_labels(context.object.data) else "OBJECT_DATA"
        layout.label(text=f"In place of {surroundings.called(context.object)}:", icon=icon)
    row = layout.row(align=True)
    row.prop(settings, "text", text="", placeholder="taller pink fedora")
    row.operator("partwise.search_parts", text="", icon="VIEWZOOM")
    column = layout.column(align=True)
    row = column.row(align=True)
    row.scale_y = 1.3
    row.operator("partwise.replace_part", text="Preview", icon="HIDE_OFF")
    row.operator("partwise.regenerate_part", text="Regenerate", icon="FILE_REFRESH")
    reason = replace.why_not(context)
    if reason and not jobs.busy():
        draw_text(layout, context, reason, icon="INFO")
    draw_choice(layout, context, "replace")
    if "drawing" in engine_choice.options(context.scene.partwise, "replace"):
        draw_drawing(layout, context)
    draw_taken(layout, context, "replace")


def draw_drawing(layout: bpy.types.UILayout, context: bpy.types.Context) -> None:
    """Where the drawing comes from that the engine is given beside the words."""
    settings = context.scene.partwise_replacing
    column = layout.column()
    column.use_property_split = True
    column.use_property_decorate = False
    column.prop(settings, "drawing")
    if settings.drawing == drawings.PENCIL:
        column.prop(settings, "drawing_object", text="")
    elif settings.drawing == drawings.IMAGE:
        layout.template_ID(settings, "drawing_image", open="image.open")
    reason = drawings.lacks(settings, context.scene)
    if reason:
        draw_text(layout, context, f"{reason}.", icon="INFO")


def draw_sources(layout: bpy.types.UILayout, context: bpy.types.Context) -> None:
    """What was found, and other places where parts come from."""
    draw_found(layout, context)
    settings = context.scene.partwise_replacing
    row = layout.row(align=True)
    row.prop(settings, "other", text="")
    row.operator("partwise.replace_with_object", text="", icon="FORWARD")
    row.operator("partwise.replace_with_file", text="", icon="FILE_FOLDER")
    row = layout.row(align=True)
    row.template_ID(settings, "image", open="image.open")
    row.operator("partwise.replace_with_image", text="", icon="FORWARD")
    engine = engine_choice.chosen(context.scene.partwise, "generate")
    if settings.image is not None and engine is not None:
        text = f"Pictures go to {engine.label}, which is chosen in From Images"
        draw_text(layout, context, text, icon="INFO")


def draw_options(layout: bpy.types.UILayout, settings: bpy.types.PropertyGroup) -> None:
    """How the new part meets the others, and which of many are made."""
    layout.use_property_split = True
    layout.use_property_decorate = False
    layout.prop(settings, "join")
    column = layout.column()
    column.prop(settings, "twins")
    column.prop(settings, "stretch")
    column = layout.column(align=True)
    column.prop(settings, "variants")
    column.prop(settings, "seed")


def draw_said(layout: bpy.types.UILayout, context: bpy.types.Context) -> None:
    """What of the words was understood, what was not, and what Accept will do."""
    proposal = proposals.current(replace.PARTWISE_OT_apply_replacement)
    if proposal is None or proposal.variant.result is None:  # a sketch has none
        return
    said = proposal.variant.result
    made = engine_choice.made_by(said.engine)
    if made:
        layout.label(text=made, icon="INFO")
    if said.understood:
        draw_text(layout, context, "; ".join(said.understood), icon="CHECKMARK")
    if said.not_understood:
        words = ", ".join(f"“{word:.40}”" for word in said.not_understood[:8])
        draw_text(layout, context, f"Not understood: {words}", icon="QUESTION")
    if said.notice:
        draw_text(layout, context, said.notice, icon="INFO")
    whole = said.basis.find()
    if whole is not None and has_labels(whole.data):
        quiet = layout.column()
        quiet.active = False
        draw_text(quiet, context, SPLITS)
        draw_closing(layout, context, [whole], said.replaced)


def draw_found(layout: bpy.types.UILayout, context: bpy.types.Context) -> None:
    """What the last search found, a page of it, each with the button that previews it."""
    found = part_sources.found()
    if found is None:
        return
    for note in found.notes:
        draw_text(layout, context, note, icon="ERROR")
    if not found.sources:
        text = f"Nothing is called “{found.query:.40}”. Empty the field and search to see all."
        draw_text(layout, context, text, icon="INFO")
        return
    if found.query and found.query != context.scene.partwise_replacing.text.strip():
        draw_text(layout, context, f"Found by “{found.query:.40}”. The words above are wishes.")
    grid = layout.column(align=True)
    shown = list(found.shown())
    for start in range(0, len(shown), part_sources.COLUMNS):
        row = grid.row(align=True)
        for place in range(part_sources.COLUMNS):
            cell = row.column(align=True)
            if start + place < len(shown):
                draw_source(cell, shown[start + place])
            else:
                cell.label(text="")
    if found.pages > 1:
        row = layout.row(align=True)
        row.operator("partwise.turn_page", text="", icon="TRIA_LEFT").step = -1
        middle = row.row()
        middle.alignment = "CENTER"
        middle.label(text=f"{found.page + 1} of {found.pages} ({len(found.sources)} parts)")
        row.operator("partwise.turn_page", text="", icon="TRIA_RIGHT").step = 1


def draw_source(layout: bpy.types.UILayout, source: part_sources.PartSource) -> None:
    """One picture, above its button."""
    if source.picture is None:
        box = layout.column()
        box.scale_y = SCALE
        box.label(text="", icon="MESH_MONKEY")
    else:
        icon = thumbnails.icon_of(source.key, source.picture)
        layout.template_icon(icon_value=icon, scale=SCALE)
    button = layout.operator("partwise.replace_with", text=source.title)
    button.key = source.key


CLASSES = (
    PARTWISE_PT_replace,
    PARTWISE_PT_replace_options,
    PARTWISE_PT_replacement,
    PARTWISE_PT_replacement_options,
)
