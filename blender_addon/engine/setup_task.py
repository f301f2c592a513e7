# SPDX-License-Identifier: GPL-3.0-or-later
"""What a task of getting or removing something large is made of: steps, processes, the look."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...backend.contract import installed
from ...backend.contract.errors import PartwiseError
from ...backend.contract.records import Record
from ...backend.contract.setup import LookAtSetup
from . import place
from .jobs import RUNNING

if TYPE_CHECKING:
    from ...backend.contract.fields import Fields
    from .client import Client
    from .command import Place, Starting
    from .process import Call

ENGINE = ""  # what a task is about, if not a model
Asked = tuple[Any, ...]


class Step(Record):
    """A request, and how much of its task it is; `on_installed` runs it on the installed Python."""

    request: Fields
    weight: float = 1.0
    on_installed: bool = False


@dataclass(eq=False)
class Task:
    """What is done, and how far it is: `share` (0..1), which never falls.

    about : the name of the model that it is about, or `ENGINE`. quiet : it is only a look. changes,
    replaces : as for `start`. stopping : it was cancelled, and cleans up. said : what was done,
    sentence by sentence. error : says why it FAILED.
    """

    title: str
    about: str = ENGINE
    steps: Sequence[Step] = ()
    quiet: bool = False
    changes: bool = True
    replaces: bool = False
    stage: str = ""
    share: float = 0.0
    state: str = RUNNING
    stopping: bool = False
    said: list[str] = field(default_factory=list)
    error: PartwiseError | None = None
    place: Place | None = field(default=None, repr=False)
    _number: int = field(default=0, repr=False)
    _call: Call | None = field(default=None, repr=False)
    _client: Client | None = field(default=None, repr=False)
    _is_looking: bool = field(default=False, repr=False)
    _on_installed: bool = field(default=False, repr=False)


def question() -> Asked:
    """What a look would be asked now: whether that is another than before."""
    said = place.sources()
    return place.home(), place.online(), said.accelerator, said.pack, said.index


def look_request() -> LookAtSetup:
    """The request of a look."""
    said = place.sources()
    online = place.online() or Path(said.index or "?").is_dir()  # a folder is not asked online
    return LookAtSetup(accelerator=said.accelerator, pack=said.pack, online=online)


def starting(where: Place, on_installed: bool) -> Starting:
    """How the process of a step is started, on Blender's own Python or the installed one."""
    from . import command as engine_command
    from .command import Starting

    if not on_installed:
        return Starting(engine_command.command, where.variables)

    def command() -> Sequence[str]:
        python = installed.executable(where.home)
        if python is None:
            raise PartwiseError("The engine for large models is not installed.", "Install it.")
        return engine_command.installed_command(python)

    return Starting(command, where.installed_variables)


def share_of(task: Task, share: float) -> float:
    """What part of all steps is done, where so much is of the one that runs."""
    weights = [step.weight for step in task.steps]
    done = sum(weights[: task._number]) + weights[task._number] * share
    return min(done / max(sum(weights), 1e-9), 1.0)


def in_place(task: Task, error: PartwiseError) -> PartwiseError:
    """The error of a step, with what helps where it was the installed Python that did not start."""
    if not task._on_installed or task._client is None or task._client.last_hello:
        return error
    if task.place is None or installed.executable(task.place.home) is None:
        return error
    found, detail = installed.current(task.place.home), f"{error.message}\n{error.detail}"
    if found is not None and found.own:
        return PartwiseError(
            "The engine does not start on your own Python.",
            "Use it again once it is mended, or install what is listed.",
            detail,
        )
    return PartwiseError(
        "The installed engine does not start.", "Repair it, then try again.", detail
    )
