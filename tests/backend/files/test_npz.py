# SPDX-License-Identifier: GPL-3.0-or-later
"""Reading NumPy archives."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import numpy as np
import pytest

from backend.contract.errors import BadInput
from backend.files.npz import holds_labels, read_labels
from backend.files.readers import read_mesh

CORNERS = np.array([[0, 0, 0], [1, 0, 0], [0, 1, 0], [0, 0, 1]], dtype=np.float64)
FACES = np.array([[0, 1, 2], [3, 2, 1], [1, 1, 1], [0, 1, 2]])


def refused(path: Path) -> str:
    with pytest.raises(BadInput) as caught:
        read_mesh(path)
    assert caught.value.hint
    return caught.value.message


@pytest.mark.parametrize("vertex_type", ["f4", "f8", "i4"])
@pytest.mark.parametrize("face_type", ["i4", "i8", "u4"])
def test_npz(tmp_path: Path, vertex_type: str, face_type: str):
    path = tmp_path / "mesh.npz"
    np.savez(path, vertices=CORNERS.astype(vertex_type), faces=FACES.astype(face_type))
    asset = read_mesh(path)
    assert (asset.vertices.dtype, asset.faces.dtype) == (np.float64, np.int64)
    np.testing.assert_array_equal(asset.vertices, CORNERS)
    np.testing.assert_array_equal(asset.faces, FACES)


@pytest.mark.parametrize(
    "arrays",
    [
        {"vertices": CORNERS},
        {"vertices": CORNERS[:, :2], "faces": FACES},
        {"vertices": CORNERS, "faces": FACES.astype(float)},
        {"vertices": CORNERS.astype(str), "faces": FACES},
        {"vertices": CORNERS, "faces": np.array([[0, 1, 2]], dtype=object)},
    ],
)
def test_npz_of_other_content_is_refused(tmp_path: Path, arrays: dict):
    np.savez(tmp_path / "mesh.npz", **arrays)
    assert "mesh.npz" in refused(tmp_path / "mesh.npz")


def test_a_damaged_header_says_nothing_on_stderr(tmp_path: Path, recwarn: pytest.WarningsRecorder):
    path = tmp_path / "mesh.npz"
    np.savez(path, vertices=CORNERS, faces=FACES)
    stream = io.BytesIO()
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(stream, "w") as new:
        for name in old.namelist():
            new.writestr(name, old.read(name).replace(b"'descr'", b"'de\\hr'"))
    path.write_bytes(stream.getvalue())
    assert "is damaged" in refused(path)
    assert not recwarn.list


def test_labels_of_an_archive_or_alone(tmp_path: Path):
    labels = np.array([0, 1, 1], np.int16)
    np.savez(tmp_path / "a.npz", labels=labels)
    np.save(tmp_path / "a.npy", labels)
    for name in ("a.npz", "a.npy"):
        found = read_labels(tmp_path / name)
        assert found.dtype == np.int64
        assert found.tolist() == [0, 1, 1]
    assert holds_labels(tmp_path / "a.npz")
    np.savez(tmp_path / "b.npz", patch=labels)
    assert not holds_labels(tmp_path / "b.npz")
    np.save(tmp_path / "b.npy", labels / 2)
    (tmp_path / "b.json").write_text("[0, 1, 1]")
    for name, says in (("b.npz", "no labels"), ("b.npy", "float64"), ("b.json", "damaged")):
        with pytest.raises(BadInput, match=says):
            read_labels(tmp_path / name)
