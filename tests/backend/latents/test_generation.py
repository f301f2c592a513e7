# SPDX-License-Identifier: GPL-3.0-or-later
"""Shapes imagined by tiny random networks: what they depend on."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="latent networks need torch")
pytest.importorskip("tokenizers", reason="words are cut by tokenizers")

from backend.contract.errors import Cancelled  # noqa: E402
from backend.contract.progress import Progress  # noqa: E402
from backend.latents.generation import Sampling, of_picture, of_words  # noqa: E402
from backend.latents.networks import Networks  # noqa: E402
from backend.machine.device import Device  # noqa: E402
from tests.backend.latents.tiny_models import tiny_model  # noqa: E402

SHORT = Sampling(tokens=12, steps=2, guidance=7.0, cells=32, seed=3)
PICTURE = np.random.default_rng(0).integers(0, 256, (90, 60, 3)).astype(np.uint8)
OTHER = PICTURE[::-1].copy()


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Networks]]:
    home = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PARTWISE_HOME", str(home))
        names = ("partcrafter", "triposg", "scribble")
        for name in names:
            tiny_model(home, name)
        yield {name: Networks(name, name == "scribble", Device("cpu", "cpu")) for name in names}


def values(found: list) -> np.ndarray:
    return np.stack([one.field.whole().values for one in found])


def test_a_picture_gives_as_many_parts_as_are_asked_for(models: dict[str, Networks]) -> None:
    found = values(of_picture(models["partcrafter"], PICTURE, SHORT, parts=3))
    assert found.shape == (3, 33, 33, 33)
    assert not np.array_equal(found[0], found[1])
    assert np.array_equal(found, values(of_picture(models["partcrafter"], PICTURE, SHORT, parts=3)))
    for changed in (
        of_picture(models["partcrafter"], OTHER, SHORT, parts=3),
        of_picture(models["partcrafter"], PICTURE, SHORT, parts=3, as_published=True),
        of_picture(models["partcrafter"], PICTURE, Sampling(12, 2, 7.0, 32, seed=4), parts=3),
        of_picture(models["partcrafter"], PICTURE, Sampling(12, 2, 1.0, 32, seed=3), parts=3),
    ):
        assert not np.array_equal(found, values(changed))


def test_a_picture_gives_a_whole(models: dict[str, Networks]) -> None:
    assert values(of_picture(models["triposg"], PICTURE, SHORT)).shape == (1, 33, 33, 33)


def test_words_and_a_drawing_give_a_shape_each_as_strong_as_is_said(
    models: dict[str, Networks],
) -> None:
    def made(text: str, drawing: np.ndarray | None, strengths: tuple[float, float]) -> np.ndarray:
        found = of_words(models["scribble"], text, drawing, SHORT, strengths=strengths)
        return found.field.whole().values

    before = made("hat", PICTURE, (1.0, 0.4))
    assert np.array_equal(before, made("hat", PICTURE, (1.0, 0.4)))
    assert not np.array_equal(before, made("cup", PICTURE, (1.0, 0.4)))
    assert not np.array_equal(before, made("hat", OTHER, (1.0, 0.4)))
    assert not np.array_equal(before, made("hat", PICTURE, (1.0, 0.8)))
    assert not np.array_equal(before, made("hat", PICTURE, (0.5, 0.4)))
    assert not np.array_equal(before, made("hat", None, (1.0, 0.4)))


def test_a_cancel_is_heard_while_it_imagines(models: dict[str, Networks]) -> None:
    def tell(stage: str, done: int, whole: int) -> None:
        if stage == "Imagining":
            raise Cancelled

    with pytest.raises(Cancelled):
        of_picture(models["triposg"], PICTURE, SHORT, progress=Progress(tell))
