# SPDX-License-Identifier: GPL-3.0-or-later
"""The flow engine from the shell, with tiny random weights: each verb that it answers."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from backend.__main__ import main
from backend.engines import flow
from backend.engines.flow import Flow
from backend.engines.part_making import Ways
from backend.files.readers import read_mesh
from tests.backend.geometry.hidden.fields import SCENES, seen_of
from tests.backend.latents.tiny_generator import bundled

CHAIR = str(Path(__file__).parents[3] / "examples/office_chair.glb")
FLOW = ("--engine", "flow")


@pytest.fixture(autouse=True)
def weights(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Tiny ones ship, and few steps are made with them."""
    folder = tmp_path / "weights"
    folder.mkdir()
    bundled(monkeypatch, folder)
    real = flow.load
    monkeypatch.setattr(flow, "load", lambda: Flow(real().generator, Ways(steps=2, cells=32)))


def test_edit_puts_another_part_among_the_others(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "a.glb"
    words = ["edit", CHAIR, "--part", "seat", "--text", "round wheel", "-o", str(out), *FLOW]
    assert main([*words, "--json"]) == 0
    row = json.loads(capsys.readouterr().out)
    assert row["engine"] == "flow"
    assert row["variants"][0]["closed"]
    before, after = read_mesh(CHAIR).nodes, read_mesh(out).nodes
    assert [node.name for node in before] == [node.name for node in after]


def test_edit_makes_variants_by_seeds_and_refuses_words_without_meaning(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["edit", CHAIR, "--part", "seat", *FLOW]
    out = tmp_path / "variants"
    assert main([*words, "--regenerate", "--variants", "2", "-o", str(out), "-q"]) == 0
    one, two = (path.read_bytes() for path in sorted(out.iterdir()))
    assert one != two
    assert main([*words, "--text", "qqzxv", "-o", str(tmp_path / "no.glb")]) == 2
    assert "qqzxv" in capsys.readouterr().err
    assert not (tmp_path / "no.glb").exists()


def test_edit_shows_what_it_makes_and_fits_it_to_the_old_box(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["edit", CHAIR, "--part", "seat", "--text", "wheel", *FLOW, "--variants", "2"]
    sizes = []
    for more in ([], ["--stretch"]):
        previews = tmp_path / f"previews{len(more)}"
        out = ["-o", str(tmp_path / "out.glb"), "--previews", str(previews), "--json"]
        assert main([*words, *out, *more]) == 0
        row = json.loads(capsys.readouterr().out)
        names = [Path(path).name for path in row["previews"]]
        assert names == ["office_chair.1.1.png", "office_chair.2.1.png"]
        assert all(Path(path).is_file() for path in row["previews"])
        sizes.append([variant["size"] for variant in row["variants"]])
    own, fitted = np.array(sizes)
    np.testing.assert_allclose(fitted[0], fitted[1], rtol=0.15)
    assert np.abs(own - fitted).max() > 0.2 * fitted.max()


def test_complete_grows_what_is_hidden(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    vertices, faces, labels = seen_of(SCENES["limb in a body"])
    path = tmp_path / "limb.npz"
    np.savez(path, vertices=vertices, faces=faces, labels=labels.astype(np.int32))
    out = tmp_path / "out"
    words = ["complete", str(path), "-o", str(out), "--complete", "hidden", "--engine", "flow"]
    assert main([*words, "--json"]) == 0
    row = json.loads(capsys.readouterr().out)["results"][0]
    assert row["engine"] == "flow"
    assert row["closed"] == row["parts"] == row["hidden"] == 2
    with np.load(out / "limb.npz") as done:
        used = np.unique(faces)
        np.testing.assert_array_equal(done["vertices"][used], vertices[used])
        assert sorted(done["face_source"][done["face_source"] >= 0]) == list(range(len(faces)))


def test_generate_fills_boxes_and_masks_and_follows_words(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    boxes = tmp_path / "boxes.json"
    parts = [
        {"name": "seat", "text": "round seat", "min": [0, 1, 0], "max": [2, 1.2, 2]},
        {"name": "leg", "min": [0.9, 0, 0.9], "max": [1.1, 1, 1.1], "parent": "seat"},
    ]
    boxes.write_text(json.dumps({"parts": parts}))
    picture, mask = tmp_path / "doll.png", tmp_path / "mask.png"
    shown = np.zeros((90, 60, 4), np.uint8)
    shown[10:80, 10:50] = [200, 30, 30, 255]
    Image.fromarray(shown).save(picture)
    painted = np.zeros((90, 60, 3), np.uint8)
    painted[10:40, 10:50], painted[40:80, 10:50] = [255, 0, 0], [0, 255, 0]
    Image.fromarray(painted).save(mask)
    for name, arguments, count in (
        ("boxes", ["--boxes", str(boxes)], 2),
        ("words", ["--text", "wooden chair", "--parts", "3"], 3),
        ("masks", ["--image", str(picture), "--masks", str(mask)], 2),
    ):
        out = tmp_path / f"{name}.glb"
        assert main(["generate", "-o", str(out), *arguments, *FLOW, "--json"]) == 0, name
        row = json.loads(capsys.readouterr().out)
        assert row["engine"] == "flow"
        assert len(row["parts"]) == count
        assert all(part["closed"] for part in row["parts"])
        assert len(read_mesh(out).nodes) >= count


def test_generate_says_what_it_does_not_know(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "a.glb"
    assert main(["generate", "-o", str(out), "--text", "qqzxv", *FLOW]) == 2
    said = capsys.readouterr().err
    assert "knows no word of “qqzxv”" in said
    assert "nearest names" in said
    assert not out.exists()


def test_doctor_knows_it(capsys: pytest.CaptureFixture[str]) -> None:
    from backend.commands.doctor import _engine

    assert "weights" in _engine(flow.ABOUT)
