# SPDX-License-Identifier: GPL-3.0-or-later
"""Typed requests and results: all that passes between Blender and the engine.

Standard library and NumPy only. Each method of the backend is a request class and its result
class, listed in `METHODS`. Both sides build and read them with the same checks::

    params, arrays = Segment(fingerprint, parts=4).to_message()
    request = Segment.from_message(params, arrays)  # BadInput for anything it does not know
"""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

import numpy as np
from numpy.typing import NDArray

from .errors import BadInput
from .fields import Array, Fields, Json, Number, Text, Whole

MAX_SEED = (1 << 32) - 1
MAX_VARIANT = 1000


Fingerprint = Annotated[str, Text(1, 200)]
Engine = Annotated[str, Text(1, 50)]
Seed = Annotated[int, Whole(0, MAX_SEED)]
Variant = Annotated[int, Whole(0, MAX_VARIANT)]
Parts = Annotated[int, Whole(1)]
Choice = Annotated[int, Whole(0)]
Granularity = Annotated[float, Number(0.0, 1.0)]
Sequence = Annotated[int, Whole(0, (1 << 53) - 1)]
Labels = Annotated[NDArray[np.int32], Array(("F",), "int32")]


# Requests and results, a pair for each method.


@dataclass(frozen=True, eq=False)
class OpenMesh(Fields):
    """Send a mesh once; everything else names it by its fingerprint.

    vertices (V, 3) float32 or float64 and faces (F, 3) int32 or int64. Without a `fingerprint`
    the engine makes one from the arrays.
    """

    vertices: Annotated[NDArray[Any], Array(("V", 3), "float32 float64")]
    faces: Annotated[NDArray[Any], Array(("F", 3), "int32 int64")]
    fingerprint: Fingerprint | None = None


@dataclass(frozen=True, eq=False)
class OpenedMesh(Fields):
    """`known` is true when the same mesh was open already and its cache was kept."""

    fingerprint: Fingerprint
    known: Annotated[bool, Json(bool)]


@dataclass(frozen=True, eq=False)
class CloseMesh(Fields):
    """Forget a mesh and all that was computed on it."""

    fingerprint: Fingerprint


@dataclass(frozen=True, eq=False)
class Segment(Fields):
    """Decompose an open mesh: `granularity` 0 (coarsest) to 1, or exactly `parts` parts.

    Without either the engine chooses the number of parts. `variant` 0 is the best segmentation;
    1, 2 and so on are other plausible ones. Hints, as far as given: `groups` (F,) int32 of faces,
    -1 for no opinion, at whose changes parts should end, and `borders` (N, 2) int32, the vertices
    of edges at which parts should end.
    """

    fingerprint: Fingerprint
    granularity: Granularity | None = None
    parts: Parts | None = None
    engine: Engine = "auto"
    seed: Seed = 0
    variant: Variant = 0
    groups: Labels | None = None
    borders: Annotated[NDArray[np.int32], Array(("N", 2), "int32")] | None = None

    def hints_digest(self) -> str:
        """A name for the hints, empty where there are none."""
        if self.groups is None and self.borders is None:
            return ""
        digest = hashlib.blake2b(digest_size=16)
        for array in (self.groups, self.borders):
            digest.update(b"-" if array is None else str(array.shape).encode())
            digest.update(b"" if array is None else np.ascontiguousarray(array, dtype="<i4").data)
        return digest.hexdigest()

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.granularity is not None and self.parts is not None:
            raise BadInput("Granularity and parts were both given.", "Give one of the two.")


