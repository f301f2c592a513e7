# SPDX-License-Identifier: GPL-3.0-or-later
"""HoloPart's engine with tiny random weights: what goes in, what comes out, and where it lies."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="latent networks need torch")

from backend.contract.errors import Cancelled, WeightsMissing  # noqa: E402
from backend.contract.progress import Progress  # noqa: E402
from backend.engines import holopart, registry  # noqa: E402
from backend.latents.completion import BOUND  # noqa: E402
from backend.pipelines.complete import complete_parts  # noqa: E402
from tests.backend.latents.tiny_models import tiny_model  # noqa: E402
from tests.backend.pipelines.replacing import post  # noqa: E402


@pytest.fixture
def engine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> holopart.HoloPart:
    monkeypatch.setenv("PARTWISE_HOME", str(tmp_path))
    tiny_model(tmp_path, "holopart")
    return replace(holopart.load(), samples=256, tokens=32, steps=2, cells=32)


def standing() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """A post of unit size in one surface, whose upper half is a part of its own."""
    vertices, faces, labels = post()
    return 0.5 * vertices - [0, 0.5, 0], faces, labels.astype(np.int32)


def test_it_answers_with_a_field_around_the_part(engine: holopart.HoloPart) -> None:
    vertices, faces, labels = standing()
    whole = engine.survey(vertices, faces, labels, seed=1).whole(1)
    assert whole is not None
    assert whole.values.shape == (33, 33, 33)
    seen = vertices[faces[labels == 1]].reshape(-1, 3)
    middle = whole.origin + whole.spacing * 16
    assert middle == pytest.approx((seen.min(axis=0) + seen.max(axis=0)) / 2, abs=0.02)
    half = np.ptp(seen, axis=0).max() / 2
    assert whole.spacing * 16 == pytest.approx(half * BOUND / 0.665, rel=0.05)


def test_a_seed_repeats_and_parts_come_in_any_order(engine: holopart.HoloPart) -> None:
    vertices, faces, labels = standing()
    wholes = engine.survey(vertices, faces, labels, seed=3)
    first = [wholes.whole(part).values for part in (0, 1)]
    again = engine.survey(vertices, faces, labels, seed=3)
    turned = [again.whole(part).values for part in (1, 0)][::-1]
    for one, other in zip(first, turned, strict=True):
        assert np.array_equal(one, other)
    other = engine.survey(vertices, faces, labels, seed=4).whole(1).values
    assert not np.array_equal(first[1], other)


def test_what_comes_out_is_closed_and_what_was_seen_stays(
    engine: holopart.HoloPart, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(holopart, "load", lambda: engine)
    vertices, faces, labels = standing()
    done = complete_parts(vertices, faces, labels, engine="holopart")
    assert done.engine == "holopart"
    assert all(done.closed)
    assert all(len(new) for new in done.faces)


def test_a_cancel_is_heard_at_each_step(engine: holopart.HoloPart) -> None:
    vertices, faces, labels = standing()
    stages = []

    def tell(stage: str, done: int, whole: int) -> None:
        stages.append(stage)
        if stages.count("Imagining what is hidden") == 2:
            raise Cancelled

    with pytest.raises(Cancelled):
        engine.survey(vertices, faces, labels).whole(0, progress=Progress(tell))


def test_without_its_model_it_says_how_to_get_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PARTWISE_HOME", str(tmp_path))
    with pytest.raises(WeightsMissing, match="HoloPart is not there"):
        holopart.load()
    about = registry.named("holopart", "complete")
    assert "models download holopart" in registry.obstacle(about).hint


def test_parts_without_area_have_no_whole(engine: holopart.HoloPart) -> None:
    vertices, faces, labels = standing()
    flat = np.concatenate([faces, [[0, 0, 1]]])
    wholes = engine.survey(vertices, flat, np.append(labels, 2).astype(np.int32))
    assert wholes.whole(2) is None
