# SPDX-License-Identifier: GPL-3.0-or-later
"""Whole objects -> assemblies: parts in `<Name>.parts`, the original hidden in `<Name>.source`."""

from __future__ import annotations

import bpy

from ..mesh.borders import hold_borders
from ..mesh.build import (
    Point,
    build_part,
    move_origin,
    origin_is_free,
    part_centres,
    shift_origin,
)
from ..mesh.caps import caps_digest
from ..mesh.keys import remove_meshes
from ..mesh.labels import get_labels
from ..mesh.preview import remove_preview
from ..mesh.split import LOOSE, REST, split_mesh
from . import completions, targets
from .assembly_join import SOURCE, discard_untouched
from .completions import Completion
from .parts import default_name, part_of
from .selection import select_only

PARTS = "parts"


def split_objects(
    context: bpy.types.Context,
    objects: list[bpy.types.Object],
    settings: bpy.types.PropertyGroup,
    closed: list[Completion | None] | None = None,
) -> list[bpy.types.Object]:
    """Make an object of each part of labelled objects, in new collections; hide the originals.

    settings : `keep_shading`, `origin`, `copy_linked`, and those of `completions.style_of`.
    closed : for each object, what closes its parts; in its place comes what was completed before.
    Returns the parts, selected. All are cut before anything in the scene changes.

    A mesh that several objects share is cut once, and all of them get parts that share theirs,
    unless linked data is to be copied.
    """
    cut: list[dict[int, bpy.types.Mesh]] = []
    whole: list[bpy.types.Object] = []
    try:
        for obj, now in zip(objects, closed or [None] * len(objects), strict=True):
            if not settings.copy_linked and obj.data in [one.data for one in whole]:
                continue
            whole.append(obj)
            labels, shading = get_labels(obj.data), settings.keep_shading
            before = completions.kept(obj.data, completions.style_of(settings))
            caps, hidden = (None if each is None else each.caps for each in (now, before))
            meshes = split_mesh(obj, labels, keep_shading=shading, caps=caps, hidden=hidden)
            cut.append(meshes)
            for label, told in [(k, r) for e in (now, before) if e for k, r in e.report.items()]:
                if label in meshes:
                    completions.write_report(meshes[label].partwise.report, told)
    except BaseException:
        for meshes in cut:
            remove_meshes(meshes.values())
        raise
    made = []
    for obj, meshes in zip(whole, cut, strict=True):
        users = [obj] if settings.copy_linked else targets.users_of(context, obj)
        centres: dict[int, Point] = {}
        if settings.origin != "SOURCE" and all(map(origin_is_free, users)):
            centres = part_centres(obj.data, get_labels(obj.data), meshes, settings.origin)
        for user in users:
            made += _place(
                context,
                user,
                meshes,
                centres,
                first=user == obj,
                keep_shading=settings.keep_shading,
            )
    select_only(context, made)
    return made


def split_at(
    context: bpy.types.Context, obj: bpy.types.Object, origins: dict[int, Point]
) -> list[bpy.types.Object]:
    """The same of one object, open parts open: its parts, in their order, selected.

    origins : of each part, (3,) in the object's coordinates.
    """
    meshes = split_mesh(obj, get_labels(obj.data))
    made = _place(context, obj, meshes, origins, first=True, keep_shading=True)
    select_only(context, made)
    return made


def _place(
    context: bpy.types.Context,
    obj: bpy.types.Object,
    meshes: dict[int, bpy.types.Mesh],
    centres: dict[int, Point],
    *,
    first: bool,
    keep_shading: bool,
) -> list[bpy.types.Object]:
    """Objects for the meshes of the parts of an object, which is put away.

    centres : where the origins of parts shall be, see `part_centres`. first : whether no other
    object has these meshes yet.
    """
    remove_preview(obj)
    discard_untouched(obj)
    is_hidden = obj.hide_get(view_layer=context.view_layer)
    made = []
    for label, piece in meshes.items():
        name = piece.name
        part = build_part(obj, piece, _name(obj, label), label)
        if not first:
            piece.name = name  # that of the first object's part
        if label in centres:
            (move_origin if first else shift_origin)(part, centres[label])
        made.append(part)
    for part in made:
        part.data.partwise.caps = caps_digest(part.data)
    solid = [part for part in made if len(part.data.polygons)]
    hold_borders(obj, solid, keep_shading=keep_shading)
    homes = [home for home in obj.users_collection if home.is_editable]
    parent = _parent_of(context.scene, obj)
    folder = _new_collection(parent, f"{obj.name}.{PARTS}")
    folder.partwise.source = obj
    for part in made:
        folder.objects.link(part)
        part.hide_set(is_hidden, view_layer=context.view_layer)
    _put_away(obj, parent, homes)
    return made


def assembly_of(obj: bpy.types.Object | None) -> bpy.types.Collection | None:
    """The collection of parts that an object belongs to, as a part or as their original."""
    if obj is None:
        return None
    for home in obj.users_collection:
        if home.partwise.source is not None and obj.partwise.source is not None:
            return home
    folders = [c for c in bpy.data.collections if c.partwise.source == obj]
    return folders[-1] if folders else None


def _name(obj: bpy.types.Object, label: int) -> str:
    """What a part's object is called."""
    if label in (REST, LOOSE):
        return f"{obj.name}.{'Rest' if label == REST else 'Loose'}"
    part = part_of(obj.data, label)
    return f"{obj.name}.{part.name if part else default_name(label)}"


def shows_original(folder: bpy.types.Collection) -> bool:
    """Is the original of an assembly seen, rather than its parts?"""
    return bool(folder.hide_viewport)


def show_original(context: bpy.types.Context, folder: bpy.types.Collection, *, shown: bool) -> None:
    """Show the original of an assembly instead of its parts, or the parts again."""
    original = folder.partwise.source
    for home in original.users_collection:
        if is_source_folder(home, original):
            home.hide_viewport = home.hide_render = not shown
    folder.hide_viewport = folder.hide_render = shown
    context.view_layer.update()
    select_only(context, [original] if shown else list(folder.objects))


def is_source_folder(home: bpy.types.Collection, original: bpy.types.Object) -> bool:
    """Is this the collection into which an original was put away?"""
    return home.name.startswith(f"{original.name}.{SOURCE}")


def _parent_of(scene: bpy.types.Scene, obj: bpy.types.Object) -> bpy.types.Collection:
    """Where the collections of an assembly go: where its original is, or was at first."""
    for home in obj.users_collection:
        if not is_source_folder(home, obj) and home.is_editable:
            return home
        for parent in (scene.collection, *scene.collection.children_recursive):
            if home.name in parent.children and parent.is_editable:
                return parent
    return scene.collection


def _new_collection(parent: bpy.types.Collection, name: str) -> bpy.types.Collection:
    folder = bpy.data.collections.new(name)
    parent.children.link(folder)
    return folder


def _put_away(
    obj: bpy.types.Object, parent: bpy.types.Collection, homes: list[bpy.types.Collection]
) -> None:
    """Move an original out of sight, into a collection of its own that is not rendered either."""
    folder = next((home for home in homes if is_source_folder(home, obj)), None)
    if folder is None:  # else it was split before
        folder = _new_collection(parent, f"{obj.name}.{SOURCE}")
        folder.objects.link(obj)
        for home in homes:  # which it is in for as long as they are: Join Back puts it there
            if home != parent:
                home.children.link(folder)
            home.objects.unlink(obj)
    folder.hide_viewport = folder.hide_render = True
