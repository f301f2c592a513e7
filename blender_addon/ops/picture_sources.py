# SPDX-License-Identifier: GPL-3.0-or-later
"""Where the pictures of From Images come from: files, dropped ones too, the view, the last render;
and masks to paint on.
"""

from __future__ import annotations

import contextlib
from pathlib import Path

import bpy
from bpy.props import BoolProperty, CollectionProperty, EnumProperty, StringProperty

from ...backend.contract.errors import PartwiseError
from ..core.pictures import backdrop_of, coloured
from ..engine import jobs
from ..mesh.new import new_image
from ..scene import briefs, pictures, visibility
from ..scene.briefs import BACKDROP, VIEWS
from .images import current, start
from .poll import SaysWhyNot
from .starting import not_now, run

VIEW_ITEMS = tuple((view.upper(), view.title(), f"The {view}") for view in VIEWS)


class PARTWISE_OT_add_pictures(SaysWhyNot, bpy.types.Operator):
    """Open one to four pictures of an object, and make parts of them. Of several, names tell the
    side: front, side, back, top
    """

    bl_idname = "partwise.add_pictures"
    bl_label = "Parts from Pictures"
    bl_options = {"REGISTER", "UNDO"}

    filepath: StringProperty(subtype="FILE_PATH", options={"HIDDEN", "SKIP_SAVE"})
    directory: StringProperty(subtype="DIR_PATH", options={"HIDDEN", "SKIP_SAVE"})
    files: CollectionProperty(
        type=bpy.types.OperatorFileListElement, options={"HIDDEN", "SKIP_SAVE"}
    )
    filter_image: BoolProperty(default=True, options={"HIDDEN", "SKIP_SAVE"})
    filter_folder: BoolProperty(default=True, options={"HIDDEN", "SKIP_SAVE"})
    make: BoolProperty(
        name="Make Parts", description="Make the parts at once, as a preview", default=True
    )

    @classmethod
    def objection(cls, context: bpy.types.Context) -> str:
        return not_now(context)

    def invoke(self, context: bpy.types.Context, _event: bpy.types.Event) -> set[str]:
        """Dropped files are known already."""
        if self.paths():
            if context.area is not None and context.area.type == "VIEW_3D":
                _show_tab(context.area)  # where the preview is taken
            return self.execute(context)
        context.window_manager.fileselect_add(self)
        return {"RUNNING_MODAL"}

    def execute(self, context: bpy.types.Context) -> set[str]:
        paths = self.paths()
        if not paths:
            self.report({"ERROR"}, "No picture was chosen.")
            return {"CANCELLED"}
        images = {}
        for path in paths[: len(VIEWS)]:
            try:
                images[str(path)] = bpy.data.images.load(str(path), check_existing=True)
            except RuntimeError:
                self.report({"ERROR"}, f"{path.name} cannot be read. Choose another picture.")
                return {"CANCELLED"}
        if len(paths) > len(VIEWS):
            self.report({"WARNING"}, f"The first {len(VIEWS)} pictures are used.")
        sides = briefs.views_of(list(images))
        for view in VIEWS:
            slot = getattr(context.scene.partwise_images, view)
            slot.image, slot.mask = images.get(sides.get(view, "")), None
        if self.make:
            run(self, lambda: start(context))  # the pictures stay chosen, whatever comes of it
        return {"FINISHED"}

    def paths(self) -> list[Path]:
        """The files that were chosen or dropped."""
        names = [each.name for each in self.files if each.name]
        if names:
            return [Path(self.directory) / name for name in names]
        path = Path(self.filepath)
        return [path] if self.filepath and not path.is_dir() else []


class PARTWISE_FH_pictures(bpy.types.FileHandler):
    """Image files that are dropped on a 3D view; Blender asks which of its ways is meant."""

    bl_idname = "PARTWISE_FH_pictures"
    bl_label = "Parts from Pictures"
    bl_import_operator = "partwise.add_pictures"
    bl_file_extensions = ";".join(sorted(bpy.path.extensions_image))

    @classmethod
    def poll_drop(cls, context: bpy.types.Context) -> bool:
        is_view = context.area is not None and context.area.type == "VIEW_3D"
        return is_view and context.region is not None and context.region.type == "WINDOW"


