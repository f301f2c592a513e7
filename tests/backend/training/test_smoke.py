# SPDX-License-Identifier: GPL-3.0-or-later
"""The whole way from procedural shapes to a segmenter that beats chance."""

import subprocess
import sys

import numpy as np
import pytest

pytest.importorskip("torch", reason="torch is needed for training only")

from backend.training.segmenter_run import BEST
from backend.training.smoke import by_chance
from tests.backend.training.samples import chain


def smoke(checkout, *options):
    command = [sys.executable, "-m", "backend.training.smoke", *options]
    return subprocess.run(command, cwd=checkout, capture_output=True, text=True)


def test_chances_are_those_that_can_be_told_beforehand():
    one = chain(patches=12, parts=3)
    found = by_chance(one, seed=0)
    nothing, alone, coin = found.values()
    # One part: every pair of faces that is in two parts is wrong.
    wrong = [1 - np.square(one.faces @ table).sum() for table in one.opinions]
    assert nothing[0] == pytest.approx(np.dot(one.weights, wrong), rel=1e-5)
    assert alone[0] < 0.5
    assert coin[0] <= nothing[0] + 1e-9, "the best cut may be the whole"
    assert all(0 < click < 0.9 for _, click in found.values())


def test_training_from_procedural_shapes_beats_chance(checkout, tmp_path):
    # Goblets are learned soonest: with half of these steps it does not pass.
    small = ["--families=goblet", "--shapes=3", f"--out={tmp_path}"]
    found = smoke(checkout, *small, "--steps=60")
    assert found.returncode == 0, found.stdout + found.stderr
    assert "It beats chance." in found.stdout
    assert (tmp_path / BEST).stat().st_size > 1e5
    # The same shapes, hardly trained: the check must be able to fail.
    found = smoke(checkout, *small, "--steps=1")
    assert found.returncode == 1
    assert "It does not clearly beat chance." in found.stdout
