# SPDX-License-Identifier: GPL-3.0-or-later
"""Arrays become batches."""

from __future__ import annotations

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="latent networks need torch")

from backend.latents.batches import batch_of  # noqa: E402


def test_arrays_of_one_shape_become_a_batch_and_stay_of_their_kind() -> None:
    turned = np.arange(6, dtype=np.float32).reshape(2, 3).T  # whose rows lie apart in memory
    batch = batch_of([turned, turned + 1], "cpu")
    assert (batch.shape, batch.dtype) == ((2, 3, 2), torch.float32)
    assert np.array_equal(batch[1].numpy(), turned + 1)
    numbers = batch_of(iter([np.array([5, 7], np.int64)]), torch.device("cpu"))
    assert (numbers.shape, numbers.dtype) == ((1, 2), torch.int64)
