# SPDX-License-Identifier: GPL-3.0-or-later
"""From a labelled mesh file to a file of whole parts: read, complete, write."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..assets.asset import Asset
from ..contract.engines import AUTO
from ..contract.errors import BadInput
from ..contract.progress import SILENT, Progress
from ..files.grown import Carry
from ..files.npz import read_labels
from ..files.readers import read_mesh, write_arrays, write_parts
from ..pipelines.complete import CompletedParts, complete_parts
from .overwriting import refuse_overwriting, textures_of

NAMED = 5  # parts that a sentence names
APART = 0.9  # how far parts are pulled from each other in the picture, so that one sees between


@dataclass(frozen=True)
class Completion:
    """What was written.

    engine : what was asked. notice : a sentence where it is not the one that was to be.
    faces, new_faces : number of triangles of the source, and of those that were made.
    parts : number of parts that have triangles.
    report : for each part what was measured on it. remarks : what could not be kept.
    """

    engine: str
    notice: str
    faces: int
    new_faces: int
    parts: int
    report: list[dict[str, Any]]
    remarks: tuple[str, ...]


def complete(
    source: Path,
    target: Path,
    *,
    labels: Path | None = None,
    name: str = "",
    how: str = "hidden",
    engine: str = AUTO,
    thicken: float = 0.0,
    seed: int = 0,
    options: Mapping[str, Any] | None = None,
    preview: Path | None = None,
    progress: Progress = SILENT,
) -> Completion:
    """Write the whole parts of `source` to `target`, an .npz or a .glb file.

    labels : a result of ``segment``, or a folder of them, of which that with the stem of the source
    or with the `name` is taken; without, the labels that an .npz holds, or the nodes of a scene.
    The other options as for `complete_parts`; `preview` is a picture to write.
    Raises BadInput when the source, its labels or an option cannot be used.
    """
    progress.span(0.0, 0.1, "Reading the file").step()
    asset = read_mesh(source, lambda sentence: progress.span(0.0, 0.1, sentence).step())
    refuse_overwriting(textures_of(asset), [preview])
    part, names = _labels(asset, source, labels, name)
    done = complete_parts(
        asset.vertices,
        asset.faces,
        part,
        how=how,
        engine=engine,
        thicken=thicken,
        seed=seed,
        options=options,
        progress=progress.span(0.1, 0.85),
    )
    progress.span(0.85, 0.9, "Writing the parts").step()
    report = [one.to_json() for one in done.report]
    if target.suffix.lower() == ".glb":
        shown, number = np.unique(part, return_inverse=True)
        kept = _Chosen(done.vertices, [done.faces[k] for k in shown.tolist()])
        kept_names = [names[k] for k in shown.tolist()] if names else None
        grown = frozenset(np.nonzero(np.isin(shown, done.grown))[0].tolist())
        carry = Carry(grown, done.carry_vertex, done.carry_weight)
        write_parts(target, asset, number.reshape(-1), caps=kept, names=kept_names, carry=carry)
    else:
        write_arrays(target, arrays_of(asset, part, done, report))
    if preview is not None:
        from ..pictures.preview import render_parts

        drawing = progress.span(0.9, 1.0, "Drawing the picture")
        drawing.step()
        whole = arrays_of(asset, part, done, report)
        render_parts(
            preview, whole["vertices"], whole["faces"], whole["face_part"], up=asset.up, apart=APART
        )
        drawing.step(1.0)
    return Completion(
        engine=done.engine,
        notice=done.notice,
        faces=len(asset.faces),
        new_faces=sum(map(len, done.faces)),
        parts=len(np.unique(part)),
        report=report,
        remarks=(*asset.remarks, *left_open(part, report, names)),
    )


def left_open(
    part: NDArray[np.int64], report: Sequence[dict[str, Any]], names: Sequence[str]
) -> list[str]:
    """Sentences about the parts that are still open, and why.

    part : (F,) of each triangle, 0..K-1. report : of K parts. names : of K parts, or none.
    """
    shown = np.unique(part).tolist()
    sheets = [k for k in shown if report[k]["engine"] == "sheet" and not report[k]["closed"]]
    others = [k for k in shown if not report[k]["closed"] and k not in sheets]
    sentences = []
    for which, why in (
        (others, "they were open before they were cut, or cross themselves"),
        (sheets, "they are sheets, such as cloth; complete --thicken gives them a thickness"),
    ):
        if which:
            some = ", ".join(names[k] if names else f"{k}" for k in which[:NAMED])
            more = ", ..." if len(which) > NAMED else ""
            sentences.append(f"{len(which)} of {len(shown)} parts stay open ({some}{more}): {why}.")
    return sentences


@dataclass(frozen=True)
class _Chosen:
    """What closes those parts that have faces, as `write_parts` takes it."""

    vertices: NDArray[np.float64]
    faces: list[NDArray[np.int64]]


def arrays_of(
    asset: Asset, part: NDArray[np.int64], done: CompletedParts, report: list[dict[str, Any]]
) -> dict[str, NDArray[Any]]:
    """What an .npz of whole parts holds; the source's vertices and faces come first, as they are.

    vertices (M,3) float64, faces (N,3) int64, face_part (N,) int32, face_source (N,) int32: the
    source's triangle, -1 for new ones; closed (K,) bool; report: JSON.
    """
    sizes = [len(new) for new in done.faces]
    fresh = np.full(sum(sizes), -1, dtype=np.int32)
    return {
        "vertices": np.concatenate([asset.vertices, done.vertices]),
        "faces": np.concatenate([asset.faces, *done.faces]).astype(np.int64),
        "face_part": np.concatenate([part, np.repeat(np.arange(len(sizes)), sizes)]).astype("i4"),
        "face_source": np.concatenate([np.arange(len(asset.faces), dtype=np.int32), fresh]),
        "closed": np.array(done.closed, dtype=bool),
        "report": np.array(json.dumps(report)),
    }


def _labels(
    asset: Asset, source: Path, given: Path | None, name: str
) -> tuple[NDArray[np.int64], Sequence[str]]:
    """The part of each triangle, and names of the parts where the file has them."""
    count = len(asset.faces)
    file = given
    if given is not None and given.is_dir():
        files = [given / f"{stem}.npz" for stem in (name, source.stem) if stem]
        file = next((one for one in files if one.is_file()), files[-1])
        if not file.is_file():
            raise BadInput(
                f"There are no labels for {source.name} in {given}.",
                f"They would be {file.name}, as `segment` writes it.",
            )
    if file is None and source.suffix.lower() == ".npz":
        file = source
    if file is not None:
        part = read_labels(file)
        if len(part) != count:
            raise BadInput(
                f"{file.name} has {len(part)} labels, and {source.name} has {count} triangles.",
                "Give the labels of this very mesh.",
            )
        return part, ()
    part = np.empty(count, dtype=np.int64)
    for primitive in asset.primitives:
        part[primitive.faces] = primitive.node
    used, part = np.unique(part, return_inverse=True)
    if len(used) < 2:
        raise BadInput(
            f"{source.name} is one object, so nothing says what its parts are.",
            "Name a result of `segment` with --labels, or give a scene with an object a part.",
        )
    return part.reshape(-1).astype(np.int64), [asset.nodes[k].name or f"part_{k:02}" for k in used]
