# SPDX-License-Identifier: GPL-3.0-or-later
"""What changed is said to all who listen; undo keeps part table and attribute in step."""

from __future__ import annotations

import bpy
import numpy as np
import pytest
from partwise import blender_addon
from partwise.blender_addon.scene import changed, parts

HALVES = np.array([0, 0, 0, 1, 1, 1], dtype=np.int32)


@pytest.fixture
def heard():
    """What each signal says: `heard[name]` is a list of what it said."""
    signals = [each for each in vars(changed).values() if isinstance(each, changed.Signal)]
    said: dict[str, list[tuple]] = {signal.name: [] for signal in signals}
    listeners = [lambda *what, name=signal.name: said[name].append(what) for signal in signals]
    for signal, listener in zip(signals, listeners, strict=True):
        signal.listen(listener)
    yield said
    for signal, listener in zip(signals, listeners, strict=True):
        signal.ignore(listener)


def test_all_hear_in_their_order_and_one_that_fails_stops_nobody(caplog):
    signal, said = changed.Signal("test"), []
    signal.listen(lambda what: said.append(("first", what)))
    signal.listen(lambda what: 1 / 0)
    signal.listen(lambda what: said.append(("last", what)))
    signal.say("a")
    assert said == [("first", "a"), ("last", "a")]
    assert "ZeroDivisionError" in caplog.text


def test_who_ignores_hears_no_more():
    signal, said = changed.Signal("test"), []
    signal.listen(said.append)
    signal.ignore(said.append)
    signal.say("a")
    assert not said


def test_one_may_stop_listening_while_it_is_told():
    signal, said = changed.Signal("test"), []

    def once() -> None:
        said.append("once")
        signal.ignore(once)

    signal.listen(once)
    signal.listen(lambda: said.append("always"))
    signal.say()
    signal.say()
    assert said == ["once", "always", "always"]


def test_a_new_shape_and_a_new_place_are_told_apart(heard):
    bpy.ops.mesh.primitive_cube_add()
    cube = bpy.context.object
    bpy.context.view_layer.update()
    heard["evaluated"].clear()
    cube.location.x = 2.0
    bpy.context.view_layer.update()
    (what,) = heard["evaluated"].pop()
    assert cube.session_uid in what.moved - what.shaped
    cube.data.vertices[0].co.x = 5.0
    cube.data.update_tag()
    bpy.context.view_layer.update()
    (what,) = heard["evaluated"].pop()
    assert cube.session_uid in what.shaped
    assert not heard["frame"]


def test_another_frame_is_no_edit(heard):
    bpy.context.scene.frame_set(7)
    assert len(heard["frame"]) == 1
    assert not heard["evaluated"]


def test_undo_and_redo_are_said_once_each(heard):
    bpy.ops.ed.undo_push(message="before")
    bpy.ops.mesh.primitive_cube_add()
    bpy.ops.ed.undo_push(message="cube")
    bpy.ops.ed.undo()
    bpy.ops.ed.redo()
    assert heard["undone"] == [(), ()]


def test_a_file_is_told_of_before_and_after_and_listening_goes_on(heard):
    for _ in range(2):
        bpy.ops.wm.read_homefile(use_empty=True, use_factory_startup=True)
    assert heard["loading"] == heard["loaded"] == [(), ()]


def test_a_setting_is_told_with_its_scene(heard):
    bpy.context.scene.partwise.closing = "CAP"
    ((settings, _context),) = heard["settings"]
    assert settings.id_data == bpy.context.scene
    assert not heard["seen"]
    bpy.context.scene.partwise.show_overlay = False
    assert heard["seen"] == [()]


def test_what_is_seen_of_parts_is_told(heard):
    bpy.ops.mesh.primitive_cube_add()
    parts.set_labels(bpy.context.object.data, HALVES)
    heard["seen"].clear()
    bpy.context.object.data.partwise.parts[0].colour = (1, 0, 0)
    bpy.context.object.data.partwise.active = 1
    assert heard["seen"] == [(), ()]


def test_nothing_of_the_scene_is_left_in_blender_when_disabled():
    def ours() -> list[str]:
        every = (getattr(bpy.app.handlers, name) for name in dir(bpy.app.handlers))
        known = [each for each in every if isinstance(each, list)]
        return [f.__module__ for found in known for f in found if "partwise" in f.__module__]

    before = sorted(ours())
    assert before
    blender_addon.unregister()
    try:
        assert not ours()
    finally:
        blender_addon.register()
    assert sorted(ours()) == before


def step(mesh: bpy.types.Mesh, labels: list[int]) -> None:
    parts.set_labels(mesh, np.array(labels, dtype=np.int32))
    bpy.ops.ed.undo_push(message="parts")


def state() -> tuple[list[int], list[tuple[int, int]]]:
    mesh = bpy.context.object.data
    return (
        parts.get_labels(mesh).tolist(),
        [(part.part_id, part.faces) for part in mesh.partwise.parts],
    )


def test_undo_and_redo_in_object_mode():
    bpy.ops.mesh.primitive_cube_add()
    step(bpy.context.object.data, [0, 0, 0, 1, 1, 1])
    step(bpy.context.object.data, [0, 1, 2, 3, 4, 5])
    after = state()
    bpy.ops.ed.undo()
    assert state() == ([0, 0, 0, 1, 1, 1], [(0, 3), (1, 3)])
    bpy.ops.ed.redo()
    assert state() == after


def test_undo_and_redo_in_edit_mode():
    bpy.ops.mesh.primitive_cube_add()
    parts.set_labels(bpy.context.object.data, HALVES)
    bpy.ops.object.mode_set(mode="EDIT")
    bpy.ops.ed.undo_push(message="edit")
    step(bpy.context.object.data, [0, 0, 0, 2, 2, 2])
    step(bpy.context.object.data, [0, 0, 0, 0, 0, 0])
    bpy.ops.ed.undo()
    assert state() == ([0, 0, 0, 2, 2, 2], [(0, 3), (2, 3)])
    bpy.ops.ed.redo()
    assert state() == ([0] * 6, [(0, 6)])
    bpy.ops.object.mode_set(mode="OBJECT")


def test_parts_that_come_back_in_edit_mode_are_what_they_were():
    bpy.ops.mesh.primitive_cube_add()
    mesh = bpy.context.object.data
    parts.set_labels(mesh, HALVES)
    bpy.ops.object.mode_set(mode="EDIT")
    part = parts.part_of(mesh, 1)
    part.name, part.colour, part.locked = "Foot", (1, 0, 0), True
    bpy.ops.ed.undo_push(message="edit")
    step(mesh, [0, 0, 0, 0, 0, 0])
    bpy.ops.ed.undo()
    part = parts.part_of(bpy.context.object.data, 1)
    assert (part.name, tuple(part.colour), part.locked) == ("Foot", (1, 0, 0), True)
    bpy.ops.object.mode_set(mode="OBJECT")
