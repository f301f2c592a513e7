# SPDX-License-Identifier: GPL-3.0-or-later
"""The command line: what it writes, what it refuses, and in which words."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from backend.__main__ import main
from backend.contract.errors import WeightsMissing
from backend.contract.tree import MergeTree
from tests.backend.mesh_files import QUICK, same_stems, save, save_small
from tests.bad_meshes import CORPUS, BadMesh, lathe

USABLE = [name for name, make in CORPUS.items() if make().usable]
UNUSABLE = [name for name in CORPUS if name not in USABLE]


def shell(checkout, *arguments, **options):
    options.setdefault("timeout", 120)
    return subprocess.run(
        [sys.executable, "-m", "backend", *map(str, arguments)],
        cwd=checkout,
        capture_output=True,
        **options,
    )


def check_tree(children, height, patches):
    assert children.shape == (patches - 1, 2)
    assert children.dtype == np.int32
    assert height.shape == (patches - 1,)
    assert height.dtype == np.float32
    assert (np.diff(height) >= 0).all()
    assert (children < patches + np.arange(patches - 1)[:, None]).all(), "made of later nodes"
    assert sorted(children.ravel()) == list(range(2 * patches - 2)), "each node has one parent"


@pytest.mark.parametrize("name", USABLE)
def test_bad_but_usable_meshes_are_segmented(name, tmp_path):
    mesh = CORPUS[name]()
    source = save(tmp_path / "mesh.npz", mesh)
    assert main(["segment", str(source), "-o", str(tmp_path / "out"), "--quiet"]) == 0
    with np.load(tmp_path / "out/mesh.npz", allow_pickle=False) as found:
        assert set(found.files) == {"labels", "patch", "tree_children", "tree_height", "engine"}
        assert found["labels"].dtype == found["patch"].dtype == np.int32
        assert found["labels"].shape == found["patch"].shape == (len(mesh.faces),)
        parts, patches = found["labels"].max() + 1, found["patch"].max() + 1
        assert set(found["labels"]) == set(range(parts))
        assert set(found["patch"]) == set(range(patches))
        assert str(found["engine"]) == "learned"
        check_tree(found["tree_children"], found["tree_height"], patches)
        tree = MergeTree(found["tree_children"], found["tree_height"])
        cut = tree.cut(int(found["labels"].max()) + 1)
        np.testing.assert_array_equal(found["labels"], cut[found["patch"]])


@pytest.mark.parametrize("name", UNUSABLE)
@pytest.mark.parametrize("command", ["segment", "decompose"])
def test_unusable_meshes_are_refused_with_a_sentence(name, command, tmp_path, capsys):
    source = save(tmp_path / "mesh.npz", CORPUS[name]())
    out = tmp_path / "out"
    assert main([command, str(source), "-o", str(out)]) == 2
    last = capsys.readouterr().err.strip().splitlines()[-1]
    assert last.endswith(".")
    assert len(last.split()) >= 6, "a sentence that says what is wrong and what to do"
    assert "Traceback" not in last
    assert list(out.iterdir()) == []


def test_parts_above_the_possible_names_the_maximum(tmp_path, capsys):
    source, out = save_small(tmp_path / "mesh.npz"), tmp_path / "out"
    arguments = ["segment", str(source), "-o", str(out)]
    main([*arguments, "--json"])
    most = json.loads(capsys.readouterr().out)["results"][0]["patches"]
    assert main([*arguments, "--parts", str(most + 1)]) == 2
    assert str(most) in capsys.readouterr().err.splitlines()[-1]
    assert main([*arguments, "--parts", str(most)]) == 0
    with np.load(out / "mesh.npz") as found:
        assert found["labels"].max() + 1 == most


@pytest.mark.parametrize("parts", [1, 2, 3, 7, 50])
def test_parts_gives_exactly_so_many(parts, mesh_file, tmp_path):
    assert main(["segment", str(mesh_file), "-o", str(tmp_path), "--parts", str(parts)]) == 0
    with np.load(tmp_path / "waist.npz") as found:
        assert list(np.unique(found["labels"])) == list(range(parts))


def test_parts_below_the_number_of_islands(tmp_path):
    source = save(tmp_path / "mesh.npz", CORPUS["interpenetrating_shells"]())
    assert main(["segment", str(source), "-o", str(tmp_path / "out"), "--parts", "2"]) == 0
    with np.load(tmp_path / "out/mesh.npz") as found:
        assert found["labels"].max() == 1


def test_granularity_goes_from_one_part_to_every_patch(tmp_path):
    source, out = save_small(tmp_path / "mesh.npz"), tmp_path / "out"
    counts = []
    for value in ("0", "0.25", "0.75", "1"):
        main(["segment", str(source), "-o", str(out), "--granularity", value, *QUICK])
        with np.load(out / "mesh.npz") as found:
            counts.append(int(found["labels"].max()) + 1)
            patches = int(found["patch"].max()) + 1
    assert counts == sorted(counts)
    assert counts[0] == 1
    assert counts[-1] == patches


def test_a_bad_file_among_many_does_not_stop_the_others(tmp_path, capsys):
    good, after = save_small(tmp_path / "good.npz"), save_small(tmp_path / "after.npz")
    bad = tmp_path / "bad.obj"
    bad.write_text("this is no mesh")
    missing = tmp_path / "missing.glb"
    out = tmp_path / "out"
    inputs = map(str, (good, bad, missing, after))
    assert main(["segment", *inputs, "-o", str(out), *QUICK]) == 2
    assert sorted(path.name for path in out.iterdir()) == ["after.npz", "good.npz"]
    said = capsys.readouterr()
    assert "bad.obj" in said.err
    assert "missing.glb" in said.err
    assert said.err.splitlines()[-1] == "2 of 4 inputs failed. Wrote 2 outputs."
    assert len(said.out.splitlines()) == 2


def test_json_is_one_document(tmp_path, capsys):
    good, missing = save(tmp_path / "good.npz"), tmp_path / "missing.glb"
    out = tmp_path / "out"
    assert main(["segment", str(good), str(missing), "-o", str(out), "--json", "-q"]) == 2
    document = json.loads(capsys.readouterr().out)
    (row,), (error,) = document["results"], document["errors"]
    assert row["input"] == str(good)
    assert row["output"] == str(out / "good.npz")
    assert (row["engine"], row["variant"]) == ("learned", 0)
    assert "notice" not in row
    assert row["faces"] == 512
    assert 1 <= row["parts"] <= row["patches"]
    assert error["input"] == str(missing)
    assert error["code"] == "BAD_INPUT"
    assert error["message"]


@pytest.mark.parametrize("command", ["segment", "decompose"])
def test_the_engine_that_is_asked_for_runs(command, tmp_path, capsys):
    source = save_small(tmp_path / "mesh.npz")
    arguments = [command, str(source), "-o", str(tmp_path / "out"), "--engine", "geometric"]
    assert main([*arguments, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["results"][0]["engine"] == "geometric"
    assert main([*arguments, "--variant", "2"]) == 0
    assert "engine geometric, variant 2, " in capsys.readouterr().out


def test_variants_of_a_mesh_differ(checkout, tmp_path):
    fox = str(checkout / "examples/fox.glb")
    labels = []
    for variant in ("0", "1", "1"):
        assert main(["segment", fox, "-o", str(tmp_path), "-q", "--variant", variant]) == 0
        with np.load(tmp_path / "fox.npz") as found:
            labels.append(found["labels"])
    assert not np.array_equal(labels[0], labels[1])
    np.testing.assert_array_equal(labels[1], labels[2])


@pytest.fixture
def no_segmenter(monkeypatch):
    """The learned engine finds no weights."""

    def missing(_path):
        raise WeightsMissing("The weights of the learned engine are missing.", "Install again.")

    monkeypatch.setattr("backend.engines.learned.read_segmenter", missing)


@pytest.mark.parametrize("command", ["segment", "decompose"])
def test_a_fallback_is_told_once(command, no_segmenter, tmp_path, capsys):
    sources = [str(save_small(tmp_path / f"{name}.npz")) for name in ("one", "two")]
    assert main([command, *sources, "-o", str(tmp_path / "out"), "-q", "--json"]) == 0
    said = capsys.readouterr()
    assert len(said.err.splitlines()) == 1
    for row in json.loads(said.out)["results"]:
        assert row["engine"] == "geometric"
        assert row["notice"] == said.err.strip()
    assert "weights of the learned engine are missing" in said.err


def test_an_engine_that_cannot_run_is_not_replaced(no_segmenter, mesh_file, tmp_path, capsys):
    arguments = ["segment", str(mesh_file), "-o", str(tmp_path / "out"), "--engine", "learned"]
    assert main(arguments) == 2
    assert "weights of the learned engine are missing" in capsys.readouterr().err.splitlines()[-1]


def test_equal_stems_get_names_of_their_own(tmp_path, capsys):
    inputs, out = same_stems(tmp_path), tmp_path / "out"
    for _ in range(2):  # the same names again
        assert main(["segment", *inputs, "-o", str(out), "--json", "--engine", "geometric"]) == 0
        rows = json.loads(capsys.readouterr().out)["results"]
        wanted = {"chair.npz": "chair.npz", "chair.obj": "chair.obj.npz", "table.npz": "table.npz",
                  "CHAIR.npz": "old-CHAIR.npz"}  # fmt: skip
        found = {Path(row["input"]).name: Path(row["output"]).name for row in rows}
        assert found == wanted
        assert {path.name for path in out.iterdir()} == set(wanted.values())
        renamed = [row for row in rows if row["warnings"]]
        assert len(renamed) == 2
        assert "another input is called chair as well" in renamed[0]["warnings"][0]


def test_an_output_never_replaces_another_input(tmp_path, capsys):
    save(tmp_path / "a.npz")
    (tmp_path / "a.off").write_text("OFF\n3 1 0\n0 0 0\n1 0 0\n0 1 0\n3 0 1 2\n")
    before = (tmp_path / "a.npz").read_bytes()
    inputs = [str(tmp_path / name) for name in ("a.off", "a.npz")]
    assert main(["segment", *inputs, "-o", str(tmp_path)]) == 2
    assert f"the input {tmp_path / 'a.npz'}" in capsys.readouterr().err.splitlines()[-1]
    assert (tmp_path / "a.npz").read_bytes() == before


def test_an_output_never_replaces_its_input(tmp_path, capsys):
    source = save(tmp_path / "mesh.npz")
    before = source.read_bytes()
    assert main(["segment", str(source), "-o", str(tmp_path)]) == 2
    assert "its own input" in capsys.readouterr().err
    assert source.read_bytes() == before


def test_folders_patterns_and_the_same_file_twice(tmp_path, monkeypatch, capsys):
    (tmp_path / "in").mkdir()
    one, _two = save_small(tmp_path / "in/one.npz"), save_small(tmp_path / "in/two.npz")
    (tmp_path / "in/notes.txt").write_text("not a mesh")
    monkeypatch.chdir(tmp_path)
    for inputs in (["in"], ["in/*.npz"], ["in", "in/one.npz", str(one)]):
        assert main(["segment", *inputs, "-o", "out", "--json", *QUICK]) == 0
        assert len(json.loads(capsys.readouterr().out)["results"]) == 2
        shutil.rmtree("out")


def test_skip_existing(tmp_path, capsys):
    source, out = save_small(tmp_path / "mesh.npz"), tmp_path / "out"
    out.mkdir()
    (out / "mesh.npz").write_bytes(b"kept")
    arguments = ["segment", str(source), "-o", str(out), *QUICK]
    assert main([*arguments, "--skip-existing"]) == 0
    assert (out / "mesh.npz").read_bytes() == b"kept"
    assert "skipped" in capsys.readouterr().out
    assert main(arguments) == 0
    assert (out / "mesh.npz").read_bytes() != b"kept"


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("nothing.npz", b""),
        ("short.glb", b"glTF\x02\x00\x00\x00"),
        ("noise.glb", bytes(range(256)) * 8),
        ("noise.ply", bytes(range(256)) * 8),
        ("noise.stl", bytes(range(256)) * 8),
        ("noise.off", b"OFF\n3 1 0\n0 0 0\n"),
        ("text.gltf", b"{}"),
        ("photo.xyz", b"0 0 0"),
    ],
)
def test_files_that_are_no_meshes(name, content, tmp_path, capsys):
    (tmp_path / name).write_bytes(content)
    assert main(["segment", str(tmp_path / name), "-o", str(tmp_path / "out")]) == 2
    said = capsys.readouterr().err.splitlines()[-1]
    assert name in said
    assert "Traceback" not in said


def test_a_folder_without_meshes(tmp_path, capsys):
    (tmp_path / "in").mkdir()
    assert main(["segment", str(tmp_path / "in"), "-o", str(tmp_path / "out")]) == 2
    assert str(tmp_path / "in") in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_an_output_that_cannot_be_written(mesh_file, tmp_path, capsys):
    (tmp_path / "file").write_text("in the way")
    assert main(["segment", str(mesh_file), "-o", str(tmp_path / "file")]) == 2
    assert main(["segment", str(mesh_file), "-o", str(tmp_path / "file/below")]) == 2
    (tmp_path / "out/waist.npz").mkdir(parents=True)
    assert main(["segment", str(mesh_file), "-o", str(tmp_path / "out")]) == 2
    assert "Traceback" not in capsys.readouterr().err


def test_unicode_and_very_long_paths(tmp_path):
    folder = tmp_path / "стул 椅子 🪑" / ("a" * 200) / ("b" * 200)
    folder.mkdir(parents=True)
    source = save(folder / "ünïcödé.npz")
    out = folder / "ergebnis"
    assert main(["segment", str(source), "-o", str(out)]) == 0
    assert (out / "ünïcödé.npz").exists()


def test_several_processes_give_the_same_files(tmp_path, checkout):
    for name in ("one", "two", "three"):
        save_small(tmp_path / f"{name}.npz")
    (tmp_path / "bad.off").write_text("no")
    for jobs in ("1", "2"):
        out = str(tmp_path / f"out{jobs}")
        assert shell(checkout, "segment", tmp_path, "-o", out, "--jobs", jobs).returncode == 2
    first = {path.name: path.read_bytes() for path in (tmp_path / "out1").iterdir()}
    second = {path.name: path.read_bytes() for path in (tmp_path / "out2").iterdir()}
    assert first == second
    assert len(first) == 3


def test_the_same_bytes_whatever_the_threads_and_hashes(mesh_file, tmp_path, checkout):
    written = []
    libraries = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
    for threads, hashes in (("1", "0"), ("4", "77")):
        settings = {
            **os.environ,
            "PYTHONHASHSEED": hashes,
            **dict.fromkeys(libraries, threads),
        }
        out = tmp_path / threads
        for command in ("segment", "decompose"):
            done = shell(checkout, command, mesh_file, "-o", out, env=settings)
            assert done.returncode == 0, done.stderr.decode()
        written.append([(out / name).read_bytes() for name in ("waist.npz", "waist.glb")])
    assert written[0] == written[1]


def test_version_imports_nothing_heavy(checkout):
    done = shell(checkout, "--version")
    assert done.stdout.decode().startswith("partwise ")
    loaded = (
        "import sys, backend.__main__ as m; m.main(['--version']); "
        "print([n for n in ('numpy', 'scipy', 'trimesh', 'PIL', 'torch') if n in sys.modules])"
    )
    run = subprocess.run([sys.executable, "-c", loaded], cwd=checkout, capture_output=True)
    assert run.stdout.decode().splitlines()[-1] == "[]"


def test_a_closed_pipe_is_no_error(mesh_file, tmp_path, checkout):
    command = f"{sys.executable} -m backend segment {mesh_file} -o {tmp_path}"
    code = f"{command} | true; exit ${{PIPESTATUS[0]}}"
    done = subprocess.run(["bash", "-c", code], cwd=checkout, capture_output=True)
    assert done.returncode == 0
    assert b"Broken" not in done.stderr
    assert b"Traceback" not in done.stderr
    assert (tmp_path / "waist.npz").exists()


def test_names_that_the_locale_cannot_write(tmp_path, checkout):
    source = save(tmp_path / "стул.npz")
    settings = {**os.environ, "LC_ALL": "C", "PYTHONIOENCODING": "cp1252"}
    done = shell(checkout, "segment", source, "-o", tmp_path / "out", env=settings)
    assert done.returncode == 0, done.stderr
    assert "стул" in done.stdout.decode("utf-8")


SMALL_DISK = ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c"]


@pytest.mark.parametrize("command", ["segment", "decompose"])
def test_a_full_disk(command, tmp_path, checkout):
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = f'mount -t tmpfs -o size=4k none "{disk}"'
    if not shutil.which("unshare") or subprocess.run([*SMALL_DISK, mount]).returncode:
        pytest.skip("this system lets nobody mount a small disk")
    source = save(tmp_path / "mesh.npz", BadMesh(*lathe(60, 60)))
    work = f'{sys.executable} -m backend {command} "{source}" -o "{disk}"'
    script = f'{mount} && {{ {work}; echo $?; find "{disk}" -type f; }}'
    done = subprocess.run([*SMALL_DISK, script], cwd=checkout, capture_output=True, text=True)
    assert "full" in done.stderr.splitlines()[-1]
    assert done.stdout.split() == ["2"], "exit status 2 and no file left"


@pytest.mark.skipif(os.name == "nt", reason="needs POSIX signals")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_stop_leaves_no_partial_file(number, tmp_path, checkout):
    vertices, faces = lathe(900, 700)  # some seconds of work
    np.savez(tmp_path / "big.npz", vertices=vertices, faces=faces)
    out = tmp_path / "out"
    process = subprocess.Popen(
        [sys.executable, "-m", "backend", "segment", str(tmp_path / "big.npz"), "-o", str(out)],
        cwd=checkout,
        stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        # Tests that run in the background of a shell are born deaf to Ctrl-C, and so would this be.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    assert process.stderr is not None
    process.stderr.readline()  # the work has begun
    time.sleep(0.3)
    process.send_signal(number)
    said = process.communicate(timeout=60)[1].decode()
    assert process.returncode == 130, said
    assert said.splitlines()[-1].startswith("Stopped")
    assert "Traceback" not in said
    assert list(out.iterdir()) == []
