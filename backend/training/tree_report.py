# SPDX-License-Identifier: GPL-3.0-or-later
"""How good merge trees are: Rand errors of their cuts against the opinions on an example."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..contract.arrays import Floats
from ..contract.tree import MergeTree
from ..geometry.graphs import sums
from ..geometry.patches import cues
from ..geometry.patches.merging import likely_merges, ordered_merges
from .corpus import Example

STOPS = (0.4, 0.45, 0.5, 0.55)
KIND_WEIGHT = {
    "rig": 3.0,
    "nodes": 1.0,
    "groups": 1.0,
    "articulated_links": 1.0,
    "shells": 0.5,
    "materials": 0.3,
    "procedural": 1.0,
}
"""How much an example of each kind of label counts, in training and in the choice of the stop."""


def gathered(example: Example, label: NDArray[np.int64]) -> list[Floats]:
    """Face counts by cluster instead of by patch, for each opinion."""
    clusters = int(label.max()) + 1
    return [sums(table, label, clusters) for table in example.opinions]


def rand_of_cut(example: Example, label: NDArray[np.int64]) -> float:
    """Rand error by face count of a labelling of the patches, averaged over the opinions."""
    error = 0.0
    for table, weight in zip(gathered(example, label), example.weights, strict=True):
        faces = table.sum()
        same = np.square(table).sum()
        apart = np.square(table.sum(axis=1)).sum() + np.square(table.sum(axis=0)).sum() - 2 * same
        error += weight * apart / faces**2
    return error


def likely_cut(
    children: NDArray[np.int32], strength: NDArray[np.float32], size: Floats, stop: float = 0.5
) -> NDArray[np.int32]:
    """Labels (P,) of the cut that `likely_merges` finds; the arguments are its own."""
    kept = likely_merges(children, strength, size, stop)
    ordered, _ = ordered_merges(children, (~kept).astype(np.float64))
    return MergeTree(ordered, np.zeros(len(kept), np.float32)).cut(int((~kept).sum()) + 1)


@dataclass(frozen=True)
class TreeReport:
    """How good the tree of an example is.

    Parameters
    ----------
    name, kind : of the example.
    errors : Rand errors of the cuts with 1, 2, ... parts.
    told : error of the cuts with each opinion's own part count; opinions : that count. Both are
    averaged over the opinions.
    heights : of the last merges, the highest first; cutting above ``heights[k]`` gives k + 1 parts.
    judged : errors of the cuts that `likely_merges` finds, one for each of `STOPS`; judged_parts :
    their part counts.
    """

    name: str
    kind: str
    errors: list[float]
    told: float
    opinions: float
    heights: list[float]
    judged: list[float]
    judged_parts: list[int]

    def automatic(self, threshold: float) -> float:
        """Error when merging stops above a height."""
        return self.errors[self.parts(threshold) - 1]

    def parts(self, threshold: float) -> int:
        """Part count when merging stops above a height."""
        return min(1 + sum(height > threshold for height in self.heights), len(self.errors))


def tree_report(
    example: Example, children: NDArray[np.int32], strength: NDArray[np.float32]
) -> TreeReport:
    """Compare the cuts of the tree of an example with the opinions.

    children, strength : from `agglomerate`.
    """
    height = np.maximum.accumulate(np.clip(1 - strength, 0, 1)).astype(np.float32)
    tree = MergeTree(children, height)
    most = min(40, tree.leaf_count)
    errors = [
        rand_of_cut(example, tree.cut(parts).astype(np.int64)) for parts in range(1, most + 1)
    ]
    cuts = []
    for stop in STOPS:
        size = example.graph.moments[:, cues.FACES]
        cuts.append(likely_cut(children, strength, size, stop).astype(np.int64))
    told = [int(np.clip((t.sum(axis=0) > 0).sum(), 1, most)) for t in example.opinions]
    return TreeReport(
        name=example.name,
        kind=example.kind + (" fused" if example.name.endswith("_fused") else ""),
        errors=errors,
        told=float(np.average([errors[k - 1] for k in told], weights=example.weights)),
        opinions=float(np.average(told, weights=example.weights)),
        heights=height[::-1][: most - 1].tolist(),
        judged=[rand_of_cut(example, cut) for cut in cuts],
        judged_parts=[int(cut.max()) + 1 for cut in cuts],
    )


def summary(reports: list[TreeReport], threshold: float) -> str:
    """A table of Rand errors by kind of label; each example counts alike."""
    lines = [
        f"{'kind':24s} {'n':>5s} {'auto':>7s} {'told':>7s} {'best':>7s} {'parts':>6s} truth "
        f" judged with stops {STOPS}"
    ]
    kinds = sorted({r.kind for r in reports})
    for kind in [*kinds, "all"]:
        chosen = [r for r in reports if kind in ("all", r.kind)]
        columns = [
            (r.automatic(threshold), r.told, min(r.errors), r.parts(threshold), r.opinions)
            for r in chosen
        ]
        auto, told, best, parts, truth = np.mean(columns, axis=0)
        judged = "".join(f" {error:.4f}" for error in np.mean([r.judged for r in chosen], axis=0))
        lines.append(
            f"{kind:24s} {len(chosen):5d} {auto:7.4f} {told:7.4f} {best:7.4f} {parts:6.1f} "
            f"{truth:5.1f} {judged}"
        )
    return "\n".join(lines)


def best_stop(reports: list[TreeReport]) -> float:
    """The score below which merging should end, by the automatic error of held-out trees.

    Expected to be near one half; what differs from it is the optimism of picking the best merge.
    Closed bodies and shapes decide where there are any: their opinions say how finely people cut,
    while the parts of an artist's scene say how the artist worked.
    """
    bodies = [r for r in reports if r.kind.startswith(("rig", "procedural"))] or reports
    weight = [KIND_WEIGHT[r.kind.removesuffix(" fused")] for r in bodies]
    stops = np.arange(0.30, 0.71, 0.01)
    errors = [np.average([r.automatic(1 - stop) for r in bodies], weights=weight) for stop in stops]
    return float(stops[int(np.argmin(errors))])
