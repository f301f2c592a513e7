# SPDX-License-Identifier: GPL-3.0-or-later
"""What parts will be about, while they are sampled."""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np
import pytest

from backend.contract.progress import SILENT, Progress
from backend.engines import part_sketch
from backend.engines.base import PartMesh, Sketch
from backend.engines.part_making import Maker, Object, Wanted, Ways, sampled_parts
from backend.engines.part_sketch import coarse, looking
from backend.geometry.mesh import is_closed_manifold
from backend.latents.part_generator import PartGenerator
from backend.latents.part_request import Request
from tests.backend.latents.tiny_generator import tiny_generator

BOX = np.array([[-0.5, 0.0, 0.1], [0.5, 0.2, 0.4]])


@pytest.fixture(scope="module")
def generator(tmp_path_factory: pytest.TempPathFactory) -> PartGenerator:
    return tiny_generator(tmp_path_factory.mktemp("weights"))


def sketches(
    generator: PartGenerator, count: int, steps: int, place: object = list
) -> list[Sketch]:
    """All of one sampling."""
    seen: list[Sketch] = []
    request = Request(generator.flow.config, count)
    for k in range(count):
        request.know_box(k, BOX)
    progress = Progress(look=seen.append)
    look = looking(generator, count, progress, place)  # type: ignore[arg-type]
    sampled_parts(generator, request, Ways(steps=steps, cells=32), 0, look=look)
    return seen


def test_a_few_come_in_a_sampling_and_lie_where_the_part_will_be(generator: PartGenerator) -> None:
    seen = sketches(generator, 1, 10)
    assert [one.share for one in seen] == pytest.approx([0.2, 0.4, 0.6, 0.8])
    for one in seen:
        (part,) = one.parts
        assert is_closed_manifold(part.faces)
        assert part.colour is not None
        assert (part.vertices > BOX[0] - 0.1).all()
        assert (part.vertices < BOX[1] + 0.1).all()
    assert not np.array_equal(seen[0].parts[0].vertices, seen[-1].parts[0].vertices)


def test_few_steps_show_fewer_and_several_parts_are_shown_less_often(
    generator: PartGenerator,
) -> None:
    assert len(sketches(generator, 1, 2)) == 1
    assert sketches(generator, 1, 1) == []
    several = sketches(generator, 3, 6)
    assert [len(one.parts) for one in several] == [3, 3]


def test_nothing_is_made_where_nobody_looks(generator: PartGenerator) -> None:
    assert looking(generator, 1, SILENT, list) is None


def test_parts_that_are_there_are_seen_beside_the_next_and_all_are_placed(
    generator: PartGenerator,
) -> None:
    seen: list[Sketch] = []

    def lifted(parts: list[PartMesh]) -> list[PartMesh]:
        return [PartMesh(one.vertices + [0, 5, 0], one.faces) for one in parts]

    ways = Ways(steps=4, cells=32)
    maker = Maker(generator, Object(), ways, 0, lifted)
    wanted = [Wanted(box=BOX)] * 9  # one more than go together
    maker.at_once(wanted, Progress(look=seen.append))
    assert [len(one.parts) for one in seen] == [8, 8, 9, 9, 9]
    assert all((part.vertices[:, 1] > 4).all() for one in seen for part in one.parts)


def test_a_look_is_cheap_beside_a_tenth_of_a_second(tmp_path: Path) -> None:
    from backend.engines.flow import CHECKPOINT
    from backend.engines.part_weights import read_generator
    from backend.latents.part_generator import Told

    real = read_generator(CHECKPOINT)
    config = real.flow.config
    tokens = np.random.default_rng(0).normal(size=(config.tokens, config.token))
    told = Told(tokens.astype(np.float32), tokens.astype(np.float32), BOX)
    coarse(real, told, (1, 1, 1), part_sketch.CELLS)
    began = time.process_time()
    coarse(real, told, (1, 1, 1), part_sketch.CELLS)
    assert time.process_time() - began < 0.4  # 0.14 s where nothing else runs
