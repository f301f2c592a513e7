# SPDX-License-Identifier: GPL-3.0-or-later
"""From a mesh file to a file of named parts: read, segment, complete the parts, write."""

from __future__ import annotations

import json
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..assets.asset import Asset
from ..assets.cutting import cut_asset
from ..contract.engines import AUTO
from ..contract.errors import BadInput
from ..contract.file_names import file_names
from ..contract.progress import SILENT, Progress
from ..files.grown import Carry
from ..files.readers import CapFaces, make_folder, read_mesh, write_parts
from ..pipelines.complete import CompletedParts, complete_parts
from ..pipelines.naming import name_parts
from ..pipelines.segment import analyse, labels
from ..pipelines.smooth_borders import smooth_borders
from .complete_file import left_open
from .hints import hints_of
from .overwriting import refuse_overwriting, textures_of

COMPLETIONS = ("none", "cap", "hidden")
MOST_HEADER = 1 << 24  # bytes; those of single parts are far smaller


@dataclass(frozen=True)
class Decomposition:
    """What was written.

    Parameters
    ----------
    engine : the engine that ran. notice : a sentence where it is not the one that was to be.
    faces : number of triangles of the source.
    parts : number of parts. names : of each.
    patches : the most parts that could have been asked for.
    closed : number of parts that are watertight once completed; None where they were not.
    remarks : sentences about what could not be kept.
    """

    engine: str
    notice: str
    faces: int
    parts: int
    names: tuple[str, ...]
    patches: int
    closed: int | None
    remarks: tuple[str, ...]


def decompose(
    source: Path,
    target: Path,
    *,
    granularity: float | None = None,
    parts: int | None = None,
    complete: str = "none",
    smooth: bool = False,
    engine: str = AUTO,
    seed: int = 0,
    variant: int = 0,
    symmetric: bool = True,
    colours: bool = False,
    split_files: bool = False,
    names: str = AUTO,
    preview: Path | None = None,
    progress: Progress = SILENT,
) -> Decomposition:
    """Write the parts of `source` to `target`, a GLB file, or a folder with `split_files`.

    `granularity`, `parts`, `engine`, `seed`, `variant` and `symmetric` as for `segment`; `colours`
    as of `hints_of`; `names` as of `name_parts`; `smooth` as `smooth_borders`, by which the file
    has more triangles than the source; `preview` is a PNG to write.
    Raises BadInput when the source or an option cannot be used; nothing is written then.
    """
    if complete not in COMPLETIONS:
        raise BadInput(
            f"Parts cannot be completed with '{complete}' here.",
            f"Use --complete {' or '.join(COMPLETIONS)}.",
        )
    progress.span(0.0, 0.1, "Reading the file").step()
    asset = read_mesh(source, lambda sentence: progress.span(0.0, 0.1, sentence).step())
    refuse_overwriting(textures_of(asset), [preview])
    found = analyse(
        asset.vertices,
        asset.faces,
        seed=seed,
        engine=engine,
        hints=hints_of(asset, colours=colours),
        variant=variant,
        symmetric=symmetric,
        progress=progress.span(0.1, 0.75 if complete == "none" else 0.55),
    )
    face_labels = labels(found, granularity=granularity, parts=parts)
    faces = len(asset.faces)
    if smooth:
        began = 0.75 if complete == "none" else 0.55
        smoothing = progress.span(began, began + 0.05, "Smoothing borders")
        cut = smooth_borders(found.faces, face_labels, smoothing)
        asset, face_labels = cut_asset(asset, cut), cut.label.astype(np.int32)
    called = name_parts(asset.in_axes("Z"), asset.faces, face_labels, names)
    remarks: list[str] = []
    caps: CompletedParts | None = None
    carry: Carry | None = None
    if complete != "none":
        caps = complete_parts(
            asset.vertices,
            asset.faces,
            face_labels,
            how=complete,
            seed=seed,
            progress=progress.span(0.6, 0.85),
        )
        carry = Carry(frozenset(caps.grown), caps.carry_vertex, caps.carry_weight)
        report = [one.to_json() for one in caps.report]
        remarks = left_open(face_labels.astype(np.int64), report, called)
    progress.span(0.85, 0.9, "Writing the parts").step()
    if split_files:
        _write_folder(target, asset, face_labels, called, caps, carry)
    else:
        write_parts(target, asset, face_labels, caps=caps, names=called, carry=carry)
    if preview is not None:
        from ..pictures.preview import render_parts

        drawing = progress.span(0.9, 1.0, "Drawing the picture")
        drawing.step()
        vertices, triangles, shown = asset.vertices, asset.faces, face_labels
        if caps is not None:
            vertices = np.concatenate([vertices, caps.vertices])
            triangles = np.concatenate([triangles, *caps.faces])
            lids = np.repeat(np.arange(len(caps.faces)), [len(lid) for lid in caps.faces])
            shown = np.concatenate([shown, lids.astype(np.int32)])
        render_parts(preview, vertices, triangles, shown, up=asset.up)
        drawing.step(1.0)
    return Decomposition(
        engine=found.engine,
        notice=found.notice,
        faces=faces,
        parts=len(called),
        names=tuple(called),
        patches=found.tree.leaf_count,
        closed=None if caps is None else sum(map(bool, caps.closed)),
        remarks=(*asset.remarks, *found.remarks, *remarks),
    )


def _write_folder(
    target: Path,
    asset: Asset,
    face_labels: NDArray[np.int32],
    names: list[str],
    caps: CapFaces | None,
    carry: Carry | None,
) -> None:
    """One GLB for each part. All are written elsewhere first; older ones are replaced."""
    make_folder(target)
    with tempfile.TemporaryDirectory(prefix=".", dir=target) as name:
        made = Path(name)
        for part, file in enumerate(file_names(names, "glb")):
            one = made / file
            write_parts(one, asset, face_labels, caps=caps, names=names, only=part, carry=carry)
        for old in [path for path in target.glob("*.glb") if _is_one_part(path)]:
            old.unlink()
        for one in made.iterdir():
            one.replace(target / one.name)


def _is_one_part(path: Path) -> bool:
    """Whether a GLB was written as one part of several files: it is ours, and called after its
    only node."""
    try:
        with path.open("rb") as file:
            size = int.from_bytes(file.read(20)[12:16], "little")
            about = json.loads(file.read(min(size, MOST_HEADER)))
        (node,) = about["nodes"]
        is_ours = about["asset"]["generator"].startswith("Partwise ")
        return is_ours and [path.name] == file_names([node["name"]], "glb")
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return False
