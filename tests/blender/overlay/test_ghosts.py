# SPDX-License-Identifier: GPL-3.0-or-later
"""Pictures of what is proposed."""

from __future__ import annotations

import gc
from types import SimpleNamespace

import bpy
import numpy as np
import pytest
from mathutils import Matrix
from partwise.blender_addon.overlay import draw as overlay
from partwise.blender_addon.overlay import ghosts
from partwise.blender_addon.scene import proposals
from partwise.blender_addon.scene.apply import AppliesResults
from partwise.blender_addon.scene.proposals import Ghost, Proposal, Variant

from tests.blender.overlay.pictures import ABOVE, FROM_EYE, at, hue, painted

RED, GREEN = (0.8, 0.1, 0.1, 1.0), (0.1, 0.8, 0.1, 1.0)
SQUARE = np.array([(-1, -1, 0), (1, -1, 0), (1, 1, 0), (-1, 1, 0)], dtype=np.float64)
FACES = np.array([(0, 1, 2), (0, 2, 3)])


@pytest.fixture(autouse=True)
def nothing_left(graphics):
    yield
    proposals.discard()


def square(colours=RED, **fields) -> Ghost:
    """2 x 2 units at z = 0; its first triangle is at the lower right."""
    return Ghost(SQUARE, FACES, np.array(colours), **fields)


def picture(*drawn: Ghost, world: Matrix = FROM_EYE, depth: float = 1.0, **settings):
    placed = [(ghost, world) for ghost in drawn]
    return painted(lambda: ghosts.draw(placed, FROM_EYE, ABOVE, **settings), depth)


def test_a_mesh_is_drawn_in_its_colour():
    pixels = picture(square())
    assert hue(at(pixels, 0.5, 0.5)) == "red"
    assert hue(at(pixels, 1.5, 0.5)) == "nothing"


def test_each_face_may_have_a_colour_of_its_own():
    pixels = picture(square([RED, GREEN]))
    assert hue(at(pixels, 0.5, -0.5)) == "red"
    assert hue(at(pixels, -0.5, 0.5)) == "green"


def test_colours_may_be_seen_through():
    assert at(picture(square((0.8, 0.1, 0.1, 0.25))), 0.5, 0.5)[3] == pytest.approx(0.25, abs=0.01)


def test_light_shows_the_form():
    flat = at(picture(square()), 0.5, 0.2)[0]
    assert at(picture(square(), world=Matrix.Rotation(1.0, 4, "X")), 0.5, 0.2)[0] < 0.8 * flat


def test_what_is_before_it_hides_it_unless_it_is_in_front():
    nearer = 0.3  # the square is at 0.5
    assert hue(at(picture(square(), depth=nearer), 0.5, 0.5)) == "nothing"
    assert hue(at(picture(square(in_front=True), depth=nearer), 0.5, 0.5)) == "red"


def test_the_nearer_of_several_in_front_is_seen():
    above = Ghost(SQUARE + [0, 0, 1], FACES, np.array(GREEN), in_front=True)
    for drawn in ([square(in_front=True), above], [above, square(in_front=True)]):
        assert hue(at(picture(*drawn, depth=0.1), 0.5, 0.5)) == "green"


def test_a_clipping_region_clips_it():
    pixels = picture(square(), clip_planes=[(1.0, 0.0, 0.0, 0.0)])
    assert hue(at(pixels, 0.5, 0.5)) == "red"
    assert hue(at(pixels, -0.5, 0.5)) == "nothing"


def test_normals_are_smooth_where_faces_turn_little():
    bump = SQUARE.copy()
    bump[1, 2] = 0.2
    normals = ghosts.corner_normals(Ghost(bump, FACES, np.array(RED))).reshape(2, 3, 3)
    assert np.allclose(normals[0, 0], normals[1, 0])
    bump[1, 2] = 5.0
    normals = ghosts.corner_normals(Ghost(bump, FACES, np.array(RED))).reshape(2, 3, 3)
    assert np.allclose(normals[0], normals[0, 0])
    assert not np.allclose(normals[0, 0], normals[1, 0], atol=0.1)


def test_a_mesh_without_faces_is_nothing():
    empty = Ghost(np.empty((0, 3)), np.empty((0, 3), int), np.array(RED))
    assert hue(at(picture(empty, square()), 0.5, 0.5)) == "red"


def a_view() -> SimpleNamespace:
    """A 3D view from above, of the whole scene."""
    view = SimpleNamespace(
        view_matrix=FROM_EYE, window_matrix=ABOVE, use_clip_planes=False, clip_planes=()
    )
    layer = bpy.context.view_layer
    layer.update()
    return SimpleNamespace(region_data=view, view_layer=layer, space_data=None)


class Applies(AppliesResults):
    """Stands in for an operator."""

    bl_idname = "partwise.test"


def propose(*variants: list[Ghost]) -> None:
    found = [Variant(str(number), drawn) for number, drawn in enumerate(variants)]
    proposals.show(Proposal("Test", Applies, [], found))


def seen():
    context = a_view()
    return painted(lambda: ghosts.draw_view(context))


def test_the_variant_that_is_shown_is_drawn():
    assert hue(at(seen(), 0.5, 0.5)) == "nothing"
    propose([square()], [square(GREEN)])
    assert hue(at(seen(), 0.5, 0.5)) == "red"
    proposals.step(1)
    assert hue(at(seen(), 0.5, 0.5)) == "green"
    proposals.discard()
    assert hue(at(seen(), 0.5, 0.5)) == "nothing"


@pytest.mark.parametrize("shown", [True, False])
def test_every_3d_view_with_overlays_shows_it(shown):
    """In wireframe too, where parts have no colours."""
    propose([square()])
    context = a_view()
    context.space_data = SimpleNamespace(
        overlay=SimpleNamespace(show_overlays=shown),
        shading=SimpleNamespace(type="WIREFRAME"),
        show_object_viewport_mesh=True,
    )
    context.scene = bpy.context.scene
    pixels = painted(lambda: overlay.draw_view(context))
    assert hue(at(pixels, 0.5, 0.5)) == ("red" if shown else "nothing")


def test_it_follows_its_object_and_is_hidden_with_it():
    bpy.ops.object.empty_add()
    obj = bpy.context.object
    beside = np.array(Matrix.Translation((0, 1, 0)))
    propose([square(uid=obj.session_uid, matrix=beside)])
    obj.location.x = 1
    pixels = seen()
    assert hue(at(pixels, 1.5, 1.5)) == "red"
    assert hue(at(pixels, -0.5, 0.5)) == "nothing"
    assert hue(at(pixels, 1.5, -0.5)) == "nothing"
    obj.hide_set(True)
    assert hue(at(seen(), 1.5, 1.5)) == "nothing"


def test_it_is_in_front_as_the_object_is_that_it_follows():
    bpy.ops.object.empty_add()
    obj = bpy.context.object
    drawn = square(uid=obj.session_uid)
    assert not ghosts.is_in_front(drawn)
    obj.show_in_front = True
    assert ghosts.is_in_front(drawn)
    assert ghosts.is_in_front(square(in_front=True))


def test_it_stays_on_the_graphics_card_as_long_as_it_is_proposed():
    drawn = square()
    propose([drawn])
    seen()
    batch = ghosts._batches[drawn][0]
    seen()
    assert ghosts._batches[drawn][0] is batch
    del drawn
    proposals.discard()
    gc.collect()
    assert len(ghosts._batches) == 0
