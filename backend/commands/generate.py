# SPDX-License-Identifier: GPL-3.0-or-later
"""``generate``: a GLB of new parts from pictures, words or boxes."""

from __future__ import annotations

import time
from argparse import Namespace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..contract.errors import BadInput
from ..machine.room import room
from .console import Console, names_written
from .overwriting import refuse_overwriting
from .shared_options import engine_options
from .sketches import Sketches
from .values import is_file_name

if TYPE_CHECKING:
    from ..engines.base import Brief
    from ..pictures.textured import Painted
    from ..pipelines.generate import Made


NAMED = 20  # parts that the closing sentence names


def run(options: Namespace, console: Console) -> int:
    """Run the command. Returns the exit status."""
    from ..files.readers import make_folder
    from ..pipelines.generate import takes

    began = time.perf_counter()
    single = options.variants is None
    _check_output(options.output, single=single)
    if options.preview is not None:
        from ..pictures.preview import picture_format

        picture_format(options.preview)
    read = (*options.image, *options.masks, options.boxes)
    variants = options.variants or 1
    outputs = [options.output] if single else _files(options, variants)
    refuse_overwriting(read, (*outputs, options.preview))
    brief, notes = _asked(options)
    make_folder(options.output.parent if single else options.output)
    if options.preview is not None:
        make_folder(options.preview.parent)
    made: list[Made] = []
    written: list[list[str]] = []  # names of parts
    sketches = Sketches(options.previews, _stem(options), console)
    progress = sketches.progress()
    files: list[Path] = []
    found = takes(
        brief, engine=options.engine, seed=options.seed, variants=variants, progress=progress
    )
    with room.allowed(options.memory), names_written(console, files):
        for path, one in zip(outputs, found, strict=False):
            written.append(_write(path, one))
            made.append(one)
            files.append(path)
    if options.preview is not None:
        _draw(options.preview, made)
    console.end_progress()
    warnings = [*notes, *dict.fromkeys(note for one in made for note in one.notes)]
    if len(made) < variants:
        number = "one" if len(made) == 1 else str(len(made))
        warnings.append(f"{variants} variants were asked for; the engine makes {number} of this.")
    for warning in warnings:
        console.warn(warning)
    seconds = round(time.perf_counter() - began, 2)
    told = [_told(*each) for each in zip(outputs, made, written, strict=False)]
    console.document = {
        **(told[0] if single else {"engine": made[0].engine, "variants": told}),
        "preview": None if options.preview is None else str(options.preview),
        "previews": [str(path) for path in sketches.written],
        "warnings": warnings,
        "seconds": seconds,
    }
    picture = "" if options.preview is None else f", picture {options.preview}"
    for path, one, names in zip(outputs, made, written, strict=False):
        closed = sum(row["closed"] for row in one.report)
        console.result(
            f"{path}: {_counted(names)}, {closed} of them closed, "
            f"engine {one.engine}, {seconds} s{picture}"
        )
    console.close()
    for names in written:
        more = ", ..." if len(names) > NAMED else ""
        console.say(f"Wrote {_counted(names)}: {', '.join(names[:NAMED])}{more}.")
    return 0


def _check_output(output: Path, *, single: bool) -> None:
    if single and output.suffix.lower() != ".glb":
        raise BadInput(
            f"Parts are written as GLB, not as '{output.suffix or output}'.",
            "Give -o a name that ends in .glb.",
        )
    if not single and is_file_name(output):
        raise BadInput(
            "Several variants are several files.", "Give -o the name of a folder for them."
        )


def _files(options: Namespace, count: int) -> list[Path]:
    """The file of each variant, in a folder."""
    stem = _stem(options)
    return [options.output / f"{stem}.{number + 1}.glb" for number in range(count)]


def _stem(options: Namespace) -> str:
    """What the files of variants are called."""
    named = options.image[0] if options.image else options.boxes
    return "parts" if named is None else str(named.stem)


def _told(path: Path, made: Made, names: list[str]) -> dict[str, Any]:
    return {
        "output": str(path),
        "engine": made.engine,
        "seed": made.seed,
        "parts": [{**row, "name": name} for row, name in zip(made.report, names, strict=True)],
    }


def _counted(names: list[str]) -> str:
    return f"{len(names)} part" + ("" if len(names) == 1 else "s")


def _asked(options: Namespace) -> tuple[Brief, list[str]]:
    """What the options ask for, with its files read, and sentences about these."""
    from ..files.images import read_masks, read_masks_of_views, read_picture
    from ..files.readers import read_json
    from ..pipelines.generate import boxes_of, brief_of

    notes: list[str] = []
    images, masks = [], []
    for path in options.image:
        picture, remarks = read_picture(path)
        images.append(picture)
        notes += remarks
    if options.masks and not images:
        raise BadInput("Masks were given without a picture.", "Give the picture with --image.")
    if len(images) == 1 and options.masks:
        mask, remarks = read_masks(options.masks, images[0].shape)
        masks, notes = [mask], notes + remarks
    elif options.masks:
        if len(options.masks) != len(images):
            raise BadInput(
                f"There are {len(options.masks)} masks for {len(images)} pictures.",
                "Give one label image for each picture.",
            )
        masks, remarks = read_masks_of_views(options.masks, [image.shape for image in images])
        notes += remarks
    views = [view.strip() for view in options.views.split(",")] if options.views else []
    chosen = engine_options(options)
    if options.rectangle is not None:
        chosen["rectangle"] = options.rectangle
    if options.back is not None:
        chosen["back"] = options.back
    if options.shape:
        chosen["kinds"] = _kinds(options.shape)
    boxes = [] if options.boxes is None else boxes_of(read_json(options.boxes))
    brief = brief_of(
        images,
        masks,
        views=views,
        text=options.text or "",
        boxes=boxes,
        parts=options.parts,
        options=chosen,
    )
    return brief, notes


def _kinds(given: list[str]) -> dict[int, str]:
    """Shapes by the number of a part, of "flat" for all or "3=flat" for one."""
    from ..engines.figures import MOST_PARTS

    kinds: dict[int, str] = {}
    for entry in given:
        number, sign, kind = entry.rpartition("=")
        if not sign:
            kinds = {part: kinds.get(part, kind) for part in range(MOST_PARTS)}
        elif number.isdigit() and int(number) < MOST_PARTS:
            kinds[int(number)] = kind
        else:
            raise BadInput(f"“{entry:.40}” names no part.", "Give a number, as in 3=flat.")
    return kinds


def _write(path: Path, made: Made) -> list[str]:
    from ..files.images import png_bytes
    from ..files.made import MadePart, write_made

    texture = None if made.texture is None else png_bytes(made.texture)
    parts = [
        MadePart(
            part.name,
            part.vertices,
            part.faces,
            part.uv,
            part.shown,
            part.origin,
            part.parent,
            {} if part.joint is None else {"joint": dict(part.joint)},
        )
        for part in made.parts
    ]
    return write_made(path, parts, texture)


def _draw(path: Path, made: list[Made]) -> None:
    from ..pictures.textured import render_views

    render_views(path, [_painted(one) for one in made])


def _painted(made: Made) -> Painted:
    import numpy as np

    from ..pictures.textured import Painted, joined

    vertices, faces, part = joined(
        [part.vertices for part in made.parts], [part.faces for part in made.parts]
    )
    uv = [part.uv for part in made.parts if part.uv is not None]
    shown = np.concatenate(uv) if len(uv) == len(made.parts) else None
    colours = np.array([part.shown for part in made.parts])
    return Painted(vertices, faces, shown, made.texture, colours[part])
