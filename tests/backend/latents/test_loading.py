# SPDX-License-Identifier: GPL-3.0-or-later
"""Networks from the files of public checkpoints, beside what the public code answers."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="latent networks need torch")

from backend.contract.errors import WeightsCorrupt, WeightsMissing  # noqa: E402
from backend.latents import loading  # noqa: E402
from tests.backend.latents import cases  # noqa: E402
from tests.backend.latents.cases import HEADS, TINY, written  # noqa: E402

PUBLIC = np.load(Path(__file__).parents[2] / "fixtures/parity.npz")


@pytest.fixture(scope="module")
def ours(tmp_path_factory: pytest.TempPathFactory) -> dict[str, torch.Tensor]:
    with torch.no_grad():
        return cases.answers(TINY, tmp_path_factory.mktemp("checkpoints"))


@pytest.mark.parametrize("what", PUBLIC.files)
def test_networks_answer_as_the_public_code(ours: dict[str, torch.Tensor], what: str) -> None:
    wanted = PUBLIC[what]
    assert ours[what].shape == wanted.shape
    assert np.abs(ours[what].numpy() - wanted).max() <= 1e-5 * max(1.0, np.abs(wanted).max())


def test_all_networks_are_compared(ours: dict[str, torch.Tensor]) -> None:
    assert set(ours) == set(PUBLIC.files)


def test_sizes_are_read_from_the_tensors(tmp_path: Path) -> None:
    dit = loading.dit(written(tmp_path / "dit", cases.trunk_arrays("HoloPart", TINY)))
    assert dit.config == cases.trunk_config("HoloPart", TINY)
    vae = loading.vecset(written(tmp_path / "vae", cases.vecset_arrays(TINY), HEADS))
    assert vae.config == TINY.vecset
    dino = loading.dinov2(written(tmp_path / "dino", cases.dino_arrays(TINY), HEADS))
    assert dino.config == TINY.dino
    clip = loading.clip_text(written(tmp_path / "clip", cases.clip_arrays(TINY), HEADS))
    assert clip.config == TINY.clip
    assert not any(weight.requires_grad for weight in clip.parameters())


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
def test_numbers_of_sixteen_bits_are_read_as_they_are_wanted(
    tmp_path: Path, dtype: torch.dtype
) -> None:
    from safetensors.torch import save_file

    arrays = cases.vecset_arrays(TINY)
    source = written(tmp_path / "vae", arrays, HEADS)
    half = {name: torch.from_numpy(array).to(dtype) for name, array in arrays.items()}
    save_file(half, source.folder / "diffusion_pytorch_model.safetensors")
    network = loading.vecset(loading.Source(source.folder, "VAE", dtype=torch.float32))
    assert {weight.dtype for weight in network.parameters()} == {torch.float32}
    wanted = arrays["quant.weight"]
    assert np.allclose(network.to_latent.weight.numpy(), wanted, atol=0.01 * np.abs(wanted).max())
    kept = loading.vecset(loading.Source(source.folder, "VAE", dtype=dtype))
    assert {weight.dtype for weight in kept.parameters()} == {dtype}


def _without_one(arrays: dict[str, np.ndarray]) -> None:
    del arrays["blocks.3.norm2.weight"]


def _with_another(arrays: dict[str, np.ndarray]) -> None:
    arrays["blocks.3.extra.weight"] = np.zeros(3, np.float32)


def _of_another_shape(arrays: dict[str, np.ndarray]) -> None:
    arrays["blocks.2.ff.net.2.bias"] = np.zeros(3, np.float32)


def _of_nothing_known(arrays: dict[str, np.ndarray]) -> None:
    arrays.clear()
    arrays["weight"] = np.zeros(3, np.float32)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (_without_one, "missing: blocks.3.norm2.weight"),
        (_with_another, "unexpected: blocks.3.extra.weight"),
        (_of_another_shape, "blocks.2.ff.2.bias: (3,)"),
        (_of_nothing_known, "proj_in.weight"),
    ],
)
def test_files_of_another_network_are_refused(
    tmp_path: Path, change: Callable[[dict[str, np.ndarray]], None], told: str
) -> None:
    arrays = cases.trunk_arrays("TripoSG", TINY)
    change(arrays)
    with pytest.raises(WeightsCorrupt, match="not those of TripoSG") as caught:
        loading.dit(written(tmp_path / "TripoSG", arrays))
    assert told in caught.value.detail


def test_an_autoencoder_is_no_transformer(tmp_path: Path) -> None:
    with pytest.raises(WeightsCorrupt, match="not those of VAE"):
        loading.dit(written(tmp_path / "VAE", cases.vecset_arrays(TINY), HEADS))


def test_an_empty_folder_has_no_weights(tmp_path: Path) -> None:
    with pytest.raises(WeightsMissing, match="no weights of HoloPart"):
        loading.dit(loading.Source(tmp_path, "HoloPart"))
