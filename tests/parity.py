# SPDX-License-Identifier: GPL-3.0-or-later
"""Our latent networks beside the public ones, with random weights: ``python -m tests.parity``.

The public code is not part of Partwise: give the folders of its checkouts, in an environment that
has diffusers and transformers; docs/parity.md says how. Each network is made at a tiny width and
its full depth, its weights are written as safetensors, read by ours, and both answer the same
question in single precision.
"""

from __future__ import annotations

import argparse
import json
import sys
import types
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import torch
from torch import Tensor, nn

from backend.latents import flow, loading
from backend.models.dit import Context, DiT

SPREAD = 0.08  # of random weights: with much less, wrong wirings could not be told from right ones
STEPS = 4
Row = tuple[str, str, float, float]  # network, what is compared, largest error, largest value


def random_weights(network: nn.Module, seed: int = 0) -> None:
    """Weights of both signs; those of norms around 1 and not alike."""
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for name, weight in sorted(network.named_parameters()):
            noise = torch.randn(weight.shape, generator=generator)
            is_norm = weight.ndim == 1 and name.endswith("weight")
            weight.copy_(1 + 0.2 * noise if is_norm else SPREAD * noise)


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


def farthest(points: Tensor, batch: Tensor, ratio: float, random_start: bool) -> Tensor:
    """Farthest point sampling as torch_cluster's: from the first point of each batch on."""
    chosen = []
    for one in range(int(batch.max()) + 1):
        own = (batch == one).nonzero()[:, 0]
        distance = torch.full((len(own),), torch.inf)
        at = 0
        for _ in range(round(ratio * len(own))):
            chosen.append(own[at])
            distance = distance.minimum((points[own] - points[own[at]]).square().sum(1))
            at = int(distance.argmax())
    return torch.stack(chosen)


def stand_in() -> None:
    """Modules that the public code imports and that are not asked for anything here."""
    cluster = types.ModuleType("torch_cluster")
    cluster.fps = farthest  # type: ignore[attr-defined]
    sys.modules["torch_cluster"] = cluster


def written(network: nn.Module, folder: Path, about: dict[str, Any] | None = None) -> loading.Source:
    """The network as a checkpoint."""
    from safetensors.torch import save_file

    folder.mkdir(parents=True, exist_ok=True)
    state = {name: tensor.contiguous() for name, tensor in network.state_dict().items()}
    save_file(state, folder / "diffusion_pytorch_model.safetensors")
    (folder / "config.json").write_text(json.dumps(about or {}))
    return loading.Source(folder, folder.name)


def largest(name: str, what: str, ours: Tensor, theirs: Tensor) -> Row:
    assert ours.shape == theirs.shape, (name, what, ours.shape, theirs.shape)
    return name, what, float((ours - theirs).abs().max()), float(theirs.abs().max())


def normal(*shape: int, seed: int) -> Tensor:
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed))


Velocity = Callable[[Tensor, Tensor], Tensor]


def euler(velocity: Callable[[Tensor, float], Tensor], noise: Tensor, scheduler: Any) -> Tensor:
    """Sampling by the public scheduler."""
    scheduler.set_timesteps(STEPS)
    x = noise
    for time in scheduler.timesteps:
        x = scheduler.step(velocity(x, float(time)), time, x, return_dict=False)[0]
    return x


def trunk(
    name: str,
    theirs: nn.Module,
    ours: DiT,
    contexts: list[Tensor],
    scheduler: Any,
    *,
    guidance: float,
    scales: tuple[float, ...] = (),
    said: dict[str, Any] | None = None,
) -> Iterator[Row]:
    """A transformer at two times in one batch, and a whole sampling with guidance."""
    scales = scales or (1.0,) * len(contexts)
    noise = normal(2, 16, ours.config.channels, seed=5)
    times = torch.tensor([875.5, 120.25])
    keys = ("encoder_hidden_states", "encoder_hidden_states_2")

    def asked(x: Tensor, time: Tensor, tokens: list[Tensor]) -> Tensor:
        given = dict(zip(keys, tokens, strict=False))
        kwargs = {"attention_kwargs": dict(said)} if said else {}
        return theirs(x, time, **given, **kwargs, return_dict=False)[0]

    def prepared(first: int) -> list[Context]:
        return [
            ours.context(i, tokens, first=first, strength=scale)
            for i, (tokens, scale) in enumerate(zip(contexts, scales, strict=True))
        ]

    answer = ours(noise[None, :, None], times[None, :, None], prepared(0))[0, :, 0]
    yield largest(name, "two times", answer, asked(noise, times, contexts))

    def doubled(x: Tensor, time: float) -> Tensor:
        both = [torch.cat([torch.zeros_like(tokens), tokens]) for tokens in contexts]
        none, full = asked(torch.cat([x, x]), torch.full((4,), time), both).chunk(2)
        return none + guidance * (full - none)

    held = prepared(1)

    def velocity(x: Tensor, time: float) -> Tensor:
        both = ours(x.expand(2, *x.shape), torch.tensor(time), held)
        return flow.guided(both, [guidance])

    sampled = flow.sample(velocity, noise[:, None], flow.schedule(STEPS, scheduler.config.shift))
    theirs_sampled = euler(doubled, noise, scheduler)
    yield largest(name, f"{STEPS} steps, guidance {guidance}", sampled[:, 0], theirs_sampled)


