# SPDX-License-Identifier: GPL-3.0-or-later
"""Reading the Polygon File Format (.ply): polygons and strips, colours, normals, UVs, textures.

Names of properties are those that MeshLab, Blender and scanners write; colours of vertices go
before those of faces.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..assets.asset import Asset, Attribute, Primitive, single_node_asset
from ..assets.beside import Beside
from ..assets.textures import Picture, add_texture, lost, usable
from ..geometry.polygons import triangulate
from .mesh_text import whole
from .ply_tables import POLYGONS, Columns, Lists, Tables, read_tables
from .vertex_data import colours, normals, small_faces, split_corners, texture_coordinates

UV_NAMES = (("s", "t"), ("u", "v"), ("texture_u", "texture_v"), ("texture_s", "texture_t"),
            ("s0", "t0"), ("u0", "v0"))  # fmt: skip
COLOUR_NAMES = (("red", "green", "blue", "alpha"), ("r", "g", "b", "a"),
                ("diffuse_red", "diffuse_green", "diffuse_blue", "diffuse_alpha"))  # fmt: skip
KNOWN = {"vertex", "face", "tristrips", "material"}


@dataclass
class _Faces:
    """Polygons and strips as triangles.

    ``corners`` (c,) vertex of each corner of the file; ``triangles`` (t, 3) rows of it;
    ``polygon`` (t,) row of the file's faces, -1 in strips; ``sizes`` (n,) corners of each face.
    """

    corners: NDArray[np.int64]
    triangles: NDArray[np.int64]
    polygon: NDArray[np.int64]
    sizes: NDArray[np.int64]


@dataclass
class _Layers:
    """What corners carry beside positions, -1 for none.

    ``uv`` (u, 2) pairs and ``uv_of`` (c,) the pair of each corner; ``shade`` (s, 3 or 4) linear
    colours and ``shade_of`` (n,) that of each face.
    """

    uv: NDArray[Any] | None = None
    uv_of: NDArray[np.int64] | None = None
    shade: NDArray[np.float32] | None = None
    shade_of: NDArray[np.int64] | None = None


@dataclass
class _Materials:
    """glTF's document and pictures, and (n,) the material of each face of the file, -1 for none."""

    of_face: NDArray[np.int64]
    document: dict[str, Any] = field(default_factory=dict)
    images: list[Picture] = field(default_factory=list)


def read_ply(path: Path) -> Asset:
    """Read a .ply file. Raises ValueError, KeyError or IndexError if it is damaged."""
    tables = read_tables(path.read_bytes())
    vertex = tables.elements["vertex"]
    vertices = np.stack([_plain(vertex, axis).astype(np.float64) for axis in "xyz"], axis=1)
    faces = _faces(vertices, tables)
    attributes = _vertex_attributes(vertex)
    layers = _layers(faces, tables, "COLOR_0" in attributes)
    materials = _materials(path, faces, tables)
    of_triangle = np.append(materials.of_face, -1)[faces.polygon]
    if materials.document.get("images") and not len(faces.sizes):
        of_triangle[:] = 0  # strips with a texture
    order = np.argsort(of_triangle, kind="stable")
    groups = np.split(order, np.flatnonzero(np.diff(of_triangle[order])) + 1)
    primitives = [
        _primitive(vertices, faces, chosen, attributes, layers, int(of_triangle[chosen[0]]))
        for chosen in groups if len(chosen)
    ]  # fmt: skip
    unknown = sorted(name for name in tables.elements if name not in KNOWN)
    if unknown:
        tables.remarks.append(f"Not kept of the file: {', '.join(unknown)}.")
    return single_node_asset(
        path, vertices, faces.corners[faces.triangles], primitives, up="Z",
        document=materials.document, images=materials.images, remarks=tables.remarks,
    )  # fmt: skip


def _plain(columns: Columns, name: str) -> NDArray[Any]:
    column = columns[name]
    if isinstance(column, Lists):
        raise ValueError(f"{name} is a list")
    return column


