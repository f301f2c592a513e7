# SPDX-License-Identifier: GPL-3.0-or-later
"""The session answers replace and library, without Pillow."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from backend.contract import requests
from backend.contract.errors import BadInput, MeshNotOpen
from backend.contract.progress import SILENT
from backend.service.session import Session
from tests.backend.pipelines.replacing import cart


@pytest.fixture
def session() -> Session:
    made = Session(1 << 30)
    vertices, faces, _ = cart()
    made.answer(requests.OpenMesh(vertices, faces, "cart"), SILENT)
    return made


def labels() -> np.ndarray:
    return cart()[2].astype(np.int32)


def test_variants_and_twins_come_as_ranges(session: Session) -> None:
    request = requests.Replace(
        "cart", labels(), 1, text="three red gears", variants=2, up="Y", options={"twins": True}
    )
    params, arrays = request.to_message()
    answer = session.answer(requests.Replace.from_message(params, arrays), SILENT)
    assert isinstance(answer, requests.ReplacedPart)
    assert [(row["variant"], row["part"]) for row in answer.report] == [
        (0, 1),
        (0, 2),
        (1, 1),
        (1, 2),
    ]
    assert answer.vertex_offsets[-1] == len(answer.vertices)
    assert answer.face_offsets[-1] == len(answer.faces)
    for k in range(4):
        own = answer.faces[answer.face_offsets[k] : answer.face_offsets[k + 1]]
        assert own.min() == 0
        assert own.max() < answer.vertex_offsets[k + 1] - answer.vertex_offsets[k]
    assert answer.colours[0, 0] > 5 * answer.colours[0, 1]
    assert answer.understood == ["gear", "3 of them", "red"]
    type(answer).from_message(*answer.to_message())


def test_a_mesh_of_the_users(session: Session) -> None:
    vertices, faces, _ = cart()
    source = {"source_vertices": vertices * 9, "source_faces": faces}
    answer = session.answer(requests.Replace("cart", labels(), 4, up="Y", **source), SILENT)
    assert isinstance(answer, requests.ReplacedPart)
    assert answer.engine == "mesh"
    assert not answer.material


def test_bad_requests_are_refused_in_words(session: Session) -> None:
    with pytest.raises(MeshNotOpen):
        session.answer(requests.Replace("gone", labels(), 1), SILENT)
    with pytest.raises(BadInput, match="labels"):
        session.answer(requests.Replace("cart", labels()[:5], 1), SILENT)
    with pytest.raises(BadInput, match="no part"):
        session.answer(requests.Replace("cart", labels(), 77), SILENT)
    lone = {"source_vertices": np.zeros((3, 3))}
    with pytest.raises(BadInput, match="vertices and faces"):
        session.answer(requests.Replace("cart", labels(), 1, **lone), SILENT)


def test_the_library_is_listed_with_thumbnails(session: Session) -> None:
    answer = session.answer(requests.ListLibrary("hat", 7), SILENT)
    assert isinstance(answer, requests.LibraryList)
    assert len(answer.titles) == len(answer.kinds) == len(answer.credits) == 7
    assert answer.kinds.count("hat") >= 5
    assert answer.thumbnails is not None
    assert answer.thumbnails.shape == (7, 96, 96, 4)
    bare = session.answer(requests.ListLibrary(thumbnails=False), SILENT)
    assert isinstance(bare, requests.LibraryList)
    assert len(bare.titles) > 300
    assert bare.thumbnails is None


def test_it_works_where_pillow_is_not_there(checkout: Path) -> None:
    """As on Blender's own Python."""
    program = (
        "import sys; sys.modules['PIL'] = None\n"
        "import numpy as np\n"
        "from backend.pipelines.edit import replace_part\n"
        "from backend.pipelines.wording import listed\n"
        "from tests.backend.pipelines.replacing import cart\n"
        "assert replace_part(*cart(), 4, text='pink fedora').variants\n"
        "assert listed('hat', 3)[1].shape == (3, 96, 96, 4)\n"
        "assert 'torch' not in sys.modules\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=checkout, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
