# SPDX-License-Identifier: GPL-3.0-or-later
"""Reading COLLADA (.dae) by the optional library pycollada: placed meshes, materials, textures.

Lengths become metres, as in glTF. Armatures and shape keys are left out: meshes are as they were
bound. Source: Khronos Group, "COLLADA - Digital Asset Schema Release 1.4.1", 2008.
"""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any
from urllib.parse import unquote
from xml.parsers import expat

import numpy as np
from numpy.typing import NDArray

from ..assets.asset import Asset
from ..assets.beside import Beside
from ..assets.textures import Picture, add_texture, lost, usable
from ..contract.errors import BadInput
from ..geometry.polygons import triangulate
from .placed import PlacedMesh, scene_asset
from .vertex_data import colours, normals, texture_coordinates

MOST_PLACED = 100_000
UPRIGHT = np.array([[0, -1, 0, 0], [1, 0, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1]], dtype=np.float64)


@dataclass
class _Placing:
    """A mesh in the scene; `materials` are those that its symbols stand for."""

    name: str
    matrix: NDArray[np.float64]
    geometry: Any
    materials: dict[str, Any]


@dataclass
class _Surfaces:
    """glTF's materials of the file's own, with their pictures, each made when first needed."""

    folder: Path
    remarks: list[str]
    document: dict[str, Any] = field(default_factory=dict)
    images: list[Picture] = field(default_factory=list)
    _known: dict[str, int] = field(default_factory=dict)
    _beside: Beside = field(default_factory=Beside)

    def number(self, material: Any) -> int:
        """Index of a material, -1 for none."""
        if material is None or material.effect is None:
            return -1
        if material.id not in self._known:
            listed = self.document.setdefault("materials", [])
            self._known[material.id] = len(listed)
            listed.append(self._made(material))
        return self._known[material.id]

    def _made(self, material: Any) -> dict[str, Any]:
        diffuse = material.effect.diffuse
        surface: dict[str, Any] = {"metallicFactor": 0.0}
        if hasattr(diffuse, "sampler"):
            surface |= self._texture(unquote(diffuse.sampler.surface.image.path))
        elif diffuse is not None:
            factor = np.ones(4)
            factor[: len(diffuse[:4])] = np.clip(np.nan_to_num(diffuse[:4]), 0, 1)
            surface["baseColorFactor"] = factor.tolist()
        entry = {"name": material.name or material.id, "pbrMetallicRoughness": surface}
        if surface.get("baseColorFactor", [1.0])[-1] < 1:
            entry["alphaMode"] = "BLEND"
        return entry

    def _texture(self, name: str) -> dict[str, Any]:
        found = self._beside.find([self.folder], name.removeprefix("file://"))
        picture = usable(found) if found else None
        if found is None or picture is None:
            self.remarks.append(lost(name.replace("\\", "/").rpartition("/")[2], found))
            return {}
        number = add_texture(self.document, self.images, picture, found)
        return {"baseColorTexture": {"index": number}}


def read_dae(path: Path) -> Asset:
    """Read a .dae file. Raises BadInput where the reason is known; other exceptions: damaged."""
    data = path.read_bytes()
    _refuse_document_type(data)
    file = _opened(path.name, data)
    placings, remarks = _placed(path.name, file)
    if file.errors:
        remarks.append("What of the file could not be read is left out.")
        more, _ = _placed(path.name, _opened(path.name, _without_materials(file)))
        if len(more) > len(placings):  # a material that is not there takes its mesh along
            placings = more
    surfaces = _Surfaces(path.parent, remarks)
    meshes = [mesh for one in placings for mesh in _meshes(one, surfaces)]
    return scene_asset(
        path, meshes, document=surfaces.document, images=surfaces.images,
        up="Z" if file.assetInfo.upaxis == "Z_UP" else "Y",
        remarks=list(dict.fromkeys(remarks)),
    )  # fmt: skip


def _refuse_document_type(data: bytes) -> None:
    """Raise ValueError if XML declares a document type, in which entities could be a trap."""

    def declared(*_: Any) -> None:
        raise ValueError("COLLADA knows no document types, and entities in them could be a trap")

    def begun(*_: Any) -> None:
        raise StopIteration  # what is declared comes before the first element

    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler, parser.StartElementHandler = declared, begun
    with suppress(StopIteration):
        parser.Parse(data, True)


def _opened(name: str, data: bytes) -> Any:
    """The file in pycollada's terms; ValueError if a mesh of it cannot be read."""
    try:
        import collada
    except ImportError as error:
        raise BadInput(
            f"{name} is a COLLADA file, and the library that reads it is not installed.",
            "Run 'pip install pycollada', or import it in Blender 4.5 and export it as .glb.",
            str(error),
        ) from error
    with warnings.catch_warnings():
        # A text of numbers that ends too early is a warning of NumPy, and a hole in the mesh.
        warnings.simplefilter("error", DeprecationWarning)
        file = collada.Collada(io.BytesIO(data), ignore=[collada.DaeError])
    stored = file.xmlnode.getroot().iter(file.tag("geometry"))
    if sum(entry.find(file.tag("mesh")) is not None for entry in stored) > len(file.geometries):
        raise ValueError(f"a mesh cannot be read: {file.errors[:1]}")
    return file


