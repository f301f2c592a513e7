# SPDX-License-Identifier: GPL-3.0-or-later
"""The arrows between the rooms of the house, read from the imports.

A room is a folder. Arrows go down only, without circles, and what a module imports inside a
function counts as well; except for libraries that are slow to load, which must not be imported at
the top.
"""

from __future__ import annotations

import ast
import re
import sys
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

from tests.rooms import ROOT, arrows, graph, imports, modules, parsed, room

BACKEND = sorted((ROOT / "backend").rglob("*.py"))
ADDON = sorted((ROOT / "blender_addon").rglob("*.py"))
OURS = sorted(
    {
        path
        for folder in ("backend", "blender_addon", "benchmarks", "tests")
        for path in (*(ROOT / folder).rglob("*.py"), *ROOT.glob("*.py"))
    }
)

# Room -> the rooms that it may import. The top of each half, "backend" and "blender_addon", holds
# its doors; the version number there is free to all.
GEOMETRY = {
    "geometry",
    "geometry/patches",
    "geometry/borders",
    "geometry/caps",
    "geometry/hidden",
}
BELOW_LATENTS = {"models", "checkpoints", "machine", "geometry", "contract"}
BELOW_ENGINES = {"latents", "images", "library", *BELOW_LATENTS, *GEOMETRY}
BELOW_PIPELINES = {"engines", *BELOW_ENGINES}
BELOW_COMMANDS = {"pipelines", "files", "pictures", "assets", *BELOW_PIPELINES}
ROOMS: dict[str, set[str]] = {
    "contract": set(),
    "geometry": {"contract"},
    "geometry/patches": {"geometry", "contract"},
    "geometry/borders": {"geometry", "contract"},
    "geometry/caps": {"geometry", "contract"},
    "geometry/hidden": {"geometry", "geometry/caps", "contract"},
    "machine": {"contract"},
    "models": {"contract"},
    "checkpoints": {"contract"},
    "installation": {"checkpoints", "machine", "contract"},
    "latents": BELOW_LATENTS,
    "assets": {"contract", "geometry", "geometry/borders"},
    "files/gltf": {"assets", "machine", "contract", "geometry"},
    "files": {"files/gltf", "assets", "machine", "contract", "geometry"},
    "pictures": {"files", "assets", "contract", "geometry"},
    "engines": {"shapes", "shapes/families", *BELOW_ENGINES},
    "pipelines": BELOW_PIPELINES,
    "service": {"installation", "files", "pictures", *BELOW_PIPELINES, "pipelines"},
    "shapes": {"geometry", "pictures", "contract"},
    "shapes/families": {"shapes", "pictures"},
    "images": {"geometry", "machine", "contract"},
    "library/families": {"contract", "geometry", "geometry/caps"},
    "library": {"library/families", "checkpoints", "contract", "geometry", "geometry/caps"},
    "training": {"library", "library/families", "shapes", "shapes/families", *BELOW_COMMANDS},
    "training/generator": {
        "training",
        "library",
        "library/families",
        "shapes",
        "shapes/families",
        *BELOW_COMMANDS,
    },
    "evaluation": {"shapes", "shapes/families", *BELOW_COMMANDS},
    "commands": {"service", "evaluation", "installation", *BELOW_COMMANDS},
    "": {"commands", "service", "machine", "contract"},
}
BELOW_SCENE = {"mesh", "engine", "core"}
BELOW_OPS = {"overlay", "scene", *BELOW_SCENE}
ADDON_ROOMS: dict[str, set[str]] = {
    "core": set(),
    "engine": set(),
    "mesh": {"engine", "core"},
    "scene": BELOW_SCENE,
    "overlay": {"scene", *BELOW_SCENE},
    "ops": BELOW_OPS,
    "ui": {"ops", *BELOW_OPS},
    "": {"ui", "ops", *BELOW_OPS},
}
SLOW = {"scipy", "trimesh", "embreex", "maxflow", "PIL", "torch", "skimage", "sklearn", "lightgbm"}
SLOW |= {"igl", "matplotlib", "safetensors", "tqdm", "mapbox_earcut", "networkx", "DracoPy"}
SLOW |= {
    "huggingface_hub",
    "httpx2",
    "manifold3d",
    "xatlas",
    "meshoptimizer",
    "lib3mf",
    "collada",
    "ufbx",
    "lxml",
}
MAY_LOAD_TORCH = {"models", "latents", "machine", "training", "training/generator"}


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


