# SPDX-License-Identifier: GPL-3.0-or-later
"""A new part takes the old one's side, size and place."""

from __future__ import annotations

import numpy as np
import pytest

from backend.engines.base import Offer, PartMesh
from backend.geometry.mesh import signed_volume
from backend.library.families.forms import ball, block, lathe, moved, turned
from backend.library.index import library
from backend.pipelines import fit, frames
from tests.backend.pipelines.replacing import cart, labelled, post

DOWN = np.array([0.0, -1.0, 0.0])


def offer(title: str) -> Offer:
    entry = library().named(title)
    mesh = PartMesh(*library().mesh(entry), title)
    return Offer(mesh, np.array(entry.side), np.array(entry.anchor), entry.reach)


def test_a_seam_between_labels_is_found_with_its_side() -> None:
    vertices, faces, labels = post()
    frame = frames.frame_of(vertices, faces, labels, 1)
    assert len(frame.loops) == 1
    assert frame.anchor == pytest.approx([0, 1, 0], abs=0.01)
    assert frame.side == pytest.approx(DOWN, abs=0.01)
    assert frame.reach == pytest.approx(0.3, abs=0.01)


def test_a_part_is_held_by_the_most_that_hangs_together() -> None:
    """The dome touches box and hat: the box carries the wheels too."""
    vertices, faces, labels = cart()
    frame = frames.frame_of(vertices, faces, labels, 3)
    assert not frame.loops
    assert frame.side is not None
    assert frame.side[1] < -0.9
    hat = frames.frame_of(vertices, faces, labels, 4)
    assert hat.side is not None
    assert hat.side[1] < -0.9


def test_a_part_that_stands_alone_has_no_side() -> None:
    vertices, faces, labels = labelled(
        block((1, 1, 1)), (block((1, 1, 1))[0] + 9, block((1, 1, 1))[1])
    )
    assert frames.frame_of(vertices, faces, labels, 0).side is None


def test_the_seam_is_met_and_the_size_is_the_old_ones() -> None:
    vertices, faces, labels = post()
    frame = frames.frame_of(vertices, faces, labels, 1)
    v, f = fit.placed(frame, offer("pumpkin"))
    assert v[:, 1].min() == pytest.approx(1, abs=0.05)
    assert np.ptp(v, axis=0).max() < 1.1
    assert signed_volume(v, f) > 0


def test_what_is_held_on_top_hangs() -> None:
    """A leg is held at its top; in the place of a post below its seam it hangs from it."""
    vertices, faces, labels = post()
    frame = frames.frame_of(vertices, faces, labels, 0)
    v, _ = fit.placed(frame, offer("turned table leg"))
    assert v[:, 1].max() == pytest.approx(1, abs=0.05)
    assert np.ptp(v[:, 1]) == pytest.approx(1, abs=0.05)


@pytest.mark.parametrize("part", [1, 2])
def test_a_wheel_takes_axis_diameter_and_middle(part: int) -> None:
    vertices, faces, labels = cart()
    frame = frames.frame_of(vertices, faces, labels, part)
    v, _ = fit.placed(frame, offer("spoked wheel"))
    extent = np.ptp(v, axis=0)
    assert int(extent.argmin()) == 0
    assert extent[1:] == pytest.approx([0.8, 0.8], abs=0.03)
    middle = (v.min(axis=0) + v.max(axis=0)) / 2
    assert middle == pytest.approx(frame.centre, abs=0.02)


def test_long_parts_swing_onto_the_old_axis() -> None:
    stick = turned(lathe([(0.1, 0), (0.1, 2)], 12), 2, 35)
    vertices, faces, labels = labelled(block((1, 0.2, 1)), stick)
    frame = frames.frame_of(vertices, faces, labels, 1)
    v, f = fit.placed(frame, offer("unicorn horn"))
    axis = frames.principal(v, f)[0][0]
    assert abs(axis @ frame.axes[0]) > 0.99


