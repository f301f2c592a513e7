# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes the bundled parts anew, from the training objects that are CC0 and the recipe beside this.

Each part is cut out, turned upright, welded, its shells closed (caps where it was cut, a little
thickness where it is a sheet), joined to one solid, brought to a few hundred triangles and unit
size; where it touched its neighbours is where it will be held. The families of `library.families`
are listed after them. The same data give the same files.

`python -m backend.training.library DATA [--sheet FOLDER]`, DATA with `train/*.npz`.
"""

from __future__ import annotations

import argparse
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from ..contract.arrays import Floats, Ints
from ..geometry.booleans import Mesh, concatenated, is_solid, simplified, union, welded
from ..geometry.caps.fill import fill
from ..geometry.caps.loops import simple_loops
from ..geometry.mesh import (
    consistent_sides,
    face_islands,
    face_vectors,
    is_closed_manifold,
    shared_edges,
    signed_volume,
)
from ..geometry.nearest import NearestFace
from ..library import families, packing
from ..library.index import FOLDER, INDEX, MESHES, THUMBNAILS
from ..library.likeness import likeness
from ..shapes.remesh import decimate

RECIPE = Path(__file__).with_name("library_recipe.txt")
MOST_FACES = 1500
LOST = 0.02  # of the area: a shell of less may be left out where it cannot be closed
TOUCHING = 0.02  # of the object's size: parts that are nearer touch
SIDES = {
    "bottom": (0, -1, 0), "top": (0, 1, 0), "back": (0, 0, -1), "front": (0, 0, 1),
    "left": (-1, 0, 0), "right": (1, 0, 0),
}  # fmt: skip
CREDITS = "CREDITS.md"
BY = "Partwise"  # who made the families


@dataclass(frozen=True)
class Wanted:
    """A line's item of the recipe."""

    title: str
    kind: str
    side: str
    source: str
    part: str
    turn: str


@dataclass(frozen=True)
class Made:
    """A part that is ready to be packed: see `library.index.Entry`."""

    title: str
    kind: str
    vertices: Floats
    faces: Ints
    side: Floats
    anchor: Floats
    reach: float
    credit: str
    family: str = ""
    origin: str = ""


def recipe(text: str) -> list[Wanted]:
    """What the recipe asks for, in its order."""
    found = []
    for line in text.splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        head, _, items = line.partition(":")
        kind, side = head.rsplit(" ", 1)
        for item in re.split(r",\s+", items.strip()):
            item, _, turn = item.partition(" @")
            title, _, place = item.partition(" = ")
            source, _, part = (place or title).partition("/")
            found.append(
                Wanted(title.strip(), kind, side, source.strip(), part.strip(), turn.strip())
            )
    return found


