# SPDX-License-Identifier: GPL-3.0-or-later
"""New objects that the engine made of pictures: as ghosts to look at, and as objects to keep."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import bpy
from mathutils import Vector

from ...backend.contract.arrays import NDArray, np
from ...backend.contract.palette import to_linear
from ...backend.contract.records import Value
from ...backend.contract.requests import Generate, GeneratedParts, Sketched
from ..mesh.keys import remove_meshes
from ..mesh.new import mark_sharp, new_image, new_material, new_mesh, one_of
from .assembly import split_at
from .hierarchy import drop_unused
from .parts import set_labels
from .proposals import Ghost, Variant
from .selection import select_only

Floats: TypeAlias = "NDArray[np.floating[Any]]"

# Where in a triangle its texture is looked up for its ghost, by weights of its corners, in sixths.
SAMPLES = ((4, 1, 1), (1, 4, 1), (1, 1, 4), (2, 2, 2))
SHARP = math.radians(40.0)  # between faces of a flat part
FLAT = "flat"


class TakenPart(Value):
    """One part, in Blender's axes and units, about the place of the whole.

    vertices : (V, 3); faces : (F, 3); uv : (F, 3, 2); colour : linear RGBA; pivot : (3,) its
    origin; parent : number of the part that it hangs on, or -1; quads : as `mesh.new.new_mesh`
    takes them.
    """

    name: str
    vertices: Floats
    faces: NDArray[np.int64]
    uv: Floats | None
    colour: Floats
    pivot: Floats
    kind: str = ""
    quads: bool = False
    parent: int = -1


@dataclass(frozen=True, eq=False)
class Take:
    """What the engine made, and what it was asked for.

    title : of the picture. size : of its longest side. place : (3,) of the middle of its foot in
    the world. kinds : the shapes that were chosen for parts, by their numbers. turn : which of
    the other ways to ask this is, 0 for the first. name : of this way, in words.
    """

    title: str
    request: Generate
    made: GeneratedParts
    size: float
    place: tuple[float, float, float]
    kinds: Mapping[int, str] = field(default_factory=dict)
    turn: int = 0
    name: str = ""

    @property
    def count(self) -> int:
        return len(self.made.names)

    @property
    def bytes(self) -> int:
        """Memory that its arrays take."""
        return sum(array.nbytes for array in self.made.to_message()[1].values())

    def parts(self) -> Iterator[TakenPart]:
        """All parts, the farthest first."""
        made = self.made
        for number, report in enumerate(made.report):
            points = slice(*made.vertex_offsets[number : number + 2].tolist())
            faces = slice(*made.face_offsets[number : number + 2].tolist())
            yield TakenPart(
                str(made.names[number]) or f"Part {number + 1}",
                turned(made.vertices[points]) * self.size,
                made.faces[faces],
                None if made.uv is None else made.uv[faces],
                made.colours[number],
                turned(made.pivots[number]) * self.size,
                str(report.get("kind", "")),
                bool(report.get("quads")),
                int(report.get("parent", -1)),
            )

    def ghosts(self) -> list[Ghost]:
        """What is seen of it. Takes a moment, and touches nothing of Blender's."""
        matrix = np.eye(4)
        matrix[:3, 3] = self.place
        return [
            Ghost(part.vertices, part.faces, face_colours(part, self.made.texture), matrix=matrix)
            for part in self.parts()
        ]

    def is_like(self, other: Take) -> bool:
        """Has another one the same shapes?"""
        one, two = self.made, other.made
        return np.array_equal(one.vertices, two.vertices) and np.array_equal(one.faces, two.faces)

    def is_of_same(self, other: Take) -> bool:
        """Was another one made of the same picture or words, by the same engine?"""
        one, two = self.request, other.request
        is_same = one.image_0 is two.image_0 and one.text == two.text
        return is_same and self.made.engine == other.made.engine

    def again(self, **options: Any) -> Generate:
        """The same parts, asked for with other options of the engine.

        Parts keep their numbers, for the labels of this answer are what is sent.
        """
        kinds = {str(number): kind for number, kind in self.kinds.items()}
        chosen = (self.request.options or {}) | {"kinds": kinds} | options
        return self.request.changed(mask_0=self.made.labels, parts=None, options=chosen)


