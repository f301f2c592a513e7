# SPDX-License-Identifier: CC0-1.0
"""Makes lamp.glb: a desk lamp with two materials, a texture, UVs, and nodes that share a mesh.

    python examples/make_lamp.py examples/lamp.glb

Needs NumPy and Pillow. The same call gives the same bytes.
"""

from __future__ import annotations

import io
import json
import struct
import sys
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

AROUND = 48
Mesh = dict[str, NDArray[Any]]


def lathe(profile: list[tuple[float, float]]) -> Mesh:
    """Turn a profile of (radius, height) around the Y axis; points that repeat make a crease."""
    points = np.array(profile)
    angle = np.linspace(0, 2 * np.pi, AROUND + 1)
    along = np.concatenate([[0], np.cumsum(np.linalg.norm(np.diff(points, axis=0), axis=1))])
    radius, height = points[:, :1], np.repeat(points[:, 1:], AROUND + 1, axis=1)
    position = np.stack([radius * np.sin(angle), height, radius * np.cos(angle)], axis=-1)
    ahead = np.diff(points, axis=0, append=points[-1:])
    behind = np.diff(points, axis=0, prepend=points[:1])
    slope = ahead + behind
    for row in range(len(points)):  # on a crease each side takes the slope of its own piece
        if not ahead[row].any():
            slope[row] = behind[row]
        elif not behind[row].any():
            slope[row] = ahead[row]
    out = np.stack([slope[:, 1], -slope[:, 0]], axis=1)
    out /= np.linalg.norm(out, axis=1, keepdims=True)
    normal = np.stack([out[:, :1] * np.sin(angle), np.repeat(out[:, 1:], AROUND + 1, axis=1),
                       out[:, :1] * np.cos(angle)], axis=-1)  # fmt: skip
    u, v = np.meshgrid(np.linspace(0, 1, AROUND + 1), along / along[-1])
    corner = np.arange(len(points) * (AROUND + 1)).reshape(len(points), AROUND + 1)
    a, b, c, d = corner[:-1, :-1], corner[:-1, 1:], corner[1:, 1:], corner[1:, :-1]
    faces = np.concatenate([np.stack([a, b, c], -1), np.stack([a, c, d], -1)], axis=-1)
    faces = faces.reshape(-1, 3)
    p = position.reshape(-1, 3)
    flat = np.cross(p[faces[:, 1]] - p[faces[:, 0]], p[faces[:, 2]] - p[faces[:, 0]])
    faces = faces[np.linalg.norm(flat, axis=1) > 1e-12]
    return {
        "POSITION": p.astype("<f4"),
        "NORMAL": normal.reshape(-1, 3).astype("<f4"),
        "TEXCOORD_0": np.stack([u, 1 - v], axis=-1).reshape(-1, 2).astype("<f4"),
        "indices": faces.reshape(-1).astype("<u2"),
    }


def arc(centre: tuple[float, float], radius: float, start: float, end: float, steps: int = 12):
    """Points of a circle from angle `start` to `end` in degrees, 0 outward and 90 up."""
    angle = np.radians(np.linspace(start, end, steps))
    return [(max(centre[0] + radius * np.cos(t), 0.0), centre[1] + radius * np.sin(t))
            for t in angle]  # fmt: skip


def stripes() -> bytes:
    """A small PNG of brushed enamel with two bands."""
    random = np.random.default_rng(7)
    image = np.full((64, 64, 3), (38, 110, 120), dtype=float)
    image[10:14] = image[48:58] = (235, 220, 190)
    image += random.normal(0, 5, (64, 1, 1)) + random.normal(0, 2, (64, 64, 1))
    stream = io.BytesIO()
    Image.fromarray(np.clip(image, 0, 255).astype(np.uint8)).save(stream, "PNG")
    return stream.getvalue()


def turn(degrees: float) -> list[float]:
    """Quaternion of a turn about Z."""
    half = np.radians(degrees) / 2
    return [0.0, 0.0, float(np.sin(half)), float(np.cos(half))]


