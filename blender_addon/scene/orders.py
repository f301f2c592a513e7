# SPDX-License-Identifier: GPL-3.0-or-later
"""What the engine is to do with an object, as it was when a button was pressed."""

from __future__ import annotations

from dataclasses import dataclass, field

import bpy

from ...backend.contract.arrays import NDArray, np
from ...backend.contract.errors import BadInput
from ...backend.contract.records import Value
from ...backend.contract.tree import MergeTree
from ..mesh.hints import ArtistHints, read_hints
from ..mesh.labels import face_count
from ..mesh.read import selected_faces, turn_of
from . import targets
from .colours import polygon_colours
from .engine_choice import AUTOMATIC
from .targets import Target

VARIANTS = 4  # segmentations that Try Another shows; the first is the best


class Wish(Value):
    """How many parts to make; step : so many more than the granularity means, or fewer."""

    mode: str  # AUTOMATIC, GRANULARITY or COUNT
    granularity: float = 0.5
    count: int = 1
    step: int = 0

    @classmethod
    def of(cls, settings: bpy.types.PropertyGroup) -> Wish:
        return cls(settings.count_mode, settings.granularity, settings.part_count)

    @classmethod
    def like(cls, mesh: bpy.types.Mesh, settings: bpy.types.PropertyGroup) -> Wish:
        """About as many parts as a mesh has; exactly as many as the settings ask for."""
        if settings.count_mode == "COUNT":
            return cls.of(settings)
        return cls("GRANULARITY", mesh.partwise.granularity)

    def parts(self, tree: MergeTree, name: str) -> int:
        """Part count in a tree. Raises BadInput when the mesh cannot be cut into so many."""
        if self.mode == "GRANULARITY":
            return tree.whole(tree.parts_at(self.granularity) + self.step, self.step)
        if self.mode == AUTOMATIC:
            return tree.natural_parts
        if self.count > tree.leaf_count:
            raise BadInput(
                f"“{name}” cannot be cut into {self.count} parts.",
                f"Choose a count from 1 to {tree.leaf_count}.",
            )
        return self.count


@dataclass(frozen=True)
class Order:
    """An object and how the engine is to analyse it.

    turn : (3, 3) how the object is turned in the world, which says what of it is up.
    """

    target: Target
    hints: ArtistHints
    engine: str
    variant: int = 0
    symmetric: bool = True
    turn: NDArray[np.float64] = field(default_factory=lambda: np.eye(3))

    @classmethod
    def of(
        cls,
        obj: bpy.types.Object,
        settings: bpy.types.PropertyGroup,
        variant: int = 0,
        *,
        chosen: NDArray[np.bool_] | None = None,
    ) -> Order:
        """chosen : (F,) the polygons to work on; all by default."""
        colours = polygon_colours(obj) if settings.hint_colours else None
        target, hints = Target.of(obj, chosen), read_hints(obj, settings, colours)
        return cls(
            target, hints, settings.engine.lower(), variant, settings.symmetric, turn_of(obj)
        )


def prepare(
    obj: bpy.types.Object,
    settings: bpy.types.PropertyGroup,
    variant: int = 0,
    *,
    chosen: NDArray[np.bool_] | None = None,
) -> Order:
    """All that a job needs of an object. Raises BadInput when it cannot be decomposed.

    chosen : (F,) the polygons to work on; all by default.
    """
    order = Order.of(obj, settings, variant, chosen=chosen)
    if len(order.target.snapshot.starts) == 0:
        raise BadInput(f"“{obj.name}” has no faces.", "Choose an object with faces.")
    return order


def selection(obj: bpy.types.Object) -> NDArray[np.bool_] | None:
    """(F,) the polygons that are selected in Edit Mode; None when that is none of them, or all."""
    count = targets.count_selected(obj)
    return selected_faces(obj.data) if 0 < count < face_count(obj.data) else None
