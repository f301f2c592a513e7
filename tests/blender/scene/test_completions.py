# SPDX-License-Identifier: GPL-3.0-or-later
"""What makes parts whole: how it is asked for, kept until Split, and forgotten."""

from __future__ import annotations

from typing import Any

import bpy
import numpy as np
import pytest
from partwise.backend.contract.engines import Told
from partwise.backend.contract.requests import Completed, WholePart
from partwise.blender_addon.engine import jobs, place
from partwise.blender_addon.engine.jobs import Ask
from partwise.blender_addon.mesh.caps import CONTINUED, FLAT, ISLANDS, CapStyle
from partwise.blender_addon.scene import completions, engine_choice, parts
from partwise.blender_addon.scene.completions import CAP, HIDDEN, Completing, Completion
from partwise.blender_addon.scene.targets import Target

from tests.blender.arms import dome, make_arm
from tests.blender.scene.stepping import run_steps

STYLE = CapStyle(CONTINUED, smooth=True)
TOLD: dict[str, Any] = {"engine": "domes", "closed": True, "volume": 6.0, "hidden_share": 0.25}


@pytest.fixture
def arm(scene: bpy.types.Scene) -> bpy.types.Object:
    return make_arm()


def completed(obj: bpy.types.Object, *ids: int) -> Completion:
    """Domes for some of the forearm and the shoulder."""
    caps = dome(obj, 2, STYLE)
    return Completion(
        caps.changed(faces={k: caps.faces[k] for k in ids}),
        {k: {**TOLD, "volume": float(k)} for k in ids},
    )


def corners(completion: Completion, part_id: int) -> np.ndarray:
    """(N, 3, 3) where the corners of a part's new faces are."""
    return completion.caps.vertices[completion.caps.faces[part_id]].astype(np.float32)


def surfaces() -> list[bpy.types.Mesh]:
    return [mesh for mesh in bpy.data.meshes if mesh.name.startswith(".partwise ")]


def test_an_answer_is_told_in_ids_and_units_of_the_mesh(arm: bpy.types.Object):
    arm.scale = (1, 1, 3)
    bpy.context.view_layer.update()
    target, labels = Target.of(arm), 10 * parts.get_labels(arm.data)
    caps, stretch = dome(arm, 2, STYLE), target.arrays.stretch
    count = len(arm.data.vertices)
    added = caps.vertices[count:] @ stretch
    heard = []

    def answer(ask: Ask) -> Completed:
        first = WholePart(1, added, caps.faces[1].astype(np.int64), TOLD)
        ask.hear(first)
        size = [0, 0, len(caps.faces[1]), len(caps.faces[1])]
        return Completed(
            added,
            caps.faces[1].astype(np.int64),
            np.array(size, dtype=np.int64),
            np.array([False, True, False]),
            caps.carry[0].astype(np.int64),
            caps.carry[1],
            [{}, TOLD, {}],
        )

    wish = Completing(STYLE, HIDDEN, 0.05)
    steps = completions.ask(
        target, labels, wish, chosen=[10], hear=lambda *found: heard.append(found)
    )
    (ask,), found = run_steps(steps, answer)
    assert np.linalg.det(stretch) != pytest.approx(1)
    assert (ask.request.how, ask.request.parts, ask.request.thicken) == (HIDDEN, [1], 0.05)
    assert set(np.unique(ask.request.labels)) == {0, 1, 2}
    assert set(found.caps.faces) == set(found.report) == {10}
    assert not found.is_empty
    assert np.allclose(found.caps.vertices, caps.vertices, atol=1e-5)
    assert found.report[10]["volume"] == pytest.approx(6 / np.linalg.det(stretch))
    (part_id, vertices, faces), *others = heard
    assert not others
    assert part_id == 10
    assert np.allclose(vertices[faces], caps.vertices[caps.faces[1]], atol=1e-5)


def test_what_is_kept_comes_back(arm: bpy.types.Object):
    assert completions.kept(arm.data, STYLE) is None
    one = completed(arm, 1)
    completions.keep(arm.data, one)
    completions.keep(arm.data, completed(arm, 2))
    found = completions.kept(arm.data, STYLE)
    assert set(found.caps.faces) == {1, 2}
    assert np.allclose(corners(found, 1), corners(one, 1), atol=1e-6)
    assert found.report == {k: {**TOLD, "volume": float(k)} for k in (1, 2)}
    assert len(surfaces()) == 1


def test_a_part_that_needs_no_face_is_kept_as_whole(arm: bpy.types.Object):
    nothing = completed(arm, 1)
    nothing.caps.faces[1] = np.empty((0, 3), np.int64)
    assert nothing.is_empty
    completions.keep(arm.data, nothing)
    assert surfaces() == []
    found = completions.kept(arm.data, STYLE)
    assert found.is_empty
    assert found.report == {1: {**TOLD, "volume": 1.0}}


def test_of_a_part_that_was_edited_nothing_is_kept(arm: bpy.types.Object):
    completions.keep(arm.data, completed(arm, 1, 2))
    top = max(arm.data.vertices, key=lambda vertex: vertex.co.z)
    top.co.z += 1  # of the shoulder
    found = completions.kept(arm.data, STYLE)
    assert set(found.caps.faces) == set(found.report) == {1}


def test_what_is_forgotten_leaves_the_others_and_in_the_end_nothing(arm: bpy.types.Object):
    completions.keep(arm.data, completed(arm, 1, 2))
    completions.forget(arm.data, [1])
    assert set(completions.kept(arm.data, STYLE).report) == {2}
    completions.forget(arm.data, [0, 2, 99])
    assert completions.kept(arm.data, STYLE) is None
    assert arm.data.partwise.hidden is None
    assert surfaces() == []


def test_plain_caps_are_flat_and_grown_ones_as_the_settings_say(scene: bpy.types.Scene):
    settings = scene.partwise
    settings.complete_uv, settings.complete_own_slot = ISLANDS, True
    settings.keep_shading, settings.thicken = False, 0.1
    grown = Completing.of(settings)
    assert grown.style == CapStyle(ISLANDS, own_slot=True, smooth=True, keep_normals=False)
    assert (grown.how, grown.thicken) == (HIDDEN, pytest.approx(0.1))
    assert Completing.of(settings, CAP) == Completing(CapStyle(FLAT), CAP, 0.0)


def test_the_chosen_engine_is_asked_for_what_is_hidden_alone(monkeypatch):
    large = Told("large", "Large", "All", ("complete",), options=("quality", "seed"))
    monkeypatch.setattr(jobs, "engines", lambda: [large])
    settings = bpy.context.scene.partwise
    settings.complete_engine, settings.complete_quality = "LARGE", "DRAFT"
    settings.complete_seed, settings.complete_variants = 4, 3
    monkeypatch.setattr(place, "memory", lambda: 5.5)
    assert engine_choice.variants(settings, "complete") == 3
    assert Completing.of(settings, HIDDEN).asked() == {
        "how": "hidden", "thicken": 0.0, "engine": "large", "seed": 4, "variants": 1,
        "memory": 5.5,
        "options": {"quality": "draft"},
    }  # fmt: skip
    capped = Completing.of(settings, CAP).asked()
    assert (capped["engine"], capped["options"], capped["seed"]) == ("auto", {}, 0)
