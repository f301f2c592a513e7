# SPDX-License-Identifier: GPL-3.0-or-later
"""Parts are shown in the colours of their own materials and textures."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest

from backend.assets.asset import Asset, Attribute, Primitive, single_node_asset
from backend.library.families.forms import block
from backend.pictures.materials import colours_of_parts

LABELS = np.repeat([0, 1], [6, 6])  # of a box of twelve triangles


def box() -> Asset:
    vertices, faces = block((1, 1, 1))
    vertices, faces = vertices[faces.reshape(-1)], np.arange(36).reshape(-1, 3)
    rows = np.arange(len(vertices))
    primitive = Primitive(0, faces, np.arange(len(faces)), rows, material=0)
    asset = single_node_asset(Path("box.glb"), vertices, faces, [primitive])
    asset.document["materials"] = [
        {"pbrMetallicRoughness": {"baseColorFactor": [0.5, 0.2, 0.1, 1]}}
    ]
    return asset


def test_what_is_of_one_colour_has_none_to_show() -> None:
    assert colours_of_parts(box(), LABELS, 2) is None


def test_vertex_colours_are_over_the_material() -> None:
    asset = box()
    (primitive,) = asset.primitives
    painted = np.ones((len(primitive.vertices), 4))
    painted[np.unique(primitive.corners[6:])] = [0, 0, 1, 1]
    primitive.attributes["COLOR_0"] = Attribute(painted)
    found = colours_of_parts(asset, LABELS, 2)
    assert found is not None
    assert found[1, 0] < found[0, 0]


def test_a_texture_is_looked_up_and_a_broken_one_passed_over() -> None:
    from PIL import Image

    asset = box()
    (primitive,) = asset.primitives
    file = io.BytesIO()
    Image.fromarray(np.uint8([[[255, 0, 0], [0, 0, 255]]])).save(file, "PNG")
    place = np.full((len(primitive.vertices), 2), [0.25, 0.5])
    place[np.unique(primitive.corners[6:])] = [0.75, 0.5]
    primitive.attributes["TEXCOORD_0"] = Attribute(place)
    surface = {"baseColorTexture": {"index": 0}}
    asset.document["materials"] = [{"pbrMetallicRoughness": surface}]
    asset.document["textures"] = [{"source": 0}]
    asset.images = [file.getvalue()]
    found = colours_of_parts(asset, LABELS, 2)
    assert found is not None
    assert found[1] == pytest.approx([0, 0, 1])
    asset.images = [b"no picture"]
    assert colours_of_parts(asset, LABELS, 2) is None
