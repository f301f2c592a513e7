# SPDX-License-Identifier: GPL-3.0-or-later
"""How many threads linear algebra takes: one. Standard library only.

A sum that is split over threads is rounded otherwise, and the same mesh must give the same bytes on
every machine. The matrices here are small, too: threads that wait for each other on a busy machine
cost more than they gain. Large networks of torch are another matter.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

from .cpu import cores

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
    # Threads of torch that wait would otherwise keep a processor busy, which others want.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")


@contextmanager
def all_for_networks() -> Iterator[None]:
    """For the length of a job, torch computes on all processors."""
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(cores())
    try:
        yield
    finally:
        torch.set_num_threads(before)
