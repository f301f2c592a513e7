# SPDX-License-Identifier: GPL-3.0-or-later
"""How a family is listed: under its title, with its kind and the side at which it is held."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ...geometry.booleans import Mesh

Shells = list[Mesh]
Rng = np.random.Generator


@dataclass(frozen=True)
class Family:
    """What a family is called, its kind, and where its parts are held, in words of a side."""

    title: str
    kind: str
    side: str
    shells: Callable[[Rng], Shells]


FAMILIES: dict[str, Family] = {}


def family(
    title: str, kind: str, side: str = "bottom"
) -> Callable[[Callable[[Rng], Shells]], Callable[[Rng], Shells]]:
    """Lists a function under its title."""

    def listed(shells: Callable[[Rng], Shells]) -> Callable[[Rng], Shells]:
        FAMILIES[title] = Family(title, kind, side, shells)
        return shells

    return listed
