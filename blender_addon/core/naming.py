# SPDX-License-Identifier: GPL-3.0-or-later
"""Names for parts of a mesh, from its triangles as it stands in the world. No Blender."""

from __future__ import annotations

from collections.abc import Collection

from ...backend.contract.arrays import NDArray, np
from ...backend.contract.name_templates import number_on, numbered, read_template, unique_names
from ...backend.contract.part_kinds import kinds_of
from ...backend.contract.part_names import by_template, part_names
from ...backend.contract.part_shapes import Elements, Shapes
from ...backend.contract.records import Record, Value
from .labels import UNLABELLED, Areas, Labels, compact

# How parts are to be called.
SHAPE, NUMBERS, TEMPLATE = "SHAPE", "NUMBERS", "TEMPLATE"

NEAR, ALIKE = 0.05, 1.3  # of the mesh's size, and between areas: what is still the same part


class Solid(Record):
    """What is measured of the polygons of a mesh that have triangles; z is up.

    polygon : (N,) int32 the polygon that each of the N elements is.
    """

    elements: Elements
    polygon: NDArray[np.int32]

    @property
    def nbytes(self) -> int:
        """Memory of the arrays."""
        return self.elements.nbytes + self.polygon.nbytes

    @classmethod
    def of(
        cls,
        vertices: NDArray[np.float64],
        faces: NDArray[np.int32],
        polygon: NDArray[np.int32],
        turn: NDArray[np.float64],
    ) -> Solid:
        """vertices (V, 3), triangles (T, 3), the polygon of each (T,), and how the object is turned
        in the world, (3, 3)."""
        used, place = compact(polygon)
        elements = Elements.of((vertices @ turn.T)[faces]).joined(place, len(used))
        return cls(elements, used.astype(np.int32))

    def ids(self, labels: Labels) -> set[int]:
        """The part ids of labels (F,) that have triangles here."""
        return set(np.unique(labels[self.polygon]).tolist()) - {UNLABELLED}

    def shapes(self, labels: Labels) -> tuple[NDArray[np.int64], Shapes | None]:
        """The part ids of labels (F,) that have triangles, ascending, and their measures."""
        label = labels[self.polygon]
        inside = label >= 0
        ids, place = compact(label[inside])
        if not len(ids):
            return ids, None
        elements = self.elements if inside.all() else self.elements.only(inside)
        return ids, elements.joined(place, len(ids)).shapes()


class Naming(Value):
    """How parts are to be called: SHAPE, NUMBERS or TEMPLATE; and the text of the template."""

    way: str = SHAPE
    template: str = ""


def names_of(
    solid: Solid, labels: Labels, naming: Naming, taken: Collection[str] = ()
) -> dict[int, str]:
    """A name for each part id of labels (F,) that has triangles, none of those that are taken.

    Raises BadInput where the template is none.
    """
    template = read_template(naming.template) if naming.way == TEMPLATE else []
    ids, shapes = solid.shapes(labels)
    if shapes is None:
        return {}
    if naming.way == NUMBERS:
        order = np.argsort(np.argsort(-shapes.area, kind="stable"))
        names = [numbered(len(ids))[row] for row in order.tolist()]
    else:
        names = part_names(shapes, *kinds_of(shapes))
    if template:
        names = by_template(template, names, shapes.area)
    names = unique_names(number_on(names, taken), taken)
    return dict(zip(ids.tolist(), names, strict=True))


class PartPlace(Value):
    """Where a part lies: the middle of its surface, and its area."""

    middle: tuple[float, float, float]
    area: float

    def is_at(self, other: PartPlace, size: float) -> bool:
        """Is this the same part as another one, on a mesh of this size?"""
        areas = sorted((self.area, other.area))
        gap = float(np.linalg.norm(np.subtract(self.middle, other.middle)))
        return gap <= NEAR * size and areas[1] <= ALIKE * areas[0]


def spots_of(
    labels: Labels, centres: NDArray[np.float64], areas: Areas, ids: Collection[int]
) -> dict[int, PartPlace]:
    """Where some parts lie. labels (F,), centres (F, 3) and areas (F,) of polygons."""
    found = {}
    for part in ids:
        inside = labels == part
        weight = areas[inside] + 1e-300
        if inside.any():
            middle = weight @ centres[inside] / weight.sum()
            found[part] = PartPlace((middle[0], middle[1], middle[2]), float(weight.sum()))
    return found
