# SPDX-License-Identifier: GPL-3.0-or-later
"""Words of authors as kinds of parts, and the objects that they are read from."""

import json

import numpy as np
import pytest

from backend.training.namer_data import KIND_OF, OTHER, Y_UP, kind_of, of_artists, of_solids
from tests.backend.contract.bodies import CUBE, FACES


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("leg front left", "Leg"),
        ("upper_arm_l", "Arm"),
        ("wheel_backLeft.007", "Wheel"),
        ("turret body", "Turret"),
        ("body", "Body"),
        ("back", "Backrest"),
        ("Cube.003", OTHER),
        ("", OTHER),
        ("door hinge", OTHER),
    ],
)
def test_names_are_read_without_places_and_numbers(name, kind):
    assert kind_of(name) == kind


def test_every_word_has_one_kind():
    words = [word for kind in set(KIND_OF.values()) for word, own in KIND_OF.items() if own == kind]
    assert len(words) == len(set(words))


def test_solids_are_read_and_turned_upright(tmp_path):
    parts = {f"vertices_{k}": (CUBE + [0, 3 * k, 0]).astype(np.float32) for k in range(2)}
    parts |= {f"faces_{k}": FACES.astype(np.int32) for k in range(2)}
    about = json.dumps({"title": "toy", "names": ["leg left", "thing"]})
    np.savez(tmp_path / "shape_toy_000.npz", about=about, **parts)
    (tmp_path / "shape_toy_001.npz").write_bytes(b"")
    (one,) = of_solids(tmp_path)
    assert (one.group, one.kinds) == ("toy", ["Leg", OTHER])
    np.testing.assert_allclose(one.shapes.centre, [[0, 0, 0], [0, 0, 3]], atol=1e-6)


def test_artists_objects_have_both_levels_of_their_labels(tmp_path):
    vertices = np.concatenate([CUBE, CUBE + 2]).astype(np.float32)
    faces = np.concatenate([FACES, FACES + 8]).astype(np.int32)
    label = np.repeat([0, 1], len(FACES)).astype(np.int16)
    meta = json.dumps({"group": "7", "part_kind": "rig", "up": "Z"})
    fields = {"vertices": vertices, "faces": faces, "face_part": label, "meta": meta}
    fields["part_names"] = json.dumps(["head", "torso"])
    np.savez(
        tmp_path / "train_rigs.npz",
        ids=json.dumps(["a"]),
        **{f"a/{key}": value for key, value in fields.items()},
        **{"a/face_part_fine": label, "a/part_names_fine": json.dumps(["neck", "torso"])},
    )
    np.savez(tmp_path / "train_nodes.npz", ids=json.dumps([]))
    found = list(of_artists(tmp_path))
    assert [one.kinds for one in found] == [["Head", "Body"], ["Neck", "Body"]]
    assert {one.source for one in found} == {"rig"}


def test_y_up_and_facing_z_is_z_up_and_facing_minus_y():
    np.testing.assert_array_equal(Y_UP @ [0, 1, 0], [0, 0, 1])
    np.testing.assert_array_equal(Y_UP @ [0, 0, 1], [0, -1, 0])
    np.testing.assert_array_equal(Y_UP @ [1, 0, 0], [1, 0, 0])