def _faces(vertices: NDArray[np.float64], tables: Tables) -> _Faces:
    face = tables.elements.get("face", {})
    polygons = next((face[name] for name in POLYGONS if name in face), None)
    sizes = polygons.sizes if isinstance(polygons, Lists) else np.zeros(0, dtype=np.int64)
    tables.remarks += small_faces(sizes)
    corners = _indices(polygons)
    triangles, polygon = triangulate(vertices, corners, sizes)
    strips = tables.elements.get("tristrips", {})
    strip = next((strips[name] for name in POLYGONS if name in strips), None)
    if isinstance(strip, Lists):
        more = _indices(strip)
        made = _strip_triangles(more, strip.sizes) + len(corners)
        corners = np.concatenate([corners, more])
        triangles = np.concatenate([triangles, made])
        polygon = np.concatenate([polygon, np.full(len(made), -1)])
    return _Faces(corners, triangles, polygon, sizes)


def _indices(lists: Any) -> NDArray[np.int64]:
    """Vertices (c,) of all polygons or strips; -1, also when unsigned, stays -1."""
    if not isinstance(lists, Lists):
        return np.zeros(0, dtype=np.int64)
    with np.errstate(invalid="ignore"):
        found = whole(lists.values.astype(np.float64))
    found[found == 2**32 - 1] = -1
    return found


def _strip_triangles(corners: NDArray[np.int64], sizes: NDArray[np.int64]) -> NDArray[np.int64]:
    """Rows (t, 3) of `corners` (c,), which are strips of `sizes`; -1 begins a strip anew.

    Every second triangle is turned over; those that only lead to another place are left out.
    """
    count = len(corners)
    if count < 3:
        return np.zeros((0, 3), dtype=np.int64)
    begins = np.zeros(count, dtype=bool)
    begins[(np.cumsum(sizes) - sizes)[sizes > 0]] = True
    begins[1:] |= corners[:-1] < 0
    at = np.arange(count)
    origin = np.maximum.accumulate(np.where(begins, at, 0))
    made = at[:-2]
    a, b, c = corners[:-2], corners[1:-1], corners[2:]
    good = (origin[:-2] == origin[2:]) & (a >= 0) & (b >= 0) & (c >= 0)
    good &= (a != b) & (b != c) & (a != c)
    made = made[good]
    odd = (made - origin[made]) % 2
    return np.stack([made + odd, made + 1 - odd, made + 2], axis=1)


def _vertex_attributes(vertex: Columns) -> dict[str, NDArray[Any]]:
    """Normals and UVs as the file has them, and linear colours, for each vertex."""
    attributes = {}
    if {"nx", "ny", "nz"} <= vertex.keys():
        attributes["NORMAL"] = np.stack([_plain(vertex, n) for n in ("nx", "ny", "nz")], axis=1)
    for u, v in UV_NAMES:
        if {u, v} <= vertex.keys():
            attributes["TEXCOORD_0"] = np.stack([_plain(vertex, u), _plain(vertex, v)], axis=1)
            break
    colour = _colours(vertex)
    if colour is not None:
        attributes["COLOR_0"] = colour
    return attributes


def _colours(columns: Columns) -> NDArray[np.float32] | None:
    """Linear colours of the rows of an element, if it has any."""
    for names in COLOUR_NAMES:
        if set(names[:3]) <= columns.keys():
            own = [_plain(columns, name) for name in names if name in columns]
            return colours(np.stack(own, axis=1))
    return None


def _layers(faces: _Faces, tables: Tables, coloured: bool) -> _Layers:
    """UVs of the corners of faces, and colours of faces."""
    layers = _Layers()
    face, count = tables.elements.get("face", {}), len(faces.sizes)
    uv = face.get("texcoord")
    if isinstance(uv, Lists) and count:
        fits = uv.sizes == 2 * faces.sizes
        if not fits[(faces.sizes > 2) & (uv.sizes > 0)].all():
            tables.remarks.append("UVs of some faces do not fit their corners: left out there.")
        pairs = uv.values[np.repeat(fits, uv.sizes)].reshape(-1, 2).astype(np.float32)
        bits, of_pair = np.unique(np.ascontiguousarray(pairs).view("u8"), return_inverse=True)
        layers.uv = bits.view(np.float32).reshape(-1, 2)
        layers.uv_of = np.full(len(faces.corners), -1)
        own = np.repeat(fits, faces.sizes)
        layers.uv_of[: len(own)][own] = of_pair.reshape(-1)
    colour = _colours(face) if count and "face" not in tables.ragged else None
    if colour is not None and coloured:
        tables.remarks.append("Colours of faces are not kept, since vertices have colours too.")
    elif colour is not None:
        layers.shade, shade_of = np.unique(colour, axis=0, return_inverse=True)
        layers.shade_of = shade_of.reshape(-1)
    return layers


