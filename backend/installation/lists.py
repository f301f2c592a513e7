# SPDX-License-Identifier: GPL-3.0-or-later
"""Hash-locked lists of packages: what an environment consists of. Read, joined, told apart."""

from __future__ import annotations

import ast
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
BACKEND = "--torch-backend"  # of uv: take torch from PyTorch's own index, of the build that follows
# What builds of torch need that only PyTorch's own index has; until 2.9 by the longer names.
_OWN = ("triton-rocm", "triton-xpu", "pytorch-triton-rocm", "pytorch-triton-xpu")
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


def may_hold(marker: str, system: str) -> bool:
    """Whether an environment marker can hold on a system (as `sys.platform` names it).

    What it says of the Python and the machine is taken to hold. Raises PartwiseError for what is
    no marker.
    """

    def holds(node: ast.expr) -> bool:
        if isinstance(node, ast.BoolOp):
            every = all if isinstance(node.op, ast.And) else any
            return every([holds(one) for one in node.values])
        if isinstance(node, ast.Compare):
            sides = [node.left, *node.comparators]
            names = {side.id for side in sides if isinstance(side, ast.Name)}
            if names == {"sys_platform"} and isinstance(node.ops[0], ast.Eq | ast.NotEq):
                named = any(isinstance(one, ast.Constant) and one.value == system for one in sides)
                return named == isinstance(node.ops[0], ast.Eq)
        return True

    try:
        return not marker.strip() or holds(ast.parse(marker.strip(), mode="eval").body)
    except SyntaxError as error:
        raise PartwiseError(
            "A list of packages is damaged.", "Install Partwise again.", marker[:200]
        ) from error


def torches(pins: Iterable[Pin], system: str = sys.platform) -> list[Pin]:
    """The pins of torch for a system: a list can name another build for each."""
    return [pin for pin in pins if pin.name == "torch" and may_hold(pin.marker, system)]


def build_of(pins: Iterable[Pin], system: str = sys.platform) -> str:
    """The build of torch that a list names for a system, "cu130" or "cpu"; empty for the plain
    one, which the public index of packages has.
    """
    builds = (pin.version.partition("+")[2] for pin in torches(pins, system))
    return next(filter(None, builds), "")


def is_own(pin: Pin) -> bool:
    """Whether only PyTorch's own index has a package: a build of torch, or what one needs."""
    return (pin.name == "torch" and "+" in pin.version) or pin.name in _OWN


def by_index(pins: Sequence[Pin], options: Sequence[str]) -> list[tuple[list[Pin], list[str]]]:
    """What uv is asked for one after the other: pins, and the options with which it finds them.

    With `BACKEND` uv seeks all that it knows of PyTorch at PyTorch's own index alone. There triton
    is another file than at the public one, whose hashes are listed: so only what no other index
    has is sought with it.
    """
    if BACKEND not in options:
        return [(list(pins), list(options))]
    at = options.index(BACKEND)
    public = [*options[:at], *options[at + 2 :]]
    return [
        ([pin for pin in pins if not is_own(pin)], public),
        ([pin for pin in pins if is_own(pin)], list(options)),
    ]


def serves(accelerator: Accelerator, folder: Path = FOLDER, system: str = sys.platform) -> bool:
    """Whether a list with this accelerator's packages for this system is there.

    A plain build is another one on each system, and runs on the processor everywhere.
    """
    path = file_of(accelerator, folder)
    if system not in accelerator.systems or not path.is_file():
        return False
    pins = read(path)
    if not torches(pins, system):
        return False
    return bool(build_of(pins, system)) or accelerator.name in ("cpu", PLAIN.get(system))


def weighed(choice: Choice, pins: Iterable[Pin], system: str = sys.platform) -> Choice:
    """The choice with the size of what is listed: a build for another accelerator is larger."""
    one, plain = choice.accelerator, PLAIN.get(system, "")
    if one.name != "cpu" or plain == "cpu" or build_of(pins, system):
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
