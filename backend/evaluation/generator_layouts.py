# SPDX-License-Identifier: GPL-3.0-or-later
"""Layouts of boxes with words and joints, of which the part generator's sheets are made."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..engines.base import Box

Corner = tuple[float, float, float]


@dataclass(frozen=True)
class Place:
    """A box: what it is to be, its lowest and highest corner, what it hangs on and how."""

    name: str
    low: Corner
    high: Corner
    parent: str = ""
    joint: dict[str, Any] | None = None

    @property
    def text(self) -> str:
        """The name without its number."""
        return self.name.rstrip("0123456789 ")


def hinge(axis: Corner, origin: Corner, limits: tuple[float, float]) -> dict[str, Any]:
    """A joint that turns about an axis."""
    return {"type": "hinge", "axis": list(axis), "origin": list(origin), "limits": list(limits)}


def slider(axis: Corner, origin: Corner, limits: tuple[float, float]) -> dict[str, Any]:
    """A joint that slides along an axis."""
    return hinge(axis, origin, limits) | {"type": "slider"}


def legs(x: float, z: float, height: float, thick: float, of: str) -> list[Place]:
    """Four legs under a rectangle, half as wide as (x, z) each way."""
    return [
        Place(
            f"leg {number}",
            (sx * x - thick, 0.0, sz * z - thick),
            (sx * x + thick, height, sz * z + thick),
            of,
        )
        for number, (sx, sz) in enumerate(((-1, -1), (1, -1), (-1, 1), (1, 1)), 1)
    ]


LAYOUTS: dict[str, list[Place]] = {
    "chair": [
        Place("seat", (-0.5, 0.9, -0.5), (0.5, 1.02, 0.5)),
        Place("back", (-0.5, 1.02, -0.5), (0.5, 2.0, -0.4), "seat"),
        *legs(0.42, 0.42, 0.9, 0.06, "seat"),
    ],
    "cabinet": [
        Place("body", (-0.8, 0.0, -0.4), (0.8, 2.0, 0.4)),
        Place(
            "door", (-0.8, 0.7, 0.4), (0.8, 2.0, 0.46), "body",
            hinge((0, 1, 0), (-0.8, 1.3, 0.43), (0.0, 1.8)),
        ),
        Place("handle", (0.6, 1.2, 0.46), (0.68, 1.5, 0.56), "door"),
        Place(
            "drawer", (-0.75, 0.1, -0.3), (0.75, 0.6, 0.46), "body",
            slider((0, 0, 1), (0.0, 0.35, 0.46), (0.0, 0.6)),
        ),
    ],
    "car": [
        Place("body", (-0.6, 0.3, -1.4), (0.6, 0.8, 1.4)),
        Place("cabin", (-0.52, 0.8, -0.8), (0.52, 1.25, 0.6), "body"),
        *[
            Place(
                f"wheel {number}", (x - 0.1, 0.0, z - 0.3), (x + 0.1, 0.6, z + 0.3), "body",
                hinge((1, 0, 0), (x, 0.3, z), (-3.14, 3.14)),
            )
            for number, (x, z) in enumerate(((-0.62, -0.9), (0.62, -0.9), (-0.62, 0.9),
                                             (0.62, 0.9)), 1)
        ],
    ],
    "desk lamp": [
        Place("base", (-0.35, 0.0, -0.35), (0.35, 0.1, 0.35)),
        Place(
            "arm", (-0.05, 0.1, -0.05), (0.05, 1.2, 0.05), "base",
            hinge((1, 0, 0), (0.0, 0.1, 0.0), (-0.7, 0.7)),
        ),
        Place(
            "shade", (-0.3, 1.0, 0.0), (0.3, 1.45, 0.6), "arm",
            hinge((1, 0, 0), (0.0, 1.2, 0.05), (-1.2, 1.2)),
        ),
    ],
}  # fmt: skip

SCENE = [
    Place("floor", (-2.2, -0.1, -2.0), (2.2, 0.0, 2.0)),
    Place("table", (-0.8, 0.0, -0.5), (0.8, 0.8, 0.5)),
    Place("chair 1", (-0.3, 0.0, 0.7), (0.3, 1.1, 1.3)),
    Place("chair 2", (-0.3, 0.0, -1.3), (0.3, 1.1, -0.7)),
    Place("vase", (-0.12, 0.8, -0.12), (0.12, 1.2, 0.12)),
    Place("lamp", (1.4, 0.0, -1.6), (1.9, 1.8, -1.1)),
    Place("cabinet", (-2.1, 0.0, -1.9), (-1.1, 1.6, -1.3)),
    Place("plant", (-1.9, 0.0, 1.0), (-1.3, 1.3, 1.6)),
    Place("cup", (0.4, 0.8, 0.1), (0.55, 0.98, 0.25)),
]


def boxes_of(places: Sequence[Place]) -> list[Box]:
    """The same as engines take it."""
    return [
        Box(one.name, np.array(one.low), np.array(one.high), one.text, one.parent, one.joint)
        for one in places
    ]
