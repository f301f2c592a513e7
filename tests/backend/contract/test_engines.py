# SPDX-License-Identifier: GPL-3.0-or-later
"""What engines say of themselves, read from their files without importing them."""

import json

import pytest

from backend.contract.engines import VERBS, About, Told, declared, told

FULL = """\
raise RuntimeError("this file must not be imported")

ABOUT = About(
    name="full",
    label="Full",
    text="Parts (all of them) "
    "and more",
    verbs=("segment", "click"),
    rank=5,
    weights=("one", "two"),
    torch=True,
    memory=2_000_000_000,
    bundled=False,
)
"""


def line(name: str, more: str = "") -> str:
    return f'ABOUT = About(name="{name}", label="A", text="b", verbs=("segment",){more})\n'


def test_all_is_read_without_an_import(tmp_path):
    (tmp_path / "full.py").write_text(FULL)
    (tmp_path / "helper.py").write_text("import nothing_of_that_name\n")
    (about,) = declared([tmp_path])
    assert about == About(
        "full", "Full", "Parts (all of them) and more", ("segment", "click"), 5, ("one", "two"),
        torch=True, memory=2_000_000_000, bundled=False,
    )  # fmt: skip


def test_they_come_in_the_order_of_their_ranks(tmp_path):
    for name, more in (("b", ", rank=2"), ("c", ""), ("a", ", rank=11"), ("d", ", rank=2")):
        (tmp_path / f"{name}.py").write_text(line(name, more))
    assert [about.name for about in declared([tmp_path])] == ["b", "d", "a", "c"]


@pytest.mark.parametrize(
    ("text", "match"),
    [
        (line("other"), "calls itself other"),
        (line("auto"), "no name for an engine"),
        (line("One"), "no name for an engine"),
        ('ABOUT = About(name="one", label="A", text="b", verbs=())\n', "answers none"),
        ('ABOUT = About(name="one", label="A", text="b", verbs=("fly",))\n', "answers none"),
        ('ABOUT = About(name="one")\n', "missing"),
        (line("one", ", colour=3"), "colour"),
        (line("one", ", memory=2 << 30"), "malformed"),
        (line("one", ", weights=(,)"), "syntax"),
    ],
)
def test_a_file_that_says_it_wrongly_is_told(text, match, tmp_path):
    (tmp_path / "one.py").write_text(text)
    with pytest.raises(ValueError, match=match) as caught:
        declared([tmp_path])
    assert "one" in str(caught.value)


def test_what_comes_with_partwise_says_what_people_need():
    found = declared()
    assert {"segment", "click"} <= {verb for about in found for verb in about.verbs} <= set(VERBS)
    for about in found:
        assert about.label[0].isupper()
        assert about.text
        assert not about.text.endswith("."), "texts of menus have no full stop"


def test_what_is_told_of_an_engine_arrives():
    about = About("one", "One", "A text", ("segment", "click"), options=("quality",))
    other = about.changed(name="two", rank=3)
    engines = [Told.of(about), Told.of(other, "No weights.", ["torch", "big"], "An hour.")]
    assert [engine.available for engine in engines] == [True, False]
    wire = json.loads(json.dumps([engine.to_json() for engine in engines]))
    assert wire[1] == {
        "name": "two", "label": "One", "text": "A text", "verbs": ["segment", "click"],
        "available": False, "why": "No weights.", "needs": ["torch", "big"], "cost": "An hour.",
        "options": ["quality"], "automatic": True, "trial": False,
    }  # fmt: skip
    assert told(wire) == engines


def test_what_cannot_be_read_of_a_hello_is_left_out():
    good = Told("one", "One", "A text", ("segment",)).to_json()
    bad = [None, "one", {}, good | {"more": 1}, good | {"name": ""}, good | {"label": 3}]
    bad += [good | {"verbs": "segment"}, good | {"verbs": ["fly"]}, good | {"needs": "torch"}]
    bad += [good | {"options": [3]}, good | {"cost": None}]
    assert [engine.name for engine in told([*bad, good])] == ["one"]
    assert told({"name": "one"}) == []
