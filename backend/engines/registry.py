# SPDX-License-Identifier: GPL-3.0-or-later
"""Which engines there are, what keeps one from running, and which is chosen.

Nothing is listed: a file of this folder that declares itself (`contract.engines`) is an engine.
Importing this costs next to nothing; the module of an engine is imported when it is chosen.
"""

from __future__ import annotations

import importlib
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any

from ..checkpoints import catalogue, store
from ..checkpoints.public import MODELS
from ..contract.engines import AUTO, About, Told, declared
from ..contract.errors import (
    BadInput,
    OutOfMemory,
    PartwiseError,
    WeightsCorrupt,
    WeightsMissing,
    without_shell,
)
from ..machine import cpu
from . import __path__ as FOLDERS


@dataclass(frozen=True)
class Chosen:
    """An engine that is ready to run.

    about : what it says of itself. engine : one of the protocols in `engines.base`. notice : a
    sentence for people where it is not the one that was to be, otherwise empty.
    """

    about: About
    engine: Any
    notice: str = ""


def engines(verb: str = "") -> list[About]:
    """All engines, or those that answer a verb, in the order in which "auto" tries them."""
    return [about for about in declared(FOLDERS) if not verb or verb in about.verbs]


def names(verb: str = "") -> str:
    """The names of `engines`, for people to choose from."""
    return ", ".join(about.name for about in engines(verb))


def told() -> list[Told]:
    """All engines with what keeps each from running, as far as can be told without loading any."""
    return [Told.of(about, without_shell(str(obstacle(about) or ""))) for about in engines()]


def obstacle(about: About) -> PartwiseError | None:
    """What keeps an engine from running; None where nothing is seen, without loading it."""
    if about.weights:
        try:
            known = {each.name for each in catalogue.bundled() if each.path.is_file()}
            asked = [model for model in MODELS if model.name in about.weights]
            known |= {model.name for model in asked if not store.lacking(model)}
        except WeightsCorrupt as error:
            return error
        missing = [name for name in about.weights if name not in known]
        if missing:
            hint = f"Get them first (in a shell: models download {' '.join(missing)})."
            return WeightsMissing(
                f"The weights of the {about.name} engine are missing.",
                "Install Partwise again." if about.bundled else hint,
            )
    if about.torch and find_spec("torch") is None:
        return BadInput(
            f"The {about.name} engine needs PyTorch, which is not installed.",
            "Install it, or choose another engine.",
        )
    memory = cpu.memory()
    if memory is not None and memory < about.memory:
        return OutOfMemory(
            f"The {about.name} engine needs {about.memory / 1e9:.1f} GB of memory; "
            f"this machine has {memory / 1e9:.1f} GB.",
            "Choose another engine.",
        )
    return None


def choose(name: str = AUTO, verb: str = "segment") -> Chosen:
    """The engine of a name, loaded; with "auto" the first that can run of those that say a rank.

    Raises BadInput for a name that means nothing or an engine that does not answer the verb, and
    what keeps the engine from running, among others WeightsMissing and WeightsCorrupt; with "auto"
    when none can run.
    """
    if name != AUTO:
        about = named(name, verb)
        return Chosen(about, load(about))
    passed: PartwiseError | None = None
    notice = ""
    for about in engines(verb):
        if about.rank is None:
            continue
        try:
            engine = load(about)
        except PartwiseError as error:
            passed = error
            if about.bundled and not notice:
                notice = error.message
            continue
        return Chosen(
            about, engine, notice and f"{notice} The {about.name} engine was used instead."
        )
    raise passed or BadInput(f"There is no engine for “{verb}”.", "Install Partwise again.")


def named(name: str, verb: str = "") -> About:
    """What the engine of a name says of itself. Raises BadInput where none answers the verb."""
    known = engines(verb)
    for about in known:
        if about.name == name:
            return about
    others = " or ".join(f"“{one}”" for one in (AUTO, *(about.name for about in known)))
    hint = f"Use {others}." if known else "No engine of this version can."
    if any(about.name == name for about in engines()):
        raise BadInput(f"The {name} engine cannot {verb}.", hint)
    raise BadInput(f"There is no engine named “{name}”.", hint)


def load(about: About) -> Any:
    """The engine with its weights in memory. Raises what keeps it from running."""
    trouble = obstacle(about)
    if trouble is not None:
        raise trouble
    from .base import METHODS

    try:
        engine = importlib.import_module(f".{about.name}", __package__).load()
    except ImportError as error:
        raise BadInput(
            f"The {about.name} engine lacks a library ({error.name}).",
            "Install Partwise again." if about.bundled else "Install what it needs.",
            str(error),
        ) from error
    for verb in about.verbs:
        if not hasattr(engine, METHODS[verb]):
            raise TypeError(f"the {about.name} engine has no {METHODS[verb]} to {verb} with")
    return engine
