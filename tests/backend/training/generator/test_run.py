# SPDX-License-Identifier: GPL-3.0-or-later
"""A run is cut off and goes on as if it had not been."""

import json

import numpy as np
import pytest
import torch
from safetensors import safe_open
from safetensors.numpy import save_file

from backend.training.generator.run import FALL, LEAST, WARM, started

SHAPES = {"a.weight": (3, 2), "a.bias": (2,), "modulation.weight": (3, 2), "latent.mean": (3, 4)}


def begin(folder, **more):
    return started(folder, "net", {"config": {"width": 3}}, SHAPES, torch.device("cpu"),
                   rate=0.1, **more)  # fmt: skip


def step(run, share=0.0):
    x = torch.arange(12.0).reshape(4, 3) / 12
    said = x @ run.arrays["a.weight"] + run.arrays["a.bias"]
    return run.learn((said - 1).square().mean(), share)


def test_it_goes_on_as_if_it_had_not_been_cut_off(tmp_path):
    whole, cut = begin(tmp_path / "whole"), begin(tmp_path / "cut")
    for _ in range(6):
        step(whole)
    for _ in range(3):
        step(cut)
    cut.save()
    cut = begin(tmp_path / "cut")
    assert cut.step == 3
    losses = [step(cut) for _ in range(3)]
    assert losses == sorted(losses, reverse=True)
    for name in SHAPES:
        assert torch.equal(cut.arrays[name], whole.arrays[name]), name
        assert torch.allclose(cut.mean[name], whole.mean[name]), name


def test_what_ships_is_the_mean_in_half_precision(tmp_path):
    run = begin(tmp_path)
    for _ in range(4):
        step(run)
    run.save()
    with safe_open(tmp_path / "net.safetensors", "pt") as file:
        shipped = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
        assert json.loads(file.metadata()["config"]) == {"width": 3}
    assert shipped["a.weight"].dtype == torch.float16
    assert torch.allclose(shipped["a.weight"].float(), run.mean["a.weight"], atol=1e-3)
    assert not torch.allclose(run.mean["a.weight"], run.arrays["a.weight"], atol=1e-4)


def test_the_rate_rises_stays_and_falls(tmp_path):
    run = begin(tmp_path)

    def rate(share, at):
        run.step = at
        step(run, share)
        return run.optimizer.param_groups[0]["lr"]

    assert rate(0.0, 0) == pytest.approx(0.1 / WARM)
    assert rate(0.3, WARM) == pytest.approx(0.1)
    assert rate(1 - FALL / 2, WARM) == pytest.approx(0.05)
    assert rate(1.0, WARM) == pytest.approx(0.1 * LEAST)


def test_what_is_counted_or_fixed_does_not_learn(tmp_path):
    run = begin(tmp_path, fixed=("a.bias",))
    before = {name: a.detach().clone() for name, a in run.arrays.items()}
    step(run)
    assert torch.equal(run.arrays["latent.mean"], before["latent.mean"])
    assert torch.equal(run.arrays["a.bias"], before["a.bias"])
    assert not torch.equal(run.arrays["a.weight"], before["a.weight"])


def test_a_step_that_overflows_is_left_out(tmp_path):
    run = begin(tmp_path)
    before = run.arrays["a.weight"].detach().clone()
    run.learn(run.arrays["a.weight"].sum() * float("inf"), 0.0)
    assert torch.equal(run.arrays["a.weight"], before)


def test_another_network_is_refused(tmp_path):
    run = begin(tmp_path / "run")
    step(run)
    run.save()
    with pytest.raises(SystemExit, match="another network"):
        started(tmp_path / "run", "net", {"config": {"width": 4}}, SHAPES, torch.device("cpu"),
                rate=0.1)  # fmt: skip
    with pytest.raises(SystemExit, match="another network"):
        started(tmp_path / "new", "net", {}, {"b.weight": (1, 1)}, torch.device("cpu"), rate=0.1,
                begin_with=tmp_path / "run/net.safetensors")  # fmt: skip


def test_a_run_begins_with_what_was_shipped(tmp_path):
    run = begin(tmp_path / "run")
    step(run)
    run.save()
    other = begin(tmp_path / "other", begin_with=tmp_path / "run/net.safetensors")
    assert torch.allclose(other.arrays["a.weight"], run.mean["a.weight"], atol=1e-3)
    assert other.step == 0


def test_a_run_begins_with_its_network_of_a_file_of_several(tmp_path):
    run = begin(tmp_path / "run")
    step(run)
    several = {f"net.{name}": a.detach().numpy() for name, a in run.arrays.items()}
    save_file(several | {"other.weight": np.ones(3, np.float32)}, tmp_path / "both.safetensors")
    other = begin(tmp_path / "other", begin_with=tmp_path / "both.safetensors")
    assert torch.equal(other.arrays["a.weight"], run.arrays["a.weight"])
