# SPDX-License-Identifier: GPL-3.0-or-later
"""Part objects: everything that Blender stores on an object; origins; caps."""

from __future__ import annotations

from typing import Any

import bpy
import numpy as np
import pytest
from mathutils import Vector
from partwise.blender_addon.mesh import layers as mesh_layers
from partwise.blender_addon.mesh.build import (
    build_part,
    joint_centres,
    move_origin,
    origin_is_free,
    part_centres,
)
from partwise.blender_addon.mesh.caps import PartCaps
from partwise.blender_addon.mesh.split import split_mesh
from partwise.blender_addon.scene import parts

from tests.blender import rich_fixture
from tests.blender.mesh_dump import (
    differing_layers,
    differing_settings,
    dump_mesh,
    object_settings,
    vector_of,
)

OBJECT_SETTINGS = (
    *("modifier order", "modifier Rig", "modifier Smooth", "constraint order", "slots"),
    *("constraint Copy Rotation", "object properties", "object animation", "object scale"),
    *("object rotation_euler", "object delta_location", "object matrix_parent_inverse"),
    *("object parent", "object parent_type", "object parent_bone", "object location"),
    *("object color", "object display_type", "object show_in_front", "object visible_shadow"),
    *("object pass_index", "object hide_select", "object active_shape_key_index"),
    *("object use_shape_key_edit_mode", "object active_material_index"),
)


@pytest.fixture
def vase(scene: bpy.types.Scene) -> bpy.types.Object:
    obj = rich_fixture.make()
    obj.driver_add("pass_index").driver.expression = "7"
    variable = obj.animation_data.drivers[0].driver.variables.new()
    variable.targets[0].id = obj
    variable.targets[0].data_path = '["Preis"]'
    return obj


def build(obj: bpy.types.Object) -> dict[int, bpy.types.Object]:
    made = {}
    for label, mesh in split_mesh(obj, parts.get_labels(obj.data)).items():
        made[label] = build_part(obj, mesh, f"Part {label}", label)
        bpy.context.scene.collection.objects.link(made[label])
    bpy.context.view_layer.update()
    return made


@pytest.mark.parametrize("name", OBJECT_SETTINGS)
def test_setting_of_the_object_survives(vase: bpy.types.Object, name: str):
    expected = object_settings(vase)
    assert name in expected
    for part in build(vase).values():
        assert object_settings(part)[name] == expected[name]


def test_no_setting_of_the_object_differs(vase: bpy.types.Object):
    expected = object_settings(vase)
    for part in build(vase).values():
        assert differing_settings(object_settings(part), expected) == set()
        assert part.matrix_world == vase.matrix_world


DAMAGE = {
    "modifier Rig": lambda o: setattr(o.modifiers["Rig"], "object", None),
    "modifier Smooth": lambda o: setattr(o.modifiers["Smooth"], "levels", 2),
    "modifier order": lambda o: o.modifiers.move(0, 1),
    "constraint Copy Rotation": lambda o: setattr(o.constraints[0], "influence", 1),
    "constraint order": lambda o: o.constraints.remove(o.constraints[0]),
    "slots": lambda o: setattr(o.material_slots[2], "link", "DATA"),
    "object properties": lambda o: o.__setitem__("Preis", 3.0),
    "object animation": lambda o: o.animation_data.drivers.remove(o.animation_data.drivers[0]),
    "object scale": lambda o: setattr(o, "scale", (1.5, 0.8, 1.25)),
    "object parent_bone": lambda o: setattr(o, "parent_bone", "Lower"),
    "object parent": lambda o: setattr(o, "parent", None),
    "object color": lambda o: setattr(o, "color", (0, 0, 0, 1)),
    "object delta_location": lambda o: setattr(o, "delta_location", (0, 0, 0)),
    "object visible_shadow": lambda o: setattr(o, "visible_shadow", True),
}


@pytest.mark.parametrize("name", DAMAGE)
def test_damage_to_a_setting_is_noticed(vase: bpy.types.Object, name: str):
    part = build(vase)[0]
    DAMAGE[name](part)
    assert name in differing_settings(object_settings(part), object_settings(vase))


