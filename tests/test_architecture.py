# SPDX-License-Identifier: GPL-3.0-or-later
"""The arrows between the rooms of the house, read from the imports.

Arrows go down only. What a module imports inside a function counts as well, except for libraries
that are merely slow to load, which must not be imported at the top.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
BACKEND = sorted((ROOT / "backend").rglob("*.py"))
ADDON = sorted((ROOT / "blender_addon").rglob("*.py"))
OURS = sorted(
    {
        path
        for folder in ("backend", "blender_addon", "benchmarks", "tests")
        for path in (*(ROOT / folder).rglob("*.py"), *ROOT.glob("*.py"))
    }
)

# Room -> the rooms of backend/ that it may import. A room is a folder or a module of backend/.
LEAVES = {"errors"}
FILES = {"files", "asset", "gltf", "gltf_file", "glb", "parts_writer", "mesh_formats", "ply"}
FILES |= {"wavefront", "preview", "raycast", "palette", "machine", "device", "catalogue"}
FILES |= {"libraries"}
BELOW_PIPELINES = {"models", "geometry", "tree", *FILES, *LEAVES}
BELOW_SESSION = {"pipelines", *BELOW_PIPELINES}
ALLOWED: dict[str, set[str]] = {
    "errors": set(),
    "tree": set(),
    "geometry": set(),
    "models": LEAVES,
    "protocol": LEAVES,
    "requests": LEAVES | {"tree"},
    "outbox": LEAVES | {"protocol"},
    **dict.fromkeys(FILES, FILES | LEAVES | {"geometry", "tree"}),
    "pipelines": BELOW_PIPELINES,
    "training": BELOW_SESSION | {"evaluation"},
    "evaluation": BELOW_SESSION | {"training"},
    "session": BELOW_SESSION | {"protocol", "requests"},
    "server": BELOW_SESSION | {"session", "outbox", "protocol", "requests"},
    "commands": BELOW_SESSION | {"server", "evaluation"},
    "threads": set(),
    "__main__": {"commands", "threads"},
    "bootstrap": {"libraries", "server", "threads"},
    "__init__": set(),
}
SLOW = {
    "scipy",
    "trimesh",
    "embreex",
    "maxflow",
    "PIL",
    "torch",
    "skimage",
    "sklearn",
    "lightgbm",
    "igl",
}
SLOW |= {"matplotlib", "safetensors", "tqdm", "mapbox_earcut", "networkx"}


def room(path: Path) -> str:
    return path.relative_to(ROOT / "backend").parts[0].removesuffix(".py")


def imports(path: Path, *, top: bool = False) -> Iterator[str]:
    """Absolute names of the modules that a file imports; with `top` only when it is loaded."""
    package = path.relative_to(ROOT).with_suffix("").parts[:-1]
    tree = ast.parse(path.read_text(encoding="utf-8"))
    nodes = _loaded(tree) if top else ast.walk(tree)
    for node in nodes:
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else ()
            start = ".".join([*base, *([node.module] if node.module else [])])
            yield start
            yield from (f"{start}.{alias.name}" for alias in node.names)


def _loaded(node: ast.AST) -> Iterator[ast.AST]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            continue
        if isinstance(child, ast.If) and "TYPE_CHECKING" in ast.dump(child.test):
            continue
        yield child
        yield from _loaded(child)


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", BACKEND, ids=name_of)
def test_arrows_go_down_only(path):
    here = room(path)
    assert here in ALLOWED, f"{here} is a new room: give it its place in this test"
    for name in imports(path):
        parts = name.split(".")
        if parts[0] != "backend" or len(parts) == 1 or parts[1].startswith("__version"):
            continue
        assert parts[1] == here or parts[1] in ALLOWED[here], f"{here} must not know {name}"


@pytest.mark.parametrize("path", BACKEND, ids=name_of)
def test_the_engine_never_knows_blender(path):
    foreign = {"bpy", "bmesh", "mathutils", "gpu", "blender_addon"}
    assert not foreign & {name.split(".")[0] for name in imports(path)}


@pytest.mark.parametrize("path", BACKEND, ids=name_of)
def test_imports_inside_the_engine_are_relative(path):
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.level == 0:
            assert not (node.module or "").startswith("backend"), "has another name in Blender"
        if isinstance(node, ast.Import):
            assert not any(alias.name.startswith("backend") for alias in node.names)


SHARED = {"protocol", "requests", "tree", "errors", "palette", "libraries"}


@pytest.mark.parametrize("name", sorted(SHARED))
def test_what_blender_shares_needs_only_numpy(name):
    known = {*sys.stdlib_module_names, "numpy", "backend"}
    for imported in imports(ROOT / f"backend/{name}.py"):
        assert imported.split(".")[0] in known, f"{name} must not need {imported}"


@pytest.mark.parametrize(
    "path", [path for path in BACKEND if room(path) not in ("training", "models")], ids=name_of
)
def test_nothing_slow_is_imported_before_it_is_needed(path):
    assert not SLOW & {name.split(".")[0] for name in imports(path, top=True)}


def test_the_addon_knows_only_the_shared_modules():
    for path in ADDON:
        for name in imports(path):
            parts = name.split(".")
            assert parts[0] != "torch"
            below = parts[parts.index("backend") + 1 :] if "backend" in parts else []
            assert not below or below[0] in {*SHARED, "__version__"}, f"{path} must not know {name}"


@pytest.mark.parametrize("path", OURS, ids=name_of)
def test_each_file_names_its_licence_and_says_what_it_is(path):
    text = path.read_text(encoding="utf-8")
    assert text.startswith("# SPDX-License-Identifier: GPL-3.0-or-later\n")
    assert ast.get_docstring(ast.parse(text)), "no docstring"


@pytest.mark.parametrize("path", [*BACKEND, *ADDON], ids=name_of)
def test_no_pickle_shell_or_evaluation(path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    assert not {"pickle", "marshal", "shelve", "dill"} & set(imports(path))
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            assert not (isinstance(node.func, ast.Name) and node.func.id in ("eval", "exec"))
            for keyword in node.keywords:
                truth = isinstance(keyword.value, ast.Constant) and keyword.value.value is True
                assert not (keyword.arg in ("shell", "allow_pickle") and truth)


def test_the_reader_of_imports_sees_all_kinds(tmp_path, monkeypatch):
    monkeypatch.setattr(sys.modules[__name__], "ROOT", tmp_path)
    file = tmp_path / "backend/pipelines/x.py"
    file.parent.mkdir(parents=True)
    file.write_text(
        "from ..geometry import mesh\nfrom . import y\nimport numpy.linalg\n"
        "try:\n    import zlib\nexcept ImportError:\n    pass\n"
        "def f():\n    from ...outside import z\n    import scipy\n"
    )
    assert set(imports(file)) == {
        "backend.geometry", "backend.geometry.mesh", "backend.pipelines", "backend.pipelines.y",
        "numpy.linalg", "zlib", "outside", "outside.z", "scipy",
    }  # fmt: skip
    assert "scipy" not in set(imports(file, top=True))
    assert "zlib" in set(imports(file, top=True))
