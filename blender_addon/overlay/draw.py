# SPDX-License-Identifier: GPL-3.0-or-later
"""The parts in their colours over the object, in every 3D view, before and after it is split.

Nothing of the artist's is touched: no material, no setting of the view. What is drawn is made from
the evaluated mesh and kept until Blender says that the mesh changed; a new cut then costs a new
texture of face colours. No timer; in background mode, nothing at all.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from typing import Any

import bpy
import numpy as np
from mathutils import Matrix
from numpy.typing import NDArray

from ..core.labels import UNLABELLED
from ..mesh.attributes import read_attribute
from ..mesh.labels import ATTRIBUTE, has_labels
from ..scene import changed, click_masks, explode, pick
from . import clicks as overlay_clicks
from . import ghosts
from .mesh import HIDDEN, NO_ROW, Appearance, Ints, Topology, corner_normals, rows_of
from .table import Table

log = logging.getLogger(__name__)

SURFACE_BIAS, LINE_BIAS = 2e-4, 8e-4  # shares of the distance to the eye
BORDER = (0.02, 0.02, 0.03, 0.85)
CHOSEN_BORDER = (1.0, 1.0, 1.0, 1.0)
BORDER_WIDTH, CHOSEN_WIDTH = 1.5, 2.2  # pixels, times the interface's scale
EDIT_SHARE = 0.5  # of the opacity, in Edit Mode, where the selection is below the colours
CHOSEN_LIFT = 0.15  # how far a chosen part is lifted towards white
MASK = (1.0, 0.26, 0.0, 1.0)  # what clicks mean, before it is accepted as a part
MASK_OPACITY = 0.85  # at least


class DrawnObject:
    """What is on the graphics card for one object, remade bit by bit as the mesh changes."""

    def __init__(self) -> None:
        self.stale = True
        self.labels: Ints | None = None
        self.is_masked = False  # by clicks
        self._surface: Appearance | None = None
        self._hidden: NDArray[np.bool_]
        self._faces: Topology
        self._table: Table | None = None
        self._mask: NDArray[np.bool_] | None = None
        self._triangles: Any = None
        self._batch: Any = None
        self._colours: Any = None
        self._borders: list[tuple[Any, tuple[float, ...], float]] = []

    def read(self, evaluated: bpy.types.Object, *, is_clicked: bool = False) -> None:
        """Take over what changed in an evaluated object: a mesh with parts, or a part of one.

        is_clicked : it is drawn also while it has no parts.
        """
        mesh = evaluated.to_mesh()  # as it is shown, in Edit Mode too; shares memory
        try:
            part_id = evaluated.partwise.part_id if is_split_part(evaluated.original) else None
            self._read(mesh, part_id, hides=evaluated.mode == "EDIT", is_clicked=is_clicked)
        finally:
            evaluated.to_mesh_clear()
        self.stale = False

    def _read(
        self, mesh: bpy.types.Mesh, part_id: int | None, *, hides: bool, is_clicked: bool
    ) -> None:
        from . import shader as shaders

        before, count = self._surface, len(mesh.polygons)
        if part_id is None and has_labels(mesh):
            labels = read_attribute(mesh, ATTRIBUTE, (count,), np.int32)
        else:  # whatever was modelled on a part since it was split off
            labels = np.full(count, UNLABELLED if part_id is None else part_id, np.int32)
        if count == 0 or (not is_clicked and labels.max() == labels.min() == UNLABELLED):
            self.labels = None
            return
        surface = Appearance.of(mesh)
        hidden = np.zeros(count, np.bool_)
        if hides:
            hidden = read_attribute(mesh, HIDDEN, (count,), np.bool_)
        same_faces = (
            before is not None
            and surface.same_faces(before)
            and np.array_equal(hidden, self._hidden)
        )
        same_form = same_faces and before is not None and surface.same_form(before)
        if not same_faces:
            self._faces = Topology.of(mesh).without(hidden)
            self._triangles = shaders.index_buffer(self._faces)
        if not same_form:
            normals = corner_normals(mesh)
            places = surface.positions[surface.vertex]
            self._batch = shaders.face_batch(places, normals, self._faces.face, self._triangles)
        if not same_form or self.labels is None or not np.array_equal(labels, self.labels):
            self._table = None
        self.labels, self._surface, self._hidden = labels, surface, hidden

    def colour(self, table: Table, mask: NDArray[np.bool_] | None = None) -> None:
        """Colour the faces, and find the borders, by the part table; mask : (F,) of clicks."""
        from . import shader as shaders

        if self.labels is None or self._surface is None:
            return
        if table.equals(self._table) and _equal(mask, self._mask):
            return
        rows = rows_of(self.labels, table.part_ids)
        no_colour = np.zeros((1, 4), np.float32)  # the last, for NO_ROW
        colours = np.vstack([table.colours, [MASK], no_colour]).astype(np.float32)
        rows[colours[rows, 3] == 0.0] = NO_ROW
        if mask is not None:
            rows[mask] = len(table.colours)
        is_chosen = np.append(table.chosen, [True, False])
        lifted = np.append(table.chosen, [False, False])
        colours[lifted, :3] += CHOSEN_LIFT * (1.0 - colours[lifted, :3])
        self._colours = shaders.colour_texture(colours[rows])
        edges = self._faces.border_edges(rows)
        chosen = self._faces.touching(edges, is_chosen[rows])
        points = self._surface.positions[self._faces.ends[edges]]
        self._borders = [
            (shaders.line_batch(points[which]), colour, width)
            for which, colour, width in (
                (~chosen, BORDER, BORDER_WIDTH),
                (chosen, CHOSEN_BORDER, CHOSEN_WIDTH),
            )
            if which.any()
        ]
        self._table, self._mask = table, mask

    def draw(
        self,
        world: Matrix,
        view: Matrix,
        projection: Matrix,
        *,
        opacity: float = 1.0,
        in_front: bool = False,
        clip_planes: Sequence[Sequence[float]] = (),
        line_scale: float = 1.0,
    ) -> None:
        """Draw into the active frame buffer: depths first, so that only the nearest faces show.

        clip_planes : of the world, as a view with a clipping region has them.
        """
        import gpu

        from . import shader as shaders

        shaders.draw_faces(
            [shaders.DrawnFaces(self._batch, self._colours, world, opacity)],
            view,
            projection,
            bias=SURFACE_BIAS,
            in_front=in_front,
            clip_planes=clip_planes,
        )
        if clip_planes:  # which Blender's shader for lines does not know
            return
        lines = shaders.line_shader()
        lines.bind()
        with gpu.matrix.push_pop(), gpu.matrix.push_pop_projection():
            gpu.matrix.load_projection_matrix(shaders.nearer(projection, LINE_BIAS))
            gpu.matrix.load_matrix(view @ world)
            lines.uniform_float("viewportSize", gpu.state.viewport_get()[2:])
            for batch, (*rgb, alpha), width in self._borders:
                lines.uniform_float("lineWidth", width * line_scale)
                lines.uniform_float("color", (*rgb, alpha * min(1.0, 2.0 * opacity)))
                batch.draw(lines)


_drawn: dict[int, DrawnObject] = {}  # by session_uid of the object
_objects: list[tuple[str, int]] | None = None  # name and session_uid of those with parts
_count = 0  # of objects, when they were searched for parts
_handle: Any = None
_failed = False


def redraw() -> None:
    """Show the settings and part tables as they are now."""
    global _objects, _failed
    _objects, _failed = None, False
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
    for obj in _visible_objects(context):
        if len(obj.data.partwise.clicks) and obj.mode == "OBJECT":
            clicked.append(obj)
        elif not shows_parts or shows_material(obj, space.shading.type):
            continue
        drawn = update(obj, context.view_layer, shows_parts=shows_parts, tables=tables)
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


def is_split_part(obj: bpy.types.Object) -> bool:
    """Is this a part that was split off, and has none of its own? What took the place of one is
    seen as it is."""
    own = obj.data.partwise
    return obj.partwise.source is not None and not len(own.parts) and not own.stands_in


def shows_material(obj: bpy.types.Object, shading: str) -> bool:
    """Is this a part that was split off, in a view that is for looking at materials?"""
    return is_split_part(obj) and shading in ("MATERIAL", "RENDERED")


def update(
    obj: bpy.types.Object,
    layer: bpy.types.ViewLayer,
    *,
    shows_parts: bool = True,
    tables: dict[int, Table] | None = None,
) -> DrawnObject:
    """What is drawn of an object, after what changed in it has been taken over.

    tables : those that were read since anything can have changed, by the session_uid of the object.
    """
    drawn = _drawn.setdefault(obj.session_uid, DrawnObject())
    answer = click_masks.answer_of(obj)
    is_clicked = answer is not None
    if drawn.stale or (is_clicked and drawn.labels is None):
        drawn.read(obj.evaluated_get(layer.depsgraph), is_clicked=is_clicked)
    whole = obj.partwise.source if is_split_part(obj) else obj
    tables = {} if tables is None else tables
    table = tables.get(whole.session_uid) if shows_parts else Table.empty()
    if table is None:
        table = Table.of(whole.data, whole == layer.objects.active)
        tables[whole.session_uid] = table
    mask = None
    if answer is not None and drawn.labels is not None:
        mask = pick.spread(obj, answer.faces, len(drawn.labels))
    drawn.is_masked = mask is not None
    drawn.colour(table.dimmed() if drawn.is_masked else table, mask)
    return drawn


def _visible_objects(context: bpy.types.Context) -> Iterator[bpy.types.Object]:
    """The objects with parts that this view shows, in Object or Edit Mode."""
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
    for name, uid in _objects:
        obj = bpy.data.objects.get(name)
        if (
            obj is not None
            and obj.session_uid == uid
            and obj.mode in ("OBJECT", "EDIT")
            and obj.display_type in ("SOLID", "TEXTURED")
            and obj.visible_get(view_layer=context.view_layer, viewport=context.space_data)
        ):
            yield obj


def _equal(one: NDArray[np.bool_] | None, two: NDArray[np.bool_] | None) -> bool:
    return one is two or (one is not None and two is not None and np.array_equal(one, two))


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
