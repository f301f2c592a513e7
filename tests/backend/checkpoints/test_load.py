# SPDX-License-Identifier: GPL-3.0-or-later
"""Reading weights: missing, damaged, replaced and foreign files."""

import json
import shutil

import numpy as np
import pytest
from safetensors.numpy import save_file

from backend.checkpoints.catalogue import (
    CHECKSUMS,
    WEIGHTS,
    WeightsCorrupt,
    WeightsMissing,
    write_checksums,
)
from backend.checkpoints.load import weights
from backend.contract.errors import Cancelled


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "small.safetensors"
    arrays = {"a": np.arange(6, dtype=np.int16).reshape(2, 3), "b": np.ones(2, np.float16)}
    save_file(arrays, path, {"stop": "0.5"})
    return path


def read(path):
    with weights(path, "the engine") as found:
        return found


def test_arrays_and_what_is_beside_them(file):
    found = read(file)
    np.testing.assert_array_equal(found.arrays["a"], [[0, 1, 2], [3, 4, 5]])
    assert found.arrays["b"].dtype == np.float16
    assert found.about == {"stop": "0.5"}


def test_arrays_of_other_shapes_are_of_another_version(file):
    found = read(file)
    assert set(found.exactly({"a": (2, 3)})) == {"a"}
    with pytest.raises(WeightsCorrupt, match="The weights of the engine are of another version"):
        found.exactly({"a": (3, 2)})


def test_a_missing_file(tmp_path):
    with pytest.raises(WeightsMissing, match="The weights of the engine are missing"):
        read(tmp_path / "none.safetensors")


@pytest.mark.parametrize("data", [b"", b"hello", b"\x08\0\0\0\0\0\0\0not json and more"])
def test_a_file_that_is_no_checkpoint(data, tmp_path):
    path = tmp_path / "bad.safetensors"
    path.write_bytes(data)
    with pytest.raises(WeightsCorrupt, match="The weights of the engine are damaged"):
        read(path)


def test_what_goes_wrong_with_the_contents_is_damage(file):
    with pytest.raises(WeightsCorrupt, match="damaged"), weights(file, "the engine") as found:
        found.arrays["c"]
    with pytest.raises(WeightsCorrupt, match="damaged"), weights(file, "the engine") as found:
        json.loads(found.about["stop"])["x"]
    with pytest.raises(Cancelled), weights(file, "the engine"):
        raise Cancelled
    with pytest.raises(ZeroDivisionError), weights(file, "the engine"):
        _ = 1 / 0  # no fault of the file


def test_published_weights_must_be_as_published(file):
    write_checksums(file.parent)
    assert read(file).about == {"stop": "0.5"}
    data = bytearray(file.read_bytes())
    data[-1] ^= 1  # one bit of the last number: still a good file of its kind
    file.write_bytes(data)
    with pytest.raises(WeightsCorrupt, match="damaged") as caught:
        read(file)
    assert " is not " in caught.value.detail


def test_the_bundled_weights_are_never_taken_unchecked(tmp_path, monkeypatch):
    """Also without their list of checksums, which a folder of one's own does not have."""
    shutil.copy(WEIGHTS / "merging.safetensors", tmp_path)
    assert not (tmp_path / CHECKSUMS).exists()
    read(tmp_path / "merging.safetensors")
    monkeypatch.setattr("backend.checkpoints.load.WEIGHTS", tmp_path)
    with pytest.raises(WeightsCorrupt, match="no checksum"):
        read(tmp_path / "merging.safetensors")