def test_drivers_of_a_part_read_the_part(vase: bpy.types.Object):
    part = build(vase)[0]
    target = part.animation_data.drivers[0].driver.variables[0].targets[0]
    assert target.id == part
    source = vase.animation_data.drivers[0].driver.variables[0].targets[0]
    assert source.id == vase


def test_evaluated_parts_are_where_the_whole_was(vase: bpy.types.Object):
    """With armature, shape keys and their drivers at work."""
    bone = bpy.data.objects["Rig"].pose.bones["Upper"]
    bone.rotation_mode = "XYZ"
    bone.rotation_euler = (0.6, 0.2, 0)
    made = build(vase)
    bpy.context.view_layer.update()
    whole = world_points(vase)
    for part in made.values():
        expected = whole[mesh_layers.origin(part.data, "POINT")]
        assert np.allclose(world_points(part), expected, atol=1e-5)


def world_points(obj: bpy.types.Object) -> np.ndarray:
    evaluated = obj.evaluated_get(bpy.context.evaluated_depsgraph_get())
    points = vector_of(evaluated.data.vertices, "co", 3)
    matrix = np.array(evaluated.matrix_world)
    return points @ matrix[:3, :3].T + matrix[:3, 3]


@pytest.mark.parametrize("origin", ["BOUNDS", "SURFACE", "JOINT"])
def test_origins_move_and_parts_stay(vase: bpy.types.Object, origin: str):
    assert origin_is_free(vase)
    labels = parts.get_labels(vase.data)
    made = build(vase)
    meshes = {label: part.data for label, part in made.items()}
    before = {label: world_points(part) for label, part in made.items()}
    generated = {label: dump_mesh(mesh).generated for label, mesh in meshes.items()}
    for label, centre in part_centres(vase.data, labels, meshes, origin).items():
        expected = made[label].matrix_world @ Vector(centre.tolist())
        move_origin(made[label], centre)
        bpy.context.view_layer.update()
        part = made[label]
        assert (part.matrix_world.translation - expected).length < 1e-5
        assert np.allclose(world_points(part), before[label], atol=1e-5)
        assert np.allclose(dump_mesh(part.data).generated, generated[label], atol=1e-5)
        assert part.scale == vase.scale
        assert part.rotation_euler == vase.rotation_euler


def test_where_the_origins_are(scene: bpy.types.Scene):
    """A bar of three cubes in a row, the middle one twice as long."""
    bpy.ops.mesh.primitive_grid_add(x_subdivisions=4, y_subdivisions=1, size=4)
    obj = bpy.context.object
    labels = np.array([0, 1, 1, 2], dtype=np.int32)
    meshes = split_mesh(obj, labels)
    places = {
        origin: {k: v.round(5).tolist() for k, v in
                 part_centres(obj.data, labels, meshes, origin).items()}
        for origin in ("BOUNDS", "SURFACE", "JOINT")
    }  # fmt: skip
    middle = {0: [-1.5, 0, 0], 1: [0, 0, 0], 2: [1.5, 0, 0]}
    assert places["BOUNDS"] == places["SURFACE"] == middle
    assert places["JOINT"][0] == [-1, 0, 0]
    assert places["JOINT"][2] == [1, 0, 0]
    assert places["JOINT"][1] in ([-1, 0, 0], [1, 0, 0])
    assert joint_centres(obj.data, np.zeros(4, np.int32)) == {}


def test_a_joint_is_with_the_neighbour_that_shares_most(scene: bpy.types.Scene):
    bpy.ops.mesh.primitive_grid_add(x_subdivisions=2, y_subdivisions=4, size=4)
    labels = np.array([0, 1, 0, 1, 0, 1, 2, 2], dtype=np.int32)
    joints = joint_centres(bpy.context.object.data, labels)
    assert joints[0].round(5).tolist() == joints[1].round(5).tolist() == [0, -0.5, 0]


@pytest.mark.parametrize("cause", ["mirror", "constraint", "animation", "driver"])
def test_origins_stay_where_something_depends_on_them(scene: bpy.types.Scene, cause: str):
    bpy.ops.mesh.primitive_cube_add()
    obj = bpy.context.object
    assert origin_is_free(obj)
    if cause == "mirror":
        obj.modifiers.new("M", "MIRROR")
    elif cause == "constraint":
        obj.constraints.new("LIMIT_LOCATION")
    elif cause == "animation":
        obj.keyframe_insert("location", frame=1)
    else:
        obj.driver_add("location", 0)
    assert not origin_is_free(obj)


