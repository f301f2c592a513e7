# SPDX-License-Identifier: GPL-3.0-or-later
"""What words tell the part generator."""

from __future__ import annotations

import numpy as np
import pytest

from backend.contract.errors import BadInput
from backend.engines.part_words import meaning, named, remarks, required
from backend.library.words import table


def test_words_become_one_unit_vector() -> None:
    found = meaning("left wheel")
    assert found.known
    assert np.linalg.norm(found.vector) == pytest.approx(1.0)
    np.testing.assert_allclose(found.vector, table().vector(["left", "wheel"]))
    np.testing.assert_allclose(meaning("Left_Wheels").vector, found.vector)
    assert meaning("chair leg").vector @ meaning("table leg").vector > 0.5


@pytest.mark.parametrize("text", ["", "   ", "дерево", "xqzzv", "x" * 300])
def test_what_means_nothing_is_zeros(text: str) -> None:
    found = meaning(text)
    assert not found.known
    assert not found.vector.any()


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("office_chair", ("office", "chair")),
        ("OfficeChair.001", ("office", "chair")),
        ("chair_02", ("chair",)),
        ("desk lamp", ("desk", "lamp")),
    ],
)
def test_names_are_read_as_people_and_programs_write_them(
    name: str, words: tuple[str, ...]
) -> None:
    assert named(name).words == words
    np.testing.assert_array_equal(named(name).vector, table().vector(words))


@pytest.mark.parametrize(
    "name", ["", "Cube.001", "Untitled", "scene.002", "Collection 1", "Sessel", "стул", "12_7"]
)
def test_names_that_say_nothing_are_no_words(name: str) -> None:
    assert not named(name).known


def test_words_that_must_mean_something_are_answered_with_the_nearest() -> None:
    with pytest.raises(BadInput, match="knows no word of “xqzzv”") as caught:
        required("xqzzv")
    assert "English" in caught.value.hint
    assert "cowboy hat" in caught.value.hint
    assert required("wheel").known
    with pytest.raises(BadInput, match="knows no word of “帽子”"):
        required("帽子")
    with pytest.raises(BadInput, match="are the most that are read"):
        required("wheel " * 200)
    with pytest.raises(BadInput, match="No words"):
        required("  ")


def test_what_was_not_understood_is_said_once() -> None:
    said = [meaning("wheel xqzzv"), meaning("xqzzv leg"), meaning("wheeel")]
    told = " ".join(remarks(said))
    assert told.count("xqzzv") == 1
    assert "“wheeel” was read as “wheel”." in told
    assert remarks([meaning("wheel")]) == ()
