# SPDX-License-Identifier: GPL-3.0-or-later
"""The clocks of the benchmarks."""

import time

import numpy as np

from backend.evaluation.timing import LongestHold, timed


def test_the_longest_hold_is_seen():
    numbers = np.random.default_rng(0).random(2_000_000).tolist()
    with LongestHold() as hold:
        time.sleep(0.02)
        began = time.perf_counter()
        numbers.sort()  # one call that holds the interpreter's lock
        seconds = time.perf_counter() - began
        time.sleep(0.02)
    assert hold.longest > 0.8 * seconds


def test_seconds_of_a_job_are_those_that_pass():
    assert timed(lambda: time.sleep(0.02)) >= 0.02
