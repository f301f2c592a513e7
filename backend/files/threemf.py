# SPDX-License-Identifier: GPL-3.0-or-later
"""Reading 3MF: what is built, with its placements and units, materials, colours and textures.

Lengths become metres, as in glTF; Z stays up. Slicers' own data (supports painted on, settings)
are left out. Source: 3MF Consortium, "3D Manufacturing Format Core Specification" 1.3, "Materials
and Properties Extension" 1.2, "Production Extension" 1.1.
"""

from __future__ import annotations

import io
import posixpath
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from xml.parsers import expat

import numpy as np
from numpy.typing import NDArray

from ..assets.asset import Asset
from ..contract.errors import BadInput
from .placed import PlacedMesh, scene_asset
from .vertex_data import colours

METRES = {"micron": 1e-6, "millimeter": 1e-3, "centimeter": 1e-2, "inch": 0.0254}
METRES |= {"foot": 0.3048, "meter": 1.0}
MOST_BYTES = 4 << 30  # of one unpacked file
MOST_TIMES = 250  # as large may a file become by unpacking; XML of meshes becomes 5 to 30 times
MOST_PLACED = 100_000
MOST_TRIANGLES = 100_000_000
PAINT = ("paint_color", "mmu_segmentation")

Key = tuple[str, str]  # the file in the package, and an id there


@dataclass
class _Object:
    """A mesh as the words of the file, or the components that it is made of."""

    name: str = ""
    default: tuple[str, str] = ("", "")  # property group and row of triangles that name none
    points: list[str] = field(default_factory=list)
    corners: list[str] = field(default_factory=list)
    properties: dict[int, tuple[str, str, str, str]] = field(default_factory=dict)
    components: list[tuple[Key, NDArray[np.float64]]] = field(default_factory=list)


@dataclass
class _Group:
    """Properties that corners of triangles name by row: materials, colours or UVs."""

    kind: str
    rows: list[tuple[str, ...]] = field(default_factory=list)
    texture: Key = ("", "")


@dataclass
class _Package:
    """All that was read from the files of the archive."""

    path: Path
    archive: zipfile.ZipFile
    unit: float = METRES["millimeter"]
    objects: dict[Key, _Object] = field(default_factory=dict)
    groups: dict[Key, _Group] = field(default_factory=dict)
    textures: dict[Key, str] = field(default_factory=dict)
    items: list[tuple[Key, NDArray[np.float64]]] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)

    def remark(self, sentence: str) -> None:
        if sentence not in self.remarks:
            self.remarks.append(sentence)


def read_3mf(path: Path) -> Asset:
    """Read a .3mf file. Raises BadInput where the reason is known; other exceptions: damaged."""
    data = io.BytesIO(path.read_bytes())  # in a file, wrong offsets would look like a broken disk
    with zipfile.ZipFile(data) as archive:
        package = _Package(path, archive)
        root = _root(package)
        waiting, read = [root], set()
        while waiting:
            name = waiting.pop()
            if name not in read:
                read.add(name)
                _parse(package, name, _ModelHandler(package, name, name == root))
                placings = [p for made in package.objects.values() for p in made.components]
                waiting += [file for (file, _), _ in [*placings, *package.items]]
        placed = _placed(package)
        surface = _Surface(package)
        meshes = [surface.mesh(*one) for one in placed]
    return scene_asset(path, meshes, document=surface.document, images=surface.images, up="Z",
                       remarks=package.remarks)  # fmt: skip


# ---- the package


def _root(package: _Package) -> str:
    """Name of the model that the package begins with."""
    names = {name.lower(): name for name in package.archive.namelist()}
    targets: list[str] = []

    def relationship(element: str, attributes: dict[str, str]) -> None:
        if element == "Relationship" and attributes.get("Type", "").endswith("/3dmodel"):
            targets.append(attributes["Target"])

    if "_rels/.rels" in names:
        _parse(package, names["_rels/.rels"], relationship)
    for target in [*targets, "3D/3dmodel.model", *sorted(names)]:
        name = posixpath.normpath("/" + target).lstrip("/")
        if name.lower() in names and (target in targets or name.lower().endswith(".model")):
            return names[name.lower()]
    raise ValueError("the archive holds no model")


