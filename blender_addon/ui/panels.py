# SPDX-License-Identifier: GPL-3.0-or-later
"""The sidebar tab: Decompose and its progress, the parts, options, split and assembly."""

from __future__ import annotations

from collections.abc import Collection

import bpy

from ...backend.contract.errors import PartwiseError
from ..core.naming import TEMPLATE
from ..engine import jobs
from ..ops import assemble, decompose
from ..ops.click import has_clicks
from ..overlay.drawn import is_split_part
from ..scene import closing, debris, edits, explode, naming, orders, parts, proposals, targets
from ..scene.assembly import assembly_of, shows_original
from . import lists, presets
from .engine_panel import draw_choice, draw_reason
from .left_out import draw_skipped
from .texts import TIGHT, draw_text, wrap

# A line of a note, in the same pixels, and how many rows more clicks take than the button there.
NOTE_LINE, CLICK_ROWS = 17, 4


class SidebarPanel:
    """Base of all panels of the tab."""

    bl_space_type = "VIEW_3D"
    bl_region_type = "UI"
    bl_category = "Partwise"


class RoomyPanel(SidebarPanel):
    """Base of panels that make room as long as a preview waits to be accepted or discarded, so that
    it is seen at once, with what is told of it."""

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        return proposals.current() is None and cls.fits(context)

    @classmethod
    def fits(cls, context: bpy.types.Context) -> bool:
        """Is there something for this panel?"""
        return True


CANCELLED = "Cancelled, nothing was changed"


class PARTWISE_PT_main(SidebarPanel, bpy.types.Panel):
    bl_label = "Partwise"

    def draw_header_preset(self, context: bpy.types.Context) -> None:
        row = self.layout.row(align=True)
        row.operator("partwise.open_guide", text="", icon="HELP", emboss=False)
        presets.PARTWISE_PT_presets.draw_panel_header(row)

    def draw(self, context: bpy.types.Context) -> None:
        layout, job = self.layout, jobs.current()
        if job is not None and job.state == "RUNNING":
            draw_progress(layout, job)
        elif proposals.current() is None or targets.sort_out(context)[0]:
            draw_start(layout, context)
            draw_toggle(layout, context)
        if job is not None and job.state == "FAILED":
            draw_failure(layout, context, job)
        elif job is not None and job.state == "CANCELLED":
            row = layout.row(align=True)
            shown = proposals.current()
            stays = shown is not None and shown.job is job
            row.label(text="Cancelled, what came stays" if stays else CANCELLED)
            row.operator("partwise.dismiss_job", text="", icon="X", emboss=False)
        mesh = labelled_mesh(context)
        if mesh is not None and proposals.current() is None:  # which another cut would end
            draw_cut(layout, context, mesh)


class PARTWISE_PT_parts(SidebarPanel, bpy.types.Panel):
    bl_label = "Parts"
    bl_parent_id = "PARTWISE_PT_main"
    bl_order = 1

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        return labelled_mesh(context) is not None

    def draw(self, context: bpy.types.Context) -> None:
        layout, table = self.layout, context.object.data.partwise
        row = layout.row()
        rows = lists.list_rows(context, beside=height_of_notes(context, context.object))
        row.template_list(
            "PARTWISE_UL_parts", "", table, "parts", table, "active", rows=rows, maxrows=rows
        )
        buttons = row.column(align=True)
        buttons.operator("partwise.merge_parts", text="", icon="AUTOMERGE_ON")
        buttons.operator("partwise.split_part", text="", icon="MOD_EDGESPLIT")
        buttons.separator()
        select = buttons.operator("partwise.select_faces", text="", icon="RESTRICT_SELECT_OFF")
        select.unassigned = False
        buttons.operator("partwise.isolate_parts", text="", icon="ZOOM_SELECTED")
        buttons.separator()
        buttons.menu("PARTWISE_MT_parts", text="", icon="DOWNARROW_HLT")
        without = parts.unassigned(context.object.data)
        if without:
            row = layout.row(align=True)
            row.label(
                text=f"{without:,} face{'s' * (without != 1)} without a part", icon="GHOST_DISABLED"
            )
            select = row.operator("partwise.select_faces", text="", icon="RESTRICT_SELECT_OFF")
            select.unassigned = True
            row.operator("partwise.part_of_unassigned", text="", icon="ADD")
        if told := debris.text_of(context.object.data):
            row = layout.row(align=True)
            row.label(text=told, icon="PARTICLE_DATA")
            row.operator("partwise.select_debris", text="", icon="RESTRICT_SELECT_OFF")
            row.operator("partwise.remove_debris", text="", icon="TRASH")
        if context.mode == "EDIT_MESH":
            row = layout.row(align=True)
            row.operator("partwise.assign_faces", text="Assign")
            row.operator("partwise.new_part", text="New Part")
            row.operator("partwise.pick_part", text="Pick")
        active = parts.active_part(context.object.data)
        if active is not None and lists.panel_width(context) < lists.WIDER:
            row = layout.row()
            row.scale_y = TIGHT
            row.label(text=f"{active.faces:,} faces, {lists.area_text(context, active.area)}")
        draw_colours(layout, context)


