# SPDX-License-Identifier: GPL-3.0-or-later
"""Fields of decoded latents."""

from __future__ import annotations

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="latent networks need torch")

from backend.latents.shapes import fields  # noqa: E402
from backend.latents.surface import extract  # noqa: E402
from backend.models.vecset import VecSet  # noqa: E402
from tests.backend.latents.cases import normal  # noqa: E402
from tests.backend.models.test_vecset import SMALL  # noqa: E402


def test_each_shape_has_a_field_of_its_own() -> None:
    torch.manual_seed(0)
    network = VecSet(SMALL).eval().requires_grad_(False)
    latents = 3 * normal(2, 8, 6, seed=1)
    points = np.random.default_rng(0).uniform(-1, 1, (50, 3)).astype(np.float32)
    one, other = fields(network, latents)
    together = network.query(network.decode(latents), torch.from_numpy(points).expand(2, -1, -1))
    assert np.allclose(one(points), together[0].numpy(), atol=1e-5)
    assert np.allclose(other(points), together[1].numpy(), atol=1e-5)
    assert extract(one, 64).field.whole().values.shape == (65, 65, 65)
