# SPDX-License-Identifier: GPL-3.0-or-later
"""The flow engine with tiny random weights."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import trimesh

from backend.contract.errors import BadInput, WeightsCorrupt, WeightsMissing
from backend.engines import flow, registry
from backend.engines.base import Box, Brief
from backend.engines.flow import Flow
from backend.engines.part_making import Made, Maker, Ways
from backend.engines.part_place import LARGEST
from backend.engines.part_scene import Scene
from backend.geometry.mesh import is_closed_manifold
from backend.latents.part_request import Request
from tests.backend.engines.balls import balls
from tests.backend.latents.tiny_generator import bundled, tiny_generator


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Flow:
    return Flow(tiny_generator(tmp_path_factory.mktemp("weights")), Ways(steps=2, cells=32))


def box(name: str, low: tuple[float, ...], high: tuple[float, ...], **more: object) -> Box:
    return Box(name, np.array(low, float), np.array(high, float), **more)  # type: ignore[arg-type]


def three() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Three balls that touch: vertices, faces, labels."""
    vertices, faces, labels = balls([(0, 0, 0), (0.9, 0, 0), (0, 0.9, 0)], [0.6, 0.5, 0.45], 2)
    return vertices, faces, labels.astype(np.int32)


def test_it_needs_nothing_but_its_weights_and_is_never_chosen_by_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert flow.ABOUT.rank is None
    assert not flow.ABOUT.torch
    assert registry.lacks(flow.ABOUT) == []
    path = bundled(monkeypatch, tmp_path)
    assert registry.obstacle(flow.ABOUT) is None
    for verb in flow.ABOUT.verbs:
        assert isinstance(registry.choose("flow", verb).engine, Flow)
    path.unlink()
    with pytest.raises(WeightsMissing, match="weights of the flow engine are missing"):
        registry.choose("flow", "generate")


def test_weights_of_another_version_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def older(shapes: dict[str, np.ndarray], moves: dict[str, np.ndarray]) -> None:
        del moves["time.in.bias"]

    bundled(monkeypatch, tmp_path, change=older)
    with pytest.raises(WeightsCorrupt, match="of another version"):
        registry.choose("flow", "replace")


def test_options_say_how_long_it_works_and_how_much_words_count(engine: Flow) -> None:
    usual = Flow(engine.generator)
    fine = usual.tuned({"quality": "fine", "strength_words": 0.0})
    assert fine.ways.steps == 2 * usual.ways.steps
    assert fine.ways.cells == 2 * usual.ways.cells
    assert fine.ways.guidance[0] == 1.0
    assert usual.tuned({}).ways == usual.ways
    both = fine.tuned({"stretch": True})
    assert (both.ways, both.stretch, fine.stretch) == (fine.ways, True, False)
    assert usual.tuned({"quality": "draft"}).ways.cells >= 32


# Replace.


@pytest.mark.parametrize(
    ("asked", "options"),
    [({"text": "wheel"}, {"stretch": True}), ({"text": "wheel", "name": "wheel"}, {}), ({}, {})],
)
def test_one_of_the_same_kind_takes_the_old_ones_box_and_others_if_wished(
    engine: Flow, asked: dict, options: dict
) -> None:
    vertices, faces, labels = three()
    vertices = 3 * vertices + 5
    asking = engine.tuned(options)
    (offer,) = asking.replace(vertices, faces, labels, 1, seed=3, **asked)
    assert offer.in_place
    assert is_closed_manifold(offer.mesh.faces)
    old = vertices[faces[labels == 1]].reshape(-1, 3)
    size = np.ptp(old, axis=0)
    assert (offer.mesh.vertices > old.min(axis=0) - 0.1 * size).all()
    assert (offer.mesh.vertices < old.max(axis=0) + 0.1 * size).all()
    assert np.ptp(offer.mesh.vertices, axis=0).max() > 0.5 * size.max()
    assert offer.mesh.name == asked.get("text", "")
    (same,) = asking.replace(vertices, faces, labels, 1, seed=3, **asked)
    np.testing.assert_array_equal(offer.mesh.vertices, same.mesh.vertices)
    (other,) = asking.replace(vertices, faces, labels, 1, seed=4, **asked)
    assert not np.array_equal(offer.mesh.vertices, other.mesh.vertices)


