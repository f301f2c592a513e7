# SPDX-License-Identifier: GPL-3.0-or-later
"""What a command reads is never written over: labels, clicks, pictures, textures, other meshes."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from backend.__main__ import main
from backend.commands.overwriting import refuse_overwriting
from backend.contract.errors import BadInput
from tests.backend.images.drawn import doll
from tests.backend.mesh_files import QUICK, save_small


def test_a_file_is_known_however_it_is_written(tmp_path: Path):
    file = tmp_path / "a.png"
    file.write_bytes(b"mine")
    (tmp_path / "b").mkdir()
    link = tmp_path / "link.png"
    os.symlink(file, link)
    for written in (file, tmp_path / "b/../a.png", link):
        with pytest.raises(BadInput, match="replace the input"):
            refuse_overwriting([None, file], [None, written])
    refuse_overwriting([None, file], [None, tmp_path / "c.png"])


@pytest.fixture
def labelled(tmp_path: Path) -> tuple[Path, Path]:
    """A mesh, and a folder of its labels."""
    mesh, labels = save_small(tmp_path / "mesh.npz"), tmp_path / "labels"
    assert main(["segment", str(mesh), "-o", str(labels), *QUICK]) == 0
    return mesh, labels


def test_whole_parts_do_not_replace_their_labels(labelled, capsys):
    mesh, labels = labelled
    before = (labels / "mesh.npz").read_bytes()
    for given, out in ((labels, labels), (labels / "mesh.npz", labels / "mesh.npz")):
        assert main(["complete", str(mesh), "--labels", str(given), "-o", str(out), "-q"]) == 2
        assert "replace the input" in capsys.readouterr().err
    assert (labels / "mesh.npz").read_bytes() == before


def test_a_picture_of_the_result_does_not_replace_a_texture(tmp_path, capsys):
    (tmp_path / "box.obj").write_text(
        "mtllib box.mtl\nusemtl a\nv 0 0 0\nv 1 0 0\nv 0 1 0\nv 0 0 1\nvt 0 0\n"
        "f 1/1 2/1 3/1\nf 1/1 3/1 4/1\nf 1/1 4/1 2/1\nf 2/1 4/1 3/1\n"
    )
    (tmp_path / "box.mtl").write_text("newmtl a\nmap_Kd box.png\n")
    Image.fromarray(np.full((4, 4, 3), 90, np.uint8)).save(tmp_path / "box.png")
    before = (tmp_path / "box.png").read_bytes()
    box, out, labels = str(tmp_path / "box.obj"), tmp_path / "out", tmp_path / "l.npz"
    np.savez(labels, labels=np.arange(4) // 2)
    for arguments in (
        ["decompose", box, "-o", str(out / "a.glb"), "--preview", str(tmp_path)],
        ["complete", box, "-o", str(out), "--labels", str(labels), "--preview", str(tmp_path)],
        ["edit", box, "-o", str(out), "--part", "box", "--text", "hat",
         "--preview", str(tmp_path / "box.png")],
    ):  # fmt: skip
        assert main([*arguments, "-q"]) == 2, arguments
        assert "replace the input" in capsys.readouterr().err, arguments
    assert (tmp_path / "box.png").read_bytes() == before
    assert not list(out.glob("*.*"))


def test_pictures_masks_and_meshes_that_are_given_stay(tmp_path, capsys):
    picture, mesh = tmp_path / "doll.png", save_small(tmp_path / "small.1.npz")
    Image.fromarray(doll()[0]).save(picture)
    before = picture.read_bytes()
    for arguments in (
        ["generate", "-o", "x.glb", "--image", str(picture), "--preview", str(picture)],
        ["generate", "-o", "x.glb", "--image", "y.png", "--masks", str(picture),
         "--preview", str(picture)],
        ["edit", str(mesh), "-o", "x.glb", "--part", "a", "--image", str(picture),
         "--preview", str(picture)],
        ["edit", str(tmp_path / "small.npz"), "-o", str(tmp_path), "--part", "a",
         "--with", str(tmp_path / "small.2.glb"), "--variants", "2"],
    ):  # fmt: skip
        assert main([*arguments, "-q"]) == 2, arguments
        assert "replace the input" in capsys.readouterr().err, arguments
    assert picture.read_bytes() == before


def test_a_folder_of_parts_is_not_emptied_of_its_inputs(tmp_path, capsys):
    (tmp_path / "out/hand").mkdir(parents=True)
    part = save_small(tmp_path / "out/hand/part_00.npz")
    part = part.rename(part.with_suffix(".glb"))
    hand = save_small(tmp_path / "hand.npz")
    arguments = ["decompose", str(hand), str(part), "-o", str(tmp_path / "out"), "--split-files"]
    assert main([*arguments, *QUICK]) == 2
    assert "replace the input" in capsys.readouterr().err
    assert part.is_file()
