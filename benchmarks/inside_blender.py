# SPDX-License-Identifier: GPL-3.0-or-later
"""What `benchmarks.blender` measures: functions for a process of Blender with the extension."""

from __future__ import annotations

import importlib
import time
from collections.abc import Callable
from typing import Any

import bpy
import numpy as np
from numpy.typing import NDArray

from .fresh_blender import MODULE

Figures = dict[str, float]
AROUND, ACROSS = 640, 320  # quads along the two ways round a ring: 204,800
PARTS = 20
TICK = 0.005  # seconds between two looks of the main thread


def split() -> Figures:
    """A mesh with all kinds of layers, made into objects for its parts."""
    bpy.ops.wm.read_userpref()
    obj = add_ring()
    add_layers(obj)
    labels = np.arange(AROUND * ACROSS) * PARTS // (AROUND * ACROSS)
    addon_module("scene.parts").set_labels(obj.data, labels.astype(np.int32))
    seconds = timed(bpy.ops.partwise.split)
    made = bpy.data.collections[f"{obj.name}.parts"].objects
    if len(made) != PARTS or sum(len(part.data.polygons) for part in made) != len(labels):
        raise RuntimeError(f"{len(made)} objects came out of {PARTS} parts")
    return {"seconds": seconds}


def decompose() -> Figures:
    """A job from press to parts, with Blender's main thread as it is with a window.

    hold: the longest time that the thread was kept from running while the job ran, be it by the
    job's own steps or by other threads of this process; press and apply: the first and last step.
    """
    bpy.ops.wm.read_userpref()
    jobs = addon_module("engine.jobs")
    # A window's timers never fire here: this function looks at the job instead of them.
    jobs._has_no_timers = lambda: False
    obj = add_ring()
    began = time.perf_counter()
    press = timed(bpy.ops.partwise.decompose)
    hold = step = 0.0
    due = time.perf_counter() + jobs.PERIOD
    while jobs.busy():
        hold = max(hold, step, timed(lambda: time.sleep(TICK)) - TICK)
        if time.perf_counter() >= due:
            step = timed(jobs.pump)  # the last one applies the result
            due = time.perf_counter() + jobs.PERIOD
    seconds = time.perf_counter() - began
    if jobs.current().state != "DONE" or len(obj.data.partwise.parts) < 2:
        raise RuntimeError(f"the job ended as {jobs.current()}")
    return {"seconds": seconds, "press": press, "hold": hold, "apply": step}


def add_ring() -> bpy.types.Object:
    """A closed ring of quads with thick and thin places, selected in an empty scene."""
    bpy.ops.wm.read_homefile(use_empty=True)
    u, v = np.meshgrid(np.arange(AROUND), np.arange(ACROSS), indexing="ij")
    turn, tilt = 2 * np.pi * u / AROUND, 2 * np.pi * v / ACROSS
    thick = 0.25 + 0.12 * np.sin(6 * turn) ** 3
    out = 1 + thick * np.cos(tilt)
    places = np.stack([out * np.cos(turn), out * np.sin(turn), thick * np.sin(tilt)], axis=-1)
    after, above = (u + 1) % AROUND, (v + 1) % ACROSS
    around = [(u, v), (after, v), (after, above), (u, above)]
    quads = np.stack([ACROSS * a + b for a, b in around], axis=-1)
    mesh = bpy.data.meshes.new("Ring")
    mesh.vertices.add(places.size // 3)
    mesh.vertices.foreach_set("co", places.ravel().astype(np.float32))
    mesh.loops.add(quads.size)
    mesh.loops.foreach_set("vertex_index", quads.ravel().astype(np.int32))
    mesh.polygons.add(quads.size // 4)
    mesh.polygons.foreach_set("loop_start", np.arange(0, quads.size, 4, dtype=np.int32))
    mesh.update(calc_edges=True)
    obj = bpy.data.objects.new("Ring", mesh)
    bpy.context.scene.collection.objects.link(obj)
    obj.select_set(True)
    bpy.context.view_layer.objects.active = obj
    return obj


def add_layers(obj: bpy.types.Object) -> None:
    """What artists' meshes carry: UV maps, materials, weights, shape keys, normals, attributes."""
    mesh = obj.data
    random = np.random.default_rng(0)
    for name in ("UVMap", "Lightmap"):
        layer = mesh.uv_layers.new(name=name)
        layer.uv.foreach_set("vector", random.random(2 * len(mesh.loops), dtype=np.float32))
    for name in ("Skin", "Cloth", "Metal"):
        mesh.materials.append(bpy.data.materials.new(name))
    mesh.polygons.foreach_set("material_index", np.arange(len(mesh.polygons)) % 3)
    for name, first in (("Upper", 0), ("Lower", 1)):
        indices = range(first, len(mesh.vertices), 2)
        obj.vertex_groups.new(name=name).add(list(indices), 0.5, "REPLACE")
    for domain, count in (("POINT", mesh.vertices), ("EDGE", mesh.edges), ("FACE", mesh.polygons)):
        layer = mesh.attributes.new(f"of each {domain.lower()}", "FLOAT", domain)
        layer.data.foreach_set("value", random.random(len(count), dtype=np.float32))
    normals: NDArray[np.float32] = np.empty(3 * len(mesh.vertices), np.float32)
    mesh.vertex_normals.foreach_get("vector", normals)
    mesh.normals_split_custom_set_from_vertices(normals.reshape(-1, 3))
    obj.shape_key_add(name="Basis")
    obj.shape_key_add(name="Thick").data[0].co.x += 0.1


def addon_module(name: str) -> Any:
    """A module of the installed extension."""
    return importlib.import_module(f"{MODULE}.blender_addon.{name}")


def timed(work: Callable[[], object]) -> float:
    """Seconds that `work` takes."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began
