# SPDX-License-Identifier: GPL-3.0-or-later
"""What can take a part's place: the bundled library and the user's assets, searched by words."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

import bpy
from bpy.props import IntProperty

from ...backend.contract.requests import ListLibrary
from ..engine import jobs
from ..scene import asset_libraries, part_sources
from ..scene.asset_libraries import Asset
from .poll import SaysWhyNot
from .starting import run

LONGEST = 4000  # letters of a search that are looked at


class PARTWISE_OT_search_parts(SaysWhyNot, bpy.types.Operator):
    """Show parts of the library and of your asset libraries that the words mean, without words
    all of them"""

    bl_idname = "partwise.search_parts"
    bl_label = "Search Parts"
    bl_options = {"REGISTER"}

    @classmethod
    def objection(cls, context: bpy.types.Context) -> str:
        return "A job is running" if jobs.busy() else ""

    def execute(self, context: bpy.types.Context) -> set[str]:
        query = context.scene.partwise_replacing.text.strip()
        work = _search(query[:LONGEST])
        return run(self, lambda: jobs.start("Searching Parts", work, part_sources.keep))


class PARTWISE_OT_turn_page(bpy.types.Operator):
    """Look at more of what was found"""

    bl_idname = "partwise.turn_page"
    bl_label = "Turn Page"
    bl_options = {"INTERNAL"}

    step: IntProperty(name="Step", description="1 for the next page, -1 for the last", default=1)

    def execute(self, context: bpy.types.Context) -> set[str]:
        part_sources.turn(self.step)
        return {"FINISHED"}


def _search(query: str) -> Generator[jobs.Ask, Any, part_sources.Found]:
    notes: list[str] = []
    looking = asset_libraries.look_through(notes)
    assets: list[Asset] = []
    while True:
        try:
            next(looking)
        except StopIteration as end:
            assets = end.value
            break
        yield from jobs.compute(lambda: None)  # Blender draws, and may cancel, between files
    answer = yield jobs.Ask(ListLibrary(query))
    matches = asset_libraries.matching(assets, query)
    return part_sources.Found(query, part_sources.listed(answer, matches), notes)


CLASSES = (PARTWISE_OT_search_parts, PARTWISE_OT_turn_page)
