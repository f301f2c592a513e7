# SPDX-License-Identifier: GPL-3.0-or-later
"""A job is cancelled at many of its steps, one after the other, and must end at each."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from backend.contract.errors import Cancelled
from backend.contract.progress import Progress

PLACES = 8  # steps at which it is cancelled


def is_cancelled_everywhere(job: Callable[[Progress], object], *inputs: np.ndarray) -> int:
    """Cancel a job at steps spread over all of it; its inputs must stay. Returns its steps."""
    before = [each.tobytes() for each in inputs]
    told: list[int] = []
    job(Progress(lambda stage, done, whole: told.append(done)))
    count = len(told)
    for last in np.unique(np.linspace(1, count, PLACES).astype(int)).tolist():
        heard = 0

        def stop(stage: str, done: int, whole: int, last: int = last) -> None:
            nonlocal heard
            heard += 1
            if heard >= last:  # as a cancelled job is told at each step from then on
                raise Cancelled

        with pytest.raises(Cancelled):
            job(Progress(stop))
        assert heard <= last + 1, "it went on"  # one more where two parts are made at a time
    assert [each.tobytes() for each in inputs] == before
    return count