def _unpacked(package: _Package, name: str) -> Any:
    """An open file of the archive, if unpacking it does no harm."""
    info = package.archive.getinfo(name)
    if info.file_size > min(MOST_BYTES, MOST_TIMES * max(info.compress_size, 1 << 16)):
        raise BadInput(
            f"{package.path.name} unpacks to {info.file_size / 2**20:,.0f} MB, far more than "
            "meshes do.",
            "Export it again from the program that made it.",
        )
    return package.archive.open(info)


def _parse(package: _Package, name: str, handle: Callable[[str, dict[str, str]], None]) -> None:
    """Call `handle` with the local name and the attributes of each element."""
    parser = expat.ParserCreate(namespace_separator=" ")
    local: dict[str, str] = {}

    def start(element: str, attributes: dict[str, str]) -> None:
        if element not in local:
            local[element] = element.rpartition(" ")[2]
        handle(local[element], attributes)

    def declared(*_: Any) -> None:
        raise ValueError("3MF knows no document types, and entities in them could be a trap")

    parser.StartElementHandler = start
    parser.StartDoctypeDeclHandler = declared
    parser.buffer_text = True
    with _unpacked(package, name) as file:
        parser.ParseFile(file)


class _ModelHandler:
    """Takes the elements of one .model file, in their order, into the package."""

    def __init__(self, package: _Package, file: str, is_root: bool) -> None:
        self.package, self.file, self.is_root = package, file, is_root
        self.made = _Object()
        self.group = _Group("")
        self.elements = {
            "model": self._model,
            "object": self._object,
            "component": self._component,
            "item": self._item,
            "basematerials": lambda found: self._begin("material", found),
            "colorgroup": lambda found: self._begin("colour", found),
            "texture2dgroup": lambda found: self._begin("uv", found),
            "compositematerials": self._mixed,
            "multiproperties": self._mixed,
            "texture2d": self._texture2d,
            "beam": self._beam,
        }

    def __call__(self, element: str, attributes: dict[str, str]) -> None:
        if element == "vertex":
            self.made.points += attributes["x"], attributes["y"], attributes["z"]
        elif element == "triangle":
            made = self.made
            made.corners += attributes["v1"], attributes["v2"], attributes["v3"]
            if len(attributes) > 3:
                self._properties(attributes)
        elif element in GROUP_ROWS:
            self.group.rows.append(tuple(attributes.get(key, "") for key in GROUP_ROWS[element]))
        elif element in self.elements:
            self.elements[element](attributes)

    def _properties(self, attributes: dict[str, str]) -> None:
        made = self.made
        if "p1" in attributes:
            first = attributes["p1"]
            made.properties[len(made.corners) // 3 - 1] = (
                attributes.get("pid", made.default[0]),
                first,
                attributes.get("p2", first),
                attributes.get("p3", first),
            )
        if any(name.endswith(PAINT) for name in attributes):
            self.package.remark("Colours painted on in a slicer are not kept.")

    def _model(self, attributes: dict[str, str]) -> None:
        if self.is_root:
            self.package.unit = METRES[attributes.get("unit", "millimeter").lower()]

    def _object(self, attributes: dict[str, str]) -> None:
        default = attributes.get("pid", ""), attributes.get("pindex", "0")
        self.made = _Object(attributes.get("name", ""), default)
        self.package.objects[self.file, attributes["id"]] = self.made

    def _component(self, attributes: dict[str, str]) -> None:
        self.made.components.append(self._placed(attributes))

    def _item(self, attributes: dict[str, str]) -> None:
        if self.is_root:
            self.package.items.append(self._placed(attributes))

    def _placed(self, attributes: dict[str, str]) -> tuple[Key, NDArray[np.float64]]:
        file = self.file
        for name, value in attributes.items():
            if name.endswith(" path"):  # of the production extension
                file = value.lstrip("/")
        matrix = np.eye(4)
        if words := attributes.get("transform", "").split():
            matrix[:3] = np.array(words, dtype=np.float64).reshape(4, 3).T
        return (file, attributes["objectid"]), matrix

    def _begin(self, kind: str, attributes: dict[str, str]) -> None:
        self.group = _Group(kind, texture=(self.file, attributes.get("texid", "")))
        self.package.groups[self.file, attributes["id"]] = self.group

    def _mixed(self, attributes: dict[str, str]) -> None:
        self._begin("", attributes)
        self.package.remark("Mixed materials are not kept.")

    def _texture2d(self, attributes: dict[str, str]) -> None:
        self.package.textures[self.file, attributes["id"]] = attributes["path"].lstrip("/")

    def _beam(self, _attributes: dict[str, str]) -> None:
        self.package.remark("Beams of lattices are left out.")


