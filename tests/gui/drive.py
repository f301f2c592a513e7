# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs the steps of `scenario` inside a Blender with a window; started by `run`.

blender --enable-event-simulate --python drive.py -- PACKAGE PICTURES [STEP...]
"""

from __future__ import annotations

import os
import sys
import time
import traceback
from collections.abc import Iterator
from pathlib import Path

import bpy

sys.path.insert(0, str(Path(__file__).parents[1]))
sys.path.insert(0, str(Path(__file__).parent))
import scenario
from window import Window


def drive(package: Path, pictures: Path, chosen: list[str]) -> Iterator[float]:
    """All steps, one after the other; ends Blender with the number of those that failed."""
    window = Window(pictures)
    failed = 0
    for number, step in enumerate(scenario.STEPS, start=1):
        is_named = step.__name__ in chosen
        if not is_named and (step in scenario.ON_REQUEST or chosen) and step not in scenario.ALWAYS:
            continue
        start = time.monotonic()
        try:
            yield from step(window, package)
            word = "ok    "
        except Exception:
            traceback.print_exc()
            window.snap(f"{number:02d}_{step.__name__}_FAILED")
            failed += 1
            word = "FAILED"
        print(f"{word} {step.__name__} ({time.monotonic() - start:.1f} s)", flush=True)
        if word == "FAILED" and step in scenario.ALWAYS:
            break
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(min(failed, 100))


def main() -> None:
    package, pictures, *chosen = sys.argv[sys.argv.index("--") + 1 :]
    bpy.context.preferences.view.show_splash = False
    steps = drive(Path(package), Path(pictures), chosen)
    bpy.app.timers.register(lambda: next(steps), first_interval=1.0)


main()
