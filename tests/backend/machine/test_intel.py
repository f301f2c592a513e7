# SPDX-License-Identifier: GPL-3.0-or-later
"""Intel's cards are read from what the system lists; whether its driver is here is asked."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from backend.machine import intel


def test_linux_lists_cards_and_those_with_memory_count(tmp_path: Path) -> None:
    sizes = ("0x3fa000000", "", "nonsense")  # the second shares main memory
    for number, size in enumerate(sizes):
        card = tmp_path / f"drm/card{number}/device"
        (card / "tile0").mkdir(parents=True)
        (card / "vendor").write_text("0x8086\n")
        (card / "tile0/physical_vram_size_bytes").write_text(size)
    older = tmp_path / "drm/card8/device"
    older.mkdir(parents=True)
    (older / "vendor").write_text("0x8086\n")
    (tmp_path / "drm/card8/lmem_total_bytes").write_text("8000000000\n")
    other = tmp_path / "drm/card9/device"
    other.mkdir(parents=True)
    (other / "vendor").write_text("0x1002\n")
    (tmp_path / "drm/card9/lmem_total_bytes").write_text("8000000000\n")
    assert intel._of_linux(tmp_path) == [(intel.NAME, 0x3FA000000), (intel.NAME, 8_000_000_000)]


def test_windows_lists_adapters_and_those_with_memory_count(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    size, device = "HardwareInformation.qwMemorySize", "MatchingDeviceId"

    def adapters() -> Iterator[dict[str, Any]]:
        yield {device: r"PCI\VEN_8086&DEV_56A0", "DriverDesc": "Intel Arc A770", size: 16 << 30}
        yield {device: r"pci\ven_8086&dev_e20b", size: (12 << 30).to_bytes(8, "little")}
        yield {device: r"pci\ven_8086&dev_4680", "DriverDesc": "Intel UHD", size: 1 << 30}
        yield {device: r"pci\ven_10de&dev_2684", "DriverDesc": "NVIDIA", size: 24 << 30}
        yield {"DriverDesc": "Basic Display"}

    monkeypatch.setattr(intel.sys, "platform", "win32")
    monkeypatch.setattr(intel, "_adapters", adapters)
    assert intel.cards() == [("Intel Arc A770", 16 << 30), (intel.NAME, 12 << 30)]


@pytest.mark.parametrize(("status", "can"), [(0, True), (0x78000001, False), (None, False)])
def test_the_driver_for_computing_is_asked(
    monkeypatch: pytest.MonkeyPatch, status: int | None, can: bool
) -> None:
    class Loader:
        @staticmethod
        def zeInit(_flags: int) -> int:  # the driver's own name
            assert status is not None
            return status

    def load(_name: str) -> type[Loader]:
        if status is None:
            raise OSError("there is no such library")
        return Loader

    monkeypatch.setattr(intel.ctypes, "CDLL", load)
    assert intel.can_compute.__wrapped__() is can
