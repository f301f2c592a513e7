# SPDX-License-Identifier: GPL-3.0-or-later
"""Split, join back: the original again; and everything that was done to the parts."""

from __future__ import annotations

import bpy
import numpy as np
import pytest
from mathutils import Matrix, Vector
from partwise.blender_addon.mesh import layers as mesh_layers
from partwise.blender_addon.mesh.compare import place_in_source
from partwise.blender_addon.mesh.join import join_meshes
from partwise.blender_addon.mesh.split import LOOSE, REST
from partwise.blender_addon.scene import parts

from tests.blender.mesh.vase_parts import EDITS, Part, split
from tests.blender.mesh_dump import differing_layers, differing_settings, dump_mesh, vector_of


@pytest.mark.parametrize("origin", ["SOURCE", "BOUNDS", "SURFACE", "JOINT"])
def test_joined_parts_are_the_original_element_by_element(vase: bpy.types.Object, origin: str):
    before = dump_mesh(vase.data)
    labels = parts.get_labels(vase.data)
    joined = join_meshes(vase, list(split(vase, origin).values()))
    after = dump_mesh(joined.mesh)
    assert after.counts == before.counts
    assert differing_layers(after, before) == set()
    assert differing_settings(after.settings, before.settings) == set()
    assert np.array_equal(after.normals, before.normals)
    assert np.array_equal(joined.labels, labels)
    hidden = [a.name for a in joined.mesh.attributes if a.name.startswith(".partwise")]
    assert hidden == []


def test_edits_of_values_come_along(vase: bpy.types.Object):
    made = split(vase, "BOUNDS")
    part = made[1]
    for name in ("uv", "weight", "zero weight", "attribute", "text", "new attribute", "key"):
        EDITS[name](part)
    material = bpy.data.materials.new("More")
    part.data.materials.append(material)
    part.data.polygons[0].material_index = len(part.data.materials) - 1
    before = dump_mesh(vase.data)
    mesh = join_meshes(vase, list(made.values())).mesh
    after = dump_mesh(mesh)
    different = {"Zweite", "weights", "INT of FACE", "STRING of EDGE", "Mine", "key Wider"}
    assert differing_layers(after, before) == {*different, "material_index"}
    face, edge, corner = (
        int(mesh_layers.origin(part.data, domain)[0]) for domain in ("FACE", "EDGE", "CORNER")
    )
    assert mesh.attributes["INT of FACE"].data[face].value == 5000
    assert mesh.attributes["STRING of EDGE"].data[edge].value == b"mine"
    assert mesh.attributes["Mine"].data[face].value == 1
    assert tuple(mesh.uv_layers["Zweite"].uv[corner].vector) == (0.5, 0.5)
    assert mesh.materials[mesh.polygons[face].material_index] == material
    assert list(mesh.materials)[:4] == list(vase.data.materials)
    for name in different - {"Mine", "weights"}:
        values = after.layers[name][1]
        changed = sum(str(a) != str(b) for a, b in
                      zip(values, before.layers[name][1], strict=True))  # fmt: skip
        assert changed == 1, name


def test_a_moved_part_stays_where_it_was_moved(vase: bpy.types.Object):
    made = split(vase, "BOUNDS")
    made[2].location += Vector((0, 0, 5))
    bpy.context.view_layer.update()
    mesh = join_meshes(vase, list(made.values())).mesh
    cut = set(mesh_layers.origin(made[2].data, "POINT")) & {
        int(v) for k, p in made.items() if k != 2 for v in mesh_layers.origin(p.data, "POINT")
    }
    assert len(mesh.vertices) == len(vase.data.vertices) + len(cut)
    assert len(mesh.polygons) == len(vase.data.polygons)
    world = place_in_source(made[2], vase)
    expected = [world @ v.co for v in made[2].data.vertices]
    found = vector_of(mesh.vertices, "co", 3)
    for point in expected:
        assert np.linalg.norm(found - np.array(point), axis=1).min() < 1e-5


def test_parts_that_move_together_stay_welded(vase: bpy.types.Object):
    made = split(vase, "BOUNDS")
    for part in made.values():
        part.data.transform(Matrix.Translation((0, 0.7, 0)), shape_keys=True)
    mesh = join_meshes(vase, list(made.values())).mesh
    assert len(mesh.vertices) == len(vase.data.vertices)
    assert len(mesh.edges) == len(vase.data.edges)


