# SPDX-License-Identifier: GPL-3.0-or-later
"""First contact with the files of a model: what is measured, and what is told as odd."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

torch = pytest.importorskip("torch", reason="latent networks need torch")

from backend.checkpoints.public import MODELS, public_model  # noqa: E402
from backend.contract.errors import Cancelled, WeightsCorrupt  # noqa: E402
from backend.contract.progress import Progress  # noqa: E402
from backend.latents.contact import (  # noqa: E402
    CENTRE,
    LOADERS,
    RADIUS,
    Effort,
    Finding,
    field_findings,
    measured,
    networks_of,
    sphere_points,
)
from tests.backend.latents.tiny_models import tiny_model  # noqa: E402

SHORT = Effort(points=512, tokens=32, cells=32)
Places = NDArray[np.float32]


def told(findings: list[Finding], about: str) -> str:
    return "\n".join(one.said for one in findings if one.about == about)


def test_points_lie_evenly_on_the_sphere() -> None:
    points = sphere_points(4000)
    assert np.allclose(np.linalg.norm(points[:, :3] - CENTRE, axis=1), RADIUS, atol=1e-6)
    assert np.allclose(points[:, :3], CENTRE + RADIUS * points[:, 3:], atol=1e-6)
    octant = (np.signbit(points[:, 3:]) * [1, 2, 4]).sum(axis=1)
    assert np.allclose(np.bincount(octant) / len(points), 1 / 8, atol=0.002)


def sphere(steep: float, radius: float = RADIUS) -> Callable[[Places], Places]:
    def field(points: Places) -> Places:
        away = radius - np.linalg.norm(points - CENTRE, axis=1)
        return np.tanh(steep * away).astype(np.float32)

    return field


def test_a_right_field_has_its_scale_radius_and_centre_told() -> None:
    found = list(field_findings(sphere(12.0), 64))
    assert not any(one.odd for one in found)
    assert "falls by 11.9" in told(found, "field")
    assert "positive inside" in told(found, "field")
    assert "-0.05: 0.5370 ± 0.0000" in told(found, "field")
    assert "radius 0.5997 ± 0.0002" in told(found, "sphere")
    assert "centre (0.100, -0.050, 0.200)" in told(found, "sphere")


def test_a_field_that_is_a_grid_of_504_read_as_512_is_odd() -> None:
    def shrunk(points: Places) -> Places:
        return sphere(12.0)((points + 0.0164) / 0.984375)

    found = list(field_findings(shrunk, 64))
    assert [one.about for one in found if one.odd] == ["sphere"]


def test_a_field_of_the_other_sign_is_odd() -> None:
    found = list(field_findings(lambda points: -sphere(12.0)(points), 32))
    assert "not positive inside" in told([one for one in found if one.odd], "field")


def test_a_field_without_a_surface_is_odd() -> None:
    found = list(field_findings(lambda points: np.full(len(points), -1.0, np.float32), 32))
    assert "no surface" in told([one for one in found if one.odd], "sphere")


@pytest.mark.parametrize("name", [model.name for model in MODELS])
def test_all_that_a_model_consists_of_is_measured(tmp_path: Path, name: str) -> None:
    folder, model = tiny_model(tmp_path, name), public_model(name)
    before = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")}
    shares: list[int] = []
    progress = Progress(lambda _, done, __: shares.append(done))
    found = list(measured(model, folder, "cpu", SHORT, progress))
    assert {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")} == before
    assert shares == sorted(shares)
    networks = [one.name for one in model.consists if one.network]
    keys = told(found, "keys").splitlines()
    assert [line.split(":")[0] for line in keys] == networks
    assert all("all fit" in line for line in keys)
    assert set(networks) <= set(LOADERS)
    assert "shift 1" in told(found, "schedule")
    assert "(32, 16): mean" in told(found, "latents")
    assert ("picture" in {one.about for one in found}) == ("image_encoder_dinov2" in networks)
    assert ("words" in {one.about for one in found}) == ("text_encoder" in networks)


def test_a_shift_and_a_schedule_that_cannot_be_read_are_told(tmp_path: Path) -> None:
    folder, model = tiny_model(tmp_path, "triposg"), public_model("triposg")
    path = folder / "scheduler/scheduler_config.json"
    path.write_text(json.dumps({"shift": 3.0, "num_train_timesteps": 1000}))
    said = told(list(measured(model, folder, "cpu", SHORT)), "schedule")
    assert "num_train_timesteps 1000, shift 3.0" in said
    assert "(1.000, 0.993," in said
    path.write_text("{}")
    assert "no shift" in told(list(measured(model, folder, "cpu", SHORT)), "schedule")
    path.write_text("{")
    odd = [one for one in measured(model, folder, "cpu", SHORT) if one.odd]
    assert "cannot be read" in told(odd, "schedule")


def test_what_fails_is_told_and_the_rest_is_measured_all_the_same(tmp_path: Path) -> None:
    folder, model = tiny_model(tmp_path, "triposg"), public_model("triposg")
    weights = folder / "transformer/diffusion_pytorch_model.safetensors"
    weights.write_bytes((folder / "vae/diffusion_pytorch_model.safetensors").read_bytes())
    with pytest.raises(WeightsCorrupt, match="not those of transformer of TripoSG"):
        networks_of(model, folder)
    found = list(measured(model, folder, "cpu", SHORT))
    assert "not those of transformer" in told([one for one in found if one.odd], "failed")
    assert told(found, "keys").startswith("vae: all fit")
    assert told(found, "latents")
    assert told(found, "picture")


def test_it_can_be_stopped(tmp_path: Path) -> None:
    folder, model = tiny_model(tmp_path, "triposg"), public_model("triposg")

    def stop(_stage: str, done: int, _whole: int) -> None:
        if done:
            raise Cancelled

    with pytest.raises(Cancelled):
        list(measured(model, folder, "cpu", SHORT, Progress(stop)))
