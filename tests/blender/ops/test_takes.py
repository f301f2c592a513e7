# SPDX-License-Identifier: GPL-3.0-or-later
"""A preview of parts from images, made otherwise by the real engine process."""

from __future__ import annotations

import contextlib

import bpy
import numpy as np
import pytest
from partwise.blender_addon.ops import images
from partwise.blender_addon.scene import briefs

from tests.blender.picturing import choose, make

pytestmark = pytest.mark.usefixtures("no_proposal")


@pytest.mark.of_the_engine
def test_other_versions_differ_until_there_are_no_more():
    choose()
    proposal = make()
    for _ in range(len(briefs.TURNS)):
        before = len(proposal.variants)
        with contextlib.suppress(RuntimeError):  # where there is one less
            bpy.ops.partwise.another_take()
            assert len(proposal.variants) == before + 1
            assert proposal.index == before
    with pytest.raises(RuntimeError, match="no other ways"):
        bpy.ops.partwise.another_take()
    assert 3 <= len(proposal.variants) <= 6
    names = [variant.name for variant in proposal.variants]
    assert len(set(names)) == len(names)
    assert any(name.endswith("thinner") for name in names)
    depth = [
        np.ptp(np.concatenate([ghost.vertices for ghost in variant.ghosts])[:, 1])
        for variant in proposal.variants
    ]
    thinner = next(i for i, name in enumerate(names) if name.endswith("thinner"))
    assert depth[thinner] < 0.8 * depth[0]


def test_the_shape_of_one_part_is_changed_in_the_preview():
    choose()
    proposal = make()
    take = proposal.variant.result
    head = next(i for i, name in enumerate(take.made.names) if "red" in name)
    assert bpy.ops.partwise.shape_part(part=head, kind="FLAT") == {"FINISHED"}
    assert images.current() is proposal
    assert len(proposal.variants) == 1
    again = proposal.variant.result
    head = next(i for i, name in enumerate(again.made.names) if "red" in name)
    assert again.made.report[head]["kind"] == "flat"
    assert again.kinds == {head: "flat"}
    bpy.ops.partwise.order_part(part=head, step=-1 if head else 1)
    moved = proposal.variant.result
    now = next(i for i, name in enumerate(moved.made.names) if "red" in name)
    assert now != head
    assert moved.kinds == {now: "flat"}, "the shape goes with its part"
    assert moved.made.report[now]["kind"] == "flat"
    bpy.ops.partwise.shape_part(part=now, kind="AUTO")
    assert proposal.variant.result.kinds == {}
