# SPDX-License-Identifier: GPL-3.0-or-later
"""What panels show of a proposal."""

from __future__ import annotations

import bpy
import pytest
from partwise.blender_addon.scene import proposals
from partwise.blender_addon.scene.apply import AppliesResults
from partwise.blender_addon.ui.proposals import draw_proposal

from tests.blender.ops.proposing import PARTWISE_OT_test_rename, propose
from tests.blender.recording_layout import RecordingLayout

STEP, ACCEPT, DISCARD = (f"partwise.{name}_proposal" for name in ("step", "accept", "discard"))


@pytest.fixture(autouse=True)
def nothing_left():
    yield
    proposals.discard()


@pytest.fixture
def cube() -> bpy.types.Object:
    bpy.ops.mesh.primitive_cube_add()
    return bpy.context.object


def test_nothing_is_drawn_without_one_or_for_another_panel(cube):
    layout = RecordingLayout()
    assert not draw_proposal(layout, PARTWISE_OT_test_rename)
    propose(cube, "Fox")
    assert not draw_proposal(layout, AppliesResults)
    assert not layout.texts


def test_variants_have_names_and_numbers(cube):
    propose(cube, "Fox", "Hen", "Owl")
    proposals.step(1)
    layout = RecordingLayout()
    assert draw_proposal(layout, PARTWISE_OT_test_rename)
    assert "Cube renamed" in layout.texts
    assert "2 of 3: Hen" in layout.texts
    assert layout.operators == [STEP, STEP, ACCEPT, DISCARD]


def test_a_single_one_has_no_arrows(cube):
    propose(cube, "Fox")
    layout = RecordingLayout()
    draw_proposal(layout, PARTWISE_OT_test_rename)
    assert "Fox" in layout.texts
    assert layout.operators == [ACCEPT, DISCARD]
    propose(cube, "")
    layout = RecordingLayout()
    draw_proposal(layout, PARTWISE_OT_test_rename)
    assert layout.texts == ["Cube renamed", "Accept", "Discard"]
