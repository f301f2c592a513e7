# SPDX-License-Identifier: GPL-3.0-or-later
"""The sculptor: whole objects from words alone, as separate closed parts with pivots and joints.

Words choose a family of procedural objects and say what it must have (`description`); among its
variants those are taken that have it. Colours, sizes and how many are wishes as everywhere else.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from ..contract.arrays import Floats, Ints
from ..contract.engines import About
from ..contract.errors import BadInput
from ..contract.progress import SILENT, Progress
from ..library import wishes as wishing
from .base import Brief, Generated, GenerateEngine, PartMesh
from .description import Asked, numbered, read, sentences

if TYPE_CHECKING:
    from ..shapes.sculpt import Sculpture

ABOUT = About(
    name="sculptor",
    label="Sculptor",
    text="Whole objects from words",
    verbs=("generate",),
    rank=30,
    memory=150_000_000,
    options=("parts", "seed"),
)

TRIES = 60  # variants that are looked at for what words ask for
DETAIL = 40  # grid cells along each part
NEAR = 1e-3  # of a part's size, as near as fewer faces than the grid's stay
MOST_PARTS = 28
SMALLEST = 2e-6  # volume of a part beside the object's box
GAP = 0.25  # between copies, of the object's width
SIDES = {
    "l": "left", "r": "right", "f": "front", "b": "back", "front": "front", "hind": "hind",
    "rear": "rear", "fl": "front left", "fr": "front right", "bl": "back left", "br": "back right",
}  # fmt: skip
PLACES = {"upper", "lower", "fore", "low", "top", "body", "post", "rest", "inner", "outer"}
"""What is said together with the name of what it is of: an upper arm."""
OWN_PART = {"top", "seat", "body", "torso", "hull", "base", "box", "case"}  # that shapes speak of


def load() -> GenerateEngine:
    """The engine; its table of words is read when names alone do not do."""
    return Sculptor()


class Sculptor:
    """The engine."""

    follows_seed = True

    def takes(self, brief: Brief) -> bool:
        """Whether there are words, and nothing else to go by."""
        return bool(brief.text.strip()) and not brief.images and not brief.boxes

    def generate(self, brief: Brief, *, seed: int = 0, progress: Progress = SILENT) -> Generated:
        """An object of the kind that the words name. Raises BadInput where they name none."""
        asked = read(brief.text)
        progress.span(0, 0.2, "Looking for what was asked").step()
        sculpture, unmet = chosen(asked, seed, progress.span(0, 0.2, "Looking for what was asked"))
        rules = _rules(sculpture, asked, brief.parts)
        wholes = _wholes(sculpture, rules, progress.span(0.2, 1.0, "Making parts"))
        if not wholes:
            raise BadInput("Nothing came out of these words.", "Try another seed.")
        parts = _assembled(wholes, asked, seed)
        return Generated(_copied(parts, asked.general.count), notes=sentences(asked, unmet))


def _segments(path: str) -> list[str]:
    """The names in a path, without sides and numbers: "arm.l/hand" is an arm and a hand."""
    return [re.sub(r"[.\d'].*$", "", piece) for piece in path.split("/")]


def _counted(sculpture: Sculpture, part: str) -> int:
    """How many parts of a name there are."""
    found = set()
    for path in sculpture.paths:
        pieces = path.split("/")
        for place, name in enumerate(_segments(path)):
            if part in name.split() or name.rstrip("s") == part:
                found.add("/".join(pieces[: place + 1]))
                break
    return len(found)


def _level(sculpture: Sculpture) -> str:
    """Whether the widest level part is "round" or "square", seen from above."""
    solids = [
        (solid, sculpture.paths[part])
        for step in sculpture.steps
        if step.sign > 0
        for solid, part in zip(step.primitives, step.parts, strict=True)
    ]
    own = [one for one, path in solids if OWN_PART & set(_segments(path))]
    widest = max(own or [one for one, _ in solids], key=lambda s: np.prod((s.upper - s.lower)[:2]))
    middle, half = (widest.lower + widest.upper) / 2, (widest.upper - widest.lower) / 2
    corner = np.array([[x, y, 0] for x in (-0.85, 0.85) for y in (-0.85, 0.85)])
    away = widest.distance(np.ascontiguousarray((middle + corner * half).T, dtype=np.float32))
    return "round" if (away > 0).all() else "square"


def chosen(asked: Asked, seed: int, progress: Progress = SILENT) -> tuple[Sculpture, list[str]]:
    """The first variant of a seed that has all that is asked for, or most of it, and a sentence
    for each thing that it lacks.
    """
    best: tuple[int, Sculpture, list[str]] | None = None
    for number in range(TRIES):
        progress.step(number / TRIES)
        key = [zlib.crc32(asked.title.family.encode()), seed, number]
        sculpture = asked.title.sculptor(np.random.default_rng(key))
        unmet = []
        for part, count in asked.has:
            there = _counted(sculpture, part)
            if not there or (count and there != count):
                unmet.append(numbered(part, count))
        unmet += [f"without {part}" for part in asked.lacks if _counted(sculpture, part)]
        if asked.level and _level(sculpture) != asked.level:
            unmet.append(asked.level)
        if best is None or len(unmet) < best[0]:
            best = len(unmet), sculpture, unmet
        if not unmet:
            break
    assert best is not None
    return best[1], best[2]


def _rules(sculpture: Sculpture, asked: Asked, count: int | None) -> tuple[str, ...]:
    """The opinion on what a part is that comes nearest to the number of parts that is wanted."""
    options = [rules for _, rules in sculpture.opinions] or [()]
    sizes = [len(set(sculpture.resolve(rules))) for rules in options]
    wanted = count or MOST_PARTS
    near = min(range(len(options)), key=lambda k: (sizes[k] > wanted, abs(sizes[k] - wanted)))
    return tuple(options[near])


@dataclass(frozen=True)
class _Whole:
    path: str
    vertices: Floats
    faces: Ints


def _wholes(
    sculpture: Sculpture, rules: Sequence[str], progress: Progress = SILENT
) -> list[_Whole]:
    """Each name's own steps alone, as closed surfaces; cuts go through all."""
    from ..geometry.booleans import coarser
    from ..geometry.isosurface import GridField, zero_level
    from ..geometry.mesh import is_closed_manifold, signed_volume
    from ..shapes.sculpt import alone

    name_of = sculpture.resolve(rules)
    low, high = sculpture.bounds()
    least = SMALLEST * float(np.prod(high - low))
    names = list(dict.fromkeys(name_of))
    found = []
    for number, name in enumerate(names):
        progress.step(number / len(names))
        own = alone(sculpture, [other == name for other in name_of], DETAIL)
        if own is None:
            continue
        values, origin, cell = own.sample_grid()
        vertices, faces = zero_level(GridField(np.minimum(values, 4 * cell), origin, cell))
        if not len(faces) or not is_closed_manifold(faces):
            continue
        if signed_volume(vertices, faces) > least:
            fewer = coarser((vertices, faces), NEAR)
            found.append(_Whole(name, *(fewer or (vertices, faces))))
    return found


