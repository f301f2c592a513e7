# SPDX-License-Identifier: GPL-3.0-or-later
"""overlay: being written."""

from typing import Any


def redraw(context: Any) -> None:
    """Being written."""
