# SPDX-License-Identifier: GPL-3.0-or-later
"""The lists that ship fit together, and what is no list is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from backend.contract.errors import PartwiseError
from backend.installation import lists
from backend.installation.accelerators import ACCELERATORS, Choice
from backend.installation.preflight import PYTHONS

LISTED = [one for one in ACCELERATORS.values() if lists.file_of(one).is_file()]


@pytest.mark.parametrize("accelerator", LISTED, ids=lambda one: one.name)
def test_the_lists_that_ship_fit_together(accelerator) -> None:  # type: ignore[no-untyped-def]
    pins = lists.of(accelerator)
    wanted = {"torch", "numpy", "scipy", "tokenizers", "safetensors", "huggingface-hub"}
    assert wanted <= {pin.name for pin in pins}
    assert all(one.startswith("sha256:") for pin in pins for one in pin.hashes)
    assert lists.parse(lists.text_of(pins), "again") == pins
    assert "://" not in lists.text_of(pins)


def test_there_is_a_list_for_each_usual_system() -> None:
    served = {
        system: {name for name, one in ACCELERATORS.items() if lists.serves(one, system=system)}
        for system in ("linux", "win32", "darwin")
    }
    assert served["linux"] == served["win32"] == {"cpu", "cuda13", "cuda12", "xpu"}
    assert "mps" in served["darwin"]


def test_each_system_gets_its_build_from_where_it_is() -> None:
    """On the public index PyTorch is CUDA 13 for Linux, and made for processors on Windows."""
    for name, system, build in (
        ("cuda13", "linux", ""),
        ("cuda13", "win32", "cu130"),
        ("cuda12", "linux", "cu126"),
        ("cuda12", "win32", "cu126"),
        ("cpu", "win32", ""),
        ("xpu", "linux", "xpu"),
        ("xpu", "win32", "xpu"),
    ):
        pins = lists.of(ACCELERATORS[name])
        torch = lists.torches(pins, system)
        assert [pin.version.partition("+")[2] for pin in torch] == [build]
        assert lists.build_of(pins, system) == build
    versions = {
        pin.version.partition("+")[0]
        for one in LISTED
        for pin in lists.read(lists.file_of(one))
        if pin.name == "torch" and one.name != "xpu"
    }
    assert len(versions) == 1


def test_a_build_and_what_it_alone_needs_have_a_file_for_each_python_and_system() -> None:
    """Its list names a version of its own: the one whose hashes are known."""
    pins = lists.of(ACCELERATORS["xpu"])
    own = [pin for pin in pins if lists.is_own(pin)]
    assert {pin.name for pin in own} == {"torch", "pytorch-triton-xpu"}
    pythons = range(PYTHONS[0][1], PYTHONS[1][1])
    assert {len(pin.hashes) for pin in own} == {2 * len(pythons)}
    asked = lists.by_index(pins, ["--torch-backend", "xpu"])
    assert [pin.name for pin in asked[1][0]] == [pin.name for pin in own]
    assert {"intel-sycl-rt", "mkl", "tbb"} <= {pin.name for pin in asked[0][0]}
    of_linux = {pin.name for pin in pins if not lists.may_hold(pin.marker, "win32")}
    assert {"oneccl", "impi-rt"} <= of_linux


def test_a_list_for_windows_has_nothing_of_linux() -> None:
    """There the build holds CUDA's libraries itself."""
    pins = lists.of(ACCELERATORS["cuda13"])
    there = {pin.name for pin in pins if lists.may_hold(pin.marker, "win32")}
    assert {"torch", "sympy", "networkx", "numpy"} <= there
    assert not {name for name in there if name.startswith(("nvidia", "triton", "cuda"))}


