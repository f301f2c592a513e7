# SPDX-License-Identifier: GPL-3.0-or-later
"""Materials of .mtl: found as exporters write them, kept in glTF, or named in a remark."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from backend.files.mtl import gltf_materials
from backend.files.readers import read_mesh, write_parts

TRIANGLE = "v 0 0 0\nv 1 0 0\nv 0 1 0\nvt 0 0\nvt 1 0\nvt 0 1\nusemtl skin\nf 1/1 2/2 3/3\n"


def picture(path: Path, *colour: int, size: tuple[int, int] = (4, 4)) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    mode = {1: "L", 3: "RGB", 4: "RGBA"}[len(colour)]
    Image.new(mode, size, colour if len(colour) > 1 else colour[0]).save(path)


def pixel(image: object) -> tuple[int, ...]:
    assert isinstance(image, bytes | memoryview)
    with Image.open(io.BytesIO(bytes(image))) as opened:
        value = opened.getpixel((0, 0))
        return value if isinstance(value, tuple) else (value,)


def materials(folder: Path, mtl: str | bytes, names: str = "skin"):
    (folder / "a.mtl").write_bytes(mtl.encode() if isinstance(mtl, str) else mtl)
    return gltf_materials(folder / "mesh.obj", names.split("|"), ["a.mtl"])


def one(folder: Path, statements: str):
    document, images, remarks = materials(folder, f"newmtl skin\n{statements}\n")
    return document["materials"][0], document, images, remarks


@pytest.mark.parametrize("line", [
    "mtllib other.mtl wood.mtl", "mtllib other.mtl\nmtllib wood.mtl", "mtllib .\\wood.mtl",
    "mtllib WOOD.MTL", 'mtllib "other.mtl" "wood.mtl"', "mtllib\twood.mtl ", "",
    "mtllib C:\\Users\\me\\wood.mtl", "mtllib /home/me/wood.mtl", "mtllib file:///home/wood.mtl",
    "mtllib other.mtl C:\\my models\\wood.mtl",
])  # fmt: skip
def test_libraries_are_found_as_exporters_name_them(tmp_path: Path, line: str):
    (tmp_path / "other.mtl").write_text("newmtl other\nKd 1 0 0\n")
    (tmp_path / "wood.mtl").write_text("newmtl skin\nmap_Kd wood.png\n")
    picture(tmp_path / "wood.png", 200, 30, 30)
    (tmp_path / "wood.obj").write_text(f"{line}\n{TRIANGLE}")
    asset = read_mesh(tmp_path / "wood.obj")
    assert asset.images == [tmp_path / "wood.png"]
    assert not asset.remarks


def test_names_with_spaces_and_missing_libraries(tmp_path: Path):
    (tmp_path / "my own.mtl").write_text("newmtl skin\nKd 1 0 0\n")
    (tmp_path / "mesh.obj").write_text(f"mtllib my own.mtl not there.mtl\n{TRIANGLE}")
    asset = read_mesh(tmp_path / "mesh.obj")
    surface = asset.document["materials"][0]["pbrMetallicRoughness"]
    assert surface["baseColorFactor"] == [1, 0, 0, 1]
    assert asset.remarks == ["The material file not there.mtl was not found."]


@pytest.mark.parametrize("value", [
    "maps\\wood grain.png", "maps/wood grain.png", "MAPS\\Wood Grain.PNG", '"maps/wood grain.png"',
    ".\\maps\\wood grain.png", "C:\\work\\maps\\wood grain.png", "/home/me/maps/wood grain.png",
    "-s 1 1 1 -o 0 0 0 -mm 0 1 -bm 0.5 -clamp off maps/wood grain.png",
    "-blendu on maps/wood grain.png",
    "-imfchan r maps/wood grain.png", "-colorspace linear maps\\wood grain.png",
    "maps/wood grain.png  # the oak", "..\\model\\maps\\wood grain.png",
])  # fmt: skip
def test_pictures_are_found_from_the_folder_of_their_library(tmp_path: Path, value: str):
    folder = tmp_path / "model"
    picture(folder / "maps" / "wood grain.png", 1, 2, 3)
    _, document, images, remarks = one(folder, f"map_Kd {value}")
    assert images == [folder / "maps" / "wood grain.png"] or (
        images[0].samefile(folder / "maps" / "wood grain.png")
    )
    assert not remarks
    assert document["textures"] == [{"source": 0}]


def test_pictures_beside_a_library_in_another_folder(tmp_path: Path):
    (tmp_path / "lib").mkdir()
    (tmp_path / "lib" / "a.mtl").write_text("newmtl skin\nmap_Kd wood.png\nmap_Ke glow.png\n")
    picture(tmp_path / "lib" / "wood.png", 1, 2, 3)
    picture(tmp_path / "glow.png", 4, 5, 6)  # beside the model
    (tmp_path / "mesh.obj").write_text(f"mtllib lib/a.mtl\n{TRIANGLE}")
    asset = read_mesh(tmp_path / "mesh.obj")
    assert asset.images == [tmp_path / "lib" / "wood.png", tmp_path / "glow.png"]


@pytest.mark.parametrize("content", [b"", b"<html>404</html>", b"\x89PNG\r\n\x1a\n", "cut"])
def test_an_unreadable_picture_is_a_remark(tmp_path: Path, content: bytes | str):
    picture(tmp_path / "wood.png", 1, 2, 3, size=(64, 64))
    whole = (tmp_path / "wood.png").read_bytes()
    (tmp_path / "wood.png").write_bytes(whole[:-20] if isinstance(content, str) else content)
    (tmp_path / "a.mtl").write_text(
        "newmtl skin\nKd 1 0 0\n" + "".join(f"{k} wood.png\n" for k in ("map_Kd", "map_d", "norm"))
    )
    (tmp_path / "mesh.obj").write_text(f"mtllib a.mtl\n{TRIANGLE}")
    asset = read_mesh(tmp_path / "mesh.obj")
    assert asset.remarks == ["The texture wood.png cannot be read and was left out."]
    write_parts(tmp_path / "parts.glb", asset, np.array([0]))
    written = read_mesh(tmp_path / "parts.glb")
    (material,) = written.document["materials"]
    assert material["pbrMetallicRoughness"]["baseColorFactor"] == [1, 0, 0, 1]
    assert not {"normalTexture", "alphaMode"} & material.keys()
    assert not written.images
    assert "TEXCOORD_0" in written.primitives[0].attributes


def test_pictures_that_gltf_does_not_know_become_png(tmp_path: Path):
    Image.new("RGB", (4, 4), (9, 8, 7)).save(tmp_path / "wood.tga")
    Image.new("CMYK", (4, 4), (0, 0, 0, 0)).save(tmp_path / "print.jpg")
    _, _, images, remarks = one(tmp_path, "map_Kd wood.tga\nmap_Ke print.jpg")
    assert pixel(images[0]) == (9, 8, 7)
    assert bytes(images[1]).startswith(b"\x89PNG")
    assert not remarks


@pytest.mark.parametrize("key", ["norm", "map_Bump", "bump", "map_bump", "map_Norm"])
def test_maps_of_normals(tmp_path: Path, key: str):
    picture(tmp_path / "bumps.png", 128, 128, 255)
    material, _, images, remarks = one(tmp_path, f"{key} -bm 0.5 bumps.png")
    assert material["normalTexture"] == {"index": 0, "scale": 0.5}
    assert images == [tmp_path / "bumps.png"]
    assert not remarks


def test_heights_are_no_normals(tmp_path: Path):
    picture(tmp_path / "bumps.png", 128)
    material, _, images, remarks = one(tmp_path, "map_Bump bumps.png")
    assert "normalTexture" not in material
    assert not images
    assert remarks == ["Not kept of the materials: bump map (map_Bump)."]


def test_roughness_and_metal_share_a_picture(tmp_path: Path):
    picture(tmp_path / "rough.png", 200, size=(8, 8))
    picture(tmp_path / "metal.png", 40)
    material, document, images, remarks = one(
        tmp_path, "Pr 0.3\nPm 0.1\nmap_Pr rough.png\nmap_Pm metal.png"
    )
    surface = material["pbrMetallicRoughness"]
    assert pixel(images[surface["metallicRoughnessTexture"]["index"]])[1:] == (200, 40)
    assert (surface["roughnessFactor"], surface["metallicFactor"]) == (1, 1)
    assert not remarks
    assert len(document["images"]) == len(images) == 1
    for key, factor, other in (
        ("map_Pr rough", "metallicFactor", 2),
        ("map_Pm metal", "roughnessFactor", 1),
    ):
        material, _, images, _ = one(tmp_path, f"Pr 0.3\nPm 0.1\n{key}.png")
        surface = material["pbrMetallicRoughness"]
        assert pixel(images[0])[other] == 255
        assert surface[factor] == (0.1 if other == 2 else 0.3)


def test_a_channel_may_be_named(tmp_path: Path):
    picture(tmp_path / "orm.png", 10, 20, 30)
    material, _, images, _ = one(tmp_path, "map_Pr -imfchan g orm.png\nmap_Pm -imfchan b orm.png")
    assert pixel(images[0])[1:] == (20, 30)
    assert material["pbrMetallicRoughness"]["metallicRoughnessTexture"] == {"index": 0}


def test_opacity_joins_the_colour(tmp_path: Path):
    picture(tmp_path / "leaf.png", 10, 200, 30)
    picture(tmp_path / "cut.png", 77, size=(8, 8))
    material, _, images, remarks = one(tmp_path, "d 0\nKd 1 0 0\nmap_Kd leaf.png\nmap_d cut.png")
    assert material["alphaMode"] == "BLEND"
    assert material["pbrMetallicRoughness"]["baseColorFactor"] == [1, 1, 1, 1]
    assert pixel(images[0]) == (10, 200, 30, 77)
    assert not remarks
    material, _, images, _ = one(tmp_path, "Kd 1 0 0\nmap_d cut.png")
    assert material["pbrMetallicRoughness"]["baseColorFactor"] == [1, 0, 0, 1]
    assert pixel(images[0]) == (255, 255, 255, 77)


def test_opacity_in_the_colour_itself(tmp_path: Path):
    picture(tmp_path / "leaf.png", 10, 200, 30, 99)
    picture(tmp_path / "wood.png", 10, 200, 30)
    material, _, images, remarks = one(tmp_path, "map_Kd leaf.png\nmap_d leaf.png")
    assert (material["alphaMode"], images) == ("BLEND", [tmp_path / "leaf.png"])
    assert not remarks
    material, _, images, remarks = one(tmp_path, "map_Kd wood.png\nmap_d wood.png")
    assert "alphaMode" not in material
    assert images == [tmp_path / "wood.png"]
    assert remarks == ["Not kept of the materials: opacity map (map_d)."]


@pytest.mark.parametrize(("statements", "alpha"), [
    ("d 0.25", 0.25), ("Tr 0.75", 0.25), ("Tr 0", 1), ("Tr 1", 1), ("d 1\nTr 1", 1),
    ("d -halo 0.25", 0.25), ("d 0,25", 0.25), ("d 7", 1), ("d nan", 1), ("Tr 0.25\nd 0.25", 0.25),
])  # fmt: skip
def test_transparency(tmp_path: Path, statements: str, alpha: float):
    material, *_ = one(tmp_path, statements)
    assert material["pbrMetallicRoughness"]["baseColorFactor"][3] == alpha
    assert ("alphaMode" in material) == (alpha < 1)


def test_emission_stronger_than_white_keeps_its_strength(tmp_path: Path):
    picture(tmp_path / "glow.png", 1, 2, 3)
    material, document, _, _ = one(tmp_path, "Ke 5 2 1\nmap_Ke glow.png")
    assert material["emissiveFactor"] == [1, 0.4, 0.2]
    assert material["emissiveTexture"] == {"index": 0}
    extension = "KHR_materials_emissive_strength"
    assert material["extensions"] == {extension: {"emissiveStrength": 5}}
    assert document["extensionsUsed"] == [extension]
    assert one(tmp_path, "Ke 0 0 0\nmap_Ke glow.png")[0]["emissiveFactor"] == [1, 1, 1]


@pytest.mark.parametrize(("statements", "roughness", "metal"), [
    ("Pr 0.25\nPm 0.5\nNs 900", 0.25, 0.5), ("Ns 0", 1, 0), ("Ns 250", 0.5, 0), ("Ns 5000", 0, 0),
    ("Pr 3", 1, 0), ("Ns nan", 1, 0), ("Pr .5 .5", 0.5, 0),
])  # fmt: skip
def test_roughness_and_metal_as_numbers(tmp_path: Path, statements, roughness, metal):
    surface = one(tmp_path, statements)[0]["pbrMetallicRoughness"]
    assert (surface["roughnessFactor"], surface["metallicFactor"]) == (roughness, metal)


def test_tiling_and_clamping(tmp_path: Path):
    picture(tmp_path / "wood.png", 1, 2, 3)
    material, document, _, _ = one(
        tmp_path, "map_Kd -s 2 3 1 -o 0.25 0.5 -clamp on wood.png\nmap_Ke wood.png"
    )
    texture = material["pbrMetallicRoughness"]["baseColorTexture"]
    moved = texture["extensions"]["KHR_texture_transform"]
    uv = np.array([[0.1, 0.2], [0.9, 0.4]])
    seen = uv * [2, 3] + [0.25, 0.5]  # with v upwards, as .mtl says
    flipped = np.column_stack([uv[:, 0], 1 - uv[:, 1]]) * moved["scale"] + moved["offset"]
    np.testing.assert_allclose(np.column_stack([flipped[:, 0], 1 - flipped[:, 1]]), seen)
    assert document["extensionsUsed"] == ["KHR_texture_transform"]
    sampler = document["samplers"][document["textures"][texture["index"]]["sampler"]]
    assert sampler == {"wrapS": 33071, "wrapT": 33071}
    assert "sampler" not in document["textures"][material["emissiveTexture"]["index"]]


def test_what_gltf_does_not_hold_is_named_once(tmp_path: Path):
    picture(tmp_path / "wood.png", 1, 2, 3)
    mtl = "".join(
        f"newmtl {name}\nKa 1 1 1\nKs .5 .5 .5\nNi 1.45\nillum 2\nPc 0.5\nPs 0\n"
        "map_Kd wood.png\nmap_Ka wood.png\nmap_Ks gloss.png\ndisp heights.png\nmap_Foo x.png\n"
        for name in ("skin", "hair")
    )
    _, _, remarks = materials(tmp_path, mtl, "skin|hair")
    assert remarks == [
        "Not kept of the materials: clearcoat (Pc), displacement map (disp), map (map_Foo), "
        "specular map (map_Ks)."
    ]


def test_names_of_materials(tmp_path: Path):
    mtl = "\ufeffnewmtl Material #25\r\nKd 1 0 0\r\nNEWMTL größe\r\nkd 0 1 0\rnewmtl Upper\n"
    mtl += "Kd\t0 0 1\n"
    names = "Material #25|größe|upper|Upper # as it was|nowhere"
    for encoding in ("utf-8", "utf-16"):
        document, _, _ = materials(tmp_path, mtl.encode(encoding), names)
        colours = [m["pbrMetallicRoughness"]["baseColorFactor"][:3] for m in document["materials"]]
        assert colours == [[1, 0, 0], [0, 1, 0], [0, 0, 1], [0, 0, 1], [0.8, 0.8, 0.8]]
        assert [m["name"] for m in document["materials"]] == names.split("|")


def test_materials_reach_the_parts(tmp_path: Path):
    picture(tmp_path / "rough.png", 200)
    picture(tmp_path / "cut.png", 77)
    (tmp_path / "a.mtl").write_text(
        "newmtl skin\nKe 3 0 0\nmap_Kd -s 2 2 rough.png\nmap_d cut.png\nmap_Pr rough.png\n"
    )
    (tmp_path / "mesh.obj").write_text(f"mtllib a.mtl\n{TRIANGLE}")
    write_parts(tmp_path / "parts.glb", read_mesh(tmp_path / "mesh.obj"), np.array([0]))
    written = read_mesh(tmp_path / "parts.glb")
    (material,) = written.document["materials"]
    surface = material["pbrMetallicRoughness"]
    images = [written.images[t["source"]] for t in written.document["textures"]]
    assert pixel(images[surface["baseColorTexture"]["index"]]) == (200, 200, 200, 77)
    assert pixel(images[surface["metallicRoughnessTexture"]["index"]]) == (255, 200, 255)
    assert sorted(written.document["extensionsUsed"]) == [
        "KHR_materials_emissive_strength", "KHR_texture_transform",
    ]  # fmt: skip
