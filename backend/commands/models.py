# SPDX-License-Identifier: GPL-3.0-or-later
"""``models``: list, get, verify, remove and try out checkpoints, bundled ones and public models."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Sequence

from ..checkpoints import keeping, store
from ..checkpoints.catalogue import Checkpoint, bundled
from ..checkpoints.public import MODELS, PublicModel
from ..contract.errors import BadInput
from ..contract.progress import Progress
from . import public_models
from .console import Console
from .failures import OK, STOPPED

Listed = Checkpoint | PublicModel


def run(options: Namespace, console: Console) -> int:
    """Run the command. Returns the exit status."""
    action = options.action
    if action in ("download", "remove", "check") and not options.names:
        raise BadInput(f"Nothing was named to {action}.", "'models list' shows the names.")
    _check(options)
    chosen = _chosen(options.names)
    if action == "verify" and not options.names:
        chosen = [
            one for one in chosen if isinstance(one, Checkpoint) or store.folder_of(one).is_dir()
        ]
    ours = [one for one in chosen if isinstance(one, Checkpoint)]
    public = [one for one in chosen if isinstance(one, PublicModel)]
    if ours and action in ("remove", "check"):
        hint = "It cannot be removed." if action == "remove" else "Use: models verify"
        raise BadInput(f"'{ours[0].name}' is bundled with Partwise.", hint)
    if action == "check":
        return _reports(public, options, console)
    if action in ("verify", "download"):
        for checkpoint in ours:
            checkpoint.verify()
    try:
        said = [one for model in public if (one := _done(model, options, console))]
    except KeyboardInterrupt:
        if action != "download":
            raise
        console.warn("Stopped; the same command goes on from here, and models remove forgets it.")
        return STOPPED
    console.document["models"] = [*map(_row, ours), *map(keeping.row, public)]
    _print(chosen, console)
    console.close()
    for sentence in said:
        console.say(sentence)
    if not said:
        console.say(_sentence(action, ours, public))
    return OK


def _reports(public: Sequence[PublicModel], options: Namespace, console: Console) -> int:
    from .first_contact import report

    found = [report(model, console, imagine=options.imagine) for model in public]
    console.close()
    return max(found)


def _check(options: Namespace) -> None:
    """Raises BadInput for options that do not fit together."""
    given = {
        "--accept-licence": options.accept_licence,
        "--from": options.folder is not None,
        "--mirror": options.mirror is not None,
        "--offline": options.offline,
    }
    for name, there in given.items():
        if there and options.action != "download":
            raise BadInput(f"{name} is for downloads.", "Use it with 'models download NAME'.")
    if options.imagine and options.action != "check":
        raise BadInput("--imagine is for checks.", "Use it with 'models check NAME'.")
    if options.folder is not None and len(options.names) != 1:
        raise BadInput("--from names the files of one model.", "Name one model.")
    if options.folder is not None and options.mirror is not None:
        raise BadInput("--from and --mirror exclude each other.", "Leave one out.")


def _chosen(names: Sequence[str]) -> list[Listed]:
    """What is named, or all that there is."""
    known: dict[str, Listed] = {one.name: one for one in bundled()}
    known |= {model.name: model for model in MODELS}
    for name in names:
        if name not in known:
            raise BadInput(f"There is no model “{name:.60}”.", f"Known: {', '.join(known)}.")
    return [known[name] for name in dict.fromkeys(names)] if names else list(known.values())


def _done(model: PublicModel, options: Namespace, console: Console) -> str:
    """Do with a public model what was asked for. Returns a sentence, empty for nothing."""
    match options.action:
        case "download":
            return public_models.get(model, options, console)
        case "verify":
            return keeping.verify(model, Progress(console.progress))
        case "remove":
            return keeping.remove(model)[0]
    return ""


def _print(chosen: Sequence[Listed], console: Console) -> None:
    width = max((len(one.name) for one in chosen), default=0)
    for one in chosen:
        text = (
            f"{one.size / 1e6:.1f} MB  bundled"
            if isinstance(one, Checkpoint)
            else public_models.line(one)
        )
        console.result(f"{one.name:{width}}  {text}")


def _sentence(action: str, ours: Sequence[Checkpoint], public: Sequence[PublicModel]) -> str:
    count = len(ours) + len(public)
    if count == 0:
        return "No checkpoint is bundled."
    if action == "download":
        return "Bundled with Partwise; there is nothing to download."
    return f"Checkpoints{'' if action == 'list' else ' verified'}: {count}."


def _row(checkpoint: Checkpoint) -> dict[str, object]:
    return {
        "name": checkpoint.name,
        "file": str(checkpoint.path),
        "bytes": checkpoint.size,
        "sha256": checkpoint.sha256,
        "bundled": True,
    }
