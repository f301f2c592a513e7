# SPDX-License-Identifier: GPL-3.0-or-later
"""Frames on their way out: in order, progress only the latest, an end when nobody reads."""

from __future__ import annotations

import io
import threading
from collections.abc import Iterator

import pytest

from backend.contract.protocol import encode_frame, read_message
from backend.service import outbox
from backend.service.outbox import Outbox

PATIENCE = 30.0  # seconds


class Pipe:
    """A pipe whose reader can pause, or go."""

    def __init__(self) -> None:
        self.data = io.BytesIO()
        self.read = threading.Event()
        self.waiting = threading.Event()
        self.broken = False

    def write(self, data: memoryview) -> int:
        self.waiting.set()
        assert self.read.wait(PATIENCE)
        if self.broken:
            raise BrokenPipeError
        return self.data.write(data)

    def flush(self) -> None:
        pass

    def ids(self) -> list[object]:
        """What arrived: ids of messages, or how much was done."""
        stream = io.BytesIO(self.data.getvalue())
        found: list[object] = []
        while (message := read_message(stream)) is not None:
            found.append(message.body.get("done", message.id))
        return found


@pytest.fixture
def pipe() -> Iterator[Pipe]:
    made = Pipe()
    yield made
    made.read.set()


def result(number: int) -> list[memoryview]:
    return encode_frame({"type": "result", "id": number, "params": {}})


def progress(done: int) -> dict[str, object]:
    return {"type": "progress", "id": 1, "stage": "here", "done": done, "total": 100}


def test_frames_leave_in_order(pipe: Pipe):
    pipe.read.set()
    box = Outbox(pipe, pytest.fail)
    for number in range(50):
        box.put(result(number))
    box.flush(PATIENCE)
    assert pipe.ids() == list(range(50))


def test_only_the_latest_progress_waits_and_frames_go_first(pipe: Pipe):
    box = Outbox(pipe, pytest.fail)
    box.put(result(0))
    assert pipe.waiting.wait(PATIENCE)  # the writer is busy with it
    for done in (1, 2, 3):
        box.put_progress(progress(done))
    box.put(result(4))
    pipe.read.set()
    box.flush(PATIENCE)
    while len(pipe.ids()) < 3:
        threading.Event().wait(0.01)
    assert pipe.ids() == [0, 4, 3]


def test_progress_that_was_taken_back_is_never_sent(pipe: Pipe):
    box = Outbox(pipe, pytest.fail)
    box.put(result(0))
    assert pipe.waiting.wait(PATIENCE)
    box.put_progress(progress(1))
    box.put_progress(None)
    box.put(result(2))
    pipe.read.set()
    box.flush(PATIENCE)
    assert pipe.ids() == [0, 2]


def test_a_reader_that_is_gone_is_told_and_nobody_waits_for_it(
    pipe: Pipe, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(outbox, "MAX_UNREAD_BYTES", 0)
    gone = threading.Event()
    box = Outbox(pipe, gone.set)
    pipe.broken = True
    pipe.read.set()
    box.put(result(0))
    assert gone.wait(PATIENCE)
    box.wait_for_room()
    box.flush(PATIENCE)


def test_a_reader_that_stopped_is_given_up(pipe: Pipe, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(outbox, "MAX_UNREAD_FRAMES", 3)
    box = Outbox(pipe, pytest.fail)
    for number in range(3):
        box.put(result(number))
    assert not box.overfull
    box.put(result(3))
    assert box.overfull