HALVES = {"backend": (BACKEND, ROOMS), "blender_addon": (ADDON, ADDON_ROOMS)}


@pytest.mark.parametrize("half", HALVES)
def test_arrows_go_down_only(half: str) -> None:
    paths, rooms = HALVES[half]
    assert not {room(path) for path in paths} - set(rooms) - {"presets/partwise", "weights"}
    assert not {
        f"{file}: {here or 'the top'} must not know {there}"
        for here, there, file in arrows(paths)
        if there not in rooms[here]
    }


@pytest.mark.parametrize("half", HALVES)
def test_there_are_no_circles(half: str) -> None:
    try:
        TopologicalSorter(graph(half)).prepare()
    except CycleError as error:
        pytest.fail(f"a circle of rooms: {' -> '.join(error.args[1])}")


def test_there_are_no_circles_of_modules_in_the_addon() -> None:
    """Not inside a room either, and imports in functions count: each can be read from below."""
    try:
        TopologicalSorter(modules(ADDON)).prepare()
    except CycleError as error:
        pytest.fail(f"a circle of modules: {' -> '.join(error.args[1])}")


def test_no_two_classes_of_the_addon_share_a_name() -> None:
    """Nor does one share its name with something of the contract that both halves speak of."""
    places: dict[str, list[str]] = {}
    for path in [*ADDON, *(ROOT / "backend/contract").glob("*.py")]:
        for node in parsed(path).body:
            if isinstance(node, ast.ClassDef):
                places.setdefault(node.name, []).append(name_of(path))
    assert not {name: found for name, found in places.items() if len(found) > 1}


def test_the_addon_registers_its_rooms_from_below() -> None:
    for node in parsed(ROOT / "blender_addon/__init__.py").body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "MODULES":
            rooms = [name.split(".")[0] for name in ast.literal_eval(node.value)]
    order = ["core", "engine", "mesh", "scene", "overlay", "ops", "ui"]
    assert rooms == sorted(rooms, key=order.index)


def test_operators_are_in_their_room() -> None:
    """But for the one that adds presets: its base is Blender's own and must know their menu."""
    for path in ADDON:
        for node in parsed(path).body:
            if isinstance(node, ast.ClassDef) and "_OT_" in node.name:
                assert room(path) == "ops" or node.name == "PARTWISE_OT_add_preset", name_of(path)


def test_the_engine_never_knows_blender() -> None:
    foreign = {"bpy", "bmesh", "mathutils", "gpu", "blender_addon"}
    knows = {path for path in BACKEND if foreign & {name.split(".")[0] for name in imports(path)}}
    assert not {name_of(path) for path in knows}


def test_imports_inside_the_engine_are_relative() -> None:
    """In Blender the top package has another name."""
    for path in BACKEND:
        for node in ast.walk(parsed(path)):
            if isinstance(node, ast.ImportFrom) and node.level == 0:
                assert not (node.module or "").startswith("backend"), name_of(path)
            if isinstance(node, ast.Import):
                absolute = [alias for alias in node.names if alias.name.startswith("backend")]
                assert not absolute, name_of(path)


def test_what_blender_shares_needs_only_numpy() -> None:
    known = {*sys.stdlib_module_names, "numpy", "backend"}
    for path in BACKEND:
        if room(path) == "contract":
            for imported in imports(path):
                assert imported.split(".")[0] in known, f"{name_of(path)} must not need {imported}"


def test_nothing_slow_is_imported_before_it_is_needed() -> None:
    for path in BACKEND:
        if room(path).split("/")[0] not in ("training", "models", "latents"):
            early = SLOW & {name.split(".")[0] for name in imports(path, top=True)}
            assert not early, f"{name_of(path)} imports {early} at its top"


def test_what_blender_loads_takes_numpy_from_the_contract() -> None:
    """There it is loaded at its first use: not when the extension is enabled."""
    for path in [*ADDON, *BACKEND]:
        if path in ADDON or room(path) == "contract":
            early = {name for name in imports(path, top=True) if name.split(".")[0] == "numpy"}
            assert not early, f"{name_of(path)} must take {early} from backend/contract/arrays.py"


