# SPDX-License-Identifier: GPL-3.0-or-later
"""What a file is by its first bytes: the format of a mesh, or something that is no mesh at all.

Downloads go wrong, and files are renamed: a web page called ``chair.glb`` deserves a better
sentence than that it is damaged, and a GLB called ``chair.obj`` can simply be read.
"""

from __future__ import annotations

import re
import zipfile
from pathlib import Path

from ..contract.errors import BadInput, OutOfMemory
from ..machine import cpu as machine

LOOKED_AT = 4096  # bytes
DOWNLOAD = "Download the model itself again; the link led to something else."
EXPORT = "Export a mesh from the program that made it, for instance as .glb."
# First bytes, what such a file is, and what to do about it.
FOREIGN = (
    (b"version https://git-lfs.github.com/spec/",
     "a Git LFS pointer, which stands in for the model itself",
     "Run 'git lfs pull' in its folder, or download the model itself."),
    (b"\x1f\x8b", "compressed with gzip", "Unpack it first."),
    (b"BZh", "compressed with bzip2", "Unpack it first."),
    (b"\xfd7zXZ\0", "compressed with xz", "Unpack it first."),
    (b"\x28\xb5\x2f\xfd", "compressed with Zstandard", "Unpack it first."),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive", "Unpack it first."),
    (b"Rar!\x1a\x07", "a RAR archive", "Unpack it first."),
    (b"Kaydara FBX Binary", "an FBX file", "Import it in Blender and export it as .glb."),
    (b"; FBX", "an FBX file", "Import it in Blender and export it as .glb."),
    (b"BLENDER", "a Blender file", "Open it in Blender and export it as .glb."),
    (b"PXR-USDC", "a USD file", "Import it in Blender and export it as .glb."),
    (b"#usda", "a USD file", "Import it in Blender and export it as .glb."),
    (b"#VRML", "a VRML file", EXPORT),
    (b"\x89PNG", "a picture (PNG)", EXPORT),
    (b"\xff\xd8\xff", "a picture (JPEG)", EXPORT),
    (b"GIF8", "a picture (GIF)", EXPORT),
    (b"%PDF", "a PDF document", EXPORT),
)  # fmt: skip
MARKUP = (
    (b"<collada", "a COLLADA file", "Import it in Blender 4.5 and export it as .glb."),
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
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if head[:4] == b"glTF" and own != ".gltf":
        return ".glb"
    if head[:4] == b"PK\x03\x04":
        return _inside_zip(path)
    refuse_foreign(path.name, text)
    if text.startswith(b"<"):
        _refuse_markup(path, text.lower())
    if head[:2] in (b"\xff\xfe", b"\xfe\xff") and own != ".gltf":
        raise BadInput(f"{path.name} is text in UTF-16.", "Save it as UTF-8, or export it again.")
    return _text_format(text, own)


def refuse_foreign(name: str, head: bytes) -> None:
    """Raise BadInput if the first bytes of a file are those of something known that is no mesh."""
    for start, what, hint in FOREIGN:
        if head.startswith(start):
            raise BadInput(f"{name} is {what}.", hint)


def _is_binary_stl(head: bytes, size: int) -> bool:
    """Whether a file is as long as its 80 bytes of any text and its count say, or a bit more."""
    triangles = int.from_bytes(head[80:84], "little") if len(head) >= 84 else 0
    return triangles > 0 and 0 <= size - (84 + 50 * triangles) < 50


def _inside_zip(path: Path) -> str:
    """.npz if an archive holds arrays; BadInput otherwise."""
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
    if path.suffix.lower() == ".npz" or any(name.endswith(".npy") for name in names):
        return ".npz"
    if any(name.lower().endswith("3dmodel.model") for name in names):
        raise BadInput(f"{path.name} is a 3MF file.", EXPORT)
    if names and names[0].lower().endswith((".usd", ".usda", ".usdc")):
        raise BadInput(
            f"{path.name} is a USDZ file.", "Import it in Blender and export it as .glb."
        )
    raise BadInput(f"{path.name} is a zip archive.", "Unpack it first and choose the mesh in it.")


def _refuse_markup(path: Path, text: bytes) -> None:
    for tag, what, hint in MARKUP:
        if tag in text:
            raise BadInput(f"{path.name} is {what}.", hint)
    if text.startswith(b"<?xml"):
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
