# SPDX-License-Identifier: GPL-3.0-or-later
"""From Images: pictures to the engine, a new object of closed parts as a preview, and its parts."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Generator
from pathlib import Path
from typing import Any

import bpy
from bpy.props import BoolProperty, CollectionProperty, EnumProperty, IntProperty, StringProperty

from ...backend.contract.errors import BadInput, PartwiseError
from ..core.pictures import backdrop_of, coloured
from ..engine import jobs
from ..mesh.new import new_image
from ..scene import briefs, pictures, proposals
from ..scene.apply import AppliesResults
from ..scene.briefs import BACKDROP, VIEWS
from ..scene.proposals import Ghost, Proposal, Variant
from ..scene.takes import Take, make_objects
from .poll import SaysWhyNot

SHAPES = (
    ("ROUND", "Round", "Inflated to both sides, like a balloon"),
    ("HALF", "Half Round", "Round in front and flat behind"),
    ("TURNED", "Turned", "As if on a lathe, like a vase or a wheel's hub"),
    ("FLAT", "Flat", "A plate with a bevelled edge"),
)
VIEW_ITEMS = tuple((view.upper(), view.title(), f"The {view}") for view in VIEWS)
Work = Generator[jobs.Ask, Any, Any]


class PARTWISE_OT_make_parts(SaysWhyNot, bpy.types.Operator):
    """Make closed, textured parts of the pictures, as a preview at the 3D cursor"""

    bl_idname = "partwise.make_parts"
    bl_label = "Make Parts from Images"
    bl_options = {"REGISTER"}

    @classmethod
    def objection(cls, context: bpy.types.Context) -> str:
        if not any(getattr(context.scene.partwise_images, view).image for view in VIEWS):
            return "Choose a picture first"
        return why_not(context)

    def execute(self, context: bpy.types.Context) -> set[str]:
        return start(self, context)


class PARTWISE_OT_apply_take(AppliesResults, bpy.types.Operator):
    """Make objects of the parts that are previewed"""

    bl_idname = "partwise.apply_take"
    bl_label = "Parts from Images"

    def execute(self, context: bpy.types.Context) -> set[str]:
        for take in self.results():
            make_objects(context, take)
        return {"FINISHED"}


class TakeOperator(SaysWhyNot):
    """Base of operators that change a preview of parts from images."""

    bl_options = {"INTERNAL"}

    @classmethod
    def objection(cls, context: bpy.types.Context) -> str:
        proposal = current()
        if proposal is None:
            return "There is no preview of parts from images"
        return cls.lacks(proposal.variant.result) or why_not(context)

    @classmethod
    def lacks(cls, take: Take) -> str:
        """What else is missing; empty when nothing is."""
        return ""


class PARTWISE_OT_another_take(TakeOperator, bpy.types.Operator):
    """Make the parts in another way, beside those that there are: other cuts, thinner, thicker"""

    bl_idname = "partwise.another_take"
    bl_label = "Another Version of Parts"
    bl_options = {"REGISTER"}

    def execute(self, context: bpy.types.Context) -> set[str]:
        proposal = _shown()
        known = [variant.result for variant in proposal.variants]

        def finish(found: tuple[Take, list[Ghost]] | None) -> None:
            if found is None:
                raise BadInput(
                    "There are no other ways to make these parts.",
                    "Change the options, or paint a mask.",
                )
            if proposals.current() is proposal:
                proposals.add_variant(proposal, variant_of(*found))
                proposals.step(len(proposal.variants) - 1 - proposal.index)

        work = _with_ghosts(briefs.ask_otherwise(known[0], known))
        return _run(self, jobs.start(f"Making another {known[0].title}", work, finish))


class PartOfTakeOperator(TakeOperator):
    """Base of operators on one part of a preview, which is made again at once."""

    part: IntProperty(name="Part", description="Number of the part", options={"HIDDEN"})

    @classmethod
    def lacks(cls, take: Take) -> str:
        if take.request.image_1 is not None:
            return "Parts of several pictures are changed by their masks"
        return "" if take.made.labels is not None else "This engine does not change single parts"

    def execute(self, context: bpy.types.Context) -> set[str]:
        proposal = _shown()
        variant, take = proposal.variant, proposal.variant.result
        if not 0 <= self.part < take.count:
            return {"CANCELLED"}

        def finish(found: tuple[Take, list[Ghost]]) -> None:
            if proposals.current() is proposal and variant in proposal.variants:
                made = variant_of(*found)
                variant.name, variant.result = made.name, made.result
                variant.ghosts = made.ghosts
                proposals.step(0)

        work = _with_ghosts(briefs.ask_again(take, **self.wanted(take)))
        return _run(self, jobs.start(f"Changing {take.title}", work, finish))

    def wanted(self, take: Take) -> dict[str, Any]:
        """What of the engine's options is to be different."""
        raise NotImplementedError


