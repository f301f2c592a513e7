# SPDX-License-Identifier: GPL-3.0-or-later
"""Teaches the flow's guess: the mean of shapes of which the same is told, see `PartFlow.guess`.

It sees no noise, so that it learns in two minutes, from a thousand parts a step, what the flow,
which meets a part that is nothing but noise seldom, does not learn in hours. The flow learns after
it, and takes it as it is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from ...models.partflow import IN_OBJECT, MASK, OUTLINE, VIEW, Given, Levels, PartFlow, nothing
from .pictured import masks_of
from .shelf import Singles

GUESS = "guess."  # beginning of the names of its arrays
RATE, DECAY = 1e-3, 0.05
BATCH = 1024
SHORTEST = 0.02  # of the rate, at the end
BLUR = 0.03  # deviation of words' vectors, about the distance of synonyms
NUDGE = 0.03  # and of boxes


@dataclass(frozen=True)
class Known:
    """M parts of all objects. own, placed : (M, T, C) tokens. box : (M, BOX).

    words : (M, forms, D). title : (M, D). mask : (M, MASK^2 + OUTLINE + 1) and view : (M, VIEW +
    1), in a picture, zeros where there is none.
    """

    own: NDArray[np.float16]
    placed: NDArray[np.float16]
    box: Singles
    words: Singles
    title: Singles
    mask: NDArray[np.float16]
    view: Singles

    @classmethod
    def of(cls, objects: Sequence[Mapping[str, NDArray[Any]]], rng: np.random.Generator) -> Known:
        """All parts of objects whose latents are tokens, each in a picture by chance."""
        rows: list[list[NDArray[Any]]] = []
        for a in objects:
            count = len(a["own"])
            mask, view = np.zeros((count, MASK * MASK + OUTLINE + 1)), np.zeros(VIEW + 1)
            if "picture" in a:
                one = int(rng.integers(len(a["picture"])))
                view = np.r_[a["view"][one], 1.0]
                mask = np.c_[masks_of(a["mask"][one], np.arange(count), a["view"][one]),
                             np.ones(count)]  # fmt: skip
            title, view = (np.repeat(row[None], count, 0) for row in (a["title"][0], view))
            rows.append([a["own"], a["placed"], a["box"], a["words"], title, mask, view])
        whole: list[NDArray[Any]] = [np.concatenate(each) for each in zip(*rows, strict=True)]
        types = (*[np.float16] * 2, *[np.float32] * 3, np.float16, np.float32)
        return cls(*(one.astype(kind) for one, kind in zip(whole, types, strict=True)))


def learn_guess(
    net: PartFlow,
    known: Known,
    told: Mapping[str, float],
    steps: int,
    rng: np.random.Generator,
    batch: int = BATCH,
) -> float:
    """Steps of the arrays "guess.*" of a network of torch, in place; returns the last error.

    told : by chance, of "words", "title", "mask" and "view"; half of the boxes are.
    """
    names = [n for n in net.arrays if n.startswith(GUESS)]
    device = net.arrays[names[0]].device
    learned = {n: net.arrays[n].detach().clone().requires_grad_() for n in names}
    own = PartFlow(net.config, {**net.arrays, **learned}, net.ops)
    optimizer = torch.optim.AdamW(list(learned.values()), RATE, weight_decay=DECAY)
    error = 0.0
    for step in range(steps):
        for group in optimizer.param_groups:
            group["lr"] = RATE * max(SHORTEST, min(1.0, 2 * (1 - step / steps)))
        asked, of, box, true = _drawn(own, known, told, rng, min(batch, len(known.box)))
        levels = Levels(*(torch.from_numpy(one).to(device) for one in of))
        given = Given(**{n: torch.from_numpy(a).to(device) for n, a in asked.items()})
        guessed = own.guess(torch.from_numpy(box).to(device), levels, given)
        loss = sum(
            (one[:, 0] - torch.from_numpy(other).to(device)).square().mean()
            for one, other in zip(guessed, true, strict=True)
        )
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        error = float(loss.detach()) / 2
    with torch.no_grad():
        for name, array in learned.items():
            net.arrays[name].copy_(array)
    return error


def meant(vectors: NDArray[Any], rng: np.random.Generator) -> Singles:
    """Vectors (..., D) of words of about the same meaning; zeros stay."""
    near = vectors + BLUR * rng.standard_normal(vectors.shape)
    near /= np.linalg.norm(near, axis=-1, keepdims=True)
    return np.where(np.abs(vectors).any(-1, keepdims=True), near, 0).astype(np.float32)


def _drawn(
    net: PartFlow, known: Known, told: Mapping[str, float], rng: np.random.Generator, batch: int
) -> tuple[dict[str, Singles], tuple[Singles, ...], Singles, tuple[Singles, Singles]]:
    """What is told of parts that are drawn, their levels, their boxes and their tokens; each is the
    only part of a set."""
    rows = rng.integers(len(known.box), size=batch)
    asked = nothing(net.config, batch, 1)

    def told_of(vectors: Singles) -> Singles:
        there = np.abs(vectors).any(-1, keepdims=True)
        return np.concatenate([meant(vectors, rng), there], -1).astype(np.float32)

    def heard(name: str) -> Singles:
        return (rng.random((batch, 1)) < told[name]).astype(np.float32)

    form = rng.integers(known.words.shape[1], size=batch)
    asked["words"][:, 0] = told_of(known.words[rows, form]) * heard("words")
    asked["title"][:] = told_of(known.title[rows]) * heard("title")
    mask = heard("mask") * (rng.random((batch, 1)) < told["picture"])
    asked["mask"][:, 0] = known.mask[rows] * mask
    asked["view"][:] = known.view[rows] * mask * heard("view")
    # What the view says of a box is told where the view is.
    asked["mask"][:, 0, -IN_OBJECT - 1 : -1] *= asked["view"][:, -1:]
    of_box = np.where(rng.random((batch, 1)) < 0.5, 0.0, rng.random((batch, 1))).astype(np.float32)
    box = known.box[rows] + np.float32(NUDGE) * rng.standard_normal((batch, 8), np.float32)
    box = (1 - of_box) * box + of_box * rng.standard_normal(box.shape, np.float32)
    none = np.zeros((batch, 1), np.float32)
    tokens = tuple(one[rows].astype(np.float32) for one in (known.own, known.placed))
    return asked, (none, of_box, none[:, 0]), box[:, None, None], tokens  # type: ignore[return-value]
