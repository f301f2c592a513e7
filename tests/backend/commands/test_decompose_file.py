# SPDX-License-Identifier: GPL-3.0-or-later
"""From a file to a file of parts: what is written, what is told, and what is refused."""

from __future__ import annotations

import numpy as np
import pytest
import trimesh

from backend.commands.decompose_file import decompose
from backend.contract.errors import BadInput, Cancelled
from backend.contract.progress import Progress
from backend.files.readers import read_mesh
from tests.bad_meshes import lathe


@pytest.fixture(scope="module")
def waist(tmp_path_factory):
    path = tmp_path_factory.mktemp("mesh") / "waist.npz"
    vertices, faces = lathe()
    np.savez(path, vertices=vertices, faces=faces)
    return path


def corners(asset):
    """Corner positions of each triangle, in a canonical order."""
    triangles = asset.vertices[asset.faces].astype(np.float32).reshape(len(asset.faces), 9)
    return triangles[np.lexsort(triangles.T)]


@pytest.mark.parametrize("parts", [1, 3])
def test_the_parts_hold_the_triangles_of_the_source(waist, parts, tmp_path):
    done = decompose(waist, tmp_path / "out.glb", parts=parts)
    assert (done.parts, done.faces, done.closed) == (parts, 512, None)
    assert (done.engine, done.notice) == ("learned", "")
    written = read_mesh(tmp_path / "out.glb")
    assert len(written.nodes) == parts
    np.testing.assert_array_equal(corners(written), corners(read_mesh(waist)))


def test_split_files_hold_them_too(waist, tmp_path):
    decompose(waist, tmp_path / "out", parts=3, split_files=True)
    files = sorted((tmp_path / "out").iterdir())
    assert len(files) == 3
    found = np.concatenate([corners(read_mesh(file)) for file in files])
    np.testing.assert_array_equal(found[np.lexsort(found.T)], corners(read_mesh(waist)))


def test_caps_close_the_parts(waist, tmp_path):
    done = decompose(waist, tmp_path / "out.glb", parts=2, complete="cap")
    assert done.closed == 2
    assert len(read_mesh(tmp_path / "out.glb").faces) > 512


def test_progress_names_each_stage_and_goes_forward(waist, tmp_path):
    told = []
    decompose(
        waist,
        tmp_path / "out.glb",
        complete="cap",
        preview=tmp_path / "out.png",
        progress=Progress(lambda stage, done, total: told.append((stage, done / total))),
    )
    stages = list(dict.fromkeys(stage for stage, _ in told))
    assert len(stages) >= 7
    assert stages[0] == "Reading the file"
    assert stages[-1] == "Drawing the picture"
    for stage in stages:
        shares = [share for name, share in told if name == stage]
        assert shares == sorted(shares), stage
        assert 0 <= min(shares) <= max(shares) <= 1, stage


@pytest.mark.parametrize("stop", ["Reading the file", "Merging patches", "Writing the parts"])
def test_a_cancel_leaves_nothing(stop, waist, tmp_path):
    def heard(stage, _done, _total):
        if stage == stop:
            raise Cancelled

    with pytest.raises(Cancelled):
        decompose(waist, tmp_path / "out.glb", progress=Progress(heard))
    assert list(tmp_path.iterdir()) == []


def test_an_unknown_completion_is_refused(waist, tmp_path):
    with pytest.raises(BadInput, match="magic"):
        decompose(waist, tmp_path / "out.glb", complete="magic")
    assert list(tmp_path.iterdir()) == []


def test_capped_parts_of_a_bare_mesh_open_elsewhere_as_closed_solids(tmp_path):
    mesh = trimesh.creation.capsule(height=3, radius=0.5, count=(24, 24))
    np.savez(tmp_path / "capsule.npz", vertices=mesh.vertices, faces=mesh.faces)
    decompose(tmp_path / "capsule.npz", tmp_path / "parts.glb", parts=3, complete="cap")
    scene = trimesh.load(tmp_path / "parts.glb")
    assert len(scene.geometry) == 3
    assert all(part.is_volume for part in scene.geometry.values())
    volume = sum(part.volume for part in scene.geometry.values())
    assert volume == pytest.approx(mesh.volume, rel=1e-4)


def test_parts_that_stay_open_are_named(tmp_path):
    vertices, faces = lathe()
    np.savez(tmp_path / "open.npz", vertices=vertices, faces=faces[8:])
    done = decompose(tmp_path / "open.npz", tmp_path / "out.glb", parts=2, complete="cap")
    assert done.closed == 1
    assert any("1 of 2 parts stay open (Part.0" in remark for remark in done.remarks)
    plain = decompose(tmp_path / "open.npz", tmp_path / "out.glb", parts=2)
    assert not plain.remarks


def test_parts_have_the_names_that_were_asked_for(waist, tmp_path):
    done = decompose(waist, tmp_path / "out.glb", parts=3, names="Low, Waist2")
    assert sorted(done.names) == ["Low", "Waist1", "Waist2"]
    assert sorted(node.name for node in read_mesh(tmp_path / "out.glb").nodes) == sorted(done.names)
    decompose(waist, tmp_path / "out", parts=3, names="numbers", split_files=True)
    files = sorted(file.name for file in (tmp_path / "out").iterdir())
    assert files == ["Part.01.glb", "Part.02.glb", "Part.03.glb"]
    (tmp_path / "out/mine.glb").write_bytes((tmp_path / "out/Part.01.glb").read_bytes())
    (tmp_path / "out/other.glb").write_bytes(b"glTF")
    decompose(waist, tmp_path / "out", parts=2, names="Low, High", split_files=True)
    left = sorted(file.name for file in (tmp_path / "out").iterdir())
    assert left == ["High.glb", "Low.glb", "mine.glb", "other.glb"], "only older parts go"
