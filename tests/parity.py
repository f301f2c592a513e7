# SPDX-License-Identifier: GPL-3.0-or-later
"""Our latent networks beside the public ones, with random weights: ``python -m tests.parity``.

The public code is not part of Partwise: give the folders of its checkouts, in an environment that
has diffusers and transformers; docs/parity.md says how. Each network is made at a tiny width and
its full depth, both sides read the same weights, and answer the same question in single precision.
"""

from __future__ import annotations

import argparse
import sys
import types
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from tests.backend.latents import cases
from tests.backend.latents.cases import FULL, STEPS, TINY, Answers, Arrays, Sizes

FIXTURE = Path(__file__).parent / "fixtures/parity.npz"
ALLOWED = 1e-5  # of the largest value


def public(folder: Path, package: str, name: str) -> Any:
    """A class of a public checkout, whose package's other modules are out of the way."""
    for loaded in [each for each in sys.modules if each.split(".")[0] == package]:
        del sys.modules[loaded]
    sys.path.insert(0, str(folder))
    try:
        module, _, attribute = name.rpartition(".")
        return getattr(__import__(f"{package}.{module}", fromlist=[attribute]), attribute)
    finally:
        sys.path.remove(str(folder))


def filled(network: nn.Module, arrays: Arrays) -> nn.Module:
    """The network with these weights, all of which it must know."""
    state = {name: torch.from_numpy(array) for name, array in arrays.items()}
    network.load_state_dict(state, strict=True)
    return network.eval()


def euler(velocity: Callable[[Tensor, float], Tensor], noise: Tensor, scheduler: Any) -> Tensor:
    """Sampling by the public scheduler."""
    scheduler.set_timesteps(STEPS)
    x = noise
    for time in scheduler.timesteps:
        x = scheduler.step(velocity(x, float(time)), time, x, return_dict=False)[0]
    return x


def trunk(name: str, folder: Path, package: str, sizes: Sizes) -> Answers:
    """See `cases.trunk_answers`."""
    make = public(folder, package, "models.transformers.TripoSGDiTModel")
    scheduler = public(folder, package, "schedulers.RectifiedFlowScheduler")()
    config = cases.trunk_config(name, sizes)
    given: dict[str, Any] = {"cross_attention_dim": config.contexts[0]}
    if len(config.contexts) == 2:
        given |= {"use_cross_attention_2": True, "cross_attention_2_dim": config.contexts[1]}
    if name == "HoloPart":
        given["use_cross_attention"] = True
    network = make(
        num_attention_heads=config.heads, width=config.width, in_channels=config.channels,
        num_layers=config.blocks, **given,
    )  # fmt: skip
    filled(network, cases.trunk_arrays(name, sizes))
    tokens, (noise, times) = cases.trunk_contexts(name, sizes), cases.trunk_noise(sizes)
    keys = ("encoder_hidden_states", "encoder_hidden_states_2")
    strengths = cases.STRENGTHS.get(name)
    guidance = cases.GUIDANCE[name]

    def asked(x: Tensor, time: Tensor, contexts: list[Tensor]) -> Tensor:
        said = dict(zip(keys, contexts, strict=False))
        more = {} if strengths is None else {"cross_attention_2_scale": strengths[1]}
        return network(x, time, **said, attention_kwargs=more, return_dict=False)[0]

    def guided(x: Tensor, time: float) -> Tensor:
        both = [torch.cat([torch.zeros_like(one), one]) for one in tokens]
        none, full = asked(torch.cat([x, x]), torch.full((4,), time), both).chunk(2)
        return none + guidance * (full - none)

    return {
        "two times": asked(noise, times, tokens),
        "sampling": euler(guided, noise, scheduler),
    }


def autoencoder(folder: Path, sizes: Sizes) -> Answers:
    make = public(folder, "triposg", "models.autoencoders.TripoSGVAEModel")
    config = sizes.vecset
    network = make(
        latent_channels=config.channels, num_attention_heads=config.heads,
        width_encoder=config.encoder_width, width_decoder=config.decoder_width,
        num_layers_encoder=config.encoder_blocks, num_layers_decoder=config.decoder_blocks,
    )  # fmt: skip
    filled(network, cases.vecset_arrays(sizes))
    points = cases.cloud(2)
    network._sample_features = lambda points, tokens, seed: points[:, :16]
    posterior = network.encode(points).latent_dist
    latents = cases.normal(2, 16, 16, seed=3)
    field = network.decode(latents, cases.cloud(2, 3, seed=9)).sample.squeeze(-1)
    return {"mean": posterior.mean, "log variance": posterior.logvar, "field": field}


def part_encoder(folder: Path, sizes: Sizes) -> Answers:
    make = public(folder, "holopart", "models.part_encoders.PartEncoder")
    config = sizes.part_encoder
    network = make(
        part_feature_channels=3, whole_feature_channels=4, dim=config.width,
        num_attention_heads=config.heads, num_layers=config.blocks, part_local=True,
    )  # fmt: skip
    filled(network, cases.part_arrays(sizes))
    part, whole = cases.cloud(1, seed=3), cases.cloud(1, 7, seed=4)

    def coded(points: Tensor) -> Tensor:
        return torch.cat([network.embedder(points[..., :3]), points[..., 3:]], dim=-1)

    return {
        "part": network.encoder_local(coded(part[:, :16]), coded(part)),
        "part in its object": network.encoder_context(coded(part[:, 16:32]), coded(whole)),
    }


