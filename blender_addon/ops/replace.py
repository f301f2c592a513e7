# SPDX-License-Identifier: GPL-3.0-or-later
"""Replace: another part in the place of one, seen before it is taken; the others stay as they are.

Words, the bundled library, the user's assets, a file, an object of the scene and more of the same
kind all end in the same preview. What is accepted is an object of its own: a mesh with parts is
split first, so that its original stays untouched and hidden, as Split leaves it.
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass, field
from typing import Any

import bpy
import numpy as np
from bpy.props import IntProperty, StringProperty
from bpy_extras.io_utils import ImportHelper
from numpy.typing import NDArray

from ...backend.contract.errors import BadInput, PartwiseError
from ...backend.contract.requests import MAX_SEED, ListLibrary, Replace, ReplacedPart
from ..engine import jobs
from ..mesh.labels import get_labels, has_labels
from ..mesh.replacement import colour_of, main_material, swap_mesh, wished_material
from ..scene import asset_libraries, part_sources, proposals, surroundings
from ..scene.analyses import ask_about
from ..scene.apply import AppliesResults
from ..scene.assembly import split_objects
from ..scene.asset_libraries import Asset, Shape
from ..scene.proposals import Basis, Ghost, Proposal, Variant
from ..scene.surroundings import Spot, Surroundings
from ..scene.targets import refusal
from .poll import SaysWhyNot

LONGEST = 4000  # letters of a search that are looked at
PLAIN = (0.8, 0.8, 0.8, 1.0)
SUFFIXES = "*.glb;*.gltf;*.obj;*.stl;*.ply;*.off;*.fbx;*.dae;*.3mf;*.3ds;*.x3d;*.usdz"


@dataclass(frozen=True, eq=False)
class StandIn:
    """A mesh for the place of a part: (V, 3) in the coordinates of the part's object, (F, 3)."""

    spot: Spot
    vertices: NDArray[np.float64]
    faces: NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Replacement:
    """What is applied, and what is said of it beside the preview.

    wishes : the material that was wished, empty where none was; source : what lends its own instead
    of the old part's; how : the way it was asked for, as "SAME".
    """

    basis: Basis
    name: str
    parts: list[StandIn]
    wishes: dict[str, Any]
    source: Source
    understood: list[str]
    not_understood: list[str]
    notice: str


@dataclass(frozen=True, eq=False)
class Source:
    """Where another part comes from: what of `Replace` says so, and whose material it has.

    kind : WORDS, SAME, LIBRARY, ASSET, OBJECT or FILE.
    """

    kind: str
    fields: dict[str, Any] = field(default_factory=dict)
    material: str = ""
    colour: tuple[float, ...] | None = None
    asset: Asset | None = None

    @classmethod
    def of_shape(cls, kind: str, shape: Shape, asset: Asset | None = None) -> Source:
        arrays = {"source_vertices": shape.vertices, "source_faces": shape.faces}
        return cls(kind, arrays, shape.material, shape.colour, asset)

    def own_material(self) -> bpy.types.Material | None:
        """The material that it brings along, in this file."""
        if not self.material:
            return None
        if self.asset is not None:
            return asset_libraries.bring_material(self.asset, self.material)
        return bpy.data.materials.get(self.material)


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
        try:
            job = preview(context, self.source(context), self.seed(context))
        except PartwiseError as error:
            self.report({"ERROR"}, str(error))  # type: ignore[attr-defined]
            return {"CANCELLED"}
        if job.state == jobs.FAILED:
            self.report({"ERROR"}, str(job.error))  # type: ignore[attr-defined]
            return {"CANCELLED"}
        return {"FINISHED"}

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
        if context.scene.partwise_replacing.text.strip():
            return ""
        return "Say in a few words what the part should be"

    def source(self, context: bpy.types.Context) -> Source:
        return Source("WORDS")


