# SPDX-License-Identifier: GPL-3.0-or-later
"""What asks for new surface: whole parts, parts for another's place, and parts of a new object.

Standard library and NumPy only.
"""

from __future__ import annotations

import itertools
from typing import Annotated, Any

from .arrays import NDArray, np
from .engines import AUTO
from .errors import BadInput
from .fields import Array, Engine, Fields, Fingerprint, Json, Number, Parts, Seed, Text, Whole

Memory = Annotated[float, Number(0.0, 4096.0)]  # GB that large networks may take; 0 for all


class Complete(Fields):
    """Make parts whole. labels (F,) int32: the part of each face.

    `how` is "cap", which closes what a cut opened, or "hidden", which asks `engine` for what others
    hid. `parts` are the numbers of those to complete, all without it. `thicken` is the thickness
    of open sheets as a share of the object's size; 0 leaves them open. `options` are the engine's.
    `variants` is how many completions there shall be, of this seed and the next ones.
    """

    fingerprint: Fingerprint
    labels: Annotated[NDArray[Any], Array(("F",), "int32 int64")]
    how: Annotated[str, Text(1, 20)] = "cap"
    engine: Engine = AUTO
    parts: Annotated[list[Any], Json(list)] | None = None
    thicken: Annotated[float, Number(0.0, 0.2)] = 0.0
    seed: Seed = 0
    options: Annotated[dict[str, Any], Json(dict)] | None = None
    memory: Memory = 0.0
    variants: Annotated[int, Whole(1, 16)] = 1

    def __post_init__(self) -> None:
        super().__post_init__()
        for part in self.parts or ():
            Whole(0).check("parts", part, {})


class Completed(Fields):
    """What makes K parts whole.

    vertices (M, 3) float64, numbered from V on; faces (N, 3) int64 into the mesh's vertices
    followed by these; part k owns faces[part_offsets[k]:part_offsets[k + 1]]; closed (K,) bool.
    carry_vertex (M, 4) int64 and carry_weight (M, 4) float32: the mesh's vertices from which a new
    one takes its layers, and how much of each; rows add up to 1. report: for each part {closed,
    volume, hidden_share, cap_distance, engine}. `engine` is the one that ran, "cap" for caps;
    `notice` is a sentence for people where "auto" had to fall back to it, otherwise empty. seed:
    that it is of; follows_seed: whether another one makes other surface, and then thumbnail: small
    picture of the parts, sRGB, top row first. Where several variants were asked for, each is a
    `partial` as soon as it is made, and the result is the first of them; those like one before are
    left out.
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
    seed: Seed = 0
    follows_seed: Annotated[bool, Json(bool)] = False
    thumbnail: Annotated[NDArray[np.uint8], Array((96, 96, 4), "uint8")] | None = None


class WholePart(Fields):
    """One part as it comes, before the result of `complete`; of several variants, of the first.

    With a `share` below 1 it is a sketch of all of the part, after that share of its making, in the
    place of the one before.

    vertices (M, 3) float64, numbered from V on for this part alone; faces (N, 3) int64 into the
    mesh's vertices followed by these; report as in `Completed`.
    """

    part: Annotated[int, Whole(0)]
    vertices: Annotated[NDArray[np.float64], Array(("M", 3), "float64")]
    faces: Annotated[NDArray[np.int64], Array(("N", 3), "int64")]
    report: Annotated[dict[str, Any], Json(dict)]
    share: Annotated[float, Number(0.0, 1.0)] = 1.0


class Generate(Fields):
    """Make the parts of a new object.

    Up to four pictures of it, image_0, image_1, ... (H, W, 4) uint8 RGBA with the top row first,
    each with a mask or none of them, (H, W) int32, the part of each pixel, -1 for none. `views`
    names the side that each picture shows: front, side, back, top. Or boxes: [{name, text?, min,
    max, parent?, joint?}], or a text. `parts` is how many; the engine chooses without it.
    `options` are the engine's own. `variants` is how many there shall be, of this seed and the next
    ones.
    """

    engine: Engine = AUTO
    seed: Seed = 0
    memory: Memory = 0.0
    parts: Parts | None = None
    text: Annotated[str, Text()] = ""
    variants: Annotated[int, Whole(1, 16)] = 1
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


class GeneratedParts(Fields):
    """Parts of a new object, Y up, its front towards +Z, the farthest part first.

    Part k owns vertices[vertex_offsets[k]:vertex_offsets[k + 1]], and the faces of the same range
    of face_offsets, which count its own vertices from 0. uv (F, 3, 2) is the place of each corner
    in the `texture` (H, W, 4) uint8 sRGB, top row first, from its lower left corner; colours (K, 4)
    linear RGBA is that of each part without it. labels (h, w) int32 is the part of each pixel of
    the first picture, -1 for none. names: of the parts. report: of each {name, kind, triangles,
    closed, volume, quads, parent, joint}; where `quads`, faces 2i and 2i + 1 of the part are one
    quad. pivots (K, 3) is the origin that each part should have. notes: sentences for people.
    seed: that it is of; follows_seed: whether another one makes another object. thumbnail: small
    picture of it, sRGB, top row first. Where several variants were asked for, each is a `partial`
    as soon as it is made, and the result is the first of them; those like one before are left out.
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
    seed: Seed = 0
    follows_seed: Annotated[bool, Json(bool)] = False
    thumbnail: Annotated[NDArray[np.uint8], Array((96, 96, 4), "uint8")] | None = None


