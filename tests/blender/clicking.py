# SPDX-License-Identifier: GPL-3.0-or-later
"""Clicks on meshes as an artist makes them, and what they mean then."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import bpy
import numpy as np
import pytest
from mathutils import Vector
from partwise.blender_addon.engine import jobs
from partwise.blender_addon.scene import click_masks, pick

SHAPES = Path(__file__).parents[1] / "fixtures" / "smooth_shapes.npz"


def add(name: str) -> bpy.types.Object:
    with np.load(SHAPES) as data:
        vertices, faces = data[f"{name}/vertices"], data[f"{name}/faces"]
    mesh = bpy.data.meshes.new(name)
    mesh.from_pydata(vertices.tolist(), [], faces.tolist())
    obj = bpy.data.objects.new(name, mesh)
    bpy.context.scene.collection.objects.link(obj)
    bpy.context.view_layer.objects.active = obj
    obj.select_set(True)
    return obj


def place(obj: bpy.types.Object, *shares: float) -> Vector:
    """A place in the box of a mesh, 0..1 along each axis."""
    corners = np.array([vertex.co for vertex in obj.data.vertices])
    low, high = corners.min(axis=0), corners.max(axis=0)
    return Vector(low + np.array(shares) * (high - low))


def head(obj: bpy.types.Object) -> Vector:
    vertices = obj.data.vertices
    return max((vertex.co for vertex in vertices), key=lambda co: co.z).copy()


def foot(obj: bpy.types.Object) -> Vector:
    vertices = obj.data.vertices
    return min((vertex.co for vertex in vertices), key=lambda co: co.z).copy()


def click(how: str, point: Vector) -> set[str]:
    result: set[str] = getattr(bpy.ops.partwise, f"{how}_point")(
        "EXEC_DEFAULT", True, point=tuple(point)
    )
    return result


def mask(obj: bpy.types.Object) -> np.ndarray:
    answer = click_masks.answer_of(obj)
    assert answer is not None
    return answer.faces


def face_at(obj: bpy.types.Object, point: Vector) -> int:
    return pick.nearest_on(obj, point).face


@pytest.fixture(autouse=True)
def nothing_known() -> None:
    click_masks.forget()
    pick.forget()
    jobs.dismiss()


@pytest.fixture
def human() -> bpy.types.Object:
    return add("human")


@pytest.fixture
def timers(monkeypatch) -> Callable[[], None]:
    """As with a window: jobs go on while Blender is free. Called, it lets them."""
    monkeypatch.setattr(jobs, "_has_no_timers", lambda: False)
    monkeypatch.setattr(click_masks, "MOMENT", 0.0)

    def run() -> None:
        deadline = time.monotonic() + 60
        while jobs.busy() and time.monotonic() < deadline:
            jobs.pump()
            time.sleep(0.01)

    return run
