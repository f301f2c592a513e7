# SPDX-License-Identifier: GPL-3.0-or-later
"""Which of the files that a model's authors publish are needed: no pickles, each network once."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import PurePosixPath

from ..contract.errors import BadInput, WeightsMissing
from .public import Component, PublicModel
from .shards import PICKLED, STEMS

TEXTS = re.compile(r"(LICEN[CS]E|NOTICE)[\w.-]*", re.IGNORECASE)  # that go with every copy
PLAIN = re.compile(r"[\w.-]+(/[\w.-]+)*")  # nothing that a system could read as another place
SHARD = re.compile(r"(.+)-\d{5}-of-(\d{5})\.safetensors")


def wanted(model: PublicModel, paths: Iterable[str]) -> list[str]:
    """The needed ones of paths in a repository or folder, settings first, weights last.

    Raises WeightsMissing where one lacks, BadInput where a network is only there as a pickle.
    """
    there = sorted(path for path in paths if PLAIN.fullmatch(path))
    small = [path for path in there if TEXTS.fullmatch(path)]
    large = []
    for component in model.consists:
        within = [path for path in map(PurePosixPath, there) if str(path.parent) == component.name]
        inside = [path.name for path in within]
        for name in component.needs:
            if name not in inside:
                raise _lacks(model, f"{component.name}/{name}")
        settings = [name for name in (*component.needs, *component.also) if name in inside]
        weights = _weights(model, component, inside) if component.network else []
        settings += [name for name in weights if name.endswith(".json")]
        weights = [name for name in weights if not name.endswith(".json")]
        small += [f"{component.name}/{name}" for name in settings]
        large += [f"{component.name}/{name}" for name in weights]
    return small + large


def _weights(model: PublicModel, component: Component, inside: list[str]) -> list[str]:
    """The files of a network: in 16 bits where there are such, else one, else shards and index."""
    for stem in STEMS:
        for name in (f"{stem}.fp16.safetensors", f"{stem}.safetensors"):
            if name in inside:
                return [name]
    for index in (name for name in inside if name.endswith(".safetensors.index.json")):
        stem = index.removesuffix(".safetensors.index.json")
        found = [match for name in inside if (match := SHARD.fullmatch(name)) and match[1] == stem]
        if not found or len(found) != int(found[0][2]):
            raise _lacks(model, f"{component.name}: files of weights that {index} lists")
        return [index, *(match[0] for match in found)]
    alone = [name for name in inside if name.endswith(".safetensors")]
    if len(alone) == 1:
        return alone
    if any(name.endswith(PICKLED) for name in inside):
        raise BadInput(
            f"{component.name} of {model.title} is there only as a pickle, which can run programs.",
            "Get it as safetensors.",
        )
    raise _lacks(model, f"weights of {component.name}")


def _lacks(model: PublicModel, what: str) -> WeightsMissing:
    return WeightsMissing(
        f"It is not {model.title} as Partwise knows it: {what} lacks.",
        "Install a newer Partwise, or choose files that you have, as Files I Have in Blender's "
        "preferences (in a shell: --from FOLDER).",
    )
