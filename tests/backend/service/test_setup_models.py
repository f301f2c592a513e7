# SPDX-License-Identifier: GPL-3.0-or-later
"""Public models are got, looked through and removed by the real process, as the card asks it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from re import fullmatch
from typing import Any

import pytest

pytest.importorskip("huggingface_hub", reason="downloads need huggingface-hub")

from backend.contract import requests
from tests.backend.checkpoints.hub_server import Repository, serving
from tests.backend.checkpoints.toy_model import NARROW, WIDE, needed, repository_files, write_all
from tests.backend.service.engine_child import PATIENCE, Child
from tests.backend.service.setup_child import Offer, bundled_libraries

LIMITED = {"licence": "CC-BY-NC-4.0", "commercial": False, "licence_page": "https://a.example/nc"}


@pytest.fixture
def hub() -> Iterator[Repository]:
    with serving(Repository("someone/Toy", repository_files())) as repository:
        yield repository


@pytest.fixture
def offer(tmp_path: Path, hub: Repository) -> Offer:
    """A toy model, into a folder with spaces and letters of other scripts."""
    return Offer(tmp_path / "Mein Gerät 日本 мир", variables={"HF_ENDPOINT": hub.url})


@contextmanager
def started(offer: Offer) -> Iterator[Child]:
    notes = (offer.libraries or offer.home.parent) / f"notes {time.monotonic_ns()}.json"
    with Child(command=offer.command(notes), variables=offer.environment()) as child:
        assert child.next_message().type == "hello"
        yield child


def row(child: Child) -> dict[str, Any]:
    answer = child.result(child.request(requests.LookAtSetup()))
    (found,) = requests.SetupTold.from_message(answer.body["params"], {}).models
    return dict(found)


def get(child: Child, **asked: Any) -> int:
    return child.request(requests.GetModel("toy", **asked))


def sentence(child: Child, asked: int) -> str:
    return str(child.result(asked).body["params"]["sentence"])


def place(offer: Offer) -> Path:
    return offer.home / "models/toy"


def test_a_model_is_got_with_bytes_looked_through_and_removed(
    offer: Offer, hub: Repository
) -> None:
    hub.pause = 0.01
    with started(offer) as child:
        assert row(child)["state"] == "missing"
        asked, told = get(child), []
        while (message := child.next_message()).type == "progress":
            told.append(message.body)
        assert message.type == "result", message.body
        assert message.body["params"]["sentence"].startswith(f"Toy is in {place(offer)}, 0.1 MB")
        shares = [one["done"] / one["total"] for one in told]
        assert shares == sorted(shares)
        # Not each step is told: the newest takes the place of those that wait to be sent.
        counted = r"Downloading Toy: 0\.\d of 0\.2 MB"
        assert any(fullmatch(counted, one["stage"]) for one in told), told
        assert {one["id"] for one in told} == {asked}
        found = row(child)
        assert (found["state"], found["trouble"]) == ("here", "")
        assert found["bytes"] > 0
        assert set(hub.fetched) == needed()
        assert "there already" in sentence(child, get(child))
        assert "6 files are as they came" in sentence(child, child.request(verify()))
        done = child.result(child.request(requests.RemoveModel("toy"))).body["params"]
        assert done["freed"] == found["bytes"]
        assert row(child)["state"] == "missing"
        done = child.result(child.request(requests.RemoveModel("toy"))).body["params"]
        assert done == {"sentence": "Toy is not there.", "freed": 0}
        assert child.error(child.request(requests.VerifyModel("toy")))["code"] == "WEIGHTS_MISSING"
        error = child.error(child.request(requests.GetModel("nobody")))
        assert error["code"] == "BAD_INPUT"
        assert "toy" in error["hint"]


def verify() -> requests.VerifyModel:
    return requests.VerifyModel("toy")


def test_a_licence_with_limits_is_agreed_to_by_its_name(offer: Offer, hub: Repository) -> None:
    with started(replace(offer, model=LIMITED)) as child:
        assert row(child)["consent"] is False
        assert row(child)["limits"] == "not for commercial use"
        error = child.error(get(child))
        assert error["code"] == "CONSENT_NEEDED"
        assert "not for commercial use" in error["message"]
        assert "https://a.example/nc" in error["hint"]
        assert "--accept" not in error["hint"]
        error = child.error(get(child, licence="MIT"))
        assert error["code"] == "BAD_INPUT"
        assert "CC-BY-NC-4.0, not “MIT”" in error["message"]
        assert row(child)["consent"] is False
        assert hub.asked == []
        assert "Toy is in" in sentence(child, get(child, licence="CC-BY-NC-4.0"))
        assert row(child)["consent"] is True
        child.result(child.request(requests.RemoveModel("toy")))
        assert "Toy is in" in sentence(child, get(child))
    with started(replace(offer, model={**LIMITED, "licence": "CC-BY-NC-5.0"})) as child:
        assert row(child)["consent"] is False, "another licence is agreed to anew"
        assert child.error(get(child))["code"] == "CONSENT_NEEDED"


@pytest.mark.parametrize("leaving", ["cancel", "stdin"])
def test_a_download_ends_with_who_asked_for_it_and_goes_on(
    leaving: str, offer: Offer, hub: Repository
) -> None:
    hub.pause = 0.2
    part = f"models/toy.partial/{WIDE}.*.part"
    with started(offer) as child:
        asked = get(child)
        until = time.monotonic() + PATIENCE
        while not [one for one in offer.home.glob(part) if one.stat().st_size > 10_000]:
            assert time.monotonic() < until
            time.sleep(0.02)
        with started(offer) as other:
            assert row(other)["state"] == "begun"
            assert row(other)["bytes"] > 0
            for request in (requests.GetModel("toy"), requests.RemoveModel("toy")):
                error = other.error(other.request(request))
                assert error["code"] == "BAD_INPUT"
                assert "Another Partwise is just getting or removing Toy" in error["message"]
        began = time.monotonic()
        if leaving == "cancel":
            child.cancel(asked)
            assert child.error(asked)["code"] == "CANCELLED"
        else:
            child.stdin.close()
            child.end()
        assert time.monotonic() - began < 2.0  # seconds, of a busy machine
        hub.pause = 0.0
        hub.asked.clear()
        if leaving == "cancel":
            assert "Toy is in" in sentence(child, get(child))
    if leaving == "stdin":
        with started(offer) as child:
            assert "Toy is in" in sentence(child, get(child))
    ((_, rest),) = [one for one in hub.asked if one[0] == WIDE]
    assert rest.startswith("bytes=")
    assert int(rest[6:-1]) > 10_000


def test_what_a_hub_does_is_told_and_the_next_try_goes_on(offer: Offer, hub: Repository) -> None:
    other = bytes(len(hub.files[NARROW]))
    moods: list[tuple[dict[str, Any], str, str]] = [
        ({"refused": {"": (404, "RepoNotFound")}}, "BAD_INPUT", "no longer has Toy"),
        ({"refused": {"": (403, "GatedRepo")}}, "BAD_INPUT", "does not give Toy to everyone"),
        ({"refused": {"": (404, "RevisionNotFound")}}, "BAD_INPUT", "no longer has the revision"),
        ({"refused": {"": (503, "")}}, "UNREACHABLE", "answers with fault 503"),
        ({"cuts": {WIDE: [30_000, 0, 0, 0, 0, 0, 0]}}, "UNREACHABLE", "the connection was cut"),
        ({"forged": {NARROW: other}}, "WEIGHTS_CORRUPT", "is not what its authors published"),
    ]
    with started(offer) as child:
        error = child.error(get(child, mirror="http://127.0.0.1:9"))
        assert error["code"] == "UNREACHABLE"
        assert child.error(get(child, mirror="nonsense"))["code"] == "BAD_INPUT"
        for mood, code, words in moods:
            for name, value in mood.items():
                setattr(hub, name, value)
            error = child.error(get(child))
            assert (error["code"], words in error["message"]) == (code, True), error
            assert error["hint"]
            assert "--from" not in error["hint"]
            for name in mood:
                getattr(hub, name).clear()
        assert "Toy is in" in sentence(child, get(child))
    with started(replace(offer, free=1_000)) as child:
        child.result(child.request(requests.RemoveModel("toy")))
        error = child.error(get(child))
        assert error["code"] == "DISK_FULL"
        assert "of free disk" in error["message"]


def test_a_damaged_model_is_told_and_mended(offer: Offer, hub: Repository) -> None:
    with started(offer) as child:
        child.result(get(child))
        hub.asked.clear()
        file = place(offer) / NARROW
        file.write_bytes(bytes(file.stat().st_size))
        error = child.error(child.request(verify()))
        assert error["code"] == "WEIGHTS_CORRUPT"
        assert NARROW in error["message"]
        assert "models download" not in error["hint"]
        file.write_bytes(b"cut")
        found = row(child)
        assert found["state"] == "begun"
        assert NARROW in found["trouble"]
        assert "Toy is in" in sentence(child, get(child))
        assert hub.fetched == [NARROW]
        assert row(child)["state"] == "here"
        (place(offer) / "manifest.json").write_text("{")
        assert row(child)["state"] == "here"
        assert child.error(child.request(verify()))["code"] == "WEIGHTS_MISSING"


def test_on_blenders_own_python_files_are_taken_over_and_nothing_is_downloaded(
    offer: Offer, hub: Repository, tmp_path: Path
) -> None:
    libraries = bundled_libraries(tmp_path / "libraries")
    files = write_all(tmp_path / "meine Dateien", repository_files())
    with started(replace(offer, libraries=libraries)) as child:
        error = child.error(get(child))
        assert error["code"] == "BAD_INPUT"
        assert "huggingface-hub is not installed" in error["message"]
        assert error["hint"].startswith("Install the engine for large networks first")
        assert "Toy is in" in sentence(child, get(child, folder=str(files)))
        assert row(child)["state"] == "here"
        assert "are as they came" in sentence(child, child.request(verify()))
        child.result(child.request(requests.RemoveModel("toy")))
        assert (files / WIDE).is_file()
        (files / NARROW).write_bytes(b"cut")
        error = child.error(get(child, folder=str(files)))
        assert error["code"] == "WEIGHTS_CORRUPT"
        for folder in (tmp_path / "nowhere", tmp_path):
            assert child.error(get(child, folder=str(folder)))["hint"]
        both = child.error(get(child, folder=str(files), mirror=hub.url))
        assert "exclude each other" in both["message"]
    assert hub.asked == []


def test_where_going_online_is_not_allowed_a_folder_still_serves(
    offer: Offer, hub: Repository, tmp_path: Path
) -> None:
    files = write_all(tmp_path / "meine", repository_files())
    forbidding = {**offer.variables, "HF_HUB_OFFLINE": "1"}
    with started(replace(offer, variables=forbidding)) as child:
        error = child.error(get(child))
        assert error["code"] == "UNREACHABLE"
        assert "may not go online" in error["message"]
        assert "Toy is in" in sentence(child, get(child, folder=str(files)))
    assert hub.asked == []
