# SPDX-License-Identifier: GPL-3.0-or-later
"""The files of a library: list, meshes, thumbnails, and the page that thanks the authors."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from ..contract.arrays import Floats, Ints
from ..library import packing
from ..library.index import FOLDER, INDEX, MESHES, THUMBNAILS
from ..library.likeness import likeness
from .library_parts import Made


def thumbnail(vertices: Floats, faces: Ints) -> np.ndarray:
    """(96, 96, 2) shade and cover of a part, seen from the front, the right and above."""
    from ..pictures.thumbnail import seen

    found = seen(vertices, faces, 3 * packing.SIZE)
    shade = np.zeros(found.hit.shape)
    shade[found.hit] = found.light * 235
    blocks = lambda a: a.reshape(packing.SIZE, 3, packing.SIZE, 3).sum(axis=(1, 3))  # noqa: E731
    cover = blocks(found.hit.astype(float))
    mean = blocks(shade) / np.maximum(cover, 1)
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
