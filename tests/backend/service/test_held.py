# SPDX-License-Identifier: GPL-3.0-or-later
"""Open meshes are kept under their names, and the least recently used make room for others."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from backend.contract.errors import MeshNotOpen
from backend.contract.progress import SILENT
from backend.contract.requests import Segment
from backend.machine.resident import Residents
from backend.service.held import HeldMeshes, Key

VERTICES = np.eye(4, 3)
FACES = np.array([[0, 2, 1], [0, 1, 3], [1, 2, 3], [0, 3, 2]])
BYTES = VERTICES.nbytes + FACES.nbytes


def held(budget: int | None, names: str, networks: Residents | None = None) -> HeldMeshes:
    meshes = HeldMeshes(budget, networks or Residents())
    for name in names:
        meshes.put(name, VERTICES.copy(), FACES.copy())
        meshes.keep_to_budget()
    return meshes


def names_in(meshes: HeldMeshes) -> str:
    return "".join(mesh["fingerprint"] for mesh in meshes.told()[1])


def test_the_least_recently_used_mesh_makes_room() -> None:
    meshes = held(int(BYTES * 3.5), "abc")
    assert meshes.put("a", VERTICES.copy(), FACES.copy())  # the very same: used again
    meshes.put("d", VERTICES.copy(), FACES.copy())
    meshes.keep_to_budget()
    assert names_in(meshes) == "cad"
    assert meshes.told()[0] == 3 * BYTES
    with pytest.raises(MeshNotOpen):
        meshes.get("b")


def test_a_mesh_above_the_budget_stays_until_the_next() -> None:
    assert names_in(held(1, "a")) == "a"
    assert names_in(held(1, "ab")) == "b"


def test_networks_leave_less_room() -> None:
    networks = Residents()
    networks.get("network", lambda: np.zeros(2 * BYTES, np.uint8))
    assert names_in(held(int(BYTES * 3.5), "abc", networks)) == "c"


def test_another_mesh_of_one_name_replaces_the_first() -> None:
    meshes = held(None, "a")
    meshes.get("a").analyses[Key("auto", 0)] = SimpleNamespace(engine="learned")  # type: ignore[assignment]
    assert not meshes.put("a", VERTICES + 1, FACES)
    assert not meshes.get("a").analyses
    meshes.drop("a")
    meshes.drop("a")
    assert names_in(meshes) == ""


def test_what_was_used_last_is_kept_and_found(monkeypatch: pytest.MonkeyPatch) -> None:
    def analyse(*_: Any, engine: str, **__: Any) -> Any:
        chosen = "learned" if engine == "auto" else engine
        return SimpleNamespace(engine=chosen, notice="", bulk=np.zeros(1000))

    monkeypatch.setattr("backend.pipelines.segment.analyse", analyse)
    mesh = held(None, "a").get("a")
    keys = [Key("auto", 0, variant) for variant in range(8)]
    for key in keys:
        mesh.analyse(key, None, SILENT)  # type: ignore[arg-type]
        assert mesh.used(keys[0]) is not None  # so that it is never the oldest
    assert mesh.used(keys[1]) is None
    assert mesh.used(Key("learned", 0, 7)) is mesh.used(keys[7])  # by the engine's own name
    assert mesh.latest("auto", 0) == keys[7]
    assert mesh.latest("learned", 0) == keys[7]
    assert mesh.latest("geometric", 0) == Key("geometric", 0)
    assert Key.of(Segment("a", engine="learned", seed=3, variant=2)) == Key("learned", 3, 2)
    assert Key.of(Segment("a", symmetric=False)) != Key.of(Segment("a"))


def test_an_analysis_is_told_whether_it_is_to_be_symmetric(monkeypatch: pytest.MonkeyPatch) -> None:
    told = []

    def analyse(*_: Any, symmetric: bool, **__: Any) -> Any:
        told.append(symmetric)
        return SimpleNamespace(engine="learned", notice="", bulk=np.zeros(1))

    monkeypatch.setattr("backend.pipelines.segment.analyse", analyse)
    mesh = held(None, "a").get("a")
    for request in (Segment("a", symmetric=False), Segment("a")):
        mesh.analyse(Key.of(request), None, SILENT)  # type: ignore[arg-type]
    assert told == [False, True]


def test_release_drops_what_was_computed_but_no_mesh() -> None:
    meshes = held(None, "ab")
    for name in "ab":
        mesh = meshes.get(name)
        mesh.analyses[Key("auto", 0)] = np.zeros(1000)  # type: ignore[assignment]
    meshes.keep_to_budget()
    assert meshes.release("a") == 8000
    meshes.keep_to_budget()
    assert meshes.release(None) == 8000
    assert names_in(meshes) == "ba"
