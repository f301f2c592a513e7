# SPDX-License-Identifier: GPL-3.0-or-later
"""Figures of a segmenter on samples."""

from dataclasses import replace

import numpy as np
import pytest

from backend.evaluation import metrics
from backend.models.segmenter import Answer, Encoding
from backend.training.segmenter_report import (
    CORRECTIONS,
    SampleReport,
    coarse_cuts,
    iou,
    patch_rand_error,
    sample_report,
    summary,
    table,
)
from tests.backend.models.networks import random_segmenter
from tests.backend.training.samples import chain


class Knowing:
    """Answers as a network would that knows the first opinion of a sample."""

    def __init__(self, one):
        self.one = one
        self.ops = random_segmenter().ops

    def encode(self, patch, pair, share):
        parts = self.one.opinions[0]
        affinity = 10 * (2 * parts @ parts.T - 1)
        return Encoding(patch, affinity, affinity, share, None, None)

    def answer(self, coded, clicks, signs, before, known):
        right = 10 * coded.affinity[clicks[:, 0]]
        # The mask that is expected to be best is the last.
        return Answer(np.stack([-right, right], axis=1), np.tile([0.0, 1.0], (len(clicks), 1)))


def alone(one):
    return replace(one, opinions=one.opinions[:1], weights=[1.0])


def test_who_knows_all_makes_no_error():
    one = alone(chain(patches=20, parts=4))
    found = sample_report(Knowing(one), one)
    assert found.automatic == pytest.approx(0, abs=1e-6)
    assert found.best == pytest.approx(0, abs=1e-6)
    assert (found.parts, found.opinions) == (4, 4)
    np.testing.assert_allclose(found.iou, 1, atol=1e-6)


class Obedient(Knowing):
    """Answers what it is told: the patches included, or all but those excluded."""

    def __init__(self, one, sign):
        super().__init__(one)
        self.sign = sign

    def answer(self, coded, clicks, signs, before, known):
        told = np.zeros(before.shape, bool)
        for row, places, sign in zip(told, clicks, signs, strict=True):
            row[places[sign == self.sign]] = True
        masks = 2.0 * (told == (self.sign > 0)) - 1
        return Answer(masks[:, None], np.zeros((len(masks), 1)))


def test_corrections_are_told_where_the_mask_was_wrong():
    part = 1 + CORRECTIONS
    parts = np.eye(4, dtype=np.float32).repeat(part, axis=0)
    share = np.full(4 * part, 0.25 / part, np.float32)
    one = replace(alone(chain(patches=4 * part)), opinions=[parts], share=share)
    assert sample_report(Obedient(one, 1.0), one).corrected == pytest.approx(1.0)
    too_much = part / (4 * part - CORRECTIONS)
    assert sample_report(Obedient(one, -1.0), one).corrected == pytest.approx(too_much)


def test_a_right_mask_is_not_corrected():
    one = alone(chain(patches=20, parts=4))
    told = []

    class Listening(Knowing):
        def answer(self, coded, clicks, signs, before, known):
            told.append(np.abs(signs).sum(axis=1).max())
            return super().answer(coded, clicks, signs, before, known)

    assert sample_report(Listening(one), one).corrected == pytest.approx(1, abs=1e-6)
    assert told[-1] == 1


def test_who_knows_nothing_makes_errors():
    one = alone(chain(patches=20, parts=4))
    found = sample_report(random_segmenter(), one)
    assert found.automatic > 0.1
    assert found.best <= found.automatic
    assert min(found.iou) < 0.8


def test_rand_error_is_that_of_the_metric_on_faces():
    rng = np.random.default_rng(0)
    one = chain(patches=10, parts=3)
    faces = rng.integers(5, 20, 10)
    one = replace(one, faces=(faces / faces.sum()).astype(np.float32))
    label = rng.integers(0, 3, 10)
    expected = sum(
        weight * metrics.rand_error(label.repeat(faces), parts.argmax(axis=1).repeat(faces))
        for parts, weight in zip(one.opinions, one.weights, strict=True)
    )
    total = faces.sum()
    # The metric leaves out pairs of a face with itself.
    assert patch_rand_error(one, label) == pytest.approx(expected * (total - 1) / total, rel=1e-4)


def test_iou_is_by_area_and_of_parts_of_patches():
    share = np.array([0.5, 0.3, 0.2], np.float32)
    truth = np.array([[1, 0.5, 0], [1, 0.5, 0]], np.float32)
    mask = np.array([[1, 1, 0], [0, 0, 1]], bool)
    np.testing.assert_allclose(iou(mask, truth, share), [0.65 / 0.8, 0.0], rtol=1e-6)


def test_coarse_cuts_have_one_to_thirty_parts():
    children = np.stack([np.r_[0, 40 + np.arange(38)], np.arange(1, 40)], axis=1).astype(np.int32)
    cuts = coarse_cuts(children, np.linspace(1, 0, 39, dtype=np.float32))
    assert [int(label.max()) + 1 for label in cuts] == list(range(1, 31))


def test_kinds_count_alike_in_the_summary():
    def report(kind, rand):
        return SampleReport("x", kind, rand, rand, 2.0, 2.0, [0.5, 0.6, 0.7], 0.8)

    rows = summary([report("rig", 0.1), report("nodes", 0.3), report("nodes", 0.5)])
    assert rows["nodes"]["rand"] == pytest.approx(0.4)
    assert rows["mean of kinds"]["rand"] == pytest.approx(0.25)
    assert rows["nodes"]["samples"] == 2
    assert rows["rig"]["iou3"] == pytest.approx(0.6)
    assert rows["rig"]["corrected"] == pytest.approx(0.8)
    assert "rand 0.250" in table(rows).splitlines()[-1]


def test_fused_copies_are_a_kind_of_their_own():
    one = replace(chain(kind="rig"), name="train_rigs_0001_fused")
    assert sample_report(random_segmenter(), one).kind == "rig fused"
