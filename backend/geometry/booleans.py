# SPDX-License-Identifier: GPL-3.0-or-later
"""Solids joined and cut by manifold3d, and what can be said of solids where it is not there."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..contract.arrays import Floats, Ints
from .mesh import is_closed_manifold, same_positions

Mesh = tuple[Floats, Ints]  # (V, 3) vertices and (F, 3) faces


def available() -> bool:
    """Whether manifold3d is there."""
    from importlib.util import find_spec

    return find_spec("manifold3d") is not None


def welded(vertices: Floats, faces: Ints) -> Mesh:
    """The same surface with one vertex for each place, without faces that have no area."""
    first = same_positions(vertices)
    corners = first[faces]
    whole = (corners != np.roll(corners, 1, axis=1)).all(axis=1)
    used, corners = np.unique(corners[whole], return_inverse=True)
    return vertices[used], corners.reshape(-1, 3).astype(np.int64)


def is_solid(vertices: Floats, faces: Ints) -> bool:
    """Whether a surface, welded, is closed and wound the same way everywhere."""
    corners = welded(vertices, faces)[1]
    return len(corners) > 0 and is_closed_manifold(corners)


def concatenated(meshes: Sequence[Mesh]) -> Mesh:
    """Several meshes in one, nothing joined."""
    if not meshes:
        return np.empty((0, 3)), np.empty((0, 3), np.int64)
    counts = np.cumsum([0, *(len(v) for v, _ in meshes)])
    faces = [f + start for (_, f), start in zip(meshes, counts[:-1], strict=True)]
    return np.concatenate([v for v, _ in meshes]), np.concatenate(faces)


def union(meshes: Sequence[Mesh]) -> Mesh:
    """One surface around closed meshes; where that cannot be, the meshes as they are, in one."""
    return _combined(meshes, "Add") or concatenated(meshes)


def difference(mesh: Mesh, others: Sequence[Mesh]) -> Mesh | None:
    """A solid without what lies in others; None where one is no solid or nothing remains."""
    return _combined([mesh, *others], "Subtract")


def simplified(mesh: Mesh, most: int) -> Mesh | None:
    """A solid of at most `most` faces that stays near the given one; None where that cannot be."""
    solid = _manifold(mesh)
    if solid is None:
        return None
    size = float(np.ptp(mesh[0], axis=0).max())
    for tolerance in np.geomspace(1e-4, 0.03, 16):
        if solid.num_tri() <= most:
            break
        solid = solid.simplify(float(tolerance * size))
    found = _arrays(solid)
    return found if 4 <= len(found[1]) <= most else None


def coarser(mesh: Mesh, tolerance: float) -> Mesh | None:
    """A solid of fewer faces, few where it is flat, that is as near as `tolerance`, a share of its
    size; None where that cannot be.
    """
    solid = _manifold(mesh)
    if solid is None:
        return None
    found = _arrays(solid.simplify(tolerance * float(np.ptp(mesh[0], axis=0).max())))
    return found if len(found[1]) >= 4 else None


def _combined(meshes: Sequence[Mesh], how: str) -> Mesh | None:
    solids = [_manifold(mesh) for mesh in meshes]
    if not solids or any(solid is None for solid in solids):
        return None
    import manifold3d

    found = manifold3d.Manifold.batch_boolean(solids, getattr(manifold3d.OpType, how))
    if found.is_empty():
        return None
    return _arrays(found)


def _manifold(mesh: Mesh):  # type: ignore[no-untyped-def]
    """manifold3d's own form; None where the mesh is no solid, or the library is not there."""
    if not available():
        return None
    import manifold3d

    vertices, faces = mesh
    if not is_closed_manifold(faces):  # faces that touch may have vertices of their own
        vertices, faces = welded(*mesh)
    if not len(faces) or not is_closed_manifold(faces):
        return None
    corners = np.ascontiguousarray(faces, dtype=np.uint64)
    given = manifold3d.Mesh64(np.ascontiguousarray(vertices, dtype=np.float64), corners)
    solid = manifold3d.Manifold(given)
    good = solid.status() == manifold3d.Error.NoError and not solid.is_empty()
    return solid if good else None


def _arrays(solid) -> Mesh:  # type: ignore[no-untyped-def]
    made = solid.to_mesh64()
    vertices = np.array(made.vert_properties, dtype=np.float64)[:, :3]
    return vertices, np.array(made.tri_verts, dtype=np.int64)
