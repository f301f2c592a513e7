# SPDX-License-Identifier: GPL-3.0-or-later
"""What is done with a proposal: take it, look at its other variants, or leave it."""

from __future__ import annotations

import bpy
from bpy.props import IntProperty

from ...backend.contract.errors import PartwiseError
from ..engine import jobs
from ..scene import proposals
from .poll import SaysWhyNot
from .starting import not_now


class ProposalOperator(SaysWhyNot):
    """Base of operators on the proposal that is shown. What they do needs no step of undo."""

    bl_options = {"INTERNAL"}

    @classmethod
    def objection(cls, context: bpy.types.Context) -> str:
        proposal = proposals.current()
        return "There is no preview" if proposal is None else cls.lacks(context, proposal)

    @classmethod
    def lacks(cls, context: bpy.types.Context, proposal: proposals.Proposal) -> str:
        """What else is missing; empty when nothing is."""
        return ""


class PARTWISE_OT_accept_proposal(ProposalOperator, bpy.types.Operator):
    """Take what is previewed into the scene"""

    bl_idname = "partwise.accept_proposal"
    bl_label = "Accept"

    @classmethod
    def lacks(cls, context: bpy.types.Context, proposal: proposals.Proposal) -> str:
        reason = not_now(context)  # as while it grows
        return reason or str(proposals.elsewhere(proposal) or "")

    def execute(self, context: bpy.types.Context) -> set[str]:
        """The operator that applies the variant makes the step of undo."""
        try:
            proposals.accept(copies=context.scene.partwise.copy_linked)
        except PartwiseError as error:
            self.report({"WARNING"}, str(error))
            return {"CANCELLED"}
        except RuntimeError as error:  # what that operator reported
            self.report({"ERROR"}, str(error).removeprefix("Error: ").strip())
            return {"CANCELLED"}
        return {"FINISHED"}


class PARTWISE_OT_step_proposal(ProposalOperator, bpy.types.Operator):
    """Look at another variant of what is previewed"""

    bl_idname = "partwise.step_proposal"
    bl_label = "Next Variant"

    step: IntProperty(name="Step", description="1 for the next, -1 for the one before", default=1)

    @classmethod
    def lacks(cls, context: bpy.types.Context, proposal: proposals.Proposal) -> str:
        return "" if len(proposal.variants) > 1 else "There is one variant only"

    def execute(self, context: bpy.types.Context) -> set[str]:
        proposals.step(self.step)
        return {"FINISHED"}


class PARTWISE_OT_discard_proposal(ProposalOperator, bpy.types.Operator):
    """Leave what is previewed; the scene stays as it is"""

    bl_idname = "partwise.discard_proposal"
    bl_label = "Discard"

    def execute(self, context: bpy.types.Context) -> set[str]:
        proposal = proposals.current()
        if proposal is not None and (proposal.is_growing or proposals.is_accepting()):
            jobs.cancel()
            jobs.dismiss()
        proposals.discard()
        return {"FINISHED"}


CLASSES = (PARTWISE_OT_accept_proposal, PARTWISE_OT_step_proposal, PARTWISE_OT_discard_proposal)
