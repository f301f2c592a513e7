# SPDX-License-Identifier: GPL-3.0-or-later
"""The whole way from procedural shapes to a segmenter that beats chance."""

import numpy as np
import pytest

pytest.importorskip("torch", reason="torch is needed for training only")

import torch

from backend.training.segmenter_run import BEST
from backend.training.smoke import by_chance, main
from tests.backend.training.samples import chain


@pytest.fixture(autouse=True)
def threads():
    """As many as before."""
    before = torch.get_num_threads()
    yield
    torch.set_num_threads(before)


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


def test_training_from_procedural_shapes_beats_chance(tmp_path, capsys):
    small = ["--families=chair,octopus", "--shapes=5", f"--out={tmp_path}"]
    assert main([*small, "--steps=150"]) == 0, capsys.readouterr()
    assert "It beats chance." in capsys.readouterr().out
    assert (tmp_path / BEST).stat().st_size > 1e5
    # The same shapes, hardly trained: the check must be able to fail.
    assert main([*small, "--steps=1"]) == 1
    assert "It does not clearly beat chance." in capsys.readouterr().out
