# SPDX-License-Identifier: GPL-3.0-or-later
"""What asks for the environment of large networks and for public models: look, get, repair, remove.

All of it lies in the folder that PARTWISE_HOME names. A process of its own answers, so that nothing
waits for a download. Standard library and NumPy only.
"""

from __future__ import annotations

from typing import Annotated, Any

from .engines import AUTO
from .fields import Fields, Json, Text, Whole

Name = Annotated[str, Text(1, 50)]
Place = Annotated[str, Text(0, 4096)]  # a path or an address, empty for none
Switch = Annotated[bool, Json(bool)]


class LookAtSetup(Fields):
    """What is installed, and what could be? Nothing is changed and nobody is asked.

    accelerator: the build of PyTorch that is wished, "auto" for the best for this computer. pack:
    path of an offline pack that would be used. online: whether going online is allowed.
    """

    accelerator: Name = AUTO
    pack: Place = ""
    online: Switch = True


class SetupTold(Fields):
    """The answer to `LookAtSetup`.

    engine: {state, accelerator, label, python, own, trouble, bytes, left} of the environment in
    use; state is "missing", "here", "damaged", or "outdated" where this version lists other
    packages; own is the path of a Python that somebody brought along, else empty; trouble says what
    is damaged; bytes is what it and its caches take, left what was removed and still takes room,
    which `FreeDisk` frees. choice: {accelerator, label,
    download_bytes, installed_bytes} of what an installation would bring. accelerators: [{name,
    label}] that can be chosen here. findings: [{about, level, text, advice}], level one of "ok",
    "warning", "stop". models: [{name, title, state, download_bytes, kept_bytes, bytes,
    memory_bytes, unlocks, licence, licence_page, terms, page, limits, consent}]; state is
    "missing", "begun" or "here"; limits are empty for a licence without limits; consent is true
    where the licence needs none or was agreed to.
    """

    home: Annotated[str, Text(1)]
    engine: Annotated[dict[str, Any], Json(dict)]
    choice: Annotated[dict[str, Any], Json(dict)]
    accelerators: Annotated[list[Any], Json(list)]
    findings: Annotated[list[Any], Json(list)]
    models: Annotated[list[Any], Json(list)]


class InstallEngine(Fields):
    """Make the environment, unless it is there and whole.

    accelerator: as in `LookAtSetup`. pack: path of an offline pack. mirror: address of an index, or
    a folder of wheels. repair: make it anew. online: whether going online is allowed.
    """

    accelerator: Name = AUTO
    pack: Place = ""
    mirror: Place = ""
    repair: Switch = False
    online: Switch = True


class UsePython(Fields):
    """Let large networks run on somebody's own Python, once it was tried out.

    python: its path, or that of the folder of its environment.
    """

    python: Annotated[str, Text(1, 4096)]


class RemoveEngine(Fields):
    """Remove the environment and its caches, at once; models stay. `FreeDisk` frees their room."""


class FreeDisk(Fields):
    """Delete what was removed and still takes room, which takes a while."""


class GetModel(Fields):
    """Get a model, or what is missing or damaged of it.

    folder: where its files are already, empty to download them. mirror: address of a hub. licence:
    the name of the licence that was agreed to just now, empty for none: it is remembered.
    """

    name: Name
    folder: Place = ""
    mirror: Place = ""
    licence: Annotated[str, Text(0, 200)] = ""


class VerifyModel(Fields):
    """Read all files of a model and compare them with what came."""

    name: Name


class RemoveModel(Fields):
    """Remove a model, and what of it was downloaded so far."""

    name: Name


class SetupChanged(Fields):
    """What was done, in a sentence; `freed` are bytes that are free again, or soon will be."""

    sentence: Annotated[str, Text(1)]
    freed: Annotated[int, Whole(0, (1 << 53) - 1)] = 0