class Objects:
    """The CC0 objects of a folder of data, by what the recipe calls them."""

    def __init__(self, data: Path) -> None:
        self.archives = [np.load(p) for p in sorted((data / "train").glob("*.npz"))]
        self.places: dict[str, list[tuple[int, str]]] = {}
        for number, archive in enumerate(self.archives):
            for name in json.loads(str(archive["ids"])):
                meta = json.loads(str(archive[f"{name}/meta"]))
                if meta["licence"] != "CC0-1.0":
                    continue
                rig = meta["part_kind"] == "rig"
                stem = Path(meta["path"]).name
                while Path(stem).suffix.lower() in (".glb", ".gltf", ".fbx", ".obj"):
                    stem = Path(stem).stem
                if stem in ("model", "chair") and name.startswith("market"):
                    stem = name[len("market_") :][: (len(name) - len("market_")) // 2]
                for key in [stem] if not rig else [f"rig:{name}"]:
                    self.places.setdefault(key.lower(), []).append((number, name))

    def find(
        self, wanted: Wanted
    ) -> Iterator[tuple[Floats, Ints, np.ndarray, dict[str, Any], str]]:
        """Vertices, faces, whether each face is of the part, meta and name, best match first."""
        key = wanted.source.lower()
        places = self.places.get(key, [])
        if key.startswith("rig:"):
            places = [
                at
                for k, v in self.places.items()
                if k.startswith("rig:") and k.endswith(key[4:])
                for at in v
            ]
        for number, name in places:
            archive = self.archives[number]
            faces = archive[f"{name}/faces"].astype(np.int64)
            meta = json.loads(str(archive[f"{name}/meta"]))
            inside = np.ones(len(faces), bool)
            if wanted.part:
                for level in ("", "_fine"):
                    if f"{name}/part_names{level}" not in archive:
                        continue
                    names = [
                        n.lower() for n in json.loads(str(archive[f"{name}/part_names{level}"]))
                    ]
                    own = [
                        k
                        for k, n in enumerate(names)
                        if re.sub(r"\.\d+$", "", n) == wanted.part.lower()
                    ]
                    if own:
                        inside = archive[f"{name}/face_part{level}"] == own[0]
                        break
                else:
                    continue
            vertices = archive[f"{name}/vertices"].astype(np.float64)
            if meta["up"] == "Z":
                vertices = vertices[:, [0, 2, 1]] * [1, 1, -1]
            yield vertices, faces, inside, meta, name


def closed_shells(vertices: Floats, faces: Ints) -> list[Mesh]:
    """Each connected piece of a surface as a closed, outward shell; none where one stays open.

    Crumbs are left out.
    """
    vertices, faces = welded(vertices, faces)
    if not len(faces):
        return []
    first, second, _, opposed = shared_edges(faces)
    sides = consistent_sides(len(faces), first, second, opposed)
    faces = np.where(sides[:, None] > 0, faces, faces[:, ::-1])
    area = face_vectors(vertices, faces)[1]
    island, count = face_islands(area, first, second)
    shells = []
    for number in range(count):
        own = faces[island == number]
        shell = _closed(*welded(vertices, own))
        share = area[island == number].sum() / max(float(area.sum()), 1e-300)
        if shell is not None and share > 2e-4:
            shells.append(shell)
        elif shell is None and share > LOST:
            return []
    return shells


def _closed(vertices: Floats, faces: Ints) -> Mesh | None:
    """A shell with its holes filled, or thickened where it is a sheet; None where neither helps."""
    tail, head = faces.reshape(-1), np.roll(faces, -1, axis=1).reshape(-1)
    count = len(vertices)
    there = set((tail * count + head).tolist())
    open_edges = [
        (b, a)
        for a, b in zip(tail.tolist(), head.tolist(), strict=True)
        if b * count + a not in there
    ]
    if open_edges:
        points, all_faces = vertices, [faces]
        for loop in simple_loops(open_edges):
            filled = fill(vertices[loop], [np.arange(len(loop))])
            if filled is None:
                break
            place = np.concatenate(
                [np.asarray(loop), len(points) + np.arange(len(filled[0]) - len(loop))]
            )
            points = np.concatenate([points, filled[0][len(loop) :]])
            all_faces.append(place[filled[1]])
        capped = points, np.concatenate(all_faces)
        corners = capped[0][capped[1]]
        area = (
            0.5
            * np.linalg.norm(
                np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]), axis=1
            ).sum()
        )
        if is_solid(*capped) and abs(signed_volume(*capped)) > 2e-3 * area**1.5:
            vertices, faces = capped
        else:
            vertices, faces = _thickened(vertices, faces)
    if not is_closed_manifold(faces) and not is_solid(vertices, faces):
        return None
    if signed_volume(vertices, faces) < 0:
        faces = faces[:, ::-1]
    return vertices, np.ascontiguousarray(faces)


