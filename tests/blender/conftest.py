# SPDX-License-Identifier: GPL-3.0-or-later
"""Blender inside the test process: an empty scene for each test, the extension registered once."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

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


@pytest.fixture
def no_proposal(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """No job before, and no preview after."""
    from partwise.blender_addon.engine import jobs
    from partwise.blender_addon.scene import proposals

    monkeypatch.setattr(jobs, "_job", None)
    yield
    proposals.discard()


@pytest.fixture(scope="module")
def domes(extension: None) -> Iterator[Path]:
    """The engine that completes parts of arms in domes, in the place of the real one.

    It takes its time with the last part as long as the file is there whose path this is.
    """
    from partwise.blender_addon.engine import jobs

    from tests.blender.arms import DOMES

    slow = Path(HOME) / "slow"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PARTWISE_TEST_SLOW", str(slow))
        jobs.client().stop()
        patch.setattr(jobs.client(), "_command", lambda: [sys.executable, "-c", DOMES])
        yield slow
        jobs.client().stop()


@pytest.fixture
def arm(scene: bpy.types.Scene, domes: Path) -> Iterator[bpy.types.Object]:
    """An arm in three parts, which that engine completes; nothing is left of jobs and previews."""
    from partwise.blender_addon.engine import jobs
    from partwise.blender_addon.scene import proposals

    from tests.blender.arms import make_arm

    yield make_arm()
    domes.unlink(missing_ok=True)
    proposals.discard()
    jobs.cancel()
    jobs.dismiss()


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
