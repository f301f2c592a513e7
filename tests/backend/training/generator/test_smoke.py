# SPDX-License-Identifier: GPL-3.0-or-later
"""What `make train-generator-smoke` measures, and that it fails where nothing was learned."""

from types import SimpleNamespace

import numpy as np
import pytest

pytest.importorskip("torch", reason="torch is needed for training only")

from backend.library.words import table
from backend.models.partflow import PartFlowConfig, box_of
from backend.training.generator import smoke
from backend.training.generator.samples import OWN_QUERIES, Sample
from tests.backend.training.generator import balls

TINY = PartFlowConfig(cells=2, whole_cells=2, channels=2, width=8, heads=2, pairs=1, reading=1)


@pytest.fixture(scope="module")
def one():
    arrays = balls.sample(0, queries=OWN_QUERIES)
    return Sample("ball", "snowman", "", "g", ("wheel", ""), arrays)


def net(radius):
    """Says that each part is a ball."""
    return SimpleNamespace(field=lambda tokens, kind: lambda q: radius - np.linalg.norm(q, axis=1))


def test_shapes_are_compared_with_the_parts(one):
    tokens = np.zeros((2, 1, 16), np.float32)
    assert smoke.agreement(net(0.95), one, tokens) > 0.99
    assert smoke.agreement(net(0.95 * 0.5 ** (1 / 3)), one, tokens) == pytest.approx(0.5, abs=0.05)
    assert smoke.agreement(net(-1.0), one, tokens) == 0


def test_names_and_boxes_are_asked_for(one):
    request = smoke.asked(one, TINY, table())
    assert np.allclose(box_of(request.members["box"][0, :, 0])[0], one.box, atol=1e-5)
    assert request.box_known.all()
    assert not request.shape_known.any()
    assert request.given["words"][0, :, -1].tolist() == [1, 0], "a part without a name"
    assert request.given["title"][0, -1] == 1


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
