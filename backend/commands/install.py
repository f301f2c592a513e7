# SPDX-License-Identifier: GPL-3.0-or-later
"""``install``: make, check, repair, pack or remove the environment of engines with torch, or let a
Python of one's own take its place."""

from __future__ import annotations

import sys
from argparse import Namespace
from dataclasses import asdict
from pathlib import Path

from ..checkpoints import disk, store
from ..contract.errors import BadInput
from ..contract.progress import Progress
from ..installation import environment, own, pack, removal
from ..installation.install import Installed
from ..installation.plan import Plan, plan
from .console import Console
from .failures import OK, REFUSED, STOPPED


def run(options: Namespace, console: Console) -> int:
    """Run the command. Returns the exit status."""
    home = (options.into or store.home()).expanduser().absolute()
    try:
        return _run(home, options, console)
    except KeyboardInterrupt:
        console.warn("Stopped; the same command goes on with what was done so far.")
        return STOPPED


def _run(home: Path, options: Namespace, console: Console) -> int:
    if options.remove:
        return _remove(home, console)
    if options.use is not None:
        try:
            done = own.use(home, options.use.expanduser(), progress=Progress(console.progress))
        finally:
            _free(home, console)
        _tell(home, done, done.sentence, console)
        return OK
    ready = plan(
        home,
        options.accelerator,
        mirror=options.mirror,
        packed=options.offline,
        repair=options.repair,
        ask=options.check,
    )
    if options.pack is not None:
        return _pack(options.pack, ready, console)
    if options.check:
        return _check(ready, console)
    ready.require()
    for one in ready.findings:
        if one.level == "warning":
            console.say(str(one))
    try:
        done = ready.carry_out(repair=options.repair, progress=Progress(console.progress))
    finally:
        _free(home, console)
    _tell(home, done, done.told(home), console)
    return OK


def _free(home: Path, console: Console) -> int:
    """Delete what was put aside; where another does that, or keeps a file, it is for the next."""
    try:
        return removal.free(home, Progress(console.progress))
    except BadInput:
        return 0


def _tell(home: Path, done: Installed, sentence: str, console: Console) -> None:
    python = environment.executable(home)
    console.document = {
        "home": str(home),
        "environment": vars(done.environment),
        "python": str(python),
        "fresh": done.fresh,
        "sentence": done.sentence,
    }
    console.result(str(python))
    console.close()
    console.say(sentence)
    if home != store.home():
        console.say(f"Set {store.VARIABLE} to that folder, so that it is found there.")


def _check(ready: Plan, console: Console) -> int:
    home, findings, stops = ready.home, ready.findings, ready.stops
    there, bad = environment.current(home), environment.trouble(home)
    for one in findings:
        word = {"ok": "ok  ", "warning": "note", "stop": "STOP"}[one.level]
        console.result(f"{word} {one.about}: {one}")
    state = "nothing is installed" if there is None else f"{there.name}, Python {there.python}"
    console.result(f"{'FAIL' if bad else 'ok  '} installed: {bad or state}")
    console.document = {
        "ok": not stops and not bad,
        "accelerator": ready.choice.accelerator.name,
        "checks": [asdict(one) for one in findings],
        "installed": None if there is None else vars(there),
        "trouble": bad,
    }
    console.close()
    if bad:
        console.warn(f"{bad} Run: install --repair")
    elif stops:
        console.warn(str(stops[0]))
    else:
        console.say(f"The engine for {ready.choice.accelerator.label} can be installed in {home}.")
    return REFUSED if bad or stops else OK


def _pack(output: Path, ready: Plan, console: Console) -> int:
    python = ".".join(map(str, sys.version_info[:2]))
    target, one = pack.here(), ready.choice.accelerator
    made = pack.make(
        output,
        target,
        python,
        one,
        ready.pins,
        ready.source.options(ready.pins, None),
        home=ready.home,
        progress=Progress(console.progress),
    )
    size = made.stat().st_size
    console.document = {"pack": str(made), "bytes": size, "wheels": pack.wheels_of(made)}
    console.result(str(made))
    console.close()
    console.say(
        f"The pack for {one.label} on {target} with Python {python} has {disk.gigabytes(size)}."
    )
    return OK


def _remove(home: Path, console: Console) -> int:
    sentence, freed = removal.remove_in_words(home, Progress(console.progress))
    freed = _free(home, console) or freed
    console.document = {"home": str(home), "freed": freed}
    console.close()
    console.say(sentence)
    return OK
