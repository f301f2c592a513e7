# SPDX-License-Identifier: GPL-3.0-or-later
"""uv is found as Blender leaves it, runs with nothing of other Pythons, and dies in words."""

from __future__ import annotations

import os
import sys
import zipfile
from pathlib import Path
from types import SimpleNamespace

import pytest

from backend.contract.errors import PartwiseError
from backend.installation import environment, uv


@pytest.fixture
def no_module(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uv, "find_spec", lambda _name: None)
    monkeypatch.setattr(uv.shutil, "which", lambda _name: None)


def test_a_program_that_blender_unpacked_is_made_one_that_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    script = tmp_path / f"packages/uv-1.0.data/scripts/{uv.NAME}"
    script.parent.mkdir(parents=True)
    script.write_bytes(b"program")
    script.chmod(0o644)
    spec = SimpleNamespace(origin=str(tmp_path / "packages/uv/__init__.py"))
    monkeypatch.setattr(uv, "find_spec", lambda _name: spec)
    found = uv.find(tmp_path / "home", tmp_path)
    assert found.read_bytes() == b"program"
    assert os.access(found, os.X_OK)
    found.write_bytes(b"damaged")
    assert uv.find(tmp_path / "home", tmp_path).read_bytes() == b"program"


def test_the_program_lies_apart_from_the_caches(tmp_path: Path) -> None:
    place = uv._own(b"program", tmp_path)
    caches = {tmp_path / folder for folder in environment.CACHES.values()}
    assert not caches & {place, *place.parents}


@pytest.mark.usefixtures("no_module")
def test_a_wheel_for_this_system_is_enough(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr(uv, "machine", lambda: "x86_64")
    for tag, data in (("win_amd64", b"no"), ("manylinux_2_17_x86_64", b"yes")):
        with zipfile.ZipFile(tmp_path / f"uv-1.0-py3-none-{tag}.whl", "w") as archive:
            archive.writestr(f"uv-1.0.data/scripts/{uv.NAME}", data)
    assert uv.find(tmp_path / "home", tmp_path).read_bytes() == b"yes"


@pytest.mark.usefixtures("no_module")
def test_without_uv_it_is_said_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(PartwiseError, match="uv") as caught:
        uv.find(tmp_path, tmp_path)
    assert caught.value.hint


def test_nothing_of_other_pythons_is_handed_on_and_caches_lie_in_the_folder(tmp_path: Path) -> None:
    given = {"PYTHONPATH": "x", "VIRTUAL_ENV": "x", "UV_INDEX_URL": "x", "CONDA_PREFIX": "x"}
    kept = environment.variables(tmp_path, given | {"HF_HOME": "x", "HTTPS_PROXY": "proxy"})
    assert not set(given) & set(kept)
    assert kept["HTTPS_PROXY"] == "proxy"
    for name in ("UV_CACHE_DIR", "HF_HOME", "TORCH_HOME", "TRITON_CACHE_DIR", "TMPDIR"):
        assert Path(kept[name]).is_relative_to(tmp_path)


@pytest.mark.parametrize(
    ("text", "code", "words"),
    [
        ("cause: There is not enough space on the disk. (os error 112)", "DISK_FULL", "full"),
        ("Hash mismatch for `a`", "BAD_INPUT", "hash differs"),
        ("failed: Access is denied. (os error 5)", "BAD_INPUT", "cannot be written"),
        (
            "Failed to fetch: `https://x.pytorch.invalid/whl/torch/`: dns error",
            "UNREACHABLE",
            "index of PyTorch's builds",
        ),
        ("Failed to fetch: `https://x.invalid/torch/`: dns error", "UNREACHABLE", "of packages"),
        ("cause: invalid peer certificate: UnknownIssuer", "UNREACHABLE", "not trusted"),
        ("cause: dns error", "UNREACHABLE", "cannot be reached"),
        ("Operation did not complete because of a virus (os error 225)", "BAD_INPUT", "scanner"),
        ("HTTP status server error (503 Service Unavailable) for url", "UNREACHABLE", "refused"),
        ("", "INTERNAL", "no words"),
    ],
)
def test_failures_are_told_in_words(text: str, code: str, words: str) -> None:
    error = uv.in_words(text)
    assert error.code == code
    assert words in error.message
    assert error.hint
