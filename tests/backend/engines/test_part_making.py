# SPDX-License-Identifier: GPL-3.0-or-later
"""Parts made with tiny random weights, at once and one by one."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from backend.contract.errors import Cancelled, WeightsCorrupt
from backend.contract.progress import Progress
from backend.engines import part_making
from backend.engines.part_making import Maker, Object, Wanted, Ways
from backend.geometry.mesh import is_closed_manifold, signed_volume
from backend.latents.part_request import Request
from backend.models.members import MASK, OUTLINE
from tests.backend.latents.tiny_generator import FLOW, Arrays, tiny_generator

WAYS = Ways(steps=2, cells=32)


def maker(folder: Path, seed: int = 0, **options: object) -> Maker:
    return Maker(tiny_generator(folder, **options), Object(), WAYS, seed)


def test_parts_in_boxes_are_closed_and_lie_there(tmp_path: Path) -> None:
    boxes = [np.array([[x, -0.5, -0.2], [x + 0.3, 0.4, 0.2]]) for x in (-0.9, 0.1)]
    made = maker(tmp_path).at_once([Wanted(box=box) for box in boxes])
    assert [one.number for one in made] == [0, 1]
    for one, box in zip(made, boxes, strict=True):
        assert is_closed_manifold(one.faces)
        assert signed_volume(one.vertices, one.faces) > 0
        np.testing.assert_allclose(one.vertices.min(axis=0), box[0], atol=1e-5)
        np.testing.assert_allclose(one.vertices.max(axis=0), box[1], atol=1e-5)
        assert all(0 <= value <= 1 for value in one.colour)


def test_more_parts_than_go_together_are_made_in_windows_that_see_those_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Request] = []
    real = part_making.sampled_parts

    def watched(generator: object, request: Request, *more: object, **options: object) -> object:
        asked.append(request)
        return real(generator, request, *more, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(part_making, "sampled_parts", watched)
    made = maker(tmp_path).at_once([Wanted()] * 11)
    assert [request.count for request in asked] == [8, 3]
    assert [bool(request.given["before"].any()) for request in asked] == [False, True]
    assert [one.number for one in made] == list(range(11))


def test_one_by_one_until_there_is_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(part_making, "MOST_PARTS", 3)
    found = maker(tmp_path).one_by_one()
    assert [one.number for one in found] == [0, 1, 2]
    assert maker(tmp_path, there=-4.0).one_by_one() == []


def test_what_is_wanted_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Request] = []
    monkeypatch.setattr(
        part_making, "sampled_parts", lambda g, request, *m, **o: asked.append(request)
    )
    monkeypatch.setattr(part_making, "surfaces", lambda *given: [])
    thing = Object(np.ones(FLOW.words), np.full((64, 256), 0.5, np.float32), np.ones(4))
    mask = np.full(MASK * MASK + OUTLINE, 0.25, np.float32)
    sides = np.array([[-0.5, np.nan, np.nan], [0.5, np.nan, np.nan]])
    wanted = [Wanted(words=np.ones(FLOW.words)), Wanted(mask=mask, sides=sides)]
    Maker(maker(tmp_path).generator, thing, WAYS, 0).at_once(wanted)
    (request,) = asked
    assert request.given["words"][0, :, -1].tolist() == [1.0, 0.0]
    assert request.given["mask"][0, :, -1].tolist() == [0.0, 1.0]
    assert request.given["title"][0, -1] == 1.0
    assert (request.given["picture"][0, :, :-1] == 0.5).all()
    assert (request.given["view"] == 1).all()
    np.testing.assert_array_equal(request.sides[1], sides)
    assert np.isnan(request.sides[0]).all()


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_networks_that_overflow_are_said_to_be_damaged_and_a_cancel_is_heard(
    tmp_path: Path,
) -> None:
    def huge(shapes: Arrays, flow: Arrays) -> None:
        flow["own.out.bias"] += 3e38

    broken = maker(tmp_path, change=huge)
    with pytest.raises(WeightsCorrupt, match="numbers that are none"):
        broken.at_once([Wanted()])

    def tell(stage: str, done: int, whole: int) -> None:
        if done > 20:
            raise Cancelled

    with pytest.raises(Cancelled):
        maker(tmp_path).at_once([Wanted()], Progress(tell))
