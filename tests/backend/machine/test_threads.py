# SPDX-License-Identifier: GPL-3.0-or-later
"""Linear algebra takes one thread, in this process and in those that it starts."""

from __future__ import annotations

import os

import pytest

from backend.machine import threads
from backend.machine.threads import VARIABLES, all_for_networks, one_for_algebra


def test_every_library_is_told(monkeypatch: pytest.MonkeyPatch):
    for number, name in enumerate(VARIABLES):
        if number % 2:
            monkeypatch.setenv(name, "8")
        else:
            monkeypatch.delenv(name, raising=False)
    one_for_algebra()
    assert [os.environ[name] for name in VARIABLES] == ["1"] * len(VARIABLES)
    assert {"OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "OMP_NUM_THREADS"} <= set(VARIABLES)


def test_large_networks_have_all_processors_for_the_length_of_a_job(
    monkeypatch: pytest.MonkeyPatch,
):
    torch = pytest.importorskip("torch", reason="threads of torch")
    monkeypatch.setattr(threads, "cores", lambda: 3)
    before = torch.get_num_threads()
    with all_for_networks():
        assert torch.get_num_threads() == 3
    assert torch.get_num_threads() == before
