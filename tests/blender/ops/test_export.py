# SPDX-License-Identifier: GPL-3.0-or-later
"""Each part into a file of its own: names, formats, what is refused, nothing left behind."""

from __future__ import annotations

import json

import bpy
import numpy as np
import pytest
from partwise.blender_addon.ops.export import EXPORTERS
from partwise.blender_addon.scene import parts, visibility


@pytest.fixture
def assembly() -> bpy.types.Collection:
    bpy.ops.mesh.primitive_cube_add()
    labels = np.array([0, 0, 0, 1, 1, 1], dtype=np.int32)
    parts.set_labels(bpy.context.object.data, labels, names={0: "a/b: 脚"})
    bpy.ops.partwise.split()
    return bpy.data.collections["Cube.parts"]


@pytest.mark.parametrize("kind", sorted(EXPORTERS))
def test_each_part_becomes_a_file(assembly, tmp_path, kind):
    folder = tmp_path / "Bücher 脚"
    folder.mkdir()
    selected = {obj.name for obj in bpy.context.selected_objects}
    assembly.partwise.explode = 1.0
    where = [tuple(part.delta_location) for part in assembly.objects]
    assert bpy.ops.partwise.export_parts(directory=str(folder), format=kind) == {"FINISHED"}
    ending = f".{kind.lower()}"
    files = sorted(file.name for file in folder.iterdir() if file.suffix == ending)
    assert files == [f"Cube.Part.02{ending}", f"Cube.a_b_ 脚{ending}"]
    assert all((folder / name).stat().st_size > 100 for name in files)
    assert not [file for file in folder.iterdir() if file.name.startswith(".")]
    assert {obj.name for obj in bpy.context.selected_objects} == selected
    assert [tuple(part.delta_location) for part in assembly.objects] == where


def test_the_exploded_view_is_not_exported(assembly, tmp_path):
    assembly.partwise.explode = 1.0
    bpy.ops.partwise.export_parts(directory=str(tmp_path), format="OBJ")
    text = (tmp_path / "Cube.Part.02.obj").read_text()
    points = [
        [float(x) for x in line.split()[1:4]] for line in text.splitlines() if line[:2] == "v "
    ]
    assert np.abs(points).max() == 1.0


def test_what_a_preview_covers_is_exported(assembly, tmp_path):
    visibility.cover({assembly.objects[0].session_uid: None})
    try:
        bpy.ops.partwise.export_parts(directory=str(tmp_path), format="OBJ")
    finally:
        visibility.cover({})
    for path in tmp_path.glob("*.obj"):
        assert sum(line.startswith("f ") for line in path.read_text().splitlines()) == 3


def test_files_are_not_replaced_unasked(assembly, tmp_path):
    (tmp_path / "Cube.Part.02.stl").write_text("mine")
    with pytest.raises(RuntimeError, match="is there already"):
        bpy.ops.partwise.export_parts(directory=str(tmp_path), format="STL")
    assert [file.name for file in tmp_path.iterdir()] == ["Cube.Part.02.stl"]
    assert (tmp_path / "Cube.Part.02.stl").read_text() == "mine"
    bpy.ops.partwise.export_parts(directory=str(tmp_path), format="STL", overwrite=True)
    assert (tmp_path / "Cube.Part.02.stl").stat().st_size > 84


def test_a_folder_that_is_not_there(assembly, tmp_path):
    with pytest.raises(RuntimeError, match="no folder"):
        bpy.ops.partwise.export_parts(directory=str(tmp_path / "x"))


def test_without_parts_there_is_nothing_to_export():
    bpy.ops.mesh.primitive_cube_add()
    assert not bpy.ops.partwise.export_parts.poll()


def nodes(path) -> dict[str, list[str]]:
    """The names of the nodes of a GLB and of those below each."""
    data = path.read_bytes()
    size = int.from_bytes(data[12:16], "little")
    found = json.loads(data[20 : 20 + size])["nodes"]
    return {node["name"]: [found[k]["name"] for k in node.get("children", ())] for node in found}


def test_one_file_holds_all_parts_below_each_other(assembly, tmp_path):
    bpy.ops.partwise.export_parts(directory=str(tmp_path), single=True)
    assert [file.name for file in tmp_path.iterdir()] == ["Cube.glb"]
    assert nodes(tmp_path / "Cube.glb") == {"Cube.a/b: 脚": [], "Cube.Part.02": []}
    assert bpy.ops.partwise.parent_parts() == {"FINISHED"}
    with pytest.raises(RuntimeError, match="is there already"):
        bpy.ops.partwise.export_parts(directory=str(tmp_path), single=True)
    bpy.ops.partwise.export_parts(directory=str(tmp_path), single=True, overwrite=True)
    assert nodes(tmp_path / "Cube.glb") == {"Cube.a/b: 脚": ["Cube.Part.02"], "Cube.Part.02": []}
