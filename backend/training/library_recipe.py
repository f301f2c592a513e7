# SPDX-License-Identifier: GPL-3.0-or-later
"""What the library takes from the training objects: the recipe, and the CC0 objects in it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from ..contract.arrays import Floats, Ints

RECIPE = Path(__file__).with_name("library_recipe.txt")


@dataclass(frozen=True)
class Wanted:
    """A line's item of the recipe."""

    title: str
    kind: str
    side: str
    source: str
    part: str
    turn: str


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
