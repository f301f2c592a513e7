# SPDX-License-Identifier: GPL-3.0-or-later
"""How a model is run in the memory that there is: what stays, how much goes at once.

Rungs of a ladder, the fastest first. A job begins on the first that fits, by what its networks and
their work take, and steps one down when the device runs out of memory all the same. The last rung
is the processor, so that there is no dead end but too little main memory.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

SPARE = 0.9  # share of a card that may be planned with: its driver and the screen take some
CHUNKS = (65_536, 16_384, 4_096)  # points that are asked of a field at once
HELD = 400_000_000  # bytes of kernels and of the library's own, on a card


@dataclass(frozen=True)
class Work:
    """What a sampling takes beside the networks.

    Parameters
    ----------
    rows : of tokens that go through the transformer at once: branches of guidance times parts.
    tokens : of each row. width : of the transformer. contexts : bytes of all keys and values that
    are kept for a part.
    number : bytes of each number.
    """

    rows: int
    tokens: int
    width: int
    contexts: int
    number: int = 2

    @property
    def step(self) -> int:
        """Bytes of a step: stored activations of half the blocks, and the widest of a block."""
        row = self.tokens * self.width * self.number
        return self.rows * row * (10 + 4 + 8)

    def query(self, chunk: int, width: int = 1024) -> int:
        """Bytes of asking a field at `chunk` points: the widest layer of its last block."""
        return chunk * width * self.number * 8


@dataclass(frozen=True)
class Plan:
    """One rung.

    stays : all networks stay on the device; otherwise each leaves before the next comes.
    at_a_time : parts that are sampled together. chunk : points asked of a field at once.
    needs : bytes of the device. on_processor : the device is the processor.
    """

    stays: bool
    at_a_time: int
    chunk: int
    needs: int
    on_processor: bool = False

    def said(self) -> str:
        """A sentence for people."""
        size = f"{self.needs / 1e9:.1f} GB"
        if self.on_processor:
            return f"On the processor, which takes long and {size} of main memory."
        how = "all networks stay loaded" if self.stays else "one network at a time is loaded"
        parts = "one part" if self.at_a_time == 1 else f"{self.at_a_time} parts"
        return f"On the graphics card in {size}: {how}, {parts} at a time."


def ladder(
    networks: Mapping[str, int], work: Work, parts: int, available: int | None, *, card: bool
) -> list[Plan]:
    """The rungs that fit into `available` bytes of a device, the fastest first, and the processor.

    networks : bytes of each network. work : of one part. parts : how many there are. card : the
    device is a graphics card. None available is taken for enough.
    """
    whole, largest = sum(networks.values()), max(networks.values(), default=0)
    limit = float("inf") if available is None else available * (SPARE if card else 1.0)
    rungs: list[Plan] = []
    if card:
        counts = sorted({max(1, parts >> k) for k in range(parts.bit_length())}, reverse=True)
        for stays, held in ((True, whole), (False, largest)):
            for at_a_time in counts:
                for chunk in CHUNKS if at_a_time == 1 else CHUNKS[:1]:
                    busy = max(at_a_time * (work.step + work.contexts), work.query(chunk))
                    needs = held + busy + HELD
                    if needs <= limit:
                        rungs.append(Plan(stays, at_a_time, chunk, needs))
    needs = largest * 4 // work.number + work.step * 4 // work.number
    rungs.append(Plan(False, 1, CHUNKS[1], needs, on_processor=True))
    return rungs
