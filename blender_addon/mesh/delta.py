# SPDX-License-Identifier: GPL-3.0-or-later
"""Delta locations: the artist's own, and what the exploded view adds to them.

Whatever deltas the artist has stay, and come back bit for bit when the offset is zero again.
"""

from __future__ import annotations

import bpy
from mathutils import Vector


def is_exploded(obj: bpy.types.Object) -> bool:
    """Is the object away from where it really is?"""
    return any(obj.partwise.explode_offset)


def own_delta(obj: bpy.types.Object) -> Vector:
    """The artist's own delta location, without the exploded view."""
    delta, kept = obj.delta_location.copy(), obj.partwise
    if not is_exploded(obj):
        return delta
    own, offset = Vector(kept.explode_own), Vector(kept.explode_offset)
    # What was put there comes back exactly; what the artist typed over it, as well as floats can.
    return own if delta == own + offset else delta - offset


def set_offset(obj: bpy.types.Object, offset: Vector) -> None:
    """Move an object away from where it really is; zero : back again."""
    own = own_delta(obj)
    if is_exploded(obj) or any(offset):
        obj.delta_location = own + offset if any(offset) else own
        obj.partwise.explode_own = own
        obj.partwise.explode_offset = offset