def _primitive(
    vertices: NDArray[np.float64],
    faces: _Faces,
    chosen: NDArray[np.int64],
    attributes: dict[str, NDArray[Any]],
    layers: _Layers,
    material: int,
) -> Primitive:
    """Triangles `chosen` of one material; a vertex is there once for each UV and colour of it."""
    triangles = faces.triangles[chosen]
    corners = faces.corners[triangles]
    rows = np.stack([np.arange(len(vertices)), *[np.full(len(vertices), -1)] * 2], axis=1)
    if layers.uv_of is not None or layers.shade_of is not None:
        none = np.full_like(corners, -1)
        uv_of = none if layers.uv_of is None else layers.uv_of[triangles]
        shade_of = none
        if layers.shade_of is not None:
            shade_of = none + (np.append(layers.shade_of, -1)[faces.polygon[chosen]] + 1)[:, None]
        rows, corners = split_corners(corners, uv_of, shade_of)
    vertex, uv_row, shade_row = rows.T
    own: dict[str, Attribute] = {}
    if "NORMAL" in attributes:
        normal = normals(attributes["NORMAL"][vertex])
        own |= {"NORMAL": normal} if normal is not None else {}
    if layers.uv is not None and (uv_row >= 0).any():
        pairs = np.where(uv_row[:, None] >= 0, layers.uv[uv_row], 0.0)
        own["TEXCOORD_0"] = texture_coordinates(pairs)
    elif "TEXCOORD_0" in attributes:
        own["TEXCOORD_0"] = texture_coordinates(attributes["TEXCOORD_0"][vertex])
    if "COLOR_0" in attributes:
        own["COLOR_0"] = Attribute(attributes["COLOR_0"][vertex])
    elif layers.shade is not None:
        white = np.ones(layers.shade.shape[1], dtype=np.float32)
        shade = np.where(shade_row[:, None] >= 0, layers.shade[shade_row], white)
        own["COLOR_0"] = Attribute(shade)
    return Primitive(0, corners, chosen, vertex, own, [], material if material >= 0 else None)


def _materials(path: Path, faces: _Faces, tables: Tables) -> _Materials:
    """A material for each texture, or for each row of an element of materials."""
    count = len(faces.sizes)
    face = tables.elements.get("face", {})
    none = np.full(count, -1)
    if tables.textures:
        of_face = _numbers(face, "texnumber", count)
        made = _Materials(np.zeros(count, dtype=np.int64) if of_face is None else of_face)
        known = []
        for texture in tables.textures:
            known.append(_add_texture(made, path, texture, tables.remarks))
        listed = np.array([*known, -1])
        made.of_face = listed[np.where(made.of_face < len(known), made.of_face, -1)]
        return made
    element = tables.elements.get("material", {})
    of_face = _numbers(face, "material_index", count)
    colour = _colours(element)
    if of_face is None or colour is None:
        if element:
            tables.remarks.append("Materials of the file are not kept.")
        return _Materials(none)
    entries = [
        {"name": f"material_{i}", "pbrMetallicRoughness":
         {"baseColorFactor": [*row[:3], 1.0], "metallicFactor": 0.0}}
        for i, row in enumerate(colour.astype(float).tolist())
    ]  # fmt: skip
    return _Materials(np.where(of_face < len(entries), of_face, -1), {"materials": entries})


def _numbers(columns: Columns, name: str, count: int) -> NDArray[np.int64] | None:
    """A column (count,) of rows of another table, -1 for none; None if there is no such column."""
    if name not in columns:
        return None
    with np.errstate(invalid="ignore"):
        numbers = _plain(columns, name).astype(np.int64)
    return np.maximum(numbers, -1) if len(numbers) == count else None


def _add_texture(made: _Materials, path: Path, texture: str, remarks: list[str]) -> int:
    """The number of a material with this texture; -1 and a remark if it cannot be used."""
    found = Beside().find([path.parent], texture)
    picture = usable(found) if found else None
    if found is None or picture is None:
        remarks.append(lost(texture, found))
        return -1
    materials = made.document.setdefault("materials", [])
    number = add_texture(made.document, made.images, picture, found)
    surface = {"baseColorTexture": {"index": number}, "metallicFactor": 0.0}
    materials.append({"name": found.stem, "pbrMetallicRoughness": surface})
    return len(materials) - 1