def _assembled(wholes: list[_Whole], asked: Asked, seed: int) -> list[PartMesh]:
    """Named, coloured parts that hang on each other; longest side 1 but for wished sizes."""
    every = np.concatenate([whole.vertices for whole in wholes])
    low, high = every.min(axis=0), every.max(axis=0)
    scale = asked.general.scale.copy()
    extent = (high - low)[[0, 2, 1]]
    scale[int(np.argmax(extent))] *= asked.general.length
    size = float(extent.max())
    middle = np.array([(low[0] + high[0]) / 2, (low[1] + high[1]) / 2, low[2]])
    placed = [
        replace(whole, vertices=((whole.vertices - middle) / size)[:, [0, 2, 1]] * [1, 1, -1]
                * scale)
        for whole in wholes
    ]  # fmt: skip
    volume = [float(np.prod(np.ptp(whole.vertices, axis=0))) for whole in placed]
    trunk = int(np.argmax(volume))
    made = []
    for number, whole in enumerate(placed):
        parent = _parent(number, placed, trunk)
        pivot = None if parent < 0 else _meeting(whole, placed[parent])
        made.append(
            PartMesh(
                whole.vertices,
                whole.faces,
                spoken(whole.path),
                kind=asked.title.family,
                colour=_colour(whole.path, asked, seed),
                pivot=pivot,
                parent=parent,
                joint=None if parent < 0 else _joint(whole),
            )
        )
    return made


