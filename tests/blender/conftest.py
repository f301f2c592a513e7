# SPDX-License-Identifier: GPL-3.0-or-later
"""Blender inside the test process: an empty scene for each test, the extension registered once."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Iterator

import pytest

# Each run, and each worker of it, has a Blender that nobody used before.
HOME = tempfile.mkdtemp(prefix="partwise-home-")
os.environ["HOME"] = os.environ["BLENDER_USER_RESOURCES"] = HOME

STATUS = pytest.StashKey[int]()

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


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    session.config.stash[STATUS] = int(exitstatus)


@pytest.hookimpl(trylast=True)
def pytest_unconfigure(config: pytest.Config) -> None:
    """Leave at once: after use of the graphics card, Blender 4.5 may hang when it is unloaded."""
    shutil.rmtree(HOME, ignore_errors=True)
    if STATUS in config.stash and not hasattr(config, "workerinput"):
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(config.stash[STATUS])
