# SPDX-License-Identifier: GPL-3.0-or-later
"""Places of meshes in one texture: none over another, with room between."""

from __future__ import annotations

import numpy as np
import pytest

from backend.contract.errors import Cancelled
from backend.contract.progress import Progress
from backend.geometry.mesh import face_vectors
from backend.images import unwrapping
from backend.images.unwrapping import PADDING, unwrapped
from tests.backend.engines.balls import balls

pytest.importorskip("xatlas", reason="it unwraps")

SIZE = 256


def two() -> list[tuple[np.ndarray, np.ndarray]]:
    """A ball, and a box."""
    import trimesh

    vertices, faces, _ = balls([[0, 0, 0]], [0.5], detail=2)
    box = trimesh.creation.box((1, 0.5, 0.25))
    return [(vertices, faces), (np.asarray(box.vertices), np.asarray(box.faces, np.int64))]


@pytest.fixture(scope="module")
def places() -> list[np.ndarray]:
    found = unwrapped(two(), SIZE)
    assert found is not None
    return found


def test_every_corner_has_a_place(places: list[np.ndarray]) -> None:
    for (_, faces), uv in zip(two(), places, strict=True):
        assert uv.shape == (len(faces), 3, 2)
        assert uv.min() >= 0
        assert uv.max() <= 1


def test_no_triangle_lies_over_another_and_islands_are_apart(places: list[np.ndarray]) -> None:
    uv = np.concatenate(places)
    mesh = np.repeat([0, 1], [len(one) for one in places])
    fine = 4 * SIZE
    covered = np.zeros((fine, fine), np.int32)
    of = np.full((fine, fine), -1)
    for number, corner in enumerate(uv * fine):
        low = np.floor(corner.min(axis=0)).astype(int)
        high = np.ceil(corner.max(axis=0)).astype(int)
        x, y = np.meshgrid(np.arange(low[0], high[0]) + 0.5, np.arange(low[1], high[1]) + 0.5)
        inside = np.ones(x.shape, bool)
        one, two = corner[1] - corner[0], corner[2] - corner[0]
        turn = one[0] * two[1] - one[1] * two[0]
        for k in range(3):
            a, b = corner[k], corner[(k + 1) % 3]
            edge = (b[0] - a[0]) * (y - a[1]) - (b[1] - a[1]) * (x - a[0])
            inside &= edge * np.sign(turn) > 1e-6
        covered[low[1] : high[1], low[0] : high[0]] += inside
        of[low[1] : high[1], low[0] : high[0]][inside] = mesh[number]
    assert covered.max() == 1
    assert (covered > 0).mean() > 0.35  # little is wasted
    from scipy.ndimage import distance_transform_edt

    gap = distance_transform_edt(of != 0)[of == 1].min() / 4
    assert gap > PADDING * 0.6


def test_islands_are_as_large_as_their_surface(places: list[np.ndarray]) -> None:
    shares = []
    for (vertices, faces), uv in zip(two(), places, strict=True):
        a, b = uv[:, 1] - uv[:, 0], uv[:, 2] - uv[:, 0]
        flat = np.abs(a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0]).sum() / 2
        shares.append(flat / face_vectors(vertices, faces)[1].sum())
    assert shares[0] == pytest.approx(shares[1], rel=0.2)


def test_without_the_library_or_with_a_mesh_that_ends_it_there_are_none(
    monkeypatch: pytest.MonkeyPatch, tmp_path
) -> None:
    assert unwrapped([*two(), (np.zeros((0, 3)), np.zeros((0, 3), np.int64))], SIZE) is None
    broken = tmp_path / "broken.py"
    broken.write_text("import os\nos.abort()\n")
    with monkeypatch.context() as patched:
        patched.setattr(unwrapping, "PROGRAM", broken)
        assert unwrapped(two(), SIZE) is None
    monkeypatch.setattr(unwrapping, "find_spec", lambda _: None)
    assert unwrapped(two(), SIZE) is None


def test_a_cancel_ends_it(monkeypatch: pytest.MonkeyPatch, tmp_path) -> None:
    import time

    slow = tmp_path / "slow.py"
    slow.write_text("import time\ntime.sleep(60)\n")
    monkeypatch.setattr(unwrapping, "PROGRAM", slow)
    calls = []

    def tell(stage: str, done: int, whole: int) -> None:
        calls.append(stage)
        if len(calls) == 2:
            raise Cancelled

    began = time.monotonic()
    with pytest.raises(Cancelled):
        unwrapped(two(), SIZE, Progress(tell))
    assert time.monotonic() - began < 10
