# SPDX-License-Identifier: GPL-3.0-or-later
"""Merging patches bottom-up: cluster cues, merge scores, and the order of merges.

A merge is judged on whole clusters: how convex their union is by mutual visibility, how the shape
diameter spreads over it, how long and how concave the border is against the clusters' sizes. Scores
come from any function of those features, so that a learned network can take the place of the
boosted trees.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from . import cues
from .cues import PatchGraph

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Score = Callable[["Clusters", NDArray[np.float32]], Floats]
"""Features of pairs (N, FEATURES) of a state of the merging -> probability of one part (N,)."""

MERGED_A_ROUND = 0.06  # share of the clusters that merge before scores are asked again
CACHED_ABOVE = 80  # clusters; below, every pair is judged anew in each round


class Clusters:
    """A state of the merging: C clusters and their borders.

    Parameters
    ----------
    members : (C, ...) rows of `PatchGraph.moments`, extents, and so on, summed over the members.
    node : (C,) tree node of each cluster.
    label : (P,) cluster of each patch.
    """

    def __init__(self, graph: PatchGraph, evidence: Floats | None = None) -> None:
        """evidence : (E,) probability that the patches of each border are of one part."""
        self.graph = graph
        count = graph.patches
        self.label = np.arange(count)
        self.node = np.arange(count)
        self.moments = graph.moments.copy()
        self.low, self.high = graph.low.copy(), graph.high.copy()
        area = graph.moments[:, cues.AREA] + 1e-12
        self.sight = graph.visible.astype(np.float64) * area[:, None] * area[None, :]
        self.pair = graph.pair.copy()
        self.border = graph.border.copy()
        self.sharpest = graph.sharpest.copy()
        if evidence is None:
            evidence = np.full(len(graph.pair), 0.5)
        length = graph.border[:, cues.LENGTH]
        self.evidence = evidence * length
        self.weakest = evidence.copy()
        self.island_low = graph.island.copy()
        self.island_high = graph.island.copy()
        self.whole_area = graph.island_area[graph.island]
        self.totals = graph.moments.sum(axis=0)

    @property
    def count(self) -> int:
        """Number of clusters."""
        return len(self.node)

    def merge(self, into: Ints, gone: Ints, nodes: Ints) -> NDArray[np.bool_]:
        """Merge cluster ``gone[k]`` into ``into[k]`` as tree node ``nodes[k]``; all are different.

        Returns (pairs,) bool: which of the pairs that remain touch a changed cluster.
        """
        one_island = (
            (self.island_low[into] == self.island_high[into])
            & (self.island_low[into] == self.island_low[gone])
            & (self.island_low[gone] == self.island_high[gone])
        )
        self.whole_area[into] = np.where(
            one_island, self.whole_area[into], self.whole_area[into] + self.whole_area[gone]
        )
        self.island_low[into] = np.minimum(self.island_low[into], self.island_low[gone])
        self.island_high[into] = np.maximum(self.island_high[into], self.island_high[gone])
        self.moments[into] += self.moments[gone]
        self.low[into] = np.minimum(self.low[into], self.low[gone])
        self.high[into] = np.maximum(self.high[into], self.high[gone])
        self.node[into] = nodes
        self.sight[into] += self.sight[gone]
        self.sight[:, into] += self.sight[:, gone]

        keep = np.ones(self.count, dtype=bool)
        keep[gone] = False
        new = np.cumsum(keep) - 1
        target = np.arange(self.count)
        target[gone] = into
        moved = new[target]
        changed = np.zeros(int(keep.sum()), dtype=bool)
        changed[moved[into]] = True
        for name in ("moments", "low", "high", "node", "island_low", "island_high", "whole_area"):
            setattr(self, name, getattr(self, name)[keep])
        self.sight = self.sight[np.ix_(keep, keep)]
        self.label = moved[self.label]

        ends = np.sort(moved[self.pair], axis=1)
        alive = ends[:, 0] != ends[:, 1]
        key = ends[alive, 0] * self.count + ends[alive, 1]
        keys, start_of = _group(key)
        order, starts = start_of
        self.pair = np.stack([keys // self.count, keys % self.count], axis=1)
        self.border = (
            np.add.reduceat(self.border[alive][order], starts, axis=0)
            if len(keys)
            else self.border[:0]
        )
        for name, join in (("sharpest", np.maximum), ("evidence", np.add), ("weakest", np.minimum)):
            value = getattr(self, name)[alive][order]
            setattr(self, name, join.reduceat(value, starts) if len(keys) else value)
        return changed[self.pair[:, 0]] | changed[self.pair[:, 1]]


def _group(key: Ints) -> tuple[Ints, tuple[Ints, Ints]]:
    order = np.argsort(key, kind="stable")
    sorted_key = key[order]
    new = np.ones(len(key), dtype=bool)
    new[1:] = sorted_key[1:] != sorted_key[:-1]
    return sorted_key[new], (order, np.flatnonzero(new))


class Merging:
    """A merging under way: a state, and the features and values of its pairs.

    Parameters
    ----------
    rows : (pairs, features) float32; values : (pairs,) float64, set by the caller.
    stale : (pairs,) bool, pairs whose ends changed since `refresh`.
    """

    def __init__(self, state: Clusters) -> None:
        self.state = state
        self.stale = np.ones(len(state.pair), dtype=bool)
        self.rows = pair_features(state, self.stale)
        self.values = np.zeros(len(state.pair))
        self._fresh = True

    def refresh(self) -> NDArray[np.bool_]:
        """Describe the changed pairs again; returns (pairs,) bool, which ones they are."""
        if self.state.count <= CACHED_ABOVE:
            self.stale[:] = True
        if not self._fresh:
            self.rows[self.stale] = pair_features(self.state, self.stale)
        self._fresh = False
        return self.stale

    def advance(self, values: Floats, first_node: int) -> tuple[Ints, Floats]:
        """Merge the best pairs into new tree nodes; pairs that do not change keep row and value.

        values : (pairs,) what to order by. Returns (the two nodes of each merge (n, 2), its value).
        """
        state = self.state
        into, gone, value = matching(state, values)
        joined = np.stack([state.node[into], state.node[gone]], axis=1)
        before, label = state.pair, np.arange(state.count)
        label[gone] = into
        kept = np.ones(state.count, dtype=bool)
        kept[gone] = False
        label = (np.cumsum(kept) - 1)[label]
        self.stale = state.merge(into, gone, first_node + np.arange(len(into)))

        ends = np.sort(label[before], axis=1)
        alive = ends[:, 0] != ends[:, 1]
        at = np.searchsorted(
            state.pair[:, 0] * state.count + state.pair[:, 1],
            ends[alive, 0] * state.count + ends[alive, 1],
        )
        rows, old = np.zeros((len(state.pair), self.rows.shape[1]), np.float32), self.values
        rows[at] = self.rows[alive]
        self.rows = rows
        self.values = np.zeros(len(state.pair))
        self.values[at] = old[alive]
        return joined, value


def agglomerate(
    state: Clusters, score: Score, tick: Callable[[float], None] = lambda share: None
) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
    """Merge until one cluster is left, the best-scored pairs first.

    score : probability that two clusters are of one part, from the state and pair features.
    Returns (children (P-1, 2) int32, score (P-1,) float32 of each merge, in the order made).
    """
    patches = state.count
    children = np.zeros((patches - 1, 2), dtype=np.int32)
    strength = np.zeros(patches - 1, dtype=np.float32)
    made = 0
    merging = Merging(state)
    while state.count > 1:
        tick(made / (patches - 1))
        stale = merging.refresh()
        merging.values[stale] = score(state, merging.rows[stale])
        joined, value = merging.advance(merging.values, patches + made)
        children[made : made + len(joined)] = joined
        strength[made : made + len(joined)] = value
        made += len(joined)
    return children, strength


def likely_merges(
    children: NDArray[np.int32], strength: NDArray[np.float32], size: Floats, stop: float = 0.5
) -> NDArray[np.bool_]:
    """The merges whose doing lowers the expected Rand error most, as one cut of the tree: (P-1,).

    Joining clusters of sizes a and b whose random faces share a part with chance s changes the
    expected number of wrong pairs by ``a * b * (1 - 2 s)``. A merge that costs a little may be
    worth while for what is merged above it, so subtrees are judged as a whole, bottom-up.

    strength : (P-1,) chance of each merge. size : (P,) of each leaf. stop : chance at which a merge
    neither gains nor loses.
    """
    leaves = len(size)
    total = [*size.tolist()]
    whole = [0.0] * leaves  # cost of one cluster for all below a node
    best = [0.0] * leaves  # cost of the best cut below a node
    for (left, right), chance in zip(children.tolist(), strength.tolist(), strict=True):
        pairs = total[left] * total[right]
        total.append(total[left] + total[right])
        whole.append(whole[left] + whole[right] + pairs * 2 * (stop - chance))
        best.append(min(best[left] + best[right], whole[-1]))
    kept = np.zeros(len(children), dtype=bool)
    open_nodes = [2 * leaves - 2]
    inside: list[int] = []
    while open_nodes:
        node = open_nodes.pop()
        if node < leaves:
            continue
        (inside if best[node] == whole[node] else open_nodes).extend(
            children[node - leaves].tolist()
        )
        kept[node - leaves] = best[node] == whole[node]
    while inside:
        node = inside.pop()
        if node >= leaves:
            kept[node - leaves] = True
            inside.extend(children[node - leaves].tolist())
    return kept


def ordered_merges(
    children: NDArray[np.int32], key: Floats
) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
    """The same tree with its merges in ascending order of a key that no parent undercuts.

    Returns (children (P-1, 2) int32 renumbered, order (P-1,) of the old rows).
    """
    leaves = len(children) + 1
    order = np.lexsort((np.arange(len(children)), key))
    new = np.arange(2 * leaves - 1)
    new[leaves + order] = leaves + np.arange(len(children))
    return new[children[order]].astype(np.int32), order


def matching(state: Clusters, values: Floats) -> tuple[Ints, Ints, Floats]:
    """The best pairs that share no cluster, `MERGED_A_ROUND` of the clusters at most."""
    limit = max(1, int(MERGED_A_ROUND * state.count))
    order = np.lexsort((np.arange(len(values)), -values))[: 4 * limit]
    used: set[int] = set()
    chosen = []
    for k in order:
        a, b = int(state.pair[k, 0]), int(state.pair[k, 1])
        if a not in used and b not in used:
            chosen.append(k)
            used.update((a, b))
            if len(chosen) == limit:
                break
    index = np.array(chosen, dtype=np.int64)
    return state.pair[index, 0], state.pair[index, 1], values[index]


FEATURES: list[str] = []
"""Names of the columns that `pair_features` makes, filled by its first call on import."""


def pair_features(state: Clusters, chosen: NDArray[np.bool_]) -> NDArray[np.float32]:
    """What is asked of two neighbouring clusters, the smaller first: (N, features) float32.

    chosen : (pairs,) bool, the pairs of the state to describe.
    """
    m = state.moments
    area = m[:, cues.AREA] + 1e-12
    total = state.totals[cues.AREA] + 1e-12
    ends = state.pair[chosen]
    swap = area[ends[:, 0]] > area[ends[:, 1]]
    a = np.where(swap, ends[:, 1], ends[:, 0])
    b = np.where(swap, ends[:, 0], ends[:, 1])
    border, sharpest = state.border[chosen], state.sharpest[chosen]
    length = border[:, cues.LENGTH]
    every = state.border[:, cues.LENGTH]
    perimeter = np.bincount(state.pair[:, 0], every, state.count) + np.bincount(
        state.pair[:, 1], every, state.count
    )
    degree = np.bincount(state.pair.ravel(), minlength=state.count)
    out: dict[str, Floats] = {}

    aa, ab = area[a], area[b]
    out["area_small"] = np.log(aa / total)
    out["area_big"] = np.log(ab / total)
    out["area_ratio"] = np.log(aa / ab)
    faces = state.totals[cues.FACES]
    out["faces_small"] = np.log(m[a, cues.FACES] / faces)
    out["faces_big"] = np.log(m[b, cues.FACES] / faces)
    out["clusters"] = np.full(len(a), np.log(state.count))
    out["degree_small"] = degree[a].astype(np.float64)
    out["degree_big"] = degree[b].astype(np.float64)

    out["length_small"] = length / np.sqrt(aa)
    out["length_big"] = length / np.sqrt(ab)
    out["length_perimeter_small"] = length / perimeter[a]
    out["length_perimeter_big"] = length / perimeter[b]
    out["perimeter_small"] = perimeter[a] / np.sqrt(aa)
    out["perimeter_big"] = perimeter[b] / np.sqrt(ab)
    for name, column in (
        ("concave", cues.CONCAVE),
        ("convex", cues.CONVEX),
        ("bridge", cues.BRIDGE),
        ("kappa", cues.KAPPA),
        ("turn", cues.TURN),
        ("sdf_step", cues.SDF_STEP),
        ("curve_at", cues.CURVE_AT),
    ):
        out[name] = border[:, column] / length
    out["bend"] = out["concave"] - out["convex"]
    out["sharpest"] = sharpest
    evidence = state.evidence / every
    out["evidence"] = state.evidence[chosen] / length
    out["weakest"] = state.weakest[chosen]
    best, second = _two_best(state, evidence)
    out["evidence_best_small"] = np.where(best[a] > out["evidence"], best[a], second[a])
    out["evidence_best_big"] = np.where(best[b] > out["evidence"], best[b], second[b])

    sight = state.sight
    within = np.diagonal(sight) / area**2
    between = sight[a, b] / (aa * ab)
    union = (sight[a, a] + sight[b, b] + 2 * sight[a, b]) / (aa + ab) ** 2
    out["sight_small"], out["sight_big"] = within[a], within[b]
    out["sight_between"], out["sight_union"] = between, union
    out["sight_drop"] = between / np.maximum(np.minimum(within[a], within[b]), 1e-3)
    out["sight_object"] = np.full(len(a), sight.sum() / (total * total))

    log_sdf = m[:, cues.LOG_SDF] / area
    variance = np.maximum(m[:, cues.LOG_SDF2] / area - log_sdf**2, 0)
    whole_sdf = state.totals[cues.LOG_SDF] / total
    both = m[a] + m[b]
    both_area = aa + ab
    both_sdf = both[:, cues.LOG_SDF] / both_area
    out["sdf_small"], out["sdf_big"] = log_sdf[a] - whole_sdf, log_sdf[b] - whole_sdf
    out["sdf_difference"] = log_sdf[a] - log_sdf[b]
    out["sdf_gap"] = np.abs(out["sdf_difference"])
    out["sdf_spread_small"] = np.sqrt(variance[a])
    out["sdf_spread_big"] = np.sqrt(variance[b])
    out["sdf_spread_union"] = np.sqrt(
        np.maximum(both[:, cues.LOG_SDF2] / both_area - both_sdf**2, 0)
    )
    out["sdf_object"] = np.full(len(a), whole_sdf)
    central = m[:, cues.CENTRAL] / area
    out["central_small"], out["central_big"] = central[a], central[b]
    out["central_step"] = central[a] - central[b]
    curve = m[:, cues.CURVE] / area[:, None]
    rough = np.sqrt(np.maximum(m[:, cues.ROUND2] / area - curve[:, 1] ** 2, 0))
    out["curve_small"], out["curve_big"] = curve[a, 0], curve[b, 0]
    out["wide_curve_small"], out["wide_curve_big"] = curve[a, 1], curve[b, 1]
    out["rough_small"], out["rough_big"] = rough[a], rough[b]

    flat = np.linalg.norm(m[:, cues.NORMAL], axis=1) / area
    out["flat_small"], out["flat_big"] = flat[a], flat[b]
    out["flat_union"] = np.linalg.norm(both[:, cues.NORMAL], axis=1) / both_area
    direction = m[:, cues.NORMAL] / np.maximum(
        np.linalg.norm(m[:, cues.NORMAL], axis=1, keepdims=True), 1e-9
    )
    out["normal_cosine"] = np.einsum("ij,ij->i", direction[a], direction[b])

    values, axis = _principal(m)
    union_values, _ = _principal(both)
    for name, eigen in (("small", values[a]), ("big", values[b]), ("union", union_values)):
        out[f"linear_{name}"] = eigen[:, 1] / eigen[:, 2]
        out[f"planar_{name}"] = eigen[:, 0] / eigen[:, 1]
    out["axes_cosine"] = np.abs(np.einsum("ij,ij->i", axis[a], axis[b]))
    centre = m[:, cues.CENTRE] / area[:, None]
    apart = centre[b] - centre[a]
    distance = np.linalg.norm(apart, axis=1) + 1e-9
    out["along_small"] = np.abs(np.einsum("ij,ij->i", axis[a], apart)) / distance
    out["along_big"] = np.abs(np.einsum("ij,ij->i", axis[b], apart)) / distance

    width = state.high - state.low + 1e-4
    union_width = (
        np.maximum(state.high[a], state.high[b]) - np.minimum(state.low[a], state.low[b]) + 1e-4
    )
    log_volume = np.log(width).mean(axis=1) * 3
    union_volume = np.log(union_width).mean(axis=1) * 3
    out["volume_growth"] = union_volume - np.logaddexp(log_volume[a], log_volume[b])
    out["bulk_small"] = log_volume[a] - 1.5 * np.log(aa)
    out["bulk_big"] = log_volume[b] - 1.5 * np.log(ab)
    out["bulk_union"] = union_volume - 1.5 * np.log(both_area)
    out["width_small"] = np.log(width[a].max(axis=1))
    out["width_union"] = np.log(union_width.max(axis=1))
    out["slender_small"] = np.log(width[a].min(axis=1) / width[a].max(axis=1))
    out["slender_big"] = np.log(width[b].min(axis=1) / width[b].max(axis=1))

    middle = border[:, cues.RING] / length[:, None]
    ring_values, ring_axis = _eigen(
        border[:, cues.RING2] / length[:, None] - cues.outer6(middle), largest=False
    )
    radius = np.sqrt(ring_values.sum(axis=1))
    out["ring_fullness"] = length / (2 * np.pi * radius)
    out["ring_planarity"] = np.sqrt(ring_values[:, 0]) / radius
    out["ring_roundness"] = ring_values[:, 1] / ring_values[:, 2]
    out["ring_small"] = radius / np.sqrt(aa)
    out["ring_big"] = radius / np.sqrt(ab)
    out["ring_sdf_small"] = np.log(radius) - log_sdf[a]
    out["ring_sdf_big"] = np.log(radius) - log_sdf[b]
    out["ring_facing"] = np.abs(np.einsum("ij,ij->i", ring_axis, apart)) / distance
    across_small = _section(m[a], area[a], ring_axis)
    across_big = _section(m[b], area[b], ring_axis)
    out["ring_neck_small"] = np.log(radius / across_small)
    out["ring_neck_big"] = np.log(radius / across_big)
    out["border_to_small"] = np.linalg.norm(middle - centre[a], axis=1) / np.sqrt(aa)
    out["border_to_big"] = np.linalg.norm(middle - centre[b], axis=1) / np.sqrt(ab)
    inside_a, inside_b = middle - centre[a], middle - centre[b]
    out["straightness"] = -np.einsum("ij,ij->i", inside_a, inside_b) / (
        np.linalg.norm(inside_a, axis=1) * np.linalg.norm(inside_b, axis=1) + 1e-9
    )

    complete = area / np.maximum(state.whole_area, 1e-12)
    out["complete_small"], out["complete_big"] = complete[a], complete[b]
    out["one_island"] = (
        (state.island_low[a] == state.island_high[a])
        & (state.island_low[b] == state.island_high[b])
        & (state.island_low[a] == state.island_low[b])
    ).astype(np.float64)
    if not FEATURES:
        FEATURES.extend(out)
    return np.nan_to_num(np.stack(list(out.values()), axis=1)).astype(np.float32)


def _two_best(state: Clusters, evidence: Floats) -> tuple[Floats, Floats]:
    """The strongest and second strongest evidence among each cluster's borders."""
    ends = state.pair.T.ravel()
    value = np.concatenate([evidence, evidence])
    order = np.lexsort((-value, ends))
    ends, value = ends[order], value[order]
    start = np.searchsorted(ends, np.arange(state.count + 1))
    best = np.zeros(state.count)
    second = np.zeros(state.count)
    has, has_two = np.diff(start) > 0, np.diff(start) > 1
    best[has] = value[start[:-1][has]]
    second[has_two] = value[start[:-1][has_two] + 1]
    return best, second


