# SPDX-License-Identifier: GPL-3.0-or-later
"""The colours of a file as hints, where they are asked for."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from backend.assets.asset import Asset
from backend.commands.hints import ONE_COLOUR, hints_of
from backend.files.readers import read_mesh

OBJ = """mtllib paint.mtl
v 0 0 0\nv 1 0 0\nv 0 1 0\nv 0 0 1
usemtl red\nf 1 3 2\nf 1 2 4
usemtl blue\nf 2 3 4\nf 1 4 3
"""
PLY = """ply\nformat ascii 1.0\nelement vertex 6
property float x\nproperty float y\nproperty float z
property uchar red\nproperty uchar green\nproperty uchar blue
element face 2\nproperty list uchar int vertex_indices\nend_header
0 0 0 255 0 0\n1 0 0 255 0 0\n0 1 0 255 0 0\n0 0 1 0 255 0\n1 0 1 0 255 0\n0 1 1 0 255 0
3 0 1 2\n3 3 4 5
"""


@pytest.fixture
def painted(tmp_path: Path) -> Asset:
    (tmp_path / "paint.mtl").write_text("newmtl red\nKd 1 0 0\nnewmtl blue\nKd 0 0 1\n")
    (tmp_path / "painted.obj").write_text(OBJ)
    return read_mesh(tmp_path / "painted.obj")


def test_materials_of_a_file_are_hints_where_they_are_asked_for(painted: Asset) -> None:
    assert hints_of(painted, colours=False).colours is None
    found = hints_of(painted, colours=True).colours
    assert found is not None
    assert found.dtype == np.uint8
    assert found.tolist() == [[255, 0, 0]] * 2 + [[0, 0, 255]] * 2
    assert painted.remarks == []


def test_vertex_colours_are_too(tmp_path: Path) -> None:
    (tmp_path / "painted.ply").write_text(PLY)
    found = hints_of(read_mesh(tmp_path / "painted.ply"), colours=True).colours
    assert found is not None
    assert found.tolist() == [[255, 0, 0], [0, 255, 0]]


def test_a_file_of_one_colour_says_so(tmp_path: Path) -> None:
    (tmp_path / "plain.obj").write_text("v 0 0 0\nv 1 0 0\nv 0 1 0\nf 1 2 3\n")
    asset = read_mesh(tmp_path / "plain.obj")
    assert hints_of(asset, colours=True).colours is None
    assert asset.remarks == [ONE_COLOUR]
