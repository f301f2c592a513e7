# SPDX-License-Identifier: GPL-3.0-or-later
"""Weights in half their size: the same names and numbers, or the file as it was."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import numpy as np
import pytest
from safetensors import safe_open
from safetensors.numpy import load_file, save_file

from backend.checkpoints import halving
from backend.checkpoints.halving import halve, header
from backend.contract.errors import Cancelled, WeightsCorrupt
from backend.contract.progress import Progress

RNG = np.random.default_rng(3)
ARRAYS = {
    "wide": RNG.normal(size=(37, 11)).astype(np.float32),
    "narrow": RNG.normal(size=(5,)).astype(np.float16),
    "empty": np.zeros((0, 4), np.float32),
    "scalar": np.array(2.5, np.float32),
    "blocks.0.weight": RNG.normal(size=(3, 4, 5)).astype(np.float32) * 1e-6,
    "huge": np.array([1.0, 1e6, -3.0], np.float32),
    "endless": np.array([np.inf, -np.inf, np.nan, 1.0], np.float32),
    "numbers": np.arange(7),
}


@pytest.fixture
def source(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(halving, "A_TURN", 16)
    save_file(ARRAYS, tmp_path / "a.safetensors", {"format": "pt"})
    return tmp_path / "a.safetensors"


def test_names_shapes_and_numbers_stay(source: Path, tmp_path: Path) -> None:
    found = halve(source, tmp_path / "b.safetensors", "Toy")
    kept = load_file(tmp_path / "b.safetensors")
    assert found == hashlib.sha256((tmp_path / "b.safetensors").read_bytes()).hexdigest()
    assert set(kept) == set(ARRAYS)
    for name, array in ARRAYS.items():
        wide = array.dtype == np.float32 and name != "huge"
        with np.errstate(over="raise"):
            wanted = array.astype(np.float16) if wide else array
        assert kept[name].dtype == wanted.dtype, name
        assert np.array_equal(kept[name], wanted, equal_nan=wanted.dtype.kind == "f"), name
    with safe_open(tmp_path / "b.safetensors", framework="np") as file:
        assert file.metadata() == {"format": "pt"}


def test_it_is_done_in_pieces_that_can_be_stopped(source: Path, tmp_path: Path) -> None:
    shares: list[int] = []
    halve(source, tmp_path / "b", "Toy", Progress(lambda _, done, __: shares.append(done)))
    assert len(shares) > 40
    assert shares == sorted(shares)
    count = 0

    def stop(*_: object) -> None:
        nonlocal count
        count += 1
        if count > 30:
            raise Cancelled

    with pytest.raises(Cancelled):
        halve(source, tmp_path / "c", "Toy", Progress(stop))


def test_what_the_disk_kept_is_read_back(
    source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = halving.digest

    def forgetful(path: Path, *more: object) -> object:
        data = bytearray(path.read_bytes())
        data[-1] ^= 1
        path.write_bytes(data)
        return real(path, *more)

    monkeypatch.setattr(halving, "digest", forgetful)
    with pytest.raises(WeightsCorrupt, match="damaged"):
        halve(source, tmp_path / "b", "Toy")


def test_a_header_says_what_is_in_a_file(source: Path) -> None:
    found = header(source, "Toy")
    assert {t.name: t.shape for t in found.tensors} == {n: a.shape for n, a in ARRAYS.items()}
    assert found.kinds == {"F32", "F16", "I64"}
    assert found.about == {"format": "pt"}


def _changed(source: Path, **change: object) -> None:
    data = source.read_bytes()
    size = int.from_bytes(data[:8], "little")
    said = json.loads(data[8 : 8 + size])
    said["wide"].update(change)
    text = json.dumps(said).encode()
    source.write_bytes(len(text).to_bytes(8, "little") + text + data[8 + size :])


@pytest.mark.parametrize(
    "change",
    [
        {"dtype": "F12"},
        {"shape": [37, 12]},
        {"data_offsets": [0, 4]},
        {"data_offsets": "none"},
        {"shape": None},
    ],
)
def test_a_header_that_cannot_be_is_told(source: Path, change: dict[str, object]) -> None:
    _changed(source, **change)
    with pytest.raises(WeightsCorrupt, match=r"a\.safetensors is cut short or changed"):
        header(source, "Toy")


@pytest.mark.parametrize("keep", [0, 5, 100, -1])
def test_a_file_that_is_cut_is_told(source: Path, keep: int) -> None:
    source.write_bytes(source.read_bytes()[:keep])
    with pytest.raises(WeightsCorrupt, match="The weights of Toy are damaged"):
        header(source, "Toy")


def test_a_file_that_is_no_such_file_is_told(source: Path) -> None:
    for data in (b"PK\x03\x04" * 50, b"\xff" * 64, (2).to_bytes(8, "little") + b"[]"):
        source.write_bytes(data)
        with pytest.raises(WeightsCorrupt):
            header(source, "Toy")
