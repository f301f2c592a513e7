# SPDX-License-Identifier: GPL-3.0-or-later
"""What makes parts whole: asked of the engine, kept on a mesh with parts until Split, or put on
the objects that parts became.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Generator, Mapping
from dataclasses import dataclass, field
from typing import Any

import bpy

from ...backend.contract.arrays import NDArray, np
from ...backend.contract.records import Value
from ...backend.contract.requests import Complete, Completed, WholePart
from ..core.labels import Labels, compact
from ..engine import jobs, place
from ..mesh.caps import FLAT, CapStyle, PartCaps, Points
from ..mesh.kept_caps import from_mesh, joined, shape_digests, to_mesh
from ..mesh.keys import remove_meshes
from ..mesh.labels import get_labels, has_labels
from ..mesh.read import MeshArrays, positions
from . import engine_choice
from .analyses import ask_about
from .parts import part_of
from .targets import Target

CAP, HIDDEN, NONE = "cap", "hidden", "none"

Report = Mapping[str, Any]
"""What is told of a part: closed, volume, hidden_share, engine."""


class Completion(Value):
    """New faces of parts of one mesh, and what is told of each of these parts.

    engine : the one that was asked for them, empty for what was kept. notice : of it, for people.
    seed : that it is of. thumbnail : (H, W, 4) uint8, None where each seed makes the same.
    """

    caps: PartCaps
    report: dict[int, Report]
    engine: str = ""
    notice: str = ""
    seed: int = 0
    thumbnail: NDArray[np.uint8] | None = None

    @property
    def is_empty(self) -> bool:
        """Does no part get a face?"""
        return not any(len(faces) for faces in self.caps.faces.values())


@dataclass(frozen=True)
class Completing:
    """How parts are to be completed. how : HIDDEN, or CAP for plain caps.

    engine, options, seed, variants : who grows what is hidden, and how, as requests have it.
    memory : GB that it may take. follows_seed : whether it makes another completion of another
    seed.
    """

    style: CapStyle
    how: str = HIDDEN
    thicken: float = 0.0
    engine: str = engine_choice.AUTO
    options: Mapping[str, Any] = field(default_factory=dict)
    seed: int = 0
    variants: int = 1
    memory: float = 0.0
    follows_seed: bool = False

    @classmethod
    def of(
        cls, settings: bpy.types.PropertyGroup, how: str = HIDDEN, variants: int = 1
    ) -> Completing:
        if how != HIDDEN:
            return cls(style_of(settings, how), how)
        return cls(
            style_of(settings, how),
            how,
            settings.thicken,
            engine_choice.name_of(settings, "complete"),
            engine_choice.asked(settings, "complete"),
            engine_choice.seed(settings, "complete"),
            variants,
            place.memory(),
            engine_choice.follows_seed(settings, "complete"),
        )

    def asked(self) -> dict[str, Any]:
        """What of it is said in a request."""
        names = ("how", "thicken", "engine", "seed", "variants", "memory")
        return {name: getattr(self, name) for name in names} | {"options": dict(self.options)}


def ask(
    target: Target,
    labels: Labels,
    wish: Completing,
    *,
    chosen: Collection[int] | None = None,
    span: jobs.Span = (0.0, 1.0),
    hear: Callable[[int, Points, Points], None] | None = None,
    each: Callable[[Completion], None] | None = None,
) -> Generator[jobs.Ask, Any, Completion]:
    """The step of a job that completes parts of a mesh.

    labels : (F,) of its polygons; chosen : the ids of parts to complete, all by default. hear : is
    told, for each part as it is done, its id, vertices (V + M, 3) and new faces (N, 3). each : is
    told each of several variants as it is whole; the parts that are heard are the first's, which
    is the result.
    """
    arrays = yield from jobs.compute(lambda: target.arrays)
    ids, part = compact(labels[arrays.polygon])
    wanted = [number for number, k in enumerate(ids.tolist()) if chosen is None or k in chosen]
    back = np.linalg.inv(arrays.stretch)
    here = target.snapshot.positions[arrays.vertex].astype(np.float64)

    def on_piece(piece: WholePart | Completed) -> None:
        if isinstance(piece, Completed):
            if each is not None:
                each(on_mesh(piece))
        elif hear is not None:
            whole = np.concatenate([here, piece.vertices @ back])
            hear(int(ids[piece.part]), whole, piece.faces)

    def on_mesh(answer: Completed) -> Completion:
        whole = np.concatenate([here, answer.vertices @ back])
        pieces = np.split(answer.faces, answer.part_offsets[1:-1])
        carry = (answer.carry_vertex, answer.carry_weight)
        faces = {int(ids[number]): pieces[number] for number in wanted}
        return Completion(
            PartCaps(whole, faces, carry, wish.style),
            {int(ids[number]): told(answer.report[number], arrays) for number in wanted},
            answer.engine,
            answer.notice,
            answer.seed,
            answer.thumbnail,
        )

    request = Complete(
        arrays.fingerprint,
        part.astype(np.int32),
        parts=None if chosen is None else wanted,
        **wish.asked(),
    )
    done: Completion = yield from ask_about(arrays, request, on_mesh, span, on_piece)
    return done


def told(report: Report, arrays: MeshArrays) -> Report:
    """A report of the engine, in the mesh's own units."""
    return {**report, "volume": report["volume"] / float(np.linalg.det(arrays.stretch))}


