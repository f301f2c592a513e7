# SPDX-License-Identifier: GPL-3.0-or-later
"""Which click can be made at a place, and what all clicks are with it."""

from __future__ import annotations

import bpy

from ...backend.contract.errors import BadInput
from ..core import clicks
from ..core.labels import UNLABELLED
from ..mesh.labels import ATTRIBUTE, has_labels
from . import click_masks, parts, pick, targets


def with_click(
    context: bpy.types.Context, hit: pick.Hit, kind: str, *, goes_on: bool = False
) -> clicks.ClickList:
    """All clicks on an object with one more, of the kind that a tool makes.

    goes_on : it is one more of a stroke, which adds what a click there would mean alone.

    Raises BadInput when that click cannot be made, or has nothing to go on there.
    """
    reason = targets.refusal(hit.obj, copies=context.scene.partwise.copy_linked)
    if reason is not None:
        raise reason
    mesh = hit.obj.data
    before = click_masks.clicks_of(mesh)
    if not before.clicks:
        active = parts.active_part(mesh) if kind == clicks.JOIN else None
        before = clicks.ClickList((), UNLABELLED if active is None else active.part_id)
    if kind == clicks.EXCLUDE and not before.clicks:
        raise BadInput(
            f"Nothing of “{hit.obj.name}” is included yet.",
            "Click the part that you want first.",
        )
    if kind == clicks.INCLUDE and goes_on:
        kind = clicks.JOIN
    elif kind == clicks.JOIN:
        _check_join(hit)
        if part_at(mesh, hit.face) is not None:
            kind = clicks.PART
    choice = clicks.LEVELS[context.window_manager.partwise.level]
    return before.with_click(clicks.FaceClick(kind, tuple(hit.point), hit.face, choice))


def alone(context: bpy.types.Context, hit: pick.Hit) -> clicks.ClickList:
    """A click that has nothing to do with others, as in Edit Mode.

    Raises BadInput when the mesh cannot be changed.
    """
    reason = targets.refusal(hit.obj)
    if reason is not None:
        raise reason
    choice = clicks.LEVELS[context.window_manager.partwise.level]
    return clicks.ClickList().with_click(
        clicks.FaceClick(clicks.INCLUDE, tuple(hit.point), hit.face, choice)
    )


def _check_join(hit: pick.Hit) -> None:
    """Raises BadInput when what is there cannot be joined."""
    mesh = hit.obj.data
    part = part_at(mesh, hit.face)
    if len(mesh.partwise.clicks):
        answer = click_masks.answer_of(hit.obj)
        if answer is not None and answer.faces[hit.face]:
            raise BadInput(
                "This belongs to what you clicked already.",
                "Shift+click a part beside it, or press Enter to accept.",
            )
    else:
        active = parts.active_part(mesh)
        if active is not None and active.locked:
            raise BadInput(
                f"“{active.name}” is locked, so nothing can be joined to it.",
                "Unlock it in the list of parts, or choose another one there.",
            )
        if part is not None and part == active:
            raise BadInput(
                f"“{part.name}” is the active part, to which others are joined.",
                "Shift+click another part, or choose another active part in the list.",
            )
    if part is not None and part.locked:
        raise BadInput(
            f"“{part.name}” is locked, so it cannot be joined to another part.",
            "Unlock it in the list of parts.",
        )


def part_at(mesh: bpy.types.Mesh, face: int) -> bpy.types.PropertyGroup | None:
    """The row of the part that a polygon belongs to, None when it belongs to none."""
    if not (has_labels(mesh) and 0 <= face < len(mesh.polygons)):
        return None
    label = mesh.attributes[ATTRIBUTE].data[face].value
    return None if label == UNLABELLED else parts.part_of(mesh, label)
