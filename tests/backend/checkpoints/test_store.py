# SPDX-License-Identifier: GPL-3.0-or-later
"""Where public models lie, and what lacks."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save_file

from backend.checkpoints import licences, store
from backend.checkpoints.public import public_model
from backend.contract.errors import ConsentNeeded, WeightsCorrupt, WeightsMissing

MODEL = public_model("holopart")


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv(store.VARIABLE, str(tmp_path / "Größe und Ort"))
    return store.home()


def test_the_user_says_where_or_the_system_does(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(store.VARIABLE, "/there")
    assert store.home() == Path("/there")
    assert store.folder_of(MODEL) == Path("/there/models/holopart")
    monkeypatch.delenv(store.VARIABLE)
    monkeypatch.setenv("XDG_DATA_HOME", "/data")
    monkeypatch.setattr(sys, "platform", "linux")
    assert store.home() == Path("/data/partwise")
    monkeypatch.setattr(sys, "platform", "win32")
    monkeypatch.setenv("LOCALAPPDATA", "/local")
    assert store.home() == Path("/local/Partwise")
    monkeypatch.setattr(sys, "platform", "darwin")
    assert store.home() == Path.home() / "Library/Application Support/Partwise"


def test_what_lacks_of_a_model_is_named(home: Path) -> None:
    assert store.lacking(MODEL) == list(MODEL.components)
    with pytest.raises(WeightsMissing, match="HoloPart is not there") as caught:
        store.component(MODEL.name, "vae")
    assert caught.value.hint == "Get it first (in a shell: models download holopart)."
    for part in MODEL.components[:-1]:
        (store.folder_of(MODEL) / part).mkdir(parents=True)
    assert store.lacking(MODEL) == [MODEL.components[-1]]
    with pytest.raises(WeightsMissing, match=f"{MODEL.components[-1]} lacks"):
        store.component(MODEL.name, "vae")


def test_a_model_with_limits_is_of_no_use_without_consent(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However its files came there."""
    monkeypatch.setattr(store, "public_model", lambda _: replace(MODEL, commercial=False))
    for part in MODEL.components:
        (store.folder_of(MODEL) / part).mkdir(parents=True)
    with pytest.raises(ConsentNeeded, match="not for commercial use"):
        store.component(MODEL.name, "scheduler")
    licences.consent(replace(MODEL, commercial=False), home)
    assert store.component(MODEL.name, "scheduler").is_dir()


def test_a_component_is_its_folder_where_its_weights_are_there(home: Path) -> None:
    for part in MODEL.components:
        (store.folder_of(MODEL) / part).mkdir(parents=True)
    assert store.component(MODEL.name, "scheduler") == store.folder_of(MODEL) / "scheduler"
    vae = store.folder_of(MODEL) / "vae"
    with pytest.raises(WeightsMissing, match="no weights"):
        store.component(MODEL.name, "vae")
    (vae / "model.bin").write_bytes(b"pickle")
    with pytest.raises(WeightsCorrupt, match="pickled"):
        store.component(MODEL.name, "vae")
    save_file({"a": np.zeros(2, np.float32)}, vae / "model.safetensors")
    assert store.component(MODEL.name, "vae") == vae
