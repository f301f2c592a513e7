# SPDX-License-Identifier: GPL-3.0-or-later
"""Boxes and balls that tests put together."""

import numpy as np
import trimesh

from backend.shapes.occluded import Whole
from backend.training.generator.objects import PartObject


def box(low, high, name=""):
    """A box of twelve faces."""
    made = trimesh.creation.box(bounds=[low, high])
    return Whole(np.asarray(made.vertices, float), np.asarray(made.faces, np.int64), name)


def ball(middle, radius, name=""):
    """A ball that is as near to round as 0.3 % of its radius."""
    made = trimesh.creation.icosphere(4, radius)
    places = np.asarray(made.vertices, float) + middle
    return Whole(places, np.asarray(made.faces, np.int64), name)


def grey(*parts):
    """Parts as an object; in its frame if they are."""
    colours = np.full((len(parts), 3), 0.5, np.float32)
    return PartObject(list(parts), colours, "thing", "nodes", "things")
