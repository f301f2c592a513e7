# SPDX-License-Identifier: GPL-3.0-or-later
"""Seeds one after the other, of an engine that makes another answer of each: every answer can be
shown before the next one is begun.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from ..contract.fields import MAX_SEED
from ..contract.progress import Progress


def in_turn(first: int, count: int, progress: Progress) -> Iterator[tuple[int, Progress]]:
    """Seeds from the first on, each with its share of a progress; after the last one comes 0.

    Sketches are told which variant they are of.
    """
    for number in range(count):
        span = progress.span(number / count, (number + 1) / count)
        if span.is_looked_at:

            def look(sketch: Any, number: int = number) -> None:
                progress.sketch(replace(sketch, variant=number))

            span = span.shown_to(look)
        yield (first + number) % (MAX_SEED + 1), span
