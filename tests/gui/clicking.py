# SPDX-License-Identifier: GPL-3.0-or-later
"""The click tool, as an artist uses it: with the mouse and the keys, in the 3D view."""

from __future__ import annotations

import time
from itertools import pairwise
from pathlib import Path

import bpy
import numpy as np
from bpy_extras.view3d_utils import location_3d_to_region_2d
from stage import active, labels, load, ours, part_count, table
from window import MODIFIERS, Waits, Window


def clicked() -> int:
    """How many clicks wait on the active object."""
    return len(table().clicks)


def mask() -> np.ndarray | None:
    """What the clicks on the active object mean, (F,) bool."""
    answer = ours("scene.click_masks").answer_of(active())
    return None if answer is None else answer.faces


def seen_at(window: Window, share: float) -> tuple[int, int]:
    """A pixel of the screen where the active object is seen, at a share of its length.

    0 and 1 are its ends along the axis in which it is longest.
    """
    obj, region = active(), window.region()
    view = window.area.spaces.active.region_3d
    centres = np.array([obj.matrix_world @ face.center for face in obj.data.polygons])
    axis = int(np.argmax(np.ptp(centres, axis=0)))
    along = (centres[:, axis] - centres[:, axis].min()) / np.ptp(centres[:, axis])
    eye = view.view_matrix.inverted().translation
    near = np.linalg.norm(centres - np.array(eye), axis=1)
    for face in np.lexsort((near, np.abs(along - share).round(2)))[:500].tolist():
        x, y = location_3d_to_region_2d(region, view, centres[face])
        with window.here():
            hit = ours("scene.pick").under_mouse(bpy.context, x, y)
        if hit is not None and hit.face == face:
            return region.x + round(x), region.y + round(y)
    raise AssertionError(f"nothing of {obj.name} is seen at {share:.0%} of its length")


def answered(window: Window) -> Waits[None]:
    yield from window.until(lambda: mask() is not None, "the mask of the clicks")


def join_parts(window: Window, package: Path) -> Waits[None]:
    """Shift+click joins the part under the mouse, as it is in colours, to the active part."""
    before = np.array(labels())
    yield from window.press("bpy.ops.wm.tool_set_by_id")
    yield from window.picture("31_tool_and_parts")
    yield from window.find("bpy.ops.partwise.split(")  # in sight beside the keys of the tool
    place = seen_at(window, 0.5)
    with window.here():
        region = window.region()
        x, y = place[0] - region.x, place[1] - region.y
        hit = ours("scene.pick").under_mouse(bpy.context, x, y)
    joined = int(before[hit.face])
    row, part = next((i, part) for i, part in enumerate(table().parts) if part.part_id != joined)
    table().active, into = row, part.part_id
    yield from window.click(*place, shift=True)
    assert clicked() == 1
    assert (mask() == np.isin(before, [into, joined])).all()
    yield from window.picture("32_joined_part")
    yield from window.key("RET")
    assert (np.array(labels()) == np.where(before == joined, into, before)).all()
    yield from window.undo()
    assert (clicked(), labels()) == (1, before.tolist())
    yield from window.undo()
    assert clicked() == 0
    with window.here():
        bpy.ops.wm.tool_set_by_id(name="builtin.select_box")


def click_parts(window: Window, package: Path) -> Waits[None]:
    """Include, exclude, join, take back, coarser, finer, accept: each one step of undo."""
    yield from load(window, "fox.glb")
    faces = len(active().data.polygons)
    yield from window.press("bpy.ops.wm.tool_set_by_id")
    yield from window.picture("16_click_tool")
    ends = seen_at(window, 0.03), seen_at(window, 0.97)

    yield from window.click(*ends[0])
    assert clicked() == 1
    window.snap("17_first_click")
    yield from answered(window)
    one = mask()
    assert 0 < one.sum() < faces
    yield from window.picture("18_included")
    yield from window.click(*ends[1], shift=True)
    yield from answered(window)
    both = mask()
    assert both.sum() > one.sum()
    yield from window.picture("19_joined")
    yield from window.undo()
    assert (clicked(), (mask() == one).all()) == (1, True)
    yield from window.redo()
    assert (clicked(), (mask() == both).all()) == (2, True)
    yield from window.key("BACK_SPACE")
    assert (clicked(), (mask() == one).all()) == (1, True)
    yield from window.click(*seen_at(window, 0.5), ctrl=True)
    yield from answered(window)
    yield from window.picture("20_excluded")
    assert ((mask() & one) == mask()).mean() > 0.9
    yield from window.key("ESC")
    assert clicked() == 0

    yield from window.click(*ends[0])
    yield from answered(window)
    assert (mask() == one).all()
    for key in ("LEFT_BRACKET", "RIGHT_BRACKET"):
        yield from window.key(key)
        yield from window.picture(f"21_{key.lower()}")
    chosen = mask()
    yield from window.key("RET")
    assert (clicked(), part_count()) == (0, 2)
    assert ((np.array(labels()) == 0) == chosen).all()
    yield from window.picture("22_accepted")
    yield from window.undo()
    assert (clicked(), part_count()) == (1, 0)
    yield from window.redo()
    assert part_count() == 2

    fast = [seen_at(window, share) for share in (0.2, 0.3, 0.4, 0.5, 0.6)]
    for place in (*fast, ends[1]):
        window.hit("LEFTMOUSE", *place)
    yield from window.until(lambda: clicked() == 6, "six clicks")
    yield from answered(window)
    yield from window.picture("23_many_clicks")
    yield from window.key("ESC")
    with window.here():
        bpy.ops.wm.tool_set_by_id(name="builtin.select_box")


