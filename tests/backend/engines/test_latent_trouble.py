# SPDX-License-Identifier: GPL-3.0-or-later
"""Engines of public models in trouble, at any operation: no memory, a lost card, a cancel.

Tiny random networks run on a card that is not there (tests/backend/latents/metered.py).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="latent networks need torch")
pytest.importorskip("tokenizers", reason="words are cut by tokenizers")

from backend.contract.errors import (  # noqa: E402
    Cancelled,
    DeviceLost,
    OutOfMemory,
    WeightsCorrupt,
)
from backend.contract.progress import SILENT, Progress  # noqa: E402
from backend.engines import holopart, partcrafter, scribble, triposg  # noqa: E402
from backend.engines.base import Brief  # noqa: E402
from backend.latents.networks import Networks  # noqa: E402
from backend.machine import device  # noqa: E402
from backend.machine.plan import HELD  # noqa: E402
from backend.machine.resident import residents  # noqa: E402
from backend.machine.room import room  # noqa: E402
from tests.backend.engines.test_holopart import standing  # noqa: E402
from tests.backend.engines.test_partcrafter import disc  # noqa: E402
from tests.backend.latents.metered import Card, simulated  # noqa: E402
from tests.backend.latents.tiny_models import tiny_model  # noqa: E402

FULL = torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB")
GONE = RuntimeError("CUDA error: unspecified launch failure")
FINE = {"tokens": 16, "steps": 2, "cells": 32}
AS_THEY_COME = {"faces": 10**6}  # coarser surfaces take longer than all networks, and no card
PLACES = (0.4, 0.9)  # shares of a run at which something happens


class Whole(NamedTuple):
    """A run without trouble: points, what it took of the card, and stages told."""

    points: np.ndarray
    operations: int
    most: int
    told: list[str]


WHOLE: dict[str, Whole] = {}


class Case:
    """An engine on a card, and one run of it: points that came out, and notes."""

    def __init__(self, name: str) -> None:
        module = {m.ABOUT.name: m for m in (holopart, partcrafter, scribble, triposg)}[name]
        more: dict[str, Any] = {"samples": 128} if name == "holopart" else {}
        networks = Networks(name, name == "scribble", simulated(), numbers="float32")
        self.name = name
        self.engine = replace(module.load(), networks=networks, **FINE, **more)

    def whole(self) -> Whole:
        """A run without trouble, made once."""
        if self.name not in WHOLE:
            told: list[str] = []
            with Card() as card:
                points, notes = self.run(Progress(lambda stage, *_: told.append(stage)))
            assert notes == ()
            WHOLE[self.name] = Whole(points, card.operations, card.most, told)
            residents.unload()
        return WHOLE[self.name]

    def run(self, progress: Progress = SILENT) -> tuple[np.ndarray, tuple[str, ...]]:
        vertices, faces, labels = standing()
        if self.name == "holopart":
            wholes = self.engine.survey(vertices, faces, labels, seed=1)
            both = [wholes.whole(part, progress=progress) for part in (0, 1)]
            notes = tuple(note for one in both for note in one.notes)
            return np.stack([one.values for one in both]), notes
        if self.name == "scribble":
            (offer,) = self.engine.replace(
                vertices, faces, labels, 1, text="hat", seed=1, progress=progress
            )
            return offer.mesh.vertices, offer.notes
        brief = Brief(images=[disc()], parts=2, options=AS_THEY_COME)
        made = self.engine.generate(brief, seed=1, progress=progress)
        return np.concatenate([part.vertices for part in made.parts]), made.notes


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("home")
    for name in ("holopart", "partcrafter", "scribble", "triposg"):
        tiny_model(folder, name)
    return folder


@pytest.fixture(params=["holopart", "partcrafter", "scribble", "triposg"])
def case(
    request: pytest.FixtureRequest, home: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Case]:
    monkeypatch.setenv("PARTWISE_HOME", str(home))
    monkeypatch.setattr(device, "_forsaken", set())
    room.forget()
    residents.unload()
    yield Case(request.param)
    room.forget()
    residents.unload()


def failing(at: int, error: Exception, *, always: bool = False) -> Card:
    """A card on which an operation fails, once or from then on."""

    def fails(number: int) -> None:
        if number == at or (always and number > at):
            raise error

    return Card(fails=fails)


def test_with_less_memory_the_same_comes_out(case: Case) -> None:
    whole = case.whole()
    with Card(cap=0.999 * whole.most) as less:
        found, notes = case.run()
    assert less.refusals >= 1
    assert notes[0].startswith("Memory ran out; it was made with less.")
    assert np.allclose(found, whole.points, atol=1e-3)


def test_what_is_planned_holds_what_is_taken(case: Case) -> None:
    from backend.latents import rungs

    plans: list[Any] = []
    real = rungs._make_room

    def watched(networks: Networks, plan: Any) -> None:
        plans.append(plan)
        real(networks, plan)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(rungs, "_make_room", watched)
        case.run()
    assert case.whole().most <= plans[0].needs - HELD


@pytest.mark.parametrize("place", PLACES)
def test_memory_that_runs_out_anywhere_is_stepped_over(case: Case, place: float) -> None:
    whole = case.whole()
    with failing(1 + int(place * whole.operations), FULL):
        found, notes = case.run()
    assert any("Memory ran out" in note for note in notes)
    assert np.allclose(found, whole.points, atol=1e-3)


def test_where_memory_never_suffices_it_is_said_and_given_back(case: Case) -> None:
    for at in (1, 100):
        room.forget()
        with failing(at, FULL, always=True), pytest.raises(OutOfMemory, match="needs at least"):
            case.run()
        assert residents.bytes() == 0
    room.forget()
    case.run()  # the process goes on


@pytest.mark.parametrize("place", PLACES)
def test_a_card_lost_anywhere_is_told_and_the_processor_goes_on(case: Case, place: float) -> None:
    whole = case.whole()
    lost = failing(1 + int(place * whole.operations), GONE, always=True)
    with lost, pytest.raises(DeviceLost, match="stopped answering"):
        case.run()
    assert residents.bytes() == 0
    own = Networks(case.name, case.name == "scribble", device.processor())
    case.engine = replace(case.engine, networks=own)
    assert np.allclose(case.run()[0], whole.points, atol=1e-3)


def test_a_cancel_is_heard_at_each_step(case: Case) -> None:
    told = case.whole().told
    assert len(told) > 30  # while reading networks, in each block, between questions
    for at in (0, len(told) // 3, len(told) - 2):
        residents.unload()
        heard = []

        def tell(stage: str, *_: int, at: int = at, heard: list[str] = heard) -> None:
            heard.append(stage)
            if len(heard) > at:
                raise Cancelled

        with pytest.raises(Cancelled):
            case.run(Progress(tell))
        assert heard == told[: at + 1]


def test_the_plan_is_the_first_that_is_told(case: Case) -> None:
    first = [stage.startswith("On the graphics card in ") for stage in case.whole().told[:3]]
    assert any(first)


def spoiled(name: str, part: str, kind: torch.dtype | None) -> Callable[..., Any]:
    """A reader of a network whose answers are infinite in numbers of a kind, or in all."""
    real = getattr(Networks, part)

    def read(self: Networks) -> Any:
        network = real(self)
        if kind is None or self.dtype == kind:
            network.leave.bias.data.fill_(float("inf"))
        return network

    return read


@pytest.mark.parametrize("part", ["dit", "vecset"])
def test_numbers_that_overflow_are_taken_again_in_32_bits(
    case: Case, part: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    half = replace(case.engine.networks, numbers="float16")
    wanted = case.whole().points
    case.engine = replace(case.engine, networks=half)
    with monkeypatch.context() as patch:
        patch.setattr(Networks, part, spoiled(case.name, part, torch.float16))
        found, notes = case.run()
        assert "overflowed" in notes[0]
        assert np.allclose(found, wanted, atol=1e-3)
    residents.unload()
    monkeypatch.setattr(Networks, part, spoiled(case.name, part, None))
    with pytest.raises(WeightsCorrupt, match="are no numbers"):
        case.run()
    residents.unload()
