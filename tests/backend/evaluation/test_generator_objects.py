# SPDX-License-Identifier: GPL-3.0-or-later
"""Objects in whole, named parts."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from backend.engines import flow
from backend.evaluation.generator_objects import (
    FIRST_SEED,
    Upright,
    assembled,
    bare,
    engine,
    upright,
    use,
)
from backend.geometry.mesh import is_closed_manifold
from tests.backend.evaluation.made_up import stool
from tests.backend.latents.tiny_generator import tiny_file


def test_a_family_gives_closed_named_parts_that_stand_upright():
    pytest.importorskip("skimage", reason="sculptures need scikit-image (training only)")
    item = Upright("stool", FIRST_SEED).read()
    assert item is not None
    assert len(item.wholes) == len(item.names) >= 2
    assert all(is_closed_manifold(faces) for _, faces in item.wholes)
    assert (item.title, item.kind, item.up) == ("stool", "stool", "Y")
    seat = item.names.index("seat")
    middle = [vertices.mean(axis=0)[1] for vertices, _ in item.wholes]
    assert middle[seat] == max(middle)


def test_parts_are_joined_in_the_frame_of_their_object():
    whole = assembled(stool())
    assert np.abs(whole.vertices).max() == pytest.approx(0.95)
    vertices, faces = whole.part(1)
    assert len(faces) == 12
    assert whole.title == "stool"
    assert faces.max() == len(vertices) - 1
    robot = replace(stool(), up="Z")
    # A robot looks along x: this becomes the front.
    assert np.ptp(assembled(robot).vertices, axis=0)[2] == pytest.approx(1.9)


def test_names_lose_what_tells_siblings_apart():
    assert bare("leg front left") == bare("Leg_FrontRight.002") == "leg"
    assert bare("Cube.003") == ""


def test_seeds_are_those_that_training_never_reaches():
    sources = upright(200)
    assert len({source.name for source in sources}) == 200
    assert min(source.seed for source in sources) >= 1000
    assert [one.family for one in upright(3, families=("car", "cup"))].count("cup") in (1, 2)


def test_weights_of_a_file_are_used_instead(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(flow, "CHECKPOINT", flow.CHECKPOINT)
    use(tiny_file(tmp_path / "generator.safetensors"))
    assert engine().generator.autoencoder.config.width == 16
    before = flow.CHECKPOINT
    use(None)
    assert before == flow.CHECKPOINT
