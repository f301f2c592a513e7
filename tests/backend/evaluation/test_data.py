# SPDX-License-Identifier: GPL-3.0-or-later
"""Labelled objects are read from files, made of shapes, fused and thinned out."""

from __future__ import annotations

import numpy as np
import pytest

from backend.contract.errors import BadInput
from backend.evaluation.completion import Example
from backend.evaluation.data import (
    Fused,
    InFile,
    Procedural,
    Sculpted,
    Uncovered,
    in_files,
    procedural,
    read_labelled,
    sculpted,
    thin_out,
    with_meshes,
)
from backend.shapes.families import LATER, SCULPTORS
from backend.shapes.labelled import LabelledMesh
from tests.bad_meshes import lathe


def test_truths_are_read_in_all_their_forms(labelled_file):
    assert read_labelled(labelled_file, "waist").truths.shape == (2, 512)
    assert read_labelled(labelled_file, "bodies").truths.shape == (1, 1536)
    assert read_labelled(labelled_file, "opinions").truths.shape == (3, 512)
    assert read_labelled(labelled_file, "waist").kind == "rig"
    with pytest.raises(BadInput, match="511 labels for 512 faces"):
        read_labelled(labelled_file, "broken")
    with pytest.raises(BadInput, match="no mesh or no labels"):
        read_labelled(labelled_file, "unheard of")


def test_files_without_objects_are_refused(tmp_path, labelled_file):
    np.savez(tmp_path / "other.npz", vertices=np.zeros(3))
    (tmp_path / "noise.npz").write_bytes(b"noise")
    for path in (tmp_path / "other.npz", tmp_path / "noise.npz", tmp_path / "missing.npz"):
        with pytest.raises(BadInput, match=path.name):
            in_files([labelled_file, path])


def test_a_limit_spreads_over_the_file(labelled_file):
    sources = in_files([labelled_file])
    assert [source.name for source in thin_out(sources, 2)] == ["waist", "broken"]
    assert thin_out(sources, 99) == sources
    assert thin_out(sources, None) == sources


def test_shapes_take_families_in_turn_from_seeds_of_their_own():
    first, again = procedural(200), procedural(200)
    assert first == again
    names = [source.name for source in first]
    assert len(set(names)) == 200
    families = [name.rpartition("-")[0] for name in names]
    count = len(set(families))
    assert families[:count] == sorted(set(families)) == families[count : 2 * count]
    assert {int(name.rpartition("-")[2]) for name in names} == {
        1_000_000 + k for k in range(-(-200 // count))
    }


def test_later_families_leave_the_figures_as_they_were():
    families = {source.name.rpartition("-")[0] for source in [*procedural(500), *sculpted(500)]}
    assert families == SCULPTORS.keys() - LATER.keys()
    assert len(families) == 96  # that the tables of docs/evaluation.md were measured on


def test_a_copy_that_cannot_be_fused_is_left_out(labelled_file):
    pytest.importorskip("skimage", reason="fusing needs scikit-image (training only)")
    pytest.importorskip("igl", reason="fusing needs libigl (training only)")
    source = Fused(InFile(labelled_file, "bodies"))  # three bodies that do not touch
    assert source.name == "bodies"
    assert source.read() is None
    assert Fused(source).read() is None


def test_every_opinion_on_a_shape_is_a_truth(monkeypatch):
    pytest.importorskip("skimage", reason="training shapes need scikit-image (training only)")
    pytest.importorskip("igl", reason="training shapes need libigl (training only)")
    vertices, faces = lathe(4, 6)
    halves = (np.arange(len(faces)) % 2).astype(np.int32)
    asked = []

    def make(*which):
        asked.append(which)
        return LabelledMesh(vertices, faces, [halves, 0 * halves], [0.5, 0.5])

    monkeypatch.setattr("backend.shapes.families.make.make", make)
    item = Procedural("vase", 1_000_007).read()
    assert asked == [("vase", 1_000_007)]
    assert (item.name, item.kind) == ("vase-1000007", "vase")
    np.testing.assert_array_equal(item.truths, [halves, 0 * halves])
    assert item.truths.dtype == np.int64


def test_procedural_parts_go_on_inside_each_other():
    pytest.importorskip("igl", reason="training shapes need libigl (training only)")
    assert len({source.name for source in sculpted(5)}) == 5
    item = Sculpted("goblet", 1, faces=2_000).read()
    assert item is not None
    assert len(item.wholes) == item.truths.max() + 1 >= 2
    one = Example(item)
    assert (one.hidden > 0.02).any()


def test_an_object_of_one_solid_part_hides_nothing(labelled_file):
    assert Uncovered(InFile(labelled_file, "waist")).read() is None, "one body, by its rig"
    item = Uncovered(InFile(labelled_file, "bodies")).read()
    assert item is not None
    assert len(item.wholes) == 3
    assert Example(item).hidden == pytest.approx(0, abs=1e-3)


def test_meshes_without_labels_stand_beside_objects_of_files(labelled_file, tmp_path):
    path = tmp_path / "box.obj"
    path.write_text("v 0 0 0\nv 1 0 0\nv 0 1 0\nf 1 2 3\n")
    *labelled, mesh = with_meshes([labelled_file, path])
    assert [one.name for one in labelled] == [one.name for one in in_files([labelled_file])]
    item = mesh.read()
    assert (mesh.name, item.kind, item.truths.tolist()) == ("box", "meshes", [[0]])
