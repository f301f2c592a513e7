# SPDX-License-Identifier: GPL-3.0-or-later
"""An arm with a rig, cut across; and the program of an engine that completes it in domes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import bpy
import numpy as np
from partwise.blender_addon.engine import command as engine_command
from partwise.blender_addon.mesh.caps import CapStyle, PartCaps
from partwise.blender_addon.scene import parts

from tests.blender.mesh_dump import vector_of

ROOT = Path(__file__).resolve().parents[2]
DOMES = (
    f"import sys, runpy; sys.path[:0] = [{str(ROOT)!r}, *{engine_command.library_folders()!r}]\n"
    f"runpy.run_path({str(ROOT / 'tests/blender/whole_engine.py')!r}, run_name='__main__')"
)
AROUND, RINGS, LENGTH = 12, 8, 4.0
CUT, HEIGHT = 2.0, 0.5  # between forearm and shoulder; of the domes there
NAMES = {0: "Hand", 1: "Forearm", 2: "Shoulder"}


def make_arm(around: int = AROUND) -> bpy.types.Object:
    """A closed cylinder along z in three parts, with all that new faces are to go on with."""
    turn = np.linspace(0, 2 * np.pi, around, endpoint=False)
    heights = np.linspace(0, LENGTH, RINGS + 1)
    rings = [np.c_[np.cos(turn), np.sin(turn), np.full(around, z)] for z in heights]
    points = np.concatenate([*rings, [[0, 0, 0], [0, 0, LENGTH]]])
    bottom, top = len(points) - 2, len(points) - 1
    faces: list[tuple[int, ...]] = []
    for ring in range(RINGS):
        for a in range(around):
            b, low = (a + 1) % around, ring * around
            faces.append((low + a, low + b, low + around + b, low + around + a))
    last = RINGS * around
    faces += [(bottom, (a + 1) % around, a) for a in range(around)]
    faces += [(top, last + a, last + (a + 1) % around) for a in range(around)]
    mesh = bpy.data.meshes.new("Arm")
    mesh.from_pydata(points.tolist(), [], faces)
    mesh.polygons.foreach_set("use_smooth", [True] * len(faces))
    obj = bpy.data.objects.new("Arm", mesh)
    bpy.context.scene.collection.objects.link(obj)
    _layers(obj, points)
    middle = np.array([np.mean([points[v][2] for v in face]) for face in faces])
    labels = np.searchsorted([LENGTH / 4, LENGTH / 2], middle).astype(np.int32)
    parts.set_labels(mesh, labels, names=NAMES)
    bpy.context.view_layer.objects.active = obj
    obj.select_set(True)
    bpy.context.view_layer.update()
    return obj


def _layers(obj: bpy.types.Object, points: np.ndarray) -> None:
    """A UV map, colours, weights that change along it, a shape key that bends it, a rig."""
    mesh = obj.data
    vertex = np.array([loop.vertex_index for loop in mesh.loops])
    place = points[vertex]
    uv = np.c_[np.arctan2(place[:, 1], place[:, 0]) / (2 * np.pi) + 0.5, place[:, 2] / LENGTH]
    for face in mesh.polygons:  # a seam where the angle jumps
        rows = slice(face.loop_start, face.loop_start + face.loop_total)
        if np.ptp(uv[rows, 0]) > 0.5:
            uv[rows, 0] %= 0.999
    uv = 0.02 + uv * [0.6, 0.6]
    mesh.uv_layers.new(name="UVMap").uv.foreach_set("vector", uv.astype(np.float32).ravel())
    tint = mesh.color_attributes.new("Tint", "FLOAT_COLOR", "CORNER")
    colours = np.ones((len(vertex), 4), np.float32)
    colours[:, 0] = place[:, 2] / LENGTH
    tint.data.foreach_set("color", colours.ravel())
    for name, weight in (("Lower", 1 - points[:, 2] / LENGTH), ("Upper", points[:, 2] / LENGTH)):
        group = obj.vertex_groups.new(name=name)
        for row, value in enumerate(weight.tolist()):
            group.add([row], value, "REPLACE")
    for name in ("Skin", "Cloth"):
        mesh.materials.append(bpy.data.materials.new(name))
    mesh.polygons.foreach_set("material_index", [1] * len(mesh.polygons))
    obj.shape_key_add(name="Basis")
    bent = points + np.c_[points[:, 2] ** 2 / 8, 0 * points[:, :2]]
    key = obj.shape_key_add(name="Bent")
    key.data.foreach_set("co", bent.astype(np.float32).ravel())


def dome(obj: bpy.types.Object, rings: int, style: CapStyle) -> PartCaps:
    """The forearm's upper end and the shoulder's lower end, as domes of rings round the axis."""
    points = vector_of(obj.data.vertices, "co", 3).astype(np.float64)
    rim = np.nonzero(np.abs(points[:, 2] - CUT) < 1e-4)[0]
    rim = rim[np.argsort(np.arctan2(points[rim, 1], points[rim, 0]))]
    count, first = len(rim), len(points)
    added: list[np.ndarray] = []
    faces: dict[int, Any] = {}
    carried = []
    for label, up in ((1, 1), (2, -1)):
        start, last = first + len(added), rim
        new = []
        for ring in range(1, rings + 1):
            turn = ring / rings * np.pi / 2
            level = points[rim] * [np.cos(turn), np.cos(turn), 1]
            level[:, 2] += up * HEIGHT * np.sin(turn)
            this = np.arange(count) + start + count * (ring - 1)
            if ring == rings:
                level, this = level.mean(axis=0)[None], np.full(count, this[0])
            for a in range(count):
                b = (a + 1) % count
                new += [(last[a], last[b], this[b]), (last[a], this[b], this[a])]
            added += list(level)
            near = np.stack([np.roll(rim, k) for k in (0, 1, -1, 2)], axis=1)
            carried += near.tolist() if ring < rings else near[:1].tolist()
            last = this
        made = np.array(new)
        made = made[(made != np.roll(made, 1, axis=1)).all(axis=1)]
        faces[label] = made if up > 0 else made[:, ::-1]
    weight = np.tile(np.array([0.7, 0.1, 0.1, 0.1], np.float32), (len(added), 1))
    return PartCaps(np.concatenate([points, added]), faces, (np.array(carried), weight), style)


def pose(obj: bpy.types.Object) -> bpy.types.Object:
    """Two bones, the upper of which is turned; the object, and so its parts, follow them."""
    rig = bpy.data.objects.new("Rig", bpy.data.armatures.new("Rig"))
    bpy.context.scene.collection.objects.link(rig)
    bpy.context.view_layer.objects.active = rig
    bpy.ops.object.mode_set(mode="EDIT")
    for name, low, high in (("Lower", 0, LENGTH / 2), ("Upper", LENGTH / 2, LENGTH)):
        bone = rig.data.edit_bones.new(name)
        bone.head, bone.tail = (0, 0, low), (0, 0, high)
    bpy.ops.object.mode_set(mode="OBJECT")
    rig.pose.bones["Upper"].rotation_mode = "XYZ"
    rig.pose.bones["Upper"].rotation_euler = (0.8, 0, 0)
    obj.modifiers.new("Armature", "ARMATURE").object = rig
    bpy.context.view_layer.objects.active = obj
    return rig


def tick(obj: bpy.types.Object, *ids: int) -> None:
    for row in obj.data.partwise.parts:
        row.selected = row.part_id in ids


def select(*objects: bpy.types.Object) -> None:
    for obj in bpy.context.selected_objects:
        obj.select_set(False)
    for obj in objects:
        obj.select_set(True)
    bpy.context.view_layer.objects.active = objects[0]


def open_edges(mesh: bpy.types.Mesh) -> int:
    """How many edges do not have two faces."""
    edge = np.empty(len(mesh.loops), dtype=np.int32)
    mesh.loops.foreach_get("edge_index", edge)
    return int((np.bincount(edge, minlength=len(mesh.edges)) != 2).sum())


def new_points(mesh: bpy.types.Mesh) -> np.ndarray:
    """(N,) rows of the vertices that the original had not."""
    ids = np.empty(len(mesh.vertices), dtype=np.int32)
    mesh.attributes[".partwise_vertex"].data.foreach_get("value", ids)
    return np.nonzero(ids < 0)[0]
