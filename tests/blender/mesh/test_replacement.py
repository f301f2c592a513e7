# SPDX-License-Identifier: GPL-3.0-or-later
"""Another mesh in the place of an object's own; what of the object stays, and its material."""

from __future__ import annotations

import bpy
import numpy as np
import pytest
from partwise.blender_addon.mesh.replacement import (
    colour_of,
    main_material,
    swap_mesh,
    wished_material,
)

VERTICES = np.array([[0, 0, 2], [1, 0, 2], [0, 1, 2], [0, 0, -2.0]])
FACES = np.array([[0, 1, 2], [0, 3, 1], [0, 2, 3], [1, 3, 2]])
PINK = {"name": "pink metal", "colour": [1.0, 0.2, 0.5, 1.0], "metallic": 1.0, "roughness": 0.3}


@pytest.fixture
def cube() -> bpy.types.Object:
    bpy.ops.mesh.primitive_cube_add()
    return bpy.context.object


def test_the_object_stays_itself(cube):
    cube.modifiers.new("Bevel", "BEVEL")
    cube.shape_key_add(name="Basis")
    before = cube.data
    mesh = swap_mesh(cube, VERTICES, FACES, "thing", None)
    assert cube.data == mesh
    assert mesh.name == "thing"
    assert [tuple(polygon.vertices) for polygon in mesh.polygons] == [
        tuple(f) for f in FACES.tolist()
    ]
    assert len(mesh.edges) == 6
    assert not mesh.validate()
    assert mesh.shape_keys is None
    assert len(cube.modifiers) == 1
    assert before.name in bpy.data.meshes  # till the file is saved and opened again


def test_a_rig_moves_the_new_part_as_the_old_one(cube):
    top, bottom = cube.vertex_groups.new(name="Head"), cube.vertex_groups.new(name="Neck")
    for vertex in cube.data.vertices:
        group = top if vertex.co.z > 0 else bottom
        group.add([vertex.index], 0.75, "REPLACE")
    bottom.lock_weight = True
    cube.vertex_groups.active_index = 1
    mesh = swap_mesh(cube, VERTICES, FACES, "thing", None)
    assert [group.name for group in cube.vertex_groups] == ["Head", "Neck"]
    assert [group.lock_weight for group in cube.vertex_groups] == [False, True]
    assert cube.vertex_groups.active_index == 1
    weights = [[(m.group, round(m.weight, 4)) for m in v.groups] for v in mesh.vertices]
    assert weights == [[(0, 0.75)]] * 3 + [[(1, 0.75)]]


def test_creases_are_sharp_and_the_rest_is_smooth(cube):
    mesh = swap_mesh(cube, VERTICES, FACES, "thing", None)
    assert all(polygon.use_smooth for polygon in mesh.polygons)
    assert any(edge.use_edge_sharp for edge in mesh.edges)


def test_the_main_material_is_that_of_most_faces(cube):
    assert main_material(cube.data) is None
    red, blue = bpy.data.materials.new("Red"), bpy.data.materials.new("Blue")
    cube.data.materials.append(red)
    cube.data.materials.append(blue)
    for polygon in list(cube.data.polygons)[:4]:
        polygon.material_index = 1
    assert main_material(cube.data) == blue
    assert main_material(cube.data, np.array([0, 0, 0, 0, 1, 1], bool)) == red


def test_without_a_wish_it_is_the_old_one(cube):
    red = bpy.data.materials.new("Red")
    assert wished_material({}, red) == red
    assert wished_material({}, None) is None


def test_what_was_wished_is_seen_in_solid_and_in_rendered_views(scene):
    made = wished_material({**PINK, "colour": [*PINK["colour"][:3], 0.5]}, None)
    assert made.name == "pink metal"
    assert tuple(made.diffuse_color) == pytest.approx((1.0, 0.2, 0.5, 0.5))
    shader = next(node for node in made.node_tree.nodes if node.type == "BSDF_PRINCIPLED")
    assert tuple(shader.inputs["Base Color"].default_value) == pytest.approx((1.0, 0.2, 0.5, 1.0))
    assert shader.inputs["Metallic"].default_value == 1.0
    assert shader.inputs["Alpha"].default_value == 0.5
    assert colour_of(made) == pytest.approx((1.0, 0.2, 0.5, 0.5))


