# SPDX-License-Identifier: GPL-3.0-or-later
"""Places of meshes in one texture, each triangle in one of its own: unwrapped by xatlas."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from ..contract.arrays import Floats, Ints
from ..contract.progress import SILENT, Progress

PADDING = 6  # pixels between islands
TURN = 0.1  # seconds between two looks for a cancel
PROGRAM = Path(__file__).with_name("unwrap_child.py")


def available() -> bool:
    """Whether xatlas is there."""
    return find_spec("xatlas") is not None


def unwrapped(
    meshes: Sequence[tuple[Floats, Ints]], size: int, progress: Progress = SILENT
) -> list[Floats] | None:
    """For each mesh the places (F, 3, 2) of its corners in one square texture, 0..1 from the lower
    left; None where that cannot be.

    size : pixels of the texture's side, between whose islands there are some pixels. Raises
    Cancelled.
    """
    if not available() or not all(len(faces) for _, faces in meshes):
        return None
    asked: dict[str, object] = {"size": size, "padding": PADDING}
    points = np.concatenate([vertices for vertices, _ in meshes])
    middle, extent = points.mean(axis=0), max(float(np.ptp(points, axis=0).max()), 1e-300)
    for number, (vertices, faces) in enumerate(meshes):
        asked[f"vertices_{number}"] = ((vertices - middle) / extent).astype(np.float32)
        asked[f"faces_{number}"] = faces.astype(np.uint32)
    with tempfile.TemporaryDirectory(prefix="partwise-") as folder:
        given, answer = Path(folder, "given.npz"), Path(folder, "answer.npz")
        np.savez(given, **asked)  # type: ignore[arg-type]
        process = subprocess.Popen(
            [sys.executable, str(PROGRAM), str(given), str(answer)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )
        try:
            _wait(process, progress)
        finally:
            if process.poll() is None:
                process.kill()
                process.wait()
        if process.returncode != 0 or not answer.is_file():
            return None
        with np.load(answer, allow_pickle=False) as found:
            return [np.asarray(found[f"uv_{number}"]) for number in range(len(meshes))]


def _wait(process: subprocess.Popen[bytes], progress: Progress) -> None:
    while True:
        progress.step(0.0)
        try:
            process.wait(TURN)
            return
        except subprocess.TimeoutExpired:
            pass
