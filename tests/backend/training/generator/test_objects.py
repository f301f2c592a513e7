# SPDX-License-Identifier: GPL-3.0-or-later
"""Objects of artists and families in whole, closed parts."""

import json
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from backend.geometry.mesh import is_closed_manifold, signed_volume
from backend.models.members import FILLED
from backend.training.generator import objects
from backend.training.generator.objects import (
    MATERIALS,
    MOST_PARTS,
    STEMS,
    Source,
    chosen,
    framed,
    load,
    main,
    save,
    sources,
)
from backend.training.generator.samples import OF_EIGHT
from tests.backend.training.generator.boxes import ball, box, grey

TWO = ("bottle", "stool")


@pytest.fixture
def small(monkeypatch):
    """Two families, coarsely, and no parts of the library."""
    monkeypatch.setattr(objects, "Library", lambda: SimpleNamespace(by_title={}))
    monkeypatch.setattr(objects, "SCULPTORS", {name: objects.SCULPTORS[name] for name in TWO})
    monkeypatch.setattr(objects, "DETAIL", (10, 13))


@pytest.fixture
def artists(tmp_path):
    """Writes parts as the one object of a file of training objects; its source."""
    (tmp_path / "train").mkdir()

    def made(stem, parts, labels=None, up="Y", kind="nodes", names=None):
        starts = np.cumsum([0, *(len(part.vertices) for part in parts)])
        labels = range(len(parts)) if labels is None else labels
        meta = {"group": "7", "part_kind": kind, "up": up, "source": "me", "path": "red_stool.glb"}
        arrays = {
            "ids": np.array(json.dumps(["one"])),
            "one/vertices": np.concatenate([part.vertices for part in parts]),
            "one/faces": np.concatenate(
                [part.faces + at for part, at in zip(parts, starts, strict=False)]
            ),
            "one/face_part": np.repeat(labels, [len(part.faces) for part in parts]),
            "one/part_names": np.array(json.dumps(names or [part.name for part in parts])),
            "one/meta": np.array(json.dumps(meta | {"category": "misc"})),
        }
        np.savez(tmp_path / "train" / f"{stem}.npz", **arrays)
        return Source(f"{stem}_0000", "one", tmp_path / "train" / f"{stem}.npz")

    return made


def whole(one):
    return all(
        is_closed_manifold(part.faces) and signed_volume(part.vertices, part.faces) > 0
        for part in one.parts
    )


def test_families_become_named_closed_parts_that_stand_upright(small):
    one = Source("shape_stool_000", "stool", None, 0).made()
    assert whole(one)
    assert {"seat", "base"} <= set(one.names)
    middle = {part.name: part.vertices[:, 1].mean() for part in one.parts}
    assert middle["seat"] > middle["base"]
    assert (one.kind, one.group, one.title) == ("procedural", "shape_stool", "stool")
    assert one.colours.shape == (len(one.parts), 3)


def test_the_last_of_some_seeds_has_parts_that_are_pushed_into_each_other(small, monkeypatch):
    moved = []
    monkeypatch.setattr(objects, "pushed", lambda parts, rng: moved.append(parts) or parts)
    for seed in range(2 * objects.PUSHED):
        Source(f"shape_stool_{seed:03d}", "stool", None, seed).made()
    assert len(moved) == 2
    assert (OF_EIGHT - 1) % objects.PUSHED != objects.PUSHED - 1, "the first held out is not"


def test_objects_fill_their_frame():
    one = framed(grey(box([3, 0, 0], [4, 8, 1]), box([4, 2, 0], [5, 3, 1])))
    low = np.min([part.vertices.min(axis=0) for part in one.parts], axis=0)
    high = np.max([part.vertices.max(axis=0) for part in one.parts], axis=0)
    assert low == pytest.approx(-high)
    assert high.max() == pytest.approx(FILLED)
    assert high[1] == high.max()


def test_artists_parts_keep_their_names(artists):
    parts = [box([0, 0, 0], [1, 1, 1], "Seat_01"), box([0, 1, 0], [0.2, 2, 1], "leg_l")]
    one = artists("train_nodes", parts).made()
    assert one.names == ["seat", "leg left"]
    assert (one.title, one.group, one.kind) == ("red stool", "7", "nodes")
    assert whole(one)


def test_a_part_without_a_side_gets_a_lid(artists):
    bin_ = box([0, 0, 0], [1, 1, 1], "bin")
    away = bin_.vertices[bin_.faces].mean(axis=1)[:, 1] < 0.99
    open_ = replace(bin_, faces=bin_.faces[away])
    one = artists("train_nodes", [open_, box([2, 0, 0], [3, 1, 1], "ball")]).made()
    assert whole(one)


def test_objects_that_stand_on_z_are_turned(artists):
    parts = [box([0, 0, 0], [1, 1, 1], "foot"), box([0, 0, 1], [1, 1, 4], "neck")]
    one = artists("train_nodes", [*parts, box([1, 0, 3], [2, 1, 4], "nose")], up="Z").made()
    foot, neck, nose = (part.vertices.mean(axis=0) for part in one.parts)
    assert neck[1] > foot[1]
    assert neck[[0, 2]] == pytest.approx(foot[[0, 2]])
    assert nose[2] > neck[2]


def test_materials_are_parts_where_they_are_solids(artists):
    parts = [box([0, 0, 0], [1, 1, 1]), box([3, 0, 0], [4, 1, 1]), box([6, 0, 0], [7, 1, 1])]
    source = artists(MATERIALS[0], parts, [0, 1, 1], kind="materials", names=["Gold", "Wood"])
    one = source.made()
    assert (one.kind, one.names) == ("materials", ["gold", "wood"])


