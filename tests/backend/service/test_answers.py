# SPDX-License-Identifier: GPL-3.0-or-later
"""New parts as answers: each as it comes, and all of them at the end."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from backend.contract import requests
from backend.contract.errors import BadInput, Cancelled
from backend.contract.progress import SILENT, Progress
from backend.engines import registry
from backend.engines.base import PartMesh, Sketch
from backend.service.session import Session
from tests.backend.one_by_one import ABOUT, Balls, ball, chosen_for
from tests.backend.pipelines.replacing import cart


@pytest.fixture
def session() -> Session:
    made = Session(1 << 30)
    vertices, faces, _ = cart()
    made.answer(requests.OpenMesh(vertices, faces, "cart"), SILENT)
    return made


def asked(part: int = 4, **fields: object) -> requests.Replace:
    up = str(fields.pop("up", "Y"))
    return requests.Replace("cart", cart()[2].astype(np.int32), part, up=up, **fields)


def check_same(pieces: list[requests.ReplacedPart], result: requests.ReplacedPart) -> None:
    """The partials, one after the other, are the result."""
    assert [row for piece in pieces for row in piece.report] == result.report
    assert [name for piece in pieces for name in piece.names] == result.names
    for field in ("vertices", "faces", "colours", "thumbnails"):
        joined = np.concatenate([getattr(piece, field) for piece in pieces])
        assert np.array_equal(joined, getattr(result, field)), field
    for piece in pieces:
        assert piece.understood == result.understood
        assert piece.not_understood == result.not_understood
        assert piece.material == result.material
        type(piece).from_message(*piece.to_message())


@pytest.mark.parametrize(
    ("part", "fields"),
    [(4, {"text": "taller pink hat"}), (1, {"name": "wheel"}), (1, {"text": "gear"})],
    ids=("words", "same kind", "twins"),
)
def test_variants_of_the_library_come_one_by_one(session: Session, part: int, fields: dict) -> None:
    pieces: list[requests.ReplacedPart] = []
    options = {"twins": "gear" in fields.values()}
    request = asked(part, variants=3, options=options, **fields)
    result = session.answer(request, SILENT, pieces.append)
    assert [piece.expected for piece in pieces] == [3, 3, 3]
    assert result.thumbnails.shape == (3, 96, 96, 4)
    check_same(pieces, result)
    alone = session.answer(request, SILENT)
    assert np.array_equal(alone.vertices, result.vertices), "whether anybody listens or not"


def test_a_thumbnail_has_the_parts_colour_unless_another_was_wished(session: Session) -> None:
    def hue(**fields: object) -> np.ndarray:
        picture = session.answer(asked(text="fedora", **fields), SILENT).thumbnails[0]
        return picture[picture[..., 3] == 255][:, :3].astype(float).mean(axis=0)

    assert np.ptp(hue()) < 2
    red, green, blue = hue(colour=[0.0, 0.5, 0.0])
    assert green > 1.5 * max(red, blue)
    pink = session.answer(asked(text="pink fedora", colour=[0.0, 0.5, 0.0]), SILENT).thumbnails[0]
    red, green, _ = pink[pink[..., 3] == 255][:, :3].astype(float).mean(axis=0)
    assert red > 1.2 * green
    for wrong in ([0.5], [0.5, 0.5, 2.0], ["red", 0, 0]):
        with pytest.raises(BadInput, match="colour"):
            asked(text="fedora", colour=wrong)


def test_each_is_sent_before_the_next_is_begun(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    events: list[object] = []
    engine = Balls(lambda seed, _: events.append(seed))
    monkeypatch.setattr(registry, "choose", chosen_for(engine))
    request = asked(text="anything", engine="balls", variants=3, seed=5)
    pieces: list[requests.ReplacedPart] = []

    def heard(piece: requests.ReplacedPart) -> None:
        pieces.append(piece)
        events.append(piece.names[0])

    result = session.answer(request, SILENT, heard)
    assert events == [5, "ball 5", 6, "ball 6", 7, "ball 7"]
    check_same(pieces, result)
    events.clear()
    session.answer(asked(name="hat", engine="balls", variants=2), SILENT, heard)
    assert events == [0, "ball 0", 1, "ball 1"], "no more than are asked for, when it goes on seeds"


def test_what_came_before_a_cancel_was_sent(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(registry, "choose", chosen_for(Balls()))
    pieces: list[requests.ReplacedPart] = []

    def tell(stage: str, done: int, whole: int) -> None:
        if len(pieces) == 3:
            raise Cancelled

    with pytest.raises(Cancelled):
        session.answer(
            asked(text="anything", engine="balls", variants=8), Progress(tell), pieces.append
        )
    assert [piece.names for piece in pieces] == [["ball 0"], ["ball 1"], ["ball 2"]]
    assert {piece.expected for piece in pieces} == {8}


def test_sketches_come_before_the_variant_that_takes_their_place(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    long = np.array([[0.0, 0, 0], [0, 3, 0], [1, 0, 0], [0, 0, 1]])  # Y up, as engines have it
    sides = np.array([[0, 2, 1], [0, 1, 3], [1, 2, 3], [0, 3, 2]])

    def sketching(seed: int, progress: Progress) -> None:
        progress.sketch(Sketch([PartMesh(long, sides)], 0.25))

    monkeypatch.setattr(registry, "choose", chosen_for(Balls(sketching)))
    pieces: list[object] = []
    request = asked(text="red ball", engine="balls", variants=2, up="Z")
    session.answer(request, SILENT, pieces.append)
    sketches = [piece for piece in pieces if isinstance(piece, requests.Sketched)]
    assert [type(piece).__name__ for piece in pieces] == ["Sketched", "ReplacedPart"] * 2
    assert [one.variant for one in sketches] == [0, 1]
    np.testing.assert_allclose(np.ptp(sketches[0].vertices, axis=0), [1, 1, 3])
    red, green, blue, _ = sketches[0].colours[0]
    assert red > 2 * max(green, blue)
    read = requests.read_partial("replace", *sketches[0].to_message())
    assert isinstance(read, requests.Sketched)
    assert read.face_colours.shape == (4, 4)
    assert (sketches[0].thumbnail[..., 3] > 0).any()
    assert len(session.answer(request, SILENT).names) == 2, "nobody has to hear of them"


def test_sketches_of_objects_have_the_colours_of_their_parts(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    def sketching(seed: int, progress: Progress) -> None:
        one, two = ball(0), ball(5)
        progress.sketch(Sketch([replace(one, colour=(1.0, 0.0, 0.0)), two], 0.5))

    monkeypatch.setattr(registry, "choose", chosen_for(Balls(sketching)))
    pieces: list[object] = []
    session.answer(requests.Generate(text="ball", engine=ABOUT.name), SILENT, pieces.append)
    (sketch,) = pieces
    assert isinstance(sketch, requests.Sketched)
    assert sketch.face_offsets.tolist() == [0, 320, 640]
    np.testing.assert_allclose(sketch.colours, [[1, 0, 0, 1], [0.8, 0.8, 0.8, 1]])
    params, arrays = sketch.to_message()
    assert isinstance(requests.read_partial("generate", params, arrays), requests.Sketched)


def test_progress_does_not_go_back_while_they_come(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(registry, "choose", chosen_for(Balls()))
    told: list[int] = []
    progress = Progress(lambda stage, done, whole: told.append(done))
    session.answer(asked(text="anything", engine="balls", variants=5), progress)
    assert told == sorted(told)
    assert len([share for share in set(told) if 20 < share < 100]) >= 4


def test_takes_of_seeds_come_one_by_one_and_the_result_is_the_first(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = Balls()
    monkeypatch.setattr(registry, "choose", chosen_for(engine))
    request = requests.Generate(text="ball", engine=ABOUT.name, variants=3, seed=7)
    pieces: list[requests.GeneratedParts] = []
    result = session.answer(request, SILENT, pieces.append)
    assert [piece.seed for piece in pieces] == [7, 8, 9]
    assert all(piece.follows_seed for piece in pieces)
    assert not np.array_equal(pieces[0].thumbnail, pieces[2].thumbnail)
    assert np.array_equal(result.vertices, pieces[0].vertices)
    assert result.seed == 7
    type(result).from_message(*result.to_message())

    pieces.clear()
    one = session.answer(
        requests.Generate(text="ball", engine=ABOUT.name, seed=8), SILENT, pieces.append
    )
    assert not pieces, "one alone is the result, and sent once"
    assert one.thumbnail.shape == (96, 96, 4)

    engine.follows_seed = False
    begun: list[int] = []
    engine.begun = lambda seed, _: begun.append(seed)
    session.answer(request, SILENT, pieces.append)
    assert begun == [7], "another seed would make the same again"
    assert len(pieces) == 1
