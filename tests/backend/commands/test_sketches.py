# SPDX-License-Identifier: GPL-3.0-or-later
"""Pictures of what is being made."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from backend.commands.console import Console
from backend.commands.sketches import Sketches
from backend.engines.base import Sketch
from tests.backend.one_by_one import ball


def test_each_variant_has_its_pictures_in_order(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sketches = Sketches(tmp_path / "new", "fox", Console())
    progress = sketches.progress()
    assert progress.is_looked_at
    for variant, share in ((0, 0.2), (0, 0.4), (1, 0.2)):
        progress.sketch(Sketch([ball(0), ball(9)], share, variant))
    names = ["fox.1.1.png", "fox.1.2.png", "fox.2.1.png"]
    assert [path.name for path in sketches.written] == names
    picture = np.asarray(Image.open(sketches.written[0]))
    assert picture.shape == (96, 96, 4)
    assert (picture[..., 3] > 0).mean() > 0.2
    assert capsys.readouterr().err.count("fox.1.1.png") == 1


def test_without_a_folder_nobody_looks() -> None:
    assert not Sketches(None, "fox", Console()).progress().is_looked_at
