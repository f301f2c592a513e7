# SPDX-License-Identifier: GPL-3.0-or-later
"""Replace: another part in the place of one, seen before it is taken; the others stay as they are.

Words, the bundled library, the user's assets, a file, a picture, an object of the scene and more of
the same kind all end in the same preview. What is accepted is an object of its own: a mesh with
parts is split first, so that its original stays untouched and hidden, as Split leaves it.
"""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

import bpy
from bpy.props import StringProperty
from bpy_extras.io_utils import ImportHelper

from ...backend.contract.arrays import np
from ...backend.contract.errors import BadInput
from ...backend.contract.requests import Replace, ReplacedPart, Sketched
from ..engine import jobs, place
from ..mesh.labels import has_labels
from ..scene import (
    asset_libraries,
    drawings,
    engine_choice,
    part_sources,
    pictures,
    proposals,
    replacements,
    surroundings,
    visibility,
)
from ..scene.analyses import ask_about
from ..scene.apply import AppliesResults
from ..scene.gathering import Gathering, kept_of, next_seed
from ..scene.proposals import Basis, Ghost, Variant
from ..scene.replacements import Replacement, Source
from ..scene.selection import select_only
from ..scene.surroundings import Spot
from ..scene.targets import refusal, unseen
from .poll import SaysWhyNot
from .starting import not_now, run

SUFFIXES = "*.glb;*.gltf;*.obj;*.stl;*.ply;*.off;*.fbx;*.dae;*.3mf;*.3ds;*.x3d;*.usdz"


class ReplaceOperator(SaysWhyNot):
    """Base of operators that preview another part in the place of the active one.

    Nothing changes before the preview is accepted, so that they make no step of undo.
    """

    bl_options = {"REGISTER"}

    @classmethod
    def objection(cls, context: bpy.types.Context) -> str:
        return why_not(context) or cls.lacks(context)

    @classmethod
    def lacks(cls, context: bpy.types.Context) -> str:
        """What else is missing; empty when nothing is."""
        return ""

    def execute(self, context: bpy.types.Context) -> set[str]:
        return run(
            self,
            lambda: preview(context, self.source(context), self.seed(context)),
        )

    def source(self, context: bpy.types.Context) -> Source:
        """Where the other part comes from. Raises BadInput when it is not to be had."""
        raise NotImplementedError

    def seed(self, context: bpy.types.Context) -> int:
        return int(context.scene.partwise_replacing.seed)


class PARTWISE_OT_replace_part(ReplaceOperator, bpy.types.Operator):
    """Preview another part, as the words say, in the place of the active one. Nothing changes
    before you accept it"""

    bl_idname = "partwise.replace_part"
    bl_label = "Replace Part"

    @classmethod
    def lacks(cls, context: bpy.types.Context) -> str:
        if not context.scene.partwise_replacing.text.strip():
            return "Say in a few words what the part should be"
        return no_engine(context)

    def source(self, context: bpy.types.Context) -> Source:
        return Source("WORDS")


class PARTWISE_OT_regenerate_part(ReplaceOperator, bpy.types.Operator):
    """Preview other parts of the same kind as the active one; again for others still"""

    bl_idname = "partwise.regenerate_part"
    bl_label = "Regenerate Part"

    @classmethod
    def lacks(cls, context: bpy.types.Context) -> str:
        return no_engine(context)

    def source(self, context: bpy.types.Context) -> Source:
        return Source("SAME")

    def seed(self, context: bpy.types.Context) -> int:
        """As set, or the next ones where those are looked at already."""
        settings = context.scene.partwise_replacing
        shown = proposals.current(PARTWISE_OT_apply_replacement)
        if shown is not None and shown.variants[-1].result.source.kind == "SAME":
            settings.seed = next_seed(int(settings.seed), int(settings.variants))
        return int(settings.seed)


class PARTWISE_OT_replace_with(ReplaceOperator, bpy.types.Operator):
    """Preview this in the place of the active part; of the words the wishes count, as “taller”"""

    bl_idname = "partwise.replace_with"
    bl_label = "Replace With"
    bl_options = {"INTERNAL"}

    key: StringProperty(options={"SKIP_SAVE", "HIDDEN"})

    @classmethod
    def description(cls, context: bpy.types.Context, properties: Any) -> str:
        found = part_sources.find(properties.key)
        if found is None:
            return str(cls.__doc__)
        return f"{found.title} ({found.tip}): preview it in the place of the active part"

    def source(self, context: bpy.types.Context) -> Source:
        found = part_sources.find(self.key)
        if found is None:
            raise BadInput("This is no longer in the list.", "Search again.")
        if found.asset is None:
            return Source("LIBRARY", {"source": found.title})
        return Source.of_shape("ASSET", asset_libraries.shape_of(found.asset), found.asset)


