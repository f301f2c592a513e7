# SPDX-License-Identifier: GPL-3.0-or-later
"""From Images: pictures to the engine, a new object of closed parts as a preview, and objects."""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import Any

import bpy

from ..engine import jobs
from ..scene import briefs, engine_choice, proposals
from ..scene.apply import AppliesResults
from ..scene.briefs import VIEWS
from ..scene.gathering import Gathering, kept_of
from ..scene.proposals import Ghost, Proposal, Variant
from ..scene.takes import Take, make_objects
from .poll import SaysWhyNot
from .starting import not_now, run

SHAPES = (  # as items of a property, in which automatic is the first
    ("ROUND", "Round", "Inflated to both sides, like a balloon", "MESH_UVSPHERE", 1),
    ("HALF", "Half Round", "Round in front and flat behind", "SPHERECURVE", 2),
    ("TURNED", "Turned", "As if on a lathe, like a vase or a wheel's hub", "MOD_SCREW", 3),
    ("FLAT", "Flat", "A plate with a bevelled edge", "MESH_PLANE", 4),
)
PLAIN = "This view shows plain colours. Material Preview shows the picture on the parts"
Work = Generator[jobs.Ask, Any, Any]


class PARTWISE_OT_make_parts(SaysWhyNot, bpy.types.Operator):
    """Make closed parts of the pictures, or of the words, as a preview at the 3D cursor"""

    bl_idname = "partwise.make_parts"
    bl_label = "Make Parts from Images"
    bl_options = {"REGISTER"}

    @classmethod
    def objection(cls, context: bpy.types.Context) -> str:
        asked = context.scene.partwise_images
        if not asked.text.strip() and not any(getattr(asked, view).image for view in VIEWS):
            return "Choose a picture first, or write what to make"
        return not_now(context) or engine_choice.why_not(context.scene.partwise, "generate")

    def execute(self, context: bpy.types.Context) -> set[str]:
        return run(self, lambda: start(context))


class PARTWISE_OT_apply_take(AppliesResults, bpy.types.Operator):
    """Make objects of the parts that are previewed"""

    bl_idname = "partwise.apply_take"
    bl_label = "Parts from Images"

    def execute(self, context: bpy.types.Context) -> set[str]:
        for take in self.results():
            make_objects(context, take)
        return {"FINISHED"}

    @classmethod
    def remark(cls, context: bpy.types.Context, result: Take) -> str:
        shading = getattr(context.space_data, "shading", None)
        if shading is None or result.made.texture is None:
            return ""
        is_plain = shading.type == "SOLID" and shading.color_type != "TEXTURE"
        return PLAIN if is_plain else ""


def start(context: bpy.types.Context) -> jobs.Job:
    """Start to make parts of the pictures that are chosen. Raises BadInput for those that cannot be
    used."""
    sheet = briefs.read(context)
    title = f"Parts of {sheet.title}"
    gathering = Gathering(title, PARTWISE_OT_apply_take, kept=lambda: (kept_of(current()), []))

    def hear(take: Take) -> None:
        add(gathering, take, take.ghosts(), sheet.variants)

    def look(seen: Variant) -> None:
        gathering.sketch(seen, expected=sheet.variants)

    def work() -> Generator[jobs.Ask, Any, Take]:
        request = yield from jobs.compute(sheet.request)
        return (yield from briefs.ask(request, sheet, hear, request.seed, look))

    def finish(found: tuple[Take, list[Ghost]]) -> None:
        add(gathering, *found)

    return gathering.start(f"Making parts of {sheet.title}", with_ghosts(work()), finish)


def add(gathering: Gathering, take: Take, ghosts: list[Ghost], expected: int = 0) -> None:
    """Show a take, unless it is shown already: the result is the first of those that came."""
    gathering.check()
    if gathering.is_new(take.made.seed):
        gathering.add(variant_of(take, ghosts), expected=expected)


def variant_of(take: Take, ghosts: list[Ghost]) -> Variant:
    """One of the results that may be taken."""
    words = f"{take.count} part{'s' * (take.count != 1)}"
    name = f"{words}, {take.name}" if take.name else words
    return Variant(name, ghosts, take, thumbnail=take.made.thumbnail, holds=take.bytes)


def current() -> Proposal | None:
    """The preview of parts from images, if there is one that is more than a sketch."""
    proposal = proposals.current(PARTWISE_OT_apply_take)
    return proposal if proposal is not None and proposal.comes_whole else None


def with_ghosts(work: Work) -> Work:
    """The same job, which also makes what is seen of its take."""
    take = yield from work
    if take is None:
        return None
    ghosts: Callable[[], list[Ghost]] = take.ghosts
    return take, (yield from jobs.compute(ghosts))


CLASSES = (PARTWISE_OT_make_parts, PARTWISE_OT_apply_take)
