# SPDX-License-Identifier: GPL-3.0-or-later
"""From a file of labelled objects to the table of figures."""

from __future__ import annotations

import json
import math
import re

import numpy as np
import pytest
from PIL import Image

from backend.__main__ import main
from backend.contract.errors import BadInput
from backend.evaluation import suite
from backend.evaluation.data import in_files, read_labelled, thin_out
from backend.evaluation.page import BEGIN, END
from backend.evaluation.runner import Measured, Plan, means, measure, report, table
from backend.evaluation.tasks import PARTS_CLICKED, measure_caps, measure_object
from tests.bad_meshes import lathe, moved


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    """Two lobes with two truths; three separate bodies; an object whose labels do not fit."""
    arrays = {}

    def add(name, mesh, kind, **labels):
        arrays[f"{name}/vertices"] = mesh[0].astype(np.float32)
        arrays[f"{name}/faces"] = mesh[1].astype(np.int32)
        arrays[f"{name}/meta"] = json.dumps({"part_kind": kind})
        for key, value in labels.items():
            arrays[f"{name}/{key}"] = value.astype(np.int16)

    waist = lathe()
    upper = waist[0][waist[1]][:, :, 2].mean(axis=1) > 0
    add("waist", waist, "rig", face_part=upper, face_part_fine=np.zeros_like(upper))
    bodies = moved((0, 0, 0), (3, 0, 0), (6, 0, 0))
    add("bodies", bodies, "nodes", face_part=np.repeat(np.arange(3), len(waist[1])))
    add("opinions", waist, "rig", truths=np.stack([upper, ~upper, upper | True]))
    add("broken", waist, "nodes", face_part=upper[:-1])
    arrays["ids"] = json.dumps(["waist", "bodies", "opinions", "broken"])
    path = tmp_path_factory.mktemp("data") / "data.npz"
    np.savez_compressed(path, **arrays)
    return path


def test_truths_are_read_in_all_their_forms(data):
    assert read_labelled(data, "waist").truths.shape == (2, 512)
    assert read_labelled(data, "bodies").truths.shape == (1, 1536)
    assert read_labelled(data, "opinions").truths.shape == (3, 512)
    assert read_labelled(data, "waist").kind == "rig"
    with pytest.raises(BadInput, match="511 labels for 512 faces"):
        read_labelled(data, "broken")
    with pytest.raises(BadInput, match="no mesh or no labels"):
        read_labelled(data, "unheard of")


def test_files_without_objects_are_refused(tmp_path, data):
    np.savez(tmp_path / "other.npz", vertices=np.zeros(3))
    (tmp_path / "noise.npz").write_bytes(b"noise")
    for path in (tmp_path / "other.npz", tmp_path / "noise.npz", tmp_path / "missing.npz"):
        with pytest.raises(BadInput, match=path.name):
            in_files([data, path])


def test_a_limit_spreads_over_the_file(data):
    sources = in_files([data])
    assert [source.name for source in thin_out(sources, 2)] == ["waist", "broken"]
    assert thin_out(sources, 99) == sources
    assert thin_out(sources, None) == sources


def test_separate_bodies_are_found_and_the_baselines_say_so(data):
    item = read_labelled(data, "bodies")
    outcome = measure_object(item, ("segment",), 0, "geometric")
    figures = outcome.figures
    assert outcome.labels.shape == (1536,)
    assert not outcome.stories
    assert figures["islands_rand"] == 0
    assert figures["one_part_rand"] == pytest.approx(2 / 3, abs=0.01)
    assert figures["true_parts"] == 3
    assert figures["rand_told"] == 0
    assert figures["rand_best"] == 0
    assert math.isnan(figures["boundary_f"]), "islands share no edge"
    assert 0 <= figures["iou_one_to_one"] <= figures["iou"] <= 1


def test_caps_are_measured_on_closed_sources_only(data):
    item = read_labelled(data, "waist")
    figures = measure_caps(item)
    assert figures["closed"] == 1
    assert figures["volume_error"] < 1e-4
    vertices, faces = lathe()
    hole = type(item)("hole", "nodes", vertices, faces[1:], item.truths[:, 1:])
    assert math.isnan(measure_caps(hole)["volume_error"])


