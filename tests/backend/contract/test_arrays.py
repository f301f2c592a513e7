# SPDX-License-Identifier: GPL-3.0-or-later
"""NumPy is loaded at its first use, and is NumPy from then on."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier
from types import ModuleType
from typing import Annotated, get_type_hints

import numpy
import pytest

from backend.contract import arrays
from backend.contract.arrays import Later, NDArray, np

NAME = "module_that_takes_a_while"
SLOW = """
import time
early = 1
time.sleep(0.05)
late = 2
def __getattr__(name):
    if name == "asked":
        return 3
    raise AttributeError(f"there is no {name}")
"""


@pytest.fixture
def slow(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Later]:
    """A module that nobody has loaded yet."""
    (tmp_path / f"{NAME}.py").write_text(SLOW)
    monkeypatch.syspath_prepend(tmp_path)
    yield Later(NAME)
    sys.modules.pop(NAME, None)


def test_a_module_is_loaded_when_something_of_it_is_asked_for(slow):
    assert NAME not in sys.modules
    assert slow.late == 2
    assert sys.modules[NAME].late == 2


def test_from_then_on_it_is_a_module_like_others(slow):
    assert slow.late == 2
    assert type(slow) is ModuleType, "a class of our own makes each look-up slower"
    assert {"early", "late"} <= vars(slow).keys()
    assert slow.asked == 3, "what a module makes on demand"


def test_what_a_module_has_not_is_missed_before_and_after(slow):
    for _ in range(2):
        with pytest.raises(AttributeError, match="there is no such"):
            print(slow.such)
        assert slow.late == 2


def test_threads_that_ask_at_once_see_a_whole_module(slow):
    together = Barrier(8)

    def late(_: int) -> int:
        together.wait()
        return slow.late

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(late, range(8))) == [2] * 8


def test_it_is_numpy():
    assert np.ndarray is numpy.ndarray
    assert isinstance(numpy.zeros(3), np.ndarray)
    assert np.linalg.norm is numpy.linalg.norm
    assert np.random.default_rng is numpy.random.default_rng
    assert np.__version__ == numpy.__version__


def test_names_of_types_are_read_at_run_time():
    class Message:
        faces: Annotated[NDArray[np.int32] | None, "kept"]
        places: arrays.Floats

    hints = get_type_hints(Message, include_extras=True)
    assert hints["faces"].__metadata__ == ("kept",)


def test_the_contract_is_read_without_numpy():
    """But for the frames, which the engine's process needs."""
    names = sorted(path.stem for path in Path(arrays.__file__).parent.glob("*.py"))
    read = [f"backend.contract.{name}" for name in names if name not in ("__init__", "protocol")]
    code = f"import sys, {', '.join(read)}\nprint('numpy' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
