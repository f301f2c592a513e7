# SPDX-License-Identifier: GPL-3.0-or-later
"""The scribbling engine with tiny random weights."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="latent networks need torch")
pytest.importorskip("tokenizers", reason="words are cut by tokenizers")

from backend.contract.errors import BadInput  # noqa: E402
from backend.engines import scribble  # noqa: E402
from backend.geometry.mesh import is_closed_manifold  # noqa: E402
from backend.pipelines.edit import replace_part  # noqa: E402
from tests.backend.latents.tiny_models import tiny_model  # noqa: E402
from tests.backend.pipelines.replacing import cart  # noqa: E402


@pytest.fixture
def engine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> scribble.Scribble:
    monkeypatch.setenv("PARTWISE_HOME", str(tmp_path))
    tiny_model(tmp_path, "scribble")
    tiny = replace(scribble.load(), tokens=16, steps=2, cells=32)
    monkeypatch.setattr(scribble, "load", lambda: tiny)
    return tiny


def test_offers_stand_where_the_old_part_stood(engine: scribble.Scribble) -> None:
    vertices, faces, labels = cart()
    old = vertices[faces[labels == 4]].reshape(-1, 3)
    (one,), (other,) = (
        engine.replace(vertices, faces, labels, 4, text="hat", seed=seed) for seed in (1, 2)
    )
    assert not np.array_equal(one.mesh.vertices, other.mesh.vertices)
    for offer in (one, other):
        assert offer.in_place
        assert is_closed_manifold(offer.mesh.faces)
        points = offer.mesh.vertices
        middle = (points.min(axis=0) + points.max(axis=0)) / 2
        assert middle == pytest.approx((old.min(axis=0) + old.max(axis=0)) / 2)
        assert np.ptp(points, axis=0)[:2].max() == pytest.approx(np.ptp(old, axis=0)[:2].max())


def test_a_drawing_of_ones_own_counts(engine: scribble.Scribble) -> None:
    vertices, faces, labels = cart()
    drawing = np.zeros((64, 64, 4), np.uint8)
    drawing[20:40, 20:24] = [0, 0, 0, 255]
    (plain,) = engine.replace(vertices, faces, labels, 4, text="hat", seed=1)
    (drawn,) = engine.replace(vertices, faces, labels, 4, text="hat", drawing=drawing, seed=1)
    assert not np.array_equal(plain.mesh.vertices, drawn.mesh.vertices)


def test_without_words_the_name_counts_and_with_neither_it_says_so(
    engine: scribble.Scribble,
) -> None:
    vertices, faces, labels = cart()
    (named,) = engine.replace(vertices, faces, labels, 4, name="hat")
    assert named.mesh.name == "hat"
    with pytest.raises(BadInput, match="needs words"):
        engine.replace(vertices, faces, labels, 4)


def test_the_pipeline_asks_it_by_name(engine: scribble.Scribble) -> None:
    vertices, faces, labels = cart()
    done = replace_part(vertices, faces, labels, 4, text="hat", engine="scribble", seed=1)
    assert done.engine == "scribble"
    assert len(done.variants) == 1


def test_words_that_the_library_does_not_know_reach_it_whole(
    engine: scribble.Scribble, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard = []
    real = scribble.Scribble.replace

    def watched(self: scribble.Scribble, *given: object, **named: object) -> object:
        heard.append(named["text"])
        return real(self, *given, **named)

    monkeypatch.setattr(scribble.Scribble, "replace", watched)
    vertices, faces, labels = cart()
    words = "a red qqxzyv, twice as tall"
    done = replace_part(vertices, faces, labels, 4, text=words, engine="scribble", seed=1)
    assert heard == [words]
    assert done.not_understood == []
    assert any("tall" in wish for wish in done.understood)


def test_it_is_tuned_by_what_a_person_sets(engine: scribble.Scribble) -> None:
    assert engine.tuned({}) == engine
    one = engine.tuned({"strength_drawing": 0.9, "quality": "fine", "drawn_from": "back"})
    assert (one.strengths, one.steps, one.cells, one.drawn_from) == ((1.0, 0.9), 4, 64, "back")
    assert engine.tuned({"strength_words": 0}).strengths == (0.0, 0.4)


def test_strengths_change_what_is_made(engine: scribble.Scribble) -> None:
    thing = cart()
    made = [
        engine.tuned({"strength_words": one}).replace(*thing, 4, text="hat", seed=1)[0].mesh
        for one in (0.0, 1.0)
    ]
    assert not np.array_equal(made[0].vertices, made[1].vertices)


@pytest.mark.parametrize(
    ("eye", "front"),
    [
        ("front", (0, 0, 1)), ("side", (1, 0, 0)), ("back", (0, 0, -1)), ("top", (0, 1, 0)),
        ((-2.0, 1.0, 0.0), (-1, 0, 0)), ((0.1, -5.0, 0.0), (0, -1, 0)),
    ],
)  # fmt: skip
def test_what_was_drawn_faces_the_eye_and_stays_upright(eye: object, front: object) -> None:
    turn = scribble.facing(eye)
    assert np.linalg.det(turn) == pytest.approx(1.0)
    assert np.array([0, 0, 1]) @ turn == pytest.approx(np.array(front))
    if front[1] == 0:
        assert np.array([0, 1, 0]) @ turn == pytest.approx(np.array([0, 1, 0]))


def test_a_drawing_of_another_side_is_put_there(engine: scribble.Scribble) -> None:
    vertices, faces, labels = cart()
    old = vertices[faces[labels == 4]].reshape(-1, 3)
    drawing = np.zeros((64, 64, 4), np.uint8)
    drawing[20:40, 20:24] = [0, 0, 0, 255]

    def drawn(eye: object) -> np.ndarray:
        sideways = engine.tuned({"drawn_from": eye})
        (offer,) = sideways.replace(vertices, faces, labels, 4, text="hat", drawing=drawing, seed=1)
        return offer.mesh.vertices

    front, side = drawn("front"), drawn([1.0, 0.0, 0.0])
    assert np.ptp(side, axis=0)[1:].max() == pytest.approx(np.ptp(old, axis=0)[1:].max())
    one, other = np.ptp(front, axis=0), np.ptp(side, axis=0)
    assert other / other[1] == pytest.approx(one[[2, 1, 0]] / one[1])
