# SPDX-License-Identifier: GPL-3.0-or-later
"""Colours of an object in its texture: what its picture shows of it, and a continuation elsewhere.

Where the surface is seen and faces the eye it has the picture's colours; towards grazing angles,
behind other surface and beside the figure's outline these fade out. There its colours are those of
the nearest places that are seen, on the same part and turned alike before others.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..contract.arrays import Bools, Floats, Ints, Singles
from ..contract.progress import SILENT, Progress
from ..geometry.mesh import normals_by_area
from ..geometry.rays import RayScene
from .projection import Projection
from .sight import first_seen

GRAZING, FACING = 0.08, 0.35  # cosines between which a picture fades in
ASIDE = 0.7  # cosine below which what is seen is of the sides, which go on behind
RIM = 0.012  # of the figure's size: so near to its outline a picture is not trusted
HIDDEN = 0.02  # halves of the object's cube by which something lies before what it hides
EYE_CELLS = 512  # along the longer side of what the eye sees
STEP = 4  # pixels of the texture between places that are continued to
BLUR = 2.5  # pixels, by which these are joined
NEAREST = 16  # places whose colours are mixed
PATCHES = 400  # of what is seen of a part, for places far from it
TURNED = 0.15  # halves of the cube that two places turned away from each other are farther apart
MIRRORED = 0.12  # halves of the cube that a place is farther away as seen in a mirror
SEEN = 0.6  # weight of the picture from which a place is known by it
FEW = 40  # places seen of a part, below which it takes colours from others, too
ROWS = 64  # of the texture, between two looks for a cancel
SMOOTH = 0.75  # cosine below which faces beside each other have an edge between them


@dataclass(frozen=True)
class Portrait:
    """A picture of an object. picture : (H, W, 3 or 4). covered : (H, W) how much of each pixel
    the figure covers, 0..1. projection : where in it the object's places are.
    """

    picture: NDArray[np.uint8]
    covered: Singles
    projection: Projection


@dataclass(frozen=True)
class Skin:
    """A mesh with its places in a texture. vertices : (V, 3). faces : (F, 3). uv : (F, 3, 2)."""

    vertices: Floats
    faces: Ints
    uv: Floats


@dataclass(frozen=True)
class _Surface:
    """The surface at pixels. pixel : (n,) of the texture. part : (n,). place, normal : (n, 3)."""

    pixel: Ints
    part: Ints
    place: Floats
    normal: Floats


def painted(
    skins: Sequence[Skin], portrait: Portrait, size: int, progress: Progress = SILENT
) -> NDArray[np.uint8]:
    """A texture (size, size, 4) of meshes that share it. Raises Cancelled."""
    surface = _surface(skins, size, progress.span(0.0, 0.4))
    weight, colour, clear = _shown(skins, surface, portrait, progress.span(0.4, 0.6))
    if not (weight > 0.5).any():  # nothing faces the eye: what the picture has at those places
        weight = np.maximum(weight, 0.51)
    view = portrait.projection
    filled = _continued(surface, weight, colour, clear, view, size, progress.span(0.6, 0.9))
    mixed = weight[:, None] * colour + (1 - weight[:, None]) * filled
    progress.span(0.9, 1.0).step()
    return _padded(surface.pixel, mixed.astype(np.float32), size)


def _surface(skins: Sequence[Skin], size: int, progress: Progress) -> _Surface:
    """What of the meshes each pixel of the texture shows."""
    flat = np.concatenate([skin.uv.reshape(-1, 2) for skin in skins])
    flat = np.insert(flat, 2, 0.0, axis=1)
    corners = np.arange(len(flat)).reshape(-1, 3)
    scene = RayScene(flat, corners, proxy=False)
    part = np.repeat(np.arange(len(skins)), [len(skin.faces) for skin in skins])
    places = np.concatenate([skin.vertices[skin.faces] for skin in skins])  # (F, 3, 3)
    normals = np.concatenate([_corner_normals(skin) for skin in skins])
    middle = (np.arange(size) + 0.5) / size
    found = []
    for start in range(0, size, ROWS):
        progress.step(start / size)
        rows = np.arange(start, min(start + ROWS, size))
        x, y = np.meshgrid(middle, 1 - middle[rows])
        origin = np.stack([x.ravel(), y.ravel(), np.ones(x.size)], axis=1).astype(np.float32)
        down = np.broadcast_to(np.array([0, 0, -1], np.float32), origin.shape)
        hits = scene.first_hits(origin, down)
        hit = np.flatnonzero(hits.face >= 0)
        face, u, v = hits.face[hit], hits.u[hit, None], hits.v[hit, None]
        share = np.stack([1 - u - v, u, v], axis=1)  # (n, 3, 1)
        place = (places[face] * share).sum(axis=1)
        normal = (normals[face] * share).sum(axis=1)
        normal /= np.maximum(np.linalg.norm(normal, axis=1, keepdims=True), 1e-12)
        found.append((start * size + hit, part[face], place, normal))
    return _Surface(*(np.concatenate(each) for each in zip(*found, strict=True)))


def _corner_normals(skin: Skin) -> Floats:
    """Normals (F, 3, 3) of corners, smooth but for edges."""
    smooth = normals_by_area(skin.vertices, skin.faces)[skin.faces]
    corner = skin.vertices[skin.faces]
    own = np.cross(corner[:, 1] - corner[:, 0], corner[:, 2] - corner[:, 0])
    own /= np.maximum(np.linalg.norm(own, axis=1, keepdims=True), 1e-300)
    near = np.einsum("fcx,fx->fc", smooth, own) > SMOOTH
    return np.where(near[..., None], smooth, own[:, None])


def _shown(
    skins: Sequence[Skin], surface: _Surface, portrait: Portrait, progress: Progress
) -> tuple[Floats, Singles, Bools]:
    """How much each pixel's surface is that of the picture (n,), its colour there (n, 3), and
    whether it is well inside of what is seen of its part (n,)."""
    from scipy.ndimage import distance_transform_edt, map_coordinates

    picture, covered, projection = portrait.picture, portrait.covered, portrait.projection
    height, width = covered.shape
    uv = projection.places(surface.place)
    at = np.stack([(1 - uv[:, 1]) * height - 0.5, uv[:, 0] * width - 0.5])
    colour = np.stack(
        [
            map_coordinates(picture[..., channel].astype(np.float32), at, order=1, mode="nearest")
            for channel in range(3)
        ],
        axis=1,
    )
    progress.step(0.3)
    facing = np.einsum("ij,ij->i", surface.normal, projection.towards_eye(surface.place))
    weight = _between(facing, GRAZING, FACING)
    # Colours beside the outline are mixed with those behind the figure.
    figure = projection.share * [width, height]
    depth = distance_transform_edt(np.pad(covered > 0.9, 1))[1:-1, 1:-1].astype(np.float32)
    rim = max(RIM * float(figure.max()), 1.5)
    weight *= _between(map_coordinates(depth, at, order=1, mode="constant"), 0.5 * rim, rim)
    progress.step(0.6)
    first, inner = _is_first(skins, surface, projection)
    weight *= first * _between(inner, 0.25 * RIM, 0.75 * RIM)
    return weight, colour.astype(np.float32), inner > RIM


def _is_first(
    skins: Sequence[Skin], surface: _Surface, projection: Projection
) -> tuple[Bools, Floats]:
    """Whether nothing else is before a place (n,), nor just beside what is before it; and how far
    it is seen from another part (n,), a share of the figure: no shape is quite its picture's.
    """
    from scipy.ndimage import distance_transform_edt, maximum_filter, minimum_filter

    points = np.concatenate([skin.vertices for skin in skins])
    starts = np.cumsum([0, *(len(skin.vertices) for skin in skins)])
    faces = np.concatenate([skin.faces + start for skin, start in zip(skins, starts, strict=False)])
    extent = np.maximum(projection.share, 1e-9)
    cells = np.maximum((EYE_CELLS * extent / extent.max()).astype(int), 8)
    x, y = (
        first + (np.arange(count) + 0.5) / count * share
        for first, count, share in zip(projection.first, cells, extent, strict=True)
    )
    face, first = first_seen(projection.places(points), projection.nearness(points), faces, x, y)
    first = maximum_filter(first, 3)
    of = np.repeat(np.arange(len(skins)), [len(skin.faces) for skin in skins])
    seen_part = np.where(face >= 0, of[face], -1)
    border = maximum_filter(seen_part, 3) != minimum_filter(seen_part, 3)
    inner = distance_transform_edt(~border) if border.any() else np.full(border.shape, np.inf)
    uv = projection.places(surface.place)
    column, row = (
        np.clip((uv[:, k] - projection.first[k]) / extent[k] * cells[k], 0, cells[k] - 1).astype(
            np.int64
        )
        for k in range(2)
    )
    # A surface aslant is deeper in the next cells than in its own.
    facing = np.abs(np.einsum("ij,ij->i", surface.normal, projection.towards_eye(surface.place)))
    slope = 3.0 * (2.0 / EYE_CELLS) / np.maximum(facing, 0.1)
    is_first = projection.nearness(surface.place) > first[row, column] - HIDDEN - slope
    return is_first, np.asarray(inner[row, column] / EYE_CELLS)


def _continued(
    surface: _Surface, weight: Floats, colour: Singles, clear: Bools, view: Projection, size: int,
    progress: Progress,
) -> Singles:  # fmt: skip
    """Colours (n, 3) at all pixels by those that are seen."""
    from scipy.ndimage import gaussian_filter

    row, column = np.divmod(surface.pixel, size)
    sparse = (row % STEP == 0) & (column % STEP == 0)
    seen = np.flatnonzero(sparse & (weight > SEEN))
    if len(seen) < FEW:
        seen = np.flatnonzero(weight >= min(SEEN, float(weight.max())))[: 40 * FEW]
    asked = np.flatnonzero(sparse & (weight < 1))
    every = _Known.of(surface, seen, colour, view)
    told = np.zeros((len(asked), 3), np.float32)
    for part in np.unique(surface.part).tolist():
        progress.step(part / (int(surface.part.max()) + 1))
        mine = np.flatnonzero(surface.part[asked] == part)
        own = seen[surface.part[seen] == part]
        inner = own[clear[own]]
        if len(inner) >= FEW:
            own = inner
        known = _Known.of(surface, own, colour, view) if len(own) >= FEW else every
        told[mine] = known.at(_features(surface, asked[mine], view))
    grid = np.zeros((size, size, 4), np.float32)
    some = np.concatenate([seen, asked])
    flat = grid.reshape(-1, 4)
    flat[surface.pixel[some], :3] = np.concatenate([colour[seen], told])
    flat[surface.pixel[some], 3] = 1.0
    for channel in range(4):
        grid[..., channel] = gaussian_filter(grid[..., channel], BLUR, truncate=4.0)
    near = flat[surface.pixel]
    lost = np.flatnonzero(near[:, 3] < 1e-4)  # slivers between the places that were asked
    made = near[:, :3] / np.maximum(near[:, 3:], 1e-4)
    made[lost] = every.at(_features(surface, lost, view))
    return np.asarray(made, np.float32)


def _features(surface: _Surface, rows: Ints, view: Projection) -> Floats:
    """What near pixels are near in (r, 7): place and normal, and whether it is a mirror image."""
    place = surface.place[rows] / view.half
    return np.insert(np.hstack([place, TURNED * surface.normal[rows]]), 6, 0.0, axis=1)


@dataclass(frozen=True)
class _Known:
    """Places with colours. feature : (s, 7). colour : (s, 3)."""

    feature: Floats
    colour: Floats

    @classmethod
    def of(cls, surface: _Surface, seen: Ints, colour: Singles, view: Projection) -> _Known:
        """Those of pixels that are seen, and what is seen of the sides as if in a mirror behind:
        a rim goes on around, while a face looks to the front alone.
        """
        feature, own = _features(surface, seen, view), colour[seen].astype(np.float64)
        if len(seen):
            eye = view.towards_eye(surface.place[seen])
            aside = np.einsum("ij,ij->i", surface.normal[seen], eye) < ASIDE
            behind = feature[aside].copy()
            ahead = view.turn[2] * [1, 0, 1]  # level, for what stands has no other back
            ahead = ahead / max(float(np.linalg.norm(ahead)), 1e-12)
            part = surface.place[surface.part == surface.part[seen[0]]] @ ahead / view.half
            middle = (part.min() + part.max()) / 2
            behind[:, :3] -= 2 * (behind[:, :3] @ ahead - middle)[:, None] * ahead
            behind[:, 3:6] -= 2 * (behind[:, 3:6] @ ahead)[:, None] * ahead
            behind[:, 6] = MIRRORED
            feature, own = np.concatenate([feature, behind]), np.concatenate([own, own[aside]])
        return cls(feature, own)

    def at(self, asked: Floats) -> Singles:
        """Colours (a, 3) of the nearest places.

        The farther these are the larger the patches of them that are mixed: the nearest alone
        would change from one pixel to the next.
        """
        from scipy.spatial import cKDTree

        if not len(asked):
            return np.zeros((0, 3), np.float32)
        near, gap = _between_nearest(self.feature, self.colour, asked)
        chosen = np.random.default_rng(0).permutation(len(self.feature))[:PATCHES]
        if len(chosen) == len(self.feature):
            return np.asarray(near, np.float32)
        places = self.feature[chosen]
        tree = cKDTree(places)
        patch = tree.query(self.feature)[1]
        size = np.maximum(np.bincount(patch, minlength=len(chosen)), 1)
        sums = [np.bincount(patch, self.colour[:, k], len(chosen)) for k in range(3)]
        far, _ = _between_nearest(places, np.stack(sums, axis=1) / size[:, None], asked)
        spacing = float(np.median(tree.query(places, k=2)[0][:, 1]))
        share = _between(gap, spacing, 3 * spacing)[:, None]
        return np.asarray((1 - share) * near + share * far, np.float32)


def _between_nearest(source: Floats, values: Floats, target: Floats) -> tuple[Floats, Floats]:
    """Values (a, c) at places from those of the nearest ones, and how far the nearest is (a,).

    Weights reach nothing where another place comes in (Franke and Little, 1982).
    """
    from scipy.spatial import cKDTree

    count = min(NEAREST + 1, len(source))
    gap, row = cKDTree(source).query(target, k=count)
    gap, row = gap.reshape(len(target), count), row.reshape(len(target), count)
    near = np.maximum(gap, 1e-4)
    reach = np.maximum(near[:, -1:], near[:, :1] * (1 + 1e-3))
    weight = np.square((reach - near) / (reach * near)) + 1e-12
    weight /= weight.sum(axis=1, keepdims=True)
    return np.einsum("ak,akc->ac", weight, values[row]), gap[:, 0]


def _padded(pixel: Ints, colour: Singles, size: int) -> NDArray[np.uint8]:
    """The texture, pixels of no surface as the nearest that have one."""
    from scipy.ndimage import distance_transform_edt

    empty = np.ones(size * size, bool)
    empty[pixel] = False
    texture = np.full((size * size, 4), 255, np.uint8)
    texture[pixel, :3] = np.clip(np.rint(colour), 0, 255).astype(np.uint8)
    row, column = distance_transform_edt(
        empty.reshape(size, size), return_distances=False, return_indices=True
    )
    return np.asarray(texture[(row * size + column).reshape(-1)].reshape(size, size, 4))


def _between(value: Floats, low: float, high: float) -> Floats:
    """From 0 at one value to 1 at another, smoothly."""
    share = np.clip((value - low) / (high - low), 0, 1)
    return np.asarray(share * share * (3 - 2 * share))