def sketch_of(sketch: Sketched, size: float, place: tuple[float, float, float]) -> Variant:
    """What is seen of an object that is being made. size, place : of its `Take`."""
    matrix = np.eye(4)
    matrix[:3, 3] = place
    seen = Ghost(turned(sketch.vertices) * size, sketch.faces, sketch.face_colours, matrix=matrix)
    return Variant("", [seen], thumbnail=sketch.thumbnail)


def turned(points: Floats) -> Floats:
    """Points (..., 3) of the engine, with Y up and the front along +Z, in Blender's axes."""
    return np.stack([points[..., 0], -points[..., 2], points[..., 1]], axis=-1)


def carried(kinds: Mapping[int, str], before: Floats, after: Floats) -> dict[int, str]:
    """Shapes by number after the parts were numbered anew; before, after : (H, W) labels."""
    both = (before >= 0) & (after >= 0)
    found = {}
    for number in np.unique(after[both]).tolist():
        old = int(np.bincount(before[both & (after == number)]).argmax())
        if old in kinds:
            found[number] = kinds[old]
    return found


def face_colours(part: TakenPart, texture: NDArray[np.uint8] | None) -> Floats:
    """(F, 4) linear, what the texture has on each face; without one the colour of the part (4,)."""
    if texture is None or part.uv is None:
        return np.asarray(part.colour, np.float32)
    height, width = texture.shape[:2]
    uv = np.einsum("sc,fcx->fsx", np.array(SAMPLES) / 6.0, part.uv.astype(np.float64))
    column = np.clip((uv[..., 0] * width).astype(int), 0, width - 1)
    row = np.clip(((1.0 - uv[..., 1]) * height).astype(int), 0, height - 1)
    colours = np.ones((len(part.faces), 4), np.float32)
    colours[:, :3] = to_linear(texture[row, column, :3] / 255.0).mean(axis=1)
    return colours


def make_objects(context: bpy.types.Context, take: Take) -> list[bpy.types.Object]:
    """An object for each part, selected, each with a material of its own: parts of one whole, which
    is put away as the original of a split is, so that all can be done with them that can with
    parts that were cut."""
    parts = list(take.parts())
    whole = _whole(take, parts)
    whole.location = take.place
    _home(context).objects.link(whole)
    context.view_layer.update()  # out of sight it would not get its matrix in the world any more
    made = split_at(context, whole, {number: part.pivot for number, part in enumerate(parts)})
    place = Vector(take.place)
    for obj, part in zip(made, parts, strict=True):
        drop_unused(obj)
        obj.data.partwise.stands_in = part.name  # so that its own colours are seen
        if part.parent >= 0:
            obj.parent = made[part.parent]
            obj.location -= place + Vector(parts[part.parent].pivot.tolist())
    context.view_layer.update()
    select_only(context, made[::-1])  # the nearest is the active one
    return made


def _whole(take: Take, parts: Sequence[TakenPart]) -> bpy.types.Object:
    """All parts in one mesh, with a row for each in its table. It is in no collection yet."""
    texture = None
    if take.made.texture is not None and take.made.uv is not None:
        texture = new_image(f"{take.title} Texture", take.made.texture)
    pieces = []
    for part in parts:
        name = f"{take.title}.{part.name}"
        piece = new_mesh(name, part.vertices, part.faces, part.uv, quads=part.quads)
        if part.kind == FLAT:
            mark_sharp(piece, SHARP)
        piece.materials.append(new_material(name, part.colour.tolist(), texture))
        pieces.append(piece)
    counts = [len(piece.polygons) for piece in pieces]
    mesh = one_of(take.title, pieces)
    remove_meshes(pieces)
    labels = np.repeat(np.arange(len(parts), dtype=np.int32), counts)
    set_labels(mesh, labels, names={number: part.name for number, part in enumerate(parts)})
    return bpy.data.objects.new(take.title, mesh)


def _home(context: bpy.types.Context) -> bpy.types.Collection:
    """The active collection, unless nothing in it would be seen."""
    active = context.view_layer.active_layer_collection
    if active.exclude or active.hide_viewport or not active.collection.is_editable:
        return context.scene.collection
    if active.collection.hide_viewport:
        return context.scene.collection
    return active.collection
