# SPDX-License-Identifier: GPL-3.0-or-later
"""Networks that stay loaded between jobs: which, how large, and since when nobody asked for them.

A large network takes seconds to load, so it stays; its memory is another program's as soon as it
was idle for a while, or when the artist asks for it.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar, cast

from .memory import give_back, held_bytes

IDLE = 900.0  # seconds after which a network that nobody asked for is let go

Loaded = TypeVar("Loaded")


@dataclass
class Network:
    """A network in memory.

    Parameters
    ----------
    value : what its loader returned.
    bytes : of its arrays and tensors.
    used : `time.monotonic` of when it was last asked for.
    """

    value: Any
    bytes: int
    used: float


class Residents:
    """Loaded networks by their names. Any thread may ask; a network is loaded by one of them."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._networks: dict[str, Network] = {}
        self._lock = threading.RLock()  # a network may be made of others

    def get(self, name: str, load: Callable[[], Loaded]) -> Loaded:
        """The network of a name, loaded if it is not there. What `load` raises goes through."""
        with self._lock:
            network = self._networks.get(name)
            if network is None:
                value = load()
                network = self._networks[name] = Network(value, held_bytes(value), 0.0)
            network.used = self._clock()
            return cast(Loaded, network.value)

    def sizes(self) -> dict[str, int]:
        """Bytes of each loaded network."""
        with self._lock:
            return {name: network.bytes for name, network in self._networks.items()}

    def bytes(self) -> int:
        """Bytes of all loaded networks."""
        return sum(self.sizes().values())

    def held(self, seen: set[int]) -> int:
        """Bytes of all loaded networks as `held_bytes` counts them, which then have been seen."""
        with self._lock:
            return sum(held_bytes(network.value, seen) for network in self._networks.values())

    def leave(self, names: Callable[[str], bool]) -> None:
        """Let go of the networks whose names are meant."""
        with self._lock:
            for name in [name for name in self._networks if names(name)]:
                del self._networks[name]

    def unload(self, idle: float = 0.0) -> int:
        """Let go of what nobody asked for in the last `idle` seconds. Returns its bytes.

        What a job still holds lives on until the job ends.
        """
        with self._lock:
            limit = self._clock() - idle
            gone = [name for name, one in self._networks.items() if one.used <= limit]
            freed = sum(self._networks.pop(name).bytes for name in gone)
        if gone:
            give_back()
        return freed


residents = Residents()  # those of this process
