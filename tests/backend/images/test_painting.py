# SPDX-License-Identifier: GPL-3.0-or-later
"""A texture by a picture: what is seen is as there, what is not goes on from it."""

from __future__ import annotations

import numpy as np
import pytest

from backend.images.painting import Portrait, Skin, painted
from backend.images.projection import laid

SIZE = 192


def board(z: float, low: tuple[float, float], high: tuple[float, float], at: int) -> Skin:
    """A box of which each side has a tile of its own; `at` is the row of tiles of the texture."""
    import trimesh

    box = trimesh.creation.box(bounds=[[*low, z - 0.1], [*high, z + 0.1]])
    vertices, faces = np.asarray(box.vertices), np.asarray(box.faces, np.int64)
    corner = vertices[faces]
    normal = np.cross(corner[:, 1] - corner[:, 0], corner[:, 2] - corner[:, 0])
    axis = np.abs(normal).argmax(axis=1)
    side = 2 * axis + (np.take_along_axis(normal, axis[:, None], 1)[:, 0] > 0)
    uv = np.empty((len(faces), 3, 2))
    for face in range(len(faces)):
        flat = np.delete(corner[face], axis[face], axis=1)
        room = np.delete(np.array([[*low, z - 0.1], [*high, z + 0.1]]), axis[face], axis=1)
        unit = (flat - room[0]) / (room[1] - room[0])
        if axis[face] == 1:
            unit = unit[:, ::-1]
        uv[face] = (np.array([side[face], at]) + 0.1 + 0.8 * unit) / [6, 2]
    return Skin(vertices, faces, uv)


FRONT, BACK, RIGHT = 5, 4, 1


def tile(texture: np.ndarray, side: int, at: int) -> np.ndarray:
    """The inner part of a tile, its top row first."""
    height, width = texture.shape[0] // 2, texture.shape[1] // 6
    top = texture.shape[0] - (at + 1) * height
    rows = slice(top + height // 8, top + height - height // 8)
    columns = slice(side * width + width // 6, (side + 1) * width - width // 6)
    return texture[rows, columns, :3].astype(float)


def portrait(skins: list[Skin], picture: np.ndarray) -> Portrait:
    covered = picture[..., 3] / np.float32(255)
    points = np.concatenate([skin.vertices for skin in skins])
    return Portrait(picture, covered, laid(points, covered, distance=np.inf))


def flag(front: tuple[int, int, int], behind: tuple[int, int, int]) -> np.ndarray:
    """A board with another half behind it: on green, of which nothing must be seen."""
    picture = np.zeros((120, 120, 4), np.uint8)
    picture[...] = [0, 255, 0, 0]
    picture[10:110, 10:110] = [*behind, 255]
    picture[10:110, 10:60] = [*front, 255]
    return picture


@pytest.fixture(scope="module")
def texture() -> np.ndarray:
    """A red board before the left half of a blue one."""
    skins = [board(0.5, (-1, -1), (0, 1), 0), board(-0.5, (-1, -1), (1, 1), 1)]
    return painted(skins, portrait(skins, flag((255, 0, 0), (0, 0, 255))), SIZE)


def test_what_is_seen_has_the_colours_of_the_picture(texture: np.ndarray) -> None:
    assert texture.shape == (SIZE, SIZE, 4)
    assert (texture[..., 3] == 255).all()
    assert np.abs(tile(texture, FRONT, 0) - [255, 0, 0]).max() < 12
    assert np.abs(tile(texture, FRONT, 1)[:, -6:] - [0, 0, 255]).max() < 12


def test_what_is_hidden_by_another_part_has_its_own_colours(texture: np.ndarray) -> None:
    """The left half of the blue board's front is behind the red one."""
    assert np.abs(tile(texture, FRONT, 1) - [0, 0, 255]).max() < 12


def test_sides_and_backs_go_on_from_there(texture: np.ndarray) -> None:
    for side in (BACK, RIGHT):
        assert np.abs(tile(texture, side, 0) - [255, 0, 0]).max() < 12
        assert np.abs(tile(texture, side, 1) - [0, 0, 255]).max() < 12


def test_nothing_of_the_background_comes_in(texture: np.ndarray) -> None:
    assert texture[..., 1].max() < 12


def test_a_picture_that_is_a_little_aside_leaves_no_stripe_of_another_part() -> None:
    """The red board of the picture reaches over the edge of the shape's, onto the blue one."""
    skins = [board(0.5, (-1, -1), (0, 1), 0), board(-0.5, (-1, -1), (1, 1), 1)]
    picture = np.kron(flag((255, 0, 0), (0, 0, 255)), np.ones((4, 4, 1), np.uint8))
    picture[40:440, 240:242, :3] = [255, 0, 0]
    made = painted(skins, portrait(skins, picture), SIZE)
    for side in (FRONT, BACK, RIGHT):
        assert np.abs(tile(made, side, 1) - [0, 0, 255]).max() < 25


def test_stripes_run_around() -> None:
    skins = [board(0.0, (-1, -1), (1, 1), 0)]
    picture = flag((255, 255, 255), (255, 255, 255))
    picture[10:60, 10:110, :3] = [200, 0, 0]
    made = painted(skins, portrait(skins, picture), SIZE)
    for side in (BACK, RIGHT):
        found = tile(made, side, 0)
        if side == RIGHT:  # its tile has depth across
            found = found.transpose(1, 0, 2) if np.ptp(found[0, :, 1]) > 100 else found
        upper, lower = found[: len(found) // 3, :, 1], found[-(len(found) // 3) :, :, 1]
        assert abs(upper.mean() - lower.mean()) > 150


def test_a_figure_that_faces_nowhere_is_painted_all_the_same() -> None:
    """A sheet seen from behind."""
    skin = Skin(
        np.array([[-1.0, -1, 0], [1, -1, 0], [1, 1, 0], [-1, 1, 0]]),
        np.array([[0, 2, 1], [0, 3, 2]]),
        np.array([[[0.1, 0.1], [0.9, 0.9], [0.9, 0.1]], [[0.1, 0.1], [0.1, 0.9], [0.9, 0.9]]]),
    )
    made = painted([skin], portrait([skin], flag((9, 9, 200), (9, 9, 200))), 64)
    assert np.abs(made[20:40, 20:40, :3].astype(int) - [9, 9, 200]).max() < 10
