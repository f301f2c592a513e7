# SPDX-License-Identifier: GPL-3.0-or-later
"""Principal axes: those along which latents differ most, each of a size that noise can tell."""

import numpy as np
import pytest

from backend.models.partflow import PartFlowConfig
from backend.training.generator.axes import axes_of, principal

DEVIATIONS = np.array([0.1, 4.0, 1.0, 0.01])


@pytest.fixture
def rows():
    rng = np.random.default_rng(0)
    return (rng.standard_normal((4000, 4)) * DEVIATIONS + 3).astype(np.float32)


def test_the_axes_are_the_widest_in_their_order(rows):
    axes, mean, _ = principal(rows, 2)
    assert np.allclose(np.abs(axes), np.eye(4)[[1, 2]], atol=0.05)
    assert np.allclose(mean, 3, atol=0.2)


def test_what_varies_most_still_does_when_it_is_told(rows):
    axes, mean, size = principal(rows, 2)
    told = ((rows - mean) @ axes.T / size).var(axis=0)
    assert told.mean() == pytest.approx(1, rel=1e-3)
    assert told[0] / told[1] == pytest.approx(4, rel=0.1), "the root of 16"


def test_few_rows_have_all_the_axes_that_are_asked_for():
    axes, _, size = principal(np.random.default_rng(0).random((2, 6), np.float32), 5)
    assert axes.shape == (5, 6)
    assert np.allclose(axes @ axes.T, np.eye(5), atol=1e-5)
    assert (size > 0).all()
    assert np.isfinite(size).all()


def test_each_frame_has_its_own():
    config = PartFlowConfig(cells=2, whole_cells=4, channels=2, axes=4, whole_axes=8, token=4)
    rng = np.random.default_rng(0)
    copies = [
        {"own": rng.random((3, 8, 2)), "placed": rng.random((3, 8, 2)),
         "whole": rng.random((1, 64, 2))}
        for _ in range(4)
    ]  # fmt: skip
    found = axes_of(copies, config)
    assert {n: a.shape for n, a in found.items() if n.count(".") == 1} == {
        f"axes.{frame}": shape for frame, shape in config.bases.items()
    }
