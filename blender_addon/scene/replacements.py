# SPDX-License-Identifier: GPL-3.0-or-later
"""Other parts for the place of one: where they come from, what was made, putting one there."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import dataclass, field
from typing import Any

import bpy

from ...backend.contract.arrays import NDArray, np
from ...backend.contract.records import Record
from ...backend.contract.requests import ReplacedPart, Sketched
from ..engine import jobs
from ..mesh.labels import get_labels, has_labels
from ..mesh.replacement import colour_of, main_material, swap_mesh, wished_material
from . import asset_libraries, closing, proposals
from .assembly import split_objects
from .asset_libraries import Asset, Shape
from .completions import Completion
from .proposals import Basis, Ghost, Variant
from .surroundings import Spot, Surroundings

PLAIN = (0.8, 0.8, 0.8, 1.0)


@dataclass(frozen=True, eq=False)
class Source:
    """Where another part comes from: what of `Replace` says so, and whose material it has.

    kind : WORDS, SAME, LIBRARY, ASSET, OBJECT, FILE or IMAGE.
    """

    kind: str
    fields: dict[str, Any] = field(default_factory=dict)
    material: str = ""
    colour: tuple[float, ...] | None = None
    asset: Asset | None = None

    @classmethod
    def of_shape(cls, kind: str, shape: Shape, asset: Asset | None = None) -> Source:
        arrays = {"source_vertices": shape.vertices, "source_faces": shape.faces}
        return cls(kind, arrays, shape.material, shape.colour, asset)

    def own_material(self) -> bpy.types.Material | None:
        """The material that it brings along, in this file."""
        if not self.material:
            return None
        if self.asset is not None:
            return asset_libraries.bring_material(self.asset, self.material)
        return bpy.data.materials.get(self.material)


class StandIn(Record):
    """A mesh for the place of a part: (V, 3) in the coordinates of the part's object, (F, 3)."""

    spot: Spot
    vertices: NDArray[np.float64]
    faces: NDArray[np.int64]


class Replacement(Record):
    """What is applied, and what is said of it beside the preview.

    wishes : the material that was wished, empty where none was; source : what lends its own instead
    of the old part's; number : of the variant in the engine's answer; thumbnail : (H, W, 4) uint8
    of it; closed : what closes the other parts, when they become objects; engine : the one that
    made it.
    """

    basis: Basis
    name: str
    parts: list[StandIn]
    wishes: dict[str, Any]
    source: Source
    understood: list[str]
    not_understood: list[str]
    notice: str
    number: int = 0
    thumbnail: NDArray[np.uint8] | None = None
    closed: Completion | None = None
    engine: str = ""

    @property
    def replaced(self) -> list[int]:
        """The ids of the parts that it takes the place of, of a mesh that was not split yet."""
        return [new.spot.part_id for new in self.parts if new.spot.part_id is not None]


def bases_of(around: Surroundings, *, twins: bool) -> list[Basis]:
    """What a result is made from: the object, and with twins all in which one could be."""
    uids = [spot.uid for spot in around.spots] if twins else [around.spot.uid]
    found = [proposals.find(uid) for uid in dict.fromkeys(uids)]
    return [Basis.of(obj) for obj in found if obj is not None]


def read(
    answer: ReplacedPart, around: Surroundings, basis: Basis, source: Source
) -> list[Replacement]:
    """Its variants, in the coordinates of the objects. Touches no data of Blender's."""
    found: dict[int, list[StandIn]] = {}
    names: dict[int, str] = {}
    left: dict[int, list[str]] = {}
    for row, said in enumerate(answer.report):
        start, end = answer.vertex_offsets[row : row + 2]
        faces = answer.faces[slice(*answer.face_offsets[row : row + 2])]
        spot = around.spots[said["part"]]
        inverse = np.linalg.inv(spot.world)
        own = answer.vertices[start:end] @ inverse[:3, :3].T + inverse[:3, 3]
        if np.linalg.det(spot.world[:3, :3]) < 0:
            faces = faces[:, ::-1]
        number = int(said["variant"])
        found.setdefault(number, []).append(StandIn(spot, own, np.ascontiguousarray(faces)))
        names.setdefault(number, str(answer.names[row]))
        left.setdefault(number, []).extend(around.spots[k].name for k in said.get("floating", ()))
    said_of = list(answer.understood), list(answer.not_understood)
    return [
        Replacement(
            basis,
            names[number],
            parts,
            answer.material,
            source,
            *said_of,
            " ".join(filter(None, (answer.notice, _floating(left[number])))),
            number,
            None if answer.thumbnails is None else answer.thumbnails[row],
            engine=answer.engine,
        )
        for row, (number, parts) in enumerate(found.items())
    ]