def _without_materials(file: Any) -> bytes:
    for holder in list(file.xmlnode.getroot().iter()):
        for bound in holder.findall(file.tag("bind_material")):
            holder.remove(bound)
    text = io.BytesIO()
    file.xmlnode.write(text, encoding="utf-8")
    return text.getvalue()


def _placed(name: str, file: Any) -> tuple[list[_Placing], list[str]]:
    """All meshes of the scene with their matrices to the world, and remarks."""
    if file.scene is None:
        raise BadInput(f"{name} holds no scene.", "Export it again with a mesh in it.")
    remarks: list[str] = []
    to_world = np.diag([*[float(file.assetInfo.unitmeter or 1.0)] * 3, 1.0])
    if file.assetInfo.upaxis == "X_UP":
        to_world = UPRIGHT @ to_world
    found = list(islice(_placings(file.scene.nodes, to_world, "", remarks), MOST_PLACED + 1))
    if len(found) > MOST_PLACED:
        raise BadInput(f"{name} places too many objects.", "Export fewer copies.")
    return found, remarks


def _placings(
    nodes: list[Any], above: NDArray[np.float64], name: str, remarks: list[str]
) -> Iterator[_Placing]:
    """All meshes below some nodes, in the order of the file."""
    for node in nodes:
        if hasattr(node, "node"):  # a node that is placed again
            yield from _placings([node.node], above, name, remarks)
        elif hasattr(node, "children"):
            called = str(node.name or node.id or name)
            yield from _placings(node.children, above @ node.matrix, called, remarks)
        elif hasattr(node, "geometry") or hasattr(node, "controller"):
            matrix, geometry = above, getattr(node, "geometry", None)
            if geometry is None:
                remarks.append("Armatures and shape keys are not kept.")
                skin = node.controller
                geometry = getattr(skin, "geometry", None) or skin.source_geometry
                matrix = above @ getattr(skin, "bind_shape_matrix", np.eye(4))
            materials = {entry.symbol: entry.target for entry in node.materials}
            yield _Placing(name or str(geometry.name), matrix, geometry, materials)


def _meshes(placing: _Placing, surfaces: _Surfaces) -> Iterator[PlacedMesh]:
    """One mesh for each array of positions of a geometry: mostly one."""
    groups: dict[int, list[Any]] = {}
    for primitive in placing.geometry.primitives:
        if hasattr(primitive, "ntriangles") or hasattr(primitive, "vcounts"):
            if len(primitive.index):
                groups.setdefault(id(primitive.vertex), []).append(primitive)
        else:
            surfaces.remarks.append("Points and lines are left out.")
    for primitives in groups.values():
        vertices = np.asarray(primitives[0].vertex, dtype=np.float64)
        faces, material = [], []
        layers: dict[str, list[tuple[NDArray[np.float32], NDArray[np.int64]]]] = {}
        for primitive in primitives:
            corners = primitive.index.reshape(-1, primitive.nindices).astype(np.int64)
            sizes = getattr(primitive, "vcounts", np.full(len(corners) // 3, 3)).astype(np.int64)
            if (sizes < 0).any() or sizes.sum() != len(corners):
                raise ValueError("the polygons do not fit their corners")
            at = corners[:, primitive.sources["VERTEX"][0][0]]
            triangles, _ = triangulate(vertices, at, sizes)
            faces.append(at[triangles])
            number = surfaces.number(placing.materials.get(primitive.material))
            material.append(np.full(len(triangles), number))
            for name, values, offset in _layers(primitive):
                layers.setdefault(name, []).append((values, corners[triangles, offset]))
        whole = {name: _joined(parts) for name, parts in layers.items()
                 if len(parts) == len(primitives)}  # fmt: skip
        yield PlacedMesh(placing.name, placing.matrix, vertices, np.concatenate(faces),
                         np.concatenate(material), whole)  # fmt: skip


def _layers(primitive: Any) -> Iterator[tuple[str, NDArray[np.float32], int]]:
    """Name, values (k, c) and place among the indices of what the corners carry."""
    for semantic, name in (("NORMAL", "NORMAL"), ("TEXCOORD", "TEXCOORD_0"), ("COLOR", "COLOR_0")):
        if not primitive.sources.get(semantic):
            continue
        offset, *_, source = primitive.sources[semantic][0]
        values, width = np.asarray(source.data), len(source.components)
        if name == "NORMAL" and width == 3:
            made = normals(values)
        elif name == "TEXCOORD_0" and width >= 2:
            made = texture_coordinates(values[:, :2])
        elif name == "COLOR_0" and width in (3, 4):
            yield name, colours(values), offset
            continue
        else:
            continue
        if made is not None:
            yield name, made.values, offset


def _joined(
    parts: list[tuple[NDArray[np.float32], NDArray[np.int64]]],
) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """Values and rows of several primitives as one table; rows that do not exist are damage."""
    values, rows, before = [], [], 0
    for own, index in parts:
        if index.min(initial=0) < 0 or index.max(initial=-1) >= len(own):
            raise ValueError("a corner names a value that does not exist")
        values.append(own)
        rows.append(index + before)
        before += len(own)
    width = max(own.shape[1] for own in values)
    filled = [np.pad(own, ((0, 0), (0, width - own.shape[1])), constant_values=1) for own in values]
    return np.concatenate(filled), np.concatenate(rows)