class PARTWISE_PT_options(RoomyPanel, bpy.types.Panel):
    bl_label = "Options"
    bl_parent_id = "PARTWISE_PT_main"
    bl_options = {"DEFAULT_CLOSED"}
    bl_order = 2

    def draw(self, context: bpy.types.Context) -> None:
        layout, settings = self.layout, context.scene.partwise
        layout.use_property_split = True
        layout.use_property_decorate = False
        draw_choice(layout, context, "segment")
        column = layout.column()
        column.prop(settings, "count_mode")
        if settings.count_mode == "GRANULARITY":
            column.prop(settings, "granularity", slider=True)
        elif settings.count_mode == "COUNT":
            column.prop(settings, "part_count")
        column.prop(settings, "symmetric")
        column = layout.column()
        column.prop(settings, "naming")
        if settings.naming == TEMPLATE:
            column.prop(settings, "name_template")
            reason = naming.template_objection(settings)
            if reason:
                draw_text(column, context, reason, icon="ERROR", alert=True)
        column = layout.column(heading="Follow")
        for hint in ("seams", "sharp", "materials", "colours", "groups"):
            column.prop(settings, f"hint_{hint}")
        layout.column(heading="Linked Data").prop(settings, "copy_linked", text="Copy")


class PARTWISE_PT_split(RoomyPanel, bpy.types.Panel):
    """How Split works, beside how it closes cuts: that and its button are above, where they are
    seen whatever else is open."""

    bl_label = "Split Options"
    bl_parent_id = "PARTWISE_PT_main"
    bl_options = {"DEFAULT_CLOSED"}
    bl_order = 4

    @classmethod
    def fits(cls, context: bpy.types.Context) -> bool:
        return labelled_mesh(context) is not None

    def draw(self, context: bpy.types.Context) -> None:
        layout, settings = self.layout, context.scene.partwise
        layout.use_property_split = True
        layout.use_property_decorate = False
        layout.prop(settings, "origin")
        layout.column(heading="Cuts").prop(settings, "keep_shading")


class PARTWISE_PT_assembly(RoomyPanel, bpy.types.Panel):
    bl_label = "Assembly"
    bl_parent_id = "PARTWISE_PT_main"
    bl_order = 5

    @classmethod
    def fits(cls, context: bpy.types.Context) -> bool:
        return assembly_of(context.object) is not None

    def draw(self, context: bpy.types.Context) -> None:
        layout, folder = self.layout, assembly_of(context.object)
        if folder is None:
            return
        count = len(folder.objects)
        layout.label(text=f"{folder.name}: {count} objects", icon="OUTLINER_COLLECTION")
        row = layout.row()
        row.scale_y = 1.3
        row.prop(folder.partwise, "explode", slider=True)
        has_it = labelled_mesh(context) is not None  # whose panel has it already
        if not has_it and any(map(is_split_part, explode.parts_in(folder))):
            draw_colours(layout, context)
        layout.operator("partwise.join_back", icon="FILE_REFRESH")
        column = layout.column(align=True)
        column.operator("partwise.parent_parts", icon="CON_CHILDOF")
        column.operator("partwise.drop_unused", icon="BRUSH_DATA")
        layout.operator("partwise.export_parts", icon="EXPORT")


