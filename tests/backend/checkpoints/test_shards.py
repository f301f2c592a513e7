# SPDX-License-Identifier: GPL-3.0-or-later
"""The files of a network as they are published, whole and not."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save_file

from backend.checkpoints.shards import files_of, opened
from backend.contract.errors import WeightsCorrupt, WeightsMissing

ONE = {"a.weight": np.arange(6, dtype=np.float32).reshape(2, 3)}
TWO = {"b.weight": np.ones(4, np.float16)}
NAME = "diffusion_pytorch_model"


def sharded(folder: Path) -> Path:
    names = [f"{NAME}-0000{i}-of-00002.safetensors" for i in (1, 2)]
    for name, arrays in zip(names, (ONE, TWO), strict=True):
        save_file(arrays, folder / name)
    index = {"weight_map": {"a.weight": names[0], "b.weight": names[1]}}
    (folder / f"{NAME}.safetensors.index.json").write_text(json.dumps(index))
    return folder


def test_one_file_or_several_with_an_index(tmp_path: Path) -> None:
    pytest.importorskip("torch", reason="tensors are torch's")
    with opened(sharded(tmp_path), "the model") as files:
        assert files.shapes == {"a.weight": (2, 3), "b.weight": (4,)}
        assert np.array_equal(files.tensor("a.weight").numpy(), ONE["a.weight"])
        assert files.about == {}
    alone = tmp_path / "alone"
    alone.mkdir()
    save_file(ONE, alone / f"{NAME}.safetensors")
    (alone / "config.json").write_text('{"num_attention_heads": 8}')
    with opened(alone, "the model") as files:
        assert list(files.shapes) == ["a.weight"]
        assert files.about == {"num_attention_heads": 8}


def test_sixteen_bits_come_before_thirty_two(tmp_path: Path) -> None:
    for name in (f"{NAME}.safetensors", f"{NAME}.fp16.safetensors", "other.safetensors"):
        save_file(ONE, tmp_path / name)
    assert [path.name for path in files_of(tmp_path, "it")] == [f"{NAME}.fp16.safetensors"]


def test_what_cannot_be_read_is_told(tmp_path: Path) -> None:
    pytest.importorskip("torch", reason="tensors are torch's")
    path = tmp_path / f"{NAME}.safetensors"
    save_file(ONE, path)
    whole = path.read_bytes()
    for part in (whole[:-5], whole[:4], b"", b"<html>" + whole):
        path.write_bytes(part)
        with pytest.raises(WeightsCorrupt, match="damaged"), opened(tmp_path, "the model"):
            pass
    save_file({"a": np.arange(4)}, path)
    with pytest.raises(WeightsCorrupt, match="numbers of the kind I64"), opened(tmp_path, "it"):
        pass


@pytest.mark.parametrize("name", ["pytorch_model.bin", "model.ckpt", "dit.pth"])
def test_pickles_are_refused_unread(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"cos\nsystem\n(S'false'\ntR.")
    with pytest.raises(WeightsCorrupt, match="pickled") as caught:
        files_of(tmp_path, "the model")
    assert name in caught.value.message


def test_a_shard_that_lacks_is_named(tmp_path: Path) -> None:
    (sharded(tmp_path) / f"{NAME}-00002-of-00002.safetensors").unlink()
    with pytest.raises(WeightsMissing, match="00002-of-00002"):
        files_of(tmp_path, "the model")


def test_an_index_never_leads_out_of_the_folder(tmp_path: Path) -> None:
    inner = tmp_path / "inner"
    inner.mkdir()
    save_file(ONE, tmp_path / "secret.safetensors")
    index = {"weight_map": {"a.weight": "../secret.safetensors"}}
    (inner / f"{NAME}.safetensors.index.json").write_text(json.dumps(index))
    with pytest.raises(WeightsMissing):
        files_of(inner, "the model")


def test_a_broken_index_and_files_without_one_are_refused(tmp_path: Path) -> None:
    index = tmp_path / f"{NAME}.safetensors.index.json"
    index.write_text("{")
    with pytest.raises(WeightsCorrupt, match="cannot be read"):
        files_of(tmp_path, "the model")
    index.unlink()
    for name in ("one.safetensors", "two.safetensors"):
        save_file(ONE, tmp_path / name)
    with pytest.raises(WeightsCorrupt, match="no index"):
        files_of(tmp_path, "the model")
