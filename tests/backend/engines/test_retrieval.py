# SPDX-License-Identifier: GPL-3.0-or-later
"""The retrieval engine: found by the registry, answers with offers, says what it has not."""

from __future__ import annotations

import numpy as np
import pytest

from backend.contract.errors import BadInput
from backend.engines import registry
from backend.engines.retrieval import Retrieval, load, spoken_name
from backend.geometry.mesh import is_closed_manifold
from backend.library.families.forms import lathe
from tests.backend.pipelines.replacing import cart


@pytest.fixture(scope="module")
def engine() -> Retrieval:
    found = load()
    assert isinstance(found, Retrieval)
    return found


def test_the_registry_finds_it_for_replace_alone() -> None:
    assert registry.choose("auto", "replace").about.name == "retrieval"
    with pytest.raises(BadInput):
        registry.choose("retrieval", "segment")


def test_words_get_as_many_offers_as_asked_for(engine: Retrieval) -> None:
    offers = engine.replace(*cart(), 1, text="wheel", variants=5)
    assert len(offers) == 5
    assert len({offer.mesh.name for offer in offers}) == 5
    assert all("wheel" in offer.mesh.name for offer in offers)
    for offer in offers:
        assert is_closed_manifold(offer.mesh.faces)
        assert np.linalg.norm(offer.side) == pytest.approx(1, abs=0.01)


def test_a_family_is_asked_again_with_other_seeds(engine: Retrieval) -> None:
    offers = engine.replace(*cart(), 4, text="spiky hair", variants=3)
    names = [offer.mesh.name for offer in offers]
    assert names[:2] == ["spiky hair"] * 2
    assert names[2] != "spiky hair", "and one of its kind, to choose from"
    first, second, _ = (offer.mesh.vertices for offer in offers)
    assert first.shape != second.shape or not np.allclose(first, second)


@pytest.mark.parametrize("text", ["cowboy hat", "elf ear", "heart shape"])
def test_forms_that_look_alike_leave_their_places_to_others_of_the_kind(
    engine: Retrieval, text: str
) -> None:
    offers = engine.replace(*cart(), 4, text=text, variants=6)
    names = [offer.mesh.name for offer in offers]
    assert len(set(names)) == 6
    assert names[0] == text
    assert {engine.library.named(name).kind for name in names} == {engine.library.named(text).kind}


def test_another_kind_comes_after_all_of_the_kind(engine: Retrieval) -> None:
    kind = [entry.title for entry in engine.library.of_kind("table leg")]
    offers = engine.replace(*cart(), 4, text="tapered table leg", variants=8)
    of_kind = [offer.mesh.name in kind for offer in offers]
    assert of_kind == sorted(of_kind, reverse=True)
    assert sum(of_kind) >= 4
    assert not of_kind[-1], "legs of people, where there are no more for tables"


def test_the_seeds_after_the_variants_show_the_next_ones(engine: Retrieval) -> None:
    first, next_ones = (
        [offer.mesh.name for offer in engine.replace(*cart(), 4, text="fedora", variants=4, seed=k)]
        for k in (0, 4)
    )
    assert len(next_ones) == 4
    assert not set(first) & set(next_ones)


@pytest.mark.parametrize("seed", [13, 1000, 2**31 - 1])
def test_every_seed_has_its_variants(engine: Retrieval, seed: int) -> None:
    assert len(engine.replace(*cart(), 4, text="beard", variants=3, seed=seed)) == 3


def test_a_name_says_the_kind(engine: Retrieval) -> None:
    offers = engine.replace(*cart(), 1, name="wheel_backLeft.007", variants=4)
    kinds = {engine.library.named(offer.mesh.name).kind for offer in offers}
    assert kinds == {"wheel"}
    assert all(offer.alike for offer in offers)


def test_nothing_alike_is_no_offer(engine: Retrieval, monkeypatch: pytest.MonkeyPatch) -> None:
    spike = lathe([(0.001, 0), (2, 0.01), (0.001, 40)], 3)
    monkeypatch.setattr("backend.engines.retrieval.LIKE", 1e-6)
    assert engine.replace(*spike, np.zeros(len(spike[1]), np.int32), 0, name="Cube.001") == []


def test_what_it_has_not_is_told_with_the_nearest(engine: Retrieval) -> None:
    with pytest.raises(BadInput, match="nothing that is called") as caught:
        engine.replace(*cart(), 1, text="jurisprudence")
    assert caught.value.hint
    with pytest.raises(BadInput, match="drawings"):
        engine.replace(*cart(), 1, drawing=np.zeros((4, 4, 4), np.uint8))


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("wheel_backLeft.007", "wheel"),
        ("Mage_ArmLeft", "Mage Arm"),
        ("Cube.001", ""),
        ("Scene.001", ""),
    ],
)
def test_names_are_read_without_what_tells_siblings_apart(name: str, said: str) -> None:
    assert spoken_name(name) == said
