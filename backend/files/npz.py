# SPDX-License-Identifier: GPL-3.0-or-later
"""Reading NumPy archives (.npz), and labels. ValueError and the like mean a damaged file."""

from __future__ import annotations

import io
import warnings
import zipfile
import zlib
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..assets.asset import Asset
from ..contract.errors import BadInput
from .vertex_data import plain_asset


def read_npz(path: Path) -> Asset:
    """NumPy archive with ``vertices`` (V, 3) and ``faces`` (F, 3)."""
    data = io.BytesIO(path.read_bytes())  # in a file, wrong offsets would look like a broken disk
    with warnings.catch_warnings(), np.load(data, allow_pickle=False) as archive:
        warnings.simplefilter("ignore")  # Python's own, about the text of a damaged header
        if not {"vertices", "faces"} <= set(archive.files):
            raise BadInput(
                f"{path.name} holds no arrays named 'vertices' and 'faces'.",
                "Save it with numpy.savez(path, vertices=..., faces=...).",
            )
        vertices, faces = archive["vertices"], archive["faces"]
    well_formed = (
        vertices.ndim == faces.ndim == 2
        and vertices.shape[1] == faces.shape[1] == 3
        and vertices.dtype.kind in "fiu"
        and faces.dtype.kind in "iu"
    )
    if not well_formed:
        raise BadInput(
            f"{path.name} holds vertices {vertices.dtype} {vertices.shape} and faces "
            f"{faces.dtype} {faces.shape}.",
            "Vertices must be numbers of shape (V, 3), faces integers of shape (F, 3).",
        )
    return plain_asset(path, vertices.astype(np.float64), faces.astype(np.int64))


def holds_labels(path: Path) -> bool:
    """Whether a sound .npz has ``labels`` beside its mesh."""
    with np.load(io.BytesIO(path.read_bytes()), allow_pickle=False) as archive:
        return "labels" in archive.files


def read_labels(path: Path) -> NDArray[np.int64]:
    """The part of each triangle, (F,) int64, from ``labels`` of an .npz, as `segment` writes it.

    An .npy holds nothing else. Raises BadInput for a file that cannot be read, or holds none.
    """
    hint = "Labels are integers of shape (F,), named 'labels', as `segment` writes them."
    try:
        found = np.load(io.BytesIO(path.read_bytes()), allow_pickle=False)
        if isinstance(found, np.ndarray):
            labels = found
        else:
            with found as archive:
                if "labels" not in archive.files:
                    raise BadInput(f"{path.name} holds no labels.", hint)
                labels = archive["labels"]
    except OSError as error:
        if error.filename or error.errno:
            raise BadInput(f"{path} cannot be read: {error.strerror or error}.", hint) from error
        raise BadInput(f"{path.name} is damaged, or is not an .npz file.", hint) from error
    except (ValueError, KeyError, EOFError, zipfile.BadZipFile, zlib.error) as error:
        raise BadInput(f"{path.name} is damaged, or is not an .npz file.", hint) from error
    if labels.ndim != 1 or labels.dtype.kind not in "iu" or not len(labels):
        raise BadInput(f"The labels of {path.name} are {labels.dtype} {labels.shape}.", hint)
    return labels.astype(np.int64)
