# SPDX-License-Identifier: GPL-3.0-or-later
"""A proposal that grows: what opens it, what it goes on with, what makes room."""

from __future__ import annotations

import bpy
import numpy as np
import pytest
from partwise.backend.contract.errors import BadInput
from partwise.blender_addon.scene import proposals
from partwise.blender_addon.scene.apply import AppliesResults
from partwise.blender_addon.scene.gathering import Gathering, kept_of
from partwise.blender_addon.scene.proposals import Basis, Ghost, Variant

pytestmark = pytest.mark.usefixtures("no_proposal")

RED = np.array([1.0, 0.0, 0.0, 1.0])


def variant(name: str, **fields: object) -> Variant:
    """All look alike."""
    return Variant(name, [Ghost(np.eye(3), np.array([[0, 1, 2]]), RED)], name, **fields)


def gathered(count: int, **fields: object) -> Gathering:
    made = Gathering("Test", AppliesResults, **fields)
    for number in range(count):
        assert made.is_new(number)
        made.add(variant(str(number)), expected=count)
    return made


def names() -> list[str]:
    return [each.name for each in proposals.current().variants]


def test_the_first_opens_it_and_each_comes_once():
    made = Gathering("Test", AppliesResults)
    assert proposals.current() is None
    made.is_new(0)
    made.add(variant("a"), expected=3)
    assert proposals.current() is made.proposal
    assert made.proposal.coming == 2
    assert not made.is_new(0)
    made.is_new(1)
    made.add(variant("b"), expected=3)
    assert made.proposal.coming == 1
    assert names() == ["a", "b"]
    assert made.proposal.index == 0


def test_it_goes_on_with_what_was_kept_when_the_first_came():
    first = gathered(3)
    later = Gathering("Test", AppliesResults, kept=lambda: (kept_of(first.proposal), []))
    first.proposal.variants[1].is_kept = True
    assert names() == ["0", "1", "2"]
    later.is_new(0)
    later.add(Variant("new", []))
    assert names() == ["1", "new"]
    assert proposals.current().variant.name == "new"
    assert kept_of(None) == []


def test_what_is_kept_does_not_come_a_second_time():
    first = gathered(2).proposal
    for each in first.variants:
        each.is_kept = True
    again = Gathering("Test", AppliesResults, kept=lambda: (kept_of(first), []))
    other = variant("other")
    other.ghosts[0] = Ghost(2 * np.eye(3), np.array([[0, 1, 2]]), RED)
    for number, each in enumerate((variant("same"), other)):
        again.is_new(number)
        again.add(each, expected=2)
    assert names() == ["0", "1", "other"]
    assert proposals.current().index == 0
    assert proposals.current().variants[0].is_kept


def test_what_it_was_made_from_is_listed_once(scene):
    bpy.ops.mesh.primitive_cube_add()
    cube = Basis.of(bpy.context.object)
    bpy.ops.mesh.primitive_cube_add()
    other = Basis.of(bpy.context.object)
    made = Gathering("Test", AppliesResults)
    made.add(variant("a"), [cube])
    made.add(variant("b"), [cube, other])
    assert made.proposal.bases == [cube, other]


def test_when_its_preview_ended_it_says_so():
    made = gathered(1)
    proposals.discard()
    with pytest.raises(BadInput, match="ended meanwhile"):
        made.add(variant("late"))
    assert proposals.current() is None


def test_the_oldest_make_room_but_never_what_is_kept_or_shown(monkeypatch):
    monkeypatch.setattr(proposals, "MOST_VARIANTS", 4)
    proposal = gathered(4).proposal
    proposal.variants[1].is_kept = True
    proposals.show_variant(proposal, 2)
    for number in range(4, 7):
        proposals.add_variant(proposal, variant(str(number)))
    assert names() == ["1", "2", "5", "6"]
    assert proposal.variant.name == "2"
    assert proposal.left_out == 3
    for each in proposal.variants:
        each.is_kept = True
    proposals.add_variant(proposal, variant("no room"))
    assert names() == ["1", "2", "5", "6"]
    assert proposal.left_out == 4


def test_not_more_memory_is_held_than_there_is_for_it(monkeypatch):
    size = variant("a").bytes
    assert size == 9 * 8 + 3 * 8 + 4 * 8
    assert variant("b", holds=100).bytes == size + 100
    monkeypatch.setattr(proposals, "MOST_BYTES", 3 * size)
    proposal = gathered(6).proposal
    assert names() == ["0", "4", "5"]
    assert sum(each.bytes for each in proposal.variants) <= proposals.MOST_BYTES


def test_sketches_are_seen_in_the_view_until_the_first_comes_and_in_the_grid_after_it():
    picture = np.full((96, 96, 4), 9, np.uint8)
    made = Gathering("Test", AppliesResults)
    for name in ("rough", "finer"):
        made.sketch(variant(name, thumbnail=picture), expected=3)
    proposal = proposals.current()
    assert names() == ["finer"]
    assert (proposal.comes_whole, proposal.coming, proposal.sketch) == (False, 2, None)
    made.is_new(0)
    made.add(variant("first"), expected=3)
    assert proposals.current() is proposal
    assert (names(), proposal.comes_whole) == (["first"], True)
    made.sketch(variant("next", thumbnail=picture), expected=3)
    assert names() == ["first"]
    assert proposal.sketch is picture
    made.is_new(1)
    made.add(variant("second"), expected=3)
    assert proposal.sketch is None


def test_what_is_looked_at_stays_while_others_are_sketched():
    former = gathered(2).proposal
    picture = np.full((96, 96, 4), 9, np.uint8)
    later = Gathering("Test", AppliesResults)
    later.sketch(variant("rough", thumbnail=picture), expected=3)
    assert proposals.current() is former
    assert former.sketch is picture
    assert names() == ["0", "1"]


def test_a_sketch_of_what_was_discarded_says_so():
    made = Gathering("Test", AppliesResults)
    made.sketch(variant("rough"))
    proposals.discard()
    with pytest.raises(BadInput, match="ended meanwhile"):
        made.sketch(variant("finer"))
