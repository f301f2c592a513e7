# SPDX-License-Identifier: GPL-3.0-or-later
"""What Blender's set-up card asks, answered by the real process as Blender starts it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from backend.contract import requests
from backend.installation import lists
from tests.backend.installation.index_server import Index, make_wheel, serving
from tests.backend.service.engine_child import Child
from tests.backend.service.setup_child import Offer, bundled_libraries

pytest.importorskip("uv", reason="the module uv makes environments")


@pytest.fixture(scope="module")
def libraries(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return bundled_libraries(tmp_path_factory.mktemp("libraries"))


@pytest.fixture
def index(tmp_path: Path) -> Iterator[Index]:
    (tmp_path / "wheels").mkdir()
    with serving(tmp_path / "wheels") as found:
        yield found


@pytest.fixture
def offer(tmp_path: Path, index: Index, libraries: Path) -> Offer:
    """Three small packages, into a folder with spaces and letters of other scripts."""
    pins = [make_wheel(index.folder, name) for name in ("alpha", "beta", "gamma")]
    home = tmp_path / "Mein Gerät 日本 мир"
    return Offer(home, lists.text_of(pins), libraries=libraries)


@contextmanager
def started(offer: Offer) -> Iterator[Child]:
    notes = offer.home.parent / f"notes {time.monotonic_ns()}.json"
    command, variables = offer.command(notes), offer.environment()
    with Child(command=command, variables=variables) as child:
        assert child.next_message().type == "hello"
        yield child


def look(child: Child, **asked: object) -> requests.SetupTold:
    answer = child.result(child.request(requests.LookAtSetup(**asked)))  # type: ignore[arg-type]
    return requests.SetupTold.from_message(answer.body["params"], {})


def install(child: Child, index: Index, **asked: object) -> int:
    wishes = {"accelerator": "cpu", "mirror": index.url, **asked}
    return child.request(requests.InstallEngine(**wishes))  # type: ignore[arg-type]


def test_the_engine_is_looked_at_installed_and_removed(offer: Offer, index: Index) -> None:
    with started(offer) as child:
        found = look(child)
        assert found.home == str(offer.home)
        assert found.engine["state"] == "missing"
        assert found.choice["accelerator"]
        assert found.choice["download_bytes"] > 0
        assert {"name": "cpu", "label": "processor"} in found.accelerators
        assert {one["about"] for one in found.findings} >= {"disk", "folder", "network"}
        assert [one["name"] for one in found.models] == ["toy"]
        assert not offer.home.exists(), "a look changes nothing"
        done = child.result(install(child, index)).body["params"]
        assert done["sentence"] == f"It works. It lies in {offer.home}."
        found = look(child)
        assert found.engine["state"] == "here"
        assert found.engine["label"] == "processor"
        assert found.engine["bytes"] > 1000
        done = child.result(child.request(requests.RemoveEngine())).body["params"]
        assert done["freed"] > 1000
        assert "are free again" in done["sentence"]
        assert look(child).engine["state"] == "missing"
