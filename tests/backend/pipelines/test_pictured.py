# SPDX-License-Identifier: GPL-3.0-or-later
"""A picture of a part becomes one closed solid in the old part's place."""

from __future__ import annotations

import numpy as np
import pytest

from backend.contract.errors import BadInput
from backend.engines import registry
from backend.pipelines.edit import Replaced, replace_part
from tests.backend.one_by_one import Balls, chosen_for
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


def test_variants_of_a_picture_are_those_of_seeds(monkeypatch: pytest.MonkeyPatch) -> None:
    begun: list[int] = []
    engine = Balls(lambda seed, _: begun.append(seed))
    monkeypatch.setattr(registry, "choose", chosen_for(engine))
    vertices, faces, labels = cart()
    came: list[int] = []

    def shown(one: Replaced) -> None:
        came.append(len(begun))

    given = {"image": picture(), "engine": "balls", "seed": 3, "variants": 3}
    done = replace_part(vertices, faces, labels, 4, shown=shown, **given)
    assert begun == [3, 4, 5]
    assert came == [1, 2, 3], "each is fitted before the next is begun"
    assert len({variant.report["volume"] for variant in done.variants}) == 3
    engine.follows_seed = False
    assert len(replace_part(vertices, faces, labels, 4, **given).variants) == 1
