# SPDX-License-Identifier: GPL-3.0-or-later
"""Large networks from Blender's buttons, the whole way, with tiny random weights.

The Pythons of module bpy have no torch: the engine runs on that of the engine's own tests.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import bpy
import numpy as np
import pytest
from partwise.backend.contract.requests import Ping
from partwise.blender_addon.engine import jobs
from partwise.blender_addon.engine.client import Client
from partwise.blender_addon.mesh.new import new_mesh
from partwise.blender_addon.ops import images
from partwise.blender_addon.ops.complete import PARTWISE_OT_apply_completed
from partwise.blender_addon.ops.replace import PARTWISE_OT_apply_replacement
from partwise.blender_addon.scene import drawings, engine_choice, parts, proposals
from partwise.blender_addon.ui import panels_complete, panels_images, panels_replace

from tests.backend.pipelines.replacing import post
from tests.blender.arms import make_arm, open_edges, select, tick
from tests.blender.mesh_dump import dump_scene
from tests.blender.ops.replacing import HAT, add_figure, content
from tests.blender.other_engines import asked_instead
from tests.blender.picturing import choose
from tests.blender.recording_layout import draw
from tests.blender.scene.test_drawings import L_SHAPE, pencil

ROOT = Path(__file__).resolve().parents[3]
PROGRAM = ROOT / "tests/blender/large_engine.py"
PATIENCE = 240.0  # seconds; other work may share the machine
MODELS = ("holopart", "partcrafter", "triposg", "scribble")


def python_with_torch() -> Path | None:
    """The Python of the engine's own tests, where that has torch."""
    place = ROOT / ".venv"
    found = place / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
    has_torch = any(place.glob("lib/python*/site-packages/torch/version.py"))
    return found if has_torch or (place / "Lib/site-packages/torch/version.py").is_file() else None


PYTHON = python_with_torch()
pytestmark = [
    pytest.mark.of_the_engine,  # more than of Blender, and it takes its time
    pytest.mark.skipif(
        PYTHON is None,
        reason="large networks need torch, which .venv does not have: make .venv/.dev",
    ),
]


def client_of(home: Path, *models: str) -> Client:
    return Client(lambda: [str(PYTHON), str(PROGRAM), str(home), *models])


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="module")
def large(home: Path) -> Iterator[Client]:
    """The client of an engine that has all models."""
    client = client_of(home, *MODELS)
    yield client
    client.stop()


@pytest.fixture
def engine(large: Client, no_proposal: None) -> Iterator[bpy.types.PropertyGroup]:
    """That engine is asked in the place of the real one, and has said hello; the settings."""
    with asked_instead(large):
        said_hello(large)
        yield bpy.context.scene.partwise
        proposals.discard()
        jobs.cancel()
        jobs.dismiss()


def said_hello(client: Client) -> None:
    assert client.wait(client.submit(Ping()), PATIENCE), client.log.tail()