def inset_a_quad(part: Part) -> None:
    """As an artist would, in Edit Mode."""
    part.data.polygons.foreach_set("hide", np.zeros(len(part.data.polygons), bool))
    quad = next(f.index for f in part.data.polygons if len(f.vertices) == 4)
    bpy.context.view_layer.objects.active = part
    bpy.ops.object.mode_set(mode="EDIT")
    bpy.ops.mesh.select_mode(type="FACE")
    bpy.ops.mesh.select_all(action="DESELECT")
    bpy.ops.object.mode_set(mode="OBJECT")
    part.data.polygons[quad].select = True
    bpy.ops.object.mode_set(mode="EDIT")
    bpy.ops.mesh.inset(thickness=0.05)
    bpy.ops.object.mode_set(mode="OBJECT")


def test_new_and_deleted_geometry(vase: bpy.types.Object):
    for name in [a.name for a in vase.data.attributes if a.data_type == "FLOAT4X4"]:
        vase.data.attributes.remove(vase.data.attributes[name])  # Edit Mode crashes with matrices
    made = split(vase)
    inset_a_quad(made[1])
    bpy.data.objects.remove(made.pop(LOOSE))
    mesh = join_meshes(vase, list(made.values())).mesh
    assert len(mesh.polygons) == len(vase.data.polygons) + 4
    assert len(mesh.vertices) == len(vase.data.vertices) - 4 + 4
    assert not mesh.validate()


def test_a_duplicated_part_is_not_welded_to_its_twin(vase: bpy.types.Object):
    made = split(vase)
    twin = made[0].copy()
    mesh = join_meshes(vase, [*made.values(), twin]).mesh
    extra = made[0].data
    assert len(mesh.polygons) == len(vase.data.polygons) + len(extra.polygons)
    assert len(mesh.vertices) == len(vase.data.vertices) + len(extra.vertices)


def test_a_mirrored_part_keeps_facing_outward(vase: bpy.types.Object):
    made = split(vase)
    part = made[0]
    part.scale.x *= -1
    bpy.context.view_layer.update()
    joined = join_meshes(vase, list(made.values()))
    face = int(mesh_layers.origin(part.data, "FACE")[1])
    mirrored = part.data.polygons[1].normal.copy()
    place = place_in_source(part, vase)
    expected = (place.to_3x3().inverted().transposed() @ mirrored).normalized()
    assert (joined.mesh.polygons[face].normal - expected).length < 1e-4


def test_rest_has_no_label(vase: bpy.types.Object):
    made = split(vase)
    made[REST].location.x += 1
    bpy.context.view_layer.update()
    joined = join_meshes(vase, list(made.values()))
    assert np.array_equal(joined.labels, parts.get_labels(vase.data))


def test_a_part_of_a_part_remembers_the_first_source(vase: bpy.types.Object):
    part = split(vase)[0]
    ids = mesh_layers.origin(part.data, "FACE")
    parts.set_labels(part.data, (np.arange(len(ids)) % 2).astype(np.int32))
    inner = split(part)
    EDITS["attribute"](inner[0])
    joined = join_meshes(part, list(inner.values()))
    assert np.array_equal(mesh_layers.origin(joined.mesh, "FACE"), ids)


def test_a_failure_leaves_nothing_behind(vase: bpy.types.Object, monkeypatch: pytest.MonkeyPatch):
    from partwise.blender_addon.mesh import join as mesh_join

    made = list(split(vase).values())
    kinds = ("meshes", "objects", "scenes", "node_groups", "collections", "shape_keys")
    before = {kind: [item.name for item in getattr(bpy.data, kind)] for kind in kinds}

    def fail(*_: object) -> None:
        raise MemoryError

    for name in ("_merge", "_weld", "_delete_and_sort", "_restore_layers", "_restore_origin"):
        with monkeypatch.context() as patch:
            patch.setattr(mesh_join, name, fail)
            with pytest.raises(MemoryError):
                join_meshes(vase, made)
        after = {kind: [item.name for item in getattr(bpy.data, kind)] for kind in kinds}
        assert after == before
