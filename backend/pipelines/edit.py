# SPDX-License-Identifier: GPL-3.0-or-later
"""Replace: another part in a part's place. Nothing of the others is touched.

Words are read for wishes (`wording`); what is left of them is asked of an engine (`offering`).
Words that are wishes alone change the part that is there. A mesh of the user's is fitted as it is.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..contract.arrays import Bools, Floats, Ints
from ..contract.engines import AUTO
from ..contract.errors import BadInput
from ..contract.options import JOINS, checked
from ..contract.options import OPTIONS as OF_ENGINES
from ..contract.progress import SILENT, Progress
from ..engines import registry
from ..engines.base import Offer, Sketch
from ..geometry.booleans import Mesh, concatenated, is_solid
from ..geometry.mesh import is_closed_manifold, signed_volume, used_by, without_strays
from ..library.wishes import Wishes
from . import offering, wording
from .analysis import checked_labels
from .offering import OldPart
from .places import Fitted, Place, is_several, places_of

MOST_VARIANTS = 32
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
    title: str = "",
    text: str = "",
    source: str = "",
    mesh: tuple[Floats, Ints] | None = None,
    mesh_name: str = "",
    image: NDArray[np.uint8] | None = None,
    drawing: NDArray[np.uint8] | None = None,
    variants: int = 1,
    seed: int = 0,
    engine: str = AUTO,
    up: str = "Y",
    options: Mapping[str, Any] | None = None,
    progress: Progress = SILENT,
    shown: Callable[[Replaced], None] | None = None,
) -> Replaced:
    """Other parts for the place of one.

    vertices : (V, 3); faces : (F, 3); labels : (F,) part of each face. name : what the part is
    called; title : what the whole object is, by its name or its file's. text : words; source :
    title of a library part; mesh : (v, f) of the user's, in the same axes; image : (H, W, 4) RGBA
    of the part, from which it is made; `mesh_name` is what either is called; with none of them
    another part of the same kind. Beside these, of the words only the wishes count. drawing :
    (H, W, 4) RGBA of the part in lines, for an engine that takes one. up : "Y" or "Z". options :
    `join`, one of `JOINS`; `twins`: the mirror image is replaced too; `stretch`: to the old box;
    and those of the engine (`contract.options`). shown : hears of each variant as soon as it stands
    where it is to be. progress : gets sketches in the coordinates of the object. Raises BadInput
    where a part has no faces, or words mean nothing.
    """
    given, of_engine = _checked_options(options or {}, up)
    of_face = checked_labels(labels, len(faces)).astype(np.int32)
    _check(vertices, faces, of_face == part, part, (source, mesh, image))
    variants = int(np.clip(variants, 1, MOST_VARIANTS))
    vertices = without_strays(np.asarray(vertices, np.float64), faces)
    old = OldPart(_upright(vertices, up), faces, of_face, part, name, title)
    progress.span(0.0, 0.2, "Reading the words").step()
    beside = bool(source) or mesh is not None or image is not None
    if drawing is not None:
        _check_drawing(drawing, engine, shown=beside)
    knows_all = not beside and engine not in ("", AUTO) and _knows_all_words(engine)
    wishes, reading = wording.meant(text, wishes_only=beside, knows_all=knows_all)
    span = progress.span(0.2, 0.95)
    if span.is_looked_at:
        span = span.shown_to(lambda sketch: progress.sketch(_turned(sketch, wishes, up)))
    span.span(0.0, 1.0, "Choosing parts").step()
    if mesh is not None:
        upright = _upright(np.asarray(mesh[0], np.float64), up)
        offered = offering.of_mesh((upright, mesh[1]), mesh_name, old)
    elif image is not None:
        offered = offering.of_picture(
            image, mesh_name, old, engine, variants, seed, of_engine, span
        )
    elif source:
        offered = offering.of_source(source, variants, seed)
    elif text and not wishes.rest and wishes:
        offered = offering.of_itself(old)
    else:
        chosen = registry.choose(engine, "replace", of_engine)
        if given["stretch"]:
            chosen = registry.tuned(chosen, {"stretch": True}, strict=False)
        offered = offering.of_engine(chosen, old, wishes.rest, drawing, variants, seed, span)
    for key, value in offered.material.items():
        wishes.material.setdefault(key, value)

    @cache
    def places(several: bool) -> list[Place]:
        thing = old.vertices, faces, of_face, part, old.frame
        return places_of(*thing, several=several, twins=given["twins"])

    notes: dict[str, None] = {}  # of the engine, each once
    said: Replaced | None = None
    made: list[Variant] = []
    begun = offered.one_by_one
    placing = progress.span(0.2, 0.95, "Fitting") if begun else progress.span(0.6, 1.0, "Fitting")
    for number, offer in enumerate(offered.offers):
        placing.step((number + begun) / offered.expected)
        notes |= dict.fromkeys(offer.notes)
        if given["stretch"]:
            offer = replace(offer, alike=True)
        named = offer.mesh.name or name or "part"
        own = [
            _variant(number, of, named, fitted, offered.engine, up)
            for of, fitted in _put(offer, places, wishes, given["join"]).items()
        ]
        if said is None:
            called = offer.mesh.name if wishes.rest else ""
            understood, missed = wording.told(wishes, reading, called)
            missed = [] if source else missed  # who picks a hat may well say “hat”
            alone = given["twins"] and all(variant.part == part for variant in own)
            near = "" if beside else wording.names_near(missed)
            notice = " ".join(filter(None, [offered.notice, NO_TWIN if alone else "", near]))
            said = Replaced(
                [], offered.engine, notice, understood, missed, wishes.material, offered.expected
            )
        made += own
        if shown is not None:
            shown(replace(said, variants=own))
    placing.step(1.0)
    if said is None:
        raise BadInput("There is no other part like this one.", "Say in words what it should be.")
    count = len({variant.number for variant in made})
    told = " ".join(filter(None, [said.notice, *notes]))
    return replace(said, variants=made, expected=count, notice=told)


def _turned(sketch: Sketch, wishes: Wishes, up: str) -> Sketch:
    """A sketch in the object's own axes, in the colour that is wished."""
    colour = wishes.material.get("colour")
    shown = None if colour is None else tuple(colour[:3])
    parts = [
        replace(each, vertices=_back(each.vertices, up), colour=shown) for each in sketch.parts
    ]
    return replace(sketch, parts=parts)


