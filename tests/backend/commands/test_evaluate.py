# SPDX-License-Identifier: GPL-3.0-or-later
"""Evaluate measures labelled objects: tables, figures, pictures and pages; what it refuses."""

from __future__ import annotations

import json
import re

import numpy as np
import pytest
from PIL import Image

from backend.__main__ import main
from backend.commands import evaluate
from backend.engines import flow
from backend.evaluation import generation, suite
from backend.evaluation.page import markers
from tests.backend.evaluation.hidden_bodies import wholes
from tests.backend.latents.tiny_generator import tiny_file
from tests.backend.mesh_files import QUICK


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_the_command_prints_a_table_and_writes_a_report(labelled_file, jobs, tmp_path, capsys):
    file = tmp_path / "report.json"
    arguments = [str(labelled_file), "--task", "segment", "--json", str(file), "--jobs", jobs]
    assert main(["evaluate", *arguments, *QUICK]) == 0
    said = capsys.readouterr()
    assert said.out.startswith("| labels | objects | Rand error |")
    assert "| nodes | 1 |" in said.out
    assert "broken" in said.err
    assert said.err.splitlines()[-1] == "Measured 3 of 4 objects."
    written = json.loads(file.read_text(encoding="utf-8"))
    assert [row["id"] for row in written["objects"]] == ["waist", "bodies", "opinions"]
    assert written["failed"][0]["id"] == "broken"


def test_exact_unions_stand_beside_their_islands(labelled_file, capsys):
    arguments = ["evaluate", str(labelled_file), "--united", "--task", "segment", *QUICK]
    assert main(arguments) == 0
    said = capsys.readouterr()
    header, _, row = said.out.splitlines()[:3]
    figures = dict(zip(header.split(" | "), row.split(" | "), strict=True))
    assert figures["islands"] == "0.000", "three bodies that do not touch stay three"
    assert figures["true"] == "3.0"
    assert said.err.splitlines()[-1] == "Measured 1 of 4 objects."


def size_of(path):
    with Image.open(path) as picture:
        assert picture.format == "PNG"
        return picture.size


def test_two_engines_write_pictures_of_one_object(labelled_file, tmp_path, capsys):
    sheet, plot = tmp_path / "sheet.png", tmp_path / "plot.png"
    arguments = ["evaluate", str(labelled_file), "--limit", "1", "--engine", "geometric,learned"]
    pictures = ["--sheet", str(sheet), "--plot", str(plot)]
    assert main([*arguments, "--task", "segment", *pictures]) == 0
    assert size_of(sheet) == (3 * 240, 240 + 24 + 48), "truth, geometric, learned"
    assert min(size_of(plot)) > 300
    lines = capsys.readouterr().out.splitlines()
    assert [line.split(" | ")[1] for line in lines[2:]] == ["geometric", "learned"]


def test_clicks_are_measured_and_drawn(labelled_file, tmp_path, capsys):
    sheet = tmp_path / "sheet.png"
    arguments = ["evaluate", str(labelled_file), "--limit", "1", "--task", "click", *QUICK]
    assert main([*arguments, "--worst", "5", "--sheet", str(sheet)]) == 0
    header, _, row = capsys.readouterr().out.splitlines()[:3]
    figures = dict(zip(header.split("|"), row.split("|"), strict=True))
    assert 0 < float(figures[" corrective 10 "]) <= 1
    assert size_of(sheet) == (5 * 200, 200 + 20 + 40), "the part, and masks after 1, 2, 3, 5 clicks"


