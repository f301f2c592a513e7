# SPDX-License-Identifier: GPL-3.0-or-later
"""Materials of glTF are kept whole, but for numbers that lead nowhere."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from backend.files.gltf.materials import VARIANTS, sound_document, sound_material, sound_variants
from backend.files.readers import read_mesh
from tests.backend.files.gltf_maker import PIXEL, SQUARE, primitive, simple, written


def test_materials_colours_and_second_uvs_are_kept(tmp_path: Path):
    transform = {"KHR_texture_transform": {"scale": [2, 2], "texCoord": 1}}
    material = {
        "name": "coat",
        "emissiveTexture": {"index": 0, "texCoord": 1, "extensions": transform},
        "extensions": {"KHR_materials_clearcoat": {"clearcoatFactor": 1.0},
                       "KHR_materials_emissive_strength": {"emissiveStrength": 5.0}},
    }  # fmt: skip
    names = ["KHR_texture_transform", "KHR_materials_clearcoat", "KHR_materials_emissive_strength"]
    maker = simple(extensionsUsed=names, materials=[material], textures=[{"source": 0}])
    maker.document["images"] = [{"bufferView": maker.view(PIXEL), "mimeType": "image/png"}]
    entry = primitive(maker)
    entry["material"] = 0
    entry["attributes"] |= {
        "TEXCOORD_0": maker.accessor(SQUARE[:, :2]),
        "TEXCOORD_1": maker.accessor(SQUARE[:, :2] * 65535, "uint16", normalized=True),
        "COLOR_0": maker.accessor(np.full((4, 4), 51), "uint8", normalized=True),
        "_WEAR": maker.accessor([0.1, 0.2, 0.3, 0.4]),
    }
    path = maker.write(tmp_path / "a.glb")
    document = written(path, tmp_path)
    assert document["materials"] == [material]
    assert document["extensionsUsed"] == names
    again = read_mesh(tmp_path / "out.glb").primitives[0].attributes
    assert set(again) == {"TEXCOORD_0", "TEXCOORD_1", "COLOR_0", "_WEAR"}
    assert again["COLOR_0"].normalized
    np.testing.assert_allclose(again["COLOR_0"].as_float(), 0.2)


def test_numbers_that_lead_nowhere_are_taken_out(tmp_path: Path):
    maker = simple(
        materials=[{"name": "a", "normalTexture": {"index": 4}, "pbrMetallicRoughness":
                    {"baseColorTexture": {"index": 0}, "roughnessFactor": 0.5}}],
        textures=[{"source": 7, "sampler": 3}],
        images=[],
        samplers=5,
        extensionsUsed=[3, "KHR_materials_variants"],
    )  # fmt: skip
    second = dict(primitive(maker), material=1)
    primitive(maker)["material"] = 0
    maker.mesh(second)
    maker.node(mesh=1)
    path = maker.write(tmp_path / "a.glb")
    document = written(path, tmp_path)
    surface = {"roughnessFactor": 0.5}
    assert document["materials"] == [{"name": "a", "pbrMetallicRoughness": surface}]
    assert "textures" not in document
    assert read_mesh(path).remarks == [
        "Textures that the file names but does not hold are left out.",
        "A material that the file names but does not hold is left out.",
    ]


def test_the_source_is_left_as_it_is():
    source = {"materials": [{"normalTexture": {"index": 4}}], "asset": {"copyright": "(c) A"}}
    heard: list[str] = []
    document = sound_document(source, heard.append)
    assert document == {"materials": [{}], "copyright": "(c) A"}
    assert heard == ["Textures that the file names but does not hold are left out."]
    assert source["materials"] == [{"normalTexture": {"index": 4}}]


def test_what_is_merely_unknown_stays_and_says_nothing():
    source = {
        "materials": [{"extensions": {"ACME_fur": {"hairTexture": {"index": 0}, "length": 3}},
                       "extras": {"oddTexture": {"index": 99}}}],
        "textures": [{"source": 0, "extensions": {"EXT_texture_webp": {"source": 0}}}],
        "images": [{"uri": "a.png"}],
        "extensionsUsed": ["ACME_fur"],
    }  # fmt: skip
    heard: list[str] = []
    assert sound_document(source, heard.append) == source
    assert heard == []


def test_a_picture_of_an_extension_may_be_the_only_one():
    extensions = {"KHR_texture_basisu": {"source": 0}, "EXT_texture_webp": {"source": 5}}
    source = {"textures": [{"source": 3, "sampler": 0, "extensions": extensions}], "images": [{}]}
    heard: list[str] = []
    (texture,) = sound_document(source, heard.append)["textures"]
    assert len(heard) == 1, "two pictures are lost, and told of in one sentence"
    assert texture == {"extensions": {"KHR_texture_basisu": {"source": 0}, "EXT_texture_webp": {}}}


@pytest.mark.parametrize("number", [-1, 2, True, 1.0, "0", None])
def test_a_material_of_no_number_is_none(number: object):
    document = {"materials": [{}, {}]}
    assert sound_material(number, document) is None
    assert sound_material(1, document) == 1


def test_variants_that_lead_nowhere_go_all_together():
    source = {
        "materials": [{}, {}],
        "extensions": {VARIANTS: {"variants": [{"name": "a"}, {"name": "b"}]}},
    }
    document = sound_document(source, lambda _: None)
    good = {"mappings": [{"material": 1, "variants": [0, 1]}]}
    assert sound_variants(good, document) == {VARIANTS: good}
    for bad in (
        {"mappings": [{"material": 2, "variants": [0]}]},
        {"mappings": [{"material": 1, "variants": [2]}]},
        {"mappings": [*good["mappings"], {"material": 1}]},
        {"mappings": 3},
        None,
    ):
        assert sound_variants(bad, document) == {}
