# SPDX-License-Identifier: GPL-3.0-or-later
"""Fuzzing of the file readers: ``python -m tests.fuzz --format glb --count 2000 --seed 1``.

Small valid files are changed at random, read, cut into two parts and written, in this process. A
finding is whatever a person would see as a fault of Partwise: an error that is not a sentence, a
warning of NumPy, a result that contradicts itself, more than ``--seconds`` of time or
``--megabytes`` of memory. ``--keep FOLDER`` saves the files of the findings.

Formats: glb, gltf, obj, ply, stl, off, npz, 3mf, and dae where pycollada is there; without
``--format`` all of them. Exit status 1 if anything was found. tests/backend/files/test_fuzz.py
runs a few of each.
"""

from __future__ import annotations

import argparse
import json
import random
import signal
import sys
import tempfile
import time
import traceback
import tracemalloc
import warnings
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

import numpy as np

from backend.assets.asset import Asset
from backend.contract.errors import PartwiseError
from backend.files.readers import read_mesh, write_parts
from tests.backend.files.gltf_maker import parse_glb
from tests.fuzz_changes import change
from tests.fuzz_seeds import MAKERS, Seed, put, seeds


@dataclass
class Finding:
    """What went wrong with a file, and the file."""

    what: str
    detail: str
    seed: Seed


class TooSlow(BaseException):
    """Not an Exception: the readers turn those into sentences."""


@contextmanager
def limit(seconds: float) -> Iterator[None]:
    """Raise TooSlow in the block after so much processor time, where the system has such clocks."""
    if not hasattr(signal, "setitimer"):
        yield
        return

    def ring(_signal: int, _frame: FrameType | None) -> None:
        raise TooSlow

    before = signal.signal(signal.SIGPROF, ring)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


def judge(seed: Seed, folder: Path, seconds: float = 5.0, megabytes: int = 500) -> str | Finding:
    """Read, cut and write one file: "read", the refusal's sentence, or a finding."""
    path = put(seed, folder)
    asset, answer = None, "read"
    tracemalloc.start()
    try:
        with warnings.catch_warnings(record=True) as said, limit(seconds):
            warnings.simplefilter("always")
            asset = read_mesh(path)
            _check(asset)
            labels = (np.arange(len(asset.faces)) * 2 // len(asset.faces)).astype(np.int32)
            write_parts(folder / "out" / "one.glb", asset, labels, only=0)
            write_parts(folder / "out" / "parts.glb", asset, labels)
            _check_written(folder / "out" / "parts.glb", asset)
    except PartwiseError as refusal:
        if asset is not None:
            return Finding(f"read, then refused: {refusal}", traceback.format_exc(), seed)
        if refusal.code == "OUT_OF_MEMORY":
            return Finding(f"asks for too much memory: {refusal}", refusal.detail, seed)
        if not refusal.message.endswith(".") or not refusal.hint:
            return Finding(f"no sentence: {refusal.message}", refusal.detail, seed)
        answer = f"{refusal.message} [{refusal.detail.partition(':')[0]}]"
    except TooSlow:
        return Finding(f"longer than {seconds:g} s of processor time", traceback.format_exc(), seed)
    except Exception as error:
        return Finding(f"{type(error).__name__}: {error}", traceback.format_exc(), seed)
    finally:
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    if peak > megabytes << 20:
        return Finding(f"{peak >> 20} MB", "", seed)
    if said:
        where = f"{said[0].filename}:{said[0].lineno}"
        return Finding(f"warning on stderr: {said[0].message}", where, seed)
    return answer


def _check(asset: Asset) -> None:
    """AssertionError if an asset contradicts itself."""
    faces, vertices = asset.faces, asset.vertices
    assert len(faces), "no faces"
    assert 0 <= faces.min() <= faces.max() < len(vertices), "face out of range"
    assert np.isfinite(vertices[faces]).all(), "coordinates of a face are not finite"
    rows = np.concatenate([primitive.faces for primitive in asset.primitives])
    assert np.array_equal(np.sort(rows), np.arange(len(faces))), "faces and primitives differ"
    for primitive in asset.primitives:
        count = len(primitive.vertices)
        assert all(len(a.values) == count for a in primitive.attributes.values()), "lengths"
        used = primitive.corners
        for name, attribute in primitive.attributes.items():
            if attribute.values.dtype.kind == "f":
                assert np.isfinite(attribute.values[used]).all(), f"{name} is not finite"
    assert len(asset.images) == len(asset.document.get("images", [])), "images"


def _check_written(path: Path, asset: Asset) -> None:
    """AssertionError unless what was written has all triangles, and is plain JSON and numbers."""
    document, _ = parse_glb(path)
    json.dumps(document, allow_nan=False)
    size = np.ptp(asset.vertices[asset.faces].reshape(-1, 3), axis=0).max()
    if size < 1e-28:
        return  # rounding may take it over the edge of what can be read
    again = read_mesh(path)
    assert len(again.faces) == len(asset.faces), "triangles were lost in writing"


def fuzz(
    form: str, count: int, seed: int = 0, seconds: float = 5.0, megabytes: int = 500
) -> tuple[list[Finding], Counter[str]]:
    """Judge `count` changed files of a format. Returns findings, and how often each answer came."""
    chance = random.Random(f"{form} {seed}")
    valid = seeds(form)
    findings: list[Finding] = []
    answers: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "out").mkdir()
        for number in range(count):
            answer = judge(
                change(form, valid[number % len(valid)], chance), folder, seconds, megabytes
            )
            if isinstance(answer, Finding):
                findings.append(answer)
            else:
                answers[answer] += 1
    return findings, answers


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--format", choices=MAKERS, action="append", help="more than once: these")
    parser.add_argument("--count", type=int, default=500)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--seconds", type=float, default=5.0)
    parser.add_argument("--megabytes", type=int, default=500)
    parser.add_argument("--keep", type=Path, help="folder for the files that were findings")
    parser.add_argument("--answers", action="store_true", help="print the refusals too")
    options = parser.parse_args()
    total = 0
    for form in options.format or MAKERS:
        began = time.perf_counter()
        findings, answers = fuzz(form, options.count, options.seed, options.seconds,
                                 options.megabytes)  # fmt: skip
        total += len(findings)
        took = time.perf_counter() - began
        print(f"{form}: {answers['read']} of {options.count} read, {len(findings)} findings, "
              f"{took:.0f} s")  # fmt: skip
        for what, group in Counter(finding.what for finding in findings).most_common():
            print(f"  {group} x {what}")
            shown = next(finding for finding in findings if finding.what == what)
            print("".join(f"    {line}\n" for line in shown.detail.splitlines()[-6:]), end="")
        if options.answers:
            for answer, times in answers.most_common():
                print(f"  {times:5} {answer}")
        if options.keep:
            for number, finding in enumerate(findings):
                place = options.keep / f"{form}-{number:03}"
                place.mkdir(parents=True, exist_ok=True)
                put(finding.seed, place)
                (place / "finding.txt").write_text(f"{finding.what}\n\n{finding.detail}\n", "utf-8")
    return 1 if total else 0


if __name__ == "__main__":
    sys.exit(main())
