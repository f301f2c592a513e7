# SPDX-License-Identifier: GPL-3.0-or-later
"""``install``: make, check, repair, pack or remove the environment of engines with torch."""

from __future__ import annotations

import sys
from argparse import Namespace
from dataclasses import asdict
from pathlib import Path

from ..checkpoints import disk, store
from ..contract.progress import Progress
from ..installation import environment, pack
from ..installation.install import Installed, remove_in_words
from ..installation.plan import Plan, plan
from .console import Console
from .failures import OK, REFUSED, STOPPED


def run(options: Namespace, console: Console) -> int:
    """Run the command. Returns the exit status."""
    home = (options.into or store.home()).expanduser().absolute()
    if options.remove:
        return _remove(home, console)
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
    except KeyboardInterrupt:
        console.warn("Stopped; the same command goes on with what was downloaded.")
        return STOPPED
    _tell(home, done, console)
    return OK


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
    console.say(done.told(home))
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
        "installed": None if there is None else asdict(there),
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
    sentence, freed = remove_in_words(home, Progress(console.progress))
    console.document = {"home": str(home), "freed": freed}
    console.close()
    console.say(sentence)
    return OK
