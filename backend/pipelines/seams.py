# SPDX-License-Identifier: GPL-3.0-or-later
"""How a new part meets what holds it: necks grown from the seams; its copies, and its twin."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..contract.arrays import Floats, Ints
from ..contract.engines import AUTO
from ..geometry.booleans import Mesh, concatenated, difference, union
from ..geometry.caps.fill import fill
from ..geometry.mesh import face_islands, same_positions, shared_edges, signed_volume, used_by
from .frames import Frame

MOST_PIECES = 24  # that are taken for several of the same, as ears, legs and wheels


def joined(mesh: Mesh, frame: Frame, rest: Mesh, how: str = AUTO) -> tuple[Mesh, str]:
    """The part with its border brought to the seam, and how that was done.

    "weld": a neck grows from the seam's own vertices into the part, so that no gap remains. "trim":
    what lies inside the neighbours is cut off. "overlap": it dips in. "auto" welds where the old
    part shared edges with its neighbours.
    """
    if how in (AUTO, "weld") and frame.loops:
        necks = [neck for loop in frame.loops if (neck := _neck(loop, mesh, frame)) is not None]
        if necks:
            return union([mesh, *necks]), "weld"
    if how == "trim":
        cut = difference(mesh, [rest])
        if cut is not None:
            return cut, "trim"
    return mesh, "overlap"


def _neck(loop: Floats, mesh: Mesh, frame: Frame) -> Mesh | None:
    """A closed loft from a seam's vertices to the inside of the new part."""
    middle = loop.mean(axis=0)
    around = float(np.linalg.norm(loop - middle, axis=1).mean())
    if around <= 0 or len(loop) < 3:
        return None
    low, high = mesh[0].min(axis=0), mesh[0].max(axis=0)
    inner = (low + high) / 2
    toward = inner - middle
    reach = float(np.linalg.norm(toward))
    if reach < 1e-9:
        return None
    near = mesh[0][np.linalg.norm(mesh[0] - middle, axis=1) < max(2.0 * around, 0.3 * reach)]
    aim = inner if not len(near) else 0.5 * inner + 0.5 * (near.min(axis=0) + near.max(axis=0)) / 2
    step = min(1.2 * around, 0.6 * reach)
    end = middle + (aim - middle) / max(float(np.linalg.norm(aim - middle)), 1e-12) * step
    extent = np.sort(high - low)[1] / 2  # a thin part must hide the end of the neck
    share = float(np.clip(0.6 * extent / around, 0.2, 0.75))
    ends = end + share * (loop - middle)
    filled = fill(loop, [np.arange(len(loop))])
    if filled is None:
        return None
    count = len(loop)
    lid, points = filled[1], filled[0]
    n = np.arange(count)
    m = np.roll(n, -1)
    base = len(points)
    wall = np.concatenate([np.stack([n, base + n, m], 1), np.stack([m, base + n, base + m], 1)])
    far = np.stack([base + m, base + n, np.full(count, base + count)], 1)
    vertices = np.concatenate([points, ends, ends.mean(axis=0, keepdims=True)])
    faces = np.concatenate([lid, wall, far])
    volume = signed_volume(vertices, faces)
    if abs(volume) < 1e-9 * around**3:
        return None
    return vertices, np.ascontiguousarray(faces if volume > 0 else faces[:, ::-1])


def copies(mesh: Mesh, frame: Frame, count: int) -> Mesh:
    """Several of a part, side by side across the seam, within about the old part's width."""
    if count < 2:
        return mesh
    side = frame.side if frame.side is not None else np.array([0.0, -1.0, 0.0])
    extent = np.ptp(mesh[0], axis=0)
    room = (frame.high - frame.low) * (1 - np.abs(side))
    axis = int(room.argmax())
    scale = (
        1.0
        if count * extent[axis] <= 1.5 * room[axis]
        else max(1.5 * room[axis] / (count * extent[axis]), 0.3)
    )
    step = np.zeros(3)
    step[axis] = max(extent[axis] * scale * 1.05, room[axis] / count)
    base = frame.anchor + (mesh[0] - frame.anchor) * scale
    made = [(base + (k - (count - 1) / 2) * step, mesh[1]) for k in range(count)]
    return concatenated(made)


def pieces_of(vertices: Floats, faces: Ints, own: NDArray[np.bool_]) -> list[NDArray[np.bool_]]:
    """Which faces (F,) are of each piece of a part of several alike, as two ears; else itself.

    Alike: as large within a fifth, and beside each other.
    """
    corners = same_positions(vertices)[faces[own]]
    first, second = shared_edges(corners)[:2]
    island, count = face_islands(np.ones(len(corners)), first, second)
    if not 1 < count <= MOST_PIECES:
        return [own]
    rows = np.flatnonzero(own)
    masks = [np.isin(np.arange(len(faces)), rows[island == number]) for number in range(count)]
    points = [vertices[used_by(faces[mask])] for mask in masks]
    low = np.array([p.min(axis=0) for p in points])
    high = np.array([p.max(axis=0) for p in points])
    extent = high - low
    alike = np.abs(extent - extent[0]).max() < 0.2 * extent[0].max()
    one, other = np.triu_indices(count, 1)
    beside = (np.maximum(low[one] - high[other], low[other] - high[one]) > 0).any(axis=1)
    return masks if alike and beside.all() else [own]


def twin_of(
    vertices: Floats, faces: Ints, labels: NDArray[np.integer], part: int
) -> tuple[int, float] | None:
    """The part that is a part's mirror image in x, and the place of the plane; None for none."""
    names = np.unique(labels)
    boxes = {}
    for name in names.tolist():
        points = vertices[used_by(faces[labels == name])]
        boxes[name] = np.stack([points.min(axis=0), points.max(axis=0)])
    everything = np.array(list(boxes.values()))
    plane = float(everything[:, 0, 0].min() + everything[:, 1, 0].max()) / 2
    size = float((everything[:, 1].max(axis=0) - everything[:, 0].min(axis=0)).max())
    wanted = boxes[part].copy()
    wanted[:, 0] = 2 * plane - wanted[::-1, 0]
    if abs(boxes[part][:, 0].mean() - plane) < 0.02 * size:
        return None  # it lies on the plane itself
    gap = {name: float(np.abs(box - wanted).max()) for name, box in boxes.items() if name != part}
    best = min(gap, key=lambda name: gap[name], default=None)
    return None if best is None or gap[best] > 0.06 * size else (best, plane)
