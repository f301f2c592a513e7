# SPDX-License-Identifier: GPL-3.0-or-later
"""Packed files: smaller, and still what training needs."""

import json

import numpy as np
import pytest
from safetensors.numpy import save_file

from backend.training.generator import flow_trainer, pack
from backend.training.generator.pack import Row, packed, rows_of, signed, thinned, unpacked
from backend.training.generator.samples import held_out
from backend.training.generator.shelf import EVEN, Shelf, read_all
from tests.backend.training.generator import balls


@pytest.fixture
def samples(tmp_path):
    return balls.write(tmp_path / "samples", 3)


def test_rows_come_back_as_they_were():
    rows = [
        Row({"file": "a", "names": ["x"]}, {"one": np.arange(6.0).reshape(2, 3)}),
        Row({"file": "b"}, {"one": np.zeros((0, 3)), "flag": np.array([[True], [False]])}),
        Row({"file": "c"}, {"one": np.ones((1, 5))}),
    ]
    back = unpacked(packed(rows))
    assert [row.about for row in back] == [row.about for row in rows]
    assert [row.name for row in back] == ["a", "b", "c"]
    for row, was in zip(back, rows, strict=True):
        assert row.arrays.keys() == was.arrays.keys()
        for name, array in was.arrays.items():
            assert (row.arrays[name] == array).all()
            assert row.arrays[name].shape == array.shape
            assert row.arrays[name].dtype == array.dtype


def test_what_is_no_packed_file_is_told(tmp_path):
    path = tmp_path / "other.xz"
    path.write_bytes(b"something else")
    with pytest.raises(SystemExit, match=r"other\.xz cannot be read"):
        pack.read(path)


def test_samples_keep_their_surface_and_the_order_of_their_queries(samples):
    row = next(rows_of(samples))
    found = thinned(row, 0.25).arrays
    for name in row.arrays:
        assert found[name].dtype == row.arrays[name].dtype, name
    assert found["own_points"].shape == (2, 256, 3)
    assert found["own_queries"].shape == (2, 256, 3)
    assert found["own_distance"].shape == found["own_visible"].shape == (2, 256)
    assert found["whole_points"].shape[0] == len(found["whole_part"]) < 2048
    points, normals = found["own_points"] / 32767, found["own_normals"] / 127
    assert np.linalg.norm(points, axis=2) == pytest.approx(0.95, abs=0.005)
    assert (points * normals).sum(2) == pytest.approx(0.95, abs=0.06)
    away = np.linalg.norm(found["own_queries"] / 32767, axis=2) - 0.95
    near = np.abs(away) < pack.DEEPEST
    assert found["own_distance"][near] == pytest.approx(away[near], abs=0.01)
    # The first quarter is spread evenly, and only that.
    quarter = 256 // EVEN
    assert np.abs(away[:, :quarter]).mean() > 2 * np.abs(away[:, quarter:]).mean()


def test_no_distance_changes_its_side():
    distance = np.array([-0.5, -1e-4, 0.0, 1e-4, 0.5], np.float16)
    assert ((signed(distance) < 0) == (distance < 0)).all()
    assert signed(distance) == pytest.approx(distance.clip(-0.25, 0.25), abs=0.005)


def test_the_autoencoder_draws_from_a_file(samples, tmp_path, capsys):
    out = tmp_path / "packed" / "samples.xz"
    assert (
        pack.main(["samples", "--of", str(samples), "--out", str(out), "--megabytes", ".05"]) == 0
    )
    assert out.stat().st_size < 0.06e6
    assert "points and queries" in capsys.readouterr().out
    found, all_ = read_all(out), read_all(samples)
    assert [(one.name, one.names, one.group) for one in found] == [
        (one.name, one.names, one.group) for one in all_
    ]
    assert read_all(out, found)[0] is found[0]
    batch = Shelf(found, np.random.default_rng(0)).own(4, 1024, 768)
    assert batch.points.shape == (4, 1024, 3), "more than are kept, some of them twice"
    assert batch.distance.shape == (4, 768)


def test_latents_are_rounded_and_a_copy_each(tmp_path):
    rng = np.random.default_rng(0)
    folder, out = tmp_path / "latents", tmp_path / "latents.xz"
    folder.mkdir()
    seen = np.array([True, False])
    names = ("own", "placed", "whole", "seen_own", "seen_placed", "before")
    held = {name: rng.standard_normal((2, 8, 16)).astype(np.float16) for name in names}
    for copy in range(2):
        about = {"name": "cup", "copy": copy, "group": "cups", "held_out": False}
        save_file(held | {"seen": seen}, folder / f"cup.{copy}.safetensors",
                  {"about": json.dumps(about)})  # fmt: skip
    assert pack.main(["latents", "--of", str(folder), "--out", str(out)]) == 0
    found = flow_trainer.read(out)
    assert list(found) == ["cup.0"]
    arrays = found["cup.0"].arrays
    assert arrays["own"] == pytest.approx(held["own"], abs=1 / 31)
    assert arrays["seen_own"][0] == pytest.approx(held["seen_own"][0], abs=1 / 31)
    assert not arrays["seen_placed"][1].any()
    assert flow_trainer.read(out, None, found)["cup.0"] is found["cup.0"]


def test_pictures_keep_their_outline(tmp_path):
    rng = np.random.default_rng(0)
    held = {
        "picture": rng.integers(0, 256, (2, 64, 64, 4)).astype(np.uint8),
        "part": rng.integers(0, 3, (2, 64, 64)).astype(np.uint8),
    }
    held["picture"][:, :32, :, 3] = 255
    (tmp_path / "pictures").mkdir()
    save_file(held, tmp_path / "pictures" / "cup.safetensors")
    out = tmp_path / "pictures.xz"
    assert pack.main(["pictures", "--of", str(tmp_path / "pictures"), "--out", str(out)]) == 0
    (row,) = pack.read(out)
    assert (row.arrays["part"] == held["part"]).all()
    assert (row.arrays["picture"][:, :32, :, 3] == 255).all()
    off = row.arrays["picture"].astype(int) - held["picture"]
    assert np.abs(off).max() <= pack.SHADE


def test_few_of_those_that_are_held_out_are_packed():
    measured = next(g for g in map(str, range(1000)) if held_out(g, ""))
    learned = next(g for g in map(str, range(1000)) if not held_out(g, ""))
    rows = [Row({"file": f"x{k}", "group": (measured, learned)[k % 2]}, {}) for k in range(10)]
    kept = list(pack.fewer(rows, most=2))
    assert [row.about["group"] for row in kept].count(measured) == 2
    assert len(kept) == 7
    with pytest.raises(SystemExit):
        pack.main(["samples", "--of", "/nowhere", "--out", "/nowhere/a"])
