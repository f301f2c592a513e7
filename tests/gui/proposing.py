# SPDX-License-Identifier: GPL-3.0-or-later
"""A result that is looked at before it is taken: seen over the model, and nothing else changes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import bpy
import numpy as np
from stage import active, ours
from window import Waits, Window


def ghost_of(obj: bpy.types.Object, colour: tuple[float, ...], shift: float) -> Any:
    """The mesh of an object again, moved up by a share of its height."""
    arrays = ours("mesh.read").Snapshot.of(obj).arrays()
    matrix = np.eye(4)
    matrix[:3, 3] = [0.0, 0.0, shift * np.ptp(arrays.vertices[:, 2])]
    kind = ours("scene.proposals").Ghost
    return kind(arrays.vertices, arrays.faces, np.array(colour), obj.session_uid, matrix)


def look_at_proposals(window: Window, package: Path) -> Waits[None]:
    """Two variants are seen in turn; what is accepted is one step of undo."""
    proposals, base = ours("scene.proposals"), ours("scene.apply").AppliesResults

    class PARTWISE_OT_test_raise(base, bpy.types.Operator):
        """Move the object up"""

        bl_idname = "partwise.test_raise"
        bl_label = "Raise"

        def execute(self, context: bpy.types.Context) -> set[str]:
            ((basis, height),) = self.results()
            basis.find().location.z += height
            return {"FINISHED"}

    bpy.utils.register_class(PARTWISE_OT_test_raise)
    try:
        obj = active()
        basis = proposals.Basis.of(obj)
        variants = [
            proposals.Variant(name, [ghost_of(obj, colour, shift)], (basis, shift))
            for name, colour, shift in (
                ("red", (0.8, 0.1, 0.1, 1.0), 0.5),
                ("blue", (0.1, 0.2, 0.8, 0.6), 1.0),
            )
        ]
        name, before = obj.name, obj.location.z
        proposals.show(proposals.Proposal("Raised", PARTWISE_OT_test_raise, [basis], variants))
        yield from window.picture("33_proposed")
        with window.here():
            bpy.ops.partwise.step_proposal("INVOKE_DEFAULT", True)
        yield from window.picture("34_next_variant")
        assert bpy.data.objects[name].location.z == before
        with window.here():
            bpy.ops.partwise.accept_proposal("INVOKE_DEFAULT", True)
        yield from window.picture("35_accepted")
        assert proposals.current() is None
        assert bpy.data.objects[name].location.z == before + 1.0
        yield from window.undo()
        assert bpy.data.objects[name].location.z == before
    finally:
        proposals.discard()
        bpy.utils.unregister_class(PARTWISE_OT_test_raise)
