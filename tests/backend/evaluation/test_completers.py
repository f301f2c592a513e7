# SPDX-License-Identifier: GPL-3.0-or-later
"""Ways to complete parts that are measured beside each other."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from backend.contract.errors import BadInput
from backend.evaluation.completers import METHODS, chosen_methods, usual_methods
from backend.evaluation.completion import Example, Figures, Truth
from tests.backend.evaluation.hidden_bodies import BALL, BLOCK, PEG, bodies

pytest.importorskip("igl", reason="winding numbers need libigl (training only)")
pytest.importorskip("skimage", reason="surfaces of fields need scikit-image (training only)")


@cache
def example() -> Example:
    return Example(bodies(), cells=24)


@cache
def measured(name: str) -> dict[int, Figures]:
    guesses = METHODS[name](example())
    return {part: Truth(example(), part).compare(guess) for part, guess in guesses.items()}


@pytest.mark.parametrize("name", sorted(set(METHODS) - {"hidden", "flow"}))
def test_each_method_answers_for_each_part(name: str) -> None:
    found = measured(name)
    assert set(found) == {BLOCK, BALL, PEG}
    assert found[BLOCK]["iou"] > 0.9, "next to nothing of it is hidden"
    for figures in found.values():
        assert all(np.isfinite(value) for value in figures.values())
        assert figures["iou_own"] <= 1


def test_caps_close_the_parts_and_keep_what_is_visible() -> None:
    for figures in measured("cap").values():
        assert figures["closed"] == 1
        assert figures["kept"] == 1
    assert measured("cap")[BALL]["iou_own"] == pytest.approx(0.5, abs=0.03)


def test_the_winding_number_closes_a_flat_border_as_a_cap_does() -> None:
    assert measured("winding")[BALL]["iou_own"] == pytest.approx(0.5, abs=0.03)
    assert measured("winding")[BALL]["kept"] == 0
    assert measured("winding")[BALL]["closed"] == 1


def test_a_mirror_finds_the_other_half_of_a_peg_or_says_nothing() -> None:
    # The ball is a half: its only good planes stand upright and mirror it onto itself.
    assert measured("mirror")[BALL]["f_hidden"] < 0.2
    assert measured("mirror")[PEG]["kept"] == 1


def test_a_hull_stays_inside_the_object() -> None:
    block = measured("hull")[BLOCK]
    assert block["closed"] == 1
    assert block["iou"] > 0.9
    assert measured("hull")[BALL]["iou_own"] == pytest.approx(0.5, abs=0.03)


def test_methods_are_chosen_by_name() -> None:
    assert chosen_methods("hull, open,hull") == ("hull", "open")
    with pytest.raises(BadInput, match="no method 'guess'"):
        chosen_methods("open,guess")


def test_flow_is_measured_where_its_weights_are(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("backend.engines.registry.obstacle", lambda about: None)
    assert usual_methods() == tuple(METHODS)
    monkeypatch.setattr("backend.engines.registry.obstacle", lambda about: BadInput("no", "yes"))
    assert usual_methods() == tuple(name for name in METHODS if name != "flow")
