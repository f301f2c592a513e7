# SPDX-License-Identifier: GPL-3.0-or-later
"""Small valid files of every format, made in code: what the fuzzer in ``fuzz.py`` changes.

A seed is a dict from file name to bytes, the mesh file first, then what lies beside it.
"""

from __future__ import annotations

import base64
import importlib.util
import io
import json
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from tests.backend.files.gltf_maker import PIXEL, GltfMaker

Seed = dict[str, bytes]

MESHOPT = Path(__file__).parent / "fixtures/meshopt.json"

CORNERS = np.array([[0, 0, 0], [1, 0, 0], [1, 1, 0], [0, 1, 0]] * 2, dtype=np.float32)
CORNERS[4:, 2] = 1
BOX = np.array(
    [[0, 2, 1], [0, 3, 2], [4, 5, 6], [4, 6, 7], [0, 1, 5], [0, 5, 4],
     [1, 2, 6], [1, 6, 5], [2, 3, 7], [2, 7, 6], [3, 0, 4], [3, 4, 7]]
)  # fmt: skip
NORMALS = (CORNERS - 0.5) / np.float32(np.sqrt(0.75))
UVS = CORNERS[:, :2]


def _plain() -> GltfMaker:
    maker = GltfMaker(scene=0, scenes=[{"nodes": [0]}])
    indices = maker.accessor(BOX.reshape(-1), "uint16")
    maker.mesh({"attributes": {"POSITION": maker.accessor(CORNERS)}, "indices": indices})
    maker.node(mesh=0, name="box")
    return maker


def _rich() -> GltfMaker:
    """A box of two materials with a picture, colours, a morph target, a skin and instances."""
    maker = GltfMaker(scene=0, scenes=[{"nodes": [0, 3, 4]}], extensionsUsed=["KHR_x"])
    attributes = {
        "POSITION": maker.accessor(CORNERS),
        "NORMAL": maker.accessor(NORMALS),
        "TANGENT": maker.accessor(np.tile([1, 0, 0, 1], (8, 1))),
        "TEXCOORD_0": maker.accessor(UVS * 65535, "uint16", normalized=True),
        "COLOR_0": maker.accessor(np.full((8, 4), 200), "uint8", normalized=True),
        "JOINTS_0": maker.accessor(np.tile([0, 1, 0, 0], (8, 1)), "uint8"),
        "WEIGHTS_0": maker.accessor(np.tile([0.25, 0.75, 0, 0], (8, 1))),
    }
    targets = [{"POSITION": maker.accessor(np.full((8, 3), 0.5))}]
    halves = [maker.accessor(half.reshape(-1), "uint16") for half in (BOX[:6], BOX[6:])]
    maker.mesh(
        {"attributes": attributes, "indices": halves[0], "material": 0, "targets": targets},
        {"attributes": attributes, "indices": halves[1], "material": 1, "targets": targets},
        weights=[0.5],
        extras={"targetNames": ["swell"]},
    )
    strip = maker.accessor(CORNERS[[0, 1, 3, 2, 6]])
    maker.mesh(
        {"attributes": {"POSITION": strip}, "mode": 5},
        {"attributes": {"POSITION": strip}, "mode": 6},
        {"attributes": {"POSITION": strip}, "mode": 0},
    )
    maker.node(mesh=0, skin=0, name="figure")
    maker.node(translation=[0, 0, 2], rotation=[0, 0, 0.6, 0.8])
    maker.node(translation=[0, 3, 0], scale=[1, 2, -1])
    maker.node(mesh=1, children=[1, 2], scale=[-1, 1, 1])
    places = maker.accessor([[5, 0, 0], [0, 7, 0]])
    instancing = {"EXT_mesh_gpu_instancing": {"attributes": {"TRANSLATION": places}}}
    maker.node(mesh=1, extensions=instancing)
    inverse = maker.accessor(np.stack([np.eye(4)] * 2).reshape(2, 16))
    rows = maker.view(np.array([1, 2], dtype=np.uint8).tobytes())
    values = maker.view(np.ones((2, 3), dtype=np.float32).tobytes())
    maker.document["accessors"][strip]["sparse"] = {
        "count": 2,
        "indices": {"bufferView": rows, "componentType": 5121},
        "values": {"bufferView": values},
    }
    transform = {"KHR_texture_transform": {"offset": [0.5, 0], "texCoord": 0}}
    texture = {"index": 0, "extensions": transform}
    maker.document |= {
        "skins": [{"joints": [1, 2], "inverseBindMatrices": inverse}],
        "materials": [
            {"name": "wood", "pbrMetallicRoughness": {"baseColorTexture": texture}},
            {"name": "iron", "normalTexture": {"index": 1}, "extras": {"x": [1, 2]}},
        ],
        "textures": [{"source": 0, "sampler": 0}, {"source": 1}],
        "samplers": [{"wrapS": 33071}],
        "images": [
            {"bufferView": maker.view(PIXEL), "mimeType": "image/png"},
            {"uri": "data:image/png;base64," + base64.b64encode(PIXEL).decode()},
        ],
    }
    return maker


