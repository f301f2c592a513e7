# SPDX-License-Identifier: GPL-3.0-or-later
"""Networks that stay loaded, and when they go."""

from __future__ import annotations

import numpy as np
import pytest

from backend.machine.resident import Residents


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_a_network_is_loaded_once() -> None:
    residents, loads = Residents(), []

    def load() -> np.ndarray:
        loads.append(1)
        return np.zeros(1000, dtype=np.uint8)

    assert residents.get("a", load) is residents.get("a", load)
    assert len(loads) == 1
    assert residents.sizes() == {"a": 1000}


def test_what_fails_to_load_is_not_there() -> None:
    residents = Residents()
    with pytest.raises(OSError, match="gone"):
        residents.get("a", lambda: (_ for _ in ()).throw(OSError("gone")))
    assert residents.get("a", lambda: 5) == 5


def test_a_network_may_be_made_of_others() -> None:
    residents = Residents()
    made = residents.get("pair", lambda: (residents.get("one", lambda: 1), 2))
    assert made == (1, 2)


def test_idle_networks_go_and_used_ones_stay() -> None:
    clock = Clock()
    residents = Residents(clock)
    residents.get("old", lambda: np.zeros(10, np.uint8))
    clock.now = 100.0
    residents.get("new", lambda: np.zeros(7, np.uint8))
    assert residents.unload(idle=50.0) == 10
    assert residents.sizes() == {"new": 7}
    assert residents.unload() == 7
    assert residents.bytes() == 0
