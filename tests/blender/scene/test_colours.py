# SPDX-License-Identifier: GPL-3.0-or-later
"""The colours of polygons: of materials, their pictures, colour attributes, in every mode."""

from __future__ import annotations

import bpy
import numpy as np
import pytest
from partwise.blender_addon.mesh.read import Snapshot
from partwise.blender_addon.scene.colours import polygon_colours
from partwise.blender_addon.scene.orders import Order

RED, BLUE = [255, 0, 0], [0, 0, 255]


@pytest.fixture
def cube() -> bpy.types.Object:
    bpy.ops.mesh.primitive_cube_add()
    return bpy.context.object


def material(obj: bpy.types.Object, colour: tuple[float, ...]) -> bpy.types.Material:
    made = bpy.data.materials.new("Paint")
    made.use_nodes = True
    made.node_tree.nodes["Principled BSDF"].inputs["Base Color"].default_value = colour
    obj.data.materials.append(made)
    return made


def feed(made: bpy.types.Material, kind: str) -> bpy.types.Node:
    """A node of a kind that makes the base colour of a material."""
    nodes, links = made.node_tree.nodes, made.node_tree.links
    node = nodes.new(kind)
    links.new(node.outputs["Color"], nodes["Principled BSDF"].inputs["Base Color"])
    return node


def two_halves(name: str = "Halves") -> bpy.types.Image:
    """A picture, red on the left and blue on the right."""
    image = bpy.data.images.new(name, 8, 2)
    pixels = np.zeros((2, 8, 4), np.float32)
    pixels[..., 3] = pixels[:, :4, 0] = pixels[:, 4:, 2] = 1.0
    image.pixels.foreach_set(pixels.ravel())
    return image


def place(obj: bpy.types.Object, right: list[int]) -> None:
    """Lay polygons onto the right half of a picture, the others onto the left one."""
    layer = obj.data.uv_layers.active
    for polygon in obj.data.polygons:
        for corner in polygon.loop_indices:
            layer.uv[corner].vector = (0.75 if polygon.index in right else 0.25, 0.5)


def test_what_is_of_one_colour_has_none_to_tell(cube):
    assert polygon_colours(cube) is None
    material(cube, (1, 0, 0, 1))
    assert polygon_colours(cube) is None
    empty = bpy.data.objects.new("Empty", bpy.data.meshes.new("Empty"))
    assert polygon_colours(empty) is None


def test_each_material_has_its_base_colour(cube):
    material(cube, (1, 0, 0, 1))
    material(cube, (0, 0, 1, 1))
    cube.data.polygons[2].material_index = 1
    cube.data.polygons[4].material_index = 7  # no such slot: seen as the last
    found = polygon_colours(cube).tolist()
    assert found == [RED, RED, BLUE, RED, BLUE, RED]


def test_a_picture_is_looked_up_where_the_polygon_lies_on_it(cube):
    feed(material(cube, (0, 0, 0, 1)), "ShaderNodeTexImage").image = two_halves()
    place(cube, [1, 5])
    assert polygon_colours(cube).tolist() == [RED, BLUE, RED, RED, RED, BLUE]
    bpy.ops.object.mode_set(mode="EDIT")
    assert polygon_colours(cube).tolist() == [RED, BLUE, RED, RED, RED, BLUE]
    assert len(bpy.data.meshes) == 1


def test_a_picture_on_a_uv_map_of_its_own(cube):
    node = feed(made := material(cube, (0, 0, 0, 1)), "ShaderNodeTexImage")
    node.image = two_halves()
    place(cube, [])
    cube.data.uv_layers.active = cube.data.uv_layers.new(name="Second")
    place(cube, [3])
    assert polygon_colours(cube) is None
    uv_map = made.node_tree.nodes.new("ShaderNodeUVMap")
    uv_map.uv_map = "Second"
    made.node_tree.links.new(uv_map.outputs["UV"], node.inputs["Vector"])
    assert polygon_colours(cube).tolist() == [RED, RED, RED, BLUE, RED, RED]


def test_a_picture_that_cannot_be_loaded_is_passed_over(cube):
    made = material(cube, (0, 0, 0, 1))
    image = feed(made, "ShaderNodeTexImage").image = bpy.data.images.new("Lost", 4, 4)
    image.source, image.filepath = "FILE", "//not there.png"
    made.diffuse_color = (0, 0, 1, 1)
    material(cube, (1, 0, 0, 1))
    cube.data.polygons[0].material_index = 1
    assert polygon_colours(cube).tolist() == [RED, BLUE, BLUE, BLUE, BLUE, BLUE]


@pytest.mark.parametrize(("kind", "domain"), [("BYTE_COLOR", "CORNER"), ("FLOAT_COLOR", "POINT")])
def test_vertex_paint_counts_where_materials_make_no_difference(cube, kind, domain):
    layer = cube.data.color_attributes.new("Paint", kind, domain)
    for element in layer.data:
        element.color = (1, 0, 0, 1)
    corners = cube.data.polygons[3].loop_indices
    rows = corners if domain == "CORNER" else [cube.data.loops[k].vertex_index for k in corners]
    for row in rows:
        layer.data[row].color = (0, 0, 1, 1)
    cube.data.color_attributes.active_color = layer
    found = polygon_colours(cube)
    assert found[3].tolist() == BLUE
    assert (found[:, 0] > 0).sum() == 5
    material(cube, (1, 1, 1, 1))
    np.testing.assert_array_equal(polygon_colours(cube), found)
    material(cube, (0, 0, 1, 1))
    cube.data.polygons[0].material_index = 1
    assert polygon_colours(cube)[3].tolist() == [255, 255, 255]


def test_a_picture_and_a_colour_attribute_are_multiplied(cube):
    made = material(cube, (0, 0, 0, 1))
    nodes, links = made.node_tree.nodes, made.node_tree.links
    mix = nodes.new("ShaderNodeMixRGB")
    mix.blend_type = "MULTIPLY"
    links.new(mix.outputs["Color"], nodes["Principled BSDF"].inputs["Base Color"])
    picture, paint = nodes.new("ShaderNodeTexImage"), nodes.new("ShaderNodeVertexColor")
    picture.image, paint.layer_name = two_halves(), "Paint"
    links.new(picture.outputs["Color"], mix.inputs["Color1"])
    links.new(paint.outputs["Color"], mix.inputs["Color2"])
    place(cube, [1])
    layer = cube.data.color_attributes.new("Paint", "FLOAT_COLOR", "CORNER")
    for corner, element in enumerate(layer.data):
        element.color = (0, 0, 0, 1) if corner in cube.data.polygons[5].loop_indices else (1,) * 4
    assert polygon_colours(cube).tolist() == [RED, BLUE, RED, RED, RED, [0, 0, 0]]


def test_colours_are_sent_for_each_triangle_where_they_are_wished(cube):
    material(cube, (1, 0, 0, 1))
    material(cube, (0, 0, 1, 1))
    cube.data.polygons[2].material_index = 1
    settings = bpy.context.scene.partwise
    arrays = Snapshot.of(cube).arrays()
    assert Order.of(cube, settings).hints.for_engine(arrays)["colours"] is None
    settings.hint_colours = True
    sent = Order.of(cube, settings).hints.for_engine(arrays)["colours"]
    assert sent.dtype == np.uint8
    assert np.flatnonzero(sent[:, 2]).tolist() == [4, 5]