def _compressed() -> GltfMaker:
    """A grid that is compressed with meshopt only."""
    streams = {row["name"]: row for row in json.loads(MESHOPT.read_text("utf-8"))}
    name = "EXT_meshopt_compression"
    maker = GltfMaker(nodes=[{"mesh": 0, "scale": [0.01] * 3}], extensionsRequired=[name])
    for label, kind in (("u16 v1 l2", "VEC3"), ("tri16", "SCALAR")):
        stream = streams[label]
        data = base64.b64decode(stream["data"])
        view = maker.document["bufferViews"][maker.view(data)]
        view["extensions"] = {
            name: {
                **view,
                "count": stream["count"],
                "mode": stream["mode"],
                "byteStride": stream["stride"],
            }
        }
        view |= {"buffer": 1, "byteOffset": 0, "byteLength": stream["count"] * stream["stride"]}
        if kind == "VEC3":
            view["byteStride"] = stream["stride"]
        maker.document["accessors"].append(
            {
                "bufferView": len(maker.document["bufferViews"]) - 1,
                "componentType": 5123,
                "count": stream["count"],
                "type": kind,
            }
        )
    maker.mesh({"attributes": {"POSITION": 0}, "indices": 1})
    return maker


def pack_glb(document: dict[str, Any], data: bytes) -> bytes:
    """A GLB of a JSON document and a binary chunk."""
    text = json.dumps(document).encode()
    text += b" " * (-len(text) % 4)
    data += b"\0" * (-len(data) % 4)
    chunks = struct.pack("<II", len(text), 0x4E4F534A) + text
    chunks += struct.pack("<II", len(data), 0x004E4942) + data
    return struct.pack("<4sII", b"glTF", 2, 12 + len(chunks)) + chunks


def _glb(maker: GltfMaker) -> Seed:
    buffers = [{"byteLength": len(maker.data)}, {"byteLength": 5000}]  # the second is not there
    document = maker.document | {"buffers": buffers}
    return {"seed.glb": pack_glb(document, maker.data)}


def _gltf(maker: GltfMaker) -> Seed:
    document = maker.document | {"buffers": [{"byteLength": len(maker.data), "uri": "seed.bin"}]}
    images = [*document.get("images", []), {"uri": "wood%20dark.png"}]
    document = document | {"images": images}
    return {
        "seed.gltf": json.dumps(document).encode(),
        "seed.bin": maker.data,
        "wood dark.png": PIXEL,
    }


def _lines(*rows: Any) -> bytes:
    return "".join(" ".join(str(v) for v in row) + "\n" for row in rows).encode()


def _obj() -> Seed:
    names = [f"{v + 1}/{v + 1}/{v + 1}" for v in range(8)]
    quads = [[0, 3, 2, 1], [4, 5, 6, 7], [0, 1, 5, 4], [1, 2, 6, 5], [2, 3, 7, 6], [3, 0, 4, 7]]
    text = _lines(
        ["# a box"], ["mtllib", "seed.mtl"], ["o", "box"],
        *(["v", *row, 1.0, 0.5, 0.0] for row in CORNERS.tolist()),
        *(["vt", *row] for row in UVS.tolist()),
        *(["vn", *row] for row in NORMALS.tolist()),
        ["usemtl", "wood"], *(["f", *(names[v] for v in quad)] for quad in quads[:3]),
        ["usemtl", "iron"], ["s", 1], *(["f", *(names[v] for v in quad)] for quad in quads[3:5]),
        ["g", "last"], ["f", "-5//-5", "-8//-8", "-4//-4", "-1//-1"], ["l", 1, 2],
    )  # fmt: skip
    materials = _lines(
        ["newmtl", "wood"], ["Kd", 0.8, 0.4, 0.2], ["map_Kd", "-s", 1, 1, 1, "wood.png"],
        ["newmtl", "iron"], ["Kd", 0.5, 0.5, 0.5], ["Ns", 200], ["d", 0.5], ["Pm", 1], ["Pr", 0.3],
        ["map_Bump", "-bm", 0.5, "wood.png"], ["Ke", 0.1, 0, 0],
    )  # fmt: skip
    return {"seed.obj": text, "seed.mtl": materials, "wood.png": PIXEL}


PLY_HEADER = (
    "ply\nformat {} 1.0\ncomment TextureFile wood.png\nelement vertex 8\n"
    "property float x\nproperty float y\nproperty float z\nproperty float nx\n"
    "property float ny\nproperty float nz\nproperty uchar red\nproperty uchar green\n"
    "property uchar blue\nproperty float s\nproperty float t\nelement face 12\n"
    "property list uchar int vertex_indices\nend_header\n"
)