def triposg(folder: Path, space: Path) -> Iterator[Row]:
    network = public(folder, "triposg", "models.transformers.TripoSGDiTModel")
    scheduler = public(folder, "triposg", "schedulers.RectifiedFlowScheduler")(shift=1.0)
    for name, sizes, wiring in (
        ("TripoSG", {"cross_attention_dim": 48}, {}),
        (
            "TripoSG-scribble",
            {"cross_attention_dim": 40, "use_cross_attention_2": True, "cross_attention_2_dim": 48},
            {"parallel": True},
        ),
    ):
        theirs = network(num_attention_heads=4, width=64, in_channels=16, **sizes).eval()
        random_weights(theirs)
        ours = loading.dit(written(theirs, space / name), **wiring)
        widths = [value for key, value in sizes.items() if key.endswith("dim")]
        contexts = [normal(2, 7 + i, width, seed=i) for i, width in enumerate(widths)]
        two = len(contexts) == 2
        yield from trunk(
            name,
            theirs,
            ours,
            contexts,
            scheduler,
            guidance=7.0,
            scales=(1.0, 0.4) if two else (),
            said={"cross_attention_2_scale": 0.4} if two else None,
        )
    yield from autoencoder(folder, space)


def autoencoder(folder: Path, space: Path) -> Iterator[Row]:
    make = public(folder, "triposg", "models.autoencoders.TripoSGVAEModel")
    theirs = make(latent_channels=16, num_attention_heads=4, width_encoder=32, width_decoder=64)
    theirs = theirs.eval()
    random_weights(theirs)
    about = {"num_attention_heads": 4}
    ours = loading.vecset(written(theirs, space / "vae", about))
    cloud = normal(2, 256, 6, seed=8).clamp(-1, 1)
    chosen = cloud[:, :32]
    theirs._sample_features = lambda points, tokens, seed: chosen
    posterior = theirs.encode(cloud, num_tokens=32).latent_dist
    mean, spread = ours.encode(chosen, cloud)
    yield largest("VAE", "mean", mean, posterior.mean)
    yield largest("VAE", "log variance", spread, posterior.logvar)
    points = normal(2, 100, 3, seed=9).clamp(-1, 1)
    field = ours.query(ours.decode(mean), points)
    yield largest("VAE", "field", field, theirs.decode(mean, points).sample.squeeze(-1))


def holopart(folder: Path, space: Path) -> Iterator[Row]:
    network = public(folder, "holopart", "models.transformers.TripoSGDiTModel")
    scheduler = public(folder, "holopart", "schedulers.RectifiedFlowScheduler")(shift=1.0)
    theirs = network(
        num_attention_heads=4, width=64, in_channels=16, cross_attention_dim=40,
        use_cross_attention=True, use_cross_attention_2=True, cross_attention_2_dim=48,
    ).eval()  # fmt: skip
    random_weights(theirs)
    ours = loading.dit(written(theirs, space / "HoloPart"))
    contexts = [normal(2, 7, 40, seed=1), normal(2, 9, 48, seed=2)]
    yield from trunk("HoloPart", theirs, ours, contexts, scheduler, guidance=3.5)

    encoder = public(folder, "holopart", "models.part_encoders.PartEncoder")
    their_encoder = encoder(
        part_feature_channels=3, whole_feature_channels=4, dim=32, num_attention_heads=4,
        num_tokens=16, part_local=True,
    ).eval()  # fmt: skip
    random_weights(their_encoder)
    about = {"num_attention_heads": 4}
    our_encoder = loading.part_encoder(written(their_encoder, space / "part", about))
    part, whole = normal(1, 128, 6, seed=3), normal(1, 128, 7, seed=4)
    code = their_encoder.embedder

    def coded(points: Tensor) -> Tensor:
        return torch.cat([code(points[..., :3]), points[..., 3:]], dim=-1)

    local, within = our_encoder(part[:, :16], part, part[:, 16:32], whole)
    wanted = their_encoder.encoder_local(coded(part[:, :16]), coded(part))
    yield largest("HoloPart encoder", "part", local, wanted)
    wanted = their_encoder.encoder_context(coded(part[:, 16:32]), coded(whole))
    yield largest("HoloPart encoder", "part in its object", within, wanted)


