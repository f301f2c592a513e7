# SPDX-License-Identifier: GPL-3.0-or-later
"""One installable zip for each system and Python: ``python build_addon.py [-o dist]``.

A package holds both folders, the weights, the guide as HTML, and the wheels that the bundled
engines need, as they stand in ``wheels/lock.json``. Blender's own extension tool makes and
validates it; this program puts the files before it with fixed times, modes and order, so that
equal sources give equal bytes.
"""

from __future__ import annotations

import argparse
import ast
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path

from backend import __version__
from backend.contract.errors import BadInput, PartwiseError
from backend.installation import lists, pack
from backend.installation.accelerators import choose
from backend.installation.install import Source
from blender_addon.core.guide import FOLDER as GUIDE

ROOT = Path(__file__).resolve().parent
LOCK = ROOT / "wheels/lock.json"
CACHE = ROOT / "build/wheels"

# Versions are those of LOCKS; NumPy is Blender's own.
LIBRARIES = (
    "embreex",
    "manifold3d",
    "mapbox-earcut",
    "pymaxflow",
    "safetensors",
    "scipy",
    "trimesh",
)
# Programs: uv makes the environment of engines with torch.
TOOLS = ("uv",)
LOCKS = ("requirements/engine.lock", "requirements/dev.lock")  # the first that names one counts
WITHOUT = {"3.14": ("pymaxflow",)}  # Python -> libraries that have no wheels for it
OF_BLENDER = {"numpy"}

# System -> the wheels it takes, in pip's words. Blender itself needs glibc 2.28; Embree macOS 13.
PLATFORMS = {
    "linux-x64": ("manylinux_2_28_x86_64", "manylinux_2_27_x86_64", "manylinux_2_17_x86_64"),
    "windows-x64": ("win_amd64",),
    "macos-arm64": ("macosx_13_0_arm64",),
}
# Python -> the first Blender that has it, and the first that no longer does. Blender's own 5.1 and
# later have 3.13; 3.14 is for those that Linux distributions build.
BLENDERS = {"3.11": ("4.5.0", "5.1.0"), "3.13": ("5.1.0", ""), "3.14": ("5.1.0", "")}
USUAL_PYTHONS = ("3.11", "3.13")

# Where Blender keeps its scripts, from an environment with bpy or from the folder of a Blender.
SCRIPTS = (
    "lib/python*/site-packages/bpy/*",
    "Lib/site-packages/bpy/*",
    "*",
    "../Resources/*",
    "../share/blender",
)

LARGEST = 110_000_000  # bytes of a package
FIRST_DAY = 315_532_800  # 1980-01-01: the earliest time that a zip can hold
PARTS = (".bin", ".json", ".md")  # the files of the library and their credits
DOCUMENTS = ("LICENSE", "THIRD_PARTY.md")
# Where the engine's process starts, and what it imports by name: engines among others.
CHILD = (
    "backend/bootstrap.py",
    "backend/contract/libraries.py",
    "backend/service/server.py",
    "backend/machine/threads.py",
    "backend/engines/*.py",
    # The installer of engines with torch, and what tries out what it made.
    "backend/__main__.py",
    "backend/commands/install.py",
    "backend/commands/doctor.py",
)
# What the installer installs.
LISTS = ("requirements/networks.lock", "requirements/torch-*.lock")

INIT = '''# SPDX-License-Identifier: GPL-3.0-or-later
"""Partwise, as Blender loads it."""
from .blender_addon import register as register, unregister as unregister
'''


@dataclass(frozen=True, order=True)
class Target:
    """What one package is for: a key of `PLATFORMS` and one of `BLENDERS`."""

    platform: str
    python: str

    def __str__(self) -> str:
        return f"{self.platform} with Python {self.python}"

    @property
    def file_name(self) -> str:
        """Name of the package."""
        return f"partwise-{__version__}-{self.platform}-py{self.python.replace('.', '')}.zip"


@dataclass(frozen=True, order=True)
class Wheel:
    """A wheel as the lock file knows it; `size` in bytes."""

    name: str
    version: str
    file: str
    sha256: str
    size: int