def _ply_text() -> Seed:
    rows = [[*p, *n, 200, 60, 60, *uv] for p, n, uv in
            zip(CORNERS.tolist(), NORMALS.tolist(), UVS.tolist(), strict=True)]  # fmt: skip
    faces = [[3, *face] for face in BOX.tolist()]
    return {"seed.ply": PLY_HEADER.format("ascii").encode() + _lines(*rows, *faces),
            "wood.png": PIXEL}  # fmt: skip


def _ply_binary() -> Seed:
    vertex = b"".join(
        struct.pack(">6f3B2f", *p, *n, 200, 60, 60, *uv)
        for p, n, uv in zip(CORNERS, NORMALS, UVS, strict=True)
    )
    quad = struct.pack(">B4i", 4, 0, 3, 2, 1)
    faces = b"".join(struct.pack(">B3i", 3, *face) for face in BOX[1:])
    head = PLY_HEADER.format("binary_big_endian").encode()
    return {"seed.ply": head + vertex + quad + faces, "wood.png": PIXEL}


def _stl_text() -> Seed:
    text = ["solid box"]
    for face in BOX:
        text += ["facet normal 0 0 1", "outer loop"]
        text += ["vertex {} {} {}".format(*CORNERS[v]) for v in face]
        text += ["endloop", "endfacet"]
    return {"seed.stl": "\n".join([*text, "endsolid box", ""]).encode()}


def _stl_binary() -> Seed:
    record = np.zeros(12, [("n", "<f4", 3), ("corners", "<f4", (3, 3)), ("colour", "<u2")])
    record["corners"] = CORNERS[BOX]
    return {"seed.stl": b"made".ljust(80) + struct.pack("<I", 12) + record.tobytes()}


def _off() -> Seed:
    rows = [[*row, 255, 128, 0, 255] for row in CORNERS.tolist()]
    faces = [[3, *face] for face in BOX[:-2].tolist()] + [[4, 3, 0, 4, 7]]
    return {"seed.off": _lines(["COFF"], ["# a box"], [8, 11, 0], *rows, *faces)}


def _npz() -> Seed:
    stream = io.BytesIO()
    np.savez(stream, vertices=CORNERS, faces=BOX)
    return {"seed.npz": stream.getvalue()}


MODEL_3MF = """<?xml version="1.0" encoding="UTF-8"?>
<model unit="centimeter" xmlns="http://schemas.microsoft.com/3dmanufacturing/core/2015/02"
 xmlns:m="http://schemas.microsoft.com/3dmanufacturing/material/2015/02">
<resources><basematerials id="1"><base name="wood" displaycolor="#C83C3C80"/></basematerials>
<m:colorgroup id="2"><m:color color="#FF8000"/><m:color color="#00FF00FF"/></m:colorgroup>
<m:texture2d id="3" path="/3D/wood.png" contenttype="image/png"/>
<m:texture2dgroup id="4" texid="3">
<m:tex2coord u="0" v="0"/><m:tex2coord u="1" v="0"/><m:tex2coord u="1" v="1"/>
</m:texture2dgroup>
<object id="5" name="box" type="model" pid="1" pindex="0"><mesh><vertices>{vertices}</vertices>
<triangles>{triangles}</triangles></mesh></object>
<object id="6" name="two"><components><component objectid="5"/>
<component objectid="5" transform="-1 0 0 0 1 0 0 0 1 5 0 0"/></components></object></resources>
<build><item objectid="6" transform="1 0 0 0 0 1 0 -1 0 0 0 2"/></build></model>
"""
RELATIONS_3MF = """<?xml version="1.0" encoding="UTF-8"?>
<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">
<Relationship Target="/3D/box.model" Id="r0"
 Type="http://schemas.microsoft.com/3dmanufacturing/2013/01/3dmodel"/></Relationships>
"""


def _3mf(method: int) -> Seed:
    corners = "".join('<vertex x="{}" y="{}" z="{}"/>'.format(*p) for p in CORNERS.tolist())
    more = ["", ' pid="2" p1="0" p2="1" p3="0"', ' pid="2" p1="1"', ' pid="4" p1="0" p2="1" p3="2"']
    triangles = "".join(
        '<triangle v1="{}" v2="{}" v3="{}"{}/>'.format(*face, more[number % len(more)])
        for number, face in enumerate(BOX.tolist())
    )
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", method) as archive:
        archive.writestr("_rels/.rels", RELATIONS_3MF)
        archive.writestr("3D/box.model", MODEL_3MF.format(vertices=corners, triangles=triangles))
        archive.writestr("3D/wood.png", PIXEL)
    return {"seed.3mf": stream.getvalue()}