class PARTWISE_OT_regenerate_part(ReplaceOperator, bpy.types.Operator):
    """Preview other parts of the same kind as the active one; again for others still"""

    bl_idname = "partwise.regenerate_part"
    bl_label = "Regenerate Part"

    def source(self, context: bpy.types.Context) -> Source:
        return Source("SAME")

    def seed(self, context: bpy.types.Context) -> int:
        """As set, or the next ones where those are looked at already."""
        settings = context.scene.partwise_replacing
        shown = proposals.current(PARTWISE_OT_apply_replacement)
        if shown is not None and shown.variant.result.source.kind == "SAME":
            settings.seed = (settings.seed + settings.variants) % (MAX_SEED >> 1)
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


class PARTWISE_OT_search_parts(SaysWhyNot, bpy.types.Operator):
    """Show parts of the library and of your asset libraries that the words mean, without words
    all of them"""

    bl_idname = "partwise.search_parts"
    bl_label = "Search Parts"
    bl_options = {"REGISTER"}

    @classmethod
    def objection(cls, context: bpy.types.Context) -> str:
        return "A job is running" if jobs.busy() else ""

    def execute(self, context: bpy.types.Context) -> set[str]:
        query = context.scene.partwise_replacing.text.strip()
        job = jobs.start("Searching Parts", _search(query[:LONGEST]), part_sources.keep)
        if job.state == jobs.FAILED:
            self.report({"ERROR"}, str(job.error))
            return {"CANCELLED"}
        return {"FINISHED"}


class PARTWISE_OT_turn_page(bpy.types.Operator):
    """Look at more of what was found"""

    bl_idname = "partwise.turn_page"
    bl_label = "Turn Page"
    bl_options = {"INTERNAL"}

    step: IntProperty(name="Step", description="1 for the next page, -1 for the last", default=1)

    def execute(self, context: bpy.types.Context) -> set[str]:
        part_sources.turn(self.step)
        return {"FINISHED"}


class PARTWISE_OT_apply_replacement(AppliesResults, bpy.types.Operator):
    """Put the part that is previewed in the place of the old one"""

    bl_idname = "partwise.apply_replacement"
    bl_label = "Replace Part"

    def execute(self, context: bpy.types.Context) -> set[str]:
        (found,) = self.results()
        made = [target for target in _put(context, found) if target is not None]
        if not made:
            self.report({"ERROR"}, "The part was deleted. Nothing was changed.")
            return {"CANCELLED"}
        for obj in context.selected_objects:
            obj.select_set(False)
        for obj in made:
            obj.select_set(True)
        context.view_layer.objects.active = made[0]
        return {"FINISHED"}


def why_not(context: bpy.types.Context) -> str:
    """Why no part can be replaced right now, for a tooltip; empty when one can."""
    if jobs.busy():
        return "A job is running"
    if context.mode != "OBJECT":
        return "Switch to Object Mode"
    reason = surroundings.why_not(context.object)
    if reason:
        return reason
    refused = refusal(context.object, copies=context.scene.partwise.copy_linked)
    return "" if refused is None else str(refused)


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
    options = {"join": settings.join.lower(), "twins": settings.twins, "stretch": settings.stretch}
    bases = {basis.target.uid: basis for basis in _bases(around, twins=settings.twins)}
    colour = source.colour or _old_colour(obj)
    variants, title = (
        settings.variants,
        f"{obj.name if not has_labels(obj.data) else name} replaced",
    )

    def work() -> Generator[jobs.Ask, Any, list[Replacement]]:
        mesh, labels = yield from jobs.compute(around.arrays)
        asked = Replace(
            mesh.fingerprint,
            labels,
            around.part,
            name=meant,
            text=text,
            variants=variants,
            seed=seed,
            options=options,
            **source.fields,
        )

        def read(answer: ReplacedPart) -> list[Replacement]:
            return _read(answer, around, bases[around.spot.uid], source)

        return (yield from ask_about(mesh, asked, read))

    def finish(found: list[Replacement]) -> None:
        shown = []
        for one in found:
            rgba = np.array(one.wishes.get("colour") or colour, dtype=np.float64)
            ghosts = [
                Ghost(new.vertices, new.faces, rgba, new.spot.uid, in_front=True)
                for new in one.parts
            ]
            shown.append(Variant(one.name, ghosts, one))
        used = {new.spot.uid for one in found for new in one.parts}
        own = [basis for uid, basis in bases.items() if uid in used]
        proposals.show(Proposal(title, PARTWISE_OT_apply_replacement, own, shown))

    return jobs.start(f"Replacing {name}", work(), finish)