@dataclass(frozen=True, eq=False)
class Segmented(Fields):
    """labels (F,) int32 0..parts-1, patch (F,) int32 0..P-1 and the merge tree of the patches.

    ``MergeTree(tree_children, tree_height).cut(parts)[patch]`` is the labels of every other cut.
    `engine` is the one that ran; `notice` is a sentence for people where "auto" had to fall back
    to it, otherwise empty.
    """

    labels: Labels
    patch: Labels
    tree_children: Annotated[NDArray[np.int32], Array(("M", 2), "int32")]
    tree_height: Annotated[NDArray[np.float32], Array(("M",), "float32")]
    engine: Engine
    natural_parts: Parts
    parts: Parts
    notice: Annotated[str, Text()] = ""


@dataclass(frozen=True, eq=False)
class Cut(Segment):
    """Like `Segment`, but only of a mesh that was segmented so: never computes, always instant."""


@dataclass(frozen=True, eq=False)
class CutLabels(Fields):
    """labels (F,) int32, 0..parts-1 without gaps."""

    labels: Labels
    parts: Parts


@dataclass(frozen=True, eq=False)
class Click(Fields):
    """Points (N, 3) in the mesh's coordinates, labels (N,) 1 to include and 0 to exclude.

    Answered on what was segmented or cut last, with its variant and hints; `engine` "auto" takes
    whichever engine that was. `choice` is which of several plausible masks to answer, the smallest
    first, and the nearest number that there is; without it, the likeliest.
    Of the clicks that wait on one mesh, only the one with the highest `sequence` is answered.
    """

    fingerprint: Fingerprint
    sequence: Sequence
    points: Annotated[NDArray[Any], Array(("N", 3), "float32 float64")]
    point_labels: Annotated[NDArray[Any], Array(("N",), "bool int8 uint8 int32 int64")]
    engine: Engine = "auto"
    seed: Seed = 0
    choice: Choice | None = None


@dataclass(frozen=True, eq=False)
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


@dataclass(frozen=True, eq=False)
class Complete(Fields):
    """Make parts whole. labels (F,) int32: the part of each face.

    `how` is "cap", which closes what a cut opened, or "hidden", which asks `engine` for what others
    hid. `parts` are the numbers of those to complete, all without it. `thicken` is the thickness
    of open sheets as a share of the object's size; 0 leaves them open.
    """

    fingerprint: Fingerprint
    labels: Annotated[NDArray[Any], Array(("F",), "int32 int64")]
    how: Annotated[str, Text(1, 20)] = "cap"
    engine: Engine = "auto"
    parts: Annotated[list[Any], Json(list)] | None = None
    thicken: Annotated[float, Number(0.0, 0.2)] = 0.0
    seed: Seed = 0

    def __post_init__(self) -> None:
        super().__post_init__()
        for part in self.parts or ():
            Whole(0).check("parts", part, {})


@dataclass(frozen=True, eq=False)
class Completed(Fields):
    """What makes K parts whole.

    vertices (M, 3) float64, numbered from V on; faces (N, 3) int64 into the mesh's vertices
    followed by these; part k owns faces[part_offsets[k]:part_offsets[k + 1]]; closed (K,) bool.
    carry_vertex (M, 4) int64 and carry_weight (M, 4) float32: the mesh's vertices from which a new
    one takes its layers, and how much of each; rows add up to 1. report: for each part {closed,
    volume, hidden_share, cap_distance, engine}. `engine` is the one that ran, "cap" for caps;
    `notice` is a sentence for people where "auto" had to fall back to it, otherwise empty.
    """

    vertices: Annotated[NDArray[np.float64], Array(("M", 3), "float64")]
    faces: Annotated[NDArray[np.int64], Array(("N", 3), "int64")]
    part_offsets: Annotated[NDArray[np.int64], Array(("K+1",), "int64")]
    closed: Annotated[NDArray[np.bool_], Array(("K",), "bool")]
    carry_vertex: Annotated[NDArray[np.int64], Array(("M", 4), "int64")]
    carry_weight: Annotated[NDArray[np.float32], Array(("M", 4), "float32")]
    report: Annotated[list[Any], Json(list)]
    engine: Engine = "cap"
    notice: Annotated[str, Text()] = ""


