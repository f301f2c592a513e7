# SPDX-License-Identifier: GPL-3.0-or-later
"""Reading Wavefront .obj and .mtl: triangles in file order, also when materials alternate.

Materials become glTF's, with the physically based extension of .mtl (Pr, Pm) where it is used.
Source: Alias/Wavefront, "Object Files (.obj)" and "Material Library File (.mtl)", 1995.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..assets.asset import Asset, Attribute, Primitive, single_node_asset
from .simple import fan, numbers, split_corners

# statements of one kind in a row are taken at once: line by line would be too slow
STATEMENTS = re.compile(rb"(?m)^(v|vt|vn|f) [^\n]*\n(?:\1 [^\n]*\n)*|^(usemtl|mtllib) [^\n]*\n")
MAP_OPTIONS = {"-s": 3, "-o": 3, "-t": 3, "-mm": 2}  # how many values follow; the others: one
MAP_OPTIONS |= dict.fromkeys(("-blendu", "-blendv", "-boost", "-texres", "-clamp", "-bm"), 1)
MAP_OPTIONS |= dict.fromkeys(("-imfchan", "-type", "-cc"), 1)


def read_obj(path: Path) -> Asset:
    """Read a .obj file and its .mtl. Raises ValueError or IndexError if it is damaged."""
    data = _tidy(path.read_bytes())
    blocks: dict[bytes, list[bytes]] = {b"v": [], b"vt": [], b"vn": [], b"f": []}
    counts = dict.fromkeys(blocks, 0)
    names: list[str] = []  # of materials, by first use
    switches: list[tuple[int, int]] = []  # (faces before it, material)
    libraries: list[str] = []
    for match in STATEMENTS.finditer(data):
        key, statement = match.group(1) or match.group(2), match.group()
        if key in blocks:
            blocks[key].append((b"\n" + statement).replace(b"\n" + key + b" ", b"\n")[1:])
            counts[key] += statement.count(b"\n")
            continue
        name = statement[len(key) :].strip().decode("utf-8", "replace")
        if key == b"mtllib":
            libraries.append(name)
        else:
            if name not in names:
                names.append(name)
            switches.append((counts[b"f"], names.index(name)))
    texts = {key: _without_comments(b"".join(parts)) for key, parts in blocks.items()}
    vertices, colours = _points(texts[b"v"], counts[b"v"])
    sizes, index = _corners(texts[b"f"])
    if (index < 0).any():
        _resolve_relative(index, sizes, data.splitlines())
    index -= 1
    for column, key in enumerate((b"v", b"vt", b"vn")):
        outside = (index[:, column] >= counts[key]) & (index[:, column] != -1)
        if outside.any() or (column == 0 and (index[:, 0] < 0).any()):
            raise ValueError("a face names a vertex, UV or normal that does not exist")
    corner, polygon = fan(sizes)
    material_of_line = np.full(len(sizes), -1)
    for start, material in switches:
        material_of_line[start:] = material
    attributes = {
        "NORMAL": _table(texts[b"vn"], counts[b"vn"], 3),
        "TEXCOORD_0": _flipped(_table(texts[b"vt"], counts[b"vt"], 2)),
        "COLOR_0": colours,
    }
    document, images, remarks = _materials(path, names, libraries)
    primitives = [
        _primitive(index[corner], chosen, attributes, material if material >= 0 else None)
        for material, chosen in _by_material(material_of_line[polygon])
    ]
    faces = index[corner, 0]
    return single_node_asset(
        path, vertices, faces, primitives, document=document, images=images, remarks=remarks
    )


def _by_material(material: NDArray[np.int64]) -> list[tuple[int, NDArray[np.int64]]]:
    order = np.argsort(material, kind="stable")
    values, starts = np.unique(material[order], return_index=True)
    return list(zip(values.tolist(), np.split(order, starts[1:]), strict=True))


def _primitive(
    index: NDArray[np.int64],
    chosen: NDArray[np.int64],
    arrays: dict[str, NDArray[np.float32] | None],
    material: int | None,
) -> Primitive:
    """Triangles `chosen` of (t, 3, 3) `index`: corners by position, UV and normal."""
    own = index[chosen]
    rows, corners = split_corners(own[..., 0], own[..., 1], own[..., 2])
    column = {"COLOR_0": 0, "TEXCOORD_0": 1, "NORMAL": 2}
    attributes = {}
    for name, values in arrays.items():
        which = rows[:, column[name]]
        # a primitive has an attribute for all vertices or for none
        if values is not None and (which >= 0).all():
            attributes[name] = Attribute(values[which])
    return Primitive(0, corners, chosen, rows[:, 0], attributes, [], material)


def _tidy(data: bytes) -> bytes:
    """One line for each statement, words apart by spaces, no space before the first."""
    data = data.replace(b"\r\n", b"\n").replace(b"\r", b"\n").replace(b"\\\n", b" ")
    return re.sub(rb"(?m)^ +", b"", data.replace(b"\t", b" ")) + b"\n"


def _without_comments(text: bytes) -> bytes:
    return re.sub(rb"#[^\n]*", b"", text) if b"#" in text else text


def _points(text: bytes, count: int) -> tuple[NDArray[np.float64], NDArray[np.float32] | None]:
    """(V, 3) positions and, when lines go on with r g b, (V, 3) colours."""
    table = numbers(text)
    width = len(text.partition(b"\n")[0].split())
    if len(table) == count * width:
        grid = table.reshape(count, width)
        colours = grid[:, 3:6].astype(np.float32) if grid.shape[1] >= 6 else None
        return np.ascontiguousarray(grid[:, :3]), colours
    lines = (line.split()[:3] for line in text.splitlines())
    return numbers(b"\n".join(b" ".join(line) for line in lines)).reshape(-1, 3), None


def _table(text: bytes, count: int, width: int) -> NDArray[np.float32] | None:
    if not count:
        return None
    table = numbers(text)
    if len(table) != count * width:  # some files write u v w, or only u
        padded = (line.split()[:width] + [b"0"] * width for line in text.splitlines())
        table = numbers(b"\n".join(b" ".join(p[:width]) for p in padded))
    return table.reshape(-1, width).astype(np.float32)


def _flipped(uv: NDArray[np.float32] | None) -> NDArray[np.float32] | None:
    """UVs with the origin at the top left, as in glTF; in .obj it is at the bottom left."""
    if uv is None:
        return None
    return np.column_stack([uv[:, 0], np.float32(1) - uv[:, 1]])


def _corners(text: bytes) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Corners of each face line (n,), and (c, 3) their indices as written: v, vt, vn, or 0."""
    letters = np.frombuffer(text, dtype=np.uint8)
    blank = letters <= 32
    starts = np.flatnonzero(~blank & np.concatenate([[True], blank[:-1]]))
    line_ends = np.flatnonzero(letters == 10)
    sizes = np.diff(np.searchsorted(starts, line_ends), prepend=0)
    slash = letters == 47
    index = np.zeros((len(starts), 3), dtype=np.int64)
    if not len(starts):
        return sizes, index
    per_corner = np.add.reduceat(slash.astype(np.int64), starts)
    doubled = int((slash[1:] & slash[:-1]).sum())
    kind = int(per_corner[0])
    if (per_corner == kind).all() and kind <= 2 and doubled in (0, len(starts)):
        values = numbers(text.replace(b"/", b" "), np.int64)
        columns = {0: [0], 1: [0, 1], 2: [0, 2] if doubled else [0, 1, 2]}[kind]
        if len(values) == len(starts) * len(columns):
            index[:, columns] = values.reshape(len(starts), -1)
            return sizes, index
    for row, word in enumerate(text.split()):
        for column, value in enumerate(word.split(b"/")):
            index[row, column] = int(value or 0)
    return sizes, index


