# SPDX-License-Identifier: GPL-3.0-or-later
"""``edit``: a GLB in which another part stands in a part's place."""

from __future__ import annotations

import time
from argparse import Namespace
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ..assets.asset import Asset
from ..contract.errors import BadInput
from ..machine.room import room
from .console import Console, names_written
from .overwriting import refuse_overwriting, textures_of
from .shared_options import engine_options
from .sketches import Sketches
from .values import is_file_name

if TYPE_CHECKING:
    from ..pipelines.edit import Replaced, Variant

WIDTH = 1120  # of the picture, in pixels


def run(options: Namespace, console: Console) -> int:
    """Run the command. Returns the exit status."""
    from ..files.readers import make_folder, read_mesh
    from ..pipelines.edit import replace_part

    began = time.perf_counter()
    single = options.output.suffix.lower() == ".glb"
    _check(options, single)
    asset = read_mesh(options.input, console.say)
    refuse_overwriting(textures_of(asset), [options.preview])
    labels, names = parts_of(options.input, asset)
    part = chosen_part(options.part, names)
    mesh = image = drawing = None
    if options.mesh is not None:
        given = read_mesh(options.mesh)
        mesh = given.in_axes(asset.up), given.faces
        asset.remarks += given.remarks
    if options.image is not None:
        from ..files.images import read_picture

        image, remarks = read_picture(options.image)
        asset.remarks += remarks
    if options.drawing is not None:
        from ..files.images import read_picture

        drawing, remarks = read_picture(options.drawing)
        asset.remarks += remarks
    make_folder(options.output.parent if single else options.output)
    written: list[Path] = []
    sketches = Sketches(options.previews, options.input.stem, console, asset.up)

    def keep(variant: Replaced) -> None:
        """Each as it comes, so that those stay that were made before a cancel or a failure."""
        (number,) = {one.number for one in variant.variants}
        written.extend(_files(options, [number]))
        _write(written[-1], asset, labels, names, variant)

    with room.allowed(options.memory), names_written(console, written):
        done = replace_part(
            asset.vertices,
            asset.faces,
            labels,
            part,
            name=names[part],
            title=options.input.stem if options.title is None else options.title,
            text=_words(options),
            mesh=mesh,
            mesh_name=(options.mesh or options.image or Path()).stem,
            image=image,
            drawing=drawing,
            variants=options.variants,
            seed=options.seed,
            engine=options.engine,
            up=asset.up,
            options={
                "twins": options.twins,
                "join": options.join,
                "stretch": options.stretch,
                **engine_options(options),
            },
            progress=sketches.progress(),
            shown=None if single else keep,
        )
    if single:
        written = [options.output]
        _write(options.output, asset, labels, names, done)
    if options.preview is not None:
        make_folder(options.preview.parent)
        _draw(options.preview, asset, labels, done, part)
    console.end_progress()
    own = [variant for variant in done.variants if variant.part == part]
    warnings = [*asset.remarks, *([done.notice] if done.notice else [])]
    if done.not_understood:
        words = ", ".join(f"“{word}”" for word in done.not_understood)
        warnings.append(f"Not understood, and passed over: {words}.")
    for variant in own:
        if variant.report["floating"]:
            left = ", ".join(names[label] for label in variant.report["floating"])
            warnings.append(
                f"{left} touched {names[part]} and {'do' if ', ' in left else 'does'} not touch "
                f"the {variant.name} that is there now."
            )
    if len(own) < options.variants and not options.mesh and not options.image:
        warnings.append(
            f"{options.variants} variants were asked for; there {'is' if len(own) == 1 else 'are'} "
            f"{len(own)} of this."
        )
    for warning in warnings:
        console.warn(warning)
    console.document = {
        "input": str(options.input),
        "output": [str(path) for path in written],
        "part": names[part],
        "engine": done.engine,
        "understood": done.understood,
        "not_understood": done.not_understood,
        "variants": [_told(variant, names) for variant in done.variants],
        "preview": None if options.preview is None else str(options.preview),
        "previews": [str(path) for path in sketches.written],
        "warnings": warnings,
        "seconds": round(time.perf_counter() - began, 2),
    }
    picture = "" if options.preview is None else f", picture {options.preview}"
    titles = ", ".join(variant.name for variant in own)
    console.result(
        f"{options.input} -> {', '.join(map(str, written))}: {names[part]} is now {titles}, "
        f"engine {done.engine}, {console.document['seconds']} s{picture}"
    )
    console.close()
    understood = f" Understood: {', '.join(done.understood)}." if done.understood else ""
    console.say(f"Replaced {names[part]} with {titles}.{understood}")
    return 0


def _told(variant: Variant, names: list[str]) -> dict[str, Any]:
    floating = [names[label] for label in variant.report["floating"]]
    return {
        "name": variant.name, "part": names[variant.part], **variant.report, "floating": floating,
    }  # fmt: skip


def _check(options: Namespace, single: bool) -> None:
    from ..pipelines.edit import MOST_VARIANTS

    if not single and is_file_name(options.output):
        raise BadInput(
            f"Parts are written as GLB, not as '{options.output.suffix}'.",
            "Give -o a name that ends in .glb, or a folder.",
        )
    if options.preview is not None:
        from ..pictures.preview import picture_format

        picture_format(options.preview)
    numbers = range(min(options.variants, MOST_VARIANTS))
    outputs = [options.output] if single else _files(options, numbers)
    read = (options.input, options.mesh, options.image, options.drawing)
    refuse_overwriting(read, (*outputs, options.preview))
    given = (options.text is not None, options.image is not None, options.mesh is not None)
    if not any((*given, options.regenerate)):
        raise BadInput(
            "Nothing says what the part should be.",
            "Give --text WORDS, --image FILE, --with MESH or --regenerate.",
        )


