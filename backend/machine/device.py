# SPDX-License-Identifier: GPL-3.0-or-later
"""Where networks run: which graphics processors there are, and which the installed torch can use.

Drivers and torch's own files are asked, so that torch, which takes seconds to load, is not:
NVIDIA's management library (NVML), Linux' list of AMD compute nodes (KFD), the system's of Intel's
cards, and the version that torch wrote down when it was built. Standard library only.
"""

from __future__ import annotations

import ast
import ctypes
import functools
import platform
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from . import cpu, intel, sysfs

LABELS = {"cuda": "CUDA", "rocm": "ROCm", "mps": "Metal", "xpu": "Intel XPU", "cpu": "processor"}
_SYS = Path("/sys/class")


@dataclass(frozen=True)
class Device:
    """What a network runs on.

    Parameters
    ----------
    kind : "cuda", "rocm", "mps", "xpu" or "cpu".
    name : as its maker calls it.
    memory : bytes of its own, or, for "mps" and "cpu", of main memory; None where nobody says.
    """

    kind: str
    name: str
    memory: int | None = None

    @property
    def torch_name(self) -> str:
        """What torch calls it; ROCm goes by the name of CUDA there."""
        return "cuda" if self.kind == "rocm" else self.kind

    def __str__(self) -> str:
        size = "" if self.memory is None else f", {self.memory / 2**30:.1f} GiB"
        return f"{self.name} ({LABELS[self.kind]}{size})"


def usable() -> Device:
    """The largest graphics processor that the installed torch is made for, else the processor.

    Takes less than a millisecond where there is no torch.
    """
    builds = torch_builds() - _forsaken
    fitting = [card for card in cards() if card.kind in builds] if builds else []
    return max(fitting, key=lambda card: card.memory or 0, default=processor())


def forsake(card: Device) -> None:
    """A card stopped answering: nothing of this process can use it any more, nor its like."""
    _forsaken.add(card.kind)


_forsaken: set[str] = set()


def torch_builds() -> frozenset[str]:
    """Kinds of devices beside "cpu" that the installed torch is made for; none without torch."""
    spec = find_spec("torch")
    if spec is None or spec.origin is None:
        return frozenset()
    return _builds(Path(spec.origin).with_name("version.py"))


@functools.cache
def _builds(version: Path) -> frozenset[str]:
    """What torch's ``version.py`` says, which assigns None or a text to each kind it knows."""
    try:
        tree = ast.parse(version.read_text(encoding="utf-8"))
    except (OSError, SyntaxError, ValueError):
        return frozenset()
    said = {
        target.id
        for node in tree.body
        if isinstance(node, ast.Assign | ast.AnnAssign) and isinstance(node.value, ast.Constant)
        for target in (node.targets if isinstance(node, ast.Assign) else [node.target])
        if isinstance(target, ast.Name) and isinstance(node.value.value, str)
    }
    kinds = {"cuda": "cuda", "hip": "rocm", "xpu": "xpu"}
    found = {kind for word, kind in kinds.items() if word in said}
    if _has_metal():
        found.add("mps")
    return frozenset(found)


@functools.cache
def cards() -> tuple[Device, ...]:
    """The graphics processors of this machine on which torch could run, as drivers tell them."""
    return (*_nvidia(), *_amd(), *_intel(), *_apple())


def processor() -> Device:
    """The processor with the main memory."""
    return Device("cpu", cpu.processor(), cpu.memory())


@dataclass(frozen=True)
class NvidiaDriver:
    """NVIDIA's driver, and what its cards can do.

    Parameters
    ----------
    version : as NVIDIA writes it, "580.65.06".
    capability : the compute capability of the largest card, (major, minor).
    """

    version: str
    capability: tuple[int, int]

    @property
    def number(self) -> int:
        """The branch of the driver, which CUDA asks for: 580 of "580.65.06"; 0 if unknown."""
        head = self.version.split(".")[0]
        return int(head) if head.isdecimal() else 0


