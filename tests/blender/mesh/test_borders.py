# SPDX-License-Identifier: GPL-3.0-or-later
"""Subdivided parts beside each other are the surface that the whole was, and leave nothing over."""

from __future__ import annotations

import bmesh
import bpy
import numpy as np
import pytest
from mathutils.kdtree import KDTree
from partwise.blender_addon.mesh import borders
from partwise.blender_addon.ops import export
from partwise.blender_addon.scene import parts
from partwise.blender_addon.scene.assembly_join import added_modifiers

from tests.blender.assemblies import select


def monkey(*before: str) -> bpy.types.Object:
    """A monkey in six parts, ears among them, subdivided after other modifiers."""
    bpy.ops.mesh.primitive_monkey_add(location=(1, 2, 3), rotation=(0.2, 0.3, 0.4))
    bpy.ops.object.shade_smooth()
    obj = bpy.context.object
    for kind in (*before, "SUBSURF"):
        obj.modifiers.new(kind, kind)
    x, y, z = np.array([polygon.center for polygon in obj.data.polygons]).T
    labels = (np.abs(x) > 0.8) + 2 * (z > 0.4) + 4 * (y < -0.5)
    parts.set_labels(obj.data, labels.astype(np.int32))
    return obj


def shown(*objects: bpy.types.Object) -> tuple[np.ndarray, np.ndarray]:
    """(C, 3) place and (C, 3) normal of each corner as they are seen, in the world."""
    depsgraph = bpy.context.evaluated_depsgraph_get()
    places, normals = [], []
    for obj in objects:
        mesh = obj.evaluated_get(depsgraph).data
        turn, at = np.array(obj.matrix_world.to_3x3()), np.array(obj.matrix_world.translation)
        vertex = np.array([mesh.vertices[loop.vertex_index].co for loop in mesh.loops])
        places.append(vertex @ turn.T + at)
        normals.append(np.array([each.vector for each in mesh.corner_normals]) @ turn.T)
    return np.concatenate(places), np.concatenate(normals)


def lent(part: bpy.types.Object) -> bpy.types.Mesh:
    """A part with what it borrows, not subdivided."""
    for modifier in part.modifiers:
        modifier.show_viewport = modifier.name == borders.NAME
    bpy.context.view_layer.update()
    return part.evaluated_get(bpy.context.evaluated_depsgraph_get()).data


def distances(one: np.ndarray, two: np.ndarray) -> np.ndarray:
    """(N,) how far each of some points is from the nearest of others."""
    tree = KDTree(len(two))
    for number, point in enumerate(two.tolist()):
        tree.insert(point, number)
    tree.balance()
    return np.array([tree.find(point)[2] for point in one.tolist()])


def split() -> list[bpy.types.Object]:
    assert bpy.ops.partwise.split() == {"FINISHED"}
    bpy.context.view_layer.update()
    return list(bpy.context.selected_objects)


@pytest.mark.parametrize("before", [(), ("MIRROR",)])
@pytest.mark.parametrize("origin", ["SOURCE", "BOUNDS"])
def test_parts_are_seen_where_the_whole_was(before, origin):
    bpy.context.scene.partwise.origin = origin
    whole, _ = shown(monkey(*before))
    pieces, _ = shown(*split())
    assert len(pieces) == len(whole)
    assert distances(whole, pieces).max() < 1e-5
    assert distances(pieces, whole).max() < 1e-5


def test_without_the_modifiers_they_are_not():
    whole, _ = shown(monkey())
    made = split()
    borders.release_borders(made)
    bpy.context.view_layer.update()
    assert distances(whole, shown(*made)[0]).max() > 0.02


def test_the_shading_at_the_cut_stays():
    whole, before = shown(monkey())
    pieces, after = shown(*split())
    tree = KDTree(len(whole))
    for number, point in enumerate(whole.tolist()):
        tree.insert(point, number)
    tree.balance()
    at = [tree.find(point)[1] for point in pieces.tolist()]
    turned = np.degrees(np.arccos(np.clip((before[at] * after).sum(axis=1), -1, 1)))
    assert np.quantile(turned, 0.99) < 1.0
    assert turned.max() < 3.0  # Blender rounds normals that are stored


