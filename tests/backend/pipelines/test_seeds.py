# SPDX-License-Identifier: GPL-3.0-or-later
"""Seeds one after the other."""

from __future__ import annotations

from backend.contract.fields import MAX_SEED
from backend.contract.progress import Progress
from backend.engines.base import Sketch
from backend.pipelines.seeds import in_turn


def test_each_has_its_share_and_after_the_last_comes_the_first() -> None:
    heard: list[int] = []
    progress = Progress(lambda stage, done, whole: heard.append(done))
    seeds = []
    for seed, span in in_turn(MAX_SEED - 1, 4, progress):
        seeds.append(seed)
        span.step(0.5)
    assert seeds == [MAX_SEED - 1, MAX_SEED, 0, 1]
    assert heard == [12, 37, 62, 87]


def test_sketches_tell_which_variant_they_are_of() -> None:
    seen: list[Sketch] = []
    for _, span in in_turn(5, 3, Progress(look=seen.append)):
        span.span(0.0, 0.5).sketch(Sketch([], 0.5))
    assert [one.variant for one in seen] == [0, 1, 2]
    assert not any(span.is_looked_at for _, span in in_turn(0, 2, Progress()))
