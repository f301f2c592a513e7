# SPDX-License-Identifier: GPL-3.0-or-later
"""What a file is by its first bytes: the format of a mesh, or something that is no mesh at all.

Downloads go wrong, and files are renamed: a web page called ``chair.glb`` deserves a better
sentence than that it is damaged, and a GLB called ``chair.obj`` can simply be read.
"""

from __future__ import annotations

import re
import zipfile
from pathlib import Path

from ..assets.foreign import EXPORT, LOOKED_AT, refuse_foreign
from ..contract.errors import BadInput, OutOfMemory
from ..machine import cpu as machine
from .mesh_text import as_utf8

DOWNLOAD = "Download the model itself again; the link led to something else."
MARKUP = (
    (b"<x3d", "an X3D file", EXPORT),
    (b"<svg", "an SVG drawing", EXPORT),
    (b"<!doctype html", "a web page", DOWNLOAD),
    (b"<html", "a web page", DOWNLOAD),
    (b"<head", "a web page", DOWNLOAD),
    (b"<error", "an error message of a web server", DOWNLOAD),
)
OBJ_VERTEX = re.compile(rb"(?m)^[ \t]*v[ \t]+[-+.\d]\S*[ \t]+[-+.\d]\S*[ \t]+[-+.\d]")


def mesh_format(path: Path) -> str:
    """The suffix that the content of a file asks for; its own suffix where that cannot be told.

    Raises BadInput, saying what the file is, for what cannot hold a mesh; OSError if it cannot be
    read.
    """
    own = path.suffix.lower()
    with open(path, "rb") as file:
        head, size = file.read(LOOKED_AT), path.stat().st_size
    if not head:
        raise BadInput(f"{path.name} is empty.", "Export or download it again.")
    if own == ".stl" and _is_binary_stl(head, size):
        return own
    text = as_utf8(head).lstrip()
    if head[:4] == b"glTF" and own != ".gltf":
        return ".glb"
    if head[:4] == b"PK\x03\x04":
        return _inside_zip(path)
    refuse_foreign(path.name, text)
    if text.startswith(b"<"):
        if b"<collada" in text.lower():
            return ".dae"
        _refuse_markup(path, text.lower())
    return _text_format(text, own)


def _is_binary_stl(head: bytes, size: int) -> bool:
    """Whether a file is as long as its 80 bytes of any text and its count say, or a bit more."""
    triangles = int.from_bytes(head[80:84], "little") if len(head) >= 84 else 0
    return triangles > 0 and 0 <= size - (84 + 50 * triangles) < 50


def _inside_zip(path: Path) -> str:
    """.npz if an archive holds arrays, .3mf if it holds a model; BadInput otherwise."""
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
            unpacked = sum(entry.file_size for entry in archive.infolist())
    except (zipfile.BadZipFile, NotImplementedError, ValueError):
        names, unpacked = [], 0
    memory = machine.memory()
    if memory is not None and unpacked > memory:
        raise OutOfMemory(
            f"{path.name} unpacks to {unpacked / 1e9:,.1f} GB, more than this machine's memory.",
            "Decimate it first.",
        )
    if any(name.endswith(".npy") for name in names):
        return ".npz"
    if any(name.lower().endswith(".model") for name in names):
        return ".3mf"
    if path.suffix.lower() == ".npz":
        return ".npz"
    if names and names[0].lower().endswith((".usd", ".usda", ".usdc")):
        raise BadInput(
            f"{path.name} is a USDZ file.", "Import it in Blender and export it as .glb."
        )
    raise BadInput(f"{path.name} is a zip archive.", "Unpack it first and choose the mesh in it.")


def _refuse_markup(path: Path, text: bytes) -> None:
    for tag, what, hint in MARKUP:
        if tag in text:
            raise BadInput(f"{path.name} is {what}.", hint)
    if text.startswith(b"<?xml") and path.suffix.lower() != ".dae":  # a long comment may come first
        raise BadInput(f"{path.name} is an XML file of an unknown kind.", EXPORT)


def _text_format(text: bytes, own: str) -> str:
    """Format by the first words of a text, or by its own suffix."""
    if re.match(rb"ply\s", text):
        return ".ply"
    if re.match(rb"(ST)?C?N?4?n?OFF\b", text):
        return ".off"
    if text.startswith(b"{") and (own == ".glb" or b'"asset"' in text):
        return ".gltf"
    if re.match(rb"(?i)solid\b", text) and re.search(rb"(?i)\bfacet\b", text):
        return ".stl"
    if own != ".obj" and b"\0" not in text and OBJ_VERTEX.search(text):
        return ".obj"
    return own