class PARTWISE_OT_take_picture(SaysWhyNot, bpy.types.Operator):
    """Use what is seen here, or the last render, as the picture of a side"""

    bl_idname = "partwise.take_picture"
    bl_label = "Take Picture"
    bl_options = {"REGISTER", "UNDO"}

    source: EnumProperty(
        name="Source",
        items=(
            ("VIEW", "Picture of View", "What this 3D view shows, without its background"),
            ("RENDER", "Picture of Render", "The last render, as it looks"),
        ),
    )
    view: EnumProperty(name="Side", items=VIEW_ITEMS)

    @classmethod
    def objection(cls, context: bpy.types.Context) -> str:
        return "A job is running" if jobs.busy() else ""

    def execute(self, context: bpy.types.Context) -> set[str]:
        try:
            if self.source == "VIEW":
                with visibility.uncovered(context.view_layer):
                    image = pictures.keep_view(context)
            else:
                image = pictures.keep_render(context.scene)
        except PartwiseError as error:
            self.report({"ERROR"}, str(error))
            return {"CANCELLED"}
        slot = getattr(context.scene.partwise_images, self.view.lower())
        slot.image, slot.mask = image, None
        return {"FINISHED"}


class PARTWISE_OT_new_mask(SaysWhyNot, bpy.types.Operator):
    """Make an image of the picture's size to paint each part in a colour of its own, in the Image
    Editor. It begins with the parts of the preview, or as a faint copy of the picture
    """

    bl_idname = "partwise.new_mask"
    bl_label = "New Mask"
    bl_options = {"REGISTER", "UNDO"}

    view: EnumProperty(name="Side", items=VIEW_ITEMS)

    @classmethod
    def objection(cls, context: bpy.types.Context) -> str:
        if not any(getattr(context.scene.partwise_images, view).image for view in VIEWS):
            return "Choose a picture first"
        return ""

    def execute(self, context: bpy.types.Context) -> set[str]:
        slot = getattr(context.scene.partwise_images, self.view.lower())
        if slot.image is None:
            self.report({"ERROR"}, f"There is no picture of the {self.view.lower()}. Choose one.")
            return {"CANCELLED"}
        try:
            pixels = pictures.read(slot.image)
        except PartwiseError as error:
            self.report({"ERROR"}, str(error))
            return {"CANCELLED"}
        shown = backdrop_of(pixels.to_whole_bytes())
        proposal = current()
        take = proposal.variant.result if proposal is not None else None
        title = briefs.title_of(slot.image)
        labels = None if take is None or take.title != title else take.made.labels
        if self.view == "FRONT" and labels is not None and labels.shape == pixels.sent_shape:
            shown = coloured(labels, shown)
        mask = new_image(f"{title} Mask", shown)
        mask[BACKDROP] = True
        slot.mask = mask
        editor = _image_editor(context)
        if editor is None:
            self.report({"INFO"}, f"Paint “{mask.name}” in an Image Editor.")
        else:
            editor.image, editor.mode = mask, "PAINT"
        return {"FINISHED"}


def _show_tab(area: bpy.types.Area) -> None:
    """Open the sidebar of a 3D view, with our tab where it was open before."""
    area.spaces.active.show_region_ui = True
    sidebar = next(region for region in area.regions if region.type == "UI")
    with contextlib.suppress(AttributeError, TypeError):  # it was not drawn yet: it has no tabs
        sidebar.active_panel_category = "Partwise"


def _image_editor(context: bpy.types.Context) -> bpy.types.SpaceImageEditor | None:
    for window in context.window_manager.windows:
        for area in window.screen.areas:
            if area.type == "IMAGE_EDITOR" and area.ui_type == "IMAGE_EDITOR":
                return area.spaces.active
    return None


CLASSES = (
    PARTWISE_OT_add_pictures,
    PARTWISE_FH_pictures,
    PARTWISE_OT_take_picture,
    PARTWISE_OT_new_mask,
)
