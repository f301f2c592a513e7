# SPDX-License-Identifier: GPL-3.0-or-later
"""Blender inside the test process: an empty scene for each test, the extension registered once."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

bpy = pytest.importorskip("bpy", reason="needs bpy: make test runs these in environments of it")


@pytest.fixture(scope="session", autouse=True)
def extension() -> Iterator[None]:
    """The extension, enabled as Blender would."""
    bpy.ops.wm.read_factory_settings(use_empty=True)
    from partwise import blender_addon

    blender_addon.register()
    yield
    blender_addon.unregister()


@pytest.fixture(autouse=True)
def scene(extension: None) -> bpy.types.Scene:
    """A file without objects."""
    bpy.ops.wm.read_homefile(use_empty=True, use_factory_startup=True)
    return bpy.context.scene
