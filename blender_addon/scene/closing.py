# SPDX-License-Identifier: GPL-3.0-or-later
"""What closes the cuts of parts when they become objects, as the setting Close of Split says."""

from __future__ import annotations

from collections.abc import Collection, Generator, Sequence
from typing import Any

import bpy

from ..engine import jobs
from ..mesh.labels import get_labels
from . import completions, engine_choice
from .completions import Completing, Completion
from .targets import Target

Closed = tuple[Target, Completion | None]


def why_not(
    objects: Sequence[bpy.types.Object],
    settings: bpy.types.PropertyGroup,
    without: Collection[int] = (),
) -> str:
    """Why cuts cannot be closed as the setting says, for a tooltip: the engine that is chosen for
    it cannot run. Empty when it can, and where nothing is asked of it.

    without : as of `job_of`.
    """
    if settings.closing != "HIDDEN":
        return ""
    rows = (row for obj in objects for row in obj.data.partwise.parts)
    if all(row.report.engine or row.part_id in without for row in rows):
        return ""
    return engine_choice.why_not(settings, "complete")


def job_of(
    objects: Sequence[bpy.types.Object],
    settings: bpy.types.PropertyGroup,
    without: Collection[int] = (),
) -> tuple[str, Generator[jobs.Ask, Any, list[Closed]]]:
    """The title of a job, and its work: what closes the parts of each object.

    without : ids of parts that need nothing. What was completed before is not asked for again.
    """
    how = completions.HIDDEN if settings.closing == "HIDDEN" else completions.CAP
    completing, style = Completing.of(settings, how), completions.style_of(settings)
    prepared = []
    for obj in objects:
        labels, before = get_labels(obj.data), completions.kept(obj.data, style)
        missing = set(labels.tolist()) - set(before.report if before else ()) - set(without)
        prepared.append((Target.of(obj), labels, missing))

    def work() -> Generator[jobs.Ask, Any, list[Closed]]:
        found: list[Closed] = []
        for number, (target, labels, missing) in enumerate(prepared):
            span = (number / len(prepared), (number + 1) / len(prepared))
            closed = None
            if missing:
                closed = yield from completions.ask(
                    target, labels, completing, chosen=missing, span=span
                )
            found.append((target, closed))
        return found

    return "Completing Parts" if how == completions.HIDDEN else "Closing Cuts", work()
