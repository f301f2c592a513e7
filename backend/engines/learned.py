# SPDX-License-Identifier: GPL-3.0-or-later
"""The learned engine: the bundled segmenter on the patches of one mesh.

The network's chance that two patches share a part, judged together with the shapes of whole
clusters, drives the merging. Like the automatic modes of Segment Anything and P3-SAM, it is also
asked for the masks of clicks spread over the surface; those that are left after non-maximum
suppression enter the tree as evidence. Of an ambiguous mesh, taking some of them for parts makes
other plausible trees.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..checkpoints.catalogue import WEIGHTS
from ..checkpoints.load import weights
from ..contract.arrays import Floats, Ints, Singles
from ..contract.engines import About
from ..contract.progress import SILENT, Progress
from ..geometry.patches import cues
from ..geometry.patches.clusters import Clusters
from ..geometry.patches.coarsen import Coarse, coarsen
from ..geometry.patches.cues import PatchGraph
from ..geometry.patches.masks import suppress
from ..geometry.patches.merging import Score, agglomerate
from ..models.boosted import logistic
from ..models.numpy_ops import NumpyOps
from ..models.segmenter import PATCHES, Encoding, Segmenter, SegmenterConfig, shapes
from .base import ClickEngine, Masks, Merges, Surface
from .loaded import loaded
from .patch_features import pair_maps, patch_features
from .scores import JUDGED, geometric_scores, judged_features, learned_scores

ABOUT = About(
    name="learned",
    label="Learned",
    text="A network that has seen what artists take for parts",
    verbs=("segment", "click"),
    rank=10,
    weights=("segmenter", "judge", "merging"),
    memory=60_000_000,
)

CHECKPOINT = WEIGHTS / "segmenter.safetensors"
MERGED_A_ROUND = 0.1  # share of the clusters that merge before the judge is asked again
VARIANT_SAYS = 0.75  # of the odds of a merge says the network itself, for another tree
PROMPTS = 40  # clicks spread over the surface, for evidence
MASKS_SAY = 0.2  # how much masks count against the chances of pairs
ASSUMED = 0.7  # how far chances go when masks are taken for parts, for another tree
MOST_ASSUMED = 5
BIAS = 0.8  # of all logits: by turns another tree is meant to be coarser and finer
MOSTLY = 0.8  # of a mask must be free of others for it to be taken for a part
LIKELY = 4  # power of the expected IoU by which masks are drawn or averaged
BODIES_STOP = 0.35  # chance below which whole islands are kept apart: the judge joins too few
SURE = 1.0  # chance given to what was merged before the network looked


def load() -> ClickEngine:
    """The engine with its bundled weights. Raises WeightsMissing or WeightsCorrupt."""
    learned_scores()  # `merges` asks for them; if they are missing, that is told before any work
    return Learned(bundled_segmenter())


@dataclass(frozen=True)
class Learned:
    """The engine. net : its network."""

    net: Segmenter

    def look(self, surface: Surface) -> LearnedEvidence:
        """Let the network look at a mesh."""
        return look_at(surface.graph, surface.marked, self.net, surface.flat)


@dataclass(frozen=True)
class LearnedEvidence:
    """A mesh as the network knows it.

    Parameters
    ----------
    net : the network. coding : what it made of the mesh. coarse : the patches that it looked at,
    N of the P patches of the mesh. masks, worth : (K, N) chances and (K,) expected IoU of different
    masks of clicks spread over the surface.
    """

    net: Segmenter
    coding: Encoding
    coarse: Coarse
    masks: Floats
    worth: Floats

    def merges(self, variant: int = 0, seed: int = 0, progress: Progress = SILENT) -> Merges:
        """Merge all patches of the mesh into one tree, the coarse ones by what the network says."""
        coarse = self.coarse
        likely = chances(self, variant, seed)
        state = Clusters(coarse.graph, coarse.evidence, coarse.marked, likely, coarse.flat)
        children, strength = agglomerate(
            state, _score(variant), progress, judged_features, MERGED_A_ROUND
        )
        # Leaves are the coarse patches, which are nodes themselves; later nodes count on from all.
        patches, before = len(coarse.label), len(coarse.children)
        node = np.concatenate([coarse.node, patches + before + np.arange(len(children))])
        return Merges(
            np.concatenate([coarse.children, node[children].astype(np.int32)]),
            np.concatenate([np.full(before, SURE, np.float32), strength]),
            learned_scores().stop,
            BODIES_STOP,
        )

    def answer(self, wanted: Ints, unwanted: Ints, before: Floats | None = None) -> Masks:
        """Masks for clicks on patches of the mesh; a patch counts as often as it is named.

        before : (P,) share of each patch in the mask that the clicks correct, if there is one.
        """
        clicks = self.coarse.label[np.concatenate([wanted, unwanted])][None]
        signs = np.concatenate([np.ones(len(wanted)), -np.ones(len(unwanted))])[None]
        mask = None if before is None else self._coarsely(before)[None]
        masks, iou = _asked(self.net, self.coding, clicks, signs, mask)
        chance, score = masks[0][:, self.coarse.label], iou[0]
        likely = score**LIKELY / (score**LIKELY).sum()
        return Masks(chance, score, likely @ chance)

    def _coarsely(self, share: Floats) -> Singles:
        """The mean of a share of each patch of the mesh (P,) on the coarse ones: (N,)."""
        label = self.coarse.label
        return (np.bincount(label, share) / np.bincount(label)).astype(np.float32)

    def nearer(self, one: Ints, other: Ints) -> NDArray[np.bool_]:
        """Which patches are likelier of one part with one of `one` than with any of `other`: (P,).

        one, other : patches of the mesh, some of each.
        """
        near, far = (
            self.coding.affinity[self.coarse.label[some]].max(axis=0) for some in (one, other)
        )
        return np.asarray((near > far)[self.coarse.label])


def bundled_segmenter() -> Segmenter:
    """The network that ships with Partwise. Raises WeightsMissing or WeightsCorrupt."""
    return loaded(read_segmenter, CHECKPOINT)


def read_segmenter(path: Path) -> Segmenter:
    """The network of a file. Raises WeightsMissing or WeightsCorrupt."""
    with weights(path, "the learned engine") as found:
        about = json.loads(found.about["config"])
        config = SegmenterConfig(**{f.name: about[f.name] for f in fields(SegmenterConfig)})
        arrays = {
            name: array.astype(np.float32) for name, array in found.exactly(shapes(config)).items()
        }
        if not all(np.isfinite(array).all() for array in arrays.values()):
            raise ValueError("a number is not finite")
    return Segmenter(config, arrays, NumpyOps())


def look_at(
    graph: PatchGraph, marked: Floats, net: Segmenter, flat: NDArray[np.bool_] | None = None
) -> LearnedEvidence:
    """Let the network look at a mesh.

    marked : (E,) how much of each border's length hints mark. flat : (E,) whether a border runs
    through a flat face.
    """
    coarse = coarsen(graph, geometric_scores().evidence(graph), PATCHES, marked, flat)
    area = coarse.graph.moments[:, cues.AREA] + 1e-12
    share = (area / area.sum()).astype(np.float32)
    coding = net.encode(patch_features(coarse.graph), pair_maps(coarse.graph), share)
    masks, worth = prompted_masks(net, coding, coarse.graph.centre)
    return LearnedEvidence(net, coding, coarse, masks, worth)


def _score(variant: int) -> Score:
    """Scores of merges by judge and shapes; for another tree the network itself says most."""
    scores, column = learned_scores(), JUDGED.index("network_and_masks")

    def score(rows: Singles) -> Floats:
        odds = scores.odds(rows)
        if variant:
            odds = VARIANT_SAYS * rows[:, column] + (1 - VARIANT_SAYS) * odds
        return logistic(odds)

    return score


def chances(encoded: LearnedEvidence, variant: int = 0, seed: int = 0) -> Floats:
    """Chances that two coarse patches share a part: (3, N, N), by pairs, by masks, by both.

    For another tree those by pairs, which then assume some masks, stand for both.
    """
    sigmoid, affinity = encoded.net.ops.sigmoid, encoded.coding.affinity
    masks, worth = encoded.masks, encoded.worth
    both = (masks * worth[:, None]).T @ masks
    one = worth @ masks
    either = one[:, None] + one[None, :] - both
    masked = both / np.maximum(either, 1e-6)
    if variant:
        rng = np.random.default_rng([seed, variant])
        bias = BIAS if variant % 2 else -BIAS
        pairs = assuming(sigmoid(affinity + bias).astype(np.float64), drawn_masks(encoded, rng))
        return np.stack([pairs, masked, pairs])
    pairs = sigmoid(affinity).astype(np.float64)
    # Masks say most where many that are believed lie over a pair.
    heed = MASKS_SAY * np.minimum(either, 1.0)
    return np.stack([pairs, masked, (1 - heed) * pairs + heed * masked])


def assuming(chance: Floats, masks: Floats) -> Floats:
    """The chances of pairs (N, N) if masks (K, N), which hardly overlap, are parts."""
    together = masks.T @ masks
    some = masks.sum(axis=0)
    apart = np.clip(some[:, None] + some[None, :] - 2 * together, 0, 1)
    chance = chance * (1 - ASSUMED * apart)
    return np.asarray(chance + (1 - chance) * ASSUMED * np.clip(together, 0, 1))


def drawn_masks(encoded: LearnedEvidence, rng: np.random.Generator) -> Floats:
    """Masks that hardly overlap, drawn by their expected IoU: chances (K, N)."""
    masks, worth = encoded.masks, encoded.worth
    share = encoded.coding.share
    size = masks @ share
    odds = LIKELY * np.log(worth) + 0.5 * np.log(size)  # small masks are many
    free = np.ones(len(share))
    chosen: list[Floats] = []
    for k in np.argsort(-(odds + rng.gumbel(size=len(odds)))):
        if (masks[k] * share) @ free > MOSTLY * size[k] and len(chosen) < MOST_ASSUMED:
            chosen.append(masks[k] * free)
            free = free * (1 - masks[k])
    return np.stack(chosen)


def prompted_masks(net: Segmenter, coding: Encoding, centre: Floats) -> tuple[Floats, Floats]:
    """Different masks of clicks spread over the surface: chances (K, N) and expected IoU (K,).

    centre : (N, 3) of each patch.
    """
    clicks = _spread(centre, coding.share, PROMPTS)[:, None]
    masks, iou = _asked(net, coding, clicks, np.ones(clicks.shape))
    chance, worth = masks.reshape(-1, masks.shape[-1]), iou.ravel()
    kept = suppress(chance > 0.5, worth, coding.share)
    return chance[kept], worth[kept]


def _asked(
    net: Segmenter, coding: Encoding, clicks: Ints, signs: Floats, before: Singles | None = None
) -> tuple[Floats, Floats]:
    """Answers to sets of clicks (Q, N): chances (Q, M, N) and expected IoU (Q, M).

    before : (Q, N) the masks so far; without them there are none.
    """
    known = np.full((len(clicks), 1), before is not None, np.float32)
    if before is None:
        before = np.zeros((len(clicks), len(coding.share)), np.float32)
    got = net.answer(coding, clicks, signs.astype(np.float32), before, known)
    sigmoid = net.ops.sigmoid
    return sigmoid(got.masks).astype(np.float64), sigmoid(got.iou).astype(np.float64)


def _spread(centre: Floats, share: Singles, count: int) -> Ints:
    """Patches far from each other: farthest point sampling from the largest on."""
    chosen = [int(share.argmax())]
    gap = np.square(centre - centre[chosen[0]]).sum(axis=1)
    while len(chosen) < min(count, len(centre)):
        chosen.append(int(gap.argmax()))
        np.minimum(gap, np.square(centre - centre[chosen[-1]]).sum(axis=1), out=gap)
    return np.array(chosen, dtype=np.int64)