DAE = """<?xml version="1.0" encoding="utf-8"?>
<COLLADA xmlns="http://www.collada.org/2005/11/COLLADASchema" version="1.4.1">
<asset><created>2026-01-01T00:00:00</created><modified>2026-01-01T00:00:00</modified>
<unit name="centimeter" meter="0.01"/><up_axis>Z_UP</up_axis></asset>
<library_images><image id="i"><init_from>wood.png</init_from></image></library_images>
<library_effects><effect id="e1"><profile_COMMON>
<newparam sid="f"><surface type="2D"><init_from>i</init_from></surface></newparam>
<newparam sid="s"><sampler2D><source>f</source></sampler2D></newparam>
<technique sid="c"><lambert><diffuse><texture texture="s" texcoord="UV"/></diffuse></lambert>
</technique></profile_COMMON></effect>
<effect id="e2"><profile_COMMON><technique sid="c"><phong>
<diffuse><color>0.8 0.2 0.1 0.5</color></diffuse></phong></technique></profile_COMMON></effect>
</library_effects>
<library_materials><material id="m1" name="wood"><instance_effect url="#e1"/></material>
<material id="m2" name="iron"><instance_effect url="#e2"/></material></library_materials>
<library_geometries><geometry id="g" name="box"><mesh>
{sources}
<vertices id="v"><input semantic="POSITION" source="#p"/></vertices>
<triangles material="A" count="6"><input semantic="VERTEX" source="#v" offset="0"/>
<input semantic="NORMAL" source="#n" offset="1"/>
<input semantic="TEXCOORD" source="#t" offset="2" set="0"/><p>{triangles}</p></triangles>
<polylist material="B" count="3"><input semantic="VERTEX" source="#v" offset="0"/>
<input semantic="NORMAL" source="#n" offset="1"/>
<input semantic="TEXCOORD" source="#t" offset="2" set="0"/>
<vcount>4 4 4</vcount><p>{quads}</p></polylist>
</mesh></geometry></library_geometries>
<library_visual_scenes><visual_scene id="w"><node id="n1" name="left">
<translate>0 0 3</translate><rotate>0 0 1 90</rotate><instance_geometry url="#g"><bind_material>
<technique_common><instance_material symbol="A" target="#m1"/>
<instance_material symbol="B" target="#m2"/></technique_common></bind_material>
</instance_geometry><node id="n2"><scale>-1 1 2</scale><instance_geometry url="#g"/></node></node>
</visual_scene></library_visual_scenes><scene><instance_visual_scene url="#w"/></scene></COLLADA>
"""


def _dae() -> Seed:
    sources = ""
    for name, table, axes in (("p", CORNERS, "XYZ"), ("n", NORMALS, "XYZ"), ("t", UVS, "ST")):
        params = "".join(f'<param name="{axis}" type="float"/>' for axis in axes)
        numbers = " ".join(str(round(float(value), 6)) for value in table.reshape(-1))
        sources += (
            f'<source id="{name}"><float_array id="{name}-a" count="{table.size}">{numbers}'
            f'</float_array><technique_common><accessor source="#{name}-a" count="{len(table)}" '
            f'stride="{len(axes)}">{params}</accessor></technique_common></source>\n'
        )
    triangles = " ".join(f"{v} {v} {v}" for v in BOX[:6].reshape(-1))
    quads = " ".join(f"{v} {v} {v}" for v in (1, 2, 6, 5, 2, 3, 7, 6, 3, 0, 4, 7))
    text = DAE.format(sources=sources, triangles=triangles, quads=quads)
    return {"seed.dae": text.encode(), "wood.png": PIXEL}


MAKERS: dict[str, list[Callable[[], Seed]]] = {
    "glb": [lambda: _glb(_plain()), lambda: _glb(_rich()), lambda: _glb(_compressed())],
    "gltf": [lambda: _gltf(_plain()), lambda: _gltf(_rich())],
    "obj": [_obj],
    "ply": [_ply_text, _ply_binary],
    "stl": [_stl_text, _stl_binary],
    "off": [_off],
    "npz": [_npz],
    "3mf": [lambda: _3mf(zipfile.ZIP_STORED), lambda: _3mf(zipfile.ZIP_DEFLATED)],
}

if importlib.util.find_spec("collada"):
    MAKERS["dae"] = [_dae]


def seeds(form: str) -> list[Seed]:
    """The valid files of a format, by its suffix without the dot."""
    return [make() for make in MAKERS[form]]


def put(seed: Seed, folder: Path) -> Path:
    """Write a seed into a folder; the path of its mesh."""
    for name, data in seed.items():
        (folder / name).write_bytes(data)
    return folder / next(iter(seed))
