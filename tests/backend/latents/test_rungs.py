# SPDX-License-Identifier: GPL-3.0-or-later
"""Jobs that run out of memory go on with less."""

from __future__ import annotations

import pytest

torch = pytest.importorskip("torch", reason="latent networks need torch")

from backend.contract.errors import Cancelled, DeviceLost, OutOfMemory  # noqa: E402
from backend.latents.rungs import on_rungs  # noqa: E402
from backend.machine.plan import Plan  # noqa: E402
from backend.machine.resident import residents  # noqa: E402

PLANS = [Plan(True, 4, 1000, 9), Plan(False, 1, 1000, 5), Plan(False, 1, 1000, 3, True)]


@pytest.mark.parametrize(
    "error",
    [
        torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB"),
        RuntimeError("MPS backend out of memory (MPS allocated: 5 GB)"),
        RuntimeError("[enforce fail] DefaultCPUAllocator: can't allocate memory"),
        MemoryError(),
    ],
)
def test_a_job_goes_one_rung_down_for_each_time_that_memory_runs_out(error: Exception) -> None:
    tried: list[Plan] = []
    residents.get("a network", lambda: torch.zeros(10))

    def job(plan: Plan) -> str:
        tried.append(plan)
        if len(tried) < 3:
            raise error
        return "done"

    assert on_rungs(PLANS, job) == "done"
    assert tried == PLANS
    assert "a network" not in residents.sizes()  # its memory was asked back


def test_below_the_last_rung_it_is_said() -> None:
    def job(plan: Plan) -> None:
        raise torch.OutOfMemoryError("CUDA out of memory")

    with pytest.raises(OutOfMemory, match="not enough memory") as caught:
        on_rungs(PLANS, job)
    assert "cuda out of memory" in caught.value.detail


@pytest.mark.parametrize(
    "told", ["CUDA error: device-side assert triggered", "HIP error: unspecified launch failure"]
)
def test_a_card_that_is_gone_is_no_lack_of_memory(told: str) -> None:
    def job(plan: Plan) -> None:
        raise RuntimeError(told)

    with pytest.raises(DeviceLost, match="stopped answering"):
        on_rungs(PLANS, job)


@pytest.mark.parametrize("error", [Cancelled(), RuntimeError("shapes differ"), ValueError("no")])
def test_other_errors_are_nobodys_rungs(error: Exception) -> None:
    tried = []

    def job(plan: Plan) -> None:
        tried.append(plan)
        raise error

    with pytest.raises(type(error)):
        on_rungs(PLANS, job)
    assert len(tried) == 1
