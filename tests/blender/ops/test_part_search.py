# SPDX-License-Identifier: GPL-3.0-or-later
"""The search for parts in Blender, with the real engine process."""

from __future__ import annotations

import bpy
import pytest
from partwise.blender_addon.ops.replace import PARTWISE_OT_apply_replacement
from partwise.blender_addon.scene import part_sources, proposals

from tests.blender.ops.replacing import add_figure


@pytest.fixture(autouse=True)
def nothing_found(no_proposal):
    yield
    part_sources.keep(None)


@pytest.fixture
def fox() -> bpy.types.Object:
    return add_figure()


def settings() -> bpy.types.PropertyGroup:
    return bpy.context.scene.partwise_replacing


def shown() -> proposals.Proposal:
    found = proposals.current(PARTWISE_OT_apply_replacement)
    assert found is not None
    return found


def test_what_is_found_replaces_with_the_wishes_of_the_words(fox):
    settings().text = "fedora"
    bpy.ops.partwise.search_parts()
    found = part_sources.found()
    assert found.sources[0].title == "fedora"
    assert found.sources[0].picture.shape == (96, 96, 4)
    settings().text = "pink fedora"
    bpy.ops.partwise.replace_with(key=found.sources[1].key)
    said = shown().variant.result
    assert said.name == found.sources[1].title
    assert said.wishes["name"] == "pink"


def test_without_words_all_are_listed_in_pages(fox):
    bpy.ops.partwise.search_parts()
    found = part_sources.found()
    assert len(found.sources) > 300
    assert found.pages == -(-len(found.sources) // part_sources.PAGE)
    first = found.shown()
    bpy.ops.partwise.turn_page(step=-1)
    assert found.page == found.pages - 1
    bpy.ops.partwise.turn_page(step=1)
    assert found.shown() == first
