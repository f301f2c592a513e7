# SPDX-License-Identifier: GPL-3.0-or-later
"""Sampling by rectified flow, with velocities that are known."""

from __future__ import annotations

import pytest

torch = pytest.importorskip("torch", reason="latent networks need torch")

from backend.contract.errors import Cancelled  # noqa: E402
from backend.contract.progress import Progress  # noqa: E402
from backend.latents import flow  # noqa: E402
from tests.backend.latents.cases import normal  # noqa: E402


def test_levels_go_down_to_nothing_and_a_shift_stays_longer_at_high_ones() -> None:
    assert flow.schedule(4) == [1.0, 0.75, 0.5, 0.25, 0.0]
    shifted = flow.schedule(4, shift=3.0)
    assert shifted == pytest.approx([1.0, 0.9, 0.75, 0.5, 0.0])


@pytest.mark.parametrize("steps", [1, 7])
def test_the_true_velocity_leads_to_the_shape(steps: int) -> None:
    noise, shape = normal(2, 3, 5, 4, seed=1), normal(2, 3, 5, 4, seed=2)
    times = []

    def velocity(x: torch.Tensor, time: float) -> torch.Tensor:
        times.append(time)
        return shape - noise

    found = flow.sample(velocity, noise, flow.schedule(steps))
    assert torch.allclose(found, shape, atol=1e-5)
    assert times[0] == 1000.0
    assert len(times) == steps


def test_known_parts_stay_and_others_see_them_at_the_level_of_each_step() -> None:
    noise, known = normal(1, 3, 5, 4, seed=1), normal(1, 3, 5, 4, seed=2)
    kept = torch.tensor([True, False, True])
    seen = []

    def velocity(x: torch.Tensor, time: float) -> torch.Tensor:
        seen.append((time / 1000, x.clone()))
        return torch.ones_like(x)

    found = flow.sample(velocity, noise, flow.schedule(3), known=flow.Known(kept, known))
    assert torch.equal(found[:, kept], known[:, kept])
    assert torch.allclose(found[:, ~kept], noise[:, ~kept] + 1)
    for level, x in seen[1:]:
        wanted = (1 - level) * known + level * noise
        assert torch.allclose(x[:, kept], wanted[:, kept], atol=1e-6)


def test_guidance_scales_what_each_context_changes() -> None:
    none, geometry, both = normal(3, 2, 5, seed=1)
    two = flow.guided(torch.stack([none, both]), [3.0])
    assert torch.allclose(two, none + 3 * (both - none))
    three = flow.guided(torch.stack([none, geometry, both]), [2.0, 5.0])
    assert torch.allclose(three, none + 2 * (geometry - none) + 5 * (both - geometry))
    assert torch.equal(flow.guided(both[None], []), both)


def test_half_precision_of_a_network_does_not_add_up() -> None:
    noise = normal(1, 1, 4, 4, seed=1)
    found = flow.sample(lambda x, time: torch.full_like(x, 0.1).half(), noise, flow.schedule(50))
    assert found.dtype == torch.float32
    assert torch.allclose(found, noise + 0.1, atol=1e-4)


def test_each_step_is_told_and_can_be_the_last() -> None:
    noise, told = normal(1, 1, 2, 2, seed=1), []

    def tell(stage: str, done: int, whole: int) -> None:
        told.append(done)
        if len(told) == 4:
            raise Cancelled

    with pytest.raises(Cancelled):
        flow.sample(lambda x, time: x, noise, flow.schedule(10), progress=Progress(tell))
    assert told == [0, 10, 20, 30]
