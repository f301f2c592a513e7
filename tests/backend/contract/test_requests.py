# SPDX-License-Identifier: GPL-3.0-or-later
"""Typed requests: both sides check the same fields and say what is wrong with them."""

from __future__ import annotations

import ast
import sys
from pathlib import Path

import numpy as np
import pytest

from backend.contract import requests
from backend.contract.errors import BadInput
from backend.contract.fields import Fields
from backend.contract.requests import METHODS, Click, OpenMesh, Segment, read_request

VERTICES = np.zeros((4, 3))
FACES = np.zeros((2, 3), np.int64)
EXAMPLES: list[Fields] = [
    OpenMesh(VERTICES, FACES),
    OpenMesh(VERTICES.astype(np.float32), FACES.astype(np.int32), "name"),
    requests.OpenedMesh("name", known=True),
    requests.CloseMesh("name"),
    Segment("name", parts=3),
    Segment("name", granularity=0.25, engine="learned", seed=9, variant=3),
    Segment(
        "name", groups=np.array([-1, 4], np.int32), borders=np.array([[0, 1], [2, 3]], np.int32)
    ),
    requests.Cut("name"),
    requests.Cut("name", parts=2, groups=np.zeros(2, np.int32)),
    requests.Segmented(
        labels=np.zeros(3, np.int32),
        patch=np.array([0, 1, 1], np.int32),
        tree_children=np.array([[0, 1]], np.int32),
        tree_height=np.array([0.5], np.float32),
        engine="geometric",
        natural_parts=1,
        parts=1,
        notice="The weights are missing. The geometric engine was used instead.",
    ),
    requests.CutLabels(np.zeros(2, np.int32), 1),
    requests.SmoothBorders("name", np.zeros(2, np.int32), np.arange(2, dtype=np.int32)),
    requests.SmoothedBorders(
        *(np.zeros(count, np.int32) for count in (2, 1, 1, 1, 3)),
        np.zeros((1, 3), np.int32),
        np.zeros((1, 3)),
        np.zeros(1, np.int32),
    ),
    requests.PictureParts(
        "name", np.array([0, 1], np.int32), np.ones((2, 3), np.float32), np.eye(3)
    ),
    requests.PicturedParts(np.zeros((96, 96, 4), np.uint8)),
    Click("name", 4, np.zeros((2, 3)), np.array([1, 0], np.int8)),
    Click("name", 5, np.zeros((1, 3)), np.array([1], np.int8), choice=2),
    requests.Clicked(4, np.zeros(2, bool), 0.5, "learned"),
    requests.Clicked(5, np.zeros(2, bool), 0.5, "learned", choice=2, choices=4),
    requests.Complete("name", np.zeros(2, np.int32)),
    requests.Generate(text="a robot", image_0=np.zeros((2, 2, 4), np.uint8)),
    requests.Generate(text="a robot", variants=16),
    requests.Replace("name", np.zeros(2, np.int32), 1, text="top hat", variants=3, up="Y"),
    requests.ReplacedPart(
        vertices=VERTICES,
        faces=FACES,
        vertex_offsets=np.array([0, 4]),
        face_offsets=np.array([0, 2]),
        colours=np.ones((1, 4), np.float32),
        names=["top hat"],
        report=[{"variant": 0}],
        material={},
        understood=["top hat"],
        not_understood=[],
        engine="retrieval",
    ),
    requests.Replace("name", np.zeros(2, np.int32), 1, name="seat", title="office chair"),
    requests.Replace("name", np.zeros(2, np.int32), 1, colour=[0.5, 0, 1]),
    requests.ReplacedPart(
        vertices=VERTICES,
        faces=FACES,
        vertex_offsets=np.array([0, 4]),
        face_offsets=np.array([0, 2]),
        colours=np.ones((1, 4), np.float32),
        names=["top hat"],
        report=[{"variant": 3}],
        material={},
        understood=[],
        not_understood=[],
        engine="scribble",
        expected=8,
        thumbnails=np.zeros((1, 96, 96, 4), np.uint8),
    ),
    requests.Sketched(
        variant=1,
        share=0.25,
        vertices=VERTICES.astype(np.float32),
        faces=FACES.astype(np.int32),
        face_offsets=np.array([0, 2]),
        colours=np.ones((1, 4), np.float32),
        thumbnail=np.zeros((96, 96, 4), np.uint8),
    ),
    requests.ListLibrary("hat", 9),
    requests.LookAtSetup(accelerator="cpu", pack="/pack.zip", online=False),
    requests.SetupTold("/home", {"state": "missing"}, {}, [], [], [{"name": "holopart"}]),
    requests.InstallEngine(mirror="http://a.example/simple", repair=True),
    requests.UsePython("/opt/rocm/bin/python"),
    requests.RemoveEngine(),
    requests.FreeDisk(),
    requests.GetModel("holopart", licence="MIT"),
    requests.VerifyModel("holopart"),
    requests.RemoveModel("holopart"),
    requests.SetupChanged("It is gone.", 7),
    requests.LibraryList(["hat"], ["hat"], ["me"], np.zeros((1, 96, 96, 4), np.uint8)),
    requests.Generate(
        views=["front"],
        options={"back": "mirror"},
        image_0=np.zeros((4, 3, 4), np.uint8),
        mask_0=np.zeros((4, 3), np.int32),
    ),
    requests.GeneratedParts(
        vertices=np.zeros((3, 3)),
        faces=np.zeros((1, 3), np.int64),
        vertex_offsets=np.array([0, 3]),
        face_offsets=np.array([0, 1]),
        colours=np.zeros((1, 4), np.float32),
        pivots=np.zeros((1, 3)),
        names=["red"],
        report=[{}],
        engine="inflate",
        notes=[],
    ),
    requests.GeneratedParts(
        vertices=np.zeros((3, 3)),
        faces=np.zeros((1, 3), np.int64),
        vertex_offsets=np.array([0, 3]),
        face_offsets=np.array([0, 1]),
        colours=np.zeros((1, 4), np.float32),
        pivots=np.zeros((1, 3)),
        names=["red"],
        report=[{}],
        engine="triposg",
        notes=[],
        seed=7,
        follows_seed=True,
        thumbnail=np.zeros((96, 96, 4), np.uint8),
    ),
    requests.Release(),
    requests.Released(1 << 40),
    requests.Status(),
    requests.StatusReport(memory={}, meshes=[], queue=[], python={}, libraries={}),
    requests.Ping(),
    requests.Done(),
]


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: type(example).__name__)
def test_a_message_comes_back_as_the_same_request(example: Fields) -> None:
    params, arrays = example.to_message()
    again = type(example).from_message(params, arrays)
    assert again.to_message() == (params, arrays)


