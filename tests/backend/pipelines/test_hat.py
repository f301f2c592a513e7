# SPDX-License-Identifier: GPL-3.0-or-later
"""Hats go around heads: their opening is found, and the head at the old rim."""

from __future__ import annotations

import numpy as np
import pytest

from backend.geometry.booleans import concatenated
from backend.library import families
from backend.library.families.forms import ball, block, lathe, moved
from backend.pipelines import frames, hat
from backend.pipelines.edit import replace_part
from tests.backend.pipelines.replacing import Labelled, labelled


def figure() -> Labelled:
    """0 a body; 1 a round head of radius 0.5 about (0, 1.6, 0); 2 a pointed hat over it."""
    return labelled(
        block((1, 1.2, 0.6)),
        moved(ball(0.5, 32, 21), (0, 1.0, 0)),
        moved(lathe([(0.5, 0), (0.02, 1.2)], 24), (0, 1.2, 0)),
    )


@pytest.mark.parametrize("title", ["top hat", "fedora", "bowler hat", "cowboy hat", "straw hat"])
def test_the_opening_is_that_of_the_crown_not_of_the_brim(title: str) -> None:
    vertices, faces = families.made(title)
    found = hat.opening(vertices, faces)
    assert found is not None
    brim = np.ptp(vertices[:, [0, 2]], axis=0).min() / 2
    assert 0.4 * brim < found.radius < 0.9 * brim


def test_a_hat_without_a_brim_is_open_at_its_foot() -> None:
    vertices, faces = families.made("party hat")
    found = hat.opening(vertices, faces)
    assert found is not None
    assert found.place[1] == pytest.approx(vertices[:, 1].min(), abs=0.06)
    assert found.radius == pytest.approx(np.ptp(vertices[:, 0]) / 2, rel=0.1)


def test_what_has_no_wall_has_no_opening() -> None:
    flat = np.array([[-1.0, 0, -1], [1, 0, -1], [0, 0.01, 1]])
    assert hat.opening(flat, np.array([[0, 1, 2]])) is None


@pytest.mark.parametrize("text", ["top hat", "cowboy hat", "fedora", "beanie"])
def test_a_hat_sits_around_the_head(text: str) -> None:
    vertices, faces, labels = figure()
    (made,) = replace_part(vertices, faces, labels, 2, text=text).variants
    found = hat.opening(made.vertices, made.faces)
    assert found is not None
    at_rim = np.sqrt(0.25 - (found.place[1] - 1.0) ** 2)
    assert 0.9 * at_rim < found.radius < 0.65, "its opening is about as wide as the head"
    assert found.place[[0, 2]] == pytest.approx([0, 0], abs=0.08)
    assert made.vertices[:, 1].max() > 1.5, "the head's top is inside"


def test_a_part_that_hangs_wears_no_hat() -> None:
    vertices, faces, labels = figure()
    vertices, faces = concatenated(
        [(vertices * [1, -1, 1], faces[:, ::-1]), moved(block((9, 0.2, 9)), (0, -6, 0))]
    )
    labels = np.append(labels, np.full(len(faces) - len(labels), 3))
    frame = frames.frame_of(vertices, faces, labels, 2)
    assert hat.wearing(frame, (vertices, faces)) is None