class Replace(Fields):
    """Put another part in a part's place. labels (F,) int32: the part of each face.

    text: words; source: title of a part of the library; or a mesh of the user's, in the same axes,
    source_vertices (N, 3) and source_faces (M, 3), or read from the path source_file; or image
    (H, W, 4) RGBA, a picture of the part, with the top row first; without any
    another part of the same kind. Beside another source the words are wishes alone.
    name: what the part is called; title: what the whole object is; empty for unknown, and as people
    and programs write names. up: the axis of the object, "Y" or "Z", that points up. options:
    join ("auto", "overlap", "weld", "trim"), twins and stretch (true or false), and the engine's.
    colour: [R, G, B] linear, of the part, for thumbnails of what has no colour of its own. drawing
    (H, W, 4) RGBA: the part in lines, top row first, for an engine that takes one.
    """

    fingerprint: Fingerprint
    labels: Annotated[NDArray[Any], Array(("F",), "int32 int64")]
    part: Annotated[int, Whole(0)]
    name: Annotated[str, Text()] = ""
    title: Annotated[str, Text()] = ""
    text: Annotated[str, Text()] = ""
    source: Annotated[str, Text()] = ""
    source_file: Annotated[str, Text()] = ""
    variants: Annotated[int, Whole(1, 32)] = 1
    seed: Seed = 0
    engine: Engine = AUTO
    memory: Memory = 0.0
    up: Annotated[str, Text(1, 1)] = "Z"
    options: Annotated[dict[str, Any], Json(dict)] | None = None
    colour: Annotated[list[Any], Json(list)] | None = None
    source_vertices: Annotated[NDArray[Any], Array(("N", 3), "float32 float64")] | None = None
    source_faces: Annotated[NDArray[Any], Array(("M", 3), "int32 int64")] | None = None
    image: Annotated[NDArray[np.uint8], Array(("H", "W", 4), "uint8")] | None = None
    drawing: Annotated[NDArray[np.uint8], Array(("h", "w", 4), "uint8")] | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        for share in self.colour or ():
            Number(0.0, 1.0).check("colour", share, {})
        if self.colour is not None and len(self.colour) != 3:
            raise BadInput("'colour' must be three numbers.")


class ReplacedPart(Fields):
    """K parts that could stand in the place of one, in the object's coordinates; all are closed.

    Part k owns vertices[vertex_offsets[k]:vertex_offsets[k + 1]] and the faces of the same range of
    face_offsets, which count its own vertices from 0. names: what each is. report: of each
    {variant, part, closed, join, floating, engine, faces, volume, size}; `part` is the one that it
    replaces, another than asked for where it is a twin of the same variant; `floating` are those
    that touched the old one and do not touch the new one. colours (K, 4) linear RGBA and material
    {name, colour, metallic, roughness, transmission, ior, coat, sheen, emission} are what was
    wished; without wish material is empty, and the old part's is to stay. understood: sentences;
    not_understood: words. thumbnails: small pictures of the N variants, sRGB, top row first.
    expected: how many variants there will be in all. Each variant is a `partial`, of this class
    too, as soon as it stands where it is to be.
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
    expected: Annotated[int, Whole(0)] = 0
    thumbnails: Annotated[NDArray[np.uint8], Array(("N", 96, 96, 4), "uint8")] | None = None


class Sketched(Fields):
    """What a variant will be about, while it is made; a `partial` of `replace` and `generate`.

    It takes the place of the sketch before it, and the variant takes its place. variant : which,
    0 the first. share : 0..1, how far it is. Coarse parts, in the coordinates of the answer: part k
    has faces[face_offsets[k]:face_offsets[k + 1]] of all the vertices and a colour, linear RGBA.
    thumbnail: small picture, sRGB, top row first.
    """

    variant: Annotated[int, Whole(0)]
    share: Annotated[float, Number(0.0, 1.0)]
    vertices: Annotated[NDArray[np.float32], Array(("V", 3), "float32")]
    faces: Annotated[NDArray[np.int32], Array(("F", 3), "int32")]
    face_offsets: Annotated[NDArray[np.int64], Array(("K+1",), "int64")]
    colours: Annotated[NDArray[np.float32], Array(("K", 4), "float32")]
    thumbnail: Annotated[NDArray[np.uint8], Array((96, 96, 4), "uint8")]

    @property
    def face_colours(self) -> NDArray[np.float32]:
        """(F, 4) of each face."""
        return np.repeat(self.colours, np.diff(self.face_offsets), axis=0)


class ListLibrary(Fields):
    """Parts of the library, the nearest to the words of the query first; all without one."""

    query: Annotated[str, Text()] = ""
    limit: Annotated[int, Whole(1, 4096)] = 4096
    thumbnails: Annotated[bool, Json(bool)] = True


class LibraryList(Fields):
    """titles, kinds and credits of N parts, and thumbnails (N, 96, 96, 4) uint8 sRGB, if asked for.

    A title is the `source` of `Replace`.
    """

    titles: Annotated[list[Any], Json(list)]
    kinds: Annotated[list[Any], Json(list)]
    credits: Annotated[list[Any], Json(list)]
    thumbnails: Annotated[NDArray[np.uint8], Array(("N", 96, 96, 4), "uint8")] | None = None
