# SPDX-License-Identifier: GPL-3.0-or-later
"""What an artist does with Partwise, step by step, in a real window; each step checks the data."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

import bpy
from clicking import click_parts, hover_parts, join_parts, paint_parts, pick_parts, select_parts
from completing import complete_parts
from imaging import parts_from_a_picture
from large_networks import large_networks
from posing import pose_a_completed_arm
from proposing import look_at_proposals
from replacing import imagine_parts, replace_parts
from setting_up import setup
from smoothing import smooth_borders, split_subdivided
from splitting import split_and_close, split_and_close_large, split_into_objects
from stage import active, children, labels, load, load_large, ours, part_count, table
from tidying import delete_debris
from watched import watched
from window import Waits, Window

PERIOD = 0.01  # seconds between ticks that show how responsive Blender is
TICKS, BUTTONS = 0.14, 0.96  # columns of the panel
SECOND = 0.7  # of two pictures beside each other


def install(window: Window, package: Path) -> Waits[None]:
    """The package, through Blender's own installer; enabled at once, without an engine running."""
    before = children()
    bpy.ops.extensions.package_install_files(
        filepath=str(package), repo="user_default", enable_on_install=True
    )
    yield 0.2
    assert hasattr(bpy.types.Scene, "partwise")
    assert ours("engine.jobs").__file__.startswith(bpy.utils.user_resource("EXTENSIONS"))
    assert children() == before


def show_fox(window: Window, package: Path) -> Waits[None]:
    """A model of an artist, selected, in a view from the side, and the sidebar's tab."""
    yield from window.open_tab("Partwise")
    yield from load(window, "fox.glb")
    assert part_count() == 0
    yield from window.picture("01_before")


def decompose(window: Window, package: Path) -> Waits[None]:
    """A click on the button; progress is shown, then colours; one step of undo."""
    jobs = ours("engine.jobs")
    yield from window.press("bpy.ops.partwise.decompose")
    assert jobs.busy()
    yield from window.until(lambda: not jobs.busy() or jobs.current().share > 0.2, "progress")
    yield 0.2
    window.snap("02_progress")
    yield from window.until(lambda: not jobs.busy(), "the end of the job")
    assert jobs.current().state == "DONE", jobs.current().error
    cut, count = labels(), part_count()
    assert count > 2
    assert min(cut) >= 0
    yield from window.picture("03_parts")
    yield from window.undo()
    assert part_count() == 0
    yield from window.redo()
    assert labels() == cut
    assert part_count() == count


def drag_granularity(window: Window, package: Path) -> Waits[None]:
    """One drag of the slider is one step of undo, however many cuts it shows on its way."""
    before, cuts = labels(), set()
    x, y = yield from window.find("partwise.granularity")
    yield from window.event("LEFTMOUSE", "PRESS", x, y)
    for step in range(1, 9):
        yield from window.move(x + 8 * step, y)
        cuts.add(part_count())
    window.snap("04_granularity")
    yield from window.event("LEFTMOUSE", "RELEASE", x + 64, y)
    assert len(cuts) > 2, f"the cut did not follow the mouse: {cuts}"
    after = labels()
    assert after != before
    yield from window.undo()
    assert labels() == before
    yield from window.redo()
    assert labels() == after
    yield from window.undo()
    assert labels() == before


def try_another(window: Window, package: Path) -> Waits[None]:
    """Other parts that are plausible, as small pictures; one is taken, in one step of undo."""
    before, jobs, proposals = labels(), ours("engine.jobs"), ours("scene.proposals")
    yield from window.press("bpy.ops.partwise.try_another", across=0.3)
    yield from window.until(lambda: proposals.current() is not None, "the first of them")
    yield from window.picture("04_first_other")
    yield from window.until(lambda: not jobs.busy(), "the end of the job")
    assert jobs.current().state == "DONE", jobs.current().error
    shown = proposals.current()
    assert len(shown.variants) > 2
    yield from window.press("bpy.ops.partwise.show_variant(number=1", across=SECOND)
    assert shown.index == 1
    assert labels() == before
    yield from window.point_at_nothing()
    yield from window.picture("04_others")
    yield from window.press("bpy.ops.partwise.accept_proposal")
    assert proposals.current() is None
    assert active().data.partwise.variant == shown.variants[1].result[0].found.order.variant
    assert labels() != before
    assert not active().modifiers, "what hid it is gone"
    yield from window.point_at_nothing()
    yield from window.picture("04_other_taken")
    yield from window.undo()
    assert labels() == before
    assert active().data.partwise.variant == 0


