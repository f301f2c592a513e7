# SPDX-License-Identifier: GPL-3.0-or-later
"""The node groups alone: what the first lends, the second takes away."""

from __future__ import annotations

import bpy
import numpy as np
from partwise.blender_addon.mesh import border_nodes
from partwise.blender_addon.mesh.layers import put_origin
from partwise.blender_addon.mesh.split import split_mesh


def pieces_of_a_grid() -> tuple[bpy.types.Object, bpy.types.Object]:
    """A grid of 4 x 4 faces, and its first row as a part."""
    bpy.ops.mesh.primitive_grid_add(x_subdivisions=4, y_subdivisions=4)
    whole = bpy.context.object
    labels = (np.arange(16) >= 4).astype(np.int32)
    part = bpy.data.objects.new("part", split_mesh(whole, labels)[0])
    bpy.context.scene.collection.objects.link(part)
    put_origin(whole.data)
    return whole, part


def evaluated(part: bpy.types.Object, *groups: bpy.types.NodeTree) -> bpy.types.Mesh:
    part.modifiers.clear()
    for group in groups:
        part.modifiers.new("Group", "NODES").node_group = group
    bpy.context.view_layer.update()
    return part.evaluated_get(bpy.context.evaluated_depsgraph_get()).data


def test_the_faces_round_a_part_are_lent_and_welded():
    whole, part = pieces_of_a_grid()
    mesh = evaluated(part, border_nodes.lending("lend", whole))
    assert (len(mesh.polygons), len(mesh.vertices)) == (8, 15)
    marks = [mesh.attributes[border_nodes.LENT].data[k].value for k in range(8)]
    assert marks == [False] * 4 + [True] * 4


def test_what_was_lent_goes_and_no_marks_stay():
    whole, part = pieces_of_a_grid()
    before = sorted(tuple(vertex.co) for vertex in part.data.vertices)
    groups = border_nodes.lending("lend", whole), border_nodes.trimming("trim", keep_shading=True)
    mesh = evaluated(part, *groups)
    assert len(mesh.polygons) == 4
    assert np.allclose(sorted(tuple(vertex.co) for vertex in mesh.vertices), before)
    assert not {border_nodes.LENT, border_nodes.KEY} & set(mesh.attributes.keys())


def test_without_the_whole_a_part_is_what_it_is():
    whole, part = pieces_of_a_grid()
    lend = border_nodes.lending("lend", whole)
    bpy.data.objects.remove(whole)
    assert len(evaluated(part, lend).polygons) == 4
