# SPDX-License-Identifier: GPL-3.0-or-later
"""Is a part still what it was cut from? Compared with the source, element by element.

Caps are not compared: the source has none, and Join Back takes them off.
"""

from __future__ import annotations

import math
from typing import Any

import bpy
from mathutils import Matrix

from ...backend.contract.arrays import NDArray, np
from ...backend.contract.records import Value
from . import layers as mesh_layers
from . import shading as mesh_shading
from .caps import Rows, corners_at_rims, elements_of_caps, rims_digest, rims_of_caps
from .delta import own_delta
from .keys import read_keys
from .labels import ATTRIBUTE
from .layers import (
    CAP,
    CUSTOM_NORMAL,
    NEW,
    ORIGIN,
    PASSING,
    SHARP,
    corner_faces,
    edge_vertices,
    origin,
)
from .read import corner_vertices, positions

NEAR = 2e-6  # of the size of the source: the rounding of an origin that was moved
SHADED_ALIKE = math.radians(0.2)
CODED_ALIKE = 8  # steps of a stored custom normal: what is rounded where it is encoded anew


def place_in_source(part: bpy.types.Object, source: bpy.types.Object) -> Matrix:
    """4 x 4, the part's coordinates to the source's, without the exploded view."""
    own, other = part.matrix_basis.copy(), source.matrix_basis
    own.translation = part.location + own_delta(part)
    kin = all(
        getattr(part, name) == getattr(source, name)
        for name in ("parent", "parent_type", "parent_bone", "matrix_parent_inverse")
    )
    if kin:  # whatever moves the parent moves both
        return Matrix.Identity(4) if own == other else other.inverted_safe() @ own
    offset = part.matrix_basis.inverted_safe() @ own
    return source.matrix_world.inverted_safe() @ part.matrix_world @ offset


def are_whole(parts_of: list[bpy.types.Object], source: bpy.types.Object) -> bool:
    """Do unchanged parts make up their source, each face once?"""
    for domain, used in (("FACE", "polygons"), ("POINT", "vertices")):
        found = [origin(part.data, domain) for part in parts_of]
        ids = np.concatenate([found_in[found_in != NEW] for found_in in found] or [np.empty(0)])
        times = np.bincount(ids.astype(np.int64), minlength=len(getattr(source.data, used)))
        if len(times) != len(getattr(source.data, used)) or (times == 0).any():
            return False
        if domain == "FACE" and (times > 1).any():
            return False
    return all(is_unchanged(part, source) for part in parts_of)


def is_unchanged(part: bpy.types.Object, source: bpy.types.Object) -> bool:
    """Is a part, but for its caps, in shape, place and all layers, that of its source?"""
    mesh, whole = part.data, source.data
    if mesh.library is not None:
        return False
    cut = _Cut.of(mesh)
    place = place_in_source(part, source)
    return (
        _same_topology(mesh, whole, cut)
        and _same_places(mesh, whole, cut, place)
        and _same_layers(mesh, whole, cut)
        and _same_shading(mesh, whole, cut)
        and _same_slots(mesh, whole, cut)
        and _same_weights(part, source, cut)
    )


class _Cut(Value):
    """What the cut left of the source: the rows of a part's elements that are not of caps alone.

    row : domain -> (n,) rows; id : domain -> (n,) elements of the source.
    """

    row: dict[str, Rows]
    id: dict[str, Rows]

    @classmethod
    def of(cls, mesh: bpy.types.Mesh) -> _Cut:
        row = {name: np.nonzero(~of_cap)[0] for name, of_cap in elements_of_caps(mesh).items()}
        return cls(row, {name: origin(mesh, name)[rows] for name, rows in row.items()})


def at_source(
    points: NDArray[Any], place: Matrix, sources: NDArray[Any], size: float
) -> NDArray[np.float32]:
    """Points (N, 3) of a part in the source's coordinates; exactly the source's where it was.

    sources : (N, 3) of the points that these are copies of, infinite for new ones.
    size : of the source, to tell rounding from moving.
    """
    matrix = np.array(place)
    moved = points.astype(np.float64) @ matrix[:3, :3].T + matrix[:3, 3]
    slack = NEAR * (size + float(np.abs(matrix[:3, 3]).max()))
    here = np.linalg.norm(moved - sources, axis=1) <= slack
    return np.where(here[:, None], sources, moved).astype(np.float32)


def extent(points: NDArray[Any]) -> float:
    """The longest side of the box round points (N, 3)."""
    return float(np.ptp(points, axis=0).max()) if len(points) else 0.0


def _same_topology(mesh: bpy.types.Mesh, whole: bpy.types.Mesh, cut: _Cut) -> bool:
    counts = mesh_layers.sizes(whole)
    if any(((ids < 0) | (ids >= counts[domain])).any() for domain, ids in cut.id.items()):
        return False
    vertex = origin(mesh, "POINT")
    edge, face, corner = (cut.id[domain] for domain in ("EDGE", "FACE", "CORNER"))
    ends, other_ends = vertex[edge_vertices(mesh)[cut.row["EDGE"]]], edge_vertices(whole)[edge]
    owner = corner_faces(mesh)[cut.row["CORNER"]]
    totals = np.bincount(corner_faces(whole), minlength=counts["FACE"])
    found = np.bincount(owner, minlength=len(mesh.polygons))[cut.row["FACE"]]
    return (
        np.array_equal(np.sort(ends, axis=1), np.sort(other_ends, axis=1))
        and np.array_equal(
            vertex[corner_vertices(mesh)[cut.row["CORNER"]]], corner_vertices(whole)[corner]
        )
        and np.array_equal(origin(mesh, "FACE")[owner], corner_faces(whole)[corner])
        and np.array_equal(found, totals[face])
        and bool((np.diff(corner)[np.diff(owner) == 0] == 1).all())
    )


