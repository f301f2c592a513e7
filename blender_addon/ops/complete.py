# SPDX-License-Identifier: GPL-3.0-or-later
"""Complete: parts get what their neighbours hid, before they are split and after it."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import bpy
import numpy as np

from ...backend.contract.errors import BadInput
from ..engine import jobs
from ..mesh.caps import Points, faces_of_caps
from ..mesh.labels import get_labels, has_labels
from ..scene import completions, engine_choice, parts, proposals, siblings, targets
from ..scene.apply import AppliesResults
from ..scene.completions import Completing, Completion
from ..scene.proposals import Basis, Ghost, Proposal, Variant
from ..scene.siblings import CompletedPiece, Siblings
from .parts import chosen
from .poll import SaysWhyNot
from .starting import not_now, run

COLOUR = (0.9, 0.45, 0.1)  # of what is previewed of a part without a colour of its own
OPACITY = 0.85

Show = Callable[[int, Points, Points], None]  # uid or part id, vertices, new faces
Found = tuple[Basis, Completion | CompletedPiece]


class PARTWISE_OT_complete(SaysWhyNot, bpy.types.Operator):
    """Grow what neighbours hide: of ticked parts, for Split to take, or of selected part objects"""

    bl_idname = "partwise.complete"
    bl_label = "Complete"
    bl_options = {"REGISTER"}

    @classmethod
    def objection(cls, context: bpy.types.Context) -> str:
        return why_not(context) or no_engine(context)

    def execute(self, context: bpy.types.Context) -> set[str]:
        return run(self, lambda: self.start(context))

    def start(self, context: bpy.types.Context) -> jobs.Job:
        """Raises BadInput when one of the objects cannot be changed."""
        settings = context.scene.partwise
        wish = Completing.of(settings)
        if is_whole(context.object):
            return _complete_parts(context.object, wish, copies=settings.copy_linked)
        usable, left_out = pieces(context)
        for obj in usable:
            reason = targets.refusal(obj, copies=settings.copy_linked)
            if reason is not None:
                raise reason
        for obj in left_out:
            text = f"“{obj.name}” is left out: another copy of the same part is selected"
            self.report({"WARNING"}, text)
        return _complete_pieces(usable, wish)


class PARTWISE_OT_apply_completed(AppliesResults, bpy.types.Operator):
    """Keep what completes parts until Split, or give it to part objects"""

    bl_idname = "partwise.apply_completed"
    bl_label = "Complete"

    def execute(self, context: bpy.types.Context) -> set[str]:
        (found,) = self.results()
        for basis, done in found:
            obj = targets.make_editable(context, basis.find())
            if isinstance(done, Completion):
                completions.keep(obj.data, done)
            else:
                siblings.apply_to(obj, done)
        return {"FINISHED"}


class PARTWISE_OT_open_parts(SaysWhyNot, bpy.types.Operator):
    """Take off again what completes the ticked parts, or what closes the selected part objects"""

    bl_idname = "partwise.open_parts"
    bl_label = "Remove Completion"
    bl_options = {"REGISTER", "UNDO"}

    @classmethod
    def objection(cls, context: bpy.types.Context) -> str:
        reason = why_not(context)
        if not reason and not _completed(context):
            reason = "None of these parts is completed"
        return reason

    def execute(self, context: bpy.types.Context) -> set[str]:
        found, copies = _completed(context), context.scene.partwise.copy_linked
        for obj in found:
            reason = targets.refusal(obj, copies=copies)
            if reason is not None:
                self.report({"ERROR"}, str(reason))
                return {"CANCELLED"}
        for obj in found:
            changed = targets.make_editable(context, obj)
            if is_whole(changed):
                ids = [row.part_id for row in chosen(changed.data)]
                completions.forget(changed.data, ids)
            else:
                siblings.open_again(changed)
        return {"FINISHED"}


def is_whole(obj: bpy.types.Object | None) -> bool:
    """Is this a mesh with parts that were not split yet?"""
    return obj is not None and obj.type == "MESH" and has_labels(obj.data)


def pieces(
    context: bpy.types.Context,
) -> tuple[list[bpy.types.Object], list[bpy.types.Object]]:
    """The selected part objects, the active one first; and copies of these, which are left out."""
    active = context.view_layer.objects.active
    found: dict[tuple[int, int], bpy.types.Object] = {}
    left_out = []
    for obj in sorted(context.selected_objects, key=lambda obj: obj != active):
        if obj.type == "MESH" and siblings.refusal(obj) is None:
            key = (obj.partwise.source.session_uid, obj.partwise.part_id)
            if found.setdefault(key, obj) != obj:
                left_out.append(obj)
    return list(found.values()), left_out


def why_not(context: bpy.types.Context) -> str:
    """Why nothing can be completed right now, for a tooltip; empty when it can."""
    reason = not_now(context)
    if reason:
        return reason
    if is_whole(context.object):
        reason = targets.unseen(context, context.object)
        if reason:
            return reason
        if context.object.hide_select:
            return "This object cannot be selected. Allow it with the arrow in the Outliner"
        if not context.object.select_get():
            return "Select the object"
        return "" if chosen(context.object.data) else "Tick parts in the list"
    if not pieces(context)[0]:
        return "Tick parts of a decomposed mesh, or select parts that Split made"
    return ""


def no_engine(context: bpy.types.Context) -> str:
    """Why the engine that is chosen for it cannot complete parts; empty when it can."""
    return engine_choice.why_not(context.scene.partwise, "complete")


def _completed(context: bpy.types.Context) -> list[bpy.types.Object]:
    """The objects of which something can be taken off again."""
    if is_whole(context.object):
        rows = chosen(context.object.data)
        return [context.object] if any(row.report.engine for row in rows) else []
    return [obj for obj in pieces(context)[0] if faces_of_caps(obj.data).any()]


def _complete_parts(obj: bpy.types.Object, wish: Completing, *, copies: bool) -> jobs.Job:
    """Ask for the ticked parts of a mesh."""
    reason = targets.refusal(obj, copies=copies)
    if reason is not None:
        raise reason
    rows = chosen(obj.data)
    basis, labels = Basis.of(obj), get_labels(obj.data)
    colours = {row.part_id: tuple(row.colour) for row in rows}
    title = f"{obj.name}.{rows[0].name}" if len(rows) == 1 else f"{len(rows)} parts of {obj.name}"

    def show(view: Preview, part_id: int, vertices: Points, faces: Points) -> None:
        view.show(part_id, basis.target.uid, vertices, faces, colours[part_id])

    def work(view: Preview) -> Generator[jobs.Ask, Any, list[Found]]:
        done = yield from completions.ask(
            basis.target, labels, wish, chosen=set(colours), hear=partial(show, view)
        )
        for part_id, faces in done.caps.faces.items():
            show(view, part_id, done.caps.vertices, faces)
        return [(basis, done)]

    return _start(title, [basis], work)


def _complete_pieces(objects: Sequence[bpy.types.Object], wish: Completing) -> jobs.Job:
    """Ask for part objects, those of one original together."""
    bases = {obj.session_uid: Basis.of(obj) for obj in objects}
    colours = {obj.session_uid: _colour(obj) for obj in objects}
    families: dict[int, list[bpy.types.Object]] = {}
    for obj in objects:
        families.setdefault(obj.partwise.source.session_uid, []).append(obj)
    asked = [Siblings.of(family) for family in families.values()]
    title = objects[0].name if len(objects) == 1 else f"{len(objects)} parts"

    def show(view: Preview, uid: int, vertices: Points, faces: Points) -> None:
        view.show(uid, uid, vertices, faces, colours[uid])

    def work(view: Preview) -> Generator[jobs.Ask, Any, list[Found]]:
        found: list[Found] = []
        for number, family in enumerate(asked):
            span = (number / len(asked), (number + 1) / len(asked))
            for done in (yield from family.ask(wish, span, partial(show, view))):
                show(view, done.piece.uid, done.caps.vertices, done.caps.faces[0])
                found.append((bases[done.piece.uid], done))
        return found

    return _start(title, list(bases.values()), work)


def _colour(obj: bpy.types.Object) -> tuple[float, ...]:
    row = parts.part_of(obj.partwise.source.data, obj.partwise.part_id)
    return COLOUR if row is None else tuple(row.colour)


@dataclass(frozen=True, eq=False)
class Preview:
    """What is seen of parts while they come: the proposal, and a ghost of each by its key."""

    proposal: Proposal
    ghosts: dict[int, Ghost]

    def show(
        self, key: int, uid: int, vertices: Points, faces: Points, colour: tuple[float, ...]
    ) -> None:
        """Show the new faces of a part, in the place of those that were shown of it."""
        self.check()
        used, corner = np.unique(faces, return_inverse=True)
        ghost = Ghost(
            vertices[used],
            corner.reshape(-1, 3),
            np.array([*colour, OPACITY]),
            uid,
            in_front=True,
        )
        former, self.ghosts[key] = self.ghosts.get(key), ghost
        seen = self.proposal.variants[0].ghosts
        seen[:] = [each for each in seen if each is not former]
        proposals.add_ghosts(self.proposal, [ghost] if len(faces) else [])

    def check(self) -> None:
        """Raises BadInput when the proposal ended, as when its object was edited or deleted."""
        if proposals.current() is not self.proposal:
            bases = self.proposal.bases
            gone = next((basis for basis in bases if basis.find() is None), None)
            basis, what = (gone, "deleted") if gone else (bases[0], "edited")
            raise BadInput(
                f"“{basis.target.name}” was {what} while it was being completed.",
                "Nothing was changed. Press Complete again.",
            )


def _start(
    title: str,
    bases: list[Basis],
    ask: Callable[[Preview], Generator[jobs.Ask, Any, list[Found]]],
) -> jobs.Job:
    """A job that shows a proposal from its beginning, and at its end what can be accepted."""
    made: list[Preview] = []

    def work() -> Generator[jobs.Ask, Any, list[Found]]:
        proposal = Proposal(
            f"{title} completed",
            PARTWISE_OT_apply_completed,
            bases,
            [Variant("", [])],
            job=jobs.current(),
        )
        proposals.show(proposal)
        made.append(Preview(proposal, {}))
        return (yield from ask(made[0]))

    def finish(found: list[Found]) -> None:
        view = made[0]
        view.check()
        if not view.proposal.variants[0].ghosts:
            proposals.discard()
            raise BadInput(
                f"Nothing is hidden of {title}.",
                "It is closed, its edited border meets no neighbour any more, or it is an open "
                "sheet such as cloth, which only Thicken Sheets closes.",
            )
        view.proposal.variants[0].result = found

    return jobs.start(f"Completing {title}", work(), finish)


CLASSES = (PARTWISE_OT_complete, PARTWISE_OT_apply_completed, PARTWISE_OT_open_parts)