def style_of(settings: bpy.types.PropertyGroup, how: str = HIDDEN) -> CapStyle:
    """How new faces look. how : HIDDEN, or CAP for plain caps."""
    if how == CAP:
        return CapStyle(FLAT)
    return CapStyle(
        settings.complete_uv,
        settings.complete_own_slot,
        smooth=True,
        keep_normals=settings.keep_shading,
    )


def keep(mesh: bpy.types.Mesh, completion: Completion) -> None:
    """Keep what makes parts of a mesh whole, until they are split; of other parts it stays."""
    caps = completion.caps
    caps = caps.changed(faces={k: faces for k, faces in caps.faces.items() if len(faces)})
    former = kept(mesh, caps.style)
    if former is not None:
        caps = joined(_without(former.caps, set(completion.report)), caps)
    old = mesh.partwise.hidden
    mesh.partwise.hidden = to_mesh(caps, mesh.name) if caps.faces else None
    _remove(old)
    digests = shape_digests(mesh, get_labels(mesh), list(completion.report))
    for row in mesh.partwise.parts:
        if row.part_id in completion.report:
            write_report(row.report, completion.report[row.part_id])
            row.report.shape = digests[row.part_id]
        elif former is None or row.part_id not in former.report:
            row.property_unset("report")


def kept(mesh: bpy.types.Mesh, style: CapStyle) -> Completion | None:
    """What is kept for parts that are still as they were; None where there is nothing."""
    if not has_labels(mesh):
        return None
    rows = {row.part_id: row.report for row in mesh.partwise.parts if row.report.engine}
    digests = shape_digests(mesh, get_labels(mesh), list(rows))
    same: dict[int, Report] = {
        k: read_report(told) for k, told in rows.items() if told.shape == digests[k]
    }
    if not same:
        return None
    surface = mesh.partwise.hidden
    if surface is None:
        none = (np.empty((0, 4), np.int64), np.empty((0, 4), np.float32))
        return Completion(PartCaps(positions(mesh), {}, none, style), same)
    caps = from_mesh(surface, mesh, style)
    return Completion(_without(caps, set(caps.faces) - set(same)), same)


def forget(mesh: bpy.types.Mesh, part_ids: list[int]) -> None:
    """Keep nothing for these parts any more."""
    for part_id in part_ids:
        row = part_of(mesh, part_id)
        if row is not None:
            row.property_unset("report")
    if not any(row.report.engine for row in mesh.partwise.parts):
        old, mesh.partwise.hidden = mesh.partwise.hidden, None
        _remove(old)


def _without(caps: PartCaps, part_ids: set[int]) -> PartCaps:
    return caps.changed(faces={k: f for k, f in caps.faces.items() if k not in part_ids})


def _remove(surface: bpy.types.Mesh | None) -> None:
    if surface is not None and surface.users == 0:
        remove_meshes([surface])


def write_report(row: bpy.types.PropertyGroup, told: Report) -> None:
    """Let a part remember what was told of it."""
    row.engine, row.closed = str(told["engine"]), bool(told["closed"])
    row.volume, row.hidden_share = float(told["volume"]), float(told["hidden_share"])


def read_report(row: bpy.types.PropertyGroup) -> dict[str, Any]:
    """What was told of a part."""
    return {name: getattr(row, name) for name in ("engine", "closed", "volume", "hidden_share")}
