# SPDX-License-Identifier: GPL-3.0-or-later
"""Does a new environment work? ``doctor`` runs on its Python, and torch multiplies on the card."""

from __future__ import annotations

import json
from pathlib import Path

from ..contract.errors import PartwiseError
from ..contract.progress import SILENT, Progress
from ..machine import device
from . import child
from .environment import python_in, variables

_TOP = Path(__file__).resolve().parents[2]
# What does not speak of the environment: an install does not fail for half a public model.
_OTHERS = ("public models",)
# By the path of this engine, whatever its package is called: inside Blender it has another name.
_DOCTOR = """
import runpy, sys
sys.path.append(sys.argv.pop(1))
runpy.run_module("backend", run_name="__main__", alter_sys=True)
"""
# A product that is wrong where a kernel is missing, on the card if there is one. Prints JSON.
_MULTIPLY = """
import json, sys, torch
name = "cpu"
if sys.argv[1] in ("cuda12", "cuda13", "rocm") and torch.cuda.is_available():
    name = "cuda"
if sys.argv[1] == "mps" and torch.backends.mps.is_available():
    name = "mps"
if sys.argv[1] == "xpu" and torch.xpu.is_available():
    name = "xpu"
a = torch.arange(64 * 64, dtype=torch.float32).reshape(64, 64) % 7
right = bool(torch.equal((a.to(name) @ a.to(name).T).cpu(), a @ a.T))
print(json.dumps({"torch": torch.__version__, "device": name, "right": right}))
"""


def try_out(folder: Path, accelerator: str, home: Path, progress: Progress = SILENT) -> str:
    """Try an environment. Returns a sentence about what runs in it.

    Raises PartwiseError where it does not work, Cancelled.
    """
    return try_python(python_in(folder), accelerator, home, progress)


def try_python(path: Path, accelerator: str, home: Path, progress: Progress = SILENT) -> str:
    """The same for a Python, whatever environment it is of."""
    python = str(path)
    progress = progress.span(0.0, 1.0, "Trying it out")
    out = _asked([python, "-I", "-c", _MULTIPLY, accelerator], home, progress.span(0.0, 0.5))
    found = _last(out)
    used = "cpu" if found.get("device") == "cpu" else accelerator
    if found.get("right") is not True:
        raise _failed("PyTorch computes wrongly on this computer.", out)
    kind = "cuda" if accelerator.startswith("cuda") else accelerator
    if used == "cpu" and any(card.kind == kind != "cpu" for card in device.cards()):
        raise _failed(
            "PyTorch does not find the graphics card.", out, "Update its driver and try again."
        )
    words = [python, "-I", "-c", _DOCTOR, str(_TOP), "doctor", "--json"]
    rows = _last(_asked(words, home, progress.span(0.5, 1.0), also=(1,))).get("checks")
    if not isinstance(rows, list):
        raise _failed("The engine does not start in the new environment.", out)
    bad = [row for row in rows if not row["ok"] and row["check"] not in _OTHERS]
    if bad:
        raise _failed(f"{bad[0]['check']}: {bad[0]['text']}".rstrip("."), json.dumps(bad, indent=1))
    label = device.LABELS["cpu" if used == "cpu" else kind]
    return f"PyTorch {found.get('torch')} runs on {label}."


def _asked(words: list[str], home: Path, progress: Progress, also: tuple[int, ...] = ()) -> str:
    try:
        ended = child.run(words, variables(home), progress)
    except OSError as error:
        raise _failed("The new Python cannot be started.", str(error)) from error
    if ended.status not in (0, *also):
        last = next((line for line in reversed(ended.said.splitlines()) if line.strip()), "")
        raise _failed(
            f"The new environment does not work: {last.strip()[:200]}".rstrip("."), ended.said
        )
    return ended.out


def _last(out: str) -> dict[str, object]:
    """The JSON of the last line that a program printed; empty where it is none."""
    try:
        found = json.loads(out.strip().splitlines()[-1])
    except (IndexError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _failed(sentence: str, detail: str, hint: str = "") -> PartwiseError:
    return PartwiseError(
        sentence if sentence.endswith(".") else f"{sentence}.",
        hint or "What was installed before stays in use; try again, or choose another accelerator.",
        detail[-6000:],
    )
