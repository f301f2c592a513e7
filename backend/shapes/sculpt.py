# SPDX-License-Identifier: GPL-3.0-or-later
"""Sculptures: primitives joined by smooth unions, with names and opinions on what a part is.

A family of shapes returns a `Sculpture`; `polygonise` turns it into a closed surface, and
`Sculpture.part_of` says for any surface point which named piece it belongs to. Names are paths
("arm.l/hand/thumb"): an opinion says at which names the path ends, so that one sculpture yields
coarse and fine labellings.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..contract.arrays import Singles
from .implicit import Solid, tube

FAR = np.float32(1e3)


@dataclass(frozen=True)
class Step:
    """One operation on the field: a union or a subtraction of primitives that move together."""

    primitives: list[Solid]
    parts: list[int]
    blend: float
    inner: float
    sign: int
    bias: float = 0.0

    @property
    def lower(self) -> NDArray[np.float64]:
        return np.min([p.lower for p in self.primitives], axis=0)

    @property
    def upper(self) -> NDArray[np.float64]:
        return np.max([p.upper for p in self.primitives], axis=0)


@dataclass(frozen=True)
class Paint:
    """A region whose surface belongs to `part`, wherever the part before matches `over`."""

    region: Solid
    part: int
    over: str


@dataclass
class Sculpture:
    """A signed distance field built step by step, and the names of its pieces.

    `crisp` sculptures have sharp edges, which polygonising restores. `detail` is the number of
    grid cells along the edge of a cube of the same volume as the bounding box.
    """

    crisp: bool = False
    detail: int = 100
    steps: list[Step] = field(default_factory=list)
    paints: list[Paint] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)
    opinions: list[tuple[float, tuple[str, ...]]] = field(default_factory=list)

    def _part(self, path: str) -> int:
        if path not in self.paths:
            self.paths.append(path)
        return self.paths.index(path)

    def add(
        self,
        solid: Solid | Sequence[Solid],
        part: str | Sequence[str],
        blend: float = 0.02,
        inner: float = 0.0,
        bias: float = 0.0,
    ) -> None:
        """Joins `solid` to what is there with a fillet of about `blend`.

        Several primitives are joined among themselves first, with `inner`: so a chain of limbs
        does not swell at its joints. `part` names all of them or each. A `bias` above zero moves
        the label border away from the solid.
        """
        solids = [solid] if isinstance(solid, Solid) else list(solid)
        names = [part] * len(solids) if isinstance(part, str) else list(part)
        self.steps.append(Step(solids, [self._part(n) for n in names], blend, inner, 1, bias))

    def limb(
        self,
        points: ArrayLike,
        radii: ArrayLike,
        part: str | Sequence[str],
        blend: float = 0.03,
        inner: float = 0.0,
    ) -> None:
        """A chain of round cones; `part` names the whole or each of its segments."""
        self.add(tube(points, radii), part, blend, inner)

    def cut(self, solid: Solid | Sequence[Solid], blend: float = 0.01) -> None:
        """Takes `solid` away from what is there."""
        solids = [solid] if isinstance(solid, Solid) else list(solid)
        self.steps.append(Step(solids, [], blend, 0.0, -1))

    def paint(self, region: Solid, part: str, over: str = "*") -> None:
        """Gives the surface inside `region` to `part` where its name matches `over`."""
        self.paints.append(Paint(region, self._part(part), over))

    def opinion(self, weight: float, *rules: str) -> None:
        """Adds a labelling. A rule "arm.?" ends paths there; "neck>head" gives a name to another;
        "arm.?/upper>^" gives it to its parent.

        The first rule that matches a path or one of its parents holds. Without rules each path is
        a part.
        """
        self.opinions.append((weight, rules))

    def bounds(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Lower and upper corner (3,) of everything that was added."""
        solid = [s for s in self.steps if s.sign > 0]
        # Where solids meet at a grazing angle, a fillet of k swells the surface by a quarter of k.
        swell = max(max(s.blend, s.inner) for s in solid) / 2
        low, high = np.min([s.lower for s in solid], 0), np.max([s.upper for s in solid], 0)
        return low - swell, high + swell

    def sample_grid(self) -> tuple[Singles, NDArray[np.float64], float]:
        """The field on a regular grid: values (X, Y, Z), the corner (3,), and the cell size."""
        low, high = self.bounds()
        cell = float(np.prod(np.maximum(high - low, 1e-6)) ** (1 / 3)) / self.detail
        cell = max(cell, float((high - low).max()) / 256)
        origin = low - 2.5 * cell
        shape = (np.ceil((high - low) / cell) + 6).astype(int)
        axes = [(origin[i] + cell * np.arange(shape[i])).astype(np.float32) for i in range(3)]
        values = np.full(tuple(shape), FAR, np.float32)

        def block(lower: NDArray[np.float64], upper: NDArray[np.float64], margin: float):  # type: ignore[no-untyped-def]
            with np.errstate(invalid="ignore"):
                first = np.clip(np.floor((lower - margin - origin) / cell), 0, shape).astype(int)
                last = np.clip(np.ceil((upper + margin - origin) / cell) + 1, 0, shape).astype(int)
            where = tuple(slice(a, b) for a, b in zip(first, last, strict=True))
            mesh = np.meshgrid(*(axes[i][where[i]] for i in range(3)), indexing="ij")
            return where, np.stack([m.ravel() for m in mesh])

        for step in self.steps:
            margin = step.blend + step.inner + 3 * cell
            if len(step.primitives) == 1:
                where, points = block(step.lower, step.upper, margin)
                if points.size:
                    d = step.primitives[0].distance(points).reshape(values[where].shape)
                    values[where] = _join(values[where], d, step.blend, step.sign)
                continue
            where, points = block(step.lower, step.upper, margin)
            if not points.size:
                continue
            group = np.full(values.shape, FAR, np.float32)
            for primitive in step.primitives:
                inside, points = block(primitive.lower, primitive.upper, margin)
                if points.size:
                    d = primitive.distance(points).reshape(group[inside].shape)
                    group[inside] = _join(group[inside], d, step.inner, 1)
            values[where] = _join(values[where], group[where], step.blend, step.sign)
        return values, origin, cell

    def sample(self, points: Singles) -> Singles:
        """The field (N,) at points (3, N) near the surface."""
        values = np.full(points.shape[1], FAR, np.float32)
        for step in self.steps:
            margin = np.float32(step.blend + step.inner + 0.02)
            group = np.full(points.shape[1], FAR, np.float32)
            for primitive in step.primitives:
                lower = (primitive.lower - margin).astype(np.float32)[:, None]
                upper = (primitive.upper + margin).astype(np.float32)[:, None]
                near = np.flatnonzero(((points >= lower) & (points <= upper)).all(0))
                if len(near):
                    d = primitive.distance(np.ascontiguousarray(points[:, near]))
                    group[near] = _join(group[near], d, step.inner, 1)
            values = _join(values, group, step.blend, step.sign)
        return values

    def part_of(self, points: Singles) -> NDArray[np.int64]:
        """Index into `paths` (N,) of the piece nearest to each surface point (3, N)."""
        count = points.shape[1]
        raw = np.full((len(self.paths), count), np.inf, np.float32)
        cut = np.full((len(self.paths), count), np.inf, np.float32)
        for step in self.steps:
            if step.sign < 0:
                for primitive in step.primitives:
                    np.maximum(cut, -primitive.distance(points), out=cut)
                continue
            for primitive, index in zip(step.primitives, step.parts, strict=True):
                d = primitive.distance(points) + np.float32(step.bias)
                np.minimum(raw[index], d, out=raw[index])
                np.minimum(cut[index], d, out=cut[index])
        # On the wall of a hole all pieces are equally near: the one that is deepest there has it.
        part = (cut + np.float32(0.02) * raw).argmin(0)
        for paint in self.paints:
            allowed = [fnmatchcase(path, paint.over) for path in self.paths]
            part[(paint.region.distance(points) < 0) & np.array(allowed)[part]] = paint.part
        return part

    def resolve(self, rules: Sequence[str]) -> list[str]:
        """The name of each path under an opinion's rules."""
        return [_resolve(path, rules) for path in self.paths]


