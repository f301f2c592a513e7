# SPDX-License-Identifier: GPL-3.0-or-later
"""Run as a program, the backend with an engine for arms along z: each part goes on in a dome, the
higher the larger its seed.

While the file that PARTWISE_TEST_SLOW names is there, it takes its time with the last part, and
where a number is in it, only from the seed on that is so large.
"""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Any

import numpy as np

from backend.contract.engines import About
from backend.contract.progress import SILENT, Progress
from backend.engines import registry
from backend.engines.base import SignedDistance

CELLS = 22
HEIGHT = 1.5  # of a dome, in radii of the arm
MORE = 0.2  # of it for each seed


class Domes:
    """Parts of an arm along z, cut across: the whole of each ends in domes beyond its cuts."""

    def survey(
        self, vertices: Any, faces: Any, labels: Any, *, seed: int = 0, progress: Any = SILENT
    ) -> Domes:
        self.vertices, self.faces, self.labels, self.seed = vertices, faces, labels, seed
        return self

    def whole(self, part: int, *, progress: Progress = SILENT) -> SignedDistance:
        slow = Path(os.environ["PARTWISE_TEST_SLOW"])
        while part == self.labels.max() and self.is_slow(slow):
            progress.step()
            time.sleep(0.01)
        ends = self.vertices[:, 2].min(), self.vertices[:, 2].max()
        own = self.vertices[self.faces[self.labels == part]].reshape(-1, 3)
        low, high = own[:, 2].min(), own[:, 2].max()
        radius = np.linalg.norm(self.vertices[:, :2], axis=1).max()
        spacing = 1.4 * (high - low + radius * (2 + 3 * MORE * self.seed)) / CELLS
        origin = np.array([0, 0, (low + high) / 2]) - spacing * CELLS / 2
        x, y, z = (axis.squeeze() for axis in np.meshgrid(*(origin[:, None] + spacing
                   * np.arange(CELLS + 1)), indexing="ij"))  # fmt: skip
        away = np.hypot(x, y)
        height = HEIGHT * (1 + MORE * self.seed)
        dome = height * radius * (1 - away / radius)  # which leaves the arm at an angle
        below = low - z - (dome if low > ends[0] + 1e-6 else 0)
        above = z - high - (dome if high < ends[1] - 1e-6 else 0)
        values = np.maximum(np.maximum(away - radius, below), above)
        return SignedDistance(values.astype(np.float32), origin, spacing)

    def is_slow(self, slow: Path) -> bool:
        try:
            return self.seed >= int(slow.read_text() or 0)
        except FileNotFoundError:
            return False


ABOUT = About("domes", "Domes", "For tests", ("complete",), rank=1, options=("seed",))

if __name__ == "__main__":
    from backend.service.server import serve
    from backend.service.session import Session

    real = registry.choose
    registry.choose = lambda name="auto", verb="segment", options=None: (
        registry.Chosen(ABOUT, Domes()) if verb == "complete" else real(name, verb, options)
    )
    serve(Session())
