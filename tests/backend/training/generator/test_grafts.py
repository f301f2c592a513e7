# SPDX-License-Identifier: GPL-3.0-or-later
"""Objects one of whose parts is another kind of thing."""

import numpy as np
import pytest

from backend.training.generator import grafts
from backend.training.generator.grafts import NAME, grafted, known_parts, made, main
from backend.training.generator.objects import load, save
from tests.backend.training.generator.boxes import ball, box, grey

RED = np.array([1.0, 0, 0], np.float32)


def stool():
    """A round seat on a leg, which touches it from below."""
    return grey(ball([0, 1, 0], 1, "seat"), box([-0.1, -1, -0.1], [0.1, 0.02, 0.1], "leg"))


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setattr(grafts, "held_out", lambda group, name: False)
    for name, one in {
        "train_nodes_0000": stool(),
        "train_materials_0_0001": grey(ball([0, 1, 0], 1, "hat"), box([-1] * 3, [1, 0, 1], "fox")),
        "lone_top_hat_000": grey(ball([0, 0, 0], 1, "top hat")),
    }.items():
        save(tmp_path / f"{name}.npz", one)
    return tmp_path


def bounds(part):
    return np.stack([part.vertices.min(axis=0), part.vertices.max(axis=0)])


def seeds():
    rows = [grafted(stool(), 1, ball([0, 0, 0], 0.3, "hat"), RED, np.random.default_rng(k))
            for k in range(20)]  # fmt: skip
    return [one for one in rows if one is not None]


def test_the_other_part_comes_first_with_its_name_and_colour():
    for one in seeds():
        assert one.names == ["hat", "seat"]
        assert one.colours.tolist() == [RED.tolist(), [0.5, 0.5, 0.5]]
        assert one.kind == NAME


def test_it_stands_where_the_old_part_touches_the_others():
    for one in seeds():
        hat, seat = map(bounds, one.parts)
        assert hat[1, 1] == pytest.approx(seat[0, 1], abs=0.08), "it hangs below the seat"
        middle = hat.mean(axis=0) - seat.mean(axis=0)
        assert np.abs(middle[[0, 2]]).max() < 0.15 * np.ptp(seat[:, 0])


def test_most_keep_proportions_of_their_own_and_some_fill_the_old_box():
    shares = [np.ptp(bounds(one.parts[0]), axis=0) for one in seeds()]
    tall = [size[1] / size[0] for size in shares]
    assert sum(abs(one - 1) < 0.35 for one in tall) > 10, "a ball stays about a ball"
    assert any(one == pytest.approx(5, abs=0.2) for one in tall)


def test_a_part_that_nobody_sees_is_no_graft():
    inside = grey(box([-1, -1, -1], [1, 1, 1], "crate"), box([-0.1] * 3, [0.1] * 3, "core"))
    rng = np.random.default_rng(1)
    assert grafted(inside, 1, ball([0, 0, 0], 0.1, "hat"), RED, rng) is None


def test_names_of_materials_are_no_names_of_parts(folder):
    assert sorted(one.name for one in known_parts(folder)) == ["leg", "seat", "top hat"]


def test_what_is_held_out_is_not_learned_from(folder, monkeypatch):
    monkeypatch.setattr(grafts, "held_out", lambda group, name: "lone" in name)
    assert {one.name for one in known_parts(folder)} == {"leg", "seat"}


def test_a_part_alone_takes_others_places_and_gives_none(folder):
    parts = known_parts(folder)
    found = [made(parts, np.random.default_rng(k)) for k in range(6)]
    assert all(one is not None and len(one.parts) == 2 for one in found)
    assert any("top hat" in one.names for one in found)


def test_files_are_written_once(folder, capsys):
    assert main([f"--objects={folder}", "--count=2"]) == 0
    first = load(folder / "graft_00000.npz")
    assert len(first.parts) == 2
    assert main([f"--objects={folder}", "--count=3"]) == 0
    assert capsys.readouterr().out.split("\n")[:2] == ["2 made", "1 made"]


def test_a_folder_without_named_parts_is_refused(tmp_path, capsys):
    with pytest.raises(SystemExit):
        main([f"--objects={tmp_path}", "--count=1"])
    assert "no objects with named parts" in capsys.readouterr().err
