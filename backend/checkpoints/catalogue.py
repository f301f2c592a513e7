# SPDX-License-Identifier: GPL-3.0-or-later
"""The checkpoints that Partwise knows: those bundled in ``weights/``, each with its checksum."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path

from ..contract.errors import BadInput, WeightsCorrupt, WeightsMissing

WEIGHTS = Path(__file__).resolve().parents[1] / "weights"
CHECKSUMS = "SHA256SUMS"  # lines as `sha256sum` writes them


@dataclass(frozen=True)
class Checkpoint:
    """One file of weights.

    Parameters
    ----------
    name : what commands call it.
    path : its file.
    sha256 : the published checksum, 64 hexadecimal digits.
    """

    name: str
    path: Path
    sha256: str

    @property
    def size(self) -> int:
        """Bytes on disk, 0 where the file is missing."""
        return self.path.stat().st_size if self.path.is_file() else 0

    def verify(self) -> None:
        """Raises WeightsMissing or WeightsCorrupt when the file is not as published."""
        hint = "Install Partwise again."
        if not self.path.is_file():
            raise WeightsMissing(f"The weights '{self.name}' are missing.", hint)
        with self.path.open("rb") as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
        if found != self.sha256:
            raise WeightsCorrupt(
                f"The weights '{self.name}' are damaged.", hint, f"{found} is not {self.sha256}"
            )


def bundled(folder: Path = WEIGHTS) -> list[Checkpoint]:
    """Checkpoints that ship in `folder`, by name.

    Raises WeightsCorrupt when the list of checksums is unreadable or leaves a checkpoint out.
    """
    table = folder / CHECKSUMS
    listed = {}
    for line in table.read_text(encoding="utf-8").splitlines() if table.is_file() else []:
        match = re.fullmatch(r"([0-9a-f]{64})  ([\w.-]+)", line)
        if match is None:
            raise WeightsCorrupt(f"{table} has a line that is no checksum.", "Install again.")
        listed[match[2]] = match[1]
    for file in sorted(folder.glob("*.safetensors")):
        if file.name not in listed:
            raise WeightsCorrupt(f"{file} has no checksum in {CHECKSUMS}.", "Install again.")
    return [
        Checkpoint(Path(name).stem, folder / name, digest)
        for name, digest in sorted(listed.items())
        if name.endswith(".safetensors")
    ]


def write_checksums(folder: Path = WEIGHTS) -> None:
    """List the checksums of the checkpoints in `folder` anew, after training."""
    lines = [
        f"{hashlib.sha256(file.read_bytes()).hexdigest()}  {file.name}\n"
        for file in sorted(folder.glob("*.safetensors"))
    ]
    (folder / CHECKSUMS).write_text("".join(lines), encoding="utf-8", newline="\n")


def find(name: str, folder: Path = WEIGHTS) -> Checkpoint:
    """The checkpoint called `name`; BadInput when there is none."""
    known = {checkpoint.name: checkpoint for checkpoint in bundled(folder)}
    if name not in known:
        raise BadInput(
            f"There is no checkpoint '{name}'.",
            f"Known: {', '.join(known)}." if known else "This version of Partwise has none.",
        )
    return known[name]
