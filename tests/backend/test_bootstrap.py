# SPDX-License-Identifier: GPL-3.0-or-later
"""The engine as Blender starts it: by path, isolated, with explicit library folders."""

from __future__ import annotations

import importlib.metadata
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import build_addon
from backend.contract import libraries
from backend.contract.protocol import Message, read_message, write_message
from backend.contract.requests import OpenMesh, Segment, Status
from tests.backend.service.test_server import FACES, TETRAHEDRON

BACKEND = Path(libraries.__file__).parents[1]
FOLDERS = sorted({folder for _, folder in libraries.found().values()})


def command(backend: Path = BACKEND, folders: list[str] = FOLDERS) -> list[str]:
    bootstrap = str(backend / "bootstrap.py")
    return [sys.executable, "-I", "-S", "-X", "utf8", bootstrap, "--libraries", *folders]


@contextmanager
def engine(*args: Any, **options: Any) -> Iterator[subprocess.Popen[bytes]]:
    child = subprocess.Popen(
        command(*args),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        bufsize=0,
        **options,
    )
    try:
        with child:
            yield child
    finally:
        child.kill()


def ask(child: Any, method: str, request: Any) -> Message:
    params, arrays = request.to_message()
    body = {"type": "request", "id": method, "method": method, "params": params}
    write_message(child.stdin, body, arrays)
    while (message := read_message(child.stdout)) and message.type not in ("result", "error"):
        pass
    assert message, child.stderr.read().decode()
    assert message.type == "result", message.body
    return message


def decompose(child: Any) -> None:
    ask(child, "open_mesh", OpenMesh(TETRAHEDRON, FACES, "mesh"))
    labels = ask(child, "segment", Segment("mesh", parts=2)).arrays["labels"]
    assert set(np.unique(labels)) == {0, 1}


def refusal(*args: Any) -> str:
    output = subprocess.run(
        command(*args), stdin=subprocess.DEVNULL, capture_output=True, text=True
    )
    assert output.returncode == 2
    assert output.stdout == ""
    assert "Traceback" not in output.stderr
    return output.stderr


def test_all_code_that_ships_is_understood_by_this_python(checkout):
    """Nothing that Python has dropped, and nothing that it warns of."""
    shipped = [name for name in build_addon.shipped_files() if name.startswith("backend/")]
    code = [name for name in shipped if name.endswith(".py") and "bootstrap" not in name]
    assert len(code) > 200
    program = f"""
import importlib
from pathlib import Path
for name in {code}:
    compile(Path(name).read_bytes(), name, "exec")
    try:
        importlib.import_module(".".join(Path(name).with_suffix("").parts).removesuffix(".__init__"))
    except ModuleNotFoundError as error:
        if error.name != "torch":  # latent networks run where it is installed
            raise
"""
    done = subprocess.run(
        [sys.executable, "-W", "error::SyntaxWarning", "-c", program],
        cwd=checkout, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr


def test_it_says_on_which_python_and_libraries_it_runs():
    with engine() as child:
        status = ask(child, "status", Status()).body["params"]
    assert Path(status["python"]["executable"]).samefile(sys.executable)
    assert status["python"]["version"] == "{}.{}.{}".format(*sys.version_info)
    assert status["libraries"] == libraries.found()
    assert set(status["libraries"]) >= set(libraries.NEEDED)
    assert status["libraries"]["numpy"][0] == np.__version__


def test_nothing_of_the_environment_reaches_it(tmp_path):
    for name in ("numpy", "scipy", "json", "backend", "sitecustomize"):
        (tmp_path / f"{name}.py").write_text("raise SystemExit('from the environment')")
    intruder = {"PYTHONPATH": str(tmp_path), "PYTHONHOME": str(tmp_path)}
    with engine(cwd=tmp_path, env={**os.environ, **intruder}) as child:
        decompose(child)


def test_the_first_folder_wins(tmp_path):
    """Bundled libraries are named first; what else lies in the folder of NumPy must not hide them.

    And no folder may hide a module of the standard library.
    """
    (tmp_path / "trimesh").mkdir()
    (tmp_path / "trimesh/__init__.py").touch()
    (tmp_path / "json.py").write_text("raise SystemExit('hides the standard library')")
    with engine(BACKEND, [str(tmp_path), *FOLDERS]) as child:
        found = ask(child, "status", Status()).body["params"]["libraries"]
    assert found["trimesh"][1] == str(tmp_path)
    assert found["scipy"] == libraries.found()["scipy"]


def test_it_runs_from_a_folder_with_any_name_that_cannot_be_written(tmp_path):
    copy = tmp_path / "Für 模型 😀" / "backend"
    shutil.copytree(BACKEND, copy, ignore=shutil.ignore_patterns("__pycache__", "training"))
    for folder in [copy, *(path for path in copy.rglob("*") if path.is_dir())]:
        (folder / "__pycache__").touch()  # a file: not even an administrator can write caches
        folder.chmod(0o555)
    try:
        with engine(copy) as child:
            decompose(child)
            child.stdin.close()
            assert child.wait(10) == 0
        assert not list(copy.rglob("*.pyc"))
    finally:
        for path in [copy, *copy.rglob("*")]:
            path.chmod(0o755)


def test_a_missing_library_is_named(tmp_path):
    assert refusal(BACKEND, [str(tmp_path)]) == (
        "The engine's library numpy is missing. Install Partwise again.\n"
    )


def test_a_library_of_another_python_is_refused_in_words(tmp_path):
    for module in libraries.MODULES.values():
        (tmp_path / module).mkdir()
        (tmp_path / module / "__init__.py").write_text("raise ImportError('made for cp313')")
    said = refusal(BACKEND, [str(tmp_path)])
    assert "does not load in Python 3." in said
    assert "made for cp313" in said
    assert said.endswith("Install Partwise again.\n")


def test_without_folders_it_says_how_it_is_started():
    output = subprocess.run(command()[: -1 - len(FOLDERS)], capture_output=True, text=True)
    assert output.returncode == 2
    assert "--libraries" in output.stderr


@pytest.mark.parametrize("name", libraries.MODULES)
def test_folders_and_versions_are_those_of_the_loaded_library(name):
    if name in libraries.OPTIONAL:
        pytest.importorskip(
            libraries.MODULES[name], reason=f"there is not always a wheel of {name}"
        )
    module = importlib.import_module(libraries.MODULES[name])
    is_package = hasattr(module, "__path__")
    assert libraries.folder(name) == str(Path(module.__file__).parents[int(is_package)])
    assert libraries.version(name) == importlib.metadata.version(name)
