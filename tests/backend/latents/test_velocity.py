# SPDX-License-Identifier: GPL-3.0-or-later
"""The guided velocity of a transformer, in one call and in many."""

from __future__ import annotations

import pytest

torch = pytest.importorskip("torch", reason="latent networks need torch")

from backend.latents import flow  # noqa: E402
from backend.latents.levels import schedule  # noqa: E402
from backend.latents.velocity import Velocity  # noqa: E402
from tests.backend.latents.cases import normal  # noqa: E402
from tests.backend.models.test_dit import PAIR, made  # noqa: E402


def test_branches_go_through_the_network_at_once_as_alone() -> None:
    network = made(PAIR)
    x, geometry, picture = (
        normal(2, 3, 5, 6, seed=1),
        normal(2, 4, 12, seed=2),
        normal(2, 3, 10, seed=3),
    )
    nested = [network.context(0, geometry, first=1), network.context(1, picture, first=2)]
    found = Velocity(network, nested, [2.0, 5.0])(x, 600.0)

    def alone(*tokens: torch.Tensor) -> torch.Tensor:
        contexts = [network.context(i, one) for i, one in enumerate(tokens)]
        return Velocity(network, contexts)(x, 600.0)

    none = alone(torch.zeros_like(geometry), torch.zeros_like(picture))
    some = alone(geometry, torch.zeros_like(picture))
    wanted = none + 2 * (some - none) + 5 * (alone(geometry, picture) - some)
    assert torch.allclose(found, wanted, atol=1e-4)


def test_branches_apart_say_the_same() -> None:
    network = made(PAIR)
    x, geometry = normal(2, 3, 5, 6, seed=1), normal(2, 4, 12, seed=2)
    picture = normal(2, 3, 10, seed=3)
    nested = [network.context(0, geometry, first=1), network.context(1, picture, first=2)]
    codes = torch.arange(9).view(3, 3) % 2 if network.part_codes is not None else None
    both, apart = (
        Velocity(network, nested, [2.0, 5.0], codes=codes, apart=one) for one in (False, True)
    )
    assert (both.passes, apart.passes) == (1, 3)
    assert torch.allclose(both(x, 600.0), apart(x, 600.0), atol=1e-5)


def test_half_precision_answers_in_single() -> None:
    network = made(PAIR).bfloat16()
    tokens = [normal(1, 4, 12, seed=2).bfloat16(), normal(1, 3, 10, seed=3).bfloat16()]
    contexts = [network.context(i, one, first=1) for i, one in enumerate(tokens)]
    velocity = Velocity(network, contexts, [3.0])
    found = flow.sample(velocity, normal(1, 1, 5, 6, seed=1), schedule(3))
    assert found.dtype == torch.float32
    assert bool(found.isfinite().all())


@pytest.mark.skipif(not torch.cuda.is_available(), reason="CUDA graphs need a GPU")
def test_what_is_recorded_is_what_is_asked() -> None:
    network = made(PAIR).cuda()
    tokens = [normal(1, 4, 12, seed=2).cuda(), normal(1, 3, 10, seed=3).cuda()]
    contexts = [network.context(i, one, first=1) for i, one in enumerate(tokens)]
    plain = Velocity(network, contexts, [3.0], replay=False)
    replayed = Velocity(network, contexts, [3.0])
    for seed, time in ((1, 900.0), (2, 350.5)):
        x = normal(1, 1, 5, 6, seed=seed).cuda()
        assert torch.allclose(plain(x, time), replayed(x, time), atol=1e-5)