def test_other_animation_leaves_the_origin_free(scene: bpy.types.Scene):
    bpy.ops.mesh.primitive_cube_add()
    obj = bpy.context.object
    obj["x"] = 1.0
    obj.keyframe_insert('["x"]', frame=1)
    assert origin_is_free(obj)


# Caps.


@pytest.fixture
def box(scene: bpy.types.Scene) -> bpy.types.Object:
    """A cube with layers, cut in the middle of its height into halves 0 and 1."""
    bpy.ops.mesh.primitive_cube_add()
    obj = bpy.context.object
    bpy.ops.object.mode_set(mode="EDIT")
    bpy.ops.mesh.subdivide(number_cuts=1)
    bpy.ops.object.mode_set(mode="OBJECT")
    mesh = obj.data
    for name in ("Red", "Blue"):
        mesh.materials.append(bpy.data.materials.new(name))
    mesh.polygons.foreach_set("material_index", np.ones(len(mesh.polygons), np.int32))
    mesh.shade_smooth()
    group = obj.vertex_groups.new(name="Half")
    group.add(range(len(mesh.vertices)), 0.5, "REPLACE")
    layer = mesh.attributes.new("Tint", "FLOAT_COLOR", "CORNER")
    layer.data.foreach_set("color", np.full(len(mesh.loops) * 4, 0.25, np.float32))
    obj.shape_key_add(name="Basis")
    points = vector_of(mesh.vertices, "co", 3)
    obj.shape_key_add(name="Up").data.foreach_set("co", (points + [0, 0, 1]).ravel())
    return obj


def halves(obj: bpy.types.Object) -> np.ndarray:
    return (vector_of(obj.data.polygons, "center", 3)[:, 2] > 0).astype(np.int32)


def flat_cap(obj: bpy.types.Object) -> PartCaps:
    """A fan round a new vertex in the middle, upward for 0 and downward for 1."""
    points = vector_of(obj.data.vertices, "co", 3)
    ring = np.nonzero(np.abs(points[:, 2]) < 1e-6)[0]
    ring = ring[np.argsort(np.arctan2(points[ring, 1], points[ring, 0]))]
    centre = np.full(len(ring), len(points))
    fan = np.stack([ring, np.roll(ring, -1), centre], axis=1)
    return PartCaps(np.concatenate([points, [[0, 0, 0]]]), {0: fan, 1: fan[:, ::-1]})


def is_closed(mesh: bpy.types.Mesh) -> bool:
    uses = np.zeros(len(mesh.edges), dtype=int)
    np.add.at(uses, vector_of(mesh.loops, "edge_index", 1, np.int32)[:, 0], 1)
    return bool((uses == 2).all())


def capped(obj: bpy.types.Object) -> dict[int, bpy.types.Mesh]:
    return split_mesh(obj, halves(obj), caps=flat_cap(obj))


def test_caps_close_parts(box: bpy.types.Object):
    plain = split_mesh(box, halves(box))
    for label, mesh in capped(box).items():
        assert not is_closed(plain[label])
        assert is_closed(mesh)
        assert not mesh.validate()
        assert len(mesh.polygons) == len(plain[label].polygons) + 8
        assert len(mesh.vertices) == len(plain[label].vertices) + 1
        facing = mesh.polygons[len(mesh.polygons) - 1].normal.z
        assert facing == pytest.approx(1 if label == 0 else -1)


def test_visible_faces_keep_all_layers(box: bpy.types.Object):
    source = dump_mesh(box.data)
    for mesh in capped(box).values():
        part = dump_mesh(mesh)
        for domain, ids in part.ids.items():
            assert (ids[-1] == -1) == (domain in ("POINT", "EDGE", "FACE", "CORNER"))
        old = {domain: ids >= 0 for domain, ids in part.ids.items()}
        for name, (domain, values) in part.layers.items():
            if name in source.layers and name not in ("faces", "edges", "corner edges"):
                expected = source.layers[name][1][part.ids[domain][old[domain]]]
                assert np.array_equal(values[old[domain]], expected), name
        assert differing_settings(part.settings, source.settings) == set()


