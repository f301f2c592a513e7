# SPDX-License-Identifier: GPL-3.0-or-later
"""What a ray from the mouse hits: which object, and which face of its own mesh."""

from __future__ import annotations

import bpy
import numpy as np
import pytest
from mathutils import Matrix, Vector
from partwise.backend.contract.errors import BadInput
from partwise.blender_addon.scene import parts, pick

DOWN = Vector((0.0, 0.0, -1.0))


@pytest.fixture(autouse=True)
def nothing_known() -> None:
    pick.forget()


def add_cube(name: str, height: float = 0.0) -> bpy.types.Object:
    bpy.ops.mesh.primitive_cube_add(location=(0.0, 0.0, height))
    cube = bpy.context.object
    cube.name = name
    return cube


def from_above(x: float = 0.3, y: float = 0.2, **options: object) -> pick.Hit | None:
    return pick.along_ray(bpy.context, Vector((x, y, 20.0)), DOWN, **options)


def face_up(obj: bpy.types.Object) -> int:
    return max(obj.data.polygons, key=lambda polygon: polygon.center.z).index


def near(one: Vector, two: tuple[float, float, float]) -> bool:
    return (one - Vector(two)).length < 1e-4


def test_the_nearest_mesh_is_hit():
    low, high = add_cube("low"), add_cube("high", 5.0)
    assert from_above().obj == high
    high.hide_set(True)
    hit = from_above()
    assert (hit.obj, hit.face) == (low, face_up(low))
    assert near(hit.point, (0.3, 0.2, 1.0))
    assert hit.place == hit.point
    assert from_above(x=9.0) is None


@pytest.mark.parametrize("how", ["WIRE", "BOUNDS", "unselectable"])
def test_what_cannot_be_clicked_is_looked_through(how):
    low, cutter = add_cube("low"), add_cube("cutter", 5.0)
    if how == "unselectable":
        cutter.hide_select = True
    else:
        cutter.display_type = how
    assert from_above().obj == low


def test_a_clipping_region_of_the_view_is_looked_through():
    low, _ = add_cube("low"), add_cube("high", 5.0)
    assert from_above(planes=[(0.0, 0.0, -1.0, 2.0)]).obj == low  # what has z < 2 is shown


def test_points_are_in_the_coordinates_of_a_turned_and_mirrored_object():
    cube = add_cube("cube")
    cube.matrix_world = Matrix.Translation((1, 2, 3)) @ Matrix.Diagonal((-2.0, 1.0, 0.5, 1.0))
    bpy.context.view_layer.update()
    hit = from_above(x=1.6, y=2.2)
    assert hit.face == face_up(cube)
    assert near(hit.point, (-0.3, 0.2, 1.0))


def test_instances_are_refused():
    tree, forest = add_cube("tree"), bpy.data.collections.new("forest")
    bpy.context.collection.objects.unlink(tree)
    forest.objects.link(tree)
    instance = bpy.data.objects.new("instance", None)
    instance.instance_type, instance.instance_collection = "COLLECTION", forest
    instance.location.z = 2.0
    bpy.context.scene.collection.objects.link(instance)
    with pytest.raises(BadInput, match=r"an instance of “tree”.*Make Instances Real"):
        from_above()


def test_other_kinds_of_objects_are_refused():
    bpy.ops.surface.primitive_nurbs_surface_sphere_add()
    with pytest.raises(BadInput, match=r"is not a mesh \(it is a surface\).*Convert"):
        from_above()


def test_through_subdivision_the_own_face_is_found():
    cube = add_cube("cube")
    cube.modifiers.new("Subdivision", "SUBSURF").levels = 3
    hit = from_above()
    assert hit.face == face_up(cube)
    assert hit.place.z < 0.9
    assert hit.point.z == pytest.approx(1.0)


def test_the_mirror_image_is_the_own_face_too():
    cube = add_cube("cube")
    cube.data.transform(Matrix.Translation((2.0, 0.0, 0.0)))
    cube.modifiers.new("Mirror", "MIRROR").use_axis = (True, False, False)
    hit = from_above(x=-2.3)
    assert hit.face == face_up(cube)
    assert near(hit.place, (-2.3, 0.2, 1.0))
    assert hit.point.x > 0.0


def test_a_deformed_mesh_keeps_its_faces():
    cube = add_cube("cube")
    cube.modifiers.new("Cast", "CAST").factor = 0.5
    depsgraph = bpy.context.evaluated_depsgraph_get()
    assert pick.find_origins(cube, depsgraph) is None
    assert from_above().face == face_up(cube)


def test_hidden_parts_are_looked_through():
    cube = add_cube("cube")
    labels = np.zeros(6, np.int32)
    labels[face_up(cube)] = 1
    parts.set_labels(cube.data, labels)
    cube.data.partwise.parts[1].visible = False
    hit = from_above()
    assert cube.data.polygons[hit.face].center.z == pytest.approx(-1.0)


def test_what_only_a_modifier_made_is_refused():
    plane = add_cube("cube")
    plane.data.clear_geometry()
    plane.data.from_pydata([(-1, -1, 0), (1, -1, 0), (1, 1, 0), (-1, 1, 0)], [], [(0, 1, 2, 3)])
    group = bpy.data.node_groups.new("Box", "GeometryNodeTree")
    group.interface.new_socket("Geometry", in_out="OUTPUT", socket_type="NodeSocketGeometry")
    box, out = group.nodes.new("GeometryNodeMeshCube"), group.nodes.new("NodeGroupOutput")
    group.links.new(box.outputs[0], out.inputs[0])
    plane.modifiers.new("Box", "NODES").node_group = group
    with pytest.raises(BadInput, match="made by a modifier alone"):
        from_above()


def test_nothing_is_left_of_the_search():
    cube = add_cube("cube")
    cube.modifiers.new("Subdivision", "SUBSURF")
    before = [len(data) for data in (bpy.data.objects, bpy.data.meshes, bpy.data.scenes)]
    from_above()
    after = [len(data) for data in (bpy.data.objects, bpy.data.meshes, bpy.data.scenes)]
    assert after == before
    assert pick.FACE_NUMBER not in cube.data.attributes


def test_masks_are_spread_to_what_modifiers_make():
    cube = add_cube("cube")
    top = np.arange(6) == face_up(cube)
    assert (pick.spread(cube, top, 6) == top).all()
    assert pick.spread(cube, top, 24) is None
    cube.modifiers.new("Subdivision", "SUBSURF").levels = 1
    assert pick.spread(cube, top, 24) is None  # until somebody clicked
    pick.find_origins(cube, bpy.context.evaluated_depsgraph_get())
    assert pick.spread(cube, top, 24).sum() == 4


def test_the_middle_of_a_dented_polygon_is_on_it():
    mesh = bpy.data.meshes.new("arrow")
    mesh.from_pydata([(0, 2, 0), (-3, -2, 0), (0, 1, 0), (3, -2, 0)], [], [(0, 1, 2, 3)])
    middle = pick.middle(mesh, 0)
    assert middle.y > 1.0 - abs(middle.x)  # above the dent


@pytest.mark.parametrize("levels", [0, 2])
def test_the_nearest_face_to_a_point(levels):
    cube = add_cube("cube")
    cube.modifiers.new("Subdivision", "SUBSURF").levels = levels
    assert pick.nearest_on(cube, Vector((0.1, 0.2, 3.0))).face == face_up(cube)
