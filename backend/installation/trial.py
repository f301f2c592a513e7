# SPDX-License-Identifier: GPL-3.0-or-later
"""Does a new environment work? ``doctor`` runs on its Python, and torch multiplies on the card.

Both at once: the first reads gigabytes of libraries, the second computes.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path

from ..contract.errors import PartwiseError
from ..contract.progress import SILENT, Progress
from ..machine import device
from . import child
from .environment import python_in, variables

_TOP = Path(__file__).resolve().parents[2]
# What does not speak of the environment: an install does not fail for half a public model.
_OTHERS = ("public models",)
STAGE = "Trying it out"
_STEP = re.compile(r"(\d+) of (\d+): (.+)")
# By the path of this engine, whatever its package is called: inside Blender it has another name.
_DOCTOR = """
import runpy, sys
sys.path.append(sys.argv.pop(1))
runpy.run_module("backend", run_name="__main__", alter_sys=True)
"""
# A product that is wrong where a kernel is missing, on the card if there is one. Prints JSON.
_MULTIPLY = """
import json, sys
print("1 of 3: PyTorch is loaded", file=sys.stderr, flush=True)
import torch
print("2 of 3: PyTorch computes", file=sys.stderr, flush=True)
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
    python, kept = str(path), variables(home)
    progress = progress.span(0.0, 1.0, STAGE)
    of_torch = [python, "-I", "-c", _MULTIPLY, accelerator]
    of_doctor = [python, "-I", "-c", _DOCTOR, str(_TOP), "doctor", "--json"]
    try:
        with child.going(of_torch, kept) as torch, child.going(of_doctor, kept) as doctor:
            look = _Look((torch, doctor))
            out = _good(torch.wait(progress, look))
            sentence = _of_torch(out, accelerator)
            rows = _last(_good(doctor.wait(progress, look), also=(1,))).get("checks")
    except OSError as error:
        raise _failed("The new Python cannot be started.", str(error)) from error
    if not isinstance(rows, list):
        raise _failed("The engine does not start in the new environment.", out)
    bad = [row for row in rows if not row["ok"] and row["check"] not in _OTHERS]
    if bad:
        raise _failed(f"{bad[0]['check']}: {bad[0]['text']}".rstrip("."), json.dumps(bad, indent=1))
    return sentence


def _of_torch(out: str, accelerator: str) -> str:
    """The sentence for what torch said. Raises PartwiseError where it does not work."""
    found = _last(out)
    used = "cpu" if found.get("device") == "cpu" else accelerator
    if found.get("right") is not True:
        raise _failed("PyTorch computes wrongly on this computer.", out)
    kind = "cuda" if accelerator.startswith("cuda") else accelerator
    if used == "cpu" and any(card.kind == kind != "cpu" for card in device.cards()):
        raise _failed(
            "PyTorch does not find the graphics card.", out, "Update its driver and try again."
        )
    label = device.LABELS["cpu" if used == "cpu" else kind]
    return f"PyTorch {found.get('torch')} runs on {label}."


@dataclass
class _Look:
    """How far programs are, that say on stderr “2 of 3: what they do”."""

    programs: tuple[child.Going, ...]
    share: float = 0.0

    def __call__(self) -> tuple[str, float]:
        words, shares = [], []
        for one in self.programs:
            said = _STEP.findall(one.so_far())
            if not one.runs:
                shares.append(1.0)
            elif said:
                number, of, what = said[-1]
                shares.append((int(number) - 1) / int(of))
                words.append(what)
        self.share = max(self.share, sum(shares) / len(self.programs))
        return ": ".join([STAGE, *filter(None, [", ".join(words)])]), self.share


def _good(ended: child.Ended, also: tuple[int, ...] = ()) -> str:
    """What a program printed that ended well."""
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
