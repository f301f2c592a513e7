# SPDX-License-Identifier: GPL-3.0-or-later
"""What is done with a proposal: take it, look at its other variants, or leave it."""

from __future__ import annotations

from typing import Any

import bpy
from bpy.props import IntProperty

from ...backend.contract.errors import PartwiseError
from ..engine import jobs
from ..scene import proposals
from .poll import SaysWhyNot
from .starting import not_in_object_mode, not_now, run


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
        is_ready = proposal.is_growing and proposal.comes_whole  # which ends what still comes
        reason = not_in_object_mode(context) if is_ready else not_now(context)
        return reason or str(proposals.elsewhere(proposal) or "") or proposal.lacks

    def execute(self, context: bpy.types.Context) -> set[str]:
        """The operator that applies the variant makes the step of undo."""
        proposal, remark = proposals.current(), ""
        if proposal is not None:
            remark = proposal.operator.remark(context, proposal.variant.result)
        try:
            proposals.accept(copies=context.scene.partwise.copy_linked)
        except PartwiseError as error:
            self.report({"WARNING"}, str(error))
            return {"CANCELLED"}
        except RuntimeError as error:  # what that operator reported
            self.report({"ERROR"}, str(error).removeprefix("Error: ").strip())
            return {"CANCELLED"}
        if remark:
            self.report({"INFO"}, remark)
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


class VariantOperator(ProposalOperator):
    """Base of operators on one of the variants."""

    number: IntProperty(name="Number", description="Which variant, 0 the first", min=0)

    @classmethod
    def description(cls, context: bpy.types.Context, properties: Any) -> str:
        proposal = proposals.current()
        if proposal is None or properties.number >= len(proposal.variants):
            return str(cls.__doc__)
        name = proposal.variants[properties.number].name
        return f"{name}: {cls.__doc__}" if name else str(cls.__doc__)

    def execute(self, context: bpy.types.Context) -> set[str]:
        proposal = proposals.current()
        if proposal is None or self.number >= len(proposal.variants):
            return {"CANCELLED"}  # it was drawn before others made room
        self.apply(proposal)
        return {"FINISHED"}

    def apply(self, proposal: proposals.Proposal) -> None:
        raise NotImplementedError


class PARTWISE_OT_show_variant(VariantOperator, bpy.types.Operator):
    """Show this variant"""

    bl_idname = "partwise.show_variant"
    bl_label = "Show Variant"

    def apply(self, proposal: proposals.Proposal) -> None:
        proposals.show_variant(proposal, self.number)


class PARTWISE_OT_keep_variant(VariantOperator, bpy.types.Operator):
    """Keep this variant when others come, or let it go again"""

    bl_idname = "partwise.keep_variant"
    bl_label = "Keep Variant"

    def apply(self, proposal: proposals.Proposal) -> None:
        variant = proposal.variants[self.number]
        variant.is_kept = not variant.is_kept


class PARTWISE_OT_drop_variant(VariantOperator, bpy.types.Operator):
    """Discard this variant; the others stay"""

    bl_idname = "partwise.drop_variant"
    bl_label = "Discard Variant"

    @classmethod
    def lacks(cls, context: bpy.types.Context, proposal: proposals.Proposal) -> str:
        if len(proposal.variants) > 1:
            return ""
        return "There is one variant only. Discard ends the preview"

    def apply(self, proposal: proposals.Proposal) -> None:
        proposals.drop_variant(proposal, self.number)


class PARTWISE_OT_more_variants(ProposalOperator, bpy.types.Operator):
    """Make other variants, from the seeds that come next. Those that are pinned stay"""

    bl_idname = "partwise.more_variants"
    bl_label = "More Variants"

    @classmethod
    def lacks(cls, context: bpy.types.Context, proposal: proposals.Proposal) -> str:
        if proposal.more is None:
            return "There are no other variants of this"
        if sum(variant.is_kept for variant in proposal.variants) >= proposals.MOST_VARIANTS:
            return f"{proposals.MOST_VARIANTS} variants are pinned, and there is no room for others"
        return not_now(context)

    def execute(self, context: bpy.types.Context) -> set[str]:
        proposal = proposals.current()
        if proposal is None or proposal.more is None:
            return {"CANCELLED"}
        return run(self, proposal.more)


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


CLASSES = (
    PARTWISE_OT_accept_proposal,
    PARTWISE_OT_step_proposal,
    PARTWISE_OT_show_variant,
    PARTWISE_OT_keep_variant,
    PARTWISE_OT_drop_variant,
    PARTWISE_OT_more_variants,
    PARTWISE_OT_discard_proposal,
)
