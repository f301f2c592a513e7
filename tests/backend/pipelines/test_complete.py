# SPDX-License-Identifier: GPL-3.0-or-later
"""Completion: closed parts of solid sources, visible faces as they were, whatever comes in."""

from __future__ import annotations

import json
import threading
from collections import Counter
from typing import Any

import numpy as np
import pytest
import trimesh
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from backend.contract.errors import BadInput
from backend.contract.progress import Progress
from backend.engines.base import SignedDistance
from backend.geometry.mesh import same_positions, signed_volume
from backend.pipelines import complete
from backend.pipelines.complete import CompletedPart, CompletedParts, cap_parts, complete_parts
from tests.backend.geometry.hidden.fields import SCENES, ball, rod, seen_of
from tests.backend.pipelines.cancelling import is_cancelled_everywhere
from tests.backend.pipelines.whole_engine import fields, install

AS_GOOD = {"limb in a body": ["cap", "knowing"]}  # the body lacks a small and flat piece alone
FEW = settings(
    max_examples=4, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def is_closed(places: np.ndarray, faces: np.ndarray) -> bool:
    """Every edge, by positions, once in each direction; counted the slow and certain way."""
    corner = same_positions(places)[faces]
    uses = Counter((f[i], f[(i + 1) % 3]) for f in corner.tolist() for i in range(3))
    return all(n == 1 and uses.get((b, a)) == 1 for (a, b), n in uses.items())


def check(
    vertices: np.ndarray, faces: np.ndarray, labels: np.ndarray, done: CompletedParts
) -> None:
    """What holds of every completion of a solid source."""
    places = np.concatenate([vertices, done.vertices])
    assert np.isfinite(places).all()
    assert len(done.faces) == len(done.closed) == len(done.report) == labels.max() + 1
    assert done.carry_vertex.shape == done.carry_weight.shape == (len(done.vertices), 4)
    assert done.carry_vertex.min(initial=0) >= 0
    assert done.carry_vertex.max(initial=0) < len(vertices)
    assert np.allclose(done.carry_weight.sum(axis=1), 1, atol=1e-5)
    json.dumps([one.to_json() for one in done.report], allow_nan=False)
    for part, new in enumerate(done.faces):
        whole = np.concatenate([faces[labels == part], new])
        assert done.closed[part]
        assert is_closed(places, whole)
        assert done.report[part].closed
        volume = signed_volume(places, whole)
        assert done.report[part].volume == pytest.approx(volume, rel=1e-6)
        # New vertices take from the border of their own part.
        fresh = np.unique(new[new >= len(vertices)]) - len(vertices)
        assert np.isin(done.carry_vertex[fresh], faces[labels == part]).all()


def test_an_engine_is_asked_for_two_parts_of_a_large_object_at_a_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    vertices, faces, labels = seen_of(SCENES["torso"], 26)
    meeting = threading.Barrier(2)  # which nobody passes alone
    answer = fields(SCENES["torso"], vertices, 26)

    def together(part: int) -> SignedDistance | None:
        meeting.wait(10)
        return answer(part)

    monkeypatch.setattr("backend.machine.abreast.cores", lambda: 2)
    monkeypatch.setattr(complete, "LARGE", len(faces) - 1)
    install(monkeypatch, together)
    done = complete_parts(vertices, faces, labels, parts=[1, 3])
    assert [done.report[part].engine for part in (1, 3)] == ["knowing", "knowing"]


@pytest.mark.parametrize("name", SCENES)
def test_hidden_parts_are_whole_and_what_is_seen_stays(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    vertices, faces, labels = seen_of(SCENES[name], 26)
    before = vertices.tobytes(), faces.tobytes()
    install(monkeypatch, fields(SCENES[name], vertices, 26))
    done = complete_parts(vertices, faces, labels)
    check(vertices, faces, labels, done)
    assert before == (vertices.tobytes(), faces.tobytes())
    expected = AS_GOOD.get(name, ["knowing"] * len(done.faces))
    assert [one.engine for one in done.report] == expected
    caps = cap_parts(vertices, faces, labels)
    for new, lid in zip(done.faces, caps.faces, strict=True):
        assert len(new) > len(lid) / 4


def test_size_place_and_side_of_a_mesh_do_not_matter(monkeypatch: pytest.MonkeyPatch) -> None:
    solids = SCENES["limb in a body"]
    vertices, faces, labels = seen_of(solids, 28)
    install(monkeypatch, fields(solids, vertices, 28))
    first = complete_parts(vertices, faces, labels)
    far = vertices * 1000 + [5e4, -3e4, 0]
    again = complete_parts(far, faces, labels)
    assert [len(f) for f in again.faces] == pytest.approx([len(f) for f in first.faces], rel=0.1)
    assert again.report[1].volume == pytest.approx(1e9 * first.report[1].volume, rel=0.02)
    turned = complete_parts(vertices, faces[:, ::-1], labels)
    assert all(turned.closed)
    assert turned.report[1].volume == pytest.approx(-first.report[1].volume, rel=0.01)


def test_a_mesh_whose_vertices_are_not_shared_is_welded_by_place(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    solids = SCENES["limb in a body"]
    vertices, faces, labels = seen_of(solids, 28)
    soup, apart = vertices[faces.reshape(-1)], np.arange(faces.size).reshape(-1, 3)
    install(monkeypatch, fields(solids, vertices, 28))
    check(soup, apart, labels, complete_parts(soup, apart, labels))


def test_vertices_that_nothing_uses_do_not_stand_for_others(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """As of a mesh that was sent with the vertices of faces left out, at the same places."""
    solids = SCENES["limb in a body"]
    vertices, faces, labels = seen_of(solids, 28)
    install(monkeypatch, {})
    before = complete_parts(vertices, faces, labels)
    after = complete_parts(np.concatenate([vertices, vertices]), faces + len(vertices), labels)
    assert [part.engine for part in before.report] == ["cap"] * 2
    assert after.report == before.report


@FEW
@given(seed=st.integers(0, 10**6))
def test_any_balls_and_any_field_give_closed_parts(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The field may be of the part, of another, or noise: every part is closed all the same."""
    rng = np.random.default_rng(seed)
    solids = [
        ball(rng.uniform(-0.2, 0.2, 3), rng.uniform(0.1, 0.3))
        if rng.random() < 0.6
        else rod(rng.uniform(-0.3, 0.3, 3), rng.uniform(-0.3, 0.3, 3), rng.uniform(0.05, 0.12))
        for _ in range(int(rng.integers(2, 5)))
    ]
    vertices, faces, labels = seen_of(solids, 20)
    right = fields(solids, vertices, 18)
    noise = rng.normal(size=(5, 5, 5)).astype(np.float32) * 0.2

    def answer(part: int) -> SignedDistance | None:
        kind = rng.integers(4)
        if kind == 0:
            return SignedDistance(noise, np.full(3, -0.6), 0.3)
        if kind == 1:
            return right(int(rng.integers(len(solids))))
        return right(part)

    install(monkeypatch, answer)
    # Labels of the hidden solids are gone, so that numbers may name another solid: noise as well.
    check(vertices, faces, labels, complete_parts(vertices, faces, labels))


@FEW
@given(seed=st.integers(0, 10**6))
def test_ragged_labels_are_closed_as_well(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(seed)
    mesh = trimesh.creation.icosphere(2)
    vertices, faces = np.array(mesh.vertices) / 2, np.array(mesh.faces, dtype=np.int64)
    seeds = rng.normal(size=(3, 3))
    near = np.argmax(
        vertices[faces].mean(axis=1) @ seeds.T + 0.2 * rng.normal(size=(320, 3)), axis=1
    )
    labels = np.unique(near, return_inverse=True)[1].reshape(-1)
    install(monkeypatch, fields([ball((0, 0, 0), 0.5)] * 3, vertices, 18))
    check(vertices, faces, labels, complete_parts(vertices, faces, labels))


def test_what_no_field_fits_gets_its_cap(monkeypatch: pytest.MonkeyPatch) -> None:
    vertices, faces, labels = seen_of(SCENES["torso"], 30)
    right = fields(SCENES["torso"], vertices, 30)
    install(monkeypatch, lambda part: right(part) if part == 1 else None)
    done = complete_parts(vertices, faces, labels)
    check(vertices, faces, labels, done)
    assert [one.engine for one in done.report] == ["cap", "knowing", "cap", "cap"]
    assert done.report[1].hidden_share > 0.1
    assert done.report[1].cap_distance > 0.05


def test_only_the_parts_asked_for_are_completed_and_each_is_shown(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    vertices, faces, labels = seen_of(SCENES["torso"], 30)
    engine = install(monkeypatch, fields(SCENES["torso"], vertices, 30))
    shown: list[CompletedPart] = []
    done = complete_parts(vertices, faces, labels, parts=[3, 1], shown=shown.append)
    assert sorted(engine.asked) == [one.part for one in shown] == [1, 3]
    assert done.closed == [False, True, False, True]
    assert [one.engine for one in done.report] == ["none", "knowing", "none", "knowing"]
    for one in shown:
        places = np.concatenate([vertices, one.vertices])
        assert is_closed(places, np.concatenate([faces[labels == one.part], one.faces]))


def test_caps_are_those_of_neighbours_and_come_with_the_same_report() -> None:
    vertices, faces, labels = seen_of(SCENES["torso"], 30)
    caps = cap_parts(vertices, faces, labels)
    done = complete_parts(vertices, faces, labels, how="cap")
    assert np.array_equal(done.vertices, caps.vertices)
    assert all(map(np.array_equal, done.faces, caps.faces))
    assert done.closed == caps.closed
    assert {one.engine for one in done.report} == {"cap"}
    whole = signed_volume(vertices, faces)
    assert sum(one.volume for one in done.report) == pytest.approx(whole, rel=1e-3)


def test_caps_of_a_part_that_needs_none_are_none() -> None:
    vertices, faces, labels = seen_of(SCENES["torso"], 30)
    alone = trimesh.creation.box((0.1, 0.1, 0.1))
    alone.apply_translation((2, 0, 0))
    faces = np.concatenate([faces, alone.faces + len(vertices)])
    labels = np.append(labels, np.full(len(alone.faces), 4))
    vertices = np.concatenate([vertices, alone.vertices])
    done = complete_parts(vertices, faces, labels, how="cap", parts=[4])
    assert done.closed == [False, False, False, False, True]
    assert [len(new) for new in done.faces] == [0, 0, 0, 0, 0]
    assert np.allclose(done.carry_weight.sum(axis=1), 1)


def test_open_sheets_stay_open_and_get_thickness_on_request(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    x, y = np.meshgrid(np.linspace(0, 1, 9), np.linspace(0, 1, 9), indexing="ij")
    vertices = np.stack([x, y, 0.1 * np.sin(3 * x)], axis=-1).reshape(-1, 3)
    a = (np.arange(8)[:, None] * 9 + np.arange(8)).reshape(-1)
    faces = np.concatenate(
        [np.stack([a, a + 9, a + 10], axis=1), np.stack([a, a + 10, a + 1], axis=1)]
    )
    labels = (vertices[faces].mean(axis=1)[:, 0] > 0.5).astype(np.int64)
    install(monkeypatch, {})
    open_ = complete_parts(vertices, faces, labels)
    assert not any(open_.closed)
    assert sum(map(len, open_.faces)) == 0
    assert [one.engine for one in open_.report] == ["sheet", "sheet"]
    check(vertices, faces, labels, complete_parts(vertices, faces, labels, thicken=0.02))


def tetrahedron() -> tuple[np.ndarray, np.ndarray]:
    vertices = np.array([[0, 0, 0], [1, 0, 0], [0, 1, 0], [0, 0, 1]], dtype=np.float64)
    return vertices, np.array([[0, 2, 1], [0, 1, 3], [1, 2, 3], [0, 3, 2]])


@pytest.mark.parametrize("how", ["cap", "hidden"])
def test_odd_parts_harm_nobody(how: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """One triangle, a part without area, numbers that no face has."""
    vertices, faces = tetrahedron()
    install(monkeypatch, fields([ball((0.3, 0.3, 0.3), 0.2)] * 9, vertices, 16))
    one = complete_parts(vertices, faces, np.array([0, 0, 0, 1]), how=how)
    assert len(one.faces) == 2
    flat = np.concatenate([faces, [[0, 0, 1], [2, 2, 2]]])
    done = complete_parts(vertices, flat, np.array([0, 0, 1, 1, 2, 3]), how=how)
    assert len(done.closed) == 4
    assert len(done.faces[2]) == len(done.faces[3]) == 0
    gap = complete_parts(vertices, faces, np.array([0, 0, 3, 3]), how=how)
    assert len(gap.closed) == 4
    assert gap.closed[1:3] == [False, False]
    assert gap.report[1].volume == 0
    nowhere = complete_parts(np.zeros((4, 3)), faces, np.array([0, 0, 1, 1]), how=how)
    assert len(nowhere.closed) == 2


def test_what_is_flat_has_no_inside_to_grow_in(monkeypatch: pytest.MonkeyPatch) -> None:
    vertices, faces = tetrahedron()
    pressed = vertices * [1, 1, 0]
    install(monkeypatch, fields([ball((0.3, 0.3, 0.0), 0.2)] * 2, pressed, 16))
    done = complete_parts(pressed, faces, np.array([0, 0, 0, 1]))
    assert np.abs(done.vertices[:, 2]).max(initial=0) < 1e-6
    assert all(one.engine in ("cap", "none", "sheet") for one in done.report)
    sheet = np.array([[0.0, 0, 0], [1, 0, 0], [1, 1, 0], [0, 1, 0]])
    thick = complete_parts(
        sheet, np.array([[0, 1, 2], [0, 2, 3]]), np.zeros(2, np.int64), thicken=0.1
    )
    assert thick.closed == [True]


def test_labels_and_options_that_do_not_fit_are_refused() -> None:
    vertices, faces = tetrahedron()
    good = np.array([0, 0, 1, 1])
    for labels in (good[:3], good - 1, good * 9, good.astype(float), good[:, None]):
        with pytest.raises(BadInput) as caught:
            complete_parts(vertices, faces, labels, how="cap")
        assert caught.value.hint
    with pytest.raises(BadInput, match="no part 7"):
        complete_parts(vertices, faces, good, how="cap", parts=[0, 7])
    with pytest.raises(BadInput, match="magic"):
        complete_parts(vertices, faces, good, how="magic")
    with pytest.raises(BadInput, match="nothing"):
        complete_parts(vertices, faces, good, engine="nothing")


@pytest.mark.parametrize("how", ["cap", "hidden"])
def test_it_ends_at_whatever_step_it_is_cancelled(
    how: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    solids = SCENES["limb in a body"]
    vertices, faces, labels = seen_of(solids, 24)
    install(monkeypatch, fields(solids, vertices, 20))

    def job(progress: Progress) -> None:
        complete_parts(vertices, faces, labels, how=how, progress=progress)

    assert is_cancelled_everywhere(job, vertices, faces, labels) > 2


def test_the_same_twice() -> None:
    vertices, faces, labels = seen_of(SCENES["torso"], 24)
    one, two = (complete_parts(vertices, faces, labels, how="cap") for _ in range(2))
    assert one.vertices.tobytes() == two.vertices.tobytes()
    assert one.carry_weight.tobytes() == two.carry_weight.tobytes()


@pytest.mark.parametrize("how", ["cap", "hidden"])
@pytest.mark.parametrize("cut", [False, True])
def test_a_seam_that_gapes_by_a_rounding_error_is_closed(
    how: str, cut: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As where a profile was turned around an axis; a border of two parts may cross it."""
    solid = rod((0, 0, -0.3), (0, 0, 0.3), 0.2)
    vertices, faces, labels = seen_of([solid], 26)
    labels[:] = (vertices[faces].mean(axis=1)[:, 2] > 0.03) if cut else 0
    side = np.arctan2(*vertices[faces].mean(axis=1)[:, :2].T) > 1.0
    other = np.arange(len(vertices)) + len(vertices)
    faces = np.where(side[:, None], other[faces], faces)
    vertices = np.concatenate([vertices, vertices * (1 + 1e-9) + 1e-9])
    install(monkeypatch, fields([solid] * (labels.max() + 1), vertices, 26))
    done = complete_parts(vertices, faces, labels, how=how)
    check(vertices, faces, labels, done)


def test_two_parts_at_a_time_are_those_of_one(monkeypatch: pytest.MonkeyPatch) -> None:
    vertices, faces, labels = seen_of(SCENES["torso"], 24)
    done, most = {}, []
    for workers in (1, 2):
        install(monkeypatch, fields(SCENES["torso"], vertices, 24))
        monkeypatch.setattr("backend.machine.abreast.cores", lambda workers=workers: workers)
        threads: set[int] = set()
        real = complete.hidden_surface

        def told(*given: Any, real: Any = real, threads: set[int] = threads) -> Any:
            threads.add(threading.get_ident())
            return real(*given)

        monkeypatch.setattr(complete, "hidden_surface", told)
        shown: list[int] = []
        done[workers] = complete_parts(
            vertices, faces, labels, shown=lambda one, shown=shown: shown.append(one.part)
        )
        monkeypatch.setattr(complete, "hidden_surface", real)
        assert shown == sorted(shown) == list(range(4))
        most.append(len(threads))
    assert most[0] == 1
    assert threading.get_ident() not in threads
    assert done[1].vertices.tobytes() == done[2].vertices.tobytes()
    assert all(np.array_equal(a, b) for a, b in zip(done[1].faces, done[2].faces, strict=True))
    assert [one.to_json() for one in done[1].report] == [one.to_json() for one in done[2].report]


@pytest.fixture(scope="module", params=["cap", "hidden"])
def plated(request: pytest.FixtureRequest) -> tuple[str, tuple[np.ndarray, ...], CompletedParts]:
    """The flat patch becomes a plate, whose depth is measured by rays; the rest gets a cap."""
    cube = trimesh.creation.box().subdivide().subdivide().subdivide()
    vertices, faces = np.array(cube.vertices), np.array(cube.faces, np.int64)
    x, y, z = vertices[faces].mean(axis=1).T
    labels = ((y > 0.49) & (np.abs(x) < 0.25) & (np.abs(z) < 0.25)).astype(np.int64)
    done = complete_parts(vertices, faces, labels, how=request.param)
    return request.param, (vertices, faces, labels), done


@pytest.mark.parametrize("stray", [1e300, -1e200, np.nan, np.inf])
def test_what_no_face_uses_changes_nothing(plated: Any, stray: float) -> None:
    how, (vertices, faces, labels), expected = plated
    strayed = np.concatenate([np.full((2, 3), stray), vertices])
    with np.errstate(all="raise", under="ignore"):
        done = complete_parts(strayed, faces + 2, labels, how=how)
    assert np.allclose(done.vertices, expected.vertices)
    assert [len(new) for new in done.faces] == [len(new) for new in expected.faces]
    assert all(done.closed)
