# SPDX-License-Identifier: GPL-3.0-or-later
"""The table that says what kind of part a part is, where it is sure: a small network over sets.

Each part is seen with all others of its object (Deep Sets, Zaheer et al., 2017): a tail is one by
what it hangs on. It is read and run with the standard library and NumPy alone, so that Blender
names parts while the slider moves; see ``weights/names.md``.
"""

from __future__ import annotations

import functools
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .arrays import Floats, NDArray, np
from .part_shapes import FEATURES, PartMirror, Shapes, features, find_part_mirror

FILE = Path(__file__).resolve().parents[1] / "weights" / "names.safetensors"
BODY = "Body"
LIMBS = {"Head", "Arm", "Leg", "Tail", "Wing", "Wheel", "Foot", "Hand", "Fin"}
FEWEST_LIMBS = 2  # that there are where something is a body
LIKELY = 0.25  # how likely that must be by itself


@dataclass(frozen=True)
class KindTable:
    """Layers as (out, in) weights and (out,) biases by name, and what they speak of.

    kinds : (N,) names; the last is "other". least : (N,) how sure it must be of each to say it.
    """

    arrays: dict[str, NDArray[np.float32]]
    kinds: tuple[str, ...]
    least: tuple[float, ...]

    def chances(self, seen: Floats) -> Floats:
        """(K, N) how likely each part is of each kind, of (K, FEATURES) features of an object."""
        own = (seen - self.arrays["mean"]) / self.arrays["deviation"]
        own = _layer(self.arrays, "part", np.clip(own, -5, 5))
        both = np.concatenate([own.mean(axis=0), own.max(axis=0)])
        joined = np.concatenate([own, np.tile(both, (len(own), 1))], axis=1)
        score = _layer(self.arrays, "kind", _layer(self.arrays, "whole", joined), last=True)
        score = np.exp(score - score.max(axis=1, keepdims=True))
        return np.asarray(score / score.sum(axis=1, keepdims=True))


def _layer(arrays: dict[str, NDArray[np.float32]], name: str, x: Floats, last: bool = False) -> Any:
    out = x @ arrays[f"{name}.weight"].T.astype(np.float64) + arrays[f"{name}.bias"]
    return out if last else np.maximum(out, 0)


def kinds_of(shapes: Shapes, table: KindTable | None = None) -> tuple[list[str], list[float]]:
    """What each of K parts is called, empty where the table is not sure, and how sure it is.

    table : by default the one that ships.
    """
    table = table or bundled()
    if table is None:
        return [""] * len(shapes.area), [0.0] * len(shapes.area)
    mirror = find_part_mirror(shapes)
    chances = table.chances(features(shapes, mirror))
    best = chances.argmax(axis=1)
    sure = chances.max(axis=1)
    spoken = (sure >= np.array(table.least)[best]) & (best < len(table.kinds) - 1)
    kinds = [table.kinds[k] if say else "" for k, say in zip(best, spoken.tolist(), strict=True)]
    if BODY in table.kinds and sum(kind in LIMBS for kind in kinds) >= FEWEST_LIMBS:
        _find_body(shapes, mirror, kinds, chances[:, table.kinds.index(BODY)])
    return kinds, sure.tolist()


def _find_body(shapes: Shapes, mirror: PartMirror | None, kinds: list[str], chance: Floats) -> None:
    """What limbs hang on is a body, if it is the largest of what has neither name nor mirror image
    and the table would not be surprised."""
    paired = {row for pair in ([] if mirror is None else mirror.pairs()) for row in pair}
    free = [row for row, kind in enumerate(kinds) if not kind and row not in paired]
    if BODY not in kinds and free:
        largest = max(free, key=lambda row: shapes.area[row])
        if chance[largest] >= LIKELY:
            kinds[largest] = BODY


@functools.cache
def bundled() -> KindTable | None:
    """The table that ships; None where it is missing or unreadable, and names are numbers."""
    try:
        return read(FILE.read_bytes())
    except (OSError, ValueError, KeyError, TypeError):
        return None


def read(data: bytes) -> KindTable:
    """A table of the bytes of a safetensors file. Raises ValueError where it is none."""
    size = int.from_bytes(data[:8], "little")
    header = json.loads(data[8 : 8 + size])
    about = json.loads(header.pop("__metadata__")["about"])
    arrays = {}
    for name, entry in header.items():
        if entry["dtype"] != "F32":
            raise ValueError(f"{name} is not of 32 bits")
        first, last = entry["data_offsets"]
        flat = np.frombuffer(data[8 + size + first : 8 + size + last], "<f4")
        arrays[name] = flat.reshape(entry["shape"])
    table = KindTable(arrays, tuple(about["kinds"]), tuple(about["least"]))
    if arrays["part.weight"].shape[1] != FEATURES or len(table.kinds) != len(table.least):
        raise ValueError("The table is of another version.")
    return table
