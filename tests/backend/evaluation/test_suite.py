# SPDX-License-Identifier: GPL-3.0-or-later
"""Sections of objects, and the tables, figures and folders that are made of them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from backend.evaluation import suite
from backend.evaluation.data import Fused, Procedural, Uncovered
from backend.evaluation.runner import Measured
from backend.evaluation.suite import (
    PROCEDURAL,
    WORST,
    Section,
    as_they_are,
    asked,
    figures,
    fused,
    hidden_parts,
    smooth_shapes,
    tables,
    whole_suite,
    write_report,
)

SEGMENTED = {"geometric": {"rand": 0.25, "seconds": 1.0}}


def section(title: str, *kinds: str, by_kind: bool = True) -> Section:
    made = Section(title, [], by_kind)
    made.keep([Measured(f"o{k}", kind, SEGMENTED) for k, kind in enumerate(kinds)])
    return made


def test_kinds_have_figures_of_their_own_or_all_together():
    assert [one.kind for one in section("a", "rig", "nodes").measured] == ["rig", "nodes"]
    together = section("a", "rig", "nodes", by_kind=False)
    assert [one.kind for one in together.measured] == ["all", "all"]
    together.keep([Measured("broken", "rig", {}, "does not fit")])
    assert together.measured[0].kind == "rig", "what was not measured stays as it is"


def test_the_name_of_a_file_is_made_of_the_title():
    assert section("as they are").slug == "as-they-are"
    assert section("Meshes (fused), 2").slug == "meshes-fused-2"


def test_the_suite_is_objects_their_fused_copies_and_unseen_shapes(labelled_file: Path):
    own, copies, unions, shapes, hidden = whole_suite([labelled_file], None, None)
    assert [one.title for one in (own, copies, unions, shapes, hidden)] == [
        "as they are", "fused copies", "exact unions", "smooth shapes", "hidden parts",
    ]  # fmt: skip
    assert [source.name for source in own.sources] == ["waist", "bodies", "opinions", "broken"]
    assert copies.sources == [Fused(source) for source in own.sources]
    assert unions.sources == hidden.sources == [Uncovered(source) for source in own.sources]
    assert [asked("all", one) for one in (own, unions, hidden)] == [
        ("segment", "click"), ("segment", "click"), ("complete",),
    ]  # fmt: skip
    assert len(shapes.sources) == PROCEDURAL
    assert [one.by_kind for one in (own, copies, unions, shapes)] == [True, True, True, False]
    assert [len(one.sources) for one in whole_suite([labelled_file], 7, 2)] == [2, 2, 2, 2, 2]


def test_fused_copies_are_told_apart_as_their_sources_are():
    shapes = smooth_shapes([Procedural("vase", 1)], by_kind=False)
    assert fused(shapes).by_kind is False
    assert fused(as_they_are(shapes.sources)).by_kind is True


def test_several_tables_have_headings_and_one_has_none():
    one, other = section("as they are", "rig"), section("fused copies", "rig")
    assert tables("segment", [one]).startswith("| labels |")
    text = tables("segment", [one, other])
    headings = [line for line in text.splitlines() if line.startswith("#")]
    assert headings == ["## As they are: segmentation", "## Fused copies: segmentation"]
    assert text.count("| 0.250 |") == 2, "a row of each"


def test_figures_of_several_sections_have_their_titles():
    one, other = section("as they are", "rig"), section("fused copies", "nodes")
    alone = figures("segment", [one])
    assert "sections" not in alone
    both = figures("segment", [one, other])
    assert both["task"] == "segment"
    assert [row.pop("title") for row in both["sections"]] == ["as they are", "fused copies"]
    assert both["sections"][0] == alone


@pytest.mark.parametrize(("most", "shown"), [(None, WORST), (2, 2)])
def test_a_report_has_tables_figures_plots_and_sheets(most, shown, tmp_path: Path, monkeypatch):
    plots, sheets = [], {}
    monkeypatch.setattr(suite, "write_plot", lambda path, task, _: plots.append((path.name, task)))
    monkeypatch.setattr(
        suite, "write_sheet", lambda path, _, __, worst=None: sheets.update({path.name: worst})
    )
    sections = [section("as they are", "rig")]
    write_report(tmp_path, "segment", sections, most)
    assert (tmp_path / "table.md").read_text() == tables("segment", sections) + "\n"
    assert json.loads((tmp_path / "figures.json").read_text()) == figures("segment", sections)
    assert plots == [("segment.png", "segment")]
    assert sheets == {"segment-as-they-are.png": None, "segment-as-they-are-worst.png": shown}
    plots.clear()
    sheets.clear()
    write_report(tmp_path, "complete", [hidden_parts([])], most)
    assert plots == [], "completed parts have a sheet only"
    assert sheets == {"complete-hidden-parts.png": None, "complete-hidden-parts-worst.png": shown}


def test_completed_parts_stand_by_themselves_in_rows_of_hidden_shares():
    def caps(hidden: float) -> dict[str, dict[str, float]]:
        return {"cap": {"hidden_share": hidden, "iou": 1 - hidden}}

    made = hidden_parts([])
    parts = {0: caps(0.5), 2: caps(0.01), 3: caps(0.03)}
    whole = Measured("robot", "nodes", caps(0.2), parts=parts)
    made.keep([whole, Measured("cloth", "nodes", {}, "has no whole")])
    assert [(one.name, one.part, one.kind) for one in made.measured] == [
        ("robot#0", 0, "above 40 %"), ("robot#2", 2, "below 2 %"), ("robot#3", 3, "2 to 8 %"),
        ("cloth", -1, "nodes"),
    ]  # fmt: skip
    lines = tables("complete", [made]).splitlines()
    assert lines[0].startswith("| hidden share | parts | IoU |")
    assert [line.split(" | ")[0] for line in lines[2:]] == [
        "| below 2 %", "| 2 to 8 %", "| above 40 %", "| all",
    ]  # fmt: skip
    assert "| all | 3 | 0.820 |" in lines[-1]
