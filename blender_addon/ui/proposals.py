# SPDX-License-Identifier: GPL-3.0-or-later
"""What panels show while there is a proposal: what it is, which variant, and what to do with it."""

from __future__ import annotations

import bpy

from ...backend.contract.arrays import NDArray, np
from ..scene import covering, proposals
from ..scene.apply import AppliesResults
from . import lists, thumbnails
from .panels import SidebarPanel
from .texts import draw_text

CELL = 84  # pixels at a resolution scale of 1 that a thumbnail with its buttons has at least
MOST_COLUMNS = 6
# Of a thumbnail, in heights of a button: of at most so many, of more, and of many.
LARGE_SCALE, SCALE, SMALL_SCALE = 4.8, 3.4, 2.2
VERY_FEW, FEW = 4, 9
CAME_OUT_ALIKE = "more came out as one that is here."
LEFT_OUT = "older ones made room. Pin what is to stay."
EXPORTERS = "Exporters of collections leave out what this covers."


class PreviewPanel(SidebarPanel):
    """Base of panels that are there as long as their preview is.

    They are not those before the preview, so that they are open however these were left, as when a
    picture is dropped on the view; and they come first, so that they are in sight at any size of
    the window and its text. All others but the list of parts make room (`RoomyPanel`).
    """

    bl_parent_id = "PARTWISE_PT_main"
    bl_order = 0
    applies: type[AppliesResults]  # the operator that takes the preview

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        return proposals.current(cls.applies) is not None

    def draw_header_preset(self, context: bpy.types.Context) -> None:
        """Also while it is closed."""
        row = self.layout.row(align=True)  # type: ignore[attr-defined]
        row.operator("partwise.accept_proposal", text="", icon="CHECKMARK", emboss=False)
        row.operator("partwise.discard_proposal", text="", icon="X", emboss=False)


def draw_proposal(
    layout: bpy.types.UILayout, context: bpy.types.Context, operator: type[AppliesResults]
) -> bool:
    """Draw the proposal that this operator would apply; False when there is none."""
    proposal = proposals.current(operator)
    if proposal is None:
        return False
    box = layout.box()
    box.label(text=proposal.title, icon="HIDE_OFF")
    count = len(proposal.variants)
    if count > 1 or proposal.variant.name:
        row = box.row(align=True)
        if count > 1:
            row.operator("partwise.step_proposal", text="", icon="TRIA_LEFT").step = -1
        name = [f"{proposal.index + 1} of {count}"] if count > 1 else []
        row.label(text=": ".join([*name, *filter(None, [proposal.variant.name])]))
        if count > 1:
            row.operator("partwise.step_proposal", text="", icon="TRIA_RIGHT").step = 1
    row = box.row(align=True)  # above what grows, so that it stays where it is and in sight
    row.scale_y = 1.3
    row.operator("partwise.accept_proposal", icon="CHECKMARK")
    row.operator("partwise.discard_proposal", icon="X")
    draw_variants(box, context, proposal)
    if covering.is_exported_unasked():
        draw_text(box, context, EXPORTERS, icon="ERROR")
    return True


def draw_variants(
    layout: bpy.types.UILayout, context: bpy.types.Context, proposal: proposals.Proposal
) -> None:
    """A grid of what may be taken, with empty places for what still comes; nothing without it."""
    pictures = [variant.thumbnail for variant in proposal.variants]
    sketch = proposal.sketch if proposal.is_growing else None
    coming = max(proposal.coming, sketch is not None) if proposal.is_growing else 0
    several = len(pictures) + coming > 1 or proposal.more is not None  # one alone can be pinned
    if several and all(picture is not None for picture in pictures):
        columns = int(min(max(lists.panel_width(context) // CELL, 2), MOST_COLUMNS))
        grid = layout.grid_flow(
            row_major=True, columns=columns, even_columns=True, even_rows=True, align=True
        )
        scale = picture_scale(len(pictures) + coming)
        for number in range(len(pictures)):
            draw_variant(grid.column(align=True), proposal, number, scale)
        for place in range(coming):
            picture = sketch if place == 0 else None
            draw_coming(grid.column(align=True), picture, scale)
    if proposal.missing:
        draw_text(layout, context, f"{proposal.missing} {CAME_OUT_ALIKE}", icon="INFO")
    if proposal.more is not None:
        layout.operator("partwise.more_variants", text="More", icon="ADD")
    if proposal.left_out:
        draw_text(layout, context, f"{proposal.left_out} {LEFT_OUT}", icon="INFO")


def picture_scale(count: int) -> float:
    """How large each of so many thumbnails is."""
    if count <= VERY_FEW:
        return LARGE_SCALE
    return SCALE if count <= FEW else SMALL_SCALE


def draw_coming(layout: bpy.types.UILayout, sketch: NDArray[np.uint8] | None, scale: float) -> None:
    """One that is not there yet, as a sketch or three dots."""
    picture = thumbnails.empty() if sketch is None else sketch
    layout.template_icon(icon_value=thumbnails.icon_of("sketch", picture), scale=scale)
    row = layout.row()
    row.active = False
    row.alignment = "CENTER"
    row.label(text="" if sketch is None else "...")


def draw_variant(
    layout: bpy.types.UILayout, proposal: proposals.Proposal, number: int, scale: float
) -> None:
    """One thumbnail, above what is done with it."""
    variant, is_shown = proposal.variants[number], number == proposal.index
    is_sketch = proposal.is_growing and not proposal.comes_whole
    if variant.thumbnail is not None and is_sketch:
        draw_coming(layout, variant.thumbnail, scale)
        return
    if variant.thumbnail is not None:
        icon = thumbnails.icon_of("variant", variant.thumbnail)
        layout.template_icon(icon_value=icon, scale=scale)
    row = layout.row(align=True)
    show = row.operator("partwise.show_variant", text=str(number + 1), depress=is_shown)
    if proposal.can_pin:
        pin = "PINNED" if variant.is_kept else "UNPINNED"
        keep = row.operator("partwise.keep_variant", text="", icon=pin, depress=variant.is_kept)
        keep.number = number
    drop = row.operator("partwise.drop_variant", text="", icon="X")
    show.number = drop.number = number
