# SPDX-License-Identifier: GPL-3.0-or-later
"""Where models come from, and waiting for it so that one can be stopped; without a network."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Iterator
from types import ModuleType
from typing import Any

import pytest

from backend.checkpoints import hub
from backend.checkpoints.hub import Hub, Published, received
from backend.contract.errors import BadInput, Cancelled
from tests.backend.checkpoints.toy_model import toy


@pytest.fixture(autouse=True)
def nothing_said(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (hub.MIRROR, hub.OFFLINE, "HF_TOKEN"):
        monkeypatch.delenv(name, raising=False)


def test_an_option_wins_over_the_environment_and_that_over_the_hub(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert Hub.chosen() == Hub("https://huggingface.co", offline=False)
    monkeypatch.setenv("HF_ENDPOINT", "https://mirror.example/")
    assert Hub.chosen().endpoint == "https://mirror.example"
    assert Hub.chosen("http://other.example/a/").endpoint == "http://other.example/a"


@pytest.mark.parametrize("address", ["mirror.example", "file:///etc", "ftp://a", "https://", "://"])
def test_what_is_no_address_is_refused(address: str) -> None:
    with pytest.raises(BadInput, match="no address of a mirror"):
        Hub.chosen(address)


@pytest.mark.parametrize(
    ("said", "offline"), [("1", True), ("yes", True), ("0", False), ("", False)]
)
def test_the_environment_keeps_it_offline(
    said: str, offline: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", said)
    assert Hub.chosen().offline is offline
    assert Hub.chosen(offline=True).offline


def test_who_one_is_is_told_for_gated_models_alone_and_to_no_mirror(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    pytest.importorskip("huggingface_hub", reason="downloads need huggingface-hub")
    monkeypatch.setenv("HF_TOKEN", "hf_secret")
    assert Hub()._token(toy()) is False
    assert Hub("https://mirror.example")._token(toy(gated=True)) is False
    assert Hub()._token(toy(gated=True)) == "hf_secret"


class Broken(ModuleType):
    """A library that is found, but of which nothing can be loaded."""

    def __init__(self, error: Exception) -> None:
        super().__init__(hub.LIBRARY)
        self.__path__: list[str] = []
        self.error = error

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        raise self.error


@pytest.mark.parametrize(
    "error",
    [
        ModuleNotFoundError("No module named 'httpx'", name="httpx"),
        ImportError("cannot import name 'HfApi'"),
        OSError("libssl.so: cannot open shared object file"),
    ],
)
def test_a_library_that_cannot_be_loaded_is_no_hub_that_cannot_be_reached(
    error: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, hub.LIBRARY, Broken(error))
    monkeypatch.setattr(hub, "_wait", lambda *_: pytest.fail("another try would not help"))
    file = Published("model.safetensors", 10)
    for ask in (
        lambda: Hub().listing(toy(), lambda: None),
        lambda: list(Hub().pieces(toy(), "main", file, 0, lambda: None)),
        lambda: Hub()._token(toy(gated=True)),
    ):
        with pytest.raises(BadInput, match="is there, but cannot be loaded") as caught:
            ask()
        assert "install --repair" in caught.value.hint
        assert str(error) in caught.value.detail


def test_a_library_that_is_not_there_is_called_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, hub.LIBRARY, None)
    with pytest.raises(BadInput, match="is not installed") as caught:
        Hub().listing(toy(), lambda: None)
    assert "(in a shell: install)" in caught.value.hint


def test_items_and_errors_of_the_thread_arrive_in_order() -> None:
    def make() -> Iterator[int]:
        yield from range(100)
        raise LookupError("at the end")

    items = received(make, lambda: None)
    assert [next(items) for _ in range(100)] == list(range(100))
    with pytest.raises(LookupError, match="at the end"):
        next(items)


def test_one_can_be_stopped_while_nothing_comes_and_the_thread_ends() -> None:
    waiting = threading.Event()
    ended = threading.Event()

    def make() -> Iterator[int]:
        try:
            while True:
                waiting.wait(5)
                yield 1
        finally:
            ended.set()

    began = time.monotonic()

    def look() -> None:
        if time.monotonic() - began > 0.1:
            raise Cancelled

    with pytest.raises(Cancelled):
        next(received(make, look))
    assert time.monotonic() - began < 0.4
    waiting.set()
    assert ended.wait(2)


def test_a_thread_that_nobody_listens_to_any_more_ends() -> None:
    ended = threading.Event()

    def make() -> Iterator[int]:
        try:
            yield from range(10**9)
        finally:
            ended.set()

    items = received(make, lambda: None)
    assert next(items) == 0
    items.close()  # type: ignore[attr-defined]
    assert ended.wait(2)


def test_small_pieces_are_put_together_and_none_is_lost_or_waits(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def cut() -> Iterator[bytes]:
        yield from (b"ab", b"cd", b"ef", b"gh", b"i")
        raise ConnectionError("cut")

    monkeypatch.setattr(hub, "LARGE", 4)
    got = hub._in_larger(cut())
    assert [next(got) for _ in range(3)] == [b"abcd", b"efgh", b"i"]
    with pytest.raises(ConnectionError, match="cut"):
        next(got)
    assert list(hub._in_larger(iter([b"ab", b"c"]))) == [b"abc"]
    monkeypatch.setattr(hub, "SOON", 0.0)
    assert list(hub._in_larger(iter([b"a", b"b"]))) == [b"a", b"b"]