@dataclass(frozen=True, eq=False)
class WholePart(Fields):
    """One part as it comes, before the result of `complete`.

    vertices (M, 3) float64, numbered from V on for this part alone; faces (N, 3) int64 into the
    mesh's vertices followed by these; report as in `Completed`.
    """

    part: Annotated[int, Whole(0)]
    vertices: Annotated[NDArray[np.float64], Array(("M", 3), "float64")]
    faces: Annotated[NDArray[np.int64], Array(("N", 3), "int64")]
    report: Annotated[dict[str, Any], Json(dict)]


@dataclass(frozen=True, eq=False)
class Generate(Fields):
    """Make the parts of a new object.

    Up to four pictures of it, image_0, image_1, ... (H, W, 4) uint8 RGBA with the top row first,
    each with a mask or none of them, (H, W) int32, the part of each pixel, -1 for none. `views`
    names the side that each picture shows: front, side, back, top. Or boxes: [{name, text?, min,
    max, parent?, joint?}], or a text. `parts` is how many; the engine chooses without it.
    `options` are the engine's own.
    """

    engine: Engine = "auto"
    seed: Seed = 0
    parts: Parts | None = None
    text: Annotated[str, Text()] = ""
    views: Annotated[list[Any], Json(list)] | None = None
    boxes: Annotated[list[Any], Json(list)] | None = None
    options: Annotated[dict[str, Any], Json(dict)] | None = None
    image_0: Annotated[NDArray[np.uint8], Array(("H0", "W0", 4), "uint8")] | None = None
    image_1: Annotated[NDArray[np.uint8], Array(("H1", "W1", 4), "uint8")] | None = None
    image_2: Annotated[NDArray[np.uint8], Array(("H2", "W2", 4), "uint8")] | None = None
    image_3: Annotated[NDArray[np.uint8], Array(("H3", "W3", 4), "uint8")] | None = None
    mask_0: Annotated[NDArray[np.int32], Array(("h0", "w0"), "int32")] | None = None
    mask_1: Annotated[NDArray[np.int32], Array(("h1", "w1"), "int32")] | None = None
    mask_2: Annotated[NDArray[np.int32], Array(("h2", "w2"), "int32")] | None = None
    mask_3: Annotated[NDArray[np.int32], Array(("h3", "w3"), "int32")] | None = None

    def given(self, what: str) -> list[NDArray[Any]]:
        """All arrays of a kind, "image" or "mask", in order."""
        arrays = [getattr(self, f"{what}_{number}") for number in range(4)]
        given = [array for array in arrays if array is not None]
        if any(one is None and two is not None for one, two in itertools.pairwise(arrays)):
            raise BadInput(f"The arrays {what}_0, {what}_1 and so on have a gap.", "Leave none.")
        return given


@dataclass(frozen=True, eq=False)
class GeneratedParts(Fields):
    """Parts of a new object, Y up, its front towards +Z, the farthest part first.

    Part k owns vertices[vertex_offsets[k]:vertex_offsets[k + 1]], and the faces of the same range
    of face_offsets, which count its own vertices from 0. uv (F, 3, 2) is the place of each corner
    in the `texture` (H, W, 4) uint8 sRGB, top row first, from its lower left corner; colours (K, 4)
    linear RGBA is that of each part without it. labels (h, w) int32 is the part of each pixel of
    the first picture, -1 for none. names: of the parts. report: of each {name, kind, triangles,
    closed, volume, quads, parent, joint}; where `quads`, faces 2i and 2i + 1 of the part are one
    quad. pivots (K, 3) is the origin that each part should have. notes: sentences for people.
    """

    vertices: Annotated[NDArray[np.float64], Array(("V", 3), "float64")]
    faces: Annotated[NDArray[np.int64], Array(("F", 3), "int64")]
    vertex_offsets: Annotated[NDArray[np.int64], Array(("K+1",), "int64")]
    face_offsets: Annotated[NDArray[np.int64], Array(("K+1",), "int64")]
    colours: Annotated[NDArray[np.float32], Array(("K", 4), "float32")]
    pivots: Annotated[NDArray[np.float64], Array(("K", 3), "float64")]
    names: Annotated[list[Any], Json(list)]
    report: Annotated[list[Any], Json(list)]
    engine: Engine
    notes: Annotated[list[Any], Json(list)]
    uv: Annotated[NDArray[np.float32], Array(("F", 3, 2), "float32")] | None = None
    texture: Annotated[NDArray[np.uint8], Array(("H", "W", 4), "uint8")] | None = None
    labels: Annotated[NDArray[np.int32], Array(("h", "w"), "int32")] | None = None


