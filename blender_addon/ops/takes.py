# SPDX-License-Identifier: GPL-3.0-or-later
"""A preview of parts from images made otherwise: all of it, or the shape and depth of one part."""

from __future__ import annotations

from typing import Any

import bpy
from bpy.props import EnumProperty, IntProperty

from ...backend.contract.errors import BadInput
from ..engine import jobs
from ..scene import briefs, engine_choice, proposals
from ..scene.engine_choice import AUTOMATIC
from ..scene.proposals import Ghost, Proposal, Variant
from ..scene.takes import Take
from .images import SHAPES, current, variant_of, with_ghosts
from .poll import SaysWhyNot
from .starting import not_now, run


class TakeOperator(SaysWhyNot):
    """Base of operators that change a preview of parts from images."""

    bl_options = {"INTERNAL"}

    @classmethod
    def objection(cls, context: bpy.types.Context) -> str:
        proposal = current()
        if proposal is None:
            return "There is no preview of parts from images"
        return cls.lacks(proposal.variant.result) or not_now(context)

    @classmethod
    def lacks(cls, take: Take) -> str:
        """What else is missing; empty when nothing is."""
        return ""


class PARTWISE_OT_another_take(TakeOperator, bpy.types.Operator):
    """Make the parts in another way, beside those that there are: other cuts, thinner, thicker; or
    of other seeds, as many as are set under Variants. What is not pinned may make room"""

    bl_idname = "partwise.another_take"
    bl_label = "Another Version of Parts"
    bl_options = {"REGISTER"}

    @classmethod
    def text_for(cls, proposal: Proposal) -> str:
        """What its button says."""
        return "More" if proposal.variant.result.made.follows_seed else "Another Version"

    def execute(self, context: bpy.types.Context) -> set[str]:
        proposal, variants = _shown(), context.scene.partwise_images.variants
        shown = proposal.variant.result
        known = [
            variant.result
            for variant in proposal.variants
            if variant.result.is_of_same(shown)  # and not kept from another picture
        ]
        came: list[Take] = []

        def add(take: Take, ghosts: list[Ghost]) -> None:
            if proposals.current() is not proposal or any(take.is_like(one) for one in came):
                return
            proposal.coming, proposal.sketch = max(proposal.coming - 1, 0), None
            if any(take.is_like(one) for one in known):
                return
            proposals.add_variant(proposal, variant_of(take, ghosts))
            if not came:  # the artist may be looking at another one when the rest come
                proposals.show_variant(proposal, len(proposal.variants) - 1)
            came.append(take)

        def look(seen: Variant) -> None:
            if proposals.current() is proposal:
                proposal.sketch = seen.thumbnail
                jobs.redraw_sidebars()

        def finish(found: tuple[Take, list[Ghost]] | None) -> None:
            if found is not None:
                add(*found)
            if not came:
                raise BadInput(
                    "There are no other ways to make these parts.",
                    "Change the options, or paint a mask.",
                )

        work = with_ghosts(
            briefs.ask_otherwise(
                known[0], known, variants, lambda take: add(take, take.ghosts()), look
            )
        )

        def start() -> jobs.Job:
            job = jobs.start(f"Making another {known[0].title}", work, finish)
            if job.state == jobs.RUNNING:
                proposal.job = job
                proposal.coming = variants if shown.made.follows_seed else 1
            return job

        return run(self, start)


class PartOfTakeOperator(TakeOperator):
    """Base of operators on one part of a preview, which is made again at once."""

    part: IntProperty(name="Part", description="Number of the part", options={"HIDDEN"})

    @classmethod
    def lacks(cls, take: Take) -> str:
        if not engine_choice.takes(take.request.engine, "generate", "kinds"):
            return "This engine does not change single parts"
        if take.request.image_1 is not None:
            return "Parts of several pictures are changed by their masks"
        return "" if take.made.labels is not None else "This engine does not change single parts"

    def execute(self, context: bpy.types.Context) -> set[str]:
        proposal = _shown()
        variant, take = proposal.variant, proposal.variant.result
        if not 0 <= self.part < take.count:
            return {"CANCELLED"}

        def finish(found: tuple[Take, list[Ghost]]) -> None:
            if proposals.current() is proposal and variant in proposal.variants:
                made = variant_of(*found)
                variant.name, variant.result = made.name, made.result
                variant.ghosts, variant.holds = made.ghosts, made.holds
                variant.thumbnail = made.thumbnail
                proposals.step(0)

        work = with_ghosts(briefs.ask_again(take, **self.wanted(take)))
        return run(self, lambda: jobs.start(f"Changing {take.title}", work, finish))

    def wanted(self, take: Take) -> dict[str, Any]:
        """What of the engine's options is to be different."""
        raise NotImplementedError


class PARTWISE_OT_shape_part(PartOfTakeOperator, bpy.types.Operator):
    """Give this part another kind of depth"""

    bl_idname = "partwise.shape_part"
    bl_label = "Shape of Part"

    kind: EnumProperty(
        name="Shape",
        items=((AUTOMATIC, "Automatic", "As fits its outline", "SHADERFX", 0), *SHAPES),
    )

    def wanted(self, take: Take) -> dict[str, Any]:
        kinds = {number: kind for number, kind in take.kinds.items() if number != self.part}
        if self.kind != AUTOMATIC:
            kinds[self.part] = self.kind.lower()
        return {"kinds": {str(number): kind for number, kind in kinds.items()}}


class PARTWISE_OT_order_part(PartOfTakeOperator, bpy.types.Operator):
    """Move this part before or behind the next one in depth"""

    bl_idname = "partwise.order_part"
    bl_label = "Depth of Part"

    step: IntProperty(name="Step", description="1 for nearer, -1 for farther", default=1)

    def wanted(self, take: Take) -> dict[str, Any]:
        order = list(range(take.count))
        order.insert(min(max(self.part + self.step, 0), take.count - 1), order.pop(self.part))
        return {"order": order}


def _shown() -> Proposal:
    """The same where there is one, as `TakeOperator` sees to."""
    proposal = current()
    assert proposal is not None
    return proposal


CLASSES = (
    PARTWISE_OT_another_take,
    PARTWISE_OT_shape_part,
    PARTWISE_OT_order_part,
)
