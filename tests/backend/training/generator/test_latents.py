# SPDX-License-Identifier: GPL-3.0-or-later
"""Objects as latents: mirrored with their names, boxes where they belong, masks of pictures."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from backend.library.words import table
from backend.models.members import box_of
from backend.models.partset import PartSet, PartSetConfig, shapes
from backend.training.generator import latents
from backend.training.generator.run import begun
from backend.training.generator.samples import Sample
from backend.training.torch_ops import TorchOps
from tests.backend.training.generator import balls

TINY = PartSetConfig(
    cells=2, whole_cells=4, channels=2, width=8, heads=2, encoding=1, decoding=1, point_width=4,
    field_width=4, mask_width=4, prompting=1,
)  # fmt: skip
CPU = torch.device("cpu")


@pytest.fixture(scope="module")
def encoder():
    made = latents.Encoder.__new__(latents.Encoder)
    made.device, made.net = CPU, PartSet(TINY, begun(shapes(TINY), 0, CPU), TorchOps())
    return made


@pytest.fixture(scope="module")
def one():
    return Sample("ball", "snowman", "", "g", ("left wheel", "head"), balls.sample(0))


def encoded(one, encoder, copy):
    return latents.encoded(one, encoder, table(), np.random.default_rng(0), copy)


def test_the_first_copy_is_as_it_is(one, encoder):
    found = encoded(one, encoder, 0)
    box, there = box_of(found["box"].astype(np.float64))
    size = np.ptp(one.box.reshape(-1, 3), axis=0).max() / 1.9
    assert np.allclose(np.ptp(box, axis=1), np.ptp(one.box, axis=1) / size, atol=2e-3)
    assert there.all()
    assert np.abs(box).max() == pytest.approx(0.95, abs=2e-3)
    assert found["own"].shape == (2, 8, 2)
    assert found["whole"].shape == (1, 64, 2)
    assert found["seen"].all()
    assert all(value.dtype in (np.float16, np.float32, bool) for value in found.values())


def test_a_mirrored_copy_has_the_names_of_the_other_side(one, encoder):
    plain, mirrored = encoded(one, encoder, 0), encoded(one, encoder, 1)
    left, right = (latents.said(f"{side} wheel", table()) for side in ("left", "right"))
    assert np.allclose(plain["words"][0, 0], left, atol=1e-3)
    assert np.allclose(mirrored["words"][0, 0], right, atol=1e-3)
    order = [np.argsort(box_of(each["box"])[0][:, 0, 0]).tolist() for each in (plain, mirrored)]
    assert order[0] == order[1][::-1], "what was left is right"


def test_what_is_there_already_is_never_all(one, encoder):
    there = encoded(one, encoder, 0)["before_parts"]
    assert there.any(1).all()
    assert not there.all(1).any()


def test_all_sides_of_a_part_are_looked_at(one, encoder):
    """Points are stored in the order of faces."""
    asked = []

    def recorded(points, normals, kind):
        asked.append(points)
        return encoder(points, normals, kind)

    order = np.argsort(one.stored["own_points"][:, :, 0], axis=1)
    stored = dict(one.stored)
    for name in ("own_points", "own_normals", "own_visible"):
        rows = np.arange(len(order))[:, None]
        stored[name] = one.stored[name][rows, order]
    encoded(replace(one, stored=stored), recorded, 0)
    own, seen = asked[0], asked[3]
    for points in (own, seen):
        assert np.abs(points[:, :, 0].mean(1)).max() < 0.05
        assert points[:, :, 0].min(1).max() < -0.9
        assert points[:, :, 0].max(1).min() > 0.9


def test_unknown_names_say_nothing():
    assert not latents.said("xqzzy", table()).any()
    assert not latents.said("  ", table()).any()
    assert np.linalg.norm(latents.said("the wheel", table())) == pytest.approx(1)


def test_normals_of_a_stretched_copy_stay_upright_on_its_surface(one, encoder):
    """Balls become ellipsoids, whose normals are known."""
    asked = []

    def recorded(points, normals, kind):
        asked.append((points, normals))
        return encoder(points, normals, kind)

    found = encoded(one, recorded, 1)
    box, _ = box_of(found["box"])
    middle, half = box.mean(1)[:, None], np.ptp(box, axis=1)[:, None] / 2
    assert np.ptp(half, axis=2).min() > 0.01, "no longer balls"
    for number in (1, 4):  # whole parts in the frame of the object, and what is seen of them
        points, normals = asked[number]
        where = (points - middle) / half
        assert np.linalg.norm(where, axis=2) == pytest.approx(1, abs=0.01)
        upright = where / half
        upright /= np.linalg.norm(upright, axis=2, keepdims=True)
        assert (normals * upright).sum(2) == pytest.approx(1, abs=2e-3)
