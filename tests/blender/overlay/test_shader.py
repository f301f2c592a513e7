# SPDX-License-Identifier: GPL-3.0-or-later
"""The overlay's shader: depths that win over a surface, textures of colours and planes, normals."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from mathutils import Matrix, Vector
from partwise.blender_addon.overlay import shader

from tests.blender.overlay.pictures import ABOVE


@pytest.mark.parametrize("parallel", [False, True])
def test_bias_brings_nearer_and_moves_nothing(parallel):
    projection = ABOVE.copy()
    if not parallel:  # looking down from the origin, near 0.1, far 100
        near, far = 0.1, 100.0
        projection = Matrix(
            (
                (2.0, 0.0, 0.0, 0.0),
                (0.0, 2.0, 0.0, 0.0),
                (0.0, 0.0, -(far + near) / (far - near), -2 * far * near / (far - near)),
                (0.0, 0.0, -1.0, 0.0),
            )
        )
    nearer = shader.nearer(projection, 1e-3)
    for depth in (-0.2, -3.0, -40.0):
        point = Matrix.Translation((0.1, -0.2, depth)).to_4x4().col[3]
        flat, biased = projection @ point, nearer @ point
        flat, biased = flat / flat.w, biased / biased.w
        assert biased.xy == flat.xy
        assert biased.z < flat.z
        closer = point.copy()
        closer.z *= 0.99  # one per cent nearer wins over a bias of one per mille
        if not parallel:
            closer = projection @ closer
            assert closer.z / closer.w < biased.z


def test_what_is_farthest_stays_where_it_is_on_the_screen():
    far = shader.farthest(ABOVE)
    for place in ((0.5, -0.2, 40.0), (0.5, -0.2, -40.0)):
        point = Matrix.Translation(place).col[3]
        before, after = ABOVE @ point, far @ point
        assert after.xy == before.xy
        assert after.z / after.w == pytest.approx(0.9999)


def test_normals_stay_upright_on_a_stretched_object():
    view, world = Matrix.Rotation(0.4, 4, "X"), Matrix.Diagonal((1.0, 2.0, 5.0, 1.0))
    along, across = Vector((0.0, 1.0, -1.0)), Vector((0.0, 1.0, 1.0))
    turned = shader.normals_to_view(view, world) @ across
    assert turned.dot(view.to_3x3() @ world.to_3x3() @ along) == pytest.approx(0, abs=1e-6)
    shader.normals_to_view(view, Matrix.Diagonal((1.0, 0.0, 1.0, 1.0)))  # has no inverse


def texels(texture: Any, count: int) -> np.ndarray:
    """(count, 4)"""
    return np.array(texture.read().to_list(), np.float32).reshape(-1, 4)[:count]


@pytest.mark.parametrize("count", [0, 1, 5000])
def test_each_face_has_a_texel(graphics: None, count: int):
    colours = np.random.default_rng(0).random((count, 4)).astype(np.float32)
    texture = shader.colour_texture(colours)
    assert texture.width * texture.height >= max(count, 1)
    assert texture.width <= shader.TEXTURE_WIDTH
    np.testing.assert_allclose(texels(texture, count), colours, atol=1e-3)


def test_planes_of_the_world_are_told_in_the_space_of_the_object(graphics: None):
    world = Matrix.Translation((3.0, 0.0, 0.0)) @ Matrix.Rotation(0.7, 4, "Z")
    plane = (1.0, 0.0, 0.0, -2.0)  # what has x > 2 is drawn
    (found,) = texels(shader.plane_texture([plane], world), 1)
    for place in ((0, 0, 0), (4, 5, 6), (-3, 1, 2)):
        own = np.array([*place, 1.0])
        assert found @ own == pytest.approx(np.array(world) @ own @ plane, abs=1e-4)
    (nowhere,) = texels(shader.plane_texture([], world), 1)
    assert nowhere @ [9, 9, 9, 1] > 0, "without planes all is drawn"
