# SPDX-License-Identifier: GPL-3.0-or-later
"""Names of parts as texts: numbers, templates, patterns, and that no two are the same.

Standard library only.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence

from .engines import AUTO
from .errors import BadInput

PART = "Part"
NUMBERS = "numbers"  # what names may be asked for beside `AUTO` and templates
LONGEST = 60  # letters of a name, so that Blender's own endings have room
NUMBERED = re.compile(r"(.+)\.(\d{2})((?:\.[LR])?)")  # as Blender's own endings are not
TEMPLATES = {
    "Body1": "Body",
    "Figure6": "Head Body Arm.L Arm.R Leg.L Leg.R",
    "Figure10": "Head Body Arm.L Arm.R Hand.L Hand.R Leg.L Leg.R Foot.L Foot.R",
    "Animal7": "Body Head Tail Leg.Front.L Leg.Front.R Leg.Back.L Leg.Back.R",
    "Bird6": "Body Head Wing.L Wing.R Leg.L Leg.R",
    "Car5": "Body Wheel.Front.L Wheel.Front.R Wheel.Back.L Wheel.Back.R",
    "Chair6": "Seat Backrest Leg.Front.L Leg.Front.R Leg.Back.L Leg.Back.R",
}
"""Sets of names that scripts can rely on, with the number of parts in their own names."""


def numbered(count: int, stem: str = PART) -> list[str]:
    """Part.01, Part.02, ... with as many digits as `count` needs."""
    digits = max(2, len(str(count)))
    return [f"{stem}.{number:0{digits}d}" for number in range(1, count + 1)]


def checked(names: str) -> str:
    """A wish for names itself. Raises BadInput where it is a template without names."""
    if names not in (AUTO, NUMBERS):
        read_template(names)
    return names


def read_template(text: str) -> list[str]:
    """The names of a template: one of `TEMPLATES`, or names with commas or on lines.

    ``Body, Head, Wheel4`` are Body, Head and Wheel1 to Wheel4.

    Raises BadInput where there is no name, or where one means more than 999 parts.
    """
    known = {name.casefold(): names for name, names in TEMPLATES.items()}
    if text.strip().casefold() in known:
        return known[text.strip().casefold()].split()
    found: list[str] = []
    for name in filter(None, map(str.strip, re.split(r"[,;\n]", text))):
        match = re.fullmatch(r"(.*[^\d.])(\d+)", name)
        count = int(match[2]) if match is not None else 1
        if count > 999:
            raise BadInput(f"“{name:.40}” means too many parts.", "Ask for 999 at most.")
        if match is None or count < 2:
            found.append(name)
        else:
            found += [f"{match[1]}{number}" for number in range(1, count + 1)]
    if not found:
        raise BadInput(
            "The template has no names.",
            f"Give names with commas, such as Body, Head, Wheel4, or {', '.join(TEMPLATES)}.",
        )
    return unique_names(found)


def number_on(names: Sequence[str], taken: Collection[str]) -> list[str]:
    """The names, with the next numbers that are free in place of those that are taken: ``Part.02``
    for ``Part.01``. The two sides of one number go together."""
    known = {match.group(1, 2) for match in map(NUMBERED.fullmatch, taken) if match}
    moved: dict[tuple[str, ...], str] = {}
    for match in map(NUMBERED.fullmatch, names):
        if match and match.group(1, 2) not in moved:
            stem, number = match.group(1, 2)
            wanted = number
            while (stem, wanted) in known:
                wanted = f"{int(wanted) + 1:0{len(number)}d}"
            known.add((stem, wanted))
            moved[stem, number] = wanted
    return [
        f"{match[1]}.{moved[match.group(1, 2)]}{match[3]}" if match else name
        for name, match in zip(names, map(NUMBERED.fullmatch, names), strict=True)
    ]


def unique_names(names: Sequence[str], taken: Collection[str] = ()) -> list[str]:
    """The names, cut to `LONGEST` letters, with endings as Blender gives where one comes twice."""
    found, used = [], set(taken)
    for wanted in names:
        stem = re.sub(r"\.\d{3,}$", "", wanted[:LONGEST])
        name, number = wanted[:LONGEST], 0
        while name in used:
            number += 1
            name = f"{stem}.{number:03}"
        used.add(name)
        found.append(name)
    return found


def by_pattern(pattern: str, values: Mapping[str, str | int]) -> str:
    """A name of a pattern: ``{object}_{part}``, ``Leg {number:02}``.

    values : of the words in braces. Raises BadInput for a word that is none of them.
    """

    def put(match: re.Match[str]) -> str:
        word, digits = match[1], match[2]
        if word not in values:
            known = ", ".join(f"{{{name}}}" for name in values)
            raise BadInput(f"A pattern has no {{{word}}}.", f"Use {known}.")
        value = values[word]
        return f"{value:0{int(digits)}d}" if digits and isinstance(value, int) else str(value)

    name = re.sub(r"\{(\w*)(?::0?(\d{1,2}))?\}", put, pattern).strip()
    if not name:
        raise BadInput("The pattern makes an empty name.", "Write for example {object}_{part}.")
    return name
