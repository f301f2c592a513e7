# SPDX-License-Identifier: GPL-3.0-or-later
"""What the sidebar shows in each state, drawn on a layout that records and checks it."""

from __future__ import annotations

from types import SimpleNamespace

import bpy
import numpy as np
import pytest
from partwise.backend.contract.errors import BadInput
from partwise.blender_addon.engine import jobs
from partwise.blender_addon.scene import edits, parts
from partwise.blender_addon.ui import lists, panels, panels_click

from tests.blender.recording_layout import RecordingLayout, draw
from tests.watched import watched

PANELS = [
    cls for cls in (*panels.CLASSES, *panels_click.CLASSES) if issubclass(cls, bpy.types.Panel)
]
MENUS = [cls for cls in panels.CLASSES if issubclass(cls, bpy.types.Menu)]


def add_cube(name: str, labels: list[int] | None = None) -> bpy.types.Object:
    bpy.ops.mesh.primitive_cube_add()
    obj = bpy.context.object
    obj.name = name
    if labels is not None:
        parts.set_labels(obj.data, np.array(labels, dtype=np.int32))
    return obj


@pytest.fixture
def fox() -> bpy.types.Object:
    return add_cube("Fox", [0, 0, 0, 1, 1, 7])


@pytest.fixture
def job(monkeypatch):
    """Shows a job as if it ran or had ended."""

    def show(**fields: object) -> jobs.Job:
        shown = jobs.Job("Decomposing Fox", **fields)
        monkeypatch.setattr(jobs, "_job", shown)
        return shown

    monkeypatch.setattr(jobs, "_job", None)
    return show


@pytest.fixture(autouse=True)
def no_job(job):
    pass


def texts() -> str:
    return "\n".join(draw(panels.PARTWISE_PT_main).texts)


def lines() -> str:
    """Texts that were wrapped, in one line again."""
    return " ".join(draw(panels.PARTWISE_PT_main).texts)


def nothing(job):
    pass


def an_empty(job):
    bpy.ops.object.empty_add()


def no_parts(job):
    add_cube("Fox")


def some_parts(job):
    add_cube("Fox", [0, 0, 0, 1, 1, 7])


def parts_of_an_engine(job):
    some_parts(job)
    table = bpy.context.object.data.partwise
    table.engine, table.variant, table.notice = "geometric", 1, "The weights are missing."


def many_parts(job):
    bpy.ops.mesh.primitive_grid_add(x_subdivisions=40, y_subdivisions=50)
    parts.set_labels(bpy.context.object.data, np.arange(2000, dtype=np.int32))


def several(job):
    add_cube("Fox")
    add_cube("Hen", [0] * 6)
    bpy.ops.object.select_all(action="SELECT")


def edit_mode(job):
    some_parts(job)
    bpy.ops.object.mode_set(mode="EDIT")


def sculpt_mode(job):
    some_parts(job)
    bpy.ops.object.mode_set(mode="SCULPT")


def all_parts(job):
    some_parts(job)
    bpy.ops.partwise.split()


def one_part(job):
    all_parts(job)
    for obj in bpy.context.selected_objects:
        obj.select_set(obj == bpy.context.object)


def running(job):
    some_parts(job)
    job(stage="Growing patches", share=0.4)


def failed(job):
    no_parts(job)
    job(state="FAILED", error=BadInput("“Fox” was deleted.", "Undo brings it back."))


def cancelled(job):
    some_parts(job)
    job(state="CANCELLED")


STATES = [nothing, an_empty, no_parts, some_parts, parts_of_an_engine, many_parts, several]
STATES += [edit_mode, sculpt_mode, all_parts, one_part, running, failed, cancelled]


@pytest.mark.parametrize("state", STATES, ids=lambda state: state.__name__)
def test_everything_that_is_drawn_exists(state, job):
    state(job)
    for cls in (*PANELS, *MENUS):
        draw(cls)
        if hasattr(cls, "draw_header_preset"):
            draw(cls, "draw_header_preset")
    if bpy.context.mode != "OBJECT":
        bpy.ops.object.mode_set(mode="OBJECT")


def test_the_layout_refuses_what_does_not_exist():
    layout, scene = RecordingLayout(), bpy.context.scene
    for wrong in (
        lambda: layout.operator("partwise.nonsense"),
        lambda: setattr(layout.operator("partwise.step_parts"), "steps", 1),
        lambda: layout.prop(scene.partwise, "nonsense"),
        lambda: layout.label(text="a", icon="NONSENSE"),
        lambda: layout.label(txt="a"),
        lambda: setattr(layout, "use_property_spilt", True),
        lambda: layout.menu("PARTWISE_MT_nonsense"),
    ):
        with pytest.raises((AssertionError, AttributeError, KeyError)):
            wrong()


