# SPDX-License-Identifier: GPL-3.0-or-later
"""Speed inside Blender: ``python -m benchmarks.blender [--write FILE]``, on a Python with bpy.

The package is built and installed into a Blender that nobody used; each figure comes from
processes of that Blender. Shown are medians.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import build_addon
from backend.evaluation.bench import table_lines

from .fresh_blender import FreshBlender

ROOT = Path(__file__).resolve().parents[1]
HEADING = "## Inside Blender"

# Nothing is imported but what measures: what the extension needs, NumPy too, is a part of its cost.
LOAD_PREFERENCES = """
import time
clock, processor = time.perf_counter(), time.process_time()
bpy.ops.wm.read_userpref()
answer = {"seconds": time.perf_counter() - clock, "processor": time.process_time() - processor}
"""


def seconds_to_enable(package: Path, folder: Path, repeat: int) -> dict[str, float]:
    """What the extension adds to the start of Blender: loading its preferences with, and without.

    `seconds` are those that pass, which other programs lengthen; `processor` are those of work.
    The bpy module starts with factory settings, so the preferences are loaded afterwards, which
    enables the add-ons that they name just as a start with a window does.
    """
    blenders = {enable: FreshBlender(folder / f"enabled {enable}") for enable in (True, False)}
    for enable, blender in blenders.items():
        blender.install(package, enable=enable)
        blender.run(LOAD_PREFERENCES)  # compiles the modules, as the very first start does
    runs: dict[bool, list[dict[str, float]]] = {True: [], False: []}
    for _ in range(repeat):
        for enable, blender in blenders.items():
            runs[enable].append(blender.run(LOAD_PREFERENCES))
    with_it, without = middle(runs[True]), middle(runs[False])
    return {key: with_it[key] - without[key] for key in with_it}


def measure(blender: FreshBlender, name: str) -> dict[str, float]:
    """Run one of the functions of `benchmarks.inside_blender` in a fresh process of `blender`."""
    code = (
        f"import sys\nsys.path.append({str(ROOT)!r})\n"
        f"from benchmarks import inside_blender\nanswer = inside_blender.{name}()\n"
    )
    answer: dict[str, float] = blender.run(code)
    return answer


def medians(blender: FreshBlender, name: str, repeat: int) -> dict[str, float]:
    """The median of each figure over `repeat` fresh processes."""
    print(f"  {name}", file=sys.stderr, flush=True)
    return middle([measure(blender, name) for _ in range(repeat)])


def middle(runs: Sequence[dict[str, float]]) -> dict[str, float]:
    """The median of each figure."""
    return {key: statistics.median(run[key] for run in runs) for key in runs[0]}


def rows(folder: Path, repeat: int) -> list[tuple[str, str, str]]:
    """Work, target and measured value of each line of the table."""
    target = build_addon.Target("linux-x64", f"{sys.version_info[0]}.{sys.version_info[1]}")
    package = build_addon.build(target, folder, build_addon.find_tool())
    enabling = seconds_to_enable(package, folder, 2 * repeat - 1)
    blender = FreshBlender(folder / "enabled True")
    split = medians(blender, "split", repeat)
    job = medians(blender, "decompose", repeat)
    of_enabling = f"{milliseconds(enabling['seconds'])}, {milliseconds(enabling['processor'])}"
    first_and_last = f"{milliseconds(job['press'])}, {milliseconds(job['apply'])}"
    return [
        ("enabling, added to Blender's start: time, the processor's work", "50 ms", of_enabling),
        ("split of 204,800 faces into 20 parts, all kept", "2 s", f"{split['seconds']:.2f} s"),
        ("a job from press to parts, 204,800 faces", "", f"{job['seconds']:.2f} s"),
        ("longest hold of Blender's main thread meanwhile", "50 ms", milliseconds(job["hold"])),
        ("its first and last step: reading the mesh, applying the parts", "", first_and_last),
    ]


def milliseconds(seconds: float) -> str:
    """As the table writes it."""
    return f"{1000 * seconds:.0f} ms"


def section(table: Sequence[tuple[str, str, str]], repeat: int, version: str) -> str:
    """The part of the Markdown page that this program writes."""
    how = (
        f"Blender {version} without a window, with the installed package, on the same machine. "
        f"Each figure comes from a fresh process; medians of {repeat} (enabling: {2 * repeat - 1})."
    )
    return "\n".join([HEADING, "", how, "", *table_lines(table), ""])


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print the table, and put it at the end of the page where asked."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.blender")
    parser.add_argument("--write", metavar="FILE.md", type=Path)
    parser.add_argument("--repeat", metavar="N", type=int, default=3)
    options, _of_the_engine = parser.parse_known_args(arguments)
    import bpy

    repeat = max(options.repeat, 1)
    with tempfile.TemporaryDirectory() as folder:
        text = section(rows(Path(folder), repeat), repeat, bpy.app.version_string)
    print(text)
    if options.write is not None:
        page = options.write.read_text(encoding="utf-8") if options.write.is_file() else ""
        before = page.partition(HEADING)[0].rstrip()
        options.write.write_text(f"{before}\n\n{text}".lstrip(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
