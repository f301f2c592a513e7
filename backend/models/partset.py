# SPDX-License-Identifier: GPL-3.0-or-later
"""The part generator's autoencoder: latents on a lattice, for shapes and for what their parts are.

Points of a surface become tokens, one for each cell of a lattice over the cube [-1, 1]^3, of 16
channels each; tokens become a signed distance anywhere, and, prompted by one of them, masks of the
part that it belongs to (the Geom-Seg latents of UniPart, with masks and expected IoU as in Segment
Anything, Kirillov et al., 2023). A latent set in the manner of VecSet (Zhang et al., 2023) whose
members have a place: the points of a cell are pooled there, and a query reads the cells around it,
which is a hundred times less work than attention over all tokens and learns as much faster.

Three kinds of shapes share the arrays: parts in a frame of their own, parts in the frame of their
object, and whole objects on a finer lattice, with labels where somebody knows them.

B shapes, P points, Q queries, T cells, N prompts, M masks, C channels, W width, G nodes a side.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from .blocks import WAVES, Blocks, SetOps, Shapes

Array = Any  # NDArray[np.float32] or torch.Tensor
OWN, PLACED, WHOLE = 0, 1, 2  # kinds of shapes
KINDS = ("own", "placed", "whole")
SPLIT = 2  # nodes of a cell along each side
TOLD = 3 + 6 * WAVES
REACHES = (0.1, 0.3, 0.9)  # distances by which places that look at each other know near from far
NEAR = len(REACHES) + 2  # numbers that a pair of places is known by


@dataclass(frozen=True)
class PartSetConfig:
    """Sizes.

    cells, whole_cells : of the lattice along each side, of parts and of whole objects. channels :
    of a latent. width, heads : of the tokens. encoding, decoding : blocks. point_width : of the
    features that are pooled. field_width : of what nodes say to queries. label_width : of the code
    of a label. segmenting : blocks after which tokens tell of parts. segment_width : of what nodes
    say of them. mask_width, masks, prompting : channels that compare prompts and places, answers to
    a prompt, and blocks in which prompts look at the tokens. clip : distance at which the field
    says no more. looking, place_width : blocks in which places that are compared look at each
    other, 0 where each is known alone, and their width.
    """

    cells: int = 4
    whole_cells: int = 6
    channels: int = 16
    width: int = 192
    heads: int = 6
    encoding: int = 2
    decoding: int = 4
    point_width: int = 64
    field_width: int = 48
    label_width: int = 8
    segmenting: int = 2
    segment_width: int = 32
    mask_width: int = 32
    masks: int = 3
    prompting: int = 2
    clip: float = 0.1
    looking: int = 0
    place_width: int = 96

    def side(self, kind: int) -> int:
        """Cells along each side of the lattice of a kind."""
        return self.whole_cells if kind == WHOLE else self.cells


def shapes(config: PartSetConfig) -> dict[str, tuple[int, ...]]:
    """The arrays and their shapes."""
    c, found = config, Shapes()
    found["latent.mean"] = found["latent.deviation"] = (len(KINDS), c.channels)
    found["kind.in"] = found["kind.out"] = (len(KINDS), c.width)
    found.linear("point.in", 6 + c.label_width, c.point_width)
    found.linear("point.out", c.point_width, c.point_width)
    found.linear("cell.in", SPLIT**3 * (c.point_width + 1), c.width)
    found.linear("place.in", TOLD, c.width)
    for k in range(c.encoding):
        found.block(f"encode{k}", c.width)
    found.norm("encoded", c.width)
    found.linear("latent.out", c.width, c.channels)
    found.linear("latent.in", c.channels, c.width)
    found.linear("place.out", TOLD, c.width)
    for k in range(c.decoding):
        found.block(f"decode{k}", c.width)
    found.norm("decoded", c.width)
    found.linear("nodes", c.width, SPLIT**3 * c.field_width)
    found.linear("field.in", c.field_width + 6, 2 * c.field_width)
    found.linear("field.hidden", 2 * c.field_width, 2 * c.field_width)
    found.linear("field.out", 2 * c.field_width, 1)
    found.linear("anchor", c.width, 4)
    for k in range(c.segmenting):
        found.block(f"segment{k}", c.width)
    found.norm("segmented", c.width)
    found.linear("mask.nodes", c.width, SPLIT**3 * c.segment_width)
    if c.looking:
        found.linear("mask.in", c.segment_width + 9 + TOLD, c.place_width)
        for k in range(c.looking):
            found.block(f"mask.look{k}", c.place_width)
            found[f"mask.near{k}.weight"] = (NEAR, c.heads)
        found.norm("mask.seen", c.place_width)
        found.linear("mask.told", c.place_width, c.mask_width)
    else:
        found.linear("mask.in", c.segment_width + 9, 2 * c.segment_width)
        found.linear("mask.told", 2 * c.segment_width, c.mask_width)
    found["mask.pair.bias"] = (1,)
    found.linear("prompt.in", TOLD, c.width)
    for k in range(c.prompting):
        found.block(f"prompt{k}", c.width, looks=c.width)
    found.norm("prompted", c.width)
    found.linear("mask.out", c.width, c.masks * (c.mask_width + 1))
    found.linear("iou", c.width, c.masks)
    return dict(found)


@dataclass(frozen=True)
class Decoded:
    """Tokens after decoding, of one kind. tokens : (B, T, W). side : cells along each side."""

    tokens: Array
    side: int


@dataclass(frozen=True)
class Segmented:
    """What is known of parts. tokens : (B, T, W). nodes : (B G^3, segment_width)."""

    tokens: Array
    side: int
    nodes: Array


@dataclass(frozen=True)
class Answers:
    """What prompts are answered: channels to compare (B, N, M, C + 1), IoU logits (B, N, M).

    The first mask is the chance that a place is of the same part; the others are guesses of which
    one may be right.
    """

    channels: Array
    iou: Array


class PartSet(Blocks):
    """The network. arrays : as `shapes` says, of NumPy or torch."""

    def __init__(self, config: PartSetConfig, arrays: Mapping[str, Array], ops: SetOps) -> None:
        super().__init__(arrays, ops, config.heads)
        self.config = config

    def encode(
        self, points: Array, normals: Array, kind: int, labels: Array | None = None
    ) -> Array:
        """Latents (B, T, C) of points (B, P, 3) in the cube with their unit normals.

        labels : (B, P, label_width) a code of each point's part, zeros where nobody knows it.
        Points outside of the cube count for the cell next to them.
        """
        c, batch, count = self.config, points.shape[0], points.shape[1]
        side = c.side(kind)
        grid = SPLIT * side
        place = (points + 1) * (0.5 * grid)
        node = self.ops.floor(place.clip(0, grid - 0.5))
        said = [2 * (place - node) - 1, normals]
        said.append(labels if labels is not None else 0 * self._widened(normals, c.label_width))
        h = self.ops.relu(self.linear("point.in", self.ops.concatenate(said, -1)))
        h = self.linear("point.out", h)
        h = self.ops.concatenate([h, 0 * h[:, :, :1] + 1], -1)  # the last channel counts points
        slot = self._slots(node, grid) + self._rows(batch, points) * grid**3
        sums = self.ops.sums(h.reshape(batch * count, -1), slot.reshape(-1), batch * grid**3)
        number = sums[:, -1:]
        dense = number * (grid**2 / (4 * count))  # about 1 where a surface passes
        pooled = self.ops.concatenate([sums[:, :-1] / (number + 1e-3), dense], -1)
        x = self.linear("cell.in", self._in_cells(pooled, batch, side))
        x = x + self.linear("place.in", self._centres(side, x))[None] + self.arrays["kind.in"][kind]
        for k in range(c.encoding):
            x = self.block(f"encode{k}", x)
        return self.linear("latent.out", self.norm("encoded", x))

    def decode(self, latents: Array, kind: int) -> Decoded:
        """What `field`, `anchors` and `segmented` are asked of, of latents (B, T, C)."""
        side = self.config.side(kind)
        x = self.linear("latent.in", latents)
        x = x + self.linear("place.out", self._centres(side, x))[None]
        x = x + self.arrays["kind.out"][kind]
        for k in range(self.config.decoding):
            x = self.block(f"decode{k}", x)
        return Decoded(self.norm("decoded", x), side)

    def nodes(self, decoded: Decoded) -> Array:
        """(B G^3, field_width) what is known around each node, for `field`."""
        return self._of_nodes("nodes", decoded, self.config.field_width)

    def field(self, nodes: Array, side: int, queries: Array) -> Array:
        """Signed distance (B, Q) at queries (B, Q, 3), negative inside, clipped at `clip`."""
        batch, count = queries.shape[:2]
        said, inside = self._read(nodes, SPLIT * side, queries)
        h = self.ops.concatenate([said, inside], -1)
        h = self.ops.relu(self.linear("field.in", h))
        h = self.ops.relu(self.linear("field.hidden", h))
        return self.config.clip * self.linear("field.out", h).reshape(batch, count)

    def anchors(self, decoded: Decoded) -> tuple[Array, Array]:
        """Logit (B, T) that a cell holds surface, and where about (B, T, 3) in the cube."""
        said = self.linear("anchor", decoded.tokens)
        centre = self._cells(decoded.side, said)
        return said[:, :, 0], centre[None] + said[:, :, 1:] / decoded.side

    def segmented(self, decoded: Decoded) -> Segmented:
        """What `alike` and `prompts` are asked of: what tokens tell of parts."""
        x = decoded.tokens
        for k in range(self.config.segmenting):
            x = self.block(f"segment{k}", x)
        found = Decoded(self.norm("segmented", x), decoded.side)
        nodes = self._of_nodes("mask.nodes", found, self.config.segment_width)
        return Segmented(found.tokens, decoded.side, nodes)

    def alike(self, segmented: Segmented, places: Array, normals: Array) -> Array:
        """(B, Q, mask_width) by which places (B, Q, 3) of the surface, with their unit normals, are
        compared with prompts and with each other.

        Where the network is `looking` they are to be spread over all of the surface, some hundreds
        of them: each says what it is beside the others, as creases between them tell.
        """
        said, inside = self._read(segmented.nodes, SPLIT * segmented.side, places)
        if not self.config.looking:
            h = self.ops.concatenate([said, inside, normals], -1)
            return self.linear("mask.told", self.ops.relu(self.linear("mask.in", h)))
        x = self.linear(
            "mask.in", self.ops.concatenate([said, inside, normals, self.told(places)], -1)
        )
        near = self._near(places, normals)
        for k in range(self.config.looking):
            bias = self.ops.swapped(self.arrays[f"mask.near{k}.weight"], 0, 1) @ near
            bias = bias.reshape(*bias.shape[:2], x.shape[1], x.shape[1])
            x = self.block(f"mask.look{k}", x, bias=bias)
        return self.linear("mask.told", self.norm("mask.seen", x))

    def _near(self, places: Array, normals: Array) -> Array:
        """(B, NEAR, Q Q) of each two places: how far apart they are, whether they face the same
        way, and whether the surface bulges between them or is hollow."""
        away: Array = 0.0
        facing: Array = 0.0
        bulge: Array = 0.0
        for axis in range(3):
            apart = places[:, :, None, axis] - places[:, None, :, axis]
            turned = normals[:, :, None, axis] - normals[:, None, :, axis]
            away = away + apart * apart
            facing = facing + turned * turned
            bulge = bulge + apart * turned
        told = [8 * away / (away + reach * reach) for reach in REACHES]
        told += [facing, bulge / (away + 0.02)]
        return self.ops.concatenate([one.reshape(len(one), 1, -1) for one in told], 1)

    def prompts(self, segmented: Segmented, prompted: Array, places: Array, here: Array) -> Answers:
        """Answers to prompts: tokens (B, N) by their index, clicked at places (B, N, 3).

        here : (B, N, mask_width) what `alike` tells of these places.
        """
        c = self.config
        batch, count = prompted.shape[:2]
        flat = segmented.tokens.reshape(-1, c.width)
        row = prompted + self._rows(batch, prompted)[:, :, 0] * segmented.tokens.shape[1]
        x = flat[row.reshape(-1)].reshape(batch, count, c.width)
        x = x + self.linear("prompt.in", self.told(places))
        for k in range(c.prompting):
            x = self.block(f"prompt{k}", x, looks=segmented.tokens)
        x = self.norm("prompted", x)
        said = self.linear("mask.out", x).reshape(batch, count, c.masks, -1)
        # What is like the clicked place is of its part, unless the prompt finds out otherwise.
        channels = self.ops.concatenate([said[..., :-1] + here[:, :, None], said[..., -1:]], -1)
        return Answers(channels, self.linear("iou", x))

    def masked(self, answers: Answers, alike: Array) -> Array:
        """Logits (B, N, M, Q) that places, as `alike` tells of them, are of the prompts' parts: the
        less, the farther what is told is from what a prompt asks for."""
        batch, count, masks = answers.channels.shape[:3]
        asked = answers.channels[..., :-1].reshape(batch, count * masks, -1)
        away = self._away(asked, alike)
        return answers.channels[..., -1:] - away.reshape(batch, count, masks, -1)

    def paired(self, one: Array, other: Array) -> Array:
        """Logits (B, N, Q) that two places, as `alike` tells of them, are of one part."""
        return self.arrays["mask.pair.bias"] - self._away(one, other)

    def _away(self, one: Array, other: Array) -> Array:
        """(B, N, M) squares of the distances of (B, N, C) and (B, M, C)."""
        both = one @ self.ops.swapped(other, 1, 2)
        return (one * one).sum(-1)[:, :, None] + (other * other).sum(-1)[:, None] - 2 * both

    def _of_nodes(self, name: str, decoded: Decoded, width: int) -> Array:
        """(B G^3, width) of tokens (B, T, W): each cell tells its nodes."""
        batch, side = decoded.tokens.shape[0], decoded.side
        x = self.linear(name, decoded.tokens)
        x = x.reshape(batch, side, side, side, SPLIT, SPLIT, SPLIT, width)
        for first, second in ((3, 4), (2, 3), (4, 5)):  # to (B, x, dx, y, dy, z, dz, C)
            x = self.ops.swapped(x, first, second)
        return x.reshape(-1, width)

    def _in_cells(self, pooled: Array, batch: int, side: int) -> Array:
        """(B, T, 8 C) of nodes (B G^3, C): the nodes of each cell."""
        x = pooled.reshape(batch, side, SPLIT, side, SPLIT, side, SPLIT, -1)
        for first, second in ((4, 5), (2, 3), (3, 4)):  # to (B, x, y, z, dx, dy, dz, C)
            x = self.ops.swapped(x, first, second)
        return x.reshape(batch, side**3, -1)

    def _read(self, nodes: Array, grid: int, queries: Array) -> tuple[Array, Array]:
        """What nodes say at queries (B, Q, 3), between them linearly, and where among them.

        The outermost nodes lie half a step inside: what they say goes on beyond them as it goes
        towards them. The second is told in waves, which have no step from one node to the next.
        """
        batch, count = queries.shape[:2]
        place = (queries + 1) * (0.5 * grid) - 0.5
        low = self.ops.floor(place.clip(0, grid - 1.5))
        share = place - low
        first = self._slots(low, grid) + self._rows(batch, queries) * grid**3
        index, weight = [], []
        for corner in np.ndindex(2, 2, 2):
            index.append(first + (corner[0] * grid + corner[1]) * grid + corner[2])
            w = [
                share[..., k : k + 1] if corner[k] else 1 - share[..., k : k + 1] for k in range(3)
            ]
            weight.append(w[0] * w[1] * w[2])
        said = self.ops.blended(
            nodes,
            self.ops.concatenate(index, -1).reshape(-1, 8),
            self.ops.concatenate(weight, -1).reshape(-1, 8),
        )
        return said.reshape(batch, count, nodes.shape[-1]), self.ops.waves(2 * np.pi * share)

    def _slots(self, node: Array, grid: int) -> Array:
        """(B, P, 1) the row of a node (B, P, 3) of whole numbers."""
        node = self.ops.indices(node)
        return ((node[..., 0:1] * grid) + node[..., 1:2]) * grid + node[..., 2:3]

    def _rows(self, batch: int, like: Array) -> Array:
        """(B, 1, 1) whole numbers 0..B-1."""
        return self.ops.whole(np.arange(batch)[:, None, None], like)

    def _cells(self, side: int, like: Array) -> Array:
        """(T, 3) the middles of the cells."""
        at = (2 * np.arange(side, dtype=np.float32) + 1) / side - 1
        grid = np.stack(np.meshgrid(at, at, at, indexing="ij"), -1).reshape(-1, 3)
        return self.ops.like(np.ascontiguousarray(grid, np.float32), like)

    def _centres(self, side: int, like: Array) -> Array:
        """(T, TOLD) the same, told in waves."""
        return self.told(self._cells(side, like))

    def _widened(self, x: Array, width: int) -> Array:
        """(..., width) made of x (..., 3), for its shape alone."""
        return self.ops.concatenate([x[..., :1]] * width, -1)
