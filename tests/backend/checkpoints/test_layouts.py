# SPDX-License-Identifier: GPL-3.0-or-later
"""Names of tensors: ours and the published ones."""

from __future__ import annotations

import pytest

from backend.checkpoints import layouts
from backend.checkpoints.layouts import Layout
from backend.contract.errors import WeightsCorrupt


@pytest.mark.parametrize(
    ("layout", "ours", "published"),
    [
        (layouts.DIT, "time.0.weight", "time_proj.linear_1.weight"),
        (layouts.DIT, "blocks.12.skip.weight", "blocks.12.skip_linear.weight"),
        (layouts.DIT, "blocks.3.norm_contexts.1.bias", "blocks.3.norm2_2.bias"),
        (layouts.DIT, "blocks.3.contexts.1.norm_q.weight", "blocks.3.attn2_2.norm_q.weight"),
        (layouts.DIT, "blocks.3.attention.out.bias", "blocks.3.attn1.to_out.0.bias"),
        (layouts.DIT, "blocks.3.ff.0.weight", "blocks.3.ff.net.0.proj.weight"),
        (layouts.vecset(16), "encoder.look.ff.2.bias", "encoder.blocks.0.ff.net.2.bias"),
        (layouts.vecset(16), "encoder.blocks.7.norm_ff.bias", "encoder.blocks.8.norm3.bias"),
        (
            layouts.vecset(16),
            "look.attention.norm_context.weight",
            "decoder.blocks.16.attn2.norm_cross.weight",
        ),
        (layouts.PART_ENCODER, "within.enter_all.bias", "encoder_context.kv_proj_in.bias"),
        (layouts.PART_ENCODER, "local.blocks.0.norm_ff.bias", "encoder_local.blocks.1.norm3.bias"),
        (layouts.DINOV2, "blocks.0.scale_ff", "encoder.layer.0.layer_scale2.lambda1"),
        (layouts.CLIP_TEXT, "blocks.0.narrow.bias", "text_model.encoder.layers.0.mlp.fc2.bias"),
    ],
)
def test_names_are_those_published(layout: Layout, ours: str, published: str) -> None:
    assert layout.published(ours) == (published,)


@pytest.mark.parametrize(
    ("layout", "ours", "maps"),
    [
        (layouts.DIT, "blocks.0.attention.qkv.weight", ("to_q", "to_k", "to_v")),
        (layouts.DIT, "blocks.0.contexts.0.kv.weight", ("to_k", "to_v")),
        (layouts.DINOV2, "blocks.0.qkv.bias", ("query", "key", "value")),
        (layouts.CLIP_TEXT, "blocks.0.qkv.bias", ("q_proj", "k_proj", "v_proj")),
    ],
)
def test_maps_that_are_one_here_are_several_there(
    layout: Layout, ours: str, maps: tuple[str, ...]
) -> None:
    assert tuple(name.split(".")[-2] for name in layout.published(ours)) == maps


def test_every_tensor_is_used_and_none_lacks() -> None:
    layout = Layout(((r"^in\.", "proj."),), unused=(r"mask\w*",))
    found = layout.sources(["in.a", "b"], ["proj.a", "b", "mask_token"], "it")
    assert found == {"in.a": ("proj.a",), "b": ("b",)}
    with pytest.raises(WeightsCorrupt) as caught:
        layout.sources(["in.a", "b"], ["proj.a", *(f"x{i}" for i in range(9))], "it")
    assert caught.value.detail == ("missing: b; unexpected: x0, x1, x2, x3, x4, x5 and 3 more")
