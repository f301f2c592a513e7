# SPDX-License-Identifier: GPL-3.0-or-later
"""Numbers that overflowed: what a network made of them is no shape."""

from __future__ import annotations


class NotFinite(ArithmeticError):
    """A network answered with infinite or undefined numbers."""
