# SPDX-License-Identifier: GPL-3.0-or-later
"""What is said before an installation, of a machine that is made up."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

import pytest

from backend.installation import preflight
from backend.installation.accelerators import ACCELERATORS, Choice
from backend.machine import cpu, device

CPU = Choice(ACCELERATORS["cpu"], ("A sentence.",))


def found(home: Path, **more: object) -> dict[str, list[preflight.Finding]]:
    findings = preflight.look(home, CPU, **({"online": True} | more))  # type: ignore[arg-type]
    return {
        about: [one for one in findings if one.about == about]
        for about in {one.about for one in findings}
    }


@pytest.fixture(autouse=True)
def machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(device, "cards", tuple)
    monkeypatch.setattr(device, "nvidia_driver", lambda: None)
    monkeypatch.setattr(cpu, "memory", lambda: 16 * 2**30)


def test_a_machine_that_has_everything_is_not_stopped(tmp_path: Path) -> None:
    said = found(tmp_path / "new 日本", reach=lambda: "")
    assert not [one for group in said.values() for one in group if one.level == "stop"]
    assert said["graphics"][0].text == "A sentence."


def test_a_small_disk_stops(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = shutil._ntuple_diskusage(10, 0, 1_000_000_000)  # type: ignore[attr-defined]
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage)
    (one,) = found(tmp_path)["disk"]
    assert one.level == "stop"
    assert "1.00 GB" in one.text
    assert one.advice


def test_a_file_in_the_folders_place_stops(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    (one,) = found(tmp_path / "file")["folder"]
    assert one.level == "stop"
    assert "cannot be written" in one.text


@pytest.mark.skipif(os.name == "nt", reason="the limit is another one on Windows")
def test_a_name_that_the_disk_does_not_take_stops(tmp_path: Path) -> None:
    (one,) = found(tmp_path / ("a" * 300))["folder"]
    assert one.level == "stop"


def test_windows_cares_for_the_length_and_letters_of_a_path(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "platform", "win32")
    long, letters = found(tmp_path / ("日" * 65) / ("本" * 65))["folder"]
    assert (long.level, letters.level) == ("stop", "warning")
    assert "letters" in long.text


@pytest.mark.parametrize(
    ("more", "level", "words"),
    [
        ({"online": False}, "stop", "not allowed"),
        ({"online": False, "pack": 1}, "ok", "Nothing is downloaded"),
        ({"reach": lambda: "No."}, "stop", "cannot be reached: No."),
    ],
)
def test_the_network(tmp_path: Path, more: dict[str, object], level: str, words: str) -> None:
    (one,) = found(tmp_path, **more)["network"]
    assert one.level == level
    assert words in one.text


def test_little_memory_and_an_old_macos_are_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cpu, "memory", lambda: 4 * 2**30)
    monkeypatch.setattr(sys, "platform", "darwin")
    monkeypatch.setattr(preflight.platform, "mac_ver", lambda: ("13.6", ("", "", ""), "arm64"))
    said = found(tmp_path)
    assert said["memory"][0].level == "warning"
    assert any(one.level == "stop" and "13.6" in one.text for one in said["graphics"])


def test_intels_driver_for_computing_is_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for can in (False, True):
        monkeypatch.setattr(preflight.intel, "can_compute", lambda can=can: can)
        said = preflight.look(tmp_path, Choice(ACCELERATORS["xpu"]), online=True)
        assert any("Level Zero" in one.text for one in said) is not can
