# SPDX-License-Identifier: GPL-3.0-or-later
"""Parts get what their neighbours hid: seen first, then kept for Split; one step of undo."""

from __future__ import annotations

from pathlib import Path

import bpy
from stage import active, open_edges, ours, part_count, table
from window import Waits, Window

HEADER = (58, 52, 64, 46)  # pixels from the last button of a panel to the second header below it


def open_panel(window: Window, above: str, button: str) -> Waits[None]:
    """Open the panel that has a button, the second one below what ends with another."""
    for step in HEADER:
        try:
            yield from window.find(button, across=0.3)
            return
        except AssertionError:
            x, y = yield from window.find(above, across=0.7)
            yield from window.click(x, y - step)
    raise AssertionError(f"no panel has {button}")


def look_at_it_large(window: Window) -> Waits[None]:
    """What is to be pressed is in sight also where all text is large."""
    view = bpy.context.preferences.view
    view.ui_scale = 1.5
    yield 2.0
    yield from window.find("bpy.ops.partwise.accept_proposal", across=0.3)
    yield from window.point_at_nothing()
    yield from window.picture("44_completed_preview_large")
    view.ui_scale = 1.0
    yield 2.0


def complete_parts(window: Window, package: Path) -> Waits[None]:
    """Two parts are completed in a preview, which Split then takes; the others stay open."""
    jobs, proposals = ours("engine.jobs"), ours("scene.proposals")
    bpy.context.scene.partwise.closing = "NONE"  # whatever another step chose
    whole, count = active().name, part_count()
    sizes = {row.part_id: row.faces for row in table().parts}
    chosen = sorted(sizes, key=lambda part_id: sizes[part_id])[-2:]
    for row in table().parts:
        row.selected = row.part_id in chosen
    yield from open_panel(window, "partwise.overlay_opacity", "bpy.ops.partwise.complete")
    yield from window.picture("40_complete")
    yield from window.press("bpy.ops.partwise.complete", across=0.3)
    yield from window.until(lambda: not jobs.busy(), "the end of the job", 300)
    assert jobs.current().state == "DONE", jobs.current().error
    proposal = proposals.current()
    assert len(proposal.variant.ghosts) == 2
    assert active().data.partwise.hidden is None
    yield from window.point_at_nothing()
    yield from window.picture("41_completed_preview")
    yield from look_at_it_large(window)
    yield from window.press("bpy.ops.partwise.accept_proposal", across=0.3)
    assert proposals.current() is None
    assert sum(row.report.engine != "" for row in table().parts) == 2
    yield from window.point_at_nothing()
    yield from window.picture("42_completed")
    yield from window.press("bpy.ops.partwise.split(")
    made = bpy.data.collections[f"{whole}.parts"].objects
    assert len(made) == count
    closed = [part.partwise.part_id for part in made if not open_edges(part.data)]
    assert set(chosen) <= set(closed)
    x, y = yield from window.find("partwise.explode")
    yield from window.drag(x, y, by=60)
    yield from window.look(turn=(1.1, 0.0, 0.4))
    yield from window.point_at_nothing()
    yield from window.picture("43_completed_apart")
    for _ in range(2):
        yield from window.undo()
    assert f"{whole}.parts" not in bpy.data.collections
    assert active().data.partwise.hidden is not None
    yield from window.undo()
    assert active().data.partwise.hidden is None
    assert part_count() == count
