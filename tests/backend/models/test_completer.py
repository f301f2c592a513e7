# SPDX-License-Identifier: GPL-3.0-or-later
"""The completer: without training it adds nothing, and NumPy and PyTorch agree."""

from dataclasses import replace

import numpy as np
import pytest

from backend.models.completer import (
    POINTS_A_TURN,
    Completer,
    CompleterConfig,
    member_name,
    shapes,
)

CONFIG = CompleterConfig(features=5, width=8, layers=3)


def arrays(seed=0):
    rng = np.random.default_rng(seed)
    made = {n: rng.normal(size=s).astype(np.float32) for n, s in shapes(CONFIG).items()}
    return made | {"deviation": np.full(5, 2, np.float32)}


def test_with_nothing_at_its_end_it_adds_nothing():
    quiet = arrays() | {"out.weight": np.zeros((8, 1)), "out.bias": np.zeros(1)}
    assert not Completer(CONFIG, quiet)(np.ones((4, 5), np.float32)).any()


def test_many_places_are_answered_as_few():
    net = Completer(CONFIG, arrays())
    rows = np.random.default_rng(1).normal(size=(POINTS_A_TURN + 7, 5)).astype(np.float32)
    assert np.allclose(net(rows)[-3:], net(rows[-3:]), atol=1e-4)
    assert net(rows[:0]).shape == (0,)


def test_what_is_worked_out_in_place_is_what_it_is_trained_as():
    both = arrays() | {member_name(name, 1): a for name, a in arrays(5).items()}
    net = Completer(replace(CONFIG, members=2), both)
    rows = np.random.default_rng(4).normal(size=(40, 5)).astype(np.float32)
    kept = rows.copy()
    assert np.allclose(net(rows), net.forward(rows), atol=1e-4)
    assert (rows == kept).all()


def test_features_beyond_what_was_seen_say_no_more():
    net = Completer(CONFIG, arrays())
    assert np.allclose(net(np.full((1, 5), 1e4, np.float32)), net(np.full((1, 5), 1e6, np.float32)))


def test_members_say_their_mean():
    two = replace(CONFIG, members=2)
    both = arrays() | {member_name(name, 1): a for name, a in arrays(5).items()}
    assert {name: a.shape for name, a in both.items()} == shapes(two)
    rows = np.random.default_rng(3).normal(size=(6, 5)).astype(np.float32)
    one, other = Completer(CONFIG, arrays())(rows), Completer(CONFIG, arrays(5))(rows)
    assert np.allclose(Completer(two, both)(rows), (one + other) / 2, atol=1e-4)


def test_torch_says_the_same():
    torch = pytest.importorskip("torch", reason="needs PyTorch, for training")
    rows = np.random.default_rng(2).normal(size=(9, 5)).astype(np.float32)
    tensors = {name: torch.from_numpy(a) for name, a in arrays().items()}
    said = Completer(CONFIG, tensors).forward(torch.from_numpy(rows)).numpy()
    assert np.allclose(said, Completer(CONFIG, arrays())(rows), atol=1e-4)
