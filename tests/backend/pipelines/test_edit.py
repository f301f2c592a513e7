# SPDX-License-Identifier: GPL-3.0-or-later
"""Words, titles, meshes or nothing at all put another part in a part's place."""

from __future__ import annotations

import time
from typing import Any

import numpy as np
import pytest

from backend.contract.errors import BadInput
from backend.contract.progress import Progress
from backend.library.families.forms import block
from backend.pipelines.edit import replace_part
from tests.backend.pipelines.cancelling import is_cancelled_everywhere
from tests.backend.pipelines.replacing import cart, post


def test_words_put_a_part_in_the_place_in_half_a_second() -> None:
    vertices, faces, labels = cart()
    replace_part(vertices, faces, labels, 4, text="fedora")  # what is loaded once is loaded
    before = vertices.copy()
    began = time.process_time()
    done = replace_part(vertices, faces, labels, 4, text="a taller pink cowboy hat")
    assert time.process_time() - began < 0.5
    (hat,) = done.variants
    assert hat.name == "cowboy hat"
    assert hat.report["closed"]
    assert done.understood[0] == "cowboy hat"
    assert len(done.understood) == 3
    assert done.material["colour"][0] > 0.8
    assert np.array_equal(vertices, before), "nothing of the others moves"


def test_wishes_alone_change_the_part_that_is_there() -> None:
    vertices, faces, labels = post()
    done = replace_part(vertices, faces, labels, 1, text="twice as tall")
    (part,) = done.variants
    assert done.engine == "shape"
    assert part.report["closed"]
    assert part.vertices[:, 1].max() == pytest.approx(3)
    assert part.vertices[:, 1].min() == pytest.approx(1)


def test_a_title_a_mesh_and_nothing() -> None:
    vertices, faces, labels = cart()
    titled = replace_part(vertices, faces, labels, 1, source="gear", variants=2)
    assert [v.name for v in titled.variants] == ["gear", "gear"]
    mesh = block((5, 5, 5))
    own = replace_part(vertices, faces, labels, 4, mesh=mesh, mesh_name="crate")
    assert own.engine == "mesh"
    assert own.variants[0].name == "crate"
    assert np.ptp(own.variants[0].vertices, axis=0).max() < 1.1
    again = replace_part(vertices, faces, labels, 1, name="front wheel", variants=3)
    assert len(again.variants) == 3
    assert len({len(v.faces) for v in again.variants}) > 1
    unnamed = replace_part(vertices, faces, labels, 0, variants=2)
    assert len(unnamed.variants) == 2


def test_seeds_repeat_and_give_others() -> None:
    vertices, faces, labels = cart()

    def made(seed: int) -> np.ndarray:
        return (
            replace_part(vertices, faces, labels, 4, text="cowboy hat", seed=seed)
            .variants[0]
            .vertices
        )

    assert np.array_equal(made(1), made(1))
    assert made(1).shape != made(2).shape or not np.allclose(made(1), made(2))


def test_an_object_whose_z_is_up_gets_an_upright_part() -> None:
    vertices, faces, labels = cart()
    turned = vertices[:, [0, 2, 1]] * [1, -1, 1]
    flat = replace_part(vertices, faces, labels, 4, text="top hat").variants[0].vertices
    up = replace_part(turned, faces, labels, 4, text="top hat", up="Z").variants[0].vertices
    assert up == pytest.approx(flat[:, [0, 2, 1]] * [1, -1, 1])


def test_twins_are_replaced_together_mirrored() -> None:
    vertices, faces, labels = cart()
    done = replace_part(vertices, faces, labels, 1, text="gear", options={"twins": True})
    one, other = done.variants
    assert (one.part, other.part) == (1, 2)
    assert other.vertices == pytest.approx(one.vertices * [-1, 1, 1])
    alone = replace_part(vertices, faces, labels, 3, text="egg", options={"twins": True})
    assert len(alone.variants) == 1
    assert "mirror image" in alone.notice


def test_what_a_part_is_is_said_by_one_source_and_other_names_are_told() -> None:
    vertices, faces, labels = cart()
    done = replace_part(
        vertices,
        faces,
        labels,
        4,
        text="a pink cowboy hat",
        mesh=block((1, 1, 1)),
        mesh_name="crate",
    )
    assert done.variants[0].name == "crate"
    assert done.not_understood == ["cowboy", "hat"]
    assert len(done.understood) == 1
    assert "pink" in done.understood[0]


