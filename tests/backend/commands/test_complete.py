# SPDX-License-Identifier: GPL-3.0-or-later
"""The command complete: where its results go, what it says of them, and what it refuses."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import trimesh
from PIL import Image

from backend.__main__ import main
from backend.contract.errors import OutOfMemory
from tests.backend.geometry.hidden.fields import SCENES, seen_of
from tests.backend.pipelines.whole_engine import CELLS, Knowing, install, install_limbs


@pytest.fixture
def halves(tmp_path: Path) -> Path:
    """A ball with labels of its own."""
    mesh = trimesh.creation.icosphere(2)
    labels = (mesh.triangles_center[:, 2] > 0.2).astype(np.int32)
    path = tmp_path / "ball.npz"
    np.savez(path, vertices=mesh.vertices, faces=mesh.faces, labels=labels)
    return path


def test_the_command_writes_a_folder_and_pictures(
    halves: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "labels").mkdir()
    with np.load(halves) as found:
        np.savez(tmp_path / "labels" / "ball.npz", labels=1 - found["labels"])
    out, shown = tmp_path / "out", tmp_path / "shown"
    words = ["complete", str(halves), "-o", str(out), "--labels", str(tmp_path / "labels")]
    assert main([*words, "--complete", "cap", "--preview", str(shown), "--json"]) == 0
    row = json.loads(capsys.readouterr().out)["results"][0]
    assert row["parts"] == row["closed"] == 2
    assert row["hidden"] == 0
    assert row["engine"] == "cap"
    with np.load(out / "ball.npz") as done, np.load(halves) as given:
        assert len(done["faces"]) == row["faces"] + row["new_faces"] > row["faces"]
        assert np.array_equal(done["face_part"][: row["faces"]], 1 - given["labels"])
    assert row["preview"] == str(shown / "ball.png")
    assert (shown / "ball.png").read_bytes().startswith(b"\x89PNG")


def test_one_input_may_have_a_file_and_a_line_says_what_was_done(
    halves: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "new" / "whole.glb"
    assert main(["complete", str(halves), "-o", str(out), "--complete", "cap"]) == 0
    assert len(trimesh.load(out).geometry) == 2
    said = capsys.readouterr()
    assert "2 parts, 2 of them closed, 0 grown" in said.out + said.err


def test_parts_that_stay_open_are_named_with_the_reason(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A ball with a hole beside a sheet; the number between theirs is nobody's."""
    ball = trimesh.creation.icosphere(2)
    ball.update_faces(np.arange(len(ball.faces)) > 3)
    sheet = trimesh.Trimesh([[5, 0, 0], [7, 0, 0], [5, 2, 0], [7, 2, 0]], [[0, 1, 2], [1, 3, 2]])
    both = trimesh.util.concatenate([ball, sheet])
    labels = np.repeat([0, 2], [len(ball.faces), 2])
    np.savez(tmp_path / "a.npz", vertices=both.vertices, faces=both.faces, labels=labels)
    assert main(["complete", str(tmp_path / "a.npz"), "-o", str(tmp_path / "out"), "--json"]) == 0
    (row,) = json.loads(capsys.readouterr().out)["results"]
    assert (row["parts"], row["closed"]) == (2, 0)
    assert "1 of 2 parts stay open (0): they were open before" in row["warnings"][0]
    assert "1 of 2 parts stay open (2): they are sheets" in row["warnings"][1]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["BALL", "-o", "OUT", "--labels", "missing.npz"], "missing.npz do not exist"),
        (["BALL", "-o", "OUT.obj"], "not as '.obj'"),
        (["BALL", "-o", "OUT", "--variants", "0"], "whole number of at least 1 (variants)"),
        (["BALL", "-o", "OUT", "--preview", "OUT.bmp"], "PNG or JPEG"),
        (["BALL", "OTHER", "-o", "OUT.npz"], "in two calls"),
        (["BALL", "OTHER", "-o", "OUT", "--preview", "OUT.png"], "share the one picture"),
    ],
)
def test_what_cannot_be_done_is_said_and_nothing_written(
    halves: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    words: str,
) -> None:
    other = tmp_path / "other.npz"
    other.write_bytes(halves.read_bytes())
    places = {"BALL": str(halves), "OTHER": str(other)}
    given = [places.get(word, word.replace("OUT", str(tmp_path / "out"))) for word in arguments]
    assert main(["complete", *given]) == 2
    assert words in capsys.readouterr().err
    assert {path.name for path in tmp_path.iterdir()} == {"ball.npz", "other.npz"}


# Variants.


@pytest.fixture
def limb(tmp_path: Path) -> Path:
    """A limb in a body, with labels of its own."""
    vertices, faces, labels = seen_of(SCENES["limb in a body"], CELLS)
    path = tmp_path / "limb.npz"
    np.savez(path, vertices=vertices, faces=faces, labels=labels)
    return path


def limbs(monkeypatch: pytest.MonkeyPatch, path: Path) -> Knowing:
    with np.load(path) as found:
        return install_limbs(monkeypatch, found["vertices"])


