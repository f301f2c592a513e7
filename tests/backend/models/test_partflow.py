# SPDX-License-Identifier: GPL-3.0-or-later
"""The part generator's flow: one definition for NumPy and torch, and who sees whom."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from backend.models import partflow
from backend.models.members import BOX, LOOK
from backend.models.numpy_ops import NumpyOps
from backend.models.partflow import Given, Levels, PartFlow, PartFlowConfig, Parts, nothing, shapes
from backend.training.torch_ops import TorchOps

TINY = PartFlowConfig(
    cells=2, whole_cells=4, channels=2, axes=8, whole_axes=16, token=4, width=12, heads=2, pairs=2,
    words=3, reading=1,
)  # fmt: skip


def arrays(config):
    rng = np.random.default_rng(0)
    return {
        n: (rng.standard_normal(s) / (s[0] ** 0.5 if len(s) > 1 else 4)).astype(np.float32)
        for n, s in shapes(config).items()
    }


def asked(config, batch=2, parts=3, like=lambda a: a):
    rng = np.random.default_rng(1)

    def normal(*shape):
        return like(rng.standard_normal(shape).astype(np.float32))

    c = config
    x = Parts(
        own=normal(batch, parts, c.tokens, c.token),
        placed=normal(batch, parts, c.tokens, c.token),
        box=normal(batch, parts, 1, BOX),
        look=normal(batch, parts, 1, LOOK),
        whole=normal(batch, c.whole_tokens, c.token),
    )
    level = [
        like(rng.random(s).astype(np.float32)) for s in ((batch, parts), (batch, parts), batch)
    ]
    given = {n: normal(*a.shape) for n, a in nothing(c, batch, parts).items()}
    given["picture"][..., -1] = 1.0
    return x, Levels(*level), Given(**given)


def changed(x, name, part):
    array = getattr(x, name).copy()
    array[:, part] += 1
    return replace(x, **{name: array})


@pytest.mark.parametrize(
    "without", [{}, {"own": False}, {"within": False}, {"spaces": False}, {"across": False},
                {"before": False}, {"guess": 0}]
)  # fmt: skip
def test_numpy_and_torch_say_the_same(without):
    config = replace(TINY, **without)
    mine = PartFlow(config, arrays(config), NumpyOps()).velocity(*asked(config))
    tensors = {n: torch.from_numpy(a) for n, a in arrays(config).items()}
    theirs = PartFlow(config, tensors, TorchOps()).velocity(*asked(config, like=torch.from_numpy))
    for name, value in mine.each().items():
        assert value.dtype == np.float32
        assert value.shape == getattr(asked(config)[0], name).shape
        assert np.abs(value - getattr(theirs, name).numpy()).max() < 1e-4, name


@pytest.mark.parametrize(("across", "seen"), [(True, True), (False, False)])
def test_parts_see_each_other_across_alone(across, seen):
    config = replace(TINY, across=across)
    net = PartFlow(config, arrays(config), NumpyOps())
    x, levels, given = asked(config)
    before, after = (net.velocity(one, levels, given) for one in (x, changed(x, "placed", 2)))
    moved = np.abs(after.own - before.own).max(axis=(0, 2, 3))
    assert moved[2] > 1e-3, "a part sees itself in both frames"
    assert (moved[0] > 1e-5) == seen
    assert np.abs(after.whole - before.whole).max() > 1e-5 or not across


@pytest.mark.parametrize("name", ["words", "mask", "seen_own", "seen_placed"])
def test_what_is_told_of_a_part_is_told_to_it(name):
    net = PartFlow(replace(TINY, across=False), arrays(replace(TINY, across=False)), NumpyOps())
    x, levels, given = asked(TINY)
    other = net.velocity(x, levels, changed(given, name, 1))
    moved = np.abs(other.placed - net.velocity(x, levels, given).placed).max(axis=(0, 2, 3))
    assert moved[1] > 1e-4
    assert moved[0] < 1e-6


@pytest.mark.parametrize("name", ["title", "before", "picture", "view"])
def test_what_is_told_of_all_moves_all(name):
    net = PartFlow(TINY, arrays(TINY), NumpyOps())
    x, levels, given = asked(TINY)
    other = replace(given, **{name: getattr(given, name) + 1})
    moved = np.abs(net.velocity(x, levels, other).own - net.velocity(x, levels, given).own)
    assert (moved.max(axis=(0, 2, 3)) > 1e-5).all()


def test_without_a_picture_none_is_looked_at():
    net = PartFlow(TINY, arrays(TINY), NumpyOps())
    x, levels, given = asked(TINY)
    none = replace(given, picture=np.zeros_like(given.picture))
    contexts = net.contexts(none)
    other = contexts.copy()
    other[:, : partflow.PATCHES] += 1
    said, same = (net.velocity(x, levels, none, one) for one in (contexts, other))
    np.testing.assert_allclose(said.own, same.own, atol=1e-5)
    assert np.abs(net.velocity(x, levels, given, other).own - said.own).max() > 1e-3


def test_contexts_are_asked_for_once():
    net = PartFlow(TINY, arrays(TINY), NumpyOps())
    x, levels, given = asked(TINY)
    kept = net.velocity(x, levels, given, net.contexts(given))
    assert np.array_equal(kept.own, net.velocity(x, levels, given).own)


def test_the_level_counts():
    net = PartFlow(TINY, arrays(TINY), NumpyOps())
    x, levels, given = asked(TINY)
    for name in ("shape", "box", "whole"):
        other = replace(levels, **{name: 1 - getattr(levels, name)})
        assert (
            np.abs(net.velocity(x, other, given).own - net.velocity(x, levels, given).own).max() > 0
        )


def test_parts_are_refined_in_frames_of_their_own_alone():
    net = PartFlow(TINY, arrays(TINY), NumpyOps())
    told = np.random.default_rng(0).standard_normal((3, TINY.tokens, TINY.token))
    told = told.astype(np.float32)
    added = net.latents(told, "own") - net.along_axes(told, "own")
    assert np.allclose(added, net.refinement(told), atol=1e-5)
    assert np.abs(added).max() > 0.01
    assert np.array_equal(net.latents(told, "placed"), net.along_axes(told, "placed"))


@pytest.mark.parametrize("frame", partflow.FRAMES)
def test_latents_become_tokens_and_back(frame):
    count, numbers = TINY.bases[frame]
    rng = np.random.default_rng(0)
    axes = np.linalg.qr(rng.standard_normal((numbers, count)))[0].T
    mean, size = rng.standard_normal(numbers), rng.random(count) + 0.5
    basis = {f"axes.{frame}": axes, f"axes.{frame}.mean": mean, f"axes.{frame}.size": size}
    held = {n: a.astype(np.float32) for n, a in basis.items()}
    net = PartFlow(replace(TINY, refining=0), arrays(TINY) | held, NumpyOps())
    told = rng.standard_normal((3, count // TINY.token, TINY.token)).astype(np.float32)
    latents = net.latents(told, frame)
    assert latents.shape == (3, numbers // TINY.channels, TINY.channels)
    assert np.allclose(net.tokens(latents, frame), told, atol=1e-5)
    beside = rng.standard_normal(numbers)
    beside = (beside - axes.T @ (axes @ beside)).reshape(latents[0].shape).astype(np.float32)
    assert np.allclose(net.tokens(latents + beside, frame), told, atol=1e-4), "no axis, not told"


@pytest.mark.parametrize(("level", "expected"), [(0.0, 1.0), (0.25, 0.8), (0.5, 0.0), (1.0, -1.0)])
def test_what_a_member_alone_tells_goes_past_the_network(level, expected):
    """Of numbers by chance, a network that says nothing answers the best that can be known: what is
    clean goes on as it is, and noise is all to be taken away."""
    silent = {
        n: 0 * a if ".out." in n or n.startswith("guess.copy") else a
        for n, a in arrays(TINY).items()
    }
    x, levels, given = asked(TINY)
    at = Levels(np.full((2, 3), level, np.float32), levels.box, levels.whole)
    said = PartFlow(TINY, silent, NumpyOps()).velocity(x, at, given)
    assert np.allclose(said.own, expected * x.own, atol=1e-5)
    assert not np.allclose(said.box, expected * x.box, atol=1e-5), "it has a level of its own"


def test_pictures_are_read_where_there_are_some():
    net = PartFlow(TINY, arrays(TINY), NumpyOps())
    _, _, given = asked(TINY, batch=3)
    picture = given.picture.copy()
    picture[[0, 2]] = 0  # no picture
    picture[1, :, -1] = 1
    found = net.contexts(replace(given, picture=picture))
    alone = [
        net.contexts(
            Given(**{n: a[k : k + 1] for n, a in replace(given, picture=picture).each().items()})
        )
        for k in range(3)
    ]
    assert np.allclose(found, np.concatenate(alone), atol=1e-5)
    assert np.array_equal(found[0, :64], found[2, :64])
    assert not np.allclose(found[0, :64], found[1, :64])
