# SPDX-License-Identifier: GPL-3.0-or-later
"""Which engines there are, which is chosen, and that a new one is one file."""

from __future__ import annotations

import ast
import re
import shutil
import subprocess
import sys
import textwrap
from pathlib import Path

import numpy as np
import pytest
import trimesh

from backend import engines
from backend.__main__ import main
from backend.checkpoints import catalogue
from backend.checkpoints.catalogue import WeightsCorrupt, WeightsMissing
from backend.contract.engines import About, declared
from backend.contract.errors import BadInput, OutOfMemory
from backend.contract.options import FIELDS, OPTIONS
from backend.engines import learned, registry
from backend.engines.base import METHODS
from backend.pipelines.complete import HOW
from backend.pipelines.segment import analyse, click, labels

ROOT = Path(__file__).parents[3]
TOY = Path(__file__).with_name("toy.py")
LINE = 'ABOUT = About(name="{name}", label="A", text="b", verbs=("segment",){more})\n'


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder whose files are engines as well."""
    monkeypatch.setattr(engines, "__path__", [*engines.__path__, str(tmp_path)])
    monkeypatch.setattr(registry, "FOLDERS", engines.__path__)
    yield tmp_path
    for name in [f"backend.engines.{path.stem}" for path in tmp_path.glob("*.py")]:
        sys.modules.pop(name, None)


@pytest.fixture
def toy(folder):
    shutil.copy(TOY, folder)


@pytest.fixture
def bone():
    """Two balls and a neck, along the first axis: vertices and faces."""
    ball = trimesh.creation.icosphere(subdivisions=4)
    vertices = np.array(ball.vertices)
    vertices[:, 0] *= 1.2
    vertices[:, 1:] *= 0.15 + np.abs(vertices[:, :1])
    return vertices, np.array(ball.faces)


def no_weights(_path):
    raise WeightsMissing("The weights of the learned engine are missing.", "Install again.")


# What is there.


def test_each_engine_answers_the_verbs_that_it_names():
    for about in registry.engines():
        if registry.obstacle(about) is not None:
            assert not about.bundled  # tried with tiny weights in its own tests
            continue
        engine = registry.load(about)
        assert all(callable(getattr(engine, METHODS[verb])) for verb in about.verbs)


def test_an_engine_that_lacks_what_it_claims_is_found_out(folder):
    text = LINE.format(name="vain", more="")
    (folder / "vain.py").write_text(
        f"from backend.contract.engines import About\n{text}load = object\n"
    )
    with pytest.raises(TypeError, match="vain engine has no look to segment with"):
        registry.choose("vain")


def test_nothing_but_its_file_names_an_engine():
    """Not the pipelines, the commands, the service, evaluation, nor the add-on.

    What is hidden is spoken of everywhere: of that engine only imports would tell. The list of
    public models names those that engines are made for, and the measures of the part generator
    are of one engine beside others.
    """
    engines = {about.name for about in declared()}
    names = engines - set(HOW)
    assert len(names) >= 2
    files = [*(ROOT / "backend").rglob("*.py"), *(ROOT / "blender_addon").rglob("*.py")]
    rooms = {ROOT / "backend" / room for room in ("engines", "training", "training/generator")}
    naming = {ROOT / "backend/checkpoints/public.py"}
    naming |= set((ROOT / "backend/evaluation").glob("generator_*.py"))
    for path in [path for path in files if path.parent not in rooms and path not in naming]:
        text = path.read_text(encoding="utf-8")
        if not any(name in text.lower() for name in engines):
            continue
        nodes = list(ast.walk(ast.parse(text)))
        prose = {id(node.value) for node in nodes if isinstance(node, ast.Expr)}  # docstrings
        for node in nodes:
            is_text = isinstance(node, ast.Constant) and isinstance(node.value, str)
            if is_text and id(node) not in prose:
                found = names & set(re.findall(r"[a-z]+", node.value.lower()))
                assert not found, f"{path.relative_to(ROOT)}:{node.lineno} names an engine"
            if isinstance(node, ast.ImportFrom):
                modules = {*(node.module or "").split("."), *(each.name for each in node.names)}
                assert not ("engines" in modules and engines & modules), path.relative_to(ROOT)


def test_the_registry_loads_no_engine_and_nothing_slow():
    code = (
        "import sys; from backend.engines import registry; registry.engines(); registry.told(); "
        "print([n for n in sys.modules if n in ('numpy', 'scipy', 'torch', 'safetensors') "
        "or n.startswith('backend.engines.')])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "['backend.engines.costs', 'backend.engines.registry']"


# What keeps an engine from running.


def about(**needs) -> About:
    return About("one", "One", "A text", ("segment",), **needs)


def test_what_an_engine_needs_is_told_before_it_is_loaded(monkeypatch):
    assert registry.obstacle(about(weights=("merging",))) is None
    missing = registry.obstacle(about(weights=("merging", "huge")))
    assert isinstance(missing, WeightsMissing)
    assert str(missing) == "The weights of the one engine are missing. Install Partwise again."
    missing = registry.obstacle(about(weights=("merging", "huge"), bundled=False))
    assert missing.hint == "Get them first (in a shell: models download huge)."
    monkeypatch.setattr(registry, "find_spec", lambda name: None)
    both = registry.obstacle(about(weights=("huge",), torch=True, bundled=False))
    assert "weights of the one engine are missing. It also needs PyTorch" in both.message
    assert "needs PyTorch" in str(registry.obstacle(about(torch=True)))
    monkeypatch.setattr(registry.cpu, "memory", lambda: 8_000_000_000)
    small = registry.obstacle(about(memory=24_000_000_000))
    assert isinstance(small, OutOfMemory)
    assert "needs 24.0 GB of memory; this machine has 8.0 GB" in small.message
    monkeypatch.setattr(registry.cpu, "memory", lambda: None)
    assert registry.obstacle(about(memory=24_000_000_000)) is None


def test_what_can_be_got_is_told_by_its_names(monkeypatch):
    monkeypatch.setattr(registry, "find_spec", lambda name: None)
    told = {engine.name: engine for engine in registry.told()}
    for one in registry.engines():
        if one.torch:
            assert told[one.name].needs == ("torch", *one.weights)
            assert told[one.name].why.count(".") == 2, "the advice for a shell is left out"
            assert "on a graphics card" in told[one.name].cost
        else:
            assert (told[one.name].needs, told[one.name].cost) == ((), "")


# What a person may set.


class Tunable:
    def __init__(self, options=None):
        self.options = options

    def tuned(self, options):
        return Tunable(options)


@pytest.mark.parametrize("strict", [True, False])
def test_an_engine_is_tuned_by_the_options_that_it_takes(strict):
    one = about(options=("quality", "seed"))
    chosen = registry.tuned(registry.Chosen(one, Tunable()), {"quality": "fine"}, strict=strict)
    assert (chosen.engine.options, chosen.notice) == ({"quality": "fine"}, "")


def test_an_option_that_it_does_not_take_is_refused_or_passed_over_in_words():
    one, given = about(options=("quality", "seed")), {"quality": "draft", "strength_words": 0.5}
    chosen = registry.Chosen(one, Tunable(), "So it is.")
    with pytest.raises(BadInput, match="no option “strength_words” of the one engine"):
        registry.tuned(chosen, given, strict=True)
    passed = registry.tuned(chosen, given, strict=False)
    assert passed.engine.options == {"quality": "draft"}
    assert passed.notice == "So it is. The one engine has no setting “Words”; it was passed over."
    with pytest.raises(BadInput, match="no option “seed”"):  # which requests have beside them
        registry.tuned(chosen, {"seed": 3}, strict=True)


def test_options_are_checked_before_anything_is_loaded():
    with pytest.raises(BadInput, match="“quality” cannot be “best”"):
        registry.choose("no such", "complete", {"quality": "best"})


def test_options_of_engines_are_known():
    own = {"kinds", "order", "thickness", "back", "rectangle", "symmetric", "limbs", "faces"}
    own |= {"stretch"}
    for one in registry.engines():
        assert set(one.options) <= {*OPTIONS, *FIELDS, *own}
        if set(one.options) & set(OPTIONS) and registry.obstacle(one) is None:
            assert hasattr(registry.load(one), "tuned")


def test_a_file_of_weights_that_is_gone_is_told(tmp_path, monkeypatch):
    shutil.copy(catalogue.WEIGHTS / catalogue.CHECKSUMS, tmp_path)
    monkeypatch.setattr(catalogue.bundled, "__defaults__", (tmp_path,))
    weighty = {about.name for about in registry.engines() if about.weights}
    assert weighty
    for engine in registry.told():
        assert ("are missing" in engine.why) == (engine.name in weighty)
        assert engine.available == (engine.name not in weighty)
    (tmp_path / catalogue.CHECKSUMS).write_text("no list")
    assert registry.obstacle(about()) is None
    assert isinstance(registry.obstacle(about(weights=("merging",))), WeightsCorrupt)


def test_an_unknown_name_is_refused_with_the_known_ones(toy):
    with pytest.raises(BadInput, match="no engine named “psychic”") as caught:
        registry.choose("psychic")
    assert caught.value.hint == "Use “auto” or “learned” or “geometric” or “toy”."
    with pytest.raises(BadInput, match="The toy engine cannot complete") as caught:
        registry.choose("toy", "complete")
    assert caught.value.hint == "Use “auto” or “hidden” or “flow” or “holopart”."
    with pytest.raises(BadInput, match="The toy engine cannot fly") as caught:
        registry.choose("toy", "fly")
    assert caught.value.hint == "No engine of this version can."


# Which one is chosen.


def test_the_first_that_can_run_is_chosen():
    chosen = registry.choose()
    assert (chosen.about.name, chosen.notice) == ("learned", "")


@pytest.mark.parametrize("reader", ["learned.read_segmenter", "scores.read_learned_scores"])
def test_without_its_weights_the_next_engine_runs_and_says_so(reader, monkeypatch, bone):
    monkeypatch.setattr(f"backend.engines.{reader}", no_weights)
    found = analyse(*bone)
    assert found.engine == "geometric"
    assert found.notice == (
        "The weights of the learned engine are missing. The geometric engine was used instead."
    )
    assert analyse(*bone, engine="geometric").notice == ""
    with pytest.raises(WeightsMissing):
        analyse(*bone, engine="learned")


def test_damaged_weights_are_told_before_the_work(monkeypatch, tmp_path):
    path = tmp_path / "segmenter.safetensors"
    path.write_bytes(b"x" * 100)
    monkeypatch.setattr(learned, "CHECKPOINT", path)
    chosen = registry.choose()
    assert chosen.about.name == "geometric"
    assert chosen.notice.startswith("The weights of the learned engine are damaged.")


def test_when_none_can_run_the_reason_is_told(monkeypatch):
    monkeypatch.setattr("backend.engines.learned.read_segmenter", no_weights)
    monkeypatch.setattr("backend.engines.scores.read_geometric_scores", no_weights)
    with pytest.raises(WeightsMissing):
        registry.choose()


def test_what_does_not_come_with_partwise_is_passed_without_a_word(folder):
    more = ', rank=1, weights=("huge",), bundled=False'
    (folder / "large.py").write_text(LINE.format(name="large", more=more))
    assert registry.engines()[0].name == "large"
    chosen = registry.choose()
    assert (chosen.about.name, chosen.notice) == ("learned", "")
    with pytest.raises(WeightsMissing, match="models download huge"):
        registry.choose("large")


def test_an_engine_that_lacks_a_library_is_passed_and_told(folder):
    text = "import no_such_library\n" + LINE.format(name="large", more=", rank=1")
    (folder / "large.py").write_text(text)
    chosen = registry.choose()
    assert chosen.about.name == "learned"
    assert chosen.notice.startswith("The large engine lacks a library (no_such_library).")
    with pytest.raises(BadInput, match="lacks a library"):
        registry.choose("large")


# A new engine is one file.


def test_a_new_engine_segments_and_answers_clicks(toy, bone):
    vertices, faces = bone
    found = analyse(vertices, faces, engine="toy")
    assert (found.engine, found.notice) == ("toy", "")
    halves = labels(found, parts=2)
    right = vertices[faces].mean(axis=1)[:, 0] > 0
    assert max((halves == right).mean(), (halves != right).mean()) > 0.97
    answer = click(found, np.array([[1.2, 0.0, 0.0]]), np.array([1]))
    assert (answer.mask == right).mean() > 0.97
    assert answer.score == pytest.approx(0.8)


def test_auto_does_not_take_an_engine_without_a_rank(toy):
    assert registry.choose().about.name == "learned"
    assert "toy" in registry.names("segment")


def test_the_command_line_knows_a_new_engine(toy, bone, tmp_path, capsys):
    source = tmp_path / "bone.npz"
    np.savez(source, vertices=bone[0], faces=bone[1])
    assert main(["segment", str(source), "-o", str(tmp_path / "out"), "--engine", "toy"]) == 0
    assert "engine toy" in capsys.readouterr().out
    with np.load(tmp_path / "out/bone.npz") as found:
        assert str(found["engine"]) == "toy"
    assert main(["segment", "--help"]) == 0
    assert "learned, geometric, toy, or auto" in " ".join(capsys.readouterr().out.split())


@pytest.fixture
def of_engines_alone(monkeypatch):
    """The doctor looks at nothing else."""
    for name in ("_memory", "_libraries", "_weights"):
        monkeypatch.setattr(f"backend.commands.doctor.{name}", lambda: "")


def test_doctor_checks_a_new_engine(toy, of_engines_alone, capsys):
    assert main(["doctor"]) == 0
    assert "ok   toy engine: runs on NumPy with 0.0 MB of weights; a mesh of 1280" in (
        capsys.readouterr().out
    )


def test_doctor_says_of_an_engine_that_is_not_set_up_why(folder, of_engines_alone, capsys):
    more = ', weights=("huge",), bundled=False'
    (folder / "large.py").write_text(LINE.format(name="large", more=more))
    main(["doctor"])
    said = capsys.readouterr().out
    assert "ok   large engine: not used: The weights of the large engine are missing." in said


def test_the_engines_process_tells_of_a_new_engine_and_uses_it(tmp_path, bone):
    from backend.contract.protocol import read_message, write_message
    from backend.contract.requests import Click, OpenMesh, Segment

    shutil.copy(TOY, tmp_path)
    code = f"""
        from backend import engines
        engines.__path__.append({str(tmp_path)!r})
        from backend.service.server import serve
        serve()
    """
    child = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(code)],
        cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        bufsize=0,
    )  # fmt: skip

    def ask(number, method, request):
        params, arrays = request.to_message()
        body = {"type": "request", "id": number, "method": method, "params": params}
        write_message(child.stdin, body, arrays)
        while (message := read_message(child.stdout)).type == "progress":
            pass
        return message.body["params"]

    with child:
        hello = read_message(child.stdout).body
        told = [each for each in hello["engines"] if "segment" in each["verbs"]]
        assert [each["name"] for each in told] == ["learned", "geometric", "toy"]
        assert told[2] == {
            "name": "toy", "label": "Toy", "text": "Two halves of everything",
            "verbs": ["segment", "click"], "available": True, "why": "",
            "needs": [], "cost": "", "options": [], "automatic": False, "trial": False,
        }  # fmt: skip
        ask(1, "open_mesh", OpenMesh(*bone, "bone"))
        assert ask(2, "segment", Segment("bone", engine="toy"))["engine"] == "toy"
        point = np.array([[1.2, 0.0, 0.0]])
        assert ask(3, "click", Click("bone", 1, point, np.ones(1, np.int8)))["engine"] == "toy"
        child.stdin.close()
