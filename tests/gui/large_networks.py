# SPDX-License-Identifier: GPL-3.0-or-later
"""The engine for large models as artists get it, from the public index, and models with tiny random
weights from a hub on this machine: got by their buttons, asked in each verb, taken, undone.

It downloads about 3 GB, so that it runs only where it is named. `run` makes the models.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import bpy
from imaging import GNOME_AT, GNOME_SIZE, drop, ready
from replacing import alone, topmost
from setting_up import ended, opened, preferences
from stage import active, load, ours, part_count, table
from window import Waits, Window

ROOT = Path(__file__).resolve().parents[2]
sys.path.append(str(ROOT))
from backend.checkpoints.public import public_model  # noqa: E402
from tests.backend.checkpoints.hub_server import Repository, serving  # noqa: E402

MODELS = ("holopart", "scribble", "triposg", "partcrafter")
PATIENCE = 1200.0  # seconds
GNOME = ROOT / "examples/gnome.png"


def published(folder: Path, name: str) -> Repository:
    """The files of a model as its authors' page has them."""
    files = {
        path.relative_to(folder / name).as_posix(): path.read_bytes()
        for path in (folder / name).rglob("*")
        if path.is_file()
    }
    files |= {"LICENSE": b"As the page of the model says.", "README.md": b"# A model"}
    model = public_model(name)
    for one in model.consists:
        for need in one.needs:
            files.setdefault(f"{one.name}/{need}", b"{}")
    return Repository(model.repository, files)


def large_networks(window: Window, package: Path) -> Waits[None]:
    """From a click on Install to parts that the networks made."""
    yield from load(window, "fox.glb")
    bpy.context.preferences.system.use_online_access = True
    preferences().home = str(window.pictures / "home")
    settings = bpy.context.scene.partwise
    with opened():
        yield from installed(window)
        for name in MODELS:
            yield from got(window, name)
        yield from window.picture("80_large_models_here")
    for verb, name in (("complete", "holopart"), ("replace", "scribble"), ("generate", "triposg")):
        setattr(settings, f"{verb}_engine", name.upper())
        setattr(settings, f"{verb}_quality", "DRAFT")
    yield from completed(window)
    yield from replaced(window)
    yield from imagined(window)


def installed(window: Window) -> Waits[None]:
    """The engine, unless an earlier run left it here."""
    setups = ours("engine.setups")
    yield from window.until(lambda: setups.told() is not None and not setups.looks(), "a look")
    if setups.told().engine["state"] == "here":
        return
    yield from window.press("bpy.ops.partwise.install_engine")
    yield from window.until(lambda: not setups.busy() or setups.current().share > 0.3, "progress")
    yield from window.picture("79_installing_the_real_engine")
    yield from window.until(lambda: not setups.busy(), "the engine", PATIENCE)
    task = yield from ended(window)
    assert task.state == "DONE", (task.error, task.error.detail)


def got(window: Window, name: str) -> Waits[None]:
    """A model by its button."""
    setups = ours("engine.setups")
    if setups.model(name)["state"] == "here":
        return
    with serving(published(window.pictures / "models", name)) as hub:
        preferences().sources.hub = hub.url
        with window.here():
            bpy.ops.partwise.get_model("INVOKE_DEFAULT", model=name)
        task = yield from ended(window)
    assert task.state == "DONE", (task.error, task.error.detail)


def end(window: Window) -> Waits[Any]:
    """The end of a job that takes long."""
    jobs = ours("engine.jobs")
    yield from window.until(lambda: not jobs.busy(), "the end of the job", PATIENCE)
    assert jobs.current().state == "DONE", (jobs.current().error, jobs.current().error.detail)
    assert jobs.engine_trouble() is None
    return ours("scene.proposals").current()


def completed(window: Window) -> Waits[None]:
    """Two parts of the fox, in variants; what came is seen, taken and undone."""
    bpy.context.scene.partwise.complete_variants = 2
    yield from window.press("bpy.ops.partwise.decompose")
    yield from end(window)
    count = part_count()
    assert count > 2
    sizes = sorted(table().parts, key=lambda row: row.faces)
    for row in table().parts:
        row.selected = row in sizes[-2:]
    with window.here():
        bpy.ops.partwise.complete("INVOKE_DEFAULT")
    yield from window.until(lambda: ours("engine.jobs").current().share > 0.2, "progress", PATIENCE)
    yield from window.picture("81_completing_by_a_network")
    proposal = yield from end(window)
    # Caps of both seeds are one variant, and the panel says so.
    assert len(proposal.variants) + proposal.missing == 2
    yield from window.point_at_nothing()
    yield from window.picture("82_completed_by_a_network")
    with window.here():
        bpy.ops.partwise.accept_proposal("INVOKE_DEFAULT", True)
    assert active().data.partwise.hidden is not None
    yield from window.undo()
    assert active().data.partwise.hidden is None


def replaced(window: Window) -> Waits[None]:
    """A part by words that no library has to know; variants come one by one."""
    asked = bpy.context.scene.partwise_replacing
    asked.text, asked.variants = "cowboy hat", 3
    table().active = topmost()
    with alone():
        with window.here():
            bpy.ops.partwise.replace_part("INVOKE_DEFAULT")
        proposals = ours("scene.proposals")
        yield from window.until(lambda: proposals.current() is not None, "a variant", PATIENCE)
        yield from window.picture("83_first_variant_of_a_network")
        proposal = yield from end(window)
        assert len(proposal.variants) == 3
        yield from window.point_at_nothing()
        yield from window.picture("84_replaced_by_a_network")
        before = len(bpy.data.objects)
        with window.here():
            bpy.ops.partwise.accept_proposal("INVOKE_DEFAULT", True)
        assert len(bpy.data.objects) > before
        yield from window.undo()
        assert len(bpy.data.objects) == before


def imagined(window: Window) -> Waits[None]:
    """A picture dropped on the view."""
    with window.here():
        bpy.ops.object.select_all(action="SELECT")
        bpy.ops.object.delete()
        drop(GNOME)
    yield from window.until(lambda: not ours("engine.jobs").busy(), "the parts", PATIENCE)
    yield from ready(window)
    yield from window.frame(GNOME_AT, GNOME_SIZE, turn=(1.4, 0.0, 0.3))
    yield from window.point_at_nothing()
    yield from window.picture("85_imagined_by_a_network")
    with window.here():
        bpy.ops.partwise.accept_proposal("INVOKE_DEFAULT", True)
    assert bpy.data.collections["gnome.parts"].objects