def draw_closing(
    layout: bpy.types.UILayout,
    context: bpy.types.Context,
    objects: list[bpy.types.Object],
    without: Collection[int] = (),
) -> None:
    """What closes the cuts of parts when they become objects, and why it cannot.

    objects, without : as of `closing.why_not`.
    """
    settings = context.scene.partwise
    row = layout.row()
    row.use_property_split = True
    row.use_property_decorate = False
    row.prop(settings, "closing", expand=True)
    reason = closing.why_not(objects, settings, without)
    if reason:
        draw_reason(layout, context, "complete", reason)


def draw_colours(layout: bpy.types.UILayout, context: bpy.types.Context) -> None:
    """Whether parts are shown in colours, and how strongly."""
    settings = context.scene.partwise
    row = layout.row(align=True)
    row.prop(settings, "show_overlay", text="", icon="OVERLAY")
    opacity = row.row(align=True)
    opacity.active = settings.show_overlay
    opacity.prop(settings, "overlay_opacity", text="Part Colours", slider=True)


def draw_start(layout: bpy.types.UILayout, context: bpy.types.Context) -> None:
    """The state of what is selected, and the button; what is left out, or why it is grey."""
    usable, skipped = targets.sort_out(context, copies=context.scene.partwise.copy_linked)
    count = len(usable)
    has_parts = count == 1 and parts.has_labels(usable[0].data)
    if count == 1:
        state = "no parts yet"
        if has_parts:
            number = len(usable[0].data.partwise.parts)
            state = f"{number} part{'s' * (number != 1)}"
        elif usable[0].partwise.source is not None:
            state = f"part of {usable[0].partwise.source.name}"
        layout.label(text=f"{usable[0].name}: {state}", icon="MESH_DATA")
    elif count:
        wholes = {obj.partwise.source for obj in usable}
        whole = wholes.pop() if len(wholes) == 1 else None
        state = f"{count} parts of {whole.name}" if whole else f"{count} meshes selected"
        layout.label(text=state, icon="MESH_DATA")
    sharing = 0 if context.scene.partwise.copy_linked else count_sharing(usable)
    if sharing:
        gets = "gets" if sharing == 1 else "get"
        draw_text(layout, context, f"{sharing} more with the same mesh {gets} the same parts.")
    row = layout.row()
    is_part = context.object is not None and context.object.partwise.source is not None
    # What is done has less room than what comes next.
    is_done = decompose.was_decomposed(usable[0].data) if has_parts else is_part
    row.scale_y = 1.0 if is_done else 1.6
    row.operator("partwise.decompose", text=decompose_text(usable))
    reason = decompose.why_not(context)
    if reason and (usable or not skipped):
        draw_text(layout, context, reason, icon="INFO")
    elif skipped:
        draw_skipped(layout, context, skipped, count)


def draw_toggle(layout: bpy.types.UILayout, context: bpy.types.Context) -> None:
    """Whether the parts of an assembly are seen or their original: on top, for the list of parts
    that comes with the original would push it out of sight."""
    folder = assembly_of(context.object)
    if folder is not None:
        text = "Show Parts" if shows_original(folder) else "Show Original"
        layout.operator("partwise.toggle_original", text=text, icon="HIDE_OFF")


def count_sharing(usable: list[bpy.types.Object]) -> int:
    """How many other objects have the meshes of these."""
    meshes = {obj.data for obj in usable}
    return sum(mesh.users - mesh.use_fake_user for mesh in meshes) - len(meshes)


def decompose_text(usable: list[bpy.types.Object]) -> str:
    """What the button says that decomposes these objects."""
    if targets.faces_are_chosen(usable):
        faces = sum(map(targets.count_selected, usable))
        return f"Decompose {faces:,} Selected Face{'s' * (faces != 1)}"
    if len(usable) > 1:
        return f"Decompose {len(usable)} Objects"
    return "Decompose Again" if usable and decompose.was_decomposed(usable[0].data) else "Decompose"


