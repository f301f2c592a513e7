# SPDX-License-Identifier: GPL-3.0-or-later
"""Sets of parts: what is known and told is drawn anew for each object."""

import numpy as np
import pytest
import torch

from backend.models.members import BOX, LOOK
from backend.models.partflow import PartFlowConfig, nothing
from backend.training.generator.sets import Encoded, Sets, meant, noisy

TINY = PartFlowConfig(
    cells=2, whole_cells=4, channels=2, axes=8, whole_axes=16, token=4, width=16, heads=2, pairs=2,
    words=3, reading=1,
)  # fmt: skip


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


def some():
    """Sets of objects of one to four parts."""
    objects = [Encoded(arrays(k + 1, k), {}) for k in range(4)]
    return Sets(objects, TINY, np.random.default_rng(0))


@pytest.fixture
def sets():
    return some()


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


def test_what_is_known_has_no_noise(sets):
    drawn = sets.of(3, 8)
    found = noisy(drawn, torch.device("cpu"), torch.Generator().manual_seed(0))
    known = found.levels.shape == 0
    assert known.any()
    assert torch.equal(found.members["own"][known], found.clean["own"][known])
    assert not torch.isclose(found.members["own"][~known], found.clean["own"][~known]).all()
    level = found.levels.shape[~known][:, None, None]
    expected = (1 - level) * found.clean["own"][~known] + level * found.noise["own"][~known]
    assert torch.allclose(found.members["own"][~known], expected)


def test_words_are_of_about_the_same_meaning_and_none_stay_none():
    vectors = np.zeros((2, 64))
    vectors[0, 0] = 1.0
    near = meant(vectors, np.random.default_rng(0))
    assert np.isclose(np.linalg.norm(near[0]), 1.0)
    assert 0.9 < near[0, 0] < 1
    assert not near[1].any()


def test_the_part_that_only_words_tell_is_always_to_be_learned():
    graft = arrays(4)
    graft["words"][1:] = 0
    sets = Sets([Encoded(graft, {"name": "graft_00001"})], TINY, np.random.default_rng(0))
    draws = [sets.of(3, 8) for _ in range(30)]
    told = np.concatenate([one.given["words"][:, :, -1] for one in draws])
    assert not told[:, 1:].any(), "it comes first"
    alone = [one.levels["shape"] for one in draws]
    alone = np.concatenate([one[(one == 0).sum(1) == 2] for one in alone])
    assert (alone[:, 0] > 0).mean() > 0.7, "mostly it is that which is not known"
