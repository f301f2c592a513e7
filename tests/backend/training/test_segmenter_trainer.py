# SPDX-License-Identifier: GPL-3.0-or-later
"""Training of the segmenter: steps, schedule, interruptions, the command."""

import json
import signal
from dataclasses import replace

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="torch is needed for training only")

from backend.models.segmenter import SegmenterConfig  # noqa: E402
from backend.training import segmenter_trainer  # noqa: E402
from backend.training.segmenter_data import fold, load_sample  # noqa: E402
from backend.training.segmenter_run import (  # noqa: E402
    BEST,
    FALL,
    LEVEL,
    MEASURED,
    OF_CLICKS,
    RUN,
    Recipe,
    about_state,
    begun,
    load_state,
    numpy_net,
    save_state,
)
from backend.training.segmenter_trainer import (  # noqa: E402
    WARM_STEPS,
    Draws,
    Keeper,
    Stop,
    gains_from_bfloat16,
    main,
    rate_at,
    split,
    train,
)
from tests.backend.models.networks import TINY  # noqa: E402
from tests.backend.training.samples import chain, written  # noqa: E402

CPU = torch.device("cpu")
RECIPE = Recipe(rate=1e-2, batch=3, clicks=2)
MEASURED_GROUP = next(f"group {k}" for k in range(100) if fold(f"group {k}") < RECIPE.held_out)


