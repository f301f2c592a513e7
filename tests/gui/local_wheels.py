# SPDX-License-Identifier: GPL-3.0-or-later
"""Wheels for the index of the set-up's walk-through, made of what this machine has.

They stand for the packages of the engine for large models: what asks the hub is the real one, and
a line leads to the libraries that come with Partwise. Standard library only, for Blender makes one
of them itself.
"""

from __future__ import annotations

import base64
import hashlib
import re
import zipfile
from collections.abc import Iterable, Mapping
from importlib import metadata
from pathlib import Path

HUB = "huggingface_hub"
PLAIN = (".py", ".txt", ".typed", ".json", ".pem", ".dat")  # nothing that was compiled


def make_wheel(folder: Path, name: str, files: Mapping[str, bytes]) -> Path:
    """A wheel of some files, by their paths."""
    stem = f"{name}-1.0"
    about = {
        f"{stem}.dist-info/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n",
        f"{stem}.dist-info/WHEEL": "Wheel-Version: 1.0\nGenerator: tests\nRoot-Is-Purelib: true\n"
        "Tag: py3-none-any\n",
    }
    whole = dict(files) | {path: text.encode() for path, text in about.items()}
    rows = [f"{path},sha256={_digest(data)},{len(data)}" for path, data in whole.items()]
    record = f"{stem}.dist-info/RECORD"
    whole[record] = "\n".join([*rows, f"{record},,\n"]).encode()
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{stem}-py3-none-any.whl"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for inside, data in whole.items():
            archive.writestr(inside, data)
    return path


def wheel_of_the_hub(folder: Path) -> Path | None:
    """What asks the hub, with all that it needs, in one wheel; None where it is not installed."""
    files: dict[str, bytes] = {}
    try:
        for found in _with_all_needs(HUB):
            for file in found.files or ():
                is_plain = file.suffix in PLAIN and ".." not in file.parts
                if is_plain and not file.parts[0].endswith(".dist-info"):
                    files[file.as_posix()] = Path(str(file.locate())).read_bytes()
            about = f"Metadata-Version: 2.1\nName: {found.name}\nVersion: {found.version}\n"
            stem = found.name.replace("-", "_")
            files[f"{stem}-{found.version}.egg-info/PKG-INFO"] = about.encode()
    except metadata.PackageNotFoundError:
        return None
    return make_wheel(folder, "asks_the_hub", files)


def pin(wheel: Path) -> str:
    """A line of a list of packages for a wheel."""
    name = wheel.name.partition("-")[0].replace("_", "-")
    return f"{name}==1.0 --hash=sha256:{hashlib.sha256(wheel.read_bytes()).hexdigest()}"


def _with_all_needs(name: str) -> Iterable[metadata.Distribution]:
    waiting, found = [name], {}
    while waiting:
        name = re.sub(r"[-_.]+", "-", waiting.pop()).lower()
        if name in found:
            continue
        try:
            found[name] = metadata.distribution(name)
        except metadata.PackageNotFoundError:
            if name == HUB.replace("_", "-"):
                raise
            continue  # of another system
        needs = [need for need in found[name].requires or () if "extra ==" not in need]
        waiting += [match[0] for need in needs if (match := re.match(r"[\w.-]+", need))]
    return found.values()


def _digest(data: bytes) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
