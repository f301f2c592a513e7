# SPDX-License-Identifier: GPL-3.0-or-later
"""Reading NumPy archives (.npz). ValueError and its like mean that the file is damaged."""

from __future__ import annotations

import io
import warnings
from pathlib import Path

import numpy as np

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
