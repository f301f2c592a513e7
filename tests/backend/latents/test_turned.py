# SPDX-License-Identifier: GPL-3.0-or-later
"""How a model turns what it imagines, told by a chair."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="latent networks need torch")

from backend.checkpoints import store  # noqa: E402
from backend.checkpoints.public import public_model  # noqa: E402
from backend.geometry.isosurface import GridField  # noqa: E402
from backend.latents import chair, turned  # noqa: E402
from backend.latents.generation import Sampling  # noqa: E402
from backend.latents.surface import Extracted  # noqa: E402
from tests.backend.latents.tiny_models import tiny_model  # noqa: E402

SHORT = Sampling(tokens=8, steps=2, guidance=3.0, cells=32)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv(store.VARIABLE, str(tmp_path))
    return tmp_path


@pytest.mark.parametrize(("name", "count"), [("triposg", 3), ("partcrafter", 3), ("scribble", 1)])
def test_each_model_of_pictures_or_words_is_asked(home: Path, name: str, count: int) -> None:
    tiny_model(home, name)
    found = list(turned.imagined(public_model(name), SHORT))
    assert len(found) == count
    assert {one.about for one in found} == {"turned"}
    how = "by words and a drawing" if name == "scribble" else "by a picture with a border of 0.1"
    assert found[0].said.startswith(how)


def test_a_model_of_parts_is_not(home: Path) -> None:
    assert list(turned.imagined(public_model("holopart"), SHORT)) == []


def test_a_chair_that_comes_back_turned_is_told_so(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its up is our front, as of networks that have Z up."""
    cells = 64
    axis = np.linspace(-1.005, 1.005, cells + 1)
    places = np.stack(np.meshgrid(axis, axis, axis, indexing="ij"), -1)
    ours = np.stack([places[..., 0], places[..., 2], -places[..., 1]], -1)  # X, up Z, front -Y
    distance = np.full(places.shape[:3], np.inf)
    for low, high in chair.BOXES:
        outside = np.maximum(low - ours, ours - high).max(axis=-1)
        distance = np.minimum(distance, outside)
    answer = Extracted(
        GridField(distance.astype(np.float32), np.full(3, -1.005), axis[1] - axis[0]), 0
    )
    asked = []

    def answered(
        _networks: object, picture: np.ndarray, *_: object, **__: object
    ) -> list[Extracted]:
        asked.append(picture.shape)
        return [answer]

    monkeypatch.setattr(turned, "of_picture", answered)
    tiny_model(home, "triposg")
    found = list(turned.imagined(public_model("triposg")))
    assert len(set(asked)) == 3  # each border makes another picture
    assert all("+X, +Z, -Y are right, up and front" in one.said for one in found)
    assert all(one.odd for one in found)  # for it is not what the catalogue says
    model = replace(public_model("triposg"), axes="+X, +Z, -Y")
    assert not any(one.odd for one in turned.imagined(model))
    assert float(found[0].said.split("silhouettes ")[1].split()[0]) > 0.9


def test_nothing_that_comes_back_is_odd(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    empty = Extracted(GridField(np.ones((9, 9, 9), np.float32), np.zeros(3), 0.1), 0)
    monkeypatch.setattr(turned, "of_picture", lambda *_, **__: [empty])
    tiny_model(home, "triposg")
    assert all(one.odd for one in turned.imagined(public_model("triposg")))
