# SPDX-License-Identifier: GPL-3.0-or-later
"""The text encoder: sizes, and that nothing looks ahead."""

from __future__ import annotations

from dataclasses import replace

import pytest

torch = pytest.importorskip("torch", reason="latent networks need torch")

from backend.models.clip_text import ClipText, ClipTextConfig  # noqa: E402

SMALL = ClipTextConfig(16, 4, 2, vocabulary=50, tokens=12)


def test_sizes_are_those_of_the_public_checkpoint() -> None:
    with torch.device("meta"):
        network = ClipText(ClipTextConfig())
    count = sum(weight.numel() for weight in network.parameters())
    assert count + 768 * 768 == pytest.approx(123.650e6, abs=500)  # and the unused projection


def test_pieces_see_those_before_them_alone() -> None:
    torch.manual_seed(0)
    network = ClipText(SMALL).eval().requires_grad_(False)
    one = torch.randint(0, 50, (1, 12))
    other = one.clone()
    other[0, 7] = (other[0, 7] + 1) % 50
    first, second = network(one), network(other)
    assert torch.allclose(first[:, :7], second[:, :7], atol=1e-6)
    assert not torch.allclose(first[:, 7:], second[:, 7:], atol=1e-3)


def test_the_activation_is_as_the_config_says() -> None:
    torch.manual_seed(0)
    quick = ClipText(SMALL).eval().requires_grad_(False)
    exact = ClipText(replace(SMALL, quick=False)).eval().requires_grad_(False)
    exact.load_state_dict(quick.state_dict())
    pieces = torch.arange(12)[None]
    assert not torch.equal(quick(pieces), exact(pieces))