def test_the_addon_knows_only_the_contract() -> None:
    for path in ADDON:
        for name in imports(path):
            parts = name.split(".")
            assert parts[0] != "torch", name_of(path)
            below = parts[parts.index("backend") + 1 :] if "backend" in parts else []
            assert not below or below[0] in {"contract", "__version__"}, (
                f"{name_of(path)} must not know {name}"
            )


def test_only_rooms_of_networks_know_torch() -> None:
    for path in BACKEND:
        if "torch" in {name.split(".")[0] for name in imports(path)}:
            assert room(path) in MAY_LOAD_TORCH, name_of(path)


def test_what_is_chosen_automatically_has_one_word() -> None:
    """`AUTO` of the contract, in Blender's capitals `AUTOMATIC`; others have words of their own."""
    others = {"presets/partwise", "training"}  # of Blender's files and of Matplotlib
    for path in [*BACKEND, *ADDON]:
        if room(path) not in others and name_of(path) != "backend/contract/engines.py":
            written = {one.value for one in ast.walk(parsed(path)) if isinstance(one, ast.Constant)}
            assert not written & {"auto", "AUTO"}, name_of(path)


def test_each_file_names_its_licence_and_says_what_it_is() -> None:
    for path in OURS:
        text = path.read_text(encoding="utf-8")
        assert text.startswith("# SPDX-License-Identifier: GPL-3.0-or-later\n"), name_of(path)
        assert re.match(r'#.*\n(#.*\n|\n)*r?"""\S', text), f"{name_of(path)} has no docstring"


def test_no_pickle_shell_or_evaluation() -> None:
    for path in [*BACKEND, *ADDON]:
        assert not {"pickle", "marshal", "shelve", "dill"} & set(imports(path)), name_of(path)
        for node in ast.walk(parsed(path)):
            if isinstance(node, ast.Call):
                called = node.func.id if isinstance(node.func, ast.Name) else ""
                assert called not in ("eval", "exec"), name_of(path)
                for keyword in node.keywords:
                    value = keyword.value.value if isinstance(keyword.value, ast.Constant) else None
                    unsafe = keyword.arg in ("shell", "allow_pickle") and value is True
                    assert not unsafe, f"{name_of(path)}:{node.lineno}"


def test_the_reader_of_imports_sees_all_kinds(tmp_path: Path) -> None:
    file = tmp_path / "backend/pipelines/x.py"
    file.parent.mkdir(parents=True)
    file.write_text(
        "from ..geometry import mesh\nfrom . import y\nimport numpy.linalg\n"
        "try:\n    import zlib\nexcept ImportError:\n    pass\n"
        "def f():\n    from ...outside import z\n    import scipy\n"
        "    from ..files.readers import read_mesh\n"
    )
    for name in ("geometry/mesh", "files/readers", "__init__"):
        other = tmp_path / f"backend/{name}.py"
        other.parent.mkdir(parents=True, exist_ok=True)
        other.write_text("")
    assert set(imports(file, root=tmp_path)) == {
        "backend.geometry", "backend.geometry.mesh", "backend.pipelines", "backend.pipelines.y",
        "numpy.linalg", "zlib", "outside", "outside.z", "scipy", "backend.files.readers",
        "backend.files.readers.read_mesh",
    }  # fmt: skip
    assert "scipy" not in set(imports(file, top=True, root=tmp_path))
    assert "zlib" in set(imports(file, top=True, root=tmp_path))
    assert {(here, there) for here, there, _ in arrows([file], root=tmp_path)} == {
        ("pipelines", "geometry"),
        ("pipelines", "files"),
    }


def test_the_reader_of_imports_sees_circles_of_modules(tmp_path: Path) -> None:
    one, other = (tmp_path / f"blender_addon/ui/{name}.py" for name in ("one", "other"))
    one.parent.mkdir(parents=True)
    one.write_text("from .other import x\n")
    other.write_text("def f():\n    from . import one\n")
    (one.parent / "__init__.py").write_text("")
    found = modules([one, other], root=tmp_path)
    names = {here.removeprefix("blender_addon/ui/"): there for here, there in found.items()}
    assert names == {
        "one.py": {"blender_addon/ui/other.py"},
        "other.py": {"blender_addon/ui/one.py"},
    }
    with pytest.raises(CycleError):
        TopologicalSorter(found).prepare()
