# SPDX-License-Identifier: GPL-3.0-or-later
"""Something to propose, and an operator that applies it."""

from __future__ import annotations

import bpy
import numpy as np
from partwise.blender_addon.scene import proposals
from partwise.blender_addon.scene.apply import AppliesResults
from partwise.blender_addon.scene.proposals import Basis, Ghost, Proposal, Variant

RED = np.array([1.0, 0.0, 0.0, 1.0])


class PARTWISE_OT_test_rename(AppliesResults, bpy.types.Operator):
    """Give the object that a result was made from its name"""

    bl_idname = "partwise.test_rename"
    bl_label = "Rename"

    def execute(self, context):
        ((basis, name),) = self.results()
        if name == "bad":
            self.report({"ERROR"}, "It cannot be applied.")
            return {"CANCELLED"}
        basis.find().name = name
        return {"FINISHED"}


def propose(obj: bpy.types.Object, *names: str, **fields: object) -> Proposal:
    """A proposal of names for an object, each with a triangle to look at."""
    basis = Basis.of(obj)
    seen = [Ghost(np.eye(3), np.array([[0, 1, 2]]), RED, obj.session_uid)]
    variants = [Variant(name, list(seen), (basis, name)) for name in names]
    made = Proposal(f"{obj.name} renamed", PARTWISE_OT_test_rename, [basis], variants, **fields)
    proposals.show(made)
    return made
