# SPDX-License-Identifier: GPL-3.0-or-later
"""Which build of PyTorch fits a machine, and what is said of those that do not."""

from __future__ import annotations

import pytest

from backend.contract.errors import BadInput
from backend.installation.accelerators import Accelerator, choose
from backend.machine.device import NvidiaDriver

NEW, OLD, AGED = ("580.65.06", (9, 0)), ("552.22", (8, 6)), ("470.10", (8, 6))
PASCAL, BLACKWELL, UPDATED = ("581.0", (6, 1)), ("572.83", (12, 0)), ("580.97", (12, 0))


def everything(_one: Accelerator) -> bool:
    return True


@pytest.mark.parametrize(
    ("kinds", "driver", "system", "name", "words"),
    [
        ({"cuda"}, NEW, "linux", "cuda13", ""),
        ({"cuda"}, NEW, "win32", "cuda13", ""),
        ({"cuda"}, OLD, "win32", "cuda12", "552.22 is for CUDA 12"),
        ({"cuda"}, PASCAL, "linux", "cuda12", "older than CUDA 13 supports"),
        ({"cuda"}, BLACKWELL, "win32", "cpu", "newer than CUDA 12 supports"),
        ({"cuda"}, UPDATED, "win32", "cuda13", ""),
        ({"cuda"}, AGED, "linux", "cpu", "470.10 is too old"),
        ({"cuda"}, None, "linux", "cpu", "does not tell its version"),
        ({"cuda", "xpu"}, AGED, "linux", "xpu", "470.10 is too old"),
        ({"rocm"}, None, "linux", "rocm", ""),
        ({"mps"}, None, "darwin", "mps", ""),
        (set(), None, "win32", "cpu", ""),
    ],
)
def test_the_driver_and_the_cards_decide(
    kinds: set[str], driver: tuple[str, tuple[int, int]] | None, system: str, name: str, words: str
) -> None:
    known = None if driver is None else NvidiaDriver(*driver)
    chosen = choose("auto", everything, kinds, known, system)
    assert chosen.accelerator.name == name
    assert words in " ".join(chosen.because)
    assert bool(chosen.because) == bool(words)


def test_intels_card_needs_its_driver_for_computing() -> None:
    chosen = choose("auto", everything, {"xpu"}, system="linux", level_zero=False)
    assert chosen.accelerator.name == "cpu"
    assert "Level Zero" in chosen.because[0]


def test_what_is_not_listed_is_passed_over_and_said() -> None:
    known = NvidiaDriver(*OLD)
    chosen = choose("auto", lambda one: one.name == "cpu", {"cuda"}, known, "linux")
    assert chosen.accelerator.name == "cpu"
    assert "NVIDIA, CUDA 12 are not listed" in chosen.because[-1]
    assert "Python of your own" in chosen.because[-1]
    with pytest.raises(BadInput, match="No build of PyTorch"):
        choose("auto", lambda one: False, {"cuda"}, known, "linux")


@pytest.mark.parametrize(
    ("wished", "words"), [("mps", "no Apple"), ("rocm", "not listed"), ("cuda9", "no accelerator")]
)
def test_a_wish_that_cannot_be_had_is_refused(wished: str, words: str) -> None:
    with pytest.raises(BadInput, match=words):
        choose(wished, lambda one: one.name != "rocm", system="linux")


def test_a_card_that_cuda_12_does_not_know_is_not_given_it() -> None:
    known = NvidiaDriver(*UPDATED)
    chosen = choose("auto", lambda one: one.name != "cuda13", {"cuda"}, known, "win32")
    assert chosen.accelerator.name == "cpu"
