# SPDX-License-Identifier: GPL-3.0-or-later
"""The part table as the overlay draws it."""

from __future__ import annotations

import bpy
import numpy as np
import pytest
from partwise.blender_addon.overlay.table import GREY, Table
from partwise.blender_addon.scene import parts


@pytest.fixture
def mesh() -> bpy.types.Mesh:
    bpy.ops.mesh.primitive_cube_add()
    mesh = bpy.context.object.data
    parts.set_labels(mesh, np.array([0, 0, 4, 4, 7, 7], np.int32))
    return mesh


def test_rows_are_read_as_they_are(mesh):
    mesh.partwise.parts[1].colour = (1, 0, 0)
    table = Table.of(mesh, is_active=False)
    assert table.part_ids.tolist() == [0, 4, 7]
    assert table.colours[1].tolist() == [1, 0, 0, 1]
    assert not table.chosen.any()


def test_what_is_hidden_has_no_colour(mesh):
    mesh.partwise.parts[2].visible = False
    assert Table.of(mesh, is_active=False).colours[:, 3].tolist() == [1, 1, 0]


def test_chosen_are_the_ticked_and_the_active_of_the_active_object(mesh):
    mesh.partwise.active, mesh.partwise.parts[0].selected = 2, True
    assert Table.of(mesh, is_active=True).chosen.tolist() == [True, False, True]
    assert not Table.of(mesh, is_active=False).chosen.any()


def test_an_active_row_that_is_not_there_chooses_nothing(mesh):
    mesh.partwise.active = 99
    assert not Table.of(mesh, is_active=True).chosen.any()


def test_dimmed_goes_towards_grey_and_hides_no_more_than_before(mesh):
    mesh.partwise.parts[0].visible = False
    table = Table.of(mesh, is_active=True)
    dimmed = table.dimmed()
    distance = np.abs(table.colours[:, :3] - GREY) - np.abs(dimmed.colours[:, :3] - GREY)
    assert (distance >= 0).all()
    assert (dimmed.colours[:, 3] == table.colours[:, 3]).all()
    assert not dimmed.chosen.any()


def test_tables_are_equal_when_they_look_equal(mesh):
    table = Table.of(mesh, is_active=True)
    assert table.equals(Table.of(mesh, is_active=True))
    assert not table.equals(None)
    assert not table.equals(table.dimmed())
    mesh.partwise.active = 1
    assert not table.equals(Table.of(mesh, is_active=True))
    assert Table.empty().equals(Table.empty())
