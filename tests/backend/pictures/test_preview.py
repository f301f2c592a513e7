# SPDX-License-Identifier: GPL-3.0-or-later
"""Pictures show each part in its colour, whatever the mesh."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from backend.contract.errors import BadInput
from backend.contract.palette import oklch_to_linear, part_colours, to_srgb_bytes
from backend.pictures.lighting import Quality
from backend.pictures.preview import Cell, best_turn, contact_sheet, exploded, render_parts, turned
from backend.pictures.raycast import Tracer, corner_normals, render, unit_frame
from tests.bad_meshes import CORPUS, lathe

VERTICES, FACES = lathe(24, 24)
HALVES = (VERTICES[FACES].mean(axis=1)[:, 0] > 0).astype(int)  # left is part 0


def picture(path: Path) -> np.ndarray:
    with Image.open(path) as image:
        return np.asarray(image.convert("RGB")).astype(float)


def hue_share(pixels: np.ndarray, colour: np.ndarray) -> float:
    """Share of pixels whose colour, apart from brightness, is that of a part."""
    linear = (pixels / 255.0) ** 2.2
    unit = linear / np.maximum(np.linalg.norm(linear, axis=-1, keepdims=True), 1e-9)
    return float((unit @ (colour / np.linalg.norm(colour)) > 0.99).mean())


@pytest.mark.parametrize(("up", "turn"), [("Y", [0, 1, 2]), ("Z", [0, 2, 1])])
def test_both_views_show_both_parts_on_their_sides(tmp_path: Path, up: str, turn: list[int]):
    vertices = VERTICES[:, turn] * ([1, -1, 1] if up == "Z" else [1, 1, 1])
    render_parts(tmp_path / "a.png", vertices, FACES, HALVES, size=(400, 200), up=up)
    image = picture(tmp_path / "a.png")
    assert image.shape == (200, 400, 3)
    left, right = part_colours(2)
    for view in (image[:, :200], image[:, 200:]):
        assert hue_share(view[:, :100], left) > 0.1
        assert hue_share(view[:, 100:], right) > 0.1
        assert hue_share(view[:, 100:], left) < hue_share(view[:, :100], left) / 3
        assert (view[[0, 0, -1, -1], [0, -1, 0, -1]] > 225).all()  # light corners, no cut shadows


def test_the_same_picture_twice(tmp_path: Path):
    for name in ("a.png", "b.png"):
        render_parts(tmp_path / name, VERTICES, FACES, HALVES, title="lathe", size=(200, 100))
    assert (tmp_path / "a.png").read_bytes() == (tmp_path / "b.png").read_bytes()


@pytest.mark.parametrize("scale", [1e12, 1e-12, 1e-25])
def test_size_and_place_do_not_matter(tmp_path: Path, scale: float):
    images = [
        render(v, FACES, HALVES, part_colours(2), (60, 60))
        for v in (VERTICES, (VERTICES + [5, -7, 3]) * scale)
    ]
    assert np.abs(images[0] - images[1]).mean() < 0.002


@pytest.mark.parametrize("name", [name for name in CORPUS if CORPUS[name]().usable])
def test_bad_meshes_give_pictures(tmp_path: Path, name: str):
    mesh = CORPUS[name]()
    labels = np.arange(len(mesh.faces)) % 3
    render_parts(tmp_path / "a.png", mesh.vertices, mesh.faces, labels, size=(80, 40))
    thickness = np.sort(np.ptp(mesh.vertices, axis=0))[1] / np.ptp(mesh.vertices, axis=0).max()
    visible = thickness > 0.05  # a needle is thinner than a pixel
    assert np.ptp(picture(tmp_path / "a.png")) > 30 or not visible


@pytest.mark.parametrize(("cores", "each"), [(1, 1), (2, 1), (8, 4), (64, 8)])
def test_both_halves_share_the_cores(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, cores: int, each: int
):
    workers = []
    begin = Tracer.__init__

    def noted(self, *arguments):
        begin(self, *arguments)
        workers.append(self.workers)

    monkeypatch.setattr("os.cpu_count", lambda: cores)
    monkeypatch.setattr(Tracer, "__init__", noted)
    render_parts(tmp_path / "a.png", VERTICES, FACES, HALVES, size=(80, 40))
    assert workers == [each, each]


def test_a_picture_takes_few_rays(monkeypatch: pytest.MonkeyPatch):
    traced = []
    split = Tracer._split

    def counted(self, work, origins, directions):
        traced.append(len(origins))
        return split(self, work, origins, directions)

    monkeypatch.setattr(Tracer, "_split", counted)
    render(VERTICES, FACES, HALVES, part_colours(2), (400, 400))
    assert sum(traced) < 1.3 * 400 * 400, "a small picture must not take seconds"


def test_edges_are_smooth():
    """A pixel that the outline crosses is neither ground nor surface."""
    square = np.array([[0, 0, 0], [1, 0.02, 0], [1, 1, 0], [0, 0.98, 0]], dtype=float)
    faces = np.array([[0, 1, 2], [0, 2, 3]])
    between = []
    for rays in (1, 2):
        quality = Quality(supersampling=rays)
        image = render(square, faces, np.zeros(2, int), np.zeros((1, 3), "f4"), (90, 90), quality)
        between.append(int(((image > 0.01) & (image < 0.4)).any(axis=2).sum()))
    assert between[0] == 0
    assert between[1] > 15


@pytest.mark.parametrize(
    ("name", "form"), [("a.jpg", "JPEG"), ("a.JPEG", "JPEG"), ("a.png", "PNG")]
)
def test_the_format_is_the_one_of_the_name(tmp_path: Path, name: str, form: str):
    render_parts(tmp_path / name, VERTICES, FACES, HALVES, size=(80, 40))
    with Image.open(tmp_path / name) as image:
        assert (image.format, image.size) == (form, (80, 40))
    with pytest.raises(BadInput, match=r"not as '\.gif'"):
        render_parts(tmp_path / "a.gif", VERTICES, FACES, HALVES)
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_borders_are_drawn_darker():
    one = render(VERTICES, FACES, np.zeros(len(FACES), int), part_colours(1), (120, 120))
    same = np.tile(part_colours(1), (2, 1))
    two = render(VERTICES, FACES, HALVES, same, (120, 120))
    darker = (two.sum(axis=2) < 0.8 * one.sum(axis=2)).mean()
    assert 0.002 < darker < 0.05


def test_the_underside_is_darker_than_the_top_and_the_ground_has_a_shadow():
    image = render(VERTICES, FACES, np.zeros(len(FACES), int), np.ones((1, 3), "f4"), (120, 120))
    column = image[:, 60, 0]
    assert column[25:45].mean() > column[90:105].mean()
    assert image[-16:-4, 40:80].min() < 0.8 * image[0].min()


def test_explosion_moves_parts_apart_and_keeps_their_shape():
    vertices, _ = exploded(VERTICES * 1e9, FACES, HALVES)
    unit = unit_frame(VERTICES, FACES).astype(float)
    shift = vertices.reshape(-1, 3, 3) - unit[FACES]
    for part in (0, 1):
        np.testing.assert_allclose(shift[part == HALVES].std(axis=(0, 1)), 0, atol=1e-9)
    assert shift[HALVES == 0][0, 0, 0] < -0.05 < 0.05 < shift[HALVES == 1][0, 0, 0]
    still, _ = exploded(VERTICES, FACES, np.zeros(len(FACES), int))
    np.testing.assert_allclose(still.reshape(-1, 3, 3), unit[FACES], atol=1e-6)


def test_normals_are_smooth_on_soups_and_sharp_at_edges():
    soup = VERTICES[FACES].reshape(-1, 3).astype("f4")
    smooth = corner_normals(soup, np.arange(len(soup)).reshape(-1, 3)).reshape(-1, 3)
    welded = corner_normals(VERTICES.astype("f4"), FACES).reshape(-1, 3)
    np.testing.assert_allclose(smooth, welded, atol=1e-5)
    corner = np.array([[0, 0, 0], [1, 0, 0], [0, 1, 0], [0, 0, 1]], dtype="f4")
    sharp = corner_normals(corner, np.array([[0, 1, 2], [0, 3, 1]]))
    np.testing.assert_allclose(sharp, [[[0, 0, 1]] * 3, [[0, 1, 0]] * 3])


def test_contact_sheet(tmp_path: Path):
    cell = Cell(VERTICES, FACES, HALVES, "a caption that is much longer than its cell " * 3)
    contact_sheet(tmp_path / "a.png", [[cell, cell], [cell]], cell=80, title="title")
    image = picture(tmp_path / "a.png")
    assert image.shape == (16 + 2 * (80 + 14), 160, 3)
    colours = part_colours(2)
    shares = [hue_share(image[16 + 94 * i :][:80, 80 * j :][:, :80], colours[0])
              for i, j in ((0, 0), (0, 1), (1, 0), (1, 1))]  # fmt: skip
    assert min(shares[:3]) > 0.05
    assert shares[3] == 0


def test_the_view_turns_to_what_is_to_be_seen():
    middle = VERTICES[FACES].mean(axis=1)
    for angle in np.radians([0, 90, 180, 270]):
        away = turned(middle, angle)[:, 2] > 0.3  # faces the viewer once turned by the angle
        best = best_turn(VERTICES, FACES, away, views=4)
        assert turned(middle[away], best)[:, 2].mean() > 0.3
        assert best == pytest.approx(angle)


def test_clicks_are_drawn_where_they_were(tmp_path: Path):
    white = np.ones((1, 3))
    middle = VERTICES[FACES].mean(axis=1)
    near, far = int(middle[:, 2].argmax()), int(middle[:, 2].argmin())
    images = []
    even = np.full(3, 1 / 3)
    sets = {
        "no": (),
        "in": [(near, even, True)],
        "out": [(near, even, False)],
        "far": [(far, even, True)],
        "end": [(near, [1, 0, 0], True)],
    }
    for name, clicks in sets.items():
        cell = Cell(VERTICES, FACES, 0 * HALVES, colours=white, clicks=clicks)
        contact_sheet(tmp_path / f"{name}.png", [[cell]], cell=160)
        images.append(picture(tmp_path / f"{name}.png")[:160].mean(axis=2))
    plain, include, exclude, hidden, end = images
    changed = [np.abs(image - plain) > 40 for image in (include, exclude, hidden, end)]
    where = np.argwhere(changed[0]).mean(axis=0)
    assert np.abs(np.argwhere(changed[1]).mean(axis=0) - where).max() < 2
    assert np.abs(np.argwhere(changed[2]).mean(axis=0) - where).max() > 10
    assert 1 < np.abs(np.argwhere(changed[3]).mean(axis=0) - where).max() < 40, "at a corner"
    y, x = where.round().astype(int)
    assert include[y - 2, x] < 60, "a disc is dark all over"
    assert exclude[y, x] < 60, "the bar of a ring"
    assert exclude[y - 2, x] > 120, "a ring is open above its bar"
    assert hidden[changed[2]].min() > include[changed[0]].min() + 40, "far clicks are faint"


def test_bad_arguments_are_refused(tmp_path: Path):
    with pytest.raises(ValueError, match="labels"):
        render_parts(tmp_path / "a.png", VERTICES, FACES, HALVES[:-1])
    with pytest.raises(ValueError, match="up must be"):
        render_parts(tmp_path / "a.png", VERTICES, FACES, HALVES, up="X")
    with pytest.raises(BadInput, match="does not exist"):
        render_parts(tmp_path / "no" / "a.png", VERTICES, FACES, HALVES, size=(40, 20))
    assert list(tmp_path.iterdir()) == []


def test_colours_are_well_apart():
    colours = to_srgb_bytes(part_colours(24)).astype(float)
    distance = np.linalg.norm(colours[:, None] - colours[None], axis=2) + 999 * np.eye(24)
    assert distance.min() > 20
    assert np.diag(distance, 1).min() > 80  # neighbours in number
    grey = to_srgb_bytes(oklch_to_linear([0.0, 1.0], [0.0, 0.0], [0.0, 0.0]))
    np.testing.assert_array_equal(grey, [[0, 0, 0], [255, 255, 255]])
