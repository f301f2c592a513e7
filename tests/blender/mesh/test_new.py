# SPDX-License-Identifier: GPL-3.0-or-later
"""New meshes, pictures and materials of arrays."""

from __future__ import annotations

import bpy
import numpy as np
import pytest
from partwise.blender_addon.mesh.new import mark_sharp, new_image, new_material, new_mesh, one_of

SQUARE = np.array([[0, 0, 0], [2, 0, 0], [2, 1, 0], [0, 1, 0]], float)
TWO = np.array([[0, 1, 2], [0, 2, 3]])


def loops(mesh: bpy.types.Mesh) -> list[list[int]]:
    return [list(polygon.vertices) for polygon in mesh.polygons]


def uv_of(mesh: bpy.types.Mesh) -> np.ndarray:
    found = np.empty(2 * len(mesh.loops), np.float32)
    mesh.uv_layers[0].uv.foreach_get("vector", found)
    return found.reshape(-1, 2)


@pytest.mark.parametrize("turn", range(3))
@pytest.mark.parametrize("other", range(3))
def test_two_triangles_become_a_quad_however_they_are_turned(turn, other):
    faces = np.stack([np.roll(TWO[0], turn), np.roll(TWO[1], other)])
    uv = SQUARE[faces][..., :2] / 2
    mesh = new_mesh("quad", SQUARE, faces, uv, quads=True)
    assert not mesh.validate()
    assert [sorted(loop) for loop in loops(mesh)] == [[0, 1, 2, 3]]
    assert mesh.polygons[0].normal.z == pytest.approx(1.0)
    assert mesh.polygons[0].area == pytest.approx(2.0)
    places = SQUARE[loops(mesh)[0]][:, :2] / 2
    assert uv_of(mesh) == pytest.approx(places)


def test_triangles_stay_where_there_is_a_seam_or_no_shared_edge():
    uv = SQUARE[TWO][..., :2] / 2
    uv[1] += 0.1
    assert loops(new_mesh("seam", SQUARE, TWO, uv, quads=True)) == TWO.tolist()
    points = np.concatenate([SQUARE, SQUARE + [0, 0, 1], [[9.0, 9.0, 9.0]]])
    faces = np.array([[0, 1, 2], [0, 2, 3], [4, 5, 6], [7, 6, 8]])
    mesh = new_mesh("mixed", points, faces, quads=True)
    assert loops(mesh)[1:] == [[4, 5, 6], [7, 6, 8]]
    assert len(loops(mesh)[0]) == 4
    assert not mesh.validate()


def test_a_mesh_is_smooth_and_sharp_edges_are_marked():
    bend = SQUARE.copy()
    bend[3, 2] = 3.0
    mesh = new_mesh("bent", bend, TWO)
    assert all(polygon.use_smooth for polygon in mesh.polygons)
    mark_sharp(mesh, 0.5)
    assert sum(edge.use_edge_sharp for edge in mesh.edges) == 1


def test_one_of_several_has_all_that_they_have_one_after_the_other():
    bend = SQUARE.copy()
    bend[3, 2] = 3.0
    first = new_mesh("first", SQUARE, TWO, SQUARE[TWO][..., :2] / 2, quads=True)
    second = new_mesh("second", bend, TWO, SQUARE[TWO][..., :2] / 4)
    mark_sharp(second, 0.5)
    for mesh in (first, second):
        mesh.materials.append(bpy.data.materials.new(mesh.name))
    both = one_of("both", [first, second])
    assert not both.validate()
    assert loops(both) == loops(first) + [[v + 4 for v in loop] for loop in loops(second)]
    assert uv_of(both) == pytest.approx(np.concatenate([uv_of(first), uv_of(second)]))
    assert [polygon.material_index for polygon in both.polygons] == [0, 1, 1]
    assert [material.name for material in both.materials] == ["first", "second"]
    assert all(polygon.use_smooth for polygon in both.polygons)
    assert sum(edge.use_edge_sharp for edge in both.edges) == 1


def test_a_picture_is_packed_with_its_top_row_first():
    picture = np.zeros((2, 3, 4), np.uint8)
    picture[0] = (255, 128, 0, 255)
    image = new_image("Texture", picture)
    assert image.packed_file
    assert image.colorspace_settings.name == "sRGB"
    values = np.array(image.pixels[:]).reshape(2, 3, 4)
    assert values[1, 0] == pytest.approx([1, 128 / 255, 0, 1])
    assert not values[0].any()
    image.reload()  # from what is packed
    again = np.array(image.pixels[:]).reshape(2, 3, 4)
    assert again[1, 0] == pytest.approx([1, 128 / 255, 0, 1])


def test_a_material_has_its_colour_and_its_picture():
    image = new_image("Texture", np.full((2, 2, 4), 255, np.uint8))
    material = new_material("Skin", (0.5, 0.2, 0.1, 1.0), image, roughness=0.3, metallic=1.0)
    shader = next(node for node in material.node_tree.nodes if node.type == "BSDF_PRINCIPLED")
    assert shader.inputs["Base Color"].links[0].from_node.image == image
    assert tuple(material.diffuse_color) == pytest.approx((0.5, 0.2, 0.1, 1.0))
    assert shader.inputs["Roughness"].default_value == pytest.approx(0.3)
    assert shader.inputs["Metallic"].default_value == 1.0
    plain = new_material("Plain", (0.5, 0.2, 0.1, 1.0))
    shader = next(node for node in plain.node_tree.nodes if node.type == "BSDF_PRINCIPLED")
    assert not shader.inputs["Base Color"].is_linked
    assert tuple(shader.inputs["Base Color"].default_value) == pytest.approx((0.5, 0.2, 0.1, 1.0))