def _same_places(mesh: bpy.types.Mesh, whole: bpy.types.Mesh, cut: _Cut, place: Matrix) -> bool:
    row, vertex = cut.row["POINT"], cut.id["POINT"]
    names, others = ([k.name for k in m.shape_keys.key_blocks] if m.shape_keys else []
                     for m in (mesh, whole))  # fmt: skip
    if names != others:
        return False
    pairs = zip(
        [positions(mesh), *read_keys(mesh)], [positions(whole), *read_keys(whole)], strict=True
    )
    size = extent(positions(whole))
    return all(
        np.array_equal(at_source(mine[row], place, theirs[vertex], size), theirs[vertex])
        for mine, theirs in pairs
    )


def _same_slots(mesh: bpy.types.Mesh, whole: bpy.types.Mesh, cut: _Cut) -> bool:
    """The same materials on the faces, and no slots but those of the whole, of which some may have
    been dropped, and those that caps have for themselves."""
    index, other = _slots(mesh), _slots(whole)
    row, face = cut.row["FACE"], cut.id["FACE"]
    mine, theirs = list(mesh.materials), list(whole.materials)
    pairs = np.unique(np.stack([index[row], other[face]], axis=1), axis=0).tolist()
    if any((mine or [None])[one] != (theirs or [None])[two] for one, two in pairs):
        return False
    known = set(np.setdiff1d(index, index[row]).tolist())  # of caps
    if not theirs:  # a slot without material was put before
        known.add(0)
    return all(slot in known or material in theirs for slot, material in enumerate(mine))


def _slots(mesh: bpy.types.Mesh) -> Rows:
    """(F,) the material slot of each polygon, as Blender reads it: the last for those beyond."""
    index = np.zeros(len(mesh.polygons), dtype=np.int32)
    mesh.polygons.foreach_get("material_index", index)
    return index.clip(0, max(len(mesh.materials) - 1, 0)).astype(np.int64)


def _same_layers(mesh: bpy.types.Mesh, whole: bpy.types.Mesh, cut: _Cut) -> bool:
    for name in _compared(mesh) | _compared(whole):
        one, two = mesh.attributes.get(name), whole.attributes.get(name)
        present = one or two
        if one and two and (one.data_type, one.domain) != (two.data_type, two.domain):
            return False
        row, ids = cut.row[present.domain], cut.id[present.domain]
        mine = None if one is None else mesh_layers.read(one)[row]
        theirs = None if two is None else mesh_layers.read(two)[ids]
        if name == SHARP and mine is not None:  # which caps made their rims
            mine, theirs = _off_rims(mesh, cut, mine), _off_rims(mesh, cut, theirs)
        if mine is None or theirs is None:  # Blender leaves out what is false everywhere
            known = theirs if mine is None else mine
            if np.any(known):
                return False
        elif not np.array_equal(mine, theirs):
            return False
    if bpy.app.version >= (5, 0):
        return True
    marks = (mesh_layers.Lost.of(m).marks for m in (mesh, whole))
    return all(
        np.array_equal(one[cut.row[domain]], two[cut.id[domain]])
        for (domain, one), two in zip(next(marks).items(), next(marks).values(), strict=True)
    )


def _off_rims(mesh: bpy.types.Mesh, cut: _Cut, values: NDArray[Any] | None) -> NDArray[Any] | None:
    """The values of those of the cut's edges to which no cap is joined."""
    return None if values is None else values[~rims_of_caps(mesh)[cut.row["EDGE"]]]


def _compared(mesh: bpy.types.Mesh) -> set[str]:
    """Names of the layers that are compared as they are."""
    apart = {"position", "material_index", CUSTOM_NORMAL, ATTRIBUTE, CAP, *ORIGIN.values()}
    apart |= {".edge_verts", ".corner_vert", ".corner_edge"}
    names = {layer.name for layer in mesh.attributes}
    return {name for name in names - apart if not name.startswith(PASSING)}


def _same_shading(mesh: bpy.types.Mesh, whole: bpy.types.Mesh, cut: _Cut) -> bool:
    """The normals of the whole, or at least the same custom normals; or as caps left their rims."""
    row, corner = cut.row["CORNER"], cut.id["CORNER"]
    stored = []
    for owner in (mesh, whole):
        data = mesh_shading.custom_data(owner)
        stored.append(np.zeros((len(owner.loops), 2), np.int16) if data is None else data)
    off = np.abs(stored[0][row].astype(np.int32) - stored[1][corner])
    same = (off <= CODED_ALIKE).all(axis=1)
    if mesh.partwise.rims and mesh.partwise.rims == rims_digest(mesh):
        same |= corners_at_rims(mesh)[row]
    chord = np.linalg.norm(
        mesh_shading.corner_normals(mesh)[row] - mesh_shading.corner_normals(whole)[corner], axis=1
    )
    return bool((same | (chord <= SHADED_ALIKE)).all())


def _same_weights(part: bpy.types.Object, source: bpy.types.Object, cut: _Cut) -> bool:
    names = [group.name for group in source.vertex_groups]
    if [group.name for group in part.vertex_groups] != names:
        return False
    if not names:
        return True
    vertices, others = part.data.vertices, source.data.vertices
    return all(  # Blender gives weights one by one only
        sorted((g.group, g.weight) for g in vertices[row].groups)
        == sorted((g.group, g.weight) for g in others[number].groups)
        for row, number in zip(cut.row["POINT"].tolist(), cut.id["POINT"].tolist(), strict=True)
    )
