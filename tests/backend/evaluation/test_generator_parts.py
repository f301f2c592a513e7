# SPDX-License-Identifier: GPL-3.0-or-later
"""Parts encoded and decoded, and made anew."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from backend.engines.part_making import Ways
from backend.evaluation import generator_parts
from backend.evaluation.generator_figures import box_of
from backend.evaluation.generator_objects import assembled
from backend.evaluation.generator_parts import (
    block,
    by_flow,
    chosen,
    coded,
    compared,
    nearest_entry,
    regenerated,
    regenerated_by,
    stretched,
)
from tests.backend.evaluation.made_up import stool, tiny_flow

pytest.importorskip("igl", reason="distances need libigl (training only)")


@pytest.fixture(autouse=True)
def tiny(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(generator_parts, "engine", tiny_flow)


def test_a_part_and_a_block_are_compared_with_the_truth():
    found = coded(stool(), ("block", "own frame", "all latents"), 0)
    assert set(found) == {"block", "own frame", "all latents"}
    assert set(found["block"]) == {0, 1, 2}
    assert found["block"][0]["iou"] == 1, "a seat is a block"
    assert found["block"][2]["iou"] == pytest.approx(np.pi / 6, abs=0.05), "a ball is none"
    for method in ("own frame", "all latents"):
        assert all(0 <= row["iou"] <= 1 for row in found[method].values())


def test_parts_whose_names_say_nothing_are_left_out():
    assert chosen(stool(), 0) == [0, 1]


def test_each_method_makes_the_same_parts():
    found = regenerated(stool(), ("block", "library"), 0)
    assert [set(rows) for rows in found.values()] == [{0, 1}] * 2
    assert found["block"][0]["iou"] == 1
    assert found["library"][1]["answered"] == 1


def test_the_flow_makes_parts_and_another_flow_too(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(generator_parts, "PARTS", 1)
    found = regenerated(stool(), ("flow",), 0)["flow"]
    assert [row["answered"] for row in found.values()] == [1]
    other = replace(tiny_flow(), ways=Ways(steps=1, cells=32))
    ((part, row),) = regenerated_by(stool(), other, 0).items()
    assert row["chamfer"] != found[part]["chamfer"]


def test_the_flow_is_told_what_the_object_is_called():
    whole = assembled(stool())
    told, untold = by_flow(whole, 1, "leg", 0), by_flow(replace(whole, title=""), 1, "leg", 0)
    assert not np.array_equal(told[0], untold[0])


def test_what_is_not_answered_counts_as_a_block():
    true = assembled(stool()).part(2)
    assert nearest_entry("", 0) is None
    nothing, box = compared(true, None, 0), compared(true, block(true), 0)
    assert nothing["answered"] == 0
    assert nothing["chamfer"] == box["chamfer"]


def test_a_part_of_the_library_is_stretched_to_the_box():
    true, found = assembled(stool()).part(0), nearest_entry("wheel", 0)
    assert found is not None
    assert box_of(stretched(found, true)).half == pytest.approx(box_of(true).half)
