# SPDX-License-Identifier: GPL-3.0-or-later
"""The flow's trainer: what is known and told is drawn anew, and only what has noise is learned."""

import json

import numpy as np
import pytest
import torch
from safetensors.numpy import save_file

from backend.models.partflow import BOX, LOOK, PartFlow, PartFlowConfig, nothing, shapes
from backend.training.generator import flow_trainer as trainer
from backend.training.generator import run
from backend.training.generator.run import LOG, begun
from backend.training.torch_ops import TorchOps
from tests.backend.latents.tiny_generator import arrays_of

TINY = PartFlowConfig(
    cells=2, whole_cells=4, channels=2, axes=8, whole_axes=16, token=4, width=16, heads=2, pairs=2,
    words=3, reading=1,
)  # fmt: skip
CPU = torch.device("cpu")


def arrays(parts=3, seed=0, latents=False):
    """Of a copy of an object: tokens of the flow, or latents as they are written."""
    rng = np.random.default_rng(seed)
    c = TINY
    of_part, of_whole = (c.tokens, c.token), (c.whole_tokens, c.token)
    if latents:
        of_part, of_whole = (c.cells**3, c.channels), (c.whole_cells**3, c.channels)

    def normal(*shape):
        return rng.standard_normal(shape).astype(np.float16)

    tokens = {name: normal(parts, *of_part)
              for name in ("own", "placed", "seen_own", "seen_placed")}  # fmt: skip
    return tokens | {
        "whole": normal(1, *of_whole),
        "before": normal(4, *of_part),
        "before_parts": np.eye(4, parts, dtype=bool),
        "box": normal(parts, BOX),
        "look": normal(parts, LOOK),
        "seen": np.arange(parts) > 0,
        "words": normal(parts, 2, c.words),
        "title": normal(1, c.words),
        "picture": rng.integers(0, 255, (2, 64, 256)).astype(np.uint8),
        "mask": rng.integers(0, parts, (2, 64, 64)).astype(np.uint8),
        "view": rng.standard_normal((2, 4)).astype(np.float32),
    }


@pytest.fixture
def sets():
    objects = [trainer.Encoded(arrays(k + 1, k), {}) for k in range(4)]
    return trainer.Sets(objects, TINY, np.random.default_rng(0))


def test_sets_are_of_one_number_of_parts(sets):
    drawn = sets.of(3, 5)
    assert drawn.members["own"].shape == (5, 3, TINY.tokens, TINY.token)
    assert drawn.levels["shape"].shape == (5, 3)
    assert drawn.levels["whole"].shape == (5,)
    expected = {name: (5, *value.shape[1:]) for name, value in nothing(TINY, 1, 3).items()}
    assert {name: value.shape for name, value in drawn.given.items()} == expected


def test_every_combination_comes(sets):
    draws = [sets.of(3, 8) for _ in range(30)]
    shape = np.concatenate([one.levels["shape"] for one in draws])
    known = (shape == 0).sum(1)
    assert set(known) == {0, 1, 2}, "never all of them"
    assert (np.concatenate([one.levels["box"] for one in draws]) == 0).all(1).any()
    whole = np.concatenate([one.levels["whole"] for one in draws])
    assert {0.0, 1.0} < set(whole.tolist())
    for name in draws[0].given:
        told = np.concatenate([one.given[name][..., -1].reshape(8, -1).max(1) for one in draws])
        assert 0 < told.mean() < 1, name
    assert (np.concatenate([one.there for one in draws]) == 0).any()


def test_what_is_told_is_learned_where_there_is_nothing_but_noise(sets):
    level = np.concatenate([sets.of(1, 100).levels["shape"] for _ in range(10)])
    share = [((low < level) & (level <= low + 0.1)).mean() for low in (0.0, 0.4, 0.9)]
    assert share[2] > 0.1, "sampling begins there"
    assert share[1] > 0.05
    assert share[0] > 0.002


def test_a_part_that_is_none_says_so(sets):
    for _ in range(20):
        drawn = sets.of(4, 4)
        none = drawn.there == 0
        assert (drawn.members["box"][none][:, 0, 6] == -1).all()
        assert not drawn.members["own"][none].any()
        assert not drawn.given["words"][none].any()


def test_known_parts_are_not_learned(sets):
    net = PartFlow(TINY, begun(shapes(TINY), 0, CPU), TorchOps())
    drawn = sets.of(2, 3)
    drawn.levels["shape"][:], drawn.levels["box"][:] = 0.0, 0.0
    drawn.levels["whole"][:] = 1.0
    loss, told = trainer.loss_of(net, drawn, CPU, torch.Generator().manual_seed(0))
    assert float(loss.detach()) == 0
    assert not any(float(value.detach()) for value in told.values())


def test_any_size_takes_the_latents_that_are_there():
    one = trainer.Encoded(arrays(latents=True), {})
    for config in trainer.LADDER.values():
        assert trainer.fitting(config, one).channels == TINY.channels


def test_latents_are_told_along_the_axes():
    copies = {"cup": trainer.Encoded(arrays(3, latents=True), {"copy": 0})}
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
    copies = {f"o{k}": trainer.Encoded(arrays(9, k, latents=True), {"held_out": False})
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
