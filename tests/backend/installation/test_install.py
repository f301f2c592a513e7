# SPDX-License-Identifier: GPL-3.0-or-later
"""Environments are made by our own installer from an index with all the moods of a real one."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from backend.checkpoints import disk
from backend.contract.errors import BadInput, Cancelled, DiskFull, PartwiseError, Unreachable
from backend.contract.progress import Progress
from backend.installation import environment, install, lists, removal
from backend.installation.install import Source
from tests.backend.installation.conftest import CPU, Place
from tests.backend.installation.index_server import Index, make_wheel

ROOT = Path(__file__).parents[3]
ALPHA = "alpha-1.0-py3-none-any.whl"


def imported(place: Place, name: str) -> str:
    """The version of a module, as the installed Python imports it."""
    python = environment.executable(place.home)
    words = [str(python), "-I", "-c", f"import {name}; print({name}.VERSION)"]
    return subprocess.run(words, capture_output=True, text=True, check=True).stdout.strip()


def test_a_fresh_environment_holds_the_listed_packages_and_all_caches(place: Place) -> None:
    told: list[tuple[str, int]] = []
    progress = Progress(lambda stage, done, _: told.append((stage, done)))
    done = place.install(progress=progress)
    assert done.fresh
    assert done.sentence == "It works."
    assert imported(place, "gamma") == "1.0"
    assert environment.trouble(place.home) == ""
    assert place.tried == [done.environment.folder(place.home)]
    assert list((place.home / "cache/uv").glob("archive-v*/*/alpha"))
    shares = [done for _, done in told]
    assert shares == sorted(shares)
    assert any(" of 3 here: " in stage for stage, _ in told)
    look = install._Look(place.home, frozenset({"alpha", "beta", "gamma"}), CPU)
    whole = ("Downloading packages, 3 of 3 here: about 500.0 of 500.0 MB", 0.95)
    assert look() == whole
    look.here.pop("alpha")  # as if it was just moved
    assert look()[0] == whole[0].replace("3 of 3", "2 of 3")
    assert any(" here: about " in stage and stage.endswith(" of 500.0 MB") for stage, _ in told)


def test_what_is_there_is_not_installed_again_and_a_repair_takes_its_place(place: Place) -> None:
    first = place.install()
    place.index.asked.clear()
    again = place.install()
    assert not again.fresh
    assert again.environment == first.environment
    assert not place.tried[1:]
    repaired = place.install(repair=True)
    assert repaired.fresh
    assert repaired.environment != first.environment
    assert place.folders() == [repaired.environment.name]
    assert not place.index.asked  # all of it from the cache


def test_a_damaged_environment_is_told_and_made_anew(place: Place) -> None:
    done = place.install()
    packages = environment.site_packages(done.environment.folder(place.home))
    assert packages is not None
    (packages / "beta/data.bin").unlink()
    (packages / "gamma/data.bin").write_bytes(b"cut")  # so is the file of the cache, its other name
    trouble = environment.trouble(place.home)
    assert "beta/data.bin" in trouble
    assert "gamma/data.bin" in trouble
    assert place.install().fresh
    assert environment.trouble(place.home) == ""


def test_the_old_environment_stays_until_the_new_one_was_tried_out(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = place.installed()
    place.pins[0] = make_wheel(place.wheels, "alpha", "2.0")

    def fails(*_: object) -> str:
        raise PartwiseError("It does not work.")

    works = place.trial
    monkeypatch.setattr(place, "trial", fails)
    with pytest.raises(PartwiseError, match="It does not work"):
        place.install()
    assert environment.current(place.home) == old
    assert place.folders() == [old.name]
    assert imported(place, "alpha") == "1.0"
    monkeypatch.setattr(place, "trial", works)
    new = place.install()
    assert place.folders() == [new.environment.name]
    assert imported(place, "alpha") == "2.0"


def test_a_package_that_is_not_the_listed_one_is_refused(place: Place) -> None:
    other = place.wheels / "other"
    other.mkdir()
    make_wheel(other, "alpha")
    place.index.forged[ALPHA] = (other / ALPHA).read_bytes()
    with pytest.raises(BadInput, match="its hash differs") as caught:
        place.install()
    assert "alpha" in caught.value.detail
    assert place.folders() == []
    assert environment.executable(place.home) is None


def test_what_broke_off_goes_on_from_what_is_here(place: Place) -> None:
    place.pins.append(make_wheel(place.wheels, "large", size=200_000))
    large = "large-1.0-py3-none-any.whl"
    place.index.cuts[large] = [50_000] * 3
    place.index.pause = 0.001
    with pytest.raises(Unreachable, match="broke off") as caught:
        place.install()
    assert "try again" in caught.value.hint
    assert place.folders() == []
    place.index.cuts.clear()
    place.index.asked.clear()
    assert place.install().fresh
    assert large in place.index.asked
    assert ALPHA not in place.index.asked


@pytest.mark.parametrize("status", [403, 500])
def test_an_index_that_refuses_is_told(place: Place, status: int) -> None:
    place.index.refused[ALPHA] = status
    with pytest.raises(Unreachable, match="refused") as caught:
        place.install()
    assert str(status) in caught.value.detail


def test_an_index_that_is_not_there_is_told(place: Place) -> None:
    with pytest.raises(Unreachable):
        place.install(Source(mirror="http://127.0.0.1:9/simple"))


def test_only_a_build_of_torch_comes_from_pytorchs_own_index(
    place: Place, own_index: Index
) -> None:
    assert place.install(Source()).fresh
    assert imported(place, "torch") == "1.0+cu1"
    assert own_index.asked == ["torch-1.0+cu1-py3-none-any.whl"]
    assert "triton-1.0-py3-none-any.whl" in place.index.asked
    assert environment.trouble(place.home) == ""


def test_where_pytorchs_own_index_is_not_there_nothing_is_loaded(
    place: Place, own_index: Index
) -> None:
    own_index.url = "http://127.0.0.1:9/simple/pytorch"
    with pytest.raises(Unreachable, match="PyTorch's builds") as caught:
        place.install(Source())
    assert "offline pack" in caught.value.hint
    assert not place.index.asked
    assert place.folders() == []


def test_an_index_that_stalls_is_given_up(place: Place) -> None:
    place.pins.append(make_wheel(place.wheels, "large", size=10_000))
    place.index.pause = 2.0  # longer than a download may stand still
    with pytest.raises(Unreachable):
        place.install()


def test_a_cancel_ends_uv_and_leaves_nothing_half(place: Place) -> None:
    place.index.pause = 1.0
    cancelled: list[float] = []

    def tell(stage: str, _done: int, _whole: int) -> None:
        if stage.startswith("Downloading") and place.index.asked:
            cancelled.append(time.monotonic())
            raise Cancelled

    with pytest.raises(Cancelled):
        place.install(progress=Progress(tell))
    assert time.monotonic() - cancelled[0] < 2.0
    assert place.folders() == []
    assert environment.current(place.home) is None
    asked = len(place.index.asked)
    time.sleep(0.3)
    assert len(place.index.asked) == asked


def test_two_at_once_exclude_each_other_and_the_dead_hold_nothing(place: Place) -> None:
    code = (
        "import sys, time; from pathlib import Path; from backend.checkpoints import disk\n"
        "with disk.alone(Path(sys.argv[1]), ''): print('held', flush=True); time.sleep(60)"
    )
    place.installed()
    lock = str(place.home / "environments/.lock")
    with subprocess.Popen(
        [sys.executable, "-c", code, lock], cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "held\n"
        with pytest.raises(BadInput, match="Another Blender"):
            place.install()
        with pytest.raises(BadInput, match="Another Blender"):
            removal.remove(place.home)
        other.kill()
    assert place.install().environment == environment.current(place.home)


def test_what_a_dead_installation_left_is_removed(place: Place) -> None:
    left = place.home / "environments/cpu-py311-dead"
    left.mkdir(parents=True)
    (left / "half").write_bytes(b"half")
    done = place.install()
    assert place.folders() == [done.environment.name]


@pytest.mark.skipif(os.name == "nt", reason="a shell script stands for uv")
def test_what_uv_dies_of_is_told(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    words = "failed to write: No space left on device (os error 28)"
    real = install.uv.find(place.home)
    script = place.wheels / "uv"
    script.write_text(
        f'#!/bin/sh\ncase "$*" in *dry-run*) ;; *sync*) echo "error: {words}" >&2; exit 2;; esac\n'
        f'exec "{real}" "$@"\n'
    )
    script.chmod(0o755)
    monkeypatch.setattr(install.uv, "find", lambda _home: script)
    with pytest.raises(DiskFull, match="full") as caught:
        place.install()
    assert words in caught.value.detail
    assert place.folders() == []


def test_a_folder_that_cannot_be_written_is_told(place: Place) -> None:
    place.home.mkdir()
    (place.home / "environments").write_text("a file in its place")
    with pytest.raises(BadInput, match="cannot be written"):
        place.install()


def test_an_environment_needs_a_python_that_is_one(monkeypatch: pytest.MonkeyPatch) -> None:
    assert install.running_python() is not None
    monkeypatch.setattr(sys, "_base_executable", "/opt/blender/blender")
    assert install.running_python() is None


@pytest.mark.skipif(os.name == "nt", reason="Windows keeps files that are open from removal")
def test_a_removed_environment_is_told(place: Place) -> None:
    found = place.installed()
    python = environment.executable(place.home)
    assert python is not None
    assert environment.removed_meanwhile(executable=str(python)) is None
    disk.remove_folder(found.folder(place.home))
    error = environment.removed_meanwhile(executable=str(python))
    assert error is not None
    assert "while it ran" in error.message
    assert "was removed" in environment.trouble(place.home)
    assert environment.executable(place.home) is None
    assert place.install().fresh  # not "installed already"


def test_where_packages_are_sought_depends_on_the_system(place: Place) -> None:
    pins = lists.parse(
        "torch==1.0 ; sys_platform == 'linux' --hash=sha256:0\n"
        "torch==1.0+cu1 ; sys_platform == 'win32' --hash=sha256:1\n",
        "toy",
    )
    assert Source().options(pins, None, "win32") == ["--torch-backend", "cu1"]
    assert Source().options(pins, None, "linux") == []
    for system in ("linux", "win32"):
        mirror = Source(mirror="https://mirror.invalid/simple").options(pins, None, system)
        assert mirror == ["--default-index", "https://mirror.invalid/simple"]
        folder = Source(mirror=str(place.wheels)).options(pins, None, system)
        assert folder == ["--offline", "--no-index", "--find-links", str(place.wheels)]
        assert "--offline" in Source().options(pins, place.wheels, system)
