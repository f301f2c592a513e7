# SPDX-License-Identifier: GPL-3.0-or-later
"""F1 and Online Manual on a button or a setting of Partwise: its page of the guide."""

from __future__ import annotations

import bpy

from ..core import guide as places
from ..ops import guide


def manual_map() -> tuple[str, tuple[tuple[str, str], ...]]:
    """What all addresses begin with, and (pattern, the rest of the address), as Blender wants it.

    Without the guide, as in a checkout, nothing is ours.
    """
    if not guide.FOLDER.is_dir():
        return "", ()
    beginning = places.address(guide.FOLDER) + "/"
    return beginning, tuple((pattern, places.file_of(place)) for pattern, place in places.MANUAL)


def register() -> None:
    bpy.utils.register_manual_map(manual_map)


def unregister() -> None:
    bpy.utils.unregister_manual_map(manual_map)
