# SPDX-License-Identifier: GPL-3.0-or-later
"""What replaces a part: what it was made from, its material, and what has to be closed before."""

from __future__ import annotations

import bpy
import numpy as np
import pytest
from mathutils import Matrix, Vector
from partwise.backend.contract.requests import Sketched
from partwise.blender_addon.mesh.replacement import colour_of
from partwise.blender_addon.scene import replacements, surroundings
from partwise.blender_addon.scene.asset_libraries import evaluated
from partwise.blender_addon.scene.proposals import Basis
from partwise.blender_addon.scene.replacements import Replacement, Source, StandIn

from tests.blender.ops.replacing import HAT, add_figure


@pytest.fixture
def fox(scene) -> bpy.types.Object:
    fox = add_figure()
    bpy.context.view_layer.update()
    return fox


def replacement(fox: bpy.types.Object) -> Replacement:
    around = surroundings.surroundings_of(fox)
    new = StandIn(around.spot, None, None)
    return Replacement(Basis.of(fox), "cap", [new], {}, Source("WORDS"), [], [], "")


def test_a_sketch_covers_the_part_and_is_in_the_coordinates_of_its_object(fox):
    fox.matrix_world = Matrix.Diagonal((-2, 2, 2, 1)) @ Matrix.Translation((1, 2, 3))
    bpy.context.view_layer.update()
    spot = surroundings.surroundings_of(fox).spot
    corners = np.array([[0, 0, 0], [1, 0, 0], [0, 1, 0], [0, 0, 1]], np.float32)
    sides = np.array([[0, 2, 1], [0, 1, 3], [0, 3, 2], [1, 2, 3]], np.int32)
    sketch = Sketched(
        variant=0,
        share=0.2,
        vertices=corners,
        faces=sides,
        face_offsets=np.array([0, 4]),
        colours=np.ones((1, 4), np.float32),
        thumbnail=np.zeros((96, 96, 4), np.uint8),
    )
    seen = replacements.sketch_of(sketch, spot, (1.0, 0.0, 0.0, 1.0), in_front=True)
    (ghost,) = seen.ghosts
    moved = [fox.matrix_world @ Vector(place) for place in ghost.vertices]
    np.testing.assert_allclose(moved, corners, atol=1e-6)
    assert ghost.faces[0].tolist() == [1, 2, 0]
    assert list(seen.covers) == [(fox.session_uid, HAT)]


def test_an_object_as_a_source_lends_its_material(fox):
    bpy.ops.mesh.primitive_cone_add()
    tin = bpy.data.materials.new("Tin")
    bpy.context.object.data.materials.append(tin)
    source = Source.of_shape("OBJECT", evaluated([bpy.context.object]))
    assert source.own_material() == tin
    assert len(source.fields["source_faces"]) == 62
    assert Source("WORDS").own_material() is None


def test_the_old_colour_is_that_of_the_part(fox):
    skin = bpy.data.materials["Skin 1"]
    assert replacements.old_colour(fox) == pytest.approx(colour_of(skin))


def test_with_twins_it_is_made_from_all_in_which_one_could_be(fox):
    around = surroundings.surroundings_of(fox)
    assert len(replacements.bases_of(around, twins=True)) == 1
    bpy.ops.partwise.split()
    around = surroundings.surroundings_of(bpy.data.objects["Fox.Hat"])
    assert [one.target.name for one in replacements.bases_of(around, twins=False)] == ["Fox.Hat"]
    assert len(replacements.bases_of(around, twins=True)) == 4


def test_what_is_closed_before_is_as_split_is_set(fox):
    settings = bpy.context.scene.partwise
    found = replacement(fox)
    assert found.parts[0].spot.part_id == HAT
    assert replacements.closing_of(found) is None
    settings.closing = "CAP"
    title, work = replacements.closing_of(found)
    work.close()
    assert title == "Closing Cuts"
    bpy.ops.partwise.split()
    hat = bpy.data.objects["Fox.Hat"]
    assert replacements.closing_of(replacement(hat)) is None  # an object already
