# SPDX-License-Identifier: GPL-3.0-or-later
"""Textures that mesh files name: found beside the file, whole, and in a format that glTF knows.

A texture never refuses a model: what cannot be used is left out, and a remark names it.
"""

from __future__ import annotations

import io
import os
import re
import warnings
import zlib
from pathlib import Path
from typing import Any

from .asset import Asset

Image = bytes | memoryview | Path | None

# Pictures that pass as they are: where their first bytes stand, what they are.
SIGNATURES = (
    (0, b"\x89PNG\r\n\x1a\n", "image/png"),
    (0, b"\xff\xd8\xff", "image/jpeg"),
    (8, b"WEBP", "image/webp"),
    (0, b"\xabKTX 20\xbb", "image/ktx2"),
    (4, b"ftypavif", "image/avif"),
    (0, b"DDS ", "image/vnd-ms.dds"),
)
ONLY_BY_EXTENSION = {"image/vnd-ms.dds": "MSFT_texture_dds"}


def find_beside(path: Path, name: str) -> Path | None:
    """The file that a mesh file at `path` calls `name`; None where there is none.

    Slashes of either kind, other upper and lower case, and absolute paths of another machine (the
    last part of them is looked for) are forgiven.
    """
    relative = name.strip().strip('"').replace("\\", "/")
    parts = [part for part in relative.split("/") if part not in ("", ".")]
    if not parts or "\0" in name:
        return None
    absolute = relative.startswith("/") or re.match(r"[A-Za-z][\w+.-]*:", relative)
    found = None if absolute else _follow(path.parent, parts)
    return found or _follow(path.parent, parts[-1:])


def _follow(folder: Path, parts: list[str]) -> Path | None:
    """The file at the end of `parts`, in any case of letters."""
    for part in parts:
        try:
            exact = folder / part
            if not os.path.lexists(exact):
                names = os.listdir(folder)
                exact = folder / next(n for n in names if n.casefold() == part.casefold())
        except (OSError, ValueError, StopIteration):
            return None
        folder = exact
    return folder if folder.is_file() else None


def settle_textures(asset: Asset) -> None:
    """Make each of ``asset.images`` bytes that glTF knows, or None with a remark. Once is enough.

    ``mimeType`` in the document then says what the bytes are.
    """
    entries = asset.document.get("images", [])
    for index, image in enumerate(asset.images):
        if image is None:
            continue
        entry = entries[index]
        name = _name(entry, index, image)
        try:
            data = image.read_bytes() if isinstance(image, Path) else bytes(image)
        except OSError as error:
            missing = isinstance(error, FileNotFoundError)
            _drop(asset, index, f"{name} was not found" if missing else f"{name} cannot be read")
            continue
        mime = picture_type(data)
        if mime in ONLY_BY_EXTENSION and not _is_source(asset.document, index, mime):
            mime = ""
        if not mime:
            data, mime = as_png(data), "image/png"
        if not data or not is_whole(data, mime):
            _drop(asset, index, f"{name} is damaged or no picture, and is left out")
            continue
        asset.images[index] = data
        entry["mimeType"] = mime


def picture_type(data: bytes) -> str:
    """MIME type by the first bytes, where glTF knows it; else empty."""
    for start, signature, mime in SIGNATURES:
        if data[start : start + len(signature)] == signature:
            return mime
    return ""


def is_whole(data: bytes, mime: str) -> bool:
    """False if a picture is cut short or, as far as its format tells, damaged."""
    if mime == "image/png":
        return _is_whole_png(data)
    if mime == "image/jpeg":
        return b"\xff\xd9" in data[-4096:]  # some cameras add a tail
    if mime == "image/webp":
        return len(data) >= 8 + int.from_bytes(data[4:8], "little")
    return len(data) > 64


