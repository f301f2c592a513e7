# SPDX-License-Identifier: GPL-3.0-or-later
"""Replace: another part in a part's place. Nothing of the others is touched.

Words are read for wishes (`library.wishes`); what is left of them is asked of an engine. Words that
are wishes alone change the part that is there. A mesh of the user's is fitted as it is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from inspect import isgeneratorfunction
from itertools import chain
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..contract.arrays import Floats, Ints
from ..contract.engines import AUTO
from ..contract.errors import BadInput
from ..contract.options import OPTIONS as OF_ENGINES
from ..contract.options import checked
from ..contract.progress import SILENT, Progress
from ..engines import registry
from ..engines.base import Offer, PartMesh, ReplaceEngine
from ..engines.offers import offer_of
from ..geometry.booleans import Mesh, concatenated, is_solid
from ..geometry.mesh import is_closed_manifold, signed_volume, used_by, without_strays
from ..library import synonyms, words
from ..library.index import Entry, library
from ..library.wishes import Wishes, heard
from . import frames, seams, variety
from .complete import cap_parts
from .places import Fitted, Place, is_several, places_of

MOST_VARIANTS = 32
NEARBY = 0.3  # similarity of what a search still shows
NO_TWIN = "No mirror image of this part was found; it was replaced alone."
OPTIONS: Mapping[str, type] = {"join": str, "twins": bool, "stretch": bool}


@dataclass(frozen=True)
class Variant:
    """A part that could be put in the place of another, in the object's own coordinates.

    part : which it replaces; that of a twin is another. number : of the variant that it belongs to.
    report : `closed`, `join`, `floating` (parts that touched the old one and do not touch this),
    `engine`, `faces`, `volume`, `size`.
    """

    number: int
    part: int
    name: str
    vertices: Floats
    faces: Ints
    report: dict[str, Any]


@dataclass(frozen=True)
class Replaced:
    """All variants, or one of them as it comes.

    understood : sentences; not_understood : words that were passed over. material : see
    `library.wishes.Wishes`; empty where that of the old part is to stay. expected : how many
    variants there will be in all, as far as that is known.
    """

    variants: list[Variant]
    engine: str
    notice: str = ""
    understood: list[str] = field(default_factory=list)
    not_understood: list[str] = field(default_factory=list)
    material: dict[str, Any] = field(default_factory=dict)
    expected: int = 0


def replace_part(
    vertices: Floats,
    faces: Ints,
    labels: NDArray[np.integer],
    part: int,
    *,
    name: str = "",
    text: str = "",
    source: str = "",
    mesh: tuple[Floats, Ints] | None = None,
    mesh_name: str = "",
    image: NDArray[np.uint8] | None = None,
    drawing: NDArray[np.uint8] | None = None,
    variants: int = 1,
    seed: int = 0,
    engine: str = "auto",
    up: str = "Y",
    options: Mapping[str, Any] | None = None,
    progress: Progress = SILENT,
    shown: Callable[[Replaced], None] | None = None,
) -> Replaced:
    """Other parts for the place of one.

    vertices : (V, 3); faces : (F, 3); labels : (F,) part of each face. name : what the part is
    called. text : words; source : title of a library part; mesh : (v, f) of the user's, in the same
    axes; image : (H, W, 4) RGBA of the part, from which it is made; `mesh_name` is what either is
    called; with none of them another part of the same kind. Beside these, of the words only the
    wishes count. drawing : (H, W, 4) RGBA of the part in lines, for an engine that takes one. up :
    "Y" or "Z". options : `join`, one of `seams.JOINS`; `twins`: the mirror image of the part is
    replaced too; `stretch`: to the old box; and those of the engine (`contract.options`). shown :
    hears of each variant as soon as it stands where it is to be. Raises BadInput where a part has
    no faces, or words mean nothing.
    """
    given, of_engine = _checked_options(options or {}, up)
    labels = np.asarray(labels)
    own = labels == part
    _check(vertices, faces, own, part, (source, mesh, image))
    variants = int(np.clip(variants, 1, MOST_VARIANTS))
    vertices = without_strays(np.asarray(vertices, np.float64), faces)
    turned = _upright(vertices, up)
    progress.span(0.0, 0.2, "Reading the words").step()
    beside = bool(source) or mesh is not None or image is not None
    if drawing is not None:
        _check_drawing(drawing, engine, shown=beside)
    knows_all = not beside and engine not in ("", AUTO) and _knows_all_words(engine)
    wishes, reading = _heard(text, wishes_only=beside, knows_all=knows_all)
    frame = frames.frame_of(turned, faces, labels, part)
    span = progress.span(0.2, 0.6, "Choosing parts")
    span.step()
    notice, one_by_one = "", False
    offers: Iterable[Offer]
    if mesh is not None:
        upright = _upright(np.asarray(mesh[0], np.float64), up)
        ran, offers = "mesh", [_of_mesh((upright, mesh[1]), mesh_name, frame)]
    elif image is not None:
        from .pictured import of_picture

        span = progress.span(0.2, 0.95)
        pictured = of_picture(image, engine, seed, span, variants, of_engine)
        seen, one_by_one = next(pictured), True
        ran, notice = seen.engine, " ".join(seen.notes)
        variants = variants if seen.follows_seed else 1
        offers = (_of_mesh(one.mesh, mesh_name, frame) for one in chain([seen], pictured))
        wishes.material.setdefault("colour", seen.colour)
        wishes.material.setdefault("name", mesh_name or "picture")
    elif source:
        ran, offers = "source", _of_source(source, variants, seed)
    elif text and not wishes.rest and wishes:
        ran, offers = "shape", [_of_itself(turned, faces, labels, part)]
    else:
        chosen = registry.choose(engine, "replace", of_engine)
        ran, notice = chosen.about.name, chosen.notice
        one_by_one = isgeneratorfunction(chosen.engine.replace)
        if one_by_one:
            span = progress.span(0.2, 0.95, "Imagining")
        if wishes.rest or chosen.engine.knows_all_words:  # whose seeds are variety enough
            offers = chosen.engine.replace(
                turned, faces, labels, part,
                name=name, drawing=drawing, text=wishes.rest,
                variants=variants, seed=seed, progress=span,
            )  # fmt: skip
        else:
            offers = _again(
                chosen.engine, (turned, faces, labels), part, frame, name, variants, seed, span
            )
    notes: dict[str, None] = {}  # of the engine, each once
    expected = len(offers) if isinstance(offers, Sequence) else variants
    said: Replaced | None = None
    made: list[Variant] = []
    where: dict[bool, list[Place]] = {}
    placing = progress.span(0.2 if one_by_one else 0.6, 0.95 if one_by_one else 1.0, "Fitting")
    for number, offer in enumerate(offers):
        placing.step((number + one_by_one) / expected)
        notes |= dict.fromkeys(offer.notes)
        if given["stretch"]:
            offer = replace(offer, alike=True)
        named = offer.mesh.name or name or "part"
        found: dict[int, list[Fitted]] = {}
        several = not (offer.in_place or offer.worn or is_several(offer.mesh))
        if several not in where:
            where[several] = places_of(
                turned, faces, labels, part, frame, several=several, twins=given["twins"]
            )
        for place in where[several]:
            found.setdefault(place.of, []).append(place.fitted(offer, wishes, given["join"]))
        own_variants = []
        for of, fitted in found.items():
            mesh = concatenated([one.mesh for one in fitted])
            left = sorted({label for one in fitted for label in one.floating})
            own_variants.append(_variant(number, of, named, mesh, fitted[-1].how, left, ran, up))
        if said is None:
            if given["twins"] and all(variant.part == part for variant in own_variants):
                notice = f"{notice} {NO_TWIN}".strip()
            title = offer.mesh.name if wishes.rest else ""
            understood, missed = _understood(wishes, reading, title)
            missed = [] if source else missed  # who picks a hat may well say “hat”
            near = words.spelled_alike(missed, library()) if missed and not beside else []
            if near:
                nearest = f"The names nearest to what was not understood are {', '.join(near)}."
                notice = f"{notice} {nearest}".strip()
            said = Replaced([], ran, notice, understood, missed, wishes.material, expected)
        made += own_variants
        if shown is not None:
            shown(replace(said, variants=own_variants))
    placing.step(1.0)
    if said is None:
        raise BadInput("There is no other part like this one.", "Say in words what it should be.")
    count = len({variant.number for variant in made})
    told = " ".join(filter(None, [said.notice, *notes]))
    return replace(said, variants=made, expected=count, notice=told)


def _understood(wishes: Wishes, reading: words.Reading, title: str) -> tuple[list[str], list[str]]:
    """What is said of words: sentences, and those that were passed over. title : of the first part
    that they found, if they name one."""
    understood = [title, *wishes.understood] if title else [*wishes.understood]
    understood += [f"“{wrong}” was read as “{right}”" for wrong, right in reading.corrected.items()]
    missed = list(reading.unknown)
    if title:
        missed += words.passed_over(reading.words, title, words.table())
    return understood, missed


def listed(
    query: str = "", limit: int = 4096, *, thumbnails: bool = True
) -> tuple[list[Entry], NDArray[np.uint8] | None]:
    """Parts of the library, the nearest to the words first, with (N, 96, 96, 4) thumbnails.

    A query in which no word is known finds parts by the letters of their titles, if any.
    """
    parts = library()
    entries = list(parts.entries)
    if query.strip():
        table = words.table()
        plain = words.plain(query)
        reading = words.read(heard(plain, parts.by_title).rest, parts, table)
        found = [m.entry for m in words.matches(reading.words, parts, table) if m.score > NEARBY]
        letters = [entry for entry in entries if plain in entry.title and entry not in found]
        entries = [*letters, *found] if not reading.words else [*found, *letters]
    entries = entries[:limit]
    return entries, parts.thumbnails(entries) if thumbnails else None


def _checked_options(options: Mapping[str, Any], up: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Options of replacing, and of engines: directions with +Y up."""
    own = {key: value for key, value in options.items() if key not in OF_ENGINES}
    of_engine = checked({key: value for key, value in options.items() if key in OF_ENGINES})
    for key, value in own.items():
        if key not in OPTIONS or not isinstance(value, OPTIONS[key]):
            known = ", ".join([*OPTIONS, *OF_ENGINES])
            raise BadInput(f"There is no option “{key:.40}” like this.", f"Known: {known}.")
    if up not in ("Y", "Z"):
        raise BadInput(f"“{up:.20}” is no axis that points up.", "Use Y or Z.")
    join = options.get("join", "auto")
    if join not in seams.JOINS:
        raise BadInput(
            f"Parts cannot be joined by “{join:.40}”.", f"Use one of {', '.join(seams.JOINS)}."
        )
    eye = of_engine.get("drawn_from")
    if eye is not None and not isinstance(eye, str):
        of_engine["drawn_from"] = tuple(_upright(np.array([eye], np.float64), up)[0].tolist())
    return {"join": "auto", "twins": False, "stretch": False, **own}, of_engine


