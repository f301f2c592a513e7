# SPDX-License-Identifier: GPL-3.0-or-later
"""Textures are found, made whole or left out with a word; a model is never refused for one."""

from __future__ import annotations

import base64
import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from backend.assets.asset import Asset
from backend.assets.textures import is_whole, picture_type, usable
from backend.files.readers import read_mesh, write_parts
from tests.backend.files.gltf_maker import PIXEL, GltfMaker, parse_glb

SQUARE = np.array([[0, 0, 0], [1, 0, 0], [1, 1, 0], [0, 1, 0]], dtype=np.float32)


def picture(kind: str, mode: str = "RGB") -> bytes:
    stream = io.BytesIO()
    pixels = np.random.default_rng(0).integers(0, 255, (24, 24, 4), dtype=np.uint8)
    Image.fromarray(pixels).convert(mode).save(stream, kind)
    return stream.getvalue()


def model(tmp_path: Path, *images: dict[str, Any], name: str = "a.gltf", **more: Any) -> Path:
    """A square for each picture, with a material of its own."""
    maker = GltfMaker(nodes=[{"mesh": 0}], **more)
    maker.document["images"] = [dict(image) for image in images]
    for image in maker.document["images"]:
        if "data" in image:
            image["bufferView"] = maker.view(image.pop("data"))
    numbers = range(len(images))
    maker.document.setdefault("textures", [{"source": number} for number in numbers])
    maker.document["materials"] = [
        {"name": f"m{n}", "pbrMetallicRoughness": {"baseColorTexture": {"index": n}}}
        for n in numbers
    ]
    attributes = {"POSITION": maker.accessor(SQUARE), "TEXCOORD_0": maker.accessor(SQUARE[:, :2])}
    indices = maker.accessor([0, 1, 2], "uint16")
    maker.mesh(*({"attributes": attributes, "indices": indices, "material": n} for n in numbers))
    return maker.write(tmp_path / name)


def written(path: Path) -> tuple[Asset, dict[str, Any], list[bytes]]:
    """The model, and the JSON and pictures of its parts."""
    asset = read_mesh(path)
    target = path.with_name("out.glb")
    write_parts(target, asset, np.zeros(len(asset.faces), dtype=int))
    pictures = [bytes(image) for image in read_mesh(target).images]
    assert read_mesh(target).remarks == []
    return asset, parse_glb(target)[0], pictures


def textured(document: dict[str, Any]) -> list[bool]:
    return ["baseColorTexture" in m["pbrMetallicRoughness"] for m in document["materials"]]


@pytest.mark.parametrize(
    "uri",
    ["wood%20dark.png", "wood dark.png", "Wood%20Dark.PNG", "C:\\Users\\me\\wood dark.png",
     "textures/wood dark.png", "..\\maps\\wood dark.png", "/home/me/wood%20dark.png",
     "file:///D:/wood%20dark.png", "https://example.org/wood dark.png"],
)  # fmt: skip
def test_pictures_beside_the_model_are_found(tmp_path: Path, uri: str):
    (tmp_path / "wood dark.png").write_bytes(PIXEL)
    asset, document, pictures = written(model(tmp_path, {"uri": uri}))
    assert asset.remarks == []
    assert pictures == [PIXEL]
    assert textured(document) == [True]


