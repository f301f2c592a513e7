# SPDX-License-Identifier: GPL-3.0-or-later
"""A Python that somebody brings along, with a PyTorch that no list here has: for AMD's cards, or
one that they built themselves. It is tried out as any other and used as it is: nothing is installed
into it or removed from it, and nothing compares its packages with hashes.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path

from ..contract import installed
from ..contract.errors import BadInput
from ..contract.progress import SILENT, Progress
from . import child, environment, removal, trial
from .environment import Environment, python_in
from .install import Installed
from .preflight import PYTHONS

Trial = Callable[[Path, str, Path, Progress], str]
_HINT = "Choose the program python of an environment, or the environment's folder."
_NEEDED = ("huggingface_hub", "safetensors", "tokenizers")  # `doctor` asks for all else
# What the Python is, what it lacks, and what its PyTorch is made for, as JSON; no card is asked.
_ABOUT = """
import json, platform, sys
from importlib.util import find_spec
said = {"python": platform.python_version(), "version": sys.version_info[:2]}
try:
    import torch
    said["cuda"], said["hip"] = torch.version.cuda, torch.version.hip
    said["xpu"] = getattr(torch.version, "xpu", None)
    said["mps"] = torch.backends.mps.is_built()
except Exception as error:
    said["trouble"] = f"{type(error).__name__}: {error}"
said["missing"] = [name for name in sys.argv[1:] if find_spec(name) is None]
print(json.dumps(said))
"""


def use(
    home: Path, path: Path, *, trial_of: Trial | None = None, progress: Progress = SILENT
) -> Installed:
    """Let engines with torch run on somebody's own Python, from now on. What was installed before
    is removed once it works.

    Parameters
    ----------
    home : the folder of all that is installed.
    path : the Python, or the folder of its environment.
    trial_of : as for `install.install`, of the Python's path.

    Raises BadInput, PartwiseError, Cancelled; then all stays as it was.
    """
    python = _python(path)
    with removal.alone(home):
        made = _about(python, home, progress.span(0.0, 0.3, f"Trying out {python}"))
        sentence = (trial_of or trial.try_python)(
            python, made.accelerator, home, progress.span(0.3, 1.0, trial.STAGE)
        )
        environment.make_current(made, home)
        removal.put_leftovers_aside(home, made)
    return Installed(made, f"{sentence} It is {python}, used as it is.", True)


def _python(path: Path) -> Path:
    found = python_in(path) if path.is_dir() else path
    if not found.is_file():
        raise BadInput(f"There is no Python at {path}.", _HINT)
    return found.absolute()  # no link is followed: it is by its path that it knows its environment


def _about(python: Path, home: Path, progress: Progress) -> Environment:
    """What is asked of a Python before it is tried out."""
    try:
        words = [str(python), "-I", "-c", _ABOUT, *_NEEDED]
        ended = child.run(words, environment.variables(home), progress)
        said = json.loads(ended.out.strip().splitlines()[-1])
        version = tuple(said["version"])
    except (OSError, ValueError, LookupError, TypeError) as error:
        raise BadInput(f"{python} is no Python that runs.", _HINT, str(error)) from error
    first, end = PYTHONS
    if not first <= version < end:
        wanted = " to ".join((f"{first[0]}.{first[1]}", f"{end[0]}.{end[1] - 1}"))
        raise BadInput(f"{python} is Python {said['python']}.", f"Use one of {wanted}.")
    if "trouble" in said:
        raise BadInput(
            f"PyTorch does not load in {python}.",
            "Install PyTorch for your card there.",
            said["trouble"],
        )
    if said["missing"]:
        raise BadInput(
            f"{', '.join(said['missing'])} is missing in {python}.",
            "Install the packages of requirements/networks.lock there.",
        )
    return Environment(installed.OWN, _accelerator(said), "", said["python"], own=str(python))


def _accelerator(said: dict[str, object]) -> str:
    if said["hip"]:
        return "rocm"
    if said["cuda"]:
        return "cuda13" if int(str(said["cuda"]).split(".")[0]) >= 13 else "cuda12"
    if said["xpu"]:
        return "xpu"
    return "mps" if said["mps"] and sys.platform == "darwin" else "cpu"