@pytest.fixture(scope="module", autouse=True)
def one_thread():
    """Threads that wait for each other cost such small arrays most."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="module")
def paths(tmp_path_factory):
    """Eight samples to learn from and two to measure."""
    learned = [chain(seed, patches=8 + seed % 2) for seed in range(8)]
    measured = [chain(seed, group=MEASURED_GROUP, kind="rig") for seed in (8, 9)]
    return written(tmp_path_factory.mktemp("samples"), learned + measured)


def start(paths):
    return begun(TINY, [load_sample(path) for path in paths[:8]], RECIPE, CPU)


def go(state, paths, steps, after=lambda state: True, recipe=RECIPE):
    draws = Draws(paths[:8], ["procedural"] * 8, recipe)
    train(state, draws, recipe, lambda state: state.step / steps, CPU, after)


def test_the_loss_falls_in_a_few_steps(paths):
    state = start(paths)
    recipe = replace(RECIPE, rate=6e-2)  # it is still rising
    go(state, paths, 40, recipe=recipe)
    assert state.step == 40
    log = state.log
    for name in ("pairs", "masks"):
        early, late = (np.mean([row[name] for row in part]) for part in (log[:5], log[-5:]))
        assert late < 0.8 * early, name
    assert log[0]["rate"] == pytest.approx(recipe.rate / WARM_STEPS, rel=1e-4)
    assert log[-1]["seconds"] == pytest.approx(state.seconds, rel=1e-4)


def test_a_run_that_is_stopped_and_resumed_is_the_same_run(paths, tmp_path):
    whole, pieces = start(paths), start(paths)
    go(whole, paths, 6)
    go(pieces, paths, 6, after=lambda state: state.step < 2)
    assert pieces.step == 2
    save_state(tmp_path / RUN, pieces)
    resumed = load_state(tmp_path / RUN, RECIPE, CPU)
    go(resumed, paths, 6)
    assert resumed.step == 6
    # Not to the last digit: sums may be rounded otherwise at another place in memory.
    for one, other in zip(whole.log, resumed.log, strict=True):
        for name in ("step", "rate", "pairs", "masks", "iou"):
            assert other[name] == pytest.approx(one[name], rel=1e-3), name
    different = {row["pairs"] for row in whole.log}
    assert max(different) > 1.05 * min(different), "other draws would have shown"


def test_answers_to_clicks_can_be_learned_alone(paths, tmp_path):
    recipe = replace(RECIPE, clicks_alone=True)
    state = begun(TINY, [load_sample(path) for path in paths[:8]], recipe, CPU)
    before = {name: a.detach().clone() for name, a in state.arrays.items()}
    go(state, paths, 2, recipe=recipe)
    save_state(tmp_path / RUN, state)
    state = load_state(tmp_path / RUN, recipe, CPU)
    go(state, paths, 4, recipe=recipe)
    assert state.step == 4
    changed = {name for name, a in state.arrays.items() if not torch.equal(a, before[name])}
    assert changed == {name for name in before if name.startswith(OF_CLICKS)}


def test_the_rate_rises_stays_and_falls_to_nothing():
    assert rate_at(0.0, 0) == pytest.approx(1 / WARM_STEPS)
    assert rate_at(0.0, WARM_STEPS) == 1
    assert rate_at(1 - FALL, 10**6) == 1
    assert rate_at(1 - FALL / 2, 10**6) == pytest.approx(0.5)
    assert rate_at(1.0, 10**6) == 0
    assert rate_at(1.1, 10**6) == 0


def test_draws_depend_on_the_step_alone_and_on_the_weight_of_kinds(paths):
    kinds = ["rig"] * 4 + ["shells"] * 4
    first, second = Draws(paths[:8], kinds, RECIPE), Draws(paths[:8], kinds, RECIPE)
    names = [[one.name for batch in first.at(k) for one in batch.samples] for k in range(60)]
    for step in (7, 3):
        again = [one.name for batch in second.at(step) for one in batch.samples]
        assert again == names[step]
    drawn = [name for step in names for name in step]
    assert len(drawn) == 60 * RECIPE.batch
    rigs = sum(name in {f"chain_{k}" for k in range(4)} for name in drawn)
    assert rigs / len(drawn) == pytest.approx(3.0 / 3.4, abs=0.1)


def test_samples_of_a_batch_have_one_size(paths):
    batches = Draws(paths[:8], ["rig"] * 8, Recipe(batch=8)).at(0)
    assert sum(len(batch.samples) for batch in batches) == 8
    assert sorted(batch.patch.shape[1] for batch in batches) == [8, 9]


def test_some_steps_see_samples_that_lack_patches(tmp_path):
    paths = written(tmp_path, [chain(seed, patches=40) for seed in range(4)])
    recipe = Recipe(batch=2, thinned=0.5, keep=0.75)
    draws = Draws(paths, ["rig"] * 4, recipe)
    sizes = [[batch.patch.shape[1] for batch in draws.at(step)] for step in range(40)]
    assert all(len(one) == 1 for one in sizes), "all samples of a step alike"
    assert 8 < sizes.count([30]) < 32
    assert sizes.count([30]) + sizes.count([40]) == 40


def test_whole_groups_are_held_out(paths):
    learned, measured, kinds = split(paths, RECIPE)
    assert (learned, measured, kinds) == (paths[:8], paths[8:], ["procedural"] * 8)


def test_bfloat16_is_chosen_by_measuring():
    assert gains_from_bfloat16(CPU) in (True, False)


@pytest.fixture
def keeper(paths, tmp_path):
    stop = Stop(np.inf)
    yield Keeper(tmp_path, paths[8:], lambda state: state.step / 100, 1e9, stop)
    stop.restore()


def test_the_best_weights_stay_and_a_killed_run_remembers_their_score(
    keeper, paths, tmp_path, monkeypatch
):
    state = start(paths)
    scores = iter([0.5, 0.7])

    def summary(_):
        return {"mean of kinds": {"rand": next(scores), "iou1": 1.0, "corrected": 1.0}}

    monkeypatch.setattr(segmenter_trainer, "summary", summary)
    monkeypatch.setattr(segmenter_trainer, "table", lambda rows: "")
    keeper.measure(state)
    assert load_state(tmp_path / RUN, RECIPE, CPU).best == state.best == 0.5
    first = (tmp_path / BEST).read_bytes()
    state.arrays["lone.weight"].data += 1
    keeper.measure(state)
    assert (tmp_path / BEST).read_bytes() == first, "0.7 is worse"
    assert len((tmp_path / MEASURED).read_text().splitlines()) == 2


def test_the_state_is_saved_in_time_and_the_level_one_until_the_fall(
    keeper, paths, tmp_path, monkeypatch
):
    monkeypatch.setattr(segmenter_trainer, "SAVE_EVERY", 0.0)
    state = start(paths)
    state.log = [{"pairs": 1.0, "masks": 1.0, "iou": 1.0}]
    for step in (10, 59, 61):
        state.step = step
        assert keeper.after(state)
        assert about_state(tmp_path / RUN)["step"] == step
    assert about_state(tmp_path / LEVEL)["step"] == 59
    state.step = 100
    assert not keeper.after(state)


def test_ctrl_c_is_seen_between_steps_and_a_second_one_at_once(keeper, paths, tmp_path):
    state = start(paths)

    def interrupted(state):
        if state.step == 3:
            signal.raise_signal(signal.SIGINT)
        return keeper.after(state)

    go(state, paths, 100, after=interrupted)
    assert about_state(tmp_path / RUN)["step"] == state.step == 3
    with pytest.raises(KeyboardInterrupt):
        signal.raise_signal(signal.SIGINT)


def test_measuring_is_left_when_it_is_time_to_stop(keeper, paths, tmp_path):
    keeper.stop.end = 0.0
    keeper.measure(start(paths))
    assert not (tmp_path / MEASURED).exists()


def test_the_command_trains_in_pieces_measures_and_exports(paths, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(segmenter_trainer, "SegmenterConfig", lambda: TINY)
    run = tmp_path / "run"
    handler = signal.getsignal(signal.SIGINT)
    command = [f"--data={paths[0].parent}", f"--out={run}", "--device=cpu", "--batch=3"]
    assert main([*command, "--minutes=0.02", "--piece=0"]) == 0
    assert "Stopped and saved" in capsys.readouterr().err
    assert about_state(run / RUN)["step"] == 1
    assert main([*command, "--minutes=0.02"]) == 0
    about = about_state(run / RUN)
    assert about["seconds"] >= 1.2
    assert about["measured"] == about["seconds"]
    assert about["minutes"] == 0.02
    last = json.loads((run / MEASURED).read_text().splitlines()[-1])
    assert last["rig"]["samples"] == 2
    assert (run / BEST).exists()
    steps = about["step"]
    assert main([*command, "--minutes=0.02"]) == 0, "a finished run stays as it is"
    assert about_state(run / RUN)["step"] == steps
    assert signal.getsignal(signal.SIGINT) is handler


def test_without_samples_the_command_says_how_to_make_them(tmp_path, capsys):
    with pytest.raises(SystemExit) as stop:
        main([f"--data={tmp_path}", f"--out={tmp_path / 'run'}", "--minutes=1"])
    assert stop.value.code == 2
    assert "has no samples to learn from. Make them" in capsys.readouterr().err
    assert not (tmp_path / "run").exists()


def test_the_full_network_takes_a_step(paths):
    samples = [load_sample(path) for path in paths[:2]]
    state = begun(SegmenterConfig(), samples, RECIPE, CPU)
    go(state, paths, 1)
    assert np.isfinite(list(state.log[0].values())).all()
    one = samples[0]
    coded = numpy_net(state.config, state.arrays).encode(
        one.patch, one.pair.astype(np.float32), one.share
    )
    assert np.isfinite(coded.affinity).all()
