# SPDX-License-Identifier: GPL-3.0-or-later
"""What `make train-generator-smoke` measures, and that it fails where nothing was learned."""

from types import SimpleNamespace

import numpy as np
import pytest

pytest.importorskip("torch", reason="torch is needed for training only")

from backend.library.words import table
from backend.models.members import box_of
from backend.models.partflow import PartFlowConfig
from backend.training.generator import autoencoder_trainer, smoke
from backend.training.generator.samples import Sample, read, sample_paths
from tests.backend.training.generator import balls

TINY = PartFlowConfig(
    cells=2, whole_cells=2, channels=2, axes=16, whole_axes=16, token=16, width=8, heads=2, pairs=1,
    reading=1,
)  # fmt: skip


@pytest.fixture(scope="module")
def one():
    return Sample("ball", "snowman", "", "g", ("wheel", ""), balls.sample(0, queries=20_000))


def net(one, share):
    """Says that each part is a ball of a share of its volume."""
    middle, radius = one.box.mean(axis=1), np.ptp(one.box[:, :, 0], axis=1) / 2

    def field(tokens, kind):
        k = int(tokens[0, 0])
        return lambda q: share ** (1 / 3) * radius[k] - np.linalg.norm(q - middle[k], axis=1)

    return SimpleNamespace(field=field)


def test_shapes_are_compared_with_the_parts_where_they_are(one):
    tokens = np.zeros((2, 1, 16), np.float32)
    tokens[1] = 1
    assert smoke.agreement(net(one, 1.0), one, tokens) > 0.95
    assert smoke.agreement(net(one, 0.5), one, tokens) == pytest.approx(0.5, abs=0.1)
    assert smoke.agreement(net(one, 1.0), one, 1 - tokens) < 0.3, "the other's place"
    assert smoke.agreement(net(one, 0.0), one, tokens) == 0


def test_names_and_boxes_are_asked_for(one):
    request = smoke.asked(one, TINY, table())
    assert np.allclose(box_of(request.members["box"][0, :, 0])[0], one.box, atol=1e-5)
    assert not request.box_begun.any()
    assert request.shape_begun.all()
    assert request.given["words"][0, :, -1].tolist() == [1, 0], "a part without a name"
    assert request.given["title"][0, -1] == 1


def test_all_programs_fit_together(tmp_path, monkeypatch):
    """From samples to the file that ships, in two steps each, and what is made with it."""
    few = {"own": (128, 64), "placed": (128, 64), "whole": (128, 64)}
    monkeypatch.setattr(autoencoder_trainer, "SIZES", few)
    monkeypatch.setattr(autoencoder_trainer, "JUDGED", few)
    made = [read(path) for path in sample_paths(balls.write(tmp_path / "samples", 2))]
    known, ignorant = smoke.trained(tmp_path, steps=2, flow_steps=2)
    assert (tmp_path / "generator.safetensors").stat().st_size > 1e5
    found = smoke.report(known, ignorant, made[:1])
    assert len(found) == 5
    assert all(0 <= value <= 1 for value in found.values())
    after, before = (net.flow.arrays["own.out.weight"] for net in (known, ignorant))
    assert after.shape == before.shape
    assert (after != before).any()


@pytest.mark.parametrize(("trained", "status"), [(0.6, 0), (0.52, 1)])
def test_it_fails_where_it_does_not_clearly_beat_chance(
    monkeypatch, capsys, tmp_path, trained, status
):
    nets = [
        SimpleNamespace(autoencoder=SimpleNamespace(arrays={}), flow=SimpleNamespace(arrays={}))
    ] * 2
    monkeypatch.setattr(smoke, "described", lambda *_: [])
    monkeypatch.setattr(smoke, "trained", lambda *_: nets)
    found = {"noise": 0.1, "mean": 0.5, "ignorant": 0.2, "trained": trained, "true": 0.9}
    monkeypatch.setattr(smoke, "report", lambda *_: found)
    assert smoke.main([f"--out={tmp_path}"]) == status
    assert ("It beats noise." in capsys.readouterr().out) == (status == 0)
