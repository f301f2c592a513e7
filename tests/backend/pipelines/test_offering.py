# SPDX-License-Identifier: GPL-3.0-or-later
"""Where offers come from: meshes of any kind, the part itself, and engines of either kind."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from backend.contract.errors import BadInput
from backend.contract.progress import SILENT
from backend.engines.registry import Chosen
from backend.library.families.forms import block
from backend.pipelines.edit import replace_part
from backend.pipelines.offering import OldPart, of_engine, of_itself, of_source
from tests.backend.one_by_one import ABOUT, Balls
from tests.backend.pipelines.replacing import cart, post


def offered(engine: Any, variants: int = 3, seed: int = 4) -> Any:
    return of_engine(
        Chosen(ABOUT, engine), OldPart(*cart(), 4), "hat", None, variants, seed, SILENT
    )


def test_an_engine_that_follows_seeds_makes_the_next_one_when_it_is_asked_for() -> None:
    begun: list[int] = []
    found = offered(Balls(lambda seed, _: begun.append(seed)))
    assert (found.one_by_one, found.expected, begun) == (True, 3, [])
    offers = iter(found.offers)
    assert (next(offers).mesh.name, begun) == ("ball 4", [4])
    assert [offer.mesh.name for offer in offers] == ["ball 5", "ball 6"]
    assert begun == [4, 5, 6]


@pytest.mark.parametrize("text", ["hat", ""])
@pytest.mark.parametrize("follows", [True, False])
def test_engines_of_either_kind_hear_what_part_and_object_are_called(
    text: str, follows: bool
) -> None:
    engine = Balls()
    engine.follows_seed = follows
    old = OldPart(*cart(), 4, "wheel", "hand cart")
    list(of_engine(Chosen(ABOUT, engine), old, text, None, 1, 0, SILENT).offers)
    assert engine.heard == [("wheel", "hand cart")]


def test_how_its_method_is_written_says_nothing() -> None:
    """It may be wrapped, or a generator: what it declares counts."""

    class Comparing(Balls):
        follows_seed = False

        def replace(self, *given: Any, **named: Any) -> Any:
            return super().replace(*given, **named) * named["variants"]

    found = offered(Comparing())
    assert (found.one_by_one, found.expected) == (False, 3)
    assert len(found.offers) == 3


def test_seeds_of_which_nothing_comes_are_left_out() -> None:
    class Sparse(Balls):
        def replace(self, *given: Any, seed: int = 0, **named: Any) -> Any:
            return super().replace(*given, seed=seed, **named) if seed == 5 else []

    assert [offer.mesh.name for offer in offered(Sparse()).offers] == ["ball 5"]
    with pytest.raises(BadInput, match="Nothing came out of these words"):
        list(offered(Sparse(), seed=6).offers)


@pytest.mark.parametrize(("title", "forms"), [("elf ear", 1), ("spiky hair", 3), ("buckler", 1)])
def test_of_a_title_come_forms_that_differ(title: str, forms: int) -> None:
    found = of_source(title, 3, 0)
    assert [offer.mesh.name for offer in found.offers] == [title] * forms
    assert found.expected == forms


def test_the_part_itself_is_closed_and_in_place() -> None:
    old = OldPart(*post(), 1)
    (offer,) = of_itself(old).offers
    assert offer.in_place
    seen = old.vertices[old.faces[old.own]].reshape(-1, 3)
    assert offer.mesh.vertices.min(axis=0) == pytest.approx(seen.min(axis=0))
    assert len(offer.mesh.faces) > old.own.sum()


@pytest.mark.parametrize(
    ("vertices", "faces"),
    [
        ([(0, 0, 0), (1, 0, 0), (1, 1, 0), (0, 1, 0)], [(0, 1, 2), (0, 2, 3)]),
        ([(0, 0, 0), (1, 0, 0), (0, 1, 0)], [(0, 1, 2)]),
        ([(0, 0, 0), (1e30, 0, 0), (0, 1e30, 0), (0, 0, 1e30)], [(0, 1, 2), (0, 2, 3)]),
        ([(0, 0, 0), (1, 0, 0), (2, 0, 0)], [(0, 1, 2)]),
    ],
)
def test_any_mesh_of_the_users_is_fitted(vertices: list[Any], faces: list[Any]) -> None:
    mesh = np.array(vertices, dtype=np.float64), np.array(faces)
    (made,) = replace_part(*cart(), 4, mesh=mesh, mesh_name="sheet").variants
    assert np.isfinite(made.vertices).all()
    assert 0.1 < np.ptp(made.vertices, axis=0).max() < 3


@pytest.mark.parametrize("stray", [1e300, np.nan, 50])
def test_what_no_face_of_a_users_mesh_uses_does_not_make_it_small(stray: float) -> None:
    points, sides = block((1, 1, 1))
    plain = replace_part(*cart(), 4, mesh=(points, sides)).variants[0]
    strayed = np.concatenate([np.full((2, 3), stray), points]), sides + 2
    done = replace_part(*cart(), 4, mesh=strayed).variants[0]
    assert done.vertices == pytest.approx(plain.vertices)