def _resolve_relative(
    index: NDArray[np.int64], sizes: NDArray[np.int64], lines: list[bytes]
) -> None:
    """Turn negative indices, which count back from the face's line, into positive, in place."""
    keys = np.array([line.split(None, 1)[0] if line.strip() else b"" for line in lines])
    is_face = np.repeat(np.flatnonzero(keys == b"f"), sizes)
    for column, key in enumerate((b"v", b"vt", b"vn")):
        before = np.cumsum(keys == key)[is_face]
        relative = index[:, column] < 0
        index[relative, column] += before[relative] + 1
        if (index[relative, column] < 1).any():
            raise ValueError("a face counts back beyond the first vertex")


def _materials(
    path: Path, names: list[str], libraries: list[str]
) -> tuple[dict[str, Any], list[bytes | memoryview | Path | None], list[str]]:
    """glTF materials for `names`, in that order, and the files of their textures."""
    entries: dict[str, dict[str, str]] = {}
    remarks = []
    for library in libraries:
        found = _beside(path, library)
        if found is None:
            remarks.append(f"The material file {library} was not found.")
            continue
        current: dict[str, str] = {}
        for line in found.read_text("utf-8", "replace").splitlines():
            key, _, rest = line.strip().replace("\t", " ").partition(" ")
            if key == "newmtl":
                current = entries.setdefault(rest.strip(), {})
            elif rest:
                current[key.lower()] = rest.strip()
    document: dict[str, Any] = {}
    images: list[bytes | memoryview | Path | None] = []
    textures: dict[Path, int] = {}

    def texture(value: str) -> dict[str, int] | None:
        found = _beside(path, _map_file(value))
        if found is None:
            remarks.append(f"The texture {_map_file(value)} was not found.")
            return None
        if found not in textures:
            textures[found] = len(images)
            images.append(found)
            document.setdefault("textures", []).append({"source": textures[found]})
            document.setdefault("images", []).append({"name": found.stem, "uri": found.name})
        return {"index": textures[found]}

    made = [_material(name, entries.get(name, {}), texture) for name in names]
    if made:
        document["materials"] = made
    return document, images, sorted(set(remarks))