def _thickened(vertices: Floats, faces: Ints, share: float = 0.012) -> Mesh:
    """A sheet with a second side, `share` of its size behind it."""
    normal, area, _ = face_vectors(vertices, faces)
    at = np.zeros_like(vertices)
    for corner in range(3):
        np.add.at(at, faces[:, corner], normal * area[:, None])
    at /= np.maximum(np.linalg.norm(at, axis=1, keepdims=True), 1e-12)
    count = len(vertices)
    tail, head = faces.reshape(-1), np.roll(faces, -1, axis=1).reshape(-1)
    there = set((tail * count + head).tolist())
    rim = [
        (a, b)
        for a, b in zip(tail.tolist(), head.tolist(), strict=True)
        if b * count + a not in there
    ]
    wall = [quad for a, b in rim for quad in ((b, a, a + count), (b, a + count, b + count))]
    back = vertices - share * np.ptp(vertices, axis=0).max() * at
    faces = np.concatenate([faces, faces[:, ::-1] + count, np.array(wall, np.int64).reshape(-1, 3)])
    return np.concatenate([vertices, back]), faces


def solid(shells: Sequence[Mesh]) -> Mesh | None:
    """One solid of at most `MOST_FACES` from closed shells; None where that cannot be."""
    total = sum(len(f) for _, f in shells)
    for share in (0.95, 0.7, 0.5, 0.35, 0.2):
        fewer = list(shells)
        if total > MOST_FACES:
            wanted = share * MOST_FACES / total
            fewer = [
                decimate(v, f, max(8, int(len(f) * wanted)), adaptive=True)[:2] for v, f in shells
            ]
        joined = union(fewer) if len(fewer) <= 60 else concatenated(fewer)
        if len(joined[1]) > MOST_FACES:
            joined = simplified(joined, MOST_FACES) or joined
        if 4 <= len(joined[1]) <= MOST_FACES and is_closed_manifold(joined[1]):
            return joined
        if total <= MOST_FACES:
            shells = [
                decimate(v, f, max(8, int(len(f) * 0.8)), adaptive=True)[:2] for v, f in shells
            ]
    return None


def held_at(vertices: Floats, faces: Ints, inside: np.ndarray) -> Floats | None:
    """(n, 3) places of a part that touch the rest of its object; None where nothing does."""
    if inside.all():
        return None
    own = vertices[np.unique(faces[inside])]
    rest = faces[~inside]
    used = np.unique(rest)
    size = float(np.ptp(vertices[np.unique(faces)], axis=0).max())
    _, gap = NearestFace(vertices[used] / size, np.searchsorted(used, rest))(own / size)
    touching = own[gap < TOUCHING]
    return touching if len(touching) > 2 else None


def make(wanted: Wanted, objects: Objects) -> Made | None:
    """The part that an item of the recipe asks for; None where no object gives it."""
    for vertices, faces, inside, meta, _ in objects.find(wanted):
        mesh = solid(closed_shells(vertices, faces[inside]))
        if mesh is None:
            continue
        places = held_at(vertices, faces, inside)
        turn = _turn(wanted.turn)
        v = mesh[0] @ turn.T
        low, high = v.min(axis=0), v.max(axis=0)
        size = float((high - low).max())
        if size <= 0 or np.sort(high - low)[1] < 1e-3 * size:
            continue
        v = (v - (low + high) / 2) / size
        side, anchor, reach = _default_hold(v, wanted.side)
        if places is not None:
            at = (places @ turn.T - (low + high) / 2) / size
            middle = (at.min(axis=0) + at.max(axis=0)) / 2
            spread = np.ptp(at, axis=0)
            if np.linalg.norm(middle) > 0.12 and np.linalg.norm(spread) < 1.0:
                anchor, reach = middle, float(np.linalg.norm(spread) / 2)
                side = middle / np.linalg.norm(middle)
        credit = meta["source"].replace("pmndrs market", "pmndrs market (mostly Kenney)")
        origin = f"{meta['repo']} at `{meta['commit'][:12]}`, `{meta['path']}`"
        held = side, anchor, reach
        return Made(wanted.title, wanted.kind, v, mesh[1], *held, credit, origin=origin)
    return None


def _turn(words: str) -> Floats:
    """Rotation (3, 3) for "x90 y-90": about an axis, in degrees, one after the other."""
    matrix = np.eye(3)
    for word in words.split():
        mesh = (np.eye(3), np.zeros((0, 3), np.int64))
        from ..library.families.forms import turned

        matrix = turned(mesh, "xyz".index(word[0]), float(word[1:]))[0].T @ matrix
    return matrix


