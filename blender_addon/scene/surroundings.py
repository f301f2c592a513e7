# SPDX-License-Identifier: GPL-3.0-or-later
"""A part and all that is around it, in the world: what the engine needs to replace it.

Parts of one mesh and part objects come to the same: triangles, Z up, with the part of each; where
part objects touch, as they did before they were split, they share vertices again.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TypeAlias

import bpy

from ...backend.contract.arrays import NDArray, np
from ...backend.contract.errors import BadInput
from ...backend.contract.records import Record, Value
from ...backend.contract.requests import fingerprint
from ..mesh.caps import faces_of_caps
from ..mesh.labels import get_labels, has_labels
from ..mesh.read import MeshArrays, Snapshot
from . import explode
from .assembly import assembly_of
from .assembly_join import parts_of
from .parts import active_part, default_name

Floats: TypeAlias = "NDArray[np.float64]"

SLACK = 1e-5  # share of the size: vertices that are nearer were one before the split


class Spot(Value):
    """Where a part is: an object, and the id of a part of its mesh unless it is one itself.

    world : (4, 4) of the object, where it really is.
    """

    uid: int
    part_id: int | None
    name: str
    world: Floats


class _Piece(Record):
    """One object: its mesh, its matrix (4, 4), the label of each polygon, -1 to leave it out."""

    snapshot: Snapshot
    world: Floats
    labels: NDArray[np.int32]


class Surroundings(Record):
    """part : number of the part that is to be replaced; spots : of each number. title : what all of
    it is called."""

    part: int
    spots: list[Spot]
    pieces: list[_Piece]
    title: str

    @property
    def spot(self) -> Spot:
        """Of the part that is to be replaced."""
        return self.spots[self.part]

    def arrays(self) -> tuple[MeshArrays, NDArray[np.int32]]:
        """The mesh in the world and (F,) int32 part numbers. Touches no data of Blender's."""
        vertices, faces, labels, count = [], [], [], 0
        for piece in self.pieces:
            arrays = piece.snapshot.arrays(piece.labels >= 0)
            own = piece.snapshot.positions[arrays.vertex].astype(np.float64)
            vertices.append(own @ piece.world[:3, :3].T + piece.world[:3, 3])
            mirrored = np.linalg.det(piece.world[:3, :3]) < 0
            faces.append((arrays.faces[:, ::-1] if mirrored else arrays.faces) + count)
            labels.append(piece.labels[arrays.polygon])
            count += len(own)
        points, corners = np.concatenate(vertices), np.concatenate(faces)
        if len(self.pieces) > 1:
            points, number = welded(points)
            triangles = number[corners].astype(np.int32)
        else:
            triangles = corners.astype(np.int32)
        vertex = np.arange(len(points), dtype=np.int32)
        polygon = np.arange(len(triangles), dtype=np.int32)
        name = fingerprint(points, triangles)
        mesh = MeshArrays(points, triangles, vertex, polygon, len(polygon), np.eye(3), name)
        return mesh, np.concatenate(labels).astype(np.int32)


def why_not(obj: bpy.types.Object | None) -> str:
    """Why no part of an object can be replaced, for a tooltip; empty when one can."""
    if obj is None or obj.type != "MESH":
        return "Select an object with parts, or a part"
    if has_labels(obj.data):
        return "" if active_part(obj.data) else "Choose a part in the list"
    if obj.partwise.source is None:
        if was_part(obj):
            return "The original of this part is gone. Undo that, or decompose the part itself"
        return "This object has no parts yet. Press Decompose first"
    if assembly_of(obj) is None:
        return "This part is not among the others. Put it back into their collection"
    return ""


def was_part(obj: bpy.types.Object | None) -> bool:
    """Did Split make this object, whatever became of its original?"""
    return obj is not None and obj.type == "MESH" and obj.partwise.part_id >= 0


