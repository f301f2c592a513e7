# SPDX-License-Identifier: GPL-3.0-or-later
"""The parts in their colours over the object, in every 3D view, before and after it is split.

Nothing of the artist's is touched: no material, no setting of the view. What is drawn is made from
the evaluated mesh and kept until Blender says that the mesh changed; a new cut then costs a new
texture of face colours. No timer; in background mode, nothing at all.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from typing import Any

import bpy

from ..scene import changed, click_masks, explode, hover, pick
from . import clicks as overlay_clicks
from . import ghosts
from .drawn import DrawnObject, is_split_part
from .table import Table

log = logging.getLogger(__name__)

EDIT_SHARE = 0.5  # of the opacity, in Edit Mode, where the selection is below the colours
MASK_OPACITY = 0.85  # at least, of what clicks mean

_drawn: dict[int, DrawnObject] = {}  # by session_uid of the object
_objects: list[tuple[str, int]] | None = None  # name and session_uid of those with parts
_count = 0  # of objects, when they were searched for parts
_handle: Any = None
_failed = False


def redraw() -> None:
    """Show the settings and part tables as they are now."""
    global _objects, _failed
    _objects, _failed = None, False
    tag()


def tag() -> None:
    """Have the 3D views drawn again."""
    for window in bpy.context.window_manager.windows:
        for area in window.screen.areas:
            if area.type == "VIEW_3D":
                area.tag_redraw()


def clear() -> None:
    """Forget everything that is drawn."""
    global _objects
    _objects = None
    _drawn.clear()


def draw_view(context: bpy.types.Context) -> None:
    """Draw what a 3D view shows of Partwise: parts and clicks, and what is proposed."""
    import gpu

    if not context.space_data.overlay.show_overlays:
        return
    state = gpu.state.blend_get(), gpu.state.depth_test_get(), gpu.state.depth_mask_get()
    try:
        draw_parts(context)
        ghosts.draw_view(context)
    finally:
        gpu.state.blend_set(state[0])
        gpu.state.depth_test_set(state[1])
        gpu.state.depth_mask_set(state[2])
        gpu.state.color_mask_set(True, True, True, True)


def draw_parts(context: bpy.types.Context) -> None:
    """Draw the parts of all objects that are visible in a 3D view, and the clicks on them."""
    space, settings = context.space_data, context.scene.partwise
    if not space.show_object_viewport_mesh or space.shading.type == "WIREFRAME":
        return
    opacity = settings.overlay_opacity
    if space.shading.type == "SOLID" and space.shading.show_xray:
        opacity *= space.shading.xray_alpha
    shows_parts = settings.show_overlay and opacity > 0.0
    clicked = []
    tables: dict[int, Table] = {}
    pointed = hover.hovered() if hover.is_tool_active(context) else None
    for obj in _visible_objects(context, pointed):
        if len(obj.data.partwise.clicks) and obj.mode == "OBJECT":
            clicked.append(obj)
        elif obj == pointed:
            pass
        elif not shows_parts or shows_material(obj, space.shading.type):
            continue
        drawn = update(
            obj,
            context.view_layer,
            shows_parts=shows_parts,
            is_pointed=obj == pointed,
            tables=tables,
        )
        if drawn.labels is not None and (shows_parts or drawn.is_masked):
            share = max(opacity, MASK_OPACITY) if drawn.is_masked else opacity
            view = context.region_data
            drawn.draw(
                obj.evaluated_get(context.view_layer.depsgraph).matrix_world,
                view.view_matrix,
                view.window_matrix,
                opacity=share * (EDIT_SHARE if obj.mode == "EDIT" else 1.0),
                in_front=obj.show_in_front,
                clip_planes=[*view.clip_planes] if view.use_clip_planes else (),
                line_scale=context.preferences.system.ui_scale,
            )
    for obj in clicked:  # above all colours
        overlay_clicks.draw(
            obj,
            obj.evaluated_get(context.view_layer.depsgraph).matrix_world,
            context.region_data.view_matrix,
            context.region_data.window_matrix,
            in_front=obj.show_in_front,
            scale=context.preferences.system.ui_scale,
        )


def shows_material(obj: bpy.types.Object, shading: str) -> bool:
    """Is this a part that was split off, in a view that is for looking at materials?"""
    return is_split_part(obj) and shading in ("MATERIAL", "RENDERED")


def update(
    obj: bpy.types.Object,
    layer: bpy.types.ViewLayer,
    *,
    shows_parts: bool = True,
    is_pointed: bool = False,
    tables: dict[int, Table] | None = None,
) -> DrawnObject:
    """What is drawn of an object, after what changed in it has been taken over.

    tables : those that were read since anything can have changed, by the session_uid of the object.
    """
    drawn = _drawn.setdefault(obj.session_uid, DrawnObject())
    answer = click_masks.answer_of(obj)
    following = hover.answer_of(obj) if is_pointed else None
    is_clicked = answer is not None or following is not None
    if drawn.stale or (is_clicked and drawn.labels is None):
        drawn.read(obj.evaluated_get(layer.depsgraph), is_clicked=is_clicked)
    whole = obj.partwise.source if is_split_part(obj) else obj
    tables = {} if tables is None else tables
    table = tables.get(whole.session_uid) if shows_parts else Table.empty()
    if table is None:
        table = Table.of(whole.data, whole == layer.objects.active)
        tables[whole.session_uid] = table
    mask, added = (
        None
        if one is None or drawn.labels is None
        else pick.spread(obj, one.faces, len(drawn.labels))
        for one in (answer, following)
    )
    drawn.is_masked = mask is not None or added is not None
    drawn.colour(table.dimmed() if mask is not None else table, mask, added)
    return drawn


def _visible_objects(
    context: bpy.types.Context, also: bpy.types.Object | None = None
) -> Iterator[bpy.types.Object]:
    """The objects with parts that this view shows, in Object or Edit Mode; also : one more."""
    global _objects, _count
    if _objects is None or _count != len(bpy.data.objects):
        _count = len(bpy.data.objects)
        found = [
            obj
            for obj in bpy.data.objects
            if obj.type == "MESH"
            and obj.library is None
            and (len(obj.data.partwise.parts) or len(obj.data.partwise.clicks))
        ]
        for collection in bpy.data.collections:
            if collection.partwise.source is not None:
                found += explode.parts_in(collection)
        _objects = [(obj.name, obj.session_uid) for obj in dict.fromkeys(found)]
        for gone in _drawn.keys() - {uid for _, uid in _objects}:
            del _drawn[gone]
    known = _objects if also is None else dict.fromkeys([*_objects, (also.name, also.session_uid)])
    for name, uid in known:
        obj = bpy.data.objects.get(name)
        if (
            obj is not None
            and obj.session_uid == uid
            and obj.mode in ("OBJECT", "EDIT")
            and obj.display_type in ("SOLID", "TEXTURED")
            and obj.visible_get(view_layer=context.view_layer, viewport=context.space_data)
        ):
            yield obj


def _draw() -> None:
    """The draw handler. An error is said once, not at every frame."""
    global _failed
    if _failed:
        return
    try:
        draw_view(bpy.context)
    except Exception:
        _failed = True
        log.exception("Part colours cannot be drawn; switch them off and on to try again")


def _evaluated(what: changed.Evaluated) -> None:
    """Something was evaluated: read again the objects whose geometry it was."""
    global _objects
    if what.shaped:
        _objects = None
    for uid in what.shaped & _drawn.keys():
        _drawn[uid].stale = True


def _undone() -> None:
    """Anything may have changed, and names may mean other objects."""
    global _objects
    _objects = None
    for drawn in _drawn.values():
        drawn.stale = True


LISTENERS = (
    (changed.evaluated, _evaluated),
    (changed.frame, _evaluated),
    (changed.undone, _undone),
    (changed.loading, clear),
    (changed.seen, redraw),
    (changed.hovered, tag),
)


def register() -> None:
    global _handle
    if bpy.app.background:
        return
    for signal, listener in LISTENERS:
        signal.listen(listener)
    _handle = bpy.types.SpaceView3D.draw_handler_add(_draw, (), "WINDOW", "POST_VIEW")


def unregister() -> None:
    global _handle
    if _handle is None:
        return
    bpy.types.SpaceView3D.draw_handler_remove(_handle, "WINDOW")
    _handle = None
    for signal, listener in LISTENERS:
        signal.ignore(listener)
    clear()
