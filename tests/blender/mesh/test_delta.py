# SPDX-License-Identifier: GPL-3.0-or-later
"""The artist's own delta location, and what the exploded view adds to it."""

from __future__ import annotations

import bpy
import pytest
from mathutils import Vector
from partwise.blender_addon.mesh.delta import is_exploded, own_delta, set_offset

OWN = Vector((0.1, 0.2, 0.3))  # which floats cannot hold exactly


@pytest.fixture
def part() -> bpy.types.Object:
    part = bpy.data.objects.new("part", bpy.data.meshes.new("part"))
    part.delta_location = OWN
    return part


def test_it_comes_back_bit_for_bit(part):
    before = tuple(part.delta_location)
    for offset in ((1, 2, 3), (1e-3, 7.7, -2), (1e6, 0, 0)):
        set_offset(part, Vector(offset))
        assert is_exploded(part)
        assert tuple(own_delta(part)) == before
    set_offset(part, Vector())
    assert not is_exploded(part)
    assert tuple(part.delta_location) == before


def test_what_the_artist_types_meanwhile_is_kept(part):
    set_offset(part, Vector((1, 0, 0)))
    part.delta_location.y += 5.0
    assert (own_delta(part) - OWN - Vector((0, 5, 0))).length < 1e-5
    set_offset(part, Vector())
    assert (part.delta_location - OWN - Vector((0, 5, 0))).length < 1e-5


def test_nothing_is_written_to_what_stays(part):
    set_offset(part, Vector())
    assert not part.partwise.is_property_set("explode_own")
