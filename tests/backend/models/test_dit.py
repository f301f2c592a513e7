# SPDX-License-Identifier: GPL-3.0-or-later
"""The transformer: what each wiring changes, and what costs nothing."""

from __future__ import annotations

from dataclasses import replace

import pytest

torch = pytest.importorskip("torch", reason="latent networks need torch")

from backend.checkpoints import layouts  # noqa: E402
from backend.models.dit import (  # noqa: E402
    HOLOPART,
    PARTCRAFTER,
    SCRIBBLE,
    TRIPOSG,
    DiT,
    DiTConfig,
    time_code,
)

SMALL = DiTConfig((12,), channels=6, width=16, heads=2, blocks=5)
PAIR = replace(SMALL, contexts=(12, 10))


def made(config: DiTConfig, seed: int = 0) -> DiT:
    torch.manual_seed(seed)
    network = DiT(config).eval().requires_grad_(False)
    for weight in network.parameters():
        torch.nn.init.normal_(weight, 1.0 if weight.ndim == 1 else 0.0, 0.2)
    return network


def asked(network: DiT, x: torch.Tensor, *tokens: torch.Tensor, **given: object) -> torch.Tensor:
    contexts = [network.context(i, one, **given) for i, one in enumerate(tokens)]
    return network(x, torch.tensor(700.0), contexts)


def noise(*shape: int) -> torch.Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(3))


@pytest.mark.parametrize(
    ("config", "millions", "tensors"),
    [
        (TRIPOSG, 1439.556, 554), (SCRIBBLE, 1681.912, 743), (HOLOPART, 1615.851, 743),
        (PARTCRAFTER, 1439.622, 555),
    ],
)  # fmt: skip
def test_sizes_are_those_of_the_public_checkpoints(
    config: DiTConfig, millions: float, tensors: int
) -> None:
    with torch.device("meta"):
        network = DiT(config)
    assert sum(p.numel() for p in network.parameters()) / 1e6 == pytest.approx(millions, abs=1e-3)
    assert sum(len(layouts.DIT.published(name)) for name in network.state_dict()) == tensors


def test_contexts_beside_each_other_are_not_after_each_other() -> None:
    x, one, two = noise(1, 1, 1, 7, 6), noise(1, 4, 12), noise(1, 3, 10)
    after, beside = made(PAIR), made(replace(PAIR, parallel=True))
    assert not torch.allclose(asked(after, x, one, two), asked(beside, x, one, two), atol=1e-3)


def test_the_stored_activation_comes_first_in_a_skip() -> None:
    network, x = made(SMALL), noise(1, 1, 1, 7, 6)
    before = asked(network, x, noise(1, 4, 12))
    for block in network.blocks:
        if block.skip is not None:
            block.skip.weight.copy_(block.skip.weight.roll(16, dims=1))  # halves swapped
    assert not torch.allclose(asked(network, x, noise(1, 4, 12)), before, atol=1e-3)
    assert [block.skip is not None for block in network.blocks] == [False] * 3 + [True] * 2


def test_a_branch_without_context_is_that_of_zeros() -> None:
    network, x = made(SMALL), noise(1, 2, 1, 7, 6)
    tokens = noise(2, 4, 12)
    both = asked(network, x.expand(2, *x.shape[1:]), tokens, first=1)
    assert torch.allclose(both[:1], asked(network, x, torch.zeros_like(tokens)), atol=1e-5)
    assert torch.allclose(both[1:], asked(network, x, tokens), atol=1e-5)


def test_strength_scales_what_a_context_answers() -> None:
    network, x, tokens = made(SMALL), noise(1, 1, 1, 7, 6), noise(1, 4, 12)
    full, half = (asked(network, x, tokens, strength=strength) for strength in (1.0, 0.5))
    assert not torch.allclose(full, half, atol=1e-3)
    for block in network.blocks:
        block.contexts[0].out.weight *= 0.5
        block.contexts[0].out.bias *= 0.5
    assert torch.allclose(asked(network, x, tokens), half, atol=1e-5)


def test_objects_of_a_batch_do_not_know_each_other() -> None:
    network, x, tokens = made(PAIR), noise(2, 3, 1, 7, 6), (noise(3, 4, 12), noise(3, 2, 10))
    together = asked(network, x, *tokens)
    for i in range(3):
        alone = asked(network, x[:, i : i + 1], *(one[i : i + 1] for one in tokens))
        assert torch.allclose(together[:, i : i + 1], alone, atol=1e-5)


def test_parts_of_an_object_know_each_other_and_their_numbers() -> None:
    network = made(replace(SMALL, part_codes=8))
    x, tokens = noise(1, 2, 3, 7, 6), noise(2, 4, 12)
    before = asked(network, x, tokens)
    other = x.clone()
    other[0, 0, 2] += 1
    after = asked(network, other, tokens)
    assert not torch.allclose(after[0, 0, 0], before[0, 0, 0], atol=1e-4)
    assert torch.allclose(after[0, 1], before[0, 1], atol=1e-5)
    contexts = [network.context(0, tokens)]
    numbers = torch.tensor([[3, 4, 5]])
    renumbered = network(x, torch.tensor(700.0), contexts, numbers)
    assert not torch.allclose(renumbered, before, atol=1e-3)
    same = network(x, torch.tensor(700.0), contexts, torch.arange(3)[None])
    assert torch.allclose(same, before, atol=1e-6)


def test_each_row_may_have_a_time_of_its_own() -> None:
    network, x, tokens = made(SMALL), noise(1, 2, 1, 7, 6), noise(2, 4, 12)
    contexts = [network.context(0, tokens)]
    times = torch.tensor([[[900.0], [50.5]]])
    both = network(x, times, contexts)
    for i, time in enumerate((900.0, 50.5)):
        alone = network(x, torch.tensor(time), contexts)
        assert torch.allclose(both[:, i], alone[:, i], atol=1e-5)


def test_a_time_is_sines_first() -> None:
    code = time_code(torch.tensor([0.0, 2.0]), 8)
    assert torch.equal(code[0], torch.tensor([0.0] * 4 + [1.0] * 4))
    assert code[1, 0] == pytest.approx(0.9093, abs=1e-4)  # sin 2
    assert code[1, 4] == pytest.approx(-0.4161, abs=1e-4)  # cos 2
