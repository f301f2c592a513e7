# SPDX-License-Identifier: GPL-3.0-or-later
"""Small meshes as files, which several tests of the commands are given."""

from __future__ import annotations

import numpy as np

from tests.bad_meshes import BadMesh, lathe

QUICK = ("--engine", "geometric")


def save(path, mesh=None):
    vertices, faces = lathe() if mesh is None else (mesh.vertices, mesh.faces)
    np.savez(path, vertices=vertices, faces=faces)
    return path


def save_small(path):
    """For tests in which it does not matter what is cut, nor how well."""
    return save(path, BadMesh(*lathe(4, 6)))


def same_stems(tmp_path):
    """Two chairs of different formats and a third in another folder, and a table."""
    folders = [tmp_path / "in", tmp_path / "old"]
    for folder in folders:
        folder.mkdir()
    points, triangles = lathe(4, 6)
    lines = [f"v {x:.9g} {y:.9g} {z:.9g}" for x, y, z in points]
    lines += [f"f {a} {b} {c}" for a, b, c in triangles + 1]
    (folders[0] / "chair.obj").write_text("\n".join(lines))
    save_small(folders[0] / "chair.npz")
    save_small(folders[0] / "table.npz")
    save_small(folders[1] / "CHAIR.npz")
    return [str(folder) for folder in folders]
