# SPDX-License-Identifier: GPL-3.0-or-later
"""New cuts of a mesh's merge tree, and the slider that stands for the cut."""

from __future__ import annotations

import bpy

from ...backend.contract.arrays import np
from ...backend.contract.palette import part_colours
from ...backend.contract.records import Value
from ..core import labels
from ..core.trees import PolygonTree
from ..mesh.labels import get_labels, has_labels
from . import changed, edits, naming, parts
from .analyses import tree_of

MOST_FORMER = 2000  # parts of a mesh that are remembered


Colour = tuple[float, ...]  # linear R, G, B


class Former(Value):
    """What a part was, before another cut took it away: its id and its colour."""

    part_id: int
    colour: Colour


# By mesh and how many faces it had. So a slider that returns brings parts back as they were.
_former: dict[tuple[int, int], dict[labels.Signature, Former]] = {}
_slider_follows = False  # the slider is being set to a cut, rather than the cut to the slider


def apply_cut(mesh: bpy.types.Mesh, cut: labels.Labels, tree: PolygonTree) -> None:
    """Give a mesh the parts of a new cut, apart from what is held, and set its slider to it."""
    global _slider_follows
    _relabel(mesh, cut, tree)
    _slider_follows = True
    try:
        mesh.partwise.granularity = tree.granularity_of(len(np.unique(cut[cut >= 0])))
    finally:
        _slider_follows = False


def follow_slider(mesh: bpy.types.Mesh) -> bool:
    """Cut a mesh as its slider says now. False when its tree is not known any more for that."""
    if _slider_follows or not has_labels(mesh):
        return True
    tree = tree_of(mesh)
    if tree is not None:
        _relabel(mesh, tree.cut(tree.tree.parts_at(mesh.partwise.granularity)), tree)
    return tree is not None


def outlook(
    mesh: bpy.types.Mesh, cut: labels.Labels, tree: PolygonTree
) -> tuple[labels.Labels, dict[int, Colour]]:
    """What `apply_cut` would make of a mesh: the part id of each polygon (F,), and the colour of
    each part."""
    new, former = _planned(mesh, cut, tree)
    fresh = part_colours(int(new.max(initial=0)) + 1).tolist()
    given = {part.part_id: tuple(part.colour) for part in mesh.partwise.parts}
    ids = np.unique(new[new >= 0]).tolist()
    return new, {one: given.get(one) or former.get(one) or tuple(fresh[one]) for one in ids}


def _relabel(mesh: bpy.types.Mesh, cut: labels.Labels, tree: PolygonTree) -> None:
    new, former = _planned(mesh, cut, tree)
    parts.remember_names(mesh)
    edits.replace_labels(mesh, new, tree.area)
    for part in mesh.partwise.parts:
        if part.part_id in former:
            part.colour = former[part.part_id]
    naming.name_parts(mesh, tree.solid, naming.wanted(bpy.context.scene.partwise))
    parts.remember_names(mesh)


def _planned(
    mesh: bpy.types.Mesh, cut: labels.Labels, tree: PolygonTree
) -> tuple[labels.Labels, dict[int, Colour]]:
    """The labels of a new cut apart from what is held, and the colours of parts that come back."""
    table, current, held = mesh.partwise, get_labels(mesh), edits.held(mesh)
    former = _former.setdefault((mesh.session_uid, len(current)), {})
    _remember(mesh, current, former)
    if held:  # they count: what is left gets as many parts as are missing
        wanted = len(np.unique(cut[cut >= 0]))
        cut, _ = tree.cut_within(~np.isin(current, held), max(wanted - len(held), 1))
    new = labels.recut(
        cut,
        current,
        tree.area,
        locked=held,
        kept_borders=[(border.one, border.two) for border in table.kept_borders],
    )
    new = labels.renumber(new, current, {key: one.part_id for key, one in former.items()})
    there = {part.part_id for part in table.parts}
    return new, {
        part_id: former[found].colour
        for part_id, found in labels.signatures(new).items()
        if found in former and part_id not in there
    }


def _remember(
    mesh: bpy.types.Mesh, current: labels.Labels, former: dict[labels.Signature, Former]
) -> None:
    """Keep the parts that a mesh has now."""
    found = labels.signatures(current)
    for part in mesh.partwise.parts:
        if part.part_id in found:
            key = found[part.part_id]
            former.pop(key, None)
            former[key] = Former(part.part_id, tuple(part.colour))
    while len(former) > MOST_FORMER:
        del former[next(iter(former))]


def register() -> None:
    changed.loading.listen(_former.clear)


def unregister() -> None:
    changed.loading.ignore(_former.clear)
    _former.clear()
