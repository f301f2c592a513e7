# SPDX-License-Identifier: GPL-3.0-or-later
"""Parts of words among true ones."""

from __future__ import annotations

import pytest
import trimesh

from backend.evaluation import generator_words
from backend.evaluation.generator_words import (
    IN_PLACE,
    WAYS,
    Named,
    Vocabulary,
    _clouds,
    among,
    asked,
    other_places,
    said,
)
from tests.backend.evaluation.made_up import mesh, tiny_flow


def known() -> tuple[Named, ...]:
    """Rods that are called legs, and balls that are called heads, of two objects each."""
    found = []
    for k in range(12):
        rod = mesh(trimesh.creation.box((0.2, 1 + 0.1 * k, 0.2)))
        ball = mesh(trimesh.creation.icosphere(2, 1 + 0.1 * k))
        for name, one in (("leg", rod), ("head", ball)):
            found.append(Named(name, f"object {k % 2}", one, *_clouds(one)))
    return tuple(found)


@pytest.fixture(autouse=True)
def tiny(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(generator_words, "engine", tiny_flow)
    monkeypatch.setattr(generator_words, "bank", lambda objects: known())
    monkeypatch.setattr(generator_words, "HOSTS", 2)


def test_the_nearest_true_parts_say_what_a_shape_is():
    rod = mesh(trimesh.creation.box((0.3, 2, 0.3)))
    assert among(rod, "leg", known()) == {"first": 1, "any": 1, "share": 1, "cube": 1}
    wrong = among(rod, "head", known())
    assert (wrong["first"], wrong["any"], wrong["share"]) == (0, 0, 0)
    assert among(None, "leg", known())["any"] == 0


def test_names_are_asked_for_in_turn():
    assert asked(known(), 3) == ("leg", "head", "leg")
    assert asked(known()[:4], 3) == (), "too few of each"
    item = Vocabulary(3, 5).read()
    assert item is not None
    assert (item.names, item.name) == (("leg", "head", "leg"), "names-5")


def test_methods_are_asked_the_same():
    item = Vocabulary(3).read()
    assert item is not None
    found = said(item, tuple(WAYS), 0)
    assert list(found) == list(WAYS)
    assert all(set(rows) == {0, 1, 2} for rows in found.values())
    assert found["true part"][0]["any"] == 1
    assert found["chance"][0]["share"] == 0.5
    assert found["chance"][0]["any"] == pytest.approx(1 - 0.5**5)
    assert 0 <= found["flow"][1]["share"] <= 1
    assert 0 <= found[IN_PLACE][1]["share"] <= 1


def test_a_word_takes_the_place_of_a_part_of_another_kind():
    places = other_places("leg")
    assert places
    for item, part in places:
        names = [generator_words.bare(name) for name in item.names]
        assert "leg" not in names
        assert generator_words.meaning(names[part]).known
