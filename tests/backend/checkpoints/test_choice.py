# SPDX-License-Identifier: GPL-3.0-or-later
"""Which files are needed: settings first, one file or all shards of each network, no pickles."""

from __future__ import annotations

import pytest

from backend.checkpoints.choice import wanted
from backend.checkpoints.public import MODELS
from backend.contract.errors import BadInput, WeightsMissing
from tests.backend.checkpoints.toy_model import (
    NARROW,
    SETTINGS,
    WIDE,
    needed,
    repository_files,
    toy,
)

MODEL = toy()
REST = [name for name in needed() if not name.startswith("transformer")]
STEM = "transformer/diffusion_pytorch_model"


def chosen(*transformer: str) -> list[str]:
    found = wanted(MODEL, [*REST, *(f"transformer/{name}" for name in transformer)])
    return [name.removeprefix("transformer/") for name in found if name.startswith("transformer")]


def test_settings_come_first_and_nothing_else_than_what_is_needed() -> None:
    found = wanted(MODEL, repository_files())
    assert set(found) == needed()
    assert len(found) == len(needed())
    assert found[0] == "LICENSE"
    assert found[-2:] == [WIDE, NARROW]
    assert SETTINGS in found


def test_sixteen_bits_are_chosen_where_there_are_both() -> None:
    plain, half = "diffusion_pytorch_model.safetensors", "diffusion_pytorch_model.fp16.safetensors"
    assert chosen("config.json", plain, half) == ["config.json", half]
    assert chosen(plain, "model.safetensors") == [plain]
    assert chosen("weights.safetensors", "pytorch_model.bin") == ["weights.safetensors"]


def test_of_shards_all_are_needed_and_their_index() -> None:
    names = [f"model-{i:05}-of-00003.safetensors" for i in (1, 2, 3)]
    index = "model.safetensors.index.json"
    others = ["other-00001-of-00003.safetensors", "model.fp16-00001-of-00003.safetensors"]
    assert chosen(index, *names, *others) == [index, *names]
    with pytest.raises(WeightsMissing, match="files of weights that"):
        chosen(index, *names[:2])


@pytest.mark.parametrize("name", ["diffusion_pytorch_model.bin", "model.ckpt", "weights.pth"])
def test_pickles_are_refused(name: str) -> None:
    with pytest.raises(BadInput, match="only as a pickle"):
        chosen("config.json", name)


def test_what_lacks_is_named() -> None:
    with pytest.raises(WeightsMissing, match="weights of transformer lacks"):
        chosen("config.json")
    with pytest.raises(WeightsMissing, match="scheduler_config"):
        wanted(MODEL, [name for name in needed() if name != SETTINGS])
    # A folder of that name elsewhere is another one.
    with pytest.raises(WeightsMissing, match="weights of transformer lacks"):
        wanted(MODEL, [*REST, f"old/{STEM}.safetensors"])


@pytest.mark.parametrize(
    "name",
    ["../model.safetensors", "..\\model.safetensors", "C:model.safetensors", "a b.safetensors"],
)
def test_names_that_lead_elsewhere_are_not_seen(name: str) -> None:
    with pytest.raises(WeightsMissing, match="weights of transformer lacks"):
        chosen("config.json", name)


def test_each_known_model_can_be_chosen_from_what_its_authors_publish() -> None:
    for model in MODELS:
        names = ["LICENSE.txt", "model_index.json"]
        for component in model.consists:
            names += [f"{component.name}/{name}" for name in component.needs]
            if component.network:
                names += [f"{component.name}/config.json", f"{component.name}/model.safetensors"]
        found = wanted(model, names)
        assert {name.split("/")[0] for name in found if "/" in name} == set(model.components)
        assert "LICENSE.txt" in found
