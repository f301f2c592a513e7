# SPDX-License-Identifier: GPL-3.0-or-later
"""Part objects among the parts that they were cut from: what the engine needs to complete them.

The parts are sent as they are now, without faces that close cuts; of their neighbours, what the
original has of them. So it does not matter where parts were moved to, nor what became of others.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from functools import cached_property
from typing import Any, TypeAlias

import bpy
from mathutils import Matrix

from ...backend.contract.arrays import NDArray, np
from ...backend.contract.errors import BadInput
from ...backend.contract.records import Value
from ...backend.contract.requests import Complete, Completed, WholePart, fingerprint
from ..core.labels import Labels, compact
from ..engine import jobs
from ..mesh.cap_build import add_caps, find_vertices, remove_caps
from ..mesh.cap_uv import free_space
from ..mesh.caps import ISLANDS, CapStyle, PartCaps, Points, Rows, elements_of_caps
from ..mesh.compare import NEAR, at_source, extent, place_in_source
from ..mesh.keys import add_keys, read_keys, remove_meshes
from ..mesh.labels import get_labels, has_labels
from ..mesh.layers import NEW, origin
from ..mesh.read import MeshArrays, Snapshot, positions
from . import completions
from .analyses import ask_about
from .completions import Completing, Report

Bools: TypeAlias = "NDArray[np.bool_]"


class Piece(Value):
    """A part object as it was when the button was pressed.

    kept : (F,) faces that close no cut; vertex : (n,) vertices that are not of these alone; ids :
    (n,) the vertex of the source that each is a copy of, -1 for new ones; faces : of the source.
    place : (4, 4) from its coordinates to those of the source.
    """

    uid: int
    name: str
    snapshot: Snapshot
    kept: Bools
    vertex: Rows
    ids: NDArray[np.int32]
    faces: NDArray[np.int32]
    place: NDArray[np.float64]

    @classmethod
    def of(cls, obj: bpy.types.Object, source: bpy.types.Object) -> Piece:
        of_caps = elements_of_caps(obj.data)
        vertex = np.nonzero(~of_caps["POINT"])[0]
        ids = origin(obj.data, "POINT")[vertex]
        ids = np.where(ids < len(source.data.vertices), ids, NEW)
        faces = origin(obj.data, "FACE")
        snapshot = Snapshot.of(obj)
        place = _place(obj, source, snapshot.positions[vertex], ids)
        return cls(
            obj.session_uid,
            obj.name,
            snapshot,
            ~of_caps["FACE"],
            vertex,
            ids,
            faces[faces != NEW],
            place,
        )

    def at_source(self, sources: Points) -> NDArray[np.float32]:
        """(n, 3) where its vertices are on the source (V, 3); exactly there if none was moved."""
        known = np.append(sources, [[np.inf] * 3], axis=0)
        points = self.snapshot.positions[self.vertex]
        return at_source(points, Matrix(self.place.tolist()), known[self.ids], extent(sources))

    def from_source(self, points: Points) -> Points:
        """Points (N, 3) of the source in the piece's own coordinates."""
        back = np.linalg.inv(self.place)
        return np.asarray(points @ back[:3, :3].T + back[:3, 3])


def _place(
    obj: bpy.types.Object, source: bpy.types.Object, points: Points, ids: NDArray[np.int32]
) -> NDArray[np.float64]:
    """Split only shifts meshes, so that most vertices tell by how much; else the object's place."""
    known = ids != NEW
    whole = positions(source.data)
    if known.any():
        shift = np.median(whole[ids[known]].astype(np.float64) - points[known], axis=0)
        off = np.abs(points[known] + shift - whole[ids[known]]).max(axis=1)
        if np.median(off) <= NEAR * (extent(whole) + float(np.abs(shift).max())):
            return np.array(Matrix.Translation(shift.tolist()), dtype=np.float64)
    return np.array(place_in_source(obj, source), dtype=np.float64)


