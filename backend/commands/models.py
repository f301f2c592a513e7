# SPDX-License-Identifier: GPL-3.0-or-later
"""``models``: list and verify checkpoints. The bundled ones need no download."""

from __future__ import annotations

from argparse import Namespace

from ..checkpoints.catalogue import Checkpoint, bundled, find
from ..contract.errors import BadInput
from .console import Console
from .failures import OK


def run(options: Namespace, console: Console) -> int:
    """Run the command. Returns the exit status."""
    if options.action in ("download", "remove") and not options.names:
        raise BadInput(f"Nothing was named to {options.action}.", "'models list' shows the names.")
    chosen = [find(name) for name in options.names] if options.names else bundled()
    if options.action == "remove":
        raise BadInput(f"'{chosen[0].name}' is bundled with Partwise.", "It cannot be removed.")
    if options.action != "list":
        for checkpoint in chosen:
            checkpoint.verify()
    console.document = {"models": [_row(checkpoint) for checkpoint in chosen]}
    for checkpoint in chosen:
        console.result(f"{checkpoint.name}  {checkpoint.size / 1e6:.1f} MB  bundled")
    console.close()
    console.say(_sentence(options.action, len(chosen)))
    return OK


def _sentence(action: str, count: int) -> str:
    if count == 0:
        return "No checkpoint is bundled."
    return {
        "list": f"Checkpoints: {count}.",
        "verify": f"Checkpoints verified: {count}.",
        "download": "Bundled with Partwise; there is nothing to download.",
    }[action]


def _row(checkpoint: Checkpoint) -> dict[str, object]:
    return {
        "name": checkpoint.name,
        "file": str(checkpoint.path),
        "bytes": checkpoint.size,
        "sha256": checkpoint.sha256,
        "bundled": True,
    }
