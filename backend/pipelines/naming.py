# SPDX-License-Identifier: GPL-3.0-or-later
"""What the parts of a labelled mesh are to be called, for the command line."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..contract.arrays import Floats, Ints
from ..contract.engines import AUTO
from ..contract.name_templates import NUMBERS, numbered, read_template
from ..contract.part_kinds import kinds_of
from ..contract.part_names import by_template, part_names
from ..contract.part_shapes import measure


def name_parts(
    vertices: Floats, faces: Ints, labels: NDArray[np.integer], names: str = AUTO
) -> list[str]:
    """A name for each of K parts.

    vertices : (V, 3), z up and facing -y. labels : (F,) 0..K-1 without gaps. names : ``auto``, by
    what and where parts are; ``numbers``; or a template, as of `part_names.read_template`.
    """
    count = int(labels.max()) + 1
    if names == NUMBERS:
        return numbered(count)
    shapes = measure(vertices[faces], labels, count)
    found = part_names(shapes, *kinds_of(shapes))
    return found if names == AUTO else by_template(read_template(names), found, shapes.area)
