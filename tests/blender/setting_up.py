# SPDX-License-Identifier: GPL-3.0-or-later
"""A computer on which something can be set up: what the tests of large models work on."""

from __future__ import annotations

import atexit
import json
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from partwise.backend.contract.setup import InstallEngine
from partwise.blender_addon.engine import command as engine_command
from partwise.blender_addon.engine import jobs, place, setups
from partwise.blender_addon.engine.command import Place
from partwise.blender_addon.engine.setup_task import ENGINE, Step

from tests.backend.checkpoints.toy_model import repository_files, write_all

PROGRAM = Path(__file__).with_name("set_up_engine.py")
INSTALL = Step(InstallEngine("cpu"))
_made = tempfile.TemporaryDirectory(prefix="partwise-made-")  # an engine, once there is one
atexit.register(_made.cleanup)
PATIENCE = 60.0  # seconds after which what does not come fails the test


class Computer:
    """The folder in which large models lie, and the orders for what is fetched."""

    def __init__(self, folder: Path, patch: pytest.MonkeyPatch) -> None:
        self.home, self.orders, self.online = folder / "Größe und Ort", folder / "orders", True
        write_all(self.published, repository_files())
        (self.orders / "packages").write_text("\n".join(engine_command.library_folders()) + "\n")
        patch.setenv("PARTWISE_TEST_SETUP", str(self.orders))
        patch.setattr(engine_command, "BOOTSTRAP", PROGRAM)
        patch.setattr(place, "home", lambda: self.home)
        patch.setattr(place, "online", lambda: self.online)
        patch.setattr(place, "read", lambda: Place(self.home, self.online))

    def order(self, name: str, text: str = "") -> None:
        """Let something be slow, fail, or have limits."""
        (self.orders / name).write_text(text)

    def has_engine(self) -> None:
        """The engine is installed already: a copy of what an installation made once."""
        made = Path(_made.name, "environments")
        if not made.exists():
            setups.start("Installing", ENGINE, [INSTALL])
            assert until_ended().state == "DONE"
            setups.unregister()
            (self.orders / "started").unlink()
            shutil.move(self.home / "environments", made)
        shutil.copytree(made, self.home / "environments", symlinks=True)

    def forget(self, name: str) -> None:
        """Take an order back."""
        (self.orders / name).unlink()

    @property
    def published(self) -> Path:
        """A folder with the files of the toy, as its authors published them."""
        return self.orders / "published"

    @property
    def started(self) -> list[dict[str, Any]]:
        """The processes so far."""
        path = self.orders / "started"
        return list(map(json.loads, path.read_text().splitlines())) if path.exists() else []

    @property
    def state(self) -> tuple[str, str]:
        """Of the engine, and of the toy, as the last look found them."""
        told = setups.told()
        assert told is not None
        return told.engine["state"], told.models[0]["state"]


def until(condition: Callable[[], bool]) -> None:
    """Make the timer's calls until the condition holds."""
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end, setups.log()
        setups.pump()
        time.sleep(0.01)


def until_ended() -> setups.Task:
    """Make the timer's calls until the task has ended."""
    until(lambda: not setups.busy())
    task = setups.current()
    assert task is not None
    return task


def in_the_middle(computer: Computer, start: Callable[[], Any]) -> setups.Task:
    """A task that was started and is half way, until `slow` is forgotten."""
    computer.order("slow")
    start()
    task = setups.current()
    assert task is not None
    until(lambda: task.share > 0.1 or task.state != "RUNNING")
    assert task.state == "RUNNING", task.error
    return task


def is_alive(pid: int) -> bool:
    """Whether a process runs: neither gone nor waiting to be reaped."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")")[1].split()[0] != "Z"
    except OSError:
        return False


def gone(pids: list[int]) -> bool:
    """Whether processes are gone within ten seconds."""
    end = time.monotonic() + 10
    while any(map(is_alive, pids)) and time.monotonic() < end:
        time.sleep(0.02)
    return not any(map(is_alive, pids))


@contextmanager
def computer_in(folder: Path) -> Iterator[Computer]:
    """A computer on which nothing is set up yet; the timers are the test's."""
    with pytest.MonkeyPatch.context() as patch:
        found = Computer(folder, patch)
        patch.setattr(setups, "_has_no_timers", lambda: False)
        patch.setattr(jobs, "renew_engine", jobs.stop_engine)  # most tests need no new one
        setups.unregister()
        jobs.dismiss()
        yield found
        setups.unregister()
        jobs.stop_engine()
        jobs.rest_engine(False)
