# SPDX-License-Identifier: GPL-3.0-or-later
"""The exploded view: where parts go, and that they come back bit for bit."""

from __future__ import annotations

import bpy
import numpy as np
import pytest
from mathutils import Euler, Matrix, Vector
from partwise.blender_addon.mesh.delta import is_exploded
from partwise.blender_addon.scene import explode

AWAY = Matrix.LocRotScale(Vector((3, -2, 1)), Euler((0.3, 0.8, -1.2)), Vector((2.0, 0.5, 1.5)))
MIRROR = Matrix.LocRotScale(Vector((1, 2, 3)), Euler((1, 0, 2)), Vector((-1.0, 2.0, 1.0)))


@pytest.fixture
def collection() -> bpy.types.Collection:
    collection = bpy.data.collections.new("Toy.parts")
    collection.partwise.source = bpy.data.objects.new("Toy", bpy.data.meshes.new("Toy"))
    bpy.context.scene.collection.children.link(collection)
    return collection


def box(collection, middle, size=(1.0, 1.0, 1.0), parent=None):
    """A part, with its vertices where the whole had them and its origin at the whole's."""
    signs = np.array([(x, y, z) for x in (-1, 1) for y in (-1, 1) for z in (-1, 1)])
    mesh = bpy.data.meshes.new("part")
    corners = np.array(middle) + signs * np.array(size) / 2
    faces = [(0, 1, 3, 2), (4, 6, 7, 5), (0, 4, 5, 1), (2, 3, 7, 6), (0, 2, 6, 4), (1, 5, 7, 3)]
    mesh.from_pydata(corners.tolist(), [], faces)
    part = bpy.data.objects.new("part", mesh)
    part.partwise.source = collection.partwise.source
    part.parent = parent
    collection.objects.link(part)
    return part


def centre(part):
    """In the world, as Blender evaluates it."""
    bpy.context.view_layer.update()
    corners = [part.matrix_world @ Vector(corner) for corner in part.bound_box]
    return sum(corners, Vector()) / 8


def state(parts):
    bpy.context.view_layer.update()
    matrices = [np.array(part.matrix_world).tobytes() for part in parts]
    return matrices, [np.array(part.delta_location).tobytes() for part in parts]


def near(vector, expected):
    assert tuple(vector) == pytest.approx(tuple(expected), abs=2e-4)


def test_parts_go_away_from_the_middle(collection):
    left, right = box(collection, (-1, 0, 0)), box(collection, (1, 0, 0))
    collection.partwise.explode = 0.5
    near(centre(left), (-1.5, 0, 0))
    near(centre(right), (1.5, 0, 0))
    collection.partwise.explode = 1.0  # from the middle of the parts, not of where they are by now
    near(centre(left), (-2, 0, 0))
    assert left.location == Vector((0, 0, 0))


@pytest.mark.parametrize("matrix", [AWAY, MIRROR], ids=["turned and stretched", "mirrored"])
def test_a_whole_that_is_turned_and_scaled(collection, matrix):
    root = bpy.data.objects.new("root", None)
    collection.objects.link(root)
    root.matrix_world = matrix
    parts = [box(collection, (-1, 0.2, 0), parent=root), box(collection, (1, 0, 0.3), parent=root)]
    parts[0].matrix_parent_inverse = Matrix.Rotation(0.4, 4, "Z")
    parts[1].rotation_euler, parts[1].scale = (0.5, 0.1, 0.2), (1.0, 1.0, -1.0)
    before = [centre(part) for part in parts]
    at_rest = state(parts)
    collection.partwise.explode = 1.0
    ways = [centre(part) - old for part, old in zip(parts, before, strict=True)]
    between = before[1] - before[0]
    assert min(way.length for way in ways) > 0.3 * between.length
    assert ways[0].dot(between) < 0 < ways[1].dot(between)
    collection.partwise.explode = 0.0
    assert state(parts) == at_rest
    anchor = bpy.data.objects.new("anchor", None)
    collection.objects.link(anchor)
    for part in parts:  # the same places in other matrices: they must go the same way
        world = part.matrix_world.copy()
        part.parent, part.matrix_parent_inverse = anchor, world
        part.matrix_basis = Matrix.Identity(4)
    collection.partwise.explode = 1.0
    for part, old, way in zip(parts, before, ways, strict=True):
        near(centre(part) - old, way)