def test_nothing_selected_says_what_to_do():
    assert "Nothing is selected" in texts()
    assert draw(panels.PARTWISE_PT_parts) is None


def test_one_mesh_without_parts(job):
    no_parts(job)
    assert texts() == "Fox: no parts yet\nDecompose"
    assert "granularity" not in draw(panels.PARTWISE_PT_main).properties


def test_one_mesh_with_parts(fox):
    assert texts().startswith("Fox: 3 parts\nDecompose\n"), "made by hand, so it is the first time"
    fox.data.partwise.engine = "learned"
    assert "Decompose Again" in texts()
    assert "granularity" in draw(panels.PARTWISE_PT_main).properties
    shown = draw(panels.PARTWISE_PT_parts)
    assert shown.operators.count("partwise.tick_part") == 3


def decomposed(fox: bpy.types.Object, engine: str, **fields: object) -> None:
    table = fox.data.partwise
    table.engine = engine
    for name, value in fields.items():
        setattr(table, name, value)


def test_the_engine_that_made_the_parts_is_named(fox):
    assert "engine" not in texts(), "parts that an artist made"
    assert "partwise.try_another" not in draw(panels.PARTWISE_PT_main).operators
    decomposed(fox, "learned")
    assert lines().endswith("By the learned engine")
    shown = draw(panels.PARTWISE_PT_main)
    assert "partwise.try_another" in shown.operators
    assert "Try Another" in shown.texts
    decomposed(fox, "geometric", variant=2)
    assert lines().endswith("By the geometric engine, alternative 2 of 3")
    decomposed(fox, "geometric", edited=True, variant=0)
    assert lines().endswith("By the geometric engine, edited")


def test_what_cuts_keep_is_told_in_place_of_the_engine(fox):
    decomposed(fox, "learned")
    edits.mark(fox.data, [1], edits.MERGED)
    assert "engine" not in lines()
    assert lines().endswith("New cuts keep 1 merged part.")
    assert draw(panels.PARTWISE_PT_main).operators[-1] == "partwise.release_edits"
    assert bpy.ops.partwise.release_edits() == {"FINISHED"}
    assert lines().endswith("By the learned engine")


def test_a_template_that_is_none_is_told_where_it_is_written(fox):
    settings = bpy.context.scene.partwise
    assert "naming" in draw(panels.PARTWISE_PT_options).properties
    assert "name_template" not in draw(panels.PARTWISE_PT_options).properties
    settings.naming, settings.name_template = "TEMPLATE", " , "
    shown = draw(panels.PARTWISE_PT_options)
    assert "name_template" in shown.properties
    assert "The template has no names." in " ".join(shown.texts)


def test_a_fallback_is_a_line_of_warning(fox):
    notice = "The weights of the learned engine are missing. The geometric engine was used instead."
    decomposed(fox, "geometric", notice=notice)
    assert lines().endswith(f"By the geometric engine {notice}")
    assert "ERROR" in draw(panels.PARTWISE_PT_main).icons


def test_the_engine_is_among_the_options(fox):
    assert draw(panels.PARTWISE_PT_options).properties[0] == "engine_menu"


def test_what_is_selected_counts_not_what_is_active(fox):
    hen = add_cube("Hen")
    bpy.context.view_layer.objects.active = fox
    fox.select_set(False)
    hen.select_set(True)
    assert "Hen: no parts yet" in texts()


def test_a_part_says_what_it_is_part_of(job):
    one_part(job)
    assert "Fox.Part.01: part of Fox" in texts()
    shown = draw(panels.PARTWISE_PT_assembly)
    assert shown.properties == ["explode", "show_overlay", "overlay_opacity"]
    assert "Fox.parts: 3 objects" in shown.texts


def test_parts_and_original_are_shown_in_turn_from_the_top_of_the_tab(job):
    one_part(job)
    assert draw(panels.PARTWISE_PT_main).operators == [
        "partwise.decompose",
        "partwise.toggle_original",
    ]
    assert "Show Original" in texts()
    bpy.ops.partwise.toggle_original()
    bpy.context.view_layer.objects.active = bpy.data.objects["Fox"]
    assert "Show Parts" in texts()


