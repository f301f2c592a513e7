# SPDX-License-Identifier: GPL-3.0-or-later
"""How a model is run in the memory that there is: what stays, how much goes at once.

Rungs of a ladder, the fastest first, each in less memory than those before it. A job begins on the
first that fits, by what its networks and their work take, and steps one down when the device runs
out of memory all the same. Below a card's rungs is the processor, so that there is no dead end but
too little main memory.

What work takes was counted operation by operation; tests count it again, for every rung.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

CHUNKS = (65_536, 16_384, 4_096)  # points that are asked of a field at once
HELD = 400_000_000  # bytes of kernels and of the library's own
SLACK = 1.05  # of what is asked for: allocators round up, and leave gaps
BYTES = {"float32": 4, "bfloat16": 2, "float16": 2}  # of each number

# In activations of all tokens: the widest place of a transformer's block, beside what is stored for
# the skips; of the autoencoder's. The rest of a step (its latents, the time) is next to nothing.
WIDEST, WIDEST_DECODER = 13.2, 11.2


@dataclass(frozen=True)
class Work:
    """What a sampling takes beside the networks, in numbers; of one part, or of those together.

    Parameters
    ----------
    branches : of guidance. together : parts that look at each other, so that none goes alone.
    tokens : of each part. width, blocks, heads : of the transformer. context : tokens of all
    contexts. points : of each part, that an encoder looks at. decoder : width of the autoencoder.
    """

    branches: int
    tokens: int
    width: int
    blocks: int
    context: int
    together: int = 1
    heads: int = 16
    points: int = 0
    decoder: int = 1024

    @property
    def contexts(self) -> int:
        """Keys and values of every block."""
        return 2 * self.context * self.width * self.blocks

    def step(self, *, apart: bool, fused: bool) -> int:
        """A step of the sampling. apart : one branch after the other. fused : attention does not
        keep the weight of each token for each other."""
        branches = 1 if apart else self.branches
        rows = branches * self.together * (self.tokens + 1)
        activations = int(rows * self.width * (self.blocks // 2 + WIDEST))
        if fused:
            return activations
        # Weights twice, before and after they are made to sum up to one, of the widest attention.
        sequence = self.together * (self.tokens + 1)
        return activations + 2 * branches * self.heads * sequence * max(sequence, self.context)

    @property
    def looking(self) -> int:
        """Encoders: of points the keys and values of all of them, of pictures and words little."""
        return int(self.points * self.decoder * 2.2) + 600 * self.decoder * 20

    def reading(self, chunk: int) -> int:
        """Decoding a shape and asking its field at `chunk` points, whose codes are in 32 bits."""
        at_once = max(chunk, self.tokens)
        return int(at_once * (self.decoder * WIDEST_DECODER + 100) + 2 * self.tokens * self.decoder)


@dataclass(frozen=True)
class Plan:
    """One rung.

    stays : all networks stay on the device; otherwise each leaves before the next comes.
    at_a_time : parts that are sampled together. chunk : points asked of a field at once.
    needs : bytes of the device. on_processor : the device is the processor. apart : branches of
    guidance go one after the other. numbers : in which networks compute, as torch calls them.
    """

    stays: bool
    at_a_time: int
    chunk: int
    needs: int
    on_processor: bool = False
    apart: bool = False
    numbers: str = "bfloat16"

    def said(self) -> str:
        """A sentence for people."""
        size = f"{self.needs / 1e9:.1f} GB"
        if self.on_processor:
            return f"On the processor, which takes long, in {size} of main memory"
        how = "all networks stay loaded" if self.stays else "one network at a time"
        parts = "" if self.at_a_time == 1 else f", {self.at_a_time} parts together"
        return f"On the graphics card in {size}: {how}{parts}"


def ladder(
    networks: Mapping[str, int],
    work: Work,
    parts: int,
    available: int | None,
    *,
    numbers: str,
    fused: bool = True,
) -> list[Plan]:
    """The rungs of a card that fit into `available` bytes, the fastest first, each in less.

    networks : how many numbers each has. work : of one part. parts : how many there are. numbers :
    those of the card. None available is taken for enough.
    """
    limit = float("inf") if available is None else available
    counts = sorted({max(1, parts >> k) for k in range(parts.bit_length())}, reverse=True)
    asked = [
        (stays, count, apart, chunk)
        for stays in (True, False)
        for count in counts
        for apart in ((False, True) if count == 1 and work.branches > 1 else (False,))
        for chunk in (CHUNKS if count == 1 else CHUNKS[:1])
    ]
    rungs: list[Plan] = []
    for stays, count, apart, chunk in asked:
        busy = _phases(work, count, chunk, apart=apart, fused=fused)
        needs = _bytes(_most(networks, busy, stays=stays), numbers)
        if needs <= limit:
            rungs.append(Plan(stays, count, chunk, needs, apart=apart, numbers=numbers))
            limit = needs - 1
    return rungs


def on_processor(
    networks: Mapping[str, int], work: Work, available: int | None, numbers: Sequence[str]
) -> list[Plan]:
    """The rungs of the processor that fit into `available` bytes, one for each kind of numbers.

    One part, one branch and one network at a time: there is little to win by more.
    """
    busy = _phases(work, 1, CHUNKS[-1], apart=True, fused=True)
    most = _most(networks, busy, stays=False)
    apart = work.branches > 1
    plans = [Plan(False, 1, CHUNKS[-1], _bytes(most, kind), True, apart, kind) for kind in numbers]
    return [plan for plan in plans if available is None or plan.needs <= available]


def _bytes(count: int, numbers: str) -> int:
    return HELD + int(SLACK * BYTES[numbers] * count)


def _phases(work: Work, count: int, chunk: int, *, apart: bool, fused: bool) -> dict[str, int]:
    """Numbers that are kept beside a network while it works; by its name, "" for encoders."""
    return {
        "": count * work.looking,
        "transformer": count * (work.step(apart=apart, fused=fused) + work.contexts),
        "vae": work.reading(chunk),
    }


def _most(networks: Mapping[str, int], busy: Mapping[str, int], *, stays: bool) -> int:
    if stays:
        return sum(networks.values()) + max(busy.values())
    return max(size + busy.get(name, busy[""]) for name, size in networks.items())
