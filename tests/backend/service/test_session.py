# SPDX-License-Identifier: GPL-3.0-or-later
"""The session: meshes are checked, kept and forgotten, and no job can break it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any, NoReturn

import numpy as np
import pytest

from backend.contract import requests
from backend.contract.errors import (
    BadInput,
    Cancelled,
    MeshNotOpen,
    OutOfMemory,
    PartwiseError,
)
from backend.contract.fields import Fields
from backend.contract.progress import Progress
from backend.contract.requests import (
    CloseMesh,
    Cut,
    Done,
    OpenMesh,
    Ping,
    Release,
    Segment,
)
from backend.contract.tree import MergeTree
from backend.engines.base import Sketch
from backend.geometry.debris import Debris
from backend.machine.resident import Residents
from backend.service.session import Session
from tests.backend.geometry.borders.balls import ball
from tests.bad_meshes import lathe

TETRAHEDRON = np.array([[0, 0, 0], [1, 0, 0], [0, 1, 0], [0, 0, 1]], dtype=np.float64)
FACES = np.array([[0, 2, 1], [0, 1, 3], [1, 2, 3], [0, 3, 2]])
BYTES = TETRAHEDRON.nbytes + FACES.nbytes


def ask(session: Session, request: Fields, heard: Any = None) -> Any:
    return session.answer(request, Progress(heard))


def open_copies(session: Session, names: str) -> None:
    for name in names:
        ask(session, OpenMesh(TETRAHEDRON.copy(), FACES.copy(), name))


def names_in(session: Session) -> str:
    return "".join(mesh["fingerprint"] for mesh in session.status()[1])


def test_the_same_mesh_is_known_again() -> None:
    ours = Session()
    first = ask(ours, OpenMesh(TETRAHEDRON, FACES))
    again = ask(ours, OpenMesh(TETRAHEDRON.astype(np.float32), FACES.astype(np.int32)))
    assert (first.fingerprint, first.known) == (requests.fingerprint(TETRAHEDRON, FACES), False)
    assert (again.fingerprint, again.known) == (first.fingerprint, True)
    memory, (mesh,) = ours.status()
    assert mesh["faces"] == mesh["vertices"] == 4
    assert memory["cache"] == mesh["bytes"] == BYTES


def test_another_mesh_under_the_same_name_replaces_the_first() -> None:
    ours = Session()
    open_copies(ours, "a")
    answer = ask(ours, OpenMesh(TETRAHEDRON * 2, FACES, "a"))
    assert not answer.known
    assert names_in(ours) == "a"


@pytest.mark.parametrize(
    ("vertices", "faces", "says"),
    [
        (TETRAHEDRON, FACES[:0], "no faces"),
        (TETRAHEDRON[:0], FACES[:0], "no faces"),
        (TETRAHEDRON, FACES + 1, "vertices that do not exist"),
        (TETRAHEDRON, FACES - 1, "vertices that do not exist"),
        (TETRAHEDRON * np.nan, FACES, "not numbers"),
        (TETRAHEDRON + np.inf, FACES, "not numbers"),
    ],
)
def test_unusable_meshes_are_refused_at_once(vertices: Any, faces: Any, says: str) -> None:
    ours = Session()
    with pytest.raises(BadInput, match=says):
        ask(ours, OpenMesh(vertices, faces))
    assert names_in(ours) == ""


@pytest.mark.parametrize("stray", [np.nan, np.inf, 1e300])
def test_vertices_that_no_face_uses_may_be_anything(stray: float) -> None:
    ours = Session()
    vertices = np.concatenate([TETRAHEDRON, np.full((1, 3), stray)])
    opened = ask(ours, OpenMesh(vertices, FACES))
    assert ask(ours, OpenMesh(vertices, FACES)).known  # and the next time is the same mesh
    found = ask(ours, Segment(opened.fingerprint))
    assert len(found.labels) == len(FACES)


def test_a_closed_mesh_is_forgotten() -> None:
    ours = Session()
    open_copies(ours, "ab")
    for _ in range(2):  # closing twice is no error
        ask(ours, CloseMesh("a"))
    assert names_in(ours) == "b"
    assert ours.status()[0]["cache"] == BYTES


@pytest.mark.parametrize(
    "request_",
    [Segment("x"), Cut("x"), Release("x"), requests.Complete("x", np.zeros(4, np.int32))],
)
def test_a_mesh_that_is_not_open(request_: Fields) -> None:
    with pytest.raises(MeshNotOpen, match="does not hold"):
        ask(Session(), request_)


def raising(error: BaseException) -> Callable[..., NoReturn]:
    def job(*_: object, **__: object) -> NoReturn:
        raise error

    return job


@pytest.mark.parametrize(
    ("error", "kind", "code"),
    [
        (MemoryError(), OutOfMemory, "OUT_OF_MEMORY"),
        (ZeroDivisionError("told by a person"), PartwiseError, "INTERNAL"),
        (SystemExit(3), PartwiseError, "INTERNAL"),
        (RecursionError(), PartwiseError, "INTERNAL"),
        (Cancelled(), Cancelled, "CANCELLED"),
        (BadInput("wrong", "do this"), BadInput, "BAD_INPUT"),
    ],
)
def test_whatever_a_job_raises_becomes_an_answer(
    error: BaseException, kind: type[PartwiseError], code: str
) -> None:
    ours = Session()
    open_copies(ours, "a")
    ours.register(Ping, raising(error))
    with pytest.raises(kind) as caught:
        ask(ours, Ping())
    assert caught.value.code == code
    if code in ("INTERNAL", "OUT_OF_MEMORY"):
        assert caught.value.hint
        assert "Traceback" in caught.value.detail
        assert type(error).__name__ in caught.value.detail
    assert names_in(ours) == "a"
    ours.register(Ping, lambda request, progress: Done())
    assert isinstance(ask(ours, Ping()), Done)


def test_an_environment_that_was_removed_meanwhile_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ours = Session()
    ours.register(Ping, raising(ImportError("torch.fft is gone")))
    monkeypatch.setattr("sys.executable", str(tmp_path / "environment/bin/python"))
    with pytest.raises(
        PartwiseError, match=r"was removed from .*environment while it ran"
    ) as caught:
        ask(ours, Ping())
    assert "torch.fft is gone" in caught.value.detail


@pytest.mark.parametrize(
    ("labels", "says"),
    [([0, 0, 1], "3 labels for 4 faces"), ([0, 0, 1, -1], "part numbers"), ([0, 0, 1, 4], "part")],
)
def test_labels_must_fit_the_mesh(labels: list[int], says: str) -> None:
    ours = Session()
    open_copies(ours, "a")
    with pytest.raises(BadInput, match=says):
        ask(ours, requests.Complete("a", np.array(labels, np.int32)))


def cut_of(ours: Session, **options: Any) -> str:
    """Which analysis answers a cut, by the number of parts that `made_up` gave it."""
    return MADE_UP[ask(ours, Cut("a", **options)).parts]


MADE_UP = ["", "learned 0", "learned 1", "geometric 0"]


@pytest.fixture
def made_up(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Instead of the engine: as many natural parts as the place in `MADE_UP` of what was asked.

    "auto" is the first engine in the list that is returned.
    """
    engines = ["learned", "geometric"]

    def analyse(vertices: Any, faces: Any, **asked: Any) -> SimpleNamespace:
        engine = engines[0] if asked["engine"] == "auto" else asked["engine"]
        parts = MADE_UP.index(f"{engine} {asked['variant']}")
        children = np.array([[0, 1], [2, 4], [3, 5]], np.int32)
        return SimpleNamespace(
            engine=engine,
            notice="Fell back." if asked["engine"] == "auto" and engine == "geometric" else "",
            patch=np.arange(4, dtype=np.int32),
            tree=MergeTree(children, np.array([0.1, 0.2, 0.3], np.float32), parts),
            debris=None,
        )

    monkeypatch.setattr("backend.pipelines.segment.analyse", analyse)
    return engines


