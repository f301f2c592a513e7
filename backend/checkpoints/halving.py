# SPDX-License-Identifier: GPL-3.0-or-later
"""Files of weights in half their size: numbers of 32 bits become such of 16 (IEEE binary16).

Read and written piece by piece, so that memory never holds a tensor. Names, shapes and order stay;
a tensor with numbers beyond 16 bits keeps its 32. The format is that of safetensors: eight bytes of
length, a header in JSON, the numbers one tensor after the other.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..contract.errors import WeightsCorrupt
from ..contract.progress import SILENT, Progress
from .disk import digest

WIDTHS = {"F64": 8, "F32": 4, "F16": 2, "BF16": 2, "I64": 8, "I32": 4, "I16": 2, "I8": 1, "U8": 1}
WIDTHS |= {"U64": 8, "U32": 4, "U16": 2, "BOOL": 1, "F8_E4M3": 1, "F8_E5M2": 1}
LARGEST_HEADER = 100_000_000
A_TURN = 1 << 20  # numbers at a time


@dataclass(frozen=True)
class Tensor:
    """Where a tensor lies. kind : of its numbers. begin, end : in bytes after the header."""

    name: str
    kind: str
    shape: tuple[int, ...]
    begin: int
    end: int


@dataclass(frozen=True)
class Header:
    """What stands at the beginning of a file. data : where its numbers begin, in bytes."""

    tensors: tuple[Tensor, ...]
    about: Mapping[str, str]
    data: int

    @property
    def kinds(self) -> set[str]:
        """Of all its numbers."""
        return {tensor.kind for tensor in self.tensors}


def header(path: Path, owner: str) -> Header:
    """The header of a file, which is as long as it says. Raises WeightsCorrupt, OSError."""
    size = path.stat().st_size
    with path.open("rb") as file:
        length = int.from_bytes(file.read(8), "little")
        text = file.read(length) if 2 <= length <= min(LARGEST_HEADER, size) else b""
    try:
        said = json.loads(text)
        about = said.pop("__metadata__", {})
        tensors = sorted((_tensor(name, one) for name, one in said.items()), key=lambda t: t.begin)
        starts = [0, *(tensor.end for tensor in tensors)]
        if any(t.begin != start for t, start in zip(tensors, starts, strict=False)):
            raise ValueError("gaps")
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise _damaged(path, owner, f"its header cannot be read ({error})") from error
    if size != 8 + length + starts[-1]:
        raise _damaged(path, owner, f"{size} bytes instead of {8 + length + starts[-1]}")
    return Header(tuple(tensors), about, 8 + length)


def _tensor(name: str, said: Mapping[str, Any]) -> Tensor:
    begin, end = map(int, said["data_offsets"])
    found = Tensor(name, str(said["dtype"]), tuple(map(int, said["shape"])), begin, end)
    if end - begin != int(np.prod(found.shape, dtype=np.int64)) * WIDTHS[found.kind]:
        raise ValueError(f"the size of {name}")
    return found


def _damaged(path: Path, owner: str, why: str) -> WeightsCorrupt:
    return WeightsCorrupt(
        f"The weights of {owner} are damaged: {path.name} is cut short or changed.",
        "Download it again, or choose another folder.",
        f"{path}: {why}",
    )


def halve(source: Path, target: Path, owner: str, progress: Progress = SILENT) -> str:
    """Write a file with its numbers of 32 bits in 16, and read it back. Returns its SHA-256.

    Raises WeightsCorrupt where the source is damaged or the disk kept something else than what was
    written, Cancelled, OSError; the target may then be there in part.
    """
    old = header(source, owner)
    finding = progress.span(0.0, 0.3)
    kinds = {t.name: _kind(source, old, t, finding) for t in old.tensors}
    text, tensors = _header(old, kinds)
    written = hashlib.sha256()
    size = max(old.tensors[-1].end if old.tensors else 0, 1)
    writing = progress.span(0.3, 0.8)
    with target.open("wb") as file:
        for piece in (len(text).to_bytes(8, "little"), text):
            file.write(piece)
            written.update(piece)
        for tensor in old.tensors:
            narrow = kinds[tensor.name] != tensor.kind
            for at, numbers in _numbers(source, old, tensor, narrow):
                writing.step(at / size)
                piece = (numbers.astype("<f2") if narrow else numbers).tobytes()
                file.write(piece)
                written.update(piece)
    found = digest(target, progress.span(0.8, 1.0)).hexdigest()
    if found != written.hexdigest() or header(target, owner).tensors != tensors:
        raise _damaged(target, owner, "it does not read as it was written")
    return found


def _kind(source: Path, old: Header, tensor: Tensor, progress: Progress) -> str:
    """Of which numbers a tensor will be."""
    if tensor.kind != "F32":
        return tensor.kind
    limit = float(np.finfo(np.float16).max)
    size = max(old.tensors[-1].end, 1)
    for at, numbers in _numbers(source, old, tensor, True):
        progress.step(at / size)
        largest = np.abs(numbers, where=np.isfinite(numbers), out=np.zeros_like(numbers)).max()
        if largest > limit:
            return tensor.kind
    return "F16"


def _numbers(
    source: Path, old: Header, tensor: Tensor, floats: bool
) -> Iterator[tuple[int, NDArray[Any]]]:
    """Pieces of a tensor, floats or bytes, each with where it begins."""
    kind, width = (np.dtype("<f4"), 4) if floats else (np.dtype(np.uint8), 1)
    with source.open("rb") as file:
        file.seek(old.data + tensor.begin)
        ends = [*range(tensor.begin, tensor.end, width * A_TURN), tensor.end]
        for begin, end in pairwise(ends):
            piece = np.fromfile(file, kind, (end - begin) // width)
            if piece.nbytes != end - begin:
                raise _damaged(source, tensor.name, "it became shorter")
            yield begin, piece


def _header(old: Header, kinds: Mapping[str, str]) -> tuple[bytes, tuple[Tensor, ...]]:
    """The header of tensors of these kinds, filled up so that numbers begin at a multiple of 8."""
    tensors, end = [], 0
    for t in old.tensors:
        begin, end = end, end + (t.end - t.begin) // WIDTHS[t.kind] * WIDTHS[kinds[t.name]]
        tensors.append(Tensor(t.name, kinds[t.name], t.shape, begin, end))
    said: dict[str, Any] = {"__metadata__": dict(old.about)} if old.about else {}
    for t in tensors:
        said[t.name] = {"dtype": t.kind, "shape": t.shape, "data_offsets": (t.begin, t.end)}
    text = json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode()
    return text + b" " * (-len(text) % 8), tuple(tensors)
