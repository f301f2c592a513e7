# SPDX-License-Identifier: GPL-3.0-or-later
"""What the part generator sees of an object: places on its surfaces and signed distances about it.

`python -m backend.training.generator.samples --objects FOLDER --out FOLDER` writes one file an
object. Files that are there already are kept, and objects may still be in the making: run it again
for those that came since.

Each part is told twice: in its own frame, a cube that its box fills along all three axes, for what
it looks like; and in the frame of the object, for where it is.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
import zlib
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...contract.arrays import Floats, Ints, Singles
from ...models.members import FILLED, own_frame
from ...shapes.labelled import face_areas
from ..segmenter_data import HELD_OUT, fold
from .bodies import Bodies, on_surface
from .objects import PartObject, load

OWN_POINTS, OWN_QUERIES = 2048, 4096  # of a part in its own frame
PLACED_POINTS, PLACED_QUERIES = 512, 1024  # of a part in the object's frame
WHOLE_POINTS, WHOLE_QUERIES = 6144, 8192  # of the object
FARTHEST = 0.5  # distances beyond are cut off
OWN_NEAR, WHOLE_NEAR, PLACED_NEAR = (0.02, 0.08), (0.01, 0.05), 0.03  # from surfaces, deviations
SIZE = 2 * FILLED  # of an object
STEPS = 32767  # of an int16 from the middle of the cube to its side
OF_EIGHT = 8  # seeds of a family; the last of each eight is held out


@dataclass(frozen=True)
class Sample:
    """An object of K parts as it is stored; the properties are what training reads.

    stored : the arrays of the file: `box` (K, 2, 3), `whole_visible_share` (K,) of each part's own
    area, `colours` (K, 3), and the packed ones that the properties unpack.
    """

    name: str
    title: str
    kind: str
    group: str
    names: tuple[str, ...]
    stored: dict[str, NDArray[Any]]

    @property
    def count(self) -> int:
        return len(self.names)

    @property
    def box(self) -> Singles:
        """(K, 2, 3) low and high of each part in the object's frame."""
        return self.stored["box"]

    @property
    def colours(self) -> Singles:
        """(K, 3) linear light."""
        return self.stored["colours"]

    @property
    def whole_visible_share(self) -> Singles:
        """(K,) share of each part's area, in the object's frame, that lies in no other part."""
        return self.stored["whole_visible_share"]

    @property
    def whole_part(self) -> NDArray[np.uint8]:
        """(WHOLE_POINTS,) the part of each place."""
        return self.stored["whole_part"]

    @property
    def whole_query_part(self) -> NDArray[np.uint8]:
        """(WHOLE_QUERIES,) the part of the least signed distance."""
        return self.stored["whole_query_part"]

    @property
    def own_visible(self) -> NDArray[np.bool_]:
        """(K, OWN_POINTS) whether each place lies in no other part."""
        return self.stored["own_visible"]

    @cached_property
    def own_points(self) -> Singles:
        """(K, OWN_POINTS, 3) on the surface, in the part's frame, evenly there."""
        return _places(self.stored["own_points"])

    @cached_property
    def own_normals(self) -> Singles:
        """(K, OWN_POINTS, 3) unit, in the part's frame."""
        return _units(self.stored["own_normals"])

    @cached_property
    def own_queries(self) -> Singles:
        """(K, OWN_QUERIES, 3) in the part's frame: a quarter evenly, the rest near the surface."""
        return _places(self.stored["own_queries"])

    @cached_property
    def own_distance(self) -> Singles:
        """(K, OWN_QUERIES) signed distance in the part's frame, negative inside."""
        return self.stored["own_distance"].astype(np.float32)

    @cached_property
    def whole_points(self) -> Singles:
        """(WHOLE_POINTS, 3) on what shows of all parts, in the object's frame."""
        return _places(self.stored["whole_points"])

    @cached_property
    def whole_normals(self) -> Singles:
        """(WHOLE_POINTS, 3) unit."""
        return _units(self.stored["whole_normals"])

    @cached_property
    def whole_queries(self) -> Singles:
        """(WHOLE_QUERIES, 3) in the object's frame."""
        return _places(self.stored["whole_queries"])

    @cached_property
    def whole_distance(self) -> Singles:
        """(WHOLE_QUERIES,) the least signed distance to a part."""
        return self.stored["whole_distance"].astype(np.float32)

    @cached_property
    def placed_points(self) -> Singles:
        """(K, PLACED_POINTS, 3) on the surface, in the object's frame, evenly there."""
        return _places(self.stored["placed_points"])

    @cached_property
    def placed_normals(self) -> Singles:
        """(K, PLACED_POINTS, 3) unit."""
        return _units(self.stored["placed_normals"])

    @cached_property
    def placed_queries(self) -> Singles:
        """(K, PLACED_QUERIES, 3) in the object's frame: half evenly, half near the surface."""
        return _places(self.stored["placed_queries"])

    @cached_property
    def placed_distance(self) -> Singles:
        """(K, PLACED_QUERIES) signed distance in the object's frame."""
        return self.stored["placed_distance"].astype(np.float32)