def until(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end, jobs.engine_log()
        jobs.pump()
        time.sleep(0.01)


@pytest.fixture
def slow(home: Path) -> Iterator[Path]:
    """The networks take their time, in a Blender that has timers, which the test looks at."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(jobs, "_has_no_timers", lambda: False)
        file = home / "slow"
        file.touch()
        yield file
        file.unlink(missing_ok=True)


def shown(applies: Any) -> proposals.Proposal:
    assert jobs.current().state == "DONE", jobs.current().error
    found = proposals.current(applies)
    assert found is not None
    return found


def accepted_in_one_step() -> None:
    """Accept what was previewed after a step of undo; one brings that back, and redo the result."""
    assert bpy.ops.partwise.accept_proposal() == {"FINISHED"}
    bpy.ops.ed.undo_push(message="accepted")
    after = names()
    bpy.ops.ed.undo()
    assert names() != after
    bpy.ops.ed.redo()
    assert names() == after


def names() -> list[tuple[str, int]]:
    """All objects with their numbers of faces."""
    return [(obj.name, len(obj.data.polygons)) for obj in bpy.data.objects]


# What it says of itself.


def test_all_large_engines_are_there_and_tell_their_cost(engine):
    told = {one.name: one for one in jobs.engines()}
    for name in MODELS:
        assert told[name].available, told[name].why
        assert told[name].needs == ()
        assert "for each" in told[name].cost
        assert not told[name].automatic, "nobody gets a large network without asking for it"


# Each verb.


def test_complete(engine):
    arm = make_arm()
    tick(arm, 0, 1, 2)
    engine.complete_engine, engine.complete_quality, engine.complete_seed = "HOLOPART", "NORMAL", 3
    before = content(arm.data)
    assert bpy.ops.partwise.complete() == {"FINISHED"}
    proposal = shown(PARTWISE_OT_apply_completed)
    assert content(arm.data) == before, "a preview changes nothing"
    ((_, done),) = proposal.variant.result
    assert done.engine == "holopart"
    assert all(one["closed"] for one in done.report.values())
    assert "By the HoloPart engine" in draw(panels_complete.PARTWISE_PT_completion).texts
    assert bpy.ops.partwise.accept_proposal() == {"FINISHED"}
    select(arm)
    bpy.ops.partwise.split()
    assert all(open_edges(part.data) == 0 for part in bpy.context.selected_objects)


def test_complete_has_variants_of_further_seeds(engine):
    vertices, faces, labels = post()
    mesh = new_mesh("Post", vertices, faces)
    made = bpy.data.objects.new("Post", mesh)
    bpy.context.scene.collection.objects.link(made)
    parts.set_labels(mesh, labels.astype(np.int32))
    select(made)
    tick(made, 0, 1)
    engine.complete_engine, engine.complete_variants = "HOLOPART", 2
    assert bpy.ops.partwise.complete() == {"FINISHED"}
    proposal = shown(PARTWISE_OT_apply_completed)
    assert [variant.name for variant in proposal.variants] == ["Seed 0", "Seed 1"]
    bpy.ops.partwise.keep_variant(number=1)
    assert bpy.ops.partwise.more_variants() == {"FINISHED"}
    proposal = shown(PARTWISE_OT_apply_completed)
    assert [variant.name for variant in proposal.variants] == ["Seed 1", "Seed 2", "Seed 3"]
    for variant in proposal.variants:
        ((_, done),) = variant.result
        assert all(one["closed"] for one in done.report.values())
        assert variant.thumbnail is not None
    assert bpy.ops.partwise.accept_proposal() == {"FINISHED"}


def replaced(engine: bpy.types.PropertyGroup, words: str = "a curly hat") -> proposals.Proposal:
    engine.replace_engine = "SCRIBBLE"
    replacing = bpy.context.scene.partwise_replacing
    replacing.text, replacing.variants = words, 2
    assert bpy.ops.partwise.replace_part() == {"FINISHED"}
    return shown(PARTWISE_OT_apply_replacement)


def corners(proposal: proposals.Proposal) -> np.ndarray:
    return proposal.variants[0].ghosts[0].vertices


def test_replace(engine):
    add_figure()
    before = dump_scene()
    bpy.ops.ed.undo_push(message="before")
    proposal = replaced(engine)
    assert len(proposal.variants) == 2
    found = proposal.variant.result
    assert (found.engine, found.not_understood) == ("scribble", [])
    assert "By the TripoSG-scribble engine" in draw(panels_replace.PARTWISE_PT_replacement).texts
    accepted_in_one_step()
    bpy.ops.ed.undo()
    assert dump_scene() == before
    bpy.ops.ed.redo()
    hat = next(obj for obj in bpy.data.objects if obj.name.endswith(".Hat"))
    assert open_edges(hat.data) == 0
    assert "Fox" in bpy.data.objects, "the original is kept"


def test_regenerate_asks_for_as_many_by_the_name_of_the_part(engine):
    add_figure()
    engine.replace_engine = "SCRIBBLE"
    bpy.context.scene.partwise_replacing.variants = 2
    assert bpy.ops.partwise.regenerate_part() == {"FINISHED"}
    proposal = shown(PARTWISE_OT_apply_replacement)
    assert [variant.name for variant in proposal.variants] == ["Hat", "Hat"]


def test_strengths_and_a_drawing_of_ones_own_reach_it(engine):
    add_figure()
    plain = corners(replaced(engine))
    bpy.ops.partwise.discard_proposal()
    engine.strength_drawing = 1.0
    strong = corners(replaced(engine))
    bpy.ops.partwise.discard_proposal()
    replacing = bpy.context.scene.partwise_replacing
    replacing.drawing, replacing.drawing_object = drawings.PENCIL, pencil(L_SHAPE)
    drawn = corners(replaced(engine))
    assert not np.array_equal(plain, strong)
    assert not np.array_equal(strong, drawn)


def test_a_drawing_that_is_not_there_makes_the_button_grey(engine):
    add_figure()
    engine.replace_engine = "SCRIBBLE"
    replacing = bpy.context.scene.partwise_replacing
    replacing.text, replacing.drawing = "hat", drawings.PENCIL
    with pytest.raises(RuntimeError, match="Choose a Grease Pencil object"):
        bpy.ops.partwise.replace_part()
    replacing.drawing_object = pencil(L_SHAPE[:1])
    with pytest.raises(RuntimeError, match="Nothing of the drawing is seen"):
        bpy.ops.partwise.replace_part()
    assert jobs.current() is None
    engine.replace_engine = "AUTO"  # which takes no drawing
    assert bpy.ops.partwise.replace_part() == {"FINISHED"}


@pytest.mark.parametrize(("name", "count"), [("partcrafter", 2), ("triposg", 1)])
def test_from_images(engine, name, count):
    asked = choose()
    asked.count, engine.generate_engine, engine.generate_seed = count, name.upper(), 1
    bpy.ops.ed.undo_push(message="before")
    assert bpy.ops.partwise.make_parts() == {"FINISHED"}
    take = shown(images.PARTWISE_OT_apply_take).variant.result
    assert take.made.engine == name
    assert 1 <= take.count <= count
    assert all(one["closed"] for one in take.made.report)
    label = engine_choice.label(name)
    assert f"By the {label} engine" in draw(panels_images.PARTWISE_PT_take).texts
    assert not bpy.ops.partwise.shape_part.poll() or take.made.labels is not None
    accepted_in_one_step()
    made = [obj for obj in bpy.data.objects if obj.name.startswith("Doll.")]
    assert len(made) == take.count
    assert all(open_edges(obj.data) == 0 for obj in made)


def test_another_version_is_another_seed(engine):
    asked = choose()
    asked.count, engine.generate_engine = 1, "PARTCRAFTER"
    bpy.ops.partwise.make_parts()
    assert bpy.ops.partwise.another_take() == {"FINISHED"}
    one, other = (variant.result for variant in shown(images.PARTWISE_OT_apply_take).variants)
    assert (one.request.seed, other.request.seed) == (0, 1)
    assert not one.is_like(other)
    with pytest.raises(RuntimeError, match="does not change single parts"):
        bpy.ops.partwise.shape_part(part=0, kind="FLAT")


def test_a_picture_of_a_part_goes_to_the_engine_of_from_images(engine):
    add_figure()
    replacing = bpy.context.scene.partwise_replacing
    replacing.image = choose().front.image
    engine.generate_engine, replacing.variants = "TRIPOSG", 1
    said = " ".join(draw(panels_replace.PARTWISE_PT_replace).texts)
    assert "Pictures go to TripoSG" in said
    assert bpy.ops.partwise.replace_with_image() == {"FINISHED"}
    assert shown(PARTWISE_OT_apply_replacement).variant.result.engine == "triposg"


# Cancelled in the middle.


def start_complete(engine: bpy.types.PropertyGroup) -> None:
    tick(make_arm(), 0, 1)
    engine.complete_engine = "HOLOPART"
    bpy.ops.partwise.complete()


def start_replace(engine: bpy.types.PropertyGroup) -> None:
    add_figure()
    engine.replace_engine = "SCRIBBLE"
    bpy.context.scene.partwise_replacing.text = "hat"
    bpy.ops.partwise.replace_part()


def start_images(engine: bpy.types.PropertyGroup) -> None:
    choose()
    engine.generate_engine = "PARTCRAFTER"
    bpy.ops.partwise.make_parts()


@pytest.mark.parametrize("start", [start_complete, start_replace, start_images])
def test_a_cancel_in_the_middle_of_sampling_leaves_all_as_it_was(engine, large, slow, start):
    start(engine)
    before = dump_scene()
    until(lambda: jobs.current().share > 0.02)
    assert jobs.busy()
    bpy.ops.partwise.cancel_job()
    assert jobs.current().state == "CANCELLED"
    assert proposals.current() is None
    assert dump_scene() == before
    slow.unlink()
    asked = time.monotonic()
    said_hello(large)  # the same process is free again
    assert time.monotonic() - asked < 20
    assert large.pid is not None


# What cannot be.


def test_part_counts_that_cannot_be_are_said(engine):
    asked = choose()
    asked.count, engine.generate_engine = 40, "PARTCRAFTER"
    with pytest.raises(RuntimeError, match="makes 1 to 16 parts, not 40"):
        bpy.ops.partwise.make_parts()
    assert proposals.current() is None


def test_words_that_are_missing_are_said(engine):
    figure = add_figure()
    figure.data.partwise.parts[HAT].name = "Part.01"  # which nobody named
    engine.replace_engine = "SCRIBBLE"
    with pytest.raises(RuntimeError, match="This engine needs words"):
        bpy.ops.partwise.regenerate_part()


def test_without_its_model_the_button_is_grey_and_the_panel_helps(no_proposal, tmp_path):
    """An engine that has torch, and no model."""
    client = client_of(tmp_path)
    settings = bpy.context.scene.partwise
    with asked_instead(client):
        said_hello(client)
        tick(make_arm(), 0)
        settings.complete_engine = "HOLOPART"
        with pytest.raises(RuntimeError, match="HoloPart needs its model, which is not here yet"):
            bpy.ops.partwise.complete()
        layout = draw(panels_complete.PARTWISE_PT_complete)
        assert "HoloPart needs its model" in " ".join(layout.texts)
        assert "partwise.restart_engine" in layout.operators
        settings.complete_engine = "AUTO"
        assert bpy.ops.partwise.complete() == {"FINISHED"}
    client.stop()


def test_an_engine_that_has_not_said_what_it_lacks_fails_in_words(no_proposal, tmp_path):
    client = client_of(tmp_path)
    with asked_instead(client):
        bpy.context.scene.partwise.generate_engine = "TRIPOSG"
        choose()
        with pytest.raises(RuntimeError, match="weights of the triposg engine are missing"):
            bpy.ops.partwise.make_parts()
        assert jobs.current().error.code == "WEIGHTS_MISSING"
        assert proposals.current() is None
    client.stop()