@dataclass(frozen=True, eq=False)
class Replace(Fields):
    """Put another part in a part's place. labels (F,) int32: the part of each face.

    text: words; source: title of a part of the library; or a mesh of the user's, in the same axes,
    source_vertices (N, 3) and source_faces (M, 3), or read from the path source_file; or image
    (H, W, 4) RGBA, a picture of the part, with the top row first; without any
    another part of the same kind. Beside another source the words are wishes alone.
    name: what the part is called. up: the axis of the object, "Y" or "Z", that points up. options:
    join ("auto", "overlap", "weld", "trim"), twins and stretch (true or false).
    """

    fingerprint: Fingerprint
    labels: Annotated[NDArray[Any], Array(("F",), "int32 int64")]
    part: Annotated[int, Whole(0)]
    name: Annotated[str, Text()] = ""
    text: Annotated[str, Text()] = ""
    source: Annotated[str, Text()] = ""
    source_file: Annotated[str, Text()] = ""
    variants: Annotated[int, Whole(1, 32)] = 1
    seed: Seed = 0
    engine: Engine = "auto"
    up: Annotated[str, Text(1, 1)] = "Z"
    options: Annotated[dict[str, Any], Json(dict)] | None = None
    source_vertices: Annotated[NDArray[Any], Array(("N", 3), "float32 float64")] | None = None
    source_faces: Annotated[NDArray[Any], Array(("M", 3), "int32 int64")] | None = None
    image: Annotated[NDArray[np.uint8], Array(("H", "W", 4), "uint8")] | None = None


@dataclass(frozen=True, eq=False)
class ReplacedPart(Fields):
    """K parts that could stand in the place of one, in the object's coordinates; all are closed.

    Part k owns vertices[vertex_offsets[k]:vertex_offsets[k + 1]] and the faces of the same range of
    face_offsets, which count its own vertices from 0. names: what each is. report: of each
    {variant, part, closed, join, engine, faces, volume, size}; `part` is the one that it replaces,
    another than asked for where it is a twin of the same variant. colours (K, 4) linear RGBA and
    material {name, colour, metallic, roughness, emission, alpha} are what was wished; without wish
    material is empty, and the old part's is to stay. understood: sentences; not_understood: words.
    """

    vertices: Annotated[NDArray[np.float64], Array(("V", 3), "float64")]
    faces: Annotated[NDArray[np.int64], Array(("F", 3), "int64")]
    vertex_offsets: Annotated[NDArray[np.int64], Array(("K+1",), "int64")]
    face_offsets: Annotated[NDArray[np.int64], Array(("K+1",), "int64")]
    colours: Annotated[NDArray[np.float32], Array(("K", 4), "float32")]
    names: Annotated[list[Any], Json(list)]
    report: Annotated[list[Any], Json(list)]
    material: Annotated[dict[str, Any], Json(dict)]
    understood: Annotated[list[Any], Json(list)]
    not_understood: Annotated[list[Any], Json(list)]
    engine: Engine
    notice: Annotated[str, Text()] = ""