def hover_parts(window: Window, package: Path) -> Waits[None]:
    """The pointer shows what a click would mean, at three levels; it leaves no step of undo."""
    yield from load(window, "fox.glb")
    with window.here():
        bpy.ops.wm.tool_set_by_id(name="partwise.click")
    place = seen_at(window, 0.03)
    yield from window.move(*place)
    yield from window.until(lambda: shown() is not None, "a mask under the pointer")
    yield from window.picture("40_hovered")
    assert clicked() == 0
    sizes = [int(shown().sum())]
    steps = (("LEFT", "COARSE"), ("RIGHT", "PART"), ("RIGHT", "FINE"))
    for side, level in steps:
        yield from window.tap(f"{side}_BRACKET", *place)
        assert bpy.context.window_manager.partwise.level == level
        yield from window.move(*place)
        yield from window.until(lambda: shown() is not None, "the mask of another level")
        sizes.append(int(shown().sum()))
        yield from window.picture(f"41_hovered_{level.lower()}")
    assert sizes[3] <= sizes[0] == sizes[2] <= sizes[1]
    yield from window.tap("LEFT_BRACKET", *place)

    waits = []
    for share in np.linspace(0.1, 0.95, 12):
        there = seen_at(window, float(share))
        face = face_at(window, there)
        start = time.perf_counter()
        bpy.context.window_manager.windows[0].event_simulate(
            type="MOUSEMOVE", value="NOTHING", x=there[0], y=there[1]
        )
        yield from window.until(lambda face=face: is_shown_at(face), "the mask at the pointer")
        waits.append(1000 * (time.perf_counter() - start))
    print(f"       a mask follows the pointer after {np.median(waits):.0f} to {max(waits):.0f} ms")
    uid = active().session_uid
    yield from window.undo()
    assert uid not in {obj.session_uid for obj in bpy.data.objects}, "looking is no step of undo"
    yield from window.redo()
    assert active().session_uid == uid

    yield from window.move(*place)
    yield from window.until(lambda: is_shown_at(face_at(window, place)), "the mask at the pointer")
    seen = shown()
    yield from window.click(*place)
    assert (clicked(), (mask() == seen).all()) == (1, True)
    other = seen_at(window, 0.97)
    yield from window.event("LEFT_SHIFT", "PRESS", *other)
    yield from window.event("MOUSEMOVE", "NOTHING", *other, shift=True)
    yield from window.until(lambda: shown() is not None, "what a join would add")
    yield from window.picture("42_hovered_join")
    yield from window.event("LEFT_SHIFT", "RELEASE", *other)
    yield from window.key("ESC")

    bpy.context.scene.partwise.hover = False
    yield from window.move(*other)
    assert shown() is None
    yield from window.picture("43_hover_off")
    bpy.context.scene.partwise.hover = True
    with window.here():
        bpy.ops.wm.tool_set_by_id(name="builtin.select_box")


def is_shown_at(face: int) -> bool:
    """Is the answer at this face shown, and not one before it?"""
    hover = ours("scene.hover")
    at, last = hover._at, hover._shown
    return at is not None and at.click.face == face and last is not None and last[0] is at


def shown() -> np.ndarray | None:
    """What is shown at the pointer on the active object, (F,) bool."""
    answer = ours("scene.hover").answer_of(active())
    return None if answer is None else answer.faces


def paint_parts(window: Window, package: Path) -> Waits[None]:
    """A drag paints what belongs to the part, with Ctrl what does not: one step of undo each."""
    yield from load(window, "fox.glb")
    with window.here():
        bpy.ops.wm.tool_set_by_id(name="partwise.click")
    path = [seen_at(window, float(share)) for share in np.linspace(0.05, 0.5, 6)]
    yield from stroke(window, path)
    yield from answered(window)
    count, painted = clicked(), mask()
    assert count > 1
    assert painted[face_at(window, path[0])]
    assert painted[face_at(window, path[-1])]
    yield from window.picture("46_painted")
    yield from stroke(window, [seen_at(window, float(share)) for share in (0.5, 0.4)], ctrl=True)
    yield from answered(window)
    assert clicked() > count
    assert not mask()[face_at(window, seen_at(window, 0.5))]
    yield from window.picture("47_painted_out")
    yield from window.undo()
    assert clicked() == count, "a stroke is one step"
    yield from window.undo()
    assert clicked() == 0
    yield from window.redo()
    assert (clicked(), (mask() == painted).all()) == (count, True)
    yield from window.key("ESC")
    with window.here():
        bpy.ops.wm.tool_set_by_id(name="builtin.select_box")