GROUP_ROWS = {"base": ("name", "displaycolor"), "color": ("color",), "tex2coord": ("u", "v")}


def _placed(package: _Package) -> list[tuple[Key, _Object, NDArray[np.float64]]]:
    """All meshes that are built, in order, each with its matrix to the world."""
    items = package.items
    if not items:  # nothing is to be printed: all that no other object is made of
        inner = {key for made in package.objects.values() for key, _ in made.components}
        items = [(key, np.eye(4)) for key in package.objects if key not in inner]
    sizes: dict[Key, tuple[int, int]] = {}
    placed, triangles = 0, 0
    for key, _ in items:
        count, size = _size(package, key, sizes, set())
        placed, triangles = placed + count, triangles + size
    if placed > MOST_PLACED or triangles > MOST_TRIANGLES:
        raise BadInput(
            f"{package.path.name} holds {placed:,} objects of {triangles:,} triangles in all, "
            "copies included: too many.",
            "Export fewer copies.",
        )
    found: list[tuple[Key, _Object, NDArray[np.float64]]] = []

    def place(key: Key, matrix: NDArray[np.float64]) -> None:
        made = package.objects[key]
        if made.corners:
            found.append((key, made, matrix))
        for inner, own in made.components:
            place(inner, matrix @ own)

    for key, matrix in items:
        place(key, matrix)
    return found


def _size(
    package: _Package, key: Key, known: dict[Key, tuple[int, int]], above: set[Key]
) -> tuple[int, int]:
    """Objects and triangles below an object, itself included."""
    if key in above:
        raise ValueError(f"object {key[1]} is a part of itself")
    if key not in known:
        made = package.objects[key]
        count, size = 1, len(made.corners) // 3
        for inner, _ in made.components:
            more = _size(package, inner, known, above | {key})
            count, size = count + more[0], size + more[1]
        known[key] = count, size
    return known[key]


# ---- materials, colours, textures


