# SPDX-License-Identifier: GPL-3.0-or-later
"""What is asked of generate, and what is told of its parts."""

from dataclasses import replace

import numpy as np
import pytest

from backend.contract.errors import BadInput
from backend.contract.requests import MAX_SEED
from backend.engines import registry
from backend.engines.base import Box, Brief, Generated
from backend.images.painting import Portrait
from backend.images.projection import laid, turned
from backend.pipelines import in_parts
from backend.pipelines.generate import boxes_of, generate, takes
from tests.backend import one_by_one
from tests.backend.images.drawn import doll
from tests.backend.one_by_one import Balls, chosen_for
from tests.backend.pipelines.cancelling import is_cancelled_everywhere

PICTURE, LABELS = doll()


def test_a_picture_becomes_parts_with_a_report():
    made = generate(Brief([PICTURE], [LABELS]))
    assert made.engine == "inflate"
    assert [row["name"] for row in made.report] == [part.name for part in made.parts]
    assert all(row["closed"] and row["volume"] > 0 for row in made.report)


WRONG = {
    "nothing": (Brief(), "nothing to make"),
    "both": (Brief([PICTURE], boxes=[Box("a", (0, 0, 0), (1, 1, 1))]), "boxes were both given"),
    "pixel": (Brief([PICTURE[:1, :1]]), "1 x 1 pixels"),
    "small mask": (Brief([PICTURE], [LABELS[:80]]), "160 x 80 pixels"),
    "empty mask": (Brief([PICTURE], [np.full_like(LABELS, -1)]), "Mask 1 is empty"),
    "masks": (Brief([PICTURE, PICTURE], [LABELS]), "There is 1 mask for 2 pictures"),
    "views": (Brief([PICTURE], views=["front", "side"]), "There are 2 views for 1 picture[.]"),
    "view": (Brief([PICTURE], views=["below"]), "No side is called"),
    "same view": (Brief([PICTURE] * 2, views=["front", "front"]), "same side"),
    "no front": (Brief([PICTURE], views=["side"]), "No picture shows the front"),
    "many": (Brief([PICTURE] * 5), "more than 4"),
    "text": (Brief(text="a" * 2000), "2000 letters"),
    "parts": (Brief([PICTURE], parts=0), "at least one part"),
}


@pytest.mark.parametrize("case", WRONG)
def test_what_cannot_be_used_is_refused_in_words(case):
    brief, words = WRONG[case]
    with pytest.raises(BadInput, match=words) as error:
        generate(brief)
    assert error.value.hint


BOX = {"name": "seat", "min": [0, 0, 0], "max": [1, 1, 1]}


def test_boxes_are_read_with_their_joints():
    joint = {"type": "hinge", "axis": [1, 0, 0], "origin": [0, 1, 0], "limits": [0, 90]}
    lid = {**BOX, "name": "lid", "parent": "seat", "joint": joint, "text": "round"}
    one, two = boxes_of({"parts": [BOX, lid]})
    assert one.high.tolist() == [1, 1, 1]
    assert (two.parent, two.text, two.joint["limits"]) == ("seat", "round", [0, 90])


@pytest.mark.parametrize(
    "parts",
    [
        None, [], [{}], [{"name": "a"}], [{**BOX, "min": [0, 0]}], [{**BOX, "max": [1, 0, 1]}],
        [{**BOX, "max": [np.nan, 1, 1]}], [BOX, BOX], [{**BOX, "parent": "none"}],
        [{**BOX, "parent": "seat"}], [{**BOX, "joint": {"type": "glue"}}], [BOX] * 300,
        [{**BOX, "max": ["1", "1", "1"]}], [{**BOX, "max": [True, True, True]}],
        [{**BOX, "max": [10**400, 1, 1]}], [{**BOX, "max": "111"}], [{**BOX, "max": [[1, 1, 1]]}],
    ],
)  # fmt: skip
def test_boxes_that_make_no_sense_are_refused_in_words(parts):
    with pytest.raises(BadInput) as error:
        boxes_of({"parts": parts})
    assert error.value.hint


