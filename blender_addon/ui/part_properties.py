# SPDX-License-Identifier: GPL-3.0-or-later
"""What Partwise saves of each part of a mesh, of borders, clicks and names, and Blender undoes."""

import re

import bpy
from bpy.props import (
    BoolProperty,
    EnumProperty,
    FloatProperty,
    FloatVectorProperty,
    IntProperty,
    PointerProperty,
    StringProperty,
)

from ..scene import changed, visibility
from ..scene.parts import default_name


def seen_otherwise(_owner: bpy.types.PropertyGroup, _context: bpy.types.Context) -> None:
    """A property changed that is drawn in the viewport."""
    changed.seen.say()


def _part_renamed(part: bpy.types.PropertyGroup, context: bpy.types.Context) -> None:
    """Names are unique, as those of objects are."""
    wanted = part.name.strip() or default_name(part.part_id)
    others = list(part.id_data.partwise.parts.keys())
    others.remove(part.name)
    name, stem, number = wanted, re.sub(r"\.\d{3,}$", "", wanted), 0
    while name in others:
        number += 1
        name = f"{stem}.{number:03}"
    if name != part.name:
        part.name = name


def _visibility_changed(part: bpy.types.PropertyGroup, _context: bpy.types.Context) -> None:
    visibility.update(part.id_data)


class PartwiseReport(bpy.types.PropertyGroup):
    """What is told of a part that was completed."""

    engine: StringProperty(description="What completed it: an engine, cap, sheet; empty: nothing")
    closed: BoolProperty(description="No edge is open: it can be printed, filled, cut")
    volume: FloatProperty(description="In the mesh's own units, 0 where it is open")
    hidden_share: FloatProperty(description="Of its surface, how much is new")
    shape: StringProperty(description="What the part was like, to see whether it was changed")


class PartwisePart(bpy.types.PropertyGroup):
    """One part of a mesh: a row of the part list."""

    name: StringProperty(name="Name", description="Name of the part", update=_part_renamed)
    given: StringProperty(description="The name that Partwise gave it, to tell other ones from")
    part_id: IntProperty(description="Value of the face attribute part_id", min=0)
    colour: FloatVectorProperty(
        name="Colour",
        description="Colour of the part in the viewport; it is not a material",
        subtype="COLOR",
        size=3,
        min=0.0,
        max=1.0,
        update=seen_otherwise,
    )
    visible: BoolProperty(
        name="Visible",
        description="Show this part in the viewport",
        default=True,
        update=_visibility_changed,
    )
    locked: BoolProperty(
        name="Locked", description="Keep this part as it is when the model is cut again"
    )
    selected: BoolProperty(
        name="Selected", description="Selected in the part list, for what works on several parts"
    )
    edited: EnumProperty(
        description="How the artist made the part by hand",
        items=(
            ("NONE", "None", "By a cut alone"),
            ("MERGED", "Merged", "By merging parts"),
            ("SPLIT", "Split", "By splitting a part"),
            ("ASSIGNED", "Assigned", "By assigning faces"),
            ("CLICKED", "Clicked", "With the click tool"),
        ),
    )
    faces: IntProperty(name="Faces", description="Number of faces")
    area: FloatProperty(name="Area", description="Surface area", unit="AREA")
    report: PointerProperty(type=PartwiseReport)


class PartwiseBorder(bpy.types.PropertyGroup):
    """A border between two parts that every new cut keeps."""

    one: IntProperty()
    two: IntProperty()


class PartwiseClick(bpy.types.PropertyGroup):
    """One click on a mesh, in the mesh's own coordinates."""

    kind: EnumProperty(
        items=(
            ("INCLUDE", "Include", "This belongs to the part"),
            ("EXCLUDE", "Exclude", "This does not belong to the part"),
            ("JOIN", "Join", "What this belongs to is to be joined to the part"),
            ("PART", "Join Part", "The part that this is on is to be joined to the part"),
        ),
    )
    point: FloatVectorProperty(size=3, subtype="XYZ", description="On the mesh before modifiers")
    place: FloatVectorProperty(size=3, subtype="XYZ", description="Where it was seen and clicked")
    face: IntProperty(default=-1, description="The face before modifiers")
    choice: IntProperty(default=-1, description="Which mask by size; -1 for the likeliest")


class PartwiseKeptName(bpy.types.PropertyGroup):
    """A name by hand whose part a cut took away, and where that part lies."""

    middle: FloatVectorProperty(size=3, subtype="XYZ", description="Of its surface, on the mesh")
    area: FloatProperty(description="In the mesh's own units")


CLASSES = (PartwiseReport, PartwisePart, PartwiseBorder, PartwiseClick, PartwiseKeptName)
