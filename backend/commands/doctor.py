# SPDX-License-Identifier: GPL-3.0-or-later
"""``doctor``: can this machine run Partwise? Each line is a check; a failed one says what to do."""

from __future__ import annotations

import platform
import sys
import tempfile
import time
from argparse import Namespace
from collections.abc import Callable
from functools import partial

from .. import __version__
from ..checkpoints import manifest, store
from ..checkpoints.catalogue import bundled, find
from ..checkpoints.disk import gigabytes, size_of
from ..checkpoints.public import MODELS
from ..contract import libraries
from ..contract.engines import About
from ..contract.errors import PartwiseError
from ..engines import registry
from ..machine import device
from ..machine.cpu import cores, memory, processor
from .console import Console
from .failures import FAULT, OK


class Trouble(Exception):
    """A check failed; the text says what to do."""


def run(_options: Namespace, console: Console) -> int:
    """Run all checks. Returns 0 when the machine can run Partwise, else 1."""
    rows = []
    asked = checks()
    for number, (name, check) in enumerate(asked.items()):
        console.progress(f"Checking {number + 1} of {len(asked)}: {name}", number, len(asked))
        try:
            good, text = True, check()
        except Exception as error:
            known = isinstance(error, Trouble | PartwiseError)
            good, text = False, str(error) if known else f"{type(error).__name__}: {error}"
        rows.append({"check": name, "ok": good, "text": text})
        console.result(f"{'ok  ' if good else 'FAIL'} {name}: {text}")
    healthy = all(row["ok"] for row in rows)
    console.document = {"ok": healthy, "checks": rows}
    console.close()
    if healthy:
        console.say("Partwise can run on this machine.")
        return OK
    bad = ", ".join(str(row["check"]) for row in rows if not row["ok"])
    console.warn(f"Partwise cannot run properly on this machine; see: {bad}.")
    return FAULT


def _python() -> str:
    if not (3, 11) <= sys.version_info < (3, 15):
        raise Trouble(f"{platform.python_version()}; use Python 3.11 to 3.14.")
    return f"{platform.python_version()} ({platform.python_implementation()})"


def _libraries() -> str:
    found = libraries.found()
    for name in libraries.MODULES:
        if name not in found and name not in libraries.OPTIONAL:
            raise Trouble(
                f"{name} is missing; pip install --require-hashes -r requirements/engine.lock"
            )
    there = ", ".join(f"{name} {version}" for name, (version, _) in found.items())
    lacking = [f"{name} ({lost})" for name, lost in libraries.without().items()]
    return f"{there}; without {', '.join(lacking)}" if lacking else there


def _memory() -> str:
    size = memory()
    return "unknown" if size is None else f"{size / 2**30:.1f} GiB"


def _graphics() -> str:
    """What networks run on. Neither asks torch, which takes seconds to load."""
    used, found = device.usable(), device.cards()
    if used.kind != "cpu":
        return str(used)
    if not found:
        return "none that networks could use; everything runs on the processor"
    cards = ", ".join(map(str, found))
    if not device.torch_builds():
        return f"{cards}; not used: no PyTorch for it is installed, and the engines need none"
    return f"{cards}; not used: the installed PyTorch is made for something else"


def _temporary() -> str:
    with tempfile.NamedTemporaryFile(prefix="partwise-") as file:
        file.write(b"partwise")
        file.flush()
    return tempfile.gettempdir()


def _weights() -> str:
    checkpoints = bundled()
    for checkpoint in checkpoints:
        checkpoint.verify()
    return ", ".join(checkpoint.name for checkpoint in checkpoints) or "none bundled, none needed"


def _public_models() -> str:
    """Those that lie here, as far as it can be told without reading gigabytes."""
    found = []
    for model in MODELS:
        folder = store.folder_of(model)
        if folder.is_dir():
            known = manifest.read(folder)
            if store.lacking(model) or (known and manifest.missing_or_cut(folder, known)):
                raise Trouble(f"{model.title} is not whole; run: models download {model.name}")
            found.append(f"{model.title} ({gigabytes(size_of(folder))})")
    return ", ".join(found) or f"none in {store.home()}; they are optional, see: models list"


def _engine(about: About) -> str:
    """Can an engine run here? Its weights are as published, and it cuts a small mesh in two."""
    if not about.bundled and (why := registry.obstacle(about)) is not None:
        return f"not used: {why}"
    public = [one for one in MODELS if one.name in about.weights]
    weights = [find(name) for name in about.weights if name not in {one.name for one in public}]
    for one in weights:
        one.verify()
    size = sum(one.size for one in weights)
    size += sum(size_of(store.folder_of(one)) for one in public)
    began = time.perf_counter()
    done = _halves(about.name) if "segment" in about.verbs else ""
    if not done:
        registry.load(about)
    library = "torch" if about.torch else "NumPy"
    took = time.perf_counter() - began
    trial = "; on trial, not in Blender's menus" if about.trial else ""
    said = f"runs on {library} with {gigabytes(size)} of weights; {done or 'loaded'}"
    return f"{said}, {took:.1f} s{trial}"


def _halves(engine: str) -> str:
    """Cut a small mesh in two. Raises Trouble when that fails."""
    import numpy as np
    import trimesh

    from ..pipelines.segment import analyse, labels

    ball = trimesh.creation.icosphere(subdivisions=3)
    vertices = np.array(ball.vertices)
    vertices[:, 0] *= 1.2
    vertices[:, 1:] *= 0.15 + np.abs(vertices[:, :1])  # a waist: two lobes
    found = labels(analyse(vertices, np.array(ball.faces), engine=engine), parts=2)
    if len(found) != len(ball.faces) or len(np.unique(found)) != 2:
        raise Trouble("a small mesh was not cut into two parts; please report this.")
    return f"a mesh of {len(found)} triangles in two parts"


def checks() -> dict[str, Callable[[], str]]:
    """What is checked, by name: this machine, then each engine that there is."""
    return {
        "partwise": lambda: __version__,
        "python": _python,
        "system": platform.platform,
        "processor": lambda: f"{processor()}, {cores()} cores",
        "memory": _memory,
        "libraries": _libraries,
        "graphics": _graphics,
        "temporary files": _temporary,
        "weights": _weights,
        "public models": _public_models,
        **{f"{about.name} engine": partial(_engine, about) for about in registry.engines()},
    }