def draw_cut(layout: bpy.types.UILayout, context: bpy.types.Context, mesh: bpy.types.Mesh) -> None:
    """All that comes next for a mesh with parts: how finely it is cut, other parts, smooth borders,
    and Split with what closes its cuts. Then who decided where, or what of the artist's work stays.

    What grows is below the button that splits, which so is always in sight.
    """
    column = layout.column()
    column.enabled = not jobs.busy()
    row = column.row(align=True)
    row.scale_y = 1.3
    row.operator("partwise.step_parts", text="", icon="REMOVE").step = -1
    row.prop(mesh.partwise, "granularity", slider=True)
    row.operator("partwise.step_parts", text="", icon="ADD").step = 1
    is_decomposed = decompose.was_decomposed(mesh)
    row = column.row(align=True)
    if is_decomposed:
        row.operator("partwise.try_another", icon="FILE_REFRESH")
    row.operator("partwise.smooth_borders", icon="SMOOTHCURVE")
    column = layout.column()
    row = column.row()
    row.scale_y = 1.6
    row.operator("partwise.split", icon="MOD_EXPLODE")
    draw_closing(column, context, assemble.labelled(context))
    kept = edits.kept_text(mesh)
    quiet = layout.row()
    text = quiet.column()
    text.active = False
    if kept:
        draw_text(text, context, kept)
        cross = quiet.column()
        cross.scale_y = TIGHT
        cross.operator("partwise.release_edits", text="", icon="X", emboss=False)
    elif is_decomposed:
        draw_text(text, context, made_by(mesh))
    if is_decomposed and mesh.partwise.notice:
        draw_text(layout, context, mesh.partwise.notice, icon="ERROR")


def height_of_notes(context: bpy.types.Context, obj: bpy.types.Object) -> float:
    """What notes and clicks take of the tab, in pixels at a resolution scale of 1.

    The first line of what cuts keep is not counted: it is where the engine is named otherwise.
    """
    mesh = obj.data
    lines = max(len(wrap(edits.kept_text(mesh), context)) - 1, 0)
    if decompose.was_decomposed(mesh):
        lines += len(wrap(mesh.partwise.notice, context))
    rows = CLICK_ROWS * has_clicks(obj) + bool(debris.text_of(mesh))
    return lines * NOTE_LINE + rows * lists.ROW


def made_by(mesh: bpy.types.Mesh) -> str:
    """Where the parts of a mesh come from, in words."""
    table = mesh.partwise
    text = f"By the {table.engine} engine"
    text += f", alternative {table.variant} of {orders.VARIANTS - 1}" if table.variant else ""
    return text + (", edited" if table.edited else "")


def draw_progress(layout: bpy.types.UILayout, job: jobs.Job) -> None:
    """How far a job is, and the button that ends it."""
    layout.label(text=job.title)
    row = layout.row(align=True)
    row.scale_y = 1.6
    row.progress(factor=job.share, text=f"{job.stage or 'Starting'} {job.share:.0%}")
    row.operator("partwise.cancel_job", text="", icon="X")


def draw_failure(layout: bpy.types.UILayout, context: bpy.types.Context, job: jobs.Job) -> None:
    """What happened, and what to do."""
    error = job.error or PartwiseError("Something went wrong.")
    box = layout.box()
    draw_text(box, context, error.message, icon="ERROR", alert=True)
    if error.hint:
        draw_text(box, context, error.hint)
    row = box.row(align=True)
    row.operator("partwise.copy_report", icon="COPYDOWN")
    row.operator("partwise.dismiss_job")


def labelled_mesh(context: bpy.types.Context) -> bpy.types.Mesh | None:
    """The mesh of the active object, when it has parts."""
    obj = context.object
    is_labelled = obj is not None and obj.type == "MESH" and parts.has_labels(obj.data)
    return obj.data if is_labelled else None


CLASSES = (
    PARTWISE_PT_main,
    PARTWISE_PT_parts,
    PARTWISE_PT_options,
    PARTWISE_PT_split,
    PARTWISE_PT_assembly,
)
