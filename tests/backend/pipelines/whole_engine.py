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
from tests.backend.geometry.hidden.fields import SCENES, Distance, field_of, rod

Answer = SignedDistance | None
CELLS = 18  # of a limb in a body


class Knowing:
    """Answers with the fields of solids; `centre` and `scale` are those of the object's frame."""

    def __init__(self, answers: Callable[[int], Answer]) -> None:
        self.answers = answers
        self.asked: list[int] = []
        self.seed = 0

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
        self.seed = seed
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
    monkeypatch: pytest.MonkeyPatch,
    answers: Callable[[int], Answer] | Mapping[int, Answer],
    options: tuple[str, ...] = (),
) -> Knowing:
    """Let the registry choose this engine, whatever is asked for."""
    engine = Knowing(answers if callable(answers) else answers.get)
    about = SimpleNamespace(name="knowing", options=options)
    chosen = registry.Chosen(about, engine)  # type: ignore[arg-type]
    monkeypatch.setattr(registry, "choose", lambda *_args, **_more: chosen)
    return engine


def install_limbs(
    monkeypatch: pytest.MonkeyPatch, vertices: np.ndarray, *, differ: bool = True
) -> Knowing:
    """The same for a limb in a body, of which each seed makes another: it begins elsewhere.

    vertices : of `SCENES["limb in a body"]`. differ : whether it really does.
    """

    def answer(part: int) -> Answer:
        begin = (-0.1 + 0.06 * engine.seed * differ, 0, 0)
        solids = [SCENES["limb in a body"][0], rod(begin, (0.42, 0.1, 0), 0.09)]
        return fields(solids, vertices, CELLS)(part)

    engine = install(monkeypatch, answer, ("quality", "seed"))
    return engine
