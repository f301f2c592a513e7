# SPDX-License-Identifier: GPL-3.0-or-later
"""Files of a run: saved, resumed, exported."""

import json
from dataclasses import replace

import numpy as np
import pytest
from safetensors import safe_open

torch = pytest.importorskip("torch", reason="torch is needed for training only")

from safetensors.torch import save  # noqa: E402

from backend.engines.learned import read_segmenter  # noqa: E402
from backend.models.segmenter import shapes  # noqa: E402
from backend.training.segmenter_run import (  # noqa: E402
    FALL,
    LEVEL,
    RUN,
    Recipe,
    about_state,
    begun,
    begun_from,
    export,
    initial,
    learnable,
    load_state,
    numpy_net,
    optimizer_of,
    resumed,
    save_state,
)
from tests.backend.models.networks import TINY  # noqa: E402
from tests.backend.training.samples import chain  # noqa: E402

CPU = torch.device("cpu")
RECIPE = Recipe(rate=1e-2)


@pytest.fixture
def state():
    """A run whose optimizer has been used."""
    found = begun(TINY, [chain(seed) for seed in range(3)], RECIPE, CPU)
    for _ in range(2):
        for a in learnable(found.arrays).values():
            a.grad = torch.cos(torch.arange(a.numel(), dtype=torch.float32)).reshape(a.shape)
        found.optimizer.step()
        found.optimizer.zero_grad()
    found.step, found.seconds, found.best = 2, 1.5, 0.7
    found.minutes, found.measured = 10.0, 1.0
    found.log = [
        {"step": 1, "seconds": 0.5, "pairs": 1.0},
        {"step": 2, "seconds": 1.5, "pairs": 0.9},
    ]
    return found


def test_features_are_scaled_to_the_samples():
    samples = [replace(chain(seed), patch=chain(seed).patch * 5 + 2) for seed in range(4)]
    arrays = initial(TINY, samples, seed=0)
    assert {name: tuple(a.shape) for name, a in arrays.items()} == shapes(TINY)
    patch = np.concatenate([one.patch for one in samples])
    scaled = (patch - arrays["patch.mean"].numpy()) / arrays["patch.deviation"].numpy()
    np.testing.assert_allclose(scaled.mean(axis=0), 0, atol=1e-4)
    np.testing.assert_allclose(scaled.std(axis=0), 1, atol=1e-2)


def test_means_and_deviations_are_counted_and_only_matrices_decay():
    arrays = initial(TINY, [chain()], seed=0)
    fixed = set(arrays) - set(learnable(arrays))
    assert fixed == {
        f"{what}.{how}" for what in ("patch", "pair", "click") for how in ("mean", "deviation")
    }
    decaying, rest = optimizer_of(arrays, RECIPE).param_groups
    assert decaying["weight_decay"] == RECIPE.decay
    assert rest["weight_decay"] == 0
    assert all(a.ndim == 2 and min(a.shape) > 1 for a in decaying["params"])
    assert len(decaying["params"]) + len(rest["params"]) == len(learnable(arrays))


def test_a_saved_run_goes_on_as_if_it_had_not_been(state, tmp_path):
    save_state(tmp_path / RUN, state)
    found = load_state(tmp_path / RUN, RECIPE, CPU)
    for name in ("config", "step", "seconds", "minutes", "measured", "best", "log"):
        assert getattr(found, name) == getattr(state, name)
    for one in (state, found):
        for a in learnable(one.arrays).values():
            a.grad = torch.ones_like(a)
        one.optimizer.step()
    for name, a in state.arrays.items():
        torch.testing.assert_close(found.arrays[name], a, rtol=0, atol=0)


def test_files_of_before_say_less_and_are_read(state, tmp_path):
    save_state(tmp_path / RUN, state)
    with safe_open(tmp_path / RUN, "pt") as file:
        tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    about = about_state(tmp_path / RUN)
    del about["minutes"], about["measured"]
    (tmp_path / RUN).write_bytes(save(tensors, {"about": json.dumps(about)}))
    assert load_state(tmp_path / RUN, RECIPE, CPU).minutes == 0


