# SPDX-License-Identifier: GPL-3.0-or-later
"""The hidden engine: fields of whole parts."""

import numpy as np
import pytest
import trimesh
from scipy.ndimage import map_coordinates

from backend.contract.errors import Cancelled
from backend.contract.progress import Progress
from backend.engines.hidden import Hidden
from tests.backend.engines.balls import balls, iou

ARMS = [(0, 0, 0), (0.33, 0, 0), (-0.33, 0, 0)], [0.25, 0.13, 0.13]


@pytest.fixture(scope="module")
def fields():
    """The fields of the body and of one arm."""
    survey = Hidden(None).survey(*balls(*ARMS))
    return [survey.whole(part) for part in (0, 1)]


def said(field, points):
    """What a field says of places (N, 3)."""
    at = ((points - field.origin) / field.spacing).T
    return map_coordinates(field.values, at, order=1, mode="constant", cval=1.0) < 0


def around(centre, radius, count=3000):
    return centre + np.random.default_rng(0).uniform(-1.4, 1.4, (count, 3)) * radius


@pytest.mark.parametrize("part", [0, 1])
def test_balls_that_hide_each_other_are_nearly_whole(fields, part):
    field = fields[part]
    centre, radius = np.array(ARMS[0][part]), ARMS[1][part]
    points = around(centre, radius)
    truth = np.linalg.norm(points - centre, axis=1) < radius
    assert iou(said(field, points), truth) > 0.93


def test_the_zero_level_passes_through_what_is_visible(fields):
    vertices, faces, labels = balls(*ARMS)
    field = fields[1]
    middle = vertices[faces[labels == 1]].mean(axis=1)
    inner = middle[middle[:, 0] > 0.3]
    at = ((inner - field.origin) / field.spacing).T
    off = np.abs(map_coordinates(field.values, at, order=1))
    assert np.quantile(off, 0.99) < field.spacing
    assert off.max() < 2 * field.spacing


def test_it_is_never_outside_of_the_object(fields):
    field = fields[0]
    points = around(np.zeros(3), 0.4)
    outside = np.ones(len(points), dtype=bool)
    for centre, radius in zip(*ARMS, strict=True):
        outside &= np.linalg.norm(points - np.array(centre), axis=1) > radius + field.spacing
    assert not said(field, points[outside]).any()


def test_a_mirrored_sibling_lends_what_a_part_lacks():
    centres, radii = [(0, 0, 0), (0.36, 0, 0), (-0.27, 0, 0)], [0.25, 0.13, 0.13]
    seen = balls(centres, radii)
    centre = np.array(centres[2])
    points = around(centre, 0.13)
    truth = np.linalg.norm(points - centre, axis=1) < 0.13
    alone = Hidden(None, lend=False).survey(*seen).whole(2)
    lent = Hidden(None).survey(*seen).whole(2)
    assert iou(said(lent, points), truth) > iou(said(alone, points), truth) + 0.04


def test_a_part_to_which_much_surface_is_lent_is_solid_still():
    survey = Hidden(None).survey(*balls([(0, 0, 0), (0.32, 0, 0), (-0.22, 0, 0)], ARMS[1]))
    assert survey.seen(2).lent.mean() > 0.31
    points = around(np.array([-0.22, 0, 0]), 0.13)
    truth = np.linalg.norm(points - [-0.22, 0, 0], axis=1) < 0.13
    assert iou(said(survey.whole(2), points), truth) > 0.9


def test_sheets_and_parts_that_show_all_are_left_alone():
    sheet = trimesh.creation.box((1, 1, 0.4)).subdivide().subdivide()
    lid = sheet.face_normals[:, 2] > 0.9
    faces = sheet.faces[lid].astype(np.int64)
    left = (sheet.vertices[faces].mean(axis=1)[:, 0] > 0).astype(np.int64)
    assert Hidden(None).survey(np.asarray(sheet.vertices), faces, left).whole(0) is None
    ball = trimesh.creation.icosphere(3, 0.4)
    whole = np.asarray(ball.vertices), ball.faces.astype(np.int64), np.zeros(len(ball.faces), int)
    assert Hidden(None).survey(*whole).whole(0) is None


def test_thin_parts_have_finer_grids():
    plate = trimesh.creation.box((1, 0.5, 0.03)).subdivide().subdivide().subdivide()
    faces = plate.faces.astype(np.int64)
    labels = (plate.vertices[faces].mean(axis=1)[:, 0] > 0.2).astype(np.int64)
    field = Hidden(None).survey(np.asarray(plate.vertices), faces, labels).whole(0)
    assert field.spacing < 0.012
    inner = np.random.default_rng(0).uniform(-1, 1, (500, 3)) * [0.1, 0.2, 0.01] - [0.2, 0, 0]
    assert said(field, inner).mean() > 0.99


def ends_of_a_rod(bent=0.0):
    """A rod through a ball, as two ends of it and the ball are seen."""
    rod = trimesh.creation.cylinder(0.06, 1.0, sections=16).subdivide().subdivide()
    places = rod.vertices + bent * np.square(rod.vertices[:, 2:]) * [1.0, 0, 0]
    ball = trimesh.creation.icosphere(3, 0.3)
    ends = rod.faces[np.abs(rod.vertices[rod.faces].mean(axis=1)[:, 2]) > 0.25]
    shown = ball.faces[np.linalg.norm(ball.triangles_center[:, :2], axis=1) > 0.07]
    faces = np.concatenate([ends, shown + len(places)]).astype(np.int64)
    labels = np.repeat([0, 1], [len(ends), len(shown)])
    return np.concatenate([places, ball.vertices]), faces, labels


def test_a_convex_part_holds_the_hull_of_what_is_seen():
    inner = np.random.default_rng(0).uniform(-1, 1, (500, 3)) * [0.03, 0.03, 0.45]
    straight = Hidden(None).survey(*ends_of_a_rod())
    assert straight.seen(0).hull is not None
    assert said(straight.whole(0), inner).mean() > 0.97
    outer = inner * [3, 3, 0.5] + [0.2, 0, 0]
    assert not said(straight.whole(0), outer).any()
    assert Hidden(None).survey(*ends_of_a_rod(0.8)).seen(0).hull is None


def test_the_grid_grows_where_a_part_goes_on_beyond_it():
    """A network that says that all of the object is the part."""
    seen = balls([(0, 0, 0), (0.52, 0, 0)], [0.4, 0.2])
    everything = Hidden(lambda features: np.full(len(features), 8.0))
    survey = everything.survey(*seen)
    part, field = survey.seen(1), survey.whole(1)
    assert field.origin[0] < part.low[0] - 0.2 * (part.high - part.low).max()
    assert said(field, part.low[None] + [-0.05, 0.3, 0.3]).all()


def test_a_cancelled_job_ends():
    survey = Hidden(None).survey(*balls(*ARMS))

    def tell(stage, done, whole):
        raise Cancelled

    with pytest.raises(Cancelled):
        survey.whole(0, progress=Progress(tell))


def test_parts_of_large_triangles_have_coarser_grids():
    """No finer than what grows of it: some cells along an edge, and many around a loop."""
    spacings = []
    for detail in (1, 3):
        vertices, faces, labels = balls(*ARMS, detail=detail)
        field = Hidden(None).survey(vertices, faces, labels).whole(1)
        spacings.append(field.spacing / np.ptp(vertices[faces[labels == 1]], axis=(0, 1)).max())
    assert spacings[0] > 1.5 * spacings[1]
    assert spacings[0] < 1 / 20
