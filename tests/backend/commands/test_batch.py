# SPDX-License-Identifier: GPL-3.0-or-later
"""Many inputs: their outputs have names of their own, and nothing is written over an input."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path

import pytest

from backend.commands.batch import names, plan
from backend.contract.errors import BadInput


@pytest.mark.parametrize(
    ("sources", "expected"),
    [
        (["in/chair.obj", "in/table.obj"], ["chair", "table"]),
        (["in/chair.obj", "in/chair.glb"], ["chair", "chair.glb"]),
        (["old/chair.obj", "new/chair.obj"], ["chair", "new-chair"]),
        (["a/chair.obj", "a/CHAIR.obj"], ["chair", "a-CHAIR"]),
        (["x/a/c.obj", "y/a/c.obj", "z/a/c.obj", "w/a/c.obj"], ["c", "a-c", "a-c.obj", "c-2"]),
    ],
)
def test_equal_stems_get_names_of_their_own(sources, expected):
    found = names([Path(source) for source in sources])
    assert found == expected
    assert len({name.casefold() for name in found}) == len(found)


def test_a_name_that_was_made_is_not_another_inputs():
    found = names([Path("c.obj"), Path("a/c.obj"), Path("a-c.obj")])
    assert len({name.casefold() for name in found}) == 3
    assert found[2] == "a-c"


def inputs(folder: Path, *files: str) -> Namespace:
    for name in files:
        (folder / name).write_text("v 0 0 0")
    return Namespace(inputs=[str(folder / name) for name in files])


def test_tasks_say_where_another_name_was_taken(tmp_path: Path):
    options = inputs(tmp_path, "chair.obj", "chair.glb")
    first, second = plan(options, lambda name: tmp_path / f"out/{name}.npz")
    assert (first.remark, first.target.name) == ("", "chair.npz")
    assert second.target.name == "chair.glb.npz"
    assert "another input is called chair" in second.remark


def test_two_inputs_for_one_output_are_refused(tmp_path: Path):
    options = inputs(tmp_path, "chair.obj", "table.obj")
    with pytest.raises(BadInput, match="both be written"):
        plan(options, lambda name: tmp_path / "one.npz")


def test_an_output_over_an_input_is_refused(tmp_path: Path):
    options = inputs(tmp_path, "chair.glb", "table.obj")
    with pytest.raises(BadInput, match="replace its own input"):
        plan(options, lambda name: tmp_path / f"{name}.glb")
    with pytest.raises(BadInput, match="replace the input"):
        plan(options, lambda name: tmp_path / ("chair.glb" if name == "table" else "x.glb"))


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        (["a/x.obj", "b/x.obj"], ["x", "b-x"]),
        (["a/x.obj", "b/x.obj", "c/X.obj", "c/x.ply"], ["x", "b-x", "c-X", "x.ply"]),
        (["x.glb", "x.obj", "x.obj.ply"], ["x", "CWD-x", "x.obj"]),
        (["x.glb", "X.obj"], ["x", "X.obj"]),
    ],
)
def test_names_of_their_own(given, wanted, tmp_path, monkeypatch):
    (tmp_path / "CWD").mkdir()
    monkeypatch.chdir(tmp_path / "CWD")
    assert names([Path(name) for name in given]) == wanted


def test_names_never_run_out():
    found = names([Path(f"/{k}/n/x.obj") for k in range(9)])
    assert len(set(found)) == 9
    assert found[:5] == ["x", "n-x", "n-x.obj", "x-2", "x-3"]
