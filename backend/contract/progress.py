# SPDX-License-Identifier: GPL-3.0-or-later
"""The one way in which a long function says how far it is, and hears that it should stop."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

WHOLE = 100  # what the listener is told parts of


class Progress:
    """How far a job is. It is handed down; each function that takes long gets a span of the whole.

        def analyse(mesh, progress=SILENT):
            graph = build(mesh, progress.span(0.0, 0.2, "Reading the surface"))
            for k in range(rounds):
                progress.span(0.2, 1.0, "Merging").step(k / rounds)

    A job that was cancelled ends at its next step: the listener raises Cancelled there.

    tell : hears (stage, done, whole), how many parts of the whole are done; may raise. look : gets
    sketches of what is being made (`engines.base.Sketch`); None where nobody looks at any.
    """

    __slots__ = ("_first", "_last", "_look", "_stage", "_tell")

    def __init__(
        self,
        tell: Callable[[str, int, int], None] | None = None,
        stage: str = "",
        first: float = 0.0,
        last: float = 1.0,
        look: Callable[[Any], None] | None = None,
    ) -> None:
        self._tell, self._stage, self._first, self._last = tell, stage, first, last
        self._look = look

    def span(self, first: float, last: float, stage: str = "") -> Progress:
        """The part from `first` to `last`, shares of this one, as a progress of its own.

        stage : words for people; those of this progress where none are given.
        """
        size = self._last - self._first
        ends = self._first + size * first, self._first + size * last
        return Progress(self._tell, stage or self._stage, *ends, look=self._look)

    def shown_to(self, look: Callable[[Any], None] | None) -> Progress:
        """The same, whose sketches somebody else gets, or nobody."""
        shown = self.span(0.0, 1.0)
        shown._look = look
        return shown

    @property
    def is_looked_at(self) -> bool:
        """Does anybody look at sketches? Otherwise none need be made."""
        return self._look is not None

    def sketch(self, sketch: Any) -> None:
        """What is being made will be about this. May raise Cancelled."""
        if self._look is not None:
            self._look(sketch)

    def step(self, share: float = 0.0) -> None:
        """`share`, 0..1, of this span is done. Raises Cancelled when the job was cancelled."""
        if self._tell is not None:
            done = self._first + (self._last - self._first) * share
            self._tell(self._stage, int(WHOLE * done + 1e-6), WHOLE)


SILENT = Progress()  # nobody listens
