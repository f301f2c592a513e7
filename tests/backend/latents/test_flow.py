# SPDX-License-Identifier: GPL-3.0-or-later
"""Sampling by rectified flow, with velocities that are known."""

from __future__ import annotations

import pytest

torch = pytest.importorskip("torch", reason="latent networks need torch")

from backend.contract.errors import Cancelled  # noqa: E402
from backend.contract.progress import Progress  # noqa: E402
from backend.latents import flow  # noqa: E402
from backend.latents.levels import schedule  # noqa: E402
from tests.backend.latents.cases import normal  # noqa: E402


@pytest.mark.parametrize("steps", [1, 7])
def test_the_true_velocity_leads_to_the_shape(steps: int) -> None:
    noise, shape = normal(2, 3, 5, 4, seed=1), normal(2, 3, 5, 4, seed=2)
    times = []

    def velocity(x: torch.Tensor, time: float) -> torch.Tensor:
        times.append(time)
        return shape - noise

    found = flow.sample(velocity, noise, schedule(steps))
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

    found = flow.sample(velocity, noise, schedule(3), known=flow.Known(kept, known))
    assert torch.equal(found[:, kept], known[:, kept])
    assert torch.allclose(found[:, ~kept], noise[:, ~kept] + 1)
    for level, x in seen[1:]:
        wanted = (1 - level) * known + level * noise
        assert torch.allclose(x[:, kept], wanted[:, kept], atol=1e-6)


def test_half_precision_of_a_network_does_not_add_up() -> None:
    noise = normal(1, 1, 4, 4, seed=1)
    found = flow.sample(lambda x, time: torch.full_like(x, 0.1).half(), noise, schedule(50))
    assert found.dtype == torch.float32
    assert torch.allclose(found, noise + 0.1, atol=1e-4)


def test_each_step_is_told_and_can_be_the_last() -> None:
    noise, told = normal(1, 1, 2, 2, seed=1), []

    def tell(stage: str, done: int, whole: int) -> None:
        told.append(done)
        if len(told) == 4:
            raise Cancelled

    with pytest.raises(Cancelled):
        flow.sample(lambda x, time: x, noise, schedule(10), progress=Progress(tell))
    assert told == [0, 10, 20, 30]