def test_materials_that_are_no_solids_give_way_to_shells(artists, monkeypatch):
    monkeypatch.setattr(objects, "whole_of", lambda v, f: (v, f) if is_closed_manifold(f) else None)
    both = box([0, 0, 0], [1, 1, 1])
    lid, rest = (replace(both, faces=faces) for faces in (both.faces[:2], both.faces[2:]))
    stem, names = MATERIALS[1], ["Gold", "Wood"]
    source = artists(
        stem, [lid, rest, box([3, 0, 0], [4, 1, 1])], [0, 1, 1], kind="materials", names=names
    )
    with np.load(source.file) as archive:
        arrays = dict(archive)
    arrays["one/faces"] = np.where(  # both halves of the box have the same corners
        (arrays["one/faces"] >= 8) & (arrays["one/faces"] < 16),
        arrays["one/faces"] - 8,
        arrays["one/faces"],
    )
    np.savez(source.file, **arrays)
    one = source.made()
    assert (one.kind, one.names) == ("coloured", ["wood", "wood"])
    assert whole(one)


def test_surfaces_that_run_through_themselves_are_no_parts():
    shell = box([0, 0, 0], [1, 1, 1])
    assert objects.whole_of(shell.vertices, shell.faces) is not None
    swapped = shell.vertices.copy()
    swapped[[0, 1]] = swapped[[1, 0]]  # two corners change places: sides cross each other
    assert objects.whole_of(swapped, shell.faces) is None


def test_an_object_of_one_part_is_of_no_use(artists):
    assert artists("train_nodes", [ball([0, 0, 0], 1.0, "ball")]).made() is None


def test_an_object_that_is_mostly_open_is_of_no_use(artists):
    sheet = box([0, 0, 0], [1, 1, 1])
    cross = np.concatenate([sheet.faces, sheet.faces[:, ::-1], sheet.faces])[:20]
    broken = replace(sheet, faces=cross, name="knot")
    small = box([3, 0, 0], [3.2, 0.2, 0.2], "dot"), box([4, 0, 0], [4.2, 0.2, 0.2], "dash")
    assert artists("train_nodes", [broken, *small]).made() is None


def test_the_parts_that_show_most_are_kept():
    many = [box([k, 0, 0], [k + 0.9, 1, 1], str(k)) for k in range(MOST_PARTS)]
    inside, crumb = box([0.1, 0.1, 0.1], [0.8, 0.9, 0.9], "in"), box([-1, 0, 0], [-0.9, 0.1, 0.1])
    assert chosen([crumb, inside, *many]) == many
    assert chosen([inside, box([0, 0, 0], [1, 1, 1])]) is None
    assert chosen(many + [box([k, 3, 0], [k + 0.9, 4, 1]) for k in range(MOST_PARTS)]) is None


def test_large_parts_get_fewer_faces(monkeypatch):
    monkeypatch.setattr(objects, "MOST_FACES", 500)
    part = objects.fewer(ball([0, 0, 0], 1.0, "ball"))
    assert len(part.faces) <= 500
    assert is_closed_manifold(part.faces)
    assert part.name == "ball"
    assert signed_volume(part.vertices, part.faces) == pytest.approx(4 * np.pi / 3, rel=0.05)


def test_parts_of_one_size_are_alike():
    parts = [box([0, 0, 0], [1, 2, 3]), box([5, 0, 0], [8, 1, 2]), box([0, 0, 0], [1, 2, 4])]
    first, second, third = objects.alike(parts)
    assert first == second != third


def test_parts_of_the_library_are_objects_of_one_part():
    found = [one for one in sources(None, 2) if one.lone]
    assert {one.seed for one in found} == {0, 1}, "families are made by their seeds"
    one = next(one for one in found if one.identity == "wizard hat").made()
    assert (one.names, one.title, one.kind) == (["wizard hat"], "hat", "library")
    assert np.abs(one.parts[0].vertices).max() == pytest.approx(0.95)


def test_a_run_that_is_cut_off_has_all_kinds(small, artists, tmp_path):
    for stem in STEMS:
        artists(stem, [box([0, 0, 0], [1, 1, 1])])
    found = sources(tmp_path, 3)
    assert len(found) == len({one.name for one in found}) == len(STEMS) + 3 * len(TWO)
    assert {one.file is None for one in found[:3]} == {True, False}
    assert {one.seed for one in found if one.file is None and found.index(one) < 3} == {0}
    assert sources(tmp_path, 3) == found


def test_objects_come_back_as_they_were_saved(tmp_path):
    one = framed(grey(box([0, 0, 0], [1, 1, 1], "a"), ball([2, 0, 0], 1.0, "b")))
    save(tmp_path / "one.npz", one)
    read = load(tmp_path / "one.npz")
    for mine, theirs in zip(one.parts, read.parts, strict=True):
        assert mine.vertices == pytest.approx(theirs.vertices, abs=1e-6)
        assert (mine.faces == theirs.faces).all()
        assert mine.name == theirs.name
    assert (read.title, read.kind, read.group) == ("thing", "nodes", "things")
    assert (read.colours == one.colours).all()
    assert not list(tmp_path.glob("*.part"))


def test_the_program_goes_on_where_it_stopped(small, tmp_path, capsys):
    given = ["--out", str(tmp_path), "--seeds", "1", "--jobs", "1"]
    assert main(given) == 0
    made = {path: path.stat().st_mtime_ns for path in tmp_path.iterdir()}
    assert {path.stem for path in made} == {f"shape_{name}_000" for name in TWO}
    assert main(given) == 0
    assert "2 kept" in capsys.readouterr().out
    assert made == {path: path.stat().st_mtime_ns for path in tmp_path.iterdir()}
