# SPDX-License-Identifier: GPL-3.0-or-later
"""Doctor tells a healthy machine from a sick one, and what is missing."""

from __future__ import annotations

import json
import shutil

from backend.__main__ import main
from backend.checkpoints import catalogue, store
from backend.checkpoints.manifest import Kept, Manifest
from backend.checkpoints.public import MODELS, public_model
from backend.commands import doctor
from backend.contract import libraries
from backend.engines import registry


def test_doctor_on_a_healthy_machine(capsys):
    assert main(["doctor", "--json"]) == 0
    report = json.loads(capsys.readouterr().out)
    assert report["ok"]
    texts = {check["check"]: check["text"] for check in report["checks"]}
    assert {"python", "memory", "libraries"} <= texts.keys()
    for engine in ("geometric engine", "learned engine"):
        assert "in two parts" in texts[engine]


def test_doctor_tells_what_optional_libraries_are_for_where_they_lack(monkeypatch):
    monkeypatch.setitem(libraries.MODULES, "xatlas", "no_such_module")
    said = doctor._libraries()
    assert "numpy" in said.partition("; without ")[0]
    assert "xatlas (" in said.partition("; without ")[2]
    assert "laid on from the front" in said
    monkeypatch.setattr(libraries, "without", dict)
    assert "without" not in doctor._libraries()


def test_doctor_without_the_weights_of_an_engine(tmp_path, monkeypatch, capsys):
    shutil.copy(catalogue.WEIGHTS / catalogue.CHECKSUMS, tmp_path)
    shutil.copy(catalogue.WEIGHTS / "merging.safetensors", tmp_path)
    monkeypatch.setattr(catalogue.bundled, "__defaults__", (tmp_path,))
    monkeypatch.setattr(catalogue.find, "__defaults__", (tmp_path,))
    assert main(["doctor"]) == 1
    said = capsys.readouterr()
    assert "ok   geometric engine: " in said.out
    missing = "FAIL learned engine: The weights 'segmenter' are missing. Install Partwise again."
    assert missing in said.out
    assert "learned engine" in said.err.splitlines()[-1]


def test_doctor_on_a_sick_machine(monkeypatch, capsys):
    monkeypatch.setattr("tempfile.tempdir", "/nowhere/at/all")
    assert main(["doctor"]) == 1
    said = capsys.readouterr()
    assert "FAIL temporary files" in said.out
    assert "temporary files" in said.err.splitlines()[-1]


def test_doctor_looks_at_the_public_models_that_are_here(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv(store.VARIABLE, str(tmp_path))
    monkeypatch.setattr(doctor, "checks", lambda: {"public models": doctor._public_models})
    assert main(["doctor"]) == 0
    assert "none in" in capsys.readouterr().out
    model = MODELS[0]
    folder = store.folder_of(model)
    for name in model.components:
        (folder / name).mkdir(parents=True)
    (folder / "vae/a").write_bytes(b"12345")
    Manifest(model.name, "", files={"vae/a": Kept(5, "")}).save(folder)
    assert main(["doctor"]) == 0
    assert f"{model.title} (0.0 MB)" in capsys.readouterr().out
    (folder / "vae/a").write_bytes(b"1234")
    assert main(["doctor"]) == 1
    assert f"run: models download {model.name}" in capsys.readouterr().out


def test_an_engine_on_a_public_model_is_told_with_its_size(tmp_path, monkeypatch):
    monkeypatch.setenv(store.VARIABLE, str(tmp_path))
    about = next(one for one in registry.engines() if not one.bundled)
    folder = store.folder_of(public_model(about.weights[0]))
    folder.mkdir(parents=True)
    (folder / "a").write_bytes(b"1" * 2_000_000)
    monkeypatch.setattr(registry, "obstacle", lambda _: None)
    monkeypatch.setattr(registry, "load", lambda _: None)
    assert "with 2.0 MB of weights; loaded" in doctor._engine(about)
