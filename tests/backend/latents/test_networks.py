# SPDX-License-Identifier: GPL-3.0-or-later
"""The networks of a public model, with tiny random weights."""

from __future__ import annotations

from pathlib import Path

import pytest

torch = pytest.importorskip("torch", reason="latent networks need torch")

from backend.checkpoints.public import MODELS, public_model  # noqa: E402
from backend.contract.errors import WeightsCorrupt  # noqa: E402
from backend.latents.networks import Networks  # noqa: E402
from backend.machine.device import Device  # noqa: E402
from backend.machine.resident import residents  # noqa: E402
from tests.backend.latents.tiny_models import CONFIGS, tiny_model  # noqa: E402

READS = {
    "transformer": "dit",
    "vae": "vecset",
    "part_encoder": "part_encoder",
    "image_encoder_dinov2": "dinov2",
    "text_encoder": "clip_text",
    "tokenizer": "pieces",
    "scheduler": "shift",
}


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PARTWISE_HOME", str(tmp_path))
    return tmp_path


def networks(name: str) -> Networks:
    return Networks(name, name == "scribble", Device("cpu", "processor"))


@pytest.mark.parametrize("name", [model.name for model in MODELS])
def test_each_model_has_the_networks_of_its_folders(home: Path, name: str) -> None:
    pytest.importorskip("tokenizers", reason="words are cut by tokenizers")
    tiny_model(home, name)
    known = networks(name)
    assert known.dit().config == CONFIGS[name]
    assert known.shift() == 1.0
    for part in public_model(name).components:
        if part in READS:
            assert getattr(known, READS[part])() is not None


def test_a_network_is_read_once_and_counted(home: Path) -> None:
    folder = tiny_model(home, "holopart")
    first = networks("holopart").dit()
    assert networks("holopart").dit() is first
    name = f"{folder / 'transformer'} cpu float32"
    assert residents.sizes()[name] == sum(4 * weight.numel() for weight in first.parameters())


def test_settings_that_cannot_be_read_are_told(home: Path) -> None:
    path = tiny_model(home, "triposg") / "scheduler/scheduler_config.json"
    for text in ("{", "[]", '{"shift": "far"}'):
        path.write_text(text)
        with pytest.raises(WeightsCorrupt, match=r"scheduler_config\.json of TripoSG"):
            networks("triposg").shift()
    path.write_text('{"shift": 3}')
    assert networks("triposg").shift() == 3.0
