# SPDX-License-Identifier: GPL-3.0-or-later
"""What new vertices take from the border: sums of one, exact at the border, without steps."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backend.geometry.hidden.carry import carry_weights


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 999), border=st.integers(1, 12))
def test_rows_add_up_to_one(seed: int, border: int) -> None:
    rng = np.random.default_rng(seed)
    rows, weights = carry_weights(rng.normal(size=(20, 3)), rng.normal(size=(border, 3)))
    assert rows.shape == weights.shape == (20, 4)
    assert (weights >= 0).all()
    assert np.allclose(weights.sum(axis=1), 1)
    assert (rows < border).all()


def test_beside_a_border_vertex_it_alone_counts() -> None:
    border = np.eye(3)[[0, 1, 2, 0, 1, 2]] + np.arange(6)[:, None]
    rows, weights = carry_weights(border + 1e-9, border)
    assert np.array_equal(rows[:, 0], np.arange(6))
    assert weights[:, 0] == pytest.approx(1, abs=1e-4)


def test_what_is_carried_has_no_steps() -> None:
    turn = np.linspace(0, 2 * np.pi, 24, endpoint=False)
    border = np.stack([np.cos(turn), np.sin(turn), 0 * turn], axis=1)
    path = np.linspace([-0.9, 0.13, 0.1], [0.9, 0.11, 0.1], 2000)
    rows, weights = carry_weights(path, border)
    carried = np.sum(weights * border[rows, 0], axis=1)
    assert np.abs(np.diff(carried)).max() < 0.05
    assert carried[0] < -0.7
    assert carried[-1] > 0.7
