# SPDX-License-Identifier: GPL-3.0-or-later
"""A proposal that a job fills: its variants are shown as they come, and those that came stay."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from ...backend.contract.errors import BadInput
from ...backend.contract.requests import MAX_SEED
from ..engine import jobs
from . import proposals
from .apply import AppliesResults
from .proposals import Basis, Objection, Prepare, Proposal, Variant


@dataclass(eq=False)
class Gathering:
    """What a job that is to bring variants has brought.

    title, operator, prepare, objection, more, can_pin : of the proposal. verb : what is done
    meanwhile, as "replaced".
    kept : tells what it goes on with, when the first comes: variants, and what they were made from.
    numbers : of what has come, in the engine's answers.
    """

    title: str
    operator: type[AppliesResults]
    verb: str = "made"
    prepare: Prepare | None = None
    objection: Objection | None = None
    more: Callable[[], jobs.Job] | None = None
    can_pin: bool = True
    kept: Callable[[], tuple[list[Variant], list[Basis]]] = lambda: ([], [])
    proposal: Proposal | None = None
    numbers: set[int] = field(default_factory=set)

    def start(self, title: str, work: jobs.Work, finish: Callable[[Any], None]) -> jobs.Job:
        """Start the job. The preview that there was before stays until the first variant comes, and
        ends the job if it is discarded or accepted."""
        former = proposals.current(self.operator)
        job = jobs.start(title, work, finish)
        if former is not None and former.comes_whole and proposals.current() is former:
            former.job, former.coming = job, 0
        return job

    def open(self, bases: Sequence[Basis]) -> Variant:
        """Open the proposal before the first variant is whole, so that it is seen while it grows.

        Returns what its ghosts are given to. It cannot be accepted, and ends with its job, before
        `add` gets the whole one, with which it goes on.
        """
        growing = Variant("", [])
        job = jobs.current()
        self.proposal = Proposal(
            self.title,
            self.operator,
            list(bases),
            [growing],
            job=job,
            prepare=self.prepare,
            objection=self.objection,
            can_pin=self.can_pin,
        )
        proposals.show(self.proposal)
        return growing

    def sketch(self, seen: Variant, bases: Sequence[Basis] = (), expected: int = 1) -> None:
        """Show what the next variant will be about, in the place of the last sketch: in the view
        where there is none yet, else among the small pictures.

        seen : without a result. bases, expected : as for `add`; it raises as that does.
        """
        former = None
        if self.proposal is None:
            former = proposals.current(self.operator)
            if former is None or not former.comes_whole:
                self.open(bases)
        self.check()
        shown = self.proposal or former
        assert shown is not None
        if shown.comes_whole:
            shown.sketch = seen.thumbnail
        else:
            shown.variants[0], shown.coming = seen, max(expected - 1, 0)
            proposals.show_variant(shown, 0)
        jobs.redraw_sidebars()

    def is_new(self, number: int) -> bool:
        """Has no variant of this number come yet? The next time it has."""
        known = number in self.numbers
        self.numbers.add(number)
        return not known

    def add(self, variant: Variant, bases: Sequence[Basis] = (), expected: int = 0) -> None:
        """Show one more, of which the first opens the proposal.

        bases : what it was made from; expected : how many the job will have brought at its end.
        Raises BadInput where the proposal ended meanwhile, as when its object was edited.
        """
        coming = max(expected - len(self.numbers), 0)
        if self.proposal is None:
            kept, kept_bases = self.kept()
            # The next seeds may bring again what is kept, where an engine has few parts to offer.
            same = [number for number, each in enumerate(kept) if each.is_like(variant)]
            by_uid = {basis.target.uid: basis for basis in (*kept_bases, *bases)}
            self.proposal = Proposal(
                self.title,
                self.operator,
                list(by_uid.values()),
                kept if same else [*kept, variant],
                job=jobs.current(),
                prepare=self.prepare,
                objection=self.objection,
                index=same[0] if same else len(kept),
                comes_whole=True,
                coming=coming,
                more=self.more,
                can_pin=self.can_pin,
            )
            proposals.show(self.proposal)
            return
        self.check()
        self.proposal.sketch = None
        if not self.proposal.comes_whole:
            self.proposal.variants[0], self.proposal.comes_whole = variant, True
            self.proposal.coming, self.proposal.more = coming, self.more
            proposals.show_variant(self.proposal, 0)
            return
        known = {basis.target.uid for basis in self.proposal.bases}
        new = [basis for basis in bases if basis.target.uid not in known]
        self.proposal.bases = [*self.proposal.bases, *new]
        self.proposal.coming = coming
        if not any(variant.is_like(each) for each in self.proposal.variants if each.is_kept):
            proposals.add_variant(self.proposal, variant)

    def check(self) -> None:
        """Raises BadInput when the proposal ended."""
        if self.proposal is None or proposals.current() is self.proposal:
            return
        bases = self.proposal.bases
        gone = next((basis for basis in bases if basis.find() is None), None)
        if not bases:
            raise BadInput("The preview ended meanwhile.", "Nothing was changed. Make it anew.")
        basis, what = (gone, "deleted") if gone else (bases[0], "edited")
        raise BadInput(
            f"“{basis.target.name}” was {what} while it was being {self.verb}.",
            "Nothing was changed. Make the preview anew.",
        )


def next_seed(seed: int, variants: int) -> int:
    """The seed from which others come than from so many seeds from this one on."""
    return (seed + variants) % (MAX_SEED >> 1)


def kept_of(former: Proposal | None) -> list[Variant]:
    """The variants of a proposal that are to stay when others come."""
    return [] if former is None else [variant for variant in former.variants if variant.is_kept]
