# SPDX-License-Identifier: GPL-3.0-or-later
"""Engines that the tests of this room talk to."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from partwise.backend.contract import requests
from partwise.blender_addon.engine import command as engine_command
from partwise.blender_addon.engine.client import Client

from tests.blender_addon.engine.children import (
    ACTOR,
    Act,
    Acted,
    running,
)


@pytest.fixture
def client() -> Iterator[Client]:
    """The engine as Blender starts it."""
    with running(engine_command.command) as client:
        yield client


@pytest.fixture
def actor(monkeypatch: pytest.MonkeyPatch) -> Iterator[Client]:
    """An engine that waits, prints and fails on demand."""
    monkeypatch.setitem(requests.METHODS, "act", (Act, Acted))
    with running(lambda: ACTOR) as client:
        yield client
