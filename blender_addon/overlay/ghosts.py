# SPDX-License-Identifier: GPL-3.0-or-later
"""The meshes of a proposal, drawn lit over the 3D views as if they were in the scene."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

import bpy
from mathutils import Matrix

from ...backend.contract.arrays import np
from ..scene import proposals
from ..scene.proposals import Ghost
from .mesh import Floats, Ints

if TYPE_CHECKING:
    from .shader import DrawnFaces

BIAS = 5e-4  # share of the distance to the eye: above the colours of parts, below their borders
CREASE = math.cos(math.radians(30.0))  # between a face and its neighbours: more is seen as an edge

_batches: WeakKeyDictionary[Ghost, tuple[Any, Any]] = WeakKeyDictionary()


def draw_view(context: bpy.types.Context) -> None:
    """Draw what is seen of the proposal in a 3D view, if there is one."""
    proposal = proposals.current()
    if proposal is None:
        return
    view = context.region_data
    placed = []
    for ghost in proposal.variant.ghosts:
        world = world_of(ghost, context)
        if world is not None:
            placed.append((ghost, world))
    draw(
        placed,
        view.view_matrix,
        view.window_matrix,
        clip_planes=[*view.clip_planes] if view.use_clip_planes else (),
    )


def draw(
    placed: Sequence[tuple[Ghost, Matrix]],
    view: Matrix,
    projection: Matrix,
    *,
    clip_planes: Sequence[Sequence[float]] = (),
) -> None:
    """Draw ghosts, each with its matrix to the world, into the active frame buffer."""
    from . import shader as shaders

    for in_front in (False, True):
        faces = [drawn(ghost, world) for ghost, world in placed if is_in_front(ghost) == in_front]
        shaders.draw_faces(
            faces, view, projection, bias=BIAS, in_front=in_front, clip_planes=clip_planes
        )


def drawn(ghost: Ghost, world: Matrix) -> DrawnFaces:
    """A ghost on the graphics card, where it stays as long as the ghost."""
    from . import shader as shaders

    if ghost not in _batches:
        corners = ghost.faces.ravel()
        places = ghost.vertices[corners].astype(np.float32)
        per_face = ghost.colours.ndim == 2
        face: Ints = np.repeat(np.arange(len(ghost.faces), dtype=np.int32) * per_face, 3)
        batch = shaders.face_batch(places, corner_normals(ghost), face)
        _batches[ghost] = batch, shaders.colour_texture(np.atleast_2d(ghost.colours))
    batch, colours = _batches[ghost]
    return shaders.DrawnFaces(batch, colours, world)


def is_in_front(ghost: Ghost) -> bool:
    """Is it seen through everything else, of itself or as the object is that it follows?"""
    obj = None if ghost.in_front or ghost.uid is None else proposals.find(ghost.uid)
    return ghost.in_front or (obj is not None and obj.show_in_front)


def world_of(ghost: Ghost, context: bpy.types.Context) -> Matrix | None:
    """Its matrix to the world; None while the object that it follows is not seen."""
    own = Matrix(np.asarray(ghost.matrix, dtype=float).tolist())
    if ghost.uid is None:
        return own
    obj = proposals.find(ghost.uid)
    layer = context.view_layer
    if obj is None or not obj.visible_get(view_layer=layer, viewport=context.space_data):
        return None
    return obj.evaluated_get(layer.depsgraph).matrix_world @ own


def corner_normals(ghost: Ghost) -> Floats:
    """(3 F, 3): smooth at vertices round which faces turn little, else those of the faces."""
    triangles = ghost.vertices[ghost.faces].astype(np.float64)
    turned = np.cross(triangles[:, 1] - triangles[:, 0], triangles[:, 2] - triangles[:, 0])
    corners = ghost.faces.ravel()
    count = len(ghost.vertices)
    sums = [np.bincount(corners, np.repeat(turned[:, k], 3), count) for k in range(3)]
    flat, smooth = np.repeat(_unit(turned), 3, axis=0), _unit(np.stack(sums, axis=1))[corners]
    is_turned = np.einsum("ij,ij->i", flat, smooth) < CREASE
    is_edge = np.bincount(corners, is_turned, count)[corners] > 0
    return np.where(is_edge[:, None], flat, smooth).astype(np.float32)


def _unit(vectors: Floats) -> Floats:
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(vectors / np.maximum(lengths, 1e-30))
