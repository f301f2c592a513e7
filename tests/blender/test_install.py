# SPDX-License-Identifier: GPL-3.0-or-later
"""The package as an artist gets it: installed and used in a Blender that has nothing else of ours.

That Blender is the bpy module in an environment with bpy and NumPy only, so what the engine's
process finds besides can only come out of the package.
"""

from __future__ import annotations

import ctypes
import os
import sys
import sysconfig
import time
import venv
from pathlib import Path
from typing import Any

import pytest

import build_addon
from backend.contract import libraries
from benchmarks.fresh_blender import MODULE, FreshBlender

pytestmark = pytest.mark.skipif(
    sys.platform != "linux", reason="reads processes and rights as Linux has"
)

SHAPES = Path(__file__).parents[1] / "fixtures" / "smooth_shapes.npz"
TARGET = build_addon.Target("linux-x64", f"{sys.version_info[0]}.{sys.version_info[1]}")
OF_BLENDER = ("bpy", "numpy", "numpy.libs")

# Starts as Blender does with a window: with the add-ons that are enabled in the preferences. The
# engine starts with the first question.
ASK = """
import os
from pathlib import Path
bpy.ops.wm.read_userpref()
bpy.ops.wm.read_homefile(use_empty=True)
from bl_ext.user_default.partwise.backend.contract.requests import Status
from bl_ext.user_default.partwise.blender_addon.engine import jobs

def children():
    tasks = Path("/proc/self/task").glob("*/children")
    return [int(pid) for task in tasks for pid in task.read_text().split()]

def status():
    return (yield jobs.Ask(Status()))

idle, reports = children(), []
jobs.start("Status", status(), reports.append)
"""

DECOMPOSE = """
import numpy as np
with np.load(argument["shapes"]) as data:
    vertices, faces = data["human/vertices"], data["human/faces"]
mesh = bpy.data.meshes.new("Körper")
mesh.from_pydata(vertices.tolist(), [], faces.tolist())
body = bpy.data.objects.new("Körper", mesh)
bpy.context.scene.collection.objects.link(body)
body.select_set(True)
bpy.context.view_layer.objects.active = body
result = bpy.ops.partwise.decompose()
labels = np.empty(len(mesh.polygons), np.int32)
mesh.attributes["part_id"].data.foreach_get("value", labels)
jobs.start("Status", status(), reports.append)
answer = {
    "result": sorted(result), "labels": labels.tolist(), "idle": idle, "children": children(),
    "parts": [part.faces for part in mesh.partwise.parts],
    "python": reports[-1].python, "libraries": reports[-1].libraries,
}
"""


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The package for this system and Python."""
    return build_addon.build(TARGET, tmp_path_factory.mktemp("dist"), build_addon.find_tool())


@pytest.fixture(scope="module")
def python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Python with bpy and NumPy, and nothing else."""
    folder = tmp_path_factory.mktemp("python")
    venv.create(folder, symlinks=True)
    ours = Path(sysconfig.get_path("platlib"))
    (site,) = folder.glob("lib/python*/site-packages")
    for name in OF_BLENDER:
        (site / name).symlink_to(ours / name)
    return folder / "bin/python"


@pytest.fixture(scope="module")
def blender(package: Path, python: Path, tmp_path_factory: pytest.TempPathFactory) -> FreshBlender:
    """A Blender with the package, of a user with a name that is not ASCII."""
    blender = FreshBlender(tmp_path_factory.mktemp("Künstlerin 漢字"), python)
    assert blender.install(package)
    return blender


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def ends(pid: int) -> bool:
    """Whether the process is gone within five seconds."""
    until = time.monotonic() + 5
    while (alive := is_alive(pid)) and time.monotonic() < until:
        time.sleep(0.02)
    return not alive


def check_parts(found: dict[str, Any]) -> None:
    assert found["result"] == ["FINISHED"]
    assert 4 <= len(found["parts"]) <= 30, "a body has a handful of parts"
    assert min(found["labels"]) == 0
    assert sum(found["parts"]) == len(found["labels"]) == 4000


def test_decompose_runs_with_the_bundled_libraries_only(blender, python):
    found = blender.run(ASK + DECOMPOSE, {"shapes": str(SHAPES)})
    check_parts(found)
    assert found["idle"] == [], "the engine must not start before it is needed"
    assert Path(found["python"]["executable"]).resolve() == python.resolve(), (
        "not Blender's own Python"
    )

    folders = {name: Path(folder) for name, (_, folder) in found["libraries"].items()}
    for name in build_addon.LIBRARIES:
        assert blender.extensions / ".local" in folders[name].parents, f"{name} is another one"
    assert python.parents[1] in folders["numpy"].parents

    (child,) = found["children"]
    assert ends(child), "the engine outlives Blender"