def merge(window: Window, package: Path) -> Waits[None]:
    """Tick two parts in the list and merge them; one step of undo."""
    before, count = labels(), part_count()
    yield from window.press("bpy.ops.partwise.tick_part(row=0", across=TICKS)
    yield from window.press("bpy.ops.partwise.tick_part(row=1", across=TICKS)
    yield from window.picture("05_ticked")
    yield from window.press("bpy.ops.partwise.merge_parts", across=BUTTONS)
    assert part_count() == count - 1
    yield from window.picture("06_merged")
    yield from window.undo()
    assert labels() == before
    assert [part.selected for part in table().parts][:2] == [True, True]
    for row in (1, 0):
        yield from window.press(f"bpy.ops.partwise.tick_part(row={row}", across=TICKS)
    assert not any(part.selected for part in table().parts)


def named(window: Window, package: Path) -> Waits[None]:
    """The list says what parts are; a template gives other names, in one step of undo."""
    before = table().parts.keys()
    assert {"Body", "Tail", "Leg.Front.L", "Leg.Front.R"} <= set(before)
    yield from window.picture("28_named_list")
    settings = bpy.context.scene.partwise
    settings.naming, settings.name_template = "TEMPLATE", "Torso, Head, Tail, Brush, Leg4"
    with window.here():
        bpy.ops.partwise.name_parts("EXEC_DEFAULT", True)
    assert {"Torso", "Head", "Tail", "Brush", "Leg1", "Leg2", "Leg3", "Leg4"} <= set(
        table().parts.keys()
    )
    yield from window.picture("29_template")
    yield from window.undo()
    assert table().parts.keys() == before
    bpy.context.scene.partwise.naming = "SHAPE"


def kept(window: Window, package: Path) -> Waits[None]:
    """A new cut keeps what was merged by hand, says so, and lets it go at the press of a button."""
    edits, before = ours("scene.edits"), labels()
    for row in (0, 2):
        table().parts[row].selected = True
    with window.here():
        bpy.ops.partwise.merge_parts("EXEC_DEFAULT", True)
    merged = labels()
    by_hand = next(part.part_id for part in table().parts if part.edited == "MERGED")
    assert "1 merged part" in edits.kept_text(active().data)
    x, y = yield from window.find("partwise.granularity")
    yield from window.drag(x, y, by=48)
    assert labels() != merged
    assert [k for k, one in enumerate(labels()) if one == by_hand] == [
        k for k, one in enumerate(merged) if one == by_hand
    ]
    yield from window.picture("26_kept")
    yield from window.press("bpy.ops.partwise.release_edits", across=BUTTONS)
    assert edits.kept_text(active().data) == ""
    yield from window.picture("27_released")
    for _ in range(2):
        yield from window.undo()
    assert labels() == merged
    yield from window.undo()
    assert labels() == before


def split_one(window: Window, package: Path) -> Waits[None]:
    """Split the active part where the engine sees the next border; one step of undo."""
    before, count = labels(), part_count()
    yield from window.press("bpy.ops.partwise.split_part", across=BUTTONS)
    yield from window.until(lambda: part_count() > count, "a split part", 10)
    assert part_count() == count + 1
    yield from window.picture("07_split_part")
    yield from window.undo()
    assert labels() == before


def hide(window: Window, package: Path) -> Waits[None]:
    """Show one part alone, then all again; nothing is left on the object."""
    obj = active()
    yield from window.press("bpy.ops.partwise.isolate_parts", across=BUTTONS)
    shown = obj.evaluated_get(bpy.context.evaluated_depsgraph_get()).data
    assert len(shown.polygons) == table().parts[table().active].faces
    yield from window.picture("08_isolated")
    yield from window.press("bpy.ops.partwise.isolate_parts", across=BUTTONS)
    assert len(active().modifiers) == 0
    yield from window.undo()
    assert len(active().modifiers) == 1
    yield from window.undo()
    assert len(active().modifiers) == 0


