# SPDX-License-Identifier: GPL-3.0-or-later
"""The part generator's weights: both networks in one file."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

from ..checkpoints.load import Weights, weights
from ..checkpoints.packing import unpacked
from ..contract.arrays import Singles
from ..latents.part_generator import OPS, PartGenerator
from ..models import partflow, partset
from ..models.partflow import PartFlow, PartFlowConfig
from ..models.partset import PartSet, PartSetConfig

OWNER = "the flow engine"
VERSION = 8  # of what the file holds, and of how shapes and words are told
LATER = {"looking", "place_width"}  # sizes that came after the version
AUTOENCODER, FLOW = "autoencoder.", "flow."  # what the names of the arrays begin with


def read_generator(path: Path) -> PartGenerator:
    """The networks of a file. Raises WeightsMissing or WeightsCorrupt."""
    with weights(path, OWNER) as found:
        if json.loads(found.about["version"]) != VERSION:
            raise found.of_another_version()
        told: Mapping[str, Any] = {
            name: json.loads(found.about[name]) for name in ("autoencoder", "flow")
        }
        for given, config in ((told["autoencoder"], PartSetConfig), (told["flow"], PartFlowConfig)):
            # What has a default that changes nothing may be missing: older files lack `looking`.
            known = {each.name for each in fields(config)}
            if not known - LATER <= set(given) <= known:
                raise found.of_another_version()
        of_shapes, of_flow = PartSetConfig(**told["autoencoder"]), PartFlowConfig(**told["flow"])
        lattice = [(c.cells, c.whole_cells, c.channels) for c in (of_shapes, of_flow)]
        wanted = {
            **{AUTOENCODER + name: shape for name, shape in partset.shapes(of_shapes).items()},
            **{FLOW + name: shape for name, shape in partflow.shapes(of_flow).items()},
        }
        arrays = unpacked(found.arrays)
        if lattice[0] != lattice[1] or arrays.keys() != wanted.keys():
            raise found.of_another_version()
        arrays = Weights(arrays, found.about, OWNER).exactly(wanted)
    return PartGenerator(
        PartSet(of_shapes, _beginning(AUTOENCODER, arrays), OPS),
        PartFlow(of_flow, _beginning(FLOW, arrays), OPS),
    )


def _beginning(start: str, arrays: Mapping[str, Singles]) -> dict[str, Singles]:
    """The arrays whose names begin so, by the rest of their names."""
    return {n.removeprefix(start): a for n, a in arrays.items() if n.startswith(start)}
