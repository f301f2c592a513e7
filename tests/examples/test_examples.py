# SPDX-License-Identifier: GPL-3.0-or-later
"""The bundled objects are small, credited, free, and what their page says."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from backend.files.readers import read_mesh, write_parts
from backend.geometry.mirrors import find_mirror
from backend.pipelines.segment import analyse, labels

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
OBJECTS = sorted(EXAMPLES.glob("*.glb"))


def test_there_are_some():
    assert len(OBJECTS) >= 4
    assert sum(path.stat().st_size for path in OBJECTS) < 1_500_000


@pytest.mark.parametrize("path", OBJECTS, ids=lambda path: path.stem)
def test_each_is_small_credited_and_readable(path: Path):
    assert path.stat().st_size < 400_000
    rows = (EXAMPLES / "CREDITS.md").read_text("utf-8").splitlines()
    (row,) = (row for row in rows if row.startswith(f"| `{path.name}` |"))
    title, author, licence, source, changed = (cell.strip() for cell in row.split("|")[2:-1])
    assert title
    assert author
    assert source
    assert changed
    assert licence.startswith("CC0 1.0")
    asset = read_mesh(path)
    assert len(asset.faces) > 1000
    assert asset.remarks == []


@pytest.mark.parametrize("name", ["fox", "triceratops", "human"])
def test_bodies_are_closed_and_in_one_piece(name: str):
    faces = read_mesh(EXAMPLES / f"{name}.glb").faces
    edges = np.sort(faces[:, [0, 1, 1, 2, 2, 0]].reshape(-1, 2), axis=1)
    _, count = np.unique(edges, axis=0, return_counts=True)
    assert (count == 2).all()


def test_the_fox_is_cut_alike_on_both_sides_and_has_no_specks():
    fox = read_mesh(EXAMPLES / "fox.glb")
    analysis = analyse(fox.vertices, fox.faces)
    for variant in (analysis, analyse(fox.vertices, fox.faces, variant=1)):
        area = np.bincount(labels(variant), variant.faces.area)
        assert area.min() > 0.005 * area.sum()
    part, mirror = labels(analysis), find_mirror(analysis.faces)
    pairs, count = np.unique(np.stack([part, part[mirror.face]]), axis=1, return_counts=True)
    alike = [count[pairs[0] == one].max() for one in np.unique(part)]
    assert sum(alike) > 0.99 * len(part)


def test_lamp_is_what_its_script_makes(tmp_path: Path):
    script = [sys.executable, str(EXAMPLES / "make_lamp.py"), str(tmp_path / "lamp.glb")]
    subprocess.run(script, check=True)
    made, kept = read_mesh(tmp_path / "lamp.glb"), read_mesh(EXAMPLES / "lamp.glb")
    np.testing.assert_array_equal(made.faces, kept.faces)
    np.testing.assert_allclose(made.vertices, kept.vertices, atol=1e-6)
    assert [node.name for node in kept.nodes] == [
        "foot", "lower joint", "lower arm", "upper joint", "upper arm", "shade", "bulb",
    ]  # fmt: skip


def test_a_part_across_all_of_the_lamp_keeps_its_look(tmp_path: Path):
    lamp = read_mesh(EXAMPLES / "lamp.glb")
    write_parts(tmp_path / "one.glb", lamp, np.zeros(len(lamp.faces), dtype=int), names=["lamp"])
    one = read_mesh(tmp_path / "one.glb")
    np.testing.assert_allclose(one.vertices[one.faces].mean(), lamp.vertices[lamp.faces].mean())
    assert [p.material for p in one.primitives] == [p.material for p in lamp.primitives]
    for written, source in zip(one.primitives, lamp.primitives, strict=True):
        np.testing.assert_array_equal(
            written.attributes["TEXCOORD_0"].values[written.corners].sum(axis=(0, 1)),
            source.attributes["TEXCOORD_0"].values[source.corners].sum(axis=(0, 1)),
        )
    assert bytes(one.images[0]) == bytes(lamp.images[0])
