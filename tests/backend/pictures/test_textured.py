# SPDX-License-Identifier: GPL-3.0-or-later
"""Pictures of textured objects."""

from dataclasses import replace

import numpy as np
import pytest
import trimesh
from PIL import Image

from backend.contract.errors import BadInput
from backend.pictures.textured import Painted, joined, render_views, view


def painted():
    mesh = trimesh.creation.box()
    faces = np.asarray(mesh.faces, np.int64)
    texture = np.zeros((4, 8, 4), np.uint8)
    texture[:, :4], texture[:, 4:] = (255, 0, 0, 255), (0, 0, 255, 255)
    front = mesh.face_normals[:, 2] > 0.5
    uv = np.where(front[:, None, None], [0.2, 0.5], [0.8, 0.5]) * np.ones((len(faces), 3, 2))
    colour = np.full((len(faces), 3), 0.5, np.float32)
    return Painted(np.asarray(mesh.vertices, float), faces, uv, texture, colour)


def test_each_side_shows_its_place_in_the_texture():
    front, behind = view(painted(), 0, 0, 60), view(painted(), 180, 0, 60)
    middle = front[30, front.shape[1] // 2], behind[30, behind.shape[1] // 2]
    assert middle[0][0] > 4 * middle[0][2]
    assert middle[1][2] > 4 * middle[1][0]


def test_a_sheet_of_views_is_written(tmp_path):
    render_views(tmp_path / "sheet.png", [painted()], height=60)
    width, height = Image.open(tmp_path / "sheet.png").size
    assert height == 60
    assert width > 3 * height
    with pytest.raises(BadInput):
        render_views(tmp_path / "sheet.bmp", [painted()])


def test_several_objects_have_a_row_each(tmp_path):
    one = painted()
    tall = replace(one, vertices=one.vertices * [1.0, 3.0, 1.0])
    render_views(tmp_path / "sheet.png", [one, tall], height=120)
    picture = np.asarray(Image.open(tmp_path / "sheet.png")).astype(int)
    assert len(picture) == 120
    ground = picture[0, 0]
    drawn = (np.abs(picture - ground).sum(axis=2) > 60).any(axis=0)
    upper, lower = ((np.abs(half - ground).sum(axis=2) > 60).any(axis=0) for half in (
        picture[:60], picture[60:]))  # fmt: skip
    assert drawn.any()
    assert np.flatnonzero(upper)[-1] > np.flatnonzero(lower)[-1], "what is tall is narrow"


def test_meshes_are_joined():
    one = painted()
    vertices, faces, mesh = joined([one.vertices] * 2, [one.faces] * 2)
    assert faces.max() == len(vertices) - 1
    assert mesh.tolist() == [0] * 12 + [1] * 12
