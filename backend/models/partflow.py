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

from .blocks import MODULATIONS, TIMES, UNSEEN, SetOps, Shapes
from .members import BOX, LOOK, MASK, OUTLINE, SIDE, VIEW
from .part_guess import Guess, guess_shapes

Array = Any  # NDArray[np.float32] or torch.Tensor
FRAMES = ("own", "placed", "whole")  # by the kinds of `partset`
REFINED = "own"  # the frame in which parts are refined
MOST_PARTS = 16  # for which there are codes
PATCH = 8  # pixels of a picture's token along each side
PICTURE = PATCH * PATCH * 4
PATCHES = (SIDE // PATCH) ** 2
GLANCE = 4  # pixels of a picture that are one at a glance, along each side


@dataclass(frozen=True)
class PartFlowConfig:
    """Sizes, and what can be left out to see what it is good for.

    cells, whole_cells, channels : of the autoencoder. axes, whole_axes : along which the latents of
    a part and of an object are told, `token` of them a token. width, heads, pairs : of tokens and
    of pairs of blocks, within and across parts. ask : after so many pairs the contexts are asked.
    words : channels of a word's vector. reading : blocks in which a picture is read. guess : width
    of what guesses shapes from what is told alone, 0 for none. refining : width of what refines a
    part in its own frame when it is made, 0 for none.

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
    refining: int = 768
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


OF_LEVEL = {"own": "shape", "placed": "shape", "look": "shape", "box": "box", "whole": "whole"}


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
        guess_shapes(c, found)
        found.linear("guess_own.in", c.token, w)
        found.linear("guess_placed.in", c.token, w)
        found.linear("guess_modulation", w, 2 * c.axes)
    if c.refining:
        found.linear("refine.in", c.axes, c.refining)
        found.linear("refine.hidden", c.refining, c.refining)
        found.linear("refine.out", c.refining, c.bases[REFINED][1])
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


class PartFlow(Guess):
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
        """Latents (B, T', C') of tokens (B, T, C): undoes `tokens`. What has no axis is their mean,
        or, in frames of parts' own, what the tokens suggest."""
        found = self.along_axes(tokens, frame)
        if frame == REFINED and self.config.refining:
            found = found + self.refinement(tokens)
        return found

    def along_axes(self, tokens: Array, frame: str) -> Array:
        """The same, without what has no axis."""
        a, batch = self.arrays, tokens.shape[0]
        along = tokens.reshape(batch, -1) * a[f"axes.{frame}.size"]
        flat = along @ a[f"axes.{frame}"] + a[f"axes.{frame}.mean"]
        return flat.reshape(batch, -1, self.config.channels)

    def refinement(self, tokens: Array) -> Array:
        """What tokens (B, T, C) in a frame of a part's own suggest of latents (B, T', C') beyond
        their axes: detail, which the flow need not make."""
        batch = tokens.shape[0]
        h = self.ops.relu(self.linear("refine.in", tokens.reshape(batch, -1)))
        h = self.ops.relu(self.linear("refine.hidden", h))
        return self.linear("refine.out", h).reshape(batch, -1, self.config.channels)

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
            guessed = self.guess(x, levels, given)
            own = own + self.linear("guess_own.in", guessed[0])
            placed = placed + self.linear("guess_placed.in", guessed[1])
        box = self.linear("box.in", x.box) + space[2]
        look = self.linear("look.in", x.look) + space[3]
        both = [own + place + space[0]] if c.own else []
        tokens = cat([*both, placed + place + space[1], look, box], 2)  # (B, N, S, W)
        told = self.linear("title.in", self.aloud(given.title))
        told = told + self.linear("view.in", given.view)
        told = told + self.linear("glance.in", self._glance(given.picture))
        of_part = told[:, None] + self.linear("words.in", self.aloud(given.words))
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
