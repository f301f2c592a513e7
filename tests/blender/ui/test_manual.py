# SPDX-License-Identifier: GPL-3.0-or-later
"""F1: what Blender's own operator finds for each of our operators and settings."""

from __future__ import annotations

import bpy
import pytest
from bl_operators.wm import WM_OT_doc_view_manual, _wm_doc_get_id
from partwise import blender_addon
from partwise.blender_addon.ops import guide
from partwise.blender_addon.ui import manual

FINDS_PREFERENCES = bpy.app.version >= (5, 0)  # before, Blender had no manual for those of add-ons
OF_PREFERENCES = pytest.mark.skipif(not FINDS_PREFERENCES, reason="Blender 4.5 does not find them")


@pytest.fixture
def folder(monkeypatch, tmp_path):
    monkeypatch.setattr(guide, "FOLDER", tmp_path)
    return tmp_path.as_uri() + "/"


def address(name: str) -> str | None:
    """What Blender opens for the name that it gives to what is below the pointer."""
    rna = _wm_doc_get_id(name, do_url=False)
    found: str | None = WM_OT_doc_view_manual._lookup_rna_url(rna, verbose=False)
    return found


def settings() -> list[str]:
    """All settings that are ours, as Blender names them; every group inherits a name."""
    bases = [bpy.types.PropertyGroup, *([bpy.types.AddonPreferences] if FINDS_PREFERENCES else [])]
    return [
        f"{kind.__name__}.{name}"
        for base in bases
        for kind in base.__subclasses__()
        if kind.__module__.startswith(blender_addon.__name__)
        for name in set(kind.bl_rna.properties.keys()) - set(base.bl_rna.properties.keys())
    ]


def test_every_operator_and_setting_opens_the_guide(folder):
    names = [f"partwise.{name}" for name in dir(bpy.ops.partwise)] + settings()
    assert len(names) > 150
    lost = [name for name in names if not (address(name) or "").startswith(folder)]
    assert lost == []


@pytest.mark.parametrize(
    ("name", "file"),
    [
        ("partwise.decompose", "decompose.html"),
        ("PARTWISE_OT_step_mask.step", "go/clicks.the-answer.html"),
        ("PartwiseSettings.closing", "go/split.options.html"),
        ("PartwiseSettings.complete_engine_menu", "engines.html"),
        ("PartwiseMesh.granularity", "go/decompose.granularity.html"),
        ("PartwiseTool.level", "go/clicks.before-a-click.html"),
        pytest.param(
            "PartwisePreferences.memory", "go/large-models.the-engine.html", marks=OF_PREFERENCES
        ),
        pytest.param(
            "PartwisePreferences.remember", "go/keys.preferences.html", marks=OF_PREFERENCES
        ),
    ],
)
def test_it_opens_where_that_is_told(folder, name, file):
    assert address(name) == folder + file


def test_blenders_own_manual_stays(folder):
    assert "docs.blender.org" in (address("Object.location") or "")


def test_without_the_guide_nothing_is_ours(monkeypatch, tmp_path):
    monkeypatch.setattr(guide, "FOLDER", tmp_path / "away")
    assert address("partwise.decompose") is None


def test_the_map_goes_with_the_extension(folder):
    blender_addon.unregister()
    try:
        assert manual.manual_map not in bpy.utils._manual_map
        assert not [prefix for prefix, _ in bpy.utils.manual_map() if prefix == folder]
    finally:
        blender_addon.register()
    assert bpy.utils._manual_map.count(manual.manual_map) == 1