def test_means_skip_what_means_nothing():
    nan = math.nan
    measured = [
        Measured("a", "nodes", {"geometric": {"rand": 0.1, "boundary_f": nan}}),
        Measured("b", "nodes", {"geometric": {"rand": 0.3, "boundary_f": 0.5}}),
        Measured("c", "rig", {"geometric": {"rand": 0.8, "boundary_f": nan}}),
        Measured("d", "rig", {}, "does not fit"),
    ]
    summary = means(measured)
    assert list(summary) == ["nodes", "rig", "all"]
    assert summary["nodes"]["geometric"]["rand"] == pytest.approx(0.2)
    assert summary["nodes"]["geometric"]["boundary_f"] == 0.5
    assert summary["all"]["geometric"]["objects"] == 3
    assert summary["all"]["geometric"]["rand"] == pytest.approx(0.4)
    assert math.isnan(summary["rig"]["geometric"]["boundary_f"])
    lines = table("segment", summary).splitlines()
    assert lines[2].startswith("| nodes | 2 | 0.200 |")
    assert len({line.count("|") for line in lines}) == 1, "all rows have the same columns"
    plain = report("segment", measured)
    assert plain["means"]["all"]["objects"] == 3
    assert plain["failed"] == [{"id": "d", "why": "does not fit"}]
    assert json.loads(json.dumps(plain, allow_nan=False)) == plain


def test_engines_stand_side_by_side():
    measured = [
        Measured("a", "rig", {"geometric": {"rand": 0.3}, "learned": {"rand": 0.1}}),
        Measured("b", "rig", {"geometric": {"rand": 0.5}, "learned": {"rand": 0.2}}),
    ]
    lines = table("segment", means(measured)).splitlines()
    assert lines[0].startswith("| labels | engine | objects | Rand error |")
    assert lines[2].startswith("| rig | geometric | 2 | 0.400 |")
    assert lines[3].startswith("| rig | learned | 2 | 0.150 |")
    assert len({line.count("|") for line in lines}) == 1
    plain = report("segment", measured)
    assert plain["means"]["learned"]["rig"]["rand"] == pytest.approx(0.15)
    assert [(row["id"], row["engine"]) for row in plain["objects"]] == [
        ("a", "geometric"), ("a", "learned"), ("b", "geometric"), ("b", "learned"),
    ]  # fmt: skip


def test_all_engines_are_asked_the_same_of_one_object(data):
    plan = Plan(("segment", "click"), ("geometric", "learned"), draw=True)
    one = measure(in_files([data])[0], plan)
    assert set(one.figures) == {"geometric", "learned"}
    ours, others = (outcome.stories for outcome in one.drawn.outcomes.values())
    assert len(ours) == len(others) == 2 + 1  # parts of both truths
    for a, b in zip(ours, others, strict=True):
        assert np.array_equal(a.part, b.part)
        one, other = a.steps[0].places, b.steps[0].places
        assert one.face == other.face, "the first click knows no answer yet"
        assert (one.weight == other.weight).all()


def test_clicked_parts_are_drawn_from_all_truths(data):
    item = read_labelled(data, "opinions")
    outcome = measure_object(item, ("click",), 0, "geometric")
    assert len(outcome.stories) == PARTS_CLICKED, "of five parts in three truths"
    assert {"random_1", "corrective_10", "milliseconds"} <= outcome.figures.keys()
    assert "rand" not in outcome.figures


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_the_command_prints_a_table_and_writes_a_report(data, jobs, tmp_path, capsys):
    file = tmp_path / "report.json"
    arguments = ["evaluate", str(data), "--task", "segment", "--json", str(file), "--jobs", jobs]
    assert main([*arguments, "--engine", "geometric"]) == 0
    said = capsys.readouterr()
    assert said.out.startswith("| labels | objects | Rand error |")
    assert "| nodes | 1 |" in said.out
    assert "broken" in said.err
    assert said.err.splitlines()[-1] == "Measured 3 of 4 objects."
    written = json.loads(file.read_text(encoding="utf-8"))
    assert [row["id"] for row in written["objects"]] == ["waist", "bodies", "opinions"]
    assert written["failed"][0]["id"] == "broken"


