# SPDX-License-Identifier: GPL-3.0-or-later
"""Rectified flow's levels of noise, and its guidance, of arrays of NumPy and of torch alike."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any


def schedule(steps: int, shift: float = 1.0) -> list[float]:
    """Levels from 1 to 0, ``steps + 1`` of them. shift : above 1 stays longer at high levels."""
    levels = [1 - i / steps for i in range(steps)]
    return [*(shift * s / (1 + (shift - 1) * s) for s in levels), 0.0]


def guided(velocities: Any, scales: Sequence[float]) -> Any:
    """One velocity of those of nested branches (classifier-free guidance: Ho, Salimans, 2022).

    velocities : N, the first without contexts, each next one with one more. scales : N-1,
    of the difference that each context makes.
    """
    velocity = velocities[0]
    for i, scale in enumerate(scales):
        velocity = velocity + scale * (velocities[i + 1] - velocities[i])
    return velocity
