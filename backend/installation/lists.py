# SPDX-License-Identifier: GPL-3.0-or-later
"""Hash-locked lists of packages: what an environment consists of. Read, joined, told apart."""

from __future__ import annotations

import hashlib
import re
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from ..contract.errors import PartwiseError
from .accelerators import ACCELERATORS, PLAIN, Accelerator, Choice

FOLDER = Path(__file__).resolve().parents[2] / "requirements"
NETWORKS = "networks.lock"
_PIN = re.compile(r"^([A-Za-z0-9._-]+)==([^\s;]+)\s*(?:;\s*(.*?))?\s*$")


@dataclass(frozen=True)
class Pin:
    """A package in one version.

    Parameters
    ----------
    name, version : of the package.
    marker : where it is needed, an environment marker; empty for everywhere.
    hashes : "sha256:..." of each of its files.
    """

    name: str
    version: str
    marker: str
    hashes: tuple[str, ...]

    def __str__(self) -> str:
        head = f"{self.name}=={self.version}" + (f" ; {self.marker}" if self.marker else "")
        return " ".join([head, *(f"--hash={one}" for one in self.hashes)])


def read(path: Path) -> list[Pin]:
    """The pins of a list. Raises PartwiseError where a line is none, or has no hash."""
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise PartwiseError(
            f"The list of packages {path.name} is missing.", "Install Partwise again.", str(error)
        ) from error
    return parse(text, path.name)


def parse(text: str, name: str) -> list[Pin]:
    """The pins of a list's text; `name` is for its errors. Raises PartwiseError."""
    lines = re.sub(r"(?m)(^|\s)#.*$", "", text).replace("\\\n", " ").splitlines()
    pins = []
    for line in filter(None, map(str.strip, lines)):
        head, *hashes = re.split(r"\s+--hash=", line)
        match = _PIN.match(head)
        if match is None or not hashes:
            raise PartwiseError(
                f"The list of packages {name} is damaged.", "Install Partwise again.", line[:200]
            )
        pins.append(Pin(canonical(match[1]), match[2], match[3] or "", tuple(hashes)))
    return pins


def canonical(name: str) -> str:
    """A package's name as indexes compare it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def joined(lists: Sequence[Sequence[Pin]]) -> list[Pin]:
    """One list of several; what an earlier one has is left out of later ones.

    Raises PartwiseError where two want a package in versions of their own.
    """
    pins: list[Pin] = []
    for one in lists:
        known: dict[str, set[str]] = {}
        for pin in pins:
            known.setdefault(pin.name, set()).add(pin.version)
        for pin in one:
            if pin.version not in known.get(pin.name, {pin.version}):
                raise PartwiseError(
                    f"Two lists want {pin.name} in different versions.",
                    "Install Partwise again.",
                    f"{', '.join(known[pin.name])} and {pin.version}",
                )
        pins += [pin for pin in one if pin.name not in known]
    return pins


def text_of(pins: Iterable[Pin]) -> str:
    """A list as text that `read` understands, and uv and pip do."""
    return "".join(f"{pin}\n" for pin in pins)


def digest(pins: Iterable[Pin]) -> str:
    """Eight letters that tell one list from another."""
    return hashlib.sha256(text_of(pins).encode()).hexdigest()[:8]


def file_of(accelerator: Accelerator, folder: Path = FOLDER) -> Path:
    """The list of an accelerator's packages."""
    return folder / f"torch-{accelerator.name}.lock"


def build_of(pins: Iterable[Pin]) -> str:
    """The build of torch that a list names, "cu130" or "cpu"; empty for the plain one.

    For Macs a list of another build names the plain one, under a marker.
    """
    builds = (pin.version.partition("+")[2] for pin in pins if pin.name == "torch")
    return next(filter(None, builds), "")


def serves(accelerator: Accelerator, folder: Path = FOLDER, system: str = sys.platform) -> bool:
    """Whether a list with this accelerator's packages for this system is there.

    A plain build is another one on each system, and runs on the processor everywhere.
    """
    path = file_of(accelerator, folder)
    if system not in accelerator.systems or not path.is_file():
        return False
    if build_of(read(path)):
        return True
    return accelerator.name in ("cpu", PLAIN.get(system))


def weighed(choice: Choice, pins: Iterable[Pin], system: str = sys.platform) -> Choice:
    """The choice with the size of what is listed: a build for another accelerator is larger."""
    one, plain = choice.accelerator, PLAIN.get(system, "")
    if one.name != "cpu" or plain == "cpu" or build_of(pins):
        return choice
    like = ACCELERATORS[plain]
    because = (
        f"The build of PyTorch that is listed is the one for {like.label}, which also runs on "
        "the processor.",
    )
    larger = replace(one, download=like.download, unpacked=like.unpacked, installed=like.installed)
    return Choice(larger, (*choice.because, *because))


def of(accelerator: Accelerator, folder: Path = FOLDER) -> list[Pin]:
    """All packages of an environment. Raises PartwiseError for lists that do not fit together."""
    return joined([read(folder / NETWORKS), read(file_of(accelerator, folder))])
