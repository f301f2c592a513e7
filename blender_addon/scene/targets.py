# SPDX-License-Identifier: GPL-3.0-or-later
"""Which objects Partwise may work on, and why not; and finding them again when a job has ended."""

from __future__ import annotations

import functools

import bpy

from ...backend.contract.arrays import NDArray, np
from ...backend.contract.errors import BadInput
from ...backend.contract.records import Value
from ..mesh.labels import face_count
from ..mesh.read import MeshArrays, Snapshot

# Why an object is left out.
SHARED, LINKED, OVERRIDDEN, NO_FACES = "SHARED", "LINKED", "OVERRIDDEN", "NO_FACES"
NOT_CHOSEN, NO_MESH, INSTANCE, HIDDEN = "NOT_CHOSEN", "NO_MESH", "INSTANCE", "HIDDEN"


class Skipped(Value):
    """A selected object that cannot be used: its name, the kind of reason, and it in words."""

    name: str
    kind: str
    reason: BadInput


def sort_out(
    context: bpy.types.Context, *, copies: bool = False
) -> tuple[list[bpy.types.Object], list[Skipped]]:
    """The objects that are meant and can be used, the active one first; and those left out.

    Meant are the selected objects, or those being edited; when faces are selected there, those with
    such faces. copies : see `refusal`. Of objects that share a mesh, the first stands for all,
    unless each is to get a copy.
    """
    active = context.view_layer.objects.active
    chosen = list(context.objects_in_mode) if context.mode == "EDIT_MESH" else []
    chosen = sorted(chosen or context.selected_objects, key=lambda obj: obj != active)
    usable: list[bpy.types.Object] = []
    skipped: list[Skipped] = []
    for obj in chosen:
        kind, reason = _objection(obj, copies=copies, shared=True) or ("", None)
        if reason is None:
            if copies or obj.data not in [one.data for one in usable]:
                usable.append(obj)
        else:
            skipped.append(Skipped(obj.name, kind, reason))
    if faces_are_chosen(usable):
        for obj in [obj for obj in usable if not count_selected(obj)]:
            hint = "Select faces of it in Edit Mode."
            reason = BadInput(f"“{obj.name}” has no selected face.", hint)
            skipped.append(Skipped(obj.name, NOT_CHOSEN, reason))
            usable.remove(obj)
    is_other = active is not None and active.type == "MESH" and active not in chosen
    if is_other and not active.visible_get(view_layer=context.view_layer):
        hint = "Show it with the eye in the Outliner, then select it."
        reason = BadInput(f"“{active.name}” is hidden.", hint)
        skipped.append(Skipped(active.name, HIDDEN, reason))
    return usable, skipped


def usable_meshes(
    context: bpy.types.Context, *, copies: bool = False
) -> tuple[list[bpy.types.Object], list[Skipped]]:
    """As `sort_out`. Raises BadInput, with the reason, when there is nothing to use."""
    usable, skipped = sort_out(context, copies=copies)
    if usable:
        return usable, skipped
    if not skipped:
        raise BadInput("Nothing is selected.", "Select one or more mesh objects.")
    # What is wrong with a mesh says more than that something else is none.
    first = min(skipped, key=lambda each: (each.kind == NO_MESH, each.kind == INSTANCE))
    raise first.reason


def faces_are_chosen(objects: list[bpy.types.Object]) -> bool:
    """Is a part of the faces of objects selected in Edit Mode? Nothing and everything mean all."""
    return 0 < sum(map(count_selected, objects)) < sum(face_count(obj.data) for obj in objects)


def count_selected(obj: bpy.types.Object) -> int:
    """How many faces of an object are selected in Edit Mode; 0 in other modes."""
    return int(obj.data.total_face_sel) if obj.data.is_editmode else 0


def refusal(
    obj: bpy.types.Object, *, copies: bool = False, shared: bool = False
) -> BadInput | None:
    """Why this mesh object cannot be changed; None when it can.

    copies : linked, overridden and shared data will be copied first, and is no reason. shared :
    that other objects have the same mesh is none, since it is changed for all of them.
    """
    found = _objection(obj, copies=copies, shared=shared)
    return None if found is None else found[1]