def _search(query: str) -> Generator[jobs.Ask, Any, part_sources.Found]:
    notes: list[str] = []
    looking = asset_libraries.look_through(notes)
    assets: list[Asset] = []
    while True:
        try:
            next(looking)
        except StopIteration as end:
            assets = end.value
            break
        yield from jobs.compute(lambda: None)  # Blender draws, and may cancel, between files
    answer = yield jobs.Ask(ListLibrary(query))
    matches = asset_libraries.matching(assets, query)
    return part_sources.Found(query, part_sources.listed(answer, matches), notes)


def _bases(around: Surroundings, *, twins: bool) -> list[Basis]:
    """What a result is made from: the object, and with twins all in which one could be."""
    uids = [spot.uid for spot in around.spots] if twins else [around.spot.uid]
    found = [proposals.find(uid) for uid in dict.fromkeys(uids)]
    return [Basis.of(obj) for obj in found if obj is not None]


def _read(
    answer: ReplacedPart, around: Surroundings, basis: Basis, source: Source
) -> list[Replacement]:
    """Its variants, in the coordinates of the objects. Touches no data of Blender's."""
    found: dict[int, list[StandIn]] = {}
    names: dict[int, str] = {}
    for row, said in enumerate(answer.report):
        start, end = answer.vertex_offsets[row : row + 2]
        faces = answer.faces[slice(*answer.face_offsets[row : row + 2])]
        spot = around.spots[said["part"]]
        inverse = np.linalg.inv(spot.world)
        own = answer.vertices[start:end] @ inverse[:3, :3].T + inverse[:3, 3]
        if np.linalg.det(spot.world[:3, :3]) < 0:
            faces = faces[:, ::-1]
        number = int(said["variant"])
        found.setdefault(number, []).append(StandIn(spot, own, np.ascontiguousarray(faces)))
        names.setdefault(number, str(answer.names[row]))
    said_of = list(answer.understood), list(answer.not_understood), answer.notice
    return [
        Replacement(basis, names[number], parts, answer.material, source, *said_of)
        for number, parts in found.items()
    ]


def _old_colour(obj: bpy.types.Object) -> tuple[float, ...]:
    """The colour of the active part's material."""
    chosen = None
    if has_labels(obj.data):
        row = obj.data.partwise.parts[obj.data.partwise.active]
        chosen = get_labels(obj.data) == row.part_id
    material = main_material(obj.data, chosen)
    return colour_of(material) if material else PLAIN


def _put(context: bpy.types.Context, found: Replacement) -> list[bpy.types.Object | None]:
    """New meshes for the parts, which become objects first where they are parts of one mesh."""
    whole = found.basis.find()
    if whole is None:
        return []
    by_id: dict[int, bpy.types.Object] = {}
    if has_labels(whole.data):
        world = whole.matrix_world.copy()
        made = split_objects(context, [whole], context.scene.partwise)
        context.view_layer.update()
        by_id = {part.partwise.part_id: part for part in made}
    own = found.source.own_material()
    targets = []
    for new in found.parts:
        target = proposals.find(new.spot.uid) if new.spot.part_id is None else None
        vertices = new.vertices
        if new.spot.part_id is not None:
            target = by_id.get(new.spot.part_id)
            moved = np.array(target.matrix_world.inverted_safe() @ world) if target else np.eye(4)
            vertices = vertices @ moved[:3, :3].T + moved[:3, 3]
        targets.append(target)
        if target is not None:
            material = wished_material(found.wishes, own or main_material(target.data))
            mesh = swap_mesh(target, vertices, new.faces, found.name, material)
            mesh.partwise.stands_in = found.name
    return targets


CLASSES = (
    PARTWISE_OT_replace_part,
    PARTWISE_OT_regenerate_part,
    PARTWISE_OT_replace_with,
    PARTWISE_OT_replace_with_object,
    PARTWISE_OT_replace_with_file,
    PARTWISE_OT_search_parts,
    PARTWISE_OT_turn_page,
    PARTWISE_OT_apply_replacement,
)
