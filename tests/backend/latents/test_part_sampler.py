# SPDX-License-Identifier: GPL-3.0-or-later
"""Sampling parts, with velocities that are known and with tiny random weights."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest

from backend.contract.errors import Cancelled
from backend.contract.progress import Progress
from backend.latents import part_sampler
from backend.latents.finite import NotFinite
from backend.latents.part_generator import Told
from backend.latents.part_request import Request
from backend.models.members import box_of
from backend.models.partflow import Given, Levels, PartFlowConfig, Parts
from tests.backend.latents.tiny_generator import FLOW, tiny_generator

BOX = np.array([[-0.5, 0.0, 0.1], [0.5, 0.2, 0.4]])


def everything(value: float, count: int) -> dict[str, np.ndarray]:
    return {n: np.full_like(a, value) for n, a in Request(FLOW, count).parts.each().items()}


@dataclass
class Straight:
    """A flow that goes to known members, farther where words, or shapes, are told."""

    count: int
    noise: dict[str, np.ndarray]
    config: PartFlowConfig = FLOW
    asked: list[tuple[Parts, Levels, Given]] = field(default_factory=list)

    def contexts(self, given: Given) -> np.ndarray:
        return np.zeros((1, 1, 1), np.float32)

    def velocity(
        self, x: Parts, levels: Levels, given: Given, contexts: np.ndarray | None = None
    ) -> Parts:
        self.asked.append((x, levels, given))
        there = 1.0 + 10 * given.words[..., -1].any() + 100 * given.before[..., -1].any()
        goal = everything(float(there), self.count)
        return Parts(**{n: goal[n] - self.noise[n] for n in goal})


def straight(request: Request, seed: int) -> Straight:
    return Straight(request.count, part_sampler._noise(request, seed))


def test_sides_of_boxes_that_are_known_are_kept() -> None:
    request = Request(FLOW, 2)
    sides = np.array([[-0.75, np.nan, np.nan], [0.25, 0.5, np.nan]])
    request.bound_box(1, sides)
    shown: list[np.ndarray] = []
    flow = straight(request, 3)
    found = part_sampler.sample(
        flow, request, seed=3, steps=6,  # type: ignore[arg-type]
        shown=lambda parts, _: shown.append(box_of(parts.box[0, :, 0])[0]),
    )  # fmt: skip
    free = straight(Request(FLOW, 2), 3)
    other = part_sampler.sample(free, Request(FLOW, 2), seed=3, steps=6)  # type: ignore[arg-type]
    for boxes in (*shown, box_of(found.box[0, :, 0])[0]):
        np.testing.assert_allclose(boxes[1, :, 0], sides[:, 0], atol=1e-5)
        np.testing.assert_allclose(boxes[1, 1, 1], 0.5, atol=1e-5)
    # Of the rest nothing changes: neither another part nor an axis of which nothing is known.
    np.testing.assert_allclose(found.box[0, 0], other.box[0, 0], atol=1e-5)
    np.testing.assert_allclose(found.box[0, 1, 0, [2, 5]], other.box[0, 1, 0, [2, 5]], atol=1e-4)


@pytest.mark.parametrize("steps", [1, 7])
def test_the_true_velocity_leads_to_the_parts(steps: int) -> None:
    request = Request(FLOW, 2)
    flow = straight(request, 3)
    found = part_sampler.sample(flow, request, seed=3, steps=steps)  # type: ignore[arg-type]
    for name in ("own", "placed", "box", "look"):
        np.testing.assert_allclose(getattr(found, name), 1.0, atol=1e-5)
    np.testing.assert_array_equal(found.whole, flow.noise["whole"])  # it is not spoken of
    assert len(flow.asked) == steps
    assert all((levels.whole == 1).all() for _, levels, _ in flow.asked)


def test_what_is_known_stays_and_is_shown_without_noise() -> None:
    request = Request(FLOW, 3)
    tokens = np.full((FLOW.tokens, FLOW.token), 0.5, np.float32)
    request.know_part(0, Told(tokens, tokens, BOX))
    request.know_box(2, BOX)
    request.know_whole(np.full((FLOW.whole_tokens, FLOW.token), 0.25, np.float32))
    flow = straight(request, 1)
    found = part_sampler.sample(flow, request, seed=1, steps=4)  # type: ignore[arg-type]
    assert (found.own[0, 0] == 0.5).all()
    assert (found.whole == 0.25).all()
    np.testing.assert_array_equal(found.box[0, [0, 2]], request.members["box"][0, [0, 2]])
    np.testing.assert_allclose(found.own[0, 1:], 1.0, atol=1e-5)
    for number, (x, levels, _) in enumerate(flow.asked):
        level = 1 - number / 4
        assert levels.shape.tolist() == [[0.0, level, level]]
        assert levels.box.tolist() == [[0.0, level, 0.0]]
        assert levels.whole.tolist() == [0.0]
        assert (x.placed[0, 0] == 0.5).all()
        assert (x.whole == 0.25).all()


def test_a_whole_may_be_made_along() -> None:
    request = Request(FLOW, 1, along=True)
    flow = straight(request, 1)
    found = part_sampler.sample(flow, request, seed=1, steps=2)  # type: ignore[arg-type]
    np.testing.assert_allclose(found.whole, 1.0, atol=1e-5)
    assert [float(levels.whole[0]) for _, levels, _ in flow.asked] == [1.0, 0.5]


def test_guidance_goes_beyond_what_is_told_by_kinds() -> None:
    request = Request(FLOW, 1)
    request.tell("words", np.zeros(FLOW.words), 0)
    request.tell("before", np.zeros((FLOW.tokens, FLOW.token)))
    flow = straight(request, 1)
    for guidance, goal, calls in (
        ((1.0, 1.0), 111.0, 1),
        ((2.0, 1.0), 101 + 2 * 10.0, 2),
        ((1.0, 3.0), 11 + 3 * 100.0, 2),
        ((2.0, 3.0), 1 + 2 * 10 + 3 * 100.0, 3),
    ):
        flow.asked.clear()
        found = part_sampler.sample(
            flow, request, seed=1, steps=1, guidance=guidance  # type: ignore[arg-type]
        )  # fmt: skip
        np.testing.assert_allclose(found.own, goal, rtol=1e-4)
        assert len(flow.asked) == calls


def test_a_whole_that_is_known_is_left_out_where_shapes_are_not_told() -> None:
    request = Request(FLOW, 1)
    request.know_whole(np.full((FLOW.whole_tokens, FLOW.token), 0.25, np.float32))
    flow = straight(request, 1)
    part_sampler.sample(flow, request, seed=1, steps=1, guidance=(1.0, 2.0))  # type: ignore[arg-type]
    told = {float(levels.whole[0]): (x.whole == 0.25).all() for x, levels, _ in flow.asked}
    assert told == {1.0: False, 0.0: True}


def test_estimates_sharpen_and_a_cancel_and_an_overflow_are_heard() -> None:
    request = Request(FLOW, 1)
    flow = straight(request, 1)
    seen: list[Parts] = []
    part_sampler.sample(
        flow, request, seed=1, steps=3, shown=lambda parts, share: seen.append(parts)
    )  # type: ignore[arg-type]
    assert len(seen) == 3
    for parts in seen:  # a straight way is known from the first step on
        np.testing.assert_allclose(parts.own, 1.0, atol=1e-5)

    def tell(stage: str, done: int, whole: int) -> None:
        if done >= 50:
            raise Cancelled

    flow.asked.clear()
    with pytest.raises(Cancelled):
        part_sampler.sample(
            flow, request, seed=1, steps=4, progress=Progress(tell)  # type: ignore[arg-type]
        )  # fmt: skip
    assert len(flow.asked) == 2
    flow.noise = {n: np.full_like(a, -np.inf) for n, a in flow.noise.items()}
    with pytest.raises(NotFinite):
        part_sampler.sample(flow, request, seed=1, steps=2)  # type: ignore[arg-type]


def test_the_network_answers_the_same_for_the_same_seed(tmp_path: Path) -> None:
    generator = tiny_generator(tmp_path)
    request = Request(FLOW, 3)
    request.tell("title", np.full(FLOW.words, FLOW.words**-0.5))
    one, same, other = (
        part_sampler.sample(generator.flow, request, seed=seed, steps=3) for seed in (4, 4, 5)
    )
    np.testing.assert_array_equal(one.own, same.own)
    assert np.abs(one.own - other.own).max() > 0.1
    assert box_of(one.box[0, :, 0])[1].all()
    assert one.own.dtype == np.float32


def test_what_is_supposed_is_begun_with_some_noise_and_fewer_levels() -> None:
    request = Request(FLOW, 2)
    tokens = np.full((FLOW.tokens, FLOW.token), 0.5, np.float32)
    request.suppose_part(0, Told(tokens, tokens, BOX), 0.6)
    flow = straight(request, 2)
    shares: list[float] = []
    part_sampler.sample(
        flow,  # type: ignore[arg-type]
        request,
        seed=2,
        steps=3,
        shown=lambda parts, share: shares.append(share),
    )
    first, levels, _ = flow.asked[0]
    np.testing.assert_allclose(levels.shape, [[0.6, 1.0]])
    np.testing.assert_allclose(levels.box, [[0.6, 1.0]])
    noise = flow.noise["own"][0, 0]
    np.testing.assert_allclose(first.own[0, 0], 0.4 * tokens + 0.6 * noise, atol=1e-6)
    np.testing.assert_array_equal(first.whole, flow.noise["whole"])
    assert [round(float(each.shape[0, 0]), 3) for _, each, _ in flow.asked] == [0.6, 0.4, 0.2]
    assert shares == pytest.approx([1 / 3, 2 / 3, 1])
