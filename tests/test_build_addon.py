# SPDX-License-Identifier: GPL-3.0-or-later
"""The packages: what they hold, that they are repeatable, and what is said when one cannot be made.

Blender's tool comes from the environment of bpy; the wheels from the cache or the package index.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
import re
import shutil
import stat
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

import build_addon
import build_guide
from backend import __version__
from backend.contract.errors import BadInput
from build_addon import BLENDERS, PLATFORMS, Target, Wheel

ROOT = Path(build_addon.ROOT)
OF_OUR_LICENCE = ("pymaxflow",)  # its wheel has no text; the package's own is the same
LINUX = Target("linux-x64", "3.11")
TARGETS = [Target(platform, python) for platform in PLATFORMS for python in BLENDERS]


@pytest.fixture(scope="module")
def tool() -> Path:
    """Blender's own extension tool."""
    try:
        return build_addon.find_tool()
    except BadInput as error:
        pytest.skip(f"{error}")


@pytest.fixture(scope="module")
def package(tool: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The package for Linux and Blender 4.5 to 5.0."""
    return build_addon.build(LINUX, tmp_path_factory.mktemp("dist"), tool)


def test_package_holds_what_serves_and_nothing_else(package):
    names = zipfile.ZipFile(package).namelist()
    assert names == ["blender_manifest.toml", *sorted(names[1:])]
    assert {Path(name).parts[0] for name in names} == {
        "LICENSE", "THIRD_PARTY.md", "__init__.py", "backend", "blender_addon",
        "blender_manifest.toml", "guide", "requirements", "wheels",
    }  # fmt: skip
    addon = {path.relative_to(ROOT).as_posix() for path in (ROOT / "blender_addon").rglob("*.py")}
    assert {name for name in names if name.startswith("blender_addon/")} == addon
    assert {
        "backend/bootstrap.py",
        "backend/machine/threads.py",
        "backend/pipelines/complete.py",
        "backend/geometry/rays.py",
    } <= {*names}
    shipped = {path.relative_to(ROOT).as_posix() for path in (ROOT / "backend/weights").iterdir()}
    library = ("CREDITS.md", "index.json", "meshes.bin", "thumbnails.bin")
    shipped |= {f"backend/library/{name}" for name in library}
    assert shipped <= {*names}
    unwanted = r"training|evaluation|tests|examples|pycache|wheels/numpy"
    assert not re.search(unwanted, " ".join(names))
    assert "backend/commands/decompose.py" not in names, "the child has no command line"
    assert "backend/files/readers.py" in names, "a part can be replaced by a mesh file"


def test_package_holds_the_guide_as_it_is_built(package):
    archive = zipfile.ZipFile(package)
    found = {name for name in archive.namelist() if name.startswith("guide/")}
    made = build_guide.build()
    assert found == {f"guide/{name}" for name in made}
    assert archive.read("guide/index.html") == made["index.html"]


def test_locks_are_written_without_what_renders_the_guide():
    code = "import sys; sys.modules['markdown_it'] = None; import build_addon"
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True)


def test_two_builds_are_equal_byte_for_byte(package, tool, tmp_path):
    again = build_addon.build(LINUX, tmp_path, tool)
    assert again.read_bytes() == package.read_bytes()


def test_a_checkout_elsewhere_gives_the_same_package(package, tool, tmp_path):
    """Another path, other times of the files, another time zone, another mask of modes."""
    copy = tmp_path / "another clone"
    for name in [
        *reversed(build_addon.shipped_files()),
        *build_guide.sources(),
        "wheels/lock.json",
        "blender_manifest.toml",
        "build_addon.py",
        "build_guide.py",
    ]:
        target = copy / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / name, target)
        target.chmod(0o600)
    (copy / "backend/__pycache__").mkdir()
    (copy / "backend/__pycache__/left_over.pyc").write_bytes(b"")
    (copy / "build").symlink_to(ROOT / "build")  # the wheels
    environment = {"TZ": "Asia/Tokyo", "PATH": "/usr/bin:/bin", "HOME": str(tmp_path)}
    options = ["--platform", LINUX.platform, "--python", LINUX.python, "--blender"]
    command = [sys.executable, "build_addon.py", *options, tool.parents[5]]
    subprocess.run(command, cwd=copy, env=environment, umask=0o077, check=True)
    assert (copy / "dist" / package.name).read_bytes() == package.read_bytes()


def test_files_in_the_package_have_plain_modes_and_a_fixed_time(package):
    for info in zipfile.ZipFile(package).infolist():
        assert info.date_time == (1980, 1, 1, 0, 0, 0)
        assert stat.S_IMODE(info.external_attr >> 16) == 0o644


def test_every_library_in_the_package_brings_its_licence(package):
    notice = (ROOT / "THIRD_PARTY.md").read_text(encoding="utf-8")
    archive = zipfile.ZipFile(package)
    for wheel in build_addon.locked_wheels()[LINUX]:
        inside = zipfile.ZipFile(archive.open(f"wheels/{wheel.file}"))
        licences = re.findall(r"^\S+\.dist-info/\S*LICEN\S*$", "\n".join(inside.namelist()), re.M)
        if wheel.name in OF_OUR_LICENCE:
            licences = ["LICENSE"]
        assert licences, f"{wheel.file} has no licence text"
        row = next(line for line in notice.splitlines() if f"| {wheel.name} |" in line)
        assert f"| {wheel.version} |" in row, f"THIRD_PARTY.md names another {wheel.name}"
        assert f"`{licences[0]}`" in row


def test_a_package_that_is_too_large_is_refused_and_removed(package, tool, tmp_path, monkeypatch):
    monkeypatch.setattr(build_addon, "LARGEST", 1_000_000)
    with pytest.raises(BadInput, match="at most 1 MB"):
        build_addon.build(LINUX, tmp_path, tool)
    assert not list(tmp_path.iterdir())


def test_what_blenders_tool_refuses_is_told_in_its_words(package, tool, tmp_path, monkeypatch):
    monkeypatch.setattr(build_addon, "manifest", lambda *_: 'schema_version = "1.0.0"\n')
    with pytest.raises(BadInput, match=r"refused the package \(build\)[\s\S]*tagline"):
        build_addon.build(LINUX, tmp_path, tool)


def test_a_tool_that_packs_files_twice_is_refused(package, tmp_path, monkeypatch):
    def run_tool(tool, command, *arguments):
        if command == "build":
            with zipfile.ZipFile(arguments[-1], "w") as archive:
                archive.writestr("a", b"")
                with pytest.warns(UserWarning, match="Duplicate name"):
                    archive.writestr("a", b"")

    monkeypatch.setattr(build_addon, "_run_tool", run_tool)
    with pytest.raises(BadInput, match=r"Name the folder of a Blender 5\.0 or later"):
        build_addon.build(LINUX, tmp_path, Path())
    assert not list(tmp_path.iterdir())


def test_engines_are_shipped_with_all_that_they_import():
    """The registry imports them by name, which no reader of imports sees."""
    names = set(build_addon.shipped_files())
    engines = {
        path.relative_to(ROOT).as_posix() for path in (ROOT / "backend/engines").glob("*.py")
    }
    assert len(engines) > 5
    assert engines <= names
    assert {"backend/models/segmenter.py", "backend/checkpoints/load.py"} <= names


def test_programs_are_shipped_with_those_that_run_them():
    """They are run by their path, which no reader of imports sees."""
    names = set(build_addon.shipped_files())
    assert {"backend/images/unwrap_child.py", "backend/machine/supervised.py"} <= names


def test_versions_agree():
    manifest = tomllib.loads((ROOT / "blender_manifest.toml").read_text(encoding="utf-8"))
    assert manifest["version"] == __version__
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert project["project"]["version"] == __version__


def test_bundled_wheels_are_the_tested_versions():
    lock = "".join((ROOT / name).read_text(encoding="utf-8") for name in build_addon.LOCKS)
    for target, wheels in build_addon.locked_wheels().items():
        assert [wheel.name for wheel in wheels] == [
            name
            for name in sorted((*build_addon.LIBRARIES, *build_addon.TOOLS))
            if name not in build_addon.WITHOUT.get(target.python, ())
        ]
        for wheel in wheels:
            assert f"\n{wheel.name}=={wheel.version} " in f"\n{lock}"
            assert f"sha256:{wheel.sha256}" in lock


@pytest.mark.parametrize("target", TARGETS, ids=str)
def test_locked_wheels_fit_system_and_python_and_the_limit(target):
    wheels = build_addon.locked_wheels()[target]
    python = target.python.replace(".", "")
    for wheel in wheels:
        tags = wheel.file.removesuffix(".whl").split("-")[2:]
        assert tags[0] in (f"cp{python}", "py3") or tags[1] == "abi3"
        system = {"linux-x64": "manylinux_2_", "windows-x64": "win_amd64", "macos-arm64": "macosx"}
        assert system[target.platform] in tags[2] or tags[2] == "any"
    assert sum(wheel.size for wheel in wheels) < build_addon.LARGEST - 2_000_000


def test_lock_names_no_host():
    text = (ROOT / "wheels/lock.json").read_text(encoding="utf-8")
    assert "//" not in text
    assert {key for entry in json.loads(text) for key in entry} == {"platform", "python", "wheels"}


@pytest.mark.parametrize(
    ("python", "first", "end"), [("3.11", "4.5.0", "5.1.0"), ("3.13", "5.1.0", None)]
)
def test_manifest_of_a_package_names_its_blenders(tmp_path, python, first, end):
    (tmp_path / "wheels").mkdir()
    (tmp_path / "wheels/a-1-py3-none-any.whl").touch()
    (tmp_path / "a.py").touch()
    found = tomllib.loads(build_addon.manifest(Target("macos-arm64", python), tmp_path))
    assert found["blender_version_min"] == first
    assert found.get("blender_version_max") == end
    assert found["platforms"] == ["macos-arm64"]
    assert found["wheels"] == ["./wheels/a-1-py3-none-any.whl"]
    assert found["build"]["paths"] == ["a.py"]
    assert found["permissions"].keys() == {"files", "network"}


def test_damaged_wheels_are_fetched_again_and_whole_ones_kept(tmp_path, monkeypatch):
    good = b"whole"
    wheel = Wheel("a", "1", "a.whl", hashlib.sha256(good).hexdigest(), len(good))
    (tmp_path / "a.whl").write_bytes(b"brokn")
    asked = []

    def download(target, needs, folder):
        asked.extend(needs)
        (folder / "a.whl").write_bytes(good)

    monkeypatch.setattr(build_addon, "download", download)
    for _ in range(2):
        build_addon.fetch(LINUX, [wheel], tmp_path)
    assert (tmp_path / "a.whl").read_bytes() == good
    assert asked == [f"a==1 --hash=sha256:{wheel.sha256}"]
    other = dataclasses.replace(wheel, sha256="0" * 64)
    with pytest.raises(BadInput, match="not the file that the lock names"):
        build_addon.fetch(LINUX, [other], tmp_path)


@pytest.mark.parametrize(
    ("said", "hint"),
    [
        ("ERROR: THESE PACKAGES DO NOT MATCH THE HASHES", "differs from the one that was locked"),
        ("ERROR: No matching distribution found for a==1", "index has no such wheel"),
        ("WARNING: Retrying\nERROR: No matching distribution found for a==1", "Check the network"),
        ("/usr/bin/python: No module named pip", "a Python that has pip"),
    ],
)
def test_what_pip_cannot_do_is_said_in_a_sentence(said, hint, tmp_path, monkeypatch):
    failed = subprocess.CompletedProcess([], 1, "", said)
    monkeypatch.setattr(build_addon.subprocess, "run", lambda *_, **__: failed)
    with pytest.raises(BadInput, match=hint) as caught:
        build_addon.download(LINUX, ["a==1"], tmp_path)
    assert "linux-x64 with Python 3.11" in str(caught.value)


def test_without_a_blender_the_message_says_what_to_do(tmp_path, monkeypatch, capsys):
    assert build_addon.main(["--blender", str(tmp_path), "-o", str(tmp_path)]) == 2
    assert "name the folder of a Blender 5.0 or later" in capsys.readouterr().err
    monkeypatch.setattr(build_addon, "ROOT", tmp_path)
    monkeypatch.setattr(build_addon.shutil, "which", lambda _: None)
    with pytest.raises(BadInput, match=r"There is no Blender\. Run make zip"):
        build_addon.find_tool()


@pytest.mark.parametrize(
    ("blender", "scripts"),
    [
        ("blender-4.5/blender", "blender-4.5/4.5"),
        ("Blender.app/Contents/MacOS/Blender", "Blender.app/Contents/Resources/5.0"),
        ("usr/bin/blender", "usr/share/blender"),
    ],
)
def test_blenders_tool_is_found_from_its_program(tmp_path, blender, scripts):
    tool = tmp_path / scripts / "scripts/addons_core/bl_pkg/cli/blender_ext.py"
    for path in (tmp_path / blender, tool):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    assert build_addon.find_tool(tmp_path / blender) == tool.resolve()


def test_a_library_that_needs_an_unbundled_one_is_refused(tmp_path):
    path = tmp_path / "a_b-1.0-py3-none-any.whl"
    for needs, refused in (("numpy>=1.21", ""), ("pytest ; extra == 'test'", ""), ("six", "six")):
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("a_b-1.0.dist-info/METADATA", f"Name: a-b\nRequires-Dist: {needs}\n")
        if refused:
            with pytest.raises(BadInput, match="needs six"):
                build_addon._describe(path)
        else:
            assert build_addon._describe(path).name == "a-b"
