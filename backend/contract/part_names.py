# SPDX-License-Identifier: GPL-3.0-or-later
"""Names of parts: what they are where that is sure, and where they are: Leg.Front.L, Wheel.03.

Sides are as in Blender, whose tools mirror ".L" to ".R": left is at +x where the front is -y. What
nobody can tell is numbered without gaps: Part.01, and Part.02.L with its mirror image Part.02.R.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from .arrays import Floats, np
from .name_templates import PART, numbered, unique_names
from .part_shapes import PartMirror, Shapes, find_part_mirror

ONCE = {"Body", "Head", "Neck", "Tail", "Hat", "Roof", "Backrest", "Muzzle"}
"""What an object has once: of several that seem to be it, the likeliest is."""
AHEAD = ("Head", "Muzzle", "Horn", "Ear")
"""What says by its place where the front of a creature is, the first that there is."""
SIDED = {"Arm", "Hand", "Leg", "Foot", "Wing", "Ear", "Horn", "Fin", "Wheel", "Track"}
"""What has a left and a right wherever it stands; other things may be a ring, as petals are."""
APART = 0.1  # of the whole's size, between rows of pairs that are told apart by their place
ASIDE = 0.03  # of the whole's size, from the middle: what is at a side
POSED = 0.35  # of the whole's size, that the two of a pair may be apart along the body in a pose
RINGED = 5  # so many parts round a middle are a ring, whose members are only numbered
MOST_ROWS = 3
ROWS = {
    "y": {2: ("Front", "Back"), 3: ("Front", "Middle", "Back")},
    "z": {2: ("Upper", "Lower"), 3: ("Upper", "Middle", "Lower")},
}


def part_names(shapes: Shapes, kinds: Sequence[str], sure: Sequence[float]) -> list[str]:
    """A name for each of K parts, no two the same.

    kinds : what each is called, empty where nobody knows; sure : (K,) how sure that is, 0..1.
    """
    mirror = find_part_mirror(shapes)
    stems = _agreed(list(kinds), list(sure), mirror)
    _keep_one(stems, sure, shapes, mirror)
    front = _front(shapes, stems)
    pairs = _pairs(shapes, mirror, front)
    middle = _middle(shapes, mirror, stems, front)
    names = [""] * len(stems)
    for stem in dict.fromkeys(stems):
        if stem:
            rows = [row for row, own in enumerate(stems) if own == stem]
            _name_kind(stem, rows, pairs, shapes, front, middle, names)
    _number_rest(names, pairs, shapes)
    return unique_names(names)


def by_template(template: Sequence[str], names: Sequence[str], areas: Floats) -> list[str]:
    """The names of a template for K parts; parts beyond it are numbered.

    names : (K,) as of `part_names`. A part takes the name of the template that is its own, else one
    of its kind and side, else one of its kind. What is left goes by size, the largest part first.
    """
    found = [""] * len(names)
    left = list(template)
    order = np.argsort(-np.asarray(areas), kind="stable").tolist()
    for alike in (_whole_name, _kind_and_side, _kind_alone):
        for row in order:
            mine = alike(names[row])
            same = [name for name in left if mine and alike(name) == mine]
            if same and not found[row]:
                found[row] = same[0]
                left.remove(same[0])
    for row in order:
        if not found[row] and left:
            found[row] = left.pop(0)
    rest = [row for row in order if not found[row]]
    for row, name in zip(rest, numbered(len(rest)), strict=True):
        found[row] = name
    return unique_names(found)


def _whole_name(name: str) -> str:
    return "" if name.startswith(f"{PART}.") else name.casefold()


def _kind_alone(name: str) -> str:
    return "" if name.startswith(f"{PART}.") else re.split(r"[.\d_ ]", name.casefold())[0]


def _kind_and_side(name: str) -> str:
    side = re.search(r"[._ ]([lr])$", name.casefold())
    return f"{_kind_alone(name)} {side[1]}" if side and _kind_alone(name) else ""


def _agreed(kinds: list[str], sure: list[float], mirror: PartMirror | None) -> list[str]:
    """Kinds on which mirror images agree: what the surer of the two is."""
    for one, other in [] if mirror is None else mirror.pairs():
        surer = one if (bool(kinds[one]), sure[one]) >= (bool(kinds[other]), sure[other]) else other
        kinds[one] = kinds[other] = kinds[surer]
    return kinds


def _keep_one(
    stems: list[str], sure: Sequence[float], shapes: Shapes, mirror: PartMirror | None
) -> None:
    """Where an object has something once, only the likeliest stays that."""
    paired = {row for pair in ([] if mirror is None else mirror.pairs()) for row in pair}
    for stem in ONCE.intersection(stems):
        rows = [row for row, own in enumerate(stems) if own == stem]
        best = max(rows, key=lambda row: (row not in paired, sure[row], shapes.area[row]))
        for row in rows:
            if row != best:
                stems[row] = ""


def _front(shapes: Shapes, stems: Sequence[str]) -> Floats:
    """(3,) the unit direction of the front: -y, or where the head of a creature is."""
    body = stems.index("Body") if "Body" in stems else int(shapes.area.argmax())
    for stem in AHEAD:
        rows = [row for row, own in enumerate(stems) if own == stem]
        if not rows:
            continue
        ahead = shapes.centre[rows].mean(axis=0) - shapes.centre[body]
        axis = int(np.abs(ahead[:2]).argmax())
        if abs(ahead[axis]) > 2 * APART * shapes.size:
            direction = np.zeros(3)
            direction[axis] = np.sign(ahead[axis])
            return direction
    return np.array([0.0, -1.0, 0.0])


def _pairs(shapes: Shapes, mirror: PartMirror | None, front: Floats) -> list[tuple[int, int]]:
    """Left and right parts; none where the plane between them is not that of the front."""
    if mirror is None or front[mirror.axis] != 0:
        return []
    left = np.cross([0.0, 0.0, 1.0], front)
    place = shapes.centre @ left
    return [(a, b) if place[a] > place[b] else (b, a) for a, b in mirror.pairs()]


def _middle(
    shapes: Shapes, mirror: PartMirror | None, stems: Sequence[str], front: Floats
) -> Floats | None:
    """A point between left and right: of the mirror, else the middle of the body."""
    if mirror is not None and front[mirror.axis] == 0:
        middle = shapes.middle.copy()
        middle[mirror.axis] = mirror.at
        return middle
    return shapes.centre[stems.index("Body")] if "Body" in stems else None


def _across(
    rows: list[int], shapes: Shapes, middle: Floats, front: Floats
) -> list[tuple[int, int]]:
    """Left and right ones of a kind that are no mirror images, as in a pose: nearest to nearest."""
    left = np.cross([0.0, 0.0, 1.0], front)
    side = (shapes.centre[rows] - middle) @ left / shapes.size
    flat = shapes.centre[rows] - np.outer(shapes.centre[rows] @ left, left)
    ways = [
        (float(np.linalg.norm(flat[one] - flat[other])), one, other)
        for one in np.flatnonzero(side > ASIDE).tolist()
        for other in np.flatnonzero(side < -ASIDE).tolist()
    ]
    found: list[tuple[int, int]] = []
    taken: set[int] = set()
    for far, one, other in sorted(ways):
        if far <= POSED * shapes.size and not taken & {one, other}:
            found.append((rows[one], rows[other]))
            taken |= {one, other}
    return found


def _name_kind(
    stem: str,
    rows: list[int],
    pairs: list[tuple[int, int]],
    shapes: Shapes,
    front: Floats,
    middle: Floats | None,
    names: list[str],
) -> None:
    """Name the parts of one kind, by side and row, or by number.

    middle : a point of the plane between left and right; None where nobody knows one.
    """
    own = [pair for pair in pairs if pair[0] in rows and pair[1] in rows]
    singles = [row for row in rows if not any(row in pair for pair in own)]
    if middle is not None:
        own += _across(singles, shapes, middle, front)
        singles = [row for row in rows if not any(row in pair for pair in own)]
    if len(own) > 1 and stem not in SIDED and _is_ring(shapes, rows):
        own, singles = [], rows
    for pair, place in zip(own, _told_apart(_middles(shapes, own), shapes, front), strict=True):
        for row, side in zip(pair, "LR", strict=True):
            names[row] = f"{stem}{place}.{side}"
    places = _told_apart(shapes.centre[singles], shapes, front)
    for row, place in zip(singles, places, strict=True):
        names[row] = f"{stem}{place}"


def _told_apart(centres: Floats, shapes: Shapes, front: Floats) -> list[str]:
    """Endings of N things of a kind: none for one, rows of a few, else numbers from the front."""
    count = len(centres)
    if count < 2:
        return [""] * count
    along = {"y": -(centres @ front), "z": -centres[:, 2]}
    if count <= MOST_ROWS:
        across = centres - np.outer(centres @ front, front)
        widths = {"y": np.ptp(along["y"]), "z": np.ptp(along["z"]), "x": np.ptp(across[:, :2])}
        for key, words in ROWS.items():
            order = np.argsort(along[key], kind="stable")
            gaps = np.diff(along[key][order])
            if gaps.min() > APART * shapes.size and widths[key] == max(widths.values()):
                places = [""] * count
                for row, word in zip(order.tolist(), words[count], strict=True):
                    places[row] = f".{word}"
                return places
    order = np.lexsort((centres[:, 2], np.round(along["y"] / (APART * shapes.size))))
    places = [""] * count
    for row, name in zip(order.tolist(), numbered(count, ""), strict=True):
        places[row] = name
    return places


def _is_ring(shapes: Shapes, rows: list[int]) -> bool:
    """Are these parts all as far from their middle, as blades and petals are?"""
    far = np.linalg.norm(shapes.centre[rows] - shapes.centre[rows].mean(axis=0), axis=1)
    return len(rows) >= RINGED and float(np.ptp(far)) < 0.15 * float(far.mean())


def _middles(shapes: Shapes, pairs: list[tuple[int, int]]) -> Floats:
    both = [shapes.centre[list(pair)].mean(axis=0) for pair in pairs]
    return np.array(both).reshape(-1, 3)


def _number_rest(names: list[str], pairs: list[tuple[int, int]], shapes: Shapes) -> None:
    """Number what has no name, the largest first; mirror images share a number."""
    pair_of = {row: pair for pair in pairs for row in pair if not names[pair[0]] + names[pair[1]]}
    groups: list[tuple[int, ...]] = []
    done = {row for row, name in enumerate(names) if name}
    for row in np.argsort(-shapes.area, kind="stable").tolist():
        if row not in done:
            groups.append(pair_of.get(row, (row,)))
            done.update(groups[-1])
    for group, name in zip(groups, numbered(len(groups)), strict=True):
        for row, side in zip(group, (".L", ".R") if len(group) > 1 else ("",), strict=True):
            names[row] = f"{name}{side}"
