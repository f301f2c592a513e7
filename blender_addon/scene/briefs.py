# SPDX-License-Identifier: GPL-3.0-or-later
"""What the artist asks for with From Images: pictures, masks and options, read once, at the start.

The job that follows holds arrays only, so that images may change or go meanwhile.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Generator
from dataclasses import replace
from pathlib import Path
from typing import Any

import bpy

from ...backend.contract.errors import BadInput
from ...backend.contract.records import Record
from ...backend.contract.requests import MAX_SEED, Generate, GeneratedParts, Sketched
from ..core.pictures import MOST_COLOURS, Pixels, backdrop_of, one_numbering
from ..engine import jobs, place
from . import engine_choice, pictures
from .engine_choice import AUTOMATIC
from .proposals import Variant
from .takes import Take, carried, sketch_of

VIEWS = ("front", "side", "back", "top")
BACKDROP = "partwise_backdrop"  # custom property of masks that began as a faint picture
WORDS = {"front": "front", "side": "side", "left": "side", "profile": "side", "back": "back"}
WORDS |= {"rear": "back", "top": "top", "above": "top"}
Hear = Callable[[Take], None]

# Other ways to ask, in the order in which they are tried: name, options, share of the parts.
TURNS: tuple[tuple[str, dict[str, Any], float], ...] = (
    ("limbs left whole", {"limbs": False}, 0.0),
    ("fewer parts", {}, 0.6),
    ("more parts", {}, 1.6),
    ("thinner", {"thickness": 0.6}, 0.0),
    ("thicker", {"thickness": 1.6}, 0.0),
)


class Sheet(Record):
    """Up to four pictures of an object, as they were when they were read.

    views : the side that each shows; masks : for each picture, or none at all; with its name, and
    whether it was painted on a faint picture. engine, seed : who makes parts; memory : GB that it
    may take; takes : which options it takes, None for all.
    """

    title: str
    views: tuple[str, ...]
    images: tuple[Pixels, ...]
    masks: tuple[tuple[Pixels, str, bool], ...]
    parts: int | None
    shape: str
    options: dict[str, Any]
    size: float
    place: tuple[float, float, float]
    text: str = ""
    variants: int = 1
    engine: str = engine_choice.AUTO
    seed: int = 0
    memory: float = 0.0
    takes: frozenset[str] | None = None

    def request(self) -> Generate:
        """What is asked. Takes a moment, and touches nothing of Blender's."""
        if not self.images:
            return Generate(
                engine=self.engine,
                seed=self.seed,
                memory=self.memory,
                parts=self.parts,
                text=self.text,
                variants=self.variants,
            )
        options = dict(self.options)
        if self.shape != AUTOMATIC and self.is_taken("kinds"):
            options["kinds"] = {str(number): self.shape.lower() for number in range(MOST_COLOURS)}
        arrays: dict[str, Any] = {}
        for number, image in enumerate(self.images):
            arrays[f"image_{number}"] = image.to_bytes()
        masks = []
        for number, (mask, name, is_on_backdrop) in enumerate(self.masks):
            backdrop = None
            if is_on_backdrop:
                backdrop = backdrop_of(self.images[number].to_whole_bytes())
            masks.append(mask.to_labels_and_bytes(name, backdrop))
        numbered = one_numbering(masks) if len(masks) > 1 else [labels for labels, _ in masks]
        for number, labels in enumerate(numbered):
            arrays[f"mask_{number}"] = labels
        return Generate(
            engine=self.engine,
            seed=self.seed,
            memory=self.memory,
            parts=self.parts,
            variants=self.variants,
            views=list(self.views) if len(self.views) > 1 else None,
            options=options,
            **arrays,
        )

    def is_taken(self, option: str) -> bool:
        """Whether the engine takes an option."""
        return self.takes is None or option in self.takes


def read(context: bpy.types.Context) -> Sheet:
    """What the panel asks for. Raises BadInput for pictures and masks that cannot be used."""
    asked, settings = context.scene.partwise_images, context.scene.partwise
    chosen: dict[str, Any] = {
        "engine": engine_choice.name_of(settings, "generate"),
        "seed": engine_choice.seed(settings, "generate"),
        "memory": place.memory(),
        "takes": engine_choice.options(settings, "generate"),
        "variants": asked.variants,
    }
    given = [(view, getattr(asked, view)) for view in VIEWS]
    given = [(view, slot) for view, slot in given if slot.image is not None]
    text = asked.text.strip()
    if not given and text:
        cursor = tuple(context.scene.cursor.location)
        count = asked.count or None
        return Sheet(text, (), (), (), count, AUTOMATIC, {}, asked.size, cursor, text, **chosen)
    if not given:
        raise BadInput("There is no picture to make parts from.", "Choose one first.")
    if given[0][0] != "front":
        raise BadInput(
            "There is no picture of the front.", "The first picture is of the front; choose it."
        )
    images = tuple(pictures.read(slot.image) for _, slot in given)
    with_mask = [view for view, slot in given if slot.mask is not None]
    if with_mask and len(with_mask) < len(given):
        lacking = next(view for view, slot in given if slot.mask is None)
        raise BadInput(
            f"The picture of the {lacking} has no mask, but that of the {with_mask[0]} has.",
            "Give each picture a mask, or none.",
        )
    masks = []
    for image, (_, slot) in zip(images, given, strict=True):
        if slot.mask is not None:
            masks.append(_mask(slot.mask, slot.image, image))
    return Sheet(
        title=title_of(given[0][1].image),
        views=tuple(view for view, _ in given),
        images=images,
        masks=tuple(masks),
        parts=asked.count or None,
        shape=asked.shape,
        options=_options(asked, chosen["takes"]) | engine_choice.asked(settings, "generate"),
        size=asked.size,
        place=tuple(context.scene.cursor.location),
        **chosen,
    )


