# SPDX-License-Identifier: GPL-3.0-or-later
"""Whole parts imagined by tiny random networks: what they depend on."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="latent networks need torch")

from backend.latents.completion import BOUND, Seen, imagined  # noqa: E402
from backend.latents.networks import Networks  # noqa: E402
from backend.machine.device import Device  # noqa: E402
from tests.backend.latents.tiny_models import tiny_model  # noqa: E402

GIVEN = {"steps": 2, "guidance": 3.5, "cells": 32}


@pytest.fixture(scope="module")
def networks(tmp_path_factory: pytest.TempPathFactory) -> Networks:
    home = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PARTWISE_HOME", str(home))
        tiny_model(home, "holopart")
        known = Networks("holopart", device=Device("cpu", "processor"))
        for read in (known.dit, known.vecset, known.part_encoder):
            read()
        yield known


@pytest.fixture
def seen() -> Seen:
    rng = np.random.default_rng(0)
    own, whole = (rng.uniform(-1, 1, (64, n)).astype(np.float32) for n in (6, 7))
    return Seen(own, 0.5 * own, np.arange(16), whole)


def values(networks: Networks, seen: Seen, seed: int = 5, **changed: object) -> np.ndarray:
    (found,) = imagined(networks, [seen], [seed], **{**GIVEN, **changed})
    return found.field.whole().values


def test_a_field_in_the_frame_of_the_part(networks: Networks, seen: Seen) -> None:
    (found,) = imagined(networks, [seen], [5], **GIVEN)
    assert found.field.whole().values.shape == (33, 33, 33)
    assert found.field.origin.tolist() == [-BOUND] * 3
    assert found.field.cell == pytest.approx(2 * BOUND / 32)


def test_parts_together_are_as_each_alone(networks: Networks, seen: Seen) -> None:
    other = replace(seen, own=seen.own[::-1].copy())
    both = imagined(networks, [seen, other], [5, 6], **GIVEN, chunk=1000)
    for found, alone in zip(
        both, (values(networks, seen), values(networks, other, 6)), strict=True
    ):
        assert np.allclose(found.field.whole().values, alone, atol=1e-4)


def test_all_evidence_and_every_setting_counts(networks: Networks, seen: Seen) -> None:
    before = values(networks, seen)
    assert np.array_equal(before, values(networks, seen))
    other = seen.whole.copy()
    other[:, 6] = 1 - other[:, 6]
    for changed in (
        replace(seen, own=seen.own[::-1].copy()),
        replace(seen, within=seen.within + 0.3),
        replace(seen, whole=other),
        replace(seen, chosen=seen.chosen + 20),
    ):
        assert not np.array_equal(before, values(networks, changed))
    for setting in ({"seed": 6}, {"guidance": 1.0}, {"steps": 3}):
        assert not np.array_equal(before, values(networks, seen, **setting))
