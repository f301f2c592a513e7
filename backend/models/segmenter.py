# SPDX-License-Identifier: GPL-3.0-or-later
"""The segmenter: a promptable network over the patches of a mesh.

It encodes a mesh once, and tells for all pairs of patches the chance that they share a part; that
drives the merge tree. It then answers sets of clicks, each with several masks and the IoU that it
expects of them, in the manner of Segment Anything (Kirillov et al. 2023) and of its kin in 3D
(Point-SAM, P3-SAM), on patches in the place of pixels or points.

The network is written once, over arrays of NumPy or tensors of torch: `Ops` names the few
operations that differ. Training uses torch; the product needs NumPy alone. Shapes below may be
led by batch dimensions. P patches, C channels, L layers, H heads, Q queries, N clicks, M masks.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

Array = Any  # NDArray[np.float32] or torch.Tensor
PATCH_FEATURES = (
    "log area",
    "log shape diameter",
    "spread of shape diameter",
    "log widest extent",
    "log middle extent",
    "log narrow extent",
    "flatness",
    "centrality",
    "curvature, near",
    "curvature, wide",
    "roundness",
    "visible area",
    "distance to the middle",
    "facing away from the middle",
    "share of its island",
    "log patches of its island",
    "log border length",
    "concave bend of the border",
    "convex bend of the border",
)
PAIR_FEATURES = (
    "neighbours",
    "log border length",
    "concave bend",
    "convex bend",
    "sharpest bend",
    "normal curvature across",
    "turn of the normal",
    "step of shape diameter",
    "curvature at the border",
    "bridged gap",
    "distance",
    "nearness",
    "distance along the surface",
    "distance around concave borders",
    "same island",
    "normals alike",
    "facing each other",
    "facing apart",
    "mutual sight",
    "overlap of sight",
    "difference of shape diameter",
    "difference of centrality",
)
PATCHES = 192  # that the network was made for; a finer mesh is coarsened first
FEATURES = len(PATCH_FEATURES)
MAPS = len(PAIR_FEATURES)
NEIGHBOURS = PAIR_FEATURES.index("neighbours")
# What a click says of a patch, beside the affinity of the two patches; nearer is larger.
CLICK_MAPS = tuple(
    PAIR_FEATURES.index(name)
    for name in ("nearness", "mutual sight", "overlap of sight", "normals alike")
)
CLICK_WAYS = tuple(
    PAIR_FEATURES.index(name)
    for name in ("distance along the surface", "distance around concave borders")
)
CLICK_CHANNELS = 1 + len(CLICK_MAPS) + len(CLICK_WAYS)
CLICK_FEATURES = 4 * CLICK_CHANNELS + 4
UNSAID = -5.0  # in the place of a largest value when there is no click


@dataclass(frozen=True)
class SegmenterConfig:
    """Sizes of the network.

    width, layers, heads : of the encoder. pair_width : channels kept of each pair of patches.
    products, product_width : heads that compare two patches after encoding, and their width.
    mix_width : channels in which a pair is judged. decoder_width, decoder_layers : of the answer to
    clicks. masks : answers to each set of clicks.
    """

    width: int = 192
    layers: int = 6
    heads: int = 6
    pair_width: int = 32
    products: int = 8
    product_width: int = 16
    mix_width: int = 24
    decoder_width: int = 96
    decoder_layers: int = 3
    masks: int = 4


class Ops(Protocol):
    """What NumPy and torch call by different names; each works on the last axis."""

    def layer_norm(self, x: Array, weight: Array, bias: Array) -> Array:
        """To mean 0 and variance 1 over the channels, then scaled and shifted."""

    def softmax(self, x: Array) -> Array:
        """Exponentials that sum to one."""

    def relu(self, x: Array) -> Array:
        """Positive part."""

    def sigmoid(self, x: Array) -> Array:
        """Logistic function."""

    def concatenate(self, arrays: list[Array], axis: int) -> Array:
        """Join along an axis."""

    def minimum(self, a: Array, b: Array) -> Array:
        """Elementwise smaller."""

    def maximum(self, a: Array, b: Array) -> Array:
        """Elementwise larger."""

    def where(self, condition: Array, a: Array, b: float) -> Array:
        """`a` where the condition holds, else `b`."""

    def unstack(self, x: Array, axis: int) -> list[Array]:
        """The slices of an axis."""

    def largest(self, x: Array, axis: int) -> Array:
        """Maximum along an axis."""

    def across(self, weight: Array, x: Array, bias: Array) -> Array:
        """A product with the last two axes: (C', C) by (C, N), and (C', 1) added."""


@dataclass(frozen=True)
class Encoding:
    """What is known of a mesh before any click.

    Parameters
    ----------
    tokens : (P, width). affinity : (P, P) logit that two patches share a part.
    draft : (P, P) the same before a third patch had a say.
    share : (P,) of the area. flow : (2, P, P) rows sum to one: to patches of the same part, and to
    neighbours. clicked : (P, CLICK_CHANNELS, P) what a click on a patch says of every patch.
    """

    tokens: Array
    affinity: Array
    draft: Array
    share: Array
    flow: Array
    clicked: Array


@dataclass(frozen=True)
class Answer:
    """Masks for sets of clicks: logits (Q, M, P) and the expected IoU (Q, M), a logit too."""

    masks: Array
    iou: Array


def shapes(config: SegmenterConfig) -> dict[str, tuple[int, ...]]:
    """Shape of each array of the network, by name."""
    c, k = config, config.pair_width
    found: dict[str, tuple[int, ...]] = {
        "patch.mean": (FEATURES,),
        "patch.deviation": (FEATURES,),
        "pair.mean": (MAPS, 1),
        "pair.deviation": (MAPS, 1),
        "click.mean": (CLICK_CHANNELS, 1),
        "click.deviation": (CLICK_CHANNELS, 1),
    }

    def linear(name: str, inside: int, outside: int) -> None:
        found[f"{name}.weight"], found[f"{name}.bias"] = (inside, outside), (outside,)

    def across(name: str, inside: int, outside: int) -> None:
        found[f"{name}.weight"], found[f"{name}.bias"] = (outside, inside), (outside, 1)

    def norm(name: str, width: int) -> None:
        found[f"{name}.weight"], found[f"{name}.bias"] = (width,), (width,)

    across("pair.in", MAPS, k)
    across("pair.attend", k, c.layers * c.heads)
    linear("patch.in", FEATURES + 2 * k, c.width)
    linear("patch.hidden", c.width, c.width)
    for layer in range(c.layers):
        norm(f"layer{layer}.norm1", c.width)
        linear(f"layer{layer}.qkv", c.width, 3 * c.width)
        linear(f"layer{layer}.out", c.width, c.width)
        norm(f"layer{layer}.norm2", c.width)
        linear(f"layer{layer}.up", c.width, 4 * c.width)
        linear(f"layer{layer}.down", 4 * c.width, c.width)
    norm("encoded", c.width)
    linear("products", c.width, c.products * c.product_width)
    found["products.metric"] = (c.products, 1, c.product_width)
    linear("lone", c.width, 1)
    across("mix1", k + c.products, c.mix_width)
    across("draft", c.mix_width, 1)
    across("mix2", c.mix_width + 3, c.mix_width)
    across("affinity", c.mix_width, 1)
    d = c.decoder_width
    linear("decoder.patch", c.width, d)
    linear("decoder.click", CLICK_FEATURES, d)
    for layer in range(c.decoder_layers):
        norm(f"decoder{layer}.norm", d)
        linear(f"decoder{layer}.up", 3 * d, 2 * d)
        linear(f"decoder{layer}.whole", d, 2 * d)
        linear(f"decoder{layer}.down", 2 * d, d)
    norm("decoded", d)
    linear("mask", d, c.masks)
    linear("iou.up", 2 * d + 2, d)
    found["iou.weight"], found["iou.bias"] = (c.masks, d), (c.masks,)
    return found


class Segmenter:
    """The network: arrays by the names of `shapes`, and the operations to use on them."""

    def __init__(self, config: SegmenterConfig, arrays: dict[str, Array], ops: Ops) -> None:
        self.config, self.arrays, self.ops = config, arrays, ops

    def encode(self, patch: Array, pair: Array, share: Array) -> Encoding:
        """patch : (P, FEATURES); pair : (MAPS, P, P), symmetric; share : (P,), of the area."""
        config, ops, arrays = self.config, self.ops, self.arrays
        lead, count = patch.shape[:-2], patch.shape[-2]
        maps = pair.reshape(*lead, MAPS, count * count)
        maps = (maps - arrays["pair.mean"]) / arrays["pair.deviation"]
        kept = ops.relu(self._across("pair.in", maps))  # (C, P * P)
        attend = self._across("pair.attend", kept).reshape(
            *lead, config.layers, config.heads, count, count
        )

        near = pair[..., NEIGHBOURS, :, :]
        near = near / (near.sum(-1)[..., None] + 1e-6)
        grid = kept.reshape(*lead, config.pair_width, count, count)
        pooled = [
            (grid * share[..., None, None, :]).sum(-1).swapaxes(-1, -2),
            (grid * near[..., None, :, :]).sum(-1).swapaxes(-1, -2),
        ]  # two of (P, C)
        patch = (patch - arrays["patch.mean"]) / arrays["patch.deviation"]
        x = self._linear("patch.in", ops.concatenate([patch, *pooled], -1))
        x = self._linear("patch.hidden", ops.relu(x))
        for layer, bias in enumerate(ops.unstack(attend, -4)):
            x = self._layer(layer, x, bias)
        tokens = self._norm("encoded", x)

        draft, mixed = self._draft(tokens, kept)
        affinity = self._affinity(draft, mixed, share)
        flow = ops.sigmoid(affinity) * share[..., None, :]
        flow = flow / (flow.sum(-1)[..., None] + 1e-6)
        return Encoding(
            tokens=tokens,
            affinity=affinity,
            draft=draft,
            share=share,
            flow=ops.concatenate([flow[..., None, :, :], near[..., None, :, :]], -3),
            clicked=self._clicked(affinity, pair),
        )

    def _layer(self, layer: int, x: Array, bias: Array) -> Array:
        """One layer of the transformer; attention is biased by what is known of each pair."""
        name, heads = f"layer{layer}", self.config.heads
        lead, count = x.shape[:-2], x.shape[-2]
        qkv = self._linear(f"{name}.qkv", self._norm(f"{name}.norm1", x))
        qkv = qkv.reshape(*lead, count, 3, heads, -1).swapaxes(-2, -4).swapaxes(-3, -4)
        q, k, v = self.ops.unstack(qkv, -4)  # three of (H, P, C)
        weight = self.ops.softmax((q * q.shape[-1] ** -0.5) @ k.swapaxes(-1, -2) + bias)
        seen = (weight @ v).swapaxes(-2, -3).reshape(*lead, count, -1)
        x = x + self._linear(f"{name}.out", seen)
        hidden = self.ops.relu(self._linear(f"{name}.up", self._norm(f"{name}.norm2", x)))
        return x + self._linear(f"{name}.down", hidden * hidden)

    def _draft(self, tokens: Array, kept: Array) -> tuple[Array, Array]:
        """Logit of each pair (P, P) from its own two patches, and its channels (C, P * P)."""
        config, arrays = self.config, self.arrays
        lead, count = tokens.shape[:-2], tokens.shape[-2]
        one = self._linear("products", tokens)
        one = one.reshape(*lead, count, config.products, -1).swapaxes(-2, -3)  # (H, P, C)
        product = (one * arrays["products.metric"]) @ one.swapaxes(-1, -2)
        product = product.reshape(*lead, config.products, count * count)
        both = self.ops.concatenate([kept, product], -2)
        mixed = self.ops.relu(self._across("mix1", both))
        lone = self._linear("lone", tokens)  # (P, 1)
        draft = self._across("draft", mixed).reshape(*lead, count, count)
        return draft + lone + lone.swapaxes(-1, -2), mixed

    def _affinity(self, draft: Array, mixed: Array, share: Array) -> Array:
        """The draft, corrected by how far two patches agree on all others: (P, P)."""
        ops = self.ops
        lead, count = draft.shape[:-2], draft.shape[-1]
        chance = ops.sigmoid(draft)
        weighted = chance * share[..., None, :]
        size = weighted.sum(-1) + 1e-6  # expected area of the part of each patch
        common = weighted @ chance.swapaxes(-1, -2)
        smaller = ops.minimum(size[..., :, None], size[..., None, :])
        larger = ops.maximum(size[..., :, None], size[..., None, :])
        flat = (*lead, 1, count * count)
        agreed = [
            (common / smaller).reshape(flat),
            (common / larger).reshape(flat),
            (0.25 * draft).reshape(flat),
        ]
        mixed = ops.relu(self._across("mix2", ops.concatenate([mixed, *agreed], -2)))
        return draft + self._across("affinity", mixed).reshape(*lead, count, count)

    def _clicked(self, affinity: Array, pair: Array) -> Array:
        maps = [affinity[..., None, :, :]]
        maps += [pair[..., k : k + 1, :, :] for k in CLICK_MAPS]
        maps += [-pair[..., k : k + 1, :, :] for k in CLICK_WAYS]
        lead, count = affinity.shape[:-2], affinity.shape[-1]
        found = self.ops.concatenate(maps, -3).reshape(*lead, CLICK_CHANNELS, count * count)
        found = (found - self.arrays["click.mean"]) / self.arrays["click.deviation"]
        return found.reshape(*lead, CLICK_CHANNELS, count, count).swapaxes(-3, -2)

    def answer(
        self, encoding: Encoding, clicks: Array, signs: Array, before: Array, known: Array
    ) -> Answer:
        """Masks for Q sets of clicks on one mesh (no batch dimensions here).

        clicks : (Q, N) integer patches. signs : (Q, N) float, 1 include, -1 exclude, 0 no click.
        before : (Q, P) chance of each patch in the mask so far. known : (Q, 1), 1 with such a mask.
        """
        ops = self.ops
        said = self._said(encoding, clicks, signs, before, known)
        x = self._linear("decoder.patch", encoding.tokens) + self._linear("decoder.click", said)
        for layer in range(self.config.decoder_layers):
            name = f"decoder{layer}"
            y = self._norm(f"{name}.norm", x)  # (Q, P, C)
            whole = (y * encoding.share[:, None]).sum(-2)[:, None, :]
            around = [encoding.flow[k] @ y for k in range(2)]
            hidden = self._linear(f"{name}.up", ops.concatenate([y, *around], -1))
            hidden = ops.relu(hidden + self._linear(f"{name}.whole", whole))
            x = x + self._linear(f"{name}.down", hidden * hidden)
        x = self._norm("decoded", x)
        masks = self._linear("mask", x).swapaxes(-1, -2)  # (Q, M, P)
        return Answer(masks, self._iou(x, masks, encoding.share))

    def _said(
        self, encoding: Encoding, clicks: Array, signs: Array, before: Array, known: Array
    ) -> Array:
        """What the clicks and the mask so far say of each patch: (Q, P, CLICK_FEATURES)."""
        ops = self.ops
        said = encoding.clicked[clicks]  # (Q, N, channels, P)
        inside, outside = (signs > 0)[..., None, None], (signs < 0)[..., None, None]
        included = ops.relu(signs).sum(-1)[:, None]  # (Q, 1)
        excluded = ops.relu(-signs).sum(-1)[:, None]
        summary = [
            ops.largest(ops.where(inside, said, UNSAID), 1),
            ops.largest(ops.where(inside, -said, UNSAID), 1),
            ops.where(inside, said, 0.0).sum(1) / (included + (included == 0))[..., None],
            ops.largest(ops.where(outside, said, UNSAID), 1),
        ]  # four of (Q, channels, P)
        scalars = [before, *(0 * before + one for one in (known, 0.3 * included, 0.3 * excluded))]
        rows = [one[:, None, :] for one in scalars]
        return ops.concatenate([*summary, *rows], 1).swapaxes(-1, -2)

    def _iou(self, x: Array, masks: Array, share: Array) -> Array:
        """Logit of the IoU that each mask is expected to have, from its inside and its border."""
        chance = self.ops.sigmoid(masks)  # (Q, M, P)
        inside, doubt = chance * share, chance * (1 - chance) * share
        size, doubts = (one.sum(-1)[..., None] for one in (inside, doubt))  # (Q, M, 1)
        means = [(inside @ x) / (size + 1e-6), (doubt @ x) / (doubts + 1e-6)]
        hidden = self._linear("iou.up", self.ops.concatenate([*means, size, doubts], -1))
        hidden = self.ops.relu(hidden)  # (Q, M, C)
        return (hidden * self.arrays["iou.weight"]).sum(-1) + self.arrays["iou.bias"]

    def _linear(self, name: str, x: Array) -> Array:
        return x @ self.arrays[f"{name}.weight"] + self.arrays[f"{name}.bias"]

    def _across(self, name: str, x: Array) -> Array:
        """A linear layer over channels that stand before the last axis: (C, N) -> (C', N)."""
        return self.ops.across(self.arrays[f"{name}.weight"], x, self.arrays[f"{name}.bias"])

    def _norm(self, name: str, x: Array) -> Array:
        return self.ops.layer_norm(x, self.arrays[f"{name}.weight"], self.arrays[f"{name}.bias"])
