# SPDX-License-Identifier: GPL-3.0-or-later
"""TripoSG's engine with tiny random weights, and what the pipeline makes of it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

torch = pytest.importorskip("torch", reason="latent networks need torch")

from backend.contract.errors import BadInput  # noqa: E402
from backend.engines import projected, triposg  # noqa: E402
from backend.engines.base import Brief  # noqa: E402
from backend.geometry.mesh import is_closed_manifold  # noqa: E402
from backend.pipelines.generate import generate  # noqa: E402
from tests.backend.engines.test_partcrafter import disc  # noqa: E402
from tests.backend.latents.tiny_models import tiny_model  # noqa: E402


@pytest.fixture
def engine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> triposg.TripoSG:
    monkeypatch.setenv("PARTWISE_HOME", str(tmp_path))
    tiny_model(tmp_path, "triposg")
    tiny = replace(triposg.load(), tokens=16, steps=2, cells=32)
    monkeypatch.setattr(triposg, "load", lambda: tiny)
    return tiny


def test_it_makes_a_whole_that_the_pipeline_takes_apart(engine: triposg.TripoSG) -> None:
    whole = engine.generate(Brief(images=[disc()]), seed=1)
    assert whole.in_one
    assert len(whole.parts) == 1
    made = generate(
        Brief(images=[disc()], parts=2, options={"faces": 500}), engine="triposg", seed=1
    )
    assert made.engine == "triposg"
    assert len(made.parts) == 2
    assert all(is_closed_manifold(part.faces) for part in made.parts)


@pytest.mark.parametrize(("asked", "most"), [(300, 300), (0, projected.USUAL_FACES)])
def test_it_makes_no_more_faces_than_it_is_told(
    engine: triposg.TripoSG, monkeypatch: pytest.MonkeyPatch, asked: int, most: int
) -> None:
    """As many as can be left out: what is imagined by random weights is too rough for few."""
    told: list[int] = []
    within = projected.within

    def watched(meshes: Any, most: int) -> Any:
        told.append(most)
        return within(meshes, most)

    monkeypatch.setattr(projected, "within", watched)
    brief = Brief(images=[disc()], parts=1, options={"faces": asked})
    generate(brief, engine="triposg", paint=False)
    assert told == [most]


def test_one_part_is_the_whole(engine: triposg.TripoSG) -> None:
    made = generate(
        Brief(images=[disc()], parts=1, options={"faces": 500}), engine="triposg", seed=1
    )
    assert len(made.parts) == 1


def test_without_a_picture_it_says_so(engine: triposg.TripoSG) -> None:
    with pytest.raises(BadInput, match="one picture"):
        engine.generate(Brief(text="a chair"))
