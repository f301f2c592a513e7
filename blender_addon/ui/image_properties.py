# SPDX-License-Identifier: GPL-3.0-or-later
"""What From Images is asked for: pictures and masks by view, and options. Saved with the scene."""

from __future__ import annotations

import bpy
from bpy.props import (
    BoolProperty,
    EnumProperty,
    FloatProperty,
    IntProperty,
    PointerProperty,
    StringProperty,
)

from ..ops.images import SHAPES
from ..scene.engine_choice import AUTOMATIC


class PartwiseView(bpy.types.PropertyGroup):
    """One side of an object, as a picture."""

    image: PointerProperty(
        name="Picture", type=bpy.types.Image, description="What the object looks like from here"
    )
    mask: PointerProperty(
        name="Mask",
        type=bpy.types.Image,
        description="An image of the same size, in which each part is painted in a colour of its "
        "own; without one, parts are found by colours and limbs",
    )


class PartwiseImages(bpy.types.PropertyGroup):
    """How From Images works."""

    front: PointerProperty(type=PartwiseView)
    side: PointerProperty(type=PartwiseView)
    back: PointerProperty(type=PartwiseView)
    top: PointerProperty(type=PartwiseView)
    text: StringProperty(
        name="Words",
        description="Without a picture: what to make, such as “round wooden table with four legs”",
        maxlen=200,
    )
    count: IntProperty(
        name="Parts",
        description="How many parts; 0 for as many as are seen",
        min=0,
        max=64,
        soft_max=24,
    )
    limbs: BoolProperty(
        name="Cut Limbs",
        description="Also cut where the figure has a neck, as between an arm and a body of one "
        "colour",
        default=True,
    )
    shape: EnumProperty(
        name="Shape",
        description="How parts get their depth; each can be changed in the preview",
        items=(
            (AUTOMATIC, "Automatic", "As fits the outline of each part", "SHADERFX", 0),
            *SHAPES,
        ),
    )
    thickness: FloatProperty(
        name="Thickness",
        description="How thick parts are, beside what fits their width",
        default=1.0,
        min=0.05,
        max=5.0,
        soft_min=0.25,
        soft_max=2.0,
        step=5,
    )
    back_side: EnumProperty(
        name="Back",
        description="What the back shows where there is no picture of it",
        items=(
            ("FILL", "Plain", "The colours of the edge of each part, without faces and buttons"),
            ("MIRROR", "As Front", "The same as the front"),
        ),
    )
    symmetry: EnumProperty(
        name="Symmetric",
        description="Whether left and right are to be mirror images",
        items=(
            (AUTOMATIC, "Automatic", "As the picture looks"),
            ("YES", "Yes", "Left and right become mirror images"),
            ("NO", "No", "Left and right stay as they are drawn"),
        ),
    )
    variants: IntProperty(
        name="Variants",
        description="How many objects to choose from. Words, and engines that imagine what a "
        "picture does not show, make another of each seed; others make one",
        default=1,
        min=1,
        max=16,
        soft_max=8,
    )
    size: FloatProperty(
        name="Size",
        description="Length of the longest side",
        default=2.0,
        min=0.001,
        soft_max=100.0,
        subtype="DISTANCE",
    )


CLASSES = (PartwiseView, PartwiseImages)


def register() -> None:
    bpy.types.Scene.partwise_images = PointerProperty(type=PartwiseImages)


def unregister() -> None:
    del bpy.types.Scene.partwise_images
