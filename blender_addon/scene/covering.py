# SPDX-License-Identifier: GPL-3.0-or-later
"""What a proposal takes the place of is out of sight as long as that is shown, and no longer.

No step of undo, no saved file and no other preview may keep it so: whatever ends a proposal, or
brings back a state of the file in which there was one, ends here too.
"""

from __future__ import annotations

import bpy

from . import changed, proposals, visibility

_count = 0  # of objects, when something was evaluated


def follow(*_: object) -> None:
    """Cover what the proposal that is shown takes the place of, and nothing else."""
    proposal = proposals.current()
    covered: dict[int, frozenset[int] | None] = {}
    for uid, part_id in proposal.variant.covers if proposal is not None else ():
        former = covered.get(uid, frozenset())
        if part_id is None or former is None:
            covered[uid] = None
        else:
            covered[uid] = former | {part_id}
    visibility.cover(covered)


def _evaluated(_what: object) -> None:
    """What ends a proposal is an edit, too; and a copy of what is covered has to be seen."""
    global _count
    follow()
    count = len(bpy.data.objects)
    if visibility.is_covering() and count != _count:
        visibility.mend()
    _count = count


def _changed_back() -> None:
    """An undo, a redo, or a file, perhaps one that was saved by itself while something was covered:
    it may hold what covers and lack it, and so may the other way round."""
    follow()
    visibility.mend()


def _saving() -> None:
    visibility.suspend(suspended=True)


def _saved() -> None:
    visibility.suspend(suspended=False)
    follow()


LISTENERS = (
    (changed.seen, follow),
    (changed.evaluated, _evaluated),
    (changed.undone, _changed_back),
    (changed.loaded, _changed_back),
    (changed.saving, _saving),
    (changed.saved, _saved),
)


def register() -> None:
    for signal, listener in LISTENERS:
        signal.listen(listener)


def unregister() -> None:
    visibility.cover({})
    for signal, listener in LISTENERS:
        signal.ignore(listener)
