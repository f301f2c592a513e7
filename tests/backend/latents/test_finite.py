# SPDX-License-Identifier: GPL-3.0-or-later
"""A field that overflowed is told, and never becomes a surface."""

from __future__ import annotations

import numpy as np
import pytest

from backend.latents.finite import NotFinite
from backend.latents.surface import dense, extract


@pytest.mark.parametrize("number", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("way", [extract, dense])
def test_a_field_without_numbers_has_no_surface(way, number: float) -> None:
    def field(points: np.ndarray) -> np.ndarray:
        values = (0.5 - np.linalg.norm(points, axis=1)).astype(np.float32)
        values[np.abs(values).argmin()] = number
        return values

    with pytest.raises(NotFinite, match="field of a shape"):
        way(field, 32)
