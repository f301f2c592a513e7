# SPDX-License-Identifier: GPL-3.0-or-later
"""Parts that are plausible too: how an object would look with them, in the view and small."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from dataclasses import replace
from typing import Any, TypeAlias

import bpy

from ...backend.contract.arrays import NDArray, np
from ...backend.contract.records import Value
from ...backend.contract.requests import PictureParts
from ..core.labels import UNLABELLED, Labels, signatures
from ..engine import jobs
from ..mesh.labels import get_labels
from ..mesh.read import Snapshot
from . import pick
from .analyses import Analysis, analysed, ask_about
from .cuts import Colour, outlook
from .orders import VARIANTS, Order, Wish, prepare
from .proposals import Basis, Ghost

BARE = (0.5, 0.5, 0.5)  # of faces without a part

Colours = Mapping[int, Colour]  # of each part id
Picture: TypeAlias = "NDArray[np.uint8]"


class Look(Value):
    """Parts that an object has, or would have.

    labels : (F,) of its polygons; colours : of each part.
    """

    labels: Labels
    colours: Colours

    @property
    def count(self) -> int:
        """How many parts."""
        return len(self.colours)

    def is_like(self, other: Look) -> bool:
        """Are the parts the same, whatever their ids and colours?"""
        one, two = (set(signatures(look.labels).values()) for look in (self, other))
        return one == two

    def rows(self, labels: Labels) -> NDArray[np.int32]:
        """The row of `table` for each label."""
        place = np.full(max(self.colours, default=0) + 2, len(self.colours), np.int32)
        place[list(self.colours)] = np.arange(len(self.colours))
        return place[labels]  # that of no label is the last

    @property
    def table(self) -> NDArray[np.float32]:
        """(K + 1, 3) the colours, the last of faces without a part."""
        return np.array([*self.colours.values(), BARE], np.float32)


class Subject(Value):
    """An object that other parts are found for.

    order : how it was analysed; wish : how many parts there are to be; now : the parts that it has;
    shown : the mesh as it is seen; origin : the polygon of its own mesh behind each of that, None
    where they are the same.
    """

    basis: Basis
    order: Order
    wish: Wish
    now: Look
    shown: Snapshot
    origin: NDArray[np.int32] | None

    @classmethod
    def of(cls, context: bpy.types.Context, obj: bpy.types.Object) -> Subject:
        """The object as it is now. Raises BadInput when it cannot be decomposed."""
        settings, mesh = context.scene.partwise, obj.data
        order = prepare(obj, settings, mesh.partwise.variant, chosen=analysed(mesh))
        now = Look(
            get_labels(mesh), {part.part_id: tuple(part.colour) for part in mesh.partwise.parts}
        )
        shown, origin = order.target.snapshot, None
        if pick.is_changed(obj):
            depsgraph = context.evaluated_depsgraph_get()
            origin = pick.find_origins(obj, depsgraph)
            shown = Snapshot.of(obj.evaluated_get(depsgraph))
        wish = Wish.like(mesh, settings)
        return cls(Basis.of(obj), order, wish, now, shown, origin)

    def variant(self, turn: int) -> Order:
        """How it is analysed for the alternative that is so many after the one that it has."""
        return replace(self.order, variant=(self.order.variant + turn) % VARIANTS)

    def look(self, found: Analysis, cut: Labels) -> Look:
        """What a cut would make of it. Raises BadInput when it was deleted meanwhile."""
        return Look(*outlook(self.order.target.find().data, cut, found.tree))

    def ghost(self, look: Look) -> Ghost:
        """It as it is seen, in the colours of other parts. Touches nothing of Blender's."""
        arrays = self.shown.arrays()
        polygon = arrays.polygon if self.origin is None else self.origin[arrays.polygon]
        label = np.append(look.labels, UNLABELLED)[polygon]
        colours = np.column_stack([look.table, np.ones(look.count + 1)])[look.rows(label)]
        return Ghost(self.shown.positions, arrays.faces, colours, self.basis.target.uid)

    def picture(self, look: Look, share: float) -> Generator[jobs.Ask, Any, Picture]:
        """The step of a job, of which this share is done, that gets a small picture of it with
        other parts."""
        arrays = yield from jobs.compute(lambda: self.order.target.arrays)
        rows = look.rows(look.labels[arrays.polygon])
        asked = PictureParts(arrays.fingerprint, rows, look.table, self.order.turn)
        answer = yield from ask_about(arrays, asked, span=(share, share))
        return np.asarray(answer.thumbnail)
