# SPDX-License-Identifier: GPL-3.0-or-later
"""What is measured of the part generator: tasks with their cases, methods and columns.

A task turns a case, mostly an object, into rows of figures by method; the tables have the means
over all rows.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from ..contract.errors import BadInput
from ..engines import geometric, inflate, learned
from .data import Labelled, Source, procedural
from .generation import FAMILIES
from .generator_diversity import diverse, kinds
from .generator_masks import segmented
from .generator_objects import FLOW, upright
from .generator_parts import Rows, coded, regenerated
from .generator_pictures import of_pictures
from .generator_runs import ablated
from .generator_runs import methods as run_methods
from .generator_words import IN_PLACE, OBJECTS, Vocabulary, said

Column = tuple[str, str, bool | None]  # a figure, how it is written, whether less is better
SECONDS: dict[str, Column] = {"seconds": ("seconds", ".2f", None)}


@dataclass(frozen=True)
class Task:
    """A measurement.

    heading : of its tables. count : cases, where no number is asked for. methods : in the order of
    the tables. columns : head -> `Column`, of None for what is neither. measure : of a case, by
    some methods, with a seed. own : so many cases. artists : whether objects of files, in whole
    parts, are cases too.
    """

    heading: str
    count: int
    methods: tuple[str, ...]
    columns: dict[str, Column]
    measure: Callable[[Labelled, Sequence[str], int], Rows]
    own: Callable[[int], Sequence[Source]]
    artists: bool = False


TASKS: dict[str, Task] = {
    "parts": Task(
        "parts encoded and decoded",
        24,
        ("block", "object's frame", "own frame", "all latents"),
        {"IoU": ("iou", ".3f", False), "F": ("f", ".3f", False),
         "Chamfer": ("chamfer", ".3f", True), **SECONDS},
        coded,
        upright,
        artists=True,
    ),
    "masks": Task(
        "segments of latents",
        60,
        (geometric.ABOUT.name, learned.ABOUT.name, "latents"),
        {"Rand error": ("rand", ".3f", True), "IoU": ("iou", ".3f", False),
         "parts": ("parts", ".1f", None), "true": ("true_parts", ".1f", None),
         "one part": ("one_part", ".3f", None), **SECONDS},
        segmented,
        procedural,
    ),
    "regenerate": Task(
        "parts made anew in context",
        24,
        ("block", "library", FLOW),
        {"Chamfer": ("chamfer", ".3f", True), "IoU": ("iou", ".3f", False),
         "answered": ("answered", ".2f", None), **SECONDS},
        regenerated,
        upright,
        artists=True,
    ),
    "words": Task(
        "parts of a word",
        48,
        ("chance", "library", FLOW, IN_PLACE, "true part"),
        {"nearest": ("first", ".3f", False), "among five": ("any", ".3f", False),
         "of five": ("share", ".3f", False), "among five, stretched": ("cube", ".3f", False),
         **SECONDS},
        said,
        lambda count: [Vocabulary(count, min(OBJECTS, 4 * count))],
    ),
    "pictures": Task(
        "parts of a picture",
        24,
        (inflate.ABOUT.name, FLOW),
        {"CD x100": ("chamfer", ".2f", True), "F": ("f", ".3f", False),
         "parts' IoU": ("iou", ".3f", False), "parts": ("parts", ".1f", None),
         "true": ("true_parts", ".1f", None), **SECONDS},
        of_pictures,
        partial(upright, families=FAMILIES),
    ),
    "diversity": Task(
        "samples of a word",
        4,
        ("family", FLOW),
        {"coverage": ("coverage", ".3f", False), "1-NN accuracy": ("nearest", ".3f", None),
         "MMD": ("mmd", ".3f", True), "made": ("made", ".0f", None), **SECONDS},
        diverse,
        kinds,
    ),
}  # fmt: skip


ABLATED: dict[str, Column] = {
    **TASKS["regenerate"].columns,
    "held out, own frame": ("held_own", ".4f", True),
    "held out, all": ("held_all", ".4f", True),
}


def task_of(name: str, folder: Path | None = None) -> Task:
    """The task of a name. folder : of runs, for "ablations". Raises BadInput where it is none."""
    if name != "ablations":
        return TASKS[name]
    if folder is None:
        raise BadInput("Ablations need runs to measure.", "Give their folder: --ablations FOLDER.")
    return ablations(folder)


def ablations(folder: Path) -> Task:
    """Runs of a folder, on the parts that are made anew. Raises BadInput where there are none."""
    measure = partial(ablated, folder=folder)
    return Task("ablations", 12, run_methods(folder), ABLATED, measure, upright)
