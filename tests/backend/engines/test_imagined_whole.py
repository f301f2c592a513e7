# SPDX-License-Identifier: GPL-3.0-or-later
"""What the part generator is told of a part that is to be whole."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from backend.contract.errors import Cancelled
from backend.contract.progress import Progress
from backend.engines import imagined_whole
from backend.engines.base import Sketch
from backend.engines.flow import Flow
from backend.engines.hidden import HiddenWholes
from backend.engines.narrow_band import OUTSIDE
from backend.engines.part_making import Ways
from backend.latents.part_request import Request
from backend.models.members import box_of
from tests.backend.engines.balls import balls
from tests.backend.latents.tiny_generator import tiny_generator


def test_first_the_box_is_found_then_the_shape_in_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[tuple[np.ndarray, np.ndarray], Ways]] = []
    real = imagined_whole.sampled_parts

    def watched(
        generator: object, request: Request, ways: Ways, *more: object, **options: object
    ) -> object:
        known = request.box_begun == 0, request.members["box"].copy()
        asked.append((known, ways))
        assert request.whole_known
        assert request.given["seen_own"][0, 0, :, -1].all()
        assert not request.given["seen_own"][0, 1:].any()
        return real(generator, request, ways, *more, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(imagined_whole, "sampled_parts", watched)
    engine = Flow(tiny_generator(tmp_path), Ways(steps=4, cells=32))
    vertices, faces, labels = balls([(0, 0, 0), (0.9, 0, 0), (0, 0.9, 0)], [0.6, 0.5, 0.45], 2)
    wholes = engine.survey(vertices, faces, labels.astype(np.int32))
    assert wholes.whole(1) is not None
    assert [ways.steps for _, ways in asked] == [2, 4]
    assert [known[0].tolist() for known, _ in asked] == [[False, True, True], [True] * 3]
    box, _ = box_of(asked[1][0][1][0, 0, 0])
    seen = wholes.scene.boxes[1]
    assert (box[0] <= seen[0] + 0.02).all()
    assert (box[1] >= seen[1] - 0.02).all()
    assert (np.abs(box) < 0.97).all()

    def tell(stage: str, done: int, whole: int) -> None:
        if done > 30:
            raise Cancelled

    with pytest.raises(Cancelled):
        wholes.whole(1, progress=Progress(tell))


def test_what_is_imagined_is_sketched_where_the_part_is(tmp_path: Path) -> None:
    engine = Flow(tiny_generator(tmp_path), Ways(steps=4, cells=32))
    vertices, faces, labels = balls([(0, 0, 0), (0.9, 0, 0), (0, 0.9, 0)], [0.6, 0.5, 0.45], 2)
    seen: list[Sketch] = []
    wholes = engine.survey(vertices, faces, labels.astype(np.int32))
    assert wholes.whole(1, progress=Progress(look=seen.append)) is not None
    assert [one.part for one in seen] == [1, 1, 1]
    for one in seen:
        (part,) = one.parts
        low, high = part.vertices.min(axis=0), part.vertices.max(axis=0)
        assert (low < [0.9, 0.1, 0.1]).all()
        assert (high > [0.9, -0.1, -0.1]).all()
        assert np.ptp(part.vertices, axis=0).max() < 2


def test_near_visible_surface_the_hidden_engine_speaks_and_below_it_the_flow_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = Flow(tiny_generator(tmp_path), Ways(steps=4, cells=32))
    vertices, faces, labels = balls([(0, 0, 0), (0.9, 0, 0)], [0.6, 0.5], 2)
    wholes = engine.survey(vertices, faces, labels.astype(np.int32))
    seen = wholes.seen(0)
    assert seen is not None
    one = imagined_whole._OneWhole(
        wholes.engine, wholes.object, wholes.lenders, 0,
        shape=lambda own: np.ones(len(own), np.float32), middle=np.zeros(3), half=np.ones(3),
    )  # fmt: skip
    monkeypatch.setattr(HiddenWholes, "_learned", lambda self, seen, points, inside: 0 * inside)
    most = -imagined_whole.MOST_SAID * OUTSIDE
    points = np.concatenate([seen.points[:5], [seen.centre], [[2.0, 0, 0]]])
    said = one._learned(seen, points, np.ones(len(points)))
    assert said[:5] == pytest.approx(0)
    assert said[5:] == pytest.approx([most, -most]), "the centre is deep, and beyond there is none"
