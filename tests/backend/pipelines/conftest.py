# SPDX-License-Identifier: GPL-3.0-or-later
"""What tests of several pipelines look at."""

from __future__ import annotations

import pytest
import trimesh

from backend.pipelines.analysis import Analysis, analyse
from tests.backend.geometry.solids import arrays


@pytest.fixture(scope="session")
def torus() -> Analysis:
    return analyse(*arrays(trimesh.creation.torus(1.0, 0.3, 48, 24)))
