# SPDX-License-Identifier: GPL-3.0-or-later
"""What objects and parts are called, and their colours."""

import numpy as np
import pytest

from backend.library.wishes import linear
from backend.training.generator.words_of import (
    artist_colours,
    colour_said,
    family_colours,
    palette,
    part_name,
    title_of,
)


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("models/office_chair/office_chair.glb", "office chair"),
        ("public/glb/Shield_Heater_2.glb", "shield heater"),
        ("Assets/gltf/boxStacked.gltf.glb", "box stacked"),
        ("files/models/plate-sauerkraut/model.gltf", "plate sauerkraut"),
        ("packs/007.glb", "food"),
    ],
)
def test_titles_are_the_words_of_files(path, said):
    assert title_of({"source": "somebody", "path": path, "category": "food"}, "one") == said


def test_bodies_of_one_mesh_are_told_by_their_identity():
    meta = {"source": "MakeHuman base mesh", "path": "base.obj", "category": "human"}
    identity = "makehuman_asian_female_baby_maxmuscle_posed"
    assert title_of(meta, identity) == "female baby human"


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("wheel_backLeft", "wheel back left"),
        ("DarkWood.002", "dark wood"),
        ("arm_l", "arm left"),
        ("Cube.001", ""),
        ("_defaultMat", ""),
        ("shell0", ""),
        ("gen3/base_link", "base link"),
    ],
)
def test_names_of_parts_are_words_or_nothing(name, said):
    assert part_name(name) == said


def test_words_name_colours_materials_and_things():
    assert colour_said("red") == pytest.approx(linear("c81e1e")[:3])
    assert colour_said("oak handle wood") == pytest.approx(linear("8a5a32")[:3])
    assert colour_said("leaves") == pytest.approx(linear("4f8f45")[:3])
    assert np.less(colour_said("dark wood"), colour_said("wood")).all()
    assert colour_said("gizmo") is None


def test_the_colour_of_a_name_is_its_own_and_twins_without_one_share():
    rng = np.random.default_rng(0)
    colours = artist_colours(["gold", "", "", "leg left", "leg right"], [0, 7, 7, 1, 2], rng)
    assert colours[0] == pytest.approx(linear("e0a82e")[:3])
    assert (colours[1] == colours[2]).all()
    assert (colours[3] == colours[4]).all()


def test_palettes_tell_a_few_names_apart():
    for seed in range(20):
        colours = palette(["a", "b", "a"], np.random.default_rng(seed))
        assert (colours[0] == colours[2]).all()
        assert np.abs(colours[0] - colours[1]).max() > 0.01
        assert colours.min() >= 0
        assert colours.max() <= 1


def test_families_are_mostly_coloured_as_in_life():
    green = 0
    for seed in range(60):
        crown, trunk = family_colours("tree", ["crown", "trunk"], np.random.default_rng(seed))
        green += crown[1] > max(crown[0], crown[2]) and trunk[0] > trunk[2]
    assert 30 <= green < 60


def test_a_family_without_colours_gets_a_palette():
    colours = family_colours("kitbash", ["one", "two.1", "two.2"], np.random.default_rng(0))
    assert (colours[1] == colours[2]).all()
    assert (colours[0] != colours[1]).any()
