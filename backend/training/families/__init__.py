# SPDX-License-Identifier: GPL-3.0-or-later
"""Families of training shapes: each function makes a random `Sculpture` of one kind of object."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ..sculpt import Sculpture
from . import (
    animals,
    blobs,
    chairs,
    critters,
    figures,
    fishes,
    fittings,
    household,
    machines,
    people,
    planes,
    tables,
    tools,
    utensils,
    vehicles,
    vessels,
)

SCULPTORS: dict[str, Callable[[np.random.Generator], Sculpture]] = {
    "human": people.human,
    "hand": people.hand,
    "quadruped": animals.quadruped,
    "bird": animals.bird,
    "fish": fishes.fish,
    "vase": vessels.vase,
    "cup": vessels.cup,
    "teapot": vessels.teapot,
    "chair": chairs.chair,
    "table": tables.table,
    "airplane": planes.airplane,
    "blob": blobs.blob,
    "insect": critters.insect,
    "octopus": critters.octopus,
    "snake": critters.snake,
    "reptile": critters.reptile,
    "beast": critters.beast,
    "teddy": figures.teddy,
    "bust": figures.bust,
    "plant": figures.plant,
    "bottle": household.bottle,
    "goblet": household.goblet,
    "lamp": household.lamp,
    "bed": household.bed,
    "shelf": household.shelf,
    "stool": household.stool,
    "car": vehicles.car,
    "boat": vehicles.boat,
    "helicopter": vehicles.helicopter,
    "rocket": vehicles.rocket,
    "glasses": tools.glasses,
    "pliers": tools.pliers,
    "hammer": tools.hammer,
    "cutlery": utensils.cutlery,
    "drill": tools.drill,
    "guitar": utensils.guitar,
    "key": utensils.key,
    "bearing": machines.bearing,
    "flange": machines.flange,
    "bracket": machines.bracket,
    "gear": machines.gear,
    "rod": machines.rod,
    "pipe": fittings.pipe,
    "bolt": fittings.bolt,
    "composite": fittings.composite,
}