def _resolve(path: str, rules: Sequence[str]) -> str:
    segments = path.split("/")
    prefixes = ["/".join(segments[: i + 1]) for i in range(len(segments))]
    for rule in rules:
        pattern, _, target = rule.partition(">")
        for prefix in prefixes:
            same_depth = pattern.count("/") == prefix.count("/")
            if same_depth and fnmatchcase(prefix, pattern):
                if target == "^":
                    return prefix.rpartition("/")[0]
                return target or prefix
    return path


def alone(sculpture: Sculpture, mine: Sequence[bool], detail: int) -> Sculpture | None:
    """The sculpture of some of its paths: their own primitives, and every cut; None for nothing.

    mine : for each path. detail : grid cells along its box.
    """
    steps = []
    for step in sculpture.steps:
        if step.sign < 0:
            steps.append(step)
            continue
        own = [k for k, part in enumerate(step.parts) if mine[part]]
        if own:
            primitives, parts = [step.primitives[k] for k in own], [step.parts[k] for k in own]
            steps.append(replace(step, primitives=primitives, parts=parts))
    if not any(step.sign > 0 for step in steps):
        return None
    return replace(sculpture, steps=steps, paints=[], detail=detail)


def _join(a: Singles, b: Singles, blend: float, sign: int) -> Singles:
    """Union (sign 1) or subtraction (sign -1) of two fields with a quadratic fillet."""
    if blend <= 0:
        return np.minimum(a, b) if sign > 0 else np.maximum(a, -b)
    k = np.float32(blend)
    other = b if sign > 0 else -b
    overlap = np.maximum(k - np.abs(a - other), 0)
    fillet = overlap * overlap / (4 * k)
    return np.minimum(a, b) - fillet if sign > 0 else np.maximum(a, -b) + fillet


def mix(rng: np.random.Generator, low: float, high: float) -> float:
    """A uniform random number; short, as families draw dozens of them."""
    return float(rng.uniform(low, high))


def chance(rng: np.random.Generator, probability: float) -> bool:
    """True with the given probability."""
    return bool(rng.random() < probability)
