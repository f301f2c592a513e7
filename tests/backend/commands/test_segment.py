# SPDX-License-Identifier: GPL-3.0-or-later
"""Segments as files, and click files: one for all inputs, or a folder of them."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import trimesh

from backend.__main__ import main
from backend.commands.segment import read_clicks
from backend.contract.errors import BadInput
from tests.backend.mesh_files import same_stems, save


def clicks(path: Path, *queries: object) -> Path:
    path.write_text(json.dumps({"queries": list(queries)}))
    return path


def test_queries_in_their_order(tmp_path: Path):
    first = {"points": [[0, 0, 1], [1, 2, 3]], "labels": [1, 0]}
    second = {"points": [[4, 5, 6]], "labels": [True]}
    (points, include), (_, also) = read_clicks(clicks(tmp_path / "a.json", first, second))
    np.testing.assert_array_equal(points, [[0, 0, 1], [1, 2, 3]])
    assert include.tolist() == [True, False]
    assert also.tolist() == [True]


def test_a_folder_holds_the_file_of_the_first_name_that_is_there(tmp_path: Path):
    clicks(tmp_path / "chair.json", {"points": [[1, 1, 1]], "labels": [1]})
    ((points, _),) = read_clicks(tmp_path, "chair.obj", "chair")
    assert points.tolist() == [[1, 1, 1]]
    with pytest.raises(BadInput, match="no click file"):
        read_clicks(tmp_path, "table")


def test_a_bad_query_is_named_with_what_is_wrong_with_it(tmp_path: Path):
    good = {"points": [[0, 0, 0]], "labels": [1]}
    path = clicks(tmp_path / "a.json", good, {"points": [[0, 0, 0]], "labels": [0]})
    with pytest.raises(BadInput, match=r"Query 1 in .*a\.json .*includes anything"):
        read_clicks(path)


CENTRE_TOP = [0.0, 0.0, 1.0]


def test_segment_into_one_file(mesh_file, tmp_path, capsys):
    target = tmp_path / "new" / "labels.npz"
    assert main(["segment", str(mesh_file), "-o", str(target)]) == 0
    with np.load(target) as found:
        assert len(found["labels"]) == 512
    other = save(tmp_path / "other.npz")
    assert main(["segment", str(mesh_file), str(other), "-o", str(tmp_path / "x.npz")]) == 2
    assert "both be written" in capsys.readouterr().err.splitlines()[-1]
    for name in ("labels.json", "labels.GLB", "labels.csv"):
        assert main(["segment", str(mesh_file), "-o", str(tmp_path / name)]) == 2
        assert "Labels are written as .npz" in capsys.readouterr().err.splitlines()[-1]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["new", "other.npz"]


def test_what_nobody_sees_is_told(tmp_path, capsys):
    ball = trimesh.creation.icosphere(2)
    both = trimesh.util.concatenate([ball, trimesh.creation.icosphere(1, 0.2)])
    both.export(tmp_path / "both.stl")
    out = tmp_path / "both.npz"
    assert main(["segment", str(tmp_path / "both.stl"), "-o", str(out)]) == 0
    assert "There is 1 piece inside that nobody sees." in capsys.readouterr().err


def test_clicks_are_answered_each_by_itself(mesh_file, tmp_path, capsys):
    top = {"points": [CENTRE_TOP], "labels": [1]}
    far = {"points": [[50.0, 0, 0]], "labels": [1]}
    file = clicks(tmp_path / "clicks.json", top, far, top)
    assert main(["segment", str(mesh_file), "-o", str(tmp_path), "--clicks", str(file)]) == 0
    with np.load(tmp_path / "waist.npz") as found:
        masks, scores = found["masks"], found["scores"]
    assert masks.shape == (3, 512)
    assert masks.dtype == bool
    assert scores.dtype == np.float32
    assert scores.shape == (3,)
    assert masks[0].any()
    np.testing.assert_array_equal(masks[0], masks[2])
    assert not masks[1].any()
    assert scores[1] == 0
    assert "query 1" in capsys.readouterr().err


def test_a_folder_of_click_files(tmp_path, capsys):
    one, two = save(tmp_path / "one.npz"), save(tmp_path / "two.npz")
    folder = tmp_path / "clicks"
    folder.mkdir()
    clicks(folder / "one.json", {"points": [CENTRE_TOP], "labels": [1]})
    out = tmp_path / "out"
    arguments = ["segment", str(one), str(two), "-o", str(out), "--clicks", str(folder)]
    assert main(arguments) == 2
    assert "two.json" in capsys.readouterr().err
    assert [path.name for path in out.iterdir()] == ["one.npz"]


def test_no_queries_give_empty_arrays(mesh_file, tmp_path):
    file = clicks(tmp_path / "none.json")
    assert main(["segment", str(mesh_file), "-o", str(tmp_path), "--clicks", str(file)]) == 0
    with np.load(tmp_path / "waist.npz") as found:
        assert found["masks"].shape == (0, 512)
        assert found["scores"].shape == (0,)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "null",
        '{"queries": 3}',
        '{"queries": [3]}',
        '{"queries": [{"points": [[0, 0, 1]]}]}',
        '{"queries": [{"points": [], "labels": []}]}',
        '{"queries": [{"points": [[0, 0]], "labels": [1]}]}',
        '{"queries": [{"points": [[0, 0, 1], [0, 0]], "labels": [1, 1]}]}',
        '{"queries": [{"points": [[0, 0, 1]], "labels": [1, 0]}]}',
        '{"queries": [{"points": [[0, 0, 1]], "labels": [2]}]}',
        '{"queries": [{"points": [[0, 0, NaN]], "labels": [1]}]}',
        '{"queries": [{"points": [["x", 0, 1]], "labels": [1]}]}',
        '{"queries": [{"points": [[0, 0, 1]], "labels": 1}]}',
        "[" * 100_000,
    ],
)
def test_click_files_that_do_not_fit(text, mesh_file, tmp_path, capsys):
    file = tmp_path / "clicks.json"
    file.write_text(text)
    out = tmp_path / "out"
    assert main(["segment", str(mesh_file), "-o", str(out), "--clicks", str(file)]) == 2
    assert "clicks.json" in capsys.readouterr().err.splitlines()[-1]
    assert list(out.iterdir()) == []


def test_a_click_file_that_is_missing(mesh_file, tmp_path, capsys):
    arguments = ["segment", str(mesh_file), "-o", str(tmp_path / "out")]
    assert main([*arguments, "--clicks", str(tmp_path / "no.json")]) == 2
    assert "no.json" in capsys.readouterr().err


def test_equal_stems_find_their_clicks(tmp_path):
    inputs, out, folder = same_stems(tmp_path)[:1], tmp_path / "out", tmp_path / "clicks"
    folder.mkdir()
    top = {"points": [CENTRE_TOP], "labels": [1]}
    for name, count in (("chair", 1), ("table", 2)):
        clicks(folder / f"{name}.json", *[top] * count)
    arguments = ["segment", *inputs, "-o", str(out), "--clicks", str(folder)]
    for of_obj in (1, 3):  # its own clicks, where there are any
        assert main(arguments) == 0
        counts = {path.name: len(np.load(path)["masks"]) for path in out.iterdir()}
        assert counts == {"chair.npz": 1, "chair.obj.npz": of_obj, "table.npz": 2}
        clicks(folder / "chair.obj.json", top, top, top)
