# SPDX-License-Identifier: GPL-3.0-or-later
"""Imagined parts with a texture of their own: by a known shape in place of an imagined one."""

from __future__ import annotations

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="latent networks need torch")
pytest.importorskip("xatlas", reason="it unwraps")

from backend.engines.base import Brief  # noqa: E402
from backend.geometry.mesh import is_closed_manifold  # noqa: E402
from backend.images import unwrapping  # noqa: E402
from backend.latents.surface import Field  # noqa: E402
from backend.pipelines.painted import PROJECTED  # noqa: E402
from tests.stand_in import StandIn, walked  # noqa: E402


def ball(at: float, radius: float) -> Field:
    def field(points):
        gap = np.linalg.norm(points - [at, 0, 0], axis=1)
        return np.tanh(20 * (radius - gap)).astype(np.float32)

    return field


def brief() -> Brief:
    """A red disc beside a blue one, on green that is transparent."""
    y, x = np.mgrid[:100, :200]
    picture = np.zeros((100, 200, 4), np.uint8)
    picture[...] = [0, 255, 0, 0]
    for middle, colour in ((50, (200, 20, 20)), (150, (40, 60, 250))):
        picture[(x - middle) ** 2 + (y - 50) ** 2 < 48**2] = [*colour, 255]
    return Brief([picture])


ENGINE = StandIn([ball(-0.48, 0.47), ball(0.48, 0.47)], cells=32, in_one=False, faces=1200)


def test_parts_share_a_texture_and_are_painted_all_around() -> None:
    made = walked(ENGINE, brief())
    assert sorted(part.name for part in made.parts) == ["blue", "red"]
    assert sum(len(part.faces) for part in made.parts) <= 1200
    assert made.texture.shape == (1024, 1024, 4)
    assert made.notes == ()
    for part in made.parts:
        assert is_closed_manifold(part.faces)
        wanted = [200, 20, 20] if part.name == "red" else [40, 60, 250]
        middle = part.uv.mean(axis=1)  # of all faces, those behind too
        column, row = (middle[:, 0] * 1024).astype(int), ((1 - middle[:, 1]) * 1024).astype(int)
        colour = made.texture[row, column, :3].astype(int)
        assert np.abs(colour - wanted).max() < 30
        assert part.colour[0 if part.name == "red" else 2] > 0.3


def test_without_the_library_the_picture_is_laid_onto_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(unwrapping, "find_spec", lambda _: None)
    made = walked(ENGINE, brief())
    assert made.notes == (PROJECTED,)
    assert made.texture.shape == (100, 200, 4)
    assert sorted(part.name for part in made.parts) == ["blue", "red"]
