# SPDX-License-Identifier: GPL-3.0-or-later
"""What is said of an object and its copies: full agreement, and how far it is missed."""

from __future__ import annotations

import numpy as np
import pytest

from backend.evaluation import stability
from backend.evaluation.copies import ALTERATIONS
from backend.evaluation.data import Labelled
from backend.evaluation.stability import measure_stability
from tests.bad_meshes import lathe


@pytest.fixture
def waist() -> Labelled:
    vertices, faces = lathe()
    unsaid = np.zeros((1, len(faces)), np.int64)
    return Labelled("waist", "made", vertices.astype(float), faces.astype(np.int64), unsaid)


def decided(monkeypatch: pytest.MonkeyPatch, rule) -> None:
    """Parts by a rule of places instead of an engine."""

    def parts(vertices, faces, seed, engine):
        return rule(vertices[faces].mean(axis=1)).astype(np.int64)

    monkeypatch.setattr(stability, "_parts", parts)


def test_parts_of_the_surface_agree_but_for_the_triangles_on_their_border(monkeypatch, waist):
    turned = {name: make for name, make in ALTERATIONS.items() if name != "turned"}
    monkeypatch.setattr(stability, "ALTERATIONS", turned)
    decided(monkeypatch, lambda place: place[:, 2] > 0)
    figures = measure_stability(waist, 0, "any")
    assert figures["worst"] > 0.9
    assert figures["reordered"] == 1.0
    assert (figures["parts"], figures["parts_off"]) == (2, 0)


def test_parts_that_follow_the_frame_do_not_agree_once_turned(monkeypatch, waist):
    monkeypatch.setattr(stability, "ALTERATIONS", {"turned": ALTERATIONS["turned"]})
    decided(monkeypatch, lambda place: place[:, 2] > 0)
    assert measure_stability(waist, 0, "any")["worst"] < 0.9


def test_a_copy_with_other_parts_is_counted(monkeypatch, waist):
    monkeypatch.setattr(stability, "ALTERATIONS", {"doubled": ALTERATIONS["doubled"]})
    many = 2 * len(waist.faces)
    decided(monkeypatch, lambda place: (place[:, 2] > 0) & (len(place) < many))
    figures = measure_stability(waist, 0, "any")
    assert figures["doubled"] == figures["mean"] == pytest.approx(0.5, abs=0.1)
    assert figures["parts_off"] == 1


def test_copies_that_cannot_be_made_mean_nothing(monkeypatch, waist):
    ways = {"none": lambda *_: None, "nudged": ALTERATIONS["nudged"]}
    monkeypatch.setattr(stability, "ALTERATIONS", ways)
    decided(monkeypatch, lambda place: place[:, 2] > 0)
    figures = measure_stability(waist, 0, "any")
    assert np.isnan(figures["none"])
    assert figures["mean"] == figures["nudged"]


def test_an_engine_gives_a_waist_the_same_parts_when_it_is_cut_into_charts(monkeypatch, waist):
    monkeypatch.setattr(stability, "ALTERATIONS", {"unwelded": ALTERATIONS["unwelded"]})
    assert measure_stability(waist, 0, "geometric")["unwelded"] > 0.9
