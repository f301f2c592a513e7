# SPDX-License-Identifier: GPL-3.0-or-later
"""Caps: closed, outward parts that share their seams and add up to the source."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise

import numpy as np
import pytest
import trimesh
from hypothesis import given, settings
from hypothesis import strategies as st

from backend.contract.progress import Progress
from backend.geometry.mesh import signed_volume
from backend.pipelines.caps import Caps, cap_parts


def arrays(mesh):
    return np.array(mesh.vertices, dtype=np.float64), np.array(mesh.faces, dtype=np.int64)


def soup(vertices, faces):
    return vertices[faces.ravel()], np.arange(faces.size).reshape(-1, 3)


def numbered(labels):
    return np.unique(labels, return_inverse=True)[1].reshape(-1)


def centroids(vertices, faces):
    return vertices[faces].mean(axis=1)


def sectors(points, count, start=-np.pi):
    turn = (np.arctan2(points[:, 1], points[:, 0]) - start) % (2 * np.pi)
    return np.minimum((turn / (2 * np.pi) * count).astype(int), count - 1)


def edge_faults(positions, faces):
    """Directed edges, by exact position, not used once with one opposite use."""
    number = {}
    corner = [[number.setdefault(tuple(positions[v] + 0.0), len(number)) for v in f] for f in faces]
    uses = Counter((f[i], f[(i + 1) % 3]) for f in corner for i in range(3))
    return [e for e, n in uses.items() if n != 1 or uses.get((e[1], e[0])) != 1]


def check(vertices, faces, labels, *, positive=True) -> Caps:
    """Every promise of `cap_parts` on a watertight source."""
    before = vertices.copy(), faces.copy()
    caps = cap_parts(vertices, faces, labels)
    assert np.array_equal(before[0], vertices), "vertices were touched"
    assert np.array_equal(before[1], faces), "faces were touched"
    positions = np.concatenate([vertices, caps.vertices])
    assert np.isfinite(positions).all()
    parts = int(labels.max()) + 1
    assert len(caps.faces) == len(caps.closed) == parts
    assert all(caps.closed)

    centre, size = vertices.mean(axis=0), np.ptp(vertices, axis=0).max()
    unit = (positions - centre) / size
    volumes = []
    for part in range(parts):
        closed = np.concatenate([faces[labels == part], caps.faces[part]])
        assert edge_faults(positions, closed) == [], f"part {part} is not edge-manifold"
        volumes.append(signed_volume(unit, closed))
    whole = signed_volume(unit, faces)
    assert sum(volumes) == pytest.approx(whole, rel=1e-4)
    if positive:
        assert min(np.array(volumes) * np.sign(whole)) > 0, volumes

    # Each cap triangle has one twin: the same corners, the other way round, in another part.
    every = Counter(_canonical(f) for cap in caps.faces for f in cap.tolist())
    assert all(n == 1 and every[a, c, b] == 1 for (a, b, c), n in every.items())
    return caps


def _canonical(face):
    low = face.index(min(face))
    return tuple(face[low:] + face[:low])


SPHERE = arrays(trimesh.creation.icosphere(subdivisions=3))


def test_box_in_two_halves_shares_a_flat_cap():
    vertices, faces = arrays(trimesh.creation.box().subdivide().subdivide())
    caps = check(vertices, faces, (centroids(vertices, faces)[:, 2] > 0).astype(int))
    positions = np.concatenate([vertices, caps.vertices])
    assert len(caps.vertices) == 0, "a flat loop needs no new vertex"
    assert np.abs(positions[caps.faces[0]][..., 2]).max() < 1e-12
    area = trimesh.Trimesh(positions, caps.faces[0], process=False).area
    assert area == pytest.approx(1.0)


@pytest.mark.parametrize("unwelded", [False, True])
@pytest.mark.parametrize("count", [3, 4, 7])
def test_wedges_of_a_sphere_meet_at_two_junctions(count, unwelded):
    vertices, faces = SPHERE
    labels = sectors(centroids(vertices, faces), count)
    if unwelded:
        vertices, faces = soup(vertices, faces)
    check(vertices, faces, labels)


def test_wedges_of_a_sphere_are_wedges():
    """Three parts that meet on the poles' axis get a third each, not a rind."""
    vertices, faces = arrays(trimesh.creation.uv_sphere(count=[24, 48]))
    labels = sectors(centroids(vertices, faces), 3)
    caps = check(vertices, faces, labels)
    positions = np.concatenate([vertices, caps.vertices])
    for part in range(3):
        closed = np.concatenate([faces[labels == part], caps.faces[part]])
        share = signed_volume(positions, closed) / signed_volume(vertices, faces)
        assert share == pytest.approx(1 / 3, abs=0.02)