def stroke(window: Window, path: list[tuple[int, int]], **held: bool) -> Waits[None]:
    """Press at the first pixel, move along the others, and let go at the last."""
    for key in (MODIFIERS[name] for name in held):
        yield from window.event(key, "PRESS", *path[0], **held)
    yield from window.move(*path[0])
    yield from window.event("LEFTMOUSE", "PRESS", *path[0], **held)
    for (x, y), (to_x, to_y) in pairwise(path):
        for step in range(1, 4):
            there = x + (to_x - x) * step // 3, y + (to_y - y) * step // 3
            yield from window.event("MOUSEMOVE", "NOTHING", *there, **held)
            yield 0.1
    yield from window.event("LEFTMOUSE", "RELEASE", *path[-1], **held)
    for key in (MODIFIERS[name] for name in held):
        yield from window.event(key, "RELEASE", *path[-1])
    yield 0.5


def select_parts(window: Window, package: Path) -> Waits[None]:
    """In Edit Mode the click tool selects what a click means, as the pointer shows it before."""
    yield from load(window, "fox.glb")
    places = [seen_at(window, share) for share in (0.03, 0.97)]
    with window.here():
        bpy.ops.object.mode_set(mode="EDIT")
        bpy.ops.mesh.select_all(action="DESELECT")
        bpy.context.tool_settings.mesh_select_mode = (False, False, True)
        bpy.ops.wm.tool_set_by_id(name="partwise.click")
        bpy.ops.ed.undo_push(message="Edit Mode")
    yield from window.move(*places[0])
    yield from window.until(lambda: shown() is not None, "a mask under the pointer")
    wanted = int(shown().sum())
    yield from window.picture("48_edit_mode_hovered")
    yield from window.click(*places[0])
    yield from window.until(lambda: active().data.total_face_sel == wanted, "what was shown", 20)
    yield from window.move(*places[1])
    yield from window.until(lambda: shown() is not None, "another mask under the pointer")
    both = wanted + int(shown().sum())
    yield from window.click(*places[1], shift=True)
    yield from window.until(lambda: active().data.total_face_sel == both, "both", 20)
    yield from window.picture("49_edit_mode_selected")
    yield from window.undo()
    assert active().data.total_face_sel == wanted, "a click is one step"
    yield from window.click(*places[0], ctrl=True)
    yield from window.until(lambda: active().data.total_face_sel == 0, "nothing", 20)
    with window.here():
        bpy.ops.wm.tool_set_by_id(name="builtin.select_box")
        bpy.ops.object.mode_set(mode="OBJECT")


def pick_parts(window: Window, package: Path) -> Waits[None]:
    """A click on a coloured part chooses its row, with Blender's own tool."""
    yield from load(window, "fox.glb")
    with window.here():
        bpy.ops.wm.tool_set_by_id(name="builtin.select_box")
        bpy.ops.partwise.decompose()
    yield from window.until(lambda: not ours("engine.jobs").busy(), "the parts")
    cut = np.array(labels())
    ids = [part.part_id for part in table().parts]
    assert len(ids) > 2
    rows = []
    for share in (0.05, 0.5, 0.95):
        place = seen_at(window, share)
        row = ids.index(int(cut[face_at(window, place)]))
        yield from window.click(*place)
        assert table().active == row, "the part that was clicked"
        assert not any(part.selected for part in table().parts)
        rows.append(row)
    assert active().select_get()
    yield from window.picture("44_picked")
    assert rows[0] != rows[-1], "choose other places: these are on one part"
    yield from window.click(*seen_at(window, 0.05), shift=True)
    assert {row for row, part in enumerate(table().parts) if part.selected} == {rows[0], rows[-1]}
    assert active().select_get(), "which Blender's own Shift+click would have undone"
    yield from window.picture("45_picked_several")
    yield from window.press("bpy.ops.partwise.merge_parts", across=0.96)
    assert part_count() == len(ids) - 1
    yield from window.undo()
    assert labels() == cut.tolist()
    assert {row for row, part in enumerate(table().parts) if part.selected} == {rows[0], rows[-1]}


def face_at(window: Window, place: tuple[int, int]) -> int:
    """The face of the active object at a pixel of the screen."""
    region = window.region()
    with window.here():
        hit = ours("scene.pick").under_mouse(bpy.context, place[0] - region.x, place[1] - region.y)
    assert hit is not None
    assert hit.obj == active()
    return int(hit.face)
