# SPDX-License-Identifier: GPL-3.0-or-later
"""The lists that ship fit together, and what is no list is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from backend.contract.errors import PartwiseError
from backend.installation import lists
from backend.installation.accelerators import ACCELERATORS, Choice

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
    assert {"cpu", "cuda13"} <= served["linux"]
    assert "cpu" in served["win32"]
    assert "mps" in served["darwin"]


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
    write(tmp_path, "cuda13", "2.13.0+cu130")
    assert lists.serves(cuda13, tmp_path, "win32")
    assert lists.build_of(lists.read(lists.file_of(cuda13, tmp_path))) == "cu130"


def test_a_list_of_a_build_may_name_the_plain_one_for_macs() -> None:
    text = "".join(
        f"torch==2.13.0{build} ; sys_platform {sign} 'darwin' --hash=sha256:00\n"
        for build, sign in (("", "=="), ("+cpu", "!="))
    )
    pins = lists.parse(text, "toy")
    assert lists.build_of(pins) == "cpu"
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