def _is_whole_png(data: bytes) -> bool:
    """Whether the chunks reach the end mark and their checksums agree."""
    start, kinds = 8, []
    while start + 12 <= len(data):
        length = int.from_bytes(data[start : start + 4], "big")
        end = start + 8 + length
        if end + 4 > len(data):
            return False
        body = memoryview(data)[start + 4 : end]
        kind = bytes(body[:4])
        if kind[:1].isupper() and zlib.crc32(body) != int.from_bytes(data[end : end + 4], "big"):
            return False
        kinds.append(kind)
        if kind == b"IEND":
            return kinds[0] == b"IHDR" and b"IDAT" in kinds
        start = end + 4
    return False


def as_png(data: bytes) -> bytes:
    """A picture of a format that glTF does not know (TGA, BMP, ...) as PNG; empty if unreadable."""
    try:
        from PIL import Image as Pictures

        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with Pictures.open(io.BytesIO(data)) as picture:
                stream, mode = io.BytesIO(), picture.mode
                if mode not in ("1", "L", "LA", "P", "RGB", "RGBA", "I;16"):
                    mode = "RGBA" if "A" in mode else "RGB"
                picture.convert(mode).save(stream, "PNG")
                return stream.getvalue()
    except Exception:  # Pillow raises whatever its parsers do
        return b""


def without_lost(document: dict[str, Any], images: list[Image]) -> list[Image]:
    """Take images that are None out of glTF's JSON, with all that names them, in place.

    Returns the images that are left. Materials stay, without the textures that were lost.
    """
    textures = document.get("textures", [])
    whole = all("source" in texture or "extensions" in texture for texture in textures)
    if whole and all(image is not None for image in images):
        return images
    new = {old: i for i, old in enumerate(i for i, im in enumerate(images) if im is not None)}
    document["images"] = [document["images"][old] for old in new]
    for texture in textures:
        for holder in (texture, *texture.get("extensions", {}).values()):
            if isinstance(holder, dict) and "source" in holder:
                source = holder.pop("source")
                if source in new:
                    holder["source"] = new[source]
        extensions = {k: v for k, v in texture.pop("extensions", {}).items() if v}
        if extensions:
            texture["extensions"] = extensions
    kept = [i for i, t in enumerate(textures) if "source" in t or "extensions" in t]
    renumbered = {old: i for i, old in enumerate(kept)}
    _renumber_textures(document.get("materials", []), renumbered)
    document["textures"] = [textures[i] for i in kept]
    for key in ("images", "textures"):
        if not document[key]:
            del document[key]
    return [images[old] for old in new]


def _renumber_textures(value: Any, new: dict[int, int]) -> None:
    """New numbers in the textureInfos of materials; those of lost textures go."""
    if isinstance(value, list):
        for inner in value:
            _renumber_textures(inner, new)
    elif isinstance(value, dict):
        for key, inner in list(value.items()):
            if is_texture_info(key, inner):
                if inner["index"] in new:
                    inner["index"] = new[inner["index"]]
                else:
                    del value[key]
            elif key != "extras":
                _renumber_textures(inner, new)


def is_texture_info(key: str, value: Any) -> bool:
    """Whether a value in a material is a textureInfo: by glTF's rule, its key ends so."""
    return key.lower().endswith("texture") and isinstance(value, dict) and "index" in value


def _is_source(document: dict[str, Any], index: int, mime: str) -> bool:
    name = ONLY_BY_EXTENSION[mime]
    return any(
        texture.get("extensions", {}).get(name, {}).get("source") == index
        for texture in document.get("textures", [])
    )


def _name(entry: dict[str, Any], index: int, image: Image) -> str:
    if isinstance(image, Path):
        return f"The texture {image.name}"
    name = entry.get("name") or (entry.get("uri") if isinstance(image, Path) else "")
    return f"The texture {name}" if name else f"Texture {index + 1}"


def _drop(asset: Asset, index: int, what: str) -> None:
    asset.images[index] = None
    if f"{what}." not in asset.remarks:
        asset.remarks.append(f"{what}.")