def test_another_kind_of_part_has_another_size_and_touches_where_the_old_one_did(
    engine: Flow, monkeypatch: pytest.MonkeyPatch
) -> None:
    known: list[np.ndarray] = []
    real = Request.know_box

    def watched(request: Request, k: int, box: np.ndarray) -> None:
        known.extend([box] if k == 0 else [])
        real(request, k, box)

    monkeypatch.setattr(Request, "know_box", watched)
    vertices, faces, labels = three()
    scene = Scene(engine.generator, vertices, faces, labels)
    old, contact = scene.boxes[1], scene.contact(1).points
    for seed in (0, 1):
        engine.replace(vertices, faces, labels, 1, name="ball", text="wheel", seed=seed)
    first, second = known
    for box in known:
        size, before = np.ptp(box, axis=0), np.ptp(old, axis=0)
        assert np.abs(size - before).max() > 0.05
        assert (size <= LARGEST * before.max() + 1e-9).all()
        assert (contact >= box[0] - 1e-9).all()
        assert (contact <= box[1] + 1e-9).all()
        share = (contact.mean(axis=0) - box[0]) / size  # at the side towards the first ball
        assert share[0] < 0.25
    assert not np.array_equal(first, second)


def test_words_of_another_kind_are_louder_than_what_is_around(
    engine: Flow, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[float, float]] = []
    real = flow.sampled_parts

    def watched(generator: Any, request: Request, ways: Any, *args: Any, **rest: Any) -> Any:
        asked.append((ways.guidance[0], float(request.shape_begun[0])))
        return real(generator, request, ways, *args, **rest)

    monkeypatch.setattr(flow, "sampled_parts", watched)
    for options, name in (({}, "ball"), ({"strength_words": 0.0}, "ball"), ({}, "wheel")):
        engine.tuned(options).replace(*three(), 1, name=name, text="wheel")
    wanted = [(flow.LOUD, flow.HEARD), (1.0, flow.HEARD), (1.0, engine.ways.begun)]
    np.testing.assert_allclose(asked, wanted, rtol=1e-6)


def test_without_words_it_makes_another_by_the_name_whatever_that_is(engine: Flow) -> None:
    for name in ("", "Cube.001", "head"):
        assert len(engine.replace(*three(), 0, name=name)) == 1


@pytest.mark.parametrize("text", ["", "wheel"])
def test_what_the_object_is_called_makes_a_difference(engine: Flow, text: str) -> None:
    made = [
        engine.replace(*three(), 0, name="leg", title=title, text=text)[0].mesh.vertices
        for title in ("chair", "Cube.001", "")
    ]
    assert not np.array_equal(made[0], made[2])
    np.testing.assert_array_equal(made[1], made[2])


def test_words_that_mean_nothing_and_drawings_are_refused(engine: Flow) -> None:
    with pytest.raises(BadInput, match="knows no word of “qqzx”") as caught:
        engine.replace(*three(), 0, text="qqzx")
    assert "nearest" in caught.value.hint
    with pytest.raises(BadInput, match="cannot read drawings"):
        engine.replace(*three(), 0, text="wheel", drawing=np.zeros((9, 9, 4), np.uint8))


def test_a_part_that_is_alone_is_made_too(engine: Flow) -> None:
    vertices, faces, labels = balls([(0, 0, 0)], [0.5], 2)
    (offer,) = engine.replace(vertices, faces, labels.astype(np.int32), 0)
    assert len(offer.mesh.faces)


# Complete.


def test_wholes_are_distances_inside_of_the_object(engine: Flow) -> None:
    vertices, faces, labels = three()
    wholes = engine.survey(vertices, faces, labels)
    found = wholes.whole(1)
    assert found is not None
    inside = np.argwhere(found.values < 0) * found.spacing + found.origin
    assert len(inside) > 100
    centres, radii = np.array([(0, 0, 0), (0.9, 0, 0), (0, 0.9, 0)]), np.array([0.6, 0.5, 0.45])
    away = np.linalg.norm(inside[:, None] - centres, axis=2) - radii
    assert (away.min(axis=1) < 2 * found.spacing).mean() > 0.99
    # What is seen of it is its surface.
    seen = vertices[faces[labels == 1]].mean(axis=1)
    at = np.rint((seen - found.origin) / found.spacing).astype(int)
    assert np.abs(found.values[tuple(at.T)]).max() < 3 * found.spacing


