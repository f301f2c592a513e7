# SPDX-License-Identifier: GPL-3.0-or-later
"""A library is written to files that can be made again, byte for byte."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from backend.library.families.forms import block
from backend.library.index import Library
from backend.training.library_files import write
from backend.training.library_parts import Made, of_families


def test_a_library_is_written_the_same_again(tmp_path: Path) -> None:
    some = [part for part in of_families() if part.title in ("cube", "party hat")]
    hold = np.array([0.0, -1, 0]), np.array([0.0, -0.5, 0]), 0.5
    some.append(Made("block", "shape", *block((1, 1, 1)), *hold, "me"))
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        write(some, tmp_path / name)
    files = sorted(path.name for path in (tmp_path / "a").iterdir())
    assert all(
        (tmp_path / "a" / f).read_bytes() == (tmp_path / "b" / f).read_bytes() for f in files
    )
    back = Library(tmp_path / "a")
    assert back.named("block").side == (0, -1, 0)
    assert len(back.mesh(back.named("block"))[1]) == len(block((1, 1, 1))[1])
