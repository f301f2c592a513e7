# SPDX-License-Identifier: GPL-3.0-or-later
"""A folder to install into, whose path has spaces and letters of other scripts, and an index."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import pytest

from backend.contract.progress import SILENT, Progress
from backend.installation import environment, install, uv
from backend.installation.accelerators import ACCELERATORS
from backend.installation.lists import Pin
from tests.backend.installation.index_server import Index, make_wheel, serving

CPU = ACCELERATORS["cpu"]


@dataclass
class Place:
    """Where a test installs, and what: `tried` are the environments that were tried out; `made` is
    where such an installation lies that was made before.
    """

    home: Path
    wheels: Path
    index: Index
    pins: list[Pin]
    tried: list[Path]
    made: Path

    def installed(self) -> environment.Environment:
        """The packages are installed already, and nothing of them is in a cache."""
        shutil.copytree(self.made / "environments", self.home / "environments", symlinks=True)
        found = environment.current(self.home)
        assert found is not None
        return found

    def install(
        self, source: install.Source | None = None, progress: Progress = SILENT, **more: bool
    ) -> install.Installed:
        """Install the pins from the index, or another source."""
        source = source or install.Source(mirror=self.index.url)
        return install.install(
            self.home, CPU, self.pins, source, trial_of=self.trial, progress=progress, **more
        )

    def trial(self, folder: Path, _accelerator: str, _home: Path, progress: Progress) -> str:
        """What stands for ``doctor``, which needs the real packages."""
        progress.step(0.5)
        self.tried.append(folder)
        return "It works."

    def folders(self) -> list[str]:
        """Names of the environments that are there."""
        root = self.home / "environments"
        return sorted(path.name for path in root.glob("*") if path.is_dir())


@dataclass(frozen=True)
class Made:
    """Three small packages, and the folder into which they were installed once."""

    wheels: Path
    pins: tuple[Pin, ...]
    home: Path


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    """What takes time is done once; tests work on copies."""
    if find_spec("uv") is None:
        pytest.skip("the module uv is not installed, which makes environments")
    folder = tmp_path_factory.mktemp("made")
    wheels, home = folder / "wheels", folder / "home"
    wheels.mkdir()
    pins = [make_wheel(wheels, name) for name in ("alpha", "beta", "gamma")]
    source = install.Source(mirror=str(wheels))
    install.install(home, CPU, pins, source, trial_of=lambda *_: "It works.")
    return Made(wheels, tuple(pins), home)


@pytest.fixture
def place(tmp_path: Path, made: Made, monkeypatch: pytest.MonkeyPatch) -> Iterator[Place]:
    """A place to install the packages into."""
    monkeypatch.setattr(uv, "STALLED", 1)
    monkeypatch.setattr(uv, "TRIES", 0)
    wheels = tmp_path / "wheels"
    shutil.copytree(made.wheels, wheels)
    with serving(wheels) as index:
        home = tmp_path / "Mein Gerät 日本 мир"
        yield Place(home, wheels, index, list(made.pins), [], made.home)


@pytest.fixture
def own_index(place: Place, monkeypatch: pytest.MonkeyPatch) -> Iterator[Index]:
    """PyTorch's own index: it has the place's torch, and a triton that is not the listed file.

    uv asks it where it is told to take torch from there, and the place's index for all else.
    """
    if os.name == "nt":
        pytest.skip("a shell script stands for uv")
    wheels = place.home.parent / "pytorch's own"
    wheels.mkdir()
    place.pins += [make_wheel(place.wheels, "triton"), make_wheel(wheels, "torch", "1.0+cu1")]
    make_wheel(wheels, "triton")
    real, script = uv.find(place.home), place.home.parent / "uv"
    with serving(wheels) as index:
        index.url += "/pytorch"

        def find(_home: Path) -> Path:
            script.write_text(f"""#!/bin/sh
url={place.index.url}
case "$*" in *--torch-backend*) url={index.url} ;; esac
for word do
    shift
    case "$word" in --torch-backend | cu1) ;; *) set -- "$@" "$word" ;; esac
done
exec "{real}" "$@" --default-index "$url"
""")
            script.chmod(0o755)
            return script

        monkeypatch.setattr(uv, "find", find)
        yield index
