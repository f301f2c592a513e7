# SPDX-License-Identifier: GPL-3.0-or-later
"""Caps on meshes that have every layer, and on large ones: nothing is lost, no Blender crashes."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import bpy
import numpy as np
import pytest
from partwise.blender_addon.mesh import layers as mesh_layers
from partwise.blender_addon.mesh.cap_build import add_caps
from partwise.blender_addon.mesh.caps import PartCaps
from partwise.blender_addon.mesh.split import split_mesh
from partwise.blender_addon.scene import parts

from tests.blender.mesh_dump import Dump, differing_settings, dump_mesh, vector_of

# A ball of 160 x 200 quads in two halves, each closed by a fan. It ends as Blender 4.5 must, which
# may hang when it is unloaded.
LARGE = """
import os
import sys
from types import ModuleType
import bpy
import numpy as np
package = ModuleType("partwise")
package.__path__ = [sys.argv[1]]
sys.modules["partwise"] = package
from partwise import blender_addon
from partwise.blender_addon.mesh.caps import PartCaps
from partwise.blender_addon.mesh.layers import corner_edges
from partwise.blender_addon.mesh.read import positions
from partwise.blender_addon.mesh.split import split_mesh

blender_addon.register()
bpy.ops.wm.read_factory_settings(use_empty=True)
bpy.ops.mesh.primitive_uv_sphere_add(segments=200, ring_count=160)
ball = bpy.context.object
points = positions(ball.data)
centres = np.empty((len(ball.data.polygons), 3), np.float32)
ball.data.polygons.foreach_get("center", centres.ravel())
ring = np.nonzero(np.abs(points[:, 2]) < 1e-5)[0]
ring = ring[np.argsort(np.arctan2(points[ring, 1], points[ring, 0]))]
fan = np.stack([ring, np.roll(ring, -1), np.full(len(ring), len(points))], axis=1)
caps = PartCaps(np.concatenate([points, [[0, 0, 0]]]), {0: fan, 1: fan[:, ::-1]})
pieces = split_mesh(ball, (centres[:, 2] > 0).astype(np.int32), caps=caps)
closed = [(np.bincount(corner_edges(part)) == 2).all() for part in pieces.values()]
faces = [len(part.polygons) for part in pieces.values()]
sound = [not part.validate() for part in pieces.values()]
print(closed, faces, sound, flush=True)
os._exit(0 if all(closed + sound) and faces == [16_200, 16_200] else 1)
"""


def capped(obj: bpy.types.Object) -> dict[int, Dump]:
    """The parts of an object, with a new vertex above the first face of each, and a fan to it."""
    labels = parts.get_labels(obj.data)
    points = vector_of(obj.data.vertices, "co", 3)
    apexes, fans = [], {}
    for label in np.unique(labels).tolist():
        face = np.array(obj.data.polygons[int(np.nonzero(labels == label)[0][0])].vertices)
        apex = len(points) + len(apexes)
        apexes.append(points[face].mean(axis=0) + [0, 0, 0.1])
        fans[label] = np.stack([np.roll(face, -1), face, np.full(len(face), apex)], axis=1)
    meshes = split_mesh(obj, labels, caps=PartCaps(np.concatenate([points, apexes]), fans))
    return {label: dump_mesh(mesh) for label, mesh in meshes.items()}


def changed(part: Dump, source: Dump) -> set[str]:
    """Names of the layers that the elements of the source have no longer, or with other values."""
    found = set(source.layers) - set(part.layers)
    for name, (domain, values) in part.layers.items():
        old = part.ids[domain] >= 0
        expected = source.layers[name][1][part.ids[domain][old]] if name in source.layers else None
        if expected is None or not np.array_equal(values[old], expected):
            found.add(name)
    return found


def test_every_layer_and_setting_survives(vase: bpy.types.Object):
    source = dump_mesh(vase.data)
    plain = split_mesh(vase, parts.get_labels(vase.data))
    for label, part in capped(vase).items():
        # Of the shading at the cut and the rim there are tests of their own.
        apart = {"custom_normal", "sharp_edge"}
        assert changed(part, source) - apart == set(), label
        assert differing_settings(part.settings, source.settings) == set(), label
        count = len(plain[label].vertices) + (label != -2)
        assert part.counts["POINT"] == count


def test_only_the_rim_becomes_sharp(vase: bpy.types.Object):
    source = dump_mesh(vase.data).layers["sharp_edge"][1][:, 0] > 0
    for label, part in capped(vase).items():
        if label == -2:
            continue
        sharp, ids = part.layers["sharp_edge"][1][:, 0], part.ids["EDGE"]
        corner_edge = part.layers["corner edges"][1]
        rim = np.intersect1d(corner_edge[part.ids["CORNER"] < 0], ids[ids >= 0])
        expected = source[ids[ids >= 0]] | np.isin(ids[ids >= 0], rim)
        assert np.array_equal(sharp[ids >= 0], expected)
        assert len(rim) >= 3


def test_new_elements_are_like_what_is_next_to_them(vase: bpy.types.Object):
    for label, part in capped(vase).items():
        if label == -2:
            continue
        new = part.ids["POINT"] < 0
        for name in ("FLOAT of POINT", "STRING of POINT", ".sculpt_mask"):
            values = part.layers[name][1]
            assert values[new].tolist()[0] in values[~new].tolist(), name


def test_skin_radii_of_a_capped_part_survive(vase: bpy.types.Object):
    bpy.context.view_layer.objects.active = vase
    vase.modifiers.new("Skin", "SKIN")
    for index, vertex in enumerate(vase.data.skin_vertices[0].data):
        vertex.radius = (index, index / 2)
    source = dump_mesh(vase.data)
    for part in capped(vase).values():
        assert not changed(part, source) & {"skin 0", "weights", "STRING of EDGE", "faces"}


def test_a_single_triangle_is_closed_by_its_own_back(scene: bpy.types.Scene):
    """Both faces have the same three corners."""
    mesh = bpy.data.meshes.new("Triangle")
    mesh.from_pydata([(0, 0, 0), (1, 0, 0), (0, 1, 0)], [], [(0, 1, 2)])
    mesh_layers.put_origin(mesh)
    points = vector_of(mesh.vertices, "co", 3)
    for back in ([2, 1, 0], [0, 2, 1], [0, 1, 2]):
        part = mesh.copy()
        assert add_caps(part, PartCaps(points, {0: np.array([back])}), 0, []) == []
        assert (len(part.vertices), len(part.edges), len(part.polygons)) == (3, 3, 2)
        up = 1 if back == [0, 1, 2] else -1
        assert part.polygons[1].normal.z == pytest.approx(up)


def test_triangles_that_fall_together_are_left_out(scene: bpy.types.Scene):
    """Two vertices of the engine's mesh may be one of the part."""
    bpy.ops.mesh.primitive_plane_add()
    mesh = bpy.context.object.data
    points = vector_of(mesh.vertices, "co", 3)
    twice = np.concatenate([points, points[:1]])
    add_caps(mesh, PartCaps(twice, {0: np.array([[0, 4, 1], [1, 0, 2]])}), 0, [])
    assert len(mesh.polygons) == 2
    assert not mesh.validate()


