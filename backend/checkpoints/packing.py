# SPDX-License-Identifier: GPL-3.0-or-later
"""Arrays of networks in fewer bytes: matrices in 8 bits, with a scale for each of their columns.

A matrix ``NAME`` of 8 bits is in the file with its scales, ``NAME.scale``; what has half precision
is as it is. Both become single precision when they are read.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..contract.arrays import Singles

SCALE = ".scale"
LEVELS = 127  # of a sign
MATRIX = 4096  # numbers from which on an array is worth packing


def packed(arrays: Mapping[str, Singles], *, eight: bool = False) -> dict[str, NDArray[Any]]:
    """Arrays as they ship: matrices in half precision, or in 8 bits; the others as they are."""
    found: dict[str, NDArray[Any]] = {}
    for name, array in arrays.items():
        if array.ndim < 2:
            found[name] = array.astype(np.float32)
        elif not eight or array.size < MATRIX:
            found[name] = array.astype(np.float16)
        else:
            largest = np.abs(array).max(axis=0, keepdims=True)
            scale = np.maximum(largest / LEVELS, np.float32(1e-12)).astype(np.float32)
            found[name] = np.rint(array / scale).astype(np.int8)
            found[name + SCALE] = scale
    return found


def unpacked(arrays: Mapping[str, NDArray[Any]]) -> dict[str, Singles]:
    """The arrays that were packed, in single precision. Raises KeyError where scales are missing,
    and ValueError where a number is not finite."""
    found: dict[str, Singles] = {}
    for name, array in arrays.items():
        if name.endswith(SCALE):
            continue
        whole = array.astype(np.float32)
        if array.dtype == np.int8:
            whole *= arrays[name + SCALE]
        if not np.isfinite(whole).all():
            raise ValueError(f"a number of {name} is not finite")
        found[name] = whole
    return found
