# SPDX-License-Identifier: GPL-3.0-or-later
"""Samples: places, distances and what shows, against what is known of balls and boxes."""

import numpy as np
import pytest

from backend.models.members import FILLED, THINNEST, own_frame
from backend.training.generator.objects import framed, save
from backend.training.generator.samples import (
    FARTHEST,
    OWN_POINTS,
    OWN_QUERIES,
    PLACED_POINTS,
    PLACED_QUERIES,
    WHOLE_POINTS,
    WHOLE_QUERIES,
    held_out,
    main,
    read,
    sample_paths,
    sampled,
    write,
)
from backend.training.segmenter_data import HELD_OUT, fold
from tests.backend.training.generator.boxes import ball, box, grey

CLOSE = 4e-3  # half floats and balls of few faces


@pytest.fixture(scope="module")
def balls():
    """Two balls that overlap, in the frame of their object."""
    return framed(grey(ball([0, 0, 0], 1.0, "large"), ball([1.2, 0, 0], 0.6, "small")))


@pytest.fixture(scope="module")
def sample(balls, tmp_path_factory):
    path = tmp_path_factory.mktemp("samples") / "pair.safetensors"
    write(path, balls, sampled(balls, 0))
    return read(path)


def spheres(one):
    middle = np.array([(p.vertices.min(axis=0) + p.vertices.max(axis=0)) / 2 for p in one.parts])
    radius = np.array([np.ptp(p.vertices[:, 1]) / 2 for p in one.parts])
    return middle, radius


def test_arrays_have_their_shapes(sample):
    assert (sample.name, sample.title, sample.names) == ("pair", "thing", ("large", "small"))
    assert (sample.kind, sample.group, sample.count) == ("nodes", "things", 2)
    assert sample.own_points.shape == sample.own_normals.shape == (2, OWN_POINTS, 3)
    assert sample.own_visible.shape == (2, OWN_POINTS)
    assert sample.own_queries.shape == (*sample.own_distance.shape, 3) == (2, OWN_QUERIES, 3)
    assert sample.placed_points.shape == sample.placed_normals.shape == (2, PLACED_POINTS, 3)
    assert sample.placed_queries.shape == (2, PLACED_QUERIES, 3)
    assert sample.placed_distance.shape == (2, PLACED_QUERIES)
    assert sample.whole_points.shape == sample.whole_normals.shape == (WHOLE_POINTS, 3)
    assert sample.whole_part.shape == (WHOLE_POINTS,)
    assert sample.whole_queries.shape == (WHOLE_QUERIES, 3)
    assert sample.whole_distance.shape == sample.whole_query_part.shape == (WHOLE_QUERIES,)
    assert sample.box.shape == (2, 2, 3)
    assert sample.colours.shape == (2, 3)


def test_distances_in_the_frame_of_the_object_are_those_of_the_balls(balls, sample):
    middle, radius = spheres(balls)
    for k in range(2):
        away = np.linalg.norm(sample.placed_queries[k] - middle[k], axis=1) - radius[k]
        assert sample.placed_distance[k] == pytest.approx(away.clip(-FARTHEST, FARTHEST), abs=CLOSE)
    away = np.linalg.norm(sample.whole_queries[:, None] - middle, axis=2) - radius
    assert sample.whole_distance == pytest.approx(
        away.min(axis=1).clip(-FARTHEST, FARTHEST), abs=CLOSE
    )
    clear = np.abs(away[:, 0] - away[:, 1]) > 2 * CLOSE
    assert (sample.whole_query_part == away.argmin(axis=1))[clear].all()


def test_a_part_fills_its_own_frame(sample):
    away = np.linalg.norm(sample.own_queries, axis=2) - FILLED
    assert sample.own_distance == pytest.approx(away.clip(-FARTHEST, FARTHEST), abs=2 * CLOSE)
    assert np.linalg.norm(sample.own_points, axis=2) == pytest.approx(FILLED, abs=CLOSE)
    outward = (sample.own_points * sample.own_normals).sum(axis=2)
    assert outward == pytest.approx(FILLED, abs=0.02)


