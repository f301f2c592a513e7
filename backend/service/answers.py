# SPDX-License-Identifier: GPL-3.0-or-later
"""What pipelines made of new parts, as answers, each with its small picture."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ..contract import requests

if TYPE_CHECKING:
    from ..engines.base import Sketch
    from ..geometry.borders.cut import Cut
    from ..geometry.borders.outlines import Polygons
    from ..pipelines.complete import CompletedParts
    from ..pipelines.edit import Replaced
    from ..pipelines.generate import Made

PLAIN = (0.8, 0.8, 0.8)


def of_completed(
    whole: CompletedParts, thumbnail: NDArray[np.uint8] | None = None
) -> requests.Completed:
    """What makes parts whole. thumbnail : (96, 96, 4) of them."""
    sizes = [len(part) for part in whole.faces]
    return requests.Completed(
        vertices=whole.vertices,
        faces=np.concatenate([np.empty((0, 3), np.int64), *whole.faces]),
        part_offsets=np.cumsum([0, *sizes], dtype=np.int64),
        closed=np.array(whole.closed, dtype=bool),
        carry_vertex=whole.carry_vertex,
        carry_weight=whole.carry_weight,
        report=[one.to_json() for one in whole.report],
        engine=whole.engine,
        notice=whole.notice,
        seed=whole.seed,
        follows_seed=whole.follows_seed,
        thumbnail=thumbnail,
    )


def of_smoothed(cut: Cut, polygons: Polygons) -> requests.SmoothedBorders:
    """What takes the place of polygons that borders cut."""
    return requests.SmoothedBorders(
        label=polygons.label.astype(np.int32),
        source=polygons.source.astype(np.int32),
        piece_label=polygons.piece_label.astype(np.int32),
        piece_size=polygons.size.astype(np.int32),
        corner=polygons.corner.astype(np.int32),
        rows=cut.rows.astype(np.int32),
        weight=cut.weight,
        point=cut.point.astype(np.int32),
    )


def of_pictured(
    vertices: NDArray[np.float64], faces: NDArray[np.int64], request: requests.PictureParts
) -> requests.PicturedParts:
    """A mesh in the colours of its parts. Raises BadInput where it has another number of faces."""
    from ..pictures.thumbnail import of_colours
    from ..pipelines.analysis import checked_labels

    labels = checked_labels(request.labels, len(faces))
    if np.linalg.det(request.turn) < 0:  # it mirrors
        faces = faces[:, ::-1]
    colours = request.colours[labels]
    return requests.PicturedParts(of_colours(vertices @ request.turn.T, faces, colours, "Z"))


def of_imagined(sketch: Sketch, count: int) -> requests.WholePart:
    """What the whole of a part will be about. count : of the object's vertices."""
    (part,) = sketch.parts
    faces = part.faces.astype(np.int64) + count
    return requests.WholePart(sketch.part, part.vertices, faces, {}, float(sketch.share))


class PicturesOfCompleted:
    """Small pictures of one completion after the other, all from the same side.

    vertices, faces, labels : of the object, Z up. parts : those that are completed, None for all.
    """

    def __init__(
        self,
        vertices: NDArray[np.float64],
        faces: NDArray[np.int64],
        labels: NDArray[np.integer],
        parts: Sequence[int] | None,
    ) -> None:
        self.vertices, self.faces, self.labels, self.parts = vertices, faces, labels, parts
        self.turn: NDArray[np.float64] | None = None

    def picture(self, whole: CompletedParts) -> NDArray[np.uint8]:
        """(96, 96, 4) of the parts, of which what is new has a colour of its own."""
        from ..pictures.thumbnail import Grown

        shown = np.unique(self.labels if self.parts is None else np.array(self.parts, np.int64))
        seen = np.isin(self.labels, shown)
        added = np.repeat(np.arange(len(whole.faces)), [len(new) for new in whole.faces])
        grown = Grown.of(
            np.concatenate([self.vertices, whole.vertices]),
            np.concatenate([self.faces[seen], *whole.faces]),
            np.concatenate([self.labels[seen], added]),
            np.arange(seen.sum() + len(added)) >= seen.sum(),
            "Z",
        )
        if self.turn is None:
            self.turn = grown.turn()
        return grown.picture(self.turn)


