# SPDX-License-Identifier: GPL-3.0-or-later
"""The autoencoder's trainer: losses that fall, masks that are judged by their parts."""

import json
import sys
from dataclasses import asdict, replace

import numpy as np
import pytest
import torch
import trimesh

from backend.models.partset import OWN, WHOLE, PartSet, PartSetConfig, shapes
from backend.training.generator import autoencoder_trainer as trainer
from backend.training.generator import run, smooth
from backend.training.generator.run import LOG, begun
from backend.training.generator.samples import write_arrays
from backend.training.generator.shelf import SMOOTH
from backend.training.torch_ops import TorchOps
from tests.backend.training.generator import balls

TINY = PartSetConfig(
    cells=2, whole_cells=2, channels=4, width=16, heads=2, encoding=1, decoding=1, point_width=8,
    field_width=8, segmenting=1, segment_width=4, mask_width=4, prompting=1,
)  # fmt: skip
CPU = torch.device("cpu")


@pytest.fixture
def net():
    arrays = {name: a.requires_grad_() for name, a in begun(shapes(TINY), 0, CPU).items()}
    return PartSet(TINY, arrays, TorchOps())


def test_codes_tell_parts_apart_and_nothing_of_the_unknown():
    labels = torch.tensor([[0, 0, 1, -1]])
    code = trainer.codes(labels, 8, torch.Generator().manual_seed(0))
    assert torch.equal(code[0, 0], code[0, 1])
    assert not torch.allclose(code[0, 0], code[0, 2], atol=0.1)
    assert not code[0, 3].any()
    assert torch.allclose(code[0, :3].norm(dim=-1), torch.ones(3), atol=1e-5)


def test_cells_with_points_hold_anchors(net):
    points = torch.tensor([[[-0.5, -0.5, -0.5], [-0.7, -0.3, -0.5], [0.5, 0.5, 0.5]]])
    decoded = net.decode(torch.zeros(1, 8, 4), OWN)
    loss, there, slot = trainer.of_anchors(net, decoded, points)
    assert there[0].tolist() == [True, *[False] * 6, True]
    assert slot[0].tolist() == [0, 0, 7]
    assert torch.isfinite(loss)


def test_masks_are_judged_and_what_tells_of_parts_learns_from_them(net):
    points = torch.rand(1, 600, 3) * 2 - 1
    normals = torch.nn.functional.normalize(points, dim=-1)
    labels = (points[:, :, 0] > 0).long()
    decoded = net.decode(torch.zeros(1, 8, 4), WHOLE)
    slot = trainer.cells(points, decoded.side)
    loss, expected = trainer.of_masks(net, decoded, points, normals, labels, slot)
    loss.backward()
    assert net.arrays["mask.out.weight"].grad.abs().sum() > 0
    assert net.arrays["mask.nodes.weight"].grad.abs().sum() > 0
    assert 0 <= float(expected.detach()) <= 1


def train(tmp_path, monkeypatch, *more):
    monkeypatch.setitem(trainer.LADDER, "small", TINY)
    samples = balls.write(tmp_path / "samples")
    sizes = {"own": (64, 64), "placed": (32, 32), "whole": (64, 64)}
    monkeypatch.setattr(run, "WARM", 5)
    monkeypatch.setattr(trainer, "SIZES", sizes)
    monkeypatch.setattr(trainer, "JUDGED", sizes)
    return trainer.main([
        "--samples", str(samples), "--out", str(tmp_path / "run"), "--size", "small",
        "--every", "0.005", "--batch", "8", "--threads", "1", *more,
    ])  # fmt: skip


def test_it_learns_and_goes_on_with_the_decoder_alone(tmp_path, monkeypatch):
    assert train(tmp_path, monkeypatch, "--steps", "40") == 0
    log = [json.loads(line) for line in (tmp_path / "run" / LOG).read_text().splitlines()]
    assert log[-1]["placed"] < 0.6 * log[0]["placed"]
    about = trainer_file(tmp_path)
    assert about[0]["config"] == asdict(TINY)
    train(tmp_path, monkeypatch, "--steps", "44", "--decoder-alone")
    before, after = about[1], trainer_file(tmp_path)[1]
    same = {name for name in before if np.array_equal(before[name], after[name])}
    made = {name for name in before if name.startswith(trainer.ENCODER)}
    assert made <= same
    assert "field.out.weight" not in same


def test_what_tells_of_parts_learns_alone_from_weights_of_another_network(tmp_path, monkeypatch):
    train(tmp_path, monkeypatch, "--steps", "2")
    before = trainer_file(tmp_path)[1]
    weights = tmp_path / "before.safetensors"
    (tmp_path / "run/autoencoder.safetensors").rename(weights)
    (tmp_path / "run" / run.RUN).unlink()
    other = replace(TINY, segmenting=2, looking=1, place_width=8)
    monkeypatch.setattr(sys.modules[__name__], "TINY", other)
    folder = smooth_ball(tmp_path / "smooth")
    alone = ["--segments-alone", "--smooth", str(folder), "--begin-with", str(weights)]
    train(tmp_path, monkeypatch, "--steps", "2", *alone)
    after = trainer_file(tmp_path)[1]
    changed = {n for n in after if n not in before or not np.array_equal(before[n], after[n])}
    assert changed
    assert all(name.startswith(trainer.SEGMENTING) for name in changed)
    assert {"segment1.qkv.weight", "mask.look0.qkv.weight", "mask.near0.weight"} <= changed
    last = json.loads((tmp_path / "run" / LOG).read_text().splitlines()[-1])
    assert 0 <= last["rand"] <= 1


def test_smooth_shapes_are_for_what_tells_of_parts_alone(tmp_path, capsys):
    with pytest.raises(SystemExit):
        trainer.main(["--samples", str(tmp_path), "--out", str(tmp_path), "--smooth", "smooth"])
    assert "--segments-alone" in capsys.readouterr().err


def smooth_ball(folder):
    """The folder of a sample of a ball in two halves."""
    ball = trimesh.creation.icosphere(2, 0.4)
    faces = np.asarray(ball.faces, np.int64)
    halves = (ball.vertices[faces].mean(1)[:, 0] > 0).astype(np.int64)
    arrays = smooth.sampled(np.asarray(ball.vertices), faces, halves, np.random.default_rng(0))
    folder.mkdir()
    about = {"names": ["", ""], "title": "ball", "kind": SMOOTH, "group": "shape_ball"}
    write_arrays(folder / "shape_smooth_ball_0_000.safetensors", about, arrays)
    return folder


def trainer_file(tmp_path):
    from safetensors import safe_open

    with safe_open(tmp_path / "run/autoencoder.safetensors", "np") as file:
        about = {key: json.loads(value) for key, value in file.metadata().items()}
        return about, {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