def partcrafter(folder: Path, space: Path) -> Iterator[Row]:
    network = public(folder, "src", "models.transformers.PartCrafterDiTModel")
    scheduler = public(folder, "src", "schedulers.RectifiedFlowScheduler")(shift=1.0)
    theirs = network(
        num_attention_heads=4, width=64, in_channels=16, cross_attention_dim=48,
        global_attn_block_ids=list(range(0, 21, 2)),
    ).eval()  # fmt: skip
    random_weights(theirs)
    ours = loading.dit(written(theirs, space / "PartCrafter"))
    parts, guidance = 3, 7.0
    picture, noise = normal(1, 9, 48, seed=1), normal(1, parts, 12, 16, seed=2)
    held = [ours.context(0, picture, first=1)]
    numbers = torch.arange(parts)
    for what, codes in (
        ("numbers of training", torch.stack([numbers, numbers])),
        ("numbers as published", torch.arange(2 * parts).view(2, parts)),
    ):
        double = codes[0].equal(codes[1])

        def doubled(x: Tensor, time: float, double: bool = double) -> Tensor:
            images = picture.expand(parts, -1, -1)
            if not double:  # their pipeline: one object of twice as many parts
                both = torch.cat([torch.zeros_like(images), images])
                none, full = theirs(
                    torch.cat([x, x]), torch.full((2 * parts,), time), both,
                    attention_kwargs={"num_parts": parts}, return_dict=False,
                )[0].chunk(2)  # fmt: skip
            else:
                none, full = (
                    theirs(
                        x, torch.full((parts,), time), images * present,
                        attention_kwargs={"num_parts": parts}, return_dict=False,
                    )[0]
                    for present in (0.0, 1.0)
                )  # fmt: skip
            return none + guidance * (full - none)

        def velocity(x: Tensor, time: float, codes: Tensor = codes) -> Tensor:
            both = ours(x.expand(2, *x.shape), torch.tensor(time), held, codes)
            return flow.guided(both, [guidance])

        sampled = flow.sample(velocity, noise, flow.schedule(STEPS))
        wanted = euler(doubled, noise[0], scheduler)
        yield largest("PartCrafter", f"{STEPS} steps, {what}", sampled[0], wanted)


def encoders(space: Path) -> Iterator[Row]:
    from transformers import CLIPTextConfig, CLIPTextModel, Dinov2Config, Dinov2Model

    dino = Dinov2Config(hidden_size=32, num_attention_heads=4, num_hidden_layers=24, image_size=518)
    theirs = Dinov2Model(dino).eval()
    random_weights(theirs)
    ours = loading.dinov2(written(theirs, space / "dinov2", {"num_attention_heads": 4}))
    pictures = normal(2, 3, 224, 224, seed=1)
    yield largest("DINOv2", "tokens", ours(pictures), theirs(pictures).last_hidden_state)

    clip = CLIPTextConfig(
        hidden_size=32, intermediate_size=128, num_attention_heads=4, num_hidden_layers=12
    )
    words = CLIPTextModel(clip).eval()
    random_weights(words)
    reader = loading.clip_text(written(words, space / "clip", {"num_attention_heads": 4}))
    pieces = torch.randint(0, 49408, (2, 77), generator=torch.Generator().manual_seed(1))
    yield largest("CLIP text", "tokens", reader(pieces), words(pieces).last_hidden_state)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("triposg", "holopart", "partcrafter"):
        parser.add_argument(f"--{name}", type=Path, help="folder of its public checkout")
    options = parser.parse_args()
    stand_in()
    with TemporaryDirectory() as folder, torch.no_grad():
        space = Path(folder)
        rows = list(encoders(space))
        if options.triposg:
            rows += triposg(options.triposg, space)
        if options.holopart:
            rows += holopart(options.holopart, space)
        if options.partcrafter:
            rows += partcrafter(options.partcrafter, space)
    print("| network | what | largest error | largest value |\n| --- | --- | ---: | ---: |")
    for name, what, error, value in rows:
        print(f"| {name} | {what} | {error:.1e} | {value:.2f} |")
    return int(any(error > 1e-5 * max(1.0, value) for _, _, error, value in rows))


if __name__ == "__main__":
    sys.exit(main())
