# SPDX-License-Identifier: GPL-3.0-or-later
"""A rigged character's arm is completed, split off and posed: it follows its rig, and is closed."""

from __future__ import annotations

from pathlib import Path

import bpy
import numpy as np
from completing import open_panel
from mathutils import Quaternion, Vector
from stage import active, labels, load, open_edges, ours, table
from window import Waits, Window

FRONT = (1.45, 0.0, 0.35)
BEND = 0.9  # radians
SOFT = 0.12  # share of the arm's length in which the weights of two bones mix, to each side


def points_of(mesh: bpy.types.Mesh) -> np.ndarray:
    found = np.empty(3 * len(mesh.vertices), np.float32)
    mesh.vertices.foreach_get("co", found)
    return found.reshape(-1, 3).astype(np.float64)


def volume_of(mesh: bpy.types.Mesh) -> float:
    """Of what its faces enclose."""
    mesh.calc_loop_triangles()
    faces = np.array([triangle.vertices[:] for triangle in mesh.loop_triangles])
    a, b, c = np.moveaxis(points_of(mesh)[faces], 1, 0)
    return float(np.einsum("ij,ij->", a, np.cross(b, c)) / 6)


def arm() -> int:
    """The row of the part that reaches farthest to one side."""
    centres = np.array([face.center for face in active().data.polygons])
    middle = np.median(centres[:, 0])
    ids = np.array(labels())
    far = [abs(centres[ids == row.part_id, 0].mean() - middle) for row in table().parts]
    return int(np.argmax(far))


def rig(obj: bpy.types.Object, part_id: int) -> bpy.types.Object:
    """Two bones, one for the arm and one for the rest, whose weights mix round the shoulder."""
    mesh, ids = obj.data, np.array(labels())
    points = points_of(mesh)
    owners: list[set[int]] = [set() for _ in points]
    for face, label in zip(mesh.polygons, ids.tolist(), strict=True):
        for vertex in face.vertices:
            owners[vertex].add(label)
    is_arm = np.array([part_id in found for found in owners])
    is_border = np.array([part_id in found and len(found) > 1 for found in owners])
    shoulder = points[is_border].mean(axis=0)
    away = np.linalg.norm(points - shoulder, axis=1)
    hand = points[is_arm][away[is_arm].argmax()]
    soft = SOFT * float(np.linalg.norm(hand - shoulder))
    near = np.linalg.norm(points[:, None] - points[is_border][None, ::4], axis=2).min(axis=1)
    weight = np.clip(0.5 + np.where(is_arm, near, -near) / (2 * soft), 0.0, 1.0)
    bpy.ops.object.armature_add()
    skeleton = bpy.context.object
    skeleton.data.display_type, skeleton.show_in_front = "STICK", True
    skeleton.matrix_world = obj.matrix_world
    bpy.ops.object.mode_set(mode="EDIT")
    bones = skeleton.data.edit_bones
    bones[0].name = "Body"
    bones["Body"].head, bones["Body"].tail = shoulder * [0.0, 1.0, 0.6], shoulder * [0.0, 1.0, 1.0]
    bone = bones.new("Arm")
    bone.head, bone.tail, bone.parent = shoulder, hand, bones["Body"]
    bpy.ops.object.mode_set(mode="OBJECT")
    for name, weights in (("Arm", weight), ("Body", 1.0 - weight)):
        group = obj.vertex_groups.new(name=name)
        for vertex in np.nonzero(weights)[0].tolist():
            group.add([vertex], float(weights[vertex]), "REPLACE")
    obj.modifiers.new("Armature", "ARMATURE").object = skeleton
    bpy.ops.object.select_all(action="DESELECT")
    obj.select_set(True)
    bpy.context.view_layer.objects.active = obj
    return skeleton


def pose_a_completed_arm(window: Window, package: Path) -> Waits[None]:
    """Its new faces take the weights of the border, so that nothing tears where it bends."""
    jobs = ours("engine.jobs")
    bpy.context.scene.partwise.closing = "NONE"
    yield from load(window, "human.glb")
    lowest = min((active().matrix_world @ Vector(each)).z for each in active().bound_box)
    active().location.z -= lowest
    yield from window.look(turn=FRONT)
    yield from window.press("bpy.ops.partwise.decompose")
    yield from window.until(lambda: not jobs.busy(), "the end of the job")
    assert jobs.current().state == "DONE", jobs.current().error
    whole, row = active().name, arm()
    part_id, part_name = table().parts[row].part_id, table().parts[row].name
    with window.here():
        skeleton = rig(active(), part_id).name
        table().parts[row].selected = True
        table().active = row
        bpy.ops.ed.undo_push(message="Rig")
    yield from open_panel(window, "partwise.overlay_opacity", "bpy.ops.partwise.complete")
    yield from window.press("bpy.ops.partwise.complete", across=0.3)
    yield from window.until(lambda: not jobs.busy(), "the end of the job", 300)
    assert jobs.current().state == "DONE", jobs.current().error
    yield from window.point_at_nothing()
    yield from window.picture("50_arm_preview")
    yield from window.press("bpy.ops.partwise.accept_proposal", across=0.3)
    yield from window.press("bpy.ops.partwise.split(")
    made = bpy.data.objects[f"{whole}.{part_name}"]
    assert open_edges(made.data) == 0
    rest = volume_of(made.data)
    bone = bpy.data.objects[skeleton].pose.bones["Arm"]
    bone.rotation_mode = "QUATERNION"
    bone.rotation_quaternion = Quaternion(Vector((1.0, 0.0, 0.0)), BEND)
    bpy.context.view_layer.update()
    shown = made.evaluated_get(bpy.context.evaluated_depsgraph_get())
    posed = shown.to_mesh()
    try:
        assert open_edges(posed) == 0
        moved = points_of(posed) - points_of(made.data)
        assert np.linalg.norm(moved, axis=1).max() > 0.1 * max(made.dimensions)
        ends = np.array([edge.vertices[:] for edge in posed.edges])
        lengths = [
            np.linalg.norm(np.diff(each[ends], axis=1)[:, 0], axis=1)
            for each in (points_of(made.data), points_of(posed))
        ]
        longest = max(made.dimensions)
        assert (lengths[1] - lengths[0]).max() < 0.05 * longest, "it tears"
        assert abs(volume_of(posed) / rest - 1.0) < 0.25
    finally:
        shown.to_mesh_clear()
    yield from window.point_at_nothing()
    yield from window.picture("51_arm_posed")
    with window.here():
        for obj in bpy.context.selected_objects:
            obj.select_set(False)
        made.select_set(True)
        bpy.context.view_layer.objects.active = made
        for other in bpy.data.collections[f"{whole}.parts"].objects:
            other.hide_set(other != made)
        bpy.data.objects[skeleton].hide_set(True)
    yield from window.look(turn=(1.2, 0.0, 2.2))
    yield from window.point_at_nothing()
    yield from window.picture("52_arm_posed_alone")
    with window.here():
        bpy.data.objects[skeleton].hide_set(False)
        for other in bpy.data.collections[f"{whole}.parts"].objects:
            other.hide_set(False)
