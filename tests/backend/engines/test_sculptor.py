# SPDX-License-Identifier: GPL-3.0-or-later
"""Whole objects from words alone."""

import numpy as np
import pytest

from backend.engines.base import Brief
from backend.engines.description import read
from backend.engines.sculptor import chosen, spoken
from backend.pipelines.generate import generate


def test_a_table_is_round_and_stands_on_four_legs():
    made = generate(Brief(text="a round wooden table with four legs"))
    assert made.engine == "sculptor"
    legs = [part for part in made.parts if part.name.startswith("leg")]
    top = next(part for part in made.parts if part.name == "top")
    assert len(legs) == 4
    assert all(row["closed"] and row["volume"] > 0 for row in made.report)
    assert sum(len(part.faces) for part in made.parts) < 10_000  # what is flat takes few
    assert np.allclose(max(np.ptp(np.concatenate([p.vertices for p in made.parts]), axis=0)), 1)
    # Seen from above a disc has nothing in the corners of its box.
    corner = np.abs(top.vertices[:, [0, 2]]) / np.abs(top.vertices[:, [0, 2]]).max(axis=0)
    assert corner.min(axis=1).max() < 0.8
    for leg in legs:
        assert made.parts[leg.parent] is top
        assert leg.vertices[:, 1].min() < 0.05 < leg.pivot[1]
    assert made.notes == ("Understood: table, wooden, round, 4 legs.",)


def test_seeds_give_variants_and_the_same_seed_the_same():
    one, two, same = (generate(Brief(text="a snowman"), seed=seed) for seed in (1, 2, 1))
    assert {"head", "nose"} <= {part.name for part in one.parts}
    assert one.parts[0].vertices.tobytes() == same.parts[0].vertices.tobytes()
    assert one.parts[0].vertices.tobytes() != two.parts[0].vertices.tobytes()


def test_what_is_asked_for_is_looked_for_among_variants():
    def arms(text):
        sculpture, unmet = chosen(read(text), 0)
        assert not unmet
        return any(path.startswith("arm") for path in sculpture.paths)

    assert arms("chair with armrests")
    assert not arms("chair without arms")
    _, unmet = chosen(read("table with nine legs"), 0)
    assert unmet == ["9 legs"]


def test_what_is_not_there_or_not_understood_is_said():
    made = generate(Brief(text="a mug with a propeller and xyzzy wheels"))
    said = " ".join(made.notes)
    assert "propeller" in said
    assert "Not understood: xyzzy" in said


def test_several_stand_side_by_side_and_hang_together():
    made = generate(Brief(text="two red cups"))
    half = len(made.parts) // 2
    one, two = made.parts[:half], made.parts[half:]
    assert max(p.vertices[:, 0].max() for p in one) < min(p.vertices[:, 0].min() for p in two)
    assert {part.parent for part in two} <= {-1, *range(half, 2 * half)}


@pytest.mark.parametrize(
    ("path", "name"),
    [("leg.front.l/foot", "foot front left"), ("arm.r/upper", "arm upper right"),
     ("wheel.l0", "wheel left"), ("leg.fl", "leg front left"), ("top", "top")],
)  # fmt: skip
def test_parts_are_called_as_people_would(path, name):
    assert spoken(path) == name
