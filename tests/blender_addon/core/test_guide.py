# SPDX-License-Identifier: GPL-3.0-or-later
"""Places of the guide: one for each operator, each on a page that is there, with an address."""

from __future__ import annotations

import ast
from fnmatch import fnmatchcase
from pathlib import Path, PurePosixPath, PureWindowsPath
from urllib.request import url2pathname

import pytest
from partwise.blender_addon.core import guide

import build_guide

ADDON = Path(guide.__file__).parents[1]


def operators() -> set[str]:
    """Names of all operators of the add-on, from its source."""
    found = set()
    for path in ADDON.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "bl_idname":
                name = node.value.value if isinstance(node.value, ast.Constant) else ""
                found |= {str(name).removeprefix("partwise.")} if "." in str(name) else set()
    return found


def test_every_operator_has_a_place_and_no_other():
    assert len(operators()) > 60
    assert operators() == set(guide.OPERATORS)


def test_every_place_is_a_heading_of_a_page():
    pages = build_guide.read(build_guide.ROOT)
    anchors = {
        page.name: page.anchors for page in pages.values() if page.path not in build_guide.ALONG
    }
    for pattern, place in guide.MANUAL:
        name, _, heading = place.partition("#")
        assert name in anchors, f"{pattern} leads to {place}"
        assert not heading or heading in anchors[name], f"{pattern} leads to {place}"


def test_every_page_for_blender_is_led_to():
    led = {place.partition("#")[0] for _, place in guide.MANUAL}
    pages = {path.stem for path in (build_guide.ROOT / build_guide.GUIDE).glob("*.md")}
    assert pages - led == {"shell"}


def test_no_pattern_hides_another():
    """The first that fits counts: what is told of one setting stands before what is told of all."""
    patterns = [pattern for pattern, _ in guide.MANUAL]
    assert patterns == [pattern.lower() for pattern in patterns]
    for place, pattern in enumerate(patterns):
        plain = pattern.replace("*", "x")
        assert not [one for one in patterns[:place] if fnmatchcase(plain, one)], pattern


def test_files_of_places():
    assert guide.file_of("split") == "split.html"
    assert guide.file_of("split#assembly") == "go/split.assembly.html"


@pytest.mark.parametrize("name", ["Künstlerin 漢字", "100 % #1?", "plain"])
def test_an_address_leads_back_to_its_path(name):
    path = PurePosixPath("/home", name, "index.html")
    address = guide.address(path, windows=False)
    assert address.isascii()
    assert not set(address) & set(" #?")
    assert url2pathname(address.removeprefix("file://")) == str(path)


def test_on_windows_letters_stay_letters_and_signs_are_written_out():
    path = PureWindowsPath("C:\\Users\\Künstlerin 漢字\\100 % #1\\index.html")
    expected = "file:///C:/Users/Künstlerin%20漢字/100%20%25%20%231/index.html"
    assert guide.address(path, windows=True) == expected
