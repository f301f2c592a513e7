# SPDX-License-Identifier: GPL-3.0-or-later
"""Another part in the place of one: words, a grid of pictures, a preview, and what Accept makes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import bpy
import numpy as np
from stage import active, load, ours, part_count
from window import Waits, Window

# Columns of the grid of variants, three beside each other.
SECOND_PLACE, PINS, DROPS = 0.42, 0.24, 0.945
PATIENCE = 900.0  # seconds for what large networks take where much else runs


def topmost() -> int:
    """The row of the part that is highest."""
    labels = ours("scene.parts").get_labels(active().data)
    heights = np.array([polygon.center.z for polygon in active().data.polygons])
    ids = [part.part_id for part in active().data.partwise.parts]
    return int(np.argmax([heights[labels == part_id].mean() for part_id in ids]))


def shown_faces(obj: bpy.types.Object) -> int:
    """How many faces of it the view shows."""
    return len(obj.evaluated_get(bpy.context.evaluated_depsgraph_get()).data.polygons)


@contextmanager
def alone() -> Iterator[None]:
    """The sub-panel open and all others closed, as Ctrl+click on its header would make it."""
    replacing = ours("ui.panels_replace")
    panel, options = replacing.PARTWISE_PT_replace, replacing.PARTWISE_PT_replace_options
    panels, clicks = ours("ui.panels"), ours("ui.panels_click")
    others = [panels.PARTWISE_PT_parts, panels.PARTWISE_PT_options, panels.PARTWISE_PT_split]
    others += [panels.PARTWISE_PT_assembly, clicks.PARTWISE_PT_click, options, panel]

    class PARTWISE_PT_test_open(panels.SidebarPanel, bpy.types.Panel):
        bl_label = panel.bl_label
        bl_parent_id = panel.bl_parent_id
        poll = panel.poll
        draw = panel.draw

    class PARTWISE_PT_test_options(panels.SidebarPanel, bpy.types.Panel):
        bl_label = options.bl_label
        bl_parent_id = "PARTWISE_PT_test_open"
        bl_options = options.bl_options
        draw = options.draw

    for cls in others:  # what hangs on another first
        bpy.utils.unregister_class(cls)
    bpy.utils.register_class(PARTWISE_PT_test_open)
    bpy.utils.register_class(PARTWISE_PT_test_options)
    try:
        yield
    finally:
        bpy.utils.unregister_class(PARTWISE_PT_test_options)
        bpy.utils.unregister_class(PARTWISE_PT_test_open)
        for cls in reversed(others):
            bpy.utils.register_class(cls)


def look_at_the_part(window: Window) -> Waits[None]:
    """What is before and behind it stays in sight."""
    obj = active()
    part_id = obj.data.partwise.parts[obj.data.partwise.active].part_id
    labels = ours("scene.parts").get_labels(obj.data)
    centres = np.array([obj.matrix_world @ face.center for face in obj.data.polygons])
    centre = centres[labels == part_id].mean(axis=0)
    middle = 0.3 * centre + 0.7 * (centres.min(axis=0) + centres.max(axis=0)) / 2
    yield from window.frame(tuple(middle), 0.8 * float(np.ptp(centres, axis=0).max()))


def replace_parts(window: Window, package: Path) -> Waits[None]:
    """By words before the split, by a picture after it; each is one step of undo."""
    bpy.context.scene.partwise.closing = "NONE"
    yield from load(window, "fox.glb")
    yield from window.press("bpy.ops.partwise.decompose")
    yield from window.until(lambda: not ours("engine.jobs").busy(), "the end of the job")
    with alone():
        yield from replace_by_words_and_pictures(window)


def imagine_parts(window: Window, package: Path) -> Waits[None]:
    """Three variants of an engine on trial, seen as sketches before they are whole; one is taken,
    and undone."""
    bpy.context.scene.partwise.closing = "NONE"
    yield from load(window, "fox.glb")
    yield from window.press("bpy.ops.partwise.decompose")
    yield from window.until(lambda: not ours("engine.jobs").busy(), "the end of the job", PATIENCE)
    preferences = ours("engine.place").preferences()
    preferences.trials = True
    try:
        with alone():
            yield from imagine_by_words(window)
    finally:
        preferences.trials = False
        bpy.context.scene.partwise.replace_engine_menu = "AUTO"
        bpy.context.scene.partwise.replace_quality = "NORMAL"


def imagine_by_words(window: Window) -> Waits[None]:
    jobs, proposals = ours("engine.jobs"), ours("scene.proposals")
    whole, count = active().name, part_count()
    active().data.partwise.active = topmost()
    with window.here():
        bpy.ops.ed.undo_push(message="Choose a part")
    settings = bpy.context.scene.partwise_replacing
    settings.text, settings.variants = "long horn", 3
    bpy.context.scene.partwise.replace_engine_menu = "FLOW"
    bpy.context.scene.partwise.replace_quality = "DRAFT"
    yield from look_at_the_part(window)
    yield from window.point_at_nothing()
    yield from window.picture("43_engine_on_trial")
    yield from window.press("bpy.ops.partwise.replace_part")
    yield from window.until(lambda: proposals.current() is not None, "a sketch", PATIENCE)
    proposal, first = proposals.current(), proposals.current().variant
    assert not proposal.comes_whole
    assert shown_faces(active()) < len(active().data.polygons)  # the old part is out of sight
    window.area.tag_redraw()
    yield 0.1
    window.snap("43_first_sketch")
    yield from window.until(lambda: proposal.variant is not first, "a better sketch", PATIENCE)
    yield from window.until(lambda: proposal.comes_whole, "the first variant", PATIENCE)
    yield from window.until(lambda: proposal.sketch is not None, "a sketch of the next", PATIENCE)
    window.area.tag_redraw()
    yield 0.1
    window.snap("43_sketch_of_the_next")
    yield from window.until(lambda: not jobs.busy(), "the end of the job", PATIENCE)
    assert jobs.current().state == "DONE", jobs.current().error
    assert proposals.current() is proposal
    assert len(proposal.variants) == 3
    assert proposal.variant.result.engine == "flow"
    yield from window.point_at_nothing()
    yield from window.picture("43_imagined")
    with window.here():
        bpy.ops.partwise.step_proposal("INVOKE_DEFAULT", True)
        bpy.ops.partwise.accept_proposal("INVOKE_DEFAULT", True)
    assert proposals.current() is None
    assert len(bpy.data.collections[f"{whole}.parts"].objects) == count
    assert active().data.partwise.stands_in == "horn"
    yield from window.picture("43_taken")
    yield from window.undo()
    assert f"{whole}.parts" not in bpy.data.collections


def export_all_of_it(window: Window) -> Waits[None]:
    """What a preview covers is in a file that Blender exports meanwhile."""
    path, faces = window.pictures / "exported.obj", len(active().data.polygons)
    with window.here():
        bpy.ops.wm.obj_export("INVOKE_DEFAULT", filepath=str(path))
    yield from window.until(lambda: shown_faces(active()) == faces, "all of it")
    found = [
        (each, area)
        for each in bpy.context.window_manager.windows
        for area in each.screen.areas
        if area.type == "FILE_BROWSER"
    ]
    (browser, area), *_ = found
    region = next(region for region in area.regions if region.type == "WINDOW")
    with bpy.context.temp_override(window=browser, area=area, region=region):
        bpy.ops.file.execute()
    yield from window.until(lambda: shown_faces(active()) < faces, "the preview again")
    assert sum(line.startswith("f ") for line in path.read_text("utf-8").splitlines()) == faces
    path.unlink()


def look_at_variants_as_they_come(window: Window) -> Waits[None]:
    """The preview opens with the first; one is pinned, one discarded, one looked at, more made."""
    jobs, proposals = ours("engine.jobs"), ours("scene.proposals")
    yield from window.until(lambda: proposals.current() is not None, "the first variant")
    window.area.tag_redraw()
    yield 0.1
    window.snap("36_first_variant")
    yield from window.until(lambda: not jobs.busy(), "the end of the job")
    assert jobs.current().state == "DONE", jobs.current().error
    proposal = proposals.current()
    assert len(proposal.variants) == 6
    names = [variant.name for variant in proposal.variants]
    yield from window.press("bpy.ops.partwise.show_variant(number=1", across=SECOND_PLACE)
    assert proposal.index == 1
    assert proposal.variant.name == names[1]
    yield from window.press("bpy.ops.partwise.keep_variant(", across=PINS)
    assert proposal.variants[0].is_kept
    yield from window.press("bpy.ops.partwise.drop_variant(number=2", across=DROPS)
    assert [variant.name for variant in proposal.variants] == names[:2] + names[3:]
    yield from window.point_at_nothing()
    yield from window.picture("36_pinned_and_discarded")
    proposal.job, proposal.coming = jobs.Job("Replacing"), 3  # as a slow engine would leave it
    yield from window.picture("36_more_are_coming")
    proposal.job, proposal.coming = None, 0
    yield from window.press("bpy.ops.partwise.more_variants")
    yield from window.until(lambda: proposals.current() is not proposal, "another variant")
    yield from window.until(lambda: not jobs.busy(), "the end of the job")
    others = proposals.current()
    assert others.variants[0] is proposal.variants[0]
    assert len(others.variants) == 7
    assert others.index == 1
    yield from window.point_at_nothing()
    yield from window.picture("36_more")
    with window.here():
        bpy.ops.partwise.show_variant("INVOKE_DEFAULT", True, number=0)


def replace_by_words_and_pictures(window: Window) -> Waits[None]:
    jobs, proposals = ours("engine.jobs"), ours("scene.proposals")
    whole, count = active().name, part_count()
    active().data.partwise.active = topmost()
    with window.here():
        bpy.ops.ed.undo_push(message="Choose a part")
    settings = bpy.context.scene.partwise_replacing
    settings.text = "taller pink fedora"
    yield from look_at_the_part(window)
    yield from window.point_at_nothing()
    yield from window.picture("36_replace")
    yield from window.press("bpy.ops.partwise.replace_part")
    yield from look_at_variants_as_they_come(window)
    proposal = proposals.current()
    assert proposal.variant.name == "fedora"
    assert shown_faces(active()) < len(active().data.polygons)  # the ear is out of sight
    yield from window.point_at_nothing()
    yield from window.picture("37_replace_preview")
    yield from export_all_of_it(window)
    with window.here():
        bpy.ops.partwise.step_proposal("INVOKE_DEFAULT", True)
    yield from window.picture("38_replace_next_variant")
    with window.here():
        bpy.ops.partwise.accept_proposal("INVOKE_DEFAULT", True)
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
    with window.here():
        bpy.ops.partwise.search_parts("INVOKE_DEFAULT", True)
    yield from window.until(lambda: not jobs.busy(), "the end of the job")
    assert jobs.current().state == "DONE", jobs.current().error
    assert ours("scene.part_sources").found().sources
    yield from window.point_at_nothing()
    yield from window.picture("40_found_parts")
    yield from window.press("bpy.ops.partwise.replace_with(", across=0.5)
    yield from window.until(lambda: not jobs.busy(), "the end of the job")
    assert proposals.current() is not None, jobs.current().error
    assert shown_faces(active()) == 0
    yield from window.point_at_nothing()
    yield from window.picture("41_found_preview")
    with window.here():
        bpy.ops.partwise.discard_proposal("INVOKE_DEFAULT", True)
        assert shown_faces(active()) == len(active().data.polygons)
        bpy.ops.partwise.regenerate_part("INVOKE_DEFAULT", True)
    yield from window.until(lambda: not jobs.busy(), "the end of the job")
    assert len(proposals.current().variants) > 1
    yield from window.picture("42_regenerated")
    yield from window.undo()  # of the accepted part: the preview ends, and nothing stays hidden
    assert proposals.current() is None
    assert not any(obj.modifiers for obj in bpy.data.objects)
    yield from window.redo()
    assert not any(obj.modifiers for obj in bpy.data.objects)
