# SPDX-License-Identifier: GPL-3.0-or-later
"""What tests of several rooms of the engine are given: files that are written once."""

from __future__ import annotations

import hashlib
import json

import numpy as np
import pytest

from backend.checkpoints import catalogue
from backend.machine import precision
from tests.backend.mesh_files import save
from tests.bad_meshes import lathe, moved


@pytest.fixture(autouse=True)
def in_32_bits(monkeypatch):
    """Networks compute in single precision, however fast this processor is in others."""
    monkeypatch.setattr(precision, "halves_are_faster", lambda: False)


@pytest.fixture(scope="module")
def mesh_file(tmp_path_factory):
    return save(tmp_path_factory.mktemp("mesh") / "waist.npz")


@pytest.fixture
def checkpoints_folder(tmp_path, monkeypatch):
    """A folder with one good checkpoint, where the commands look."""
    (tmp_path / "small.safetensors").write_bytes(b"weights")
    digest = hashlib.sha256(b"weights").hexdigest()
    (tmp_path / "SHA256SUMS").write_text(f"{digest}  small.safetensors\n{'0' * 64}  card.md\n")
    monkeypatch.setattr(catalogue.bundled, "__defaults__", (tmp_path,))
    monkeypatch.setattr(catalogue.find, "__defaults__", (tmp_path,))
    return tmp_path


@pytest.fixture(scope="session")
def labelled_file(tmp_path_factory):
    """Two lobes with two truths; three separate bodies; an object whose labels do not fit."""
    arrays = {}

    def add(name, mesh, kind, **labels):
        arrays[f"{name}/vertices"] = mesh[0].astype(np.float32)
        arrays[f"{name}/faces"] = mesh[1].astype(np.int32)
        arrays[f"{name}/meta"] = json.dumps({"part_kind": kind})
        for key, value in labels.items():
            arrays[f"{name}/{key}"] = value.astype(np.int16)

    waist = lathe()
    upper = waist[0][waist[1]][:, :, 2].mean(axis=1) > 0
    add("waist", waist, "rig", face_part=upper, face_part_fine=np.zeros_like(upper))
    bodies = moved((0, 0, 0), (3, 0, 0), (6, 0, 0))
    add("bodies", bodies, "nodes", face_part=np.repeat(np.arange(3), len(waist[1])))
    add("opinions", waist, "rig", truths=np.stack([upper, ~upper, upper | True]))
    add("broken", waist, "nodes", face_part=upper[:-1])
    arrays["ids"] = json.dumps(["waist", "bodies", "opinions", "broken"])
    path = tmp_path_factory.mktemp("data") / "data.npz"
    np.savez_compressed(path, **arrays)
    return path
