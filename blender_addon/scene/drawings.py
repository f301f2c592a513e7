# SPDX-License-Identifier: GPL-3.0-or-later
"""Drawings of the artist's own: annotations and Grease Pencil as they are seen in the view, images.

What is drawn in space is seen as the 3D view shows it just now; without a view, from the front.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, TypeAlias

import bpy

from ...backend.contract.arrays import NDArray, np
from ...backend.contract.errors import BadInput
from ...backend.contract.records import Record, Value
from ..core.strokes import Line, drawn
from . import pictures

OUTLINE, ANNOTATION, PENCIL, IMAGE = "OUTLINE", "ANNOTATION", "PENCIL", "IMAGE"
FRONT = ((1.0, 0.0, 0.0, 0.0), (0.0, 0.0, 1.0, 0.0), (0.0, -1.0, 0.0, 0.0), (0.0, 0.0, 0.0, 1.0))

Floats: TypeAlias = "NDArray[np.float64]"


class View(Value):
    """How space is seen. matrix : (4, 4) to a picture from -1 to 1 of `size` pixels.

    eye : (3,) towards who looks.
    """

    matrix: Floats
    size: tuple[int, int]
    eye: tuple[float, float, float]

    @classmethod
    def of(cls, context: bpy.types.Context) -> View:
        """The 3D view in which something was pressed."""
        area = context.area
        if area is None or area.type != "VIEW_3D":
            return cls(np.array(FRONT), (2, 2), (0.0, -1.0, 0.0))
        region = next(region for region in area.regions if region.type == "WINDOW")
        seen = area.spaces.active.region_3d
        eye = np.array(seen.view_matrix, dtype=np.float64)[2, :3]
        return cls(
            np.array(seen.perspective_matrix, dtype=np.float64),
            (max(region.width, 1), max(region.height, 1)),
            (float(eye[0]), float(eye[1]), float(eye[2])),
        )

    def line(self, points: Floats) -> Line:
        """Places (N, 2), in pixels from the middle, of points (N, 3) before the eye."""
        at = np.c_[points, np.ones(len(points))] @ self.matrix.T
        at = at[at[:, 3] > 1e-9]
        return np.asarray(at[:, :2] / at[:, 3:] * np.array(self.size) / 2)

    def on_screen(self, points: Floats) -> Line:
        """The same of points that are hundredths of the picture's sides."""
        return np.asarray((points[:, :2] / 100 - 0.5) * np.array(self.size))


class Drawing(Record):
    """What an engine is given: (H, W, 4) RGBA, top row first, and from where it was seen."""

    pixels: NDArray[np.uint8]
    eye: tuple[float, float, float] | None = None

    def fields(self) -> dict[str, Any]:
        """Options of a request beside the picture itself."""
        return {} if self.eye is None else {"drawn_from": list(self.eye)}


def lacks(settings: bpy.types.PropertyGroup, scene: bpy.types.Scene) -> str:
    """Why there is no drawing as the settings of Replace want it, for a tooltip; else empty."""
    kind = settings.drawing
    if kind == ANNOTATION and _note(scene) is None:
        return "Draw the part with the Annotate tool, or take the old outline"
    if kind == PENCIL and settings.drawing_object is None:
        return "Choose a Grease Pencil object with the drawing"
    if kind == IMAGE and settings.drawing_image is None:
        return "Choose an image with the drawing"
    return ""


def read(context: bpy.types.Context, settings: bpy.types.PropertyGroup) -> Drawing | None:
    """The drawing that the settings of Replace name; None for the old part's outline.

    Raises BadInput where nothing of it is seen.
    """
    reason = lacks(settings, context.scene)
    if reason:
        raise BadInput("There is no drawing.", f"{reason}.")
    if settings.drawing == OUTLINE:
        return None
    if settings.drawing == IMAGE:
        return Drawing(pictures.read(settings.drawing_image).to_bytes())
    view = View.of(context)
    if settings.drawing == ANNOTATION:
        placed = context.scene.tool_settings.annotation_stroke_placement_view3d
        lines = list(_of_note(_note(context.scene), view, on_screen=placed == "VIEW"))
    else:
        lines = list(_of_pencil(settings.drawing_object, view))
    pixels = drawn(lines)
    if pixels is None:
        raise BadInput(
            "Nothing of the drawing is seen.", "Turn the view to it, or draw the part in lines."
        )
    return Drawing(pixels, view.eye)


def _note(scene: bpy.types.Scene) -> Any:
    """What the active layer of the scene's annotations shows in this frame; None for nothing."""
    name = "annotation" if hasattr(scene, "annotation") else "grease_pencil"  # before Blender 5.0
    notes = getattr(scene, name)
    layer = notes.layers[notes.layers.active_index] if notes is not None and notes.layers else None
    if layer is None or layer.annotation_hide:
        return None
    frame = layer.active_frame or _frame(layer.frames, scene.frame_current)
    return frame if frame is not None and len(frame.strokes) else None


def _frame(frames: Any, now: int) -> Any:
    """The newest of some frames that is not of the future, else the first; None for none."""
    known = sorted(frames, key=lambda frame: int(frame.frame_number))
    past = [frame for frame in known if frame.frame_number <= now]
    return past[-1] if past else known[0] if known else None


def _of_note(frame: Any, view: View, *, on_screen: bool) -> Iterator[Line]:
    """The lines of a frame. on_screen : where strokes do not tell, as before Blender 5.2, those
    that are now drawn lie on the screen."""
    for stroke in frame.strokes:
        flat = np.array([tuple(point.co) for point in stroke.points], dtype=np.float64)
        if not len(flat):
            continue
        mode = getattr(stroke, "display_mode", "2DSPACE" if on_screen else "3DSPACE")
        yield view.line(flat) if mode == "3DSPACE" else view.on_screen(flat)


def _of_pencil(obj: bpy.types.Object, view: View) -> Iterator[Line]:
    """The lines of a Grease Pencil object, of the layers that are seen, in this frame."""
    for layer in obj.data.layers:
        frame = None if layer.hide else layer.current_frame()
        if frame is None or not len(frame.drawing.strokes):
            continue
        base = obj.matrix_world
        if layer.parent is not None:
            base = layer.parent.matrix_world @ layer.matrix_parent_inverse
        world = np.array(base @ layer.matrix_local, dtype=np.float64)
        for points, is_closed in _strokes(frame.drawing):
            ring = np.concatenate([points, points[:1]]) if is_closed else points
            yield view.line(ring @ world[:3, :3].T + world[:3, 3])


def _strokes(drawing: Any) -> Iterator[tuple[Floats, bool]]:
    """Points (N, 3) of each stroke, in the coordinates of its layer, and whether it is closed."""
    data = drawing.attributes["position"].data
    points = np.empty(3 * len(data), np.float32)
    data.foreach_get("vector", points)
    starts = [offset.value for offset in drawing.curve_offsets]
    places = points.reshape(-1, 3).astype(np.float64)
    for stroke, first, last in zip(drawing.strokes, starts[:-1], starts[1:], strict=True):
        yield places[first:last], bool(stroke.cyclic)