def test_the_button_counts_what_is_selected(job):
    several(job)
    assert "2 meshes selected" in texts()
    assert "Decompose 2 Objects" in texts()


def test_parts_of_one_object_are_called_so(job):
    all_parts(job)
    assert "3 parts of Fox" in texts()
    add_cube("Hen")
    bpy.ops.object.select_all(action="SELECT")
    assert "4 meshes selected" in texts()


def share(obj: bpy.types.Object) -> bpy.types.Object:
    """Another object with the same mesh, selected too."""
    copy = obj.copy()
    bpy.context.scene.collection.objects.link(copy)
    copy.select_set(True)
    return copy


def test_the_button_counts_what_will_be_done_and_a_note_says_what_will_not(job):
    several(job)
    share(add_cube("Owl"))
    bpy.ops.object.camera_add()
    bpy.ops.object.light_add(type="SUN")
    bpy.ops.object.select_all(action="SELECT")
    bpy.context.view_layer.objects.active = bpy.data.objects["Fox"]
    shown = draw(panels.PARTWISE_PT_main)
    assert "3 meshes selected" in shown.texts
    assert "Decompose 3 Objects" in shown.texts
    assert "1 more with the same mesh gets the same parts." in lines()
    assert "2 of 5 left out" in shown.texts
    assert "“Camera” and “Sun” are not meshes." in lines()
    bpy.context.scene.partwise.copy_linked = True
    assert "Decompose 4 Objects" in texts()
    assert "2 of 6 left out" in texts()
    assert "same mesh" not in lines()
    bpy.ops.object.select_all(action="DESELECT")
    bpy.data.objects["Fox"].select_set(True)
    assert "left out" not in texts()


def test_the_note_stays_when_the_job_is_over(job):
    no_parts(job)
    bpy.ops.object.camera_add()
    bpy.ops.object.select_all(action="SELECT")
    job(state="DONE")
    assert "1 of 2 left out" in texts()


def test_many_names_are_not_all_listed(job):
    for _ in range(5):
        bpy.ops.object.empty_add()
    no_parts(job)
    bpy.ops.object.select_all(action="SELECT")
    assert "“Empty”, “Empty.001”, “Empty.002” and 2 more are not meshes." in lines()


def test_hidden_objects_are_told_of(fox):
    fox.hide_set(True)
    assert "“Fox” is hidden. Show it with the eye in the Outliner, then select it." in lines()


def test_the_button_counts_the_selected_faces(job):
    edit_mode(job)
    bpy.context.object.data.partwise.engine = "learned"
    bpy.context.tool_settings.mesh_select_mode = (False, False, True)
    bpy.ops.mesh.select_all(action="SELECT")
    assert "Decompose Again" in texts()
    bpy.ops.mesh.select_all(action="DESELECT")
    assert "Decompose Again" in texts()
    bpy.ops.mesh.select_random(ratio=0.5)
    count = bpy.context.object.data.total_face_sel
    assert 1 < count < 6
    assert f"Decompose {count} Selected Faces" in texts()
    bpy.ops.object.mode_set(mode="OBJECT")
    assert "Decompose Again" in texts()


def test_a_grey_button_says_why(fox):
    fox.data.clear_geometry()
    assert "“Fox” has no faces." in " ".join(draw(panels.PARTWISE_PT_main).texts)


def test_a_running_job_takes_the_place_of_the_button(job):
    running(job)
    shown = draw(panels.PARTWISE_PT_main)
    assert shown.bars == [0.4]
    assert "Growing patches 40%" in shown.texts
    assert "partwise.cancel_job" in shown.operators
    assert "partwise.decompose" not in shown.operators


def test_a_failed_job_says_what_happened_and_what_to_do(job):
    failed(job)
    shown = draw(panels.PARTWISE_PT_main)
    assert "“Fox” was deleted. Undo brings it back." in " ".join(shown.texts)
    for operator in ("copy_report", "dismiss_job", "decompose"):
        assert f"partwise.{operator}" in shown.operators


def test_a_cancelled_job_is_one_quiet_line(job):
    cancelled(job)
    shown = draw(panels.PARTWISE_PT_main)
    assert [text for text in shown.texts if "Cancelled" in text]
    assert "partwise.copy_report" not in shown.operators