def test_half_and_two_quarters_meet_in_a_t():
    vertices, faces = SPHERE
    x = centroids(vertices, faces)
    check(vertices, faces, np.where(x[:, 0] > 0, 0, 1 + (x[:, 1] > 0)))


def test_sectors_with_an_equator():
    vertices, faces = SPHERE
    x = centroids(vertices, faces)
    check(vertices, faces, sectors(x, 4) + 4 * (x[:, 2] > 0))


def test_eight_octants_of_a_cube_meet_in_its_centre():
    vertices, faces = arrays(trimesh.creation.box().subdivide().subdivide().subdivide())
    labels = ((centroids(vertices, faces) > 0) * [1, 2, 4]).sum(axis=1)
    caps = check(vertices, faces, labels)
    positions = np.concatenate([vertices, caps.vertices])
    for part in range(8):
        closed = np.concatenate([faces[labels == part], caps.faces[part]])
        assert signed_volume(positions, closed) == pytest.approx(1 / 8, rel=0.01)


def test_middle_of_a_capsule_has_two_caps():
    vertices, faces = arrays(trimesh.creation.capsule(height=3, radius=0.5).subdivide())
    z = centroids(vertices, faces)[:, 2]
    check(vertices, faces, np.digitize(z, [-1.0, 1.2]))


def test_torus_in_three_rings():
    vertices, faces = arrays(trimesh.creation.torus(2, 0.5))
    check(vertices, faces, sectors(centroids(vertices, faces), 3))


def test_torus_across_its_hole():
    vertices, faces = arrays(trimesh.creation.torus(2, 0.5))
    caps = check(vertices, faces, (centroids(vertices, faces)[:, 2] > 0).astype(int))
    radius = np.hypot(*vertices[caps.faces[0]].mean(axis=1)[:, :2].T)
    assert radius.min() > 1.4, "the hole was capped over"


def pipe():
    mesh = trimesh.creation.annulus(0.8, 1, 2, sections=48).subdivide().subdivide()
    return arrays(mesh)


def test_pipe_cut_across_has_a_ring_for_a_cap():
    vertices, faces = pipe()
    caps = check(vertices, faces, (centroids(vertices, faces)[:, 2] > 0.1).astype(int))
    radius = np.hypot(*vertices[caps.faces[0]].mean(axis=1)[:, :2].T)
    assert radius.min() > 0.75, "the bore was capped over"


def test_pipe_cut_lengthwise():
    vertices, faces = pipe()
    check(vertices, faces, (centroids(vertices, faces)[:, 1] > 0.05).astype(int))


def test_pipe_cut_across_and_its_upper_half_lengthwise():
    vertices, faces = pipe()
    x = centroids(vertices, faces)
    check(vertices, faces, np.where(x[:, 2] < 0.03, 0, 1 + (x[:, 1] > 0.05)))


def cup():
    outline = [[0, 0], [1, 0], [1, 2], [0.85, 2], [0.85, 0.2], [0, 0.2]]
    path = [np.linspace(a, b, 9)[:-1] for a, b in pairwise(outline)]
    profile = np.concatenate([*path, outline[-1:]])
    return arrays(trimesh.creation.revolve(profile, sections=40))


@pytest.mark.parametrize("axis", [0, 2])
def test_cup_cut_through_its_wall(axis):
    vertices, faces = cup()
    check(vertices, faces, (centroids(vertices, faces)[:, axis] > 0.31).astype(int))


def test_nested_spheres_share_one_cut():
    outer, inner = trimesh.creation.icosphere(3), trimesh.creation.icosphere(2, radius=0.6)
    inner.invert()
    vertices, faces = arrays(trimesh.util.concatenate([outer, inner]))
    check(vertices, faces, (centroids(vertices, faces)[:, 0] > 0.02).astype(int))


def test_islands_of_one_part_are_all_closed():
    vertices, faces = SPHERE
    x = centroids(vertices, faces)
    check(vertices, faces, (np.abs(x).max(axis=1) > 0.9).astype(int))