def test_the_same_wish_is_the_same_material_unless_it_was_changed(scene):
    first = wished_material(PINK, None)
    assert wished_material(PINK, None) == first
    shader = next(node for node in first.node_tree.nodes if node.type == "BSDF_PRINCIPLED")
    shader.inputs["Roughness"].default_value = 0.9
    second = wished_material(PINK, None)
    assert second != first
    assert shader.inputs["Roughness"].default_value == pytest.approx(0.9)


def test_a_finish_alone_keeps_the_old_colour(scene):
    old = wished_material({"name": "green", "colour": [0.1, 0.8, 0.1, 1.0]}, None)
    made = wished_material({"name": "metal", "metallic": 1.0}, old)
    assert colour_of(made) == pytest.approx((0.1, 0.8, 0.1, 1.0))


def test_a_finish_reaches_the_shader():
    glass = {"name": "glass", "transmission": 1.0, "ior": 1.5, "roughness": 0.02, "metallic": 0.0}
    fur = {"name": "fur", "sheen": 1.0, "roughness": 1.0, "coat": 0.3}
    shader = next(
        n for n in wished_material(glass, None).node_tree.nodes if "Base Color" in n.inputs
    )
    assert shader.inputs["Transmission Weight"].default_value == 1.0
    assert shader.inputs["Roughness"].default_value == pytest.approx(0.02)
    shader = next(n for n in wished_material(fur, None).node_tree.nodes if "Base Color" in n.inputs)
    assert shader.inputs["Sheen Weight"].default_value == 1.0
    assert shader.inputs["Coat Weight"].default_value == pytest.approx(0.3)


def test_uv_maps_show_what_the_nearest_old_faces_do(cube):
    """A textured material keeps its colours: each side of a cube has an island of its own."""
    second = cube.data.uv_layers.new(name="Bake")
    second.active_render = True
    cube.data.uv_layers.active_index = 0
    before = np.empty(len(cube.data.loops) * 2, np.float32)
    cube.data.uv_layers[0].uv.foreach_get("vector", before)
    old = {}
    for polygon in cube.data.polygons:
        rows = before.reshape(-1, 2)[list(polygon.loop_indices)]
        old[tuple(round(value) for value in polygon.normal)] = rows
    points = 1.5 * np.array([[x, y, z] for x in (-1, 1) for y in (-1, 1) for z in (-1, 1.0)])
    quads = [[0, 1, 3, 2], [4, 6, 7, 5], [0, 4, 5, 1], [2, 3, 7, 6], [0, 2, 6, 4], [1, 5, 7, 3]]
    faces = np.array([[quad[k] for k in way] for quad in quads for way in ((0, 1, 2), (0, 2, 3))])
    mesh = swap_mesh(cube, points, faces, "larger", None)
    assert [layer.name for layer in mesh.uv_layers] == ["UVMap", "Bake"]
    assert [layer.active_render for layer in mesh.uv_layers] == [False, True]
    assert mesh.uv_layers.active_index == 0
    after = np.empty(len(mesh.loops) * 2, np.float32)
    mesh.uv_layers[0].uv.foreach_get("vector", after)
    for polygon in mesh.polygons:
        rows = after.reshape(-1, 2)[list(polygon.loop_indices)]
        island = old[tuple(round(value) for value in polygon.normal)]
        assert (rows >= island.min(axis=0) - 1e-5).all()
        assert (rows <= island.max(axis=0) + 1e-5).all()
        assert np.ptp(rows, axis=0).max() > 0.2  # and not one point of it


def test_a_mesh_without_uv_maps_gives_none(cube):
    cube.data.uv_layers.remove(cube.data.uv_layers[0])
    assert len(swap_mesh(cube, VERTICES, FACES, "thing", None).uv_layers) == 0
