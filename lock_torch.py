# SPDX-License-Identifier: GPL-3.0-or-later
"""Make the lists of PyTorch's packages, requirements/torch-*.lock, one for each accelerator.

    python lock_torch.py cuda13=cu130 cuda12=cu126      # accelerator=build of PyTorch's own index

A build that the public index has under PyTorch's version alone (`PLAIN`) is taken from there; for
the other systems of a list PyTorch's own index has to be reached. Hashes of what torch needs are
those of the public index, where the installer looks for it. All lists name the version of
torch.txt, but for those whose ``torch-NAME.in`` names its own.
"""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from backend.contract.errors import BadInput, PartwiseError, Unreachable
from backend.installation import lists, uv
from backend.installation.accelerators import ACCELERATORS, PLAIN
from backend.installation.lists import Pin

PYTHON = "3.11"  # the first that lists are for
_TORCH = re.compile(r"^torch\s*(==[^\s;]+)?\s*(?:;\s*(.+))?$", re.M)


def locked(name: str, build: str, folder: Path = lists.FOLDER) -> list[Pin]:
    """The packages of an accelerator, resolved from ``torch-NAME.in`` in `folder`.

    Hashes of builds that the list in `folder` has already stay: PyTorch's own index does not tell
    that of each file. Raises BadInput, Unreachable, PartwiseError.
    """
    accelerator = ACCELERATORS.get(name)
    if accelerator is None:
        raise BadInput(f"There is no accelerator “{name}”.", f"Known: {', '.join(ACCELERATORS)}.")
    match = _TORCH.search((folder / f"torch-{name}.in").read_text(encoding="utf-8"))
    if match is None:
        raise BadInput(f"torch-{name}.in names no torch.")
    version, marker = match[1] or "", match[2] or ""
    systems = [one for one in accelerator.systems if lists.may_hold(marker, one)]
    plain = [one for one in systems if PLAIN[one] == name or (name, one) == ("cpu", "darwin")]
    built = [one for one in systems if one not in plain]
    found = []
    for some, options in ((plain, []), (built, [lists.BACKEND, build])):
        if some:
            of_them = " or ".join(f"sys_platform == '{one}'" for one in some)
            both = f"({marker}) and ({of_them})" if marker else of_them
            wanted = f"torch{version} ; {both}"
            found += _compiled([wanted], options, folder)
    public = [replace(pin, hashes=()) for pin in found if not lists.is_own(pin)]
    pins = _compiled([str(pin) for pin in public], ["--no-deps"], folder)
    path = lists.file_of(accelerator, folder)
    known = lists.read(path) if path.is_file() else []
    pins += [_with_known(pin, known) for pin in found if lists.is_own(pin)]
    return sorted(pins, key=lambda pin: (pin.name, pin.version))


def _with_known(pin: Pin, known: Sequence[Pin]) -> Pin:
    same = [one for one in known if (one.name, one.version) == (pin.name, pin.version)]
    hashes = {*pin.hashes, *(one for other in same for one in other.hashes)}
    return replace(pin, hashes=tuple(sorted(hashes)))


def _compiled(wanted: Sequence[str], options: Sequence[str], folder: Path) -> list[Pin]:
    """The pins of requirements for all systems at once, as uv resolves them."""
    words = [sys.executable, "-m", "uv", "pip", "compile", "--quiet", "--no-config", "--universal"]
    words += ["--python-version", PYTHON, "--generate-hashes", "--no-emit-index-url"]
    words += ["--no-header", "--no-annotate", *options]
    names_its_own = any(one.startswith("torch==") for one in wanted)
    for constraint in (lists.NETWORKS,) if names_its_own else ("torch.txt", lists.NETWORKS):
        words += ["--constraint", str(folder / constraint)]
    done = subprocess.run([*words, "-"], input="\n".join(wanted), capture_output=True, text=True)
    if done.returncode != 0:
        raise uv.in_words(done.stderr)
    return lists.parse(done.stdout, "of uv")


def text_of(pins: Sequence[Pin]) -> str:
    """A list as uv writes one, a hash in each line."""
    return "".join(f"{pin}\n".replace(" --hash", " \\\n    --hash") for pin in pins)


def main(arguments: Sequence[str] | None = None) -> int:
    """Make the lists that are asked for. Returns the exit status."""
    for word in sys.argv[1:] if arguments is None else arguments:
        name, _, build = word.partition("=")
        try:
            pins = locked(name, build)
        except Unreachable as error:
            print(f"torch-{name}.lock stays as it is. {error}", file=sys.stderr)
            return 2
        except PartwiseError as error:
            print(error, file=sys.stderr)
            return 2
        path = lists.file_of(ACCELERATORS[name])
        path.write_text(text_of(pins), encoding="utf-8", newline="\n")
        print(f"{len(pins)} packages  {path}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
