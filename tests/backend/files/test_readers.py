# SPDX-License-Identifier: GPL-3.0-or-later
"""Finding inputs, refusing bad ones, and writing files that are complete or not there."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from backend.contract.errors import BadInput
from backend.files.readers import (
    MESH_SUFFIXES,
    find_inputs,
    make_folder,
    read_mesh,
    replace_on_success,
    write_arrays,
    write_json,
    write_parts,
)

TETRAHEDRON = {
    "vertices": np.array([[0, 0, 0], [1, 0, 0], [0, 1, 0], [0, 0, 1]], dtype=np.float64),
    "faces": np.array([[0, 2, 1], [0, 1, 3], [0, 3, 2], [1, 2, 3]]),
}


def refused(path: Path) -> str:
    with pytest.raises(BadInput) as caught:
        read_mesh(path)
    assert caught.value.hint
    assert caught.value.message.endswith(".")
    return caught.value.message


# ---- inputs


def test_folders_globs_and_duplicates(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    for name in ("b.glb", "a.OBJ", "c [1].stl", "notes.txt"):
        (tmp_path / name).write_bytes(b"")
    (tmp_path / "inner").mkdir()
    (tmp_path / "inner" / "d.ply").write_bytes(b"")
    a, b, c = (tmp_path / name for name in ("a.OBJ", "b.glb", "c [1].stl"))
    assert find_inputs([tmp_path]) == [a, b, c]
    assert find_inputs([str(b), str(tmp_path)]) == [b, a, c]
    assert find_inputs([str(tmp_path / "*")]) == [a, b, c]
    assert find_inputs([str(tmp_path / "**" / "*.ply")]) == [tmp_path / "inner" / "d.ply"]
    assert find_inputs([str(c)]) == [c]  # brackets are part of its name
    monkeypatch.chdir(tmp_path)
    assert find_inputs(["b.glb", str(b), "./inner/../b.glb"]) == [Path("b.glb")]


def test_what_names_nothing_is_refused_when_read(tmp_path: Path):
    (tmp_path / "empty").mkdir()
    (tmp_path / "notes.txt").write_text("x")
    gone, folder, text = (tmp_path / name for name in ("gone.glb", "empty", "notes.txt"))
    pattern = tmp_path / "*.obj"
    assert find_inputs([gone, folder, text, pattern]) == [gone, folder, text, pattern]
    assert refused(gone) == f"{gone} does not exist."
    assert refused(folder) == f"The folder {folder} holds no meshes."
    assert refused(text) == "notes.txt has a format that is not known here."
    assert refused(pattern) == f"No mesh file matches {pattern}."
    with pytest.raises(BadInput, match="No input"):
        find_inputs([])


@pytest.mark.parametrize("suffix", MESH_SUFFIXES)
@pytest.mark.parametrize("content", [b"", b"garbage\n" * 40, bytes(range(256)) * 9])
def test_corrupt_files_are_refused(tmp_path: Path, suffix: str, content: bytes):
    path = tmp_path / f"broken{suffix}"
    path.write_bytes(content)
    assert refused(path).startswith(f"broken{suffix} ")


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"faces": np.zeros((0, 3), int)}, "holds no triangles"),
        ({"faces": np.array([[0, 1, 4]])}, "vertex that does not exist"),
        ({"faces": np.array([[0, 1, -1]])}, "vertex that does not exist"),
        ({"faces": np.array([[0, 0, 1], [2, 2, 2]])}, "zero area"),
        ({"vertices": np.linspace(0, 1, 12).reshape(4, 3) * [1e5, 3, 1]}, "zero area"),
        ({"vertices": np.full((4, 3), 1e9)}, "zero area"),
        ({"vertices": np.array([[0, 0, 0], [1, 0, 0], [0, 1, 0], [0, np.nan, 1]])}, "NaN"),
        ({"vertices": np.array([[0, 0, 0], [1, 0, 0], [0, 1, 0], [0, np.inf, 1]])}, "NaN"),
        ({"vertices": TETRAHEDRON["vertices"] * 1e40}, "outside"),
        ({"vertices": TETRAHEDRON["vertices"] * 1e-40}, "outside"),
    ],
)
def test_meshes_that_cannot_be_used_are_refused(tmp_path: Path, change: dict, sentence: str):
    write_arrays(tmp_path / "mesh.npz", TETRAHEDRON | change)
    assert sentence in refused(tmp_path / "mesh.npz")


@pytest.mark.parametrize("scale", [1e12, 1e-12, 1e-25])
@pytest.mark.parametrize("place", [0, 1e3])
def test_any_size_can_be_read(tmp_path: Path, scale: float, place: float):
    vertices = (TETRAHEDRON["vertices"] + place) * scale
    write_arrays(tmp_path / "mesh.npz", TETRAHEDRON | {"vertices": vertices})
    np.testing.assert_array_equal(read_mesh(tmp_path / "mesh.npz").vertices, vertices)


def test_unicode_and_very_long_paths(tmp_path: Path):
    folder = tmp_path
    while len(str(folder)) < 1500:
        folder = folder / ("дракон-龍-🐉 " * 8).strip()
    path = make_folder(folder) / ("é" * 125 + ".npz")  # 254 bytes: as long as names may be
    write_arrays(path, TETRAHEDRON)
    write_parts(path.with_suffix(".glb"), read_mesh(path), np.array([0, 0, 1, 1]))
    assert len(read_mesh(path.with_suffix(".glb")).faces) == 4
    assert {entry.suffix for entry in folder.iterdir()} == {".npz", ".glb"}


# ---- outputs


def test_arrays_are_deterministic_and_readable(tmp_path: Path):
    for name in ("a.npz", "b.npz"):
        write_arrays(tmp_path / name, TETRAHEDRON | {"engine": np.array("geometric")})
    assert (tmp_path / "a.npz").read_bytes() == (tmp_path / "b.npz").read_bytes()
    with np.load(tmp_path / "a.npz", allow_pickle=False) as archive:
        np.testing.assert_array_equal(archive["faces"], TETRAHEDRON["faces"])
        assert str(archive["engine"]) == "geometric"
    with pytest.raises(ValueError, match="pickle"):
        write_arrays(tmp_path / "c.npz", {"x": np.array([None])})
    assert not (tmp_path / "c.npz").exists()


def test_json_is_for_people(tmp_path: Path):
    write_json(tmp_path / "a.json", {"name": "龍"})
    assert (tmp_path / "a.json").read_text("utf-8") == '{\n  "name": "龍"\n}\n'
    with pytest.raises(ValueError, match="JSON"):
        write_json(tmp_path / "b.json", {"x": float("nan")})
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a.json"]


def test_failure_leaves_the_old_file_and_no_other(tmp_path: Path):
    target = tmp_path / "a.txt"
    target.write_text("old")
    with pytest.raises(TypeError), replace_on_success(target) as temporary:
        temporary.write_bytes("text is no bytes")  # type: ignore[arg-type]
    assert target.read_text() == "old"
    with replace_on_success(target) as temporary:
        temporary.write_text("new")
    assert target.read_text() == "new"
    assert list(tmp_path.iterdir()) == [target]


def unwritable(path: Path) -> str:
    with pytest.raises(BadInput) as caught:
        write_arrays(path, {"x": np.arange(100_000)})
    assert caught.value.hint
    return caught.value.message


def test_places_that_cannot_be_written(tmp_path: Path):
    (tmp_path / "file").write_text("")
    (tmp_path / "folder.npz").mkdir()
    assert unwritable(tmp_path / "no" / "a.npz") == f"The folder {tmp_path / 'no'} does not exist."
    assert "file has that name" in unwritable(tmp_path / "file" / "a.npz")
    assert "not a file that can be replaced" in unwritable(tmp_path / "folder.npz")
    assert "too long" in unwritable(tmp_path / ("a" * 300 + ".npz"))
    with pytest.raises(BadInput, match="file has that name"):
        make_folder(tmp_path / "file")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["file", "folder.npz"]


@pytest.mark.skipif(os.name == "nt", reason="Windows has no /dev/null to protect")
def test_devices_are_never_replaced():
    assert "not a file that can be replaced" in unwritable(Path("/dev/null"))
    assert not Path("/dev/null").is_file()


@pytest.fixture
def read_only(tmp_path: Path) -> Iterator[Path]:
    """A folder that may not be written, also not by the administrator."""
    folder = tmp_path / "kept"
    folder.mkdir()
    if os.geteuid() != 0:
        folder.chmod(0o500)
        yield folder
        folder.chmod(0o700)
        return
    subprocess.run(["mount", "-t", "tmpfs", "-o", "ro", "tmpfs", str(folder)], check=True)
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


@pytest.mark.skipif(os.name == "nt", reason="Windows keeps no such permissions on folders")
def test_folder_without_permission(read_only: Path):
    assert re.search("may not be written|read-only", unwritable(read_only / "a.npz"))


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A real file system of 64 KiB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(folder)]
    try:
        subprocess.run(command, check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("only root can mount a small file system here")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def test_full_disk(small_disk: Path):
    target = small_disk / "a.npz"
    write_arrays(target, {"x": np.arange(10)})
    before = target.read_bytes()
    noise = np.random.default_rng(0).integers(0, 2**60, 50_000)
    with pytest.raises(BadInput, match="The disk is full"):
        write_arrays(target, {"x": noise})
    assert list(small_disk.iterdir()) == [target]
    assert target.read_bytes() == before


def test_parts_on_a_full_disk(tmp_path: Path, small_disk: Path):
    vertices = np.random.default_rng(0).normal(size=(9000, 3))
    write_arrays(
        tmp_path / "in.npz", {"vertices": vertices, "faces": np.arange(9000).reshape(-1, 3)}
    )
    with pytest.raises(BadInput, match="The disk is full"):
        write_parts(small_disk / "o.glb", read_mesh(tmp_path / "in.npz"), np.arange(3000) % 2)
    assert list(small_disk.iterdir()) == []


def test_read_only_disk(small_disk: Path):
    subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)
    assert "read-only" in unwritable(small_disk / "a.npz")


@pytest.mark.parametrize("largest", ["1e30", "-1e30"])
def test_what_is_as_large_as_allowed_can_be_read_again(tmp_path: Path, largest: str):
    text = f"v 0 0 0\nv {largest} 0 0\nv 0 {largest} 0\nv 0 0 {largest}\nf 1 2 3\nf 1 2 4\n"
    (tmp_path / "a.obj").write_text(text)
    write_parts(tmp_path / "a.glb", read_mesh(tmp_path / "a.obj"), np.array([0, 1]))
    assert len(read_mesh(tmp_path / "a.glb").faces) == 2
    (tmp_path / "a.obj").write_text(text.replace("1e30", "1.000001e30"))
    with pytest.raises(BadInput, match="outside of what programs can compute with"):
        read_mesh(tmp_path / "a.obj")
