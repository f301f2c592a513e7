# SPDX-License-Identifier: GPL-3.0-or-later
"""Lists of PyTorch are made of what the public index has, and only else of PyTorch's own."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest

import lock_torch
from backend.contract.errors import BadInput, Unreachable
from backend.installation import lists
from backend.installation.accelerators import ACCELERATORS
from backend.installation.lists import Pin

LISTED = [one for one in ACCELERATORS.values() if lists.file_of(one).is_file()]
Asked = list[tuple[list[str], list[str]]]


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> Asked:
    """What uv was asked for, and with which options. Its index tells one hash of a build."""
    asked: Asked = []

    def compiled(wanted: Sequence[str], options: Sequence[str], _folder: Path) -> list[Pin]:
        asked.append((list(wanted), list(options)))
        if "--no-deps" in options:
            return lists.parse("".join(f"{one} --hash=sha256:public\n" for one in wanted), "uv")
        marker = wanted[0].partition("; ")[2]
        build = f"+{options[1]}" if options else ""
        version = wanted[0].partition(" ;")[0].partition("==")[2] or "2.13.0"
        text = f"torch=={version}{build} ; {marker} --hash=sha256:2\n"
        if "linux" in marker:
            text += f"triton==3.7.1 ; {marker} --hash=sha256:another\n"
        return lists.parse(text, "uv")

    monkeypatch.setattr(lock_torch, "_compiled", compiled)
    return asked


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with the inputs that ship, and no lists."""
    for path in lists.FOLDER.glob("torch-*.in"):
        (tmp_path / path.name).write_bytes(path.read_bytes())
    return tmp_path


def torches(pins: Sequence[Pin], system: str) -> list[str]:
    return [pin.version for pin in lists.torches(pins, system)]


def test_a_build_is_taken_from_the_public_index_where_that_has_it(
    asked: Asked, folder: Path
) -> None:
    pins = lock_torch.locked("cuda13", "cu130", folder)
    assert torches(pins, "linux") == ["2.13.0"]
    assert torches(pins, "win32") == ["2.13.0+cu130"]
    (linux, without), (windows, with_build) = asked[:2]
    assert lists.may_hold(linux[0].partition(";")[2], "linux")
    assert not lists.may_hold(linux[0].partition(";")[2], "win32")
    assert not lists.may_hold(windows[0].partition(";")[2], "linux")
    assert (without, with_build) == ([], ["--torch-backend", "cu130"])
    asked.clear()
    lock_torch.locked("mps", "cpu", folder)
    assert not any("--torch-backend" in options for _, options in asked)


def test_hashes_of_what_torch_needs_are_those_of_the_public_index(
    asked: Asked, folder: Path
) -> None:
    pins = lock_torch.locked("cuda12", "cu126", folder)
    assert {pin.name: pin.hashes for pin in pins} == {
        "torch": ("sha256:2",),
        "triton": ("sha256:public",),
    }
    assert torches(pins, "linux") == torches(pins, "win32") == ["2.13.0+cu126"]
    assert not any("torch==" in one for one in asked[-1][0])


@pytest.mark.usefixtures("asked")
def test_hashes_that_are_listed_stay_for_the_same_version_alone(folder: Path) -> None:
    """PyTorch's own index does not tell the hash of each file."""
    path = lists.file_of(ACCELERATORS["cuda12"], folder)
    path.write_text("torch==2.13.0+cu126 --hash=sha256:1\ntorch==2.12.0+cu126 --hash=sha256:0\n")
    pins = lock_torch.locked("cuda12", "cu126", folder)
    assert lists.torches(pins, "win32")[0].hashes == ("sha256:1", "sha256:2")


@pytest.mark.usefixtures("asked")
def test_an_accelerator_can_have_a_version_of_its_own(folder: Path) -> None:
    (folder / "torch-xpu.in").write_text("torch==2.9.1 ; sys_platform == 'linux'\n")
    pins = lock_torch.locked("xpu", "xpu", folder)
    assert torches(pins, "linux") == ["2.9.1+xpu"]
    assert torches(pins, "win32") == []


@pytest.mark.parametrize(("wanted", "common"), [("torch ; m", True), ("torch==2.9.1 ; m", False)])
def test_the_common_version_holds_for_whoever_has_none_of_its_own(
    monkeypatch: pytest.MonkeyPatch, wanted: str, common: bool
) -> None:
    said: list[list[str]] = []

    def ran(words: list[str], **_: object) -> subprocess.CompletedProcess[str]:
        said.append(words)
        return subprocess.CompletedProcess(words, 0, "torch==1 --hash=sha256:1\n", "")

    monkeypatch.setattr(lock_torch.subprocess, "run", ran)
    lock_torch._compiled([wanted], [], lists.FOLDER)
    assert (str(lists.FOLDER / "torch.txt") in said[0]) is common
    assert str(lists.FOLDER / lists.NETWORKS) in said[0]


@pytest.mark.parametrize("accelerator", LISTED, ids=lambda one: one.name)
def test_the_lists_that_ship_have_this_form(accelerator) -> None:  # type: ignore[no-untyped-def]
    path = lists.file_of(accelerator)
    assert lock_torch.text_of(lists.read(path)) == path.read_text(encoding="utf-8")


def test_where_pytorchs_own_index_is_not_reached_the_list_stays(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def compiled(_wanted: object, options: Sequence[str], _folder: Path) -> list[Pin]:
        raise Unreachable("The index cannot be reached.") if options else BadInput("No.")

    path = lists.file_of(ACCELERATORS["cuda12"])
    before = path.read_bytes()
    monkeypatch.setattr(lock_torch, "_compiled", compiled)
    assert lock_torch.main(["cuda12=cu126"]) == 2
    assert "stays as it is" in capsys.readouterr().err
    assert path.read_bytes() == before
    assert lock_torch.main(["cuda9=cu90"]) == 2
    assert "no accelerator" in capsys.readouterr().err