@pytest.mark.parametrize("factor", [1e12, 1e-12])
def test_any_size(factor):
    vertices, faces = SPHERE
    check(vertices * factor, faces, sectors(centroids(vertices, faces), 3))


def test_inverted_source():
    vertices, faces = SPHERE
    check(vertices, faces[:, ::-1].copy(), sectors(centroids(vertices, faces), 3))


@settings(max_examples=15, deadline=None, derandomize=True)
@given(st.integers(0, 2**32 - 1), st.integers(2, 9), st.booleans())
def test_random_cells_of_a_lumpy_sphere(seed, parts, unwelded):
    rng = np.random.default_rng(seed)
    vertices, faces = SPHERE
    waves = sum(
        rng.uniform(0.02, 0.12) * np.sin(vertices @ rng.normal(size=3) * 2 + rng.uniform(0, 6))
        for _ in range(3)
    )
    vertices = vertices * (1 + waves)[:, None]
    seeds = rng.normal(size=(parts, 3))
    seeds /= np.linalg.norm(seeds, axis=1)[:, None]
    labels = numbered(np.argmax(centroids(*SPHERE) @ seeds.T, axis=1))
    if unwelded:
        vertices, faces = soup(vertices, faces)
    check(vertices, faces, labels)


@settings(max_examples=5, deadline=None, derandomize=True)
@given(st.integers(0, 2**32 - 1), st.integers(2, 40))
def test_labels_without_sense_still_close(seed, parts):
    vertices, faces = arrays(trimesh.creation.icosphere(subdivisions=1))
    labels = numbered(np.random.default_rng(seed).integers(0, parts, len(faces)))
    check(vertices, faces, labels, positive=False)


def test_open_source_closes_what_it_can():
    """An open cylinder in three: both ends stay open, the middle is closed."""
    mesh = trimesh.creation.cylinder(0.5, 3, sections=24).subdivide().subdivide()
    vertices, faces = arrays(mesh)
    tube = np.abs(centroids(vertices, faces)[:, 2]) < 1.49
    faces = faces[tube]
    labels = np.digitize(centroids(vertices, faces)[:, 2], [-0.5, 0.5])
    caps = cap_parts(vertices, faces, labels)
    assert caps.closed == [False, True, False]
    assert all(len(cap) for cap in caps.faces)


def test_cut_that_ends_at_an_open_edge_stays_open():
    vertices, faces = SPHERE
    faces = faces[centroids(vertices, faces)[:, 2] < 0.5]
    caps = cap_parts(vertices, faces, (centroids(vertices, faces)[:, 0] > 0).astype(int))
    assert caps.closed == [False, False]
    assert [len(cap) for cap in caps.faces] == [0, 0]


def test_bad_faces_among_good_ones_do_not_stop_the_rest():
    vertices, faces = SPHERE
    labels = sectors(centroids(vertices, faces), 3)
    bad = np.array([[0, 0, 1], [5, 5, 5], faces[7], faces[9], faces[11][::-1], [0, 90, 300]])
    caps = cap_parts(vertices, np.concatenate([faces, bad]), np.append(labels, [0, 1, 2, 0, 1, 2]))
    assert len(caps.faces) == 3
    assert np.isfinite(caps.vertices).all()


def test_degenerate_faces_alone_change_nothing():
    vertices, faces = SPHERE
    labels = sectors(centroids(vertices, faces), 3)
    good = cap_parts(vertices, faces, labels)
    more = cap_parts(vertices, np.append(faces, [[0, 0, 1], [5, 5, 5]], axis=0), [*labels, 1, 2])
    assert more.closed == [True, True, True]
    assert all(np.array_equal(a, b) for a, b in zip(good.faces, more.faces, strict=True))


def test_one_part_needs_no_cap():
    vertices, faces = SPHERE
    caps = cap_parts(vertices, faces, np.zeros(len(faces), int))
    assert caps.closed == [True]
    assert caps.faces[0].shape == (0, 3)
    assert caps.vertices.shape == (0, 3)


def test_many_islands_need_no_work_each():
    count = 20_000
    one, faces = arrays(trimesh.creation.box())
    vertices = (one[None] + 3 * np.arange(count)[:, None, None] * [1, 0, 0]).reshape(-1, 3)
    faces = (faces[None] + len(one) * np.arange(count)[:, None, None]).reshape(-1, 3)
    caps = cap_parts(vertices, faces, np.repeat(np.arange(count), 12))
    assert all(caps.closed)


