# SPDX-License-Identifier: GPL-3.0-or-later
"""Blender inside the test process: an empty scene for each test, the extension registered once."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

# Each run, and each worker of it, has a Blender that nobody used before.
HOME = tempfile.mkdtemp(prefix="partwise-home-")
os.environ["HOME"] = os.environ["BLENDER_USER_RESOURCES"] = HOME

STATUS = pytest.StashKey[int]()

bpy = pytest.importorskip("bpy", reason="needs bpy: make test runs these in environments of it")

NEWEST = (5, 3)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """What looks at the engine and at Python alone is left to the newest Blender."""
    if bpy.app.version[:2] != NEWEST:
        left = [item for item in items if item.get_closest_marker("of_the_engine")]
        config.hook.pytest_deselected(items=left)
        items[:] = [item for item in items if item not in set(left)]


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


@pytest.fixture(scope="session")
def slow(extension: None) -> Iterator[Path]:
    """As long as a file is there, the engine of domes takes its time with the last part."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PARTWISE_TEST_SLOW", str(Path(HOME) / "slow"))
        yield Path(HOME) / "slow"


@pytest.fixture(scope="session")
def engine_of_domes(slow: Path) -> Iterator[Any]:
    """The client of the engine that completes parts of arms in domes."""
    from tests.blender.arms import DOMES
    from tests.blender.other_engines import engine_of

    with engine_of(DOMES) as client:
        yield client


@pytest.fixture
def domes(engine_of_domes: Any, slow: Path) -> Iterator[Path]:
    """That engine is asked in the place of the real one; the file that makes it slow."""
    from tests.blender.other_engines import asked_instead

    with asked_instead(engine_of_domes):
        yield slow
        slow.unlink(missing_ok=True)


@pytest.fixture
def arm(scene: bpy.types.Scene, domes: Path) -> Iterator[bpy.types.Object]:
    """An arm in three parts, which that engine completes; nothing is left of jobs and previews."""
    from partwise.blender_addon.engine import jobs
    from partwise.blender_addon.scene import proposals

    from tests.blender.arms import make_arm

    yield make_arm()
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
