# SPDX-License-Identifier: GPL-3.0-or-later
"""Pictures of objects as artists would give them: photos, renders and drawings, small.

`python -m backend.training.generator.renders --objects FOLDER --out FOLDER` writes one file an
object. Files that are there already are kept, and objects may still be in the making: run it again
for those that came since.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
import zlib
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ...contract.arrays import Bools, Bytes, Floats, Ints, Singles
from ...contract.palette import to_srgb_bytes
from ...models.members import SIDE, view_member
from ...pictures.raycast import Tracer
from .objects import PartObject, load

VIEWS = 4
FINE = 2  # rays along each side of a pixel
NOTHING = 255  # in place of a part, where there is none
NEAREST, PARALLEL = 3.0, 14.0  # distances of the eye from an object that is 2 wide
FILLED = (0.75, 0.95)  # of the picture's side, by the longer side of the object's outline
LOW, HIGH = np.radians(-10.0), np.radians(35.0)  # elevations
FRONT = np.radians(45.0)  # half of the views are not farther from the front
OFFSET = np.float32(1e-3)  # lifts rays off their surface
OPEN = 4  # rays to the sky from each place
FAR = 0.5  # of the object's cube, from where on what is there takes no light of the sky
STEP = 0.12  # in depth from a ray to the next, where a line is drawn
STYLES = ("photo", "render", "cartoon", "flat")
CHANCES = (0.3, 0.35, 0.2, 0.15)


@dataclass(frozen=True)
class View:
    """A camera that looks at the origin. eye (3,) is `distance` along `back`.

    middle : (2,) of the picture, on the plane at distance 1 before the eye. pixel : its size there.
    """

    back: Singles
    right: Singles
    above: Singles
    distance: float
    middle: Floats
    pixel: float

    @classmethod
    def drawn(cls, points: Singles, rng: np.random.Generator) -> View:
        """By chance, so that points (N, 3) just fit."""
        yaw = rng.uniform(-FRONT, FRONT) if rng.random() < 0.5 else rng.uniform(-np.pi, np.pi)
        up = rng.uniform(LOW, HIGH)
        distance = PARALLEL if rng.random() < 0.3 else NEAREST / rng.uniform(0.4, 1.0)
        back = np.array([np.sin(yaw) * np.cos(up), np.sin(up), np.cos(yaw) * np.cos(up)])
        right = np.array([np.cos(yaw), 0.0, -np.sin(yaw)])
        above = np.cross(back, right)
        away = distance - points @ back
        place = np.stack([points @ right, points @ above], axis=1) / away[:, None]
        low, high = place.min(axis=0), place.max(axis=0)
        pixel = float((high - low).max()) / (rng.uniform(*FILLED) * SIDE)
        room = np.maximum(SIDE - (high - low) / pixel, 0) / 2
        middle = (low + high) / 2 + pixel * 0.5 * room * rng.uniform(-1, 1, 2)
        back, right, above = (one.astype(np.float32) for one in (back, right, above))
        return cls(back, right, above, distance, middle, pixel)

    def rays(self) -> tuple[Singles, Singles]:
        """Origins and directions (R, 3) of `FINE` squared rays a pixel, row by row."""
        step = ((np.arange(SIDE * FINE) + 0.5) / FINE - SIDE / 2) * self.pixel
        x = (self.middle[0] + step).astype(np.float32)
        y = (self.middle[1] - step).astype(np.float32)
        directions = x[None, :, None] * self.right + y[:, None, None] * self.above - self.back
        directions /= np.linalg.norm(directions, axis=2, keepdims=True)
        origins = np.empty_like(directions)
        origins[:] = np.float32(self.distance) * self.back
        return origins.reshape(-1, 3), directions.reshape(-1, 3)


@dataclass(frozen=True)
class Seen:
    """What the rays of a picture hit. hit : (n,) which of them do. part, face : (n,) what.

    point, normal, flat : (n, 3) where, the shading normal and the triangle's, towards the eye.
    direction, depth : (n, 3) and (n,) of the ray.
    """

    hit: Ints
    part: Ints
    face: Ints
    point: Singles
    normal: Singles
    flat: Singles
    direction: Singles
    depth: Singles

    def raster(self, values: Singles | Ints, empty: float) -> Singles:
        """(SIDE FINE, SIDE FINE) of values (n,), `empty` where nothing is hit."""
        found = np.full((SIDE * FINE) ** 2, empty, np.float32)
        found[self.hit] = values
        return found.reshape(SIDE * FINE, -1)


class Studio:
    """Takes pictures of an object."""

    def __init__(self, one: PartObject) -> None:
        count = np.cumsum([0, *(len(part.vertices) for part in one.parts)])
        vertices = np.concatenate([part.vertices for part in one.parts]).astype(np.float32)
        faces = np.concatenate([p.faces + n for p, n in zip(one.parts, count[:-1], strict=True)])
        self.part = np.repeat(np.arange(len(one.parts)), [len(part.faces) for part in one.parts])
        self.colours, self.points = one.colours, vertices
        self.tracer = Tracer(vertices, faces, workers=1)

    def taken(self, rng: np.random.Generator) -> tuple[Bytes, Bytes, Singles]:
        """A picture (SIDE, SIDE, 4), the part (SIDE, SIDE) of each pixel, and the view (VIEW,)."""
        view = View.drawn(self.points, rng)
        seen = self._seen(view, smooth=rng.random() < 0.75)
        style = str(rng.choice(STYLES, p=CHANCES))
        lines = rng.random() < {"photo": 0.15, "render": 0.4, "cartoon": 0.85, "flat": 0.85}[style]
        painted = np.clip(self._painted(seen, style, rng), 0, 1)
        if lines:
            painted = _lined(painted, seen, rng)
        picture = np.zeros(((SIDE * FINE) ** 2, 4), np.float32)
        picture[seen.hit, :3] = to_srgb_bytes(painted)
        picture[seen.hit, 3] = 255
        cells = picture.reshape(SIDE, FINE, SIDE, FINE, 4).mean(axis=(1, 3))
        return (
            np.rint(cells).astype(np.uint8),
            self._parts(seen),
            view_member(view.back, view.distance),
        )

    def _seen(self, view: View, *, smooth: bool) -> Seen:
        origins, directions = view.rays()
        hits = self.tracer.first_hits(origins, directions)
        hit = np.flatnonzero(hits.face >= 0)
        face, direction = hits.face[hit].astype(np.int64), directions[hit]
        flat = self.tracer.face_normals[face]
        flat = np.where((flat * direction).sum(axis=1, keepdims=True) > 0, -flat, flat)
        normal = flat
        if smooth:
            weight = np.stack([1 - hits.u - hits.v, hits.u, hits.v])[:, hit]
            corners = self.tracer.corner_normals[:, :, face]
            normal = _unit(np.einsum("acn,cn->na", corners, weight))
            normal = np.where((normal * flat).sum(axis=1, keepdims=True) < 0, -normal, normal)
        depth = hits.distance[hit]
        point = origins[hit] + depth[:, None] * direction
        return Seen(hit, self.part[face], face, point, normal, flat, direction, depth)

    def _painted(self, seen: Seen, style: str, rng: np.random.Generator) -> Singles:
        """Linear light (n, 3) of what is seen."""
        tint = np.exp(rng.normal(scale=[0.08, 0.04, 0.08]))
        own = self.colours * np.exp(rng.normal(scale=0.08, size=self.colours.shape)) * tint
        colour = own.astype(np.float32)[seen.part]
        if rng.random() < 0.3:  # wood, cloth, dirt: brighter and darker places
            turns = rng.normal(scale=rng.uniform(2, 9), size=(3, 3))
            waves = np.sin(seen.point @ turns + rng.uniform(0, 2 * np.pi, 3)).mean(axis=1)
            colour = colour * np.exp(rng.uniform(0.1, 0.4) * waves)[:, None]
        lamp = _lamp(rng)
        facing = seen.normal @ lamp
        if style == "flat":
            light = 1 + rng.uniform(0, 0.25) * facing
        elif style == "cartoon":
            lit = (facing > rng.uniform(-0.1, 0.3)) & self._open(seen, lamp)
            light = np.where(lit, 1.0, rng.uniform(0.4, 0.75))
        else:
            return self._lit(seen, colour, lamp, rng)
        return colour * (light * rng.uniform(0.85, 1.05))[:, None]

    def _lit(self, seen: Seen, colour: Singles, lamp: Singles, rng: np.random.Generator) -> Singles:
        """Of a lamp that casts shadows, and of a sky that is dimmer in corners."""
        ambient = rng.uniform(0.3, 0.7)
        facing = np.maximum(seen.normal @ lamp, 0) * self._open(seen, lamp)
        sky = ambient * (0.75 + 0.25 * seen.normal[:, 1]) * self._sky(seen, rng)
        warm = np.exp(rng.normal(scale=0.07) * np.array([1.0, 0.1, -1.0]))
        power = (1.35 - ambient) * rng.uniform(0.9, 1.25)
        found = colour * (power * facing[:, None] * warm + sky[:, None] / warm)
        shine = rng.uniform(0, 0.5) * rng.integers(2)
        half = _unit(lamp - seen.direction)
        gloss = np.maximum((half * seen.normal).sum(axis=1), 0) ** rng.uniform(8, 60)
        return found + (shine * gloss * (facing > 0))[:, None]

    def _open(self, seen: Seen, lamp: Singles) -> Bools:
        """(n,) whether the lamp reaches what is seen."""
        origins = seen.point + OFFSET * seen.flat
        return ~self.tracer.blocked(origins, np.broadcast_to(lamp, origins.shape))

    def _sky(self, seen: Seen, rng: np.random.Generator) -> Singles:
        """(n,) how much of the sky reaches what is seen; far things do not count."""
        ways = _unit(rng.normal(size=(len(seen.hit), OPEN, 3)).astype(np.float32))
        ways = _unit(ways + np.float32(1.02) * seen.flat[:, None])  # more of them along the normal
        origins = np.repeat(seen.point + OFFSET * seen.flat, OPEN, axis=0)
        hits = self.tracer.first_hits(origins, ways.reshape(-1, 3))
        near = (hits.face >= 0) & (hits.distance < FAR)
        return np.asarray(1 - near.reshape(-1, OPEN).mean(axis=1), np.float32)

    def _parts(self, seen: Seen) -> Bytes:
        """(SIDE, SIDE) the part that most of a pixel's rays hit, `NOTHING` where most hit none."""
        y, x = np.divmod(seen.hit, SIDE * FINE)
        pixel, count = (y // FINE) * SIDE + x // FINE, len(self.colours)
        votes = np.bincount(pixel * count + seen.part, minlength=SIDE * SIDE * count)
        votes = votes.reshape(-1, count)
        covered = 2 * votes.sum(axis=1) >= FINE * FINE
        found = np.where(covered, votes.argmax(axis=1), NOTHING)
        return found.reshape(SIDE, SIDE).astype(np.uint8)


def _lamp(rng: np.random.Generator) -> Singles:
    """(3,) a way towards a light, from above."""
    turn, up = rng.uniform(-np.pi, np.pi), rng.uniform(0.3, 1.3)
    way = [np.sin(turn) * np.cos(up), np.sin(up), np.cos(turn) * np.cos(up)]
    return np.array(way, np.float32)


def _lined(painted: Singles, seen: Seen, rng: np.random.Generator) -> Singles:
    """With dark lines along the outline, between parts, and where one thing is before another."""
    part, depth = seen.raster(seen.part, -1), seen.raster(seen.depth, 99)
    line = np.zeros(part.shape, bool)
    for axis in (0, 1):
        before = (slice(None),) * axis
        here, following = (*before, slice(None, -1)), (*before, slice(1, None))
        differs = (part[here] != part[following]) | (np.abs(depth[here] - depth[following]) > STEP)
        line[here] |= differs
        line[following] |= differs & (part[here] < 0)  # the outline is drawn on its inside
    if rng.random() < 0.5:  # bold
        wide = np.pad(line, 1)
        line |= wide[2:, 1:-1] | wide[:-2, 1:-1] | wide[1:-1, 2:] | wide[1:-1, :-2]
    on = line.reshape(-1)[seen.hit]
    ink = rng.uniform(0, 0.12, 3) if rng.random() < 0.6 else rng.uniform(0.1, 0.35) * painted
    return np.where(on[:, None], ink, painted)


def _unit(vectors: Singles) -> Singles:
    length = np.linalg.norm(vectors, axis=-1, keepdims=True)
    return np.asarray(vectors / np.maximum(length, 1e-9), np.float32)


def pictures(one: PartObject, seed: int, views: int = VIEWS) -> dict[str, Bytes | Singles]:
    """`picture` (V, SIDE, SIDE, 4) sRGB times coverage, and coverage; `part` (V, SIDE, SIDE);
    `view` (V, VIEW)."""
    rng, studio = np.random.default_rng(seed), Studio(one)
    taken = [studio.taken(rng) for _ in range(views)]
    return {
        "picture": np.stack([picture for picture, _, _ in taken]),
        "part": np.stack([part for _, part, _ in taken]),
        "view": np.stack([view for _, _, view in taken]),
    }


def _made(path: Path, out: Path, views: int) -> str:
    """Take the pictures of an object; what was done."""
    from safetensors.numpy import save_file

    try:
        found = pictures(load(path), zlib.crc32(path.stem.encode()), views)
        partial = out / f"{path.stem}.part"
        save_file(found, partial)
        partial.replace(out / f"{path.stem}.safetensors")
    except Exception as error:  # one bad object must not end a run over thousands
        return f"failed: {type(error).__name__}: {error}"
    return "made"


def _wanted(objects: Path, out: Path) -> Iterator[Path]:
    """Objects without pictures, the oldest first: those whose samples come first."""
    there = {path.stem for path in out.glob("*.safetensors")}
    found = [path for path in objects.glob("*.npz") if path.stem not in there]
    yield from sorted(found, key=lambda path: (path.stat().st_mtime, path.name))


def main(argv: list[str] | None = None) -> int:
    """Command line; returns an exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m backend.training.generator.renders", description=__doc__
    )
    parser.add_argument("--objects", type=Path, required=True, metavar="FOLDER")
    parser.add_argument("--out", type=Path, required=True, metavar="FOLDER")
    parser.add_argument("--views", type=int, default=VIEWS, metavar="N")
    parser.add_argument("--jobs", type=int, default=1, metavar="N")
    options = parser.parse_args(argv)
    if not options.objects.is_dir():
        parser.error(f"There is no folder {options.objects}. Make the objects first.")
    options.out.mkdir(parents=True, exist_ok=True)
    wanted = list(_wanted(options.objects, options.out))
    begun, counts = time.monotonic(), Counter[str]()
    os.environ.setdefault("OMP_NUM_THREADS", "1")  # jobs share the cores
    with ProcessPoolExecutor(options.jobs) as pool:
        many = len(wanted)
        results = pool.map(_made, wanted, [options.out] * many, [options.views] * many, chunksize=4)
        for done, (path, said) in enumerate(zip(wanted, results, strict=True), 1):
            counts[said.split(":")[0]] += 1
            if said.startswith("failed") or done % 100 == 0:
                told = f"{done}/{many} {path.stem}: {said}, {time.monotonic() - begun:.0f} s"
                print(told, file=sys.stderr, flush=True)
    print(", ".join(f"{count} {said}" for said, count in sorted(counts.items())))
    return 0


if __name__ == "__main__":
    sys.exit(main())
