# SPDX-License-Identifier: GPL-3.0-or-later
"""``install``: make, check, repair, pack or remove the environment of engines with torch."""

from __future__ import annotations

import sys
import tempfile
from argparse import Namespace
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path

from ..checkpoints import disk, store
from ..contract.errors import BadInput, PartwiseError
from ..contract.progress import Progress
from ..installation import accelerators, environment, lists, pack, preflight, uv
from ..installation.accelerators import Choice
from ..installation.install import Installed, Source, install, remove
from ..installation.lists import Pin
from .console import Console
from .failures import OK, REFUSED, STOPPED


def run(options: Namespace, console: Console) -> int:
    """Run the command. Returns the exit status."""
    home = (options.into or store.home()).expanduser().absolute()
    if options.remove:
        return _remove(home, console)
    packed = pack.read(options.offline) if options.offline else None
    if packed is not None:
        choice, pins = Choice(packed.accelerator), list(packed.pins)
        if options.accelerator not in (accelerators.AUTO, packed.accelerator.name):
            raise BadInput(
                f"The pack is for {packed.accelerator.label}.", "Leave --accelerator out."
            )
    else:
        choice = accelerators.choose(_wished(options, home), lists.serves)
        pins = lists.of(choice.accelerator)
    choice = lists.weighed(choice, pins)
    source = Source(options.mirror, options.offline)
    if options.pack is not None:
        return _pack(options.pack, home, choice, pins, source, console)
    size = 0 if packed is None else packed.size
    reach = _reach(pins, source) if options.check and packed is None else None
    findings = preflight.look(home, choice, online=True, pack=size, reach=reach)
    stops = [one for one in findings if one.level == "stop"]
    if options.check:
        return _check(home, choice, findings, console)
    if stops:
        raise BadInput(stops[0].text, stops[0].advice)
    for one in findings:
        if one.level == "warning":
            console.say(str(one))
    progress = Progress(console.progress)
    try:
        done = install(
            home, choice.accelerator, pins, source, repair=options.repair, progress=progress
        )
    except KeyboardInterrupt:
        console.warn("Stopped; the same command goes on with what was downloaded.")
        return STOPPED
    _tell(home, done, console)
    return OK


def _wished(options: Namespace, home: Path) -> str:
    """What is asked for; a repair keeps the accelerator that is there."""
    there = environment.current(home)
    if options.repair and options.accelerator == accelerators.AUTO and there is not None:
        return there.accelerator
    return str(options.accelerator)


def _tell(home: Path, done: Installed, console: Console) -> None:
    python = environment.executable(home)
    console.document = {
        "home": str(home),
        "environment": asdict(done.environment),
        "python": str(python),
        "fresh": done.fresh,
        "sentence": done.sentence,
    }
    console.result(str(python))
    console.close()
    console.say(f"{done.sentence} It lies in {home}.")
    if home != store.home():
        console.say(f"Set {store.VARIABLE} to that folder, so that it is found there.")


def _check(
    home: Path, choice: Choice, findings: Sequence[preflight.Finding], console: Console
) -> int:
    there, bad = environment.current(home), environment.trouble(home)
    stops = [one for one in findings if one.level == "stop"]
    for one in findings:
        word = {"ok": "ok  ", "warning": "note", "stop": "STOP"}[one.level]
        console.result(f"{word} {one.about}: {one}")
    state = "nothing is installed" if there is None else f"{there.name}, Python {there.python}"
    console.result(f"{'FAIL' if bad else 'ok  '} installed: {bad or state}")
    console.document = {
        "ok": not stops and not bad,
        "accelerator": choice.accelerator.name,
        "checks": [asdict(one) for one in findings],
        "installed": None if there is None else asdict(there),
        "trouble": bad,
    }
    console.close()
    if bad:
        console.warn(f"{bad} Run: install --repair")
    elif stops:
        console.warn(str(stops[0]))
    else:
        console.say(f"The engine for {choice.accelerator.label} can be installed in {home}.")
    return REFUSED if bad or stops else OK


def _reach(pins: Sequence[Pin], source: Source) -> Callable[[], str]:
    """Asks each index for one package; says why it does not answer, and leaves nothing."""

    def ask() -> str:
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

    return ask


def _pack(
    output: Path,
    home: Path,
    choice: Choice,
    pins: Sequence[Pin],
    source: Source,
    console: Console,
) -> int:
    python = ".".join(map(str, sys.version_info[:2]))
    target = pack.here()
    made = pack.make(
        output,
        target,
        python,
        choice.accelerator,
        pins,
        source.options(pins, None),
        home=home,
        progress=Progress(console.progress),
    )
    size = made.stat().st_size
    console.document = {"pack": str(made), "bytes": size, "wheels": pack.wheels_of(made)}
    console.result(str(made))
    console.close()
    console.say(
        f"The pack for {choice.accelerator.label} on {target} with Python {python} has "
        f"{disk.gigabytes(size)}."
    )
    return OK


def _remove(home: Path, console: Console) -> int:
    freed = remove(home)
    console.document = {"home": str(home), "freed": freed}
    console.close()
    if not freed:
        console.say(f"Nothing is installed in {home}.")
    else:
        console.say(f"The engine is removed from {home}; {disk.gigabytes(freed)} are free again.")
    return OK
