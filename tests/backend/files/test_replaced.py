# SPDX-License-Identifier: GPL-3.0-or-later
"""A part is replaced in a file; every stored number of the others stays."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from backend.assets.asset import Asset
from backend.files.readers import read_mesh
from backend.files.replaced import NewPart, nodes_as_parts, write_replaced
from backend.library.families.forms import ball, moved

CHAIR = Path(__file__).parents[3] / "examples/office_chair.glb"
FOX = Path(__file__).parents[3] / "examples/fox.glb"


def new(material: dict[str, object] | None = None) -> NewPart:
    return NewPart(*moved(ball(0.2), (0, 0.6, 0)), material or {}, {"partwise": {"part": "ball"}})


def stored(asset: Asset, name: str) -> list[bytes]:
    """Every array of a node, as bytes."""
    number = [node.name for node in asset.nodes].index(name)
    found = []
    for primitive in asset.primitives:
        if primitive.node == number:
            found += [asset.local[primitive.vertices].tobytes(), primitive.corners.tobytes()]
            found += [a.values.tobytes() for _, a in sorted(primitive.attributes.items())]
    assert found
    return found


def test_the_others_are_byte_for_byte_as_they_were(tmp_path: Path) -> None:
    before = read_mesh(CHAIR)
    labels, names = nodes_as_parts(before)
    seat = names.index("seat")
    written = write_replaced(tmp_path / "a.glb", before, labels, names, {seat: [new()]})
    after = read_mesh(tmp_path / "a.glb")
    assert written == names
    assert [node.name for node in after.nodes] == names
    for name in names:
        assert (stored(before, name) == stored(after, name)) == (name != "seat")
    part = after.nodes[seat]
    assert part.extras["partwise"]["part"] == "ball"
    rows = after.vertex_node == seat
    assert after.vertices[rows].mean(axis=0) == pytest.approx([0, 0.6, 0], abs=0.01)


def test_variants_are_nodes_under_a_parent_of_the_parts_name(tmp_path: Path) -> None:
    before = read_mesh(CHAIR)
    labels, names = nodes_as_parts(before)
    seat = names.index("seat")
    write_replaced(tmp_path / "a.glb", before, labels, names, {seat: [new(), new(), new()]})
    after = read_mesh(tmp_path / "a.glb")
    own = [node.name for node in after.nodes if node.name.startswith("seat")]
    assert own == ["seat.1", "seat.2", "seat.3"]
    import json
    import struct

    data = (tmp_path / "a.glb").read_bytes()
    document = json.loads(data[20 : 20 + struct.unpack("<I", data[12:16])[0]])
    (parent,) = [node for node in document["nodes"] if node.get("children")]
    assert parent["name"] == "seat"
    assert [document["nodes"][child]["name"] for child in parent["children"]] == own
    assert not set(parent["children"]) & set(document["scenes"][0]["nodes"])


def test_the_material_is_kept_or_the_wished_one(tmp_path: Path) -> None:
    before = read_mesh(FOX)
    count = len(before.faces)
    labels = (np.arange(count) >= count // 2).astype(np.int64)
    names = ["one", "two"]
    write_replaced(tmp_path / "kept.glb", before, labels, names, {1: [new()]})
    kept = read_mesh(tmp_path / "kept.glb")
    old = {primitive.material for primitive in before.primitives}
    assert {primitive.material for primitive in kept.primitives} <= old
    wish = {"name": "pink metal", "colour": [1, 0.2, 0.4, 1.0], "metallic": 1.0, "roughness": 0.3}
    write_replaced(tmp_path / "pink.glb", before, labels, names, {1: [new(wish)]})
    pink = read_mesh(tmp_path / "pink.glb")
    materials = pink.document["materials"]
    assert materials[-1]["name"] == "pink metal"
    assert materials[-1]["pbrMetallicRoughness"]["metallicFactor"] == 1
    of_new = [p.material for p in pink.primitives if pink.nodes[p.node].name == "two"]
    assert of_new == [len(materials) - 1]


@pytest.mark.parametrize(
    ("wish", "extension", "key"),
    [
        ({"transmission": 1.0, "ior": 1.5}, "KHR_materials_transmission", "transmissionFactor"),
        ({"transmission": 1.0, "ior": 1.5}, "KHR_materials_ior", "ior"),
        ({"coat": 0.6}, "KHR_materials_clearcoat", "clearcoatFactor"),
        ({"sheen": 1.0}, "KHR_materials_sheen", "sheenColorFactor"),
    ],
)
def test_a_finish_is_in_the_extensions_of_the_format(
    tmp_path: Path, wish: dict[str, float], extension: str, key: str
) -> None:
    before = read_mesh(FOX)
    labels = (np.arange(len(before.faces)) > 5).astype(np.int64)
    look = {"name": "wished", "colour": [1, 0.2, 0.4, 1.0], **wish}
    write_replaced(tmp_path / "a.glb", before, labels, ["one", "two"], {1: [new(look)]})
    document = read_mesh(tmp_path / "a.glb").document
    assert extension in document["extensionsUsed"]
    assert document["materials"][-1]["extensions"][extension][key]
    assert extension not in document.get("extensionsRequired", ())