def _check_drawing(drawing: NDArray[np.uint8], engine: str, *, shown: bool) -> None:
    if shown:
        raise BadInput(
            "A drawing was given beside another part.", "Give one of them; with a drawing, words."
        )
    takes = [about for about in registry.engines("replace") if "drawing" in about.options]
    if engine not in [about.name for about in takes]:
        names = " or ".join(about.name for about in takes)
        raise BadInput(
            "This engine takes no drawing.", f"Leave the drawing out, or choose the engine {names}."
        )
    if not (drawing[..., 3] > 0).any():
        raise BadInput("Nothing is drawn.", "Draw the part in lines, or leave the drawing out.")


def _check(
    vertices: Floats,
    faces: Ints,
    own: NDArray[np.bool_],
    part: int,
    sources: tuple[Any, ...],
) -> None:
    if own.shape != (len(faces),):
        raise BadInput(
            f"There are {len(own)} labels for {len(faces)} faces.", "Send one label for each face."
        )
    if not own.any():
        raise BadInput(f"There is no part {part} to replace.", "Choose a part that has faces.")
    points = vertices[used_by(faces[own])]
    if not np.ptp(points, axis=0).max() > 0:
        raise BadInput(
            "The part has no size, so that nothing can take its place.", "Choose another."
        )
    if sum(len(source) > 0 for source in sources if source is not None) > 1:
        raise BadInput("Several things were given for the place of one part.", "Give one of them.")


