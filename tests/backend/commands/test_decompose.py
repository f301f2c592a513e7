# SPDX-License-Identifier: GPL-3.0-or-later
"""Meshes become GLB files of named parts, and pictures; what decompose refuses."""

from __future__ import annotations

import json

import numpy as np
import pytest

from backend.__main__ import main
from backend.files.readers import read_mesh
from tests.backend.geometry.solids import arrays, eared
from tests.backend.mesh_files import QUICK, same_stems, save, save_small


def read_glb_names(path):
    data = path.read_bytes()
    assert data[:4] == b"glTF"
    length = int.from_bytes(data[12:16], "little")
    document = json.loads(data[20 : 20 + length])
    return [node["name"] for node in document["nodes"] if "mesh" in node]


def test_decompose_into_one_file(mesh_file, tmp_path, capsys):
    out = tmp_path / "new" / "parts.glb"
    arguments = ["decompose", str(mesh_file), "-o", str(out), "--parts", "3", "--json"]
    assert main([*arguments, "--preview", str(tmp_path / "look.png")]) == 0
    (row,) = json.loads(capsys.readouterr().out)["results"]
    assert row["parts"] == 3
    names = read_glb_names(out)
    assert len(names) == len(set(names)) == 3
    assert (tmp_path / "look.png").read_bytes().startswith(b"\x89PNG")


def test_decompose_into_a_folder_and_into_split_files(tmp_path):
    one, two = save_small(tmp_path / "one.npz"), save_small(tmp_path / "two.npz")
    out = tmp_path / "out"
    arguments = ["decompose", str(one), str(two), "-o", str(out), *QUICK]
    assert main([*arguments, "--parts", "4"]) == 0
    assert sorted(path.name for path in out.iterdir()) == ["one.glb", "two.glb"]
    for parts in (4, 2):  # the second call leaves nothing of the first
        assert main([*arguments, "--parts", str(parts), "--split-files"]) == 0
        files = sorted(path.name for path in (out / "one").iterdir())
        assert files == [f"Part.{k:02}.glb" for k in range(1, parts + 1)]
        assert [len(read_glb_names(out / "one" / file)) for file in files] == [1] * parts


def test_decompose_with_caps_says_how_many_parts_are_closed(mesh_file, tmp_path, capsys):
    arguments = ["decompose", str(mesh_file), "-o", str(tmp_path / "a.glb"), "--parts", "2"]
    assert main([*arguments, "--complete", "cap", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["results"][0]["closed"] == 2


def test_borders_are_smooth_on_request(tmp_path, capsys):
    vertices, faces = arrays(eared())  # whose triangles follow no border
    source, sizes = tmp_path / "ball.npz", []
    np.savez(source, vertices=vertices, faces=faces)
    for smooth in ([], ["--smooth-borders"]):
        out = tmp_path / "parts.glb"
        arguments = ["decompose", str(source), "-o", str(out), "--parts", "6", *QUICK, *smooth]
        assert main([*arguments, "--complete", "cap", "--json"]) == 0
        (row,) = json.loads(capsys.readouterr().out)["results"]
        assert (row["parts"], row["closed"]) == (6, 6)
        sizes.append((row["faces"], len(read_mesh(out).faces)))
    assert sizes[0][0] == sizes[1][0]  # of the source
    assert sizes[0][1] < sizes[1][1]


def test_equal_stems_in_decompose_split_files_and_pictures(tmp_path, capsys):
    inputs, out, looks = same_stems(tmp_path)[:1], tmp_path / "out", tmp_path / "looks"
    inputs += ["--engine", "geometric"]
    assert main(["decompose", *inputs, "-o", str(out), "--preview", str(looks)]) == 0
    names = ["chair", "chair.obj", "table"]
    assert {path.name for path in out.iterdir()} == {f"{name}.glb" for name in names}
    assert {path.name for path in looks.iterdir()} == {f"{name}.png" for name in names}
    assert "Written as chair.obj.glb, because" in capsys.readouterr().err
    split = tmp_path / "split"
    assert main(["decompose", *inputs, "-o", str(split), "--split-files", "--parts", "2"]) == 0
    found = {path.relative_to(split).as_posix() for path in split.rglob("*.glb")}
    assert found == {f"{name}/Part.{k:02}.glb" for name in names for k in (1, 2)}


@pytest.mark.parametrize(("name", "start"), [("p.jpg", b"\xff\xd8\xff"), ("p.JPEG", b"\xff\xd8"),
                                             ("p.png", b"\x89PNG")])  # fmt: skip
def test_pictures_are_what_their_names_say(name, start, mesh_file, tmp_path):
    arguments = ["decompose", str(mesh_file), "-o", str(tmp_path / "a.glb")]
    assert main([*arguments, "--preview", str(tmp_path / name)]) == 0
    assert (tmp_path / name).read_bytes().startswith(start)


@pytest.mark.parametrize("ending", [".gif", ".webp", ".TIFF", ".bmp", ".svg", ".glb", ".npz"])
def test_pictures_of_other_formats_are_refused_before_the_work(ending, mesh_file, tmp_path, capsys):
    arguments = ["decompose", str(mesh_file), "-o", str(tmp_path / "a.glb")]
    assert main([*arguments, "--preview", str(tmp_path / f"p{ending}")]) == 2
    last = capsys.readouterr().err.splitlines()[-1]
    assert f"PNG or JPEG, not as '{ending}'" in last
    assert list(tmp_path.iterdir()) == []


def test_what_decompose_refuses(mesh_file, tmp_path, capsys):
    other = save(tmp_path / "other.npz")
    cases = [
        ([mesh_file, "-o", tmp_path / "a.glb", "--complete", "generate"], "must be one of"),
        ([mesh_file, other, "-o", tmp_path / "a.glb"], "both be written"),
        ([mesh_file, "-o", tmp_path / "a.obj"], "GLB"),
        ([mesh_file, "-o", tmp_path / "a.3mf"], "GLB"),
        ([mesh_file, "-o", tmp_path / "a.png"], "GLB"),
        ([mesh_file, "-o", tmp_path / "a.glb", "--split-files"], "folder"),
        ([mesh_file, other, "-o", tmp_path / "d", "--preview", tmp_path / "p.png"], "folder"),
    ]
    for arguments, words in cases:
        assert main(["decompose", *map(str, arguments)]) == 2
        assert words in capsys.readouterr().err.splitlines()[-1]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["other.npz"]
