# SPDX-License-Identifier: GPL-3.0-or-later
"""Where another part comes from: words, the library, a mesh that is sent, a file."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from backend.contract import requests
from backend.contract.errors import BadInput
from backend.contract.progress import SILENT
from backend.engines import registry
from backend.service.session import Session
from tests.backend.one_by_one import Balls, chosen_for

CUBE = np.array([[x, y, z] for x in (-1.0, 1.0) for y in (-1.0, 1.0) for z in (-1.0, 1.0)])
SIDES = [[0, 1, 3, 2], [4, 6, 7, 5], [0, 4, 5, 1], [2, 3, 7, 6], [0, 2, 6, 4], [1, 5, 7, 3]]
FACES = np.array([t for a, b, c, d in SIDES for t in ((a, b, c), (a, c, d))], dtype=np.int32)


@pytest.fixture
def session() -> Session:
    """A body with a smaller block on top, which is part 1; Z is up."""
    made = Session()
    vertices = np.concatenate([CUBE, CUBE * 0.5 + [0.0, 0.0, 1.5]])
    made.open_mesh(requests.OpenMesh(vertices, np.concatenate([FACES, FACES + 8]), "m"), SILENT)
    return made


def ask(session: Session, **given: object) -> requests.ReplacedPart:
    labels = np.repeat([0, 1], 12).astype(np.int32)
    return session.replace(requests.Replace("m", labels, 1, **given), SILENT)


def test_words_beside_a_source_are_wishes(session):
    plain, wished = (
        ask(session, source="fedora"),
        ask(session, source="fedora", text="taller pink hat"),
    )
    assert plain.names == wished.names == ["fedora"]
    assert not plain.material
    assert wished.material["name"] == "pink"
    assert wished.report[0]["size"][2] > 1.2 * plain.report[0]["size"][2]
    assert not wished.not_understood


def test_words_that_are_no_wishes_do_not_refuse_a_source(session):
    assert ask(session, source="fedora", text="帽子 zzz 🎩").names == ["fedora"]


def test_a_file_is_a_source_and_lends_its_name(session, tmp_path: Path):
    path = tmp_path / "knob.obj"
    lines = [f"v {x} {y} {z}" for x, y, z in CUBE]
    lines += [f"f {a + 1} {b + 1} {c + 1}" for a, b, c in FACES]
    path.write_text("\n".join(lines))
    made = ask(session, source_file=str(path))
    assert made.names == ["knob"]
    assert made.report[0]["closed"]


def test_a_file_that_is_not_there_is_named(session, tmp_path: Path):
    with pytest.raises(BadInput, match=r"gone\.glb"):
        ask(session, source_file=str(tmp_path / "gone.glb"))


def test_a_mesh_that_is_sent_is_fitted(session):
    made = ask(session, source_vertices=CUBE, source_faces=FACES)
    assert made.report[0]["part"] == 1
    assert made.vertices[:, 2].max() > 1.0


def test_the_engine_hears_what_the_part_and_the_object_are_called(
    session, monkeypatch: pytest.MonkeyPatch
):
    engine = Balls()
    monkeypatch.setattr(registry, "choose", chosen_for(engine))
    ask(session, name="knob", title="door")
    ask(session, title="door", text="handle")
    assert engine.heard == [("knob", "door"), ("", "door")]
