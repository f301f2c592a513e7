# SPDX-License-Identifier: GPL-3.0-or-later
"""`edit` from the shell: what it writes, says and refuses."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from backend.__main__ import main
from backend.commands.edit import WIDTH
from backend.contract.errors import OutOfMemory
from backend.engines import registry
from backend.files.readers import read_mesh
from tests.backend.one_by_one import Balls, chosen_for
from tests.backend.pipelines.replacing import cart

CHAIR = str(Path(__file__).parents[3] / "examples/office_chair.glb")


def edit(*arguments: object, part: str = "seat") -> int:
    return main(["edit", CHAIR, "--part", part, *map(str, arguments)])


def test_words_write_one_file_and_say_what_was_understood(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out, picture = tmp_path / "out/a.glb", tmp_path / "a.png"
    assert edit("-o", out, "--text", "tall pink top hat", "--preview", picture, "--json") == 0
    said = capsys.readouterr()
    row = json.loads(said.out)
    assert row["understood"] == ["top hat", "taller (1.3 times the height)", "pink"]
    assert row["engine"] == "retrieval"
    assert row["variants"][0]["closed"]
    assert said.err.rstrip().splitlines()[-1].startswith("Replaced seat with top hat.")
    assert picture.stat().st_size > 1000
    assert [node.name for node in read_mesh(out).nodes] == [n.name for n in read_mesh(CHAIR).nodes]


@pytest.mark.parametrize(("variants", "cells"), [(1, 2), (2, 3)])
def test_a_picture_of_few_variants_shows_them_large(
    variants: int, cells: int, tmp_path: Path
) -> None:
    from PIL import Image

    picture = tmp_path / "a.png"
    arguments = ("-o", tmp_path / "a", "--text", "stool", "--variants", variants, "-q")
    assert edit(*arguments, "--preview", picture) == 0
    width, height = Image.open(picture).size
    assert width == WIDTH // cells * cells
    assert height > WIDTH // cells


def test_a_folder_gets_a_file_for_each_variant(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    picture = tmp_path.parent / "three.png"
    arguments = ("--text", "stool", "--variants", 3, "-q", "--preview", picture)
    assert edit("-o", tmp_path, *arguments) == 0
    assert capsys.readouterr().out.rstrip().endswith(f" s, picture {picture}")
    names = sorted(path.name for path in tmp_path.iterdir())
    assert names == [f"office_chair.{n}.glb" for n in (1, 2, 3)]


def test_a_mesh_and_regenerate(tmp_path: Path) -> None:
    assert edit("-o", tmp_path / "a.glb", "--with", CHAIR, "-q") == 0
    assert edit("-o", tmp_path / "b.glb", "--regenerate", "-q", part="WHEEL_01") == 0
    sizes = [len(read_mesh(tmp_path / name).faces) for name in ("a.glb", "b.glb")]
    assert sizes[0] > len(read_mesh(CHAIR).faces)


def test_labels_of_an_archive_are_its_parts(tmp_path: Path) -> None:
    vertices, faces, labels = cart()
    np.savez(tmp_path / "cart.npz", vertices=vertices, faces=faces, labels=labels)
    out = tmp_path / "a.glb"
    given = ["edit", str(tmp_path / "cart.npz"), "-o", str(out), "-q", "--text", "fedora"]
    assert main([*given, "--part", "part_04"]) == 0
    assert [node.name for node in read_mesh(out).nodes] == [f"part_0{k}" for k in range(5)]
    np.savez(tmp_path / "bad.npz", vertices=vertices, faces=faces, labels=labels[:3])
    assert main(["edit", str(tmp_path / "bad.npz"), *given[2:], "--part", "part_04"]) == 2


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--text", "qqxzv wwkj"], "not understood"),
        (["--text", ""], "No words"),
        (["--text", "x" * 10_000], "10000 letters"),
        ([], "Nothing says"),
        (["--image", "nowhere.png"], "nowhere.png"),
        (["--with", "nowhere.glb"], "nowhere.glb"),
        (["--text", "hat", "--regenerate"], "exclude each other"),
        (["--text", "hat", "--preview", "a.gif"], "PNG or JPEG"),
        (["--text", "hat", "--engine", "geometric"], "cannot replace"),
    ],
)
def test_what_cannot_be_done_is_a_sentence_and_no_file(
    arguments: list[str], words: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert edit("-o", tmp_path / "a.glb", *arguments) == 2
    assert words in capsys.readouterr().err
    assert not (tmp_path / "a.glb").exists()


def test_a_part_that_is_not_there_is_answered_with_those_that_are(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert edit("-o", tmp_path / "a.glb", "--regenerate", part="seet") == 2
    assert "The nearest is seat" in capsys.readouterr().err


def test_the_input_is_not_replaced(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert edit("-o", CHAIR, "--regenerate") == 2
    assert "replace the input" in capsys.readouterr().err


def test_an_object_that_was_not_taken_apart_is_said_to_be_one(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    fox = str(Path(CHAIR).with_name("fox.glb"))
    out = tmp_path / "a.glb"
    assert main(["edit", fox, "--part", "ear", "--text", "hat", "-o", str(out)]) == 2
    said = capsys.readouterr().err
    assert "all of it is one object" in said
    assert "decompose it" in said
    assert not out.exists()


def test_a_part_that_is_nearly_named_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert edit("-o", tmp_path / "a.glb", "--regenerate", part="seet") == 2
    assert "no part named “seet”. The nearest is seat." in capsys.readouterr().err


def test_variants_are_written_as_they_come_and_stay_after_a_failure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    there: list[int] = []

    def begun(number: int, _: object) -> None:
        there.append(len(list(tmp_path.glob("*.glb"))))
        if number == 2:
            raise OutOfMemory("The card is full.")

    monkeypatch.setattr(registry, "choose", chosen_for(Balls(begun)))
    arguments = ("--text", "stool", "--engine", "balls", "--variants", 5)
    assert edit("-o", tmp_path, *arguments, "-q") == 2
    assert there == [0, 1, 2]
    said = capsys.readouterr().err
    assert "The card is full." in said
    assert f"Written before that: {tmp_path / 'office_chair.1.glb'}, " in said
    for path in sorted(tmp_path.iterdir()):
        assert read_mesh(path).nodes
    assert len(list(tmp_path.iterdir())) == 2


@pytest.mark.parametrize(
    ("given", "title"),
    [((), "office_chair"), (("--title", "bar stool"), "bar stool"), (("--title", ""), "")],
)
def test_an_object_is_called_as_its_file_is_unless_a_title_is_given(
    given: tuple[str, ...], title: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = Balls()
    monkeypatch.setattr(registry, "choose", chosen_for(engine))
    assert edit("-o", tmp_path / "a.glb", "--regenerate", "--engine", "balls", *given, "-q") == 0
    assert engine.heard == [("seat", title)]


def test_a_picture_of_many_variants_shows_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from PIL import Image

    monkeypatch.setattr(registry, "choose", chosen_for(Balls()))
    picture = tmp_path / "a.png"
    arguments = ("--text", "stool", "--engine", "balls", "--variants", 9, "-q")
    assert edit("-o", tmp_path / "a", *arguments, "--preview", picture) == 0
    shown = np.asarray(Image.open(picture).convert("RGB")).astype(int)
    cell = WIDTH // 4
    rows = shown.reshape(3, -1, shown.shape[1], 3)[:, :cell]  # ten cells, four in a row
    drawn = [np.ptp(row[:, :cell]) > 60 for row in rows]
    assert drawn == [True, True, True]
    assert np.ptp(rows[2][:, cell : 2 * cell]) > 60
    assert np.ptp(rows[2][:, 2 * cell :]) < 60


def scribbling(monkeypatch: pytest.MonkeyPatch, home: Path) -> None:
    """The engine with tiny random weights, on the processor."""
    from dataclasses import replace

    pytest.importorskip("torch", reason="latent networks need torch")
    pytest.importorskip("tokenizers", reason="words are cut by tokenizers")
    from backend.engines import scribble
    from backend.machine.device import processor
    from backend.machine.room import room
    from tests.backend.latents.tiny_models import tiny_model

    room.forget()
    monkeypatch.setenv("PARTWISE_HOME", str(home))
    tiny_model(home, "scribble")
    engine = scribble.load()
    networks = replace(engine.networks, device=processor())
    tiny = replace(engine, networks=networks, tokens=16, steps=2, cells=32)
    monkeypatch.setattr(scribble, "load", lambda: tiny)


def test_memory_that_may_be_taken_is_kept_to(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    scribbling(monkeypatch, tmp_path / "home")
    asked = ("-o", tmp_path / "a.glb", "--text", "hat", "--engine", "scribble")
    assert edit(*asked, "--memory", "0.1") == 2
    said = capsys.readouterr().err
    assert "TripoSG-scribble needs at least 0.4 GB, and 0.1 GB are free for it." in said
    assert not (tmp_path / "a.glb").exists()
    assert edit(*asked, "--memory", "1") == 0
    assert "On the processor, which takes long, in 0.4 GB" in capsys.readouterr().err
    assert edit(*asked, "--memory", "none") == 2
    assert "--memory must be a number of GB above 0" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lambda path: path.write_bytes(path.read_bytes()[:-100]), "are damaged"),
        (lambda path: path.rename(path.with_suffix(".bin")), "are pickled"),
        (lambda path: written(path, np.float64), "hold numbers of the kind F64"),
        (lambda path: written(path, np.float32), "are not those of TripoSG-scribble"),
    ],
)
def test_weights_that_cannot_be_used_are_told(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    spoil: Callable[[Path], object],
    words: str,
) -> None:
    scribbling(monkeypatch, tmp_path / "home")
    (path,) = (tmp_path / "home/models/scribble/transformer").glob("*.safetensors")
    spoil(path)
    assert edit("-o", tmp_path / "a.glb", "--text", "hat", "--engine", "scribble") == 2
    assert words in capsys.readouterr().err
    assert not (tmp_path / "a.glb").exists()


def written(path: Path, kind: type) -> None:
    from safetensors.numpy import save_file

    save_file({"some.weight": np.zeros(4, kind)}, path)
