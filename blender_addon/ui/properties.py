# SPDX-License-Identifier: GPL-3.0-or-later
"""What Partwise saves in the file and Blender undoes: of meshes, split results, settings."""

from typing import Any

import bpy
from bpy.props import (
    BoolProperty,
    CollectionProperty,
    EnumProperty,
    FloatProperty,
    FloatVectorProperty,
    IntProperty,
    PointerProperty,
    StringProperty,
)

from ...backend.contract.name_templates import TEMPLATES
from ...backend.contract.options import OPTIONS, Choice, Count, Strength
from ..core.naming import NUMBERS, SHAPE, TEMPLATE
from ..ops.decompose import recut_live
from ..scene import changed, explode, ticks
from ..scene.engine_choice import AUTOMATIC
from . import engine_menu
from .part_properties import (
    PartwiseBorder,
    PartwiseClick,
    PartwiseKeptName,
    PartwisePart,
    PartwiseReport,
)


def _row_chosen(table: bpy.types.PropertyGroup, _context: bpy.types.Context) -> None:
    ticks.row_was_chosen(table.id_data)
    changed.seen.say()


def _recoloured(settings: bpy.types.PropertyGroup, context: bpy.types.Context) -> None:
    _set(settings, context)
    changed.seen.say()


def _set(settings: bpy.types.PropertyGroup, context: bpy.types.Context) -> None:
    changed.settings.say(settings, context)


def _granularity_dragged(owner: bpy.types.PropertyGroup, _context: bpy.types.Context) -> None:
    recut_live(owner.id_data)


def _explode_dragged(owner: bpy.types.PropertyGroup, _context: bpy.types.Context) -> None:
    explode.update(owner.id_data)


def _hint(name: str, description: str) -> Any:
    """The definition of a property: whether something of the mesh leads where parts end."""
    return BoolProperty(name=name, description=description, update=_set)


def _engine(description: str) -> Any:
    """The definition of a property: the name of an engine, as a text."""
    return StringProperty(name="Engine", description=description, default=AUTOMATIC, update=_set)


def _seed() -> Any:
    """The definition of a property: what makes results differ."""
    return IntProperty(
        name="Seed", description="Another number makes another result", min=0, update=_set
    )


def _option(name: str) -> Any:
    """The definition of a property: a setting that several engines take."""
    option = OPTIONS[name]
    if isinstance(option, Choice):
        items = [(word.upper(), word.capitalize(), "") for word in option.words]
        return EnumProperty(
            name=option.label, description=option.text, items=items,
            default=option.default.upper(), update=_set,
        )  # fmt: skip
    if isinstance(option, Count):
        return IntProperty(
            name=option.label, description=option.text, default=option.default, min=0,
            max=option.highest, soft_max=200_000, step=1000, update=_set,
        )  # fmt: skip
    assert isinstance(option, Strength)
    return FloatProperty(
        name=option.label, description=option.text, default=option.default,
        min=option.lowest, max=option.highest, subtype="FACTOR", update=_set,
    )  # fmt: skip


class PartwiseMesh(bpy.types.PropertyGroup):
    """The parts of a mesh, beside its face attribute part_id."""

    parts: CollectionProperty(type=PartwisePart)
    active: IntProperty(name="Active Part", update=_row_chosen)
    granularity: FloatProperty(
        name="Granularity",
        description="From few large parts to many small ones",
        min=0.0,
        max=1.0,
        default=0.5,
        precision=3,
        subtype="FACTOR",
        update=_granularity_dragged,
    )
    kept_borders: CollectionProperty(type=PartwiseBorder)
    edited: BoolProperty(description="The artist changed which faces belong to which part")
    kept_names: CollectionProperty(
        type=PartwiseKeptName, description="Names by hand that come back with their parts"
    )
    clicks: CollectionProperty(type=PartwiseClick, description="Clicks that were not accepted yet")
    clicks_extend: IntProperty(default=-1, description="Id of the part that the clicks extend")
    fingerprint: StringProperty(description="The analysis, to find its merge tree again")
    engine: StringProperty(description="The engine that made the parts; empty when an artist did")
    variant: IntProperty(description="Which of the plausible segmentations this is, 0 the best")
    caps: StringProperty(description="Of a part: what its caps were like when they were made")
    rims: StringProperty(description="Of a part: how caps were shaded into it when they were made")
    stands_in: StringProperty(description="Of a part: what was made for its place")
    notice: StringProperty(description="Why another engine ran than the one that was to run")
    hidden: PointerProperty(
        type=bpy.types.Mesh, description="What completes parts, until Split takes it"
    )
    report: PointerProperty(type=PartwiseReport, description="Of the mesh of a part object")


