# SPDX-License-Identifier: GPL-3.0-or-later
"""The part generator's file."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pytest

from backend.contract.errors import WeightsCorrupt, WeightsMissing
from backend.engines.part_weights import read_generator
from tests.backend.latents.tiny_generator import (
    SHAPES,
    Arrays,
    other_lattice,
    tiny_file,
    tiny_generator,
)


@pytest.mark.parametrize("eight", [False, True])
def test_a_file_holds_both_networks(tmp_path: Path, eight: bool) -> None:
    found = tiny_generator(tmp_path, eight=eight)
    assert found.flow.config.channels == found.autoencoder.config.channels
    every = [*found.autoencoder.arrays.values(), *found.flow.arrays.values()]
    assert {array.dtype for array in every} == {np.dtype(np.float32)}


def test_what_is_missing_damaged_or_of_another_version_is_said(tmp_path: Path) -> None:
    with pytest.raises(WeightsMissing, match="flow engine are missing"):
        read_generator(tmp_path / "none.safetensors")
    torn = tmp_path / "torn.safetensors"
    torn.write_bytes(tiny_file(tmp_path / "whole.safetensors").read_bytes()[:5000])
    with pytest.raises(WeightsCorrupt, match="damaged"):
        read_generator(torn)

    def renamed(shapes: Arrays, flow: Arrays) -> None:
        flow["extra"] = np.zeros((2, 2), np.float32)

    def wider(shapes: Arrays, flow: Arrays) -> None:
        flow["box.out.bias"] = np.zeros(9, np.float32)

    def endless(shapes: Arrays, flow: Arrays) -> None:
        shapes["field.out.bias"][0] = np.nan

    for change, said in ((renamed, "version"), (wider, "version"), (endless, "damaged")):
        path = tiny_file(tmp_path / f"{change.__name__}.safetensors", change=change)
        with pytest.raises(WeightsCorrupt, match=said):
            read_generator(path)
    with pytest.raises(WeightsCorrupt, match="version"):
        read_generator(tiny_file(tmp_path / "lattice.safetensors", flow=other_lattice()))


@pytest.mark.parametrize(
    ("about", "said"),
    [
        ({"version": "1"}, "of another version"),
        ({"flow": None}, "damaged"),
        ({"version": None}, "damaged"),
        ({"flow": '{"width": 16}'}, "of another version"),
        ({"flow": "[]"}, "of another version"),
    ],
)
def test_what_the_file_says_of_itself_is_not_trusted(
    tmp_path: Path, about: dict[str, str | None], said: str
) -> None:
    path = tiny_file(tmp_path / "generator.safetensors")
    tell(path, about)
    with pytest.raises(WeightsCorrupt, match=said):
        read_generator(path)


def test_a_file_from_before_places_looked_at_each_other_is_read(tmp_path: Path) -> None:
    path = tiny_file(tmp_path / "generator.safetensors")
    former = {n: v for n, v in asdict(SHAPES).items() if n not in ("looking", "place_width")}
    tell(path, {"autoencoder": json.dumps(former)})
    assert read_generator(path).autoencoder.config == SHAPES
    tell(path, {"autoencoder": json.dumps(former | {"new": 1})})
    with pytest.raises(WeightsCorrupt, match="of another version"):
        read_generator(path)


def tell(path: Path, about: dict[str, str | None]) -> None:
    """Make a file say something else of itself, or nothing."""
    from safetensors import safe_open
    from safetensors.numpy import save_file

    with safe_open(path, "np") as file:
        arrays = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
        told = {**file.metadata(), **about}
    save_file(arrays, path, {name: text for name, text in told.items() if text is not None})
