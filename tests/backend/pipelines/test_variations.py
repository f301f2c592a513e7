# SPDX-License-Identifier: GPL-3.0-or-later
"""A part takes other forms, each of its own, and stays where others touch it."""

from __future__ import annotations

import numpy as np
import pytest

from backend.geometry.booleans import Mesh
from backend.library.families.forms import block, lathe, ring
from backend.pipelines import frames
from backend.pipelines.variations import variations
from tests.backend.pipelines.replacing import labelled, post

NOBODY = np.empty((0, 3))


def everything(mesh: Mesh, seed: int = 0) -> dict[str, Mesh]:
    vertices, faces, labels = labelled(mesh)
    frame = frames.frame_of(vertices, faces, labels, 0)
    made = variations(
        mesh, frame, NOBODY, lambda places: np.full(len(places), np.inf), -np.inf, seed
    )
    return dict(made)


def width_at(mesh: Mesh, height: float) -> float:
    vertices = mesh[0]
    low, high = vertices[:, 1].min(), vertices[:, 1].max()
    near = np.abs((vertices[:, 1] - low) / (high - low) - height) < 0.06
    return float(np.ptp(vertices[near, 0]))


def test_forms_are_what_they_are_called() -> None:
    made = everything(lathe([(0.3, 0), (0.3, 1), (0.3, 2)], 24))
    assert width_at(made["tapered"], 0.95) < 0.75 * width_at(made["tapered"], 0.05)
    assert width_at(made["flared"], 0.95) > 1.2 * width_at(made["flared"], 0.05)
    assert width_at(made["waisted"], 0.5) < 0.75 * width_at(made["waisted"], 0.05)
    assert width_at(made["bulging"], 0.5) > 1.2 * width_at(made["bulging"], 0.05)
    assert np.ptp(made["longer"][0][:, 1]) > 1.2 * np.ptp(made["shorter"][0][:, 1])
    corner = np.linalg.norm(made["square"][0][:, [0, 2]], axis=1)
    assert corner.max() > 1.2 * np.quantile(corner, 0.2)


def test_a_box_gets_no_corners_and_a_ring_no_waist() -> None:
    box, hoop = everything(block((1, 0.8, 1))), everything(ring(0.5, 0.06))
    assert "hexagonal" not in box
    assert "chamfered" in box
    assert "waisted" not in hoop
    assert "beaded" in hoop
    closest = np.linalg.norm(hoop["hexagonal"][0][:, [0, 2]], axis=1).min()
    assert closest > 0.3, "the hole stays"


@pytest.mark.parametrize("mesh", [block((1, 0.8, 1)), lathe([(0.4, 0), (0.4, 1)], 16)])
def test_flats_swell_or_sink_between_their_edges(mesh: Mesh) -> None:
    made = everything(mesh)
    top = mesh[0][:, 1].max()
    assert made["padded"][0][:, 1].max() > top + 0.01
    middle = np.abs(made["sunken"][0][:, [0, 2]]).max(axis=1) < 0.1
    assert made["sunken"][0][middle, 1].max() < top - 0.01


def test_what_others_touch_stays_and_nothing_grows_into_them() -> None:
    vertices, faces, labels = post()
    frame = frames.frame_of(vertices, faces, labels, 1)
    below = vertices[np.unique(faces[labels == 0])]

    def clearance(places: np.ndarray) -> np.ndarray:
        return np.asarray(np.linalg.norm(places[:, None] - below, axis=2).min(axis=1))

    seam = np.concatenate(frame.loops)
    own = vertices, faces[labels == 1]
    for name, (moved, triangles) in variations(own, frame, seam, clearance, -np.inf, 2):
        used = moved[np.unique(triangles)]
        gap = np.linalg.norm(seam[:, None] - used, axis=2).min(axis=1)
        assert gap.max() < 1e-9, name
        assert used[:, 1].min() > 0.93, name


def test_on_the_ground_it_slides_but_does_not_sink_or_rise() -> None:
    mesh = lathe([(0.5, 0), (0.5, 0.2)], 24)
    vertices, faces, labels = labelled(mesh)
    frame = frames.frame_of(vertices, faces, labels, 0)
    made = dict(variations(mesh, frame, NOBODY, lambda p: np.full(len(p), np.inf), 0.0, 0))
    for name, (moved, _) in made.items():
        assert moved[:, 1].min() == pytest.approx(0, abs=1e-9), name
    assert np.ptp(made["narrower"][0][:, 0]) < 0.8


def test_seeds_give_other_forms_and_repeat() -> None:
    mesh = lathe([(0.3, 0), (0.3, 1), (0.3, 2)], 24)
    assert np.array_equal(everything(mesh)["turned"][0], everything(mesh)["turned"][0])
    assert not np.array_equal(everything(mesh)["turned"][0], everything(mesh, 1)["turned"][0])
    assert list(everything(mesh)) != list(everything(mesh, 1))
