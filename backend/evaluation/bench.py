# SPDX-License-Identifier: GPL-3.0-or-later
"""Speed and memory of the engine: ``python -m backend.evaluation.bench [--write FILE]``.

Each figure comes from a process of its own, so that peak memory is that of one job, and one job's
leftovers do not slow or speed another. Shown is the median of the repetitions.
"""

from __future__ import annotations

import argparse
import json
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from functools import partial
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from .. import __version__
from ..contract.progress import Progress
from ..engines import registry
from ..machine.cpu import cores, memory, processor
from ..shapes.blob import blob
from .bench_parts import (
    PARTS,
    completion,
    generation,
    imagination,
    many_parts,
    replacement,
    samplings,
)
from .timing import LongestHold, peak_memory, timed

Result = dict[str, float]
ROOT = Path(__file__).resolve().parents[2]
COMPLETED = ((600, "600", "1 s"), (20_000, "20 k", ""), (100_000, "100 k", "6 s"))
SIZES = {"20 k": 20_000, "100 k": 100_000, "1 M": 1_000_000}


def decomposition(triangles: int) -> Result:
    """Analysis and labels; with the longest waits that a cancel would meet."""
    from ..pipelines import segment

    vertices, faces = blob(triangles)
    segment.labels(segment.analyse(*blob(500)))  # imports are not part of the job
    calls: list[float] = []
    stages: dict[str, float] = {}

    def heard(stage: str, _done: int, _total: int) -> None:
        calls.append(time.perf_counter())
        stages.setdefault(stage, calls[-1])

    with LongestHold() as hold:
        began = time.perf_counter()
        found = segment.analyse(vertices, faces, progress=Progress(heard))
        segment.labels(found)
        ended = time.perf_counter()
    return {
        "seconds": ended - began,
        "encode_s": stages["Merging patches"] - began,
        "segment_s": ended - stages["Merging patches"],
        "peak_mb": peak_memory() / 1e6,
        "hold_ms": 1000 * hold.longest,
        "silence_ms": 1000 * float(np.diff([began, *calls, ended]).max()),
    }


def recut(triangles: int) -> Result:
    """Another granularity of an analysed mesh; its borders are refined already."""
    from ..pipelines import segment

    found = segment.analyse(*blob(triangles))
    steps = np.linspace(0.2, 0.7, 11)
    cut = [timed(partial(segment.labels, found, granularity=g)) for g in steps]
    return {"cut_ms": 1000 * statistics.median(cut)}


def first_click(triangles: int) -> Result:
    """The first click of a process that has decomposed a mesh: nothing is warm for it."""
    from ..pipelines import segment

    vertices, faces = blob(triangles)
    found = segment.analyse(vertices, faces)
    segment.labels(found)
    place = vertices[faces[len(faces) // 3]].mean(axis=0)[None]
    return {"first_ms": 1000 * timed(partial(segment.click, found, place, np.ones(1, np.int64)))}


def clicks(triangles: int) -> Result:
    """Clicks at random places: single ones, after the first; and sets of ten, one after another."""
    from ..pipelines import segment
    from ..pipelines.click import click

    vertices, faces = blob(triangles)
    found = segment.analyse(vertices, faces)
    middle = vertices[faces].mean(axis=1)
    rng = np.random.default_rng(0)
    places = middle[rng.integers(len(faces), size=(41, 1))]
    include = np.ones(1, dtype=np.int64)
    _, *single = [timed(partial(click, found, place, include)) for place in places]
    sets = []
    for place in middle[rng.integers(len(faces), size=(8, 10))]:
        signs = np.append(include, rng.integers(0, 2, 9))
        sets += [timed(partial(click, found, place[:n], signs[:n])) for n in range(2, 11)]
    return {
        f"{name}_p{share}_ms": 1000 * float(np.percentile(times, share))
        for name, times in (("single", single), ("sets", sets))
        for share in (50, 95)
    }


def hello(_triangles: int) -> Result:
    """Start of the backend process until its first frame has arrived."""
    began = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-m", "backend", "serve"],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    sizes = np.frombuffer(process.stdout.read(8), dtype="<u4")
    frame = json.loads(process.stdout.read(int(sizes[0])))
    seconds = time.perf_counter() - began
    process.stdin.close()
    process.wait(timeout=10)
    if frame.get("type") != "hello":
        raise RuntimeError(f"the first frame is no hello: {frame}")
    return {"seconds": seconds}


def files(triangles: int) -> Result:
    """Writing twelve parts as GLB, and reading them again."""
    from ..files.readers import read_mesh, write_parts

    vertices, faces = blob(triangles)
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder, "in.npz"), Path(folder, "out.glb")
        np.savez(source, vertices=vertices, faces=faces)
        asset = read_mesh(source)
        labels = np.arange(len(faces)) * 12 // len(faces)
        write = timed(lambda: write_parts(target, asset, labels))
        return {"write_s": write, "read_s": timed(lambda: read_mesh(target))}


MEASURES: dict[str, Callable[[int], Result]] = {
    "decomposition": decomposition,
    "recut": recut,
    "first_click": first_click,
    "clicks": clicks,
    "hello": hello,
    "files": files,
    "completion": completion,
    "many_parts": many_parts,
    "replacement": replacement,
    "generation": generation,
    "imagination": imagination,
    "samplings": samplings,
}


def median_of(name: str, triangles: int, repeat: int) -> Result:
    """Medians of a measure over `repeat` fresh processes."""
    code = (
        "from backend.machine.threads import one_for_algebra; one_for_algebra(); "
        "import json; from backend.evaluation.bench import MEASURES; "
        f"print(json.dumps(MEASURES[{name!r}]({triangles})))"
    )
    runs = []
    for _ in range(repeat):
        print(f"  {name}, {triangles} triangles", file=sys.stderr, flush=True)
        done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, stdout=subprocess.PIPE)
        if done.returncode != 0:
            raise RuntimeError(f"{name} at {triangles} triangles failed")
        runs.append(json.loads(done.stdout.splitlines()[-1]))
    return {key: statistics.median(run[key] for run in runs) for key in runs[0]}


