# SPDX-License-Identifier: GPL-3.0-or-later
"""What is asked of two neighbouring clusters before they are merged.

Convexity of the union by mutual visibility, spread of the shape diameter, length and concavity of
the border against the clusters' sizes, shape and place of both: on whole clusters, for single
borders say too little.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ...contract.arrays import Floats
from . import cues
from .clusters import Clusters

FEATURES = (
    "area_small",
    "area_big",
    "area_ratio",
    "faces_small",
    "faces_big",
    "clusters",
    "degree_small",
    "degree_big",
    "length_small",
    "length_big",
    "length_perimeter_small",
    "length_perimeter_big",
    "perimeter_small",
    "perimeter_big",
    "concave",
    "convex",
    "bridge",
    "kappa",
    "turn",
    "sdf_step",
    "curve_at",
    "bend",
    "sharpest",
    "evidence",
    "weakest",
    "evidence_best_small",
    "evidence_best_big",
    "sight_small",
    "sight_big",
    "sight_between",
    "sight_union",
    "sight_drop",
    "sight_object",
    "sdf_small",
    "sdf_big",
    "sdf_difference",
    "sdf_gap",
    "sdf_spread_small",
    "sdf_spread_big",
    "sdf_spread_union",
    "sdf_object",
    "central_small",
    "central_big",
    "central_step",
    "curve_small",
    "curve_big",
    "wide_curve_small",
    "wide_curve_big",
    "rough_small",
    "rough_big",
    "flat_small",
    "flat_big",
    "flat_union",
    "normal_cosine",
    "linear_small",
    "planar_small",
    "linear_big",
    "planar_big",
    "linear_union",
    "planar_union",
    "axes_cosine",
    "along_small",
    "along_big",
    "volume_growth",
    "bulk_small",
    "bulk_big",
    "bulk_union",
    "width_small",
    "width_union",
    "slender_small",
    "slender_big",
    "ring_fullness",
    "ring_planarity",
    "ring_roundness",
    "ring_small",
    "ring_big",
    "ring_sdf_small",
    "ring_sdf_big",
    "ring_facing",
    "ring_neck_small",
    "ring_neck_big",
    "border_to_small",
    "border_to_big",
    "straightness",
    "complete_small",
    "complete_big",
    "one_island",
)
"""Names of the columns of `pair_features`, in the order that trained models expect."""


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
    return np.nan_to_num(np.stack([out[name] for name in FEATURES], axis=1)).astype(np.float32)


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
