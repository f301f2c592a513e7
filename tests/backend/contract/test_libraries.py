# SPDX-License-Identifier: GPL-3.0-or-later
"""Libraries are found without loading them."""

from __future__ import annotations

import importlib.metadata
import platform
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from backend.contract import libraries

ROOT = Path(__file__).resolve().parents[3]


def test_the_folder_is_the_one_that_imports_come_from():
    assert libraries.folder("numpy") == str(Path(np.__file__).parents[1])


def test_what_cannot_be_imported_is_missing_but_what_is_optional(monkeypatch: pytest.MonkeyPatch):
    assert libraries.missing() == []
    for name in libraries.MODULES:
        monkeypatch.setitem(libraries.MODULES, name, "no_such_module_" + name.replace("-", "_"))
    assert libraries.missing() == list(libraries.NEEDED)
    assert not {*libraries.OPTIONAL, *libraries.FOR_FILES} & set(libraries.NEEDED)
    assert libraries.found() == {}
    assert libraries.without().keys() == libraries.OPTIONAL.keys()


@pytest.mark.parametrize(
    ("python", "processor", "system", "why"),
    [
        ((3, 13, 0), "x86_64", "linux", ""),
        ((3, 13, 0), "AMD64", "win32", ""),
        ((3, 13, 0), "arm64", "darwin", ""),
        ((3, 14, 2), "x86_64", "linux", "not made for Python 3.14: "),
        ((3, 14, 2), "arm64", "darwin", "not made for Python 3.14: "),
        ((3, 13, 0), "aarch64", "linux", "not made for aarch64: "),
    ],
)
def test_what_lacks_is_told_with_what_that_means(
    python: tuple[int, ...],
    processor: str,
    system: str,
    why: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in libraries.OPTIONAL:
        monkeypatch.setitem(libraries.MODULES, name, "no_such_module")
    monkeypatch.setattr(sys, "version_info", python)
    monkeypatch.setattr(sys, "platform", system)
    monkeypatch.setattr(platform, "machine", lambda: processor)
    lost = libraries.without()
    assert lost["xatlas"] == f"{why}{libraries.OPTIONAL['xatlas']}"
    assert "laid on from the front" in lost["xatlas"]
    assert lost["pymaxflow"].startswith(why)
    assert lost["dracopy"] == libraries.OPTIONAL["dracopy"], "there are wheels of it everywhere"


def test_wheels_that_are_not_made_are_those_that_are_not_asked_for() -> None:
    """The files of requirements know the same Pythons."""
    asked = "".join(
        (ROOT / f"requirements/{name}.in").read_text() for name in ("engine", "networks")
    )
    for name, (major, minor) in libraries.FIRST_PYTHON_WITHOUT.items():
        line = next(line for line in asked.splitlines() if line.startswith(f"{name}>="))
        assert f'python_version < "{major}.{minor}"' in line


def test_versions_come_from_the_module_or_what_is_installed():
    assert libraries.version("numpy") == np.__version__
    assert libraries.version("safetensors") == importlib.metadata.version("safetensors")


def test_looking_loads_nothing():
    program = "import sys; from backend.contract import libraries; libraries.found()"
    program += "; print(sorted(set(libraries.MODULES.values()) & set(sys.modules)))"
    said = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True)
    assert said.stdout.strip() == "[]", said.stderr
