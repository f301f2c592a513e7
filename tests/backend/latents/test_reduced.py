# SPDX-License-Identifier: GPL-3.0-or-later
"""Reduced networks in place of the public ones, for measurements."""

from __future__ import annotations

import pytest

torch = pytest.importorskip("torch", reason="latent networks need torch")

from backend.latents.reduced import TRUNKS, sampling_seconds  # noqa: E402
from backend.models.dit import HOLOPART, PARTCRAFTER, SCRIBBLE, TRIPOSG  # noqa: E402


def test_each_is_wired_as_its_model() -> None:
    models = (TRIPOSG, SCRIBBLE, HOLOPART, PARTCRAFTER)
    for trunk, model in zip(TRUNKS.values(), models, strict=True):
        own = trunk.config
        assert (own.blocks, own.parallel, own.part_codes, own.channels) == (
            model.blocks, model.parallel, model.part_codes, model.channels,
        )  # fmt: skip
        assert [8 * width for width in own.contexts] == list(model.contexts)
        assert 8 * own.width == model.width


def test_a_sampling_takes_some_time() -> None:
    assert 0 < sampling_seconds("a part by words") < 60