def spoken(path: str) -> str:
    """A part's name for people: "leg.front.l/foot" is the foot front left."""
    names = [name for name in _segments(path) if name]
    name = names[-1] if names else path
    if len(names) > 1 and name in PLACES:
        name = f"{names[-2]} {name}"
    pieces = re.split(r"[./]", path)
    sides = [SIDES[bare] for piece in pieces if (bare := piece.rstrip("0123456789")) in SIDES]
    return " ".join([name, *sides])


def _parent(number: int, wholes: list[_Whole], trunk: int) -> int:
    """The part whose path one's own begins with; else the largest of all."""
    if number == trunk:
        return -1
    path = wholes[number].path
    above = [
        other for other, whole in enumerate(wholes)
        if other != number and path.startswith(whole.path + "/")
    ]  # fmt: skip
    return max(above, key=lambda other: len(wholes[other].path)) if above else trunk


def _meeting(one: _Whole, other: _Whole) -> Floats:
    """Where a part meets another: the middle of its places that are nearest to that."""
    from scipy.spatial import cKDTree

    gap, _ = cKDTree(other.vertices).query(one.vertices)
    near = gap <= np.quantile(gap, 0.08)
    middle: Floats = one.vertices[near].mean(axis=0)
    return middle


def _joint(whole: _Whole) -> dict[str, object]:
    """How a part turns: wheels about their thin axis, limbs freely, the rest not."""
    segments = set(_segments(whole.path))
    if segments & {"wheel", "rotor", "castor", "tailrotor"}:
        axis = np.eye(3)[int(np.argmin(np.ptp(whole.vertices, axis=0)))]
        return {"type": "hinge", "axis": axis.tolist()}
    if segments & {"arm", "leg", "head", "hand", "foot", "wing", "tail", "limb", "finger"}:
        return {"type": "ball"}
    if segments & {"lid", "door", "drawer", "front"}:
        return {"type": "slider" if "drawer" in segments else "hinge"}
    return {"type": "fixed"}


def _colour(path: str, asked: Asked, seed: int) -> tuple[float, float, float]:
    """The colour asked for, the one that such parts have, or one of a palette."""
    segments = _segments(path)
    own = next((asked.colours[name] for name in reversed(segments) if name in asked.colours), None)
    own = own or asked.general.material.get("colour")
    if own is None:
        return usual_colour(path, asked.title.looks, seed)
    red, green, blue = (float(value) for value in own[:3])
    return red, green, blue


def usual_colour(
    path: str, looks: Sequence[tuple[str, str]], seed: int
) -> tuple[float, float, float]:
    """Linear light of the colour that a part of such a path has in life, a little lighter or darker
    by its name and the seed.

    looks : of its family, see `titles.Title`.
    """
    segments = _segments(path)
    code = next(
        (code for name in reversed(segments) for part, code in looks if part == name), None
    ) or next((code for part, code in looks if not part), "b8a48c")
    light = 1 + 0.12 * np.sin(zlib.crc32(segments[-1].encode()) % 628 / 100 + seed)
    red, green, blue = (float(min(value * light, 1.0)) for value in wishing.linear(code)[:3])
    return red, green, blue


def _copied(parts: list[PartMesh], count: int) -> list[PartMesh]:
    """So many of an object side by side."""
    if count <= 1:
        return parts
    every = np.concatenate([part.vertices for part in parts])
    step = float(np.ptp(every[:, 0])) * (1 + GAP)
    made = []
    for number in range(count):
        shift = np.array([step * (number - (count - 1) / 2), 0.0, 0.0])
        made += [
            replace(
                part,
                vertices=part.vertices + shift,
                pivot=None if part.pivot is None else part.pivot + shift,
                parent=part.parent if part.parent < 0 else part.parent + number * len(parts),
            )
            for part in parts
        ]
    return made
