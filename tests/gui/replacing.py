# SPDX-License-Identifier: GPL-3.0-or-later
"""Another part in the place of one: words, a grid of pictures, a preview, and what Accept makes."""

from __future__ import annotations

from pathlib import Path

import bpy
import numpy as np
from stage import active, load, ours, part_count
from window import Waits, Window


def topmost() -> int:
    """The row of the part that is highest."""
    labels = ours("scene.parts").get_labels(active().data)
    heights = np.array([polygon.center.z for polygon in active().data.polygons])
    ids = [part.part_id for part in active().data.partwise.parts]
    return int(np.argmax([heights[labels == part_id].mean() for part_id in ids]))


def only_open(window: Window) -> Waits[None]:
    """The sub-panel alone, opened as by Ctrl+click on its header, in a tall enough sidebar."""
    panel = ours("ui.panels_replace").PARTWISE_PT_replace
    bpy.utils.unregister_class(ours("ui.panels_replace").PARTWISE_PT_replace_options)
    bpy.utils.unregister_class(panel)
    panel.bl_options = set()
    panel.bl_order = -1
    bpy.utils.register_class(panel)
    bpy.utils.register_class(ours("ui.panels_replace").PARTWISE_PT_replace_options)
    window.area.tag_redraw()
    yield 1.0


def replace_parts(window: Window, package: Path) -> Waits[None]:
    """By words before the split, by a picture after it; each is one step of undo."""
    jobs, proposals = ours("engine.jobs"), ours("scene.proposals")
    yield from load(window, "fox.glb")
    yield from window.press("bpy.ops.partwise.decompose")
    yield from window.until(lambda: not jobs.busy(), "the end of the job")
    whole, count = active().name, part_count()
    active().data.partwise.active = topmost()
    with window.here():
        bpy.ops.ed.undo_push(message="Choose a part")
    yield from only_open(window)
    settings = bpy.context.scene.partwise_replacing
    settings.text = "taller pink fedora"
    yield from window.picture("36_replace")
    yield from window.press("bpy.ops.partwise.replace_part")
    yield from window.until(lambda: not jobs.busy(), "the end of the job")
    assert jobs.current().state == "DONE", jobs.current().error
    proposal = proposals.current()
    assert proposal.variant.name == "fedora"
    yield from window.point_at_nothing()
    yield from window.picture("37_replace_preview")
    with window.here():
        bpy.ops.partwise.step_proposal("INVOKE_DEFAULT", True)
    yield from window.picture("38_replace_next_variant")
    yield from window.press("bpy.ops.partwise.accept_proposal")
    assert proposals.current() is None
    hat = active()
    assert hat.data.partwise.stands_in
    assert hat.data.materials[0].name == "pink"
    assert len(bpy.data.collections[f"{whole}.parts"].objects) == count
    yield from window.point_at_nothing()
    yield from window.picture("39_replaced_part")
    yield from window.undo()
    assert f"{whole}.parts" not in bpy.data.collections
    yield from window.redo()
    settings = bpy.context.scene.partwise_replacing
    settings.text = "hat"
    yield from window.press("bpy.ops.partwise.search_parts", across=0.93)
    yield from window.until(lambda: not jobs.busy(), "the end of the job")
    assert jobs.current().state == "DONE", jobs.current().error
    assert ours("scene.part_sources").found().sources
    yield from window.point_at_nothing()
    yield from window.picture("40_found_parts")
    yield from window.press("bpy.ops.partwise.replace_with(", across=0.5)
    yield from window.until(lambda: not jobs.busy(), "the end of the job")
    assert proposals.current() is not None, jobs.current().error
    yield from window.point_at_nothing()
    yield from window.picture("41_found_preview")
    with window.here():
        bpy.ops.partwise.discard_proposal("INVOKE_DEFAULT", True)
        bpy.ops.partwise.regenerate_part("INVOKE_DEFAULT", True)
    yield from window.until(lambda: not jobs.busy(), "the end of the job")
    assert len(proposals.current().variants) > 1
    yield from window.picture("42_regenerated")
    proposals.discard()
