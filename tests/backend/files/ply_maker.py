# SPDX-License-Identifier: GPL-3.0-or-later
"""Builds small files of the Polygon File Format for tests, apart from the code under test."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from backend.files.readers import read_mesh

FACE = "list uchar int vertex_indices"


ROWS = "0 0 0{0}\n1 0 0{0}\n0 1 0{0}\n"


HEAD = (
    "ply\nformat {form} 1.0\nelement vertex 4\nproperty float x\nproperty float y\n"
    "property float z\nelement face 2\nproperty list uchar {kind} vertex_indices\nend_header\n"
)


SQUARE = np.array([[0, 0, 0], [1, 0, 0], [1, 1, 0], [0, 1, 0]], dtype=float)


def text_ply(folder: Path, vertex: str, face: str, rows: str, more: str = "", faces: int = 1):
    """An asset of three vertices (or as many as `rows` has) and some faces."""
    count = len(rows.strip().splitlines()) - faces
    (folder / "mesh.ply").write_text(
        f"ply\nformat ascii 1.0\n{more}element vertex {count}\n"
        f"{properties('float x|float y|float z')}{properties(vertex)}element face {faces}\n"
        f"{properties(face)}end_header\n{rows}"
    )
    return read_mesh(folder / "mesh.ply")


def properties(names: str) -> str:
    return "".join(f"property {name}\n" for name in names.split("|") if name)
