# SPDX-License-Identifier: GPL-3.0-or-later
"""What tests of several trainers look at."""

from __future__ import annotations

import numpy as np
import pytest
import trimesh

from backend.training.corpus import Example, reduce_mesh


@pytest.fixture(scope="session")
def example() -> Example:
    ball = trimesh.creation.icosphere(subdivisions=3)
    up = (ball.triangles_center[:, 2] > 0.1).astype(np.int32)
    faces = np.asarray(ball.faces, np.int64)
    graph, tables = reduce_mesh(np.asarray(ball.vertices), faces, [up], seed=0)
    return Example("ball", "balls", "procedural", graph, tables, [1.0])
