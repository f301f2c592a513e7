# SPDX-License-Identifier: GPL-3.0-or-later
"""Inside of a network it is looked for a cancel before each block, and not after it ended."""

from __future__ import annotations

import pytest

torch = pytest.importorskip("torch", reason="latent networks need torch")

from backend.contract.errors import Cancelled  # noqa: E402
from backend.contract.progress import Progress  # noqa: E402
from backend.latents.looks import counted  # noqa: E402


class Three(torch.nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.blocks = torch.nn.ModuleList(torch.nn.Linear(2, 2) for _ in range(3))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        for block in self.blocks:
            x = block(x)
        return x


def test_each_block_of_each_pass_is_a_step() -> None:
    network, told = Three(), []
    progress = Progress(lambda _, done, total: told.append(done / total))
    with counted(network, progress, passes=2) as looks:
        assert looks
        for _ in range(2):
            network(torch.zeros(1, 2))
    assert len(told) == 6
    assert told == sorted(told)
    network(torch.zeros(1, 2))
    assert len(told) == 6


def test_a_cancel_goes_through_the_network() -> None:
    network = Three()

    def cancelled(*_: object) -> None:
        raise Cancelled

    with pytest.raises(Cancelled), counted(network, Progress(cancelled)):
        network(torch.zeros(1, 2))
    assert not any(block._forward_pre_hooks for block in network.blocks)
