# SPDX-License-Identifier: GPL-3.0-or-later
"""Textures that mesh files name: found beside the file, whole, and in a format that glTF knows.

A texture never refuses a model: what cannot be used is left out, and a remark names it.
"""

from __future__ import annotations

import io
import warnings
import zlib
from collections.abc import Collection
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .asset import Asset

if TYPE_CHECKING:
    from PIL.Image import Image

Picture = bytes | memoryview | Path | None
PLAIN_MODES = {"1", "L", "LA", "P", "RGB", "RGBA", "I;16"}  # that PNG holds

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
        data, mime = settled(data, _extensions_of(asset.document, index))
        if not data:
            _drop(asset, index, f"{name} is damaged or no picture, and is left out")
            continue
        asset.images[index] = data
        entry["mimeType"] = mime


def usable(path: Path) -> Picture:
    """The path of a picture that glTF knows, the bytes of a PNG made of another one, or None."""
    try:
        data = path.read_bytes()
    except OSError:
        return None
    made, _ = settled(data)
    if not made:
        return None
    return path if made is data else made


def lost(name: str, found: Path | None) -> str:
    """The sentence about a texture whose file is not there (`found` is None) or of no use."""
    return f"The texture {name} {'cannot be read and was left out' if found else 'was not found'}."


def add_texture(
    document: dict[str, Any], images: list[Picture], picture: Picture, file: Path
) -> int:
    """Add a texture that shows a picture, which comes from a file, to glTF's JSON: its number."""
    textures = document.setdefault("textures", [])
    textures.append({"source": len(images)})
    document.setdefault("images", []).append({"name": file.stem, "uri": file.name})
    images.append(picture)
    return len(textures) - 1


def settled(data: bytes, extensions: Collection[str] = ()) -> tuple[bytes, str]:
    """A picture as glTF can hold it, and its MIME type; no bytes if it cannot be read.

    What glTF knows only by an extension stays as it is if that is among `extensions`. Colours of
    print (CMYK), which viewers show wrong, and formats that glTF does not know become PNG.
    """
    mime = picture_type(data)
    known = mime and ONLY_BY_EXTENSION.get(mime, "") in ("", *extensions)
    if known and not is_whole(data, mime):
        return b"", ""
    if known and not (mime == "image/jpeg" and _components(data) == 4):
        return data, mime
    try:
        from PIL import Image as pictures

        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with pictures.open(io.BytesIO(data)) as picture:
                return as_png(picture), "image/png"
    except Exception:  # Pillow raises everything from SyntaxError to struct.error
        return b"", ""


def as_png(image: Image) -> bytes:
    """A picture of Pillow as PNG, quickly rather than small."""
    stream, mode = io.BytesIO(), image.mode
    if mode not in PLAIN_MODES:
        mode = "RGBA" if "A" in mode.upper() else "RGB"
    image.convert(mode).save(stream, "PNG", compress_level=1)
    return stream.getvalue()


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


def _components(jpeg: bytes) -> int:
    """Number of colours of a JPEG, as its frame header says; 0 if there is none."""
    at = 2
    while at + 10 <= len(jpeg) and jpeg[at] == 0xFF:
        kind, length = jpeg[at + 1], int.from_bytes(jpeg[at + 2 : at + 4], "big")
        if 0xC0 <= kind <= 0xCF and kind not in (0xC4, 0xC8, 0xCC):
            return jpeg[at + 9]
        at += 2 + length
    return 0


def without_lost(document: dict[str, Any], images: list[Picture]) -> list[Picture]:
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


def _extensions_of(document: dict[str, Any], index: int) -> set[str]:
    """Names of the extensions by which textures name a picture."""
    return {
        name
        for texture in document.get("textures", [])
        for name, extension in texture.get("extensions", {}).items()
        if isinstance(extension, dict) and extension.get("source") == index
    }


def _name(entry: dict[str, Any], index: int, image: Picture) -> str:
    if isinstance(image, Path):
        return f"The texture {image.name}"
    name = entry.get("name") or (entry.get("uri") if isinstance(image, Path) else "")
    return f"The texture {name}" if name else f"Texture {index + 1}"


def _drop(asset: Asset, index: int, what: str) -> None:
    asset.images[index] = None
    if f"{what}." not in asset.remarks:
        asset.remarks.append(f"{what}.")
