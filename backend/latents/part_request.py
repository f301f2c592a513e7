# SPDX-License-Identifier: GPL-3.0-or-later
"""What the part generator is asked for: parts of which something is known, and what is told.

Fill in what there is; all that is left is made.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from ..contract.arrays import Floats, Singles
from ..models.members import BOX, LOOK, box_member, box_of, look_member
from ..models.partflow import Given, PartFlowConfig, Parts, nothing
from .part_generator import Told

GEOMETRY = ("seen_own", "seen_placed", "before")  # what is told of shapes; the rest says what it is
GREY = np.full(3, 0.5)  # the colour of what has none


@dataclass
class Request:
    """Parts of one object.

    count : how many. members, given : arrays of `Parts` and `Given`, of one object. shape_begun,
    box_begun : (N,) levels of noise that each part begins with, 0 for what is known, 1 for what is
    not. sides : (N, 2, 3) where the sides of each part's box are, NaN for what is not known.
    whole_known : of the object; otherwise, where it is `along`, it is made as the parts are,
    or it is not spoken of.
    """

    config: PartFlowConfig
    count: int
    along: bool = False
    whole_known: bool = False
    sides: Floats = field(init=False, repr=False)
    members: dict[str, Singles] = field(init=False, repr=False)
    given: dict[str, Singles] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        c, count = self.config, self.count
        shapes = {
            "own": (count, c.tokens, c.token),
            "placed": (count, c.tokens, c.token),
            "box": (count, 1, BOX),
            "look": (count, 1, LOOK),
            "whole": (c.whole_tokens, c.token),
        }
        self.members = {name: np.zeros((1, *shape), np.float32) for name, shape in shapes.items()}
        self.given = nothing(c, 1, count)
        self.shape_begun = np.ones(count, np.float32)
        self.box_begun = np.ones(count, np.float32)
        self.sides = np.full((count, 2, 3), np.nan)

    def know_part(self, k: int, told: Told, colour: Floats = GREY) -> None:
        """Part k is there, with its box."""
        self.suppose_part(k, told, 0.0, colour)

    def suppose_part(self, k: int, told: Told, level: float, colour: Floats = GREY) -> None:
        """Part k begins as this with noise of a level upon it (Meng et al., 2022)."""
        self.members["own"][0, k], self.members["placed"][0, k] = told.own, told.placed
        self.members["box"][0, k, 0] = box_member(told.box)
        self.members["look"][0, k, 0] = look_member(colour)
        self.shape_begun[k] = self.box_begun[k] = level

    def know_box(self, k: int, box: Floats) -> None:
        """Part k is in a box (2, 3)."""
        self.members["box"][0, k, 0] = box_member(box)
        self.box_begun[k] = 0.0

    def bound_box(self, k: int, sides: Floats) -> None:
        """Part k's box has these sides (2, 3), as far as they are known; NaN for others."""
        self.sides[k] = sides

    def bounded(self, box: Singles) -> Singles:
        """Boxes (1, N, 1, BOX) with the sides that are known."""
        known = np.isfinite(self.sides)
        some = known.any(axis=(1, 2))
        if not some.any():
            return box
        boxes = np.where(known, self.sides, box_of(box[0, :, 0])[0])
        found = box.copy()
        found[0, some, 0, :6] = box_member(np.sort(boxes, axis=1))[some, :6]
        return found

    def know_whole(self, tokens: Singles) -> None:
        """What shows of the object: (T, C)."""
        self.members["whole"][0] = tokens
        self.whole_known = True

    def tell(self, name: str, value: Singles | Floats, k: int | None = None) -> None:
        """Tell something of `Given` by its name, of part k or of the object."""
        row = self.given[name][0] if k is None else self.given[name][0, k]
        row[..., :-1], row[..., -1] = value, 1.0

    def see(self, k: int, told: Told) -> None:
        """Tell what is seen of part k."""
        self.tell("seen_own", told.own, k)
        self.tell("seen_placed", told.placed, k)

    @property
    def parts(self) -> Parts:
        """What is known, and zeros."""
        return Parts(**self.members)

    def telling(self, *, words: bool, geometry: bool) -> Given:
        """What is told, of one kind alone or of both, or nothing."""
        silent = nothing(self.config, 1, self.count)
        tells = {name: geometry if name in GEOMETRY else words for name in silent}
        return Given(**{n: self.given[n] if tells[n] else silent[n] for n in silent})

    @property
    def has_words(self) -> bool:
        """Whether it is told what something is."""
        return any(a[..., -1].any() for n, a in self.given.items() if n not in GEOMETRY)

    @property
    def has_geometry(self) -> bool:
        """Whether something is told of shapes."""
        return self.whole_known or any(self.given[n][..., -1].any() for n in GEOMETRY)
