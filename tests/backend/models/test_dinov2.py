# SPDX-License-Identifier: GPL-3.0-or-later
"""The image encoder: sizes and places."""

from __future__ import annotations

import pytest

torch = pytest.importorskip("torch", reason="latent networks need torch")

from backend.models.dinov2 import DinoConfig, DinoV2  # noqa: E402


def test_sizes_are_those_of_the_public_checkpoint() -> None:
    with torch.device("meta"):
        network = DinoV2(DinoConfig())
    count = sum(weight.numel() for weight in network.parameters())
    assert count + 1024 == pytest.approx(304.369e6, abs=500)  # and the token of masks


def test_places_are_resampled_for_other_sizes() -> None:
    torch.manual_seed(0)
    network = DinoV2(DinoConfig(16, 4, 2, 4, 5)).eval().requires_grad_(False)
    network.places.copy_(torch.randn_like(network.places))
    same = network._places(5, 5)
    assert torch.equal(same, network.places)
    smaller = network._places(3, 4)
    assert smaller.shape == (1, 13, 16)
    assert torch.equal(smaller[:, 0], network.places[:, 0])  # the class has no place
    assert network(torch.randn(2, 3, 12, 16)).shape == (2, 13, 16)