def _upright(vertices: Floats, up: str) -> Floats:
    """Vertices with +Y up: an object whose Z points up faces -Y."""
    return vertices if up == "Y" else vertices[:, [0, 2, 1]] * [1, 1, -1]


def _back(vertices: Floats, up: str) -> Floats:
    return vertices if up == "Y" else vertices[:, [0, 2, 1]] * [1, -1, 1]


def _knows_all_words(engine: str) -> bool:
    """Whether an engine takes words that the library does not know."""
    return bool(registry.choose(engine, "replace").engine.knows_all_words)


def _heard(
    text: str, *, wishes_only: bool = False, knows_all: bool = False
) -> tuple[Wishes, words.Reading]:
    """Wishes and the reading of what is left. Raises BadInput where the words mean nothing.

    wishes_only : what the part is, is said by another source; names in the words are passed over.
    knows_all : the engine takes all words, those that wish something too.
    """
    if not text:
        return Wishes(), words.Reading((), (), {})
    if knows_all:
        wishes = heard(words.plain(text), library().by_title)
        wishes.rest = text.strip()
        return wishes, words.Reading((), (), {})
    if wishes_only:
        wishes = heard(words.plain(text), library().by_title)
        others = tuple(word for word in wishes.rest.split() if word not in words.FILLERS)
        wishes.rest = ""
        return wishes, words.Reading((), others, {})
    parts, table = library(), words.table()
    plain = words.plain(text)
    names = "It has for example " + words.nearest_names((), parts, table) + "."
    if not plain.strip(" %"):
        raise BadInput("The description has no English words.", f"{words.LANGUAGE} {names}")
    wishes = heard(synonyms.renamed(synonyms.turned_round(plain), parts.by_title), parts.by_title)
    thing, beside = synonyms.main_thing(wishes.rest)
    reading = words.read(thing, parts, table)
    said = synonyms.named(reading.words, parts.by_title)
    besides = tuple(word for word in beside if word not in words.FILLERS)
    reading = replace(reading, words=said, unknown=(*reading.unknown, *besides))
    wishes.rest = " ".join(said)
    if not said and not wishes:
        near = words.spelled_alike(reading.unknown, parts)
        nearest = f"The nearest names are {', '.join(near)}. " if near else names
        raise BadInput(f"“{plain:.60}” was not understood.", f"{words.LANGUAGE} {nearest}")
    return wishes, reading


