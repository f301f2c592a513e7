# SPDX-License-Identifier: GPL-3.0-or-later
"""Errors of the system become sentences, and commands end with the status that fits."""

from __future__ import annotations

import errno
import os

from backend.commands.failures import FAULT, REFUSED, in_words, status
from backend.contract.errors import BadInput, OutOfMemory


def test_an_error_for_people_stays_as_it_is():
    error = BadInput("No.", "Yes.")
    assert in_words(error) is error
    assert status(error) == REFUSED


def test_the_systems_errors_name_the_file():
    found = in_words(OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), "/disk/a.glb"))
    assert isinstance(found, BadInput)
    assert found.message.startswith("/disk/a.glb: ")
    assert found.hint
    assert status(found) == REFUSED


def test_too_little_memory_is_said_so():
    assert isinstance(in_words(MemoryError()), OutOfMemory)


def test_a_fault_of_partwise_keeps_its_traceback_for_the_report():
    try:
        [].pop()
    except IndexError as error:
        found = in_words(error)
    assert "IndexError" in found.message
    assert "test_failures" in found.detail
    assert status(found) == FAULT
