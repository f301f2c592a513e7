# SPDX-License-Identifier: GPL-3.0-or-later
"""Packed arrays come back nearly as they were."""

from __future__ import annotations

import numpy as np
import pytest

from backend.checkpoints.packing import packed, unpacked


def arrays() -> dict[str, np.ndarray]:
    rng = np.random.default_rng(0)
    matrix = rng.normal(size=(96, 64)).astype(np.float32)
    matrix[:, 3] = 0
    matrix[:, 4] *= 1000
    return {
        "a.weight": matrix,
        "a.bias": rng.normal(size=64).astype(np.float32),
        "small": rng.normal(size=(3, 4)).astype(np.float32),
    }


@pytest.mark.parametrize(("eight", "share"), [(False, 1e-3), (True, 1 / 250)])
def test_what_is_packed_comes_back(eight: bool, share: float) -> None:
    before = arrays()
    kept = packed(before, eight=eight)
    assert kept["a.weight"].dtype == (np.int8 if eight else np.float16)
    after = unpacked(kept)
    assert after.keys() == before.keys()
    for name, array in after.items():
        assert array.dtype == np.float32
        # A large column does not make the others coarser.
        off = np.abs(array - before[name]).max(axis=0)
        assert (off <= share * np.abs(before[name]).max(axis=0)).all(), name


def test_a_matrix_without_its_scales_and_a_number_that_is_none_are_refused() -> None:
    kept = packed(arrays(), eight=True)
    del kept["a.weight.scale"]
    with pytest.raises(KeyError):
        unpacked(kept)
    with pytest.raises(ValueError, match="not finite"):
        unpacked({"a": np.array([np.nan], np.float16)})