def size_of(path):
    with Image.open(path) as picture:
        assert picture.format == "PNG"
        return picture.size


def test_two_engines_write_pictures_of_one_object(data, tmp_path, capsys):
    sheet, plot = tmp_path / "sheet.png", tmp_path / "plot.png"
    arguments = ["evaluate", str(data), "--limit", "1", "--engine", "geometric,learned"]
    pictures = ["--sheet", str(sheet), "--plot", str(plot)]
    assert main([*arguments, "--task", "segment", *pictures]) == 0
    assert size_of(sheet) == (3 * 240, 240 + 24 + 48), "truth, geometric, learned"
    assert min(size_of(plot)) > 300
    lines = capsys.readouterr().out.splitlines()
    assert [line.split(" | ")[1] for line in lines[2:]] == ["geometric", "learned"]


def test_clicks_are_measured_and_drawn(data, tmp_path, capsys):
    sheet = tmp_path / "sheet.png"
    arguments = ["evaluate", str(data), "--limit", "1", "--engine", "geometric", "--task", "click"]
    assert main([*arguments, "--worst", "5", "--sheet", str(sheet)]) == 0
    header, _, row = capsys.readouterr().out.splitlines()[:3]
    figures = dict(zip(header.split("|"), row.split("|"), strict=True))
    assert 0 < float(figures[" corrective 10 "]) <= 1
    assert size_of(sheet) == (5 * 200, 200 + 20 + 40), "the part, and masks after 1, 2, 3, 5 clicks"


def test_the_whole_suite_fills_a_folder_and_a_page(data, tmp_path, capsys, monkeypatch):
    sheets = []  # tested above, and slow
    monkeypatch.setattr(suite, "write_sheet", lambda path, *_: sheets.append(path.name))
    page = tmp_path / "page.md"
    page.write_text(f"before\n{BEGIN}\nSTALE\n{END}\nafter\n")
    folder = tmp_path / "report"
    arguments = ["evaluate", str(data), "--task", "all", "--limit", "1", "--engine", "geometric"]
    assert main([*arguments, "--report", str(folder), "--write", str(page), "--worst", "1"]) == 0
    said = capsys.readouterr()
    last = said.err.splitlines()[-1]
    assert re.fullmatch(r"Measured 3 of 3 objects in \d+ minutes\.", last), last
    headings = [line for line in said.out.splitlines() if line.startswith("## ")]
    assert headings[0] == "## As they are: segmentation"
    assert len(headings) == 6
    assert (folder / "table.md").read_text() == said.out
    written = json.loads((folder / "figures.json").read_text(encoding="utf-8"))
    assert [part["title"] for part in written["sections"]] == [
        "as they are", "fused copies", "smooth shapes",
    ]  # fmt: skip
    assert {"rand", "corrective_10"} <= written["sections"][2]["means"]["all"].keys()
    names = {file.name for file in folder.glob("*.png")}
    assert names == {"segment.png", "click.png"}
    assert {"segment-as-they-are.png", "click-fused-copies-worst.png"} < set(sheets)
    assert len(sheets) == 2 * 2 * 3
    text = page.read_text()
    assert text.startswith(f"before\n{BEGIN}\n- Partwise")
    assert text.endswith(f"\n{END}\nafter\n")
    assert "| smooth shapes | 1 |" in text
    assert "STALE" not in text


def test_what_evaluate_refuses(data, tmp_path, capsys):
    for arguments in (
        [],
        [str(data), "--procedural", "3"],
        [str(tmp_path / "no.npz")],
        [str(data), "--limit", "0"],
        [str(data), "--sheet", "x.png", "--task", "complete"],
        [str(data), "--plot", "x.png", "--task", "all"],
        [str(data), "--worst", "3"],
        [str(data), "--engine", "geometric,psychic"],
        [str(data), "--write", str(tmp_path / "no.md")],
        [str(data), "--write", __file__],  # has no markers
        ["--procedural", "3", "--task", "all"],
        [str(data), "--fused", "--task", "all"],
    ):
        assert main(["evaluate", "--task", "segment", *arguments]) == 2
        assert capsys.readouterr().err.strip().endswith(".")
