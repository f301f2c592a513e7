# SPDX-License-Identifier: GPL-3.0-or-later
"""Wavefront .mtl as glTF materials, with the physically based statements (Pr, Pm, norm, ...).

Source: Alias/Wavefront, "Material Library File (.mtl)", 1995; Clara.io, "Extending the Wavefront
MTL format for Physically-Based Rendering", 2015. Shininess becomes roughness as in Blender, and as
there a bump map is one of normals, where it looks like one.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..assets.beside import Beside
from ..assets.textures import Picture, lost, usable
from . import channels
from .mesh_text import as_utf8, decoded

OPTIONS = {"-s": 3, "-o": 3, "-t": 3, "-mm": 2}  # how many values follow; the others: one
ALIASES = {"map_bump": "bump", "map_norm": "norm", "map_kn": "norm", "map_disp": "disp",
           "map_refl": "refl", "map_opacity": "map_d", "map_emissive": "map_ke"}  # fmt: skip
MAPS = ("map_kd", "map_d", "map_ke", "map_pr", "map_pm", "norm", "bump")  # with a place in glTF
WORDS = {
    "map_kd": "colour map", "map_d": "opacity map", "map_ke": "emission map",
    "map_pr": "roughness map", "map_pm": "metalness map", "norm": "normal map",
    "bump": "bump map", "disp": "displacement map", "decal": "decal", "refl": "reflection map",
    "map_ka": "ambient map", "map_ks": "specular map", "map_ns": "shininess map",
    "map_tr": "transparency map", "map_ps": "sheen map", "map_pc": "clearcoat map",
    "pc": "clearcoat", "ps": "sheen", "aniso": "anisotropy",
}  # fmt: skip
TRANSFORM, STRENGTH = "KHR_texture_transform", "KHR_materials_emissive_strength"
CLAMP = 33071  # glTF's CLAMP_TO_EDGE


@dataclass
class Entry:
    """What a .mtl says of one material: for each statement its words, and its name as written."""

    folder: Path
    statements: dict[str, str] = field(default_factory=dict)
    written: dict[str, str] = field(default_factory=dict)

    def number(self, key: str, default: float) -> float:
        """The first number of a statement."""
        return (_floats(self.statements.get(key, "")) or [default])[0]

    def colour(self, key: str, default: list[float]) -> list[float]:
        """Three numbers of a statement; one stands for all."""
        return ((_floats(self.statements.get(key, "")) or default) * 3)[:3]


def gltf_materials(
    model: Path, names: list[str], libraries: list[str]
) -> tuple[dict[str, Any], list[Picture], list[str]]:
    """glTF's document with materials for `names`, in that order, its pictures, and remarks.

    `libraries` are the words of each mtllib; a .mtl of the model's own name counts as well.
    """
    beside = Beside()
    files, missing = _library_files(model, libraries, beside)
    entries: dict[str, Entry] = {}
    for file in files:
        try:
            _read_library(file, entries)
        except OSError:
            missing.append(file.name)
    maker = _Maker(model.parent, beside)
    folded = {name.casefold(): entry for name, entry in reversed(entries.items())}
    made = []
    for name in names:
        plain = name.split(" #")[0].strip()  # perhaps with a comment behind it
        found = entries.get(name) or entries.get(plain) or folded.get(plain.casefold())
        made.append(maker.material(name, found or Entry(model.parent)))
    if made:
        maker.document["materials"] = made
    remarks = [f"The material file {name} was not found." for name in missing]
    return maker.document, maker.pictures, sorted({*remarks, *maker.remarks()})


def _library_files(
    model: Path, libraries: list[str], beside: Beside
) -> tuple[list[Path], list[str]]:
    """Files of materials, and the names of those that were not found."""
    found: dict[Path, None] = {}
    missing = []
    for library in libraries:
        whole = beside.find([model.parent], library)
        pieces = re.split(r"(?<=\.mtl)[\"']?\s+|(?<=\.mtl[\"'])\s+", library, flags=re.IGNORECASE)
        for piece in [library] if whole else pieces:
            file = whole or beside.find([model.parent], piece)
            if file is None:
                missing.append(piece)
            else:
                found[file] = None
    own = beside.find([model.parent], f"{model.stem}.mtl")
    if own is not None:
        found[own] = None
    return list(found), missing


def _read_library(path: Path, entries: dict[str, Entry]) -> None:
    """Add the materials of a .mtl; of those with one name the first counts."""
    text = decoded(as_utf8(path.read_bytes())).replace("\r\n", "\n").replace("\r", "\n")
    current = Entry(path.parent)
    for line in text.replace("\\\n", " ").split("\n"):
        written, _, rest = line.replace("\t", " ").strip().partition(" ")
        key, rest = written.lower(), rest.strip()
        if key == "newmtl":
            current = Entry(path.parent)
            entries.setdefault(rest, current)
        elif rest and not key.startswith("#"):
            key = ALIASES.get(key, key)
            current.statements[key], current.written[key] = rest, written


@dataclass
class Map:
    """A statement that names a picture: its options in lower case, and the words of its name."""

    options: dict[str, list[str]]
    name: str

    @classmethod
    def parse(cls, value: str) -> Map:
        words, options = value.split(), {}
        while len(words) > 1 and re.fullmatch(r"-[a-zA-Z]\w*", words[0]):
            key = words.pop(0).lower()
            values: list[str] = []
            while len(words) > 1 and len(values) < OPTIONS.get(key, 1) and _is_value(words[0]):
                values.append(words.pop(0).lower())
            options[key] = values
        return cls(options, " ".join(words))

    def numbers(self, option: str, default: list[float]) -> list[float]:
        """Values of an option; those that are left out, at the end, as in `default`."""
        given = _floats(" ".join(self.options.get(option, [])))
        return (given + default[len(given) :])[: len(default)]


def _is_value(word: str) -> bool:
    return bool(re.fullmatch(r"[-+.\deE]+|on|off|[rgbmlz]|sphere|cube_\w+|linear|srgb", word, re.I))


def _floats(text: str) -> list[float]:
    """The finite numbers among some words."""
    numbers = []
    for word in text.replace(",", ".").split():
        try:
            number = float(word)
        except ValueError:
            continue
        if abs(number) < 1e30:
            numbers.append(number)
    return numbers


def _unit(value: float) -> float:
    return min(max(value, 0.0), 1.0)


@dataclass
class _Draft:
    """A material under construction: its maps whose pictures can be used, and those kept so far."""

    entry: Entry
    maps: dict[str, tuple[Map, Path]]
    material: dict[str, Any]
    kept: set[str] = field(default_factory=set)

    @property
    def surface(self) -> dict[str, Any]:
        surface: dict[str, Any] = self.material["pbrMetallicRoughness"]
        return surface


class _Maker:
    """Makes materials, and collects their pictures and what of them has no place in glTF."""

    def __init__(self, folder: Path, beside: Beside) -> None:
        self.folder, self.beside = folder, beside
        self.document: dict[str, Any] = {}
        self.pictures: list[Picture] = []
        self._numbers: dict[Any, int] = {}  # of pictures, by what they are made of
        self._textures: dict[tuple[int, bool], int] = {}  # by picture and clamping
        self._usable: dict[Path, Picture] = {}
        self._problems: set[str] = set()
        self._lost: set[str] = set()

    def remarks(self) -> set[str]:
        """Sentences about what was not found or not kept."""
        lost = f"Not kept of the materials: {', '.join(sorted(self._lost))}."
        return self._problems | ({lost} if self._lost else set())

    def material(self, name: str, entry: Entry) -> dict[str, Any]:
        transparency = entry.number("tr", 0.0)  # 1 means opaque to some: nobody hides all
        shininess = _unit(entry.number("ns", 0.0) / 1000.0)
        alpha = _unit(entry.number("d", 1.0 - transparency if transparency < 1 else 1.0))
        surface = {
            "baseColorFactor": [*map(_unit, entry.colour("kd", [0.8])), alpha],
            "metallicFactor": _unit(entry.number("pm", 0.0)),
            "roughnessFactor": _unit(entry.number("pr", 1.0 - shininess**0.5)),
        }
        draft = _Draft(entry, self._maps(entry), {"name": name, "pbrMetallicRoughness": surface})
        self._base_colour(draft)
        self._roughness_and_metal(draft)
        self._normals(draft)
        self._emission(draft)
        self._note_lost(draft)
        return draft.material

    def _maps(self, entry: Entry) -> dict[str, tuple[Map, Path]]:
        maps = {}
        for key in MAPS:
            if key not in entry.statements:
                continue
            told = Map.parse(entry.statements[key])
            found = self.beside.find([entry.folder, self.folder], told.name)
            if found is None and " #" in told.name:  # a comment behind it
                told.name = told.name.partition(" #")[0]
                found = self.beside.find([entry.folder, self.folder], told.name)
            if found is None:
                self._problems.add(lost(told.name, None))
                continue
            if found not in self._usable:
                self._usable[found] = usable(found)
            if self._usable[found] is None:
                self._problems.add(lost(told.name, found))
                continue
            maps[key] = (told, found)
        return maps

    def _base_colour(self, draft: _Draft) -> None:
        colour, opacity = draft.maps.get("map_kd"), draft.maps.get("map_d")
        factor = draft.surface["baseColorFactor"]
        cut = None
        if opacity is not None:
            same = colour is not None and colour[1] == opacity[1]
            cut = self._channel(opacity, ("m",) if same else ("m", "l"))
            if cut is not None and not same:
                self._join_opacity(draft, colour, opacity, cut)
                colour = None
        if cut is not None:
            draft.kept.add("map_d")
            factor[3] = factor[3] or 1.0
        if colour is not None:
            draft.surface["baseColorTexture"] = self._plain(colour)
        if "baseColorTexture" in draft.surface and "map_kd" in draft.maps:
            factor[:3] = [1.0, 1.0, 1.0]
            draft.kept.add("map_kd")
        if cut is not None or factor[3] < 1:
            draft.material["alphaMode"] = "BLEND"

    def _join_opacity(
        self, draft: _Draft, colour: tuple[Map, Path] | None, opacity: tuple[Map, Path], cut: Any
    ) -> None:
        """One picture of the colour and the opacity, which .mtl has in two."""
        file = colour[1] if colour else None

        def make() -> bytes:
            bands = [channels.channel(file, band) for band in "rgb"] if file else [255, 255, 255]
            return channels.merged([*(255 if b is None else b for b in bands), cut])

        first = colour or opacity
        number = self._number(("opacity", file, opacity[1]), first[1], make)
        draft.surface["baseColorTexture"] = self._info(first[0], number)

    def _roughness_and_metal(self, draft: _Draft) -> None:
        found = {}
        for key, factor in (("map_pr", "roughnessFactor"), ("map_pm", "metallicFactor")):
            told = draft.maps.get(key)
            band = self._channel(told, ("l",)) if told else None
            if told and band is not None:
                found[key] = (told, band)
                draft.surface[factor] = 1.0
        if not found:
            return
        draft.kept |= set(found)
        bands = [found[key][1] if key in found else 255 for key in ("map_pr", "map_pm")]
        sources = tuple(
            (key, told[1], str(told[0].options.get("-imfchan"))) for key, (told, _) in found.items()
        )
        (first, file), _ = next(iter(found.values()))
        number = self._number(sources, file, lambda: channels.merged([255, *bands]))
        draft.surface["metallicRoughnessTexture"] = self._info(first, number)

    def _normals(self, draft: _Draft) -> None:
        key = "norm" if "norm" in draft.maps else "bump"
        if key not in draft.maps:
            return
        told, file = draft.maps[key]
        if key == "bump" and not channels.holds_normals(file):
            return  # heights
        info = self._plain((told, file))
        (strength,) = told.numbers("-bm", [1.0])
        draft.material["normalTexture"] = info if strength == 1 else {**info, "scale": strength}
        draft.kept.add(key)

    def _emission(self, draft: _Draft) -> None:
        emission = [max(e, 0.0) for e in draft.entry.colour("ke", [0.0])]
        if "map_ke" in draft.maps:
            draft.material["emissiveTexture"] = self._plain(draft.maps["map_ke"])
            draft.kept.add("map_ke")
            emission = emission if any(emission) else [1.0, 1.0, 1.0]
        strength = max(*emission, 1.0)
        if any(emission):
            draft.material["emissiveFactor"] = [e / strength for e in emission]
        if strength > 1:
            draft.material["extensions"] = {STRENGTH: {"emissiveStrength": strength}}
            self._use(STRENGTH)

    def _note_lost(self, draft: _Draft) -> None:
        said = draft.entry.statements
        for key in said:
            if key in MAPS:
                lost = key in draft.maps and key not in draft.kept  # else it was not found
            elif key in ("pc", "ps", "aniso"):
                lost = any(_floats(said[key]))
            else:
                lost = key.startswith("map_") or key in ("disp", "decal", "refl")
                lost &= key not in ("map_aat",) and said[key] != said.get("map_kd")
            if lost:
                self._lost.add(f"{WORDS.get(key, 'map')} ({draft.entry.written[key]})")

    def _channel(self, told: tuple[Map, Path], order: tuple[str, ...]) -> Any:
        """The channel that the map's options name, or the first of `order` that is there."""
        named = told[0].options.get("-imfchan")
        for which in (named[0].replace("z", "l"),) if named else order:
            band = channels.channel(told[1], which)
            if band is not None:
                return band
        return None

    def _plain(self, told: tuple[Map, Path]) -> dict[str, Any]:
        """A texture that is one picture as it is."""
        number = self._number(told[1], told[1], lambda: self._usable[told[1]])
        return self._info(told[0], number)

    def _number(self, key: Any, named: Path, make: Callable[[], Picture]) -> int:
        """Index of a picture, made when first needed."""
        if key not in self._numbers:
            self._numbers[key] = len(self.pictures)
            self.pictures.append(make())
            image = {"name": named.stem, "uri": named.name}
            self.document.setdefault("images", []).append(image)
        return self._numbers[key]

    def _info(self, told: Map, picture: int) -> dict[str, Any]:
        """glTF's textureInfo, with the tiling and clamping of a map's options."""
        clamped = told.options.get("-clamp") == ["on"]
        if clamped:
            self.document["samplers"] = [{"wrapS": CLAMP, "wrapT": CLAMP}]
        index = self._textures.setdefault((picture, clamped), len(self._textures))
        listed = self.document.setdefault("textures", [])
        if index == len(listed):
            listed.append({"source": picture, **({"sampler": 0} if clamped else {})})
        info: dict[str, Any] = {"index": index}
        (su, sv), (ou, ov) = told.numbers("-s", [1.0, 1.0]), told.numbers("-o", [0.0, 0.0])
        if (su, sv, ou, ov) != (1, 1, 0, 0):  # v goes up in .mtl, down in glTF
            moved = {"offset": [ou, 1.0 - sv - ov], "scale": [su, sv]}
            info["extensions"] = {TRANSFORM: moved}
            self._use(TRANSFORM)
        return info

    def _use(self, extension: str) -> None:
        used = self.document.setdefault("extensionsUsed", [])
        if extension not in used:
            used.append(extension)