@functools.cache
def nvidia_driver() -> NvidiaDriver | None:
    """NVIDIA's driver where there is one with a card."""
    with _nvml() as nvml:
        if nvml is None:
            return None
        text = ctypes.create_string_buffer(96)
        if nvml.nvmlSystemGetDriverVersion(text, len(text)) != 0:
            return None
        cards = range(_nvidia_count(nvml))
        if not cards:
            return None
        largest = max(cards, key=lambda index: _nvidia_card(nvml, index).memory or 0)
        return NvidiaDriver(text.value.decode(errors="replace"), _capability(nvml, largest))


def _capability(nvml: ctypes.CDLL, index: int) -> tuple[int, int]:
    handle, major, minor = ctypes.c_void_p(), ctypes.c_int(), ctypes.c_int()
    nvml.nvmlDeviceGetHandleByIndex_v2(index, ctypes.byref(handle))
    asked = nvml.nvmlDeviceGetCudaComputeCapability
    asked(handle, ctypes.byref(major), ctypes.byref(minor))
    return major.value, minor.value


@contextmanager
def _nvml() -> Iterator[ctypes.CDLL | None]:
    """NVIDIA's management library, which comes with the driver; None without one."""
    library = "nvml.dll" if sys.platform == "win32" else "libnvidia-ml.so.1"
    try:
        nvml = ctypes.CDLL(library)
        ready = nvml.nvmlInit_v2() == 0
    except (OSError, AttributeError):
        ready = False
    if not ready:
        yield None
        return
    try:
        yield nvml
    finally:
        nvml.nvmlShutdown()


def _nvidia() -> list[Device]:
    """NVIDIA's cards."""
    with _nvml() as nvml:
        if nvml is None:
            return []
        return [_nvidia_card(nvml, index) for index in range(_nvidia_count(nvml))]


def _nvidia_count(nvml: ctypes.CDLL) -> int:
    count = ctypes.c_uint()
    return count.value if nvml.nvmlDeviceGetCount_v2(ctypes.byref(count)) == 0 else 0


def _nvidia_card(nvml: ctypes.CDLL, index: int) -> Device:
    class Memory(ctypes.Structure):  # nvmlMemory_t
        _fields_ = [(name, ctypes.c_ulonglong) for name in ("total", "free", "used")]

    handle, text, size = ctypes.c_void_p(), ctypes.create_string_buffer(96), Memory()
    nvml.nvmlDeviceGetHandleByIndex_v2(index, ctypes.byref(handle))
    named = nvml.nvmlDeviceGetName(handle, text, len(text)) == 0
    measured = nvml.nvmlDeviceGetMemoryInfo(handle, ctypes.byref(size)) == 0
    name = text.value.decode(errors="replace") if named else "NVIDIA graphics"
    return Device("cuda", name, int(size.total) if measured else None)


def _amd(system: Path = _SYS) -> list[Device]:
    """AMD's cards that ROCm can compute on: the nodes of KFD with SIMD units."""
    found = []
    for node in sorted(system.glob("kfd/kfd/topology/nodes/*")):
        if _property(node / "properties", "simd_count") > 0:
            banks = node.glob("mem_banks/*/properties")
            size = sum(_property(bank, "size_in_bytes") for bank in banks)
            found.append(Device("rocm", sysfs.line(node / "name") or "AMD graphics", size or None))
    return found


def _intel() -> list[Device]:
    """Intel's cards with memory of their own."""
    return [Device("xpu", name, size) for name, size in intel.cards()]


def _apple() -> list[Device]:
    return [Device("mps", cpu.processor(), cpu.memory())] if _has_metal() else []


def _has_metal() -> bool:
    return platform.system() == "Darwin" and platform.machine() == "arm64"


def _property(path: Path, name: str) -> int:
    """A number of a file of lines ``name number``; 0 where it is not."""
    for line in sysfs.text(path).splitlines():
        words = line.split()
        if words[:1] == [name]:
            return sysfs.number(words[-1])
    return 0