def test_each_variant_and_engine_is_an_analysis_of_its_own(made_up: Any) -> None:
    ours = Session()
    open_copies(ours, "a")
    for options in ({}, {"variant": 1}, {"engine": "geometric"}):
        asked: dict[str, Any] = dict(options)
        with pytest.raises(BadInput, match="not decomposed yet"):
            cut_of(ours, **asked)
        ask(ours, Segment("a", **asked))
    assert cut_of(ours) == "learned 0"
    assert cut_of(ours, variant=1) == "learned 1"
    assert cut_of(ours, engine="geometric") == "geometric 0"
    assert ours.status()[1][0]["engines"] == ["geometric", "learned"]


def test_pairs_of_merges_go_with_the_tree(made_up: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    ours = Session()
    open_copies(ours, "a")
    assert ask(ours, Segment("a")).tree_paired is None
    paired = np.array([False, True, False])
    mesh = ours.meshes.get("a")
    (analysis,) = mesh.analyses.values()
    analysis.tree = analysis.tree.changed(paired=paired)
    np.testing.assert_array_equal(ask(ours, Segment("a")).tree_paired, paired)


def test_debris_goes_with_the_parts(made_up: Any) -> None:
    ours = Session()
    open_copies(ours, "a")
    nothing = ask(ours, Segment("a"))
    assert (nothing.debris, nothing.unseen) == (None, 0)
    (analysis,) = ours.meshes.get("a").analyses.values()
    analysis.debris = Debris(np.array([-1, 0, 1, -1], np.int32), 1)
    found = ask(ours, Segment("a"))
    assert (found.debris.tolist(), found.unseen) == ([-1, 0, 1, -1], 1)


def test_what_auto_chose_is_found_by_its_own_name(made_up: Any) -> None:
    ours = Session()
    open_copies(ours, "a")
    ask(ours, Segment("a", variant=1))
    assert cut_of(ours, engine="learned", variant=1) == "learned 1"
    ask(ours, Segment("a", engine="geometric"))
    with pytest.raises(BadInput, match="not decomposed yet"):
        cut_of(ours, engine="auto")  # which may choose another


def test_the_notice_of_a_fallback_comes_with_auto_alone(made_up: list[str]) -> None:
    ours = Session()
    open_copies(ours, "a")
    made_up.remove("learned")
    for _ in range(2):
        assert ask(ours, Segment("a")).notice == "Fell back."
    chosen = ask(ours, Segment("a", engine="geometric"))
    assert (chosen.engine, chosen.notice) == ("geometric", "")


def test_a_click_tells_why_another_engine_answered(
    made_up: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = SimpleNamespace(mask=np.ones(4, bool), score=1.0, warning="", choice=0, choices=1)
    monkeypatch.setattr("backend.pipelines.segment.click", lambda *_: answer)
    ours = Session()
    open_copies(ours, "a")
    made_up.remove("learned")

    def warned(engine: str) -> str:
        click = requests.Click("a", 1, np.zeros((1, 3)), np.ones(1, np.int8), engine)
        return str(ask(ours, click).warning)

    assert warned("auto") == "Fell back."
    answer.warning = "A click is far."
    assert warned("auto") == "A click is far. Fell back."


@pytest.fixture
def clicked_on(made_up: Any, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """On which analyses clicks were answered, as `MADE_UP` calls them."""
    seen = []

    def click(analysis: Any, points: Any, labels: Any, choice: Any) -> SimpleNamespace:
        seen.append(MADE_UP[analysis.tree.natural_parts])
        return SimpleNamespace(mask=np.ones(4, bool), score=1.0, warning="", choice=0, choices=1)

    monkeypatch.setattr("backend.pipelines.segment.click", click)
    return seen


def click_on(session: Session, engine: str, **options: Any) -> str:
    """Click the mesh a; the engine that answered."""
    point, include = np.zeros((1, 3)), np.ones(1, np.int8)
    return str(ask(session, requests.Click("a", 1, point, include, engine, **options)).engine)


def test_clicks_are_answered_on_what_was_used_last(clicked_on: list[str]) -> None:
    ours, seen = Session(), clicked_on
    open_copies(ours, "a")

    def clicked(engine: str) -> str:
        return click_on(ours, engine)

    assert clicked("auto") == "learned"
    ask(ours, Segment("a", variant=1))
    assert clicked("learned") == "learned"
    ask(ours, Segment("a", engine="geometric"))
    assert clicked("auto") == "geometric"
    assert clicked("learned") == "learned"
    ask(ours, Cut("a"))
    assert clicked("auto") == "learned"
    assert seen == ["learned 0", "learned 1", "geometric 0", "learned 1", "learned 0"]


def test_clicks_are_answered_on_the_variant_that_they_are_about(clicked_on: list[str]) -> None:
    ours = Session()
    open_copies(ours, "a")
    for asked in (Segment("a", variant=1), Segment("a"), Segment("a", engine="geometric")):
        ask(ours, asked)
    for variant in (1, 0):
        assert click_on(ours, "auto", variant=variant) == "learned"
    assert click_on(ours, "learned", variant=1) == "learned"
    assert clicked_on == ["learned 1", "learned 0", "learned 1"]
    assert len(ours.meshes.get("a").analyses) == 3, "each was there"
    ask(ours, requests.Release())
    click_on(ours, "auto", variant=1)
    assert clicked_on[-1] == "learned 1", "it is made anew where it is gone"


def test_clicks_are_about_the_hints_of_their_variant_where_these_are_known(
    clicked_on: list[str],
) -> None:
    ours = Session()
    open_copies(ours, "a")
    hinted = Segment("a", groups=np.zeros(4, np.int32), symmetric=False)
    ask(ours, hinted)
    ask(ours, Segment("a", variant=1))
    about = {"variant": 0, "symmetric": False, "hints": hinted.hints_digest()}
    click_on(ours, "auto", **about)
    analyses = ours.meshes.get("a").analyses
    assert [key.hints for key in analyses] == ["", hinted.hints_digest()]
    ask(ours, requests.Release())
    click_on(ours, "auto", **about)
    assert [(key.hints, key.symmetric) for key in analyses] == [("", False)], "who clicks has none"


def test_networks_count_against_the_budget_and_go_when_asked() -> None:
    networks = Residents()
    ours = Session(int(BYTES * 3.5), networks)
    open_copies(ours, "abc")
    assert names_in(ours) == "abc"
    networks.get("network", lambda: np.zeros(2 * BYTES, np.uint8))
    open_copies(ours, "d")
    assert names_in(ours) == "d"
    assert ours.status()[0]["networks"] == 2 * BYTES
    assert ask(ours, Release()).bytes >= 2 * BYTES
    assert ours.status()[0]["networks"] == 0


def test_memory_is_told_in_bytes() -> None:
    memory = Session().status()[0]
    assert memory["total"] is None or memory["total"] > 1 << 28
    assert memory["process"] is None or 1 << 22 < memory["process"] < (memory["total"] or 1 << 40)
    assert memory["budget"] > 1 << 26


# From here on with the real engine.


def capsules() -> tuple[Any, Any]:
    """Two balls and a thin bar between them."""
    import trimesh

    balls = [trimesh.creation.icosphere(3, radius=1.0) for _ in range(2)]
    balls[1].apply_translation([4, 0, 0])
    bar = trimesh.creation.cylinder(0.3, segment=[[0.5, 0, 0], [3.5, 0, 0]])
    mesh: Any = trimesh.util.concatenate([*balls, bar])
    return np.asarray(mesh.vertices), np.asarray(mesh.faces)


@pytest.fixture(scope="module")
def segmented() -> tuple[Session, requests.Segmented, list[tuple[str, int, int]]]:
    ours = Session()
    told: list[Any] = []
    vertices, faces = capsules()
    ask(ours, OpenMesh(vertices, faces, "mesh"))
    answer = ask(ours, Segment("mesh", parts=3), lambda *step: told.append(step))
    return ours, answer, told


def test_segment_answers_labels_patches_and_tree(segmented: Any) -> None:
    ours, answer, told = segmented
    assert answer.parts == 3
    assert np.unique(answer.labels).tolist() == [0, 1, 2]
    assert np.unique(answer.patch).tolist() == list(range(len(answer.tree_children) + 1))
    assert answer.engine == "learned"
    assert answer.notice == ""
    shares = [done / total for _, done, total in told]
    assert shares == sorted(shares)
    assert len({stage for stage, _, _ in told}) >= 5
    (mesh,) = ours.status()[1]
    assert mesh["engines"] == ["learned"]
    assert mesh["bytes"] > sum(array.nbytes for array in capsules())


def test_cut_answers_from_the_cache(segmented: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    ours, answer, _ = segmented
    monkeypatch.setattr("backend.pipelines.segment.analyse", raising(AssertionError("computed")))
    assert ask(ours, Cut("mesh", parts=3)).labels.tolist() == answer.labels.tolist()
    assert ask(ours, Cut("mesh", parts=2)).parts == 2
    assert ask(ours, Cut("mesh")).parts == answer.natural_parts
    with pytest.raises(BadInput, match="parts"):
        ask(ours, Cut("mesh", parts=10**6))
    for other in (Cut("mesh", seed=1), Cut("mesh", variant=1), Cut("mesh", engine="geometric")):
        with pytest.raises(BadInput, match="not decomposed yet"):
            ask(ours, other)


def test_hints_are_cached_by_what_they_say(segmented: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    ours, _, _ = segmented
    plain = Segment("mesh", parts=3, engine="geometric")
    before = ask(ours, plain).labels
    left = (capsules()[0][capsules()[1]].mean(axis=1)[:, 0] < 2).astype(np.int32)
    halves = Segment("mesh", parts=2, engine="geometric", groups=left)
    hinted = ask(ours, halves)
    assert np.array_equal(hinted.labels == hinted.labels[0], left == left[0])
    bar, include = np.array([[1.9, 0, 0.3]]), np.ones(1, np.int8)
    monkeypatch.setattr("backend.pipelines.segment.analyse", raising(AssertionError("computed")))
    assert np.array_equal(ask(ours, halves).labels, hinted.labels)
    # A click is answered on what was segmented last: with hints now, without them afterwards.
    with_hints = ask(ours, requests.Click("mesh", 1, bar, include)).mask
    assert np.array_equal(ask(ours, plain).labels, before)
    without = ask(ours, requests.Click("mesh", 2, bar, include)).mask
    assert with_hints.any()
    assert left[with_hints].all()
    assert not left[without].all()
    with pytest.raises(BadInput, match="not decomposed yet"):
        ask(ours, Cut("mesh", parts=2, engine="geometric", groups=1 - left))


def test_a_mesh_keeps_the_analyses_used_last() -> None:
    ours = Session()
    vertices, faces = lathe(4, 6)
    ask(ours, OpenMesh(vertices, faces, "mesh"))
    hints = [np.full(len(faces), k, np.int32) for k in range(8)]
    for groups in hints:
        ask(ours, Segment("mesh", engine="geometric", groups=groups))
        ask(ours, Cut("mesh", engine="geometric", groups=hints[0]))
    assert ask(ours, Cut("mesh", engine="geometric", groups=hints[7])).parts
    with pytest.raises(BadInput, match="not decomposed yet"):
        ask(ours, Cut("mesh", engine="geometric", groups=hints[1]))


def test_a_finished_analysis_survives_a_cancel(monkeypatch: pytest.MonkeyPatch) -> None:
    ours = Session()
    ask(ours, OpenMesh(*capsules(), "mesh"))
    with monkeypatch.context() as patch:
        patch.setattr("backend.pipelines.segment.labels", raising(Cancelled()))
        with pytest.raises(Cancelled):
            ask(ours, Segment("mesh"))
    assert ask(ours, Cut("mesh")).parts >= 1


def test_a_cancelled_analysis_is_not_kept() -> None:
    ours = Session()
    ask(ours, OpenMesh(*capsules(), "mesh"))
    with pytest.raises(Cancelled):
        ask(ours, Segment("mesh"), raising(Cancelled()))
    with pytest.raises(BadInput, match="not decomposed yet"):
        ask(ours, Cut("mesh"))


def test_click_answers_a_mask(segmented: Any) -> None:
    ours, answer, _ = segmented
    points = np.array([[-1.0, 0, 0]])
    found = ask(ours, requests.Click("mesh", 5, points, np.ones(1, np.int8), answer.engine))
    assert found.sequence == 5
    assert found.engine == answer.engine
    assert found.mask.shape == answer.labels.shape
    assert found.mask.any()
    assert not found.mask.all()
    assert found.warning == ""
    assert 0 <= found.choice < found.choices
    masks = [
        ask(ours, requests.Click("mesh", 6, points, np.ones(1, np.int8), answer.engine, choice=k))
        for k in range(found.choices)
    ]
    assert [mask.choice for mask in masks] == list(range(found.choices))
    assert (masks[found.choice].mask == found.mask).all()


def test_complete_answers_caps() -> None:
    import trimesh

    ours = Session()
    ball = trimesh.creation.icosphere(3)
    halves = (ball.triangles_center[:, 2] > 0).astype(np.int32)
    ask(ours, OpenMesh(ball.vertices, ball.faces, "ball"))
    caps = ask(ours, requests.Complete("ball", halves))
    assert caps.part_offsets.tolist()[0] == 0
    assert len(caps.part_offsets) == 3
    assert caps.part_offsets[-1] == len(caps.faces) > 0
    assert caps.closed.tolist() == [True, True]
    assert caps.faces.max() < len(ball.vertices) + len(caps.vertices)
    assert np.allclose(caps.carry_weight.sum(axis=1), 1, atol=1e-5)
    assert [part["engine"] for part in caps.report] == ["cap", "cap"]
    one = ask(ours, requests.Complete("ball", halves, parts=[1]))
    assert one.part_offsets.tolist()[:2] == [0, 0]
    assert one.closed.tolist() == [False, True]


def test_hidden_parts_come_one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    from tests.backend.geometry.hidden.fields import SCENES, seen_of
    from tests.backend.pipelines.whole_engine import fields, install

    solids = SCENES["limb in a body"]
    vertices, faces, labels = seen_of(solids, 26)
    install(monkeypatch, fields(solids, vertices, 26))
    ours, shown = Session(), []
    ask(ours, OpenMesh(vertices, faces, "limb"))
    request = requests.Complete("limb", labels.astype(np.int32), how="hidden")
    whole = ours.answer(request, Progress(), shown.append)
    assert isinstance(whole, requests.Completed)
    assert whole.engine == "knowing"
    assert whole.closed.all()
    assert [type(one) for one in shown] == [requests.WholePart] * 2
    assert [one.part for one in shown] == [0, 1]
    for one in shown:
        params, arrays = one.to_message()
        assert params["report"]["closed"]
        assert arrays["faces"].max() < len(vertices) + len(arrays["vertices"])
        first, last = whole.part_offsets[one.part : one.part + 2]
        assert last - first == len(one.faces)


def test_sketches_of_hidden_parts_come_before_them(monkeypatch: pytest.MonkeyPatch) -> None:
    from tests.backend.geometry.hidden.fields import SCENES, seen_of
    from tests.backend.one_by_one import ball
    from tests.backend.pipelines.whole_engine import Knowing, install_limbs

    vertices, faces, labels = seen_of(SCENES["limb in a body"], 26)
    install_limbs(monkeypatch, vertices)
    real = Knowing.whole

    def sketching(self: Knowing, part: int, *, progress: Progress) -> object:
        assert progress.is_looked_at
        small = replace(ball(0), vertices=0.1 * ball(0).vertices)
        progress.sketch(Sketch([small], 0.5, part=part))
        return real(self, part, progress=progress)

    monkeypatch.setattr(Knowing, "whole", sketching)
    ours, shown = Session(), []
    ask(ours, OpenMesh(vertices, faces, "limb"))
    request = requests.Complete(
        "limb", labels.astype(np.int32), how="hidden", parts=[1], variants=2
    )
    ours.answer(request, Progress(), shown.append)
    kinds = [(type(one), getattr(one, "share", None)) for one in shown]
    assert kinds == [
        (requests.WholePart, 0.5),
        (requests.WholePart, 1.0),
        (requests.Completed, None),
        (requests.Completed, None),
    ], "of the first variant alone"
    sketch = shown[0]
    assert sketch.part == 1
    assert sketch.faces.min() == len(vertices)
    low, high = vertices.min(axis=0), vertices.max(axis=0)
    size = float((high - low).max())
    np.testing.assert_allclose(sketch.vertices.mean(axis=0), (low + high) / 2, atol=1e-6)
    np.testing.assert_allclose(np.ptp(sketch.vertices, axis=0), 0.2 * size, rtol=0.05)
    read = requests.read_partial("complete", *sketch.to_message())
    assert isinstance(read, requests.WholePart)


def test_variants_of_a_completion_come_one_by_one_with_pictures(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from tests.backend.geometry.hidden.fields import SCENES, seen_of
    from tests.backend.pipelines.whole_engine import install_limbs

    vertices, faces, labels = seen_of(SCENES["limb in a body"], 26)
    install_limbs(monkeypatch, vertices)
    ours, shown = Session(), []
    ask(ours, OpenMesh(vertices, faces, "limb"))
    fields = {"how": "hidden", "parts": [1], "seed": 7}
    request = requests.Complete("limb", labels.astype(np.int32), variants=3, **fields)
    first = ours.answer(request, Progress(), shown.append)
    assert isinstance(shown[0], requests.WholePart)
    assert shown[0].part == 1
    variants = shown[1:]
    assert [(type(one), one.seed) for one in variants] == [
        (requests.Completed, seed) for seed in (7, 8, 9)
    ]
    for one in variants:
        assert one.follows_seed
        params, arrays = one.to_message()
        again = requests.read_partial("complete", params, arrays)
        assert isinstance(again, requests.Completed)
        alone = requests.Complete("limb", labels.astype(np.int32), **(fields | {"seed": one.seed}))
        pieces: list[Fields] = []
        whole = ours.answer(alone, Progress(), pieces.append)
        assert np.array_equal(whole.vertices, one.vertices)
        assert [type(piece) for piece in pieces] == [requests.WholePart]
    assert np.array_equal(first.vertices, variants[0].vertices)
    pictures = [one.thumbnail for one in variants]
    assert all(picture.shape == (96, 96, 4) and picture[..., 3].any() for picture in pictures)
    assert not np.array_equal(pictures[0], pictures[2])


def test_caps_have_no_picture_and_no_variants() -> None:
    ours, shown = Session(), []
    vertices, faces = capsules()
    ask(ours, OpenMesh(vertices, faces, "mesh"))
    labels = (vertices[faces].mean(axis=1)[:, 0] > 0).astype(np.int32)
    request = requests.Complete("mesh", labels, variants=2)
    done = ours.answer(request, Progress(), shown.append)
    assert (done.engine, done.follows_seed, done.thumbnail) == ("cap", False, None)
    assert [type(one) for one in shown] == [requests.Completed]


def test_release_drops_what_was_computed_but_no_mesh() -> None:
    ours = Session()
    vertices, faces = capsules()
    ask(ours, OpenMesh(vertices, faces, "mesh"))
    ask(ours, Segment("mesh"))
    freed = ask(ours, Release()).bytes
    memory, (mesh,) = ours.status()
    assert freed > 0
    assert mesh["engines"] == []
    assert memory["cache"] == vertices.nbytes + faces.nbytes
    assert ask(ours, Release("mesh")).bytes == 0


def test_networks_of_public_models_go_when_idle_or_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With tiny random weights: not a tensor of theirs stays, nor what a sampling was made with."""
    torch = pytest.importorskip("torch", reason="latent networks need torch")
    pytest.importorskip("tokenizers", reason="words are cut by tokenizers")
    import gc
    import weakref
    from dataclasses import replace

    from backend.engines import scribble
    from backend.latents.velocity import Velocity
    from backend.machine.device import processor
    from backend.machine.resident import residents
    from tests.backend.latents.tiny_models import tiny_model
    from tests.backend.pipelines.replacing import cart

    monkeypatch.setenv("PARTWISE_HOME", str(tmp_path))
    tiny_model(tmp_path, "scribble")
    engine = scribble.load()
    own = replace(engine.networks, device=processor())
    tiny = replace(engine, networks=own, tokens=16, steps=2, cells=32)
    monkeypatch.setattr(scribble, "load", lambda: tiny)
    made: list[weakref.ref[object]] = []
    real = Velocity.__init__

    def watched(self: Velocity, network: torch.nn.Module, *given: object, **named: object) -> None:
        made.extend([weakref.ref(self), weakref.ref(network)])
        real(self, network, *given, **named)

    monkeypatch.setattr(Velocity, "__init__", watched)
    residents.unload()
    session = Session()
    vertices, faces, labels = cart()
    ask(session, OpenMesh(vertices, faces, "cart"))
    asked = requests.Replace("cart", labels.astype(np.int32), 4, text="hat", engine="scribble")
    for letting_go in (
        lambda: ask(session, Release()),
        lambda: session.networks.unload(idle=0.0),  # as the server does when nobody asks
    ):
        made.clear()
        ask(session, asked)
        gc.collect()
        velocity, network = made
        assert velocity() is None  # and its recorded work with it
        assert session.networks.bytes() > 0
        letting_go()
        assert session.networks.bytes() == 0
        gc.collect()
        assert network() is None


def test_polygons_are_cut_where_borders_would_have_teeth():
    graph, labels = ball(2)
    ours = Session()
    ask(ours, OpenMesh(graph.vertices, graph.faces, "ball"))
    polygon = np.arange(len(labels), dtype=np.int32)
    answer = ask(ours, requests.SmoothBorders("ball", labels.astype(np.int32), polygon))
    assert answer.label.shape == labels.shape
    assert answer.piece_size.sum() == len(answer.corner)
    assert len(answer.source) > 2
    np.testing.assert_allclose(answer.weight.sum(axis=1), 1)


def test_parts_are_pictured_in_their_colours_as_the_mesh_is_turned():
    graph, _ = ball(2)
    ours = Session()
    ask(ours, OpenMesh(graph.vertices, graph.faces, "ball"))
    upper = (graph.vertices[graph.faces].mean(axis=1)[:, 2] > 0).astype(np.int32)
    colours = np.array([[1, 0, 0], [0, 0, 1]], np.float32)
    over, under = slice(20, 30), slice(70, 80)

    def pictured(turn: list[float]) -> Any:
        asked = requests.PictureParts("ball", upper, colours, np.diag(np.array(turn, float)))
        return ask(ours, asked).thumbnail[:, 48, [0, 2]].astype(int)

    upright, mirrored = pictured([1, 1, 1]), pictured([1, 1, -1])
    assert (upright[over, 1] > upright[over, 0]).all(), "blue is above"
    assert (upright[under, 0] > upright[under, 1]).all(), "red is below"
    assert (mirrored[over, 0] > mirrored[over, 1]).all()
    np.testing.assert_allclose(mirrored[over].max(), upright[over].max(), atol=8)
    with pytest.raises(BadInput, match="1 labels for"):
        ask(ours, requests.PictureParts("ball", upper[:1], colours, np.eye(3)))
