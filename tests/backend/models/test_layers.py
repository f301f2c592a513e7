# SPDX-License-Identifier: GPL-3.0-or-later
"""Attention, and weights whose heads were split before their maps."""

from __future__ import annotations

import pytest

torch = pytest.importorskip("torch", reason="latent networks need torch")

from backend.models.layers import CrossAttention, SelfAttention, fused, heads_of  # noqa: E402


def test_heads_of_stacked_maps_are_put_in_order() -> None:
    heads, channels = 3, 2
    weights = tuple(torch.randn(heads * channels, 5) for _ in range(3))
    x = torch.randn(1, 4, 5)
    stacked = torch.cat(weights) @ x[0].T  # (3W, T)
    wanted = stacked.view(heads, 3, channels, 4)  # [h, 0] queries, [h, 1] keys, [h, 2] values
    for i, part in enumerate((x @ fused(weights, heads).T).chunk(3, dim=-1)):
        found = heads_of(part, heads)[0]  # (H, T, D)
        assert torch.allclose(found.transpose(1, 2), wanted[:, i], atol=1e-6)
    assert not torch.equal(fused(weights, heads), torch.cat(weights))


def test_attention_of_one_token_is_its_value() -> None:
    torch.manual_seed(0)
    layer = SelfAttention(8, 2, normed=True).requires_grad_(False)
    x = torch.randn(3, 1, 8)
    assert torch.allclose(layer(x), layer.out(layer.qkv(x)[..., 16:]), atol=1e-6)


def test_a_context_of_zeros_answers_the_bias() -> None:
    torch.manual_seed(0)
    layer = CrossAttention(8, 5, 2, normed=True, norm_context=False).requires_grad_(False)
    answer = layer(torch.randn(2, 4, 8), layer.keys_values(torch.zeros(2, 3, 5)))
    assert torch.allclose(answer, layer.of_nothing.expand(2, 4, 8), atol=1e-7)
