# SPDX-License-Identifier: GPL-3.0-or-later
"""From a mesh file to a file of named parts: read, segment, close the cuts, write."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..assets.asset import Asset
from ..contract.errors import BadInput
from ..files.readers import CapFaces, make_folder, read_mesh, write_parts
from ..pipelines.analysis import silent
from ..pipelines.segment import analyse, labels

Progress = Callable[[str, int, int], None]
COMPLETIONS = ("none", "cap")


@dataclass(frozen=True)
class Decomposition:
    """What was written.

    Parameters
    ----------
    engine : the engine that ran. notice : a sentence where it is not the one that was to be.
    faces : number of triangles of the source.
    parts : number of parts.
    patches : the most parts that could have been asked for.
    closed : number of parts that are watertight after capping; None without caps.
    remarks : sentences about what could not be kept.
    """

    engine: str
    notice: str
    faces: int
    parts: int
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
    engine: str = "auto",
    seed: int = 0,
    variant: int = 0,
    split_files: bool = False,
    preview: Path | None = None,
    progress: Progress | None = None,
) -> Decomposition:
    """Write the parts of `source` to `target`, a GLB file, or a folder with `split_files`.

    `granularity`, `parts`, `engine`, `seed` and `variant` as for `segment`; `preview` is a PNG to
    write.
    Raises BadInput when the source or an option cannot be used; nothing is written then.
    """
    if complete not in COMPLETIONS:
        raise BadInput(
            f"Parts cannot be completed with '{complete}' here.",
            f"Use --complete {' or '.join(COMPLETIONS)}.",
        )
    tell = progress or silent
    tell("Reading the file", 0, 1)
    asset = read_mesh(source, lambda sentence: tell(sentence, 0, 1))
    tell("Reading the file", 1, 1)
    found = analyse(
        asset.vertices,
        asset.faces,
        seed=seed,
        engine=engine,
        variant=variant,
        progress=progress,
    )
    face_labels = labels(found, granularity=granularity, parts=parts)
    caps = None
    if complete == "cap":
        from ..pipelines.complete import cap_parts

        caps = cap_parts(asset.vertices, asset.faces, face_labels, progress=progress)
    tell("Writing the parts", 0, 1)
    if split_files:
        _write_folder(target, asset, face_labels, caps)
    else:
        write_parts(target, asset, face_labels, caps=caps)
    tell("Writing the parts", 1, 1)
    if preview is not None:
        from ..pictures.preview import render_parts

        tell("Drawing the picture", 0, 1)
        vertices, faces, shown = asset.vertices, asset.faces, face_labels
        if caps is not None:
            vertices = np.concatenate([vertices, caps.vertices])
            faces = np.concatenate([faces, *caps.faces])
            lids = np.repeat(np.arange(len(caps.faces)), [len(lid) for lid in caps.faces])
            shown = np.concatenate([shown, lids.astype(np.int32)])
        render_parts(preview, vertices, faces, shown, up=asset.up)
        tell("Drawing the picture", 1, 1)
    return Decomposition(
        engine=found.engine,
        notice=found.notice,
        faces=len(asset.faces),
        parts=int(np.max(face_labels)) + 1,
        patches=found.tree.leaf_count,
        closed=None if caps is None else sum(map(bool, caps.closed)),
        remarks=tuple(asset.remarks),
    )


def _write_folder(
    target: Path, asset: Asset, face_labels: NDArray[np.int32], caps: CapFaces | None
) -> None:
    """One GLB for each part. All are written elsewhere first; older ones are replaced."""
    make_folder(target)
    with tempfile.TemporaryDirectory(prefix=".", dir=target) as name:
        made = Path(name)
        for part in range(int(face_labels.max()) + 1):
            write_parts(made / f"part_{part:02}.glb", asset, face_labels, caps=caps, only=part)
        for old in target.glob("part_*.glb"):
            old.unlink()
        for file in made.iterdir():
            file.replace(target / file.name)
