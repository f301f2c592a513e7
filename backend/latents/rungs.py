# SPDX-License-Identifier: GPL-3.0-or-later
"""Jobs that step down when memory runs out or numbers overflow, and what is said of lost cards."""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Generic, TypeVar

import torch

from ..checkpoints.public import public_model
from ..contract.errors import BadInput, DeviceLost, OutOfMemory, PartwiseError, WeightsCorrupt
from ..contract.progress import SILENT, Progress
from ..machine import device
from ..machine.memory import give_back
from ..machine.plan import Plan
from ..machine.resident import residents
from ..machine.room import room
from ..machine.threads import all_for_networks
from .finite import NotFinite
from .networks import Demand, Networks

Result = TypeVar("Result")

log = logging.getLogger(__name__)

FULL = (  # of torch's plain errors
    "out of memory",
    "out_of_device_memory",
    "out_of_host_memory",
    "out of resources",
    "out_of_resources",
    "not enough memory",
    "can't allocate memory",
    "cannot allocate memory",
    "alloc_failed",
    "cublas_status_not_initialized",  # its handle is made when first used, and takes memory
    "invalid buffer size",
)
TOO_OLD = (
    "no kernel image is available",
    "driver on your system is too old",
    "driver version is insufficient",
    "not compatible with the current pytorch",
)
LOST = (
    "device-side assert",
    "device lost",
    "device_lost",
    "launch failure",
    "launch timed out",
    "illegal memory access",
    "cuda error",
    "hip error",
    "cudnn_status_execution_failed",
    "cublas_status_execution_failed",
    "level_zero backend failed",
    "command buffer exited with error",
)


@dataclass(frozen=True)
class Ran(Generic[Result]):
    """What a job answered. plan : on which it did. notes : sentences about what did not go as
    planned, empty where all did."""

    result: Result
    plan: Plan
    notes: tuple[str, ...] = ()


def on_rungs(
    networks: Networks,
    demand: Demand,
    job: Callable[[Networks, Plan], Result],
    progress: Progress = SILENT,
) -> Ran[Result]:
    """What a job answers on the first rung on which it does not run out of memory.

    job : given the networks as the rung wants them run. progress : hears each rung in words. Where
    numbers of 16 bits overflow, all is done once more in 32. What was learned is kept in `room`.
    Raises OutOfMemory where no rung is left, DeviceLost where the card no longer answers,
    WeightsCorrupt where no numbers are enough.
    """
    notes: list[str] = []
    exact = room.needs_exact(networks.name)
    while True:
        plans = networks.plans(demand, exact=exact)
        try:
            ran = _down(networks, plans, job, progress, notes)
            if ran is not None:
                return ran
            raise _no_room(networks, demand, exact=exact)
        except NotFinite as error:
            title = public_model(networks.name).title
            if exact:
                raise WeightsCorrupt(
                    f"What {title} answered are no numbers.",
                    f"Try another seed. If it stays so: models verify {networks.name}",
                    str(error),
                ) from error
            exact = True
            room.overflowed(networks.name)
            notes.append(f"Numbers of 16 bits overflowed in {title}; those of 32 were taken.")
        free()


def _down(
    networks: Networks,
    plans: list[Plan],
    job: Callable[[Networks, Plan], Result],
    progress: Progress,
    notes: list[str],
) -> Ran[Result] | None:
    """None where no rung is left."""
    for number, plan in enumerate(plans):
        here = f"Memory ran out. {plan.said()}" if number else plan.said()
        saying = progress.span(0.0, 0.05, here)
        saying.step()
        try:
            with ExitStack() as stack:
                if plan.on_processor:
                    stack.enter_context(all_for_networks())
                else:
                    _make_room(networks, plan)
                result = job(networks.planned(plan, saying), plan)
        except (MemoryError, RuntimeError) as error:
            trouble = _trouble(error, networks, plan)
            if trouble is not None:
                free()
                raise trouble from error
            log.info("%s: %s: %s", plan.said(), type(error).__name__, error)
            room.refused(_of(networks, plan), plan.needs)
        else:
            if number:
                notes.append(f"Memory ran out; it was made with less. {plan.said()}.")
            return Ran(result, plan, tuple(notes))
        free()
    return None


def _of(networks: Networks, plan: Plan) -> device.Device:
    return device.processor() if plan.on_processor else networks.device


def _trouble(error: Exception, networks: Networks, plan: Plan) -> PartwiseError | None:
    """What an error of torch means; None for too little memory. Raises what it does not know."""
    told = str(error).lower()
    if isinstance(error, MemoryError | torch.OutOfMemoryError) or any(w in told for w in FULL):
        return None
    if not plan.on_processor and any(word in told for word in TOO_OLD):
        return BadInput(
            f"The installed PyTorch cannot use this graphics card ({networks.device.name}).",
            "Update the card's driver, or install the environment again.",
            str(error),
        )
    if not plan.on_processor and any(word in told for word in LOST):
        device.forsake(networks.device)
        return DeviceLost(
            "The graphics card stopped answering.",
            "Restart the engine to use it again; until then large models run on the processor. "
            "If it happens once more, update the card's driver.",
            str(error),
        )
    raise error


def _make_room(networks: Networks, plan: Plan) -> None:
    """Let networks of other models go where a plan leaves them no room."""
    here = f" {networks.device.kind} "
    others = {
        name: size
        for name, size in residents.sizes().items()
        if here in name and not name.startswith(networks.folder)
    }
    there = room.available(networks.device)
    if there is not None and plan.needs + sum(others.values()) > there:
        residents.leave(others.__contains__)
        give_back()


def _no_room(networks: Networks, demand: Demand, *, exact: bool) -> OutOfMemory:
    least = min(plan.needs for plan in networks.plans(demand, exact=exact, whatever=True))
    there = room.available(device.processor())
    has = "" if there is None or there >= least else f", and {there / 1e9:.1f} GB are free for it"
    title = public_model(networks.name).title
    return OutOfMemory(
        f"There is not enough memory: {title} needs at least {least / 1e9:.1f} GB{has}.",
        "Close other programs, allow it more, or choose another engine.",
    )


def free() -> None:
    """Give the memory of all networks and of what is no longer used back to the device."""
    residents.leave(lambda name: True)
    give_back()