@dataclass(frozen=True, eq=False)
class ListLibrary(Fields):
    """Parts of the library, the nearest to the words of the query first; all without one."""

    query: Annotated[str, Text()] = ""
    limit: Annotated[int, Whole(1, 4096)] = 4096
    thumbnails: Annotated[bool, Json(bool)] = True


@dataclass(frozen=True, eq=False)
class LibraryList(Fields):
    """titles, kinds and credits of N parts, and thumbnails (N, 96, 96, 4) uint8 sRGB, if asked for.

    A title is the `source` of `Replace`.
    """

    titles: Annotated[list[Any], Json(list)]
    kinds: Annotated[list[Any], Json(list)]
    credits: Annotated[list[Any], Json(list)]
    thumbnails: Annotated[NDArray[np.uint8], Array(("N", 96, 96, 4), "uint8")] | None = None


@dataclass(frozen=True, eq=False)
class Release(Fields):
    """Drop what was computed, of one mesh or of all; the meshes stay open."""

    fingerprint: Fingerprint | None = None


@dataclass(frozen=True, eq=False)
class Released(Fields):
    """Bytes that were freed."""

    bytes: Annotated[int, Whole(0, (1 << 53) - 1)]


@dataclass(frozen=True, eq=False)
class Status(Fields):
    """What the engine holds and does. Answered at once, also in the middle of a job."""


@dataclass(frozen=True, eq=False)
class StatusReport(Fields):
    """memory {total, process, cache, networks, budget} in bytes, null where unknown.

    meshes: [{fingerprint, vertices, faces, bytes, engines}], the last used ones, the newest last.
    running: {id, method}, or left out when idle. queue: [{id, method}] in order.
    python: {executable, version}. libraries: {name: [version, folder]} of those that are there.
    """

    memory: Annotated[dict[str, Any], Json(dict)]
    meshes: Annotated[list[Any], Json(list)]
    queue: Annotated[list[Any], Json(list)]
    python: Annotated[dict[str, Any], Json(dict)]
    libraries: Annotated[dict[str, Any], Json(dict)]
    running: Annotated[dict[str, Any], Json(dict)] | None = None


@dataclass(frozen=True, eq=False)
class Ping(Fields):
    """Is the process alive? Answered at once, also in the middle of a job."""


@dataclass(frozen=True, eq=False)
class Done(Fields):
    """The result of a method that has nothing to tell."""


METHODS: dict[str, tuple[type[Fields], type[Fields]]] = {
    "open_mesh": (OpenMesh, OpenedMesh),
    "close_mesh": (CloseMesh, Done),
    "segment": (Segment, Segmented),
    "cut": (Cut, CutLabels),
    "click": (Click, Clicked),
    "complete": (Complete, Completed),
    "generate": (Generate, GeneratedParts),
    "replace": (Replace, ReplacedPart),
    "library": (ListLibrary, LibraryList),
    "release": (Release, Released),
    "status": (Status, StatusReport),
    "ping": (Ping, Done),
}

PARTIALS: dict[str, type[Fields]] = {"complete": WholePart}
"""What comes of a method, in frames of the type `partial`, before its result."""


def read_request(
    method: str, params: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]]
) -> Fields:
    """The typed request of a message. Raises BadInput for what it does not know."""
    if method not in METHODS:
        raise BadInput(f"There is no method '{method:.40}'.", f"Known: {', '.join(METHODS)}.")
    return METHODS[method][0].from_message(params, arrays)


def fingerprint(vertices: NDArray[Any], faces: NDArray[Any]) -> str:
    """A name for a mesh: BLAKE2b of its arrays, equal for equal values of any float or int width.

    vertices: (V, 3) float, faces: (F, 3) int.
    """
    digest = hashlib.blake2b(digest_size=16)
    for array, dtype in ((vertices, "<f8"), (faces, "<i8")):
        digest.update(str(array.shape).encode())
        digest.update(np.ascontiguousarray(array, dtype=dtype).data)
    return digest.hexdigest()