@pytest.mark.parametrize(
    ("image", "said"),
    [
        ({"uri": "C:\\x\\lost.png"}, "The texture lost.png was not found."),
        ({"uri": "lost%20one.png"}, "The texture lost one.png was not found."),
        ({"uri": "data:image/png;base64,AAA"}, "Texture 1 was not found."),
        ({"name": "wood"}, "The texture wood has no picture in the file."),
        ({}, "Texture 1 has no picture in the file."),
        ({"bufferView": 99, "name": "wood"}, "The texture wood was not found."),
        ({"data": PIXEL[:40], "name": "wood"},
         "The texture wood is damaged or no picture, and is left out."),
        ({"data": PIXEL[:-1]}, "Texture 1 is damaged or no picture, and is left out."),
        ({"data": PIXEL.replace(b"IDAT", b"IDAU")},
         "Texture 1 is damaged or no picture, and is left out."),
        ({"data": picture("JPEG")[:-200]}, "Texture 1 is damaged or no picture, and is left out."),
        ({"data": picture("WEBP")[:-20]}, "Texture 1 is damaged or no picture, and is left out."),
        ({"data": b"not a picture at all"},
         "Texture 1 is damaged or no picture, and is left out."),
        ({"data": b"x"[:0] + b"\0"}, "Texture 1 is damaged or no picture, and is left out."),
    ],
)  # fmt: skip
def test_pictures_that_cannot_be_used_are_left_out_by_name(
    tmp_path: Path, image: dict[str, Any], said: str
):
    good = {"data": PIXEL, "mimeType": "image/png"}
    asset, document, pictures = written(model(tmp_path, image, good))
    assert asset.remarks == [said]
    assert pictures == [PIXEL]
    assert textured(document) == [False, True]
    assert document["textures"] == [{"source": 0}]
    assert document["materials"][1]["pbrMetallicRoughness"]["baseColorTexture"] == {"index": 0}


def test_files_that_cannot_be_used_are_left_out_by_name(tmp_path: Path):
    (tmp_path / "empty.png").write_bytes(b"")
    (tmp_path / "folder.png").mkdir()
    asset, document, pictures = written(
        model(tmp_path, {"uri": "empty.png"}, {"uri": "folder.png"})
    )
    assert asset.remarks == [
        "The texture folder.png was not found.",
        "The texture empty.png is damaged or no picture, and is left out.",
    ]
    assert pictures == []
    assert "textures" not in document
    assert "images" not in document


def test_each_part_in_a_file_of_its_own_says_it_once(tmp_path: Path):
    asset = read_mesh(model(tmp_path, {"data": b"x"}, {"data": PIXEL}))
    for part in (0, 1):
        write_parts(tmp_path / "out.glb", asset, np.array([0, 1]), only=part)
        assert len(read_mesh(tmp_path / "out.glb").images) == part
    assert len(asset.remarks) == 1


@pytest.mark.parametrize(
    ("kind", "mime"), [("PNG", "image/png"), ("JPEG", "image/jpeg"), ("WEBP", "image/webp")]
)
@pytest.mark.parametrize("claimed", ["image/png", "image/jpeg", "text/plain", 5, None])
def test_the_type_is_what_the_picture_is(tmp_path: Path, kind: str, mime: str, claimed: Any):
    image = {"data": picture(kind)} | ({} if claimed is None else {"mimeType": claimed})
    asset, document, pictures = written(model(tmp_path, image))
    assert asset.remarks == []
    assert pictures == [picture(kind)]
    assert document["images"][0]["mimeType"] == mime


@pytest.mark.parametrize("kind", ["BMP", "TGA", "GIF", "TIFF"])
@pytest.mark.parametrize("inside", [True, False])
def test_other_pictures_become_png(tmp_path: Path, kind: str, inside: bool):
    data = picture(kind)
    (tmp_path / "a.pic").write_bytes(data)
    image = {"data": data, "mimeType": "image/x"} if inside else {"uri": "a.pic"}
    asset, document, pictures = written(model(tmp_path, image))
    assert asset.remarks == []
    assert document["images"][0]["mimeType"] == "image/png"
    found, known = (Image.open(io.BytesIO(d)).convert("RGB") for d in (pictures[0], data))
    np.testing.assert_array_equal(np.asarray(found), np.asarray(known))