def test_every_method_reads_its_own_request() -> None:
    by_type = {type(example): example for example in EXAMPLES}
    for name, (request, _) in METHODS.items():
        assert type(read_request(name, *by_type[request].to_message())) is request


def test_unknown_method_names_the_known_ones() -> None:
    with pytest.raises(BadInput, match="no method 'dance'") as caught:
        read_request("dance", {}, {})
    assert "open_mesh" in caught.value.hint


def test_fingerprint_is_of_values_not_of_types() -> None:
    rng = np.random.default_rng(0)
    vertices = rng.random((5, 3), dtype=np.float32)
    faces = rng.integers(0, 5, (4, 3))
    name = requests.fingerprint(vertices, faces)
    assert name == requests.fingerprint(vertices.astype(np.float64), faces.astype(np.int32))
    assert name == requests.fingerprint(np.asfortranarray(vertices), np.asfortranarray(faces))
    moved = vertices.copy()
    moved[0, 0] += 1
    assert name != requests.fingerprint(moved, faces)
    assert name != requests.fingerprint(vertices, faces[::-1])
    assert name != requests.fingerprint(vertices, faces[:3])


OF_BLENDER = {
    "protocol", "fields", "requests", "cuts", "surfaces", "setup", "errors", "engines", "records",
    "arrays",
}  # fmt: skip


@pytest.mark.parametrize("module", sorted(OF_BLENDER))
def test_blender_can_import_it(module: str) -> None:
    """What the add-on imports knows the standard library, NumPy and its own folder only."""
    tree = ast.parse((Path(requests.__file__).parent / f"{module}.py").read_text())
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.level:
            assert node.level == 1
            assert node.module in OF_BLENDER | {"options"}
        elif isinstance(node, ast.ImportFrom):
            assert (node.module or "").split(".")[0] in {"numpy", *sys.stdlib_module_names}
        elif isinstance(node, ast.Import):
            names = {alias.name.split(".")[0] for alias in node.names}
            assert names <= {"numpy", *sys.stdlib_module_names}