def users_of(context: bpy.types.Context, obj: bpy.types.Object) -> list[bpy.types.Object]:
    """The objects of the view layer with the mesh of an object, itself first."""
    others = [o for o in context.view_layer.objects if o.data == obj.data and o != obj]
    return [obj, *(o for o in others if o.is_editable and o.override_library is None)]


def _objection(
    obj: bpy.types.Object, *, copies: bool, shared: bool = False
) -> tuple[str, BadInput] | None:
    """The kind of reason why an object cannot be used, and it in words; None when it can."""
    if obj.instance_type == "COLLECTION":
        return INSTANCE, BadInput(
            f"“{obj.name}” is an instance of a collection, not a mesh of its own.",
            "Make it real with Object > Apply > Make Instances Real.",
        )
    if obj.type != "MESH":
        kind = obj.type.replace("_", " ").lower()
        return NO_MESH, BadInput(
            f"“{obj.name}” is not a mesh (it is {'an' if kind[0] in 'aeiou' else 'a'} {kind}).",
            "Select a mesh; other objects can become one with Object > Convert > Mesh.",
        )
    if not copies:
        make_local = "Turn on Copy Linked Data, or use Object > Relations > Make Local."
        if obj.library is not None or obj.data.library is not None:
            return LINKED, BadInput(f"“{obj.name}” is linked from another file.", make_local)
        if obj.override_library is not None or obj.data.override_library is not None:
            return OVERRIDDEN, BadInput(f"“{obj.name}” is a library override.", make_local)
        sharing = obj.data.users - obj.data.use_fake_user
        if sharing > 1 and not shared:
            return SHARED, BadInput(
                f"“{obj.name}” shares its mesh with {sharing - 1} other "
                f"object{'s' if sharing > 2 else ''}.",
                "Turn on Copy Linked Data, or use Object > Relations > Make Single User > "
                "Object & Data.",
            )
    if not face_count(obj.data):
        return NO_FACES, BadInput(
            f"“{obj.name}” has no faces.",
            "If its faces come from modifiers, apply them first; else choose another object.",
        )
    return None


def unseen(context: bpy.types.Context, obj: bpy.types.Object) -> str:
    """Why nobody would see a preview on an object, in words for a tooltip; empty when it is seen.

    It may be hidden itself, by its collection, or because the 3D view is in local view without it.
    """
    layer, space = context.view_layer, context.space_data
    is_local = space is not None and space.type == "VIEW_3D" and space.local_view is not None
    if obj.visible_get(view_layer=layer, **({"viewport": space} if is_local else {})):
        return ""
    # Not `local_view_get`, which Blender 4.5 denies for all objects where it has no window.
    if is_local and not (obj.hide_viewport or obj.hide_get(view_layer=layer)):
        return f"“{obj.name}” is not in this view. Leave Local View with View > Local View"
    return f"“{obj.name}” is hidden. Show it with the eye in the Outliner"


class Target(Value):
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

    def find_unchanged(self, *, copies: bool = False, shared: bool = False) -> bpy.types.Object:
        """The object, if a result for the mesh that was sent can be applied to it.

        copies, shared : as of `refusal`.

        Raises BadInput when it is gone, was edited or cannot be changed.
        """
        obj = self.find()
        reason = refusal(obj, copies=copies, shared=shared)
        if reason is not None:
            raise reason
        if Snapshot.of(obj) != self.snapshot:
            raise BadInput(
                f"“{obj.name}” was edited while it was being decomposed.",
                "Nothing was changed. Press Decompose again.",
            )
        return obj


def make_editable(
    context: bpy.types.Context, obj: bpy.types.Object, *, shared: bool = False
) -> bpy.types.Object:
    """The object itself, or a local copy in its place when its data is linked or shared.

    A linked or overridden object stays, hidden; its copy takes its place in the scene. shared : a
    shared mesh stays shared.
    """
    if refusal(obj, shared=shared) is None:
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
