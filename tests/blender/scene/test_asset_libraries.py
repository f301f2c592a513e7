# SPDX-License-Identifier: GPL-3.0-or-later
"""The user's own asset libraries: found by all that is said of them, read without a trace."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import bpy
import numpy as np
import pytest
from partwise.backend.contract.errors import BadInput
from partwise.blender_addon.scene import asset_libraries
from partwise.blender_addon.scene.asset_libraries import Asset, matching, shape_of

CATALOGUE = "3f9e8b1c-0a5e-4c39-9c3b-2f1f0a6d7e11"


def write_library(folder: Path) -> Path:
    """A file with a boot, a collection of two boxes, and a lamp; the open file is empty after."""
    bpy.ops.mesh.primitive_cube_add()
    boot = bpy.context.object
    boot.name = "Stiefel"
    boot.modifiers.new("Subdivision", "SUBSURF").levels = 2
    boot.data.materials.append(bpy.data.materials.new("Leather"))
    boot.asset_mark()
    boot.asset_data.tags.new("shoe")
    boot.asset_data.description = "For walking in the rain"
    boot.asset_data.catalog_id = CATALOGUE
    crate = bpy.data.collections.new("Crates")
    for x in (0.0, 3.0):
        bpy.ops.mesh.primitive_cube_add(location=(x, 0, 0))
        crate.objects.link(bpy.context.object)
    crate.asset_mark()
    bpy.ops.object.light_add()
    bpy.context.object.asset_mark()
    (folder / asset_libraries.CATALOGUES).write_text(
        f"# comment\nVERSION 1\n\n{CATALOGUE}:Clothes/Feet:Clothes-Feet\nnonsense\n", "utf-8"
    )
    path = folder / "Meine Teile 文.blend"
    bpy.ops.wm.save_as_mainfile(filepath=str(path))
    bpy.ops.wm.read_homefile(use_empty=True, use_factory_startup=True)
    return path


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Path]:
    path = write_library(tmp_path)
    libraries = bpy.context.preferences.filepaths.asset_libraries
    mine = libraries.new(name="Mine", directory=str(tmp_path))
    yield path
    libraries.remove(mine)


def found(notes: list[str] | None = None) -> list[Asset]:
    looking = asset_libraries.look_through([] if notes is None else notes)
    while True:
        try:
            next(looking)
        except StopIteration as end:
            return [asset for asset in end.value if asset.library in ("Mine", "Current File")]


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("stiefel", "Stiefel"),
        ("SHOE", "Stiefel"),
        ("rain", "Stiefel"),
        ("clothes feet", "Stiefel"),
        ("crate", "Crates"),
    ],
)
def test_found_by_name_tag_description_and_catalogue(library, query, name):
    (asset,) = matching(found(), query)
    assert asset.name == name
    assert asset.path == str(library)


def test_what_is_no_mesh_is_left_out_and_nothing_stays(library):
    assert [asset.name for asset in found()] == ["Stiefel", "Crates"]
    assert not len(bpy.data.objects)
    assert not len(bpy.data.libraries)
    assert not matching(found(), "zzz")
    assert len(matching(found(), "")) == 2


def test_words_that_are_not_in_it_do_not_hide_it(library):
    assert [asset.name for asset in matching(found(), "taller pink shoe")] == ["Stiefel"]


def test_the_mesh_is_as_it_is_shown_and_leaves_nothing(library):
    boot, crates = found()
    before = set(bpy.data.user_map())
    shape = shape_of(boot)
    assert len(shape.faces) == 6 * 16 * 2
    assert shape.material == "Leather"
    both = shape_of(crates)
    assert len(both.faces) == 24
    assert np.ptp(both.vertices, axis=0).tolist() == pytest.approx([5.0, 2.0, 2.0])
    assert set(bpy.data.user_map()) == before
    material = asset_libraries.bring_material(boot, "Leather")
    assert material == bpy.data.materials["Leather"]
    assert asset_libraries.bring_material(boot, "Gone") is None


def test_a_material_is_brought_once_whatever_became_of_it(library):
    boot, _ = found()
    first = asset_libraries.bring_material(boot, "Leather")
    first.name, first.roughness = "Old Leather", 0.125
    bpy.data.materials.new("Leather")  # the artist's own
    assert asset_libraries.bring_material(boot, "Leather") == first
    assert (len(bpy.data.materials), first.roughness) == (2, 0.125)
    bpy.data.materials.remove(first)
    again = asset_libraries.bring_material(boot, "Leather")
    assert again.roughness != 0.125


def test_assets_of_the_open_file(scene):
    bpy.ops.mesh.primitive_cone_add()
    cone = bpy.context.object
    cone.name = "Cone"
    cone.asset_mark()
    (asset,) = found()
    assert (asset.name, asset.path, asset.library) == ("Cone", "", "Current File")
    shape = shape_of(asset)
    assert len(shape.vertices) == len(cone.data.vertices)
    bpy.data.objects.remove(cone)
    with pytest.raises(BadInput, match="no longer in this file"):
        shape_of(asset)


def test_files_are_read_again_only_when_they_changed(library, monkeypatch):
    found()

    def never(*_: object, **__: object) -> None:
        raise AssertionError("it was read again")

    with monkeypatch.context() as patch:
        patch.setattr(asset_libraries, "_asset", never)
        assert len(found()) == 2
    bpy.ops.mesh.primitive_cube_add()
    bpy.context.object.name = "New"
    bpy.context.object.asset_mark()
    bpy.ops.wm.save_as_mainfile(filepath=str(library))
    bpy.ops.wm.read_homefile(use_empty=True, use_factory_startup=True)
    assert [asset.name for asset in found()] == ["New"]


def test_a_broken_file_and_a_missing_folder_are_said_and_the_rest_is_found(library, tmp_path):
    (library.parent / "broken.blend").write_bytes(b"BLENDER-v500 and then nothing of use")
    libraries = bpy.context.preferences.filepaths.asset_libraries
    gone = libraries.new(name="Attic", directory=str(tmp_path / "gone"))
    notes: list[str] = []
    try:
        assert len(found(notes)) == 2
    finally:
        libraries.remove(gone)
    assert any("broken.blend" in note for note in notes)
    assert any("“Attic” cannot be reached" in note for note in notes)


def test_what_is_gone_when_it_is_chosen_is_said(library):
    boot, crates = found()
    missing = Asset(boot.path, "OBJECT", "Gone", "Mine", "", None)
    with pytest.raises(BadInput, match="no longer in Meine Teile"):
        shape_of(missing)
    library.unlink()
    with pytest.raises(BadInput, match="cannot be read"):
        shape_of(crates)


def test_what_has_no_faces_is_said(scene):
    empty = bpy.data.objects.new("Nothing", bpy.data.meshes.new("Nothing"))
    with pytest.raises(BadInput, match="“Nothing” has no faces"):
        asset_libraries.evaluated([empty])
    assert len(bpy.data.scenes) == 1
