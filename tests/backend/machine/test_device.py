# SPDX-License-Identifier: GPL-3.0-or-later
"""Which device networks would run on, told by stand-ins for drivers and for torch's files."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from backend.machine import device
from backend.machine.device import Device

SMALL, LARGE = Device("cuda", "Small", 8 << 30), Device("cuda", "Large", 24 << 30)
AMD = Device("rocm", "Radeon", 16 << 30)


class Nvml:
    """Stands in for NVIDIA's library: each card has a name and a size."""

    def __init__(self, cards: list[tuple[bytes, int]], status: int = 0) -> None:
        self.cards, self.status, self.open = cards, status, False

    def nvmlInit_v2(self) -> int:
        self.open = self.status == 0
        return self.status

    def nvmlShutdown(self) -> int:
        self.open = False
        return 0

    def nvmlDeviceGetCount_v2(self, count: Any) -> int:
        count._obj.value = len(self.cards)
        return 0

    def nvmlDeviceGetHandleByIndex_v2(self, index: int, handle: Any) -> int:
        handle._obj.value = index + 1
        return 0

    def nvmlDeviceGetName(self, handle: Any, text: Any, size: int) -> int:
        text.value = self.cards[handle.value - 1][0]
        return 0

    def nvmlSystemGetDriverVersion(self, text: Any, size: int) -> int:
        text.value = b"580.65.06"
        return 0

    def nvmlDeviceGetCudaComputeCapability(self, handle: Any, major: Any, minor: Any) -> int:
        major._obj.value, minor._obj.value = 6 + handle.value, 5
        return 0

    def nvmlDeviceGetMemoryInfo(self, handle: Any, memory: Any) -> int:
        memory._obj.total = self.cards[handle.value - 1][1]
        return 0


@pytest.fixture(autouse=True)
def _forgotten() -> None:
    device.cards.cache_clear()
    device.nvidia_driver.cache_clear()
    device._builds.cache_clear()


def with_torch(monkeypatch: pytest.MonkeyPatch, folder: Path, version: str) -> None:
    (folder / "version.py").write_text(version)
    spec = SimpleNamespace(origin=str(folder / "__init__.py"))
    monkeypatch.setattr(device, "find_spec", lambda name: spec)


def test_nvidia_cards_are_told_by_their_driver(monkeypatch: pytest.MonkeyPatch) -> None:
    library = Nvml([(b"RTX 4070", 12 << 30), (b"T4", 16 << 30)])
    monkeypatch.setattr(device.ctypes, "CDLL", lambda name: library)
    assert device._nvidia() == [
        Device("cuda", "RTX 4070", 12 << 30),
        Device("cuda", "T4", 16 << 30),
    ]
    assert not library.open


def test_nvidias_driver_tells_its_version_and_what_the_largest_card_can_do(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    library = Nvml([(b"T4", 16 << 30), (b"RTX 4070", 12 << 30)])
    monkeypatch.setattr(device.ctypes, "CDLL", lambda name: library)
    driver = device.nvidia_driver()
    assert driver == device.NvidiaDriver("580.65.06", (7, 5))
    assert driver.number == 580
    assert not library.open


def test_there_is_no_driver_without_a_card(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(device.ctypes, "CDLL", lambda name: Nvml([]))
    assert device.nvidia_driver() is None


def test_a_driver_that_does_not_start_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(device.ctypes, "CDLL", lambda name: Nvml([(b"RTX", 1)], status=9))
    assert device._nvidia() == []


def test_cards_of_others_are_read_from_the_system(tmp_path: Path) -> None:
    node = tmp_path / "kfd/kfd/topology/nodes/1"
    (node / "mem_banks/0").mkdir(parents=True)
    (node / "properties").write_text("cpu_cores_count 0\nsimd_count 256\n")
    (node / "mem_banks/0/properties").write_text("heap_type 1\nsize_in_bytes 17163091968\n")
    (node / "name").write_text("gfx1100\n")
    processor = tmp_path / "kfd/kfd/topology/nodes/0"
    processor.mkdir()
    (processor / "properties").write_text("cpu_cores_count 8\nsimd_count 0\n")
    assert device._amd(tmp_path) == [Device("rocm", "gfx1100", 17163091968)]


def test_intels_cards_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(device.intel, "cards", lambda: [("Arc", 17)])
    assert device._intel() == [Device("xpu", "Arc", 17)]


@pytest.mark.parametrize(
    ("version", "kinds"),
    [
        ("cuda = '12.8'\nhip = None\nxpu = None\n", {"cuda"}),
        ("cuda: Optional[str] = None\nhip: Optional[str] = '6.4'\n", {"rocm"}),
        ("cuda = None\nhip = None\nxpu = '20250101'\n", {"xpu"}),
        ("cuda = None\n", set()),
        ("this is no Python", set()),
    ],
)
def test_torch_is_asked_by_its_file(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, version: str, kinds: set[str]
) -> None:
    monkeypatch.setattr(device, "_has_metal", lambda: False)
    with_torch(monkeypatch, tmp_path, version)
    assert device.torch_builds() == kinds


def test_the_largest_card_that_torch_can_use_is_used(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(device, "cards", lambda: (SMALL, AMD, LARGE))
    with_torch(monkeypatch, tmp_path, "cuda = '12.8'\nhip = None\n")
    assert device.usable() == LARGE
    device._builds.cache_clear()
    with_torch(monkeypatch, tmp_path, "cuda = None\nhip = '6.4'\n")
    assert device.usable() == AMD
    assert device.usable().torch_name == "cuda"


def test_without_torch_no_driver_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(device, "find_spec", lambda name: None)
    monkeypatch.setattr(device, "cards", lambda: pytest.fail("asked"))
    assert device.usable().kind == "cpu"


def test_finding_the_device_does_not_load_torch() -> None:
    program = (
        "import sys; from backend.machine.device import cards, usable; usable(), cards();"
        "sys.exit('torch' in sys.modules or 'numpy' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", program], cwd=Path.cwd()).returncode == 0


def test_a_device_says_what_it_is() -> None:
    assert str(LARGE) == "Large (CUDA, 24.0 GiB)"
    assert str(Device("cpu", "Some processor")) == "Some processor (processor)"
