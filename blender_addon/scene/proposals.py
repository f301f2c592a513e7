# SPDX-License-Identifier: GPL-3.0-or-later
"""A result that the artist looks at before it is taken: its variants, and which one is shown.

There is one proposal at a time. The scene knows nothing of it: its meshes are drawn over the 3D
views (`overlay/ghosts.py`), and only when it is accepted an operator applies the variant that is
shown, in one step of undo. It ends by itself when another file is loaded, and when an object that
it was made from is deleted, edited or undone, or gets other parts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import bpy

from ...backend.contract.arrays import NDArray, np
from ...backend.contract.errors import BadInput
from ...backend.contract.records import Record
from ..core.labels import Labels
from ..engine import jobs
from ..mesh.labels import get_labels, has_labels
from ..mesh.read import Snapshot
from . import changed, targets
from .apply import AppliesResults, hand_over
from .selection import is_in
from .targets import Target

Floats: TypeAlias = "NDArray[np.floating[Any]]"
Prepare = Callable[[Any], tuple[str, jobs.Work] | None]
Objection = Callable[[Any], str]

MOST_VARIANTS = 32  # in one proposal
MOST_BYTES = 1 << 30  # that the variants of one proposal may hold


@dataclass(frozen=True, eq=False)
class Ghost:
    """A mesh that is seen and not in the scene.

    vertices : (V, 3); faces : (F, 3) int triangles, turned outward; colours : (4,) of the mesh or
    (F, 4) of each face, linear RGBA; uid : session_uid of the object that it follows, without one
    it stands in the world; matrix : (4, 4) from its coordinates to those of that object, or the
    world; in_front : seen through everything else, as what completes the inside of an object.

    Raises ValueError when the arrays do not fit together.
    """

    vertices: Floats
    faces: NDArray[np.integer[Any]]
    colours: Floats
    uid: int | None = None
    matrix: Floats = field(default_factory=lambda: np.eye(4))
    in_front: bool = False

    def __post_init__(self) -> None:
        count = len(self.faces)
        fits = (
            self.vertices.shape == (len(self.vertices), 3)
            and self.faces.shape == (count, 3)
            and self.colours.shape in ((4,), (count, 4))
            and np.shape(self.matrix) == (4, 4)
        )
        if fits and count:
            fits = self.faces.min() >= 0 and self.faces.max() < len(self.vertices)
        if not fits:
            raise ValueError("the arrays of a ghost do not fit together")


@dataclass(eq=False)
class Variant:
    """One of the results that may be taken.

    name : in words; ghosts : what is seen of it; result : what the operator gets that applies it;
    covers : of what it takes the place, which is not seen meanwhile: the session_uid of an object,
    and the id of a part of its mesh or None for all of it. thumbnail : (H, W, 4) uint8 sRGB, the
    top row first. is_kept : it stays when others make room. holds : bytes of its result, beside
    those of its ghosts.
    """

    name: str
    ghosts: list[Ghost]
    result: Any = None
    covers: Sequence[tuple[int, int | None]] = ()
    thumbnail: NDArray[np.uint8] | None = None
    is_kept: bool = False
    holds: int = 0

    def is_like(self, other: Variant) -> bool:
        """Is the same seen of both, in the same colours?"""
        return len(self.ghosts) == len(other.ghosts) and all(
            np.array_equal(one.vertices, two.vertices)
            and np.array_equal(one.faces, two.faces)
            and np.array_equal(one.colours, two.colours)
            for one, two in zip(self.ghosts, other.ghosts, strict=True)
        )

    @property
    def bytes(self) -> int:
        """Memory that it takes."""
        return self.holds + sum(
            ghost.vertices.nbytes + ghost.faces.nbytes + ghost.colours.nbytes
            for ghost in self.ghosts
        )


class Basis(Record):
    """An object that a result was made from, as it was then. Holds no reference to Blender's data.

    labels : (F,) of its faces, None when it had no parts.
    """

    target: Target
    labels: Labels | None

    @classmethod
    def of(cls, obj: bpy.types.Object) -> Basis:
        """The object as it is now: to be made before the engine is asked."""
        labels = get_labels(obj.data) if has_labels(obj.data) else None
        return cls(Target.of(obj), labels)

    def find(self) -> bpy.types.Object | None:
        """The object, under whatever name; None when it is gone."""
        obj = find(self.target.uid, self.target.name)
        return obj if obj is not None and obj.users_scene else None

    def has_same_parts(self, obj: bpy.types.Object) -> bool:
        labels = get_labels(obj.data) if has_labels(obj.data) else None
        if labels is None or self.labels is None:
            return labels is self.labels
        return np.array_equal(labels, self.labels)

    def has_same_mesh(self, obj: bpy.types.Object) -> bool:
        return Snapshot.of(obj) == self.target.snapshot


@dataclass(eq=False)
class Proposal:
    """Variants of a result, and the operator that applies one.

    title : what it is, as "Fox.Hat replaced"; operator : gets the variant's `result` in its
    `results()`; bases : what it was made from, nothing when it needs no object; job : the one that
    still adds to it, with which it ends unless that is done; prepare : makes of a result the job,
    its title and its work, that has to be done before the operator gets what that returns in its
    place; None where nothing has to be done. It runs when the result is accepted. objection : says
    why that cannot be done for a result, empty when it can. comes_whole :
    each variant is whole when it comes, so that those stay that came before a job was cancelled
    or failed, and can be accepted while others come. coming : how many its job still brings. more :
    starts the job that brings others, beside those that are kept. left_out : how many made room for
    others, as there is room for `MOST_VARIANTS`, and for `MOST_BYTES` of them. sketch : a small
    picture of what comes next, None where there is none. can_pin : others may be asked for, before
    which variants can be pinned.
    """

    title: str
    operator: type[AppliesResults]
    bases: Sequence[Basis]
    variants: list[Variant]
    job: jobs.Job | None = None
    prepare: Prepare | None = None
    objection: Objection | None = None
    index: int = 0
    is_checked: bool = True
    comes_whole: bool = False
    coming: int = 0
    more: Callable[[], jobs.Job] | None = None
    left_out: int = 0
    sketch: NDArray[np.uint8] | None = None
    can_pin: bool = True

    @property
    def variant(self) -> Variant:
        """The one that is shown."""
        return self.variants[self.index]

    @property
    def lacks(self) -> str:
        """Why what is shown cannot be accepted, in words for a tooltip; empty when it can."""
        return self.objection(self.variant.result) if self.objection is not None else ""

    @property
    def is_growing(self) -> bool:
        """Does its job still run?"""
        return self.job is not None and self.job.state == jobs.RUNNING

    @property
    def missing(self) -> int:
        """How many variants its job, which is done, was asked for and did not bring."""
        done = self.job is not None and self.job.state == jobs.DONE
        return self.coming if done else 0

    def is_over(self) -> bool:
        """Is it no longer worth showing? What is being edited is looked at when that ends."""
        ended = self.job is not None and self.job.state in (jobs.FAILED, jobs.CANCELLED)
        if ended and not self.comes_whole:
            return True
        found = [(basis, basis.find()) for basis in self.bases]
        if any(obj is None for _, obj in found):
            return True
        still = [(basis, obj) for basis, obj in found if obj and not obj.data.is_editmode]
        if not all(basis.has_same_parts(obj) for basis, obj in still):
            return True
        if not self.is_checked:
            self.is_checked = len(still) == len(found)
            return not all(basis.has_same_mesh(obj) for basis, obj in still)
        return False


_proposal: Proposal | None = None
_accepting: jobs.Job | None = None  # the one that was started when a proposal was accepted


def show(proposal: Proposal) -> None:
    """Show a proposal, in the place of any other."""
    global _proposal
    if not proposal.variants:
        raise ValueError("a proposal has one variant at least")
    _proposal = proposal
    changed.seen.say()


def current(operator: type[AppliesResults] | None = None) -> Proposal | None:
    """The proposal that is shown, or only when this operator applies it.

    Cheap enough to be asked at each redraw.
    """
    global _proposal
    if _proposal is not None and _proposal.is_over():
        _proposal = None
    if _proposal is None or operator not in (None, _proposal.operator):
        return None
    return _proposal


def add_ghosts(proposal: Proposal, ghosts: Iterable[Ghost], number: int = 0) -> None:
    """More is seen of a variant, as when the parts of a result come one by one."""
    proposal.variants[number].ghosts += ghosts
    changed.seen.say()


def add_variant(proposal: Proposal, variant: Variant) -> None:
    """One more to choose from. The oldest that are neither kept nor shown make room for it."""
    held = sum(each.bytes for each in proposal.variants)
    while (
        len(proposal.variants) >= MOST_VARIANTS or held + variant.bytes > MOST_BYTES
    ) and drop_oldest(proposal):
        proposal.left_out += 1
        held = sum(each.bytes for each in proposal.variants)
    if len(proposal.variants) < MOST_VARIANTS:
        proposal.variants.append(variant)
    else:
        proposal.left_out += 1
    changed.seen.say()


def drop_oldest(proposal: Proposal) -> bool:
    """Drop the oldest variant that is neither kept nor shown; False where there is none."""
    for number, variant in enumerate(proposal.variants):
        if not variant.is_kept and number != proposal.index:
            drop_variant(proposal, number)
            return True
    return False


def drop_variant(proposal: Proposal, number: int) -> None:
    """One less to choose from; what is shown stays so, or the next one is. One is always left."""
    if len(proposal.variants) == 1:
        return
    del proposal.variants[number]
    if number < proposal.index or proposal.index == len(proposal.variants):
        proposal.index -= 1
    changed.seen.say()


def show_variant(proposal: Proposal, number: int) -> None:
    """Show this one of the variants."""
    proposal.index = number
    changed.seen.say()


def step(steps: int) -> None:
    """Show the next variant, or that many further on; after the last comes the first."""
    proposal = current()
    if proposal is not None:
        show_variant(proposal, (proposal.index + steps) % len(proposal.variants))


def accept(*, copies: bool = False) -> None:
    """Apply the variant that is shown, in one step of undo, and end the proposal and its job.

    copies : linked or shared data will be copied. Where something has to be done before, this
    starts the job that does it, and at its end applies the result. Raises BadInput when there is
    nothing to apply or what it was made from has changed, RuntimeError as the operator that applies
    it.
    """
    global _accepting
    proposal = current()
    if proposal is None:
        raise BadInput("There is no preview any more.", "Make it anew.")
    if proposal.is_growing and not proposal.comes_whole:
        raise BadInput("The result is not complete yet.", "Wait for it, or cancel it.")
    if proposal.is_growing:
        jobs.cancel()
        jobs.dismiss()
    _check(proposal, copies=copies)
    result = proposal.variant.result
    before = proposal.prepare(result) if proposal.prepare is not None else None
    if before is None:
        _apply(proposal, result)
        return
    title, work = before

    def finish(prepared: Any) -> None:
        if current() is not proposal:
            raise BadInput("The preview ended meanwhile.", "Nothing was changed. Make it anew.")
        _check(proposal, copies=copies)
        _apply(proposal, prepared)

    _accepting = jobs.start(title, work, finish)
    if _accepting.error is not None:
        raise _accepting.error


def is_accepting() -> bool:
    """Does a job run that was started when a proposal was accepted?"""
    return _accepting is not None and _accepting.state == jobs.RUNNING


def elsewhere(proposal: Proposal) -> BadInput | None:
    """Why a proposal cannot be applied where one is: something that it was made from is not in this
    view layer, and so its preview is not seen. None when all is."""
    context = bpy.context
    for obj in filter(None, (basis.find() for basis in proposal.bases)):
        if is_in(context.view_layer, obj):
            continue
        if context.scene in obj.users_scene:
            hint = "Show its collection in the Outliner, or discard the preview."
            return BadInput(f"“{obj.name}” is not in this view layer.", hint)
        hint = "Go back to the scene that it is in, or discard the preview."
        return BadInput(f"“{obj.name}” is not in this scene.", hint)
    return None


def _check(proposal: Proposal, *, copies: bool) -> None:
    reason = elsewhere(proposal)
    if reason is not None:
        raise reason
    for basis in proposal.bases:
        obj = basis.find()
        if obj is None or not (basis.has_same_parts(obj) and basis.has_same_mesh(obj)):
            discard()
            raise BadInput(
                f"“{basis.target.name}” was edited since the preview was made.",
                "Nothing was changed. Make the preview anew.",
            )
        reason = targets.refusal(obj, copies=copies)
        if reason is not None:
            raise reason


def _apply(proposal: Proposal, result: Any) -> None:
    """End the proposal, before its result is in the scene: no step of undo may hold traces of it.
    It goes on where the result cannot be applied."""
    discard()
    try:
        hand_over(proposal.operator, [result])
    except Exception:
        show(proposal)
        raise


def discard() -> None:
    """End the proposal; the scene stays as it is."""
    global _proposal
    if _proposal is not None:
        _proposal = None
        changed.seen.say()


def find(uid: int, name: str = "") -> bpy.types.Object | None:
    """The object with this session_uid; fast when it has this name."""
    obj = bpy.data.objects.get(name)
    if obj is None or obj.session_uid != uid:
        obj = next((each for each in bpy.data.objects if each.session_uid == uid), None)
    return obj


def _evaluated(what: changed.Evaluated) -> None:
    if _proposal is not None and what.shaped & {basis.target.uid for basis in _proposal.bases}:
        _proposal.is_checked = False


def _undone() -> None:
    if _proposal is not None:
        _proposal.is_checked = False


LISTENERS = (
    (changed.evaluated, _evaluated),
    (changed.undone, _undone),
    (changed.loading, discard),
)


def register() -> None:
    for signal, listener in LISTENERS:
        signal.listen(listener)


def unregister() -> None:
    for signal, listener in LISTENERS:
        signal.ignore(listener)
    discard()