class PARTWISE_OT_replace_with_object(ReplaceOperator, bpy.types.Operator):
    """Preview a copy of another object in the place of the active part: of the one that is chosen
    in the panel, else of the other one that is selected"""

    bl_idname = "partwise.replace_with_object"
    bl_label = "Replace with Object"

    @classmethod
    def lacks(cls, context: bpy.types.Context) -> str:
        return "" if other_object(context) else "Choose an object, or select one more"

    def source(self, context: bpy.types.Context) -> Source:
        other = other_object(context)
        if other is None:
            raise BadInput("There is no other object.", "Choose an object, or select one more.")
        with visibility.uncovered(context.view_layer):
            return Source.of_shape("OBJECT", asset_libraries.evaluated([other]))


class PARTWISE_OT_replace_with_file(ReplaceOperator, ImportHelper, bpy.types.Operator):
    """Preview the mesh of a file in the place of the active part"""

    bl_idname = "partwise.replace_with_file"
    bl_label = "Replace with File"

    filter_glob: StringProperty(default=SUFFIXES, options={"HIDDEN"})

    def source(self, context: bpy.types.Context) -> Source:
        path = bpy.path.abspath(self.filepath)
        if path.lower().endswith(".blend"):
            raise BadInput(
                "Parts of Blender files are taken from asset libraries.",
                "Mark the object there as an asset, and add the folder in the Preferences under "
                "File Paths.",
            )
        return Source("FILE", {"source_file": path})


class PARTWISE_OT_replace_with_image(ReplaceOperator, bpy.types.Operator):
    """Preview a part that is made from the picture that is chosen in the panel, in the place of the
    active one"""

    bl_idname = "partwise.replace_with_image"
    bl_label = "Replace with Picture"

    @classmethod
    def lacks(cls, context: bpy.types.Context) -> str:
        if context.scene.partwise_replacing.image is None:
            return "Choose a picture of the part"
        return engine_choice.why_not(context.scene.partwise, "generate")

    def source(self, context: bpy.types.Context) -> Source:
        pixels = pictures.read(context.scene.partwise_replacing.image)
        return Source("IMAGE", {"image": pixels.to_bytes()})


class PARTWISE_OT_apply_replacement(AppliesResults, bpy.types.Operator):
    """Put the part that is previewed in the place of the old one"""

    bl_idname = "partwise.apply_replacement"
    bl_label = "Replace Part"

    def execute(self, context: bpy.types.Context) -> set[str]:
        (found,) = self.results()
        made = [target for target in replacements.put(context, found) if target is not None]
        if not made:
            self.report({"ERROR"}, "The part was deleted. Nothing was changed.")
            return {"CANCELLED"}
        select_only(context, made)
        return {"FINISHED"}


def why_not(context: bpy.types.Context) -> str:
    """Why no part can be replaced right now, for a tooltip; empty when one can."""
    obj = context.object
    reason = not_now(context) or surroundings.why_not(obj) or unseen(context, obj)
    if reason:
        return reason
    refused = refusal(obj, copies=context.scene.partwise.copy_linked)
    return "" if refused is None else str(refused)


def no_engine(context: bpy.types.Context) -> str:
    """Why the engine that is chosen for it has no other parts, or lacks a drawing; else empty."""
    settings = context.scene.partwise
    reason = engine_choice.why_not(settings, "replace")
    if reason or "drawing" not in engine_choice.options(settings, "replace"):
        return reason
    return drawings.lacks(context.scene.partwise_replacing, context.scene)


def asked_of_engine(context: bpy.types.Context, source: Source) -> dict[str, Any]:
    """Which engine a request is to, its options and a drawing; nothing where no engine is asked.

    Pictures go to the engine of From Images. Raises BadInput where the drawing cannot be used.
    """
    verb = {"WORDS": "replace", "SAME": "replace", "IMAGE": "generate"}.get(source.kind, "")
    if not verb:
        return {"options": {}}
    settings = context.scene.partwise
    found: dict[str, Any] = {
        "engine": engine_choice.name_of(settings, verb),
        "options": engine_choice.asked(settings, verb),
        "memory": place.memory(),
    }
    if verb == "replace" and "drawing" in engine_choice.options(settings, verb):
        drawing = drawings.read(context, context.scene.partwise_replacing)
        if drawing is not None:
            found["options"] |= drawing.fields()
            found["drawing"] = drawing.pixels
    return found


