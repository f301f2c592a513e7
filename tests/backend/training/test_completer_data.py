# SPDX-License-Identifier: GPL-3.0-or-later
"""Data of the completer's training: objects written and read, the truth at places, the command."""

import json
from dataclasses import replace

import numpy as np
import pytest

from backend.engines.completion_features import NAMES
from backend.shapes.families import SCULPTORS
from backend.training import completer_data
from backend.training.completer_data import (
    COLOURED,
    EVENLY,
    FILES,
    NEARBY,
    UNREACHED,
    load_object,
    load_samples,
    main,
    sampled,
    save_object,
    sources,
)
from tests.backend.training.pairs import pair_of_balls, two_balls

FEW = 120


@pytest.fixture
def few(monkeypatch):
    monkeypatch.setattr(completer_data, "EVEN", FEW)
    monkeypatch.setattr(completer_data, "NEAR", FEW)


@pytest.fixture
def artists(tmp_path):
    """Two objects of artists: a pair of balls that hide each other, and a single ball."""
    (tmp_path / "train").mkdir()
    pair = pair_of_balls(0.9)
    for stem, parts in zip(FILES, (pair, pair[:1]), strict=True):
        starts = np.cumsum([0, *(len(part.vertices) for part in parts)])
        arrays = {
            "ids": np.array(json.dumps(["one"])),
            "one/vertices": np.concatenate([part.vertices for part in parts]),
            "one/faces": np.concatenate(
                [part.faces + at for part, at in zip(parts, starts, strict=False)]
            ),
            "one/face_part": np.repeat(range(len(parts)), [len(part.faces) for part in parts]),
            "one/meta": np.array(json.dumps({"group": "pairs", "part_kind": "nodes"})),
        }
        np.savez(tmp_path / "train" / f"{stem}.npz", **arrays)
    return tmp_path


def test_an_object_comes_back_as_it_was_saved(tmp_path):
    found = two_balls(0.9)
    save_object(tmp_path / "pair.npz", found, "pairs", "nodes")
    true = load_object(tmp_path / "pair.npz")
    assert (true.group, true.kind) == ("pairs", "nodes")
    assert np.array_equal(true.faces, found.faces)
    assert np.array_equal(true.labels, found.labels)
    assert np.isclose(np.ptp(true.vertices, axis=0).max(), 1)
    size = np.ptp(found.vertices, axis=0).max()
    for one, two in zip(true.wholes, found.wholes, strict=True):
        assert np.array_equal(one.faces, two.faces)
        assert np.allclose(np.ptp(one.vertices, axis=0), np.ptp(two.vertices, axis=0) / size)
    assert (true.hidden > 0.05).all()
    assert [path.name for path in tmp_path.iterdir()] == ["pair.npz"]


def test_places_know_the_truth(tmp_path, few):
    save_object(tmp_path / "pair.npz", two_balls(0.9), "pairs", "nodes")
    true = load_object(tmp_path / "pair.npz")
    rows = sampled(true, 0)
    assert rows["features"].shape[1] == len(NAMES)
    assert np.isfinite(rows["features"].astype(float)).all()
    assert set(rows["part"].tolist()) == {0, 1}
    assert set(rows["way"].tolist()) <= {UNREACHED, EVENLY, NEARBY}
    even = rows["way"] == EVENLY
    assert all((even & (rows["part"] == part)).sum() <= FEW for part in (0, 1))
    said = rows["features"][:, NAMES.index("winding")] > 0.5
    assert (said == rows["truth"])[even].mean() > 0.7
    again = sampled(true, 0)
    assert all(np.array_equal(rows[name], again[name]) for name in rows)


def test_where_nothing_is_hidden_there_is_nothing_to_learn(tmp_path, few):
    found = two_balls(0.9)
    found.hidden[:] = completer_data.LEAST_HIDDEN / 2
    save_object(tmp_path / "pair.npz", found, "pairs", "nodes")
    assert sampled(load_object(tmp_path / "pair.npz"), 0) is None


def test_artists_come_first_then_copies_and_sculptures_in_turns(artists):
    names = [source.name for source in sources(artists, 1, 2)]
    own = {f"{stem}_0000" for stem in FILES}
    assert set(names[:2]) == own
    assert names[2].removesuffix("_copy1") in own
    assert names[3].startswith("shape_")
    assert len(names) == len(set(names)) == 2 + 2 * 2 + len(SCULPTORS)
    assert {name for name in names if name.endswith("_copy2")} == {f"{one}_copy2" for one in own}


def test_shells_of_coloured_meshes_are_parts(artists):
    pair = [*pair_of_balls(0.9), *pair_of_balls(0.9)]
    pair[2] = replace(pair[2], vertices=0.01 * pair[2].vertices + 3)
    starts = np.cumsum([0, *(len(part.vertices) for part in pair)])
    faces = np.concatenate([part.faces + at for part, at in zip(pair, starts, strict=False)])
    arrays = {
        "ids": np.array(json.dumps(["one"])),
        "one/vertices": np.concatenate([part.vertices for part in pair]),
        "one/faces": faces,
        "one/face_part": np.zeros(len(faces), np.int16),
        "one/meta": np.array(json.dumps({"group": 7, "part_kind": "materials"})),
    }
    np.savez(artists / "train" / f"{COLOURED[0]}.npz", **arrays)
    coloured = [one for one in sources(artists, 0, 0) if one.shells]
    assert [one.name for one in coloured] == [f"{COLOURED[0]}_0000"]
    found, group, kind = coloured[0].occluded()
    assert (group, kind) == ("7", "coloured")
    assert len(found.wholes) >= 2  # and the smallest shell is none
    assert found.hidden.max() > 0.05
    assert min(np.ptp(whole.vertices) for whole in found.wholes) > 0.5


def test_parts_that_hardly_show_are_not_sampled(tmp_path, few, monkeypatch):
    save_object(tmp_path / "pair.npz", two_balls(0.9), "pairs", "nodes")
    monkeypatch.setattr(completer_data, "LEAST_VISIBLE", 0.5)
    rows = sampled(load_object(tmp_path / "pair.npz"), 0)
    assert set(rows["part"].tolist()) == {0}


def test_the_command_makes_what_is_of_use_and_keeps_what_is_there(artists, few, capsys):
    out = artists / "out"
    words = [f"--data={artists}", f"--out={out}", "--sculptures=0", "--copies=0"]
    assert main(words) == 0
    assert capsys.readouterr().out.strip() == "1 made, 1 skipped"
    made = out / "samples" / f"{FILES[0]}_0000.npz"
    rows = load_samples(made)
    assert (rows["group"], rows["kind"]) == ("pairs", "nodes")
    assert 0.05 < rows["truth"].mean() < 0.95
    written = made.read_bytes()
    assert main(words) == 0
    assert capsys.readouterr().out.strip() == "2 kept"
    assert made.read_bytes() == written
