# SPDX-License-Identifier: GPL-3.0-or-later
"""Segments of latents beside those of engines."""

from __future__ import annotations

import pytest

from backend.evaluation import generator_masks
from backend.evaluation.generator_masks import segmented
from tests.backend.evaluation.made_up import stool, tiny_flow


def test_each_method_has_the_figures_of_a_segmentation(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(generator_masks, "engine", tiny_flow)
    found = segmented(stool(), ("geometric", "latents"), 0)
    assert found["geometric"][0]["rand"] == 0, "the parts are islands"
    row = found["latents"][0]
    assert 0 <= row["rand"] <= 1
    assert row["parts"] >= 1
    assert row["true_parts"] == 3
    assert row["one_part"] == found["geometric"][0]["one_part"] > 0
