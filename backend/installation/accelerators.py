# SPDX-License-Identifier: GPL-3.0-or-later
"""Builds of PyTorch, and which of them fits this machine.

Drivers: NVIDIA's table of minor version compatibility (CUDA 12 needs the driver 525, CUDA 13 the
driver 580) and CUDA 13's release notes (no cards before compute capability 7.5). Kernels for the
compute capabilities 5.0 to 9.0 are in PyTorch's build with CUDA 12.6, as its build scripts say.
"""

from __future__ import annotations

import platform
import sys
from collections.abc import Callable, Collection
from dataclasses import dataclass

from ..contract.engines import AUTO
from ..contract.errors import BadInput
from ..machine import device, intel
from ..machine.device import NvidiaDriver

CUDA13_DRIVER, CUDA12_DRIVER = 580, 525
CUDA13_CAPABILITY = (7, 5)  # Turing; CUDA 12 knows older ones as well
CUDA12_NEWEST = (9, 0)  # Hopper: for Blackwell, the RTX 50 series, its build has no kernels
MACOS = 14  # the first that PyTorch's wheels are made for
NO_LEVEL_ZERO = (
    "Intel's driver for computing (Level Zero) is not here: install it, and the card is used."
)
GB = 1_000_000_000


@dataclass(frozen=True)
class Accelerator:
    """A build of PyTorch.

    Parameters
    ----------
    name : as the command line has it, and the file of its list.
    label : for people.
    systems : `sys.platform` of the systems that PyTorch makes it for.
    download, unpacked, installed : bytes, about, of all packages: what is downloaded, what comes of
        it, and what has to be free on the disk, where some systems keep a part of it twice.
    """

    name: str
    label: str
    systems: tuple[str, ...]
    download: int
    unpacked: int
    installed: int


# Bytes of the lists' wheels on the system where they are most; on the disk measured for CUDA 13 on
# Linux, and estimated for the others.
ACCELERATORS = {
    one.name: one
    for one in (
        Accelerator("cuda13", "NVIDIA, CUDA 13", ("linux", "win32"), 3 * GB, 5 * GB, 7 * GB),
        Accelerator("cuda12", "NVIDIA, CUDA 12", ("linux", "win32"), 4 * GB, 6 * GB, 8 * GB),
        Accelerator("rocm", "AMD, ROCm", ("linux",), 5 * GB, 14 * GB, 18 * GB),
        Accelerator("mps", "Apple, Metal", ("darwin",), GB // 4, GB * 3 // 4, GB),
        Accelerator("xpu", "Intel, XPU", ("linux", "win32"), 3 * GB, 6 * GB, 8 * GB),
        Accelerator("cpu", "processor", ("linux", "win32", "darwin"), GB // 2, GB * 3 // 2, 2 * GB),
    )
}
# Accelerator of the build that an index has under PyTorch's version alone, by system.
PLAIN = {"linux": "cuda13", "win32": "cpu", "darwin": "mps"}


@dataclass(frozen=True)
class Choice:
    """The accelerator that was chosen, and sentences about what was passed over, and why."""

    accelerator: Accelerator
    because: tuple[str, ...] = ()


def choose(
    wished: str,
    has_list: Callable[[Accelerator], bool],
    kinds: Collection[str] | None = None,
    driver: NvidiaDriver | None = None,
    system: str = sys.platform,
    level_zero: bool = True,
) -> Choice:
    """The accelerator to install.

    Parameters
    ----------
    wished : a name of `ACCELERATORS`, or `AUTO`.
    has_list : whether packages of one are listed for this system.
    kinds, driver, level_zero : what cards there are (kinds of `machine.device`), NVIDIA's driver,
        and whether Intel's for computing is here; asked of the machine where `kinds` is None.

    Raises BadInput where nothing, or not the wished one, can be installed here.
    """
    if kinds is None:
        kinds, driver = {card.kind for card in device.cards()}, device.nvidia_driver()
        level_zero = "xpu" not in kinds or intel.can_compute()
    if wished != AUTO:
        return _wished(wished, has_list, system)
    because = []
    for name, reason in _fitting(kinds, driver, level_zero):
        if reason:
            because.append(reason)
        one = ACCELERATORS.get(name)
        if one is None:
            continue
        if system in one.systems and has_list(one):
            return Choice(one, tuple(because))
        because.append(_not_listed(one))
    raise BadInput(
        f"No build of PyTorch is listed for this computer ({platform.machine()}, {system}).",
        "Engines without PyTorch go on working; for the others use another computer.",
        " ".join(because),
    )


def _wished(name: str, has_list: Callable[[Accelerator], bool], system: str) -> Choice:
    one = ACCELERATORS.get(name)
    if one is None:
        raise BadInput(
            f"There is no accelerator “{name:.40}”.", f"Known: {', '.join(ACCELERATORS)}."
        )
    if system not in one.systems:
        raise BadInput(f"PyTorch has no {one.label} on this system.", "Choose auto, or cpu.")
    if not has_list(one):
        raise BadInput(
            f"The packages for {one.label} are not listed in this version of Partwise for this "
            "system.",
            "Choose auto, an offline pack that was made for it, or a Python of your own.",
        )
    return Choice(one)


def _not_listed(one: Accelerator) -> str:
    return (
        f"The packages for {one.label} are not listed in this version of Partwise; a Python of "
        "your own that has them can be used."
    )


def _fitting(
    kinds: Collection[str], driver: NvidiaDriver | None, level_zero: bool
) -> list[tuple[str, str]]:
    """Names of accelerators from the best on, each with a sentence or an empty one."""
    found: list[tuple[str, str]] = []
    if "cuda" in kinds:
        found += _of_nvidia(driver)
    found += [(kind, "") for kind in ("rocm", "mps") if kind in kinds]
    if "xpu" in kinds:
        found.append(("xpu", "") if level_zero else ("", NO_LEVEL_ZERO))
    return [*found, ("cpu", "")]


def _of_nvidia(driver: NvidiaDriver | None) -> list[tuple[str, str]]:
    if driver is None:
        return [("", "NVIDIA's driver does not tell its version: update it.")]
    if driver.number < CUDA12_DRIVER:
        return [
            (
                "",
                f"NVIDIA's driver {driver.version} is too old for PyTorch: install "
                f"{CUDA12_DRIVER} or later, better {CUDA13_DRIVER}, to use the card.",
            )
        ]
    if (0, 0) < driver.capability < CUDA13_CAPABILITY:
        return [("cuda12", "The card is older than CUDA 13 supports, so CUDA 12 is used.")]
    if driver.number < CUDA13_DRIVER and driver.capability > CUDA12_NEWEST:
        return [
            (
                "",
                f"The card is newer than CUDA 12 supports, and NVIDIA's driver {driver.version} "
                f"is for CUDA 12: install {CUDA13_DRIVER} or later to use the card.",
            )
        ]
    if driver.number < CUDA13_DRIVER:
        return [
            (
                "cuda12",
                f"NVIDIA's driver {driver.version} is for CUDA 12; from {CUDA13_DRIVER} on it "
                "would be CUDA 13.",
            )
        ]
    return [("cuda13", ""), *([("cuda12", "")] if driver.capability <= CUDA12_NEWEST else [])]
