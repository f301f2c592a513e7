# SPDX-License-Identifier: GPL-3.0-or-later
"""What is installed and what could be, and doing it: the answers to the set-up card of Blender.

The command line does the same by the same functions: `installation.plan`, `checkpoints.keeping`.
Nothing here needs torch, and only getting a model needs more than Blender's own Python.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ..checkpoints import keeping, licences, store
from ..checkpoints.hub import forbidden
from ..checkpoints.public import MODELS, public_model
from ..contract import requests
from ..contract.errors import PartwiseError, without_shell
from ..contract.fields import Fields
from ..contract.progress import Progress
from ..installation import own, removal, told
from ..installation.plan import Plan, offered, plan
from ..installation.preflight import Finding
from ..latents.fitting import fits


def answer(request: Fields, progress: Progress) -> Fields:
    """Answer one of the requests. Raises PartwiseError."""
    match request:
        case requests.LookAtSetup():
            return look(request)
        case requests.InstallEngine():
            return install_engine(request, progress)
        case requests.UsePython():
            return use_python(request, progress)
        case requests.RemoveEngine():
            return remove_engine(progress)
        case requests.FreeDisk():
            return free_disk(progress)
        case requests.GetModel():
            return get_model(request, progress)
        case requests.VerifyModel():
            return verify_model(request, progress)
        case requests.RemoveModel():
            progress.span(0.0, 1.0, "Removing").step()
            return remove_model(request)
    raise TypeError(type(request).__name__)


def home() -> Path:
    """The folder of all that is installed and downloaded."""
    return store.home().expanduser().absolute()


def look(request: requests.LookAtSetup) -> requests.SetupTold:
    """What is there and what could be. Nobody is asked; what is wrong is told, not raised."""
    here, there = home(), told.look(home())
    found = there.environment
    choice: dict[str, Any] = {
        "accelerator": "", "label": "", "download_bytes": 0, "installed_bytes": 0
    }  # fmt: skip
    try:
        ready = _planned(request, online=request.online)
    except PartwiseError as error:
        findings = [Finding("choice", "stop", error.message, error.hint)]
    else:
        one, findings = ready.choice.accelerator, list(ready.findings)
        choice = {
            "accelerator": one.name,
            "label": one.label,
            "download_bytes": 0 if ready.source.is_local else one.download,
            "installed_bytes": one.installed,
        }
    return requests.SetupTold(
        home=str(here),
        engine={
            "state": there.state,
            "accelerator": found.accelerator if found else "",
            "label": there.label,
            "python": found.python if found else "",
            "own": found.own if found else "",
            "trouble": there.trouble,
            "bytes": there.bytes,
            "left": there.left,
        },
        choice=choice,
        accelerators=[{"name": one.name, "label": one.label} for one in offered()],
        findings=[
            {
                "about": one.about,
                "level": one.level,
                "text": one.text,
                "advice": without_shell(one.advice),
            }
            for one in findings
        ],
        models=[keeping.row(model) for model in MODELS],
    )


def install_engine(request: requests.InstallEngine, progress: Progress) -> requests.SetupChanged:
    """Make the environment, unless it is there and whole."""
    ready = _planned(request, online=request.online, mirror=request.mirror, repair=request.repair)
    done = ready.carry_out(repair=request.repair, progress=progress)
    return requests.SetupChanged(done.told(ready.home))


def use_python(request: requests.UsePython, progress: Progress) -> requests.SetupChanged:
    """Try somebody's own Python, and use it if it works."""
    path = Path(request.python).expanduser()
    return requests.SetupChanged(own.use(home(), path, progress=progress).sentence)


def remove_engine(progress: Progress) -> requests.SetupChanged:
    """Remove the environment and its caches."""
    return requests.SetupChanged(*removal.remove_in_words(home(), progress))


def free_disk(progress: Progress) -> requests.SetupChanged:
    """Delete what was removed and still takes room."""
    return requests.SetupChanged(*removal.free_in_words(home(), progress))


def get_model(request: requests.GetModel, progress: Progress) -> requests.SetupChanged:
    """Get a model. A licence that is named was agreed to just now."""
    model = public_model(request.name)
    if request.licence:
        licences.agree(model, request.licence, store.home())
    sentence = keeping.get(
        model,
        folder=Path(request.folder).expanduser() if request.folder else None,
        mirror=request.mirror or None,
        fits=fits,
        progress=progress,
    )
    return requests.SetupChanged(sentence)


def verify_model(request: requests.VerifyModel, progress: Progress) -> requests.SetupChanged:
    """Read all files of a model and compare them."""
    return requests.SetupChanged(keeping.verify(public_model(request.name), progress))


def remove_model(request: requests.RemoveModel) -> requests.SetupChanged:
    """Remove a model, and what of it was downloaded so far."""
    return requests.SetupChanged(*keeping.remove(public_model(request.name)))


def _planned(
    request: requests.LookAtSetup | requests.InstallEngine,
    *,
    online: bool,
    mirror: str = "",
    repair: bool = False,
) -> Plan:
    return plan(
        home(),
        request.accelerator,
        mirror=mirror,
        packed=Path(request.pack).expanduser() if request.pack else None,
        repair=repair,
        online=online and not forbidden(),
    )
