# SPDX-License-Identifier: GPL-3.0-or-later
"""The table of kinds of parts: reading it, and when it speaks."""

import json

import numpy as np
import pytest

from backend.contract.part_kinds import FILE, KindTable, bundled, kinds_of, read
from backend.contract.part_shapes import FEATURES, features, find_part_mirror
from tests.backend.contract.bodies import boxes, dog

KINDS = ("Body", "Leg", "other")


def table(kind: int, least: float = 0.5) -> KindTable:
    """A table that says the same of every part."""
    arrays = {
        "mean": np.zeros(FEATURES, np.float32),
        "deviation": np.ones(FEATURES, np.float32),
        "part.weight": np.zeros((4, FEATURES), np.float32),
        "part.bias": np.zeros(4, np.float32),
        "whole.weight": np.zeros((4, 12), np.float32),
        "whole.bias": np.zeros(4, np.float32),
        "kind.weight": np.zeros((3, 4), np.float32),
        "kind.bias": 4 * np.eye(3, dtype=np.float32)[kind],
    }
    return KindTable(arrays, KINDS, (least, least, 2.0))


def test_it_speaks_only_where_it_is_sure():
    shapes = boxes([((0, 0, 0), (1, 1, 1)), ((3, 1, 0), (0.1, 2, 0.4))])
    assert kinds_of(shapes, table(1))[0] == ["Leg", "Leg"]
    assert kinds_of(shapes, table(1, least=0.99))[0] == ["", ""]
    assert kinds_of(shapes, table(2))[0] == ["", ""], "the last kind is for what has no word"
    assert 0.9 < kinds_of(shapes, table(1))[1][0] < 1


def test_chances_are_of_an_object_whatever_the_order_of_its_parts():
    found = bundled()
    seen = features(dog(), find_part_mirror(dog()))
    chances = found.chances(seen)
    np.testing.assert_allclose(chances.sum(axis=1), 1)
    order = np.array([3, 1, 0, 6, 5, 4, 2])
    np.testing.assert_allclose(found.chances(seen[order]), chances[order], atol=1e-9)


def test_the_bundled_table_knows_a_dog():
    kinds, _ = kinds_of(dog())
    assert kinds[3:] == ["Leg"] * 4
    assert kinds[0] == "Body"


def test_files_of_other_versions_and_damaged_ones_are_refused():
    data = FILE.read_bytes()
    assert read(data).kinds == bundled().kinds
    for bad in (b"", data[:100], b"\0" * 64):
        with pytest.raises((ValueError, KeyError, TypeError)):
            read(bad)
    size = int.from_bytes(data[:8], "little")
    header = json.loads(data[8 : 8 + size])
    about = json.loads(header["__metadata__"]["about"])
    header["__metadata__"]["about"] = json.dumps({**about, "least": [0.5]})
    text = json.dumps(header).encode()
    with pytest.raises(ValueError, match="another version"):
        read(len(text).to_bytes(8, "little") + text + data[8 + size :])


def test_without_the_table_nothing_is_said(monkeypatch):
    monkeypatch.setattr("backend.contract.part_kinds.bundled", lambda: None)
    assert kinds_of(dog()) == ([""] * 7, [0.0] * 7)
