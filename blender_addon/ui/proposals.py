# SPDX-License-Identifier: GPL-3.0-or-later
"""What panels show while there is a proposal: what it is, which variant, and what to do with it."""

from __future__ import annotations

import bpy

from ..scene import covering, proposals
from ..scene.apply import AppliesResults
from .panels import SidebarPanel
from .texts import draw_text

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
    if covering.is_exported_unasked():
        draw_text(box, context, EXPORTERS, icon="ERROR")
    row = box.row(align=True)
    row.scale_y = 1.3
    row.operator("partwise.accept_proposal", icon="CHECKMARK")
    row.operator("partwise.discard_proposal", icon="X")
    return True
