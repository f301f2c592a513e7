# SPDX-License-Identifier: GPL-3.0-or-later
"""Tests mirror the folders: a module and its tests are found by one name."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]

# Where the tests of a package are; those of the add-on that need Blender are apart.
TESTS = {
    "backend": ("tests/backend",),
    "blender_addon": ("tests/blender", "tests/blender_addon"),
}
# Modules that only the tests of others look at, and why. This list gets shorter, never longer.
WITHOUT = {
    "backend/images/unwrap_child.py": "a program, which runs in the tests of what starts it",
}
# All of these are looked at by the tests of their room.
BY_ROOM = ("backend/shapes/families", "backend/library/families", "blender_addon/presets")


def modules(package: str) -> set[str]:
    """Modules of a package, as paths below the checkout."""
    found = {path.relative_to(ROOT).as_posix() for path in (ROOT / package).rglob("*.py")}
    return {name for name in found if not name.rpartition("/")[2].startswith("__")}


def mirrored(name: str) -> bool:
    """Whether a module has a file of tests of its own."""
    package, _, below = name.partition("/")
    folder, _, file = below.rpartition("/")
    return any((ROOT / tests / folder / f"test_{file}").is_file() for tests in TESTS[package])


def test_modules_have_tests_of_their_own() -> None:
    every = set().union(*map(modules, TESTS))
    bare = {name for name in every if not mirrored(name) and not name.startswith(BY_ROOM)}
    assert sorted(bare - set(WITHOUT)) == []


def test_what_is_without_tests_of_its_own_is_there_and_has_a_reason() -> None:
    assert [name for name in WITHOUT if mirrored(name) or not (ROOT / name).is_file()] == []
    assert all(WITHOUT.values())
