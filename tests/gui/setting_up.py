# SPDX-License-Identifier: GPL-3.0-or-later
"""Large models from nothing: the card, the engine, a licence, a download that is cut off, failures,
repair, and all of it removed again; from an index and a hub on this machine.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import addon_utils
import bpy
import numpy as np
from local_wheels import make_wheel, pin
from stage import children, load, ours, part_count
from window import Waits, Window

ROOT = Path(__file__).resolve().parents[2]
sys.path.append(str(ROOT))
from tests.backend.checkpoints.hub_server import Repository  # noqa: E402
from tests.backend.checkpoints.hub_server import serving as serving_hub  # noqa: E402
from tests.backend.installation.index_server import Index  # noqa: E402
from tests.backend.installation.index_server import serving as serving_index  # noqa: E402

WEIGHTS = "transformer/diffusion_pytorch_model.safetensors"
LARGE = 30_000_000  # bytes of the largest file
TICK = (-392, -100)  # pixels from a button to the tick of the question that it opens


def weights(size: int) -> bytes:
    """A file of safetensors with random numbers of 16 bits."""
    shape = [max(size // 2048, 1), 1024]
    data = np.random.default_rng(0).normal(size=shape).astype(np.float16).tobytes()
    about = {"w": {"dtype": "F16", "shape": shape, "data_offsets": [0, len(data)]}}
    header = json.dumps(about).encode()
    header += b" " * (-len(header) % 8)
    return len(header).to_bytes(8, "little") + header + data


def repository(name: str, *components: str) -> Repository:
    """A model with random weights, as its authors publish it."""
    files = {"LICENSE": b"As the page of the model says.", "README.md": b"# A model"}
    for one in components:
        files[f"{one}/config.json"] = b"{}"
        size = LARGE if one == "transformer" else 40_000
        files[f"{one}/diffusion_pytorch_model.safetensors"] = weights(size)
    files["scheduler/scheduler_config.json"] = b'{"shift": 1}'
    return Repository(name, files)


@contextmanager
def network(window: Window) -> Iterator[tuple[Index, Repository, Repository]]:
    """An index and two hubs on this machine, which the extension's processes take for the real
    ones.
    """
    command, folder = ours("engine.command"), window.pictures / "wheels"
    lines = "\n".join(command.library_folders())
    make_wheel(folder, "bundled_libraries", {"bundled.pth": f"{lines}\n".encode()})
    said = {
        "backend": str(command.BOOTSTRAP.parents[1]),
        "packages": "".join(f"{pin(wheel)}\n" for wheel in sorted(folder.glob("*.whl"))),
    }
    notes = window.pictures / "setup.json"
    notes.write_text(json.dumps(said))
    os.environ["PARTWISE_TEST_SETUP"] = str(notes)
    if os.access("/home", os.W_OK):  # as in a system that is thrown away: for the pictures
        os.environ["XDG_DATA_HOME"] = "/home/artist/.local/share"
    before, command.BOOTSTRAP = command.BOOTSTRAP, Path(__file__).with_name("set_up_engine.py")
    holopart = repository("VAST-AI/HoloPart", "transformer", "vae", "part_encoder")
    limited = repository("someone/Limited", "transformer", "vae", "part_encoder")
    try:
        with (
            serving_index(folder) as index,
            serving_hub(holopart) as first,
            serving_hub(limited) as second,
        ):
            yield index, first, second
    finally:
        command.BOOTSTRAP = before


@contextmanager
def opened() -> Iterator[None]:
    """The panel open and above all others, as who drags it there has it."""
    panels, own = ours("ui.panels"), ours("ui.panels_setup").PARTWISE_PT_setup

    class PARTWISE_PT_test_setup(panels.SidebarPanel, bpy.types.Panel):
        bl_label = own.bl_label
        bl_parent_id = own.bl_parent_id
        bl_order = -1
        draw = own.draw

    bpy.utils.unregister_class(own)
    bpy.utils.register_class(PARTWISE_PT_test_setup)
    try:
        yield
    finally:
        bpy.utils.unregister_class(PARTWISE_PT_test_setup)
        bpy.utils.register_class(own)


def preferences() -> Any:
    return ours("engine.place").preferences()


def ended(window: Window) -> Waits[Any]:
    """Wait for the end of a task, and of the look after it."""
    setups = ours("engine.setups")
    yield from window.until(lambda: not setups.busy() and not setups.looks(), "the task's end")
    return setups.current()


def in_the_middle(window: Window, share: float) -> Waits[None]:
    """Wait until so much of a task is done, and it still runs."""
    setups = ours("engine.setups")
    task = setups.current()
    yield from window.until(lambda: task.share > share or not setups.busy(), "progress")
    assert task.state == "RUNNING", (task.state, task.error, task.error and task.error.detail)


def scroll(window: Window, way: str) -> Waits[None]:
    """Scroll the sidebar to its end or its beginning."""
    region = window.region("UI")
    x, y = region.x + region.width // 3, region.y + region.height // 2
    yield from window.move(x, y)
    for _ in range(20):
        yield from window.event(f"WHEEL{way}MOUSE", "PRESS", x, y)
    yield 0.5


def shown_whole(window: Window, name: str) -> Waits[None]:
    """Pictures of the card in the preferences, from above to below."""
    area, module = window.area, ours("engine.place").PACKAGE
    bpy.context.preferences.active_section = "ADDONS"
    bpy.context.window_manager.addon_search = "Partwise"
    area.type = "PREFERENCES"
    yield 1.0
    for known in addon_utils.modules(refresh=False):
        if known.__name__ == module:
            addon_utils.module_bl_info(known)["show_expanded"] = True
    area.tag_redraw()
    yield 1.0
    region = next(one for one in area.regions if one.type == "WINDOW")
    x, y = region.x + region.width // 2, region.y + region.height // 2
    yield from window.move(x, y)
    for part in range(3):
        window.snap(f"{name}_{part + 1}")
        for _ in range(9):
            yield from window.event("WHEELDOWNMOUSE", "PRESS", x, y)
        yield 0.5
    area.type = "VIEW_3D"
    yield from window.open_tab("Partwise")


def setup(window: Window, package: Path) -> Waits[None]:
    """From nothing to models and back; the scene with its unsaved work stays as it is."""
    yield from load(window, "fox.glb")
    with network(window) as (index, hub, second), opened():
        sources = preferences().sources
        yield from offline(window)
        yield from engine(window, index, sources)
        yield from model(window, hub, sources)
        yield from limited(window, second, sources)
        yield from damage(window)
        yield from remove(window)
    assert len(bpy.data.objects) > 0
    yield from window.until(lambda: len(children()) <= 1, "no process but the engine's", 20)


def offline(window: Window) -> Waits[None]:
    """What is shown first: Blender may not go online, as it is installed."""
    setups = ours("engine.setups")
    yield from window.until(lambda: setups.told() is not None, "the first look")
    assert not bpy.app.online_access
    yield from window.picture("60_setup_offline")
    assert not bpy.ops.partwise.install_engine.poll()
    bpy.context.preferences.system.use_online_access = True
    yield from window.picture("61_setup_missing")
    yield from window.until(lambda: not setups.looks(), "a look with online access")
    yield from shown_whole(window, "62_setup_preferences")


def engine(window: Window, index: Index, sources: Any) -> Waits[None]:
    """It fails, is stopped, and then installed."""
    setups = ours("engine.setups")
    sources.index = index.url
    yield 1.0
    index.refused = {wheel.name: 503 for wheel in index.folder.glob("*.whl")}
    yield from window.press("bpy.ops.partwise.install_engine")
    task = yield from ended(window)
    assert task.state == "FAILED", task
    yield from window.picture("63_setup_failed")
    yield from window.press("bpy.ops.partwise.copy_setup_report")
    assert "Code: UNREACHABLE" in bpy.context.window_manager.clipboard
    yield from window.press("bpy.ops.partwise.dismiss_setup", across=0.8)
    index.refused, index.pause = {}, 0.01
    yield from window.press("bpy.ops.partwise.install_engine")
    yield from window.until(lambda: "packages" in setups.current().stage, "progress")
    yield 1.0
    window.snap("64_setup_installing")
    cross = yield from window.find("bpy.ops.partwise.cancel_setup", across=0.97)
    yield from window.click(*cross)
    task = yield from ended(window)
    assert task.state == "CANCELLED"
    yield from window.picture("65_setup_stopped")
    index.pause = 0.0
    yield from window.press("bpy.ops.partwise.install_engine")
    task = yield from ended(window)
    assert task.state == "DONE", (task.error, task.error.detail)
    yield from window.picture("66_setup_installed")


def model(window: Window, hub: Repository, sources: Any) -> Waits[None]:
    """A download is seen, cut off, and goes on; then its files are found damaged."""
    setups = ours("engine.setups")
    sources.hub = hub.url
    hub.cuts = {WEIGHTS: [LARGE // 2, *[0] * 9]}
    hub.pause = 0.002
    yield from window.press('bpy.ops.partwise.get_model(model="holopart"')
    yield from in_the_middle(window, 0.2)
    yield from window.picture("67_setup_downloading")
    hub.pause = 0.0
    task = yield from ended(window)
    assert (task.state, task.error.code) == ("FAILED", "UNREACHABLE"), task
    assert setups.model("holopart")["state"] == "begun"
    yield from window.picture("68_setup_cut_off")
    hub.cuts, before = {}, len(hub.asked)
    yield from window.press('bpy.ops.partwise.get_model(model="holopart"')
    task = yield from ended(window)
    assert task.state == "DONE", (task.error, task.error.detail)
    assert any(wanted for path, wanted in hub.asked[before:] if path == WEIGHTS), "it goes on"
    assert setups.model("holopart")["state"] == "here"
    yield from window.picture("69_setup_here")
    place = ours("engine.place").home() / "models/holopart" / WEIGHTS
    data = bytearray(place.read_bytes())
    data[-5] ^= 1
    place.unlink()
    place.write_bytes(data)
    yield from window.press('bpy.ops.partwise.verify_model(model="holopart"')
    task = yield from ended(window)
    assert (task.state, task.error.code) == ("FAILED", "WEIGHTS_CORRUPT"), task
    yield from window.picture("70_setup_damaged_model")
    yield from window.press('bpy.ops.partwise.get_model(model="holopart"')
    task = yield from ended(window)
    assert task.state == "DONE", (task.error, task.error.detail)


def limited(window: Window, hub: Repository, sources: Any) -> Waits[None]:
    """A licence with limits is shown; nothing begins before it is agreed to."""
    setups = ours("engine.setups")
    sources.hub = hub.url
    yield from scroll(window, "DOWN")
    x, y = yield from window.find('bpy.ops.partwise.get_model(model="limited"')
    yield from window.tap("LEFTMOUSE", x, y)
    yield 0.5
    window.snap("71_setup_licence")
    yield from window.key("RET", moves=False)
    assert not hub.asked
    assert not setups.busy()
    yield from window.picture("72_setup_refused")
    yield from window.key("ESC")  # the report goes when the mouse does
    yield from window.click(x, y)
    yield 0.5
    yield from window.click(x + TICK[0], y + TICK[1])
    window.snap("73_setup_ticked")
    yield from window.key("RET", moves=False)
    yield from window.until(setups.busy, "the download after the tick", 10)
    task = yield from ended(window)
    assert task.state == "DONE", (task.error, task.error.detail)
    assert setups.model("limited")["consent"]
    yield from window.picture("74_setup_agreed")
    yield from scroll(window, "UP")


def damage(window: Window) -> Waits[None]:
    """The installed Python starts no more: jobs go on without it, and a repair helps."""
    home, jobs, setups = ours("engine.place").home(), ours("engine.jobs"), ours("engine.setups")
    (lines,) = home.glob("environments/*/lib/python*/site-packages/bundled.pth")
    lines.unlink()
    jobs.stop_engine()
    yield from window.press("bpy.ops.partwise.decompose")
    yield from window.until(lambda: not jobs.busy(), "the end of the job")
    assert jobs.current().state == "DONE", jobs.current().error
    assert part_count() > 2
    assert jobs.engine_trouble() is not None
    yield from window.picture("75_setup_does_not_start")
    yield from window.press("bpy.ops.partwise.repair_engine")
    task = yield from ended(window)
    assert task.state == "DONE", (task.error, task.error.detail)
    assert setups.told().engine["state"] == "here"
    assert jobs.engine_trouble() is None
    assert part_count() > 2, "the parts that were not saved are there"
    yield from shown_whole(window, "76_setup_all")


def remove(window: Window) -> Waits[None]:
    """Blender asks before anything is removed."""
    setups = ours("engine.setups")
    yield from window.press('bpy.ops.partwise.remove_model(model="holopart"', across=0.93)
    yield 0.5
    window.snap("77_setup_asks")
    yield from window.key("RET", moves=False)
    task = yield from ended(window)
    assert task.state == "DONE", (task.error, task.error.detail)
    assert setups.model("holopart")["state"] == "missing"
    with window.here():
        bpy.ops.partwise.remove_engine("EXEC_DEFAULT")
    task = yield from ended(window)
    assert task.state == "DONE", (task.error, task.error.detail)
    assert setups.told().engine["state"] == "missing"
    yield from window.picture("78_setup_removed")
