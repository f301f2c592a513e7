# SPDX-License-Identifier: GPL-3.0-or-later
"""Families of training shapes: each function makes a random `Sculpture` of one kind of object."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ..sculpt import Sculpture
from . import animals, blobs, chairs, people, planes, vessels

SCULPTORS: dict[str, Callable[[np.random.Generator], Sculpture]] = {
    "human": people.human,
    "hand": people.hand,
    "quadruped": animals.quadruped,
    "bird": animals.bird,
    "fish": animals.fish,
    "vase": vessels.vase,
    "cup": vessels.cup,
    "teapot": vessels.teapot,
    "chair": chairs.chair,
    "table": chairs.table,
    "airplane": planes.airplane,
    "blob": blobs.blob,
}