def test_a_closed_cut_has_its_rim_on_the_border():
    bpy.context.scene.partwise.closing = "CAP"
    bpy.ops.mesh.primitive_uv_sphere_add(segments=12, ring_count=8)
    ball = bpy.context.object
    ball.modifiers.new("Smooth", "SUBSURF")
    labels = np.array([polygon.center.z + polygon.center.x > 0.1 for polygon in ball.data.polygons])
    parts.set_labels(ball.data, labels.astype(np.int32))
    whole, _ = shown(ball)
    bpy.ops.partwise.split()
    bpy.context.view_layer.update()
    made = list(bpy.context.selected_objects)
    assert len(made) == 2
    assert distances(whole, shown(*made)[0]).max() < 1e-5
    for part in made:
        assert part.data.attributes.get("partwise_cap") is not None
        mesh = part.evaluated_get(bpy.context.evaluated_depsgraph_get()).data
        uses = np.zeros(len(mesh.edges), dtype=int)
        for loop in mesh.loops:
            uses[loop.edge_index] += 1
        assert (uses == 2).all()


def test_what_is_lent_follows_the_part():
    monkey()
    made = split()
    before = [shown(part)[0] for part in made]
    for part in made:
        for vertex in part.data.vertices:
            vertex.co.x += 0.5
    bpy.context.view_layer.update()
    step = np.array(made[0].matrix_world.to_3x3()) @ (0.5, 0, 0)
    for part, places in zip(made, before, strict=True):
        assert np.allclose(shown(part)[0], places + step, atol=1e-5)


def test_vertices_copied_by_hand_borrow_nothing():
    monkey()
    part = split()[0]
    select(part)
    count = len(part.data.polygons)
    bpy.ops.object.mode_set(mode="EDIT")
    bpy.ops.mesh.select_all(action="SELECT")
    bpy.ops.mesh.duplicate_move(TRANSFORM_OT_translate={"value": (5, 0, 0)})
    bpy.ops.object.mode_set(mode="OBJECT")
    assert len(part.data.polygons) == 2 * count
    places, _ = shown(part)
    part.modifiers.clear()
    part.modifiers.new("Smooth", "SUBSURF")
    bpy.context.view_layer.update()
    assert np.allclose(np.sort(places, axis=0), np.sort(shown(part)[0], axis=0), atol=1e-5)


def test_join_back_and_another_split_leave_nothing_over():
    obj = monkey()
    places = np.array([vertex.co for vertex in obj.data.vertices])
    modifiers = obj.modifiers.keys()
    first = len(split())
    folder = bpy.data.collections["Suzanne.parts"]
    assert added_modifiers(folder) == []
    count = (len(bpy.data.node_groups), len(bpy.data.objects), len(bpy.data.meshes))
    select(obj)
    bpy.ops.partwise.toggle_original()
    select(obj)
    assert len(split()) == first
    assert (len(bpy.data.node_groups), len(bpy.data.objects), len(bpy.data.meshes)) == count
    assert bpy.ops.partwise.join_back() == {"FINISHED"}
    assert obj.modifiers.keys() == modifiers
    assert np.array_equal(places, [vertex.co for vertex in obj.data.vertices])
    assert (len(bpy.data.node_groups), len(bpy.data.objects), len(bpy.data.meshes)) == (0, 1, 1)


def test_a_part_split_again_is_seen_where_it_was():
    bpy.context.scene.partwise.origin = "BOUNDS"
    whole, _ = shown(monkey())
    made = split()
    part = max(made, key=lambda each: len(each.data.polygons))
    x = np.array([polygon.center.x for polygon in part.data.polygons])
    parts.set_labels(part.data, (x > 0).astype(np.int32))
    select(part)
    inner = split()
    for piece in inner:
        assert [m.name for m in piece.modifiers] == [borders.NAME, "SUBSURF", borders.TRIM]
    pieces, _ = shown(*(each for each in made if each != part), *inner)
    assert len(pieces) == len(whole)
    assert distances(whole, pieces).max() < 1e-5


def test_shape_keys_move_what_is_lent_too():
    obj = monkey()
    obj.shape_key_add(name="Basis")
    key = obj.shape_key_add(name="Wide")
    for point in key.points:
        point.co.x *= 1.5 + 0.3 * point.co.z
    key.value = 0.7
    bpy.context.view_layer.update()
    whole, _ = shown(obj)
    pieces, _ = shown(*split())
    assert distances(whole, pieces).max() < 1e-5


def test_an_armature_moves_what_is_lent_too():
    obj = monkey("ARMATURE")
    bpy.ops.object.armature_add()
    rig = bpy.context.object
    obj.modifiers["ARMATURE"].object = rig
    weights = obj.vertex_groups.new(name="Bone")
    for vertex in obj.data.vertices:
        weights.add([vertex.index], abs(vertex.co.x), "REPLACE")
    rig.pose.bones[0].rotation_mode = "XYZ"
    rig.pose.bones[0].rotation_euler = 0.4, 0.2, 0.1
    select(obj)
    bpy.context.view_layer.update()
    whole, _ = shown(obj)
    pieces, _ = shown(*split())
    assert distances(whole, pieces).max() < 1e-5


