# SPDX-License-Identifier: GPL-3.0-or-later
"""How the bundled parts come about: the recipe, closing, files that can be made again."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from backend.geometry.booleans import is_solid
from backend.geometry.mesh import signed_volume
from backend.library.families.forms import ball, block, moved
from backend.library.index import FOLDER, INDEX, Library
from backend.training import library as maker
from backend.training.library import (
    RECIPE,
    closed_shells,
    held_at,
    of_families,
    recipe,
    solid,
    write,
)


def test_the_recipe_is_read() -> None:
    wanted = recipe(
        "# a comment\nhat bottom: cap, top hat = Mage/Mage_Hat, rake = wooden_rake @z180\n"
    )
    assert [(w.title, w.source, w.part, w.turn) for w in wanted] == [
        ("cap", "cap", "", ""), ("top hat", "Mage", "Mage_Hat", ""),
        ("rake", "wooden_rake", "", "z180"),
    ]  # fmt: skip
    assert {w.side for w in wanted} == {"bottom"}
    bundled = recipe(RECIPE.read_text(encoding="utf-8"))
    assert len({w.title for w in bundled}) == len(bundled)


def test_a_cut_is_capped_and_a_sheet_gets_thickness() -> None:
    vertices, faces = block((1, 1, 1))
    (shell,) = closed_shells(vertices, faces[2:])
    assert is_solid(*shell)
    assert signed_volume(*shell) == pytest.approx(1)
    grid = np.stack(np.meshgrid(np.linspace(0, 1, 5), np.linspace(0, 1, 5)), 2).reshape(-1, 2)
    flat = np.column_stack([grid, np.zeros(25)])
    cell = np.arange(20)[np.arange(20) % 5 < 4]
    sheet = np.concatenate(
        [np.stack([cell, cell + 1, cell + 6], 1), np.stack([cell, cell + 6, cell + 5], 1)]
    )
    (thick,) = closed_shells(flat, sheet)
    assert is_solid(*thick)
    assert 0 < signed_volume(*thick) < 0.05


def test_shells_become_one_solid_of_few_faces() -> None:
    made = solid([ball(0.5, 60, 40), moved(ball(0.5, 60, 40), (0.4, 0, 0))])
    assert made is not None
    assert len(made[1]) <= maker.MOST_FACES
    assert signed_volume(*made) < 1.0
    assert solid([]) is None


def test_a_part_is_held_where_it_touches() -> None:
    one, other = block((1, 1, 1)), moved(block((1, 1, 1)), (0, 1, 0))
    vertices = np.concatenate([one[0], other[0]])
    faces = np.concatenate([one[1], other[1] + len(one[0])])
    inside = np.arange(len(faces)) < len(one[1])
    places = held_at(vertices, faces, inside)
    assert places is not None
    assert (places[:, 1] > 0.49).all()
    assert held_at(*one, np.ones(len(one[1]), bool)) is None


def test_a_library_is_written_the_same_again(tmp_path: Path) -> None:
    some = [part for part in of_families() if part.title in ("cube", "party hat")]
    hold = np.array([0.0, -1, 0]), np.array([0.0, -0.5, 0]), 0.5
    some.append(maker.Made("block", "shape", *block((1, 1, 1)), *hold, "me"))
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        write(some, tmp_path / name)
    files = sorted(path.name for path in (tmp_path / "a").iterdir())
    assert all(
        (tmp_path / "a" / f).read_bytes() == (tmp_path / "b" / f).read_bytes() for f in files
    )
    back = Library(tmp_path / "a")
    assert back.named("block").side == (0, -1, 0)
    assert len(back.mesh(back.named("block"))[1]) == len(block((1, 1, 1))[1])


def test_what_is_bundled_is_of_this_recipe() -> None:
    titles = {w.title for w in recipe(RECIPE.read_text(encoding="utf-8"))}
    bundled = Library(FOLDER)
    assert {entry.title for entry in bundled.entries if not entry.family} <= titles
    assert (FOLDER / INDEX).is_file()