def test_a_part_that_hides_nothing_is_left(engine: Flow) -> None:
    vertices, faces, labels = balls([(0, 0, 0), (3, 0, 0)], [0.5, 0.5], 2)
    assert engine.survey(vertices, faces, labels.astype(np.int32)).whole(0) is None


# Generate.


def test_boxes_are_filled_from_corner_to_corner(engine: Flow) -> None:
    boxes = [
        box("seat", (0, 1, 0), (2, 1.2, 2), text="round seat"),
        box("leg", (0.9, 0, 0.9), (1.1, 1, 1.1), parent="seat", joint={"type": "fixed"}),
    ]
    assert engine.takes(Brief(boxes=boxes))
    made = engine.generate(Brief(boxes=boxes, text="stool"))
    assert [part.name for part in made.parts] == ["seat", "leg"]
    for part, one in zip(made.parts, boxes, strict=True):
        np.testing.assert_allclose(part.vertices.min(axis=0), one.low, atol=1e-9)
        np.testing.assert_allclose(part.vertices.max(axis=0), one.high, atol=1e-9)
        assert is_closed_manifold(part.faces)
    assert made.parts[1].parent == 0
    assert made.parts[1].joint == {"type": "fixed"}
    assert made.notes == ()


def test_strange_boxes_are_made_and_spoken_of(engine: Flow) -> None:
    boxes = [
        box("flat", (0, 0, 0), (1, 1e-7, 1)),
        box("twin", (0, 0, 0), (1, 1, 1), text="wheel"),
        box("other twin", (0, 0, 0), (1, 1, 1), text="qqzx"),
        box("far", (900, 0, 0), (901, 1, 1)),
    ]
    made = engine.generate(Brief(boxes=boxes))
    assert len(made.parts) == 4
    told = " ".join(made.notes)
    assert "Not understood: qqzx." in told
    assert "“twin” and “other twin” are the same" in told
    assert "Very small beside the others" in told
    assert "“far”" in told


def test_boxes_and_another_number_of_parts_are_refused(engine: Flow) -> None:
    with pytest.raises(BadInput, match="is 1 box, and 3 parts were asked for"):
        engine.generate(Brief(boxes=[box("a", (0, 0, 0), (1, 1, 1))], parts=3))


def test_two_hundred_boxes_are_filled_in_their_order(
    engine: Flow, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int] = []

    def one_after_the_other(maker: Maker, wanted: list, progress: object) -> list[Made]:
        asked.extend(len(wanted[k : k + 8]) for k in range(0, len(wanted), 8))
        ball = trimesh.creation.icosphere(1)
        faces = np.asarray(ball.faces, np.int64)
        return [
            Made(k, np.asarray(ball.vertices), faces, None, (1.0, 0.0, 0.0))  # type: ignore[arg-type]
            for k in range(len(wanted))
        ]

    monkeypatch.setattr(Maker, "at_once", one_after_the_other)
    rng = np.random.default_rng(0)
    corners = rng.uniform(-5, 5, (200, 3))
    boxes = [box(f"box {k}", tuple(low), tuple(low + 1)) for k, low in enumerate(corners)]
    made = engine.generate(Brief(boxes=boxes))
    assert asked == [8] * 25
    assert [part.name for part in made.parts] == [one.name for one in boxes]
    for part, one in zip(made.parts, boxes, strict=True):
        np.testing.assert_allclose(part.vertices.min(axis=0), one.low)


