# SPDX-License-Identifier: GPL-3.0-or-later
"""What a chosen quality means for engines that denoise: how many steps and cells."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

TIMES = {"draft": 0.5, "normal": 1.0, "fine": 2.0}


def of_quality(steps: int, cells: int, options: Mapping[str, Any]) -> tuple[int, int]:
    """`steps` of sampling and `cells` of the grid along each side, as the option wants them."""
    times = TIMES[options.get("quality", "normal")]
    return max(1, round(steps * times)), int(cells * times)
