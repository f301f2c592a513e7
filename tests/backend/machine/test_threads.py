# SPDX-License-Identifier: GPL-3.0-or-later
"""Linear algebra takes one thread, in this process and in those that it starts."""

from __future__ import annotations

import os

import pytest

from backend.machine.threads import VARIABLES, one_for_algebra


def test_every_library_is_told(monkeypatch: pytest.MonkeyPatch):
    for number, name in enumerate(VARIABLES):
        if number % 2:
            monkeypatch.setenv(name, "8")
        else:
            monkeypatch.delenv(name, raising=False)
    one_for_algebra()
    assert [os.environ[name] for name in VARIABLES] == ["1"] * len(VARIABLES)
    assert {"OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "OMP_NUM_THREADS"} <= set(VARIABLES)