def rows(repeat: int, sizes: Sequence[str]) -> list[tuple[str, str, str]]:
    """Work, target and measured value of each line of the table."""
    found = []
    targets = {"20 k": "1 s", "100 k": "3 s", "1 M": "30 s, 2 GB"}
    encoding = {"20 k": "0.7 s", "100 k": "1.5 s", "1 M": "15 s"}
    for size in sizes:
        got = median_of("decomposition", SIZES[size], repeat if size != "1 M" else 1)
        value = f"{got['seconds']:.2f} s, {got['peak_mb'] / 1000:.2f} GB"
        found.append((f"full decomposition, {size} triangles", targets[size], value))
        encode = f"{got['encode_s']:.2f} s"
        found.append((f"of it patches, cues and network, {size}", encoding[size], encode))
        rest = f"{got['segment_s']:.2f} s"
        found.append((f"of it merging and borders, {size}", "0.3 s", rest))
    waits = f"{got['hold_ms']:.0f} ms"
    found.append((f"longest wait of the reader thread meanwhile, {sizes[-1]}", "200 ms", waits))
    silence = f"{got['silence_ms']:.0f} ms"
    found.append((f"longest time between two looks for a cancel, {sizes[-1]}", "1 s", silence))
    got = median_of("recut", 100_000, repeat)
    found.append(("re-cut with refined borders, 100 k", "16 ms", f"{got['cut_ms']:.1f} ms"))
    got = median_of("first_click", 200_000, repeat)
    found.append(("first click after Decompose, 200 k", "60 ms", f"{got['first_ms']:.0f} ms"))
    got = median_of("clicks", 200_000, repeat)
    for name, work in (
        ("single", "a click after the first"),
        ("sets", "each next click of a set of ten"),
    ):
        value = f"p50 {got[f'{name}_p50_ms']:.0f} ms, p95 {got[f'{name}_p95_ms']:.0f} ms"
        found.append((f"{work}, 200 k", "p95 30 ms", value))
    for triangles, size, target in COMPLETED:
        got = median_of("completion", triangles, repeat)
        value = f"{got['seconds']:.2f} s, {got['peak_mb'] / 1000:.2f} GB"
        found.append((f"hidden surfaces of 12 parts, {size}", target, value))
        found.append(
            (f"of it until the first part can be shown, {size}", "", f"{got['first_s']:.2f} s")
        )
    silence = f"{got['silence_ms']:.0f} ms"
    found.append((f"longest time between two looks for a cancel, {size}", "200 ms", silence))
    got = median_of("many_parts", 100_000, 1)
    value = f"{got['seconds']:.0f} s, {got['peak_mb'] / 1000:.2f} GB"
    found.append(("hidden surfaces of 500 parts, 100 k", "", value))
    got = median_of("replacement", 100_000, repeat)
    value = f"{got['first_s']:.2f} s, {got['next_s']:.2f} s"
    found.append(("a part by words, the first and each next, 100 k", "0.5 s", value))
    got = median_of("generation", 1024, repeat)
    value = f"{got['seconds']:.2f} s, {got['peak_mb'] / 1000:.2f} GB"
    found.append(("textured parts from a picture of 1024 x 1024", "2 s", value))
    found += imagined_rows(repeat)
    found += latent_rows(repeat)
    got = median_of("hello", 0, 2 * repeat + 1)
    found.append(("start of the backend to hello", "0.15 s", f"{got['seconds']:.2f} s"))
    for size in sizes[1:]:
        got = median_of("files", SIZES[size], repeat)
        value = f"{got['read_s']:.2f} s, {got['write_s']:.2f} s"
        found.append((f"reading and writing a GLB of 12 parts, {size}", "", value))
    return found