ENABLE = """
import sys
before = set(sys.modules)
bpy.ops.wm.read_userpref()
answer = {
    "before": sorted(before), "loaded": sorted(set(sys.modules) - before),
    "enabled": hasattr(bpy.types.Mesh, "partwise"),
}
"""


def test_enabling_loads_no_library_and_of_the_engine_the_contract_only(blender):
    """It is a part of each start of Blender; NumPy alone would double what it takes."""
    found = blender.run(ENABLE)
    outside = set(libraries.MODULES.values())
    assert not outside & set(found["before"]), "NumPy is there already: this test tests nothing"
    assert found["enabled"]
    assert outside & {name.partition(".")[0] for name in found["loaded"]} == set()

    engine = f"{MODULE}.backend"
    known = (engine, f"{engine}.contract")
    more = [name for name in found["loaded"] if name.startswith(engine) and name not in known]
    assert more, "the contract is not found by its name: this test tests nothing"
    assert [name for name in more if not name.startswith(f"{engine}.contract.")] == []
    assert f"{engine}.contract.protocol" not in more, "frames are for the engine's process"


FIND_UV = f"""
import subprocess, sys
from pathlib import Path
import {MODULE} as extension
from bl_ext.user_default.partwise.blender_addon.engine import command
code = "import sys; top, home, *folders = sys.argv[1:]; sys.path += [top, *folders]\\n"
code += "from pathlib import Path\\nfrom backend.installation import uv\\n"
code += "found = uv.find(Path(home))\\nprint(found)\\n"
code += "print(uv.run(found, ['--version'], Path(home)).out)"
words = [command.python(), "-I", "-S", "-X", "utf8", "-c", code]
words += [str(Path(extension.__file__).parent), argument["home"], *command.library_folders()]
done = subprocess.run(words, capture_output=True, text=True, encoding="utf-8")
assert done.returncode == 0, done.stderr
answer = done.stdout.split("\\n")[:2]
"""


@pytest.mark.of_the_engine
def test_uv_is_found_and_runs_as_blender_unpacked_it(blender, tmp_path):
    """Blender unpacks programs of wheels without their right to be run."""
    home = tmp_path / "mein Ort 日本"
    program, version = blender.run(FIND_UV, {"home": str(home)})
    (locked,) = (
        wheel.version
        for wheel in build_addon.locked_wheels()[TARGET]
        if wheel.name in build_addon.TOOLS
    )
    assert version.startswith(f"uv {locked}")
    assert home in Path(program).parents


@pytest.mark.of_the_engine
def test_the_engine_ends_when_blender_is_killed(blender, tmp_path):
    left = tmp_path / "pid"
    kill = (
        "Path(argument['left']).write_text(str(children()[0]))\n"
        "import signal\nos.kill(os.getpid(), signal.SIGKILL)\n"
    )
    with pytest.raises(RuntimeError, match="status -9"):
        blender.run(ASK + kill, {"left": str(left)})
    assert ends(int(left.read_text()))


def test_disabling_the_extension_ends_the_engine(blender):
    disable = f"""
import time
before = children()
bpy.ops.preferences.addon_disable(module={MODULE!r})
until = time.monotonic() + 5
while children() and time.monotonic() < until:
    time.sleep(0.02)
answer = [len(before), children(), hasattr(bpy.types.Mesh, "partwise")]
"""
    assert blender.run(ASK + disable) == [1, [], False]


@pytest.mark.of_the_engine
def test_a_read_only_extension_folder_is_enough(blender):
    """Installed by an administrator: nothing is written beside the code."""
    try_to_write = f"""
import {MODULE} as extension
try:
    Path(extension.__file__).with_name("written").touch()
    answer["written"] = True
except PermissionError:
    answer["written"] = False
"""
    blender.run("bpy.ops.wm.read_userpref()\nanswer = 0")  # unpacks the libraries where missing
    paths = [blender.extensions, *blender.extensions.rglob("*")]
    for path in paths:
        path.chmod(0o555 if path.is_dir() else 0o444)
    try:
        found = blender.run(
            ASK + DECOMPOSE + try_to_write,
            {"shapes": str(SHAPES)},
            before=give_up_overriding_rights,
        )
    finally:
        for path in paths:
            path.chmod(0o755 if path.is_dir() else 0o644)
    assert not found["written"], "the folder was not read-only, so this test tests nothing"
    check_parts(found)


def give_up_overriding_rights() -> None:
    """Let the rights of files count for the superuser too (CAP_DAC_OVERRIDE of prctl(2))."""
    drop_from_bounding_set, override_rights = 24, 1
    ctypes.CDLL(None).prctl(drop_from_bounding_set, override_rights, 0, 0, 0)
