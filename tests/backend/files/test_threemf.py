# SPDX-License-Identifier: GPL-3.0-or-later
"""Reading 3MF: placements, units, materials, colours, textures, and archives that are traps."""

from __future__ import annotations

import tracemalloc
import zipfile
from pathlib import Path

import numpy as np
import pytest

from backend.contract.errors import BadInput
from backend.files import threemf
from backend.files.readers import read_mesh, write_parts
from tests.backend.files.gltf_maker import parse_glb

CORE = "http://schemas.microsoft.com/3dmanufacturing/core/2015/02"
MATERIAL = "http://schemas.microsoft.com/3dmanufacturing/material/2015/02"
PRODUCTION = "http://schemas.microsoft.com/3dmanufacturing/production/2015/06"
RELATION = "http://schemas.microsoft.com/3dmanufacturing/2013/01/3dmodel"
CORNERS = np.array([[0, 0, 0], [10, 0, 0], [0, 10, 0], [0, 0, 10]], dtype=float)
FACES = np.array([[0, 2, 1], [0, 1, 3], [0, 3, 2], [1, 2, 3]])
PNG = b"\x89PNG\r\n\x1a\n"


def mesh(*properties: str) -> str:
    points = "".join(f'<vertex x="{x:g}" y="{y:g}" z="{z:g}"/>' for x, y, z in CORNERS)
    more = [*properties, *[""] * len(FACES)]
    rows = "".join(
        f'<triangle v1="{a}" v2="{b}" v3="{c}" {extra}/>'
        for (a, b, c), extra in zip(FACES, more, strict=False)
    )
    return f"<mesh><vertices>{points}</vertices><triangles>{rows}</triangles></mesh>"


def model(resources: str, build: str = '<item objectid="1"/>', unit: str = "") -> str:
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><model {unit} xml:lang="en-US" xmlns="{CORE}" '
        f'xmlns:m="{MATERIAL}" xmlns:p="{PRODUCTION}"><resources>{resources}</resources>'
        f"<build>{build}</build></model>"
    )


def save(path: Path, text: str, more: dict[str, bytes] | None = None, at: str = "") -> Path:
    target = at or "/3D/3dmodel.model"
    relations = (
        f'<Relationships><Relationship Type="{RELATION}" Target="{target}"/></Relationships>'
    )
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("_rels/.rels", relations)
        archive.writestr(target.lstrip("/"), text)
        for name, content in (more or {}).items():
            archive.writestr(name, content)
    return path


def refused(path: Path) -> str:
    with pytest.raises(BadInput) as caught:
        read_mesh(path)
    assert caught.value.hint
    return caught.value.message


SOLID = f'<object id="1" name="solid" type="model">{mesh()}</object>'


@pytest.mark.parametrize(
    ("unit", "metres"),
    [("", 1e-3), ('unit="micron"', 1e-6), ('unit="inch"', 0.0254), ('unit="meter"', 1.0)],
)
def test_lengths_become_metres(tmp_path: Path, unit: str, metres: float):
    asset = read_mesh(save(tmp_path / "a.3mf", model(SOLID, unit=unit)))
    np.testing.assert_allclose(asset.vertices, CORNERS * metres)
    np.testing.assert_array_equal(asset.faces, FACES)
    assert (asset.up, asset.nodes[0].name, asset.remarks) == ("Z", "solid", [])


def test_components_and_items_are_placed(tmp_path: Path):
    pair = (
        '<object id="2" name="pair"><components>'
        '<component objectid="1" transform="0 1 0 -1 0 0 0 0 1 5 0 0"/>'
        '<component objectid="1" transform="-1 0 0 0 1 0 0 0 1 0 0 0"/></components></object>'
    )
    build = '<item objectid="2" transform="1 0 0 0 1 0 0 0 1 100 0 0"/><item objectid="1"/>'
    asset = read_mesh(save(tmp_path / "a.3mf", model(SOLID + pair, build)))
    turned = np.stack([-CORNERS[:, 1] + 105, CORNERS[:, 0], CORNERS[:, 2]], axis=1)
    mirrored = CORNERS * [-1, 1, 1] + [100, 0, 0]
    np.testing.assert_allclose(asset.vertices, np.concatenate([turned, mirrored, CORNERS]) / 1000)
    np.testing.assert_array_equal(asset.faces[4:8], FACES[:, ::-1] + 4)  # seen from outside
    corner = asset.vertices[asset.faces]
    volume = np.linalg.det(corner - corner[:, :1].mean(axis=0)).reshape(3, 4).sum(axis=1)
    assert len({np.sign(v) for v in volume}) == 1
    assert [node.name for node in asset.nodes] == ["solid"] * 3
    names = write_parts(tmp_path / "a.glb", asset, np.repeat([0, 1, 2], 4))
    document, _ = parse_glb(tmp_path / "a.glb")
    assert len(names) == len(document["nodes"]) == 3


def test_other_files_of_the_package_are_found(tmp_path: Path):
    inner = model(f'<object id="7">{mesh()}</object>', "")
    outer = (
        '<object id="1"><components><component objectid="7" p:path="/3D/Objects/o.model"/>'
        "</components></object>"
    )
    path = save(
        tmp_path / "a.3mf", model(outer), {"3D/Objects/o.model": inner.encode()}, "/x/y.xml"
    )
    assert len(read_mesh(path).faces) == 4


def test_without_a_build_all_objects_are_taken(tmp_path: Path):
    assert len(read_mesh(save(tmp_path / "a.3mf", model(SOLID, ""))).faces) == 4