def _of_mesh(mesh: tuple[Floats, Ints], name: str, frame: frames.Frame) -> Offer:
    """A mesh of the user's: held where the old part was held."""
    used, numbers = np.unique(mesh[1], return_inverse=True)  # others would count for its size
    vertices, faces = mesh[0][used], numbers.reshape(-1, 3).astype(np.int64)
    if not len(faces):
        raise BadInput("The mesh has no faces.", "Choose another mesh.")
    low, high = vertices.min(axis=0), vertices.max(axis=0)
    size = float((high - low).max())
    if not size > 0:
        raise BadInput("The mesh has no size.", "Choose another mesh.")
    v = (vertices - (low + high) / 2) / size
    side = np.array([0.0, -1.0, 0.0]) if frame.side is None else frame.side
    side = np.eye(3)[np.abs(side).argmax()] * np.sign(side[np.abs(side).argmax()])
    along = v @ side
    near = v[along > along.max() - 0.04]
    middle = (near.min(axis=0) + near.max(axis=0)) / 2
    return Offer(PartMesh(v, faces, name), side, middle, upright=True)


def _of_source(title: str, variants: int, seed: int) -> list[Offer]:
    """A part of the library by its title; more of them where a family makes it."""
    parts = library()
    entry = parts.named(title)
    count = variants if entry.family else 1
    return [offer_of(parts, entry, seed + k) for k in range(count)]


def _again(
    engine: ReplaceEngine,
    thing: tuple[Floats, Ints, NDArray[np.integer]],
    part: int,
    frame: frames.Frame,
    name: str,
    variants: int,
    seed: int,
    progress: Progress,
) -> list[Offer]:
    """Other parts of the kind of the old one; of each piece's where it is several alike."""
    vertices, faces, labels = thing
    own = labels == part
    pieces = seams.pieces_of(vertices, faces, own)
    lent = np.where(own & ~pieces[0], -2, labels)
    offers = list(engine.replace(
        vertices, faces, lent, part,
        name=name, variants=max(variety.ASKED, variants * 3 // 2), progress=progress.span(0.0, 0.3),
    ))  # fmt: skip
    mesh = _of_itself(vertices, faces, labels, part).mesh
    place = Place(part, frame, (vertices, faces[~own]))
    if len(pieces) > 1:
        place = places_of(vertices, faces, labels, part, frame, several=True, twins=False)[0]
    return variety.again(
        offers, (mesh.vertices, mesh.faces), frame, place, len(pieces), name, variants, seed,
        progress.span(0.3, 1.0),
    )  # fmt: skip


def _of_itself(vertices: Floats, faces: Ints, labels: NDArray[np.integer], part: int) -> Offer:
    """The old part, closed, where it is."""
    own = labels == part
    caps = cap_parts(vertices, faces, own.astype(np.int32))
    both = np.concatenate([vertices, caps.vertices])
    used, numbers = np.unique(np.concatenate([faces[own], caps.faces[1]]), return_inverse=True)
    mesh = PartMesh(both[used], numbers.reshape(-1, 3).astype(np.int64))
    return Offer(mesh, np.zeros(3), np.zeros(3), in_place=True)


def _variant(
    number: int,
    part: int,
    name: str,
    mesh: Mesh,
    how: str,
    left: list[int],
    engine: str,
    up: str,
) -> Variant:
    vertices, faces = _back(mesh[0], up), mesh[1]
    report = {
        "closed": is_closed_manifold(faces) or is_solid(vertices, faces),
        "join": how,
        "floating": left,
        "engine": engine,
        "faces": len(faces),
        "volume": abs(signed_volume(vertices, faces)),
        "size": [float(extent) for extent in np.ptp(vertices, axis=0)],
    }
    return Variant(number, part, name, vertices, faces, report)
