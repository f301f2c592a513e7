# SPDX-License-Identifier: GPL-3.0-or-later
"""New faces that are kept as a mesh until their parts are cut."""

from __future__ import annotations

import bpy
import numpy as np
from partwise.blender_addon.mesh.caps import CONTINUED, CapStyle, PartCaps
from partwise.blender_addon.mesh.kept_caps import from_mesh, joined, shape_digests, to_mesh
from partwise.blender_addon.scene import parts

from tests.blender.arms import dome

STYLE = CapStyle(CONTINUED, smooth=True)


def only(caps: PartCaps, label: int) -> PartCaps:
    return caps.changed(faces={label: caps.faces[label]})


def corners(caps: PartCaps, label: int) -> np.ndarray:
    """(N, 3, 3), where the corners of the new faces are."""
    return caps.vertices[caps.faces[label]].astype(np.float32)


def carried(caps: PartCaps, label: int, count: int) -> np.ndarray:
    """What each new corner takes of each vertex of the mesh, row by row."""
    faces = caps.faces[label]
    new = faces[faces >= count] - count
    vertex, weight = caps.carry
    dense = np.zeros((len(new), count), dtype=np.float32)
    for column in range(4):
        dense[np.arange(len(new)), vertex[new, column]] += weight[new, column]
    return dense


def test_what_was_kept_comes_back(whole: bpy.types.Object):
    caps, count = dome(whole, 4, STYLE), len(whole.data.vertices)
    kept = to_mesh(caps, "Arm")
    assert len(kept.vertices) < count + len(caps.carry[0])
    again = from_mesh(kept, whole.data, STYLE)
    for label in (1, 2):
        assert np.array_equal(corners(again, label), corners(caps, label))
        assert np.allclose(carried(again, label, count), carried(caps, label, count))
        old = caps.faces[label] < count
        assert np.array_equal(again.faces[label][old], caps.faces[label][old])


def test_two_are_joined_and_the_newer_counts(whole: bpy.types.Object):
    caps, count = dome(whole, 4, STYLE), len(whole.data.vertices)
    other = dome(whole, 6, STYLE)
    both = joined(only(caps, 1), only(other, 2))
    assert np.array_equal(corners(both, 1), corners(caps, 1))
    assert np.array_equal(corners(both, 2), corners(other, 2))
    assert np.allclose(carried(both, 2, count), carried(other, 2, count))
    assert np.array_equal(corners(joined(caps, other), 1), corners(other, 1))
    through = from_mesh(to_mesh(both, "Arm"), whole.data, STYLE)
    assert np.array_equal(corners(through, 2), corners(other, 2))


def test_a_part_is_known_again_as_long_as_it_is_the_same(whole: bpy.types.Object):
    mesh = whole.data
    labels = parts.get_labels(mesh)
    before = shape_digests(mesh, labels, [0, 1, 2])
    assert len(set(before.values())) == 3
    assert shape_digests(mesh, labels, [2]) == {2: before[2]}
    mesh.vertices[0].co.x += 1e-4  # of part 0 alone
    after = shape_digests(mesh, labels, [0, 1, 2])
    assert [after[k] == before[k] for k in range(3)] == [False, True, True]
    moved = np.where(np.arange(len(labels)) == np.nonzero(labels == 2)[0][0], 1, labels)
    last = shape_digests(mesh, moved.astype(np.int32), [0, 1, 2])
    assert [last[k] == after[k] for k in range(3)] == [True, False, False]
