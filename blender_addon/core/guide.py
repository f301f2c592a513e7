# SPDX-License-Identifier: GPL-3.0-or-later
"""The guide that comes with the package: which place of it tells of what. No Blender.

A place is ``page`` or ``page#heading``, as in the links of docs/guide. `MANUAL` is what Blender's
own manual map reads: the first pattern that fits counts, in lower case, as Blender asks.
"""

from __future__ import annotations

import re
import sys
from pathlib import PurePath
from urllib.parse import unquote

FOLDER = "guide"  # beside both halves, in a package
INDEX = "index"

# Operator, without what all begin with -> place. A test says which operator is not here.
OPERATORS = {
    "decompose": "decompose",
    "try_another": "decompose#other-parts",
    "apply_alternative": "decompose#other-parts",
    "apply_parts": "decompose",
    "step_parts": "decompose#granularity",
    "merge_parts": "decompose#the-list",
    "split_part": "decompose#the-list",
    "tick_part": "decompose#the-list",
    "tick_parts": "decompose#the-list",
    "isolate_parts": "decompose#the-list",
    "show_parts": "decompose#the-list",
    "remove_parts": "decompose#the-list",
    "part_of_unassigned": "decompose#the-list",
    "select_debris": "decompose#the-list",
    "remove_debris": "decompose#the-list",
    "name_parts": "decompose#names",
    "rename_parts": "decompose#names",
    "release_edits": "decompose#what-a-new-cut-keeps",
    "lock_parts": "decompose#what-a-new-cut-keeps",
    "lock_border": "decompose#what-a-new-cut-keeps",
    "unlock_borders": "decompose#what-a-new-cut-keeps",
    "assign_faces": "decompose#in-edit-mode",
    "new_part": "decompose#in-edit-mode",
    "select_faces": "decompose#in-edit-mode",
    "pick_part": "decompose#in-edit-mode",
    "choose_part": "decompose#in-the-view",
    "add_preset": "decompose#options",
    "include_point": "clicks",
    "exclude_point": "clicks",
    "join_point": "clicks",
    "accept_clicks": "clicks#the-answer",
    "remove_click": "clicks#the-answer",
    "clear_clicks": "clicks#the-answer",
    "step_mask": "clicks#the-answer",
    "show_clicks": "clicks#the-answer",
    "hover": "clicks#before-a-click",
    "step_level": "clicks#before-a-click",
    "select_clicked": "clicks#in-edit-mode",
    "apply_selection": "clicks#in-edit-mode",
    "split": "split",
    "apply_split": "split",
    "smooth_borders": "split#options",
    "apply_smooth_borders": "split#options",
    "toggle_original": "split#assembly",
    "join_back": "split#assembly",
    "parent_parts": "split#assembly",
    "unparent_parts": "split#assembly",
    "drop_unused": "split#assembly",
    "export_parts": "split#assembly",
    "complete": "complete",
    "apply_completed": "complete",
    "open_parts": "complete#options",
    "replace_part": "replace#words",
    "regenerate_part": "replace#other-sources",
    "replace_with": "replace#other-sources",
    "replace_with_object": "replace#other-sources",
    "replace_with_file": "replace#other-sources",
    "replace_with_image": "replace#other-sources",
    "search_parts": "replace#other-sources",
    "turn_page": "replace#other-sources",
    "apply_replacement": "replace",
    "accept_proposal": "index#previews",
    "discard_proposal": "index#previews",
    "step_proposal": "index#previews",
    "show_variant": "replace#variants",
    "keep_variant": "replace#variants",
    "drop_variant": "replace#variants",
    "more_variants": "replace#variants",
    "add_pictures": "from-images#pictures",
    "take_picture": "from-images#pictures",
    "new_mask": "from-images#masks",
    "make_parts": "from-images",
    "apply_take": "from-images#shape-and-depth",
    "another_take": "from-images#shape-and-depth",
    "shape_part": "from-images#shape-and-depth",
    "order_part": "from-images#shape-and-depth",
    "look_at_setup": "large-models",
    "install_engine": "large-models#the-engine",
    "repair_engine": "large-models#the-engine",
    "remove_engine": "large-models#the-engine",
    "use_python": "large-models#other-sources",
    "get_model": "large-models#a-model",
    "verify_model": "large-models#a-model",
    "remove_model": "large-models#a-model",
    "cancel_setup": "large-models",
    "dismiss_setup": "large-models",
    "copy_setup_report": "reports-and-limits",
    "cancel_job": "index",
    "dismiss_job": "reports-and-limits",
    "copy_report": "reports-and-limits",
    "open_log": "reports-and-limits",
    "restart_engine": "reports-and-limits",
    "open_guide": "index",
    "save_guide": "keys#preferences",
}

# Properties, as types of Blender name them, without what all begin with -> place.
PROPERTIES = {
    "settings.count_mode": "decompose#options",
    "settings.granularity": "decompose#options",
    "settings.part_count": "decompose#options",
    "settings.hint_*": "decompose#options",
    "settings.symmetric": "decompose#options",
    "settings.naming": "decompose#names",
    "settings.name_template": "decompose#names",
    "settings.copy_linked": "decompose#options",
    "settings.show_overlay": "decompose#in-the-view",
    "settings.overlay_opacity": "decompose#in-the-view",
    "settings.hover": "clicks#before-a-click",
    "settings.*engine*": "engines",
    "settings.closing": "split#options",
    "settings.keep_shading": "split#options",
    "settings.origin": "split#options",
    "settings.complete_*": "complete#options",
    "settings.thicken": "complete#options",
    "settings.*": "engines",  # what engines take has the names that they give it
    "mesh.granularity": "decompose#granularity",
    "mesh.*": "decompose#the-list",
    "part.*": "decompose#the-list",
    "tool.*": "clicks#before-a-click",
    "collection.*": "split#assembly",
    "report.*": "reports-and-limits",
    "replacing.text": "replace#words",
    "replacing.variants": "replace#variants",
    "replacing.drawing*": "engines#a-drawing",
    "replacing.other": "replace#other-sources",
    "replacing.image": "replace#other-sources",
    "replacing.*": "replace#fit",
    "view.image": "from-images#pictures",
    "view.mask": "from-images#masks",
    "images.text": "from-images#words",
    "images.variants": "from-images#words",
    "images.*": "from-images#how-parts-are-made",
    "sources.*": "large-models#other-sources",
    "preferences.home": "large-models#the-engine",
    "preferences.memory": "large-models#the-engine",
    "preferences.trials": "engines#the-part-generator",
    "preferences.*": "keys#preferences",
    "*": INDEX,
}

MANUAL = (
    *((f"bpy.ops.partwise.{name}", place) for name, place in OPERATORS.items()),
    *((f"bpy.types.partwise{name}", place) for name, place in PROPERTIES.items()),
)


def file_of(place: str) -> str:
    """The file of the built guide that opens at a place, below its folder.

    A heading has a file of its own that leads there: Windows and some desktops drop what follows
    the # of an address of a file.
    """
    page, _, heading = place.partition("#")
    return f"go/{page}.{heading}.html" if heading else f"{page}.html"


def address(path: PurePath, windows: bool = sys.platform == "win32") -> str:
    """The file:// address of an absolute path.

    Windows reads what stands for letters beyond ASCII in the code page of its user, so that they
    stay letters there (the IEBlog on file URIs in Windows, 2006).
    """
    uri = path.as_uri()
    if windows:
        uri = re.sub(r"(?:%[89A-F][0-9A-F])+", lambda found: unquote(found[0]), uri)
    return uri
