# SPDX-License-Identifier: GPL-3.0-or-later
"""Completing a file: every input triangle once, new ones after, labels from all sources."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import trimesh

from backend.commands.complete_file import complete
from backend.contract.errors import BadInput


def ball(folder: Path, **more: np.ndarray) -> tuple[Path, trimesh.Trimesh, np.ndarray]:
    mesh = trimesh.creation.icosphere(2)
    labels = (mesh.triangles_center[:, 2] > 0.2).astype(np.int32)
    path = folder / "ball.npz"
    np.savez(path, vertices=mesh.vertices, faces=mesh.faces, **more)
    return path, mesh, labels


def test_the_source_comes_first_bit_for_bit(tmp_path: Path) -> None:
    path, mesh, labels = ball(tmp_path)
    np.savez(tmp_path / "labels.npz", labels=labels)
    done = complete(path, tmp_path / "out.npz", labels=tmp_path / "labels.npz", how="cap")
    found = np.load(tmp_path / "out.npz")
    count = len(mesh.faces)
    assert found["vertices"][: len(mesh.vertices)].tobytes() == mesh.vertices.tobytes()
    assert np.array_equal(found["faces"][:count], mesh.faces)
    assert np.array_equal(found["face_part"][:count], labels)
    assert np.array_equal(found["face_source"][:count], np.arange(count))
    assert (found["face_source"][count:] == -1).all()
    assert len(found["faces"]) == count + done.new_faces > count
    kinds = {name: found[name].dtype.name for name in found.files if name != "report"}
    assert kinds == {
        "vertices": "float64",
        "faces": "int64",
        "face_part": "int32",
        "face_source": "int32",
        "closed": "bool",
    }
    assert found["closed"].tolist() == [True, True]
    report = json.loads(str(found["report"]))
    assert [part["closed"] for part in report] == [True, True]
    for part in range(2):
        own = found["faces"][found["face_part"] == part]
        assert trimesh.Trimesh(found["vertices"], own, process=False).is_watertight


def test_labels_come_from_the_input_itself_and_a_glb_has_a_node_a_part(tmp_path: Path) -> None:
    _, _, labels = ball(tmp_path)
    path, _, _ = ball(tmp_path, labels=labels)
    complete(path, tmp_path / "out.glb", how="cap")
    scene = trimesh.load(tmp_path / "out.glb")
    assert len(scene.geometry) == 2


@pytest.mark.parametrize(
    ("labels", "words"),
    [
        (None, "holds no labels"),
        (np.zeros(5, np.int32), "5 labels"),
        (np.zeros((3, 3), np.int32), r"\(3, 3\)"),
        (np.full(320, -1, np.int32), "not all part numbers"),
    ],
)
def test_labels_that_do_not_fit_are_refused(
    labels: np.ndarray | None, words: str, tmp_path: Path
) -> None:
    path, _, _ = ball(tmp_path, **({} if labels is None else {"labels": labels}))
    with pytest.raises(BadInput, match=words) as caught:
        complete(path, tmp_path / "out.npz", how="cap")
    assert caught.value.hint
    assert not (tmp_path / "out.npz").exists()


def test_one_object_without_labels_is_refused(tmp_path: Path) -> None:
    trimesh.creation.box().export(tmp_path / "box.stl")
    with pytest.raises(BadInput, match="one object"):
        complete(tmp_path / "box.stl", tmp_path / "out.npz", how="cap")
    (tmp_path / "bad.npz").write_bytes(b"no archive")
    with pytest.raises(BadInput, match="damaged"):
        complete(tmp_path / "box.stl", tmp_path / "out.npz", labels=tmp_path / "bad.npz")
