# SPDX-License-Identifier: GPL-3.0-or-later
"""Which part hangs on which: a tree from the largest part outwards. No Blender."""

from __future__ import annotations

from collections.abc import Mapping


def hung_on(areas: Mapping[int, float], borders: Mapping[tuple[int, int], int]) -> dict[int, int]:
    """What each part hangs on, in an order in which that comes first; the largest on nothing.

    areas : of all parts. borders : how long those of two parts are, by both orders. A part hangs on
    the neighbour that is the fewest steps from the largest part, of these on the one with which its
    border is longest. What touches nothing hangs on the largest part itself.
    """
    if not areas:
        return {}
    root = max(areas, key=lambda part: (areas[part], -part))
    parent: dict[int, int] = {}
    reached = [root]
    while reached:
        known = {root, *parent}
        ways = {
            (new, old): size
            for (new, old), size in borders.items()
            if old in reached and new in areas and new not in known
        }
        best: dict[int, tuple[int, int]] = {}
        for (new, old), size in sorted(ways.items()):
            best[new] = max(best.get(new, (0, -1)), (size, old))
        parent |= {new: old for new, (_, old) in best.items()}
        reached = list(best)
    return parent | {part: root for part in areas if part != root and part not in parent}
