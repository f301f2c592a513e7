# SPDX-License-Identifier: GPL-3.0-or-later
"""The protocols of engines: one method for each verb, and a file that costs nothing to import."""

from __future__ import annotations

import inspect
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from backend.contract.engines import VERBS
from backend.engines import base
from backend.engines.base import METHODS, Box, SignedDistance, Surface

PROTOCOLS = {
    "segment": base.SegmentEngine,
    "click": base.ClickEngine,
    "complete": base.CompleteEngine,
    "generate": base.GenerateEngine,
    "replace": base.ReplaceEngine,
}


def test_each_verb_has_the_method_of_its_protocol():
    assert tuple(METHODS) == tuple(PROTOCOLS) == VERBS
    for verb, protocol in PROTOCOLS.items():
        public = [name for name in vars(protocol) if not name.startswith("_")]
        # Whether seeds give other answers, whether it can work from a brief, or from any words.
        first = {
            "generate": ["follows_seed", "takes"],
            "replace": ["follows_seed", "knows_all_words"],
        }
        asked_first = first.get(verb, [])
        assert public == [*asked_first, METHODS[verb]]
        assert protocol in base.Engine.__args__


@pytest.mark.parametrize("verb", ["complete", "generate", "replace"])
def test_whole_parts_are_repeatable_and_can_be_stopped(verb: str):
    method = getattr(PROTOCOLS[verb], METHODS[verb])
    asked = inspect.signature(method).parameters
    for name in ("seed", "progress"):
        assert asked[name].kind is inspect.Parameter.KEYWORD_ONLY
        assert asked[name].default is not inspect.Parameter.empty


def test_answers_stay_as_they_are_given():
    surface = Surface(None, np.zeros(3))  # type: ignore[arg-type]
    assert surface.flat is None
    box = Box("arm", np.zeros(3), np.ones(3))
    assert box.text == ""
    grid = SignedDistance(np.zeros((2, 2, 2), np.float32), np.zeros(3), 0.1)
    for answer in (surface, box, grid):
        with pytest.raises(AttributeError):
            answer.name = "other"  # type: ignore[misc]


def test_its_import_loads_no_numpy(checkout: Path):
    code = (
        "import sys; from backend.engines import base; "
        "print([n for n in ('numpy', 'scipy', 'torch') if n in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=checkout, capture_output=True)
    assert done.stdout.strip() == b"[]", done.stderr