@pytest.mark.parametrize("clicked", [False, True])
def test_split_is_in_sight_whatever_is_open(job, clicked, monkeypatch):
    """The button is near the top, above all that grows: notes, help of the click tool, the list."""
    parts_of_an_engine(job)
    mesh = bpy.context.object.data
    mesh.partwise.notice = "The weights of the learned engine are missing. " * 5
    edits.mark(mesh, [1], edits.MERGED)
    if clicked:
        mesh.partwise.clicks.add()
    monkeypatch.setattr(panels_click, "is_tool_active", lambda context: True)
    shown = draw(panels.PARTWISE_PT_main)
    assert shown.operators[-2:] == ["partwise.split", "partwise.release_edits"]
    above = shown.texts[: shown.texts.index("Split")]
    assert above == ["Fox: 3 parts", "Decompose Again", "Try Another", "Smooth Borders"]
    for cls in PANELS:
        if cls is not panels.PARTWISE_PT_main:
            assert cls.bl_parent_id == "PARTWISE_PT_main", "drawn below what is in the main panel"
            assert "partwise.split" not in (draw(cls) or RecordingLayout()).operators


def test_wide_panels_show_more_columns(fox, monkeypatch):
    assert "3 faces, 12 m²" in draw(panels.PARTWISE_PT_parts).texts
    monkeypatch.setattr(lists, "panel_width", lambda context: 440)
    shown = draw(panels.PARTWISE_PT_parts).texts
    assert "12 m²" in shown
    assert "3 faces, 12 m²" not in shown


@pytest.mark.parametrize(("height", "rows"), [(300, 5), (639, 5), (746, 10), (2000, 15)])
def test_the_list_leaves_room_for_the_rest_of_the_tab(height, rows):
    def context(scale):
        system = SimpleNamespace(ui_scale=scale)
        region = SimpleNamespace(height=height * scale)
        return SimpleNamespace(region=region, preferences=SimpleNamespace(system=system))

    assert lists.list_rows(context(1.0)) == rows
    assert lists.list_rows(context(2.0)) == rows, "sharper screens show the same"


def test_the_list_is_shorter_while_there_are_notes_and_clicks(monkeypatch):
    def rows() -> float:
        asked = []
        monkeypatch.setattr(lists, "list_rows", lambda context, beside: asked.append(beside) or 5)
        draw(panels.PARTWISE_PT_parts)
        return asked[0]

    bpy.ops.mesh.primitive_cube_add()
    mesh = bpy.context.object.data
    parts.set_labels(mesh, np.array([0, 0, 1, 1, 2, 2], np.int32))
    assert rows() == 0
    edits.mark(mesh, [1], edits.MERGED)
    edits.mark(mesh, [2], edits.CLICKED)
    note = rows()
    assert note >= panels.NOTE_LINE
    mesh.partwise.clicks.add()
    assert rows() == note + panels.CLICK_ROWS * lists.ROW
    mesh.partwise.clicks.clear()
    mesh.partwise.engine, mesh.partwise.notice = "geometric", "Short."
    assert rows() == note + panels.NOTE_LINE
    edits.release(mesh)
    assert rows() == panels.NOTE_LINE


def test_notes_shorten_the_list_by_as_much_as_they_take():
    def context(height):
        system = SimpleNamespace(ui_scale=1.0)
        return SimpleNamespace(
            region=SimpleNamespace(height=height), preferences=SimpleNamespace(system=system)
        )

    assert lists.list_rows(context(740), beside=3 * lists.ROW) == lists.list_rows(context(740)) - 3
    assert lists.list_rows(context(640), beside=3 * lists.ROW) == lists.FEWEST_ROWS


def test_drawing_does_no_heavy_work():
    bpy.ops.mesh.primitive_grid_add(x_subdivisions=400, y_subdivisions=500)
    mesh = bpy.context.object.data
    parts.set_labels(mesh, (np.arange(200_000) // 1000).astype(np.int32))
    mesh.partwise.engine = "learned"
    with watched() as seen:
        for cls in PANELS:
            draw(cls)
    assert 0 < seen.longest <= len(mesh.partwise.parts), "something was read for each face"
    assert not seen.waits


def test_faces_without_a_part_have_a_row_below_the_list(fox):
    parts.set_labels(fox.data, np.array([0, 0, 1, 1, -1, -1], np.int32))
    shown = draw(panels.PARTWISE_PT_parts)
    assert "2 faces without a part" in shown.texts
    assert "partwise.part_of_unassigned" in shown.operators
    parts.set_labels(fox.data, np.array([0, 0, 1, 1, 1, 1], np.int32))
    assert "without a part" not in " ".join(draw(panels.PARTWISE_PT_parts).texts)
