# SPDX-License-Identifier: GPL-3.0-or-later
"""The part generator's flow: one network for all parts of an object at once, and for the whole.

Each part is in the set twice, in a frame of its own and in the frame of its object (the dual spaces
of UniPart), with its box and its look, and the whole object is one more member (CoPart's global
branch). Members have levels of noise of their own: level 0 is what is known, level 1 what is not,
so that one set of weights completes, regenerates, makes the next part (AutoPartGen) or all parts,
with or without boxes, words, a picture, masks, the visible surface. Blocks look within a part, then
across parts, and now and then at contexts.

It says the velocity ``x0 - noise``, as the networks of `latents.flow` do.

Latents are told along the principal axes of those that were learned, of which few say nearly all of
a part's shape; so a part is a handful of tokens, and its shape is made at one go.

B objects, N parts, C channels of a token, W width.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

import numpy as np

from .blocks import MODULATIONS, TIMES, Blocks, SetOps, Shapes

Array = Any  # NDArray[np.float32] or torch.Tensor
FRAMES = ("own", "placed", "whole")  # by the kinds of `partset`
BOX, LOOK = 8, 4  # numbers of a box (centre, log of half the size, there or not, 0), of a look
MOST_PARTS = 16  # for which there are codes
PATCH = 8  # pixels of a picture's token along each side
SIDE = 64  # pixels of a picture along each side
MASK = 16  # pixels of a part's mask along each side
PICTURE = PATCH * PATCH * 4
PATCHES = (SIDE // PATCH) ** 2
GLANCE = 4  # pixels of a picture that are one at a glance, along each side
UNSEEN = -1e4  # added to the logits of what is not to be looked at
IN_OBJECT = 9  # numbers of a mask's outline in the object's frame, the last of them
OUTLINE = 5 + IN_OBJECT  # in the picture, and in the object's frame
VIEW = 4  # numbers of a view (where it is taken from, as a direction; how near)
THINNEST = 0.02  # half size of a part, in its object's frame, below which its frame is not thinner
FILLED = 0.95  # of the cube, by a shape


@dataclass(frozen=True)
class PartFlowConfig:
    """Sizes, and what can be left out to see what it is good for.

    cells, whole_cells, channels : of the autoencoder. axes, whole_axes : along which the latents of
    a part and of an object are told, `token` of them a token. width, heads, pairs : of tokens and
    of pairs of blocks, within and across parts. ask : after so many pairs the contexts are asked.
    words : channels of a word's vector. reading : blocks in which a picture is read. guess : width
    of what guesses shapes from what is told alone, 0 for none.

    own : parts also in frames of their own. within, across : blocks that look there. spaces :
    embeddings of the two frames. before : parts that are there already, as a context.
    """

    cells: int = 4
    whole_cells: int = 6
    channels: int = 16
    axes: int = 128
    whole_axes: int = 256
    token: int = 64
    width: int = 256
    heads: int = 8
    pairs: int = 6
    ask: int = 2
    words: int = 64
    reading: int = 2
    guess: int = 384
    own: bool = True
    within: bool = True
    across: bool = True
    spaces: bool = True
    before: bool = True

    @property
    def tokens(self) -> int:
        """Tokens of a part in one frame."""
        return self.axes // self.token

    @property
    def whole_tokens(self) -> int:
        return self.whole_axes // self.token

    @property
    def bases(self) -> dict[str, tuple[int, int]]:
        """Of each frame, how many axes there are, and numbers of latents."""
        part, whole = self.cells**3 * self.channels, self.whole_cells**3 * self.channels
        of_part = (self.axes, part)
        return dict(zip(FRAMES, (of_part, of_part, (self.whole_axes, whole)), strict=True))


@dataclass(frozen=True)
class Parts:
    """Members of the set, or their velocities. own, placed : (B, N, T, C) tokens in both frames.

    box : (B, N, 1, BOX). look : (B, N, 1, LOOK) colour. whole : (B, T', C).
    """

    own: Array
    placed: Array
    box: Array
    look: Array
    whole: Array

    def each(self) -> dict[str, Array]:
        """By name."""
        return {one.name: getattr(self, one.name) for one in fields(self)}


@dataclass(frozen=True)
class Levels:
    """Noise of the members, 0..1. shape : (B, N) of own, placed and look. box : (B, N).

    whole : (B,).
    """

    shape: Array
    box: Array
    whole: Array


@dataclass(frozen=True)
class Given:
    """What is told. Zeros where it is not; the last channel of each is 1 where it is.

    words : (B, N, words + 1) of each part. title : (B, words + 1) of the object. mask : (B, N,
    MASK^2 + OUTLINE + 1) of each part in the picture, see `mask_member`. view : (B, VIEW + 1) of
    the picture, see `view_member`. seen_own, seen_placed : (B, N, T, C + 1) of each part's visible
    surface. before : (B, T, C + 1) of the parts that are there already, in the object's frame.
    picture : (B, 64, PICTURE + 1), its patches, colours and coverage.
    """

    words: Array
    title: Array
    mask: Array
    view: Array
    seen_own: Array
    seen_placed: Array
    before: Array
    picture: Array

    def each(self) -> dict[str, Array]:
        """By name."""
        return {one.name: getattr(self, one.name) for one in fields(self)}


def nothing(config: PartFlowConfig, batch: int, parts: int) -> dict[str, np.ndarray]:
    """The arrays of a `Given` that tells nothing."""
    c, t = config, config.tokens
    return {
        "words": np.zeros((batch, parts, c.words + 1), np.float32),
        "title": np.zeros((batch, c.words + 1), np.float32),
        "mask": np.zeros((batch, parts, MASK * MASK + OUTLINE + 1), np.float32),
        "view": np.zeros((batch, VIEW + 1), np.float32),
        "seen_own": np.zeros((batch, parts, t, c.token + 1), np.float32),
        "seen_placed": np.zeros((batch, parts, t, c.token + 1), np.float32),
        "before": np.zeros((batch, t, c.token + 1), np.float32),
        "picture": np.zeros((batch, PATCHES, PICTURE + 1), np.float32),
    }


def shapes(config: PartFlowConfig) -> dict[str, tuple[int, ...]]:
    """The arrays and their shapes."""
    c, found = config, Shapes()
    w = c.width
    for name, (axes, numbers) in c.bases.items():
        found[f"axes.{name}"] = (axes, numbers)
        found[f"axes.{name}.mean"], found[f"axes.{name}.size"] = (numbers,), (axes,)
    found["spaces"] = (5, w)  # of own, placed, box, look, whole
    found["places"], found["whole.places"] = (c.tokens, w), (c.whole_tokens, w)
    found["codes"] = (MOST_PARTS, w)
    found.linear("own.in", c.token, w)
    found.linear("placed.in", c.token, w)
    found.linear("whole.in", c.token, w)
    found.linear("box.in", BOX, w)
    found.linear("look.in", LOOK, w)
    found.linear("time.in", 2 * TIMES, w)
    found.linear("time.hidden", w, w)
    found.linear("words.in", c.words + 1, w)
    found.linear("title.in", c.words + 1, w)
    found.linear("mask.in", MASK * MASK + OUTLINE + 1, w)
    found.linear("view.in", VIEW + 1, w)
    found.linear("seen_own.in", c.token + 1, w)
    found.linear("seen_placed.in", c.token + 1, w)
    found.linear("before.in", c.token + 1, w)
    found.linear("picture.in", PICTURE + 1, w)
    found["picture.place"] = (PATCHES, w)
    for k in range(c.reading):
        found.block(f"read{k}", w)
    found.norm("read", w)
    found.linear("glance.in", (SIDE // GLANCE) ** 2 * 4 + 1, w)
    found.linear("modulation", w, MODULATIONS * w)
    if c.guess:
        said = 2 * (c.words + 1) + MASK * MASK + OUTLINE + 1 + VIEW + 1 + BOX + 1
        found.linear("guess.in", said, c.guess)
        found.linear("guess.hidden", c.guess, c.guess)
        found.linear("guess.out", c.guess, 2 * c.axes)
        found.linear("guess_own.in", c.token, w)
        found.linear("guess_placed.in", c.token, w)
        found.linear("guess_modulation", w, 2 * c.axes)
    for k in range(c.pairs):
        if c.within:
            found.block(f"within{k}", w, modulated=True)
        found.block(f"across{k}", w, modulated=True)
        if k % c.ask == c.ask - 1:
            found.block(f"ask{k}", w, modulated=True, looks=w)
    found["last.modulation"] = (MODULATIONS, w)
    found.linear("own.out", w, c.token)
    found.linear("placed.out", w, c.token)
    found.linear("whole.out", w, c.token)
    found.linear("box.out", w, BOX)
    found.linear("look.out", w, LOOK)
    return dict(found)


class PartFlow(Blocks):
    """The network. arrays : as `shapes` says, of NumPy or torch."""

    def __init__(self, config: PartFlowConfig, arrays: Mapping[str, Array], ops: SetOps) -> None:
        super().__init__(arrays, ops, config.heads)
        self.config = config

    def tokens(self, latents: Array, frame: str) -> Array:
        """Tokens (B, T, C) of latents (B, T', C') in a frame, of mean 0 and deviation 1 each."""
        a = self.arrays
        flat = latents.reshape(latents.shape[0], -1) - a[f"axes.{frame}.mean"]
        along = flat @ a[f"axes.{frame}"].T / a[f"axes.{frame}.size"]
        return along.reshape(latents.shape[0], -1, self.config.token)

    def latents(self, tokens: Array, frame: str) -> Array:
        """Latents (B, T', C') of tokens (B, T, C): undoes `tokens`, but for what has no axis."""
        a, batch = self.arrays, tokens.shape[0]
        along = tokens.reshape(batch, -1) * a[f"axes.{frame}.size"]
        flat = along @ a[f"axes.{frame}"] + a[f"axes.{frame}.mean"]
        return flat.reshape(batch, -1, self.config.channels)

    def contexts(self, given: Given) -> Array:
        """Tokens (B, M, W) of what does not change with the level; asked for once a sampling."""
        # Where there is no picture the answer is always the same: it is read once for all of these.
        there = given.picture[:, 0, -1] > 0
        shown = self.ops.concatenate([0 * given.picture[:1], given.picture[there]], 0)
        x = self.linear("picture.in", shown) + self.arrays["picture.place"]
        for k in range(self.config.reading):
            x = self.block(f"read{k}", x)
        found = [self.norm("read", x)[there.cumsum(0) * there]]
        if self.config.before:
            found.append(self.linear("before.in", given.before) + self.arrays["places"])
        return self.ops.concatenate(found, 1)

    def guess(self, box: Array, levels: Levels, given: Given) -> tuple[Array, Array]:
        """Tokens (B, N, T, C) of each part in its own frame and in the object's: about the mean of
        those of which the same is told.

        box : (B, N, 1, BOX) at its level. Where parts are nothing but noise, what they are like in
        the large is to be read from what is told alone. A few layers that see no noise learn that
        from every part of every set, and the blocks look at the answer.
        """
        c, cat = self.config, self.ops.concatenate
        batch, parts = box.shape[:2]
        each = 0 * box[:, :, 0, :1] + 1  # (B, N, 1)
        of_all = cat([self._aloud(given.title), given.view], 1)[:, None] * each
        level = levels.box[:, :, None]
        of_part = [self._aloud(given.words), given.mask, (1 - level) * box[:, :, 0], level]
        h = self.ops.relu(self.linear("guess.in", cat([of_all, *of_part], 2)))
        h = self.ops.relu(self.linear("guess.hidden", h))
        found = self.linear("guess.out", h).reshape(batch, parts, 2, c.tokens, c.token)
        return found[:, :, 0], found[:, :, 1]

    def velocity(
        self, x: Parts, levels: Levels, given: Given, contexts: Array | None = None
    ) -> Parts:
        """The velocity of each member at the levels. contexts : see `contexts`."""
        c, cat = self.config, self.ops.concatenate
        batch, parts = x.own.shape[:2]
        if contexts is None:
            contexts = self.contexts(given)
        space = self.arrays["spaces"] * (1.0 if c.spaces else 0.0)
        place = self.arrays["places"]
        own = self.linear("own.in", x.own) + self.linear("seen_own.in", given.seen_own)
        placed = self.linear("placed.in", x.placed)
        placed = placed + self.linear("seen_placed.in", given.seen_placed)
        if c.guess:
            guessed = self.guess(x.box, levels, given)
            own = own + self.linear("guess_own.in", guessed[0])
            placed = placed + self.linear("guess_placed.in", guessed[1])
        box = self.linear("box.in", x.box) + space[2]
        look = self.linear("look.in", x.look) + space[3]
        both = [own + place + space[0]] if c.own else []
        tokens = cat([*both, placed + place + space[1], look, box], 2)  # (B, N, S, W)
        told = self.linear("title.in", self._aloud(given.title))
        told = told + self.linear("view.in", given.view)
        told = told + self.linear("glance.in", self._glance(given.picture))
        of_part = told[:, None] + self.linear("words.in", self._aloud(given.words))
        of_part = of_part + self.linear("mask.in", given.mask)
        tokens = tokens + (self.arrays["codes"][:parts] + of_part)[:, :, None]
        size = tokens.shape[2]

        whole_time, shape_time, box_time = (
            self._time(level) for level in (levels.whole, levels.shape, levels.box)
        )
        # What a block is asked to do differs by part, and by box and shape: three for each object.
        asked = [
            (told + whole_time)[:, None],
            of_part + shape_time,
            of_part + box_time,
        ]
        m_whole, m_shape, m_box = (
            self.linear("modulation", self.ops.relu(one)).reshape(
                batch, -1, 1, MODULATIONS, c.width
            )
            for one in asked
        )
        ones = 0 * tokens[:, :, : size - 1, :1, None] + 1  # (B, N, S-1, 1, 1)
        m_parts = cat([m_shape * ones, m_box], 2)  # (B, N, S, 6, W)
        m_within = m_parts.reshape(batch * parts, size, MODULATIONS, c.width)

        whole = self.linear("whole.in", x.whole) + self.arrays["whole.places"] + space[4]
        count = whole.shape[1]
        wide = 0 * whole[:, :, :1, None] + 1  # (B, T', 1, 1)
        m_all = cat(
            [
                m_whole[:, 0] * wide,
                m_parts.reshape(batch, parts * size, MODULATIONS, c.width),
            ],
            1,
        )
        h = cat([whole, tokens.reshape(batch, parts * size, -1)], 1)
        alone = None if c.across else self._apart(batch, parts, size, count, h)
        # Where there is no picture, none is looked at.
        unseen = self.ops.concatenate(
            [UNSEEN * (1 - given.picture[:, :, -1]), 0 * contexts[:, PATCHES:, 0]], 1
        )[:, None, None]
        for k in range(c.pairs):
            if c.within:
                inner = h[:, count:].reshape(batch * parts, size, c.width)
                inner = self.block(f"within{k}", inner, modulation=m_within)
                h = cat([h[:, :count], inner.reshape(batch, parts * size, c.width)], 1)
            h = self.block(f"across{k}", h, modulation=m_all, bias=alone)
            if k % c.ask == c.ask - 1:
                h = self.block(f"ask{k}", h, modulation=m_all, looks=contexts, bias=unseen)
        m = m_all + self.arrays["last.modulation"]
        h = self.ops.standard(h) * (1 + m[:, :, 1]) + m[:, :, 0]
        out = h[:, count:].reshape(batch, parts, size, c.width)
        t = c.tokens
        first = t if c.own else 0
        of_shape, of_box = levels.shape[:, :, None, None], levels.box[:, :, None, None]
        own = self._velocity("own", out[:, :, :t], x.own, of_shape) if c.own else 0 * x.own
        placed = self._velocity("placed", out[:, :, first : first + t], x.placed, of_shape)
        if c.guess:
            # How much of the guess is taken as it is depends on the level alone.
            taken = self.linear("guess_modulation", self.ops.relu(shape_time))
            taken = taken.reshape(batch, parts, 2, t, c.token)
            own = own + taken[:, :, 0] * guessed[0] if c.own else own
            placed = placed + taken[:, :, 1] * guessed[1]
        return Parts(
            own=own,
            placed=placed,
            box=self._velocity("box", out[:, :, -1:], x.box, of_box),
            look=self._velocity("look", out[:, :, -2:-1], x.look, of_shape),
            whole=self._velocity("whole", h[:, :count], x.whole, levels.whole[:, None, None]),
        )

    def _glance(self, picture: Array) -> Array:
        """(B, 1025) all of a picture (B, 64, PICTURE + 1) at once, but coarser; 1 where it is
        there."""
        batch, side = picture.shape[0], PATCH // GLANCE
        pixels = picture[:, :, :-1].reshape(batch, PATCHES, side, GLANCE, side, GLANCE, 4)
        coarse = pixels.mean((3, 5)).reshape(batch, -1)
        return self.ops.concatenate([coarse, picture[:, 0, -1:]], 1)

    def _aloud(self, said: Array) -> Array:
        """Vectors of words (..., words + 1), of length 1, as loud as tokens of noise are: each of
        their numbers is about 1."""
        count = self.config.words
        return said * self.ops.like(np.r_[[count**0.5] * count, 1.0].astype(np.float32), said)

    def _velocity(self, name: str, h: Array, x: Array, level: Array) -> Array:
        """What tokens h (..., W) say of a member x (..., C) at its level.

        What x alone tells of its velocity, by chance, goes past the network, so that noise need not
        pass through its width; what is left for it has about the same size at all levels
        (preconditioning, Karras et al., 2022, for rectified flow).
        """
        size = (1 - level) ** 2 + level**2
        return self.linear(f"{name}.out", h) / size**0.5 + x * ((1 - 2 * level) / size)

    def _apart(self, batch: int, parts: int, size: int, count: int, like: Array) -> Array:
        """(1, 1, L, L) bias that lets no part see another: parts see the whole and themselves."""
        member = np.concatenate([np.full(count, -1), np.repeat(np.arange(parts), size)])
        apart = (member[:, None] != member) & (member != -1)
        return self.ops.like(np.where(apart, UNSEEN, 0.0).astype(np.float32)[None, None], like)

    def _time(self, level: Array) -> Array:
        """(..., W) of levels (...)."""
        turns = np.exp(np.linspace(np.log(1.0), np.log(200.0), TIMES)).astype(np.float32)
        h = self.ops.waves(level[..., None] * self.ops.like(turns, level))
        return self.linear("time.hidden", self.ops.relu(self.linear("time.in", h)))


def box_member(box: np.ndarray) -> np.ndarray:
    """(..., BOX) float32 of boxes (..., 2, 3), low and high in the frame of the object."""
    low, high = box[..., 0, :], box[..., 1, :]
    there = np.ones((*box.shape[:-2], 1))
    member = [low + high, _size_member((high - low) / 2), there, 0 * there]
    return np.concatenate(member, -1).astype(np.float32)


def _size_member(half: np.ndarray) -> np.ndarray:
    """Half sizes as they are told: their logarithms, about 0 in the middle."""
    return np.log(np.maximum(half, THINNEST)) + 1.2


def box_of(member: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Boxes (..., 2, 3) of members (..., BOX), and whether there is a part at all (...)."""
    centre, half = member[..., 0:3] / 2, np.exp(np.clip(member[..., 3:6], -4, 2) - 1.2)
    return np.stack([centre - half, centre + half], -2), member[..., 6] > 0


def mask_member(
    masks: np.ndarray, figure: np.ndarray, view: np.ndarray | None = None
) -> np.ndarray:
    """(N, MASK^2 + OUTLINE) float32 of masks (N, SIDE, SIDE) of parts, and of their figure (SIDE,
    SIDE), each how much of a pixel is covered, with up being the first row.

    The coverage of coarser pixels, and the outline: centre and log of half the size of the mask's
    box as `box_member` has them, in a frame in which the figure is as large as objects are, and the
    root of its share of the figure. Where the view is known, see `view_member`, also what that says
    of the part's box in the object's frame, of which no depth is known: its centre in the plane of
    the picture, what of its size is seen along each axis, and how much of each axis is depth. A
    mask of nothing has no outline.
    """
    cell = SIDE // MASK
    coarse = masks.reshape(len(masks), MASK, cell, MASK, cell).mean((2, 4))
    (low, high), _ = _outlines(figure[None])
    middle = (low + high) / 2
    size = max(float((high - low).max()), 1.0) / 2 / FILLED
    (low, high), there = _outlines(masks)
    low, high = (low - middle) / size, (high - middle) / size
    half = (high - low) / 2
    share = masks.sum((1, 2)) / max(float(figure.sum()), 1.0)
    inside = np.zeros((len(masks), IN_OBJECT))
    if view is not None:
        back = view[:3]
        right = np.array([back[2], 0.0, -back[0]]) / max(float(np.hypot(back[0], back[2])), 1e-6)
        axes = np.stack([right, np.cross(back, right)])  # of the picture: to the right, and up
        depth = np.broadcast_to(back**2, (len(masks), 3))
        inside = np.c_[(low + high) @ axes, _size_member(half @ np.abs(axes)), depth]
    outline = np.c_[low + high, _size_member(half), share**0.5, inside] * there[:, None]
    return np.c_[coarse.reshape(len(masks), MASK * MASK), outline].astype(np.float32)


def _outlines(masks: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(2, N, 2) lowest and highest x and y of masks (N, SIDE, SIDE), y up, 0 for a mask of
    nothing; and whether there is one."""
    covered = masks > 0.5
    along = [covered.max(1), covered.max(2)[:, ::-1]]  # columns; rows from below
    low = np.stack([line.argmax(1) for line in along], 1)
    high = SIDE - np.stack([line[:, ::-1].argmax(1) for line in along], 1)
    there = along[0].max(1)
    return np.stack([low, high]) * there[:, None], there


def view_member(back: np.ndarray, distance: float) -> np.ndarray:
    """(VIEW,) float32 of a picture that is taken from a direction (3,) of length 1, at a distance
    of an object that is 2 wide."""
    return np.r_[back, 3.0 / distance].astype(np.float32)


def look_member(colour: np.ndarray) -> np.ndarray:
    """(..., LOOK) float32 of linear colours (..., 3)."""
    there = np.ones((*colour.shape[:-1], 1))
    return np.concatenate([2 * colour - 1, there], -1).astype(np.float32)


def colour_of(member: np.ndarray) -> np.ndarray:
    """Linear colours (..., 3) of looks (..., LOOK)."""
    return np.clip((member[..., :3] + 1) / 2, 0, 1)


def own_frame(box: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Middle and half size (..., 3) of the cube in which a part with a box has its own frame.

    Each axis fills the cube to FILLED, but for those thinner than THINNEST.
    """
    middle = (box[..., 0, :] + box[..., 1, :]) / 2
    return middle, np.maximum((box[..., 1, :] - box[..., 0, :]) / 2, THINNEST) / FILLED