def edit_mode(window: Window, package: Path) -> Waits[None]:
    """Select the faces of a part in Edit Mode; colours stay, the selection is seen."""
    yield from window.press("bpy.ops.partwise.select_faces", across=BUTTONS)
    assert bpy.context.mode == "EDIT_MESH"
    assert active().data.total_face_sel == table().parts[table().active].faces
    yield from window.picture("09_edit_mode")
    yield from window.key("TAB")
    assert bpy.context.mode == "OBJECT"


def edit_mode_selection(window: Window, package: Path) -> Waits[None]:
    """Faces selected in Edit Mode are decomposed alone, and the button says so."""
    jobs, before, names = ours("engine.jobs"), labels(), table().parts.keys()
    largest = max(table().parts, key=lambda part: part.faces)
    table().active = list(table().parts).index(largest)
    inside = [label == largest.part_id for label in before]
    yield from window.press("bpy.ops.partwise.select_faces", across=BUTTONS)
    yield from window.picture("28_selected_faces")
    yield from window.press("bpy.ops.partwise.decompose")
    yield from window.until(lambda: not jobs.busy(), "the end of the job")
    assert jobs.current().state == "DONE", jobs.current().error
    after = labels()
    assert len({label for label, is_in in zip(after, inside, strict=True) if is_in}) > 1
    assert all(a == b or is_in for a, b, is_in in zip(after, before, inside, strict=True))
    yield from window.picture("29_decomposed_selection")
    yield from window.undo()
    assert labels() == before
    assert table().parts.keys() == names
    yield from window.key("TAB")
    assert labels() == before


def left_out(window: Window, package: Path) -> Waits[None]:
    """What is selected and cannot be decomposed is listed, with a button that helps."""
    library = window.pictures / "library.blend"
    with window.here():
        bpy.ops.mesh.primitive_cube_add(size=0.8, location=(1.2, 0.0, 0.4))
        bpy.context.object.name = "Crate"
        bpy.data.libraries.write(str(library), {bpy.context.object})
    yield from load(window, "fox.glb")
    bpy.ops.outliner.orphans_purge(do_recursive=True)
    with window.here():
        bpy.ops.object.duplicate(linked=True)
        with bpy.data.libraries.load(str(library), link=True) as (_, linked):
            linked.objects = ["Crate"]
        bpy.context.scene.collection.objects.link(linked.objects[0])
        bpy.ops.object.camera_add(location=(0.0, 0.0, 3.0))
        bpy.ops.object.select_all(action="SELECT")
        bpy.ops.ed.undo_push(message="Select")
    yield from window.find("bpy.ops.object.make_local")
    yield from window.picture("30_left_out")
    usable, skipped = ours("scene.targets").sort_out(bpy.context)
    assert (len(usable), len(skipped)) == (1, 2), "those that share a mesh count once"
    yield from window.press("bpy.ops.object.make_local")
    assert len(ours("scene.targets").sort_out(bpy.context)[0]) == 2
    yield from window.point_at_nothing()
    yield from window.picture("31_made_local")
    library.unlink()


def menus(window: Window, package: Path) -> Waits[None]:
    """What the right mouse button opens has Partwise at its end, and F3 finds its operators."""
    yield from load(window, "human.glb")
    assert part_count() == 0
    yield from window.key("RIGHTMOUSE")
    for key in ("END", "RIGHT_ARROW"):
        yield from window.key(key, moves=False)
    yield 0.5
    window.snap("24_context_menu")
    for _ in range(2):
        yield from window.key("ESC", moves=False)
    yield from window.key("F3")
    yield from window.type("decompose")
    window.snap("25_search")
    yield from window.key("RET", moves=False)
    yield from window.until(lambda: part_count() > 2, "parts that the search asked for")
    yield from window.key("F3")
    yield from window.type("isolate parts")
    window.snap("32_search_parts")
    yield from window.key("RET", moves=False)
    assert [part.visible for part in table().parts].count(True) == 1
    yield from window.undo()
    yield from window.undo()
    assert part_count() == 0