def _put(
    offer: Offer, places: Callable[[bool], list[Place]], wishes: Wishes, join: str
) -> dict[int, list[Fitted]]:
    """An offer in each place where it is to stand, by the part that it stands for there.

    places : with those of each piece, where an offer is not itself of several, or without.
    """
    found: dict[int, list[Fitted]] = {}
    for place in places(not (offer.in_place or offer.worn or is_several(offer.mesh))):
        found.setdefault(place.of, []).append(place.fitted(offer, wishes, join))
    return found


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
    join = options.get("join", AUTO)
    if join not in JOINS:
        raise BadInput(
            f"Parts cannot be joined by “{join:.40}”.", f"Use one of {', '.join(JOINS)}."
        )
    eye = of_engine.get("drawn_from")
    if eye is not None and not isinstance(eye, str):
        of_engine["drawn_from"] = tuple(_upright(np.array([eye], np.float64), up)[0].tolist())
    return {"join": AUTO, "twins": False, "stretch": False, **own}, of_engine


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
    own: Bools,
    part: int,
    sources: tuple[Any, ...],
) -> None:
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


def _variant(
    number: int, part: int, name: str, fitted: list[Fitted], engine: str, up: str
) -> Variant:
    """What was fitted for one part, as one mesh in the object's own axes."""
    mesh: Mesh = concatenated([one.mesh for one in fitted])
    vertices, faces = _back(mesh[0], up), mesh[1]
    report = {
        "closed": is_closed_manifold(faces) or is_solid(vertices, faces),
        "join": fitted[-1].how,
        "floating": sorted({label for one in fitted for label in one.floating}),
        "engine": engine,
        "faces": len(faces),
        "volume": abs(signed_volume(vertices, faces)),
        "size": [float(extent) for extent in np.ptp(vertices, axis=0)],
    }
    return Variant(number, part, name, vertices, faces, report)
