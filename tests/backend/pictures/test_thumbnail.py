# SPDX-License-Identifier: GPL-3.0-or-later
"""Small pictures of parts."""

from __future__ import annotations

import numpy as np
import pytest
import trimesh

from backend.pictures.textured import Painted
from backend.pictures.thumbnail import PULLED, SIDE, Grown, of_one_colour, thumbnail

RED = (0.6, 0.02, 0.02)


def box(*extents: float) -> tuple[np.ndarray, np.ndarray]:
    mesh = trimesh.creation.box(extents)
    return np.asarray(mesh.vertices, float), np.asarray(mesh.faces, np.int64)


def extent(picture: np.ndarray) -> tuple[int, int]:
    """Width and height of what is seen."""
    rows, columns = np.nonzero(picture[..., 3] > 128)
    return int(np.ptp(columns)) + 1, int(np.ptp(rows)) + 1


def test_a_part_fills_it_in_its_colour_and_round_it_is_nothing() -> None:
    picture = of_one_colour(*box(1, 1, 1), RED)
    assert picture.shape == (SIDE, SIDE, 4)
    assert picture.dtype == np.uint8
    assert max(extent(picture)) > 0.85 * SIDE
    assert picture[0, 0].tolist() == [0, 0, 0, 0]
    inside = picture[picture[..., 3] == 255][:, :3].astype(int)
    assert (inside[:, 0] > 2 * inside[:, 1]).all()
    assert len(np.unique(inside[:, 0] // 8)) >= 3, "each of the three sides has its light"


def test_what_is_up_is_up() -> None:
    tall = of_one_colour(*box(1, 4, 1), RED)
    wide, high = extent(tall)
    assert high > 2 * wide
    vertices, faces = box(1, 1, 4)
    turned = of_one_colour(vertices, faces, RED, "Z")
    assert np.abs(turned[..., 3].astype(int) - tall[..., 3]).max() < 128
    assert extent(turned) == extent(tall)
    low, broad = extent(of_one_colour(vertices, faces, RED))
    assert low > broad


def test_a_texture_is_seen() -> None:
    vertices, faces = box(1, 1, 1)
    texture = np.zeros((4, 4, 4), np.uint8)
    texture[..., 2:] = 255
    grey = np.full((len(faces), 3), 0.5, np.float32)
    uv = np.full((len(faces), 3, 2), 0.5)
    picture = thumbnail(Painted(vertices, faces, uv, texture, grey))
    inside = picture[picture[..., 3] == 255].astype(int)
    assert (inside[:, 2] > 2 * inside[:, 0]).all()


def test_a_sheet_seen_from_its_edge_is_no_error() -> None:
    flat = np.array([[0.0, 0, 0], [1, 0, 0], [0, 0, 1]]), np.array([[0, 1, 2]])
    assert of_one_colour(*flat, RED)[..., 3].any()
    line = np.array([[0.0, 0, 0], [1, 0, 0], [2, 0, 0]]), np.array([[0, 1, 2]])
    assert of_one_colour(*line, RED).shape == (SIDE, SIDE, 4)


# What is grown of parts.


def is_orange(picture: np.ndarray) -> float:
    """The share of what is seen that is in the colour of what is new."""
    seen = picture[picture[..., 3] == 255][:, :3].astype(int)
    return float((seen[:, 0] > 2 * seen[:, 2]).mean())


def grown(axis: int, sign: int) -> Grown:
    """A box of which one side is new."""
    vertices, faces = box(1, 1, 1)
    new = sign * vertices[faces].mean(axis=1)[:, axis] > 0.49
    return Grown.of(vertices, faces, np.zeros(len(faces), np.int64), new)


@pytest.mark.parametrize("axis", [0, 1, 2])
@pytest.mark.parametrize("sign", [1, -1])
def test_what_is_new_is_turned_to_the_eye(axis: int, sign: int) -> None:
    one = grown(axis, sign)
    turn = one.turn()
    assert np.allclose(turn @ turn.T, np.eye(3))
    assert np.linalg.det(turn) == pytest.approx(1)
    assert turn[1, 1] == pytest.approx(-1 if (axis, sign) == (1, -1) else 1), "upright if possible"
    assert is_orange(one.picture(turn)) > 0.15


def test_parts_are_pulled_apart_and_stay_whole() -> None:
    vertices, faces = box(1, 1, 1)
    both = np.concatenate([faces, faces])  # two parts of the same vertices, in the same place
    part = np.repeat([4, 7], len(faces))
    moved = np.concatenate([vertices, vertices + [1, 0, 0]])
    two = np.concatenate([faces, faces + len(vertices)])
    apart = Grown.of(moved, two, part, np.zeros(len(part), bool))
    gap = apart.vertices[len(vertices) :, 0].min() - apart.vertices[: len(vertices), 0].max()
    assert gap == pytest.approx(PULLED)
    assert len(Grown.of(vertices, both, part, np.zeros(len(part), bool)).vertices) == 16


def test_nothing_has_an_empty_picture() -> None:
    none = np.empty(0, np.int64)
    empty = Grown.of(np.zeros((3, 3)), np.empty((0, 3), np.int64), none, none > 0)
    assert not empty.picture(empty.turn()).any()
