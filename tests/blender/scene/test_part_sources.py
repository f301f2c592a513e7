# SPDX-License-Identifier: GPL-3.0-or-later
"""The one list of what could take a part's place."""

from __future__ import annotations

import numpy as np
import pytest
from partwise.backend.contract.requests import LibraryList
from partwise.blender_addon.scene import part_sources
from partwise.blender_addon.scene.asset_libraries import Asset
from partwise.blender_addon.scene.part_sources import PAGE, Found, listed

BOOT = Asset("/there/a.blend", "OBJECT", "hat 1", "Mine", "hat 1", None)


@pytest.fixture
def found() -> Found:
    count = PAGE + 2
    pictures = np.arange(count, dtype=np.uint8)[:, None, None, None] * np.ones(
        (1, 96, 96, 4), np.uint8
    )
    titles = [f"hat {number}" for number in range(count)]
    answer = LibraryList(titles, ["hat"] * count, ["Somebody"] * count, pictures)
    result = Found("hat", listed(answer, [BOOT]))
    part_sources.keep(result)
    yield result
    part_sources.keep(None)


def test_ones_own_come_first_and_none_is_taken_for_another(found):
    assert found.sources[0].asset is BOOT
    assert found.sources[1].title == "hat 0"
    assert found.sources[3].picture[0, 0, 0] == 2
    assert len({source.key for source in found.sources}) == len(found.sources) == PAGE + 3
    assert all(part_sources.find(source.key) is source for source in found.sources)
    assert part_sources.find("another") is None


def test_pages_go_round(found):
    assert found.pages == 2
    assert len(found.shown()) == PAGE
    part_sources.turn(1)
    assert [source.title for source in found.shown()] == [
        f"hat {PAGE - 1}",
        f"hat {PAGE}",
        f"hat {PAGE + 1}",
    ]
    part_sources.turn(1)
    assert found.page == 0


def test_without_a_search_there_is_nothing():
    part_sources.keep(None)
    part_sources.turn(1)
    assert part_sources.find("x") is None
    assert Found("", []).pages == 1
