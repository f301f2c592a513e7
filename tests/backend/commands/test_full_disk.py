# SPDX-License-Identifier: GPL-3.0-or-later
"""A disk that is full, at whichever file: a sentence, and no file in part."""

from __future__ import annotations

import errno
import functools
import itertools
import json
import os
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import trimesh

from backend.__main__ import main
from backend.files import readers
from backend.pictures import textured

CHAIR = Path(__file__).parents[3] / "examples/office_chair.glb"
FULL = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def words_of(verb: str, given: Path, out: Path) -> list[str]:
    """A command that writes results and a picture of them into a folder."""
    picture = ["--preview", str(out / "shown.png"), "-q"]
    match verb:
        case "complete":
            mesh = trimesh.creation.icosphere(2)
            labels = (mesh.triangles_center[:, 2] > 0.2).astype(np.int32)
            np.savez(given / "ball.npz", vertices=mesh.vertices, faces=mesh.faces, labels=labels)
            rest = [str(given / "ball.npz"), "-o", str(out / "whole.glb"), "--complete", "cap"]
        case "edit":
            rest = [str(CHAIR), "--part", "seat", "--text", "stool", "--variants", "2"]
            rest += ["-o", str(out)]
        case _:
            boxes = {"parts": [{"name": "seat", "min": [0, 0, 0], "max": [1, 1, 1]}]}
            (given / "boxes.json").write_text(json.dumps(boxes))
            rest = ["-o", str(out / "made.glb"), "--boxes", str(given / "boxes.json")]
    return [verb, *rest, *picture]


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], dict[str, bytes]]:
    """What a command writes where there is room, by name; made once."""

    @functools.cache
    def of(verb: str) -> dict[str, bytes]:
        given, out = tmp_path_factory.mktemp("given"), tmp_path_factory.mktemp("whole")
        assert main(words_of(verb, given, out)) == 0
        return {path.name: path.read_bytes() for path in out.iterdir()}

    return of


@pytest.mark.parametrize("step", ["open", "fsync", "replace"])
@pytest.mark.parametrize(
    ("verb", "files"), [("complete", 2), ("edit", 3), ("generate", 2)], ids=lambda one: str(one)
)
def test_a_full_disk_is_said_and_leaves_no_file_in_part(
    verb: str,
    files: int,
    step: str,
    whole: Callable[[str], dict[str, bytes]],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """It is full at the first file, then at the second and so on; those before are whole."""
    monkeypatch.setattr(textured, "render_views", partial(textured.render_views, height=96))
    given = tmp_path / "given"
    given.mkdir()
    wanted = whole(verb)
    assert len(wanted) == files
    for last in range(files):
        counted = itertools.count()
        out = tmp_path / f"full{last}"
        out.mkdir()
        (out / "kept").write_bytes(b"kept")

        def fails(real: Any, *arguments: Any, counted: Any = counted, last: int = last) -> Any:
            if next(counted) == last:
                raise FULL
            return real(*arguments)

        with monkeypatch.context() as patch:
            fill(patch, step, fails)
            assert main(words_of(verb, given, out)) != 0
        said = capsys.readouterr().err
        assert "The disk is full: " in said
        assert "Free some space" in said
        assert "Traceback" not in said
        left = {path.name: path.read_bytes() for path in out.iterdir()}
        assert left.pop("kept") == b"kept"
        assert len(left) == last
        assert all(content == wanted[name] for name, content in left.items())


def fill(patch: pytest.MonkeyPatch, step: str, fails: Any) -> None:
    """Let a step of writing ask `fails`, which calls the real one or raises."""
    if step == "open":  # where bytes begin to be written, of each temporary file
        real_open = open

        def opened(path: Any, mode: str = "r", *rest: Any, **more: Any) -> Any:
            file = real_open(path, mode, *rest, **more)
            if "w" in mode and Path(path).name.startswith("."):
                file.write(b"some")  # what stays behind, if nobody removes it
                file.flush()
                file.seek(0)
                fails(lambda: None)
            return file

        patch.setattr("builtins.open", opened)
        return
    real = getattr(os, step)
    patch.setattr(readers.os, step, lambda *arguments: fails(real, *arguments))