def test_wishes_of_size_are_over_the_fit() -> None:
    vertices, faces, labels = post()
    frame = frames.frame_of(vertices, faces, labels, 1)
    plain, _ = fit.placed(frame, offer("top hat"))
    tall, _ = fit.placed(frame, offer("top hat"), np.array([1, 2, 1.0]))
    assert np.ptp(tall[:, 1]) == pytest.approx(2 * np.ptp(plain[:, 1]), rel=0.01)
    assert np.ptp(tall[:, 0]) == pytest.approx(np.ptp(plain[:, 0]), rel=0.01)


def test_mirrored_is_the_mirror_image_and_outward() -> None:
    vertices, faces, labels = post()
    frame = frames.frame_of(vertices, faces, labels, 1)
    v, f = fit.placed(frame, offer("human hand"))
    w, g = fit.placed(frame, offer("human hand"), mirrored=True)
    assert signed_volume(w, g) == pytest.approx(signed_volume(v, f), rel=0.05)
    assert signed_volume(w, g) > 0


def test_a_new_shade_hangs_as_the_old_one_and_keeps_its_bulb() -> None:
    from scipy.spatial import ConvexHull

    shade = lathe([(0.5, 0), (0.2, 0.6)], 24)
    mount = moved(lathe([(0.05, 0), (0.05, 1)], 8), (0, 0.55, 0))
    bulb = moved(ball(0.12), (0, 0.15, 0))
    tilted = [turned(mesh, 2, 50) for mesh in (shade, mount, bulb)]
    vertices, faces, labels = labelled(*tilted)
    frame = frames.frame_of(vertices, faces, labels, 0)
    for title in ("cone lamp shade", "drum lamp shade", "bell lamp shade"):
        entry = library().named(title)
        given = Offer(PartMesh(*library().mesh(entry), title), np.array(entry.side),
                      np.array(entry.anchor), upright=True)  # fmt: skip
        v, f = fit.placed(frame, given)
        hull = ConvexHull(v).equations
        inside = vertices[np.unique(faces[labels == 2])] @ hull[:, :3].T + hull[:, 3]
        assert inside.max() < 0.03, title
        found = frames.spindle(frames.sampled(v, f))
        assert found is not None
        assert frame.spindle is not None
        assert abs(found.axis @ frame.spindle.axis) > 0.98, title


def test_what_stands_on_its_foot_is_not_turned_over_for_its_wide_end() -> None:
    """A bulb is wide at its top, a candle in its holder at its foot."""
    bulb = moved(lathe([(0.1, 0), (0.15, 0.2), (0.4, 0.7), (0.3, 1.0)], 20), (0, 0.1, 0))
    vertices, faces, labels = labelled(block((1, 0.2, 1)), bulb)
    frame = frames.frame_of(vertices, faces, labels, 1)
    assert frame.spindle is not None
    assert frame.spindle.wide
    entry = library().named("candle")
    given = Offer(PartMesh(*library().mesh(entry), "candle"), np.array(entry.side),
                  np.array(entry.anchor), entry.reach, upright=True)  # fmt: skip
    v, _ = fit.placed(frame, given)
    assert v[:, 1].min() == pytest.approx(0.1, abs=0.06)
    own, _ = library().mesh(entry)
    low = v[:, 1] < v[:, 1].min() + 0.2 * np.ptp(v[:, 1])
    assert low.tolist() == (own[:, 1] < own[:, 1].min() + 0.2 * np.ptp(own[:, 1])).tolist()


def test_what_is_held_at_both_ends_spans_them() -> None:
    low, high = moved(block((1, 0.2, 1)), (0, -0.1, 0)), moved(ball(0.2), (0.4, 1.6, 0))
    rod = lathe([(0.05, 0), (0.05, 1.5)], 12)
    rod = (rod[0] + np.outer(rod[0][:, 1] / 1.5, [0.4, 0, 0]), rod[1])
    vertices, faces, labels = labelled(low, rod, high)
    frame = frames.frame_of(vertices, faces, labels, 1)
    for title in ("turned table leg", "human arm", "door handle lever"):
        v, f = fit.placed(frame, offer(title))
        assert v[:, 1].min() < 0.06, title
        assert v[:, 1].max() > 1.4, title
        assert signed_volume(v, f) > 0
