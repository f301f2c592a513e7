# SPDX-License-Identifier: GPL-3.0-or-later
"""The settings of Replace, saved in the file as those of a scene."""

from __future__ import annotations

import bpy
from bpy.props import BoolProperty, EnumProperty, IntProperty, PointerProperty, StringProperty

from ..scene.engine_choice import AUTOMATIC

SOLID = ("MESH", "CURVE", "SURFACE", "META", "FONT")


def _can_be_a_part(_settings: bpy.types.PropertyGroup, obj: bpy.types.Object) -> bool:
    return obj.type in SOLID


def _is_drawn(_settings: bpy.types.PropertyGroup, obj: bpy.types.Object) -> bool:
    return obj.type == "GREASEPENCIL"


class PartwiseReplacing(bpy.types.PropertyGroup):
    """How Replace works."""

    text: StringProperty(
        name="Words",
        description="What the part should be, in English: “fedora”, “three taller pink horns”, "
        "or wishes alone, as “rounder, metal”",
    )
    other: PointerProperty(
        type=bpy.types.Object,
        name="Object",
        description="An object of which a copy takes the part's place",
        poll=_can_be_a_part,
    )
    image: PointerProperty(
        type=bpy.types.Image,
        name="Picture",
        description="A picture of the part alone, before a plain or transparent ground: the new "
        "part is made from it",
    )
    drawing: EnumProperty(
        name="Drawing",
        description="What shows the engine the shape of the part, in lines",
        items=(
            ("OUTLINE", "Old Outline", "The outline of the old part, from the front"),
            ("ANNOTATION", "Annotation", "The active layer of the Annotate tool, as the view "
             "shows it"),
            ("PENCIL", "Grease Pencil", "A Grease Pencil object, as the view shows it"),
            ("IMAGE", "Image", "A picture of the part in dark lines, from the front"),
        ),
    )  # fmt: skip
    drawing_object: PointerProperty(
        type=bpy.types.Object,
        name="Drawing",
        description="The Grease Pencil object with the drawing",
        poll=_is_drawn,
    )
    drawing_image: PointerProperty(
        type=bpy.types.Image, name="Drawing", description="The picture of the part in dark lines"
    )
    variants: IntProperty(
        name="Variants", description="How many to choose from", min=1, max=32, default=6
    )
    seed: IntProperty(
        name="Seed", description="Another number makes other variants", min=0, default=0
    )
    twins: BoolProperty(
        name="Twins",
        description="Replace the part's mirror image on the other side too, by a mirrored one",
    )
    stretch: BoolProperty(
        name="Stretch",
        description="Stretch the new part to the old one's box; else it keeps its proportions",
    )
    join: EnumProperty(
        name="Seam",
        description="How the new part meets the others, which never change",
        items=(
            (AUTOMATIC, "Automatic", "Whichever suits the part and its seam"),
            ("OVERLAP", "Overlap", "It dips into what holds it"),
            ("WELD", "Weld", "A neck grows from the seam's own vertices"),
            ("TRIM", "Trim", "What lies inside the neighbours is cut off"),
        ),
    )


CLASSES = (PartwiseReplacing,)


def register() -> None:
    bpy.types.Scene.partwise_replacing = PointerProperty(type=PartwiseReplacing)


def unregister() -> None:
    del bpy.types.Scene.partwise_replacing
