# SPDX-License-Identifier: GPL-3.0-or-later
"""Libraries are found without loading them."""

from __future__ import annotations

import importlib.metadata
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
    assert not set(libraries.OPTIONAL + libraries.FOR_FILES) & set(libraries.NEEDED)
    assert libraries.found() == {}


def test_versions_come_from_the_module_or_what_is_installed():
    assert libraries.version("numpy") == np.__version__
    assert libraries.version("safetensors") == importlib.metadata.version("safetensors")


def test_looking_loads_nothing():
    program = "import sys; from backend.contract import libraries; libraries.found()"
    program += "; print(sorted(set(libraries.MODULES.values()) & set(sys.modules)))"
    said = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True)
    assert said.stdout.strip() == "[]", said.stderr
