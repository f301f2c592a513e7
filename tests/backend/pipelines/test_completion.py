# SPDX-License-Identifier: GPL-3.0-or-later
"""One completion after the other of the same object: each whole, each its seed's, none twice."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from backend.contract.progress import Progress
from backend.contract.requests import MAX_SEED
from backend.pipelines import complete
from backend.pipelines.complete import (
    MOST_ALTERNATIVES,
    CompletedPart,
    CompletedParts,
    alternatives,
    complete_parts,
)
from tests.backend.geometry.hidden.fields import SCENES, seen_of
from tests.backend.pipelines.cancelling import is_cancelled_everywhere
from tests.backend.pipelines.test_complete import check
from tests.backend.pipelines.whole_engine import CELLS, fields, install, install_limbs

Labelled = tuple[np.ndarray, np.ndarray, np.ndarray]


@pytest.fixture(scope="module")
def limb() -> Labelled:
    return seen_of(SCENES["limb in a body"], CELLS)


def is_same(one: CompletedParts, other: CompletedParts) -> bool:
    return (
        one.vertices.tobytes() == other.vertices.tobytes()
        and all(map(np.array_equal, one.faces, other.faces))
        and [row.to_json() for row in one.report] == [row.to_json() for row in other.report]
    )


def test_each_is_whole_and_what_its_seed_makes_alone(
    limb: Labelled, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = install_limbs(monkeypatch, limb[0])
    before = [array.tobytes() for array in limb]
    heard: list[CompletedPart] = []
    found = list(alternatives(*limb, seed=1, variants=3, shown=heard.append))
    assert [one.seed for one in found] == [1, 2, 3]
    assert all(one.follows_seed for one in found)
    assert [one.part for one in heard] == [0, 1], "the parts of the first alone"
    assert np.array_equal(heard[1].vertices, found[0].vertices[-len(heard[1].vertices) :])
    for one in found:
        check(*limb, one)
        assert one.report[1].engine == "knowing"
        assert is_same(one, complete_parts(*limb, seed=one.seed))
    assert not any(is_same(found[0], other) for other in found[1:])
    assert [array.tobytes() for array in limb] == before
    assert engine.asked.count(1) == 6


def test_the_next_is_not_begun_before_it_is_asked_for(
    limb: Labelled, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = install_limbs(monkeypatch, limb[0])
    made = alternatives(*limb, variants=3)
    next(made)
    assert engine.asked == [0, 1]
    made.close()


def test_what_is_like_one_before_comes_once(
    limb: Labelled, monkeypatch: pytest.MonkeyPatch
) -> None:
    install_limbs(monkeypatch, limb[0], differ=False)
    (one,) = alternatives(*limb, variants=3)
    assert one.follows_seed


def test_an_engine_without_seeds_and_caps_are_asked_once(
    limb: Labelled, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = install(monkeypatch, fields(SCENES["limb in a body"], limb[0], CELLS))
    (one,) = alternatives(*limb, seed=4, variants=5)
    assert (one.seed, one.follows_seed, engine.asked) == (4, False, [0, 1])
    (flat,) = alternatives(*limb, how="cap", variants=5)
    assert (flat.engine, flat.follows_seed) == ("cap", False)


def test_seeds_go_round_and_there_is_a_most(
    limb: Labelled, monkeypatch: pytest.MonkeyPatch
) -> None:
    install(monkeypatch, {}, ("seed",))  # which knows nothing, so that all get the same caps
    seeds: list[int] = []
    real = complete._grow_hidden

    def watched(*given: Any) -> CompletedParts:
        seeds.append(given[4])
        return real(*given)

    monkeypatch.setattr(complete, "_grow_hidden", watched)
    list(alternatives(*limb, seed=MAX_SEED, variants=99))
    assert seeds == [MAX_SEED, *range(MOST_ALTERNATIVES - 1)]


def test_a_cancel_is_heard_in_all_of_them(limb: Labelled, monkeypatch: pytest.MonkeyPatch) -> None:
    vertices, faces, labels = limb
    install_limbs(monkeypatch, vertices)

    def job(progress: Progress) -> None:
        list(alternatives(vertices, faces, labels, variants=2, progress=progress))

    assert is_cancelled_everywhere(job, vertices, faces, labels) > 4
