# SPDX-License-Identifier: GPL-3.0-or-later
"""Typed requests and results: all that passes between Blender and the engine.

Standard library and NumPy only. Each method of the backend is a request class and its result
class, listed in `METHODS`: those about parts are in `cuts.py`, those about new surface in
`surfaces.py`, those about meshes and the process here. Both sides build and read them with the
same checks::

    params, arrays = Segment(fingerprint, parts=4).to_message()
    request = Segment.from_message(params, arrays)  # BadInput for anything it does not know
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Annotated, Any

from .arrays import NDArray, np
from .cuts import (
    MAX_VARIANT,
    Click,
    Clicked,
    Cut,
    CutLabels,
    PicturedParts,
    PictureParts,
    Segment,
    Segmented,
    SmoothBorders,
    SmoothedBorders,
)
from .errors import BadInput
from .fields import MAX_SEED, Array, Fields, Fingerprint, Json, Whole
from .setup import (
    FreeDisk,
    GetModel,
    InstallEngine,
    LookAtSetup,
    RemoveEngine,
    RemoveModel,
    SetupChanged,
    SetupTold,
    UsePython,
    VerifyModel,
)
from .surfaces import (
    Complete,
    Completed,
    Generate,
    GeneratedParts,
    LibraryList,
    ListLibrary,
    Replace,
    ReplacedPart,
    Sketched,
    WholePart,
)

__all__ = [
    "MAX_SEED",
    "MAX_VARIANT",
    "METHODS",
    "PARTIALS",
    "Click",
    "Clicked",
    "CloseMesh",
    "Complete",
    "Completed",
    "Cut",
    "CutLabels",
    "Done",
    "FreeDisk",
    "Generate",
    "GeneratedParts",
    "GetModel",
    "InstallEngine",
    "LibraryList",
    "ListLibrary",
    "LookAtSetup",
    "OpenMesh",
    "OpenedMesh",
    "PictureParts",
    "PicturedParts",
    "Ping",
    "Release",
    "Released",
    "RemoveEngine",
    "RemoveModel",
    "Replace",
    "ReplacedPart",
    "Segment",
    "Segmented",
    "SetupChanged",
    "SetupTold",
    "Sketched",
    "SmoothBorders",
    "SmoothedBorders",
    "Status",
    "StatusReport",
    "UsePython",
    "VerifyModel",
    "WholePart",
    "fingerprint",
    "read_partial",
    "read_request",
]


class OpenMesh(Fields):
    """Send a mesh once; everything else names it by its fingerprint.

    vertices (V, 3) float32 or float64 and faces (F, 3) int32 or int64. Without a `fingerprint`
    the engine makes one from the arrays.
    """

    vertices: Annotated[NDArray[Any], Array(("V", 3), "float32 float64")]
    faces: Annotated[NDArray[Any], Array(("F", 3), "int32 int64")]
    fingerprint: Fingerprint | None = None


class OpenedMesh(Fields):
    """`known` is true when the same mesh was open already and its cache was kept."""

    fingerprint: Fingerprint
    known: Annotated[bool, Json(bool)]


class CloseMesh(Fields):
    """Forget a mesh and all that was computed on it."""

    fingerprint: Fingerprint


class Release(Fields):
    """Drop what was computed, of one mesh or of all; the meshes stay open."""

    fingerprint: Fingerprint | None = None


class Released(Fields):
    """Bytes that were freed."""

    bytes: Annotated[int, Whole(0, (1 << 53) - 1)]


class Status(Fields):
    """What the engine holds and does. Answered at once, also in the middle of a job."""


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


class Ping(Fields):
    """Is the process alive? Answered at once, also in the middle of a job."""


class Done(Fields):
    """The result of a method that has nothing to tell."""


METHODS: dict[str, tuple[type[Fields], type[Fields]]] = {
    "open_mesh": (OpenMesh, OpenedMesh),
    "close_mesh": (CloseMesh, Done),
    "segment": (Segment, Segmented),
    "cut": (Cut, CutLabels),
    "smooth_borders": (SmoothBorders, SmoothedBorders),
    "picture_parts": (PictureParts, PicturedParts),
    "click": (Click, Clicked),
    "complete": (Complete, Completed),
    "generate": (Generate, GeneratedParts),
    "replace": (Replace, ReplacedPart),
    "library": (ListLibrary, LibraryList),
    "setup": (LookAtSetup, SetupTold),
    "install_engine": (InstallEngine, SetupChanged),
    "use_python": (UsePython, SetupChanged),
    "remove_engine": (RemoveEngine, SetupChanged),
    "free_disk": (FreeDisk, SetupChanged),
    "get_model": (GetModel, SetupChanged),
    "verify_model": (VerifyModel, SetupChanged),
    "remove_model": (RemoveModel, SetupChanged),
    "release": (Release, Released),
    "status": (Status, StatusReport),
    "ping": (Ping, Done),
}

PARTIALS: dict[str, tuple[type[Fields], ...]] = {
    "complete": (WholePart, Completed),
    "generate": (GeneratedParts, Sketched),
    "replace": (ReplacedPart, Sketched),
}
"""What comes of a method, in frames of the type `partial`, before its result. Of several classes a
frame is of the first whose fields it has."""


def read_request(
    method: str, params: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]]
) -> Fields:
    """The typed request of a message. Raises BadInput for what it does not know."""
    if method not in METHODS:
        raise BadInput(f"There is no method '{method:.40}'.", f"Known: {', '.join(METHODS)}.")
    return METHODS[method][0].from_message(params, arrays)


def read_partial(
    method: str, params: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]]
) -> Fields:
    """What a frame of the type `partial` says. Raises BadInput for what it does not know."""
    kinds = PARTIALS[method]
    fits = (kind for kind in kinds if {*params, *arrays} <= kind.checks().keys())
    return next(fits, kinds[0]).from_message(params, arrays)


def fingerprint(vertices: NDArray[Any], faces: NDArray[Any]) -> str:
    """A name for a mesh: BLAKE2b of its arrays, equal for equal values of any float or int width.

    vertices: (V, 3) float, faces: (F, 3) int.
    """
    digest = hashlib.blake2b(digest_size=16)
    for array, dtype in ((vertices, "<f8"), (faces, "<i8")):
        digest.update(str(array.shape).encode())
        digest.update(np.ascontiguousarray(array, dtype=dtype).data)
    return digest.hexdigest()
