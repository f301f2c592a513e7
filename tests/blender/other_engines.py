# SPDX-License-Identifier: GPL-3.0-or-later
"""Engines that stand in for the real one, which runs on meanwhile: none is started again for them.

A start and the libraries that the first answers load cost more than most tests.
"""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator

import pytest
from partwise.blender_addon.engine import jobs
from partwise.blender_addon.engine.client import Client


@contextlib.contextmanager
def engine_of(text: str) -> Iterator[Client]:
    """The client of an engine that is this program; it starts with the first question."""
    client = Client(lambda: [sys.executable, "-c", text])
    yield client
    client.stop()


@contextlib.contextmanager
def asked_instead(client: Client) -> Iterator[None]:
    """Jobs ask that engine, and then the one before again, which has not noticed."""
    jobs.client()  # so that its end is that of the process
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(jobs, "_client", client)
        yield