def test_pictures_of_an_extension_stay_with_it(tmp_path: Path):
    texture = {"source": 0, "extensions": {"EXT_texture_webp": {"source": 1}}}
    more = {"textures": [texture, {"source": 0}], "extensionsUsed": ["EXT_texture_webp"]}
    path = model(tmp_path, {"data": PIXEL}, {"data": picture("WEBP")}, **more)
    _, document, pictures = written(path)
    assert document["textures"] == [texture, {"source": 0}]
    assert pictures == [PIXEL, picture("WEBP")]
    path = model(tmp_path, {"data": PIXEL}, {"data": picture("WEBP")[:30]}, **more)
    _, document, pictures = written(path)
    assert document["textures"] == [{"source": 0}, {"source": 0}]
    assert "extensionsUsed" not in document


def test_signatures():
    assert picture_type(b"RIFF....WAVE") == ""
    assert picture_type(b"\xabKTX 20\xbb\r\n\x1a\n") == "image/ktx2"
    assert is_whole(picture("PNG") + b"more", "image/png")
    assert is_whole(picture("JPEG") + bytes(300), "image/jpeg")


def test_a_data_uri_with_a_wrong_type(tmp_path: Path):
    uri = "data:image/png;base64," + base64.b64encode(picture("JPEG")).decode()
    _, document, pictures = written(model(tmp_path, {"uri": uri}))
    assert json.dumps(document).count("image/jpeg") == 1
    assert pictures == [picture("JPEG")]


@pytest.mark.parametrize("name", ["a.obj", "a.ply"])
@pytest.mark.parametrize("content", [None, b"", PIXEL[:30]])
def test_other_formats_are_not_refused_either(tmp_path: Path, name: str, content: bytes | None):
    rows = "".join(f"{x} {y} {z} {x} {y}\n" for x, y, z in SQUARE.astype(int))
    header = (
        "ply\nformat ascii 1.0\ncomment TextureFile wood.png\nelement vertex 4\nproperty float x\n"
        "property float y\nproperty float z\nproperty float s\nproperty float t\n"
        "element face 1\nproperty list uchar int vertex_indices\nend_header\n"
    )
    (tmp_path / "a.ply").write_text(header + rows + "4 0 1 2 3\n")
    (tmp_path / "a.mtl").write_text("newmtl m\nmap_Kd wood.png\n")
    obj = "".join(f"v {x} {y} {z}\nvt {x} {y}\n" for x, y, z in SQUARE)
    (tmp_path / "a.obj").write_text(f"mtllib a.mtl\n{obj}usemtl m\nf 1/1 2/2 3/3 4/4\n")
    if content is not None:
        (tmp_path / "wood.png").write_bytes(content)
    asset, document, pictures = written(tmp_path / name)
    assert len(asset.faces) == 2
    assert "wood.png" in asset.remarks[0]
    assert "TEXCOORD_0" in document["meshes"][0]["primitives"][0]["attributes"]
    assert pictures == []


def test_modes_that_png_does_not_hold(tmp_path: Path):
    for mode in ("F", "I", "RGBA", "LA", "P", "CMYK", "1"):
        path = tmp_path / f"{mode}.tiff"
        try:
            Image.new(mode, (2, 2)).save(path)
        except OSError:
            continue
        made = usable(path)
        assert isinstance(made, bytes)
        with Image.open(io.BytesIO(made)) as image:
            image.load()
            assert image.size == (2, 2)


def test_colours_of_print_become_those_of_screens(tmp_path: Path):
    Image.new("CMYK", (8, 8), (0, 255, 255, 0)).save(tmp_path / "print.jpg")
    Image.new("L", (8, 8), 90).save(tmp_path / "grey.jpg")
    made = usable(tmp_path / "print.jpg")
    assert isinstance(made, bytes)
    with Image.open(io.BytesIO(made)) as image:
        assert image.mode == "RGB"
        red, green, blue = image.getpixel((4, 4))
    assert red > 200 > 60 > max(green, blue)
    assert usable(tmp_path / "grey.jpg") == tmp_path / "grey.jpg"
