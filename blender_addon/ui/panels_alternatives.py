# SPDX-License-Identifier: GPL-3.0-or-later
"""Other parts in the sidebar, as long as they are a preview: small pictures to choose from."""

from __future__ import annotations

import bpy

from ..ops.alternatives import PARTWISE_OT_apply_alternative
from .proposals import PreviewPanel, draw_proposal


class PARTWISE_PT_alternatives(PreviewPanel, bpy.types.Panel):
    bl_label = "Other Parts"
    applies = PARTWISE_OT_apply_alternative

    def draw(self, context: bpy.types.Context) -> None:
        draw_proposal(self.layout, context, self.applies)


CLASSES = (PARTWISE_PT_alternatives,)
