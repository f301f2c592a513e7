# SPDX-License-Identifier: GPL-3.0-or-later
"""Shape keys of a mesh that was made of pieces of another."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TypeAlias

import bpy

from ...backend.contract.arrays import NDArray, np
from .layers import copy_animation

Points: TypeAlias = "NDArray[np.float32]"


def read_keys(mesh: bpy.types.Mesh) -> list[Points]:
    """(V, 3) float32 for each shape key, in the mesh's own coordinates; none without keys."""
    blocks = mesh.shape_keys.key_blocks if mesh.shape_keys else ()
    return [read_key(block) for block in blocks]


def read_key(block: bpy.types.ShapeKey) -> Points:
    """(V, 3) float32."""
    positions = np.empty((len(block.data), 3), dtype=np.float32)
    if positions.size:
        block.points.foreach_get("co", positions.ravel())
    return positions


def remove_meshes(meshes: Iterable[bpy.types.Mesh]) -> None:
    """Delete meshes with their shape keys, which Blender would leave behind."""
    meshes = list(meshes)
    bpy.data.batch_remove([mesh.shape_keys for mesh in meshes if mesh.shape_keys])
    bpy.data.batch_remove(meshes)


def add_keys(mesh: bpy.types.Mesh, source: bpy.types.Mesh, positions: Sequence[Points]) -> None:
    """Give a mesh without shape keys those of a source, with all settings and animation.

    positions : (V, 3) for each key of the source, in its order.
    """
    if not positions:
        return
    blocks = source.shape_keys.key_blocks
    obj = bpy.data.objects.new(".partwise", mesh)  # only objects can add keys
    try:
        for block, points in zip(blocks, positions, strict=True):
            if mesh.shape_keys and not source.shape_keys.use_relative:
                # Blender places a new absolute key at the current time, and sorts.
                mesh.shape_keys.use_relative = False
                mesh.shape_keys.eval_time = block.frame
            added = obj.shape_key_add(name=block.name, from_mix=False)
            if points.size:
                added.points.foreach_set("co", np.ascontiguousarray(points).ravel())
    finally:
        bpy.data.objects.remove(obj)
    _copy_settings(mesh.shape_keys, source.shape_keys)


def _copy_settings(keys: bpy.types.Key, sources: bpy.types.Key) -> None:
    for block, source in zip(keys.key_blocks, sources.key_blocks, strict=True):
        block.slider_min, block.slider_max = source.slider_min, source.slider_max
        for name in ("value", "mute", "interpolation", "vertex_group", "lock_shape"):
            setattr(block, name, getattr(source, name))
        if source.relative_key is not None:
            block.relative_key = keys.key_blocks[source.relative_key.name]
    keys.use_relative, keys.eval_time = sources.use_relative, sources.eval_time
    copy_animation(keys, sources)
