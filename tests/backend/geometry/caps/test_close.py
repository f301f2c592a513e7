# SPDX-License-Identifier: GPL-3.0-or-later
"""Parts of a cut surface are closed: neighbours share caps, and nothing is lost or doubled."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
import trimesh

from backend.contract.errors import Cancelled
from backend.contract.progress import Progress
from backend.geometry.caps.close import close_parts
from backend.geometry.mesh import is_closed_manifold, signed_volume
from tests.backend.geometry.solids import arrays


def ball() -> tuple[np.ndarray, np.ndarray]:
    vertices, faces = arrays(trimesh.creation.icosphere(subdivisions=3))
    return 0.5 * vertices, faces


def closed(points, faces, labels, **options):
    """Points, and the faces of each part with its caps."""
    new, caps = close_parts(points, faces, labels, **options)
    parts = {
        part: np.concatenate([faces[labels == part], caps.get(part, np.zeros((0, 3), int))])
        for part in np.unique(labels).tolist()
    }
    return np.concatenate([points, new]), parts, caps


def sectors(points, faces, count):
    """The part of each face, as slices of a cake."""
    x, y, _ = points[faces].mean(axis=1).T
    return ((np.arctan2(y, x) / (2 * np.pi) + 0.5) * count).astype(np.int64) % count


@pytest.mark.parametrize("count", [2, 3, 5])
def test_slices_are_closed_and_their_volumes_add_up(count: int):
    points, faces = ball()
    everything, parts, caps = closed(points, faces, sectors(points, faces, count))
    assert sorted(caps) == list(range(count))
    volumes = [signed_volume(everything, part) for part in parts.values()]
    assert all(is_closed_manifold(part) for part in parts.values())
    assert min(volumes) > 0.5 * signed_volume(points, faces) / count
    assert sum(volumes) == pytest.approx(signed_volume(points, faces))


def test_each_cap_is_used_twice_the_other_way_round():
    points, faces = ball()
    _, _, caps = closed(points, faces, sectors(points, faces, 3))
    used = Counter(
        tuple(np.roll(face, -face.argmin()).tolist()) for cap in caps.values() for face in cap
    )
    assert set(used.values()) == {1}
    assert all((a, c, b) in used for a, b, c in used)


def test_a_flat_cut_of_a_box_needs_no_new_point():
    mesh = trimesh.creation.box().subdivide().subdivide()
    points, faces = arrays(mesh)
    labels = (points[faces].mean(axis=1)[:, 2] > 0).astype(np.int64)
    new, caps = close_parts(points, faces, labels)
    assert len(new) == 0
    for cap in caps.values():
        assert np.ptp(points[cap][..., 2]) == 0
        assert trimesh.Trimesh(points, cap, process=False).area == pytest.approx(1)


def test_a_tube_that_is_cut_lengthwise_gets_a_cap_on_either_side():
    points, faces = arrays(trimesh.creation.torus(0.35, 0.12, 32, 16))
    labels = (points[faces].mean(axis=1)[:, 0] > 0).astype(np.int64)
    everything, parts, _ = closed(points, faces, labels)
    assert all(is_closed_manifold(part) for part in parts.values())
    volumes = [signed_volume(everything, part) for part in parts.values()]
    np.testing.assert_allclose(volumes, signed_volume(points, faces) / 2, rtol=0.05)


def test_a_surface_that_is_inside_out_gets_caps_like_it():
    points, faces = ball()
    turned = faces[:, ::-1].copy()
    everything, parts, _ = closed(points, turned, sectors(points, turned, 2))
    for part in parts.values():
        assert is_closed_manifold(part)
        assert signed_volume(everything, part) < 0


def test_what_ends_at_an_open_edge_stays_open_and_one_part_needs_nothing():
    points, faces = ball()
    upper = faces[points[faces].mean(axis=1)[:, 2] > 0.1]
    _, caps = close_parts(points, upper, sectors(points, upper, 2))
    assert caps == {}
    new, caps = close_parts(points, faces, np.zeros(len(faces), np.int64))
    assert len(new) == 0
    assert caps == {}


def test_a_patch_of_skin_gets_a_body_below_it():
    points, faces = arrays(trimesh.creation.box().subdivide().subdivide().subdivide())
    centre = points[faces].mean(axis=1)
    labels = ((np.abs(centre[:, :2]) < 0.25).all(axis=1) & (centre[:, 2] > 0.49)).astype(np.int64)
    everything, parts, _ = closed(points, faces, labels)
    assert all(is_closed_manifold(part) for part in parts.values())
    patch, rest = signed_volume(everything, parts[1]), signed_volume(everything, parts[0])
    assert patch > 1e-4, "a flat lid on a flat patch would be nothing"
    assert patch + rest == pytest.approx(1)


def test_a_cancel_stops_the_work():
    points, faces = ball()
    shares: list[float] = []

    def heard(_stage: str, done: int, total: int) -> None:
        shares.append(done / total)
        if len(shares) == 2:
            raise Cancelled

    with pytest.raises(Cancelled):
        close_parts(points, faces, sectors(points, faces, 5), Progress(heard))
    assert len(shares) == 2
