# SPDX-License-Identifier: GPL-3.0-or-later
"""Generate: parts of a new object from pictures, words or boxes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from numbers import Real
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..contract.engines import AUTO
from ..contract.errors import BadInput
from ..contract.options import OPTIONS, VIEWS, checked
from ..contract.progress import SILENT, Progress
from ..contract.requests import fingerprint
from ..engines import registry
from ..engines.base import Box, Brief, PartMesh
from ..geometry.mesh import is_closed_manifold, signed_volume
from .seeds import in_turn

SMALLEST_PICTURE = 8  # pixels of either side
MOST_PICTURES = 4
LONGEST_TEXT = 1000
MOST_TAKES = 16


@dataclass(frozen=True)
class Made:
    """A new object, Y up, its front towards +Z, its longest side 1 unless boxes say otherwise.

    parts : from the farthest to the nearest, or in the order of the boxes. texture : (H, W, 4) of
    them all, None for none. labels : (H, W) the part of each pixel of the first picture, -1 for
    none. report : of each part {name, kind, triangles, closed, volume}. engine : the one that ran.
    notes : sentences for people. seed : that it is of; follows_seed : whether another one makes
    another object.
    """

    parts: list[PartMesh]
    texture: NDArray[np.uint8] | None
    labels: NDArray[np.int32] | None
    report: list[dict[str, Any]]
    engine: str
    notes: tuple[str, ...]
    seed: int = 0
    follows_seed: bool = False


def generate(
    brief: Brief,
    *,
    engine: str = AUTO,
    seed: int = 0,
    apart: bool = True,
    paint: bool = True,
    progress: Progress = SILENT,
) -> Made:
    """Parts of what a brief asks for. Raises BadInput for what cannot be used.

    apart : whether what an engine makes in one is taken apart. paint : what was imagined is
    unwrapped and painted all around, which takes some seconds.
    """
    return next(takes(brief, engine=engine, seed=seed, apart=apart, paint=paint, progress=progress))


def takes(
    brief: Brief,
    *,
    engine: str = AUTO,
    seed: int = 0,
    variants: int = 1,
    apart: bool = True,
    paint: bool = True,
    progress: Progress = SILENT,
) -> Iterator[Made]:
    """The same asked with one seed after the other, each as soon as it is made.

    An engine that makes the same of every seed is asked once, and what came before comes no second
    time: there may be fewer than `variants`, but there is one. apart, paint : as for `generate`.
    Raises BadInput for what cannot be used.
    """
    check(brief)
    chosen = _chosen(engine, brief)
    options = {name: value for name, value in brief.options.items() if name not in OPTIONS}
    brief = replace(brief, options=options)
    follows = bool(chosen.engine.follows_seed)
    count = min(max(variants, 1), MOST_TAKES) if follows else 1
    before: set[tuple[str, ...]] = set()
    for own, span in in_turn(seed, count, progress):
        made = _made(chosen, brief, own, span, apart=apart, paint=paint)
        made = replace(made, seed=own, follows_seed=follows)
        shapes = tuple(fingerprint(part.vertices, part.faces) for part in made.parts)
        if shapes not in before:
            before.add(shapes)
            yield made


def _made(
    chosen: registry.Chosen,
    brief: Brief,
    seed: int,
    progress: Progress,
    *,
    apart: bool,
    paint: bool,
) -> Made:
    found = chosen.engine.generate(brief, seed=seed, progress=progress.span(0.0, 0.8))
    if not found.parts:
        raise BadInput("Nothing came out of this picture.", "Try another one, or give a mask.")
    parts = found.parts
    if found.in_one and apart:
        from .in_parts import in_parts

        mask = brief.masks[0] if brief.masks else None
        taking = progress.span(0.8, 0.9, "Taking it apart")
        view = None if found.portrait is None else found.portrait.projection
        parts = in_parts(parts[0], brief.parts, mask, view, seed=seed, progress=taking)
        if brief.parts is not None and not brief.masks and len(parts) < brief.parts:
            said = f"It could be taken apart into {len(parts)} parts, not into {brief.parts}."
            found = replace(found, notes=(*found.notes, said))
    notes = ((chosen.notice,) if chosen.notice else ()) + found.notes
    texture = found.texture
    if found.portrait is not None and paint:
        from .painted import painted

        done = painted(parts, found.portrait, progress.span(0.9, 1.0))
        parts, texture, more = done.parts, done.texture, done.notes
        notes += more
    report = [reported(part) for part in parts]
    return Made(parts, texture, found.labels, report, chosen.about.name, notes)


def _chosen(engine: str, brief: Brief) -> registry.Chosen:
    """The engine of a name; with "auto" the first that works from what is given."""
    options = brief.options
    if engine != AUTO:
        return registry.choose(engine, "generate", options)
    for about in registry.engines("generate"):
        if about.rank is not None and registry.obstacle(about) is None:
            chosen = registry.choose(about.name, "generate")
            if chosen.engine.takes(brief):
                return registry.tuned(chosen, checked(options), strict=False)
    raise BadInput(
        "No engine of this version makes parts from this.", "Give a picture, words or boxes."
    )


def reported(part: PartMesh) -> dict[str, Any]:
    """What is told of a part."""
    closed = is_closed_manifold(part.faces)
    return {
        "name": part.name,
        "kind": part.kind,
        "triangles": len(part.faces),
        "closed": closed,
        "volume": round(signed_volume(part.vertices, part.faces), 9),
        "quads": part.quads,
        "parent": part.parent,
        "joint": None if part.joint is None else dict(part.joint),
    }


def brief_of(
    images: Sequence[NDArray[np.uint8]],
    masks: Sequence[NDArray[np.int32]],
    *,
    views: Sequence[Any] = (),
    text: str = "",
    boxes: Sequence[Box] = (),
    parts: int | None = None,
    options: Mapping[str, Any] | None = None,
) -> Brief:
    """A brief of what came over a wire or from a command line, as far as it is of its kind."""
    return Brief(
        tuple(images), tuple(masks), tuple(str(view) for view in views), text, tuple(boxes), parts,
        dict(options or {}),
    )  # fmt: skip


JOINTS = ("hinge", "slider", "ball", "fixed")
MOVING = ("hinge", "slider")  # about or along an axis
MOST_BOXES = 200
FARTHEST = 1e6  # of a corner from the middle


def boxes_of(document: Any) -> list[Box]:
    """The boxes of a document {"parts": [{name, text?, min, max, parent?, joint?}]}.

    Raises BadInput, naming the part, for what is missing, of another kind, or makes no sense.
    """
    listed = document.get("parts") if isinstance(document, Mapping) else None
    if not isinstance(listed, list) or not listed:
        raise BadInput("The boxes have no list “parts”.", "See docs/protocol.md for their form.")
    if len(listed) > MOST_BOXES:
        raise BadInput(f"There are {len(listed)} boxes.", f"Give at most {MOST_BOXES}.")
    boxes = [_box(entry, number) for number, entry in enumerate(listed, 1)]
    names = [box.name for box in boxes]
    double = next((name for name in names if names.count(name) > 1), None)
    if double is not None:
        raise BadInput(f"Two boxes are called “{double:.60}”.", "Give each a name of its own.")
    parents = {box.name: box.parent for box in boxes}
    for box in boxes:
        if box.parent and box.parent not in parents:
            raise BadInput(
                f"The parent “{box.parent:.60}” of “{box.name:.60}” is no box.",
                "Name one of the other boxes.",
            )
        seen, above = {box.name}, box.parent
        while above:
            if above in seen:
                raise BadInput(
                    f"“{box.name:.60}” hangs on itself by its parents.", "Break the circle."
                )
            seen.add(above)
            above = parents[above]
    return boxes


def _box(entry: Any, number: int) -> Box:
    if not isinstance(entry, Mapping) or not str(entry.get("name") or "").strip():
        raise BadInput(f"Box {number} has no name.", "Give each box a name.")
    name = str(entry["name"]).strip()
    low, high = (_point(entry.get(key), name, key) for key in ("min", "max"))
    if not (high > low).all():
        raise BadInput(
            f"The box of “{name:.60}” is empty: max must be above min on each axis.",
            "Give it some size.",
        )
    joint = entry.get("joint")
    if joint is not None:
        joint = _joint(joint, name)
    parent = str(entry.get("parent") or "").strip()
    return Box(name, low, high, str(entry.get("text") or ""), parent, joint)


def _point(value: Any, name: str, key: str) -> NDArray[np.float64]:
    point = _numbers(value, 3)
    if point is None:
        raise BadInput(f"“{key}” of “{name:.60}” is not three numbers.", "Give [x, y, z].")
    if np.abs(point).max() > FARTHEST:
        raise BadInput(
            f"“{key}” of “{name:.60}” is too far away.", f"Stay within {FARTHEST:,.0f} of 0."
        )
    return point


def _numbers(value: Any, count: int) -> NDArray[np.float64] | None:
    """So many finite numbers, None for anything else; true and "1" are none."""
    if not isinstance(value, list | tuple | np.ndarray) or len(value) != count:
        return None
    if not all(isinstance(one, Real) and not isinstance(one, bool) for one in value):
        return None
    try:
        found = np.array(value, dtype=np.float64)
    except OverflowError:
        return None
    return found if np.isfinite(found).all() else None


def _joint(joint: Any, name: str) -> dict[str, Any]:
    kind = joint.get("type") if isinstance(joint, Mapping) else None
    if kind not in JOINTS:
        raise BadInput(f"The joint of “{name:.60}” has no known type.", f"Use {', '.join(JOINTS)}.")
    made: dict[str, Any] = {"type": kind}
    for key in ("axis", "origin"):
        if joint.get(key) is not None:
            made[key] = _point(joint[key], name, key).tolist()
    if kind in MOVING and "axis" in made and not np.linalg.norm(made["axis"]) > 0:
        raise BadInput(
            f"The axis of the {kind} of “{name:.60}” points nowhere.",
            "Give a direction that is not [0, 0, 0].",
        )
    if joint.get("limits") is not None:
        limits = _numbers(joint["limits"], 2)
        if limits is None:
            raise BadInput(f"The limits of “{name:.60}” are not two numbers.", "Give [low, high].")
        if limits[0] > limits[1]:
            raise BadInput(
                f"The limits of “{name:.60}” are the wrong way round.", "Give the lower one first."
            )
        made["limits"] = limits.tolist()
    return made


def check(brief: Brief) -> None:
    """Raise BadInput for a brief that no engine could work from."""
    if not brief.images and not brief.boxes and not brief.text.strip():
        raise BadInput("There is nothing to make parts from.", "Give a picture, words or boxes.")
    if brief.images and brief.boxes:
        raise BadInput(
            "Pictures and boxes were both given, and each says where parts are.",
            "Leave one of them out.",
        )
    if len(brief.images) > MOST_PICTURES:
        raise BadInput(
            f"{len(brief.images)} pictures are more than {MOST_PICTURES}.",
            f"Give one for each side: {', '.join(VIEWS)}.",
        )
    if len(brief.text) > LONGEST_TEXT:
        raise BadInput(f"The text has {len(brief.text)} letters.", f"Use at most {LONGEST_TEXT}.")
    for number, image in enumerate(brief.images, 1):
        height, width = image.shape[:2]
        if min(height, width) < SMALLEST_PICTURE:
            raise BadInput(
                f"Picture {number} has {width} x {height} pixels, too few to see a figure.",
                f"Give one of at least {SMALLEST_PICTURE} x {SMALLEST_PICTURE} pixels.",
            )
    _check_masks(brief)
    _check_views(brief.views, len(brief.images))
    if brief.parts is not None and brief.parts < 1:
        raise BadInput("There must be at least one part.", "Ask for 1 or more.")


def _check_masks(brief: Brief) -> None:
    if brief.masks and len(brief.masks) != len(brief.images):
        raise BadInput(
            _against(len(brief.masks), "mask", len(brief.images)),
            "Give a mask for each picture, or none.",
        )
    for number, (image, mask) in enumerate(zip(brief.images, brief.masks, strict=False), 1):
        if mask.shape != image.shape[:2]:
            sizes = [f"{shape[1]} x {shape[0]}" for shape in (mask.shape, image.shape)]
            raise BadInput(
                f"Mask {number} has {sizes[0]} pixels, its picture {sizes[1]}.",
                "Give a mask of the size of its picture.",
            )
        if not (mask >= 0).any():
            raise BadInput(f"Mask {number} is empty.", "Paint each part in a colour of its own.")


def _against(count: int, noun: str, images: int) -> str:
    """The sentence for more or fewer things than pictures."""
    there = f"There is 1 {noun}" if count == 1 else f"There are {count} {noun}s"
    return f"{there} for {images} picture{'' if images == 1 else 's'}."


def _check_views(views: Sequence[str], images: int) -> None:
    if views and len(views) != images:
        raise BadInput(
            _against(len(views), "view", images),
            f"Name the side of each picture: {', '.join(VIEWS)}.",
        )
    strange = [view for view in views if view not in VIEWS]
    if strange:
        raise BadInput(f"No side is called “{strange[0]:.40}”.", f"Use {', '.join(VIEWS)}.")
    if len(set(views)) < len(views):
        raise BadInput("Two pictures show the same side.", "Give one picture of each side.")
    if views and "front" not in views:
        raise BadInput("No picture shows the front.", "Give one of the front with the others.")
