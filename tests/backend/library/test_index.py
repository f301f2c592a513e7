# SPDX-License-Identifier: GPL-3.0-or-later
"""The bundled parts: many, closed, small, credited, quickly there."""

from __future__ import annotations

import time

import numpy as np
import pytest

from backend.contract.errors import BadInput, WeightsCorrupt
from backend.geometry.mesh import is_closed_manifold, signed_volume
from backend.library.index import FOLDER, INDEX, MESHES, THUMBNAILS, Library, library


def test_there_are_many_parts_of_many_kinds_in_few_bytes() -> None:
    parts = library()
    stored = [entry for entry in parts.entries if not entry.family]
    assert len(stored) >= 300
    assert len(parts.kinds()) >= 30
    assert len(parts.by_title) == len(parts.entries), "titles are unique"
    assert sum((FOLDER / name).stat().st_size for name in (INDEX, MESHES, THUMBNAILS)) < 6e6
    assert all(entry.credit for entry in parts.entries)
    wanted = {
        "hat",
        "hair",
        "hand",
        "wheel",
        "wing",
        "sword",
        "horn",
        "lamp",
        "leg",
        "handle",
        "door",
    }
    assert wanted <= set(parts.kinds())


def test_stored_parts_are_closed_outward_and_of_unit_size() -> None:
    parts = library()
    for entry in parts.entries:
        if entry.family:
            continue
        vertices, faces = parts.mesh(entry)
        assert is_closed_manifold(faces), entry.title
        assert len(faces) == entry.faces <= 1600, entry.title
        assert signed_volume(vertices, faces) > 0, entry.title
        assert np.ptp(vertices, axis=0).max() == pytest.approx(1, abs=0.01), entry.title
        assert np.linalg.norm(entry.side) == pytest.approx(1, abs=0.01), entry.title


def test_list_and_parts_are_there_at_once() -> None:
    began = time.process_time()
    parts = Library()
    assert time.process_time() - began < 0.05
    began = time.process_time()
    for entry in parts.entries[:20]:
        parts.mesh(entry)
    assert (time.process_time() - began) / 20 < 0.01


def test_names_are_forgiving_and_misses_are_told_with_what_is_near() -> None:
    parts = library()
    assert parts.named("Cowboy_Hat").title == "cowboy hat"
    with pytest.raises(BadInput, match="no part named") as caught:
        parts.named("cowboi hat")
    assert "cowboy hat" in caught.value.hint


def test_thumbnails_show_the_part_before_nothing() -> None:
    parts = library()
    pictures = parts.thumbnails(parts.entries[:5])
    assert pictures.shape == (5, 96, 96, 4)
    for picture in pictures:
        cover = picture[..., 3] > 128
        assert 0.02 < cover.mean() < 0.9
        assert picture[cover][:, 0].std() > 5, "it is shaded"


def test_a_damaged_list_is_told(tmp_path) -> None:  # type: ignore[no-untyped-def]
    (tmp_path / INDEX).write_text('{"parts": [{}]}')
    with pytest.raises(WeightsCorrupt):
        Library(tmp_path)
