# SPDX-License-Identifier: GPL-3.0-or-later
"""What asks which faces belong together: parts of a mesh, other cuts of them, and clicks.

Standard library and NumPy only.
"""

from __future__ import annotations

import hashlib
from typing import Annotated, Any

from .arrays import NDArray, np
from .engines import AUTO
from .errors import BadInput
from .fields import (
    Array,
    Engine,
    Fields,
    Fingerprint,
    Granularity,
    Json,
    Number,
    Parts,
    Seed,
    Text,
    Whole,
)

MAX_VARIANT = 1000

Labels = Annotated["NDArray[np.int32]", Array(("F",), "int32")]
Variant = Annotated[int, Whole(0, MAX_VARIANT)]
Choice = Annotated[int, Whole(0)]
Sequence = Annotated[int, Whole(0, (1 << 53) - 1)]


class Segment(Fields):
    """Decompose an open mesh: `granularity` 0 (coarsest) to 1, or exactly `parts` parts.

    Without either the engine chooses the number of parts. `variant` 0 is the best segmentation;
    1, 2 and so on are other plausible ones. `symmetric`: a mesh that mirrors itself is cut so.
    Hints, as far as given: `groups` (F,) int32 of faces, -1 for no opinion, at whose changes parts
    should end, `borders` (N, 2) int32, the vertices of edges at which parts should end, and
    `colours` (F, 3) uint8 sRGB of faces, at whose changes parts may end.
    """

    fingerprint: Fingerprint
    granularity: Granularity | None = None
    parts: Parts | None = None
    engine: Engine = AUTO
    seed: Seed = 0
    variant: Variant = 0
    symmetric: Annotated[bool, Json(bool)] = True
    groups: Labels | None = None
    borders: Annotated[NDArray[np.int32], Array(("N", 2), "int32")] | None = None
    colours: Annotated[NDArray[np.uint8], Array(("F", 3), "uint8")] | None = None

    def hints_digest(self) -> str:
        """A name for the hints, empty where there are none."""
        hints = self.groups, self.borders, self.colours
        if all(array is None for array in hints):
            return ""
        digest = hashlib.blake2b(digest_size=16)
        for array in hints:
            digest.update(b"-" if array is None else f"{array.shape}{array.dtype.kind}".encode())
            digest.update(b"" if array is None else np.ascontiguousarray(array).data)
        return digest.hexdigest()

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.granularity is not None and self.parts is not None:
            raise BadInput("Granularity and parts were both given.", "Give one of the two.")


class Segmented(Fields):
    """labels (F,) int32 0..parts-1, patch (F,) int32 0..P-1 and the merge tree of the patches.

    ``MergeTree(tree_children, tree_height).cut(parts)[patch]`` is the labels of every other cut.
    `engine` is the one that ran; `notice` is a sentence for people where "auto" had to fall back
    to it, otherwise empty. tree_paired (P-1,) bool : `MergeTree.paired`, where there is one.
    debris (F,) int32, where there is any: the number of the piece that a face is of, which nobody
    sees, for it is inside of the mesh, or which is a speck that touches nothing; else -1. The first
    `unseen` of these pieces are inside.
    """

    labels: Labels
    patch: Labels
    tree_children: Annotated[NDArray[np.int32], Array(("M", 2), "int32")]
    tree_height: Annotated[NDArray[np.float32], Array(("M",), "float32")]
    engine: Engine
    natural_parts: Parts
    parts: Parts
    notice: Annotated[str, Text()] = ""
    tree_paired: Annotated[NDArray[np.bool_], Array(("M",), "bool")] | None = None
    debris: Annotated[NDArray[np.int32], Array(("F",), "int32")] | None = None
    unseen: Annotated[int, Whole(0)] = 0


class Cut(Segment):
    """Like `Segment`, but only of a mesh that was segmented so: never computes, always instant."""


class CutLabels(Fields):
    """labels (F,) int32, 0..parts-1 without gaps."""

    labels: Labels
    parts: Parts


class SmoothBorders(Fields):
    """Cut the polygons of an open mesh where borders of parts would have teeth.

    labels (F,) int32 0..K-1, the part of each triangle; polygon (F,) int32, the polygon of each,
    which has one part.
    """

    fingerprint: Fingerprint
    labels: Labels
    polygon: Annotated[NDArray[np.int32], Array(("F",), "int32")]

    def __post_init__(self) -> None:
        super().__post_init__()
        if len(self.polygon) and min(self.polygon.min(), self.labels.min()) < 0:
            raise BadInput("A triangle has no polygon, or no part.", "Number both from 0 on.")


