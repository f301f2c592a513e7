# SPDX-License-Identifier: GPL-3.0-or-later
"""Where pictures come from: files, dropped ones too, the view, a render; and masks to paint on."""

from __future__ import annotations

import bpy
import numpy as np
import pytest
from partwise.blender_addon.engine import jobs
from partwise.blender_addon.ops import images, picture_sources
from partwise.blender_addon.scene import proposals

from tests.blender.picturing import choose, figure, make, refused, saved

pytestmark = pytest.mark.usefixtures("no_proposal")


def test_a_new_mask_is_empty_until_painted_or_begins_with_the_preview():
    asked = choose()
    assert bpy.ops.partwise.new_mask() == {"FINISHED"}
    mask = asked.front.mask
    assert (mask.name, tuple(mask.size), bool(mask.packed_file)) == ("Doll Mask", (96, 96), True)
    refused("“Doll Mask” is empty")
    values = np.array(mask.pixels[:]).reshape(96, 96, 4)  # the bottom row first
    values[8:40, 30:66] = (0.1, 0.9, 0.1, 1.0)
    values[40:58, 30:66] = (0.9, 0.9, 0.1, 1.0)
    values[58:88, 30:66] = (0.9, 0.1, 0.9, 1.0)
    mask.pixels.foreach_set(values.ravel().astype(np.float32))
    jobs.dismiss()
    assert make().variant.name == "3 parts"
    assert bpy.ops.partwise.new_mask() == {"FINISHED"}
    assert asked.front.mask != mask
    proposals.discard()
    assert make().variant.name == "3 parts"


def test_files_become_pictures_by_their_names_and_parts_at_once(tmp_path):
    front = saved(figure(), tmp_path / "Doll.png")
    run = bpy.ops.partwise.add_pictures
    assert run(filepath=str(front)) == {"FINISHED"}
    asked = bpy.context.scene.partwise_images
    assert asked.front.image.name == "Doll.png"
    assert images.current().variant.name == "2 parts"
    proposals.discard()
    names = ["doll_back.png", "doll_front.png", "doll-side.png"]
    for name in names:
        saved(figure(), tmp_path / name)
    files = [{"name": name} for name in names]
    assert run(directory=str(tmp_path), files=files, make=False) == {"FINISHED"}
    chosen = {view: getattr(asked, view).image for view in ("front", "side", "back", "top")}
    found = {view: image and image.name for view, image in chosen.items()}
    assert found == {
        "front": "doll_front.png", "side": "doll-side.png", "back": "doll_back.png", "top": None,
    }  # fmt: skip
    assert images.current() is None
    with pytest.raises(RuntimeError, match="No picture was chosen"):
        run(directory=str(tmp_path))
    with pytest.raises(RuntimeError, match="cannot be read"):
        run(filepath=str(tmp_path / "none.png"))


def test_the_sidebar_is_opened_where_a_picture_is_dropped():
    """Blender without a window has no events to invoke an operator with."""
    areas = bpy.context.window_manager.windows[0].screen.areas
    area = next(area for area in areas if area.type == "VIEW_3D")
    area.spaces.active.show_region_ui = False
    picture_sources._show_tab(area)
    assert area.spaces.active.show_region_ui


def test_there_is_nothing_to_take_before_a_render_or_without_a_view():
    with pytest.raises(RuntimeError, match="Nothing was rendered yet"):
        bpy.ops.partwise.take_picture(source="RENDER")
    with pytest.raises(RuntimeError, match="no 3D view"):
        bpy.ops.partwise.take_picture(source="VIEW")


def test_dropped_images_are_offered_beside_blenders_own_ways():
    handler = picture_sources.PARTWISE_FH_pictures
    assert ".png" in handler.bl_file_extensions.split(";")
    module, name = handler.bl_import_operator.split(".")
    known = getattr(getattr(bpy.ops, module), name).get_rna_type().properties
    assert {"directory", "files"} <= set(known.keys())
    window = bpy.context.window_manager.windows[0]
    for kind in ("VIEW_3D", "OUTLINER"):
        area = next(area for area in window.screen.areas if area.type == kind)
        region = next(region for region in area.regions if region.type == "WINDOW")
        with bpy.context.temp_override(window=window, area=area, region=region):
            assert handler.poll_drop(bpy.context) == (kind == "VIEW_3D")