class PartwiseObject(bpy.types.PropertyGroup):
    """What a part object remembers of where it comes from."""

    source: PointerProperty(type=bpy.types.Object, description="The original object")
    part_id: IntProperty(default=-1)
    explode_offset: FloatVectorProperty(size=3, subtype="TRANSLATION")
    explode_own: FloatVectorProperty(
        size=3, subtype="TRANSLATION", description="The artist's own delta location, to come back"
    )


class PartwiseCollection(bpy.types.PropertyGroup):
    """What a collection of parts remembers."""

    source: PointerProperty(type=bpy.types.Object, description="The original object")
    explode: FloatProperty(
        name="Explode",
        description="Move the parts apart to look at them; at zero they are where they were",
        min=0.0,
        soft_max=1.0,
        max=4.0,
        subtype="FACTOR",
        update=_explode_dragged,
    )


class PartwiseSettings(bpy.types.PropertyGroup):
    """How Decompose and Split work."""

    engine: _engine("What decides where parts end: AUTO, or the name of an engine")
    engine_menu: engine_menu.menu_of("segment", "What decides where parts end")
    complete_engine: _engine("What grows hidden surface: AUTO, or the name of an engine")
    complete_engine_menu: engine_menu.menu_of("complete", "What grows the surface that was hidden")
    complete_quality: _option("quality")
    complete_variants: IntProperty(
        name="Variants",
        description="How many completions to choose from, of this seed and the next ones",
        default=1,
        min=1,
        max=16,
        soft_max=8,
        update=_set,
    )
    complete_seed: _seed()
    replace_engine: _engine("What offers other parts: AUTO, or the name of an engine")
    replace_engine_menu: engine_menu.menu_of("replace", "What offers other parts")
    replace_quality: _option("quality")
    strength_words: _option("strength_words")
    strength_drawing: _option("strength_drawing")
    generate_engine: _engine("What makes parts of pictures: AUTO, or the name of an engine")
    generate_engine_menu: engine_menu.menu_of("generate", "What makes parts of pictures and words")
    generate_quality: _option("quality")
    faces: _option("faces")
    generate_seed: _seed()
    count_mode: EnumProperty(
        name="Parts",
        items=(
            (AUTOMATIC, "Automatic", "Partwise chooses how many parts there are"),
            ("GRANULARITY", "Granularity", "From few large parts to many small ones"),
            ("COUNT", "Count", "An exact number of parts"),
        ),
        update=_set,
    )
    granularity: FloatProperty(
        name="Granularity",
        description="From few large parts to many small ones",
        min=0.0,
        max=1.0,
        default=0.5,
        subtype="FACTOR",
        update=_set,
    )
    part_count: IntProperty(
        name="Count",
        description="Exact number of parts",
        min=1,
        soft_max=100,
        default=8,
        update=_set,
    )
    symmetric: BoolProperty(
        name="Symmetry",
        description="An object that mirrors itself is cut alike on both sides, posed limbs too",
        default=True,
        update=_set,
    )
    naming: EnumProperty(
        name="Names",
        description="What parts are called that you did not name yourself",
        items=(
            (SHAPE, "By Shape", "By what and where they are: Leg.Front.L; numbers where unsure"),
            (NUMBERS, "Numbers", "Part.01, Part.02 and so on, the largest first"),
            (TEMPLATE, "Template", "Names of your own, which scripts can rely on"),
        ),
        update=_set,
    )
    name_template: StringProperty(
        name="Template",
        description="Names with commas, such as Body, Head, Wheel4 (for four wheels), or one of: "
        + ", ".join(TEMPLATES),
        default="Car5",
        update=_set,
    )
    hint_seams: _hint("Seams", "Parts should end at UV seams that are marked")
    hint_sharp: _hint("Sharp Edges", "Parts should end at edges that are marked sharp")
    hint_materials: _hint("Materials", "Parts should end where the material changes")
    hint_colours: _hint(
        "Colours",
        "Parts may end where colour changes: of materials, their pictures and colour attributes. "
        "For objects whose colours follow their parts",
    )
    hint_groups: _hint("Vertex Groups", "Parts should follow the strongest vertex group")
    copy_linked: BoolProperty(
        name="Copy Linked Data",
        description="Work on a local copy where the mesh is linked or overridden, instead of "
        "refusing it, and where it is shared, instead of giving all objects that have it the same "
        "parts",
        update=_set,
    )
    keep_shading: BoolProperty(
        name="Keep Shading",
        description="Keep the normals at the cut as they were on the whole",
        default=True,
        update=_set,
    )
    closing: EnumProperty(
        name="Close",
        description="What becomes of the holes that the cut opens. Parts that were completed "
        "before are closed by that in any case",
        items=(
            ("NONE", "None", "Leave the holes open"),
            ("CAP", "Cap", "Close the holes with flat caps; neighbours share them"),
            ("HIDDEN", "Hidden", "Grow what of each part is hidden by its neighbours"),
        ),
        update=_set,
    )
    complete_uv: EnumProperty(
        name="UV",
        description="What the UV maps are on the new faces. They never lie over your islands",
        items=(
            (
                "CONTINUED",
                "Continue Colours",
                "The colours of the border run on over the new faces; nothing of the map is used",
            ),
            (
                "ISLANDS",
                "Own Islands",
                "New islands in the free room of the map, as dense as what is round them, to paint "
                "or bake on. Where there is no room, the colours of the border run on",
            ),
        ),
        update=_set,
    )
    complete_own_slot: BoolProperty(
        name="Own Material Slot",
        description="Give the new faces a slot with a material of their own, Hidden",
        update=_set,
    )
    thicken: FloatProperty(
        name="Thicken Sheets",
        description="Thickness that open sheets get, such as cloth or hair, as a share of the "
        "object's size. At zero they stay as they are",
        min=0.0,
        max=0.2,
        soft_max=0.05,
        precision=3,
        subtype="FACTOR",
        update=_set,
    )
    origin: EnumProperty(
        name="Origin",
        items=(
            ("SOURCE", "Same as Original", "Leave the origin where it was"),
            ("BOUNDS", "Centre of Bounds", "Centre of the part's bounding box"),
            ("SURFACE", "Centre of Surface", "Centre of the part's surface area"),
            ("JOINT", "Joint", "Centre of the border with its largest neighbour"),
        ),
        update=_set,
    )
    hover: BoolProperty(
        name="Preview",
        description="Show what a click would mean while the pointer moves over a mesh",
        default=True,
        update=_set,
    )
    show_overlay: BoolProperty(
        name="Part Colours",
        description="Show the parts in colours in the viewport",
        default=True,
        update=_recoloured,
    )
    overlay_opacity: FloatProperty(
        name="Opacity",
        description="How much the part colours cover the mesh",
        min=0.0,
        max=1.0,
        default=0.75,
        subtype="FACTOR",
        update=_recoloured,
    )


CLASSES = (
    PartwiseMesh,
    PartwiseObject,
    PartwiseCollection,
    PartwiseSettings,
)
OWNERS = {
    bpy.types.Mesh: PartwiseMesh,
    bpy.types.Object: PartwiseObject,
    bpy.types.Collection: PartwiseCollection,
    bpy.types.Scene: PartwiseSettings,
}


def register() -> None:
    for owner, group in OWNERS.items():
        owner.partwise = PointerProperty(type=group)


def unregister() -> None:
    for owner in OWNERS:
        del owner.partwise
