# SPDX-License-Identifier: GPL-3.0-or-later
"""New parts as answers: each as it comes, and all of them at the end."""

from __future__ import annotations

import numpy as np
import pytest

from backend.contract import requests
from backend.contract.errors import BadInput, Cancelled
from backend.contract.progress import SILENT, Progress
from backend.engines import registry
from backend.service.session import Session
from tests.backend.one_by_one import ABOUT, Balls, chosen_for
from tests.backend.pipelines.replacing import cart


@pytest.fixture
def session() -> Session:
    made = Session(1 << 30)
    vertices, faces, _ = cart()
    made.answer(requests.OpenMesh(vertices, faces, "cart"), SILENT)
    return made


def asked(part: int = 4, **fields: object) -> requests.Replace:
    return requests.Replace("cart", cart()[2].astype(np.int32), part, up="Y", **fields)


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