def _default_hold(v: Floats, word: str) -> tuple[Floats, Floats, float]:
    """Side, anchor and reach of a part of which only the side is known."""
    if word == "middle":  # a shade hangs on, or stands around, what is inside it
        return np.array([0.0, -1.0, 0.0]), np.zeros(3), 0.0
    if word == "side":
        side = -np.eye(3)[int(np.ptp(v, axis=0).argmin())]
    else:
        side = np.array(SIDES[word], dtype=np.float64)
    along = v @ side
    near = v[along > along.max() - 0.04]
    middle = (near.min(axis=0) + near.max(axis=0)) / 2
    return side, middle, float(np.linalg.norm(np.ptp(near, axis=0)) / 2)


def of_families() -> Iterator[Made]:
    """The families as parts, each with its first seed."""
    for title, family in families.FAMILIES.items():
        v, f = families.made(title)
        side, anchor, reach = _default_hold(v, family.side)
        yield Made(title, family.kind, v, f, side, anchor, reach, BY, title)


def thumbnail(vertices: Floats, faces: Ints) -> np.ndarray:
    """(96, 96, 2) shade and cover of a part, seen from the front, the right and above."""
    from ..pictures.raycast import Camera, Tracer, corner_normals, unit_frame

    fine = 3 * packing.SIZE
    points = unit_frame(vertices, faces)
    tracer, camera = Tracer(points, faces), Camera(points, fine, fine, 0.04)
    y, x = np.mgrid[:fine, :fine] + 0.5
    hits = tracer.first_hits(*camera.rays(x.reshape(-1), y.reshape(-1)))
    hit = hits.face >= 0
    face, u, w = hits.face[hit], hits.u[hit, None], hits.v[hit, None]
    corner = corner_normals(points, faces)[face]
    normal = corner[:, 0] * (1 - u - w) + corner[:, 1] * u + corner[:, 2] * w
    normal /= np.maximum(np.linalg.norm(normal, axis=1, keepdims=True), 1e-9)
    key = np.array([-0.36, 0.84, 0.41]) / np.linalg.norm([-0.36, 0.84, 0.41])
    light = 0.36 + 0.22 * (normal[:, 1] * 0.5 + 0.5) + 0.5 * np.clip(normal @ key, 0, 1)
    shade = np.zeros(fine * fine)
    shade[hit] = np.clip(light, 0, 1) * 235
    blocks = lambda a: a.reshape(packing.SIZE, 3, packing.SIZE, 3).sum(axis=(1, 3))  # noqa: E731
    cover = blocks(hit.reshape(fine, fine).astype(float))
    mean = blocks(shade.reshape(fine, fine)) / np.maximum(cover, 1)
    return np.stack([mean, cover / 9 * 255], axis=2).round().astype(np.uint8)


def write(parts: Sequence[Made], folder: Path = FOLDER) -> None:
    """The three files of a library."""
    credits = sorted({part.credit for part in parts})
    meshes, pictures, rows = [b""], [b""], []
    for part in parts:
        mesh = b"" if part.family else packing.pack_mesh(part.vertices, part.faces)
        picture = packing.pack_thumbnail(thumbnail(part.vertices, part.faces))
        rows.append({
            "title": part.title, "kind": part.kind, "side": np.round(part.side, 3).tolist(),
            "anchor": np.round(part.anchor, 3).tolist(), "reach": round(part.reach, 3),
            "credit": credits.index(part.credit), "family": part.family, "faces": len(part.faces),
            "shape": np.round(likeness(part.vertices, part.faces), 2).tolist(),
            "mesh": [sum(map(len, meshes)), len(mesh)],
            "thumbnail": [sum(map(len, pictures)), len(picture)],
        })  # fmt: skip
        meshes.append(mesh)
        pictures.append(picture)
    text = ",\n".join(json.dumps(row, separators=(",", ":")) for row in rows)
    listed = f'{{"credits":{json.dumps(credits)},"parts":[\n{text}\n]}}\n'
    (folder / INDEX).write_text(listed, encoding="utf-8", newline="\n")
    (folder / MESHES).write_bytes(b"".join(meshes))
    (folder / THUMBNAILS).write_bytes(b"".join(pictures))