class PARTWISE_OT_shape_part(PartOfTakeOperator, bpy.types.Operator):
    """Give this part another kind of depth"""

    bl_idname = "partwise.shape_part"
    bl_label = "Shape of Part"

    kind: EnumProperty(name="Shape", items=(("AUTO", "Automatic", "As fits its outline"), *SHAPES))

    def wanted(self, take: Take) -> dict[str, Any]:
        kinds = {number: kind for number, kind in take.kinds.items() if number != self.part}
        if self.kind != "AUTO":
            kinds[self.part] = self.kind.lower()
        return {"kinds": {str(number): kind for number, kind in kinds.items()}}


class PARTWISE_OT_order_part(PartOfTakeOperator, bpy.types.Operator):
    """Move this part before or behind the next one in depth"""

    bl_idname = "partwise.order_part"
    bl_label = "Depth of Part"

    step: IntProperty(name="Step", description="1 for nearer, -1 for farther", default=1)

    def wanted(self, take: Take) -> dict[str, Any]:
        order = list(range(take.count))
        order.insert(min(max(self.part + self.step, 0), take.count - 1), order.pop(self.part))
        return {"order": order}


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
        return why_not(context)

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
            start(self, context)  # the pictures stay chosen, whatever comes of it
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


def start(operator: bpy.types.Operator, context: bpy.types.Context) -> set[str]:
    """Start to make parts of the pictures that are chosen."""
    try:
        sheet = briefs.read(context)
    except PartwiseError as error:
        operator.report({"ERROR"}, str(error))
        return {"CANCELLED"}

    def work() -> Generator[jobs.Ask, Any, Take]:
        request = yield from jobs.compute(sheet.request)
        return (yield from briefs.ask(request, sheet))

    def finish(found: tuple[Take, list[Ghost]]) -> None:
        variant = variant_of(*found)
        title = f"Parts of {sheet.title}"
        proposals.show(Proposal(title, PARTWISE_OT_apply_take, [], [variant]))

    try:
        job = jobs.start(f"Making parts of {sheet.title}", _with_ghosts(work()), finish)
    except PartwiseError as error:
        operator.report({"ERROR"}, str(error))
        return {"CANCELLED"}
    return _run(operator, job)


def variant_of(take: Take, ghosts: list[Ghost]) -> Variant:
    """One of the results that may be taken."""
    words = f"{take.count} part{'s' * (take.count != 1)}"
    return Variant(f"{words}, {take.name}" if take.name else words, ghosts, take)


def current() -> Proposal | None:
    """The preview of parts from images, if there is one."""
    return proposals.current(PARTWISE_OT_apply_take)


def _shown() -> Proposal:
    """The same where there is one, as `TakeOperator` sees to."""
    proposal = current()
    assert proposal is not None
    return proposal


def why_not(context: bpy.types.Context) -> str:
    """Why nothing can be made right now, in words for a tooltip; empty when it can."""
    if jobs.busy():
        return "A job is running"
    return "" if context.mode == "OBJECT" else "Switch to Object Mode"


def _with_ghosts(work: Work) -> Work:
    """The same job, which also makes what is seen of its take."""
    take = yield from work
    if take is None:
        return None
    ghosts: Callable[[], list[Ghost]] = take.ghosts
    return take, (yield from jobs.compute(ghosts))


def _run(operator: bpy.types.Operator, job: jobs.Job) -> set[str]:
    """The end of an operator that started a job."""
    if job.state == "FAILED":
        operator.report({"ERROR"}, str(job.error))
        return {"CANCELLED"}
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
    PARTWISE_OT_make_parts,
    PARTWISE_OT_apply_take,
    PARTWISE_OT_another_take,
    PARTWISE_OT_shape_part,
    PARTWISE_OT_order_part,
    PARTWISE_OT_add_pictures,
    PARTWISE_FH_pictures,
    PARTWISE_OT_take_picture,
    PARTWISE_OT_new_mask,
)
