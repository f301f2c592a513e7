# SPDX-License-Identifier: GPL-3.0-or-later
"""Try Another: other parts that are plausible too, as small pictures to choose from."""

from __future__ import annotations

from collections.abc import Sequence

import bpy

from ...backend.contract.errors import BadInput
from ..engine import jobs
from ..scene import targets
from ..scene.alternatives import Look, Subject
from ..scene.analyses import analyse
from ..scene.apply import AppliesResults
from ..scene.gathering import Gathering
from ..scene.orders import VARIANTS
from ..scene.proposals import Variant
from .decompose import Change, apply, was_decomposed, why_not
from .poll import SaysWhyNot
from .starting import not_in_object_mode, run


class PARTWISE_OT_try_another(SaysWhyNot, bpy.types.Operator):
    """Find other parts that are plausible too, and show them as small pictures to choose from.

    Parts made by hand, locked parts and locked borders stay
    """

    bl_idname = "partwise.try_another"
    bl_label = "Try Another"
    bl_options = {"REGISTER"}

    @classmethod
    def objection(cls, context: bpy.types.Context) -> str:
        reason = why_not(context) or not_in_object_mode(context)
        return reason or ("" if _decomposed(context) else "Decompose this object first")

    def execute(self, context: bpy.types.Context) -> set[str]:
        return run(self, lambda: start([Subject.of(context, obj) for obj in _decomposed(context)]))


class PARTWISE_OT_apply_alternative(AppliesResults, bpy.types.Operator):
    """Write other parts onto the meshes"""

    bl_idname = "partwise.apply_alternative"
    bl_label = "Try Another"

    def execute(self, context: bpy.types.Context) -> set[str]:
        (changes,) = self.results()
        for change in changes:
            apply(context, change)
        return {"FINISHED"}


def start(subjects: Sequence[Subject]) -> jobs.Job:
    """A job that shows one alternative after the other as a proposal, and at last what there is."""
    first = subjects[0]
    name = first.basis.target.name if len(subjects) == 1 else f"{len(subjects)} objects"
    gathering = Gathering(
        f"Other parts of {name}",
        PARTWISE_OT_apply_alternative,
        "decomposed",
        objection=objection,
        can_pin=False,  # there are no more
    )
    known = [[subject.now for subject in subjects]]

    def work() -> jobs.Work:
        steps = (VARIANTS - 1) * len(subjects)
        for turn in range(1, VARIANTS):
            changes = []
            for done, subject in enumerate(subjects, start=(turn - 1) * len(subjects)):
                span = done / steps, (done + 1) / steps
                found = yield from analyse(subject.variant(turn), span)
                wished = subject.wish.parts(found.tree.tree, subject.basis.target.name)
                changes.append(Change(found, found.tree.cut(wished)))
            looks = [
                subject.look(change.found, change.cut)
                for subject, change in zip(subjects, changes, strict=True)
            ]
            if not any(_alike(looks, others) for others in known):
                known.append(looks)
                number = first.variant(turn).variant
                called = f"Alternative {number}" if number else "The best"
                yield from show(called, looks, changes, span[1])
        if len(known) > 1:
            yield from show("As it is", known[0], [], 1.0)

    def show(
        called: str, looks: Sequence[Look], changes: Sequence[Change], share: float
    ) -> jobs.Work:
        pairs = list(zip(subjects, looks, strict=True))
        picture = yield from first.picture(looks[0], share)
        ghosts = yield from jobs.compute(lambda: [subject.ghost(look) for subject, look in pairs])
        count = sum(look.count for look in looks)
        variant = Variant(
            f"{called}, {count} part{'s' * (count != 1)}",
            ghosts,
            changes,
            covers=[(subject.basis.target.uid, None) for subject in subjects],
            thumbnail=picture,
            holds=sum(change.found.tree.nbytes + change.cut.nbytes for change in changes),
        )
        gathering.is_new(len(gathering.numbers))
        gathering.add(variant, [subject.basis for subject in subjects], VARIANTS)

    def finish(_: None) -> None:
        if len(known) == 1:
            raise BadInput(
                f"There are no other parts of {name} that are as plausible.",
                "Move Granularity, or choose other Options.",
            )

    return gathering.start(f"Finding other parts of {name}", work(), finish)


def objection(changes: Sequence[Change]) -> str:
    """Why these cannot be applied, for a tooltip; empty when they can."""
    return "" if changes else "These are the parts that there are. Discard leaves them"


def _alike(looks: Sequence[Look], others: Sequence[Look]) -> bool:
    return all(one.is_like(two) for one, two in zip(looks, others, strict=True))


def _decomposed(context: bpy.types.Context) -> list[bpy.types.Object]:
    """The selected objects that can be decomposed again."""
    usable, _ = targets.usable_meshes(context, copies=context.scene.partwise.copy_linked)
    return [obj for obj in usable if was_decomposed(obj.data)]


CLASSES = (PARTWISE_OT_try_another, PARTWISE_OT_apply_alternative)
