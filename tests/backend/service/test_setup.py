# SPDX-License-Identifier: GPL-3.0-or-later
"""The engine is set up by the real process, as Blender's set-up card asks it; bad weather too."""

from __future__ import annotations

import json
import os
import shutil
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("uv", reason="the module uv makes environments")

from backend.contract import requests
from backend.installation import accelerators, environment, lists, pack, uv
from backend.installation import install as engine
from backend.installation.install import Source
from backend.installation.lists import Pin
from tests.backend.installation.index_server import Index, make_wheel, serving
from tests.backend.service.engine_child import PATIENCE, Child
from tests.backend.service.setup_child import Offer, bundled_libraries

ALPHA, LARGE = "alpha-1.0-py3-none-any.whl", "large-1.0-py3-none-any.whl"


@pytest.fixture(scope="module")
def libraries(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return bundled_libraries(tmp_path_factory.mktemp("libraries"))


@dataclass(frozen=True)
class Made:
    """Small packages, and the folder into which they were installed once."""

    wheels: Path
    pins: tuple[Pin, ...]
    home: Path


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    """What takes time is done once; tests work on copies."""
    folder = tmp_path_factory.mktemp("made")
    wheels, home = folder / "wheels", folder / "home"
    wheels.mkdir()
    pins = [make_wheel(wheels, name) for name in ("alpha", "beta")]
    engine.install(
        home,
        accelerators.ACCELERATORS["cpu"],
        pins,
        Source(mirror=str(wheels)),
        trial_of=lambda *_: "It works.",
    )
    return Made(wheels, tuple(pins), home)


@pytest.fixture
def index(tmp_path: Path, made: Made) -> Iterator[Index]:
    shutil.copytree(made.wheels, tmp_path / "wheels")
    with serving(tmp_path / "wheels") as found:
        yield found


@pytest.fixture
def offer(tmp_path: Path, made: Made, libraries: Path) -> Offer:
    """The packages, into a folder with spaces and letters of other scripts."""
    return Offer(tmp_path / "Mein Gerät 日本 мир", lists.text_of(made.pins), libraries=libraries)


@pytest.fixture
def installed(offer: Offer, made: Made) -> Offer:
    """The offer, whose packages are installed already."""
    shutil.copytree(made.home / "environments", offer.home / "environments", symlinks=True)
    return offer


@contextmanager
def started(offer: Offer) -> Iterator[Child]:
    notes = (offer.libraries or offer.home.parent) / f"notes {time.monotonic_ns()}.json"
    with Child(command=offer.command(notes), variables=offer.environment()) as child:
        assert child.next_message().type == "hello"
        yield child


def look(child: Child, **asked: Any) -> requests.SetupTold:
    answer = child.result(child.request(requests.LookAtSetup(**asked)))
    return requests.SetupTold.from_message(answer.body["params"], {})


def install(child: Child, index: Index | None, **asked: Any) -> int:
    mirror = {"mirror": index.url} if index else {}
    return child.request(requests.InstallEngine(**{"accelerator": "cpu", **mirror, **asked}))


def sentence(child: Child, asked: int) -> str:
    return str(child.result(asked).body["params"]["sentence"])


def eventually(happens: Callable[[], bool]) -> None:
    until = time.monotonic() + PATIENCE
    while not happens():
        assert time.monotonic() < until
        time.sleep(0.02)


def packages_of(offer: Offer) -> Path:
    """Where the packages of the environment in use lie."""
    found = environment.current(offer.home)
    assert found is not None
    packages = environment.site_packages(found.folder(offer.home))
    assert packages is not None
    return packages


def programs(process: int) -> list[int]:
    """Ids of the programs that a process runs."""
    tasks = Path(f"/proc/{process}/task").glob("*/children")
    return [int(one) for task in tasks for one in task.read_text().split()]


def runs(process: int) -> bool:
    try:
        state = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"  # nobody may be there to hear of its end


def slow(index: Index, offer: Offer) -> Offer:
    """The offer with a package that takes half a minute to come."""
    index.pause = 0.05
    pin = make_wheel(index.folder, "large", size=600_000)
    return replace(offer, pins=f"{offer.pins}{pin}\n")


def test_the_engine_is_looked_at_installed_repaired_and_removed(offer: Offer, index: Index) -> None:
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
        assert not index.asked
        assert sentence(child, install(child, index)) == f"It works. It lies in {offer.home}."
        assert "installed already" in sentence(child, install(child, index))
        found = look(child)
        assert found.engine["state"] == "here"
        assert found.engine["label"] == "processor"
        assert found.engine["python"].startswith("3.")
        assert found.engine["bytes"] > 1000
        packages = packages_of(offer)
        shutil.rmtree(packages / "beta")
        found = look(child)
        assert found.engine["state"] == "damaged"
        assert "beta/" in found.engine["trouble"]
        assert "It works." in sentence(
            child, install(child, index, accelerator="auto", repair=True)
        )
        assert look(child).engine["state"] == "here"
        assert look(child).engine["accelerator"] == "cpu", "a repair keeps it"
        done = child.result(child.request(requests.RemoveEngine())).body["params"]
        assert done["freed"] > 1000
        assert "which frees" in done["sentence"]
        found = look(child)
        assert (found.engine["state"], found.engine["left"] > 1000) == ("missing", True)
        done = child.result(child.request(requests.FreeDisk())).body["params"]
        assert done["freed"] > 1000
        assert "are free again" in done["sentence"]
        assert look(child).engine["left"] == 0
        done = child.result(child.request(requests.RemoveEngine())).body["params"]
        assert done == {"sentence": f"Nothing is installed in {offer.home}.", "freed": 0}


def test_a_python_of_ones_own_is_used_until_it_is_so_no_more(offer: Offer, tmp_path: Path) -> None:
    if os.name == "nt":
        pytest.skip("a shell script stands for Python")
    said = {"python": "3.12.4", "version": [3, 12], "cuda": None, "hip": "7.2", "xpu": None,
            "mps": False, "missing": []}  # fmt: skip
    python = tmp_path / "python"
    python.write_text(f"#!/bin/sh\necho '{json.dumps(said)}'\n")
    python.chmod(0o755)
    with started(offer) as child:
        nowhere = requests.UsePython(str(tmp_path / "nowhere"))
        assert child.error(child.request(nowhere))["code"] == "BAD_INPUT"
        assert look(child).engine["state"] == "missing"
        use = child.request(requests.UsePython(str(python)))
        assert sentence(child, use) == f"It works. It is {python}, used as it is."
        found = look(child).engine
        assert (found["state"], found["own"], found["label"]) == ("here", str(python), "AMD, ROCm")
        done = child.result(child.request(requests.RemoveEngine())).body["params"]
        assert "used no more" in done["sentence"]
        assert python.exists()


def test_whatever_lies_there_a_look_tells_it_quickly(installed: Offer, index: Index) -> None:
    offer, newer = installed, make_wheel(index.folder, "alpha", "2.0")
    with started(replace(offer, pins=f"{newer}\n")) as child:
        assert look(child).engine["state"] == "outdated"
        python = environment.executable(offer.home)
        assert python is not None
        packages = packages_of(offer)
        (packages / "alpha-1.0.dist-info/RECORD").write_bytes(b"\0\xff,,x\n")
        assert "RECORD" in look(child).engine["trouble"]
        python.unlink()
        assert "Python" in look(child).engine["trouble"]
        shutil.rmtree(python.parents[1])
        assert "was removed from" in look(child).engine["trouble"]
        (offer.home / "environments/current.json").write_text("{")
        found = look(child)
        assert found.engine["state"] == "damaged"
        assert found.engine["accelerator"] == ""
        assert look(child, pack=str(packages / "none.zip")).findings[0]["level"] == "stop"
        assert look(child, accelerator="abacus").findings[0]["level"] == "stop"
        assert "It works." in sentence(child, install(child, index))
        assert look(child).engine["state"] == "here"
    torn = replace(offer, home=offer.home / "environments/current.json/below a file")
    with started(torn) as child:
        stops = [one["about"] for one in look(child).findings if one["level"] == "stop"]
        assert "folder" in stops
        error = child.error(install(child, index))
        assert error["code"] == "BAD_INPUT"
        assert "cannot be written" in error["message"]


@pytest.mark.skipif(sys.platform != "linux", reason="reads processes as Linux has them")
@pytest.mark.parametrize("leaving", ["cancel", "stdin", "kill"])
def test_a_download_ends_with_who_asked_for_it_and_goes_on(
    leaving: str, offer: Offer, index: Index
) -> None:
    offer = slow(index, offer)
    with started(offer) as child:
        asked = install(child, index)
        eventually(lambda: LARGE in index.asked)
        eventually(lambda: len(list(offer.home.glob("cache/uv/archive-v*/*"))) == 2)  # all others
        (beside,) = programs(child.process.pid)
        (program,) = programs(beside)
        told = child.progress(asked).body
        assert told["done"] < told["total"]
        if leaving == "cancel":
            assert look_aside(offer)["state"] == "missing"
        began = time.monotonic()
        if leaving == "cancel":
            child.cancel(asked)
            assert child.error(asked)["code"] == "CANCELLED"
            assert time.monotonic() - began < 2.0  # seconds, of a busy machine
        elif leaving == "stdin":
            child.stdin.close()
            child.end()
        else:
            child.process.kill()
            child.end()
        eventually(lambda: not runs(program))
        assert environment.current(offer.home) is None
        if leaving == "cancel":  # half a file is of no use to uv
            eventually(lambda: not list(offer.home.glob("cache/uv/.tmp*")))
        index.pause = 0.0
        index.asked.clear()
        if leaving == "cancel":
            assert "It works." in sentence(child, install(child, index))
    if leaving != "cancel":
        with started(offer) as child:
            assert "It works." in sentence(child, install(child, index))
    assert index.asked == [LARGE], "what had come is not loaded again"
    assert len([one for one in (offer.home / "environments").iterdir() if one.is_dir()]) == 1
    assert not list(offer.home.glob("cache/uv/.tmp*"))


def look_aside(offer: Offer) -> dict[str, Any]:
    """What another process sees meanwhile."""
    with started(offer) as child:
        return look(child).engine


def test_a_cancel_ends_the_trying_out_as_well(offer: Offer, index: Index) -> None:
    with started(replace(offer, trial="wait")) as child:
        asked = install(child, index)
        told = child.wait(lambda message: message.body.get("stage") == "Trying it out").body
        assert told["done"] >= 85
        child.cancel(asked)
        assert child.error(asked)["code"] == "CANCELLED"
        assert look(child).engine["state"] == "missing"
    with started(replace(offer, trial="fail: The card is gone.")) as child:
        error = child.error(install(child, index))
        assert (error["code"], error["message"]) == ("INTERNAL", "The card is gone.")
        assert look(child).engine["state"] == "missing"


def test_a_second_process_gets_a_sentence(offer: Offer, index: Index) -> None:
    offer = slow(index, offer)
    with started(offer) as one, started(offer) as other:
        asked = install(one, index)
        eventually(lambda: LARGE in index.asked)
        for request in (install(other, index), other.request(requests.RemoveEngine())):
            error = other.error(request)
            assert error["code"] == "BAD_INPUT"
            assert "Another Blender" in error["message"]
            assert error["hint"]
        index.pause = 0.0
        assert "It works." in sentence(one, asked)
        assert look(other).engine["state"] == "here"
        assert other.result(other.request(requests.RemoveEngine()))


def test_what_an_index_does_is_told_and_the_next_try_goes_on(
    offer: Offer, index: Index, tmp_path: Path
) -> None:
    (tmp_path / "others").mkdir()
    make_wheel(tmp_path / "others", "alpha")
    moods: list[tuple[dict[str, Any], str, str]] = [
        ({"forged": {ALPHA: (tmp_path / "others" / ALPHA).read_bytes()}}, "BAD_INPUT", "hash"),
        ({"forged": {ALPHA: b"PK no zip"}}, "BAD_INPUT", "damaged"),
        ({"refused": {ALPHA: 403}}, "UNREACHABLE", "refused"),
        ({"cuts": {ALPHA: [100, 100, 100]}}, "UNREACHABLE", "broke off"),
    ]
    with started(offer) as child:
        for number, (mood, code, words) in enumerate(moods):
            for name, value in mood.items():
                setattr(index, name, value)
            error = child.error(install(child, index))
            assert (error["code"], words in error["message"]) == (code, True), error
            assert error["hint"]
            assert "in a shell" not in error["hint"]
            for name in mood:
                getattr(index, name).clear()
            if number in (1, len(moods) - 1):  # of what was broken nothing stays
                assert "It works." in sentence(child, install(child, index))
                child.result(child.request(requests.RemoveEngine()))


def test_an_index_that_is_gone_and_places_that_are_none(offer: Offer) -> None:
    with started(offer) as child:
        error = child.error(install(child, None, mirror="http://127.0.0.1:9/simple"))
        assert error["code"] == "UNREACHABLE"
        for asked in ({"mirror": "nonsense"}, {"pack": "/none.zip"}, {"accelerator": "abacus"}):
            error = child.error(install(child, None, **asked))
            assert error["code"] == "BAD_INPUT"
        assert not (offer.home / "environments/current.json").exists()


def test_without_network_a_folder_and_a_pack_still_serve(
    offer: Offer, index: Index, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cpu = accelerators.ACCELERATORS["cpu"]
    pins = lists.parse(offer.pins, "of the test")
    python = ".".join(map(str, sys.version_info[:2]))
    monkeypatch.setenv("PIP_INDEX_URL", index.url)
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.delenv("PIP_FIND_LINKS", raising=False)
    options = Source(mirror=index.url).options(pins, None)
    packed = pack.make(
        tmp_path / "パック.zip", pack.here(), python, cpu, pins, options, home=tmp_path
    )
    index.asked.clear()
    forbidding = replace(offer, variables={"HF_HUB_OFFLINE": "1"})
    for one, asked in ((offer, {"online": False}), (forbidding, {})):
        with started(one) as child:
            findings = look(child, accelerator="cpu", **asked).findings
            (network,) = [found for found in findings if found["about"] == "network"]
            assert network["level"] == "stop"
            error = child.error(install(child, index, **asked))
            assert error["message"] == "Going online is not allowed."
            assert "Online Access" in error["hint"]
            assert not index.asked
            found = look(child, pack=str(packed), **asked)
            assert not [one for one in found.findings if one["level"] == "stop"]
            assert found.choice["download_bytes"] == 0
            local = {"pack": str(packed)} if one is offer else {"mirror": str(index.folder)}
            assert "It works." in sentence(child, install(child, None, **local, **asked))
            child.result(child.request(requests.RemoveEngine()))
    assert not index.asked


def test_what_the_computer_lacks_is_told_before_anything_is_loaded(
    offer: Offer, index: Index
) -> None:
    with started(replace(offer, driver="470.199.02")) as child:
        texts = [one["text"] for one in look(child).findings if one["level"] == "warning"]
        assert any("driver 470.199.02 is too old" in text for text in texts)
        assert look(child).choice["accelerator"] == "cpu"
    with started(replace(offer, free=1_000_000_000)) as child:
        error = child.error(install(child, index))
        assert "are needed" in error["message"]
        assert not index.asked


@pytest.mark.skipif(sys.platform == "win32", reason="a program of a few lines stands for uv")
def test_a_disk_that_gets_full_leaves_what_was_there(installed: Offer, index: Index) -> None:
    offer = installed
    program = offer.home.parent / "full/bin" / uv.NAME
    program.parent.mkdir(parents=True)
    real = Path(sys.executable).with_name(uv.NAME)
    program.write_text(
        f'#!/bin/sh\nif [ "$1" = venv ]; then exec "{real}" "$@"; fi\n'
        "echo 'failed to write: No space left on device (os error 28)' >&2; exit 2\n"
    )
    program.chmod(0o755)
    assert offer.libraries is not None
    folder = program.parents[1]
    for path in offer.libraries.iterdir():
        if path.name != "bin":
            (folder / path.name).symlink_to(path)
    newer = make_wheel(index.folder, "alpha", "2.0")
    with started(replace(offer, pins=f"{newer}\n", libraries=folder)) as child:
        error = child.error(install(child, index))
        assert (error["code"], error["message"]) == ("DISK_FULL", "The disk is full.")
        assert look(child).engine["state"] == "outdated"
        assert environment.executable(offer.home)
        assert len([one for one in (offer.home / "environments").iterdir() if one.is_dir()]) == 1


@pytest.mark.skipif(sys.platform == "win32", reason="there what is in use cannot be removed")
def test_the_engine_is_removed_while_it_runs(installed: Offer) -> None:
    offer = installed
    python = environment.executable(offer.home)
    assert python is not None
    with started(replace(offer, python=python)) as running, started(offer) as child:
        assert look(running).engine["state"] == "here"
        child.result(child.request(requests.RemoveEngine()))
        assert not python.exists()
        assert look(running).engine["state"] == "missing"
        error = running.error(running.request(requests.GetModel("toy")))
        assert error["message"].startswith("The engine was removed from"), error
        assert "install it again" in error["hint"]