def build(target: Target, output: Path, tool: Path, cache: Path = CACHE) -> Path:
    """Make and validate the package for `target` in the folder `output`; returns its path.

    Raises BadInput when a wheel cannot be had, or Blender's tool `tool` refuses the package.
    """
    import build_guide  # whose library is not there where only locks are made

    wheels = locked_wheels()[target]
    fetch(target, wheels, cache)
    output.mkdir(parents=True, exist_ok=True)
    package = (output / target.file_name).resolve()
    with tempfile.TemporaryDirectory() as folder:
        stage = Path(folder)
        for name in shipped_files():
            _put(stage / name, (ROOT / name).read_bytes())
        for name, data in build_guide.build(ROOT).items():
            _put(stage / GUIDE / name, data)
        for wheel in wheels:
            _put(stage / "wheels" / wheel.file, (cache / wheel.file).read_bytes())
        _put(stage / "__init__.py", INIT.encode())
        _put(stage / "blender_manifest.toml", manifest(target, stage).encode())
        _run_tool(tool, "build", "--source-dir", stage, "--output-filepath", package)
    _run_tool(tool, "validate", package)
    names = zipfile.ZipFile(package).namelist()
    if len(names) > len(set(names)):  # Blender 4.5 does so with listed paths
        package.unlink()
        raise BadInput(
            "Blender's extension tool packed files twice.",
            "Name the folder of a Blender 5.0 or later with --blender.",
        )
    size = package.stat().st_size
    if size > LARGEST:
        package.unlink()
        raise BadInput(
            f"The package for {target} has {size / 1e6:.0f} MB; at most {LARGEST / 1e6:.0f} MB "
            "are allowed.",
            "Take out what the engine does not need.",
        )
    return package


def manifest(target: Target, stage: Path) -> str:
    """The manifest of a package: the source's, and what depends on the target and its files."""
    first, end = BLENDERS[target.python]
    text = (ROOT / "blender_manifest.toml").read_text(encoding="utf-8")
    text = re.sub(
        r"^blender_version_min = .*$", f'blender_version_min = "{first}"', text, flags=re.M
    )
    files = sorted(
        path.relative_to(stage).as_posix() for path in stage.rglob("*") if path.is_file()
    )
    wheels = [name for name in files if name.endswith(".whl")]
    # JSON's strings and lists are TOML's too. Blender's tool adds the wheels to the paths.
    lines = [f"blender_version_max = {json.dumps(end)}"] if end else []
    lines += [
        f"platforms = {json.dumps([target.platform])}",
        f"wheels = {json.dumps(['./' + name for name in wheels], indent=4)}",
        "",
        "[build]",
        f"paths = {json.dumps([name for name in files if name not in wheels], indent=4)}",
    ]
    return text + "\n".join(lines) + "\n"


def shipped_files() -> list[str]:
    """What of the checkout goes into a package: the add-on, what its child can reach, weights."""
    addon = sorted((ROOT / "blender_addon").rglob("*.py"))
    child = [path for name in CHILD for path in sorted(ROOT.glob(name))]
    code = {*addon, *reachable([*addon, *child])}
    weights = [path for path in (ROOT / "backend/weights").iterdir() if path.is_file()]
    weights += [path for path in (ROOT / "backend/library").iterdir() if path.suffix in PARTS]
    locks = [path for name in LISTS for path in ROOT.glob(name)]
    files = sorted(path.relative_to(ROOT).as_posix() for path in [*code, *weights, *locks])
    return [*files, *DOCUMENTS]


def reachable(start: Iterable[Path]) -> set[Path]:
    """The files that `start` import or run, those that these do, and so on: by relative imports,
    and as programs beside them, which they name by ``with_name("PROGRAM.py")``.
    """
    found: set[Path] = set()
    waiting = list(start)
    while waiting:
        path = waiting.pop()
        if path in found or ROOT not in path.parents:
            continue
        found.add(path)
        waiting += _imported(path)
        packages = (folder / "__init__.py" for folder in path.parents if ROOT in folder.parents)
        waiting += [package for package in packages if package.is_file()]  # presets are no package
    return found


@cache  # each package asks the same of the same files
def _imported(path: Path) -> tuple[Path, ...]:
    found = []
    for node in ast.walk(ast.parse(path.read_bytes())):
        if isinstance(node, ast.ImportFrom) and node.level:
            base = path.parents[node.level - 1].joinpath(*(node.module or "").split("."))
            for place in (base, *(base / alias.name for alias in node.names)):
                candidates = (place.with_suffix(".py"), place / "__init__.py")
                found += [file for file in candidates if file.is_file()]
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            for word in node.args if node.func.attr == "with_name" else ():
                if isinstance(word, ast.Constant) and str(word.value).endswith(".py"):
                    program = path.with_name(str(word.value))
                    found += [program] if program.is_file() else []
    return tuple(found)


