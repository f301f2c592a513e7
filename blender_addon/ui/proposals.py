# SPDX-License-Identifier: GPL-3.0-or-later
"""What panels show while there is a proposal: what it is, which variant, and what to do with it."""

from __future__ import annotations

import bpy

from ..scene import proposals
from ..scene.apply import AppliesResults


def draw_proposal(layout: bpy.types.UILayout, operator: type[AppliesResults]) -> bool:
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
    row = box.row(align=True)
    row.scale_y = 1.3
    row.operator("partwise.accept_proposal", icon="CHECKMARK")
    row.operator("partwise.discard_proposal", icon="X")
    return True


def draw_header_buttons(layout: bpy.types.UILayout, operator: type[AppliesResults]) -> None:
    """In the header of its panel: a proposal can be taken also while that is closed."""
    if proposals.current(operator) is not None:
        row = layout.row(align=True)
        row.operator("partwise.accept_proposal", text="", icon="CHECKMARK", emboss=False)
        row.operator("partwise.discard_proposal", text="", icon="X", emboss=False)