def of_replaced(done: Replaced, thumbnails: Sequence[NDArray[np.uint8]]) -> requests.ReplacedPart:
    """All variants, or one as it comes. thumbnails : (96, 96, 4) of each."""
    made = done.variants
    colour = done.material.get("colour") or [*PLAIN, 1.0]
    return requests.ReplacedPart(
        vertices=np.concatenate([one.vertices for one in made]),
        faces=np.concatenate([one.faces for one in made]),
        vertex_offsets=np.cumsum([0, *(len(one.vertices) for one in made)], dtype=np.int64),
        face_offsets=np.cumsum([0, *(len(one.faces) for one in made)], dtype=np.int64),
        colours=np.tile(np.array(colour, dtype=np.float32), (len(made), 1)),
        names=[one.name for one in made],
        report=[{"variant": one.number, "part": one.part, **one.report} for one in made],
        material=done.material,
        understood=done.understood,
        not_understood=done.not_understood,
        engine=done.engine,
        notice=done.notice,
        expected=done.expected,
        thumbnails=np.stack(thumbnails),
    )


def picture_of(variant: Replaced, request: requests.Replace) -> NDArray[np.uint8]:
    """(96, 96, 4) of a variant, without its twin, in the colour that it will have."""
    from ..pictures.thumbnail import of_one_colour

    (own,) = [one for one in variant.variants if one.part == request.part]
    colour = variant.material.get("colour") or request.colour or PLAIN
    return of_one_colour(own.vertices, own.faces, colour[:3], request.up)


def of_sketch(sketch: Sketch, colour: Sequence[float] = PLAIN, up: str = "Y") -> requests.Sketched:
    """What is being made. colour : of what has none of its own, linear light. up : "Y" or "Z"."""
    from ..pictures.textured import joined
    from ..pictures.thumbnail import of_colours

    parts = sketch.parts
    vertices, faces, part = joined([one.vertices for one in parts], [one.faces for one in parts])
    shown = np.array([one.colour or colour[:3] for one in parts], dtype=np.float32)
    return requests.Sketched(
        variant=sketch.variant,
        share=float(sketch.share),
        vertices=vertices.astype(np.float32),
        faces=faces.astype(np.int32),
        face_offsets=np.cumsum([0, *(len(one.faces) for one in parts)], dtype=np.int64),
        colours=np.concatenate([shown, np.ones((len(parts), 1), np.float32)], axis=1),
        thumbnail=of_colours(vertices, faces, shown[part], up),
    )


def of_generated(made: Made) -> requests.GeneratedParts:
    """The parts of an object."""
    from ..pictures.textured import Painted, joined
    from ..pictures.thumbnail import thumbnail

    parts = made.parts
    uv = [part.uv for part in parts if part.uv is not None]
    corners = np.concatenate(uv) if len(uv) == len(parts) else None
    vertices, faces, part = joined(
        [part.vertices for part in parts], [part.faces for part in parts]
    )
    shown = np.array([part.shown for part in parts], dtype=np.float32)
    return requests.GeneratedParts(
        vertices=np.concatenate([part.vertices for part in parts]),
        faces=np.concatenate([part.faces for part in parts]),
        vertex_offsets=np.cumsum([0, *(len(part.vertices) for part in parts)], dtype=np.int64),
        face_offsets=np.cumsum([0, *(len(part.faces) for part in parts)], dtype=np.int64),
        colours=np.array([[*part.shown, 1.0] for part in parts], dtype=np.float32),
        pivots=np.array([part.origin for part in parts], dtype=np.float64),
        names=[part.name for part in parts],
        report=made.report,
        engine=made.engine,
        notes=list(made.notes),
        uv=None if corners is None else corners.astype(np.float32),
        texture=made.texture,
        labels=made.labels,
        seed=made.seed,
        follows_seed=made.follows_seed,
        thumbnail=thumbnail(Painted(vertices, faces, corners, made.texture, shown[part])),
    )