def test_a_loop_cut_gives_no_vertex_the_neighbours_of_another():
    """Blender gives new vertices the mean of their neighbours' ids, which may be the id of any."""
    bpy.ops.mesh.primitive_torus_add(major_segments=12, minor_segments=12)
    obj = bpy.context.object
    obj.modifiers.new("Smooth", "SUBSURF")
    labels = (np.arange(144) >= 72).astype(np.int32)
    parts.set_labels(obj.data, labels)
    part = split()[0]
    select(part)
    bpy.ops.object.mode_set(mode="EDIT")
    edited = bmesh.from_edit_mesh(part.data)
    last = [edge for edge in edited.edges if {v.index // 12 for v in edge.verts} == {5, 6}]
    bmesh.ops.subdivide_edges(edited, edges=last, cuts=1, use_grid_fill=True)
    bmesh.update_edit_mesh(part.data)
    bpy.ops.object.mode_set(mode="OBJECT")
    assert len(part.data.polygons) == 84
    mesh = lent(part)
    assert (len(mesh.polygons), len(mesh.vertices)) == (84 + 24, 96 + 24)


def test_a_pole_of_many_faces_is_lent_nothing():
    """Blender takes seconds to subdivide such a vertex, and would for each part."""
    bpy.ops.mesh.primitive_uv_sphere_add(segments=2 * borders.MANY, ring_count=8)
    ball = bpy.context.object
    ball.modifiers.new("Smooth", "SUBSURF")
    x = np.array([polygon.center.x for polygon in ball.data.polygons])
    parts.set_labels(ball.data, (x > 0).astype(np.int32))
    for part in split():
        mesh = lent(part)
        meeting = np.bincount([loop.vertex_index for loop in mesh.loops])
        assert len(mesh.polygons) > len(part.data.polygons)
        assert meeting.max() == borders.MANY


def test_slots_of_one_material_are_left_alone():
    obj = monkey()
    assert borders.can_hold(obj)
    for _ in range(2):
        obj.data.materials.append(None)
    assert not borders.can_hold(obj)


def test_parts_get_no_more_materials():
    obj = monkey()
    for name in ("one", "two"):
        obj.data.materials.append(bpy.data.materials.new(name))
    for part in split():
        mesh = part.evaluated_get(bpy.context.evaluated_depsgraph_get()).data
        assert [slot.name for slot in mesh.materials] == ["one", "two"]


@pytest.mark.parametrize(("kind", "applied"), [("GLB", False), ("OBJ", True)])
def test_exports_are_of_the_part_alone(tmp_path, kind, applied):
    """OBJ is written with modifiers, glTF without, as Blender's own exporters do."""
    monkey()
    made = split()
    export.export(bpy.context, made, tmp_path, kind)
    count = {part.name: _triangles(part, applied=applied) for part in made}
    for part in made:
        bpy.ops.object.select_all(action="DESELECT")
        path = str(next(tmp_path.glob(f"{part.name}.{kind.lower()}")))
        if kind == "GLB":
            bpy.ops.import_scene.gltf(filepath=path)
        else:
            bpy.ops.wm.obj_import(filepath=path)
        read = bpy.context.selected_objects[0]
        assert _triangles(read, applied=False) == count[part.name]


def _triangles(obj: bpy.types.Object, *, applied: bool) -> int:
    mesh = obj.evaluated_get(bpy.context.evaluated_depsgraph_get()).data if applied else obj.data
    return sum(len(polygon.vertices) - 2 for polygon in mesh.polygons)


@pytest.mark.parametrize(
    ("kinds", "held", "named"),
    [
        (("SUBSURF",), True, []),
        (("ARMATURE", "SUBSURF", "SOLIDIFY"), True, ["SOLIDIFY"]),
        (("BEVEL", "SUBSURF"), False, ["BEVEL", "SUBSURF"]),
        (("MIRROR", "TRIANGULATE"), False, []),
    ],
)
def test_what_cuts_change_is_told(kinds, held, named):
    bpy.ops.mesh.primitive_cube_add()
    for kind in kinds:
        bpy.context.object.modifiers.new(kind, kind)
    assert borders.can_hold(bpy.context.object) == held
    assert borders.changed_by_cuts(bpy.context.object) == named


def test_simple_subdivision_needs_no_hold():
    bpy.ops.mesh.primitive_cube_add()
    bpy.context.object.modifiers.new("Simple", "SUBSURF").subdivision_type = "SIMPLE"
    assert not borders.can_hold(bpy.context.object)
    assert borders.changed_by_cuts(bpy.context.object) == []
