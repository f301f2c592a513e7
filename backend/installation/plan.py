# SPDX-License-Identifier: GPL-3.0-or-later
"""What an installation would bring, from where, and what speaks against it: one way for whoever
asks, the command line and Blender's set-up card.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from ..checkpoints import disk
from ..contract.engines import AUTO
from ..contract.errors import BadInput, PartwiseError
from ..contract.progress import SILENT, Progress
from . import accelerators, environment, install, lists, pack, preflight, uv
from .accelerators import Accelerator, Choice
from .install import Installed, Source
from .lists import Pin
from .preflight import Finding


@dataclass(frozen=True)
class Plan:
    """An installation that could be made.

    Parameters
    ----------
    home : the folder below which everything would lie.
    choice, pins, source : what would be installed, and from where.
    findings : of `preflight`.
    """

    home: Path
    choice: Choice
    pins: tuple[Pin, ...]
    source: Source
    findings: tuple[Finding, ...]

    @property
    def stops(self) -> list[Finding]:
        """What keeps it from being made."""
        return [one for one in self.findings if one.level == "stop"]

    def require(self) -> None:
        """Raises BadInput where something stops it."""
        for one in self.stops:
            raise BadInput(one.text, one.advice)

    def carry_out(self, *, repair: bool = False, progress: Progress = SILENT) -> Installed:
        """Install. Raises what `require` and `install.install` raise."""
        self.require()
        return install.install(
            self.home,
            self.choice.accelerator,
            self.pins,
            self.source,
            repair=repair,
            progress=progress,
        )


def plan(
    home: Path,
    accelerator: str = AUTO,
    *,
    mirror: str = "",
    packed: Path | None = None,
    repair: bool = False,
    online: bool = True,
    ask: bool = False,
) -> Plan:
    """The plan for what is wished.

    Parameters
    ----------
    accelerator : a name of `accelerators.ACCELERATORS`, or AUTO: with a repair the one that is
        there, else the best for this computer.
    mirror : address of an index, or a folder of wheels. packed : an offline pack.
    online : whether going online is allowed.
    ask : whether the index is asked if it answers, which takes long and leaves nothing.

    Raises BadInput where nothing, or not the wished one, can be installed here.
    """
    if mirror and not re.match(r"(https?|file)://", mirror) and not Path(mirror).is_dir():
        raise BadInput(
            f"“{mirror:.200}” is neither the address of an index nor a folder of wheels.",
            "Use https://…, or choose a folder.",
        )
    source = Source(mirror, packed)
    if packed is not None:
        about = pack.read(packed)
        choice, pins, size = Choice(about.accelerator), about.pins, about.size
        if accelerator not in (AUTO, about.accelerator.name):
            raise BadInput(
                f"The pack is for {about.accelerator.label}.",
                "Choose auto (in a shell: leave --accelerator out).",
            )
    else:
        wished = _wished(home, accelerator, repair=repair)
        choice, size = accelerators.choose(wished, lists.serves), 0
        pins = tuple(lists.of(choice.accelerator))
    choice = lists.weighed(choice, pins)
    findings = preflight.look(
        home,
        choice,
        online=online,
        pack=size,
        local=source.is_local,
        reach=reach(pins, source) if ask and not source.is_local else None,
    )
    return Plan(home, choice, pins, source, tuple(findings))


def offered() -> list[Accelerator]:
    """The accelerators whose packages are listed for this system."""
    return [one for one in accelerators.ACCELERATORS.values() if lists.serves(one)]


def _wished(home: Path, accelerator: str, *, repair: bool) -> str:
    """What is asked for; a repair keeps the accelerator that is there."""
    there = environment.current(home)
    if repair and accelerator == AUTO and there is not None and not there.own:
        return there.accelerator
    return accelerator


def reach(pins: Sequence[Pin], source: Source) -> Callable[[], str]:
    """Asks each index for one package; says why it does not answer, and leaves nothing."""

    def asked() -> str:
        with tempfile.TemporaryDirectory() as name:
            home = Path(name)
            listed = home / "asked.txt"
            try:
                disk.write(listed, lists.text_of([pins[0], *filter(lists.is_own, pins)]))
                words = ["pip", "compile", "--quiet", "--no-deps", *source.options(pins, None)]
                uv.run(uv.find(home), [*words, str(listed)], home)
            except PartwiseError as error:
                return error.message
        return ""

    return asked
