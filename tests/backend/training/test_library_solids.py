# SPDX-License-Identifier: GPL-3.0-or-later
"""Cut-out surfaces become closed solids of few faces."""

from __future__ import annotations

import numpy as np
import pytest

from backend.geometry.booleans import is_solid
from backend.geometry.mesh import signed_volume
from backend.library.families.forms import ball, block, moved
from backend.training.library_solids import MOST_FACES, closed_shells, solid


def test_a_cut_is_capped_and_a_sheet_gets_thickness() -> None:
    vertices, faces = block((1, 1, 1))
    (shell,) = closed_shells(vertices, faces[2:])
    assert is_solid(*shell)
    assert signed_volume(*shell) == pytest.approx(1)
    grid = np.stack(np.meshgrid(np.linspace(0, 1, 5), np.linspace(0, 1, 5)), 2).reshape(-1, 2)
    flat = np.column_stack([grid, np.zeros(25)])
    cell = np.arange(20)[np.arange(20) % 5 < 4]
    sheet = np.concatenate(
        [np.stack([cell, cell + 1, cell + 6], 1), np.stack([cell, cell + 6, cell + 5], 1)]
    )
    (thick,) = closed_shells(flat, sheet)
    assert is_solid(*thick)
    assert 0 < signed_volume(*thick) < 0.05


def test_shells_become_one_solid_of_few_faces() -> None:
    made = solid([ball(0.5, 60, 40), moved(ball(0.5, 60, 40), (0.4, 0, 0))])
    assert made is not None
    assert len(made[1]) <= MOST_FACES
    assert signed_volume(*made) < 1.0
    assert solid([]) is None