def test_the_whole_suite_fills_a_folder_and_a_page(labelled_file, tmp_path, capsys, monkeypatch):
    sheets = []  # tested above, and slow
    monkeypatch.setattr(suite, "write_sheet", lambda path, *_: sheets.append(path.name))
    monkeypatch.setattr(evaluate, "_generator_is_there", lambda options: False)  # slow as well
    page = tmp_path / "page.md"
    (begin, end), hidden = markers("evaluation"), "\n".join(markers("completion"))
    made = "\n".join(markers("generator"))
    page.write_text(f"before\n{begin}\nSTALE\n{end}\nbetween\n{hidden}\nafter\n{made}\n")
    folder = tmp_path / "report"
    arguments = ["evaluate", str(labelled_file), "--task", "all", "--limit", "1", *QUICK]
    assert main([*arguments, "--report", str(folder), "--write", str(page), "--worst", "1"]) == 0
    said = capsys.readouterr()
    last = said.err.splitlines()[-1]
    assert re.fullmatch(r"Measured 3 of 5 objects in \d+ minutes\.", last), last
    assert "waist: has fewer than two parts whose whole is known" in said.err
    headings = [line for line in said.out.splitlines() if line.startswith("## ")]
    assert headings[0] == "## As they are: segmentation"
    assert len(headings) == 9
    assert headings[8] == "## Hidden parts: completion"
    assert (folder / "table.md").read_text() == said.out
    written = json.loads((folder / "figures.json").read_text(encoding="utf-8"))
    assert [part["title"] for part in written["sections"]] == [
        "as they are", "fused copies", "exact unions", "smooth shapes", "hidden parts",
    ]  # fmt: skip
    assert {"rand", "corrective_10"} <= written["sections"][3]["means"]["all"].keys()
    names = {file.name for file in folder.glob("*.png")}
    assert names == {"segment.png", "click.png"}
    assert {"segment-as-they-are.png", "click-fused-copies-worst.png"} < set(sheets)
    assert {"complete-hidden-parts.png", "complete-hidden-parts-worst.png"} < set(sheets)
    assert len(sheets) == 2 * 2 * 4 + 2
    text = page.read_text()
    assert text.startswith(f"before\n{begin}\n- Partwise")
    assert f"\n{end}\nbetween\n" in text
    assert text.endswith(f"\n{markers('completion')[1]}\nafter\n{made}\n")
    assert text.count("- Partwise") == 2
    assert "| smooth shapes | 1 |" in text
    assert "STALE" not in text


def test_what_evaluate_refuses(labelled_file, tmp_path, capsys):
    for arguments in (
        [],
        [str(labelled_file), "--procedural", "3"],
        [str(tmp_path / "no.npz")],
        [str(labelled_file), "--limit", "0"],
        [str(labelled_file), "--plot", "x.png", "--task", "complete"],
        [str(labelled_file), "--fused", "--task", "complete"],
        [str(labelled_file), "--fused", "--task", "stability"],
        [str(labelled_file), "--united", "--fused"],
        [str(labelled_file), "--united", "--task", "complete"],
        [str(labelled_file), "--united", "--task", "stability"],
        [str(labelled_file), "--united", "--task", "all"],
        ["--procedural", "3", "--united"],
        [str(labelled_file), "--sheet", "x.png", "--task", "stability"],
        [str(labelled_file), "--methods", "open,guess", "--task", "complete"],
        [str(labelled_file), "--sheet", "x.png", "--task", "all"],
        [str(labelled_file), "--plot", "x.png", "--task", "all"],
        [str(labelled_file), "--worst", "3"],
        [str(labelled_file), "--engine", "geometric,psychic"],
        [str(labelled_file), "--write", str(tmp_path / "no.md")],
        [str(labelled_file), "--write", __file__],  # has no markers
        ["--procedural", "3", "--task", "all"],
        [str(labelled_file), "--fused", "--task", "all"],
        ["--task", "parts", "--methods", "own frame,guess"],
        ["--task", "generator", "--methods", "flow"],
        ["--task", "words", "--procedural", "3"],
        ["--task", "ablations"],
        ["--task", "ablations", "--ablations", str(tmp_path)],  # holds no runs
        ["--task", "regenerate", "--ablations", str(tmp_path)],
    ):
        assert main(["evaluate", "--task", "segment", *arguments]) == 2
        assert capsys.readouterr().err.strip().endswith(".")


