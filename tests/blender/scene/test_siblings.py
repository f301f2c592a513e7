# SPDX-License-Identifier: GPL-3.0-or-later
"""Part objects among the parts that they were cut from: what is sent, and what they are given."""

from __future__ import annotations

from typing import Any

import bpy
import numpy as np
import pytest
from partwise.backend.contract.requests import Completed, WholePart
from partwise.blender_addon.engine.jobs import Ask
from partwise.blender_addon.mesh.caps import CONTINUED, CapStyle
from partwise.blender_addon.mesh.read import MeshArrays
from partwise.blender_addon.scene import siblings
from partwise.blender_addon.scene.assembly import split_objects
from partwise.blender_addon.scene.completions import HIDDEN, Completing
from partwise.blender_addon.scene.siblings import Siblings

from tests.blender.arms import AROUND, CUT, HEIGHT, make_arm, new_points, open_edges
from tests.blender.scene.stepping import run_steps

WISH = Completing(CapStyle(CONTINUED, smooth=True), HIDDEN)
TOLD: dict[str, Any] = {"engine": "tips", "closed": True, "volume": 6.0, "hidden_share": 0.25}


@pytest.fixture
def pieces(scene: bpy.types.Scene) -> list[bpy.types.Object]:
    """Hand, forearm and shoulder, open where they were cut."""
    made = split_objects(bpy.context, [make_arm()], bpy.context.scene.partwise)
    return sorted(made, key=lambda obj: obj.partwise.part_id)


def places(arrays: MeshArrays) -> set[tuple[float, ...]]:
    """Triangles, each by the middle of it."""
    middle = arrays.vertices[arrays.faces].mean(axis=1).round(4) + 0.0
    return set(map(tuple, middle.tolist()))


def tip(arrays: MeshArrays, labels: np.ndarray, part: int) -> Completed:
    """A part's upper end, from the border to a tip; its rim is that of the original."""
    rim = np.nonzero(np.abs((arrays.vertices @ np.linalg.inv(arrays.stretch))[:, 2] - CUT) < 1e-4)
    rim = rim[0][:AROUND]
    at = arrays.vertices[rim]
    rim = rim[np.argsort(np.arctan2(at[:, 1], at[:, 0]))]
    top = np.array([[0, 0, CUT + HEIGHT]]) @ arrays.stretch
    faces = np.stack([rim, np.roll(rim, -1), np.full(AROUND, len(arrays.vertices))], axis=1)
    parts = int(labels.max()) + 1
    offsets = np.where(np.arange(parts + 1) > part, AROUND, 0)
    report = [TOLD if k == part else {} for k in range(parts)]
    weight = np.full((1, 4), 0.25, np.float32)
    closed = np.arange(parts) == part
    return Completed(top, faces, offsets, closed, rim[None, [0, 3, 6, 9]], weight, report)


def complete(obj: bpy.types.Object, *, hear: Any = None) -> tuple[Ask, siblings.CompletedPiece]:
    family = Siblings.of([obj])
    arrays, _, _ = family._mesh

    def answer(ask: Ask) -> Completed:
        part = int(ask.request.labels.max())
        done = tip(arrays, ask.request.labels, part)
        ask.hear(WholePart(part, done.vertices, done.faces, TOLD))
        return done

    (ask,), (done,) = run_steps(family.ask(WISH, hear=hear), answer)
    return ask, done


def test_all_of_the_original_is_sent_and_the_pieces_come_last(pieces: list[bpy.types.Object]):
    hand, forearm, shoulder = pieces
    source = hand.partwise.source
    whole = places(siblings.Snapshot.of(source).arrays())
    before = Siblings.of([forearm, shoulder])._mesh
    arrays, labels, _ = before
    assert places(arrays) == whole
    assert len(arrays.faces) == len(whole)
    height = (arrays.vertices @ np.linalg.inv(arrays.stretch))[arrays.faces][..., 2].mean(axis=1)
    assert (labels == np.searchsorted([1, CUT], height)).all()
    forearm.location.x += 5  # where an artist put it is no matter
    bpy.data.objects.remove(hand)
    bpy.context.view_layer.update()
    assert places(Siblings.of([forearm, shoulder])._mesh[0]) == whole


def test_a_piece_that_was_edited_is_sent_as_it_is(pieces: list[bpy.types.Object]):
    forearm = pieces[1]
    for vertex in forearm.data.vertices:
        if 1.1 < vertex.co.z < 1.9:
            vertex.co.xy *= 0.5
    arrays, labels, _ = Siblings.of([forearm])._mesh
    back = arrays.vertices @ np.linalg.inv(arrays.stretch)
    own = back[np.unique(arrays.faces[labels == labels.max()])]
    narrow = own[(own[:, 2] > 1.1) & (own[:, 2] < 1.9)]
    assert len(narrow) == AROUND
    assert np.linalg.norm(narrow[:, :2], axis=1) == pytest.approx(0.5, abs=1e-5)