def test_each_axis_of_the_own_frame_is_filled_and_thin_ones_are_kept_thin():
    one = framed(grey(box([0, 0, 0], [4, 1, 0.004]), box([0, 1, 0], [4, 2, 2])))
    arrays = sampled(one, 0)
    reach = np.abs(arrays["own_points"] / 32767.0).max(axis=1)
    assert reach[1] == pytest.approx(FILLED, abs=0.01)
    assert reach[0, :2] == pytest.approx(FILLED, abs=0.01)
    thin = np.ptp(one.parts[0].vertices[:, 2]) / 2
    assert reach[0, 2] == pytest.approx(FILLED * thin / THINNEST, abs=1e-3)
    middle, scale = own_frame(arrays["box"])
    back = arrays["own_points"] / 32767.0 * scale[:, None] + middle[:, None]
    assert back.min(axis=1) == pytest.approx(arrays["box"][:, 0], abs=0.02)


def test_what_is_inside_the_other_part_is_told(balls, sample):
    middle, radius = spheres(balls)
    centre, scale = own_frame(sample.box)
    for k in range(2):
        place = sample.own_points[k] * scale[k] + centre[k]
        away = np.linalg.norm(place - middle[1 - k], axis=1) - radius[1 - k]
        clear = np.abs(away) > 0.01
        assert (sample.own_visible[k] == (away > 0))[clear].all()
        assert sample.whole_visible_share[k] == pytest.approx(
            sample.own_visible[k].mean(), abs=0.03
        )


def test_the_whole_shows_each_part_as_much_as_its_area_does(balls, sample):
    middle, radius = spheres(balls)
    away = np.linalg.norm(sample.whole_points[:, None] - middle, axis=2) - radius
    assert np.abs(away[np.arange(WHOLE_POINTS), sample.whole_part]).max() < CLOSE
    assert away.min() > -2 * CLOSE
    area = sample.whole_visible_share * radius**2
    share = np.bincount(sample.whole_part, minlength=2) / WHOLE_POINTS
    assert share == pytest.approx(area / area.sum(), abs=0.02)


def test_samples_are_the_same_for_the_same_seed(balls):
    one, same, other = (sampled(balls, seed) for seed in (1, 1, 2))
    assert all((one[name] == same[name]).all() for name in one)
    assert (one["own_points"] != other["own_points"]).any()


def test_groups_and_the_last_of_eight_seeds_are_held_out():
    learned = next(g for g in map(str, range(100)) if fold(g) >= HELD_OUT)
    measured = next(g for g in map(str, range(1000)) if fold(g) < HELD_OUT)
    assert held_out(measured, "train_nodes_0001")
    assert not held_out(learned, "train_nodes_0007")
    family = next(f for f in ("cup", "car", "sword") if fold(f"shape_{f}") >= HELD_OUT)
    found = [
        seed for seed in range(16) if held_out(f"shape_{family}", f"shape_{family}_{seed:03d}")
    ]
    assert found == [7, 15]


def test_the_program_samples_what_came_since(balls, tmp_path, capsys):
    objects, out = tmp_path / "objects", tmp_path / "samples"
    objects.mkdir()
    given = ["--objects", str(objects), "--out", str(out), "--jobs", "1"]
    save(objects / "one.npz", balls)
    assert main(given) == 0
    first = (out / "one.safetensors").stat().st_mtime_ns
    save(objects / "two.npz", balls)
    (objects / "broken.npz").write_bytes(b"no archive")
    assert main(given) == 0
    assert "1 failed, 1 made" in capsys.readouterr().out
    assert [path.stem for path in sample_paths(out)] == ["one", "two"]
    assert (out / "one.safetensors").stat().st_mtime_ns == first


def test_a_folder_that_is_not_there_is_named(tmp_path, capsys):
    with pytest.raises(SystemExit):
        main(["--objects", str(tmp_path / "none"), "--out", str(tmp_path)])
    assert "none" in capsys.readouterr().err
