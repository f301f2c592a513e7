# SPDX-License-Identifier: GPL-3.0-or-later
"""The steps of a job, with answers that a test gives in the place of the engine."""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import Any

from partwise.blender_addon.engine.jobs import Ask


def run_steps(
    steps: Generator[Ask, Any, Any], answer: Callable[[Ask], Any]
) -> tuple[list[Ask], Any]:
    """What was asked of the engine, and what the steps return; answer : of what is asked."""
    asked: list[Ask] = []
    value = None
    try:
        while True:
            ask = steps.send(value)
            value = None
            if ask.request is not None:
                asked.append(ask)
                value = answer(ask)
            if ask.then is not None:
                value = ask.then(value)
    except StopIteration as end:
        return asked, end.value
