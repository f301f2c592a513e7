# SPDX-License-Identifier: GPL-3.0-or-later
"""What ``models`` does with public models, and what it says of them."""

from __future__ import annotations

from argparse import Namespace

from ..checkpoints import keeping, licences, store
from ..checkpoints.disk import gigabytes, size_of
from ..checkpoints.public import PublicModel
from ..contract.progress import Progress
from ..latents.fitting import fits
from .console import Console


def get(model: PublicModel, options: Namespace, console: Console) -> str:
    """Get a model from the hub or a folder. Returns a sentence."""
    if options.accept_licence:
        licences.agree(model, model.licence, store.home())
    return keeping.get(
        model,
        folder=options.folder,
        mirror=options.mirror,
        offline=options.offline,
        fits=fits,
        progress=Progress(console.progress),
    )


def line(model: PublicModel) -> str:
    """A model in a list for people."""
    state = {
        "here": f"{gigabytes(size_of(store.folder_of(model)))}, here",
        "begun": f"{gigabytes(model.size)}, begun to download",
        "missing": f"{gigabytes(model.size)} to download",
    }[keeping.state(model)]
    limits = f" ({model.limits})" if model.limits else ""
    return f"{state}  {model.licence}{limits}  {keeping.trouble(model) or model.unlocks}"
