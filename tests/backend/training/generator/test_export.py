# SPDX-License-Identifier: GPL-3.0-or-later
"""The file that ships, of what trainers wrote."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pytest
from safetensors import safe_open
from safetensors.numpy import save_file

from backend.contract.errors import WeightsCorrupt
from backend.engines.part_weights import read_generator
from backend.models import partflow, partset
from backend.training.generator import export
from tests.backend.latents.tiny_generator import FLOW, SHAPES, arrays_of, other_lattice


def run_file(path: Path, arrays: dict[str, np.ndarray], config: object, step: int) -> Path:
    """As `run.Run.save` writes it: matrices in half precision."""
    held = {n: a.astype(np.float16 if a.ndim > 1 else np.float32) for n, a in arrays.items()}
    save_file(held, path, {"config": json.dumps(asdict(config)), "step": str(step)})  # type: ignore[call-overload]
    return path


@pytest.mark.parametrize("eight", [False, True])
def test_two_runs_become_one_file(
    tmp_path: Path, eight: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    shapes, moves = arrays_of(partset.shapes(SHAPES), 1), arrays_of(partflow.shapes(FLOW), 2)
    out = tmp_path / "generator.safetensors"
    words = [
        "--autoencoder", str(run_file(tmp_path / "a.safetensors", shapes, SHAPES, 5)),
        "--flow", str(run_file(tmp_path / "f.safetensors", moves, FLOW, 7)),
        "--out", str(out),
    ]  # fmt: skip
    assert export.main([*words, *(["--int8"] if eight else [])]) == 0
    assert str(out) in capsys.readouterr().out
    found = read_generator(out)
    assert found.autoencoder.config == SHAPES
    assert found.flow.config == FLOW
    for before, after in (
        (shapes, found.autoencoder.arrays),
        (moves, found.flow.arrays),
    ):
        for name, array in before.items():
            np.testing.assert_allclose(after[name], array, atol=0.02 * np.abs(array).max() + 1e-6)
    with safe_open(out, "np") as file:
        about = file.metadata()
    assert about["autoencoder step"] == "5"
    assert about["flow step"] == "7"
    assert not list(tmp_path.glob("*.part"))


def test_networks_that_do_not_belong_together_are_refused(tmp_path: Path) -> None:
    other = other_lattice()
    shapes, moves = arrays_of(partset.shapes(SHAPES), 1), arrays_of(partflow.shapes(other), 2)
    words = [
        "--autoencoder", str(run_file(tmp_path / "a.safetensors", shapes, SHAPES, 5)),
        "--flow", str(run_file(tmp_path / "f.safetensors", moves, other, 7)),
        "--out", str(tmp_path / "generator.safetensors"),
    ]  # fmt: skip
    with pytest.raises(WeightsCorrupt, match="another version"):
        export.main(words)