def credits_page(parts: Sequence[Made]) -> str:
    """Who made the stored parts, and from which file each was taken."""
    lines = [
        "# Credits of the bundled parts",
        "",
        "Every part is under [CC0 1.0](https://creativecommons.org/publicdomain/zero/1.0/legalcode),",
        "public domain: no attribution is required. It is given with thanks all the same. All were",
        "cut out of their objects, welded, closed, joined, brought to few triangles and unit size,",
        "and quantised by `backend/training/library.py`. Parts that are not listed are procedural,",
        "by `backend/library/families`.",
        "",
        "| part | kind | author | source |",
        "| --- | --- | --- | --- |",
    ]
    lines += [f"| {p.title} | {p.kind} | {p.credit} | {p.origin} |" for p in parts if p.origin]
    return "\n".join(lines) + "\n"


def main(arguments: Sequence[str] | None = None) -> None:
    """Writes the library and, where asked, contact sheets of it."""
    parser = argparse.ArgumentParser(prog="python -m backend.training.library")
    parser.add_argument("data", type=Path)
    parser.add_argument("-o", "--output", type=Path, default=FOLDER)
    parser.add_argument("--sheet", type=Path, help="a folder for contact sheets")
    options = parser.parse_args(arguments)
    objects = Objects(options.data)
    parts: list[Made] = []
    for wanted in recipe(RECIPE.read_text(encoding="utf-8")):
        part = make(wanted, objects)
        if part is None:
            print(f"left out: {wanted.title} ({wanted.source}/{wanted.part})")
        elif any(_same(part, other) for other in parts):
            print(f"twice: {wanted.title}")
        else:
            parts.append(part)
    parts += of_families()
    titles = [part.title for part in parts]
    double = sorted({title for title in titles if titles.count(title) > 1})
    if double:
        raise SystemExit(f"Titles that are not unique: {', '.join(double)}")
    write(parts, options.output)
    (options.output / CREDITS).write_text(credits_page(parts), encoding="utf-8", newline="\n")
    files = [options.output / name for name in (INDEX, MESHES, THUMBNAILS)]
    print(f"{len(parts)} parts, {sum(file.stat().st_size for file in files)} bytes")
    if options.sheet:
        _sheets(parts, options.sheet)


def _same(one: Made, other: Made) -> bool:
    """Whether two parts have the same shape."""
    if one.faces.shape != other.faces.shape or one.vertices.shape != other.vertices.shape:
        return False
    spans = np.ptp(one.vertices, axis=0) - np.ptp(other.vertices, axis=0)
    return bool(
        np.abs(spans).max() < 1e-3
        and abs(signed_volume(one.vertices, one.faces) - signed_volume(other.vertices, other.faces))
        < 1e-5
    )


def _sheets(parts: Sequence[Made], folder: Path, columns: int = 12, rows: int = 10) -> None:
    from ..pictures.preview import Cell, contact_sheet

    folder.mkdir(parents=True, exist_ok=True)
    size = columns * rows
    for page in range(0, len(parts), size):
        cells = []
        for part in parts[page : page + size]:
            # The faces near the place where it is held have a colour of their own.
            gap = np.linalg.norm(part.vertices[part.faces].mean(axis=1) - part.anchor, axis=1)
            held = (gap < max(part.reach, 0.06)).astype(np.int64)
            cells.append(Cell(part.vertices, part.faces, held, f"{part.title} {len(part.faces)}"))
        sheet = [cells[i : i + columns] for i in range(0, len(cells), columns)]
        contact_sheet(folder / f"library-{page // size}.png", sheet)


if __name__ == "__main__":
    main()
