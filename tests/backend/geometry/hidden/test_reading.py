# SPDX-License-Identifier: GPL-3.0-or-later
"""On which cells fields are read: wide ones first, where new edges will be long."""

import numpy as np
import pytest

from backend.contract.arrays import Floats, Ints
from backend.contract.progress import Progress
from backend.geometry.caps.loops import borders
from backend.geometry.hidden.reading import LOOP, SMALL, meshed, most_faces, suited
from backend.geometry.hidden.surface import _Work, hidden_surface
from backend.geometry.hidden.visible import ObjectShell, OpenPart
from backend.geometry.isosurface import zero_level
from tests.backend.geometry.hidden.fields import ball, field_of, rod, seen_of

SOLIDS = [ball((0, 0, -0.1), 0.35), rod((0, 0, 0), (0, 0, 0.5), 0.12)]


def seen_part(cells: int) -> tuple[OpenPart, ObjectShell]:
    vertices, faces, labels = seen_of(SOLIDS, cells)
    part = OpenPart.of(vertices, faces[labels == 1], borders(faces, labels, len(vertices)), 1)
    return part, ObjectShell(vertices, faces)


def test_a_part_of_few_triangles_is_read_on_wide_cells_first() -> None:
    seen, _ = seen_part(26)
    field = field_of(SOLIDS[1], 100)
    wide, fine = suited(seen, field)
    assert wide.cell == 2 * fine.cell == 2 * field.cell
    start, end, _ = seen.edges
    assert np.linalg.norm(seen.points[end] - seen.points[start], axis=1).sum() >= LOOP * wide.cell
    # With what is seen of it, which is thrown away.
    assert most_faces(seen) < len(zero_level(wide)[1]) < 8 * most_faces(seen)
    assert len(zero_level(fine)[1]) > 3 * len(zero_level(wide)[1])


def test_cells_as_fine_as_the_triangles_are_the_only_ones() -> None:
    seen, _ = seen_part(60)
    field = field_of(SOLIDS[1], 30)
    assert [one.cell for one in suited(seen, field)] == [field.cell]
    small = field_of(SOLIDS[1], SMALL)
    assert suited(seen_part(8)[0], small) == [small]  # however large the triangles are


def test_a_field_of_few_faces_is_read_finer_if_it_was_told_so_coarse() -> None:
    seen, _ = seen_part(60)
    field = field_of(SOLIDS[1], 30)
    used, mesh = meshed(seen, field, as_told=True)
    assert used.cell == field.cell / 2
    assert len(mesh[1]) > 3 * len(zero_level(field)[1])
    assert meshed(seen, field, as_told=False)[0] is field


def test_where_wide_cells_do_not_hold_finer_ones_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    seen, shown = seen_part(26)
    field = field_of(SOLIDS[1], 100)
    cells = [one.cell for one in suited(seen, field)]
    made, read = _Work.from_patches, []

    def fails_on_wide_cells(work: _Work, progress: Progress) -> tuple[Floats, Ints] | None:
        read.append(work.field.cell)
        return None if work.field.cell > cells[-1] else made(work, progress)

    assert hidden_surface(seen, shown, field) is not None
    monkeypatch.setattr(_Work, "from_patches", fails_on_wide_cells)
    found = hidden_surface(seen, shown, field)
    assert found is not None
    assert found.way == "patch"
    assert read == cells
