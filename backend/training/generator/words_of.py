# SPDX-License-Identifier: GPL-3.0-or-later
"""What objects and their parts are called in plain words, and the colours that they may have.

Artists' files say "wheel_backLeft" and "DarkWood.002"; families say "leg.front.l/foot". Colours
follow from what a name says it is made of, or are drawn as a small palette of one taste.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from ...contract.arrays import Singles
from ...contract.palette import oklch_to_linear
from ...engines.sculptor import usual_colour
from ...library.wishes import COLOURS, FINISHES, SAME_FINISH, linear
from ...shapes.families.titles import TITLES

SUFFIXES = (".glb", ".gltf", ".fbx", ".obj", ".xml", ".urdf")
EMPTY = {
    "cube", "cylinder", "sphere", "plane", "icosphere", "circle", "torus", "cone", "mesh", "object",
    "group", "node", "material", "mat", "default", "shell", "main", "texture", "atlas",
    "model", "root", "scene", "geo", "geometry", "polygon", "lambert", "initial", "shading", "none",
    "link",
}  # fmt: skip
"""Words that say nothing of a part where nothing else is said."""
SIDES = {"left": "left", "right": "right", "l": "left", "r": "right", "front": "front",
         "back": "back", "rear": "back", "hind": "back", "bottom": "lower", "top": "upper",
         "mid": "middle"}  # fmt: skip
PLACES = {"left", "right", "front", "back", "lower", "upper", "middle", "hind", "rear"}
USUAL = {
    "skin": "e2b08c", "face": "e2b08c", "hair": "5b3a23", "beard": "5b3a23", "eye": "20201f",
    "eyes": "20201f", "leaf": "4f8f45", "leaves": "4f8f45", "grass": "5c9440", "plant": "4f8f45",
    "trunk": "6b4a2f", "bark": "6b4a2f", "dirt": "6f5238", "ground": "6f5a3c", "sand": "d9c08c",
    "snow": "eef2f6", "water": "3f8fc0", "fire": "f08a24", "lava": "e0501c", "roof": "a8503a",
    "tyre": "26262a", "tire": "26262a", "wheel": "2b2d31", "wheels": "2b2d31", "window": "9cc0d8",
    "windows": "9cc0d8", "screen": "22262c", "teeth": "f0ece0", "tongue": "c8586a",
    "tooth": "f0ece0", "bread": "c88a45", "cheese": "e8b83c", "tomato": "c23a34",
    "lettuce": "5c9c40", "chocolate": "5b2f1c", "meat": "a04a38", "carrot": "e8822c",
    "pumpkin": "e8822c", "wax": "ece0c4", "light": "fff2c0", "lamp": "fff2c0", "door": "6b4a2f",
    "handle": "7a5632", "blade": "c4c9d0", "string": "e4e2dc", "cork": "b08a58", "rope": "b89a68",
    "pants": "39507a", "shirt": "b5443c", "shoes": "3a2c22", "belt": "4a3424", "flag": "b53a34",
}  # fmt: skip
"""Things that mostly have one colour."""
PALETTES = 0.4  # of the families' objects are coloured by taste, not as they are in life


def title_of(meta: dict[str, Any], identity: str) -> str:
    """What an artist's object is called: "office chair"; its category where it has no name."""
    if "MakeHuman" in str(meta["source"]):
        kept = ("female", "male", "baby", "child", "young", "old")
        return " ".join([*(w for w in identity.split("_") if w in kept), "human"])
    path = Path(str(meta["path"]))
    stem = path.name
    while Path(stem).suffix.lower() in SUFFIXES:
        stem = Path(stem).stem
    if stem.lower() in ("model", "base", "robot", "scene"):
        stem = path.parent.name
    return _words(stem) or _words(str(meta["category"]))


def part_name(name: str) -> str:
    """What an author's name of a part says: "wheel back left"; nothing for "Cube.001"."""
    said = _words(name).split()
    said = [SIDES.get(word, word) for word in said]
    return "" if set(said) <= EMPTY | PLACES else " ".join(said)


def _words(name: str) -> str:
    name = name.replace("_defaultMat", "").split("/")[-1]
    name = re.sub(r"([a-z])([A-Z])", r"\1 \2", name)
    found = re.findall(r"[^\W\d_]+", name)
    sides = {"l", "r"}
    return " ".join(w.lower() for w in found if len(w) > 1 or w.lower() in sides)


def colour_said(name: str) -> tuple[float, float, float] | None:
    """Linear light (3,) of the colour, the material or the thing that words name, if they do."""
    said = name.lower().split()
    shade = next((word for word in said if word in ("dark", "light", "pale", "bright")), "")
    for word in reversed(said):
        code = COLOURS.get(word) or FINISHES.get(SAME_FINISH.get(word, word), {}).get("colour")
        code = code or USUAL.get(word)
        if code and word != shade:
            red, green, blue, _ = linear(code, shade)
            return red, green, blue
    return None


def family_colours(family: str, paths: Sequence[str], rng: np.random.Generator) -> Singles:
    """Linear light (K, 3) of the parts of a family's object: as in life, or a palette."""
    looks = next((title.looks for title in TITLES if title.family == family), ())
    if not looks or rng.random() < PALETTES:
        return palette([_bare(path) for path in paths], rng)
    seed = int(rng.integers(1000))
    usual = np.array([usual_colour(path, looks, seed) for path in paths])
    tint = np.exp(rng.normal(scale=0.12, size=3))
    return np.clip(usual * tint, 0, 1).astype(np.float32)


def artist_colours(names: Sequence[str], kin: Sequence[int], rng: np.random.Generator) -> Singles:
    """Linear light (K, 3) of an artist's parts: what their names say, or else of a palette.

    kin : parts without names that are alike have the same number, and get the same colour.
    """
    keys = [_bare(name) if name else f"kin {k}" for name, k in zip(names, kin, strict=True)]
    drawn = palette(keys, rng)
    for k, name in enumerate(names):
        said = colour_said(name)
        if said is not None:
            drawn[k] = said
    return drawn


def palette(keys: Sequence[str], rng: np.random.Generator) -> Singles:
    """Linear light (K, 3) of two to four hues; equal keys have one colour."""
    count = int(rng.integers(2, 5))
    first = rng.uniform(0, 2 * np.pi)
    step = rng.choice([0.5, np.pi / 3, 2 * np.pi / 3, np.pi, 2.4])
    hue = first + step * np.arange(count) + rng.normal(scale=0.15, size=count)
    chroma = rng.choice([0.02, 0.06, 0.1, 0.14], count)
    lightness = rng.permutation(np.linspace(0.35, 0.88, count)) + rng.normal(0, 0.04, count)
    colours = oklch_to_linear(np.clip(lightness, 0.2, 0.95), chroma, hue)
    distinct = list(dict.fromkeys(keys))
    # The first ones each have their own; more are shades of those.
    place = {key: k for k, key in enumerate(rng.permutation(np.array(distinct)).tolist())}
    shade = np.exp(rng.normal(scale=0.25, size=(len(distinct), 1)))
    shade[:count] = 1
    each = np.clip(colours[np.arange(len(distinct)) % count] * shade, 0, 1)
    return np.array([each[place[key]] for key in keys], np.float32)


def _bare(name: str) -> str:
    """A name without sides and numbers, so that both legs have one colour."""
    last = re.sub(r"[.\d'].*$", "", name.split("/")[-1])
    return " ".join(word for word in last.split() if word not in PLACES) or last