def test_a_sketch_has_vertices_of_its_own_alone_and_is_in_the_piece_s_place(
    pieces: list[bpy.types.Object],
):
    forearm = pieces[1]
    forearm.location.x += 5
    bpy.context.view_layer.update()
    family = Siblings.of([forearm])
    arrays, _, _ = family._mesh
    corners = np.array([[0, 0, 1], [1, 0, 1], [0, 1, 1], [0, 0, 2]], float)
    sides = np.array([[0, 2, 1], [0, 1, 3], [1, 2, 3], [0, 3, 2]]) + len(arrays.vertices)
    heard: list[Any] = []

    def answer(ask: Ask) -> Completed:
        part = int(ask.request.labels.max())
        ask.hear(WholePart(part, corners @ arrays.stretch, sides, {}, 0.5))
        return tip(arrays, ask.request.labels, part)

    run_steps(family.ask(WISH, hear=lambda *found: heard.append(found)), answer)
    ((uid, vertices, faces),) = heard
    assert uid == forearm.session_uid
    assert len(faces) == 4
    found = np.unique(vertices[faces].reshape(-1, 3).round(5), axis=0)
    np.testing.assert_allclose(found, np.unique(corners, axis=0), atol=1e-5)


def test_new_faces_are_in_the_piece_s_own_place(pieces: list[bpy.types.Object]):
    forearm = pieces[1]
    for vertex in forearm.data.vertices:
        vertex.co.x += 3  # as where its origin was moved
    heard = []
    ask, done = complete(forearm, hear=lambda *found: heard.append(found))
    last = int(ask.request.labels.max())
    assert (ask.request.how, ask.request.parts) == (HIDDEN, [last])
    assert done.piece.uid == forearm.session_uid
    count = len(forearm.data.vertices)
    assert len(done.caps.vertices) == count + 1
    assert np.allclose(done.caps.vertices[count], [3, 0, CUT + HEIGHT], atol=1e-4)
    rim = done.caps.faces[0][:, :2].ravel()
    assert (rim < count).all()
    assert np.allclose(done.caps.vertices[rim, 2], CUT)
    assert (done.caps.carry[0] < count).all()
    ((uid, vertices, faces),) = heard
    assert uid == forearm.session_uid
    assert np.allclose(vertices[faces], done.caps.vertices[done.caps.faces[0]])


def test_a_piece_gets_its_faces_and_loses_them_again(pieces: list[bpy.types.Object]):
    forearm = pieces[1]
    name, faces = forearm.data.name, len(forearm.data.polygons)
    _, done = complete(forearm)
    siblings.apply_to(forearm, done)
    assert forearm.data.name == name
    assert open_edges(forearm.data) == AROUND
    assert len(new_points(forearm.data)) == 1
    assert forearm.data.partwise.report.engine == "tips"
    assert [key.name for key in forearm.data.shape_keys.key_blocks] == ["Basis", "Bent"]
    siblings.apply_to(forearm, complete(forearm)[1])
    assert len(forearm.data.polygons) == faces + AROUND, "in the place of those that were"
    meshes = len(bpy.data.meshes)
    siblings.open_again(forearm)
    assert (open_edges(forearm.data), len(forearm.data.polygons)) == (2 * AROUND, faces)
    assert forearm.data.partwise.report.engine == ""
    assert len(forearm.data.shape_keys.key_blocks) == 2
    assert len(bpy.data.meshes) == meshes


def test_what_fails_leaves_the_piece_as_it_was(
    pieces: list[bpy.types.Object], monkeypatch: pytest.MonkeyPatch
):
    forearm = pieces[1]
    _, done = complete(forearm)
    data, meshes = forearm.data, len(bpy.data.meshes)

    def fail(*_: Any) -> None:
        raise MemoryError

    monkeypatch.setattr(siblings, "add_caps", fail)
    with pytest.raises(MemoryError):
        siblings.apply_to(forearm, done)
    assert forearm.data == data
    assert len(bpy.data.meshes) == meshes


def test_only_pieces_with_faces_can_be_completed(pieces: list[bpy.types.Object]):
    hand = pieces[0]
    assert siblings.refusal(hand) is None
    assert "no part that Split made" in siblings.refusal(hand.partwise.source).message
    hand.data.clear_geometry()
    assert "has no faces" in siblings.refusal(hand).message
