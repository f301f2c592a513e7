# SPDX-License-Identifier: GPL-3.0-or-later
"""New faces go on with the material, colours, map and shape keys of their border."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from backend.assets.asset import Asset, Primitive
from backend.files.grown import Border, Carry, own_vertices
from backend.files.readers import read_mesh, write_parts
from tests.backend.files.gltf_maker import GltfMaker, parse_glb
from tests.backend.files.test_parts import SimpleCaps

SIDES = 8
RISE = 0.25  # of each vertex of the border, by the morph target


def cup(path: Path, **node: object) -> Asset:
    """The side of a cup around Z, open below: half of it of one material, half of another.

    Red and at the left of the map, blue and at its right; each half has vertices of its own.
    """
    maker = GltfMaker(materials=[{"name": "red"}, {"name": "blue"}])
    halves = []
    for half, colour in enumerate(([1, 0, 0], [0, 0, 1])):
        angle = np.pi * (half + np.linspace(0, 1, SIDES // 2 + 1))
        round_ = np.column_stack([np.cos(angle), np.sin(angle), np.zeros_like(angle)])
        place = np.concatenate([round_, round_ + [0, 0, 1]])
        wide = len(angle)
        faces = [[k, k + 1, wide + k + 1] for k in range(wide - 1)]
        faces += [[k, wide + k + 1, wide + k] for k in range(wide - 1)]
        uv = np.column_stack([0.6 * half + 0.4 * np.linspace(0, 1, wide), np.zeros(wide)])
        halves.append(
            {
                "attributes": {
                    "POSITION": maker.accessor(place),
                    "NORMAL": maker.accessor(np.concatenate([round_, round_])),
                    "COLOR_0": maker.accessor(np.tile(colour, (2 * wide, 1))),
                    "TEXCOORD_0": maker.accessor(np.concatenate([uv, uv + [0, 0.5]])),
                },
                "indices": maker.accessor(np.ravel(faces), "uint16"),
                "material": half,
                "targets": [{"POSITION": maker.accessor(np.tile([0, 0, RISE], (2 * wide, 1)))}],
            }
        )
    maker.mesh(*halves)
    maker.node(mesh=0, **node)
    return read_mesh(maker.write(path))


def bottom(asset: Asset) -> tuple[SimpleCaps, Carry]:
    """A blunt end below the cup: a vertex in the middle, and what it takes from the border."""
    place = asset.nodes[0].matrix[:3, :3] @ [0, 0, -0.2] + asset.nodes[0].matrix[:3, 3]
    low = np.nonzero(asset.local[:, 2] == 0)[0]
    around = low[np.argsort(np.arctan2(asset.local[low, 1], asset.local[low, 0]))]
    _, first = np.unique(asset.local[around].round(5), axis=0, return_index=True)
    ring = around[np.sort(first)]
    turned = ring[::-1] if asset.nodes[0].mirrored else ring
    count = len(asset.vertices)
    fan = np.column_stack([np.roll(turned, -1), turned, np.full(len(ring), count)])
    carry = Carry(frozenset({0}), ring[None, [0, 2, 4, 6]], np.full((1, 4), 0.25, np.float32))
    return SimpleCaps(np.array([place]), [fan]), carry


def open_edges(asset: Asset) -> int:
    """Edges without a partner in the other direction, vertices at one place taken as one."""
    corner = asset.vertices[asset.faces].reshape(-1, 3).astype(np.float32)
    _, each = np.unique(corner, axis=0, return_inverse=True)
    edges = each.reshape(-1, 3)[:, [[0, 1], [1, 2], [2, 0]]].reshape(-1, 2)
    there = set(map(tuple, edges.tolist()))
    return sum((b, a) not in there for a, b in there)


@pytest.mark.parametrize("scale", [[1, 1, 1], [-1, 2, 1]])
def test_new_faces_go_on_with_their_border(tmp_path: Path, scale: list[float]) -> None:
    asset = cup(tmp_path / "in.glb", scale=scale, rotation=[0.6, 0, 0, 0.8], translation=[7, 5, 3])
    caps, carry = bottom(asset)
    labels = np.zeros(len(asset.faces), dtype=int)
    write_parts(tmp_path / "out.glb", asset, labels, caps=caps, carry=carry)
    document, _ = parse_glb(tmp_path / "out.glb")
    assert [m["name"] for m in document["materials"]] == ["red", "blue"]
    out = read_mesh(tmp_path / "out.glb")
    assert open_edges(out) == SIDES  # those of the upper end
    assert [p.material for p in out.primitives] == [0, 1, 0, 1]
    assert sum(len(p.faces) for p in out.primitives[2:]) == SIDES
    for seen, grown in zip(out.primitives[:2], out.primitives[2:], strict=True):
        values = {name: a.as_float() for name, a in grown.attributes.items()}
        assert (values["COLOR_0"] == seen.attributes["COLOR_0"].as_float()[0]).all()
        low, high = (f(seen.attributes["TEXCOORD_0"].values[:, 0]) for f in (np.min, np.max))
        assert (values["TEXCOORD_0"][:, 0] >= low).all()
        assert (values["TEXCOORD_0"][:, 0] <= high).all()
        assert np.allclose(np.linalg.norm(values["NORMAL"], axis=1), 1)
        middle = np.isclose(out.local[grown.vertices, 2], -0.2)
        assert middle.any()
        assert (values["NORMAL"][middle, 2] < -0.9).all()
        assert np.allclose(grown.targets[0]["POSITION"], [0, 0, RISE])


def test_caps_stay_caps(tmp_path: Path) -> None:
    asset = cup(tmp_path / "in.glb")
    caps, carry = bottom(asset)
    none = Carry(frozenset(), carry.vertex, carry.weight)
    labels = np.zeros(len(asset.faces), dtype=int)
    write_parts(tmp_path / "out.glb", asset, labels, caps=caps, carry=none)
    document, _ = parse_glb(tmp_path / "out.glb")
    assert [m["name"] for m in document["materials"]] == ["red", "blue", "cap"]


def test_a_triangle_over_a_seam_of_the_map_has_one_place_of_it(tmp_path: Path) -> None:
    asset = cup(tmp_path / "in.glb")
    for primitive in asset.primitives:  # two islands of the map, each in one place of it
        uv = primitive.attributes["TEXCOORD_0"].values
        uv[:] = np.where(np.arange(len(uv))[:, None] % (SIDES // 2 + 1) < 2, 0, 50)
    caps, carry = bottom(asset)
    labels = np.zeros(len(asset.faces), dtype=int)
    write_parts(tmp_path / "out.glb", asset, labels, caps=caps, carry=carry)
    out = read_mesh(tmp_path / "out.glb")
    places = [p.attributes["TEXCOORD_0"].values[p.corners] for p in out.primitives[2:]]
    assert {0.0, 50.0} == set(np.concatenate(places).ravel().tolist())
    for place in places:
        assert (place == place[:, :1]).all()


def test_vertices_of_neighbours_at_the_same_place_are_the_parts_own() -> None:
    place = np.array([[0, 0, 0], [1, 0, 0], [0, 1, 0], [1, 0, 0], [0, 1, 0], [1, 1, 0.0]])
    asset = Asset(
        Path("a"), place, np.array([[0, 1, 2], [3, 5, 4]]), place.astype(np.float32),
        np.zeros(6, np.int32), [], [],
    )  # fmt: skip
    triangle = Primitive(0, np.array([[0, 1, 2]]), np.array([1]), np.array([3, 5, 4]))
    border = Border(asset, [(triangle, np.array([0]))])
    named = own_vertices(border, np.array([[1, 2, 6], [0, 1, 6]]), place)
    assert named.tolist() == [[3, 4, 6], [0, 3, 6]]
