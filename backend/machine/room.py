# SPDX-License-Identifier: GPL-3.0-or-later
"""How much memory large networks may take: what is free, what is allowed, what was too much.

What a run taught is kept for the next one: a plan that a device had no memory for is not tried
again, nor numbers that overflowed. It is forgotten after a while, and when memory is asked back, as
other programs come and go.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from . import cpu
from .device import Device
from .resident import IDLE

SPARE = 0.9  # share of a card that may be planned with: its driver and the screen take some


class Room:
    """What is known of the memory of this process' devices. Any thread may ask."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._allowed: int | None = None
        self._refused: dict[str, tuple[int, float]] = {}
        self._exact: dict[str, float] = {}
        self._lock = threading.Lock()

    @contextmanager
    def allowed(self, size: int | None) -> Iterator[None]:
        """For a job: no more than so many bytes; None for as many as there are."""
        before, self._allowed = self._allowed, size
        try:
            yield
        finally:
            self._allowed = before

    def available(self, device: Device) -> int | None:
        """Bytes that may be planned with; None where nobody says."""
        found = [free_of(device), self._allowed]
        with self._lock:
            size, when = self._refused.get(device.kind, (0, 0.0))
            if size and self._clock() - when < IDLE:
                found.append(size - 1)
        return min((one for one in found if one is not None), default=None)

    def refused(self, device: Device, size: int) -> None:
        """A device had no room for a plan of so many bytes."""
        with self._lock:
            self._refused[device.kind] = size, self._clock()

    def overflowed(self, what: str) -> None:
        """Numbers of 16 bits were not enough for a network here."""
        with self._lock:
            self._exact[what] = self._clock()

    def needs_exact(self, what: str) -> bool:
        """Whether they were not, a while ago."""
        with self._lock:
            when = self._exact.get(what)
            return when is not None and self._clock() - when < IDLE

    def forget(self) -> None:
        """Forget what was learned."""
        with self._lock:
            self._refused.clear()
            self._exact.clear()


def free_of(device: Device) -> int | None:
    """Bytes of a device that networks can have, with what they have already."""
    if device.kind == "cpu":
        return cpu.free_memory()
    total = None if device.memory is None else int(SPARE * device.memory)
    if device.kind not in ("cuda", "rocm", "mps"):
        return total
    import torch

    try:
        if device.kind == "mps":  # which shares main memory, of which it may have a part
            return int(torch.mps.recommended_max_memory())
        free, _ = torch.cuda.mem_get_info()
        free += torch.cuda.memory_reserved()
    except (RuntimeError, AssertionError):  # no such card, or a driver that torch cannot use
        return total
    return free if total is None else min(free, total)


room = Room()  # that of this process
