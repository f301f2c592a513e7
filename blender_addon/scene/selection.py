# SPDX-License-Identifier: GPL-3.0-or-later
"""Which objects are selected after something was done; only those of the view layer can be."""

from __future__ import annotations

from collections.abc import Sequence

import bpy


def is_in(layer: bpy.types.ViewLayer, obj: bpy.types.Object) -> bool:
    """Is an object in a view layer? Not one of another scene, or of an excluded collection."""
    found = layer.objects.get(obj.name)
    if found is None or found == obj:
        return found is not None
    return any(each == obj for each in layer.objects)  # a linked one may have the same name


def select_only(context: bpy.types.Context, objects: Sequence[bpy.types.Object]) -> None:
    """Select these objects and no others; the first one is active. Those that are not in the view
    layer cannot be, and are left out."""
    layer = context.view_layer
    for obj in context.selected_objects:
        obj.select_set(False)
    seen = [obj for obj in objects if is_in(layer, obj)]
    for obj in seen:
        obj.select_set(True)
    layer.objects.active = seen[0] if seen else None
