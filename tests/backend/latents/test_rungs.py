# SPDX-License-Identifier: GPL-3.0-or-later
"""Jobs that run out of memory go on with less; numbers that overflow; cards that are gone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

torch = pytest.importorskip("torch", reason="latent networks need torch")

from backend.contract.errors import (  # noqa: E402
    BadInput,
    Cancelled,
    DeviceLost,
    OutOfMemory,
    WeightsCorrupt,
)
from backend.contract.progress import Progress  # noqa: E402
from backend.latents.finite import NotFinite  # noqa: E402
from backend.latents.networks import Demand, Networks  # noqa: E402
from backend.latents.rungs import on_rungs  # noqa: E402
from backend.machine import device  # noqa: E402
from backend.machine.plan import Plan  # noqa: E402
from backend.machine.resident import residents  # noqa: E402
from backend.machine.room import room  # noqa: E402
from tests.backend.latents.metered import simulated  # noqa: E402
from tests.backend.latents.tiny_models import tiny_model  # noqa: E402

DEMAND = Demand(tokens=16, context=32, parts=4)
FULL = torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB")


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("home")
    tiny_model(folder, "holopart")
    return folder


@pytest.fixture
def networks(home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Networks]:
    monkeypatch.setenv("PARTWISE_HOME", str(home))
    monkeypatch.setattr(device, "_forsaken", set())
    room.forget()
    yield Networks("holopart", device=simulated())
    room.forget()


@pytest.mark.parametrize(
    "error",
    [
        FULL,
        RuntimeError("MPS backend out of memory (MPS allocated: 5 GB)"),
        RuntimeError("[enforce fail] DefaultCPUAllocator: can't allocate memory"),
        RuntimeError("CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling `cublasCreate(handle)`"),
        RuntimeError("level_zero backend failed with error: 39 (UR_RESULT_ERROR_OUT_OF_RESOURCES)"),
        MemoryError(),
    ],
)
def test_a_job_goes_one_rung_down_for_each_time_that_memory_runs_out(
    networks: Networks, error: Exception
) -> None:
    plans = networks.plans(DEMAND)
    tried: list[Plan] = []
    stages: list[str] = []
    residents.get("a network", lambda: torch.zeros(10))

    def job(own: Networks, plan: Plan) -> str:
        tried.append(plan)
        assert (own.stays, own.apart) == (plan.stays, plan.apart)
        if len(tried) < 3:
            raise error
        return "done"

    ran = on_rungs(networks, DEMAND, job, Progress(lambda stage, *_: stages.append(stage)))
    assert ran.result == "done"
    assert tried == plans[:3]
    assert "a network" not in residents.sizes()  # its memory was asked back
    assert ran.notes == (f"Memory ran out; it was made with less. {plans[2].said()}.",)
    assert stages == [
        plans[0].said(), *(f"Memory ran out. {plan.said()}" for plan in plans[1:3])
    ]  # fmt: skip


def test_the_rung_that_worked_is_the_next_jobs_first(networks: Networks) -> None:
    tried: list[Plan] = []

    def job(own: Networks, plan: Plan) -> None:
        tried.append(plan)
        if len(tried) < 3:
            raise FULL

    on_rungs(networks, DEMAND, job)
    again = on_rungs(networks, DEMAND, job)
    assert tried[3:] == [tried[2]]
    assert again.notes == ()
    room.forget()
    on_rungs(networks, DEMAND, job)
    assert tried[4] == tried[0]


def test_below_the_last_rung_it_is_said_and_everything_is_given_back(networks: Networks) -> None:
    held = []

    def job(own: Networks, plan: Plan) -> None:
        own.dit()
        held.append(residents.bytes())
        raise FULL

    with pytest.raises(OutOfMemory, match=r"HoloPart needs at least \d+\.\d GB"):
        on_rungs(networks, DEMAND, job)
    assert all(held)
    assert residents.bytes() == 0


def test_what_was_not_allowed_is_not_tried(networks: Networks) -> None:
    with room.allowed(1000), pytest.raises(OutOfMemory, match=r"0\.0 GB are free for it"):
        on_rungs(networks, DEMAND, lambda own, plan: None)


@pytest.mark.parametrize(
    "told",
    [
        "CUDA error: device-side assert triggered",
        "HIP error: unspecified launch failure",
        "CUDA error: the launch timed out and was terminated",
        "level_zero backend failed with error: 20 (UR_RESULT_ERROR_DEVICE_LOST)",
    ],
)
def test_a_card_that_is_gone_is_no_lack_of_memory(
    networks: Networks, monkeypatch: pytest.MonkeyPatch, told: str
) -> None:
    monkeypatch.setattr(device, "cards", lambda: (simulated(9),))
    monkeypatch.setattr(device, "torch_builds", lambda: frozenset({"xpu"}))
    assert device.usable().kind == "xpu"

    def job(own: Networks, plan: Plan) -> None:
        own.dit()
        raise RuntimeError(told)

    with pytest.raises(DeviceLost, match="stopped answering") as caught:
        on_rungs(networks, DEMAND, job)
    assert "Restart the engine" in caught.value.hint
    assert residents.bytes() == 0
    assert device.usable().kind == "cpu"  # what comes next goes on
    own = Networks("holopart")
    assert on_rungs(own, DEMAND, lambda own, plan: own.device.kind).result == "cpu"


def test_a_card_that_torch_cannot_use_is_told_apart(networks: Networks) -> None:
    def job(own: Networks, plan: Plan) -> None:
        raise RuntimeError("CUDA error: no kernel image is available for execution on the device")

    with pytest.raises(BadInput, match="cannot use this graphics card") as caught:
        on_rungs(networks, DEMAND, job)
    assert "driver" in caught.value.hint


@pytest.mark.parametrize("error", [Cancelled(), RuntimeError("shapes differ"), ValueError("no")])
def test_other_errors_are_nobodys_rungs(networks: Networks, error: Exception) -> None:
    tried = []

    def job(own: Networks, plan: Plan) -> None:
        tried.append(plan)
        raise error

    with pytest.raises(type(error)):
        on_rungs(networks, DEMAND, job)
    assert len(tried) == 1


def test_numbers_that_overflow_are_taken_once_more_in_32_bits(networks: Networks) -> None:
    tried: list[torch.dtype] = []

    def job(own: Networks, plan: Plan) -> str:
        tried.append(own.dtype)
        if own.dtype != torch.float32:
            raise NotFinite("latents")
        return "done"

    ran = on_rungs(networks, DEMAND, job)
    assert tried == [torch.bfloat16, torch.float32]
    assert "overflowed in HoloPart" in ran.notes[0]
    on_rungs(networks, DEMAND, job)
    assert tried[2:] == [torch.float32]  # it is kept


def test_what_is_no_number_in_32_bits_is_said(networks: Networks) -> None:
    def job(own: Networks, plan: Plan) -> None:
        raise NotFinite("latents")

    with pytest.raises(WeightsCorrupt, match="are no numbers") as caught:
        on_rungs(networks, DEMAND, job)
    assert "models verify holopart" in caught.value.hint


def test_networks_of_another_model_make_room(
    networks: Networks, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = f"{Path(networks.folder).with_name('other')} xpu float32"
    plan = networks.plans(DEMAND)[0]
    for there, stays in ((plan.needs + 39, False), (plan.needs + 40, True)):
        residents.get(other, lambda: torch.zeros(10))
        monkeypatch.setattr(room, "available", lambda device, there=there: there)
        on_rungs(networks, DEMAND, lambda own, plan: None)
        assert (other in residents.sizes()) == stays
        residents.unload()
