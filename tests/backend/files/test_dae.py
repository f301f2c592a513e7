# SPDX-License-Identifier: GPL-3.0-or-later
"""Reading COLLADA: placements, units, materials, and what is refused."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

from backend.assets.asset import Asset
from backend.contract.errors import BadInput
from backend.files.readers import read_mesh, write_parts
from tests.fuzz_seeds import BOX, CORNERS, MAKERS, put

needs_library = pytest.mark.skipif("dae" not in MAKERS, reason="pycollada is not installed")


def box(tmp_path: Path, *changes: tuple[str, str]) -> Path:
    (seed,) = (make() for make in MAKERS["dae"])
    path = put(seed, tmp_path)
    text = path.read_text("utf-8")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    path.write_text(text, "utf-8")
    return path


def volumes(asset: Asset) -> list[float]:
    """Of each node; positive where triangles are wound outward."""
    found = []
    for node in range(len(asset.nodes)):
        rows = np.concatenate([p.faces for p in asset.primitives if p.node == node])
        a, b, c = (asset.vertices[asset.faces[rows, i]] for i in range(3))
        found.append(float(np.einsum("ni,ni->n", a, np.cross(b, c)).sum() / 6))
    return found


@needs_library
def test_placements_and_units(tmp_path: Path):
    asset = read_mesh(box(tmp_path))
    turned = CORNERS[:, [1, 0, 2]] * [-1, 1, 1] + [0, 0, 3]
    np.testing.assert_allclose(asset.vertices[:8], 0.01 * turned, atol=1e-9)
    np.testing.assert_array_equal(asset.faces[:6], BOX[:6])
    assert volumes(asset) == pytest.approx([1e-6, 2e-6])
    assert [node.name for node in asset.nodes] == ["left", "n2"]
    assert (asset.up, asset.remarks, len(asset.faces)) == ("Z", [], 24)
    sideways = read_mesh(box(tmp_path, ("Z_UP", "X_UP")))
    np.testing.assert_allclose(sideways.vertices, asset.vertices[:, [1, 0, 2]] * [-1, 1, 1])
    assert sideways.up == "Y"


@needs_library
def test_materials_textures_and_attributes(tmp_path: Path):
    asset = read_mesh(box(tmp_path))
    wood, iron = asset.document["materials"]
    assert (wood["name"], iron["name"], iron["alphaMode"]) == ("wood", "iron", "BLEND")
    assert iron["pbrMetallicRoughness"]["baseColorFactor"] == pytest.approx([0.8, 0.2, 0.1, 0.5])
    assert wood["pbrMetallicRoughness"]["baseColorTexture"] == {"index": 0}
    assert [primitive.material for primitive in asset.primitives] == [0, 1, None]
    for primitive in asset.primitives:
        at = asset.local[primitive.vertices]
        uv, normal = (primitive.attributes[n].values for n in ("TEXCOORD_0", "NORMAL"))
        np.testing.assert_allclose(uv, np.column_stack([at[:, 0], 1 - at[:, 1]]), atol=1e-6)
        np.testing.assert_allclose(normal, (at - 0.5) / np.sqrt(0.75), atol=1e-5)
    write_parts(tmp_path / "out.glb", asset, np.repeat([0, 1], 12))
    assert bytes(read_mesh(tmp_path / "out.glb").images[0]).startswith(b"\x89PNG")


@needs_library
def test_a_texture_that_is_not_there_is_a_remark(tmp_path: Path):
    asset = read_mesh(box(tmp_path, ("wood.png", "file:///C:/lost%20one.png")))
    assert asset.remarks == ["The texture lost one.png was not found."]


@needs_library
@pytest.mark.parametrize(("old", "new"), [
    ("<COLLADA", '<!DOCTYPE a [<!ENTITY b "bb">]><COLLADA'), ("4 4 4", "4 4 5"),
    ("4 4 4", "4 4 -4"), ("<p>0 0 0", "<p>99 0 0"), ("<p>0 0 0", "<p>0 0 99"),
    ("<p>0 0 0", "<p>0 0 x"), ("<p>0 0 0", "<p>-1 0 0"), ("<p>0 0 0", "<p>0 0"),
])  # fmt: skip
def test_damage_is_refused(tmp_path: Path, old: str, new: str):
    with pytest.raises(BadInput, match=r"seed\.dae is damaged"):
        read_mesh(box(tmp_path, (old, new)))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-16-le"])
def test_entities_are_refused_in_any_encoding(tmp_path: Path, encoding: str):
    entity = (
        '<!DOCTYPE a [<!ENTITY b "木木木木木木木木木木木木木木木木木木木木木木木木木木木木木木">]>'
    )
    text = (
        f"<?xml version='1.0' encoding='{encoding[:6].strip('-')}'?>{entity}<COLLADA>&b;</COLLADA>"
    )
    (tmp_path / "a.dae").write_bytes(text.encode(encoding))
    with pytest.raises(BadInput, match=r"a\.dae is damaged") as caught:
        read_mesh(tmp_path / "a.dae")
    assert "document types" in caught.value.detail


@needs_library
def test_what_is_no_mesh_may_be_broken(tmp_path: Path):
    asset = read_mesh(box(tmp_path, ('url="#e2"', 'url="#e9"')))
    assert len(asset.faces) == 24
    assert asset.remarks == ["What of the file could not be read is left out."]


@needs_library
def test_scenes_that_unfold_without_end_are_refused(tmp_path: Path):
    nodes = "".join(
        f'<node id="k{i + 1}"><instance_node url="#k{i}"/><instance_node url="#k{i}"/></node>'
        for i in range(24)
    )
    first = '<node id="k0"><instance_geometry url="#g"/></node>'
    path = box(
        tmp_path,
        ("<library_visual_scenes>", f"<library_nodes>{first}{nodes}</library_nodes>"
         "<library_visual_scenes>"),
        ("</visual_scene>", '<node id="z"><instance_node url="#k24"/></node></visual_scene>'),
    )  # fmt: skip
    with pytest.raises(BadInput, match="places too many objects"):
        read_mesh(path)


@needs_library
def test_a_long_comment_may_come_first(tmp_path: Path):
    path = box(tmp_path, ("<COLLADA", f"<!-- {'word ' * 2000} --><COLLADA"))
    assert len(read_mesh(path).faces) == 24


def test_without_the_library_there_is_a_way_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(sys.modules, "collada", None)
    (tmp_path / "a.dae").write_text("<?xml version='1.0'?>\n<COLLADA version='1.4.1'></COLLADA>")
    with pytest.raises(BadInput, match="is a COLLADA file") as caught:
        read_mesh(tmp_path / "a.dae")
    assert "pip install pycollada" in caught.value.hint
