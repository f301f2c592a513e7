# SPDX-License-Identifier: GPL-3.0-or-later
"""Tests mirror the folders of the engine: a module and its tests are found by one name."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]

# Modules that only the tests of others look at. This list gets shorter, never longer.
WITHOUT = [
    "contract/arrays.py",
]
BY_ROOM = "shapes/families"  # all of them are made and looked at by the tests of the room


def modules() -> set[str]:
    """Modules of the engine, as paths below its folder."""
    backend = ROOT / "backend"
    found = {path.relative_to(backend).as_posix() for path in backend.rglob("*.py")}
    return {name for name in found if not name.rpartition("/")[2].startswith("__")}


def mirrored(name: str) -> bool:
    """Whether a module has a file of tests of its own."""
    folder, _, file = name.rpartition("/")
    return (ROOT / "tests/backend" / folder / f"test_{file}").is_file()


def test_new_modules_have_tests_of_their_own() -> None:
    bare = {name for name in modules() if not mirrored(name) and not name.startswith(BY_ROOM)}
    assert sorted(bare - set(WITHOUT)) == []


def test_what_got_tests_of_its_own_is_off_the_list() -> None:
    assert [name for name in WITHOUT if mirrored(name)] == []