@pytest.mark.parametrize("shape", ["line", "triangle", "point"])
def test_parts_that_are_next_to_nothing_trouble_nobody(engine: Flow, shape: str) -> None:
    vertices, faces, labels = three()
    far = {"line": [0, 2.5, 0], "triangle": [0.3, 2.2, 0], "point": [0, 2, 0]}[shape]
    vertices = np.concatenate([vertices, [[0, 2, 0], [0, 2.2 if shape != "point" else 2, 0], far]])
    faces = np.concatenate([faces, [np.arange(3) + len(vertices) - 3]])
    labels = np.append(labels, 3).astype(np.int32)
    for part in (0, 3):
        (offer,) = engine.replace(vertices, faces, labels, part, text="wheel")
        assert np.isfinite(offer.mesh.vertices).all()
        assert is_closed_manifold(offer.mesh.faces)


@pytest.mark.parametrize("count", [1, 9])
def test_words_make_as_many_parts_as_are_asked_for(engine: Flow, count: int) -> None:
    made = engine.generate(Brief(text="a red chair", parts=count), seed=5)
    assert len(made.parts) == count
    points = np.concatenate([part.vertices for part in made.parts])
    assert np.ptp(points, axis=0).max() == pytest.approx(1.0)
    assert points[:, 1].min() == pytest.approx(0.0, abs=1e-9)
    assert len({part.name for part in made.parts}) == count


def test_words_alone_make_parts_until_there_is_nothing_more(
    engine: Flow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("backend.engines.part_making.MOST_PARTS", 2)
    assert len(engine.generate(Brief(text="chair")).parts) == 2
    empty = Flow(tiny_generator(tmp_path, there=-4.0), engine.ways)
    with pytest.raises(BadInput, match="Nothing came out of these words"):
        empty.generate(Brief(text="chair"))


def test_what_cannot_be_made_is_refused(engine: Flow) -> None:
    assert not engine.takes(Brief())
    with pytest.raises(BadInput, match="nothing to make parts from"):
        engine.generate(Brief())
    with pytest.raises(BadInput, match="knows no word"):
        engine.generate(Brief(text="qqzx"))
    with pytest.raises(BadInput, match="at most 64 parts"):
        engine.generate(Brief(text="chair", parts=65))


def test_masks_that_do_not_fit_the_picture_are_spoken_of(engine: Flow) -> None:
    picture = np.zeros((90, 60, 4), np.uint8)
    picture[10:80, 10:50] = [200, 30, 30, 255]
    masks = np.full((90, 60), -1, np.int32)
    masks[:8, :8] = 0  # beside the figure
    with pytest.raises(BadInput, match="Nothing of the figure"):
        engine.generate(Brief(images=[picture], masks=[masks]))
    masks[20:60, 20:40] = 1
    with pytest.raises(BadInput, match="mask shows 2 parts, and 1 part was asked for"):
        engine.generate(Brief(images=[picture], masks=[masks], parts=1))
    made = engine.generate(Brief(images=[picture], masks=[masks]))
    assert len(made.parts) == 1
    assert "1 part was left out" in " ".join(made.notes)


def test_parts_of_a_picture_without_masks_are_those_of_its_outlines(engine: Flow) -> None:
    picture = np.zeros((90, 60, 4), np.uint8)
    picture[10:40, 10:50], picture[40:80, 20:40] = [200, 30, 30, 255], [30, 30, 200, 255]
    made = engine.generate(Brief(images=[picture], parts=2))
    assert len(made.parts) == 2
    upper, lower = sorted(made.parts, key=lambda part: -part.vertices[:, 1].mean())
    assert np.ptp(upper.vertices[:, 0]) > 1.5 * np.ptp(lower.vertices[:, 0])


def test_masks_of_a_picture_are_parts(engine: Flow) -> None:
    picture = np.zeros((90, 60, 4), np.uint8)
    picture[10:80, 10:50] = [200, 30, 30, 255]
    masks = np.full((90, 60), -1, np.int32)
    masks[10:40, 10:50], masks[40:80, 10:50] = 0, 1
    made = engine.generate(Brief(images=[picture], masks=[masks]))
    assert len(made.parts) == 2
    assert made.portrait is not None
    assert all(part.uv is not None for part in made.parts)
    both = engine.generate(
        Brief(images=[picture, picture], views=["side", "front"], parts=1, text="chair")
    )
    assert len(both.parts) == 1
    assert "front alone" in " ".join(both.notes)
