# SPDX-License-Identifier: GPL-3.0-or-later
"""Arrays on their way to a network."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor


def batch_of(arrays: Iterable[NDArray[Any]], device: torch.device | str) -> Tensor:
    """Arrays of one shape as a batch (B, ...) on a device; a batch of one of one array."""
    return torch.from_numpy(np.stack(list(arrays))).to(device)
