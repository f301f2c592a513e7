# SPDX-License-Identifier: GPL-3.0-or-later
"""Which objects Partwise may work on, and why not; and finding them again when a job has ended."""

from __future__ import annotations

import functools
from dataclasses import dataclass

import bpy
import numpy as np
from numpy.typing import NDArray

from ...backend.contract.errors import BadInput
from ..mesh.read import MeshArrays, Snapshot


def selected_meshes(context: bpy.types.Context) -> list[bpy.types.Object]:
    """The mesh objects that are selected, or being edited; the active one first.

    Raises BadInput when there is none, with the reason.
    """
    chosen = list(context.objects_in_mode) if context.mode == "EDIT_MESH" else []
    chosen = chosen or list(context.selected_objects)
    if not chosen:
        raise BadInput("Nothing is selected.", "Select one or more mesh objects.")
    meshes = [obj for obj in chosen if obj.type == "MESH"]
    if not meshes:
        instance = next((obj for obj in chosen if obj.instance_type == "COLLECTION"), None)
        if instance is not None:
            raise BadInput(
                f"“{instance.name}” is an instance of a collection, not a mesh of its own.",
                "Make it real with Object > Apply > Make Instances Real.",
            )
        kind = chosen[0].type.replace("_", " ").lower()
        raise BadInput(
            f"There is no mesh among the selected objects (“{chosen[0].name}” is a {kind}).",
            "Select a mesh; other objects can become one with Object > Convert > Mesh.",
        )
    meshes.sort(key=lambda obj: obj != context.view_layer.objects.active)
    return meshes


def refusal(obj: bpy.types.Object, *, copies: bool = False) -> BadInput | None:
    """Why this mesh object cannot be changed; None when it can.

    copies : linked, overridden and shared data will be copied first, and is no reason.
    """
    if not copies:
        make_local = "Turn on Copy Linked Data, or use Object > Relations > Make Local."
        if obj.library is not None or obj.data.library is not None:
            return BadInput(f"“{obj.name}” is linked from another file.", make_local)
        if obj.override_library is not None or obj.data.override_library is not None:
            return BadInput(f"“{obj.name}” is a library override.", make_local)
        sharing = obj.data.users - obj.data.use_fake_user
        if sharing > 1:
            return BadInput(
                f"“{obj.name}” shares its mesh with {sharing - 1} other "
                f"object{'s' if sharing > 2 else ''}.",
                "Turn on Copy Linked Data, or use Object > Relations > Make Single User > "
                "Object & Data.",
            )
    if not (len(obj.data.polygons) or obj.data.is_editmode):
        return BadInput(
            f"“{obj.name}” has no faces.",
            "If its faces come from modifiers, apply them first; else choose another object.",
        )
    return None


def usable_meshes(
    context: bpy.types.Context, *, copies: bool = False
) -> tuple[list[bpy.types.Object], list[BadInput]]:
    """The selected meshes that can be used, and the reasons why others cannot.

    Raises BadInput when none can be used.
    """
    usable: list[bpy.types.Object] = []
    reasons: list[BadInput] = []
    for obj in selected_meshes(context):
        reason = refusal(obj, copies=copies)
        if reason is None:
            usable.append(obj)
        else:
            reasons.append(reason)
    if not usable:
        raise reasons[0]
    return usable, reasons


@dataclass(frozen=True)
class Target:
    """An object whose mesh was sent to the engine: enough to find it again, whatever happened.

    References to Blender's data do not survive an undo, so this holds none.
    """

    uid: int
    name: str
    snapshot: Snapshot
    chosen: NDArray[np.bool_] | None = None  # (F,) the polygons to work on; all by default

    @classmethod
    def of(cls, obj: bpy.types.Object, chosen: NDArray[np.bool_] | None = None) -> Target:
        """The object with the mesh that it has now."""
        return cls(obj.session_uid, obj.name, Snapshot.of(obj), chosen)

    @functools.cached_property
    def arrays(self) -> MeshArrays:
        """What the engine is sent; made when first needed, in whatever thread."""
        return self.snapshot.arrays(self.chosen)

    def find(self) -> bpy.types.Object:
        """The object as it is now, under whatever name. Raises BadInput when it is gone."""
        obj = next((o for o in bpy.data.objects if o.session_uid == self.uid), None)
        if obj is None or not obj.users_scene:
            raise BadInput(
                f"“{self.name}” was deleted while it was being decomposed.",
                "Nothing was changed. Undo brings it back; then press Decompose again.",
            )
        return obj

    def find_unchanged(self, *, copies: bool = False) -> bpy.types.Object:
        """The object, if a result for the mesh that was sent can be applied to it.

        Raises BadInput when it is gone, was edited or cannot be changed.
        """
        obj = self.find()
        reason = refusal(obj, copies=copies)
        if reason is not None:
            raise reason
        if Snapshot.of(obj) != self.snapshot:
            raise BadInput(
                f"“{obj.name}” was edited while it was being decomposed.",
                "Nothing was changed. Press Decompose again.",
            )
        return obj


def make_editable(context: bpy.types.Context, obj: bpy.types.Object) -> bpy.types.Object:
    """The object itself, or a local copy in its place when its data is linked or shared.

    A linked or overridden object stays, hidden; its copy takes its place in the scene.
    """
    if refusal(obj) is None:
        return obj
    if obj.library is not None or obj.override_library is not None:
        copy = obj.copy()
        if copy.override_library is not None:
            copy = copy.make_local(clear_liboverride=True)
        homes = [home for home in obj.users_collection if home.is_editable]
        for home in homes or [context.scene.collection]:
            home.objects.link(copy)
        copy.matrix_world = obj.matrix_world
        obj.hide_set(True)
        copy.select_set(True)
        if context.view_layer.objects.active == obj:
            context.view_layer.objects.active = copy
        obj = copy
    obj.data = obj.data.copy()
    return obj