def _principal(moments: Floats) -> tuple[Floats, Floats]:
    """Spread along the principal axes, ascending (N, 3), and the longest axis (N, 3)."""
    area = moments[:, cues.AREA : cues.AREA + 1] + 1e-12
    centre = moments[:, cues.CENTRE] / area
    return _eigen(moments[:, cues.SPREAD] / area - cues.outer6(centre), largest=True)


def _eigen(six: Floats, largest: bool) -> tuple[Floats, Floats]:
    xx, yy, zz, xy, xz, yz = six.T
    matrix = np.stack([xx, xy, xz, xy, yy, yz, xz, yz, zz], axis=1).reshape(-1, 3, 3)
    values, vectors = np.linalg.eigh(matrix)
    return np.maximum(values, 1e-9), vectors[:, :, 2 if largest else 0]


def _section(moments: Floats, area: Floats, axis: Floats) -> Floats:
    """Radius of gyration of a cluster across an axis: (N,)."""
    centre = moments[:, cues.CENTRE] / area[:, None]
    xx, yy, zz, xy, xz, yz = (moments[:, cues.SPREAD] / area[:, None] - cues.outer6(centre)).T
    x, y, z = axis.T
    along = xx * x * x + yy * y * y + zz * z * z + 2 * (xy * x * y + xz * x * z + yz * y * z)
    return np.sqrt(np.maximum(xx + yy + zz - along, 1e-9))
