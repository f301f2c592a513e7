# SPDX-License-Identifier: GPL-3.0-or-later
"""The autoencoder of vector sets: sets, codes and sizes."""

from __future__ import annotations

import pytest

torch = pytest.importorskip("torch", reason="latent networks need torch")

from backend.models.vecset import (  # noqa: E402
    CODE,
    PartEncoder,
    PartEncoderConfig,
    VecSet,
    VecSetConfig,
    point_code,
)

SMALL = VecSetConfig(6, 16, 2, 24, 2, heads=4)


@pytest.fixture
def network() -> VecSet:
    torch.manual_seed(0)
    return VecSet(SMALL).eval().requires_grad_(False)


def test_sizes_are_those_of_the_public_checkpoints() -> None:
    with torch.device("meta"):
        vecset, parts = VecSet(VecSetConfig()), PartEncoder(PartEncoderConfig())
    count = [sum(weight.numel() for weight in each.parameters()) for each in (vecset, parts)]
    assert count == pytest.approx([242.662e6, 56.804e6], abs=500)


def test_the_code_of_a_point_goes_axis_by_axis() -> None:
    code = point_code(torch.tensor([[0.5, -0.25, 1.0]]))[0]
    assert len(code) == CODE == 51
    assert code[:3].tolist() == [0.5, -0.25, 1.0]
    octaves = 2.0 ** torch.arange(8)
    assert torch.allclose(code[3:11], torch.sin(0.5 * octaves))
    assert torch.allclose(code[11:19], torch.sin(-0.25 * octaves))
    assert torch.allclose(code[27:35], torch.cos(0.5 * octaves))


def test_the_order_of_points_does_not_matter(network: VecSet) -> None:
    points = torch.randn(1, 40, 6)
    mean, spread = network.encode(points[:, :8], points)
    turned, _ = network.encode(points[:, :8], points.flip(1))
    assert mean.shape == spread.shape == (1, 8, 6)
    assert torch.allclose(mean, turned, atol=1e-5)


def test_queries_do_not_know_each_other(network: VecSet) -> None:
    shapes = network.decode(torch.randn(2, 8, 6))
    points = torch.rand(2, 30, 3)
    field = network.query(shapes, points)
    assert field.shape == (2, 30)
    assert torch.allclose(network.query(shapes, points[:, 10:12]), field[:, 10:12], atol=1e-6)
    assert not torch.allclose(field[0], field[1])


def test_half_precision_of_weights_does_not_move_points(network: VecSet) -> None:
    latents, points = torch.randn(1, 8, 6), torch.tensor([[[0.7001, 0.0, 0.0], [0.7, 0.0, 0.0]]])
    half = network.bfloat16()
    field = half.query(half.decode(latents.bfloat16()), points)
    assert field[0, 0] != field[0, 1]  # rounded to bfloat16 both are the same place


def test_what_an_object_says_of_its_part_is_another_channel() -> None:
    torch.manual_seed(0)
    network = PartEncoder(PartEncoderConfig(16, 2, 4)).eval().requires_grad_(False)
    part, whole = torch.randn(2, 20, 6), torch.randn(2, 30, 7)
    local, within = network(part[:, :5], part, part[:, 5:10], whole)
    assert local.shape == within.shape == (2, 5, 16)
    whole[..., 6] += 1
    again, other = network(part[:, :5], part, part[:, 5:10], whole)
    assert torch.equal(local, again)
    assert not torch.allclose(within, other, atol=1e-4)