class _Surface:
    """Makes meshes of objects; glTF materials, colours and UVs of the properties they name."""

    def __init__(self, package: _Package) -> None:
        self.package = package
        self.document: dict[str, Any] = {}
        self.images: list[bytes | memoryview | Path | None] = []
        self.first: dict[Key, int] = {}  # row of a group's first: material, colour or UV
        self.layers: dict[str, list[NDArray[np.float32]]] = {"COLOR_0": [], "TEXCOORD_0": []}
        for key, group in package.groups.items():
            make = {"material": self._materials, "colour": self._colours, "uv": self._uvs}
            if group.kind in make:
                make[group.kind](key, group)

    def mesh(self, key: Key, made: _Object, matrix: NDArray[np.float64]) -> PlacedMesh:
        unit = self.package.unit
        matrix = matrix.copy()
        matrix[:3, 3] *= unit
        vertices = np.array(made.points, dtype=np.float64).reshape(-1, 3) * unit
        faces = np.array(made.corners, dtype=np.int64).reshape(-1, 3)
        group, rows = self._properties(key[0], made)
        material = np.full(len(faces), -1)
        layers = {}
        for number in np.unique(group[group >= 0]).tolist():
            own = list(self.package.groups)[number]
            kind, which = self.package.groups[own].kind, group == number
            if not kind:
                continue
            if (rows[which] < 0).any() or (rows[which] >= len(self.package.groups[own].rows)).any():
                raise ValueError("a triangle names a property that does not exist")
            if kind == "material":
                material[which] = self.first[own] + rows[which, 0]
                continue
            name = "COLOR_0" if kind == "colour" else "TEXCOORD_0"
            if name not in layers:
                values = np.concatenate(self.layers[name])
                layers[name] = values, np.full(faces.shape, -1)
            layers[name][1][which] = self.first[own] + rows[which]
            if kind == "uv":
                material[which] = self._textured(self.package.groups[own].texture)
        return PlacedMesh(made.name, matrix, vertices, faces, material, layers)

    def _properties(self, file: str, made: _Object) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Number of the property group of each triangle, -1 for none, and the corners' rows."""
        count = len(made.corners) // 3
        number = {key: i for i, key in enumerate(self.package.groups)}
        group = np.full(count, number.get((file, made.default[0]), -1))
        rows = np.full((count, 3), int(made.default[1]))
        if made.properties:
            which = np.array(list(made.properties))
            words = list(made.properties.values())
            group[which] = [number.get((file, word[0]), -1) for word in words]
            rows[which] = np.array([word[1:] for word in words], dtype=np.int64)
        return group, rows

    def _materials(self, key: Key, group: _Group) -> None:
        materials = self.document.setdefault("materials", [])
        self.first[key] = len(materials)
        for name, colour in group.rows:
            factor = _colour(colour).tolist()
            surface = {"baseColorFactor": factor, "metallicFactor": 0.0}
            entry: dict[str, Any] = {"name": name, "pbrMetallicRoughness": surface}
            if factor[3] < 1:
                entry["alphaMode"] = "BLEND"
            materials.append(entry)

    def _colours(self, key: Key, group: _Group) -> None:
        self._add(key, "COLOR_0", np.array([_colour(word) for (word,) in group.rows], np.float32))

    def _uvs(self, key: Key, group: _Group) -> None:
        uv = np.array(group.rows, dtype=np.float64).reshape(-1, 2)
        uv[:, 1] = 1.0 - uv[:, 1]  # glTF: origin at the top left
        self._add(key, "TEXCOORD_0", uv.astype(np.float32))

    def _add(self, key: Key, layer: str, values: NDArray[np.float32]) -> None:
        self.first[key] = sum(map(len, self.layers[layer]))
        self.layers[layer].append(values)

    def _textured(self, key: Key) -> int:
        """Index of the material that shows a texture of the package, -1 if it is not there."""
        if key not in self.first:
            name = self.package.textures.get(key, "")
            self.first[key] = -1
            if name not in self.package.archive.namelist():
                self.package.remark(f"The texture {name or key[1]} was not found.")
                return -1
            with _unpacked(self.package, name) as file:
                self.images.append(file.read())
            number = len(self.images) - 1
            stem = posixpath.basename(name)
            self.document.setdefault("images", []).append({"name": stem})
            self.document.setdefault("textures", []).append({"source": number})
            materials = self.document.setdefault("materials", [])
            self.first[key] = len(materials)
            surface = {"baseColorTexture": {"index": number}, "metallicFactor": 0.0}
            materials.append({"name": stem, "pbrMetallicRoughness": surface})
        return self.first[key]


def _colour(word: str) -> NDArray[np.float32]:
    """Linear (4,) of #RRGGBB or #RRGGBBAA."""
    values = np.frombuffer(bytes.fromhex(word.strip().removeprefix("#")), dtype=np.uint8)
    if len(values) not in (3, 4):
        raise ValueError(f"{word!r} is no colour")
    return colours(np.append(values, 255)[None, :4])[0]
