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
    is_idle,
    result,
    running,
)


@pytest.fixture
def client() -> Iterator[Client]:
    """The engine as Blender starts it."""
    with running(engine_command.command) as client:
        yield client


@pytest.fixture(scope="session")
def kept() -> Iterator[list[Client]]:
    """The engine that the last test left as it was, if it did: starting one takes a while."""
    clients: list[Client] = []
    yield clients
    for client in clients:
        client.stop()


@pytest.fixture
def actor(kept: list[Client], monkeypatch: pytest.MonkeyPatch) -> Iterator[Client]:
    """An engine that waits, prints and fails on demand, and has nothing to do."""
    monkeypatch.setitem(requests.METHODS, "act", (Act, Acted))
    if not kept:
        kept.append(Client(lambda: ACTOR))
    client = kept[0]
    result(client, requests.Ping())
    first = client.pid
    yield client
    if client.pid != first or not is_idle(client):
        kept.pop().stop()