class Siblings(Value):
    """Parts of one source that are to be completed, and what is left of the source beside them.

    labels : (F,) of the source's polygons.
    """

    source_uid: int
    source: Snapshot
    labels: Labels
    pieces: list[Piece]

    @classmethod
    def of(cls, objects: list[bpy.types.Object]) -> Siblings:
        """Objects that Split made of one original."""
        source = objects[0].partwise.source
        count = len(source.data.polygons)
        labels = get_labels(source.data) if has_labels(source.data) else np.zeros(count, np.int32)
        pieces = [Piece.of(obj, source) for obj in objects]
        return cls(source.session_uid, Snapshot.of(source), labels, pieces)

    @cached_property
    def _mesh(self) -> tuple[MeshArrays, Labels, list[tuple[int, NDArray[np.float32]]]]:
        """The arrays, the part of each triangle, and of each piece its first vertex and vertices.

        Does not touch Blender.
        """
        whole = self.source.arrays()
        own = np.zeros(whole.polygons, dtype=bool)
        for piece in self.pieces:
            own[piece.faces[piece.faces < whole.polygons]] = True
        beside = ~own[whole.polygon]
        ids, label = compact(self.labels[whole.polygon[beside]])
        vertices, faces, labels = [self.source.positions], [whole.faces[beside]], [label]
        blocks = []
        for number, piece in enumerate(self.pieces, start=len(ids)):
            arrays = piece.snapshot.arrays(piece.kept)
            block = piece.at_source(self.source.positions)
            first = sum(map(len, vertices))
            vertex = np.searchsorted(piece.vertex, arrays.vertex) + first
            vertices.append(block)
            faces.append(vertex[arrays.faces].astype(np.int32))
            labels.append(np.full(len(arrays.faces), number))
            blocks.append((first, block))
        points = np.concatenate(vertices).astype(np.float64) @ whole.stretch
        corners = np.concatenate(faces).astype(np.int32)
        count, every = len(corners), np.arange(len(points), dtype=np.int32)
        polygon = np.arange(count, dtype=np.int32)
        name = fingerprint(points, corners)
        made = MeshArrays(points, corners, every, polygon, count, whole.stretch, name)
        return made, np.concatenate(labels).astype(np.int32), blocks

    def ask(
        self,
        wish: Completing,
        span: jobs.Span = (0.0, 1.0),
        hear: Callable[[int, Points, Points], None] | None = None,
        each: Callable[[list[CompletedPiece]], None] | None = None,
    ) -> Generator[jobs.Ask, Any, list[CompletedPiece]]:
        """The step of a job that completes the pieces.

        hear : is told, as each is done, the uid of its object, vertices (n + M, 3) and new faces.
        each : is told each of several variants, as of `completions.ask`.
        """
        arrays, labels, _ = yield from jobs.compute(lambda: self._mesh)
        first = int(labels.max(initial=0)) + 1 - len(self.pieces)

        def on_piece(found: WholePart | Completed) -> None:
            if isinstance(found, Completed):
                if each is not None:
                    each(on_mesh(found))
            elif hear is not None:
                piece = self.pieces[found.part - first]
                caps = self._caps(found.part - first, found.vertices, found.faces, None, wish.style)
                hear(piece.uid, caps.vertices, caps.faces[0])

        def on_mesh(answer: Completed) -> list[CompletedPiece]:
            faces = np.split(answer.faces, answer.part_offsets[1:-1])
            carry = (answer.carry_vertex, answer.carry_weight)
            return [
                CompletedPiece(
                    piece,
                    self._caps(n, answer.vertices, faces[first + n], carry, wish.style),
                    completions.told(answer.report[first + n], arrays),
                    answer.engine,
                    answer.notice,
                    answer.seed,
                    answer.thumbnail,
                )
                for n, piece in enumerate(self.pieces)
            ]

        request = Complete(
            arrays.fingerprint,
            labels,
            parts=list(range(first, first + len(self.pieces))),
            **wish.asked(),
        )
        done: list[CompletedPiece] = yield from ask_about(arrays, request, on_mesh, span, on_piece)
        return done

    def _caps(
        self,
        number: int,
        added: Points,
        faces: Rows,
        carry: tuple[Rows, NDArray[np.float32]] | None,
        style: CapStyle,
    ) -> PartCaps:
        """New faces of a piece, as part 0, in its own numbers and coordinates.

        Numbered are its `vertex`, then the new ones (M, 3) that the faces use.
        """
        arrays, _, blocks = self._mesh
        first, block = blocks[number]
        piece, count = self.pieces[number], len(arrays.vertices)
        size = len(block)
        back = np.linalg.inv(arrays.stretch)
        new = np.unique(faces[faces >= count])
        goes = np.full(count + len(added), -1, dtype=np.int64)
        goes[new] = size + np.arange(len(new))
        old = faces[faces < count]
        if carry is not None:
            old = np.append(old, carry[0][new - count])
        used = np.unique(old)
        places = (arrays.vertices[used] @ back).astype(np.float32)
        goes[used] = find_vertices(block, first + np.arange(size), places, used)
        mine = goes[faces]
        points = np.concatenate(
            [piece.snapshot.positions[piece.vertex], piece.from_source(added[new - count] @ back)]
        )
        if carry is not None:
            carry = (goes[carry[0][new - count]].clip(0), carry[1][new - count])
        return PartCaps(points, {0: mine[(mine >= 0).all(axis=1)]}, carry, style)