def test_a_part_that_hangs_on_another_part(collection):
    body, arm = box(collection, (0, 0, 0), (2, 2, 2)), box(collection, (3, 0, 0))
    hand = box(collection, (5, 0, 0), parent=arm)
    arm.rotation_euler.z = 0.4
    at_rest = state([body, arm, hand])
    places = [centre(part) for part in (body, arm, hand)]
    collection.partwise.explode = 1.0
    moved = [centre(part) - old for part, old in zip((body, arm, hand), places, strict=True)]
    collection.partwise.explode = 0.0
    assert state([body, arm, hand]) == at_rest
    hand.parent = None  # the same place without the parent: it must go the same way
    hand.matrix_world = arm.matrix_world
    collection.partwise.explode = 1.0
    near(centre(hand) - places[2], moved[2])


def test_at_zero_all_is_as_it_was(collection):
    generator = np.random.default_rng(3)
    parts = [box(collection, generator.normal(size=3) * 3) for _ in range(12)]
    for part in parts:
        part.location = generator.normal(size=3)
        part.delta_location = generator.normal(size=3) * 1e-3
        part.rotation_euler = generator.normal(size=3)
    at_rest = state(parts)
    for share in (0.1, 0.77, 3.3, 0.0003):
        collection.partwise.explode = share
    assert state(parts) != at_rest
    collection.partwise.explode = 0.0
    assert state(parts) == at_rest
    assert not any(is_exploded(part) for part in parts)


def test_what_the_artist_does_meanwhile_stays(collection):
    left, right = box(collection, (-1, 0, 0)), box(collection, (1, 0, 0))
    collection.partwise.explode = 1.0
    right.location.z = 5.0
    left.delta_location.y += 2.0
    collection.partwise.explode = 0.0
    near(right.location, (0, 0, 5))
    near(right.delta_location, (0, 0, 0))
    near(left.delta_location, (0, 2, 0))


def test_objects_that_are_no_parts_stay(collection):
    box(collection, (-1, 0, 0)), box(collection, (1, 0, 0))
    lamp = bpy.data.objects.new("lamp", bpy.data.lights.new("lamp", "POINT"))
    collection.objects.link(lamp)
    collection.partwise.explode = 1.0
    assert tuple(lamp.delta_location) == (0, 0, 0)


def test_one_part_alone_stays(collection):
    alone = box(collection, (1, 2, 3))
    collection.partwise.explode = 1.0
    near(alone.delta_location, (0, 0, 0))


def test_a_hub_leaves_its_wheel_along_the_axle(collection):
    wheel = box(collection, (0, 0, 0), (6, 1, 6))
    hub = box(collection, (0, 0, 0), (2, 1.2, 2))
    nut = box(collection, (0, 0, 0), (1, 1.4, 1))
    collection.partwise.explode = 1.0
    for one, other, gap in ((wheel, hub, 1.1), (wheel, nut, 1.2), (hub, nut, 1.3)):
        way = centre(one) - centre(other)
        assert abs(way.y) > gap - 1e-4
        near((way.x, 0, way.z), (0, 0, 0))


def test_set_aside_for_an_export(collection):
    parts = [box(collection, (-1, 0, 0)), box(collection, (1, 0, 0))]
    at_rest = state(parts)
    collection.partwise.explode = 0.8
    exploded = state(parts)
    with explode.set_aside(parts):
        assert state(parts) == at_rest
    assert state(parts) == exploded


def test_undo_brings_back_share_and_places_together(collection):
    parts = [box(collection, (-1, 0, 0)), box(collection, (1, 0, 0))]
    names = [part.name for part in parts]
    at_rest = state(parts)
    bpy.ops.ed.undo_push(message="before")
    collection.partwise.explode = 1.0
    bpy.ops.ed.undo_push(message="Explode")
    bpy.ops.ed.undo()
    assert bpy.data.collections["Toy.parts"].partwise.explode == 0.0
    assert state([bpy.data.objects[name] for name in names]) == at_rest
    bpy.ops.ed.redo()
    assert bpy.data.collections["Toy.parts"].partwise.explode == 1.0
    near(centre(bpy.data.objects[names[1]]), (2, 0, 0))
