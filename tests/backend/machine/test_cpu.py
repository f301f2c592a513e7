# SPDX-License-Identifier: GPL-3.0-or-later
"""What the machine is."""

from __future__ import annotations

import os

import pytest

from backend.machine import cpu


def test_this_machine_has_a_processor_cores_and_memory():
    assert cpu.processor()
    assert 1 <= cpu.cores() <= (os.cpu_count() or 1)
    size = cpu.memory()
    assert size is None or 2**28 < size < 2**50


@pytest.mark.skipif(os.name == "nt", reason="Windows is asked otherwise")
def test_a_system_that_does_not_tell_its_memory(monkeypatch: pytest.MonkeyPatch):
    def refuse(name: str) -> int:
        raise ValueError(name)

    monkeypatch.setattr(os, "sysconf", refuse)
    assert cpu.memory() is None


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="needs affinity of processes")
def test_only_cores_that_may_be_used_count(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0, 3})
    assert cpu.cores() == 2


def test_free_memory_is_some_of_it():
    free, whole = cpu.free_memory(), cpu.memory()
    assert free is None or whole is None or 2**24 < free < 4 * whole