def imagined_rows(repeat: int) -> list[tuple[str, str, str]]:
    """Parts that the flow engine makes; none where its weights are missing."""
    from .generator_objects import FLOW

    if registry.obstacle(registry.named(FLOW)) is not None:
        return []
    rows = []
    for parts, target in ((1, "6 s"), (PARTS, "40 s")):
        got = median_of("imagination", parts, repeat)
        value = f"{got['seconds']:.1f} s, {got['peak_mb'] / 1000:.2f} GB"
        work = f"{parts} part{'s' * (parts > 1)} that the part generator makes of a word"
        rows.append((work, target, value))
    return rows


def latent_rows(repeat: int) -> list[tuple[str, str, str]]:
    """Networks of public models, small ones in their place; nobody has a card for the real ones."""
    work = "four steps of a public model's network on the processor, an eighth of its size, {}"
    rows = []
    if find_spec("torch") is not None:
        got = median_of("samplings", 0, repeat)
        rows = [(work.format(name), "", f"{seconds:.2f} s") for name, seconds in got.items()]
    whole = "public models in full size on a graphics card (tests/parity_speed)"
    return [*rows, (whole, "2 times the public speed", "not run on a GPU yet")]


def page(table: Sequence[tuple[str, str, str]], repeat: int) -> str:
    """The Markdown page: machine, commit, and the table."""
    commit = subprocess.run(
        ["git", "rev-parse", "--short=12", "HEAD"], cwd=ROOT, capture_output=True, text=True
    ).stdout.strip()
    size = memory()
    ram = "unknown memory" if size is None else f"{size / 2**30:.0f} GiB"
    lines = [
        "# Benchmarks",
        "",
        "Made by `make bench` on closed smooth bodies with limbs and no crease. Each figure comes "
        f"from a fresh process; medians of {repeat} (1 M triangles and 500 parts: of one).",
        "",
        f"- machine: {processor()}, {cores()} cores, {ram}, no GPU used",
        f"- system: {platform.platform()}, Python {platform.python_version()}, NumPy "
        f"{np.__version__}",
        f"- Partwise {__version__}, commit {commit or 'unknown'}",
        "",
        *table_lines(table),
        "",
    ]
    return "\n".join(lines)


def table_lines(table: Sequence[tuple[str, str, str]]) -> list[str]:
    """The table of a page, in Markdown."""
    rule = ("| work | target | measured |", "| --- | ---: | ---: |")
    return [*rule, *(f"| {work} | {target} | {value} |" for work, target, value in table)]


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print the page, and write it where asked."""
    parser = argparse.ArgumentParser(prog="python -m backend.evaluation.bench")
    parser.add_argument("--write", metavar="FILE.md", type=Path)
    parser.add_argument("--repeat", metavar="N", type=int, default=3)
    parser.add_argument("--sizes", nargs="+", choices=SIZES, default=list(SIZES))
    options = parser.parse_args(arguments)
    text = page(rows(max(options.repeat, 1), options.sizes), max(options.repeat, 1))
    print(text)
    if options.write is not None:
        options.write.parent.mkdir(parents=True, exist_ok=True)
        options.write.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