def _words(options: Namespace) -> str:
    """The text. Raises BadInput for one that was given and is empty."""
    if options.text is not None and not options.text.strip():
        raise BadInput("No words were given.", "Say what the part should be, such as “top hat”.")
    return options.text or ""


def parts_of(path: Path, asset: Asset) -> tuple[NDArray[np.int64], list[str]]:
    """Labels (F,) 0..K-1 and names of the parts: by the file's labels, or its scene's nodes."""
    from ..files.npz import holds_labels, read_labels
    from ..files.parts import default_names
    from ..files.replaced import nodes_as_parts

    if path.suffix.lower() == ".npz" and holds_labels(path):
        found = read_labels(path)
        if len(found) != len(asset.faces):
            raise BadInput(
                f"The labels of {path.name} do not fit: {len(found)} for {len(asset.faces)} "
                "triangles.",
                "There must be one whole number for each triangle.",
            )
        kept, labels = np.unique(found, return_inverse=True)
        digits = default_names(max(int(kept.max()) + 1, len(kept)))
        names = [digits[k] if 0 <= k < len(digits) else f"part_{k}" for k in kept.tolist()]
        return labels.reshape(-1).astype(np.int64), names
    return nodes_as_parts(asset)


def chosen_part(wanted: str, names: list[str]) -> int:
    """The number of a part by its name. Raises BadInput with the names that there are."""
    if len(names) == 1 and wanted.casefold() != names[0].casefold():
        raise BadInput(
            f"There is no part named “{wanted:.60}”: all of it is one object, “{names[0]:.60}”.",
            "Take it apart first: decompose it into a .glb, and name a part of that.",
        )
    lower = [name.casefold() for name in names]
    if wanted in names:
        return names.index(wanted)
    if lower.count(wanted.casefold()) == 1:
        return lower.index(wanted.casefold())
    import difflib

    near = difflib.get_close_matches(wanted.casefold()[:100], lower, 3, 0.5)
    some = [names[lower.index(name)] for name in near] or names[:12]
    more = ", ..." if not near and len(names) > len(some) else ""
    verb = "There are" if len(some) > 1 else "The nearest is"
    raise BadInput(f"There is no part named “{wanted:.60}”.", f"{verb} {', '.join(some)}{more}.")


def _write(
    path: Path, asset: Asset, labels: NDArray[np.int64], names: list[str], done: Replaced
) -> None:
    """One file with all that there is."""
    from ..files.replaced import NewPart, write_replaced

    replaced: dict[int, list[NewPart]] = {}
    for variant in done.variants:
        extras = {"partwise": {"part": variant.name, "engine": done.engine}}
        new = NewPart(variant.vertices, variant.faces, done.material, extras)
        replaced.setdefault(variant.part, []).append(new)
    write_replaced(path, asset, labels, names, replaced)


def _files(options: Namespace, numbers: Iterable[int]) -> list[Path]:
    """The file of each variant, in a folder."""
    return [options.output / f"{options.input.stem}.{number + 1}.glb" for number in numbers]


def _draw(path: Path, asset: Asset, labels: NDArray[np.int64], done: Replaced, part: int) -> None:
    """The object before, and with each variant in its own colour and finish."""
    from ..contract.palette import part_colours
    from ..pictures.materials import colours_of_parts
    from ..pictures.preview import Cell, best_turn, contact_sheet

    count = int(labels.max()) + 1
    own_colours = colours_of_parts(asset, labels, count)
    colours = part_colours(count) if own_colours is None else own_colours
    wished = done.material.get("colour")
    new = colours if wished is None else np.tile(np.asarray(wished[:3]), (count, 1))
    both_colours = np.concatenate([colours, new])  # those of new parts stand behind
    shine = np.zeros(2 * count)
    shine[count:] = _shine(done.material)
    turn = best_turn(asset.vertices, asset.faces, labels == part, asset.up, enough=0.6)
    cells = [Cell(asset.vertices, asset.faces, labels, "before", asset.up, colours, turn)]
    for number in sorted({variant.number for variant in done.variants}):
        own = [variant for variant in done.variants if variant.number == number]
        keep = ~np.isin(labels, [variant.part for variant in own])
        vertices: list[Any] = [asset.vertices]
        faces, shown = [asset.faces[keep]], [labels[keep]]
        for variant in own:
            faces.append(variant.faces + sum(map(len, vertices)))
            shown.append(np.full(len(variant.faces), count + variant.part))
            vertices.append(variant.vertices)
        both = np.concatenate(vertices), np.concatenate(faces), np.concatenate(shown)
        cells.append(Cell(*both, own[0].name, asset.up, both_colours, turn, shine=shine))
    rows = [cells[start : start + 4] for start in range(0, len(cells), 4)]
    contact_sheet(path, rows, cell=WIDTH // len(rows[0]))


def _shine(material: Mapping[str, Any]) -> float:
    """How much of a mirror a finish is, for a picture."""
    smooth = 1 - float(material.get("roughness", 0.7))
    return 0.45 + 0.5 * smooth if material.get("metallic") else max(0.0, 0.6 * smooth - 0.2)
