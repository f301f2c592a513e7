# SPDX-License-Identifier: GPL-3.0-or-later
"""Wishes about a part beside its name: size, shape, colour and finish, mirrored, how many.

"a much taller pink cowboy hat" is a hat of 1.6 times the height, in pink. What is understood is
said back; a word that belongs to a title ("round table") is no wish.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ..contract.arrays import Floats

NUMBERS = {
    "half": 0.5, "once": 1, "one": 1, "twice": 2, "double": 2, "two": 2, "thrice": 3, "triple": 3,
    "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10,
    "dozen": 12, "quarter": 0.25, "third": 1 / 3,
}  # fmt: skip
MOST_COPIES = 24
SOFTLY = {"slightly": 0.5, "bit": 0.5, "little": 0.5, "somewhat": 0.7,
          "much": 2, "far": 2, "lot": 2,
          "very": 1.5, "extremely": 2.5, "way": 2}  # fmt: skip
STEP = 0.3  # how much "taller" is

X, Y, Z = (1, 0, 0), (0, 1, 0), (0, 0, 1)
LONG = (0, 0, 0)  # whichever is the longest
SIZES: dict[str, tuple[tuple[int, int, int], int, str]] = {}
"""Word -> axes that grow (1) or shrink, and how that is said."""
for _axes, _sign, _said, _words in (
    (Y, 1, "taller", "taller tall higher high"),
    (Y, -1, "lower", "shorter short lower low"),
    (X, 1, "wider", "wider wide broader broad"),
    (X, -1, "narrower", "narrower narrow"),
    (Z, 1, "deeper", "deeper deep"),
    (LONG, 1, "longer", "longer long elongated"),
    (
        (1, 0, 1),
        1,
        "thicker",
        "thicker thick fatter fat chunky chunkier stouter stout bulkier bulky",
    ),
    ((1, 0, 1), -1, "thinner", "thinner thin slimmer slim slender skinny skinnier"),
    ((0, 1, 0), -1, "flatter", "flatter flat flattened"),
    (
        (1, 1, 1),
        1,
        "larger",
        "larger large bigger big huge giant gigantic enormous oversized size sized",
    ),
    ((1, 1, 1), -1, "smaller", "smaller small tiny little mini miniature"),
):
    SIZES.update(dict.fromkeys(_words.split(), (_axes, _sign, _said)))
STRONG = {
    "huge": 2.5,
    "giant": 3,
    "gigantic": 3,
    "enormous": 3,
    "tiny": 2,
    "mini": 2,
    "miniature": 2,
}
NOUNS = {"tall": "taller", "high": "taller", "wide": "wider", "long": "longer", "large": "larger",
         "big": "larger", "size": "larger", "thick": "thicker", "deep": "deeper",
         "height": "taller",
         "width": "wider", "length": "longer", "small": "smaller", "short": "lower"}  # fmt: skip

SHAPES = {
    "rounder": "rounder", "rounded": "rounder", "round": "rounder", "softer": "rounder",
    "smoother": "rounder", "boxier": "squarer", "squarer": "squarer", "square": "squarer",
    "boxy": "squarer", "angular": "squarer", "blocky": "squarer",
    "tapered": "tapered", "tapering": "tapered", "taper": "tapered", "conical": "tapered",
    "pointed": "pointed", "pointy": "pointed", "pointier": "pointed", "sharp": "pointed",
    "sharper": "pointed", "flared": "flared", "twisted": "twisted", "spiral": "twisted",
    "bent": "bent", "curved": "bent", "crooked": "bent", "leaning": "leaning",
}  # fmt: skip
PLACED = re.compile(
    r"\b(square|squared|round|rounded|pointed|wide|narrow)(er)? (bottom|base|top|foot|end)\b"
)
THINGS = {"bone", "brick", "rock", "straw", "paper", "canvas", "bamboo", "diamond", "crystal",
          "ice", "jelly", "tin", "felt", "clear", "rough"}  # fmt: skip
"""Finishes that are things as well: alone they are the name of a part."""
COLOURS = {
    "white": "f2f2f2", "black": "0d0d0d", "grey": "808080", "gray": "808080", "red": "c81e1e",
    "green": "2e8b3a", "blue": "1f4fd8", "yellow": "f2c81e", "orange": "f07818", "purple": "7a2bbf",
    "violet": "7f3fbf", "pink": "f26ba8", "brown": "6b4226", "beige": "d9c7a0", "cream": "f2e6c8",
    "turquoise": "30c5bb", "cyan": "1ec8dc", "teal": "128080", "magenta": "d41ec0",
    "navy": "14245a",
    "maroon": "6e1423", "crimson": "b0122f", "scarlet": "d02410", "olive": "6f7320",
    "lime": "8fd61e",
    "tan": "c79a68", "ivory": "f5efdc", "lavender": "b19cd9", "indigo": "3f2b96", "khaki": "b8a878",
    "salmon": "f08a70", "coral": "f0705a", "mint": "98e0b8", "peach": "f7b895", "rose": "e05a78",
    "amber": "f0a010", "charcoal": "303438", "burgundy": "6b1428", "gold": "e0a82e",
    "golden": "e0a82e", "silver": "c6c8cc", "copper": "b8683c", "bronze": "8f6a34",
    "brass": "c9a544",
}  # fmt: skip
FINISHES: dict[str, dict[str, Any]] = {
    "metal": {"metallic": 1.0, "roughness": 0.35, "colour": "9a9ca0"},
    "steel": {"metallic": 1.0, "roughness": 0.3, "colour": "a4a8ae"},
    "iron": {"metallic": 1.0, "roughness": 0.55, "colour": "55565a"},
    "chrome": {"metallic": 1.0, "roughness": 0.06, "colour": "d4d6da"},
    "aluminium": {"metallic": 1.0, "roughness": 0.4, "colour": "c8cace"},
    "tin": {"metallic": 1.0, "roughness": 0.45, "colour": "b4b6b8"},
    "rusty": {"metallic": 0.4, "roughness": 0.85, "colour": "7a4224"},
    "gold": {"metallic": 1.0, "roughness": 0.25}, "silver": {"metallic": 1.0, "roughness": 0.22},
    "copper": {"metallic": 1.0, "roughness": 0.3}, "bronze": {"metallic": 1.0, "roughness": 0.4},
    "brass": {"metallic": 1.0, "roughness": 0.3},
    "wood": {"metallic": 0.0, "roughness": 0.7, "colour": "8a5a32"},
    "bamboo": {"metallic": 0.0, "roughness": 0.55, "colour": "c9a860"},
    "straw": {"metallic": 0.0, "roughness": 0.85, "colour": "d8bc70"},
    "stone": {"metallic": 0.0, "roughness": 0.95, "colour": "8c8a84"},
    "brick": {"metallic": 0.0, "roughness": 0.95, "colour": "9a4a36"},
    "clay": {"metallic": 0.0, "roughness": 0.9, "colour": "b0653f"},
    "marble": {"metallic": 0.0, "roughness": 0.2, "coat": 0.4, "colour": "e6e4de"},
    "bone": {"metallic": 0.0, "roughness": 0.5, "colour": "e6dcc2"},
    "plastic": {"metallic": 0.0, "roughness": 0.4},
    "rubber": {"metallic": 0.0, "roughness": 0.9, "colour": "1c1c1e"},
    "paper": {"metallic": 0.0, "roughness": 0.95, "colour": "efebe0"},
    "glass": {"metallic": 0.0, "roughness": 0.02, "transmission": 1.0, "ior": 1.5,
              "colour": "f2f8fa"},
    "crystal": {"metallic": 0.0, "roughness": 0.0, "transmission": 1.0, "ior": 1.7,
                "colour": "e6f2fa"},
    "diamond": {"metallic": 0.0, "roughness": 0.0, "transmission": 1.0, "ior": 2.42,
                "colour": "fafcff"},
    "ice": {"metallic": 0.0, "roughness": 0.12, "transmission": 0.85, "ior": 1.31,
            "colour": "d4ecf6"},
    "jelly": {"metallic": 0.0, "roughness": 0.15, "transmission": 0.7, "ior": 1.4},
    "leather": {"metallic": 0.0, "roughness": 0.6, "colour": "5a3a24"},
    "cloth": {"metallic": 0.0, "roughness": 1.0, "sheen": 0.3},
    "velvet": {"metallic": 0.0, "roughness": 0.9, "sheen": 1.0, "colour": "6a1a3a"},
    "silk": {"metallic": 0.0, "roughness": 0.3, "sheen": 0.5},
    "wool": {"metallic": 0.0, "roughness": 1.0, "sheen": 0.8, "colour": "ded6c6"},
    "fur": {"metallic": 0.0, "roughness": 1.0, "sheen": 1.0, "colour": "7a5836"},
    "ceramic": {"metallic": 0.0, "roughness": 0.15, "coat": 0.6, "colour": "ece8e0"},
    "lacquered": {"roughness": 0.3, "coat": 1.0},
    "glossy": {"roughness": 0.08}, "matte": {"roughness": 0.95}, "rough": {"roughness": 1.0},
    "smooth": {"roughness": 0.25}, "brushed": {"roughness": 0.45},
    "transparent": {"transmission": 0.9, "roughness": 0.05, "ior": 1.45},
    "glowing": {"emission": 1.0},
}  # fmt: skip
"""Finishes, in the terms of the principled shader: metallic, roughness, transmission (with ior),
coat, sheen, emission; `colour` is that which it has unless another is asked for."""
SAME_FINISH = {
    "metallic": "metal", "wooden": "wood", "golden": "gold", "shiny": "glossy",
    "polished": "glossy",
    "matt": "matte", "dull": "matte", "see-through": "transparent", "translucent": "transparent",
    "luminous": "glowing", "fabric": "cloth", "porcelain": "ceramic", "concrete": "stone",
    "chromed": "chrome", "aluminum": "aluminium", "rusted": "rusty", "rust": "rusty",
    "furry": "fur", "fluffy": "fur", "hairy": "fur", "shaggy": "fur", "woolen": "wool",
    "woollen": "wool", "knitted": "wool", "icy": "ice", "frozen": "ice", "crystalline": "crystal",
    "terracotta": "clay", "earthenware": "clay", "stony": "stone", "granite": "stone",
    "rock": "stone", "rubbery": "rubber", "textile": "cloth", "felt": "cloth", "linen": "cloth",
    "cotton": "cloth", "denim": "cloth", "canvas": "cloth", "satin": "silk", "silky": "silk",
    "varnished": "lacquered", "enamel": "lacquered", "glassy": "glass", "clear": "transparent",
    "neon": "glowing", "shining": "glossy", "gleaming": "glossy", "bony": "bone",
    "cardboard": "paper", "mahogany": "wood", "timber": "wood", "reflective": "chrome",
}  # fmt: skip


@dataclass
class Wishes:
    """What is wished of a part.

    Parameters
    ----------
    scale : (3,) factors of width, height and depth. length : of the longest extent.
    shapes : of "rounder", "squarer", "tapered", ... or with a place, such as "squarer bottom".
    material : `name`, `colour` (linear RGBA) and what of a finish is wished, see `FINISHES`; empty
        for that of the part that was there.
    understood : a sentence for each wish. rest : the words that were no wishes.
    """

    scale: Floats = field(default_factory=lambda: np.ones(3))
    length: float = 1.0
    shapes: list[str] = field(default_factory=list)
    material: dict[str, Any] = field(default_factory=dict)
    mirrored: bool = False
    count: int = 1
    understood: list[str] = field(default_factory=list)
    rest: str = ""

    def __bool__(self) -> bool:
        return bool(self.understood)


def heard(text: str, titles: Collection[str]) -> Wishes:
    """The wishes in a plain text (`words.plain`), what remains being the name of the part."""
    wishes = Wishes()
    text = _taken(
        text, r"\b(?:mirrored|flipped|mirror image|reversed)\b", lambda m: _mirror(wishes)
    )
    text = _taken(text, PLACED.pattern, lambda m: _shape_at(wishes, m[1], m[3]))
    text = _amounts(text, wishes)
    kept = _words_of_title(text, titles)
    rest: list[str] = []
    strength, shade = 1.0, ""
    said: list[str] = text.split()
    for place, word in enumerate(said):
        comparative = word.endswith("er") and (word in SIZES or word in SHAPES)
        if word in SOFTLY and (place + 1 < len(said)):
            strength = SOFTLY[word]
            if word in ("little",) and not _is_wish(said[place + 1]):
                _resize(wishes, word, 1.0)
            continue
        if (word in kept and not comparative) or (word in THINGS and len(said) == 1):
            rest.append(word)
        elif word in ("dark", "light", "bright", "pale") and _next_is_colour(said, place):
            shade = word
            continue
        elif word in COLOURS or word in FINISHES or word in SAME_FINISH:
            _paint(wishes, word, shade)
            shade = ""
        elif word in SIZES and word not in ("size", "sized"):
            _resize(wishes, word, strength)
        elif word in SHAPES:
            _shape(wishes, SHAPES[word])
        elif _number(word) is not None and _counts(said[place + 1 :]):
            number = _number(word)
            if number is not None and float(number).is_integer() and number >= 1:
                _copies(wishes, int(number))
        elif word == "pair":
            _copies(wishes, 2)
        elif word != "%":
            rest.append(word)
        strength = 1.0
    wishes.rest = " ".join(rest)
    return wishes


def _taken(text: str, pattern: str, use: Callable[[re.Match[str]], None]) -> str:
    for match in re.finditer(pattern, text):
        use(match)
    return re.sub(pattern, " ", text)


def _amounts(text: str, wishes: Wishes) -> str:
    """ "30 % larger", "twice as wide", "three times taller", "half the size", "half as tall"."""
    names = "|".join(sorted({*SIZES, *NOUNS}, key=len, reverse=True))
    number = r"(\d+(?:[.,]\d+)?|" + "|".join(NUMBERS) + ")"

    def percent(match: re.Match[str]) -> None:
        share = float(match[1].replace(",", ".")) / 100
        word = match[2]
        axes, sign, said = SIZES.get(word) or SIZES[NOUNS[word]]
        factor = 1 + share if sign > 0 else max(1 - share, 0.05)
        _scaled(wishes, axes, factor, f"{match[1]} % {said}")

    def times(match: re.Match[str]) -> None:
        value = _number(match[1] or match[2]) or 1.0
        word = match[3]
        axes, sign, _ = SIZES.get(NOUNS.get(word, word)) or SIZES[word]
        factor = value if sign > 0 or value < 1 else 1 / value
        _scaled(wishes, axes, factor, f"{value:g} times the {_extent(axes)}")

    text = _taken(text, rf"\b(\d+(?:[.,]\d+)?) ?(?:%|percent|per cent) ({names})\b", percent)
    once = "(twice|double|half|triple|thrice)"
    fixed = rf"\b(?:{number} (?:times |x )(?:as |the )?|{once} (?:as |the )?)"
    text = _taken(text, rf"{fixed}({names})\b(?: as\b)?", times)
    return re.sub(r"\bthan\b|\btimes\b", " ", text)


def _extent(axes: tuple[int, int, int]) -> str:
    return {X: "width", Y: "height", Z: "depth", LONG: "length", (1, 0, 1): "thickness"}.get(
        axes, "size"
    )


def _scaled(wishes: Wishes, axes: tuple[int, int, int], factor: float, said: str) -> None:
    factor = float(np.clip(factor, 0.05, 20))
    if axes == LONG:
        wishes.length *= factor
    wishes.scale = wishes.scale * np.where(np.array(axes) > 0, factor, 1.0)
    wishes.understood.append(said)


def _resize(wishes: Wishes, word: str, strength: float) -> None:
    axes, sign, said = SIZES[word]
    factor = STRONG.get(word, 1 + STEP) if word in STRONG else 1 + STEP * strength
    factor = factor if sign > 0 else 1 / factor
    _scaled(wishes, axes, factor, f"{said} ({factor:.3g} times the {_extent(axes)})")


def _shape(wishes: Wishes, shape: str) -> None:
    if shape not in wishes.shapes:
        wishes.shapes.append(shape)
        wishes.understood.append(shape)


def _shape_at(wishes: Wishes, word: str, place: str) -> None:
    shape = {
        "square": "squarer",
        "squared": "squarer",
        "round": "rounder",
        "rounded": "rounder",
    }.get(word, word)
    where = "top" if place in ("top", "end") else "bottom"
    _shape(wishes, f"{shape} {where}")


def _mirror(wishes: Wishes) -> None:
    wishes.mirrored = True
    wishes.understood.append("mirrored")


def _copies(wishes: Wishes, number: int) -> None:
    if number > 1:
        wishes.count = min(number, MOST_COPIES)
        wishes.understood.append(f"{wishes.count} of them")


def _paint(wishes: Wishes, word: str, shade: str) -> None:
    finish = SAME_FINISH.get(word, word)
    made = dict(FINISHES.get(finish, {}))
    own = made.pop("colour", None)
    colour = COLOURS.get(word) or COLOURS.get(finish)
    if colour is None and "colour" not in wishes.material:
        colour = own
    if colour is not None:
        wishes.material["colour"] = linear(colour, shade)
    wishes.material.update(made)
    said = f"{shade} {word}".strip()
    before = wishes.material.get("name")
    wishes.material["name"] = f"{before} {said}" if before else said
    wishes.understood.append(said)


def linear(colour: str, shade: str = "") -> list[float]:
    """Linear RGBA of six hexadecimal digits, made darker or lighter."""
    srgb = np.array([int(colour[i : i + 2], 16) / 255 for i in (0, 2, 4)])
    if shade == "dark":
        srgb = srgb * 0.5
    elif shade in ("light", "pale", "bright"):
        srgb = srgb + (1 - srgb) * (0.25 if shade == "bright" else 0.5)
    light = np.where(srgb <= 0.04045, srgb / 12.92, ((srgb + 0.055) / 1.055) ** 2.4)
    return [*np.round(light, 4).tolist(), 1.0]


def _words_of_title(text: str, titles: Collection[str]) -> set[str]:
    """The words of the longest titles of several words that stand in the text."""
    kept: set[str] = set()
    for title in sorted(titles, key=len, reverse=True):
        if " " in title and re.search(rf"\b{re.escape(title)}s?\b", text):
            kept |= {*title.split(), title.split()[-1] + "s"}
            break
    single = [title for title in titles if " " not in title]
    return kept | {word for word in single if text == word}


def _is_wish(word: str) -> bool:
    return (
        word in SIZES
        or word in SHAPES
        or word in COLOURS
        or word in FINISHES
        or word in SAME_FINISH
    )


def _counts(after: list[str]) -> bool:
    """Whether a number before these words says how many: "three", "two hats", "two pointed
    horns", but not of "three blade propeller", whose blades it counts."""
    names = [word for word in after if not _is_wish(word)]
    return len(names) < 2 or (names[-1].endswith("s") and not names[-1].endswith("ss"))


def _next_is_colour(said: list[str], place: int) -> bool:
    return place + 1 < len(said) and said[place + 1] in COLOURS


def _number(word: str) -> float | None:
    if word in NUMBERS:
        return NUMBERS[word]
    try:
        return float(word.replace(",", "."))
    except ValueError:
        return None