class SmoothedBorders(Fields):
    """What takes the place of the polygons that were cut, in Q pieces.

    label (P,) int32: the part of each polygon, which may have changed for whole ones too. source
    (Q,) int32, the polygon that each piece is of, and piece_label (Q,) int32; piece_size (Q,)
    int32, of corners (C,) int32: below 3F a corner of the mesh, ``3 * triangle + corner``, from 3F
    on a row of the N new ones. Of these rows (N, 3) int32 are corners of one triangle, and weight
    (N, 3) float64 is how much of each a new one is; those with the same number in point (N,) int32
    are at one place.
    """

    label: Annotated[NDArray[np.int32], Array(("P",), "int32")]
    source: Annotated[NDArray[np.int32], Array(("Q",), "int32")]
    piece_label: Annotated[NDArray[np.int32], Array(("Q",), "int32")]
    piece_size: Annotated[NDArray[np.int32], Array(("Q",), "int32")]
    corner: Annotated[NDArray[np.int32], Array(("C",), "int32")]
    rows: Annotated[NDArray[np.int32], Array(("N", 3), "int32")]
    weight: Annotated[NDArray[np.float64], Array(("N", 3), "float64")]
    point: Annotated[NDArray[np.int32], Array(("N",), "int32")]


def vertices_of_new(
    named: NDArray[np.integer], weight: NDArray[np.float64], point: NDArray[np.integer]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """New corners at one place, of the same vertices, are one vertex.

    named : (N, 3) vertices that each of N new corners lies between; weight, point : of them, as in
    `SmoothedBorders`. Returns (first (n,), number (N,)): one corner of each vertex, and the vertex
    of each corner.
    """
    ends = np.sort(np.where(weight > 0, named, -1), axis=1)
    key = np.column_stack([point, ends])
    _, first, number = np.unique(key, axis=0, return_index=True, return_inverse=True)
    return first, number.reshape(-1)


class PictureParts(Fields):
    """Make a small picture of an open mesh in the colours of its parts.

    labels (F,) int32 0..K-1, the part of each triangle; colours (K, 3) float32, linear light; turn
    (3, 3) float64, by which the mesh is turned before, so that Z is up and -Y is its front.
    """

    fingerprint: Fingerprint
    labels: Labels
    colours: Annotated[NDArray[np.float32], Array(("K", 3), "float32")]
    turn: Annotated[NDArray[np.float64], Array((3, 3), "float64")]

    def __post_init__(self) -> None:
        super().__post_init__()
        last = len(self.colours) - 1
        if len(self.labels) and not 0 <= self.labels.min() <= self.labels.max() <= last:
            raise BadInput("A triangle has a part without a colour.", "Number parts from 0 on.")


class PicturedParts(Fields):
    """thumbnail (96, 96, 4) uint8, sRGB, top row first, see-through round the mesh."""

    thumbnail: Annotated[NDArray[np.uint8], Array((96, 96, 4), "uint8")]


class Click(Fields):
    """Points (N, 3) in the mesh's coordinates, labels (N,) 1 to include and 0 to exclude.

    With a `variant`, answered on the segmentation that has it, is as `symmetric` and had hints of
    this digest (`Segment.hints_digest`): the one whose parts are seen, whatever was tried since.
    Where it is not there any more, it is made anew, without hints. Without a variant, answered on
    what was segmented or cut last; `engine` "auto" takes whichever engine that was.
    `choice` is which of several plausible masks to answer, the smallest first, and the nearest
    number that there is; without it, the likeliest.
    Of the clicks that wait on one mesh, only the one with the highest `sequence` is answered.
    """

    fingerprint: Fingerprint
    sequence: Sequence
    points: Annotated[NDArray[Any], Array(("N", 3), "float32 float64")]
    point_labels: Annotated[NDArray[Any], Array(("N",), "bool int8 uint8 int32 int64")]
    engine: Engine = AUTO
    seed: Seed = 0
    choice: Choice | None = None
    variant: Variant | None = None
    symmetric: Annotated[bool, Json(bool)] = True
    hints: Annotated[str, Text()] = ""


class Clicked(Fields):
    """mask (F,) bool, score 0..1, the engine that answered, and a warning, empty for none.

    The warning tells of clicks that were of no use, and why another engine stood in.
    choice : which of `choices` plausible masks this is, the smallest first.
    """

    sequence: Sequence
    mask: Annotated[NDArray[np.bool_], Array(("F",), "bool")]
    score: Annotated[float, Number(0.0, 1.0)]
    engine: Engine
    warning: Annotated[str, Text()] = ""
    choice: Choice = 0
    choices: Annotated[int, Whole(1)] = 1
