# SPDX-License-Identifier: GPL-3.0-or-later
"""Engines of large networks from the shell, the whole way, with tiny random weights."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="latent networks need torch")
pytest.importorskip("tokenizers", reason="words are cut by tokenizers")

from PIL import Image  # noqa: E402

from backend.__main__ import main  # noqa: E402
from backend.engines import holopart, partcrafter, scribble, triposg  # noqa: E402
from backend.files.readers import read_mesh  # noqa: E402
from tests.backend.latents.tiny_models import little, tiny_model  # noqa: E402
from tests.backend.pipelines.replacing import cart, post  # noqa: E402


@pytest.fixture(scope="module", autouse=True)
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """All models, and engines that ask little of them."""
    folder = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PARTWISE_HOME", str(folder))
        for module in (holopart, partcrafter, scribble, triposg):
            name = module.ABOUT.name
            tiny_model(folder, name)
            engine = little(name)
            patch.setattr(module, "load", lambda engine=engine: engine)
        yield folder


@pytest.fixture(scope="module")
def thing(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cart, labelled."""
    path = tmp_path_factory.mktemp("things") / "cart.npz"
    vertices, faces, labels = cart()
    np.savez(path, vertices=vertices, faces=faces, labels=labels)
    return path


@pytest.fixture(scope="module")
def picture(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A red disc on nothing."""
    path = tmp_path_factory.mktemp("pictures") / "disc.png"
    y, x = np.mgrid[:60, :60]
    pixels = np.zeros((60, 60, 4), np.uint8)
    pixels[(x - 30) ** 2 + (y - 30) ** 2 < 20**2] = [200, 30, 30, 255]
    Image.fromarray(pixels).save(path)
    return path


def said(capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(capsys.readouterr().out)
    return document


def last_line(capsys: pytest.CaptureFixture[str]) -> str:
    return capsys.readouterr().err.rstrip().splitlines()[-1]


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """The engines as they were when they were asked."""
    seen: list[Any] = []
    for kind, verb in ((scribble.Scribble, "replace"), (holopart.HoloPart, "survey")):
        real = getattr(kind, verb)

        def watched(self: Any, *given: Any, real: Any = real, **named: Any) -> Any:
            seen.append((self, named))
            return real(self, *given, **named)

        monkeypatch.setattr(kind, verb, watched)
    return seen


def test_complete(tmp_path: Path, capsys: pytest.CaptureFixture[str], asked: list[Any]) -> None:
    vertices, faces, labels = post()
    np.savez(tmp_path / "post.npz", vertices=vertices, faces=faces, labels=labels)
    given = ["complete", str(tmp_path / "post.npz"), "-o", str(tmp_path / "out.npz"), "--json"]
    assert main([*given, "--engine", "holopart", "--quality", "fine", "--seed", "3"]) == 0
    (row,) = said(capsys)["results"]
    assert (row["engine"], row["parts"], row["closed"]) == ("holopart", 2, 2)
    ((engine, named),) = asked
    assert (engine.steps, engine.cells, named["seed"]) == (4, 64, 3)


def test_complete_in_variants(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], asked: list[Any]
) -> None:
    vertices, faces, labels = post()
    np.savez(tmp_path / "post.npz", vertices=vertices, faces=faces, labels=labels)
    given = ["complete", str(tmp_path / "post.npz"), "-o", str(tmp_path / "out"), "--json"]
    assert main([*given, "--engine", "holopart", "--variants", "2", "--seed", "3"]) == 0
    (row,) = said(capsys)["results"]
    assert [named["seed"] for _, named in asked] == [3, 4]
    assert [one["seed"] for one in row["variants"]] == [3, 4]
    assert [one["closed"] for one in row["variants"]] == [2, 2]
    assert len(list((tmp_path / "out").iterdir())) == 2


@pytest.mark.parametrize(("engine", "parts"), [("partcrafter", 2), ("triposg", 1)])
def test_generate(
    engine: str, parts: int, picture: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out.glb"
    given = ["generate", "--image", str(picture), "-o", str(out), "--json", "--faces", "500"]
    given += ["--parts", str(parts)]
    assert main([*given, "--engine", engine, "--seed", "1", "--quality", "normal"]) == 0
    told = said(capsys)
    assert told["engine"] == engine
    assert 1 <= len(told["parts"]) <= parts
    assert all(part["closed"] for part in told["parts"])
    assert len(read_mesh(out).faces) == sum(part["triangles"] for part in told["parts"])


def test_edit_with_a_drawing_of_ones_own(
    thing: Path, picture: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], asked: list[Any]
) -> None:
    out = tmp_path / "out.glb"
    given = ["edit", str(thing), "--part", "part_04", "-o", str(out), "--json", "--text", "a hat"]
    more = ["--drawing", str(picture), "--drawn-from", "side", "--variants", "2"]
    strengths = ["--strength-words", "0.8", "--strength-drawing", "0.3", "--quality", "draft"]
    assert main([*given, "--engine", "scribble", *more, *strengths]) == 0
    told = said(capsys)
    assert told["engine"] == "scribble"
    assert [one["closed"] for one in told["variants"]] == [True, True]
    assert [named["seed"] for _, named in asked] == [0, 1], "one variant after the other"
    for engine, named in asked:
        assert (engine.strengths, engine.drawn_from, engine.steps) == ((0.8, 0.3), "side", 1)
        assert named["drawing"].shape == (60, 60, 4)


def test_edit_by_a_picture(
    thing: Path, picture: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    given = ["edit", str(thing), "--part", "part_04", "-o", str(tmp_path / "a.glb"), "--json"]
    assert main([*given, "--image", str(picture), "--engine", "triposg"]) == 0
    assert said(capsys)["engine"] == "triposg"


def test_more_of_the_same_asks_for_so_many_by_its_name(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], thing: Path, asked: list[Any]
) -> None:
    given = ["edit", str(thing), "--part", "part_04", "-o", str(tmp_path / "a"), "--json"]
    assert main([*given, "--regenerate", "--variants", "2", "--engine", "scribble"]) == 0
    assert [named["seed"] for _, named in asked] == [0, 1]
    assert {named["name"] for _, named in asked} == {"part_04"}
    assert len(said(capsys)["output"]) == 2


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        (["--strength-words", "2"], "--strength-words must be a number from 0 (not at all) to 1"),
        (["--quality", "best"], "--quality must be one of"),
        (["--drawn-from", "left"], "--drawn-from must be one of"),
        (["--drawing", "PICTURE"], "takes no drawing. Leave the drawing out, or choose the engine"),
        (["--drawing", "nothing.png", "--engine", "scribble"], "nothing.png"),
        (["--engine", "retrieval", "--quality", "fine"], "no option “quality” of the retrieval"),
    ],
)
def test_wrong_settings_have_sentences(
    given: list[str],
    sentence: str,
    thing: Path,
    picture: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    more = [str(picture) if word == "PICTURE" else word for word in given]
    out = ["-o", str(tmp_path / "a.glb"), "--text", "hat"]
    assert main(["edit", str(thing), "--part", "part_04", *out, *more]) == 2
    assert sentence in last_line(capsys)
    assert not (tmp_path / "a.glb").exists()


@pytest.mark.parametrize(
    ("engine", "parts", "sentence"),
    [
        ("partcrafter", "100", "makes 1 to 16 parts, not 100"),
        ("triposg", "100", "at most 64 parts, not 100"),
        ("partcrafter", "0", "must be a whole number of at least 1 (parts), not '0'"),
    ],
)
def test_part_counts_that_cannot_be(
    engine: str,
    parts: str,
    sentence: str,
    picture: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    given = ["generate", "--image", str(picture), "-o", str(tmp_path / "a.glb")]
    assert main([*given, "--engine", engine, "--parts", parts]) == 2
    assert sentence in last_line(capsys)


def test_what_another_engine_than_asked_for_does_not_take_is_said(
    thing: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    given = ["edit", str(thing), "--part", "part_04", "-o", str(tmp_path / "a.glb"), "--json"]
    assert main([*given, "--text", "hat", "--strength-drawing", "0.5"]) == 0
    assert "has no setting “Drawing”; it was passed over." in said(capsys)["warnings"][0]
