# SPDX-License-Identifier: GPL-3.0-or-later
"""Contact sheets of completed parts: which are shown, and how the truth is told apart."""

from __future__ import annotations

import numpy as np
import pytest

from backend.evaluation import completion_sheet
from backend.evaluation.completion import Example
from backend.evaluation.completion_sheet import complete_sheet, truth_in_pieces, worth_showing
from backend.evaluation.runner import Drawn, Measured, by_part
from backend.evaluation.tasks import measure_completion
from tests.backend.evaluation.hidden_bodies import BALL, bodies

pytest.importorskip("igl", reason="distances need libigl (training only)")


def part(name: str, kind: str) -> Measured:
    drawn = Drawn(bodies(), {})
    return Measured(name, kind, {}, drawn=drawn)


def test_one_part_of_each_share_of_an_object_is_shown_and_none_that_is_all_visible():
    several = [
        part("a#0", "below 2 %"), part("a#1", "2 to 8 %"), part("a#2", "2 to 8 %"),
        part("a#3", "above 40 %"), Measured("b", "nodes", {}, "has no whole"),
    ]  # fmt: skip
    assert [one.name for one in worth_showing(several)] == ["a#1", "a#3"]


def test_the_truth_is_in_pieces_that_are_hidden_or_not():
    example = Example(bodies())
    (vertices, faces), hidden = truth_in_pieces(example, BALL)
    border = example.wholes[BALL][0][:, 2].mean()  # the block's top runs through its middle
    height = vertices[faces].mean(axis=1)[:, 2]
    assert hidden[height < border - 0.02].all()
    assert not hidden[height > border + 0.02].any()


def test_a_row_is_the_object_what_is_visible_each_method_and_the_truth(monkeypatch, tmp_path):
    sheets = []
    monkeypatch.setattr(
        completion_sheet, "contact_sheet", lambda path, rows, **_: sheets.append(rows)
    )
    found = measure_completion(bodies(), ("open", "cap"), 0)
    parts = {k: {name: one.parts[k] for name, one in found.items()} for k in range(3)}
    whole = Measured("bodies", "nodes", {}, drawn=Drawn(bodies(), found), parts=parts)
    ball = by_part([whole])[BALL]
    complete_sheet(tmp_path / "sheet.png", [ball, ball, ball])
    (rows,) = sheets
    assert [len(row) for row in rows] == [8, 4], "two parts beside each other"
    shown, visible, caps, truth = rows[0][:4]
    assert visible.caption == "visible"
    assert caps.caption.startswith("cap 0.")
    assert truth.caption == "truth, 50% hidden"
    assert set(np.unique(shown.labels)) == {0, 1}
    assert set(np.unique(visible.labels)) == {1}
    assert set(np.unique(caps.labels)) == set(np.unique(truth.labels)) == {1, 2}
    sheets.clear()
    complete_sheet(tmp_path / "sheet.png", [])
    assert not sheets