@pytest.mark.parametrize(
    "more",
    [
        {"part": 9}, {"options": {"glue": True}}, {"options": {"join": "nails"}}, {"up": "X"},
        {"source": "no such part"}, {"engine": "nobody"},
    ],
)  # fmt: skip
def test_bad_requests_get_a_sentence(more: dict[str, Any]) -> None:
    vertices, faces, labels = cart()
    with pytest.raises(BadInput) as caught:
        replace_part(vertices, faces, labels, **{"part": 4, **more})
    assert caught.value.hint


def test_a_part_without_area_is_refused() -> None:
    vertices, faces, labels = cart()
    faces = np.concatenate([faces, [[0, 0, 0]]])
    labels = np.append(labels, 5)
    with pytest.raises(BadInput, match="no size"):
        replace_part(vertices, faces, labels, 5, text="hat")


@pytest.mark.parametrize(
    "wanted",
    [{"text": "hat", "variants": 4}, {"text": "red"}, {"mesh": block((1, 1, 1))}, {}],
    ids=["words", "wishes", "mesh", "again"],
)
def test_it_ends_at_whatever_step_it_is_cancelled(wanted: dict[str, Any]) -> None:
    def job(progress: Progress) -> None:
        replace_part(vertices, faces, labels, 4, progress=progress, **wanted)

    vertices, faces, labels = cart()
    assert is_cancelled_everywhere(job, vertices, faces, labels) >= 3


def test_each_of_two_wheels_in_one_part_is_replaced() -> None:
    vertices, faces, labels = cart()
    labels = np.where(labels == 2, 1, labels)
    (wheels,) = replace_part(vertices, faces, labels, 1, text="spoked wheel").variants
    x = wheels.vertices[:, 0]
    assert x.min() == pytest.approx(-x.max(), abs=0.02)
    assert not (np.abs(x) < 0.3).any(), "one at each side, none between"


def test_a_twin_sits_on_its_own_seam() -> None:
    vertices, faces, labels = cart()
    moved_wheel = np.unique(faces[labels == 2])
    vertices = vertices.copy()
    vertices[moved_wheel] += [-0.08, 0.02, 0.03]
    done = replace_part(vertices, faces, labels, 1, text="gear", options={"twins": True})
    one, other = (v.vertices for v in done.variants)
    middle = (other.min(axis=0) + other.max(axis=0)) / 2
    assert middle == pytest.approx([-0.68, -0.28, 0.03], abs=0.03)
    assert np.ptp(other, axis=0) == pytest.approx(np.ptp(one, axis=0), abs=0.01)


@pytest.mark.parametrize("stray", [1e300, -1e200, np.nan, np.inf, 50])
@pytest.mark.parametrize("text", ["twice as tall", "cowboy hat"])
def test_what_no_face_uses_changes_nothing(text: str, stray: float) -> None:
    vertices, faces, labels = post()
    expected = replace_part(vertices, faces, labels, 1, text=text).variants[0]
    strayed = np.concatenate([np.full((2, 3), stray), vertices])
    with np.errstate(all="raise", under="ignore"):
        done = replace_part(strayed, faces + 2, labels, 1, text=text).variants[0]
    assert done.vertices == pytest.approx(expected.vertices)


def test_options_and_drawings_that_cannot_be_have_sentences() -> None:
    thing = cart()
    lines = np.zeros((8, 8, 4), np.uint8)
    for options, match in (
        ({"no_such": 1}, "no option “no_such”"),
        ({"quality": "best"}, "Use draft, normal, fine"),
        ({"drawn_from": [0, 0, 0]}, "no direction"),
    ):
        with pytest.raises(BadInput, match=match):
            replace_part(*thing, 4, text="hat", options=options)
    with pytest.raises(BadInput, match="takes no drawing"):
        replace_part(*thing, 4, text="hat", drawing=lines)
    with pytest.raises(BadInput, match="drawing was given beside another part"):
        replace_part(*thing, 4, source="gear", drawing=lines)


def test_an_option_that_the_engine_does_not_have_is_told() -> None:
    done = replace_part(*cart(), 4, text="hat", options={"quality": "fine", "twins": False})
    assert "no setting “Quality”" in done.notice
