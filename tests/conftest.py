# SPDX-License-Identifier: GPL-3.0-or-later
"""Settings shared by all tests."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import settings

# Shared machines pause; a pause is no failure. The same examples each run keep failures repeatable.
settings.register_profile("partwise", deadline=None, derandomize=True)
settings.load_profile("partwise")


@pytest.fixture(scope="session")
def checkout() -> Path:
    """Root of the source tree, where `python -m backend` runs."""
    return Path(__file__).resolve().parents[1]
