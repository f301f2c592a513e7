# SPDX-License-Identifier: GPL-3.0-or-later
"""From a labelled mesh file to a file of whole parts: read, complete, write."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..assets.asset import Asset
from ..contract.engines import AUTO
from ..contract.errors import BadInput, PartwiseError
from ..contract.progress import SILENT, Progress
from ..files.grown import Carry
from ..files.npz import read_labels
from ..files.readers import read_mesh, write_arrays, write_parts
from ..pipelines.complete import CompletedParts, alternatives
from .batch import numbered
from .overwriting import refuse_overwriting, textures_of

NAMED = 5  # parts that a sentence names
APART = 0.9  # how far parts are pulled from each other in the picture, so that one sees between
WIDTH, ACROSS = 1600, 4  # pixels of a picture of variants, and variants beside each other


@dataclass(frozen=True)
class Completion:
    """One completion that was written.

    file : its own. seed : that it is of. new_faces : number of triangles that were made.
    report : for each part what was measured on it.
    """

    file: Path
    seed: int
    new_faces: int
    report: list[dict[str, Any]]


@dataclass(frozen=True)
class Completions:
    """What was written: one completion, or as many variants as there are.

    engine : what was asked. notice : a sentence where it is not the one that was to be.
    faces : number of triangles of the source. parts : number of parts that have triangles.
    remarks : what could not be kept. follows_seed : whether another seed makes other surface.
    """

    engine: str
    notice: str
    faces: int
    parts: int
    made: list[Completion]
    remarks: tuple[str, ...] = field(repr=False)
    follows_seed: bool = False

    @property
    def new_faces(self) -> int:
        """Of the first."""
        return self.made[0].new_faces

    @property
    def report(self) -> list[dict[str, Any]]:
        """Of the first."""
        return self.made[0].report


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
    variants: int | None = None,
    options: Mapping[str, Any] | None = None,
    preview: Path | None = None,
    progress: Progress = SILENT,
    written: list[Path] | None = None,
) -> Completions:
    """Write the whole parts of `source` to `target`, an .npz or a .glb file.

    variants : with a number, each completion goes to a file of its own, as it comes, with the name
    of `target` and its number; they are noted in `written`.

    labels : a result of ``segment``, or a folder of them, of which that with the stem of the source
    or with the `name` is taken; without, the labels that an .npz holds, or the nodes of a scene.
    The other options as for `alternatives`; `preview` is a picture to write.
    Raises BadInput when the source, its labels or an option cannot be used.
    """
    progress.span(0.0, 0.1, "Reading the file").step()
    asset = read_mesh(source, lambda sentence: progress.span(0.0, 0.1, sentence).step())
    refuse_overwriting(textures_of(asset), [preview])
    part, names = _labels(asset, source, labels, name)
    found = alternatives(
        asset.vertices,
        asset.faces,
        part,
        how=how,
        engine=engine,
        thicken=thicken,
        seed=seed,
        variants=variants or 1,
        options=options,
        progress=progress.span(0.1, 0.9),
    )
    files = [target] if variants is None else numbered(target, variants)
    came: list[Path] = [] if written is None else written
    own: list[Completion] = []
    drawn: list[dict[str, NDArray[Any]]] = []
    remarks = dict.fromkeys(asset.remarks)
    try:
        for file, done in zip(files, found, strict=False):
            report = [one.to_json() for one in done.report]
            _write(file, asset, part, names, done, report)
            if variants is not None:
                came.append(file)
            own.append(Completion(file, done.seed, sum(map(len, done.faces)), report))
            remarks |= dict.fromkeys(left_open(part, report, names))
            if preview is not None:
                drawn.append(arrays_of(asset, part, done, report))
    except PartwiseError as error:
        if own:
            before = ", ".join(str(one.file) for one in own)
            error.hint = f"{error.hint} Written before that: {before}.".strip()
        raise
    if preview is not None:
        drawing = progress.span(0.9, 1.0, "Drawing the picture")
        drawing.step()
        _draw(preview, drawn, asset.up)
        drawing.step(1.0)
    return Completions(
        engine=done.engine,
        notice=done.notice,
        faces=len(asset.faces),
        parts=len(np.unique(part)),
        made=own,
        remarks=tuple(remarks),
        follows_seed=done.follows_seed,
    )


def _write(
    file: Path,
    asset: Asset,
    part: NDArray[np.int64],
    names: Sequence[str],
    done: CompletedParts,
    report: list[dict[str, Any]],
) -> None:
    """Write one completion, as the ending of its file says."""
    if file.suffix.lower() != ".glb":
        write_arrays(file, arrays_of(asset, part, done, report))
        return
    shown, number = np.unique(part, return_inverse=True)
    kept = _Chosen(done.vertices, [done.faces[k] for k in shown.tolist()])
    kept_names = [names[k] for k in shown.tolist()] if names else None
    grown = frozenset(np.nonzero(np.isin(shown, done.grown))[0].tolist())
    carry = Carry(grown, done.carry_vertex, done.carry_weight)
    write_parts(file, asset, number.reshape(-1), caps=kept, names=kept_names, carry=carry)


def _draw(path: Path, wholes: Sequence[dict[str, NDArray[Any]]], up: str) -> None:
    """The parts beside each other and pulled apart; of several completions those alone."""
    from ..pictures.preview import Cell, contact_sheet, exploded, render_parts

    shown = [(one["vertices"], one["faces"], one["face_part"]) for one in wholes]
    if len(shown) == 1:
        render_parts(path, *shown[0], up=up, apart=APART)
        return
    cells = [
        Cell(*exploded(*one, APART), one[2], f"variant {number}", up)
        for number, one in enumerate(shown, 1)
    ]
    rows = [cells[start : start + ACROSS] for start in range(0, len(cells), ACROSS)]
    contact_sheet(path, rows, cell=WIDTH // len(rows[0]))


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