def test_flags_that_are_false_everywhere_stay(scene: bpy.types.Scene):
    """As an attribute that was there, though nothing is marked."""
    bpy.ops.mesh.primitive_plane_add()
    mesh = bpy.context.object.data
    for name, domain in (("uv_seam", "EDGE"), (".hide_vert", "POINT"), (".hide_poly", "FACE")):
        mesh_layers.put(mesh, name, "BOOLEAN", domain, np.zeros(mesh_layers.sizes(mesh)[domain]))
    before = {layer.name for layer in mesh.attributes}
    points = np.append(vector_of(mesh.vertices, "co", 3), [[0, 0, 1]], axis=0)
    add_caps(mesh, PartCaps(points, {0: np.array([[1, 0, 4]])}), 0, [])
    assert {layer.name for layer in mesh.attributes} - before == {"partwise_cap", "sharp_edge"}
    assert before <= {layer.name for layer in mesh.attributes}


def test_a_large_mesh_does_not_end_blender(checkout: Path, tmp_path: Path):
    """Blender 5.2 ended where elements were added to a mesh of some 30,000 faces."""
    done = subprocess.run(
        [sys.executable, "-c", LARGE, str(checkout)],
        env={**os.environ, "BLENDER_USER_RESOURCES": str(tmp_path)},
        capture_output=True,
        text=True,
        errors="replace",
        timeout=300,
    )
    assert done.returncode == 0, done.stdout + done.stderr
