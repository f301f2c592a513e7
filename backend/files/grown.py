# SPDX-License-Identifier: GPL-3.0-or-later
"""New faces that go on with what the border of their part carries: materials, colours, pictures.

Each takes the material of the border that is nearest. Texture coordinates are those of the nearest
border vertex, so that the colours there run on; a triangle whose corners would lie on both sides
of a seam of the map has one place of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..assets.asset import Asset, Attribute, Primitive
from ..contract.arrays import Floats, Ints
from ..geometry.mesh import distinct, normals_by_area
from .gltf.scene import transform_vectors

FAR = 4.0  # times as far in the map as on the surface: there is a seam between
SMOOTH = np.cos(np.radians(45.0))  # faces that meet at less go over into each other
NOT_CARRIED = ("NORMAL", "TANGENT")  # they follow from the new faces


@dataclass(frozen=True)
class Carry:
    """What the new vertices of parts take from the source's.

    parts : whose new faces go on with their border; those of others are caps.
    vertex : (M, 4) rows of the source's vertices, for each new one. weight : (M, 4), how much of
    each; rows add up to 1.
    """

    parts: frozenset[int]
    vertex: NDArray[np.int64]
    weight: NDArray[np.float32]


@dataclass(frozen=True)
class Strip:
    """New faces that go on with one primitive.

    rows : (n,) of its vertices, in the source or beyond it. corners : (m, 3) of these.
    attributes : (n, c) of each. targets : differences (n, 3) of each morph target.
    """

    primitive: Primitive
    rows: Ints
    corners: Ints
    attributes: dict[str, Attribute]
    targets: list[dict[str, Floats]]


class Border:
    """The visible vertices of a part, in all its primitives."""

    def __init__(self, asset: Asset, pieces: Sequence[tuple[Primitive, Ints]]) -> None:
        used = [distinct(primitive.corners[rows]) for primitive, rows in pieces]
        self.pieces = pieces
        self.row = np.concatenate(used)  # in the primitive
        self.piece = np.repeat(np.arange(len(used)), [len(rows) for rows in used])
        self.vertex = np.concatenate(
            [primitive.vertices[rows] for (primitive, _), rows in zip(pieces, used, strict=True)]
        )
        self.place = asset.vertices[self.vertex]
        order = np.argsort(self.vertex, kind="stable")
        self._order, self._sorted = order, self.vertex[order]

    def find(self, vertex: Ints) -> Ints:
        """The number in here of source vertices, -1 for those of other parts."""
        at = np.minimum(np.searchsorted(self._sorted, vertex), len(self._sorted) - 1)
        return np.where(self._sorted[at] == vertex, self._order[at], -1)

    def nearest(self, points: Floats, piece: int | None = None) -> Ints:
        """The number in here of the vertex nearest to each point (n, 3), of one piece or of all."""
        from scipy.spatial import cKDTree

        of = np.arange(len(self.piece)) if piece is None else np.nonzero(self.piece == piece)[0]
        return of[cKDTree(self.place[of]).query(points)[1]]


def own_vertices(border: Border, faces: Ints, vertices: Floats) -> Ints:
    """New faces with the part's own vertices where they name those of others at the same place.

    vertices : (V, 3) of the source; rows beyond it are new and stay.
    """
    named = np.unique(faces[faces < len(vertices)])
    foreign = named[border.find(named) < 0]
    if not len(foreign):
        return faces
    near = border.nearest(vertices[foreign])
    same = (border.place[near] == vertices[foreign]).all(axis=1)
    known = np.arange(int(faces.max()) + 1)
    known[foreign[same]] = border.vertex[near[same]]
    return known[faces]


def strips(
    asset: Asset,
    border: Border,
    faces: Ints,
    new: Floats,
    local: NDArray[np.float32],
    carry: Carry,
    *,
    baked: bool,
    targets: bool,
) -> list[Strip]:
    """The new faces of a part, by the primitive that each goes on with.

    faces : (n, 3) into the source's V vertices and the M `new` ones (world). local : (u, 3), where
    the vertices that they name, in ascending order, will be written. baked : whether that is in the
    world, not in the frame of the part's node. targets : whether morph targets are kept.
    """
    count = len(asset.vertices)
    vertex, corner = np.unique(faces, return_inverse=True)
    corner = corner.reshape(-1, 3)
    world = np.where(
        (vertex < count)[:, None],
        asset.vertices[np.minimum(vertex, count - 1)],
        new[np.maximum(vertex - count, 0)],
    )
    anchor, weight = _anchors(border, vertex, world, count, carry)
    piece_of = border.piece[anchor[:, 0]][corner]
    of_face = np.where(piece_of[:, 1] == piece_of[:, 2], piece_of[:, 1], piece_of[:, 0])
    normal = normals_by_area(local, corner)
    made = []
    for number in np.unique(of_face).tolist():
        primitive, rows = border.pieces[number]
        own = corner[of_face == number]
        near, share = _within(border, number, anchor, weight, world, np.unique(own))
        uv_names = [name for name in primitive.attributes if name.startswith("TEXCOORD_")]
        maps = []
        for name in uv_names:
            uv = primitive.attributes[name].as_float()
            density = _density(asset, primitive, rows, uv)
            maps.append(_continued(uv[border.row[near[own, 0]]], world[own], density))
        flat = np.column_stack([own.reshape(-1), *(uv.reshape(-1, 2) for uv in maps)])
        each, corners = np.unique(flat, axis=0, return_inverse=True)
        at = each[:, 0].astype(np.int64)
        attributes = {
            name: _carried(name, a, border.row[near[at]], share[at])
            for name, a in primitive.attributes.items()
            if name not in NOT_CARRIED and name not in uv_names
        }
        for k, name in enumerate(uv_names):
            attributes[name] = Attribute(each[:, 1 + 2 * k : 3 + 2 * k].astype(np.float32))
        if "NORMAL" in primitive.attributes:
            seen = _seen_normals(asset, primitive, border.row[near[at, 0]], baked)
            joint = (vertex[at] < count) & (np.einsum("ij,ij->i", seen, normal[at]) > SMOOTH)
            shown = np.where(joint[:, None], seen, normal[at])
            attributes["NORMAL"] = Attribute(shown.astype(np.float32))
        moved = [
            {"POSITION": np.einsum("nk,nkc->nc", share[at], t["POSITION"][border.row[near[at]]])}
            if "POSITION" in t else {}
            for t in (primitive.targets if targets else ())
        ]  # fmt: skip
        made.append(Strip(primitive, vertex[at], corners.reshape(-1, 3), attributes, moved))
    return made


def _anchors(
    border: Border, vertex: Ints, world: Floats, count: int, carry: Carry
) -> tuple[Ints, Floats]:
    """The numbers (n, 4) of border vertices that each vertex takes from, the first one most."""
    fresh = vertex >= count
    named = np.tile(vertex[:, None], carry.vertex.shape[1])
    weight = np.zeros(named.shape)
    weight[:, 0] = 1.0
    named[fresh] = carry.vertex[vertex[fresh] - count]
    weight[fresh] = carry.weight[vertex[fresh] - count]
    order = np.argsort(-weight, axis=1, kind="stable")
    named, weight = np.take_along_axis(named, order, 1), np.take_along_axis(weight, order, 1)
    anchor = border.find(named)
    lost = anchor < 0
    if lost.any():
        anchor[lost] = border.nearest(np.broadcast_to(world[:, None], (*named.shape, 3))[lost])
    return anchor, weight


def _within(
    border: Border, piece: int, anchor: Ints, weight: Floats, world: Floats, needed: Ints
) -> tuple[Ints, Floats]:
    """The anchors of one piece alone, with weights that add up to 1, where they are needed."""
    near, share = anchor.copy(), np.zeros_like(weight)
    share[needed] = np.where(border.piece[anchor[needed]] == piece, weight[needed], 0.0)
    none = needed[share[needed].sum(axis=1) <= 0]
    if len(none):
        near[none], share[none, 0] = border.nearest(world[none], piece)[:, None], 1.0
    first = np.argmax(share, axis=1)[:, None]
    outside = border.piece[near] != piece
    near = np.where(outside, np.take_along_axis(near, first, 1), near)
    order = np.argsort(-share, axis=1, kind="stable")
    near, share = np.take_along_axis(near, order, 1), np.take_along_axis(share, order, 1)
    return near, share / np.maximum(share.sum(axis=1, keepdims=True), 1e-300)


def _carried(name: str, attribute: Attribute, rows: Ints, share: Floats) -> Attribute:
    """Values of border vertices (n, 4): colours are mixed, others are those of the nearest."""
    if not name.startswith("COLOR_"):
        return Attribute(attribute.values[rows[:, 0]], attribute.normalized)
    mixed = np.einsum("nk,nkc->nc", share, attribute.as_float()[rows])
    return Attribute(mixed.astype(np.float32))


def _continued(values: Floats, place: Floats, density: float) -> Floats:
    """Places in the map (n, 3, 2) of new triangles.

    values : (n, 3, 2) of the border vertices that are nearest to their corners. place : (n, 3, 3)
    of these. density : length in the map of a length on the surface.
    """
    after = [1, 2, 0]
    far = np.linalg.norm(values - values[:, after], axis=2)
    reach = FAR * density * np.linalg.norm(place - place[:, after], axis=2)
    torn = (far > reach + 1e-6).any(axis=1)
    return np.where(torn[:, None, None], values[:, :1], values)


def _density(asset: Asset, primitive: Primitive, rows: Ints, uv: Floats) -> float:
    """The length in a map (n, 2) of a length on the surface, of a primitive's visible triangles."""
    corners = primitive.corners[rows]
    after = corners[:, [1, 2, 0]]
    place = asset.vertices[primitive.vertices]
    size = np.linalg.norm(place[corners] - place[after], axis=2)
    shown = size > 0
    if not shown.any():
        return 0.0
    return float(np.median(np.linalg.norm(uv[corners] - uv[after], axis=2)[shown] / size[shown]))


def _seen_normals(asset: Asset, primitive: Primitive, rows: Ints, baked: bool) -> Floats:
    """The normals (n, 3) of rows of a primitive, as its visible triangles are written."""
    normal = primitive.attributes["NORMAL"]
    shown = {"NORMAL": Attribute(normal.values[rows], normal.normalized)}
    if baked:
        transform_vectors(shown, [], asset.nodes[primitive.node].matrix[:3, :3])
    return shown["NORMAL"].as_float()
