# SPDX-License-Identifier: GPL-3.0-or-later
"""The command complete: where its results go, what it says of them, and what it refuses."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import trimesh

from backend.__main__ import main


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