def test_variants_are_files_of_a_folder_written_as_they_come(
    limb: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    engine, out, there = limbs(monkeypatch, limb), tmp_path / "out", []
    real = Knowing.survey

    def begun(self: Knowing, *given: object, **more: object) -> Knowing:
        there.append((more["seed"], len(list(out.iterdir()))))
        return real(self, *given, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(Knowing, "survey", begun)
    words = ["complete", str(limb), "-o", str(out), "--seed", "1", "--json"]
    preview = tmp_path / "all.png"
    assert main([*words, "--variants", "3", "--preview", str(preview)]) == 0
    (row,) = json.loads(capsys.readouterr().out)["results"]
    assert there == [(1, 0), (2, 1), (3, 2)]
    files = [out / f"limb.{number}.npz" for number in (1, 2, 3)]
    assert row["output"] == [one["output"] for one in row["variants"]] == list(map(str, files))
    assert [one["seed"] for one in row["variants"]] == [1, 2, 3]
    assert [one["closed"] for one in row["variants"]] == [2, 2, 2]
    assert row["warnings"] == []
    assert sorted(out.iterdir()) == files
    with np.load(limb) as given:
        for path, one in zip(files, row["variants"], strict=True):
            with np.load(path) as done:
                count = len(given["vertices"])
                assert done["vertices"][:count].tobytes() == given["vertices"].tobytes()
                assert len(done["faces"]) == row["faces"] + one["new_faces"]
                assert json.loads(str(done["report"])) == one["report"]
    assert len({path.read_bytes() for path in files}) == 3
    assert Image.open(preview).width == 1599, "three beside each other"
    asked = len(engine.asked)
    capsys.readouterr()
    assert main([*words, "--variants", "3", "--skip-existing"]) == 0
    assert len(engine.asked) == asked
    (skipped,) = json.loads(capsys.readouterr().out)["results"]
    assert skipped == {"input": str(limb), "output": list(map(str, files)), "skipped": True}
    files[2].unlink()
    assert main([*words, "--variants", "3", "--skip-existing"]) == 0
    assert len(engine.asked) == 2 * asked
    assert files[2].exists()


def test_variants_of_one_file_have_numbers_before_its_ending(
    limb: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    limbs(monkeypatch, limb)
    out = tmp_path / "out" / "whole.glb"
    assert main(["complete", str(limb), "-o", str(out), "--variants", "2"]) == 0
    files = [out.with_name(f"whole.{number}.glb") for number in (1, 2)]
    assert sorted(out.parent.iterdir()) == files
    for path in files:
        assert len(trimesh.load(path).geometry) == 2
    said = capsys.readouterr()
    assert f"{files[0]}, {files[1]}: 2 variants of 2 parts, 2 of them closed at least" in said.out


def test_fewer_variants_than_were_asked_for_are_explained(
    limb: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    out = tmp_path / "out"
    words = ["complete", str(limb), "-o", str(out), "--variants", "3"]
    for prepare, more, says in (
        (lambda: None, ["--complete", "cap"], "caps are the same of every seed"),
        (lambda: None, ["--engine", "hidden"], "the hidden engine makes the same of every seed"),
        (lambda: install(monkeypatch, {}, ("seed",)), [], "the engine makes one of this"),
    ):
        prepare()
        assert main([*words, *more]) == 0
        said = capsys.readouterr()
        assert f"3 variants were asked for; {says}" in said.err
        assert "1 variant of 2 parts" in said.out
        assert [path.name for path in out.iterdir()] == ["limb.1.npz"]


def test_what_came_before_a_failure_stays_and_is_named(
    limb: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    engine = limbs(monkeypatch, limb)
    answer = engine.answers

    def full(part: int) -> object:
        if engine.seed == 2:
            raise OutOfMemory("The card is full.", "Wait.")
        return answer(part)

    engine.answers = full  # type: ignore[assignment]
    out = tmp_path / "out"
    assert main(["complete", str(limb), "-o", str(out), "--variants", "4"]) == 2
    first, second = out / "limb.1.npz", out / "limb.2.npz"
    said = capsys.readouterr().err.rstrip().splitlines()[-1]
    assert said == f"The card is full. Wait. Written before that: {first}, {second}."
    assert sorted(out.iterdir()) == [first, second]


def test_an_interrupt_names_what_was_written(
    limb: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    engine = limbs(monkeypatch, limb)
    answer = engine.answers

    def stop(part: int) -> object:
        if engine.seed:
            raise KeyboardInterrupt
        return answer(part)

    engine.answers = stop  # type: ignore[assignment]
    out = tmp_path / "out"
    assert main(["complete", str(limb), "-o", str(out), "--variants", "2"]) == 130
    assert f"Written before that: {out / 'limb.1.npz'}." in capsys.readouterr().err


def test_a_variant_that_would_replace_an_input_is_refused(
    limb: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = tmp_path / "limb.2.npz"
    other.write_bytes(limb.read_bytes())
    words = ["complete", str(limb), str(other), "-o", str(tmp_path), "--variants", "2"]
    assert main(words) == 2
    assert "The output would replace the input" in capsys.readouterr().err
    assert len(list(tmp_path.iterdir())) == 2