def test_base_materials(tmp_path: Path):
    base = (
        '<basematerials id="5"><base name="red" displaycolor="#FF0000"/>'
        '<base name="glass" displaycolor="#80808080"/></basematerials>'
    )
    glass = mesh("", 'pid="5" p1="1"')
    solid = f'<object id="1" pid="5" pindex="0">{glass}</object>'
    asset = read_mesh(save(tmp_path / "a.3mf", model(base + solid)))
    red, glass = asset.document["materials"]
    assert red["pbrMetallicRoughness"]["baseColorFactor"] == [1, 0, 0, 1]
    np.testing.assert_allclose(
        glass["pbrMetallicRoughness"]["baseColorFactor"], [0.2159] * 3 + [0.502], atol=1e-4
    )
    assert glass["alphaMode"] == "BLEND"
    assert [(p.material, list(p.faces)) for p in asset.primitives] == [(0, [0, 2, 3]), (1, [1])]


def test_colours_of_corners(tmp_path: Path):
    colours = (
        '<m:colorgroup id="5"><m:color color="#FF0000FF"/><m:color color="#00BC00FF"/>'
        "</m:colorgroup>"
    )
    own = mesh('pid="5" p1="0" p2="1" p3="0"', 'pid="5" p1="1"')
    solid = f'<object id="1">{own}</object>'
    (primitive,) = read_mesh(save(tmp_path / "a.3mf", model(colours + solid))).primitives
    colour = primitive.attributes["COLOR_0"].values[primitive.corners]
    red, green, white = [1, 0, 0, 1], [0, 0.5029, 0, 1], [1] * 4
    np.testing.assert_allclose(colour[0], [red, green, red], atol=1e-3)
    np.testing.assert_allclose(colour[1], [green] * 3, atol=1e-3)
    np.testing.assert_allclose(colour[2:], np.broadcast_to(white, (2, 3, 4)))
    np.testing.assert_array_equal(primitive.vertices[primitive.corners], FACES)


def test_a_texture(tmp_path: Path):
    texture = (
        '<m:texture2d id="4" path="/3D/Textures/wood.png" contenttype="image/png"/>'
        '<m:texture2dgroup id="5" texid="4"><m:tex2coord u="0" v="0"/><m:tex2coord u="1" v="0.25"/>'
        "</m:texture2dgroup>"
    )
    own = mesh('pid="5" p1="0" p2="1" p3="1"')
    solid = f'<object id="1" pid="5" pindex="1">{own}</object>'
    text = model(texture + solid)
    asset = read_mesh(save(tmp_path / "a.3mf", text, {"3D/Textures/wood.png": PNG}))
    (primitive,) = asset.primitives
    assert asset.images == [PNG]
    assert primitive.material == 0
    uv = primitive.attributes["TEXCOORD_0"].values[primitive.corners]
    np.testing.assert_allclose(uv[0], [[0, 1], [1, 0.75], [1, 0.75]])
    missing = read_mesh(save(tmp_path / "b.3mf", text))
    assert missing.remarks == ["The texture 3D/Textures/wood.png was not found."]


def test_what_is_not_kept_is_said(tmp_path: Path):
    mixed = '<m:multiproperties id="5" pids="1"><m:multi pindices="0"/></m:multiproperties>'
    painted = mesh("pid='5' p1='0' paint_color='4'")
    asset = read_mesh(save(tmp_path / "a.3mf", model(f'{mixed}<object id="1">{painted}</object>')))
    assert len(asset.remarks) == 2
    assert len(asset.faces) == 4


LOOP = '<object id="1"><components><component objectid="1"/></components></object>'
DOUBLE = SOLID.replace('id="1"', 'id="0"') + "".join(
    f'<object id="{k}"><components><component objectid="{k - 1}"/><component objectid="{k - 1}"/>'
    "</components></object>"
    for k in range(1, 60)
)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (model(LOOP), "damaged"),
        (model(DOUBLE, '<item objectid="59"/>'), "too many"),
        (model(SOLID, '<item objectid="9"/>'), "damaged"),
        (model(SOLID.replace('v3="3"', 'v3="4"')), "does not exist"),
        (model(SOLID.replace('v3="3"', 'v3="4"'), '<item objectid="1"/>' * 2), "does not exist"),
        (model(SOLID.replace('x="10"', 'x="NaN"')), "NaN"),
        (model(SOLID.replace('x="10"', 'x="ten"')), "damaged"),
        (model('<object id="1"><mesh/></object>'), "holds no triangles"),
        (model(SOLID)[:-40], "damaged"),
        (model(SOLID, unit='unit="parsec"'), "damaged"),
        (model(f'<object id="1" pid="5">{mesh()}</object><basematerials id="5"/>'), "damaged"),
        ('<!DOCTYPE x [<!ENTITY a "aaaa">]>' + model(SOLID).partition("?>")[2], "damaged"),
    ],
)
def test_what_is_refused(tmp_path: Path, text: str, words: str):
    assert words in refused(save(tmp_path / "a.3mf", text))


def test_an_archive_that_is_a_trap_is_refused_at_once(tmp_path: Path):
    path = save(tmp_path / "a.3mf", model(SOLID + " " * (32 << 20)))
    tracemalloc.start()
    assert "unpacks to 32 MB" in refused(path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 16 << 20, "it was unpacked"


def test_other_archives_are_refused(tmp_path: Path):
    with zipfile.ZipFile(tmp_path / "a.3mf", "w") as archive:
        archive.writestr("readme.txt", "hello")
    assert refused(tmp_path / "a.3mf").startswith("a.3mf is ")
    (tmp_path / "a.3mf").write_bytes(b"no archive")
    assert "damaged" in refused(tmp_path / "a.3mf")
    assert threemf.MOST_TIMES > 100, "XML of one repeated triangle unpacks to 100 times its size"