def sketch_of(sketch: Sketched, spot: Spot, colour: Sequence[float], *, in_front: bool) -> Variant:
    """What is seen of a variant that is being made, in the place of what it will replace."""
    inverse = np.linalg.inv(spot.world)
    own = sketch.vertices @ inverse[:3, :3].T + inverse[:3, 3]
    faces = sketch.faces if np.linalg.det(spot.world[:3, :3]) > 0 else sketch.faces[:, ::-1]
    ghost = Ghost(own, faces, np.array(colour, np.float64), spot.uid, in_front=in_front)
    return Variant("", [ghost], covers=[(spot.uid, spot.part_id)], thumbnail=sketch.thumbnail)


def _floating(names: list[str]) -> str:
    """What is said of parts that lose their hold; empty for none."""
    if not names:
        return ""
    some = ", ".join(f"“{name:.40}”" for name in dict.fromkeys(names[:4]))
    return f"What touched the old part does not touch this one: {some}."


def old_colour(obj: bpy.types.Object) -> tuple[float, ...]:
    """The colour of the active part's material."""
    chosen = None
    if has_labels(obj.data):
        row = obj.data.partwise.parts[obj.data.partwise.active]
        chosen = get_labels(obj.data) == row.part_id
    material = main_material(obj.data, chosen)
    return colour_of(material) if material else PLAIN


def closing_of(found: Replacement) -> tuple[str, jobs.Work] | None:
    """The job that closes the neighbours where the part was cut from them, as Split would; None
    where they are objects already, or stay open."""
    whole, settings = found.basis.find(), bpy.context.scene.partwise
    if whole is None or not has_labels(whole.data) or settings.closing == "NONE":
        return None
    title, work = closing.job_of([whole], settings, found.replaced)

    def closed() -> Generator[jobs.Ask, Any, Replacement]:
        ((_, done),) = yield from work
        return found.changed(closed=done)

    return title, closed()


def not_closed(found: Replacement) -> str:
    """Why the neighbours cannot be closed so, for a tooltip; empty when they can."""
    whole = found.basis.find()
    if whole is None or not has_labels(whole.data):
        return ""
    return closing.why_not([whole], bpy.context.scene.partwise, found.replaced)


def put(context: bpy.types.Context, found: Replacement) -> list[bpy.types.Object | None]:
    """New meshes for the parts, which become objects first where they are parts of one mesh."""
    whole = found.basis.find()
    if whole is None:
        return []
    by_id: dict[int, bpy.types.Object] = {}
    if has_labels(whole.data):
        world = whole.matrix_world.copy()
        made = split_objects(context, [whole], context.scene.partwise, [found.closed])
        context.view_layer.update()
        by_id = {part.partwise.part_id: part for part in made}
    own = found.source.own_material()
    targets = []
    for new in found.parts:
        target = proposals.find(new.spot.uid) if new.spot.part_id is None else None
        vertices = new.vertices
        if new.spot.part_id is not None:
            target = by_id.get(new.spot.part_id)
            moved = np.array(target.matrix_world.inverted_safe() @ world) if target else np.eye(4)
            vertices = vertices @ moved[:3, :3].T + moved[:3, 3]
        targets.append(target)
        if target is not None:
            material = wished_material(found.wishes, own or main_material(target.data))
            mesh = swap_mesh(target, vertices, new.faces, found.name, material)
            mesh.partwise.stands_in = found.name
    return targets