@pytest.mark.parametrize(
    ("joint", "words"),
    [
        ({"type": "hinge", "axis": [0, 0, 0]}, "axis of the hinge of “seat” points nowhere"),
        ({"type": "slider", "axis": [0, 0.0, -0.0]}, "axis of the slider of “seat” points nowhere"),
        ({"type": "hinge", "axis": [np.nan, 0, 1]}, "“axis” of “seat” is not three numbers"),
        ({"type": "hinge", "limits": [2, 1]}, "wrong way round"),
        ({"type": "hinge", "limits": [np.nan, 1]}, "not two numbers"),
        ({"type": "hinge", "limits": [False, True]}, "not two numbers"),
        ({"type": "hinge", "limits": "12"}, "not two numbers"),
        ({"type": "hinge", "origin": [1e9, 0, 0]}, "too far away"),
    ],
)
def test_joints_that_cannot_move_are_refused_in_words(joint, words):
    with pytest.raises(BadInput, match=words) as error:
        boxes_of({"parts": [{**BOX, "joint": joint}]})
    assert error.value.hint


def test_parents_in_a_circle_are_refused_wherever_the_circle_is():
    names = {"a": "", "b": "d", "c": "b", "d": "c"}
    boxes = [{**BOX, "name": name, "parent": parent} for name, parent in names.items()]
    with pytest.raises(BadInput, match="hangs on itself"):
        boxes_of({"parts": boxes})


SMALL = doll(48)
ASKED = {
    "picture": lambda: Brief([SMALL[0]], [np.minimum(SMALL[1], 0)]),
    "words": lambda: Brief(text="a mug"),
    "boxes": lambda: Brief(boxes=boxes_of({"parts": [BOX, {**BOX, "name": "lid"}]})),
}


@pytest.mark.parametrize("asked", ASKED)
def test_it_ends_at_whatever_step_it_is_cancelled(asked):
    def job(progress):
        generate(ASKED[asked](), progress=progress)

    assert is_cancelled_everywhere(job, *SMALL) >= 2


def test_takes_of_seeds_come_one_by_one_and_none_twice(monkeypatch):
    begun = []
    engine = Balls(lambda seed, _: begun.append(seed))
    monkeypatch.setattr(registry, "choose", chosen_for(engine))
    brief = Brief(text="ball")
    found = takes(brief, engine="balls", seed=MAX_SEED, variants=3)
    assert (next(found).seed, begun) == (MAX_SEED, [MAX_SEED])
    assert [made.seed for made in found] == [0, 1], "after the last seed comes the first"
    monkeypatch.setattr(one_by_one, "ball", lambda seed, real=one_by_one.ball: real(seed // 2))
    assert [made.seed for made in takes(brief, engine="balls", variants=6)] == [0, 2, 4]
    engine.follows_seed = False
    begun.clear()
    (alone,) = takes(brief, engine="balls", variants=6)
    assert begun == [0]
    assert not alone.follows_seed


def test_engines_that_go_by_the_picture_alone_make_one_of_it():
    assert len(list(takes(Brief([PICTURE], [LABELS]), variants=4))) == 1


def test_a_mask_is_laid_onto_a_whole_from_where_its_picture_shows_it(monkeypatch):
    covered = np.ones(LABELS.shape, np.float32)
    whole = one_by_one.ball(0)
    view = laid(whole.vertices, covered, distance=4.0, turn=turned(1.0, 0.2))
    whole = replace(whole, uv=view.places(whole.vertices)[whole.faces])
    engine = Balls()
    found = Generated([whole], in_one=True, portrait=Portrait(PICTURE, covered, view))
    engine.generate = lambda *_, **__: found
    monkeypatch.setattr(registry, "choose", chosen_for(engine))
    asked = []
    monkeypatch.setattr(in_parts, "in_parts", lambda *given, **_: asked.append(given) or [whole])
    generate(Brief([PICTURE], [LABELS]), engine="balls", paint=False)
    ((one, count, mask, seen_from),) = asked
    assert (one, count) == (whole, None)
    assert mask is LABELS
    assert seen_from is view
