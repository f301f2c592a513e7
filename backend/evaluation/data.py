# SPDX-License-Identifier: GPL-3.0-or-later
"""Labelled objects in .npz files: vertices, faces, and one or several true labellings."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from ..errors import BadInput


@dataclass(frozen=True)
class Labelled:
    """One object.

    Parameters
    ----------
    name : its id in the file.
    kind : what its labels are, e.g. ``nodes`` or ``materials``.
    vertices, faces : (V, 3) float64, (F, 3) int64.
    truths : (T, F) int64, each row an equally valid labelling.
    """

    name: str
    kind: str
    vertices: NDArray[np.float64]
    faces: NDArray[np.int64]
    truths: NDArray[np.int64]


def open_labelled(path: Path) -> Any:
    """The open .npz and its ids: (file, list of str). BadInput when it holds no such objects."""
    hint = "Give an .npz with 'ids', '<id>/vertices', '<id>/faces' and '<id>/face_part'."
    if not path.is_file():
        raise BadInput(f"There is no file {path}.", hint)
    try:
        file = np.load(path, allow_pickle=False)
        return file, [str(name) for name in json.loads(str(file["ids"]))]
    except (ValueError, KeyError, OSError, BadZipFile, TypeError, AttributeError):
        raise BadInput(f"{path} is not a file of labelled objects.", hint) from None


def names(paths: Sequence[Path], limit: int | None = None) -> list[tuple[Path, str]]:
    """(file, id) of the objects in `paths`; with `limit`, as many evenly spread ones."""
    found = []
    for path in paths:
        file, ids = open_labelled(path)
        file.close()
        found += [(path, name) for name in ids]
    if limit is None or limit >= len(found):
        return found
    return [found[i] for i in np.linspace(0, len(found) - 1, limit).round().astype(int)]


def read_labelled(path: Path, name: str) -> Labelled:
    """Read one object. Raises BadInput when its arrays do not fit together.

    Truths are ``<id>/truths`` (T, F), else ``<id>/face_part`` and ``<id>/face_part_fine``.
    """
    file, _ = open_labelled(path)
    with file:
        held = set(file.files)
        keys = [f"{name}/{key}" for key in ("truths", "face_part", "face_part_fine")]
        keys = keys[:1] if keys[0] in held else [key for key in keys[1:] if key in held]
        if not keys or not {f"{name}/vertices", f"{name}/faces"} <= held:
            raise BadInput(f"'{name}' in {path} has no mesh or no labels.", "Export it again.")
        faces = file[f"{name}/faces"].astype(np.int64)
        truths = np.concatenate([np.atleast_2d(file[key]) for key in keys]).astype(np.int64)
        meta = json.loads(str(file[f"{name}/meta"])) if f"{name}/meta" in held else {}
        if truths.shape[1] != len(faces):
            counts = f"{truths.shape[1]} labels for {len(faces)} faces"
            raise BadInput(f"'{name}' in {path} has {counts}.", "Export it again.")
        return Labelled(
            name=name,
            kind=str(meta.get("part_kind", "all")),
            vertices=file[f"{name}/vertices"].astype(np.float64),
            faces=faces,
            truths=truths,
        )