def _places(packed: NDArray[np.int16]) -> Singles:
    return packed.astype(np.float32) / np.float32(STEPS)


def _units(packed: NDArray[np.int8]) -> Singles:
    unit = packed.astype(np.float32)
    length = np.linalg.norm(unit, axis=-1, keepdims=True)
    return np.asarray(unit / np.maximum(length, 1e-6), np.float32)


def read(path: Path) -> Sample:
    """Reads what `write` wrote. Raises OSError or safetensors' own error for a broken file."""
    from safetensors import safe_open

    with safe_open(path, framework="numpy") as file:
        about = json.loads(file.metadata()["about"])
        stored = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    return sample_of(path.stem, about, stored)


def sample_of(name: str, about: dict[str, Any], stored: dict[str, NDArray[Any]]) -> Sample:
    """A sample of what is kept of it."""
    names = tuple(about["names"])
    return Sample(name, about["title"], about["kind"], about["group"], names, stored)


def sample_paths(folder: Path) -> list[Path]:
    """The finished samples of a folder, in the order of their names."""
    return sorted(folder.glob("*.safetensors"))


def held_out(group: str, name: str) -> bool:
    """Whether an object is measured, not learned: whole groups, and an eighth of each family."""
    seed = int(name.rsplit("_", 1)[-1]) if name.startswith("shape_") else 0
    return fold(group) < HELD_OUT or seed % OF_EIGHT == OF_EIGHT - 1


def sampled(one: PartObject, seed: int) -> dict[str, NDArray[Any]]:
    """The arrays of `Sample.stored` for an object, the same for the same seed."""
    rng = np.random.default_rng(seed)
    meshes = [(part.vertices, part.faces) for part in one.parts]
    bodies = Bodies(meshes)
    box = np.array([[v.min(axis=0), v.max(axis=0)] for v, _ in meshes])
    rows: dict[str, list[NDArray[Any]]] = {}
    for k, mesh in enumerate(meshes):
        found = {**_own(mesh, k, bodies, box[k], rng), **_placed(mesh, k, bodies, rng)}
        for name, array in found.items():
            rows.setdefault(name, []).append(array)
    return {
        "box": box.astype(np.float32),
        "colours": one.colours.astype(np.float32),
        **{name: np.stack(arrays) for name, arrays in rows.items()},
        **_whole(meshes, bodies, rng),
    }