class CompletedPiece(Value):
    """What makes a part object whole: new faces as part 0 of `caps`, and what is told of it.

    engine, notice, seed, thumbnail : as of `Completion`.
    """

    piece: Piece
    caps: PartCaps
    report: Report
    engine: str = ""
    notice: str = ""
    seed: int = 0
    thumbnail: NDArray[np.uint8] | None = None


def apply_to(obj: bpy.types.Object, done: CompletedPiece) -> None:
    """Give a part object its new faces, in the place of those that closed its cuts."""

    def add(mesh: bpy.types.Mesh, keys: list[Points]) -> list[Points]:
        is_free = done.caps.style.uv == ISLANDS
        free = free_space([*_relatives(obj), mesh]) if is_free else None
        ids = np.arange(len(mesh.vertices))
        completions.write_report(mesh.partwise.report, done.report)
        return add_caps(mesh, done.caps, 0, keys, free, ids)

    _change(obj, add)


def open_again(obj: bpy.types.Object) -> None:
    """Take the faces that close its cuts off a part object."""

    def forget(mesh: bpy.types.Mesh, keys: list[Points]) -> list[Points]:
        mesh.partwise.property_unset("report")
        return keys

    _change(obj, forget)


def _change(
    obj: bpy.types.Object, change: Callable[[bpy.types.Mesh, list[Points]], list[Points]]
) -> None:
    """Give an object a copy of its mesh without faces that close cuts, and changed.

    change : takes the mesh, without shape keys, and their positions, and returns these.
    """
    old, source = obj.data, obj.partwise.source
    mesh = old.copy()
    try:
        keys = read_keys(mesh)
        if mesh.shape_keys:
            bpy.data.batch_remove([mesh.shape_keys])
        stays = remove_caps(mesh, source.data if source is not None else None)
        add_keys(mesh, old, change(mesh, [key[stays] for key in keys]))
    except BaseException:
        remove_meshes([mesh])
        raise
    name = old.name
    obj.data = mesh
    if old.users == 0:
        remove_meshes([old])
    mesh.name = name


def _relatives(obj: bpy.types.Object) -> list[bpy.types.Mesh]:
    """The meshes of the original and of the other parts, which share its UV map."""
    source = obj.partwise.source
    if source is None:
        return []
    others = [o for o in bpy.data.objects if o.partwise.source == source and o != obj]
    return list({o.data for o in (source, *others) if o.type == "MESH"})


def refusal(obj: bpy.types.Object) -> BadInput | None:
    """Why this object cannot be completed among its siblings; None when it can."""
    source = obj.partwise.source
    if source is None or source.type != "MESH":
        return BadInput(
            f"“{obj.name}” is no part that Split made.",
            "Select parts that Split made, or decompose the object first.",
        )
    if not len(obj.data.polygons):
        return BadInput(f"“{obj.name}” has no faces.", "Choose another part.")
    return None
