# SPDX-License-Identifier: GPL-3.0-or-later
"""Reading files of weights: that they are there, as published, and hold what was asked for."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from ..contract.errors import PartwiseError, WeightsCorrupt, WeightsMissing
from .catalogue import CHECKSUMS, WEIGHTS, bundled

HINT = "Install Partwise again."
Shapes = Mapping[str, tuple[int, ...]]


@dataclass(frozen=True)
class Weights:
    """A file of weights in memory: arrays by their names, and what is written beside them."""

    arrays: Mapping[str, NDArray[Any]]
    about: Mapping[str, str]
    owner: str

    def exactly(self, shapes: Shapes) -> dict[str, NDArray[Any]]:
        """The arrays of these names. Raises WeightsCorrupt when one has another shape."""
        found = {name: self.arrays[name] for name in shapes}
        if {name: array.shape for name, array in found.items()} != dict(shapes):
            raise self.of_another_version()
        return found

    def of_another_version(self) -> WeightsCorrupt:
        """The error for weights that are whole, but made for another version."""
        return WeightsCorrupt(f"The weights of {self.owner} are of another version.", HINT)


@contextmanager
def weights(path: Path, owner: str) -> Iterator[Weights]:
    """The weights of a file, to make a model of: ``with weights(path, "the engine") as found:``.

    Files of a folder that lists checksums must be as published; others, as of one's own training,
    are taken as they are. owner : whose they are, in words. Raises WeightsMissing or
    WeightsCorrupt, the latter also when making the model fails because of what the file holds.
    """
    from safetensors import SafetensorError
    from safetensors.numpy import load

    if not path.is_file():
        raise WeightsMissing(f"The weights of {owner} are missing.", HINT)
    data = path.read_bytes()
    try:
        _check_published(path, data)
        arrays = load(data)
        size = int.from_bytes(data[:8], "little")  # of the header, in JSON
        about = json.loads(data[8 : 8 + size]).get("__metadata__", {})
        yield Weights(arrays, about, owner)
    except PartwiseError:
        raise
    except (SafetensorError, KeyError, ValueError, TypeError, IndexError) as error:
        raise WeightsCorrupt(f"The weights of {owner} are damaged.", HINT, str(error)) from error


def _check_published(path: Path, data: bytes) -> None:
    """Raises ValueError when a published file is another one."""
    if path.parent != WEIGHTS and not (path.parent / CHECKSUMS).is_file():
        return
    listed = {checkpoint.path.name: checkpoint.sha256 for checkpoint in bundled(path.parent)}
    found = hashlib.sha256(data).hexdigest()
    if found != listed.get(path.name):
        raise ValueError(f"{found} is not {listed.get(path.name)}")
