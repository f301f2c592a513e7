# SPDX-License-Identifier: GPL-3.0-or-later
"""PartCrafter's engine with tiny random weights."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="latent networks need torch")

from backend.contract.errors import BadInput, WeightsMissing  # noqa: E402
from backend.engines import partcrafter  # noqa: E402
from backend.engines.base import Brief  # noqa: E402
from backend.geometry.mesh import is_closed_manifold  # noqa: E402
from tests.backend.latents.tiny_models import tiny_model  # noqa: E402


@pytest.fixture
def engine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> partcrafter.PartCrafter:
    monkeypatch.setenv("PARTWISE_HOME", str(tmp_path))
    tiny_model(tmp_path, "partcrafter")
    return replace(partcrafter.load(), tokens=16, steps=2, cells=32)


def disc() -> np.ndarray:
    """A red disc on nothing."""
    y, x = np.mgrid[:80, :120]
    inside = (x - 60) ** 2 + (y - 40) ** 2 < 30**2
    picture = np.zeros((80, 120, 4), np.uint8)
    picture[inside] = [200, 30, 30, 255]
    return picture


def test_as_many_closed_parts_as_asked_for_at_most(engine: partcrafter.PartCrafter) -> None:
    brief = Brief(images=[disc()], parts=3)
    assert engine.takes(brief)
    made = engine.generate(brief, seed=1)
    assert 1 <= len(made.parts) <= 3
    for part in made.parts:
        assert is_closed_manifold(part.faces)
        assert part.uv is not None
        assert part.colour[0] > 5 * part.colour[1]
    points = np.concatenate([part.vertices for part in made.parts])
    assert np.ptp(points, axis=0).max() == pytest.approx(1.0)
    assert points[:, 1].min() == pytest.approx(0.0, abs=1e-9)


def test_masks_say_how_many(
    engine: partcrafter.PartCrafter, monkeypatch: pytest.MonkeyPatch
) -> None:
    from backend.latents import generation

    asked = []
    real = generation.of_picture

    def watched(*given: object, **named: object) -> object:
        asked.append(named["parts"])
        return real(*given, **named)

    monkeypatch.setattr(generation, "of_picture", watched)
    mask = np.full((80, 120), -1, np.int32)
    mask[:, :50], mask[:, 50:] = 0, 1
    engine.generate(Brief(images=[disc()], masks=[mask]), seed=1)
    assert asked == [2]


@pytest.mark.parametrize(("stripes", "count"), [(1, 2), (3, 3), (4, 4), (15, 8)])
def test_without_a_number_the_picture_says_how_many(stripes: int, count: int) -> None:
    """At least two, and not as many as a drawing has colours."""
    picture = np.zeros((300, 120, 4), np.uint8)
    for number, rows in enumerate(np.array_split(np.arange(10, 290), stripes)):
        hue = [(200, 30, 30), (30, 60, 220), (240, 220, 40), (30, 160, 60)][number % 4]
        picture[rows, 20:100] = [*hue, 255]
    assert partcrafter._count(Brief(images=[picture])) == count


def test_what_it_cannot_do_is_said(engine: partcrafter.PartCrafter) -> None:
    for count in (0, 17, 100):
        with pytest.raises(BadInput, match=f"makes 1 to 16 parts, not {count}"):
            engine.generate(Brief(images=[disc()], parts=count))
    mask = np.arange(80 * 120).reshape(80, 120) % 17
    with pytest.raises(BadInput, match="mask has 17 parts"):
        engine.generate(Brief(images=[disc()], masks=[mask.astype(np.int32)]))
    with pytest.raises(BadInput, match="one picture"):
        engine.generate(Brief(text="a chair"))
    with pytest.raises(BadInput, match="no figure"):
        engine.generate(Brief(images=[np.zeros((80, 120, 4), np.uint8)], parts=2))


def test_without_its_model_it_says_how_to_get_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PARTWISE_HOME", str(tmp_path))
    with pytest.raises(WeightsMissing, match="PartCrafter is not there"):
        partcrafter.load()
