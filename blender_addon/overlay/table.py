# SPDX-License-Identifier: GPL-3.0-or-later
"""The part table of a mesh, as the overlay draws it."""

from __future__ import annotations

import bpy

from ...backend.contract.arrays import NDArray, np
from ...backend.contract.records import Value
from .mesh import Floats, Ints

DIMMED = 0.6  # how far parts go towards grey while something else is to be seen
GREY = 0.35


class Table(Value):
    """The part table of a mesh in arrays.

    part_ids : (P,); colours : (P, 4) linear, alpha 0 for what is hidden; chosen : (P,) bool, ticked
    or active.
    """

    part_ids: Ints
    colours: Floats
    chosen: NDArray[np.bool_]

    @classmethod
    def empty(cls) -> Table:
        """No parts at all."""
        return cls(np.empty(0, np.int32), np.empty((0, 4), np.float32), np.empty(0, np.bool_))

    @classmethod
    def of(cls, mesh: bpy.types.Mesh, is_active: bool) -> Table:
        rows = mesh.partwise.parts
        part_ids = np.empty(len(rows), np.int32)
        rows.foreach_get("part_id", part_ids)
        rgb = np.empty((len(rows), 3), np.float32)
        rows.foreach_get("colour", rgb.ravel())
        visible = np.empty(len(rows), bool)
        rows.foreach_get("visible", visible)
        chosen = np.zeros(len(rows), bool)
        if is_active:
            rows.foreach_get("selected", chosen)
            chosen[mesh.partwise.active : mesh.partwise.active + 1] = True
        colours = np.column_stack([rgb, visible]).astype(np.float32)
        return cls(part_ids, colours, chosen)

    def dimmed(self) -> Table:
        """The same, so that what clicks mean stands out."""
        colours = self.colours.copy()
        colours[:, :3] += DIMMED * (GREY - colours[:, :3])
        return Table(self.part_ids, colours, np.zeros_like(self.chosen))

    def equals(self, other: Table | None) -> bool:
        return (
            other is not None
            and np.array_equal(self.chosen, other.chosen)
            and np.array_equal(self.part_ids, other.part_ids)
            and np.array_equal(self.colours, other.colours)
        )