def title_of(image: bpy.types.Image) -> str:
    """What is made of an image is called: its name, without number and ending of a file."""
    name = re.sub(r"\.\d{3,}$", "", image.name)
    return Path(name).stem if Path(name).suffix.lower() in bpy.path.extensions_image else name


def views_of(names: list[str]) -> dict[str, str]:
    """The side that each picture shows, by words in its name; else in order. Side -> name."""
    free = list(VIEWS)
    found: dict[str, str] = {}
    if len(names) > 1:
        for name in names:
            words = re.findall(r"[a-z]+", Path(name).stem.lower())
            side = next((WORDS[word] for word in reversed(words) if word in WORDS), None)
            if side in free and name not in found.values():
                free.remove(side)
                found[side] = name
    for name in names:
        if free and name not in found.values():
            found[free.pop(0)] = name
    return found


def ask(
    request: Generate,
    sheet: Sheet | Take,
    hear: Hear | None = None,
    first: int = 0,
    look: Callable[[Variant], None] | None = None,
) -> Generator[jobs.Ask, Any, Take]:
    """The step of a job that has the engine make parts.

    hear : is told each take as it comes, where several are asked for; look : sketches of the next.
    first : seed of the first take of all, from which variants are numbered.
    """

    def keep(made: GeneratedParts) -> Take:
        turn = (made.seed - first) % (MAX_SEED + 1) if made.follows_seed else 0
        own = request.changed(seed=made.seed, variants=1)
        name = f"variant {turn + 1}" if turn else ""
        return Take(sheet.title, own, made, sheet.size, sheet.place, turn=turn, name=name)

    def heard(made: GeneratedParts | Sketched) -> None:
        if isinstance(made, Sketched):
            if look is not None:
                look(sketch_of(made, sheet.size, sheet.place))
        elif hear is not None:
            hear(keep(made))

    take: Take = yield jobs.Ask(request, keep, (0.1, 1.0), heard)
    return take


def ask_again(take: Take, **options: Any) -> Generator[jobs.Ask, Any, Take]:
    """The step of a job that has the same parts made with other options of the engine."""
    request = take.again(**options)
    found = yield from ask(request, take)
    chosen = {int(number): kind for number, kind in request.options["kinds"].items()}
    kinds = carried(chosen, take.made.labels, found.made.labels)
    return replace(found, kinds=kinds, turn=take.turn, name=take.name)


def ask_otherwise(
    first: Take,
    known: list[Take],
    variants: int = 1,
    hear: Hear | None = None,
    look: Callable[[Variant], None] | None = None,
) -> Generator[jobs.Ask, Any, Take | None]:
    """The step of a job that gets another take, unlike those that are known; None for no more.

    variants : how many, where each seed is another one; `hear` is told all of these as they come,
    and `look` sketches of the next.
    """
    if first.made.follows_seed:
        seed = max(take.made.seed for take in known) + 1
        request = first.request.changed(seed=seed % (MAX_SEED + 1), variants=variants)
        return (yield from ask(request, first, hear, first.made.seed - first.turn, look))
    for number in range(max(take.turn for take in known), len(TURNS)):
        name, options, share = TURNS[number]
        is_cut = bool(share) or "limbs" in options
        if is_cut and first.request.mask_0 is not None:
            continue  # the mask says where parts are
        parts = first.request.parts
        if share:
            parts = min(max(round(first.count * share), 1), MOST_COLOURS)
        before = first.request.options or {}
        if "thickness" in options:
            thick = before.get("thickness", 1.0) * options["thickness"]
            options = {"thickness": min(max(thick, 0.05), 5.0)}
        request = first.request.changed(
            parts=parts,
            options=before | options,
            seed=first.request.seed + number + 1,
        )
        found = yield from ask(request, first)
        if not any(found.is_like(take) for take in known):
            return replace(found, turn=number + 1, name=name)
    return None


def _options(asked: bpy.types.PropertyGroup, takes: frozenset[str]) -> dict[str, Any]:
    options: dict[str, Any] = {"thickness": asked.thickness, "back": asked.back_side.lower()}
    if not asked.limbs:
        options["limbs"] = False
    if asked.symmetry != AUTOMATIC:
        options["symmetric"] = asked.symmetry == "YES"
    return {name: value for name, value in options.items() if name in takes}


def _mask(
    mask: bpy.types.Image, image: bpy.types.Image, picture: Pixels
) -> tuple[Pixels, str, bool]:
    pixels = pictures.read(mask)
    if pixels.size != picture.size:
        sizes = [f"{width} x {height}" for width, height in (pixels.size, picture.size)]
        raise BadInput(
            f"The mask “{mask.name}” has {sizes[0]} pixels, its picture “{image.name}” {sizes[1]}.",
            "New Mask makes one that fits.",
        )
    return pixels, mask.name, bool(mask.get(BACKDROP))
