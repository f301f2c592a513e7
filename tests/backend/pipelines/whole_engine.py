# SPDX-License-Identifier: GPL-3.0-or-later
"""An engine for tests that knows the whole parts: fields of solids, seen from outside."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import SimpleNamespace

import numpy as np
import pytest

from backend.contract.progress import SILENT, Progress
from backend.engines import registry
from backend.engines.base import SignedDistance
from tests.backend.geometry.hidden.fields import Distance, field_of

Answer = SignedDistance | None


class Knowing:
    """Answers with the fields of solids; `centre` and `scale` are those of the object's frame."""

    def __init__(self, answers: Callable[[int], Answer]) -> None:
        self.answers = answers
        self.asked: list[int] = []

    def survey(
        self,
        vertices: np.ndarray,
        faces: np.ndarray,
        labels: np.ndarray,
        *,
        seed: int = 0,
        progress: Progress = SILENT,
    ) -> Knowing:
        assert np.ptp(vertices[faces.reshape(-1)], axis=0).max() == pytest.approx(1)
        assert labels.dtype == np.int32
        progress.step(1.0)
        return self

    def whole(self, part: int, *, progress: Progress = SILENT) -> Answer:
        progress.step(0.5)
        self.asked.append(part)
        return self.answers(part)


def fields(
    solids: Sequence[Distance], vertices: np.ndarray, cells: int = 44
) -> Callable[[int], Answer]:
    """What to answer for an object whose vertices (V,3) are seen of solids."""
    low, high = vertices.min(axis=0), vertices.max(axis=0)
    centre, scale = (low + high) / 2, float((high - low).max())

    def answer(part: int) -> SignedDistance:
        field = field_of(lambda p: solids[part](p * scale + centre) / scale, cells)
        return SignedDistance(np.asarray(field.values, np.float32), field.origin, field.cell)

    return answer


def install(
    monkeypatch: pytest.MonkeyPatch, answers: Callable[[int], Answer] | Mapping[int, Answer]
) -> Knowing:
    """Let the registry choose this engine, whatever is asked for."""
    engine = Knowing(answers if callable(answers) else answers.get)
    about = SimpleNamespace(name="knowing")
    chosen = registry.Chosen(about, engine)  # type: ignore[arg-type]
    monkeypatch.setattr(registry, "choose", lambda *_args, **_more: chosen)
    return engine