def locked_wheels() -> dict[Target, list[Wheel]]:
    """The wheels of each target, from the lock file."""
    entries = json.loads(LOCK.read_text(encoding="utf-8"))
    return {
        Target(entry["platform"], entry["python"]): [Wheel(**wheel) for wheel in entry["wheels"]]
        for entry in entries
    }


def fetch(target: Target, wheels: Sequence[Wheel], cache: Path) -> None:
    """Bring the wheels that are not yet in the folder `cache`, or damaged there."""
    missing = [wheel for wheel in wheels if not _is_whole(cache / wheel.file, wheel)]
    if not missing:
        return
    needs = [f"{wheel.name}=={wheel.version} --hash=sha256:{wheel.sha256}" for wheel in missing]
    cache.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=cache) as folder:
        download(target, needs, Path(folder))
        for wheel in missing:
            path = Path(folder, wheel.file)
            if not _is_whole(path, wheel):
                raise BadInput(
                    f"{wheel.file} for {target} is not the file that the lock names.",
                    "Run build_addon.py --lock if it was published again on purpose.",
                )
            path.replace(cache / wheel.file)


def download(target: Target, requirements: Iterable[str], folder: Path) -> None:
    """Let pip download wheels for `target`, pinned with hashes, without what they depend on."""
    listed = folder / "requirements.txt"
    listed.write_text("\n".join(requirements), encoding="utf-8")
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check"]
    command += ["--no-deps", "--require-hashes", "--only-binary", ":all:", "--dest", str(folder)]
    command += ["--implementation", "cp", "--python-version", target.python, "-r", str(listed)]
    for tag in PLATFORMS[target.platform]:
        command += ["--platform", tag]
    done = subprocess.run(command, capture_output=True, text=True)
    listed.unlink()
    if done.returncode == 0:
        return
    if "No module named pip" in done.stderr:
        hint = "Run this with a Python that has pip."
    elif "DO NOT MATCH THE HASHES" in done.stderr:
        hint = "A file differs from the one that was locked: do not use it before you know why."
    elif "No matching distribution" in done.stderr and "Retrying" not in done.stderr:
        hint = "The package index has no such wheel: choose another version and run make lock."
    else:
        hint = "Check the network, or the package index that pip is set to."
    words = "\n".join(line for line in done.stderr.splitlines() if line.startswith("ERROR"))
    raise BadInput(f"The wheels for {target} could not be downloaded.", f"{hint}\n{words}".strip())


def write_lock() -> None:
    """Resolve the wheels of every target again, in the versions of LOCKS."""
    pins = _pins()
    entries = []
    for platform in PLATFORMS:
        for python in BLENDERS:
            target = Target(platform, python)
            with tempfile.TemporaryDirectory() as folder:
                left_out = WITHOUT.get(python, ())
                wanted = [pin for name, pin in pins.items() if name not in left_out]
                download(target, wanted, Path(folder))
                wheels = sorted(_describe(path) for path in Path(folder).glob("*.whl"))
            entries.append({**asdict(target), "wheels": [asdict(wheel) for wheel in wheels]})
            print(f"locked {target}", flush=True)
    LOCK.write_text(json.dumps(entries, indent=1) + "\n", encoding="utf-8")


def _pins() -> dict[str, str]:
    """Name of each library and tool to bundle -> its requirement with hashes."""
    pins: dict[str, str] = {}
    for lock in LOCKS:
        text = (ROOT / lock).read_text(encoding="utf-8")
        text = re.sub(r"\s*#.*", "", text).replace("\\\n", " ")
        text = re.sub(r" ;.*?(?= --hash)", "", text)  # pip would ask them of this computer
        found = {line.partition("==")[0]: line for line in text.splitlines() if "==" in line}
        pins = found | pins
    return {name: pins[name] for name in (*LIBRARIES, *TOOLS)}


