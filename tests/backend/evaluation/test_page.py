# SPDX-License-Identifier: GPL-3.0-or-later
"""The tables of the documentation: engines side by side, each place between two markers."""

from __future__ import annotations

import math

import pytest

from backend.contract.errors import BadInput
from backend.evaluation.page import (
    PLACES,
    check_page,
    click_lines,
    complete_lines,
    contents,
    markers,
    segment_lines,
    stability_lines,
    write_page,
)
from backend.evaluation.runner import Measured


def row(**figures):
    return {
        "objects": 4.0,
        "parts": 3.0,
        "true_parts": 2.0,
        "islands_rand": 0.6,
        "one_part_rand": 0.5,
        **figures,
    }


SUMMARIES = {
    "as they are": {
        "nodes": {"geometric": row(rand=0.2, iou=0.7), "learned": row(rand=0.1, iou=0.8)},
        "all": {"geometric": row(rand=0.2, iou=0.8), "learned": row(rand=0.2, iou=math.nan)},
    },
    "smooth shapes": {"all": {"geometric": row(rand=0.3), "learned": row(rand=0.4)}},
}


def cells(line):
    return [cell.strip() for cell in line.strip("|").split("|")]


def test_the_better_engine_is_bold_and_a_tie_is_not():
    head, _, nodes, all_, smooth = map(cells, segment_lines(SUMMARIES))
    assert head[2:4] == ["Rand error, geometric", "Rand error, learned"]
    assert nodes[:4] == ["as they are, nodes", "4", "0.200", "**0.100**"]
    assert nodes[8:10] == ["0.700", "**0.800**"]  # more is better
    assert all_[2:4] == ["0.200", "0.200"]
    assert all_[8:10] == ["0.800", "-"]
    assert smooth[:4] == ["smooth shapes", "4", "**0.300**", "0.400"]
    assert {len(line) for line in (head, nodes, all_, smooth)} == {len(head)}
    assert head[-3:] == ["true", "islands", "one part"]
    assert nodes[-3:] == ["2.0", "0.600", "0.500"]


def test_clicks_have_a_row_for_each_engine():
    clicks = {f"{name}_{n}": 0.5 for name in ("random", "corrective") for n in (1, 3, 5, 10)}
    better = {key: value + 0.1 for key, value in clicks.items()}
    summary = {"fused": {"rig": {"geometric": row(**clicks), "learned": row(**better)}}}
    head, _, first, second = map(cells, click_lines(summary))
    assert first[:4] == ["fused, rig", "4", "geometric", "0.500"]
    assert second[:4] == ["fused, rig", "4", "learned", "**0.600**"]
    assert len(head) == len(first) == 11
    assert click_lines(SUMMARIES) == []


def test_copies_have_a_row_for_each_object_and_one_for_their_means():
    def one(name, worst):
        return Measured(name, "meshes", {"learned": {"noisy": 0.9, "worst": worst}})

    lines = stability_lines({"as they are": [one("fox", 0.8), one("lamp", 0.6)]})
    head, _, fox, _, mean = map(cells, lines)
    assert (fox[0], mean[0]) == ("fox", "mean")
    assert (fox[head.index("worst")], mean[head.index("worst")]) == ("0.800", "0.700")
    assert mean[head.index("halved")] == "-", "nothing is said of copies that were not made"
    assert stability_lines({"as they are": [Measured("a", "b", {"learned": {"rand": 0.1}})]}) == []


EMPTY = "".join(f"{name}\n{begin}\n{end}\n" for name in PLACES for begin, end in [markers(name)])


def test_a_page_keeps_what_lies_around_the_markers(tmp_path):
    page = tmp_path / "page.md"
    page.write_text(EMPTY)
    for text in ("one", "two"):
        write_page(page, {"completion": text})
    begin = markers("completion")[0]
    assert page.read_text() == EMPTY.replace(f"{begin}\n", f"{begin}\ntwo\n")


def test_each_task_has_its_places():
    assert list(contents("all", {}, 1.0)) == ["evaluation", "completion"]
    assert list(contents("complete", {}, 1.0)) == ["completion"]
    assert list(contents("click", {}, 1.0)) == ["evaluation"]


def test_a_page_without_a_place_is_refused(tmp_path):
    page = tmp_path / "page.md"
    begin, end = markers("evaluation")
    for text in ("", begin, f"{end} {begin}"):
        page.write_text(text)
        with pytest.raises(BadInput, match="no place"):
            check_page(page, "segment")
    page.write_text(f"{begin}\n{end}\n")
    check_page(page, "segment")
    with pytest.raises(BadInput, match="no place"):
        check_page(page, "all")
    with pytest.raises(BadInput):
        check_page(tmp_path / "missing.md", "segment")


def test_completed_parts_have_a_row_for_each_method():
    def figures(iou, chamfer):
        found = dict.fromkeys(("iou", "iou_own", "f", "f_hidden", "closed", "kept"), iou)
        return {"objects": 5.0, "chamfer": chamfer, **found}

    rows = {"cap": figures(0.8, 0.02), "hidden": figures(0.9, 0.01)}
    summaries = {**SUMMARIES, "hidden parts": {"8 to 20 %": rows, "all": rows}}
    lines = [cells(line) for line in complete_lines(summaries)]
    assert lines[0] == [
        "hidden share", "parts", "method", "IoU", "own box", "F", "F hidden", "Chamfer", "closed",
        "kept",
    ]  # fmt: skip
    assert [line[:4] for line in lines[2:]] == [
        ["8 to 20 %", "5", "cap", "0.800"], ["8 to 20 %", "5", "hidden", "**0.900**"],
        ["all", "5", "cap", "0.800"], ["all", "5", "hidden", "**0.900**"],
    ]  # fmt: skip
    assert lines[3][7] == "**0.010**"
    assert complete_lines(SUMMARIES) == []
