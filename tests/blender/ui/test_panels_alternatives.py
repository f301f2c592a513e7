# SPDX-License-Identifier: GPL-3.0-or-later
"""The panel of other parts: pictures, as long as these are a preview."""

from __future__ import annotations

import bpy
import numpy as np
import pytest
from partwise.blender_addon.ops.alternatives import PARTWISE_OT_apply_alternative as APPLY
from partwise.blender_addon.ops.alternatives import objection
from partwise.blender_addon.scene import proposals
from partwise.blender_addon.scene.proposals import Basis, Proposal, Variant
from partwise.blender_addon.ui.panels_alternatives import PARTWISE_PT_alternatives as PANEL

from tests.blender.recording_layout import draw

pytestmark = pytest.mark.usefixtures("no_proposal")


def test_pictures_and_what_may_be_done(scene):
    bpy.ops.mesh.primitive_cube_add()
    assert not PANEL.poll(bpy.context)
    variants = [
        Variant(name, [], result, thumbnail=np.full((96, 96, 4), level, np.uint8))
        for name, result, level in (
            ("Alternative 1, 4 parts", [0], 9),
            ("As it is, 3 parts", [], 8),
        )
    ]
    basis = Basis.of(bpy.context.object)
    proposals.show(
        Proposal(
            "Other parts of Cube", APPLY, [basis], variants, objection=objection, can_pin=False
        )
    )
    assert PANEL.poll(bpy.context)
    layout = draw(PANEL)
    assert "1 of 2: Alternative 1, 4 parts" in layout.texts
    assert layout.operators.count("partwise.show_variant") == 2
    assert "partwise.keep_variant" not in layout.operators
    assert bpy.ops.partwise.accept_proposal.poll()
    proposals.step(1)
    assert not bpy.ops.partwise.accept_proposal.poll()