def other_object(context: bpy.types.Context) -> bpy.types.Object | None:
    """The object that is chosen as a source, else the only other one that is selected."""
    chosen = context.scene.partwise_replacing.other
    if chosen is not None and chosen != context.object:
        return chosen
    others = [obj for obj in context.selected_objects if obj != context.object]
    return others[0] if len(others) == 1 else None


def preview(context: bpy.types.Context, source: Source, seed: int) -> jobs.Job:
    """Start the job that asks for other parts and shows them as a proposal."""
    obj, settings = context.object, context.scene.partwise_replacing
    around, name = surroundings.surroundings_of(obj), surroundings.called(obj)
    text = "" if source.kind == "SAME" else settings.text.strip()
    meant = surroundings.meaning(name)
    if not has_labels(obj.data):  # what was put there says more than a number
        meant = meant or obj.data.partwise.stands_in
    asked_so = asked_of_engine(context, source)
    options = {"join": settings.join.lower(), "twins": settings.twins, "stretch": settings.stretch}
    asked_so["options"] |= options
    bases = {
        basis.target.uid: basis for basis in replacements.bases_of(around, twins=settings.twins)
    }
    can_cover = obj.is_editable  # else what it covers shows through it
    colour = source.colour or replacements.old_colour(obj)
    variants = settings.variants
    title = f"{name if has_labels(obj.data) else obj.name} replaced"

    def begin(seed: int) -> jobs.Job:
        gathering = Gathering(
            title,
            PARTWISE_OT_apply_replacement,
            "replaced",
            replacements.closing_of,
            replacements.not_closed,
            lambda: more(next_seed(seed, variants)),
            kept=lambda: _kept(around.spot),
        )
        return gathering.start(
            f"Replacing {name}", work(seed, gathering), lambda found: add(gathering, found)
        )

    def more(seed: int) -> jobs.Job:
        if source.kind == "SAME":  # as Regenerate does
            bpy.context.scene.partwise_replacing.seed = seed
        return begin(seed)

    def work(seed: int, gathering: Gathering) -> Generator[jobs.Ask, Any, list[Replacement]]:
        mesh, labels = yield from jobs.compute(around.arrays)
        asked = Replace(
            mesh.fingerprint,
            labels,
            around.part,
            name=meant,
            title=around.title,
            text=text,
            variants=variants,
            seed=seed,
            colour=np.clip(colour[:3], 0.0, 1.0).tolist(),
            **asked_so,
            **source.fields,
        )

        def read(answer: ReplacedPart) -> list[Replacement]:
            return replacements.read(answer, around, bases[around.spot.uid], source)

        def hear(piece: ReplacedPart | Sketched) -> None:
            if isinstance(piece, ReplacedPart):
                add(gathering, read(piece), piece.expected)
                return
            seen = replacements.sketch_of(piece, around.spot, colour, in_front=not can_cover)
            gathering.sketch(seen, [bases[around.spot.uid]], variants)

        return (yield from ask_about(mesh, asked, read, hear=hear))

    def add(gathering: Gathering, found: list[Replacement], expected: int = 0) -> None:
        gathering.check()
        for one in found:
            if not gathering.is_new(one.number):
                continue
            rgba = np.array(one.wishes.get("colour") or colour, dtype=np.float64)
            ghosts = [
                Ghost(new.vertices, new.faces, rgba, new.spot.uid, in_front=not can_cover)
                for new in one.parts
            ]
            covers = [(new.spot.uid, new.spot.part_id) for new in one.parts]
            used = {new.spot.uid for new in one.parts}
            gathering.add(
                Variant(one.name, ghosts, one, covers, one.thumbnail),
                [basis for uid, basis in bases.items() if uid in used],
                expected,
            )

    return begin(seed)


def _kept(spot: Spot) -> tuple[list[Variant], list[Basis]]:
    """What was kept for the same part, and what that was made from."""
    former = proposals.current(PARTWISE_OT_apply_replacement)
    place = spot.uid, spot.part_id
    kept = [variant for variant in kept_of(former) if place in variant.covers]
    used = {uid for variant in kept for uid, _ in variant.covers}
    return kept, [each for each in former.bases if each.target.uid in used] if former else []


CLASSES = (
    PARTWISE_OT_replace_part,
    PARTWISE_OT_regenerate_part,
    PARTWISE_OT_replace_with,
    PARTWISE_OT_replace_with_object,
    PARTWISE_OT_replace_with_file,
    PARTWISE_OT_replace_with_image,
    PARTWISE_OT_apply_replacement,
)
