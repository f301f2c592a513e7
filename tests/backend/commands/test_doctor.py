# SPDX-License-Identifier: GPL-3.0-or-later
"""Doctor tells a healthy machine from a sick one, and what is missing."""

from __future__ import annotations

import json
import shutil

from backend.__main__ import main
from backend.checkpoints import catalogue


def test_doctor_on_a_healthy_machine(capsys):
    assert main(["doctor", "--json"]) == 0
    report = json.loads(capsys.readouterr().out)
    assert report["ok"]
    texts = {check["check"]: check["text"] for check in report["checks"]}
    assert {"python", "memory", "libraries"} <= texts.keys()
    for engine in ("geometric engine", "learned engine"):
        assert "in two parts" in texts[engine]


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