def _material(name: str, entry: dict[str, str], texture: Any) -> dict[str, Any]:
    def floats(key: str, default: list[float]) -> list[float]:
        try:
            return [float(word) for word in entry[key].split()]
        except (KeyError, ValueError):
            return default

    colour = (floats("kd", [0.8]) * 3)[:3]
    alpha = floats("d", [1.0 - floats("tr", [0.0])[0]])[-1]
    shininess = floats("ns", [0.0])[0]
    surface: dict[str, Any] = {
        "baseColorFactor": [*colour, alpha],
        "metallicFactor": floats("pm", [0.0])[0],
        "roughnessFactor": floats("pr", [(2.0 / (max(shininess, 0.0) + 2.0)) ** 0.5])[0],
    }
    material: dict[str, Any] = {"name": name, "pbrMetallicRoughness": surface}
    if "map_kd" in entry and (found := texture(entry["map_kd"])):
        surface["baseColorTexture"] = found
        surface["baseColorFactor"] = [1.0, 1.0, 1.0, alpha]
    if "norm" in entry and (found := texture(entry["norm"])):
        material["normalTexture"] = found
    if any(emission := floats("ke", [])):
        material["emissiveFactor"] = [min(max(e, 0.0), 1.0) for e in (emission * 3)[:3]]
    if alpha < 1:
        material["alphaMode"] = "BLEND"
    return material


def _map_file(value: str) -> str:
    """File name of a map statement, which may begin with options and hold spaces."""
    words = value.split()
    while words and words[0].lower() in MAP_OPTIONS:
        count = MAP_OPTIONS[words[0].lower()]
        words.pop(0)
        while count and len(words) > 1 and _is_option_value(words[0]):
            words.pop(0)
            count -= 1
    return " ".join(words)


def _is_option_value(word: str) -> bool:
    return bool(re.fullmatch(r"[-+.\deE]+|on|off|[rgbmlz]|sphere|cube_\w+", word))


def _beside(path: Path, name: str) -> Path | None:
    """The file `name` relative to the folder of `path`, whatever its slashes; None if missing."""
    relative = name.strip().strip('"').replace("\\", "/")
    if not relative or relative.startswith("/") or re.match(r"[A-Za-z][\w+.-]*:", relative):
        relative = relative.rsplit("/", 1)[-1]  # an absolute path of another machine
    found = path.parent / relative
    return found if relative and found.is_file() else None