def called(obj: bpy.types.Object) -> str:
    """What a part is called: the active one of a mesh, or an object without its original's name."""
    row = active_part(obj.data) if has_labels(obj.data) else None
    return str(row.name if row else _own_name(obj))


def meaning(name: str) -> str:
    """What a part's name says of it: nothing where it was never named."""
    return "" if re.fullmatch(r"(Part[ .]\d+(\.[LR])?|Rest|Loose)(\.\d+)?", name) else name


def surroundings_of(obj: bpy.types.Object) -> Surroundings:
    """Of the active part of a mesh, or of a part object. Raises BadInput when it is neither."""
    objection = why_not(obj)
    if objection:
        raise BadInput(f"{objection}.")
    found = _in_mesh(obj) if has_labels(obj.data) else _in_assembly(obj)
    linear = found.spot.world[:3, :3]
    if not np.isfinite(linear).all() or abs(np.linalg.det(linear)) < 1e-18:
        raise BadInput(f"“{obj.name}” is scaled to nothing.", "Give it a size, then try again.")
    return found


def welded(points: Floats) -> tuple[Floats, NDArray[np.int64]]:
    """Points that are the same up to rounding made one: (n, 3), and the new number of each.

    Two grids, one moved by half a cell: what one of them tears apart is together in the other.
    """
    size = float(np.ptp(points, axis=0).max(initial=0.0)) * SLACK or 1.0
    scaled = (points - points.min(axis=0)) / size
    leader = np.arange(len(points))
    for shift in (0.0, 0.5, 0.0):
        cells = np.floor(scaled + shift).astype(np.int64)
        _, cell = np.unique(cells, axis=0, return_inverse=True)
        cell = cell.reshape(-1)
        first = np.full(cell.max() + 1, len(points))
        np.minimum.at(first, cell, leader)
        leader = first[cell]
    while (leader != leader[leader]).any():
        leader = leader[leader]
    kept, number = np.unique(leader, return_inverse=True)
    return points[kept], number.reshape(-1)


def _in_mesh(obj: bpy.types.Object) -> Surroundings:
    world = np.array(obj.matrix_world, dtype=np.float64)
    ids, labels = np.unique(get_labels(obj.data), return_inverse=True)
    names = {row.part_id: row.name for row in obj.data.partwise.parts}
    spots = [
        Spot(obj.session_uid, part_id, names.get(part_id) or default_name(part_id), world)
        for part_id in ids.tolist()
    ]
    row = active_part(obj.data)
    piece = _Piece(Snapshot.of(obj), world, labels.reshape(-1).astype(np.int32))
    assert row is not None
    return Surroundings(ids.tolist().index(row.part_id), spots, [piece], obj.name)


def _in_assembly(obj: bpy.types.Object) -> Surroundings:
    folder = assembly_of(obj)
    assert folder is not None
    parts = [
        part
        for part in parts_of(folder)
        if len(part.data.polygons) and (part == obj or part.visible_get())
    ]
    if obj not in parts:
        raise BadInput(f"“{obj.name}” has no faces.", "Choose a part that has faces.")
    spots, pieces = [], []
    for number, (part, world) in enumerate(zip(parts, _worlds(parts), strict=True)):
        spots.append(Spot(part.session_uid, None, _own_name(part), world))
        snapshot = Snapshot.of(part)
        labels = np.full(len(snapshot.starts), number, dtype=np.int32)
        caps = faces_of_caps(part.data)
        if not caps.all():
            labels[caps] = -1
        pieces.append(_Piece(snapshot, world, labels))
    return Surroundings(parts.index(obj), spots, pieces, obj.partwise.source.name)


def _worlds(parts: Sequence[bpy.types.Object]) -> list[Floats]:
    return [np.array(world, dtype=np.float64) for world in explode.worlds_at_rest(parts)]


def _own_name(obj: bpy.types.Object) -> str:
    """A part object's name, without that of its original."""
    source = obj.partwise.source
    return str(obj.name.removeprefix(f"{source.name}.") if source else obj.name)
