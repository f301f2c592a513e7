# SPDX-License-Identifier: GPL-3.0-or-later
"""Meshes from imagined fields, and the picture that is laid onto them."""

from __future__ import annotations

import numpy as np
import pytest

from backend.contract.errors import BadInput
from backend.engines.projected import (
    Figure,
    dressed,
    meshes_of,
    upright,
    within,
)
from backend.geometry.isosurface import GridField
from backend.geometry.mesh import is_closed_manifold, signed_volume


def balls(*parts: tuple[float, float]) -> GridField:
    """The union of balls (place along X, radius)."""
    axis = np.linspace(-1, 1, 49)
    x, y, z = np.meshgrid(axis, axis, axis, indexing="ij")
    values = [np.sqrt((x - at) ** 2 + y**2 + z**2) - radius for at, radius in parts]
    return GridField(np.min(values, axis=0), np.full(3, -1.0), 2 / 48)


def stripes(top: int = 20, bottom: int = 40) -> Figure:
    """Left half red, right half blue, in the middle third of a picture."""
    picture = np.zeros((60, 90, 4), np.uint8)
    picture[top:bottom, 30:45] = [255, 0, 0, 255]
    picture[top:bottom, 45:60] = [0, 0, 255, 255]
    return Figure.found(picture, None)


def test_what_is_beside_the_figure_is_cut_out() -> None:
    picture = np.full((60, 90, 4), 255, np.uint8)
    picture[20:40, 30:60, :3] = [200, 30, 30]
    cut = Figure.found(picture, None).cut_out()
    assert cut[30, 45].tolist() == [200, 30, 30, 255]
    assert cut[5, 5, 3] == 0


def test_dust_goes_and_few_triangles_are_left() -> None:
    (mesh,) = meshes_of([balls((0.3, 0.5), (-0.8, 0.04))])
    vertices, faces = mesh
    assert is_closed_manifold(faces)
    assert vertices[:, 0].min() > -0.3
    assert signed_volume(vertices, faces) == pytest.approx(4 / 3 * np.pi * 0.5**3, rel=0.02)
    assert len(faces) < 6000


def test_a_field_without_inside_is_no_part() -> None:
    nothing = balls((0.0, -1.0))
    assert len(meshes_of([nothing])[0][1]) == 0
    with pytest.raises(BadInput, match="Nothing came out"):
        dressed(meshes_of([nothing]), stripes(), distance=4.0)
    made = dressed(meshes_of([nothing, balls((0, 0.5))]), stripes(), distance=4.0)
    assert len(made.parts) == 1


@pytest.mark.parametrize("distance", [4.0, np.inf])
def test_the_outline_lies_on_the_figure(distance: float) -> None:
    meshes = meshes_of([balls((-0.35, 0.34)), balls((0.35, 0.34))])
    left, right = dressed(meshes, stripes(22, 37), distance=distance).parts
    uv = np.concatenate([left.uv.reshape(-1, 2), right.uv.reshape(-1, 2)])
    assert uv.min(axis=0) == pytest.approx([1 / 3, 23 / 60], abs=0.02)
    assert uv.max(axis=0) == pytest.approx([2 / 3, 38 / 60], abs=0.02)
    colours = sorted(part.colour for part in (left, right))
    assert colours[0] == pytest.approx((0, 0, 1), abs=0.02)
    assert colours[1] == pytest.approx((1, 0, 0), abs=0.02)


def test_parts_stand_on_the_ground_the_farthest_first() -> None:
    near, far = balls((0.2, 0.3)), balls((-0.2, 0.3))
    near = GridField(near.values, near.origin + [0, 0, 0.5], near.cell)
    parts = dressed(meshes_of([near, far]), stripes(), distance=np.inf).parts
    assert [part.name for part in parts] == ["part_1", "part_2"]
    assert parts[0].vertices[:, 2].mean() < parts[1].vertices[:, 2].mean()
    points = np.concatenate([part.vertices for part in parts])
    assert points[:, 1].min() == pytest.approx(0)
    assert np.ptp(points, axis=0).max() == pytest.approx(1)


def test_what_lies_beyond_the_outline_has_the_colours_of_the_figure() -> None:
    texture = stripes().texture()
    assert texture.shape == (60, 90, 4)
    assert (texture[..., 3] == 255).all()
    assert texture[30, 28, 0] > 200
    assert texture[30, 62, 2] > 200


def test_an_encoder_is_shown_the_figure_on_white() -> None:
    shown = stripes().on_white()
    assert shown.shape == (36, 36, 3)
    assert (shown[0] == 255).all()
    with pytest.raises(BadInput, match="no figure"):
        Figure.found(np.zeros((20, 20, 4), np.uint8), None)


def test_an_object_has_no_more_triangles_than_asked_for() -> None:
    meshes = meshes_of([balls((-0.4, 0.3)), balls((0.4, 0.15)), balls((0.0, -1.0))])
    few = within(meshes, 800)
    counts = [len(faces) for _, faces in few]
    assert sum(counts) <= 900  # 800, but for what would be too rough
    assert counts[0] > counts[1] > 50
    assert counts[2] == 0
    assert all(is_closed_manifold(faces) for _, faces in few if len(faces))
    assert within(few, 900)[0] is few[0]


@pytest.mark.parametrize("model", ["triposg", "partcrafter", "scribble"])
def test_shapes_stand_upright_as_their_model_turns_them(
    model: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from dataclasses import replace

    from backend.checkpoints import public

    known = public.public_model(model)
    vertices = np.array([[1.0, 2.0, 3.0]])
    assert upright(model, [(vertices, np.zeros((0, 3), int))])[0][0].tolist() == [[1, 2, 3]]
    turned = tuple(
        replace(one, axes="+X, +Z, -Y") if one is known else one for one in public.MODELS
    )
    monkeypatch.setattr(public, "MODELS", turned)
    assert upright(model, [(vertices, np.zeros((0, 3), int))])[0][0].tolist() == [[1, 3, -2]]
