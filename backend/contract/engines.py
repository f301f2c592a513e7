# SPDX-License-Identifier: GPL-3.0-or-later
"""What engines say of themselves, and how that is read without importing any of them.

An engine is one file of `backend/engines`. In it stands, as values written out, ::

    ABOUT = About(
        name="toy",
        label="Toy",
        text="Halves everything",
        verbs=("segment",),
    )

Like Blender with an add-on's ``bl_info``, we read these lines from the file: the command line, the
engine's first words and Blender's menus know all engines at once, however slow these are to load.
"""

from __future__ import annotations

import ast
import functools
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from .records import Value

AUTO = "auto"  # what Partwise chooses itself, as the first engine that can run; no engine's name
VERBS = ("segment", "click", "complete", "generate", "replace")
FOLDER = Path(__file__).resolve().parents[1] / "engines"

_LISTS = ("verbs", "needs", "options")  # of what is told

_DECLARATION = re.compile(r"^ABOUT = (About\(.*?\))$", re.MULTILINE | re.DOTALL)


class About(Value):
    """What an engine says of itself. Values must be written out in its file.

    Parameters
    ----------
    name : what commands and requests call it, that of its file.
    label, text : name and sentence in menus.
    verbs : which of `VERBS` it answers.
    rank : its place among those that "auto" tries, the lowest first; None is never tried.
    weights : names of the checkpoints that it needs.
    torch : does it need PyTorch?
    memory : bytes of main memory that it takes, beside the mesh.
    bundled : comes all that it needs with Partwise? Then "auto" tells why it cannot run.
    options : what it may be told beside its input: names of `options.OPTIONS`, "parts", "seed",
        "drawing", or names that only this engine knows.
    work : 10^15 operations of its networks for one part, picture or variant; 0 for few.
    trial : is it not good enough for menus yet? Who names it in a shell gets it.
    """

    name: str
    label: str
    text: str
    verbs: tuple[str, ...]
    rank: int | None = None
    weights: tuple[str, ...] = ()
    torch: bool = False
    memory: int = 0
    bundled: bool = True
    options: tuple[str, ...] = ()
    work: float = 0.0
    trial: bool = False

    def __post_init__(self) -> None:
        if not re.fullmatch(r"[a-z][a-z0-9_]*", self.name) or self.name == AUTO:
            raise ValueError(f"“{self.name}” is no name for an engine")
        if not self.verbs or not set(self.verbs) <= set(VERBS):
            raise ValueError(f"{self.name} answers none of {', '.join(VERBS)}")


class Told(Value):
    """An engine as Blender hears of it.

    Parameters
    ----------
    why : a sentence that says why it is not `available`, else empty.
    needs : what it lacks that can be got: "torch" and names of public models.
    cost : a sentence about where it runs, how long and in how much memory; empty for little.
    options : see `About`.
    automatic : whether "auto" tries it. trial : whether menus leave it out.
    """

    name: str
    label: str
    text: str
    verbs: tuple[str, ...]
    available: bool = True
    why: str = ""
    needs: tuple[str, ...] = ()
    cost: str = ""
    options: tuple[str, ...] = ()
    automatic: bool = False
    trial: bool = False

    @classmethod
    def of(cls, about: About, why: str = "", needs: Iterable[str] = (), cost: str = "") -> Told:
        """What is told of an engine that cannot run because of `why`, or can if that is empty."""
        automatic = about.rank is not None
        said = about.name, about.label, about.text, about.verbs
        return cls(*said, not why, why, tuple(needs), cost, about.options, automatic, about.trial)

    def to_json(self) -> dict[str, Any]:
        """An entry of `engines` in the engine's hello."""
        return {**vars(self), **{name: list(getattr(self, name)) for name in _LISTS}}

    @classmethod
    def from_json(cls, entry: Any) -> Told | None:
        """The engine of an entry, None where it is not one: a hello comes from another process."""
        if not isinstance(entry, Mapping) or entry.keys() != cls.defaults.keys():
            return None
        lists = {name: entry[name] for name in _LISTS}
        if not all(isinstance(one, list) for one in lists.values()):
            return None
        texts = [entry[name] for name in ("name", "label", "text", "why", "cost")]
        texts += [text for one in lists.values() for text in one]
        is_told = all(isinstance(text, str) for text in texts) and entry["name"]
        if not (is_told and all(verb in VERBS for verb in entry["verbs"])):
            return None
        answers = {name: bool(entry[name]) for name in ("available", "automatic", "trial")}
        tuples = {name: tuple(one) for name, one in lists.items()}
        return cls(**{**entry, **tuples, **answers})


def declared(folders: Iterable[str | Path] = (FOLDER,)) -> list[About]:
    """The engines of some folders, those first that "auto" tries first.

    Raises ValueError for a file whose declaration cannot be read.
    """
    found = (about for folder in folders for about in _declared_in(Path(folder)))
    return sorted(found, key=lambda about: (about.rank is None, about.rank or 0, about.name))


def told(entries: Any) -> list[Told]:
    """The engines of a hello, without what cannot be read."""
    read = map(Told.from_json, entries if isinstance(entries, list) else ())
    return [engine for engine in read if engine is not None]


@functools.lru_cache(maxsize=8)
def _declared_in(folder: Path) -> tuple[About, ...]:
    found = (_declaration(path) for path in sorted(folder.glob("*.py")))
    return tuple(about for about in found if about is not None)


def _declaration(path: Path) -> About | None:
    """What the file of an engine says; None when the file is none."""
    match = _DECLARATION.search(path.read_text(encoding="utf-8"))
    if match is None:
        return None
    try:
        call = ast.parse(match[1], mode="eval").body
        assert isinstance(call, ast.Call)
        values = {str(word.arg): ast.literal_eval(word.value) for word in call.keywords}
        about = About(**values)
    except (SyntaxError, ValueError, TypeError) as error:
        raise ValueError(f"{path.name} does not say what it is: {error}") from error
    if about.name != path.stem:
        raise ValueError(f"{path.name} calls itself {about.name}")
    return about