def _own(
    mesh: tuple[Floats, Ints], part: int, bodies: Bodies, box: Floats, rng: np.random.Generator
) -> dict[str, NDArray[Any]]:
    """A part in its own frame."""
    middle, scale = own_frame(box)
    vertices, faces = (mesh[0] - middle) / scale, mesh[1]
    points, normals = on_surface(vertices, faces, OWN_POINTS, rng)
    there = normals / scale
    there /= np.maximum(np.linalg.norm(there, axis=1, keepdims=True), 1e-300)
    visible = bodies.shown(part, points * scale + middle, there, SIZE)
    near = [(3 * OWN_QUERIES // 8, spread) for spread in OWN_NEAR]
    queries = _queries(vertices, faces, OWN_QUERIES // 4, near, rng)
    return {
        "own_points": packed_places(points),
        "own_normals": packed_units(normals),
        "own_visible": visible,
        "own_queries": queries,
        "own_distance": bodies.distance_to(
            part, _unpacked(queries), FARTHEST, middle, scale
        ).astype(np.float16),
    }


def _placed(
    mesh: tuple[Floats, Ints], part: int, bodies: Bodies, rng: np.random.Generator
) -> dict[str, NDArray[Any]]:
    """A part in the object's frame."""
    points, normals = on_surface(*mesh, PLACED_POINTS, rng)
    half = PLACED_QUERIES // 2
    queries = _queries(*mesh, half, [(half, PLACED_NEAR)], rng)
    return {
        "placed_points": packed_places(points),
        "placed_normals": packed_units(normals),
        "placed_queries": queries,
        "placed_distance": bodies.distance_to(part, _unpacked(queries), FARTHEST, 0.0, 1.0).astype(
            np.float16
        ),
    }


def _whole(
    meshes: list[tuple[Floats, Ints]], bodies: Bodies, rng: np.random.Generator
) -> dict[str, NDArray[Any]]:
    """What shows of all parts, and the distance to their union."""
    areas = np.array([face_areas(*mesh).sum() for mesh in meshes])
    points, normals, parts = np.empty((0, 3)), np.empty((0, 3)), np.empty(0, np.int64)
    shown, asked = np.zeros(len(meshes)), np.zeros(len(meshes))
    while len(points) < WHOLE_POINTS:
        # Stratified by part, and a few of each, so that its share is known where it is small.
        count = np.maximum(np.ceil(2 * WHOLE_POINTS * areas / areas.sum()), 64).astype(int)
        for k, mesh in enumerate(meshes):
            own, normal = on_surface(*mesh, int(count[k]), rng)
            visible = bodies.shown(k, own, normal, SIZE)
            shown[k] += visible.sum()
            asked[k] += count[k]
            # Small parts were asked more often than their area is worth.
            worth = min(1.0, 2 * WHOLE_POINTS * areas[k] / areas.sum() / count[k])
            visible &= rng.random(len(own)) < worth
            points = np.concatenate([points, own[visible]])
            normals = np.concatenate([normals, normal[visible]])
            parts = np.concatenate([parts, np.full(int(visible.sum()), k)])
        if not len(points):
            raise ValueError("nothing of the object shows")
    keep = rng.permutation(len(points))[:WHOLE_POINTS]
    points, normals, parts = points[keep], normals[keep], parts[keep]
    even = rng.uniform(-1, 1, (WHOLE_QUERIES // 4, 3))
    each = 3 * WHOLE_QUERIES // 8
    near = [
        points[at] + rng.normal(scale=spread, size=(each, 1)) * normals[at]
        for spread in WHOLE_NEAR
        for at in [rng.integers(len(points), size=each)]
    ]
    queries = packed_places(np.concatenate([even, *near]))
    distance, nearest = bodies.distance(_unpacked(queries))
    return {
        "whole_points": packed_places(points),
        "whole_normals": packed_units(normals),
        "whole_part": parts.astype(np.uint8),
        "whole_visible_share": (shown / asked).astype(np.float32),
        "whole_queries": queries,
        "whole_distance": np.clip(distance, -FARTHEST, FARTHEST).astype(np.float16),
        "whole_query_part": nearest.astype(np.uint8),
    }


def _queries(
    vertices: Floats, faces: Ints, even: int, near: list[tuple[int, float]],
    rng: np.random.Generator,
) -> NDArray[np.int16]:  # fmt: skip
    """Packed places: `even` ones anywhere in the cube, and so many about the surface, moved along
    its normal by normal noise of a deviation.
    """
    places = [rng.uniform(-1, 1, (even, 3))]
    for count, spread in near:
        points, normals = on_surface(vertices, faces, count, rng)
        places.append(points + rng.normal(scale=spread, size=(count, 1)) * normals)
    return packed_places(np.concatenate(places))


def packed_places(points: Floats) -> NDArray[np.int16]:
    return np.rint(np.clip(points, -1, 1) * STEPS).astype(np.int16)


def _unpacked(packed: NDArray[np.int16]) -> Floats:
    return packed.astype(np.float64) / STEPS


def packed_units(normals: Floats) -> NDArray[np.int8]:
    return np.rint(normals * 127).astype(np.int8)


def write(path: Path, one: PartObject, arrays: dict[str, NDArray[Any]]) -> None:
    """Writes the sample of an object, at once or not at all."""
    about = {"names": one.names, "title": one.title, "kind": one.kind, "group": one.group}
    write_arrays(path, about, arrays)


def write_arrays(path: Path, about: dict[str, Any], arrays: dict[str, NDArray[Any]]) -> None:
    """Writes a sample, at once or not at all. about : its names, title, kind and group."""
    from safetensors.numpy import save_file

    partial = path.with_suffix(".part")
    whole = {name: np.ascontiguousarray(array) for name, array in arrays.items()}
    save_file(whole, partial, metadata={"about": json.dumps(about)})
    partial.replace(path)


def _made(path: Path, out: Path) -> str:
    """Make the sample of an object; what was done, and of how many parts."""
    try:
        one = load(path)
        write(out / f"{path.stem}.safetensors", one, sampled(one, zlib.crc32(path.stem.encode())))
    except Exception as error:  # one bad object must not end a run over thousands
        return f"failed: {type(error).__name__}: {error}"
    return f"made: {len(one.parts)}"


def _wanted(objects: Path, out: Path) -> Iterator[Path]:
    """Objects without a sample, the oldest first, for those come in a mixed order."""
    there = {path.stem for path in out.glob("*.safetensors")}
    found = [path for path in objects.glob("*.npz") if path.stem not in there]
    yield from sorted(found, key=lambda path: (path.stat().st_mtime, path.name))


def main(argv: list[str] | None = None) -> int:
    """Command line; returns an exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m backend.training.generator.samples", description=__doc__
    )
    parser.add_argument("--objects", type=Path, required=True, metavar="FOLDER")
    parser.add_argument("--out", type=Path, required=True, metavar="FOLDER")
    parser.add_argument("--jobs", type=int, default=2, metavar="N")
    options = parser.parse_args(argv)
    if not options.objects.is_dir():
        parser.error(f"There is no folder {options.objects}. Make the objects first.")
    options.out.mkdir(parents=True, exist_ok=True)
    wanted = list(_wanted(options.objects, options.out))
    begun, parts = time.monotonic(), 0
    counts: Counter[str] = Counter()
    os.environ.setdefault("IGL_NUM_THREADS", "1")  # jobs share the cores
    with ProcessPoolExecutor(options.jobs) as pool:
        results = pool.map(_made, wanted, [options.out] * len(wanted), chunksize=2)
        for done, (path, said) in enumerate(zip(wanted, results, strict=True), 1):
            did, _, more = said.partition(": ")
            counts[did] += 1
            parts += int(more) if did == "made" else 0
            if did == "failed" or done % 50 == 0:
                told = f"{done}/{len(wanted)} {path.stem}: {said}, {parts} parts"
                print(f"{told}, {time.monotonic() - begun:.0f} s", file=sys.stderr, flush=True)
    print(", ".join(f"{count} {said}" for said, count in sorted(counts.items())), f"{parts} parts")
    return 0


if __name__ == "__main__":
    sys.exit(main())