def test_progress_can_stop_the_work():
    class Stop(Exception):
        pass

    def stop(stage, done, total):
        assert 0 <= done <= total
        raise Stop(stage)

    vertices, faces = SPHERE
    with pytest.raises(Stop):
        cap_parts(vertices, faces, sectors(centroids(vertices, faces), 3), progress=Progress(stop))


def test_same_result_twice():
    vertices, faces = SPHERE
    labels = sectors(centroids(vertices, faces), 5)
    one, two = cap_parts(vertices, faces, labels), cap_parts(vertices, faces, labels)
    assert one.vertices.tobytes() == two.vertices.tobytes()
    assert all(np.array_equal(a, b) for a, b in zip(one.faces, two.faces, strict=True))


@pytest.mark.parametrize("shape", ["pipe", "cup"])
def test_inner_and_outer_wall_share_the_walls_thickness(shape):
    """No lid over the inner wall's border encloses material: it gets a skin instead."""
    vertices, faces = pipe() if shape == "pipe" else cup()
    x = centroids(vertices, faces)
    inner = np.hypot(x[:, 0], x[:, 1]) < (0.81 if shape == "pipe" else 0.86)
    inner &= x[:, 2] > (-0.99 if shape == "pipe" else 0.19)
    check(vertices, faces, inner.astype(int))


def test_flat_sides_become_plates():
    """Each side of a cube is a part: flat borders, nothing enclosed by flat lids."""
    vertices, faces = arrays(trimesh.creation.box().subdivide().subdivide())
    x = centroids(vertices, faces)
    axis = np.argmax(np.abs(x), axis=1)
    check(vertices, faces, 2 * axis + (x[np.arange(len(x)), axis] > 0))


def test_each_triangle_of_a_cube_is_a_part():
    vertices, faces = arrays(trimesh.creation.box())
    check(vertices, faces, np.arange(12))


def broken(kind, vertices, faces, rng):
    """A copy of the mesh with one kind of fault."""
    if kind == "duplicate":
        faces = np.concatenate([faces, faces[rng.integers(0, len(faces), len(faces) // 3)]])
    elif kind == "flipped":
        flip = rng.random(len(faces)) < 0.3
        faces = np.where(flip[:, None], faces[:, ::-1], faces)
    elif kind == "crowded":
        faces = np.concatenate([faces, rng.integers(0, len(vertices), (30, 3))])
    elif kind == "holed":
        faces = faces[rng.random(len(faces)) < 0.7]
    elif kind == "two-sided":
        faces = np.concatenate([faces, faces[:, ::-1]])
    elif kind == "flat":
        vertices = vertices * [1, 1, 0]
    elif kind == "point":
        vertices = vertices * 0
    elif kind == "coarse":
        vertices = np.round(vertices * 2) / 2
    return vertices, faces


@pytest.mark.parametrize(
    "kind",
    ["duplicate", "flipped", "crowded", "holed", "two-sided", "flat", "point", "coarse"],
)
@settings(max_examples=6, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), parts=st.integers(1, 6), scattered=st.booleans())
def test_bad_sources_never_fail(kind, seed, parts, scattered):
    rng = np.random.default_rng(seed)
    vertices, faces = arrays(trimesh.creation.icosphere(subdivisions=int(rng.integers(0, 3))))
    labels = np.argmax(centroids(vertices, faces) @ rng.normal(size=(3, parts)), axis=1)
    vertices, bad = broken(kind, vertices, faces, rng)
    labels = rng.integers(0, parts, len(bad)) if scattered else np.resize(labels, len(bad))
    caps = cap_parts(vertices, bad, labels)
    assert np.isfinite(caps.vertices).all()
    positions = np.concatenate([vertices, caps.vertices])
    for part, (cap, closed) in enumerate(zip(caps.faces, caps.closed, strict=True)):
        assert cap.max(initial=-1) < len(positions)
        everything = np.concatenate([bad[labels == part], cap])
        whole = [len({tuple(positions[v] + 0.0) for v in f}) == 3 for f in everything]
        if closed:
            assert edge_faults(positions, everything[whole]) == []
