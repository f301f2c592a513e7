# SPDX-License-Identifier: GPL-3.0-or-later
"""A picture of a part becomes one closed solid in the old part's place."""

from __future__ import annotations

import numpy as np
import pytest

from backend.contract.errors import BadInput
from backend.pipelines.edit import replace_part
from tests.backend.pipelines.replacing import cart


def picture() -> np.ndarray:
    """A red disc on nothing."""
    y, x = np.mgrid[:96, :96] - 47.5
    inside = x**2 + y**2 < 40**2
    return np.where(inside[..., None], [220, 30, 30, 255], 0).astype(np.uint8)


def test_a_picture_is_made_and_fitted() -> None:
    vertices, faces, labels = cart()
    done = replace_part(vertices, faces, labels, 4, image=picture(), mesh_name="ball")
    (ball,) = done.variants
    assert done.engine == "inflate"
    assert ball.name == "ball"
    assert ball.report["closed"]
    assert done.material["colour"][0] > 4 * done.material["colour"][1]
    assert ball.vertices[:, 1].min() < 0.95, "it sits where the hat sat"
    green = replace_part(vertices, faces, labels, 4, image=picture(), text="green").material
    assert green["colour"][1] > green["colour"][0]


def test_a_picture_without_a_figure_or_beside_a_title_is_refused() -> None:
    with pytest.raises(BadInput):
        replace_part(*cart(), 4, image=np.zeros((16, 16, 4), np.uint8))
    with pytest.raises(BadInput, match="Several"):
        replace_part(*cart(), 4, image=picture(), source="gear")
