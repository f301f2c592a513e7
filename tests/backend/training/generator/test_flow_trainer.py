# SPDX-License-Identifier: GPL-3.0-or-later
"""The flow's trainer: what is known and told is drawn anew, and only what has noise is learned."""

import json

import numpy as np
import pytest
import torch
from safetensors.numpy import save_file

from backend.models.partflow import PartFlow, shapes
from backend.training.generator import flow_trainer as trainer
from backend.training.generator import run
from backend.training.generator.run import LOG, begun
from backend.training.generator.sets import Encoded
from backend.training.torch_ops import TorchOps
from tests.backend.latents.tiny_generator import arrays_of
from tests.backend.training.generator.test_sets import TINY, arrays, some

CPU = torch.device("cpu")


def test_known_parts_are_not_learned():
    net = PartFlow(TINY, begun(shapes(TINY), 0, CPU), TorchOps())
    drawn = some().of(2, 3)
    drawn.levels["shape"][:], drawn.levels["box"][:] = 0.0, 0.0
    drawn.levels["whole"][:] = 1.0
    loss, told = trainer.loss_of(net, drawn, CPU, torch.Generator().manual_seed(0))
    assert float(loss.detach()) == 0
    assert not any(float(value.detach()) for value in told.values())


def test_any_size_takes_the_latents_that_are_there():
    one = Encoded(arrays(latents=True), {})
    for config in trainer.LADDER.values():
        assert trainer.fitting(config, one).channels == TINY.channels


def test_latents_are_told_along_the_axes():
    copies = {"cup": Encoded(arrays(3, latents=True), {"copy": 0})}
    held = {n: torch.from_numpy(a) for n, a in arrays_of(shapes(TINY), 0).items()}
    net = PartFlow(TINY, held, TorchOps())
    told = trainer.along(copies, net)["cup"].arrays
    assert told["own"].shape == (3, TINY.tokens, TINY.token)
    assert told["before"].shape == (4, TINY.tokens, TINY.token)
    assert told["whole"].shape == (1, TINY.whole_tokens, TINY.token)
    own = torch.from_numpy(copies["cup"].arrays["own"].astype(np.float32))
    assert np.allclose(told["own"], net.tokens(own, "own"), atol=2e-2)
    assert told["box"] is copies["cup"].arrays["box"], "the rest stays"


def test_axes_are_counted_of_the_frames_that_are_asked_for():
    copies = {f"o{k}": Encoded(arrays(9, k, latents=True), {"held_out": False})
              for k in range(3)}  # fmt: skip
    held = {n: torch.from_numpy(a) for n, a in arrays_of(shapes(TINY), 0).items()}
    found = run.Run(None, "flow", {}, dict(held), dict(held), None, 0.0)
    trainer.count_axes(found, copies, TINY, ("own",), CPU)
    changed = {name for name in held if not torch.equal(found.arrays[name], held[name])}
    assert changed == {"axes.own", "axes.own.mean", "axes.own.size"}
    assert torch.equal(found.mean["axes.own"], found.arrays["axes.own"])
    trainer.count_axes(found, copies, TINY, (), CPU)


def test_it_learns_and_goes_on(tmp_path, monkeypatch):
    monkeypatch.setitem(trainer.LADDER, "small", TINY)
    monkeypatch.setattr(run, "WARM", 5)
    folder = tmp_path / "latents"
    folder.mkdir()
    for k in range(3):
        about = {"about": json.dumps({"held_out": k == 0})}
        save_file(arrays(3, 7, latents=True), folder / f"o{k}.0.safetensors", about)

    def train(steps, *more):
        return trainer.main([
            "--latents", str(folder), "--out", str(tmp_path / "run"), "--size", "small",
            "--every", "0.005", "--batch", "12", "--threads", "1", "--guess-steps", "3",
            "--steps", steps, *more,
        ])  # fmt: skip

    assert train("40") == 0
    log = [json.loads(line) for line in (tmp_path / "run" / LOG).read_text().splitlines()]
    assert log[-1]["held all"] < log[0]["held all"]
    with pytest.raises(SystemExit, match="another network"):
        train("44", "--without", "no sight across")
