# SPDX-License-Identifier: GPL-3.0-or-later
"""What is known of the files of a public model that lies here: ``manifest.json`` in its folder.

It says which revision they are of, and of each file its size and SHA-256, as it was published and
as it is kept.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from ..contract.errors import WeightsCorrupt, WeightsMissing
from ..contract.progress import SILENT, Progress
from .disk import digest, write
from .public import PublicModel

FILE = "manifest.json"


@dataclass(frozen=True)
class Kept:
    """One file. size, sha256 : of it here. published : SHA-256 or, of small files, Git's name of
    what it was made of, empty where that is not known. numbers : of weights: "F16", "F32", ...
    """

    size: int
    sha256: str
    published: str = ""
    published_size: int = 0
    numbers: str = ""


@dataclass
class Manifest:
    """The files of a model, by their paths in its folder with slashes.

    commit : of the repository, empty where they came from elsewhere; `source` says from where.
    """

    model: str
    source: str
    commit: str = ""
    licence: str = ""
    files: dict[str, Kept] = field(default_factory=dict)

    @property
    def size(self) -> int:
        """Bytes of all files."""
        return sum(one.size for one in self.files.values())

    def save(self, folder: Path) -> None:
        """Write it into a folder. Raises BadInput or DiskFull."""
        write(folder / FILE, json.dumps(asdict(self), indent=2, ensure_ascii=False) + "\n")


def read(folder: Path) -> Manifest | None:
    """The manifest of a folder, None where there is none that can be read."""
    try:
        said = json.loads((folder / FILE).read_text(encoding="utf-8"))
        files = {str(name): Kept(**one) for name, one in said.pop("files").items()}
        found = Manifest(**said, files=files)
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return None
    texts = [found.model, found.source, found.commit, found.licence]
    texts += [text for one in files.values() for text in (one.sha256, one.published, one.numbers)]
    is_one = all(isinstance(text, str) for text in texts) and all(
        type(one.size) is type(one.published_size) is int for one in files.values()
    )
    return found if is_one else None


def missing_or_cut(folder: Path, manifest: Manifest) -> list[str]:
    """The files that are not there, or not of their size."""
    return [name for name, one in manifest.files.items() if _size(folder / name) != one.size]


def damaged(folder: Path, manifest: Manifest, progress: Progress = SILENT) -> list[str]:
    """The files that are not there or not as they were kept; each is read. Raises Cancelled."""
    found, done = missing_or_cut(folder, manifest), 0
    whole = max(manifest.size, 1)
    for name, one in manifest.files.items():
        if name not in found:
            span = progress.span(done / whole, (done + one.size) / whole)
            if digest(folder / name, span).hexdigest() != one.sha256:
                found.append(name)
        done += one.size
    return found


def verify(model: PublicModel, folder: Path, progress: Progress = SILENT) -> Manifest:
    """The manifest of a model, all of whose files are as it says.

    Raises WeightsMissing where there is none, WeightsCorrupt, Cancelled.
    """
    manifest = read(folder)
    if manifest is None:
        if not folder.is_dir():
            raise WeightsMissing(
                f"{model.title} is not there.",
                f"Get it first (in a shell: models download {model.name}).",
            )
        raise WeightsMissing(
            f"Nothing is known of the files of {model.title} in {folder}.",
            f"Get it again, or see what they are (in a shell: models check {model.name}).",
        )
    wrong = damaged(folder, manifest, progress)
    if wrong:
        raise WeightsCorrupt(
            f"{model.title} is damaged: {some(wrong)}.",
            f"Get again what is damaged (in a shell: models download {model.name}).",
            "\n".join(wrong),
        )
    return manifest


def numbers(manifest: Manifest) -> Mapping[str, int]:
    """How many files of weights have which numbers."""
    kinds = [one.numbers for one in manifest.files.values() if one.numbers]
    return {kind: kinds.count(kind) for kind in sorted(set(kinds))}


def some(names: list[str]) -> str:
    """The first of names, for a sentence."""
    more = f" and {len(names) - 2} more" if len(names) > 2 else ""
    return ", ".join(names[:2]) + more


def _size(path: Path) -> int:
    return os.path.getsize(path) if os.path.isfile(path) else -1


def told(manifest: Manifest | None) -> dict[str, Any]:
    """What a list tells of it."""
    if manifest is None:
        return {}
    return {"commit": manifest.commit, "source": manifest.source, "numbers": numbers(manifest)}
