# SPDX-License-Identifier: GPL-3.0-or-later
"""A guess at parts from what is told of them: about the mean of those of which the same is told.

Where parts are nothing but noise, what they are like in the large is to be read from what is told
alone. A few layers that see no noise of a part learn that from every part of every set, and the
flow looks at the answer.

B objects, N parts, C channels of a token, W width of the guess.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from .blocks import UNSEEN, Blocks, Shapes
from .members import BOX, MASK, OUTLINE, VIEW

if TYPE_CHECKING:
    from .partflow import Given, Levels, PartFlowConfig, Parts

Array = Any  # NDArray[np.float32] or torch.Tensor


def guess_shapes(config: PartFlowConfig, found: Shapes) -> None:
    """Name the arrays of a guess and their shapes."""
    c = config
    words, told, frames = c.words + 1, c.axes + c.tokens, 2 if c.own else 1
    of_all = words + VIEW + 1 + told + c.whole_axes + 1
    said = words + BOX + 1
    seen = MASK * MASK + OUTLINE + 1 + frames * told
    found.linear("guess.in", of_all + said + seen, c.guess)
    if c.across:
        found.attention("guess.look", c.guess, said + frames * c.axes + 1)
    found.linear("guess.hidden", c.guess, c.guess)
    found.linear("guess.out", c.guess, 2 * c.axes)
    found.linear("guess.copy", c.guess, 2 * c.axes)


class Guess(Blocks):
    """What a flow guesses. config : its sizes, with a width of the guess."""

    config: PartFlowConfig

    def guess(self, x: Parts, levels: Levels, given: Given) -> tuple[Array, Array]:
        """Tokens (B, N, T, C) of each part in its own frame and in the object's.

        x : members at their levels. Each part is guessed from what is told of it and of the object,
        its box, and the other parts: the most alike of several legs says most of what is known of
        the next. Its own shape is not looked at.
        """
        c, cat = self.config, self.ops.concatenate
        batch, parts = x.box.shape[:2]

        def flat(tokens: Array) -> Array:
            return tokens.reshape(*tokens.shape[:-2], -1)

        whole = (1 - levels.whole)[:, None]
        shape, box = (1 - level[:, :, None] for level in (levels.shape, levels.box))
        of_all = [self.aloud(given.title), given.view, flat(given.before)]
        of_all = cat([*of_all, whole * flat(x.whole), whole], 1)[:, None] * (0 * box + 1)
        said = cat([self.aloud(given.words), box * x.box[:, :, 0], box], 2)
        seen = [given.seen_own, given.seen_placed] if c.own else [given.seen_placed]
        asked = cat([of_all, said, given.mask, *map(flat, seen)], 2)
        h = self.ops.relu(self.linear("guess.in", asked))
        if c.across:
            known = [x.own, x.placed] if c.own else [x.placed]
            others = cat([said, *(shape * flat(one) for one in known), shape], 2)
            others = cat([others, 0 * others[:, :1]], 1)  # or at nobody
            itself = UNSEEN * np.eye(parts, parts + 1, dtype=np.float32)
            h = h + self.attended("guess.look", h, others, self.ops.like(itself[None, None], h))
        found = self.linear("guess.copy", h)
        found = found + self.linear("guess.out", self.ops.relu(self.linear("guess.hidden", h)))
        found = found.reshape(batch, parts, 2, c.tokens, c.token)
        return found[:, :, 0], found[:, :, 1]

    def aloud(self, said: Array) -> Array:
        """Vectors of words (..., words + 1), of length 1, as loud as tokens of noise are: each of
        their numbers is about 1."""
        count = self.config.words
        return said * self.ops.like(np.r_[[count**0.5] * count, 1.0].astype(np.float32), said)
