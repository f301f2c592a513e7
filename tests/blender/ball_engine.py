# SPDX-License-Identifier: GPL-3.0-or-later
"""Run as a program, the backend with an engine that makes one ball after the other.

While the file that PARTWISE_TEST_SLOW names is there, it takes its time with the seed 2, and fails
where "full" is in it. With "sketch" it shows sketches, with "sketch first" it takes its time after
that of the first seed.
"""

from __future__ import annotations

import os
import time
from pathlib import Path

from backend.contract.errors import OutOfMemory
from backend.contract.progress import Progress
from backend.engines import registry
from backend.engines.base import Sketch
from tests.backend.one_by_one import Balls, ball, chosen_for


def told(slow: Path) -> str | None:
    """What the file says that makes it slow; None once it is gone, which may be at any time."""
    try:
        return slow.read_text()
    except FileNotFoundError:
        return None


def wait(seed: int, progress: Progress) -> None:
    slow = Path(os.environ["PARTWISE_TEST_SLOW"])
    said = told(slow) or ""
    if "sketch" in said:
        progress.sketch(Sketch([ball(seed)], 0.5))
    while (seed == 2 or said == "sketch first") and (now := told(slow)) is not None:
        if now == "full":
            raise OutOfMemory("The card is full.", "Close other programs.")
        progress.step()
        time.sleep(0.01)


if __name__ == "__main__":
    from backend.service.server import serve
    from backend.service.session import Session

    registry.choose = chosen_for(Balls(wait))
    serve(Session())
