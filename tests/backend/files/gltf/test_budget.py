# SPDX-License-Identifier: GPL-3.0-or-later
"""How much copies unfold to is known, told and refused before any is made."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from backend.contract.errors import BadInput
from backend.files.gltf import budget
from backend.files.gltf.budget import Size, check_size
from backend.files.readers import read_mesh
from backend.machine import cpu as machine
from tests.backend.files.gltf_maker import refused, simple


def copies(tmp_path: Path, count: int) -> Path:
    """A file of many copies of two triangles."""
    maker = simple(nodes=[])
    places = maker.accessor(np.zeros((count, 3)))
    for _ in range(2):
        maker.node(mesh=0, extensions={
            "EXT_mesh_gpu_instancing": {"attributes": {"TRANSLATION": places}}
        })  # fmt: skip
    return maker.write(tmp_path / "a.glb")


def test_copies_are_counted_before_they_are_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    heard: list[str] = []
    path = copies(tmp_path, 50)
    monkeypatch.setattr(budget, "LARGE", 150)
    asset = read_mesh(path, heard.append)
    assert asset.remarks == heard
    assert heard[0].startswith("a.glb unfolds to 200 triangles (100 copies of 1 mesh)")
    monkeypatch.setattr(budget, "LARGE", 200)
    assert read_mesh(path, heard.append).remarks == []


def test_more_than_the_machine_holds_is_refused_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    path = copies(tmp_path, 50)
    monkeypatch.setattr(machine, "memory", lambda: 2_000_000)
    assert "unfolds to 200 triangles (100 copies of 1 mesh)" in refused(path)
    assert "0.0 GB of memory" in refused(path)
    monkeypatch.setattr(machine, "memory", lambda: None)
    assert len(read_mesh(path).faces) == 200


def test_counts_without_data_are_refused_too(tmp_path: Path):
    maker = simple()
    del maker.document["accessors"][0]["bufferView"]
    maker.document["accessors"][0]["count"] = 2**40
    assert "unfolds to" in refused(maker.write(tmp_path / "a.glb"))


def test_sizes_add_up_and_weigh_more_the_more_there_is():
    one = Size(triangles=10, vertices=6, copies=1)
    assert one + one == one.times(2) == Size(20, 12, 2)
    assert Size().bytes == 0
    assert one.times(3).bytes == 3 * one.bytes > 0


def test_strips_fans_and_shared_vertices_are_counted(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(machine, "memory", lambda: 1)  # so that the sentence tells the count
    positions = {"attributes": {"POSITION": 0}}
    document = {
        "accessors": [{"count": 9}],
        "nodes": [{}, {"mesh": 0}],
        "meshes": [{"primitives": [
            positions, {**positions, "mode": 5}, {**positions, "mode": 6},
            {**positions, "mode": 1}, {"attributes": {}},
        ]}],
    }  # fmt: skip
    with pytest.raises(BadInput, match=r"unfolds to 17 triangles, which") as caught:
        check_size("a.glb", document, [0, 1])
    assert caught.value.hint
    assert check_size("a.glb", document, [0]) == "", "a node without a mesh takes nothing"


def test_a_skinned_mesh_is_there_once(monkeypatch: pytest.MonkeyPatch):
    places = {"EXT_mesh_gpu_instancing": {"attributes": {"TRANSLATION": 1}}}
    document = {
        "accessors": [{"count": 3}, {"count": 500}],
        "nodes": [{"mesh": 0, "extensions": places}, {"mesh": 0, "extensions": places, "skin": 0}],
        "meshes": [{"primitives": [{"attributes": {"POSITION": 0}}]}],
    }
    monkeypatch.setattr(budget, "LARGE", 100)
    assert "unfolds to 500 triangles (500 copies of 1 mesh)" in check_size("a", document, [0])
    assert check_size("a", document, [1]) == ""