@pytest.mark.parametrize(
    ("marker", "holds"),
    [
        ("", "linux win32 darwin"),
        ("sys_platform == 'win32'", "win32"),
        ("'win32' == sys_platform", "win32"),
        ("sys_platform != 'win32' and python_full_version < '3.12'", "linux darwin"),
        ("(sys_platform == 'linux' or sys_platform == 'win32') and extra != 'a'", "linux win32"),
        ("platform_machine == 'arm64' or sys_platform != 'darwin'", "linux win32 darwin"),
        ("sys_platform == 'emscripten'", ""),
    ],
)
def test_a_marker_can_hold_where_it_does_not_name_another_system(marker: str, holds: str) -> None:
    systems = ("linux", "win32", "darwin")
    assert [one for one in systems if lists.may_hold(marker, one)] == holds.split()
    with pytest.raises(PartwiseError, match="damaged"):
        lists.may_hold("sys_platform == ", "linux")


def test_only_what_the_public_index_lacks_is_sought_elsewhere() -> None:
    """Its triton has another hash at PyTorch's own index."""
    names = ("numpy==1", "torch==2+cu1", "triton==3", "triton-xpu==3", "nvidia-nccl-cu12==2")
    pins = lists.parse("".join(f"{one} --hash=sha256:0\n" for one in names), "toy")
    public, own = lists.by_index(pins, ["--quiet", "--torch-backend", "cu1", "--upgrade"])
    assert [pin.name for pin in public[0]] == ["numpy", "triton", "nvidia-nccl-cu12"]
    assert public[1] == ["--quiet", "--upgrade"]
    assert [pin.name for pin in own[0]] == ["torch", "triton-xpu"]
    assert "--torch-backend" in own[1]
    assert lists.by_index(pins, ["--no-index"]) == [(pins, ["--no-index"])]


def write(folder: Path, name: str, torch: str) -> None:
    folder.mkdir(exist_ok=True)
    (folder / f"torch-{name}.lock").write_text(f"torch=={torch} --hash=sha256:00\n")


def test_a_plain_build_serves_what_it_is_on_each_system(tmp_path: Path) -> None:
    """Under its version alone PyTorch is CUDA 13 on Linux, and made for processors on Windows."""
    cuda13, cpu = ACCELERATORS["cuda13"], ACCELERATORS["cpu"]
    write(tmp_path, "cuda13", "2.13.0")
    assert lists.serves(cuda13, tmp_path, "linux")
    assert not lists.serves(cuda13, tmp_path, "win32")
    assert not lists.serves(cpu, tmp_path, "linux")
    write(tmp_path, "cuda13", "2.13.0+cu130 ; sys_platform == 'win32'")
    assert lists.serves(cuda13, tmp_path, "win32")
    assert not lists.serves(cuda13, tmp_path, "linux")


def test_a_list_of_a_build_may_name_the_plain_one_for_macs() -> None:
    text = "".join(
        f"torch==2.13.0{build} ; sys_platform {sign} 'darwin' --hash=sha256:00\n"
        for build, sign in (("", "=="), ("+cpu", "!="))
    )
    pins = lists.parse(text, "toy")
    assert lists.build_of(pins, "linux") == "cpu"
    assert lists.build_of(pins, "darwin") == ""
    assert lists.joined([pins]) == pins


def test_the_room_of_a_build_that_serves_another_accelerator_is_told() -> None:
    cpu = ACCELERATORS["cpu"]
    plain = lists.parse("torch==2.13.0 --hash=sha256:00", "toy")
    larger = lists.weighed(Choice(cpu), plain, "linux")
    assert larger.accelerator.installed == ACCELERATORS["cuda13"].installed
    assert "CUDA 13" in larger.because[0]
    assert lists.weighed(Choice(cpu), plain, "win32") == Choice(cpu)
    own = lists.parse("torch==2.13.0+cpu --hash=sha256:00", "toy")
    assert lists.weighed(Choice(cpu), own, "linux") == Choice(cpu)


@pytest.mark.parametrize(
    "text", ["torch>=2 --hash=sha256:00", "torch==2", "--index-url x", "torch @ file:x"]
)
def test_what_is_not_pinned_with_a_hash_is_refused(text: str) -> None:
    with pytest.raises(PartwiseError, match="damaged"):
        lists.parse(text, "toy")


def test_lists_that_contradict_each_other_are_refused() -> None:
    one, other = (lists.parse(f"a=={version} --hash=sha256:0", "toy") for version in "12")
    assert lists.joined([one, one]) == one
    with pytest.raises(PartwiseError, match="different versions"):
        lists.joined([one, other])