def _describe(path: Path) -> Wheel:
    """The lock's entry for a wheel. Raises BadInput when it needs what the package lacks."""
    data = path.read_bytes()
    with zipfile.ZipFile(path) as archive:
        (name,) = [name for name in archive.namelist() if name.endswith(".dist-info/METADATA")]
        metadata = archive.read(name).decode("utf-8")
    for need in re.findall(r"^Requires-Dist: ([\w.-]+)(?!.*\bextra\b)", metadata, re.M):
        if _canonical(need) not in OF_BLENDER.union(LIBRARIES):
            raise BadInput(f"{path.name} needs {need}.", "Add it to LIBRARIES in build_addon.py.")
    library, version, *_ = path.name.split("-")
    sha256 = hashlib.sha256(data).hexdigest()
    return Wheel(_canonical(library), version, path.name, sha256, len(data))


def _canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _is_whole(path: Path, wheel: Wheel) -> bool:
    return (
        path.is_file()
        and path.stat().st_size == wheel.size
        and hashlib.sha256(path.read_bytes()).hexdigest() == wheel.sha256
    )


def _put(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    path.chmod(0o644)
    os.utime(path, (FIRST_DAY, FIRST_DAY))


def offline_pack(target: Target, accelerator: str, output: Path) -> Path:
    """Make the offline pack of an accelerator in the folder `output`; returns its path.

    Raises PartwiseError where a list is missing or a wheel cannot be had.
    """
    system = pack.PLATFORMS[target.platform].system
    one = choose(
        accelerator, lambda one: lists.serves(one, system=system), system=system
    ).accelerator
    pins = lists.of(one)
    name = f"partwise-{__version__}-pack-{target.platform}-{one.name}-py{target.python}.zip"
    with tempfile.TemporaryDirectory() as home:
        options = Source().options(pins, None, system)
        return pack.make(
            output / name, target.platform, target.python, one, pins, options, home=Path(home)
        )


def find_tool(blender: Path | None = None) -> Path:
    """Blender's extension tool, in a Blender's folder or an environment with bpy.

    Without one named it is looked for in this project's environment and beside ``blender``.
    Raises BadInput when there is none.
    """
    places = [blender] if blender else [ROOT / ".venv-bpy50"]
    if not blender and (installed := shutil.which("blender")):
        places.append(Path(installed))
    for place in places:
        folder = place.resolve().parent if place.is_file() else place
        for scripts in SCRIPTS:
            for tool in folder.glob(f"{scripts}/scripts/addons_core/bl_pkg/cli/blender_ext.py"):
                return tool.resolve()
    raise BadInput(
        f"Blender's extension tool is not in {blender}." if blender else "There is no Blender.",
        "Run make zip, or name the folder of a Blender 5.0 or later with --blender.",
    )


def _run_tool(tool: Path, command: str, *arguments: str | Path) -> None:
    tags = tool.parents[3] / "modules/_bpy_internal/extensions/tags.py"
    done = subprocess.run(
        [sys.executable, tool, command, *arguments, "--valid-tags", tags],
        env={**os.environ, "TZ": "UTC"},  # a zip holds local times
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    if done.returncode != 0:
        raise BadInput(f"Blender's extension tool refused the package ({command}).", done.stdout)


def main(arguments: Sequence[str] | None = None) -> int:
    """Build what is asked for. Returns the exit status."""
    parser = argparse.ArgumentParser(prog="build_addon.py", description=__doc__)
    parser.add_argument("--platform", nargs="+", choices=PLATFORMS, default=list(PLATFORMS))
    parser.add_argument("--python", nargs="+", choices=BLENDERS, default=list(USUAL_PYTHONS))
    parser.add_argument("-o", "--output", type=Path, default=ROOT / "dist", metavar="DIR")
    parser.add_argument("--blender", type=Path, help="a Blender, or its folder, to build with")
    parser.add_argument("--lock", action="store_true", help="only write wheels/lock.json again")
    parser.add_argument(
        "--pack",
        metavar="ACCELERATOR",
        help="instead of packages for Blender, offline packs of the engine with torch: cuda13, cpu",
    )
    options = parser.parse_args(arguments)
    try:
        if options.pack:
            for platform in options.platform:
                for python in options.python:
                    made = offline_pack(Target(platform, python), options.pack, options.output)
                    print(f"{made.stat().st_size / 1e6:5.1f} MB  {made}", flush=True)
            return 0
        if options.lock:
            write_lock()
            return 0
        tool = find_tool(options.blender)
        for platform in options.platform:
            for python in options.python:
                package = build(Target(platform, python), options.output, tool)
                print(f"{package.stat().st_size / 1e6:5.1f} MB  {package}", flush=True)
    except PartwiseError as error:
        print(error, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
