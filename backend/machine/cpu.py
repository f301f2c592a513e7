# SPDX-License-Identifier: GPL-3.0-or-later
"""What this machine is: processor, memory, system. Standard library only."""

from __future__ import annotations

import os
import platform
import re
from pathlib import Path


def processor() -> str:
    """Model name of the processor, as the system tells it."""
    try:
        found = re.search(r"model name\s*:\s*(.+)", Path("/proc/cpuinfo").read_text())
    except OSError:
        found = None
    return found[1].strip() if found else platform.processor() or platform.machine()


def cores() -> int:
    """Number of processors that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def memory() -> int | None:
    """Bytes of main memory; None where the system does not say."""
    if os.name == "nt":
        return _windows_memory()
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (ValueError, OSError):
        return None


def free_memory() -> int | None:
    """Bytes that this process could still have before the system ends it or another.

    Without what other programs hold, with what the system would write to its disk or drop.
    """
    if os.name == "nt":
        return _windows_memory("page_free")
    try:
        told = Path("/proc/meminfo").read_text()
    except OSError:
        return memory()
    found = dict(re.findall(r"^(MemAvailable|SwapFree):\s+(\d+) kB$", told, re.MULTILINE))
    return 1024 * sum(map(int, found.values())) if "MemAvailable" in found else memory()


def _windows_memory(which: str = "total") -> int | None:
    import ctypes

    class Status(ctypes.Structure):  # MEMORYSTATUSEX
        _fields_ = [
            ("length", ctypes.c_uint32),
            ("load", ctypes.c_uint32),
            *((name, ctypes.c_uint64) for name in ("total", "free", "page", "page_free")),
            *((name, ctypes.c_uint64) for name in ("space", "space_free", "more")),
        ]

    status = Status(length=ctypes.sizeof(Status))
    kernel = getattr(ctypes, "windll").kernel32  # noqa: B009  (absent elsewhere)
    return (
        int(getattr(status, which)) if kernel.GlobalMemoryStatusEx(ctypes.byref(status)) else None
    )
