# SPDX-License-Identifier: GPL-3.0-or-later
"""Names for the parts of labelled meshes."""

import numpy as np
import pytest

from backend.pipelines.naming import name_parts
from tests.backend.contract.bodies import CUBE, FACES

PAIR = [((0, 0, 0), 2.0), ((1.5, 0, 0), 1.0), ((-1.5, 0, 0), 1.0)]


@pytest.fixture
def mesh():
    vertices = np.concatenate([CUBE * size + np.array(middle) for middle, size in PAIR])
    faces = np.concatenate([FACES + 8 * k for k in range(3)])
    return vertices, faces, np.repeat([0, 1, 2], len(FACES)).astype(np.int32)


def test_names_are_by_place_by_number_or_by_template(mesh):
    assert name_parts(*mesh)[1:] == ["Part.02.L", "Part.02.R"]
    assert name_parts(*mesh, "numbers") == ["Part.01", "Part.02", "Part.03"]
    assert name_parts(*mesh, "Trunk, Arm.L, Arm.R")[0] == "Trunk"
    assert sorted(name_parts(*mesh, "Body1")) == ["Body", "Part.01", "Part.02"]