def fallen(folder, state, minutes=10.0):
    """Save a run of so many minutes that was stopped half down the fall."""
    state.minutes = minutes
    state.step, state.seconds, state.best = 70, 60 * minutes * (1 - FALL) - 1, 0.5
    save_state(folder / LEVEL, state)
    state.step, state.seconds, state.best = 90, 60 * minutes * (1 - FALL / 2), 0.4
    save_state(folder / RUN, state)


def test_a_run_that_was_stopped_in_its_fall_goes_on_falling(state, tmp_path):
    fallen(tmp_path, state)
    assert resumed(tmp_path, RECIPE, CPU, minutes=10).step == 90


def test_more_minutes_go_on_from_before_the_fall_and_keep_the_best(state, tmp_path):
    fallen(tmp_path, state)
    found = resumed(tmp_path, RECIPE, CPU, minutes=11)
    assert (found.step, found.best) == (70, 0.4)


@pytest.mark.parametrize(("minutes", "step"), [(10, 90), (20, 70)])
def test_of_a_run_that_does_not_say_its_minutes_only_many_more_are_more(
    state, tmp_path, minutes, step
):
    fallen(tmp_path, state)
    state.minutes = 0.0
    save_state(tmp_path / RUN, state)
    assert resumed(tmp_path, RECIPE, CPU, minutes).step == step


def test_more_minutes_before_the_fall_change_nothing(state, tmp_path):
    save_state(tmp_path / LEVEL, state)
    save_state(tmp_path / RUN, state)
    assert resumed(tmp_path, RECIPE, CPU, minutes=20).step == 2


def test_no_run_is_no_run(tmp_path):
    assert resumed(tmp_path, RECIPE, CPU, minutes=20) is None


def test_what_is_exported_loads_in_the_product(state, tmp_path):
    path = tmp_path / "new" / "segmenter.safetensors"
    export(path, state.config, state.arrays)
    found, expected = read_segmenter(path), numpy_net(state.config, state.arrays)
    assert found.config == TINY
    one = chain()
    for net in (found, expected):
        assert set(net.arrays) == set(shapes(TINY))
    np.testing.assert_array_equal(
        found.encode(one.patch, one.pair.astype(np.float32), one.share).affinity,
        expected.encode(one.patch, one.pair.astype(np.float32), one.share).affinity,
    )


def test_a_file_is_replaced_whole_or_not_at_all(state, tmp_path, monkeypatch):
    save_state(tmp_path / RUN, state)
    before = (tmp_path / RUN).read_bytes()
    state.step = 3

    def full(*_):
        raise OSError("No space left on device")

    monkeypatch.setattr("pathlib.Path.write_bytes", full)
    with pytest.raises(OSError, match="No space"):
        save_state(tmp_path / RUN, state)
    assert (tmp_path / RUN).read_bytes() == before


def test_a_best_score_counts_on_the_same_samples_alone(state, tmp_path):
    state.judge_by(["a", "b"])
    state.best = 0.5
    save_state(tmp_path / RUN, state)
    again = load_state(tmp_path / RUN, RECIPE, CPU)
    again.judge_by(["a", "b"])
    assert again.best == 0.5
    again.judge_by(["a", "c"])
    assert again.best == np.inf


def test_a_run_begins_with_exported_weights(state, tmp_path):
    export(tmp_path / "weights.safetensors", state.config, state.arrays)
    again = begun_from(tmp_path / "weights.safetensors", RECIPE, CPU)
    assert (again.config, again.step, again.log) == (state.config, 0, [])
    for name, a in state.arrays.items():
        torch.testing.assert_close(again.arrays[name], a.half().float(), msg=name)
        assert again.arrays[name].requires_grad == (name in learnable(state.arrays))
