# SPDX-License-Identifier: GPL-3.0-or-later
"""What a mesh file says of where parts end, as far as it is asked."""

from __future__ import annotations

from ..assets.asset import Asset
from ..contract.palette import to_srgb_bytes
from ..pipelines.segment import Hints

ONE_COLOUR = "Nothing in it differs in colour: --colours changes nothing."


def hints_of(asset: Asset, *, colours: bool) -> Hints:
    """The hints of a file; one that is of one colour gets a remark.

    colours : whether materials, vertex colours and textures are one. Pictures are read only then.
    """
    if not colours:
        return Hints()
    from ..pictures.materials import face_colours

    seen = to_srgb_bytes(face_colours(asset))
    if (seen == seen[0]).all():
        asset.remarks.append(ONE_COLOUR)
        return Hints()
    return Hints(colours=seen)
