# SPDX-License-Identifier: GPL-3.0-or-later
"""Intel's graphics cards with memory of their own, and its driver for computing, Level Zero.

Linux lists cards below /sys/class/drm, Windows in its registry (the class of display adapters).
Standard library only.
"""

from __future__ import annotations

import ctypes
import functools
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from . import sysfs

SYS = Path("/sys/class")
NAME = "Intel graphics"
_VENDOR = "0x8086"  # of the list of PCI vendors
_ADAPTERS = r"SYSTEM\CurrentControlSet\Control\Class\{4d36e968-e325-11ce-bfc1-08002be10318}"
_OWN_MEMORY = 3 << 30  # bytes: processors with graphics are given less of the main memory


def cards(system: Path = SYS) -> list[tuple[str, int]]:
    """The name of each card, and the bytes of its memory."""
    return _of_registry() if sys.platform == "win32" else _of_linux(system)


def _of_linux(system: Path) -> list[tuple[str, int]]:
    """Those whose driver tells the size of their memory, which it does where they have some."""
    found = []
    for card in sorted(system.glob("drm/card*/device")):
        if sysfs.line(card / "vendor") == _VENDOR:
            size = sysfs.number(sysfs.line(card / "tile0/physical_vram_size_bytes"))
            size = size or sysfs.number(sysfs.line(card.parent / "lmem_total_bytes"))
            if size:
                found.append((NAME, size))
    return found


def _of_registry() -> list[tuple[str, int]]:
    found = []
    for adapter in _adapters():
        device = str(adapter.get("MatchingDeviceId", "")).lower()
        size = adapter.get("HardwareInformation.qwMemorySize", 0)
        size = int.from_bytes(size, "little") if isinstance(size, bytes) else size
        if "ven_8086" in device and isinstance(size, int) and size >= _OWN_MEMORY:
            found.append((str(adapter.get("DriverDesc") or NAME), size))
    return found


def _adapters() -> Iterator[dict[str, Any]]:
    """What Windows keeps of each display adapter, name by name."""
    if sys.platform != "win32":
        return
    import winreg

    with suppress(OSError), winreg.OpenKey(winreg.HKEY_LOCAL_MACHINE, _ADAPTERS) as adapters:
        for number in range(100):  # the end of the list is an OSError
            key = winreg.EnumKey(adapters, number)
            with suppress(OSError), winreg.OpenKey(adapters, key) as adapter:
                count = winreg.QueryInfoKey(adapter)[1]
                values = (winreg.EnumValue(adapter, index) for index in range(count))
                yield {name: value for name, value, _ in values}


@functools.cache
def can_compute() -> bool:
    """Whether the driver for computing is here. PyTorch does not bring it."""
    library = "ze_loader.dll" if sys.platform == "win32" else "libze_loader.so.1"
    try:
        return bool(ctypes.CDLL(library).zeInit(0) == 0)
    except (OSError, AttributeError):
        return False
