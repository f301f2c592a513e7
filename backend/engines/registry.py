# SPDX-License-Identifier: GPL-3.0-or-later
"""Which engines there are, what keeps one from running, and which is chosen.

Nothing is listed: a file of this folder that declares itself (`contract.engines`) is an engine.
Importing this costs next to nothing; the module of an engine is imported when it is chosen.
"""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
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
from ..contract.options import FIELDS, OPTIONS, checked
from ..machine import cpu
from . import __path__ as FOLDERS
from .costs import cost

TORCH = "torch"


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
    return [_told(about) for about in engines()]


def _told(about: About) -> Told:
    trouble, needs = obstacle(about), lacks(about)
    # What can be got is offered beside the sentence, whose advice is for a shell.
    why = "" if trouble is None else trouble.message if needs else without_shell(str(trouble))
    return Told.of(about, why, needs, cost(about))


def lacks(about: About) -> list[str]:
    """What an engine needs, is not here and can be got: "torch" and names of public models."""
    if about.bundled:
        return []
    models = [model for model in MODELS if model.name in about.weights and store.lacking(model)]
    without = about.torch and find_spec(TORCH) is None
    return [*([TORCH] if without else []), *(model.name for model in models)]


def obstacle(about: About) -> PartwiseError | None:
    """What keeps an engine from running; None where nothing is seen, without loading it."""
    without = about.torch and find_spec(TORCH) is None
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
            also = f" It also needs {_PYTORCH}." if without else ""
            return WeightsMissing(
                f"The weights of the {about.name} engine are missing.{also}",
                "Install Partwise again." if about.bundled else hint,
            )
    if without:
        return BadInput(
            f"The {about.name} engine needs {_PYTORCH}.",
            "Install it first (in a shell: install), or choose another engine.",
        )
    memory = cpu.memory()
    if memory is not None and memory < about.memory:
        return OutOfMemory(
            f"The {about.name} engine needs {about.memory / 1e9:.1f} GB of memory; "
            f"this machine has {memory / 1e9:.1f} GB.",
            "Choose another engine.",
        )
    return None


_PYTORCH = "PyTorch, which is not installed"


def choose(
    name: str = AUTO, verb: str = "segment", options: Mapping[str, Any] | None = None
) -> Chosen:
    """The engine of a name, loaded; with "auto" the first that can run of those that say a rank.

    options : of the engine, as it is to be. Those that it does not take are passed over where
    "auto" chose it, which the notice says. Raises BadInput for a name that means nothing, an engine
    that does not answer the verb or does not take an option, and what keeps the engine from
    running, among others WeightsMissing and WeightsCorrupt; with "auto" when none can run.
    """
    given = checked(options or {})
    if name != AUTO:
        about = named(name, verb)
        return tuned(Chosen(about, load(about)), given, strict=True)
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
        notice = notice and f"{notice} The {about.name} engine was used instead."
        return tuned(Chosen(about, engine, notice), given, strict=False)
    raise passed or BadInput(f"There is no engine for “{verb}”.", "Install Partwise again.")


def tuned(chosen: Chosen, options: Mapping[str, Any], *, strict: bool) -> Chosen:
    """The engine as options want it.

    strict : an option that it does not take is refused with BadInput; otherwise it is passed over.
    """
    about = chosen.about
    takes = [name for name in about.options if name not in FIELDS]
    strange = [name for name in options if name not in takes]
    if strict and strange:
        known = f"It has: {', '.join(takes)}." if takes else "It has none."
        raise BadInput(f"There is no option “{strange[0]:.40}” of the {about.name} engine.", known)
    notice = chosen.notice
    if passed := [OPTIONS[name].label for name in strange if name in OPTIONS]:
        said = f"The {about.name} engine has no setting “{passed[0]}”; it was passed over."
        notice = f"{notice} {said}".strip()
    own = {name: value for name, value in options.items() if name in takes}
    if own and hasattr(chosen.engine, "tuned"):
        return replace(chosen, engine=chosen.engine.tuned(own), notice=notice)
    return replace(chosen, notice=notice)


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
