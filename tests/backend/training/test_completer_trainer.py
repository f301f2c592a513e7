# SPDX-License-Identifier: GPL-3.0-or-later
"""From whole parts to a trained completer, tiny: data, packing, steps, resuming, what ships."""

import json

import numpy as np
import pytest

pytest.importorskip("torch", reason="needs PyTorch, for training")

import torch

from backend.checkpoints.catalogue import write_checksums
from backend.engines.completion_features import NAMES
from backend.engines.hidden import read_completer
from backend.models.completer import Completer, CompleterConfig
from backend.training import completer_data, completer_trainer
from backend.training.completer_data import (
    CHOOSING,
    LEARNED,
    REPORTED,
    load_object,
    sampled,
    save_object,
    use_of,
)
from backend.training.completer_places import read
from backend.training.completer_trainer import BEST, LOG, RUN, begun, begun_from, drawn
from tests.backend.training.pairs import two_balls

FEW = 120


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    """Samples of a few pairs of balls."""
    folder = tmp_path_factory.mktemp("completer")
    patch = pytest.MonkeyPatch()
    patch.setattr(completer_data, "EVEN", FEW)
    patch.setattr(completer_data, "NEAR", FEW)
    for name in ("objects", "samples"):
        (folder / name).mkdir()
    for k in range(6):
        path = folder / "objects" / f"balls_{k}.npz"
        save_object(path, two_balls(0.9 + 0.08 * k), "pairs" if k else "held 7", "nodes")
        true = load_object(path)
        about = np.array(json.dumps({"group": true.group, "kind": true.kind}))
        np.savez(folder / "samples" / path.name, about=about, **sampled(true, k))
    patch.undo()
    return folder


def run(data, out, minutes, *more):
    options = [f"--data={data}", f"--out={out}", f"--minutes={minutes}", "--width=16"]
    return completer_trainer.main([*options, "--layers=2", "--batch=128", *more])


def test_training_starts_at_the_baseline_and_goes_on_where_it_stopped(data, tmp_path, monkeypatch):
    places = read(data)
    assert places.truth.any()
    assert np.isclose(places.weight[places.weight > 0].mean(), 1)
    assert run(data, tmp_path, 0) == 0
    assert not (tmp_path / BEST).exists()
    assert run(data, tmp_path, 0.02) == 0
    first = json.loads((tmp_path / LOG).read_text().splitlines()[-1])
    assert run(data, tmp_path, 0.03) == 0
    last = json.loads((tmp_path / LOG).read_text().splitlines()[-1])
    assert last["step"] > first["step"] > 0
    assert (tmp_path / RUN).exists()
    write_checksums(tmp_path)
    net = read_completer(tmp_path / BEST)
    assert np.isfinite(net(places.features[:50].astype(np.float32))).all()
    assert run(data, tmp_path / "more", 0.02, f"--begin-with={tmp_path / BEST}") == 0
    more = read_completer(tmp_path / "more" / BEST)
    assert np.array_equal(more.arrays["mean"], net.arrays["mean"])
    assert more.config == net.config


def test_groups_that_choose_are_not_those_that_are_reported(data):
    uses = [use_of(str(number)) for number in range(2000)]
    assert 0.08 < np.mean(np.equal(uses, REPORTED)) < 0.16
    assert 0.08 < np.mean(np.equal(uses, CHOOSING)) < 0.16
    places = read(data)
    chosen, sums, counts = drawn(places)
    assert (places.use[places.part[chosen]] == LEARNED).all()
    # Rare places count more, so that all count as their weight says.
    steps = np.diff(np.concatenate([[0], sums]))
    assert np.allclose(steps * counts, places.weight[chosen], rtol=1e-4)


def test_a_wider_run_begins_with_what_a_narrow_one_says(data, tmp_path):
    assert run(data, tmp_path, 0.02) == 0
    places = read(data)
    wide = begun(CompleterConfig(len(NAMES), 24, 2), places, torch.device("cpu"), 1)
    wide = begun_from(tmp_path / BEST, wide)
    write_checksums(tmp_path)
    net = read_completer(tmp_path / BEST)
    rows = places.features[:200].astype(np.float32)
    said = Completer(wide.config, wide.mean).forward(torch.from_numpy(rows)).detach().numpy()
    assert np.allclose(said, net(rows), atol=2e-3)


def test_packed_samples_are_the_same(data, tmp_path):
    packed = tmp_path / "packed.npz"
    assert completer_trainer.main([f"--data={data}", f"--pack={packed}"]) == 0
    one, other = read(data), read(packed)
    assert np.array_equal(one.features, other.features)
    assert np.array_equal(one.hidden, other.hidden)
    assert completer_trainer.main([f"--data={data}", f"--pack={packed}", "--rows=200"]) == 0
    assert len(read(packed).truth) == 200
