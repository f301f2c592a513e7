# SPDX-License-Identifier: GPL-3.0-or-later
"""Parts keep everything: each layer and setting, element by element, and the shading at the cut."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import bpy
import numpy as np
import pytest
from partwise.blender_addon.mesh import shading as mesh_shading
from partwise.blender_addon.mesh import split as mesh_split
from partwise.blender_addon.mesh.split import LOOSE, REST, split_mesh
from partwise.blender_addon.scene import parts

from tests.blender import rich_fixture
from tests.blender.mesh_dump import (
    Dump,
    angles,
    counts,
    differing_layers,
    differing_settings,
    dump_mesh,
    mesh_settings,
)
from tests.blender.rich_fixture import ATTRIBUTES, LAYERS, VALUE_NAMES


@dataclass
class Split:
    source: Dump
    parts: dict[int, Dump]
    cut: np.ndarray  # (V,) bool, vertices where two parts meet


@pytest.fixture(scope="module")
def split(extension: None) -> Split:
    """The rich object and its parts, as plain values."""
    bpy.ops.wm.read_homefile(use_empty=True, use_factory_startup=True)
    obj = rich_fixture.make()
    pieces = split_mesh(obj, parts.get_labels(obj.data))
    dumps = {label: dump_mesh(mesh) for label, mesh in pieces.items()}
    faces = [dumps[label].ids["POINT"] for label in dumps if label != LOOSE]
    times = np.bincount(np.concatenate(faces), minlength=len(obj.data.vertices))
    return Split(dump_mesh(obj.data), dumps, times > 1)


def test_every_element_goes_to_one_part(split: Split):
    assert list(split.parts) == [0, 1, 2, 5, REST, LOOSE]
    for domain in ("FACE", "CORNER"):
        ids = np.concatenate([part.ids[domain] for part in split.parts.values()])
        assert np.array_equal(np.sort(ids), np.arange(split.source.counts[domain]))
    for domain in ("POINT", "EDGE"):
        ids = np.concatenate([part.ids[domain] for part in split.parts.values()])
        assert np.array_equal(np.unique(ids), np.arange(split.source.counts[domain]))


def test_elements_keep_their_order(split: Split):
    for part in split.parts.values():
        assert all((np.diff(ids) > 0).all() for ids in part.ids.values())


def test_a_part_has_only_what_its_faces_need(split: Split):
    for label, part in split.parts.items():
        if label != LOOSE:
            used = {vertex for face in part.layers["faces"][1] for vertex in face}
            assert set(part.ids["POINT"]) == used
            assert part.counts["EDGE"] == len(set(part.layers["corner edges"][1].ravel()))


def test_loose_elements_are_a_part(split: Split):
    loose = split.parts[LOOSE]
    assert loose.counts == {"POINT": 5, "EDGE": 3, "FACE": 0, "CORNER": 0}


def test_polygons_of_every_size_stay_whole(split: Split):
    sizes = {len(face) for part in split.parts.values() for face in part.layers["faces"][1]}
    assert sizes == {3, 4, 6, rich_fixture.SEGMENTS}


@pytest.mark.parametrize("name", LAYERS)
def test_layer_survives(split: Split, name: str):
    values = split.source.layers[name][1]
    assert len({str(value) for value in values}) > 1, "the fixture does not test this layer"
    for part in split.parts.values():
        ignore = {other for other in LAYERS if other != name} | {"custom_normal"}
        assert differing_layers(part, split.source, ignore=ignore) == set()


def test_no_layer_is_added_or_left_out(split: Split):
    assert set(split.source.layers) == {*LAYERS, "custom_normal"}
    for part in split.parts.values():
        assert set(part.layers) == set(split.source.layers)


def test_custom_normals_away_from_the_cut_are_the_same_numbers(split: Split):
    sources = split.source.layers["custom_normal"][1]
    inner = 0
    for part in split.parts.values():
        corner = part.ids["CORNER"]
        away = ~split.cut[split.source.layers["corner vertices"][1][corner, 0]]
        stored = part.layers["custom_normal"][1]
        assert np.array_equal(stored[away], sources[corner][away])
        inner += int((stored[away] != 0).any(axis=1).sum())
    assert inner > 10


@pytest.mark.parametrize("name", rich_fixture.SETTINGS)
def test_setting_survives(split: Split, name: str):
    assert name in split.source.settings
    for part in split.parts.values():
        assert part.settings.get(name) == split.source.settings[name]


def test_no_setting_differs(split: Split):
    for part in split.parts.values():
        assert differing_settings(part.settings, split.source.settings) == set()


def test_generated_coordinates_are_those_of_the_whole(split: Split):
    for part in split.parts.values():
        expected = split.source.generated[part.ids["POINT"]]
        assert np.allclose(part.generated, expected, atol=1e-6)


def test_shading_stays_within_a_tenth_of_a_degree(split: Split):
    for part in split.parts.values():
        assert angles(part.normals, split.source.normals[part.ids["CORNER"]]).max(initial=0) < 0.1


@pytest.mark.parametrize("name", LAYERS)
def test_damage_to_a_layer_is_noticed(vase: bpy.types.Object, name: str):
    """The comparison itself: one changed value of one element must not pass."""
    mesh = split_mesh(vase, parts.get_labels(vase.data))[0]
    source = dump_mesh(vase.data)
    assert name not in differing_layers(dump_mesh(mesh), source)
    _damage(mesh, name)
    assert name in differing_layers(dump_mesh(mesh), source)


@pytest.mark.parametrize(("name", "damage"), rich_fixture.DAMAGED_SETTINGS)
def test_damage_to_a_setting_is_noticed(vase: bpy.types.Object, name: str, damage: Any):
    mesh = split_mesh(vase, parts.get_labels(vase.data))[0]
    damage(mesh)
    assert name in differing_settings(mesh_settings(mesh), mesh_settings(vase.data))


def test_skin_radii_and_sculpts_are_cut_by_bmesh(vase: bpy.types.Object):
    bpy.context.view_layer.objects.active = vase
    vase.modifiers.new("Skin", "SKIN")
    flushed = {name for name in LAYERS if name.startswith((".select", ".hide", ".uv_select"))}
    for index, vertex in enumerate(vase.data.skin_vertices[0].data):
        vertex.radius = (index, index / 2)
    source = dump_mesh(vase.data)
    for mesh in split_mesh(vase, parts.get_labels(vase.data)).values():
        part = dump_mesh(mesh)
        different = differing_layers(part, source, ignore={"custom_normal", *flushed})
        different = {name for name in different if not name.startswith(".uv_select")}
        for name in different - set(part.layers):  # BMesh leaves out what is false everywhere
            domain, values = source.layers[name]
            if not values[part.ids[domain]].any():
                different.remove(name)
        assert different == set()
        assert differing_settings(part.settings, source.settings) == set()
        assert angles(part.normals, source.normals[part.ids["CORNER"]]).max(initial=0) < 0.1
        assert not mesh.partwise.parts


def test_multiresolution_survives(scene: bpy.types.Scene):
    bpy.ops.mesh.primitive_cube_add()
    obj = bpy.context.object
    modifier = obj.modifiers.new("Sculpt", "MULTIRES")
    bpy.ops.object.multires_subdivide(modifier="Sculpt")
    assert modifier.total_levels == 1
    mesh = split_mesh(obj, np.array([0, 0, 1, 1, 1, 1], np.int32))[0]
    part = obj.copy()
    part.data = mesh
    assert part.modifiers["Sculpt"].total_levels == 1


def test_a_thousand_parts(scene: bpy.types.Scene):
    bpy.ops.mesh.primitive_grid_add(x_subdivisions=50, y_subdivisions=40)
    labels = (np.arange(2000) // 2).astype(np.int32)
    pieces = split_mesh(bpy.context.object, labels)
    assert list(pieces) == list(range(1000))
    assert all(len(mesh.polygons) == 2 for mesh in pieces.values())


def test_the_source_is_not_touched_and_nothing_is_left_behind(vase: bpy.types.Object):
    before = dump_mesh(vase.data)
    kept = _data_names()
    pieces = split_mesh(vase, parts.get_labels(vase.data))
    bpy.data.batch_remove(pieces.values())
    after = dump_mesh(vase.data)
    assert differing_layers(after, before) == set()
    assert differing_settings(after.settings, before.settings) == set()
    assert _data_names() == kept


@pytest.mark.parametrize("place", ["add_keys", "_cut_loose", "_cut_by_nodes", "read_keys"])
def test_a_failure_leaves_nothing_behind(
    vase: bpy.types.Object, place: str, monkeypatch: pytest.MonkeyPatch
):
    labels = parts.get_labels(vase.data)
    kept = _data_names()

    def fail(*_: object, **__: object) -> None:
        raise MemoryError

    monkeypatch.setattr(mesh_split, place, fail)
    with pytest.raises(MemoryError):
        split_mesh(vase, labels)
    assert _data_names() == kept


def _damage(mesh: bpy.types.Mesh, name: str) -> None:
    """Change one value of one element."""
    if name in ATTRIBUTES:
        layer = mesh.attributes[name]
        field = VALUE_NAMES[layer.data_type]
        value = getattr(layer.data[3], field)
        if isinstance(value, bool | bytes):
            changed: Any = b"?" if isinstance(value, bytes) else not value
        elif isinstance(value, int | float):
            changed = value + 1
        else:
            values = np.array(value)
            values.flat[-1] = values.flat[-1] + 1 if layer.data_type.startswith("INT") else 0.987
            changed = values.tolist()
        setattr(layer.data[3], field, changed)
    elif name.startswith("key "):
        mesh.shape_keys.key_blocks[name[4:]].data[3].co.x += 1e-4
    elif name == "weights":
        holder = bpy.data.objects.new("", mesh)
        members = {g.group for g in mesh.vertices[3].groups}
        zero = holder.vertex_groups["Never used"]
        assert zero.index not in members
        zero.add([3], 0.0, "REPLACE")  # membership counts, also without weight
    elif name == "edges":
        one, two = mesh.edges[3].vertices
        mesh.edges[3].vertices = (two, one)
    elif name in ("faces", "corner vertices"):
        mesh.loops[3].vertex_index = (mesh.loops[3].vertex_index + 1) % len(mesh.vertices)
    elif name == "corner edges":
        mesh.loops[3].edge_index = (mesh.loops[3].edge_index + 1) % len(mesh.edges)
    else:
        elements = {"freestyle_edge": mesh.edges, "freestyle_face": mesh.polygons}[name]
        if bpy.app.version < (5, 0):
            elements[3].use_freestyle_mark = not elements[3].use_freestyle_mark
        else:
            layer = mesh.attributes[name].data[3]
            layer.value = not layer.value


def _data_names() -> dict[str, list[str]]:
    kinds = ("meshes", "objects", "scenes", "node_groups", "collections", "shape_keys", "actions")
    return {kind: [item.name for item in getattr(bpy.data, kind)] for kind in kinds}


def test_counts_are_what_the_dump_says(vase: bpy.types.Object):
    assert counts(vase.data)["FACE"] == len(vase.data.polygons) == 76
    assert mesh_shading.depends_on_neighbours(vase.data)


def test_parts_know_nothing_of_the_parts_and_clicks_of_the_whole():
    bpy.ops.mesh.primitive_cube_add()
    cube = bpy.context.object
    labels = np.array([0, 0, 0, 1, 1, 1], np.int32)
    parts.set_labels(cube.data, labels)
    cube.data.partwise.clicks.add().face = 1
    cube.data.partwise.edited = True
    for mesh in split_mesh(cube, labels).values():
        known = mesh.partwise
        assert not parts.has_labels(mesh)
        assert (len(known.parts), len(known.clicks), known.edited) == (0, 0, False)
    assert len(cube.data.partwise.parts) == 2
    assert len(cube.data.partwise.clicks) == 1