def engine_dies(window: Window, package: Path) -> Waits[None]:
    """The engine is killed in the middle of a job: a card says so, and the next job runs."""
    yield from load_large(window)
    jobs, before = ours("engine.jobs"), set(children())
    yield from window.press("bpy.ops.partwise.decompose")
    yield from window.until(lambda: jobs.current().share > 0.05, "progress")
    for pid in children():
        os.kill(pid, signal.SIGKILL)
    yield from window.until(lambda: not jobs.busy(), "the end of the job", 10)
    assert jobs.current().state == "FAILED"
    assert part_count() == 0
    yield from window.picture("10_engine_died")
    yield from window.press("bpy.ops.partwise.copy_report")
    assert "Partwise" in bpy.context.window_manager.clipboard
    assert str(Path.home()) not in bpy.context.window_manager.clipboard
    yield from window.press("bpy.ops.partwise.dismiss_job", across=0.8)
    assert jobs.current() is None
    assert before.isdisjoint(children())


def cancel(window: Window, package: Path) -> Waits[None]:
    """The cross beside the progress ends a job at once, and leaves the scene as it was."""
    yield from load_large(window, levels=5)
    jobs = ours("engine.jobs")
    yield from window.press("bpy.ops.partwise.decompose")
    cross = yield from window.find("bpy.ops.partwise.cancel_job", across=0.97)
    assert jobs.busy()
    yield from window.click(*cross)
    assert jobs.current().state == "CANCELLED"
    assert part_count() == 0
    yield from window.picture("11_cancelled")


def stays_responsive(window: Window, package: Path) -> Waits[None]:
    """A job never keeps Blender's main thread, whatever else the machine does.

    None of its looks waits for anything, or makes and reads frames, and an idle timer goes on
    ticking between them. How late the ticks come depends on the machine, so it is only told.
    """
    yield from load_large(window)
    jobs, late, waits = ours("engine.jobs"), [0.0], []
    looks, ticks, pump = [0], [0], jobs.pump
    last = time.perf_counter()

    def look() -> float | None:
        looks[0] += 1
        with watched() as seen:
            again: float | None = pump()
        waits.extend(seen.waits)
        assert "protocol.py" not in seen.modules
        return again

    def tick() -> float:
        nonlocal last
        now = time.perf_counter()
        late.append(now - last - PERIOD)
        ticks[0] += jobs.busy()
        last = now
        return PERIOD

    area = window.area
    area.type = "TEXT_EDITOR"  # for drawing is slow by software
    yield 1.0
    jobs.pump = look
    try:
        with watched() as seen:
            bpy.ops.partwise.decompose()
        waits.extend(seen.waits)
        last = time.perf_counter()
        bpy.app.timers.register(tick, first_interval=PERIOD)
        yield from window.until(lambda: not jobs.busy(), "the end of the job")
        bpy.app.timers.unregister(tick)
    finally:
        jobs.pump = pump
    assert jobs.current().state == "DONE", jobs.current().error
    print(
        f"       {len(active().data.polygons):,} faces: {looks[0]} looks, {ticks[0]} ticks, "
        f"at most {1000 * max(late):.0f} ms late"
    )
    assert not waits, waits
    assert looks[0] > 3
    assert ticks[0] > 3
    area.type = "VIEW_3D"
    yield from window.open_tab("Partwise")
    yield from window.picture("12_large")


STEPS = (
    install,
    show_fox,
    decompose,
    drag_granularity,
    try_another,
    named,
    merge,
    kept,
    split_one,
    hide,
    edit_mode,
    edit_mode_selection,
    split_into_objects,
    split_and_close,
    complete_parts,
    join_parts,
    look_at_proposals,
    replace_parts,
    imagine_parts,
    pose_a_completed_arm,
    click_parts,
    hover_parts,
    paint_parts,
    select_parts,
    pick_parts,
    left_out,
    menus,
    smooth_borders,
    split_subdivided,
    delete_debris,
    split_and_close_large,
    parts_from_a_picture,
    setup,
    large_networks,
    engine_dies,
    cancel,
    stays_responsive,
)
ALWAYS = (install, show_fox)
ON_REQUEST = (large_networks,)  # it downloads much
