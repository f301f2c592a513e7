# SPDX-License-Identifier: GPL-3.0-or-later
"""Completers joined: the mean of their members, whatever their width and age."""

import json
from dataclasses import asdict

import numpy as np
import pytest
from safetensors.numpy import save_file

from backend.checkpoints.catalogue import write_checksums
from backend.engines.completion_features import NAMES
from backend.engines.hidden import read_completer
from backend.models.completer import Completer, CompleterConfig, shapes
from backend.training.completer_join import main


def written(path, config, seed, names=NAMES):
    rng = np.random.default_rng(seed)
    arrays = {n: rng.normal(size=s).astype(np.float32) / 4 for n, s in shapes(config).items()}
    arrays["deviation"] = np.ones(config.features, np.float32)
    save_file(arrays, path, {"config": json.dumps(asdict(config)), "features": json.dumps(names)})
    return Completer(config, arrays)


def test_joined_they_say_their_mean(tmp_path):
    old, wide = (tmp_path / f"{name}.safetensors" for name in ("old", "wide"))
    fewer = len(NAMES) - 5
    one = written(old, CompleterConfig(fewer, 8, 3), 0, NAMES[:fewer])
    other = written(wide, CompleterConfig(len(NAMES), 12, 3), 1)
    out = tmp_path / "completer.safetensors"
    assert main([str(old), str(wide), f"--out={out}"]) == 0
    write_checksums(tmp_path)
    joined = read_completer(out)
    assert joined.config == CompleterConfig(len(NAMES), 12, 3, members=2)
    rows = np.random.default_rng(2).normal(size=(7, len(NAMES))).astype(np.float32)
    mean = (one(rows[:, :fewer]) + other(rows)) / 2
    assert np.allclose(joined(rows), mean, atol=1e-3)
    again = tmp_path / "again.safetensors"
    assert main([str(out), str(old), f"--out={again}"]) == 0
    write_checksums(tmp_path)
    assert read_completer(again).config.members == 3


def test_those_of_other_layers_or_features_are_not_joined(tmp_path):
    one, deep, other = (tmp_path / f"{name}.safetensors" for name in ("one", "deep", "other"))
    written(one, CompleterConfig(len(NAMES), 8, 3), 0)
    written(deep, CompleterConfig(len(NAMES), 8, 4), 0)
    written(other, CompleterConfig(2, 8, 3), 0, ["colour", "smell"])
    for path, why in ((deep, "layers"), (other, "features")):
        with pytest.raises(SystemExit, match=why):
            main([str(one), str(path), f"--out={tmp_path / 'joined.safetensors'}"])
