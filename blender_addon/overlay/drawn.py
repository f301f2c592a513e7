# SPDX-License-Identifier: GPL-3.0-or-later
"""One object as the overlay draws it: its faces in colours, and the borders between parts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import bpy
from mathutils import Matrix

from ...backend.contract.arrays import NDArray, np
from ..core.clicks import Faces
from ..core.labels import UNLABELLED
from ..mesh.attributes import read_attribute
from ..mesh.labels import ATTRIBUTE, has_labels
from .mesh import HIDDEN, NO_ROW, Appearance, Ints, Topology, corner_normals, rows_of
from .table import Table

SURFACE_BIAS, LINE_BIAS = 2e-4, 8e-4  # shares of the distance to the eye
BORDER = (0.02, 0.02, 0.03, 0.85)
CHOSEN_BORDER = (1.0, 1.0, 1.0, 1.0)
BORDER_WIDTH, CHOSEN_WIDTH = 1.5, 2.2  # pixels, times the interface's scale
CHOSEN_LIFT = 0.15  # how far a chosen part is lifted towards white
# What clicks mean, before it is accepted as a part; what one more at the pointer would add to it,
# and take from it. Blues, far from the orange of what Blender selects, for colour-blind eyes too;
# darker or paler than any part is, so that a blue part under the pointer is seen to be meant.
MASK, ADDED, TAKEN = (0.0, 0.22, 0.85, 1.0), (0.45, 0.8, 1.0, 0.85), (0.03, 0.04, 0.08, 0.9)


class DrawnObject:
    """What is on the graphics card for one object, remade bit by bit as the mesh changes."""

    def __init__(self) -> None:
        self.stale = True
        self.labels: Ints | None = None
        self.is_masked = False  # by clicks, or by one that might be made
        self._surface: Appearance | None = None
        self._hidden: NDArray[np.bool_]
        self._faces: Topology
        self._table: Table | None = None
        self._mask: Faces | None = None
        self._next: Faces | None = None
        self._triangles: Any = None
        self._batch: Any = None
        self._colours: Any = None
        self._borders: list[tuple[Any, tuple[float, ...], float]] = []

    def read(self, evaluated: bpy.types.Object, *, is_clicked: bool = False) -> None:
        """Take over what changed in an evaluated object: a mesh with parts, or a part of one.

        is_clicked : it is, or might be, so that it is drawn also while it has no parts.
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

    def colour(
        self, table: Table, mask: Faces | None = None, following: Faces | None = None
    ) -> None:
        """Colour the faces, and find the borders, by the part table.

        mask : (F,) of clicks; following : (F,) the same with one more at the pointer.
        """
        from . import shader as shaders

        if self.labels is None or self._surface is None:
            return
        is_same = _equal(mask, self._mask) and _equal(following, self._next)
        if table.equals(self._table) and is_same:
            return
        rows = rows_of(self.labels, table.part_ids)
        no_colour = np.zeros((1, 4), np.float32)  # the last, for NO_ROW
        colours = np.vstack([table.colours, [MASK, ADDED, TAKEN], no_colour]).astype(np.float32)
        rows[colours[rows, 3] == 0.0] = NO_ROW
        masked, added, taken = range(len(table.colours), len(table.colours) + 3)
        now = np.zeros(len(rows), np.bool_) if mask is None else mask
        rows[now] = masked
        if following is not None:
            rows[following & ~now], rows[now & ~following] = added, taken
        is_chosen = np.append(table.chosen, [True, True, False, False])
        lifted = np.append(table.chosen, [False, False, False, False])
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
        self._table, self._mask, self._next = table, mask, following

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


def is_split_part(obj: bpy.types.Object) -> bool:
    """Is this a part that was split off, and has none of its own? What was made for its place is
    seen as it is."""
    own = obj.data.partwise
    return obj.partwise.source is not None and not len(own.parts) and not own.stands_in


def _equal(one: NDArray[np.bool_] | None, two: NDArray[np.bool_] | None) -> bool:
    return one is two or (one is not None and two is not None and np.array_equal(one, two))
