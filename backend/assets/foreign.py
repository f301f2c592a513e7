# SPDX-License-Identifier: GPL-3.0-or-later
"""Files that are no meshes, known by their first bytes: downloads go wrong, files are renamed."""

from __future__ import annotations

from ..contract.errors import BadInput

LOOKED_AT = 4096  # bytes
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


def refuse_foreign(name: str, head: bytes) -> None:
    """Raise BadInput if the first bytes of a file are those of something known that is no mesh."""
    for start, what, hint in FOREIGN:
        if head.startswith(start):
            raise BadInput(f"{name} is {what}.", hint)
