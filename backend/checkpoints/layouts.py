# SPDX-License-Identifier: GPL-3.0-or-later
"""How public checkpoints name their tensors, beside the names in ``backend/models``.

Each layout turns a name of ours into those of the tensors that it is made of: one, or the two or
three maps of an attention, which are one map here (`models.layers.fused`). Pure names: nothing is
read here.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from ..contract.errors import WeightsCorrupt

Rules = tuple[tuple[str, str | Callable[[re.Match[str]], str]], ...]


@dataclass(frozen=True)
class Layout:
    """Names of one network.

    rules : patterns and their replacements, applied one after the other. interleaved : maps that
    are one here were stacked head by head (`models.layers.fused`), not one below the other.
    unused : patterns of published tensors that the network does not need.
    """

    rules: Rules
    interleaved: bool = True
    unused: tuple[str, ...] = ()

    def published(self, name: str) -> tuple[str, ...]:
        """What a tensor of ours is made of: one name, or those of the maps that are one here."""
        for pattern, replacement in self.rules:
            name = re.sub(pattern, replacement, name)
        head, bar, maps = name.partition("<")
        if not bar:
            return (name,)
        names, tail = maps.split(">")
        return tuple(head + one + tail for one in names.split(","))

    def sources(self, ours: Iterable[str], theirs: Iterable[str], owner: str) -> Sources:
        """The published names of each of our tensors.

        Raises WeightsCorrupt where one is missing, or one is there that nothing is made of.
        """
        found = {name: self.published(name) for name in ours}
        wanted = {name for names in found.values() for name in names}
        there = {name for name in theirs if not any(re.fullmatch(p, name) for p in self.unused)}
        if wanted != there:
            differ = f"missing: {_some(wanted - there)}; unexpected: {_some(there - wanted)}"
            raise of_another(owner, differ)
        return found


Sources = Mapping[str, tuple[str, ...]]


def of_another(owner: str, detail: str) -> WeightsCorrupt:
    """The error for files that are whole, but another network's."""
    hint = "Choose the folder of the model, or download it again."
    return WeightsCorrupt(f"The weights are not those of {owner}.", hint, detail)


def _some(names: Iterable[str]) -> str:
    listed = sorted(names)
    more = f" and {len(listed) - 6} more" if len(listed) > 6 else ""
    return (", ".join(listed[:6]) or "none") + more


def _next(match: re.Match[str]) -> str:
    return f"{match[1]}blocks.{int(match[2]) + 1}."


_ATTENTION: Rules = (
    (r"\bqkv\.", "<to_q,to_k,to_v>."),
    (r"\bkv\.", "<to_k,to_v>."),
    (r"\bq\.", "to_q."),
    (r"(attn\w+)\.out\.", r"\1.to_out.0."),
    (r"\bnorm_context\.", "norm_cross."),
    (r"\bnorm_ff\.", "norm3."),
    (r"\bff\.0\.", "ff.net.0.proj."),
    (r"\bff\.2\.", "ff.net.2."),
)
_SELF: Rules = ((r"\bnorm_attention\.", "norm1."), (r"\battention\.", "attn1."))
_LOOK: Rules = (
    (r"\blook\.norm_attention\.", "look.norm2."),
    (r"\blook\.attention\.", "look.attn2."),
)

DIT = Layout(
    (
        (r"^time\.0\.", "time_proj.linear_1."),
        (r"^time\.2\.", "time_proj.linear_2."),
        (r"^enter\.", "proj_in."),
        (r"^part_codes\.", "part_embedding."),
        (r"^norm_leave\.", "norm_out."),
        (r"^leave\.", "proj_out."),
        (r"\bskip\.", "skip_linear."),
        (r"\bnorm_skip\.", "skip_norm."),
        (r"\bnorm_contexts\.0\.", "norm2."),
        (r"\bnorm_contexts\.1\.", "norm2_2."),
        (r"\bcontexts\.0\.", "attn2."),
        (r"\bcontexts\.1\.", "attn2_2."),
        *_SELF,
        *_ATTENTION,
    )
)

PART_ENCODER = Layout(
    (
        (r"^local\.", "encoder_local."),
        (r"^within\.enter\.", "encoder_context.q_proj_in."),
        (r"^within\.enter_all\.", "encoder_context.kv_proj_in."),
        (r"^within\.", "encoder_context."),
        (r"\benter\.", "proj_in."),
        (r"\bnorm_leave\.", "norm_out."),
        *_LOOK,
        *_SELF,
        *_ATTENTION,
        (r"^(\w+\.)blocks\.(\d+)\.", _next),
        (r"\blook\.", "blocks.0."),
    )
)


def vecset(blocks: int) -> Layout:
    """The layout of an autoencoder with so many blocks in its decoder, the query's not counted."""
    return Layout(
        (
            *_LOOK,
            *_SELF,
            *_ATTENTION,
            (r"^(encoder\.)blocks\.(\d+)\.", _next),
            (r"^encoder\.look\.", "encoder.blocks.0."),
            (r"^encoder\.enter\.", "encoder.proj_in."),
            (r"^encoder\.norm_leave\.", "encoder.norm_out."),
            (r"^to_latent\.", "quant."),
            (r"^from_latent\.", "post_quant."),
            (r"^blocks\.", "decoder.blocks."),
            (r"^enter_query\.", "decoder.proj_query."),
            (r"^look\.", f"decoder.blocks.{blocks}."),
            (r"^norm_leave\.", "decoder.norm_out."),
            (r"^leave\.", "decoder.proj_out."),
        )
    )


DINOV2 = Layout(
    (
        (r"^class_token$", "embeddings.cls_token"),
        (r"^places$", "embeddings.position_embeddings"),
        (r"^patches\.", "embeddings.patch_embeddings.projection."),
        (r"^norm_leave\.", "layernorm."),
        (r"^blocks\.", "encoder.layer."),
        (r"\bnorm_attention\.", "norm1."),
        (r"\bqkv\.(\w+)$", r"attention.attention.<query,key,value>.\1"),
        (r"\bout\.", "attention.output.dense."),
        (r"\bscale_attention$", "layer_scale1.lambda1"),
        (r"\bnorm_ff\.", "norm2."),
        (r"\bff\.0\.", "mlp.fc1."),
        (r"\bff\.2\.", "mlp.fc2."),
        (r"\bscale_ff$", "layer_scale2.lambda1"),
    ),
    interleaved=False,
    unused=(r"embeddings\.mask_token",),
)

CLIP_TEXT = Layout(
    (
        (r"^words\.", "text_model.embeddings.token_embedding."),
        (r"^places\.", "text_model.embeddings.position_embedding."),
        (r"^norm_leave\.", "text_model.final_layer_norm."),
        (r"^blocks\.", "text_model.encoder.layers."),
        (r"\bnorm_attention\.", "layer_norm1."),
        (r"\bqkv\.(\w+)$", r"self_attn.<q_proj,k_proj,v_proj>.\1"),
        (r"\bout\.", "self_attn.out_proj."),
        (r"\bnorm_ff\.", "layer_norm2."),
        (r"\bwiden\.", "mlp.fc1."),
        (r"\bnarrow\.", "mlp.fc2."),
    ),
    interleaved=False,
    unused=(r"text_projection\.weight", r"text_model\.embeddings\.position_ids"),
)
