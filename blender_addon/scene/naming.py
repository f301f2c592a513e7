# SPDX-License-Identifier: GPL-3.0-or-later
"""Names of parts that nobody named by hand, and names by hand that come back with their parts."""

from __future__ import annotations

from collections.abc import Collection

import bpy

from ...backend.contract.arrays import np
from ...backend.contract.errors import BadInput
from ...backend.contract.name_templates import read_template
from ..core.clicks import REST_NAME
from ..core.labels import Areas, Labels
from ..core.naming import TEMPLATE, Naming, PartPlace, Solid, names_of, spots_of
from ..mesh.labels import get_centres, get_labels
from ..mesh.read import Snapshot, turn_of
from . import parts

MOST_NAMED = 300  # parts, above which nobody reads names, and the slider would wait for them


def wanted(settings: bpy.types.PropertyGroup) -> Naming:
    """How parts are to be called; by shape where the template is none."""
    if settings.naming == TEMPLATE and template_objection(settings):
        return Naming()
    return Naming(settings.naming, settings.name_template)


def template_objection(settings: bpy.types.PropertyGroup) -> str:
    """What is wrong with the template that is asked for; empty when nothing."""
    if settings.naming != TEMPLATE:
        return ""
    try:
        read_template(settings.name_template)
    except BadInput as reason:
        return str(reason)
    return ""


def solid_of(obj: bpy.types.Object) -> Solid:
    """The triangles of an object as it stands in the world."""
    arrays = Snapshot.of(obj).arrays()
    return Solid.of(arrays.vertices, arrays.faces, arrays.polygon, turn_of(obj))


def is_renamed(part: bpy.types.PropertyGroup) -> bool:
    """Did the artist name this part?"""
    return part.name not in (part.given, parts.default_name(part.part_id), REST_NAME)


def name_parts(
    mesh: bpy.types.Mesh,
    solid: Solid | None,
    naming: Naming,
    rows: Collection[bpy.types.PropertyGroup] | None = None,
) -> None:
    """Name parts that the artist did not name, or these rows, whoever named them.

    solid : as the parts are named by, None where that is not known. Raises BadInput where the
    template is none.
    """
    table = mesh.partwise.parts
    if solid is None or len(table) > MOST_NAMED:
        return
    labels = get_labels(mesh)
    free = [part for part in table if not is_renamed(part)] if rows is None else rows
    ids = {part.part_id for part in free} & solid.ids(labels)  # others were not analysed
    free = [part for part in free if part.part_id in ids]
    taken = {part.name for part in table if part.part_id not in ids}
    names = names_of(solid, labels, naming, taken)
    changed = [part for part in free if names.get(part.part_id, part.name) != part.name]
    for part in changed:  # no name is in the way of another one
        part.name = f".{part.part_id}"
    for part in changed:
        part.given = part.name = names[part.part_id]


def keep_names(mesh: bpy.types.Mesh, lost: Collection[bpy.types.PropertyGroup]) -> None:
    """Remember names by hand whose parts a cut takes away, before it does."""
    named = {part.part_id: part.name for part in lost if is_renamed(part)}
    if named:
        for part_id, spot in _spots(mesh, get_labels(mesh), None, named).items():
            row = mesh.partwise.kept_names.add()
            row.name, row.middle, row.area = named[part_id], spot.middle, spot.area


def bring_names_back(mesh: bpy.types.Mesh, new: Collection[int]) -> None:
    """Give parts that are new, or were cut anew, the names that were kept for what lies there."""
    kept = mesh.partwise.kept_names
    if not len(kept) or not new:
        return
    centres = get_centres(mesh)
    size = float(np.linalg.norm(np.ptp(centres, axis=0))) if len(centres) else 0.0
    spots = _spots(mesh, get_labels(mesh), centres, new)
    for number in reversed(range(len(kept))):
        spot = PartPlace(tuple(kept[number].middle), kept[number].area)
        found = (part for part in mesh.partwise.parts if part.part_id in spots)
        for part in found:
            if not is_renamed(part) and spots[part.part_id].is_at(spot, size):
                part.name = kept[number].name
                kept.remove(number)
                break


def _spots(
    mesh: bpy.types.Mesh, labels: Labels, centres: Areas | None, ids: Collection[int]
) -> dict[int, PartPlace]:
    middle = get_centres(mesh) if centres is None else centres
    return spots_of(labels, middle, parts.get_areas(mesh), ids)
