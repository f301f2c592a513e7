# SPDX-License-Identifier: GPL-3.0-or-later
"""The files of one network as they are published: one safetensors file, or several with an index.

Tensors are read from the disk when they are asked for. Pickled files can run programs and are
refused, whatever they hold.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..contract.errors import WeightsCorrupt, WeightsMissing

STEMS = ("diffusion_pytorch_model", "model")  # as diffusers and transformers call them
PICKLED = (".bin", ".ckpt", ".pt", ".pth", ".pkl")
FLOATS = ("F16", "BF16", "F32")
HINT = "Download it again, or choose another folder."


@dataclass(frozen=True)
class Shards:
    """Open files of a network.

    shapes : of each tensor. about : what ``config.json`` says, if there is one.
    """

    shapes: Mapping[str, tuple[int, ...]]
    about: Mapping[str, Any]
    _files: Mapping[str, Any]

    def tensor(self, name: str) -> Any:
        """The torch tensor of a name, mapped from its file."""
        return self._files[name].get_tensor(name)


@contextmanager
def opened(folder: Path, owner: str) -> Iterator[Shards]:
    """The files of a network in a folder. owner : what it is, in words.

    Raises WeightsMissing where there are none, WeightsCorrupt where they are cut short, pickled,
    or hold other than floating point numbers.
    """
    from safetensors import SafetensorError, safe_open

    paths = files_of(folder, owner)
    about = _json(folder / "config.json", owner) if (folder / "config.json").is_file() else {}
    with ExitStack() as stack:
        files: dict[str, Any] = {}
        shapes: dict[str, tuple[int, ...]] = {}
        for path in paths:
            try:
                file = stack.enter_context(safe_open(path, framework="pt"))
            except (SafetensorError, OSError) as error:
                raise WeightsCorrupt(
                    f"The weights of {owner} are damaged: {path.name} cannot be read.",
                    HINT,
                    str(error),
                ) from error
            for name in file.keys():  # noqa: SIM118  (a file is no mapping)
                tensor = file.get_slice(name)
                if tensor.get_dtype() not in FLOATS:
                    raise WeightsCorrupt(
                        f"The weights of {owner} hold numbers of the kind {tensor.get_dtype()}.",
                        "Partwise reads weights of 16 and 32 bits.",
                    )
                files[name], shapes[name] = file, tuple(tensor.get_shape())
        yield Shards(shapes, about, files)


def files_of(folder: Path, owner: str) -> list[Path]:
    """The safetensors files of a network. Raises WeightsMissing or WeightsCorrupt."""
    for index in sorted(folder.glob("*.safetensors.index.json")):
        listed = _json(index, owner).get("weight_map", {})
        names = sorted({str(name) for name in listed.values()})
        paths = [folder / Path(name).name for name in names]  # never out of the folder
        missing = [path.name for path in paths if not path.is_file()]
        if missing:
            raise WeightsMissing(f"Of the weights of {owner}, {', '.join(missing)} lacks.", HINT)
        return paths
    found = sorted(folder.glob("*.safetensors"))
    for stem in STEMS:
        for name in (f"{stem}.fp16.safetensors", f"{stem}.safetensors"):
            if folder / name in found:
                return [folder / name]
    if len(found) == 1:
        return found
    if found:
        raise WeightsCorrupt(
            f"{folder} holds several files of weights, and no index says how they belong together.",
            HINT,
        )
    pickled = [path.name for path in sorted(folder.glob("*")) if path.suffix in PICKLED]
    if pickled:
        raise WeightsCorrupt(
            f"The weights of {owner} are pickled ({pickled[0]}), which can run programs.",
            "Get them as safetensors.",
        )
    raise WeightsMissing(f"There are no weights of {owner} in {folder}.", HINT)


def _json(path: Path, owner: str) -> dict[str, Any]:
    try:
        read = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise WeightsCorrupt(f"{path.name} of {owner} cannot be read.", HINT, str(error)) from error
    return read if isinstance(read, dict) else {}
