# SPDX-License-Identifier: GPL-3.0-or-later
"""Settings shared by all tests."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from types import ModuleType

import pytest
from hypothesis import settings

from backend.machine.threads import one_for_algebra

one_for_algebra()  # as at the doors of the backend; NumPy is not there yet

ROOT = Path(__file__).resolve().parents[1]

# Public models that are on this machine are none of a test's business.
os.environ["PARTWISE_HOME"] = str(ROOT / "out/no home")

# Files that take longest, which start first: no worker is to begin one when the others are done.
LONGEST = (
    "tests/backend/training/test_smoke.py",
    "tests/backend/test_main.py",
    "tests/backend/pipelines/test_complete.py",
    "tests/backend/engines/test_latent_trouble.py",
    "tests/backend/training/test_judge_trainer.py",
    "tests/backend/installation/test_install.py",
    "tests/backend/service/test_setup.py",
    "tests/backend/service/test_setup_models.py",
    "tests/test_build_addon.py",
    "tests/blender/test_install.py",
    "tests/blender/engine/test_jobs.py",
    "tests/blender/engine/test_setups.py",
    "tests/blender/ops/test_verbs_anywhere.py",
    "tests/blender/ops/test_decompose.py",
)

# Shared machines pause; a pause is no failure. The same examples each run keep failures repeatable.
settings.register_profile("partwise", deadline=None, derandomize=True)
settings.load_profile("partwise")

# The checkout as the one package that it is inside an extension, where both folders share a parent.
package = ModuleType("partwise")
package.__path__ = [str(ROOT)]
sys.modules.setdefault("partwise", package)


@pytest.fixture(scope="session")
def checkout() -> Path:
    """Root of the source tree, where `python -m backend` runs."""
    return ROOT


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest files first."""
    places = {str(ROOT / name): place for place, name in enumerate(LONGEST)}
    items.sort(key=lambda item: places.get(str(item.path), len(places)))
