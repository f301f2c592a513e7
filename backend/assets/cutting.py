# SPDX-License-Identifier: GPL-3.0-or-later
"""A mesh file whose triangles were cut along smooth borders, with all that its vertices carry."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ..contract.arrays import Bools, Floats, Ints, Singles
from ..contract.cuts import vertices_of_new
from ..geometry.borders.cut import Cut
from ..geometry.mesh import distinct
from .asset import Asset, Attribute, Primitive


def cut_asset(asset: Asset, cut: Cut) -> Asset:
    """The asset with the triangles of `cut`, which is of its own.

    New vertices lie on edges, or in triangles, of the old ones, and everything that these carry is
    interpolated there: UVs, colours, normals, morph targets. What is not cut stays as it is stored.
    """
    owner = np.full(len(asset.faces), -1)
    held = np.full((len(asset.faces), 3), -1)  # the row of each corner in its own primitive
    for number, primitive in enumerate(asset.primitives):
        corners = primitive.corners
        if asset.nodes[primitive.node].mirrored:
            corners = corners[:, ::-1]
        owner[primitive.faces], held[primitive.faces] = number, corners
    old = len(asset.vertices)
    named = asset.faces.ravel()[cut.rows]
    first, row = vertices_of_new(named, cut.weight, cut.point)
    mixed, moved = cut.blend(asset.vertices, named), cut.blend(asset.local, named)
    corner = np.concatenate([asset.faces.ravel(), old + row])
    own, made = owner[cut.source], owner[cut.rows[:, 0] // 3]
    primitives = [
        _cut_primitive(
            primitive, cut, held.ravel(), old + row, own == number, np.flatnonzero(made == number),
            mirrored=asset.nodes[primitive.node].mirrored,
        )
        for number, primitive in enumerate(asset.primitives)
    ]  # fmt: skip
    return replace(
        asset,
        vertices=np.concatenate([asset.vertices, mixed[first]]),
        faces=corner[cut.corner],
        local=np.concatenate([asset.local, moved[first].astype(np.float32)]),
        vertex_node=np.concatenate([asset.vertex_node, asset.vertex_node[named[first, 0]]]),
        primitives=primitives,
    )


def _cut_primitive(
    primitive: Primitive,
    cut: Cut,
    held: Ints,
    vertex: Ints,
    triangles: Bools,
    made: Ints,
    *,
    mirrored: bool,
) -> Primitive:
    """A primitive with its triangles (G,) bool, and the new corners (N,) that are on them.

    held : (3F,) row of each corner in its own primitive. vertex : of each new corner in the asset.
    """
    faces = np.flatnonzero(triangles)
    if not len(made):
        return replace(primitive, faces=faces)
    used = distinct(primitive.corners)
    named = np.searchsorted(used, held[cut.rows[made]])
    first, number = vertices_of_new(named, cut.weight[made], cut.point[made])
    row = np.full(len(cut.rows), -1)
    row[made] = len(used) + number
    corner = cut.corner[faces]
    new = corner >= len(held)
    corners = np.empty_like(corner)
    corners[~new] = np.searchsorted(used, held[corner[~new]])
    corners[new] = row[corner[new] - len(held)]
    mixing = _Mixing(cut, made[first], named[first], used)
    return replace(
        primitive,
        corners=corners[:, ::-1] if mirrored else corners,
        faces=faces,
        vertices=np.concatenate([primitive.vertices[used], vertex[made[first]]]),
        attributes={name: mixing.mixed(name, a) for name, a in primitive.attributes.items()},
        targets=[
            {
                name: np.concatenate([values[used], mixing.blend(values[used]).astype(np.float32)])
                for name, values in target.items()
            }
            for target in primitive.targets
        ],
    )


class _Mixing:
    """Values of new vertices of a primitive, from those that they lie between.

    corners : (n,) one corner of each. named : (n, 3) their vertices among those used (u,).
    """

    def __init__(self, cut: Cut, corners: Ints, named: Ints, used: Ints) -> None:
        self.weight, self.named, self.used = cut.weight[corners], named, used

    def blend(self, values: Floats | Singles) -> Floats:
        mixed: Floats = np.einsum("nk,nkc->nc", self.weight, values[self.named])
        return mixed

    def mixed(self, name: str, attribute: Attribute) -> Attribute:
        """Values (u + n, c) in the type in which they are stored."""
        values = attribute.values[self.used]
        if values.dtype.kind != "f" and not attribute.normalized:  # numbers of something
            most = self.weight.argmax(axis=1)
            new = values[self.named[np.arange(len(most)), most]]
            return Attribute(np.concatenate([values, new]))
        meant = Attribute(values, attribute.normalized).as_float()
        new = self.blend(meant)
        if name in ("NORMAL", "TANGENT"):
            length = np.linalg.norm(new[:, :3], axis=1, keepdims=True)
            most = self.named[np.arange(len(new)), self.weight.argmax(axis=1)]
            new[:, :3] = np.where(
                length > 0, new[:, :3] / np.maximum(length, 1e-300), meant[most, :3]
            )
            new[:, 3:] = meant[most, 3:]
        if values.dtype.kind != "f":
            new = np.rint(new * float(np.iinfo(values.dtype).max))
        return Attribute(np.concatenate([values, new.astype(values.dtype)]), attribute.normalized)
