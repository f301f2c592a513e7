# SPDX-License-Identifier: GPL-3.0-or-later
"""Materials, textures and what goes with them, as a glTF file holds them, made safe to hand on.

What does not fit together (a texture that names a picture that is not there) is taken out; what
this program merely does not know, such as extensions of materials, stays as it is.
"""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from typing import Any

from ...assets.textures import is_texture_info

LISTS = ("materials", "textures", "images", "samplers")
NAMES = ("extensionsUsed", "extensionsRequired")
VARIANTS = "KHR_materials_variants"


def sound_document(source: dict[str, Any], remark: Callable[[str], None]) -> dict[str, Any]:
    """Copy of the materials and their like in a glTF document, without what leads nowhere.

    `remark` is told in a sentence what was taken out.
    """
    document: dict[str, Any] = {}
    for key in LISTS:
        entries = source.get(key)
        if isinstance(entries, list) and entries:
            document[key] = [deepcopy(e) if isinstance(e, dict) else {} for e in entries]
            for entry in document[key]:
                if not isinstance(entry.get("extensions", {}), dict):
                    del entry["extensions"]
    for key in NAMES:
        names = source.get(key)
        if isinstance(names, list) and names:
            document[key] = [name for name in names if isinstance(name, str)]
    counts = {key: len(document.get(key, [])) for key in LISTS}
    lost = 0
    for texture in document.get("textures", []):
        lost += _check_texture(texture, counts)
    lost += _check_infos(document.get("materials", []), counts["textures"])
    if lost:
        remark("Textures that the file names but does not hold are left out.")
    variants = _part(_part(source, "extensions"), VARIANTS)
    if isinstance(variants.get("variants"), list):
        document["extensions"] = {VARIANTS: deepcopy(variants)}
    copyright_line = _part(source, "asset").get("copyright")
    if isinstance(copyright_line, str):
        document["copyright"] = copyright_line
    return document


def sound_material(number: Any, document: dict[str, Any]) -> int | None:
    """The number of a material, or None if there is none of that number."""
    return number if _is_below(number, len(document.get("materials", []))) else None


def sound_variants(value: Any, document: dict[str, Any]) -> dict[str, Any]:
    """The ``extensions`` of a primitive in a choice of materials; empty if they lead nowhere."""
    known = document.get("extensions", {}).get(VARIANTS, {}).get("variants", [])
    mappings = value.get("mappings") if isinstance(value, dict) else None
    if not isinstance(mappings, list):
        return {}
    for mapping in mappings:
        variants = mapping.get("variants") if isinstance(mapping, dict) else None
        if not isinstance(variants, list) or not all(_is_below(v, len(known)) for v in variants):
            return {}
        if sound_material(mapping.get("material"), document) is None:
            return {}
    return {VARIANTS: value}


def _check_texture(texture: dict[str, Any], counts: dict[str, int]) -> int:
    """Take numbers without an entry out of a texture; how many pictures it lost."""
    lost = 0
    extensions = texture.get("extensions", {})
    for name in [name for name, value in extensions.items() if not isinstance(value, dict)]:
        del extensions[name]
    for holder in (texture, *extensions.values()):
        for key, listed in (("source", "images"), ("sampler", "samplers")):
            if key in holder and not _is_below(holder[key], counts[listed]):
                del holder[key]
                lost += key == "source"
    return lost


def _check_infos(value: Any, count: int) -> int:
    """Take textureInfos out of materials whose texture is not there; how many."""
    lost = 0
    if isinstance(value, list):
        lost = sum(_check_infos(inner, count) for inner in value)
    elif isinstance(value, dict):
        for key, inner in list(value.items()):
            if is_texture_info(key, inner):
                if not _is_below(inner["index"], count):
                    del value[key]
                    lost += 1
            elif key != "extras":
                lost += _check_infos(inner, count)
    return lost


def _is_below(number: Any, count: int) -> bool:
    return isinstance(number, int) and not isinstance(number, bool) and 0 <= number < count


def _part(value: Any, key: str) -> dict[str, Any]:
    """A dict within a dict, empty where there is none."""
    found = value.get(key) if isinstance(value, dict) else None
    return found if isinstance(found, dict) else {}
