# SPDX-License-Identifier: GPL-3.0-or-later
"""What the flow remembers of a name."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from backend.engines.part_memory import remember, remembered
from backend.latents.part_request import Request
from tests.backend.latents.tiny_generator import FLOW, tiny_generator

BOX = np.array([[-0.2, 0.1, -0.3], [0.4, 0.9, 0.1]])


def test_a_name_is_remembered_in_its_box() -> None:
    found = remembered(("hat",), BOX, 0)
    assert found is not None
    vertices, faces = found
    np.testing.assert_allclose([vertices.min(axis=0), vertices.max(axis=0)], BOX, atol=1e-6)
    assert len(faces) > 20


def test_seeds_give_others() -> None:
    shapes = [remembered(("wheel",), BOX, seed) for seed in range(3)]
    sizes = {0 if one is None else len(one[0]) for one in shapes}
    assert len(sizes) > 1
    assert 0 not in sizes


def test_nothing_is_remembered_of_what_the_library_does_not_mean() -> None:
    assert remembered((), BOX, 0) is None
    assert remembered(("philosophy",), BOX, 0) is None


@pytest.mark.parametrize(("said", "level", "begun"), [
    (("hat",), 0.7, 0.7), (("hat",), 1.0, 1.0), ((), 0.7, 1.0),
])  # fmt: skip
def test_a_part_begins_there_in_its_box(
    tmp_path: Path, said: tuple[str, ...], level: float, begun: float
) -> None:
    request = Request(FLOW, 2)
    remember(tiny_generator(tmp_path), request, 1, said, BOX, 0, level)
    np.testing.assert_allclose(request.shape_begun, [1, begun])
    assert request.box_begun.tolist() == [1, 0]
    assert request.members["own"][0, 1].any() == (begun < 1)
