# SPDX-License-Identifier: GPL-3.0-or-later
"""Sets of parts as the flow learns from them: what is told and what is known is drawn anew for each
object, so that one set of weights answers every combination.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ...models.members import BOX, LOOK
from ...models.partflow import OF_LEVEL, Given, Levels, PartFlowConfig, nothing
from .grafts import NAME
from .pictured import masks_of
from .shelf import Singles

BLUR = 0.03  # deviation of words' vectors, about the distance of synonyms
TOGETHER = (1, 2, 3, 4, 6, 8)  # parts in a set, drawn evenly
MODES = {"together": 0.3, "some known": 0.3, "all but one known": 0.2, "each its own": 0.2}
BOXES_KNOWN, WHOLE_KNOWN, WHOLE_UNKNOWN = 0.5, 0.4, 0.3
# Masks and the view are told of what has a picture.
TOLD = {
    "words": 0.75, "title": 0.7, "picture": 0.45, "mask": 0.7, "view": 0.8, "seen": 0.25,
    "before": 0.5,
}  # fmt: skip
EMPTY = 0.15  # of the sets, one more part that is not there
CENTRE, SPREAD = 0.3, 1.0  # of the logit of levels: more noise than signal
# What a part is like in the large is decided where there is nothing but noise, by what is told of
# it alone. By the logit 3 of 100 levels are above 0.9, and words were hardly heard there.
EARLY, EARLIEST = 0.5, 0.6  # share of the sets whose levels are spread evenly, from which on


@dataclass(frozen=True)
class Encoded:
    """A copy of an object as `latents` wrote it."""

    arrays: dict[str, NDArray[Any]]
    about: dict[str, Any]

    @property
    def parts(self) -> int:
        return len(self.arrays["own"])

    @property
    def is_graft(self) -> bool:
        """Whether the first part is another kind of thing than the object would have there."""
        return str(self.about.get("name", "")).startswith(NAME)


@dataclass(frozen=True)
class Drawn:
    """Sets of parts: what they are, their levels, what is told, and which of it is learned.

    members : arrays of `Parts`. levels : of `Levels`. given : of `Given`. there : (B, N) 0 for the
    part that is none.
    """

    members: dict[str, Singles]
    levels: dict[str, Singles]
    given: dict[str, Singles]
    there: Singles


class Sets:
    """Draws sets of parts. objects : of which; rng : by chance; tokens : of parts a step."""

    def __init__(
        self, objects: Sequence[Encoded], config: PartFlowConfig, rng: np.random.Generator
    ) -> None:
        self.objects, self.config, self.rng = list(objects), config, rng

    def draw(self, size: int) -> Drawn:
        """About `size` parts, in sets of one number of parts."""
        number = int(self.rng.choice(TOGETHER))
        return self.of(number, max(1, size // (number + 2)))

    def of(self, number: int, batch: int) -> Drawn:
        """`batch` sets of `number` parts."""
        rows = [self._set(number) for _ in range(batch)]
        members, levels, given, there = zip(*rows, strict=True)
        return Drawn(_stacked(members), _stacked(levels), _stacked(given), np.stack(there))

    def _set(self, number: int) -> tuple[dict[str, Any], dict[str, Any], dict[str, Any], Any]:
        rng, c = self.rng, self.config
        one = self.objects[int(rng.integers(len(self.objects)))]
        a = one.arrays
        some = rng.permutation(one.parts)
        if one.is_graft:  # what only words tell is always among those that are learned
            some = np.r_[0, some[some > 0]]
        ends = rng.random() < EMPTY or one.parts < number
        some = some[: min(one.parts, number - 1 if ends else number)]
        there = np.arange(number) < len(some)
        members: dict[str, Any] = {
            "own": np.zeros((number, c.tokens, c.token), np.float32),
            "placed": np.zeros((number, c.tokens, c.token), np.float32),
            "box": np.zeros((number, 1, BOX), np.float32),
            "look": np.zeros((number, 1, LOOK), np.float32),
            "whole": a["whole"][0].astype(np.float32),
        }
        members["own"][there], members["placed"][there] = a["own"][some], a["placed"][some]
        members["box"][there, 0], members["look"][there, 0] = a["box"][some], a["look"][some]
        members["box"][~there, 0, 6] = -1.0

        asked = 0 if one.is_graft else int(rng.integers(number))
        shape, box, known = self._levels(number, asked)
        whole = rng.random()
        levels: dict[str, Any] = {
            "shape": np.where(known, 0.0, shape).astype(np.float32),
            "box": np.where(known, 0.0, box).astype(np.float32),
            "whole": np.float32(
                0.0
                if whole < WHOLE_KNOWN
                else 1.0
                if whole < WHOLE_KNOWN + WHOLE_UNKNOWN
                else shape.max()
            ),
        }
        return members, levels, self._given(a, some, there), there.astype(np.float32)

    def _levels(self, number: int, asked: int) -> tuple[Singles, Singles, NDArray[np.bool_]]:
        """(number,) levels of shapes and of boxes, and which parts are known; where only one is
        not, or all would be, `asked` is not."""
        rng = self.rng
        mode = str(rng.choice(list(MODES), p=list(MODES.values())))
        level = 1 / (1 + np.exp(-(CENTRE + SPREAD * rng.standard_normal(number))))
        if rng.random() < EARLY:
            level = EARLIEST + (1 - EARLIEST) * rng.random(number)
        known = np.zeros(number, bool)
        if mode != "each its own":
            level[:] = level[0]
        if mode == "some known":
            known = rng.random(number) < rng.random()
        elif mode == "all but one known":
            known[:] = True
        if known.all():
            known[asked] = False
        box = np.zeros(number) if rng.random() < BOXES_KNOWN else level
        return level.astype(np.float32), box.astype(np.float32), known

    def _given(
        self, a: dict[str, NDArray[Any]], some: NDArray[np.int64], there: NDArray[np.bool_]
    ) -> dict[str, Any]:
        rng, c = self.rng, self.config
        given = {n: v[0] for n, v in nothing(c, 1, len(there)).items()}
        tells = {name: rng.random() < chance for name, chance in TOLD.items()}
        words = meant(a["words"][some, int(rng.integers(a["words"].shape[1]))], rng)
        told = np.abs(words).any(1) & (rng.random(len(some)) < 0.9) & tells["words"]
        given["words"][there] = np.c_[words, np.ones(len(some))] * told[:, None]
        if tells["title"] and a["title"].any():
            given["title"][:] = np.r_[meant(a["title"], rng)[0], 1.0]
        if tells["picture"] and "picture" in a:
            view = int(rng.integers(len(a["picture"])))
            given["picture"][:, :-1] = a["picture"][view].astype(np.float32) / 255
            given["picture"][:, -1] = 1.0
            seen_from = a["view"][view] if tells["view"] else None
            if seen_from is not None:
                given["view"][:] = np.r_[seen_from, 1.0]
            if tells["mask"]:
                mask = masks_of(a["mask"][view], some, seen_from)
                given["mask"][there] = np.c_[mask, np.ones(len(some))]
        if tells["seen"]:
            seen = np.flatnonzero(there)[a["seen"][some]]
            for name in ("seen_own", "seen_placed"):
                given[name][seen, :, :-1] = a[name][some[a["seen"][some]]]
                given[name][seen, :, -1] = 1.0
        if tells["before"] and c.before:
            row = int(rng.integers(len(a["before"])))
            if not a["before_parts"][row, some].any():
                given["before"][:, :-1], given["before"][:, -1] = a["before"][row], 1.0
        return given


@dataclass(frozen=True)
class Noisy:
    """Drawn sets with noise upon them, of torch. members, clean, noise : arrays of `Parts`; there :
    see `Drawn`."""

    members: dict[str, Tensor]
    clean: dict[str, Tensor]
    noise: dict[str, Tensor]
    levels: Levels
    given: Given
    there: Tensor


def noisy(drawn: Drawn, device: torch.device, rng: torch.Generator) -> Noisy:
    """Sets with noise of their levels."""

    def on(array: Singles) -> Tensor:
        return torch.from_numpy(array).to(device, non_blocking=True)

    clean = {n: on(v) for n, v in drawn.members.items()}
    noise = {n: torch.randn(v.shape, generator=rng).to(device) for n, v in clean.items()}
    levels = {n: on(v) for n, v in drawn.levels.items()}
    members = {}
    for name, value in clean.items():
        level = levels[OF_LEVEL[name]]
        level = level.reshape(*level.shape, *[1] * (value.ndim - level.ndim))
        members[name] = (1 - level) * value + level * noise[name]
    given = Given(**{n: on(v) for n, v in drawn.given.items()})
    return Noisy(members, clean, noise, Levels(**levels), given, on(drawn.there))


def meant(vectors: NDArray[Any], rng: np.random.Generator) -> Singles:
    """Vectors (..., D) of words of about the same meaning; zeros stay."""
    near = vectors + BLUR * rng.standard_normal(vectors.shape)
    near /= np.linalg.norm(near, axis=-1, keepdims=True)
    return np.where(np.abs(vectors).any(-1, keepdims=True), near, 0).astype(np.float32)


def _stacked(rows: Sequence[dict[str, Any]]) -> dict[str, Singles]:
    return {n: np.stack([row[n] for row in rows]).astype(np.float32) for n in rows[0]}
