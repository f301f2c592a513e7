# SPDX-License-Identifier: GPL-3.0-or-later
"""The command generate."""

import json
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from backend.__main__ import main
from backend.engines import registry
from backend.pictures import textured
from tests.backend.images.drawn import doll
from tests.backend.one_by_one import Balls, chosen_for


@pytest.fixture(scope="module")
def picture(tmp_path_factory):
    path = tmp_path_factory.mktemp("pictures") / "doll.png"
    Image.fromarray(doll()[0]).save(path)
    return path


def test_a_picture_becomes_a_glb_and_a_preview(picture, tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(textured, "render_views", partial(textured.render_views, height=96))
    out, preview = tmp_path / "new" / "doll.glb", tmp_path / "doll.png"
    arguments = ["-o", str(out), "--image", str(picture), "--preview", str(preview), "--json"]
    assert main(["generate", *arguments]) == 0
    said = capsys.readouterr()
    told = json.loads(said.out)
    assert len(told["parts"]) == 6
    assert all(part["closed"] for part in told["parts"])
    assert said.err.rstrip().splitlines()[-1].startswith("Wrote 6 parts")
    assert told["preview"] == str(preview)
    assert out.read_bytes()[:4] == b"glTF"
    shown = np.asarray(Image.open(preview).convert("RGB"))
    assert len(np.unique(shown.reshape(-1, 3), axis=0)) > 500


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["-o", "x.obj", "--image", "PICTURE"], "Parts are written as GLB"),
        (["-o", "x.glb"], "nothing to make parts from"),
        (["-o", "x.glb", "--image", "missing.png"], "missing.png"),
        (["-o", "x.glb", "--masks", "PICTURE"], "without a picture"),
        (["-o", "x.glb", "--image", "PICTURE", "--views", "behind"], "No side is called"),
        (["-o", "x.glb", "--image", "PICTURE", "--engine", "geometric"], "cannot generate"),
        (["-o", "x.glb", "--boxes", "PICTURE"], "is not JSON"),
        (["-o", "x.glb", "--image", "PICTURE", "--preview", "x.bmp"], "PNG or JPEG"),
    ],
)
def test_what_cannot_be_done_is_said_and_nothing_written(
    picture, tmp_path, monkeypatch, capsys, arguments, words
):
    monkeypatch.chdir(tmp_path)
    given = [str(picture) if word == "PICTURE" else word for word in arguments]
    assert main(["generate", *given]) == 2
    assert words in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


def test_one_part_is_one(picture, tmp_path, capsys):
    arguments = ["generate", "-o", str(tmp_path / "a.glb"), "--image", str(picture)]
    assert main([*arguments, "--parts", "1"]) == 0
    said = capsys.readouterr()
    assert ": 1 part, 1 of them closed" in said.out
    assert said.err.rstrip().splitlines()[-1].startswith("Wrote 1 part: ")


def test_variants_are_files_of_a_folder_written_as_they_come(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(textured, "render_views", partial(textured.render_views, height=96))
    there = []
    begun = lambda seed, _: there.append((seed, len(list(tmp_path.glob("new/*.glb")))))  # noqa: E731
    engine = Balls(begun)
    monkeypatch.setattr(registry, "choose", chosen_for(engine))
    out, preview = tmp_path / "new", tmp_path / "all.png"
    arguments = ["--text", "ball", "--engine", "balls", "--seed", "4", "--preview", str(preview)]
    command = ["generate", "-o", str(out), *arguments, "--variants", "3", "--json"]
    assert main(command) == 0
    told = json.loads(capsys.readouterr().out)
    assert there == [(4, 0), (5, 1), (6, 2)]
    assert [row["seed"] for row in told["variants"]] == [4, 5, 6]
    files = [row["output"] for row in told["variants"]]
    assert files == [str(out / f"parts.{number}.glb") for number in (1, 2, 3)]
    assert len({Path(file).read_bytes() for file in files}) == 3
    assert Image.open(preview).height == 3 * 48
    engine.follows_seed = False
    assert main(command) == 0
    said = capsys.readouterr()
    assert len(json.loads(said.out)["variants"]) == 1
    assert "the engine makes one of this" in said.err


def test_several_variants_are_no_single_file(picture, tmp_path, capsys):
    arguments = ["-o", str(tmp_path / "a.glb"), "--image", str(picture), "--variants", "2"]
    assert main(["generate", *arguments]) == 2
    assert "name of a folder" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


def test_the_number_of_triangles_is_asked_of_the_engine(picture):
    from backend.commands.arguments import build_parser
    from backend.commands.generate import _asked

    for given, wanted in (([], {}), (["--faces", "5000"], {"faces": 5000})):
        words = ["generate", "--image", str(picture), "-o", "x.glb", *given]
        assert _asked(build_parser().parse_args(words))[0].options == wanted
