# SPDX-License-Identifier: GPL-3.0-or-later
"""Engines as child processes: how they are started, asked and waited for."""

from __future__ import annotations

import contextlib
import os
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import numpy as np
import pytest
from partwise.backend import __version__
from partwise.backend.contract import fields
from partwise.backend.contract.errors import (
    PartwiseError,
)
from partwise.backend.contract.requests import Status
from partwise.blender_addon.engine.client import Client
from partwise.blender_addon.engine.command import Starting
from partwise.blender_addon.engine.process import Call

ROOT = Path(__file__).resolve().parents[3]


PATIENCE = 30.0  # seconds after which a silent engine fails the test


posix_only = pytest.mark.skipif(os.name != "posix", reason="signals as POSIX has them")


@dataclass(frozen=True, eq=False)
class Act(fields.Fields):
    """The request that the engine of service/engine_child.py has besides the real ones."""

    action: Annotated[str, fields.Text()]
    seconds: Annotated[float, fields.Number(0, 1000)] = 0.0


@dataclass(frozen=True, eq=False)
class Acted(fields.Fields):
    data: Annotated[np.ndarray, fields.Array(("N",), "uint8")]


def program(text: str) -> list[str]:
    return [sys.executable, "-c", text]


ACTOR = program(
    f"import sys, runpy; sys.path.insert(0, {str(ROOT)!r})\n"
    f"runpy.run_path({str(ROOT / 'tests/backend/service/engine_child.py')!r}, run_name='__main__')"
)


FRAME = (
    f"import sys; sys.path.insert(0, {str(ROOT)!r})\n"
    "from backend.contract.protocol import encode_frame\n"
    "def send(**body):\n"
    "    sys.stdout.buffer.write(b''.join(encode_frame(body))); sys.stdout.flush()\n"
)


HELLO = f"send(type='hello', protocol=1, version={__version__!r})\n"


@contextlib.contextmanager
def running(
    command: Callable[[], list[str]] | Starting, log: Path | None = None
) -> Iterator[Client]:
    client = Client(command, log)
    try:
        yield client
    finally:
        client.stop()


def settle(client: Client, call: Call) -> Call:
    assert client.wait(call, PATIENCE), f"no answer: {client.log.tail()}"
    return call


def result(client: Client, request: fields.Fields, then=None):
    call = settle(client, client.submit(request, then))
    assert call.error is None, (call.error, call.error.detail)
    return call.result


def error(client: Client, request: fields.Fields, then=None) -> PartwiseError:
    call = settle(client, client.submit(request, then))
    assert call.result is None
    assert isinstance(call.error, PartwiseError)
    assert call.error.message.endswith(".")
    return call.error


def until(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.005)


def is_alive(pid: int) -> bool:
    """Whether a process runs: neither gone nor waiting to be reaped."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")")[1].split()[0] != "Z"
    except OSError:
        return False


def is_idle(client: Client) -> bool:
    """Whether an engine that runs has nothing to do."""
    report = result(client, Status())
    return not report.queue and report.running is None


def in_the_middle_of_a_job(client: Client) -> Call:
    call = client.submit(Act("tick", 60))
    until(lambda: client.poll() and call.share > 0)
    return call


def wait_for_hello(client: Client) -> None:
    """Wait for an engine without asking it for anything."""

    def said() -> bool:
        client.poll()
        return bool(client.hello)

    until(said)