def lamp() -> tuple[dict[str, Any], bytes]:
    """The glTF document and its binary chunk."""
    foot = [(0, 0), (0.50, 0), *arc((0.50, 0.05), 0.05, -90, 90), (0.5, 0.10),
            (0.16, 0.16), *arc((0.16, 0.22), 0.06, 270, 180, 6), (0.10, 0.30), (0.10, 0.30),
            (0, 0.30)]  # fmt: skip
    arm = [(0, 0), (0.035, 0), (0.035, 0), (0.035, 1.0), (0.035, 1.0), (0, 1.0)]
    joint = arc((0, 0), 0.09, -90, 90, 16)
    shade = [
        (0.09, 0.0),
        *arc((0.09, 0.06), 0.06, -90, 0, 5),
        (0.16, 0.16),
        (0.36, 0.55),
        (0.36, 0.55),
        (0.345, 0.55),
        (0.345, 0.55),
        (0.145, 0.16),
        (0.145, 0.16),
        (0, 0.14),
    ]
    shade = [(0.0, 0.0), *shade]  # fmt: skip
    bulb = [(0, 0.14), (0.05, 0.14), (0.05, 0.22), *arc((0, 0.34), 0.12, -60, 90, 14)]
    maker = Maker()
    enamel, brass, glow = 0, 1, 2
    parts = {"foot": (foot, enamel), "arm": (arm, brass), "joint": (joint, brass),
             "shade": (shade, enamel), "bulb": (bulb, glow)}  # fmt: skip
    for name, (profile, material) in parts.items():
        maker.mesh(name, lathe(profile), material)
    index = {name: number for number, name in enumerate(parts)}
    maker.document["nodes"] = [
        {"name": "lamp", "children": [1, 2]},
        {"name": "foot", "mesh": index["foot"]},
        {"name": "lower joint", "mesh": index["joint"], "translation": [0.0, 0.35, 0.0],
         "rotation": turn(22), "children": [3, 4]},
        {"name": "lower arm", "mesh": index["arm"]},
        {"name": "upper joint", "mesh": index["joint"], "translation": [0.0, 1.0, 0.0],
         "rotation": turn(-80), "scale": [0.9, 0.9, 0.9], "children": [5, 6]},
        {"name": "upper arm", "mesh": index["arm"], "scale": [-0.9, 0.9, 0.9]},
        {"name": "head", "translation": [0.0, 0.86, 0.0], "rotation": turn(-75),
         "scale": [1.15, 1.15, 1.15], "children": [7, 8]},
        {"name": "shade", "mesh": index["shade"]},
        {"name": "bulb", "mesh": index["bulb"]},
    ]  # fmt: skip
    image = maker.view(stripes())
    maker.document |= {
        "asset": {"version": "2.0", "generator": "make_lamp.py", "copyright": "CC0-1.0"},
        "scene": 0,
        "scenes": [{"nodes": [0]}],
        "images": [{"name": "enamel", "mimeType": "image/png", "bufferView": image}],
        "samplers": [{"wrapS": 10497, "wrapT": 33071}],
        "textures": [{"source": 0, "sampler": 0}],
        "materials": [
            {"name": "enamel", "doubleSided": True,
             "pbrMetallicRoughness": {"baseColorTexture": {"index": 0}, "metallicFactor": 0.0,
                                      "roughnessFactor": 0.35}},
            {"name": "brass",
             "pbrMetallicRoughness": {"baseColorFactor": [0.78, 0.57, 0.22, 1.0],
                                      "metallicFactor": 1.0, "roughnessFactor": 0.3}},
            {"name": "glow", "emissiveFactor": [1.0, 0.9, 0.7]},
        ],
        "buffers": [{"byteLength": len(maker.data)}],
    }  # fmt: skip
    return maker.document, maker.data


class Maker:
    """A glTF document in the making."""

    def __init__(self) -> None:
        self.document: dict[str, Any] = {"meshes": [], "accessors": [], "bufferViews": []}
        self.data = b""

    def view(self, data: bytes, **more: Any) -> int:
        entry = {"buffer": 0, "byteOffset": len(self.data), "byteLength": len(data), **more}
        self.data += data + b"\0" * (-len(data) % 4)
        self.document["bufferViews"].append(entry)
        return len(self.document["bufferViews"]) - 1

    def accessor(self, values: NDArray[Any], **more: Any) -> int:
        flat = values.ndim == 1
        entry = {
            "bufferView": self.view(values.tobytes(), target=34963 if flat else 34962),
            "componentType": {"f": 5126, "u": 5123}[values.dtype.kind],
            "count": len(values),
            "type": "SCALAR" if flat else f"VEC{values.shape[1]}",
            **more,
        }
        self.document["accessors"].append(entry)
        return len(self.document["accessors"]) - 1

    def mesh(self, name: str, mesh: Mesh, material: int) -> None:
        bounds = {"min": mesh["POSITION"].min(axis=0).tolist(),
                  "max": mesh["POSITION"].max(axis=0).tolist()}  # fmt: skip
        attributes = {key: self.accessor(values, **(bounds if key == "POSITION" else {}))
                      for key, values in mesh.items() if key != "indices"}  # fmt: skip
        primitive = {"attributes": attributes, "indices": self.accessor(mesh["indices"]),
                     "material": material}  # fmt: skip
        self.document["meshes"].append({"name": name, "primitives": [primitive]})


def main() -> None:
    document, data = lamp()
    text = json.dumps(document, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 4)
    chunks = struct.pack("<II", len(text), 0x4E4F534A) + text
    chunks += struct.pack("<II", len(data), 0x004E4942) + data
    Path(sys.argv[1]).write_bytes(struct.pack("<4sII", b"glTF", 2, 12 + len(chunks)) + chunks)


if __name__ == "__main__":
    main()
