# SPDX-License-Identifier: GPL-3.0-or-later
"""Complete: parts get what their neighbours hid, before they are split and after it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

import bpy

from ...backend.contract.arrays import np
from ...backend.contract.errors import BadInput
from ..engine import jobs
from ..mesh.caps import Points, faces_of_caps
from ..mesh.labels import get_labels, has_labels
from ..scene import completions, engine_choice, parts, proposals, siblings, targets
from ..scene.apply import AppliesResults
from ..scene.completions import Completing, Completion
from ..scene.gathering import Gathering, kept_of, next_seed
from ..scene.proposals import Basis, Ghost, Proposal, Variant
from ..scene.siblings import CompletedPiece, Siblings
from .parts import chosen
from .poll import SaysWhyNot
from .starting import not_now, run

COLOUR = (0.9, 0.45, 0.1)  # of what is previewed of a part without a colour of its own
OPACITY = 0.85

COMPLETED = " completed"  # in the title of a preview

Key = tuple[int, int | None]  # uid of an object, and a part of its mesh or none for all of it
Colours = Mapping[Key, tuple[float, ...]]  # of what is completed
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
        variants = engine_choice.variants(settings, "complete")
        wish = Completing.of(settings, variants=variants)
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
    uid = basis.target.uid
    colours: Colours = {(uid, row.part_id): tuple(row.colour) for row in rows}
    title = f"{obj.name}.{rows[0].name}" if len(rows) == 1 else f"{len(rows)} parts of {obj.name}"

    def work(view: Preview) -> jobs.Work:
        done = yield from completions.ask(
            basis.target,
            labels,
            view.wish,
            chosen={row_id for _, row_id in colours if row_id is not None},
            hear=lambda part_id, *faces: view.show((uid, part_id), *faces),
            each=lambda done: view.add([(basis, done)]),
        )
        return [(basis, done)]

    return _start(title, [basis], colours, wish, work)


def _complete_pieces(objects: Sequence[bpy.types.Object], wish: Completing) -> jobs.Job:
    """Ask for part objects, those of one original together."""
    bases = {obj.session_uid: Basis.of(obj) for obj in objects}
    colours: Colours = {(obj.session_uid, None): _colour(obj) for obj in objects}
    families: dict[int, list[bpy.types.Object]] = {}
    for obj in objects:
        families.setdefault(obj.partwise.source.session_uid, []).append(obj)
    asked = [Siblings.of(family) for family in families.values()]
    title = objects[0].name if len(objects) == 1 else f"{len(objects)} parts"

    def work(view: Preview) -> jobs.Work:
        variants = Together(len(asked), view.add)
        for number, family in enumerate(asked):

            def keep(found: list[CompletedPiece], number: int = number) -> None:
                own: list[Found] = [(bases[done.piece.uid], done) for done in found]
                variants.put(number, found[0].seed, own)

            done = yield from family.ask(
                view.wish,
                (number / len(asked), (number + 1) / len(asked)),
                lambda uid, *faces: view.show((uid, None), *faces),
                keep,
            )
            keep(done)
        return variants.rest()

    return _start(title, list(bases.values()), colours, wish, work)


def _colour(obj: bpy.types.Object) -> tuple[float, ...]:
    row = parts.part_of(obj.partwise.source.data, obj.partwise.part_id)
    return COLOUR if row is None else tuple(row.colour)


@dataclass(eq=False)
class Together:
    """Variants of several originals, which are asked for one after the other, put together by
    their seeds. Where one original has no other variant of a seed, its first stands there.

    count : of originals. add : gets each as soon as the last original has it.
    """

    count: int
    add: Callable[[list[Found]], None]
    came: dict[int, dict[int, list[Found]]] = field(default_factory=dict)

    def put(self, number: int, seed: int, found: list[Found]) -> None:
        """A variant of an original came."""
        self.came.setdefault(number, {})[seed] = found
        if number == self.count - 1:
            self.add(self._of(seed))

    def rest(self) -> list[Found]:
        """Those that the last original has no other of, but some before it; then the first."""
        seeds = dict.fromkeys(seed for own in self.came.values() for seed in own)
        for seed in seeds:
            if seed not in self.came[self.count - 1]:
                self.add(self._of(seed))
        return self._of(next(iter(seeds)))

    def _of(self, seed: int) -> list[Found]:
        every = (own.get(seed) or next(iter(own.values())) for own in self.came.values())
        return [one for found in every for one in found]


@dataclass(eq=False)
class Preview:
    """What is seen while parts come: ghosts of those of the first variant, by what they complete,
    and then each variant when it is whole.

    colours : of what is completed. growing : what is shown before the first variant is whole.
    """

    gathering: Gathering
    bases: Sequence[Basis]
    colours: Colours
    wish: Completing
    growing: Variant | None = None
    ghosts: dict[Key, Ghost] = field(default_factory=dict)

    def open(self) -> None:
        """Show parts as they come, unless whole variants of the same parts are shown already."""
        if not _is_shown(proposals.current(self.gathering.operator), self.colours):
            self.growing = self.gathering.open(self.bases)

    def show(self, key: Key, vertices: Points, faces: Points) -> None:
        """Show the new faces of a part, in the place of those that were shown of it."""
        proposal = self.gathering.proposal
        if self.growing is None or proposal is None or proposal.comes_whole:
            return
        self.gathering.check()
        ghost = _ghost(key, vertices, faces, self.colours[key])
        former, self.ghosts[key] = self.ghosts.get(key), ghost
        self.growing.ghosts[:] = [each for each in self.growing.ghosts if each is not former]
        proposals.add_ghosts(proposal, [ghost] if len(faces) else [])

    def add(self, found: list[Found]) -> None:
        """Show a variant, unless it is already. Raises BadInput for one without new faces."""
        self.gathering.check()
        first = found[0][1]
        if not self.gathering.is_new(first.seed):
            return
        made = [
            _ghost(key, done.caps.vertices, faces, self.colours[key])
            for key, done, faces in _new_faces(found)
            if len(faces)
        ]
        if not made:
            if self.growing is not None:
                proposals.discard()
            raise BadInput(
                f"Nothing is hidden of {self.gathering.title.removesuffix(COMPLETED)}.",
                "It is closed, its edited border meets no neighbour any more, or it is an open "
                "sheet such as cloth, which only Thicken Sheets closes.",
            )
        name = f"Seed {first.seed}" if self.wish.follows_seed else ""
        holds = sum(done.caps.bytes for _, done in found)
        variant = Variant(name, made, found, thumbnail=first.thumbnail, holds=holds)
        self.gathering.add(variant, self.bases, self.wish.variants)


def _new_faces(found: list[Found]) -> Iterator[tuple[Key, Completion | CompletedPiece, Points]]:
    """What of a variant completes what."""
    for basis, done in found:
        for part_id, faces in done.caps.faces.items():
            is_whole_mesh = isinstance(done, Completion)
            yield (basis.target.uid, part_id if is_whole_mesh else None), done, faces


def _ghost(key: Key, vertices: Points, faces: Points, colour: tuple[float, ...]) -> Ghost:
    used, corner = np.unique(faces, return_inverse=True)
    rgba = np.array([*colour, OPACITY])
    return Ghost(vertices[used], corner.reshape(-1, 3), rgba, key[0], in_front=True)


def _is_shown(proposal: Proposal | None, colours: Colours) -> bool:
    """Are these whole variants that complete the same?"""
    if proposal is None or not proposal.comes_whole:
        return False
    return {key for key, _, _ in _new_faces(proposal.variant.result)} == set(colours)


def _start(
    title: str,
    bases: list[Basis],
    colours: Colours,
    wish: Completing,
    ask: Callable[[Preview], jobs.Work],
) -> jobs.Job:
    """A job that shows what comes as a proposal.

    ask : its work, which returns the first variant.
    """

    def kept() -> tuple[list[Variant], list[Basis]]:
        former = proposals.current(PARTWISE_OT_apply_completed)
        return (kept_of(former) if _is_shown(former, colours) else []), []

    def begin(wish: Completing) -> jobs.Job:
        after = replace(wish, seed=next_seed(wish.seed, wish.variants))
        gathering = Gathering(
            f"{title}{COMPLETED}",
            PARTWISE_OT_apply_completed,
            "completed",
            more=(lambda: begin(after)) if wish.follows_seed else None,
            kept=kept,
        )
        view = Preview(gathering, bases, colours, wish)

        def work() -> jobs.Work:
            view.open()
            return (yield from ask(view))

        return gathering.start(f"Completing {title}", work(), view.add)

    return begin(wish)


CLASSES = (PARTWISE_OT_complete, PARTWISE_OT_apply_completed, PARTWISE_OT_open_parts)
