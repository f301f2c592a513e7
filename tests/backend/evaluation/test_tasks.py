# SPDX-License-Identifier: GPL-3.0-or-later
"""What is measured on one object: segments, clicks and completed parts, each against the truth."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from backend.evaluation.data import Labelled, read_labelled
from backend.evaluation.tasks import (
    PARTS_CLICKED,
    _clickable,
    measure_clicks,
    measure_completion,
    measure_object,
    measure_segments,
)
from backend.geometry.mesh import build_face_graph
from backend.pipelines.segment import analyse
from tests.backend.evaluation.hidden_bodies import bodies


def test_separate_bodies_are_found_and_the_baselines_say_so(labelled_file):
    item = read_labelled(labelled_file, "bodies")
    outcome = measure_object(item, ("segment",), 0, "geometric")
    figures = outcome.figures
    assert outcome.labels.shape == (1536,)
    assert not outcome.stories
    assert figures["islands_rand"] == 0
    assert figures["one_part_rand"] == pytest.approx(2 / 3, abs=0.01)
    assert figures["true_parts"] == 3
    assert figures["rand_told"] == 0
    assert figures["rand_best"] == 0
    assert math.isnan(figures["boundary_f"]), "islands share no edge"
    assert 0 <= figures["iou_one_to_one"] <= figures["iou"] <= 1


def test_methods_complete_the_same_parts():
    found = measure_completion(bodies(), ("open", "cap"), 0)
    assert list(found) == ["open", "cap"]
    for outcome in found.values():
        assert set(outcome.parts) == set(outcome.guesses) == {0, 1, 2}
        shares = [row["hidden_share"] for row in outcome.parts.values()]
        assert outcome.figures["hidden_share"] == pytest.approx(np.mean(shares))
    assert found["cap"].figures["closed"] == 1
    assert found["open"].figures["closed"] == 0


def test_clicked_parts_are_drawn_from_all_truths(labelled_file):
    item = read_labelled(labelled_file, "opinions")
    outcome = measure_object(item, ("click",), 0, "geometric")
    assert len(outcome.stories) == PARTS_CLICKED, "of five parts in three truths"
    assert {"random_1", "corrective_10", "milliseconds"} <= outcome.figures.keys()
    assert "rand" not in outcome.figures


def test_truth_that_is_found_scores_full_and_its_absence_does_not(labelled_file):
    item = read_labelled(labelled_file, "bodies")
    found = analyse(item.vertices, item.faces, engine="geometric")
    truth = item.truths[0].astype(np.int32)
    right = measure_segments(item, found, truth)
    assert (right["rand"], right["rand_area"], right["iou"]) == (0, 0, 1)
    assert right["parts"] == right["true_parts"] == 3
    wrong = measure_segments(item, found, np.zeros_like(truth))
    assert wrong["rand"] == wrong["one_part_rand"] > 0.6
    assert wrong["iou_one_to_one"] < wrong["iou"] < 1


def test_parts_clicked_depend_on_the_object_and_the_seed_alone(labelled_file):
    item = read_labelled(labelled_file, "opinions")
    found = analyse(item.vertices, item.faces, engine="geometric")

    def parts(item: Labelled, seed: int) -> list[bytes]:
        return [story.part.tobytes() for story in measure_clicks(item, found, seed)[1]]

    assert parts(item, 0) == parts(item, 0)
    others = [parts(item, seed) for seed in (1, 2)] + [parts(replace(item, name="other"), 0)]
    assert any(other != parts(item, 0) for other in others)


def test_specks_are_not_clicked():
    vertices = np.array([[0, 0, 0], [1, 0, 0], [0, 1, 0], [0, 0, 0.01], [0.01, 0, 0]], float)
    faces = np.array([[0, 1, 2], [0, 3, 4]])
    area = build_face_graph(vertices, faces).area
    truths = np.array([[0, 1], [5, 5]])
    assert _clickable(truths, area).tolist() == [[0, 0], [1, 5]]
