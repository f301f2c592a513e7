# SPDX-License-Identifier: GPL-3.0-or-later
"""The completer: a small network that corrects the winding number of a part in hidden regions.

Lifted features of a place go in, what is added to the logit of the winding number comes out: the
mean of what a few members say that were trained apart, which errs less than each of them. It
runs on NumPy; with tensors of PyTorch in the place of arrays the same lines train it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from ..contract.arrays import Singles

BOUND = 6.0  # deviations beyond which a feature says no more
POINTS_A_TURN = 512  # so that what is worked on fits into the cache


@dataclass(frozen=True)
class CompleterConfig:
    """Its size. features : that go in. width : of hidden layers. layers : of them.

    members : networks of that size whose mean it is.
    """

    features: int
    width: int = 160
    layers: int = 4
    members: int = 1


def shapes(config: CompleterConfig) -> dict[str, tuple[int, ...]]:
    """The arrays of a completer and their shapes."""
    one: dict[str, tuple[int, ...]] = {
        "mean": (config.features,),
        "deviation": (config.features,),
        "in.weight": (config.features, config.width),
        "in.bias": (config.width,),
        "out.weight": (config.width, 1),
        "out.bias": (1,),
    }
    for k in range(config.layers - 1):
        one[f"layer{k}.weight"] = (config.width, config.width)
        one[f"layer{k}.bias"] = (config.width,)
    members = range(config.members)
    return {member_name(name, k): shape for k in members for name, shape in one.items()}


def member_name(name: str, member: int) -> str:
    """What an array of a member is called; those of the first bear their names alone."""
    return f"member{member}.{name}" if member else name


@dataclass(frozen=True)
class Completer:
    """The network. arrays : as `shapes` says, of NumPy or PyTorch."""

    config: CompleterConfig
    arrays: Mapping[str, Any]

    def forward(self, features: Any) -> Any:
        """What is added to the logit: (N,), from features (N, C)."""
        said = [self._member(features, k) for k in range(self.config.members)]
        return sum(said[1:], said[0]) / len(said)

    def _member(self, features: Any, member: int) -> Any:
        """What one member says: (N,)."""
        a = {name: self.arrays[member_name(name, member)] for name in shapes(self._one)}
        x = (features - a["mean"]) / a["deviation"]
        x = x.clip(-BOUND, BOUND)
        h = (x @ a["in.weight"] + a["in.bias"]).clip(0, None)  # (N, width)
        for k in range(self.config.layers - 1):
            h = h + (h @ a[f"layer{k}.weight"] + a[f"layer{k}.bias"]).clip(0, None)
        return (h @ a["out.weight"] + a["out.bias"])[:, 0]

    @property
    def _one(self) -> CompleterConfig:
        return replace(self.config, members=1)

    def __call__(self, features: Singles) -> Singles:
        """As `forward`, in NumPy, a cacheful at a time and in place."""
        said = np.zeros(len(features), np.float32)
        for member in range(self.config.members):
            a = {name: self.arrays[member_name(name, member)] for name in shapes(self._one)}
            for at in range(0, len(features), POINTS_A_TURN):
                some = slice(at, at + POINTS_A_TURN)
                said[some] += self._quickly(features[some], a)
        return said / np.float32(self.config.members)

    def _quickly(self, features: Singles, a: Mapping[str, Singles]) -> Singles:
        """As `_member`: every new array would leave the cache."""
        x = features - a["mean"]
        x /= a["deviation"]
        np.clip(x, -BOUND, BOUND, out=x)
        h = x @ a["in.weight"]
        h += a["in.bias"]
        np.maximum(h, 0, out=h)
        more = np.empty_like(h)
        for k in range(self.config.layers - 1):
            np.matmul(h, a[f"layer{k}.weight"], out=more)
            more += a[f"layer{k}.bias"]
            np.maximum(more, 0, out=more)
            h += more
        return np.asarray((h @ a["out.weight"] + a["out.bias"])[:, 0])
