# SPDX-License-Identifier: GPL-3.0-or-later
"""A patch graph as a network sees it: numbers of each patch, and of each pair of patches.

`models.segmenter` has their names, in the order that it expects. All of them stay the same when the
object is moved, turned or mirrored; lengths are in sizes of the object.
"""

from __future__ import annotations

import numpy as np

from ..contract.arrays import Floats, Singles
from ..geometry.graphs import sums, symmetric
from ..geometry.patches import cues
from ..geometry.patches.cues import PatchGraph
from ..models.segmenter import PAIR_FEATURES, PATCH_FEATURES

NEAR = 0.1  # sizes of the object over which nearness falls to 1 / e
FAR = 3.0  # sizes; longer ways along the surface count as this
DETOUR = 6.0  # times its length that a step costs for each radian of concave bend


def patch_features(graph: PatchGraph) -> Singles:
    """(P, PATCH_FEATURES) float32."""
    moments = graph.moments
    area = moments[:, cues.AREA] + 1e-12
    share = area / area.sum()
    mean = moments / area[:, None]
    centre = mean[:, cues.CENTRE]
    middle = share @ centre
    outward = centre - middle
    extent = np.log(_extents(mean) + 1e-3)
    border = np.zeros((graph.patches, 3))
    for side in (0, 1):
        bent = graph.border[:, [cues.LENGTH, cues.CONCAVE, cues.CONVEX]]
        border += sums(bent, graph.pair[:, side], graph.patches)
    bends = border[:, 1:] / (border[:, :1] + 1e-6)
    curve = mean[:, cues.CURVE]
    out: dict[str, Floats] = {
        "log area": np.log(share + 1e-6),
        "log shape diameter": np.log(graph.sdf + 1e-3),
        "spread of shape diameter": np.sqrt(
            np.maximum(mean[:, cues.LOG_SDF2] - mean[:, cues.LOG_SDF] ** 2, 0)
        ),
        "log widest extent": extent[:, 2],
        "log middle extent": extent[:, 1],
        "log narrow extent": extent[:, 0],
        "flatness": np.linalg.norm(mean[:, cues.NORMAL], axis=1),
        "centrality": mean[:, cues.CENTRAL],
        "curvature, near": curve[:, 0],
        "curvature, wide": curve[:, 1],
        "roundness": np.sqrt(np.maximum(mean[:, cues.ROUND2], 0)),
        "visible area": graph.visible @ share,
        "distance to the middle": np.linalg.norm(outward, axis=1),
        "facing away from the middle": np.einsum("ij,ij->i", outward, graph.normal),
        "share of its island": graph.island_area[graph.island] / area.sum(),
        "log patches of its island": np.log(np.bincount(graph.island)[graph.island]),
        "log border length": np.log(border[:, 0] + 1e-3),
        "concave bend of the border": bends[:, 0],
        "convex bend of the border": bends[:, 1],
    }
    return np.stack([out[name] for name in PATCH_FEATURES], axis=1).astype(np.float32)


def pair_maps(graph: PatchGraph) -> Singles:
    """(PAIR_FEATURES, P, P) float32, symmetric."""
    count = graph.patches
    i, j = graph.pair.T
    border = graph.border
    length = border[:, cues.LENGTH] + 1e-9

    def on_borders(value: Floats) -> Singles:
        out = np.zeros((count, count), np.float32)
        out[i, j] = out[j, i] = value
        return out

    out: dict[str, Singles] = {
        "neighbours": on_borders(np.ones(len(i))),
        "log border length": on_borders(np.log(length + 1e-4) + 4),
        "sharpest bend": on_borders(graph.sharpest),
    }
    for name, column in (
        ("concave bend", cues.CONCAVE),
        ("convex bend", cues.CONVEX),
        ("normal curvature across", cues.KAPPA),
        ("turn of the normal", cues.TURN),
        ("step of shape diameter", cues.SDF_STEP),
        ("curvature at the border", cues.CURVE_AT),
        ("bridged gap", cues.BRIDGE),
    ):
        out[name] = on_borders(border[:, column] / length)

    centre, normal = graph.centre.astype(np.float32), graph.normal.astype(np.float32)
    gap2 = np.square(centre).sum(axis=1)
    inner = centre @ centre.T
    gap = np.sqrt(np.maximum(gap2[:, None] + gap2[None, :] - 2 * inner, 0))
    # How far patch j lies in front of patch i, as a cosine.
    front = (normal @ centre.T - np.einsum("ij,ij->i", normal, centre)[:, None]) / (gap + 1e-6)
    out["distance"], out["nearness"] = gap, np.exp(-gap / NEAR)
    out["distance along the surface"], out["distance around concave borders"] = _ways(graph)
    out["same island"] = (graph.island[:, None] == graph.island[None, :]).astype(np.float32)
    out["normals alike"] = normal @ normal.T
    out["facing each other"], out["facing apart"] = front + front.T, front * front.T
    sight = graph.visible.astype(np.float32)
    area = graph.moments[:, cues.AREA] + 1e-12
    share = (area / area.sum()).astype(np.float32)
    common = (sight * share) @ sight.T
    own = np.sqrt(np.maximum(np.diagonal(common), 1e-9))
    out["mutual sight"], out["overlap of sight"] = sight, common / (own[:, None] * own[None, :])
    central = graph.moments[:, cues.CENTRAL] / area
    for name, value in (
        ("difference of shape diameter", np.log(graph.sdf + 1e-3)),
        ("difference of centrality", central),
    ):
        out[name] = np.abs(value[:, None] - value[None, :])
    return np.stack([out[name] for name in PAIR_FEATURES]).astype(np.float32, copy=False)


def _extents(mean: Floats) -> Floats:
    """Standard deviations along the principal axes of each patch, ascending: (P, 3)."""
    centre, spread = mean[:, cues.CENTRE], mean[:, cues.SPREAD]
    covariance = np.empty((len(mean), 3, 3))
    for k, (a, b) in enumerate(((0, 0), (1, 1), (2, 2), (0, 1), (0, 2), (1, 2))):
        value = spread[:, k] - centre[:, a] * centre[:, b]
        covariance[:, a, b] = covariance[:, b, a] = value
    return np.sqrt(np.maximum(np.linalg.eigvalsh(covariance), 0))


def _ways(graph: PatchGraph) -> tuple[Singles, Singles]:
    """Shortest ways between patches, plain and with a toll on concave borders: two (P, P)."""
    from scipy.sparse.csgraph import dijkstra

    i, j = graph.pair.T
    step = np.linalg.norm(graph.centre[i] - graph.centre[j], axis=1) + 1e-4
    bend = graph.border[:, cues.CONCAVE] / (graph.border[:, cues.LENGTH] + 1e-9)

    def ways(toll: float) -> Singles:
        cost = step * (1 + toll * np.clip(bend, 0, 2))
        way = dijkstra(symmetric(graph.patches, i, j, cost), directed=True, limit=FAR)
        return np.minimum(way, FAR).astype(np.float32)

    return ways(0.0), ways(DETOUR)