def test_caps_look_like_what_is_round_them(box: bpy.types.Object):
    for mesh in capped(box).values():
        caps = mesh_layers.read(mesh.attributes["partwise_cap"])[:, 0]
        assert caps.sum() == 8
        corners = np.repeat(caps, [len(f.vertices) for f in mesh.polygons])
        assert {f.material_index for f in mesh.polygons} == {1}
        assert not any(f.use_smooth for f in np.array(mesh.polygons)[caps])
        assert all(f.use_smooth for f in np.array(mesh.polygons)[~caps])
        tint = mesh_layers.read(mesh.attributes["Tint"])
        assert np.allclose(tint[corners], 0.25)
        rim = [e for e in mesh.edges if e.use_edge_sharp]
        assert len(rim) == 8
        assert all(abs(mesh.vertices[v].co.z) < 1e-6 for e in rim for v in e.vertices)


def test_uv_maps_of_caps_have_the_scale_of_the_part(box: bpy.types.Object):
    for mesh in capped(box).values():
        caps = mesh_layers.read(mesh.attributes["partwise_cap"])[:, 0]
        uv = vector_of(mesh.uv_layers[0].uv, "vector", 2)
        density = []
        for face in mesh.polygons:
            corner = uv[face.loop_start : face.loop_start + face.loop_total]
            x, y = corner.T
            area = abs(np.dot(x, np.roll(y, -1)) - np.dot(y, np.roll(x, -1))) / 2
            density.append(area / face.area)
        around = np.median(np.array(density)[~caps])
        assert np.allclose(np.array(density)[caps], around, rtol=0.05)


def test_weights_and_shape_keys_follow_the_rim(box: bpy.types.Object):
    for mesh in capped(box).values():
        new = len(mesh.vertices) - 1
        assert [(g.group, round(g.weight, 5)) for g in mesh.vertices[new].groups] == [(0, 0.5)]
        keys = mesh.shape_keys.key_blocks
        assert tuple(keys["Basis"].data[new].co) == pytest.approx((0, 0, 0), abs=1e-6)
        assert tuple(keys["Up"].data[new].co) == pytest.approx((0, 0, 1), abs=1e-6)


def test_shading_beside_a_cap_is_as_before(box: bpy.types.Object):
    before = vector_of(box.data.corner_normals, "vector", 3)
    for mesh in capped(box).values():
        corner = mesh_layers.origin(mesh, "CORNER")
        after = vector_of(mesh.corner_normals, "vector", 3)
        chord = np.linalg.norm(after[corner >= 0] - before[corner[corner >= 0]], axis=1)
        assert np.degrees(chord).max() < 0.1


def test_a_cap_may_name_another_vertex_in_the_same_place(box: bpy.types.Object):
    """The engine takes vertices in one place as one, and names any of them."""
    plan = flat_cap(box)
    twins = np.concatenate([plan.vertices[:-1], plan.vertices[:-1], plan.vertices[-1:]])
    count = len(box.data.vertices)
    shifted = {label: faces + count for label, faces in plan.faces.items()}
    shifted = {k: np.where(f == 2 * count, 2 * count, f) for k, f in shifted.items()}
    for mesh in split_mesh(box, halves(box), caps=PartCaps(twins, shifted)).values():
        assert is_closed(mesh)


def test_a_bent_cap_is_shaded_smooth(box: bpy.types.Object):
    plan = flat_cap(box)
    bent = plan.vertices.copy()
    bent[-1, 2] = 0.8
    meshes = split_mesh(box, halves(box), caps=PartCaps(bent, plan.faces))
    assert all(f.use_smooth for mesh in meshes.values() for f in mesh.polygons)


def test_a_part_without_cap_is_left_alone(box: bpy.types.Object):
    plan: Any = PartCaps(flat_cap(box).vertices, {0: np.empty((0, 3), np.int64)})
    source = dump_mesh(box.data)
    plain = {label: dump_mesh(mesh) for label, mesh in split_mesh(box, halves(box)).items()}
    for label, mesh in split_mesh(box, halves(box), caps=plan).items():
        part = dump_mesh(mesh)
        assert part.counts == plain[label].counts
        assert differing_layers(part, source, ignore={"custom_normal"}) == set()
