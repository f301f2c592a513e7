# SPDX-License-Identifier: GPL-3.0-or-later
"""How many threads linear algebra takes: one. Standard library only.

A sum that is split over threads is rounded otherwise, and the same mesh must give the same bytes on
every machine. The matrices here are small, too: threads that wait for each other on a busy machine
cost more than they gain.
"""

from __future__ import annotations

import os

VARIABLES = (
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS",
    "BLIS_NUM_THREADS",
    "OMP_NUM_THREADS",
)


def one_for_algebra() -> None:
    """For this process and those that it starts; to be called before NumPy is imported."""
    os.environ.update(dict.fromkeys(VARIABLES, "1"))