@pytest.fixture
def hidden(tmp_path):
    """A file with the block, ball and peg, labelled, and once more as colours."""
    arrays, start, vertices, faces, labels = {}, 0, [], [], []
    for k, whole in enumerate(wholes()):
        vertices.append(whole.vertices)
        faces.append(whole.faces + start)
        labels.append(np.full(len(whole.faces), k))
        start += len(whole.vertices)
    for name, kind in (("bodies", "nodes"), ("colours", "materials")):
        arrays[f"{name}/vertices"] = np.concatenate(vertices).astype(np.float32)
        arrays[f"{name}/faces"] = np.concatenate(faces).astype(np.int32)
        arrays[f"{name}/face_part"] = np.concatenate(labels).astype(np.int16)
        arrays[f"{name}/meta"] = json.dumps({"part_kind": kind, "up": "Z"})
    arrays["ids"] = json.dumps(["bodies", "colours"])
    path = tmp_path / "hidden.npz"
    np.savez_compressed(path, **arrays)
    return path


def test_parts_are_completed_and_drawn(hidden, tmp_path, capsys):
    sheet, file = tmp_path / "sheet.png", tmp_path / "figures.json"
    page = tmp_path / "page.md"
    page.write_text("\n".join(markers("completion")))
    arguments = ["evaluate", str(hidden), "--task", "complete", "--methods", "open,cap"]
    written = ["--sheet", str(sheet), "--json", str(file), "--write", str(page)]
    assert main([*arguments, *written]) == 0
    said = capsys.readouterr()
    lines = [[cell.strip() for cell in line.split("|")[1:-1]] for line in said.out.splitlines()]
    assert lines[0][:4] == ["hidden share", "method", "parts", "IoU"]
    rows = [line[:3] for line in lines[2:]]
    assert rows[-2:] == [["all", "open", "3"], ["all", "cap", "3"]]
    assert rows.index(["2 to 8 %", "cap", "1"]) < rows.index(["above 40 %", "cap", "2"])
    closed = lines[0].index("closed")
    assert [line[closed] for line in lines[-2:]] == ["0.000", "1.000"]
    assert "colours: has fewer than two parts whose whole is known" in said.err
    assert said.err.splitlines()[-1] == "Measured 3 parts."
    figures = json.loads(file.read_text(encoding="utf-8"))
    assert [row["id"] for row in figures["objects"]][::2] == ["bodies#0", "bodies#1", "bodies#2"]
    # One part of each share that hides something: the object, what is visible, caps and the truth.
    assert size_of(sheet) == (2 * 4 * 200, 200 + 20 + 40)
    assert "| above 40 % | 2 | cap |" in page.read_text()


def test_parts_from_pictures_are_measured(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(generation, "FAMILIES", ("fish",))
    monkeypatch.setattr(generation, "SIZE", 128)
    figures = tmp_path / "figures.json"
    arguments = ["evaluate", "--task", "generate", "--procedural", "1", "--json", str(figures)]
    assert main(arguments) == 0
    told = capsys.readouterr()
    assert "| fish | 1 |" in told.out
    assert "Measured 1 pictures." in told.err
    assert json.loads(figures.read_text())["means"]["all"]["closed"] == 1
    assert main(["evaluate", "--task", "generate"]) == 2
    assert "--procedural N" in capsys.readouterr().err


def test_the_part_generator_is_measured_with_the_weights_of_a_file(tmp_path, capsys, monkeypatch):
    pytest.importorskip("igl", reason="measuring needs libigl (training only)")
    monkeypatch.setattr(flow, "CHECKPOINT", flow.CHECKPOINT)
    weights = tiny_file(tmp_path / "generator.safetensors")
    page = tmp_path / "page.md"
    page.write_text("\n".join(markers("generator")))
    arguments = ["--task", "regenerate", "--count", "1", "--weights", str(weights)]
    assert main(["evaluate", *arguments, "--methods", "block,library", "--write", str(page)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("| objects | method | n | Chamfer | IoU |")
    assert [line.split(" | ")[1] for line in lines[2:]] == ["block", "library"]
    assert "| unseen seeds |" in page.read_text()
