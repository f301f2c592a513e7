# SPDX-License-Identifier: GPL-3.0-or-later
"""Coverage and nearest neighbours of samples."""

from __future__ import annotations

import numpy as np
import pytest

from backend.evaluation import generator_diversity
from backend.evaluation.generator_diversity import compared, diverse, kinds
from tests.backend.evaluation.made_up import tiny_flow


def clouds(places: list[float], seed: int = 0) -> list[np.ndarray]:
    rng = np.random.default_rng(seed)
    return [rng.normal(scale=0.01, size=(20, 3)) + [x, 0, 0] for x in places]


def test_samples_like_the_true_ones_cover_them_and_are_not_told_apart():
    true = clouds([0, 1, 2, 3, 4, 5])
    good = compared(true, clouds([0.3, 1.3, 2.3, 3.3, 4.3, 5.3], 1))
    assert good["coverage"] == 1
    assert good["nearest"] < 0.2, "the nearest of each is one of the other kind"
    same = compared(true, clouds([3.0] * 6, 2))
    assert same["coverage"] == pytest.approx(1 / 6)
    assert same["mmd"] > good["mmd"]
    far = compared(true, clouds([100, 101, 102], 3))
    assert far["nearest"] == 1
    assert compared(true, [])["coverage"] == 0


def test_a_family_and_the_flow_are_sampled(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(generator_diversity, "engine", tiny_flow)
    monkeypatch.setattr(
        generator_diversity, "true_objects",
        lambda family, count, seed: (clouds([0.0, 1.0], seed), 2),
    )  # fmt: skip
    (case,) = kinds(1, samples=2)
    item = case.read()
    assert item is not None
    assert item.title == "chair"
    found = diverse(item, ("family", "flow"), 0)
    assert found["family"][0]["made"] == 2
    assert found["flow"][0]["made"] == 2