def parts(folder: Path, sizes: Sizes) -> Answers:
    """See `cases.parts_answers`."""
    make = public(folder, "src", "models.transformers.PartCrafterDiTModel")
    scheduler = public(folder, "src", "schedulers.RectifiedFlowScheduler")()
    config = cases.trunk_config("PartCrafter", sizes)
    network = make(
        num_attention_heads=config.heads, width=config.width, in_channels=config.channels,
        num_layers=config.blocks, cross_attention_dim=config.contexts[0],
        max_num_parts=config.part_codes, global_attn_block_ids=list(range(0, config.blocks, 2)),
    )  # fmt: skip
    filled(network, cases.trunk_arrays("PartCrafter", sizes))
    picture, noise = cases.parts_given(sizes)
    images = picture.expand(cases.PARTS, -1, -1)

    def asked(x: Tensor, time: float, tokens: Tensor) -> Tensor:
        times = torch.full((len(x),), time)
        said = {"num_parts": cases.PARTS}
        return network(x, times, tokens, attention_kwargs=said, return_dict=False)[0]

    def guided(none: Tensor, full: Tensor) -> Tensor:
        return none + cases.GUIDANCE["PartCrafter"] * (full - none)

    def as_published(x: Tensor, time: float) -> Tensor:
        both = torch.cat([torch.zeros_like(images), images])
        return guided(*asked(torch.cat([x, x]), time, both).chunk(2))

    def as_trained(x: Tensor, time: float) -> Tensor:
        return guided(asked(x, time, torch.zeros_like(images)), asked(x, time, images))

    return {
        "numbered as trained": euler(as_trained, noise[0], scheduler),
        "numbered as published": euler(as_published, noise[0], scheduler),
    }


def dinov2(sizes: Sizes) -> Answers:
    from transformers import Dinov2Config, Dinov2Model

    config = sizes.dino
    theirs = Dinov2Config(
        hidden_size=config.width, num_attention_heads=config.heads,
        num_hidden_layers=config.blocks, image_size=config.grid * config.patch,
        patch_size=config.patch,
    )  # fmt: skip
    network = filled(Dinov2Model(theirs), cases.dino_arrays(sizes))
    return {"tokens": network(cases.picture(sizes)).last_hidden_state}


def clip_text(sizes: Sizes) -> Answers:
    from transformers import CLIPTextConfig, CLIPTextModel

    config = sizes.clip
    theirs = CLIPTextConfig(
        hidden_size=config.width, intermediate_size=4 * config.width,
        num_attention_heads=config.heads, num_hidden_layers=config.blocks,
        vocab_size=config.vocabulary,
    )  # fmt: skip
    network = filled(CLIPTextModel(theirs), cases.clip_arrays(sizes))
    return {"tokens": network(cases.pieces(sizes)).last_hidden_state}


def public_answers(options: argparse.Namespace, sizes: Sizes) -> dict[str, Tensor]:
    """What the public code answers to `cases.answers`, of the checkouts that were given."""
    asked: dict[str, Answers] = {"DINOv2": dinov2(sizes), "CLIP text": clip_text(sizes)}
    if options.triposg:
        for name in ("TripoSG", "TripoSG-scribble"):
            asked[name] = trunk(name, options.triposg, "triposg", sizes)
        asked["VAE"] = autoencoder(options.triposg, sizes)
    if options.holopart:
        asked["HoloPart"] = trunk("HoloPart", options.holopart, "holopart", sizes)
        asked["HoloPart encoder"] = part_encoder(options.holopart, sizes)
    if options.partcrafter:
        asked["PartCrafter"] = parts(options.partcrafter, sizes)
    return {f"{name}: {what}": t for name, said in asked.items() for what, t in said.items()}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("triposg", "holopart", "partcrafter"):
        parser.add_argument(f"--{name}", type=Path, help="folder of its public checkout")
    parser.add_argument(
        "--fixture", action="store_true", help=f"write {FIXTURE.name}: the answers of tiny networks"
    )
    options = parser.parse_args()
    cluster = types.ModuleType("torch_cluster")  # imported, and asked for nothing here
    cluster.fps = None  # type: ignore[attr-defined]
    sys.modules["torch_cluster"] = cluster
    with torch.no_grad(), TemporaryDirectory() as folder:
        if options.fixture:
            tiny = public_answers(options, TINY)
            arrays: dict[str, Any] = {
                name: t.numpy().astype(np.float32) for name, t in tiny.items()
            }
            np.savez(FIXTURE, **arrays)
        theirs, ours = public_answers(options, FULL), cases.answers(FULL, Path(folder))
    print("| network | largest error | of the largest value |\n| --- | ---: | ---: |")
    failed = False
    for name, wanted in theirs.items():
        error, size = float((ours[name] - wanted).abs().max()), float(wanted.abs().max())
        failed |= not error <= ALLOWED * max(size, 1.0)
        print(f"| {name} | {error:.1e} | {size:.1f} |")
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
