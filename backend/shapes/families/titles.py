# SPDX-License-Identifier: GPL-3.0-or-later
"""What people call the objects that families make, and colours that they have unless others are
asked for.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ..sculpt import Sculpture
from . import SCULPTORS
from .snowmen import snowman


@dataclass(frozen=True)
class Title:
    """A kind of object that words choose.

    family : its name. names : what it is called, the first as it is said back. looks : part of a
    name of parts -> six hexadecimal digits.
    """

    family: str
    names: tuple[str, ...]
    sculptor: Callable[[np.random.Generator], Sculpture]
    looks: tuple[tuple[str, str], ...] = ()


_WOOD, _STEEL, _SKIN, _LEAF = "a9784a", "8d939b", "e2b08c", "4f8f45"
_PERSON = (("hair", "5b3a23"), ("beard", "5b3a23"), ("head", _SKIN), ("hand", _SKIN),
           ("foot", "4a3728"), ("leg", "39507a"), ("arm", "b5443c"), ("torso", "b5443c"),
           ("pack", "5b3a23"))  # fmt: skip
_DARK = (("wheel", "2b2d31"), ("track", "3a3c40"), ("tyre", "2b2d31"))
_NAMES: dict[str, tuple[str, tuple[tuple[str, str], ...]]] = {
    "human": ("person, human, man, woman, people, boy, girl, mannequin", _PERSON),
    "hand": ("hand", (("", _SKIN),)),
    "quadruped": ("quadruped, dog, cat, horse, wolf, fox, cow, sheep, pig, pony",
                  (("", "9c7350"),)),
    "bird": ("bird, sparrow, pigeon, eagle, crow, parrot, seagull",
             (("leg", "d9912f"), ("beak", "d9912f"), ("", "5b82b5"))),
    "fish": ("fish, shark, goldfish", (("fin", "d9652c"), ("", "e08a3c"))),
    "vase": ("vase, urn, amphora, pot", (("", "b5643c"),)),
    "cup": ("cup, mug", (("", "dcd6c8"),)),
    "teapot": ("teapot, tea pot, kettle, coffee pot", (("", "c9d4dc"),)),
    "chair": ("chair, dining chair, wooden chair", (("seat", "c08b55"), ("", _WOOD))),
    "table": ("table, dining table, coffee table", (("", _WOOD),)),
    "airplane": ("airplane, aeroplane, plane, aircraft, jet", (("", "c8ced6"),)),
    "insect": ("insect, bug, beetle, ant, fly", (("", "5a4632"),)),
    "octopus": ("octopus, squid, kraken", (("", "b5546a"),)),
    "snake": ("snake, serpent, worm", (("", _LEAF),)),
    "reptile": ("lizard, reptile, crocodile, dinosaur, gecko, alligator", (("", _LEAF),)),
    "beast": ("dragon, beast, monster, demon", (("wing", "7a2f3a"), ("", "59704a"))),
    "teddy": ("teddy bear, teddy, bear, plush, stuffed animal", (("", "a87848"),)),
    "bust": ("bust, portrait", (("", "d8d4cc"),)),
    "plant": ("plant, bush, shrub, house plant", (("wood", "6b4a2f"), ("", _LEAF))),
    "bottle": ("bottle, flask", (("cap", "a83232"), ("", "4f9a72"))),
    "goblet": ("goblet, chalice, wine glass, trophy, grail", (("", "d0a63c"),)),
    "lamp": ("lamp, desk lamp, floor lamp, table lamp, light",
             (("bulb", "fff2c0"), ("shade", "e8d8b0"), ("", _STEEL))),
    "bed": ("bed", (("mattress", "e4e2dc"), ("pillow", "f2f0ec"), ("", _WOOD))),
    "shelf": ("shelf, bookshelf, bookcase, rack", (("", _WOOD),)),
    "stool": ("stool, bar stool", (("", _WOOD),)),
    "car": ("car, automobile, taxi, race car, sports car",
            (*_DARK, ("cabin", "9cc0d8"), ("", "c23a34"))),
    "boat": ("sailing boat, boat, sailboat, ship, yacht",
             (("sail", "efe9da"), ("", "8a5a34"))),
    "helicopter": ("helicopter, chopper",
                   (("rotor", "3a3c40"), ("cabin", "7fb0d0"), ("", "c8a02c"))),
    "rocket": ("rocket, missile", (("nose", "c23a34"), ("fin", "c23a34"), ("", "e4e6ea"))),
    "glasses": ("glasses, spectacles, eyeglasses", (("", "2b2d31"),)),
    "pliers": ("pliers, pincers, tongs", (("grip", "c23a34"), ("", _STEEL))),
    "hammer": ("hammer, mallet", (("handle", _WOOD), ("", _STEEL))),
    "cutlery": ("cutlery, knife, fork, spoon", (("", "b8bcc2"),)),
    "drill": ("drill, power drill", (("", "d9a02c"),)),
    "guitar": ("guitar, ukulele, lute", (("", "b5773c"),)),
    "key": ("wrench, spanner", (("", _STEEL),)),
    "gear": ("gear, cog, cogwheel", (("", _STEEL),)),
    "pipe": ("pipe, tube", (("", _STEEL),)),
    "bolt": ("bolt, screw", (("", _STEEL),)),
    "game_character": ("game character, character, hero, adventurer", _PERSON),
    "geared_figure": ("knight, soldier, warrior, viking", _PERSON),
    "sword": ("sword, dagger, katana, sabre",
              (("blade", "c4c9d0"), ("grip", "5b3a23"), ("", "c09a3c"))),
    "polearm": ("spear, polearm, halberd, staff, axe", (("shaft", _WOOD), ("", _STEEL))),
    "gun": ("gun, pistol, rifle, blaster", (("grip", "4a3728"), ("", "53575e"))),
    "bow": ("bow, longbow, crossbow", (("string", "e4e2dc"), ("", _WOOD))),
    "tree": ("tree, oak, pine, fir", (("crown", _LEAF), ("", "6b4a2f"))),
    "cactus": ("cactus", (("ground", "b08a58"), ("", _LEAF))),
    "flower": ("flower, rose, tulip, daisy",
               (("petal", "d9567a"), ("eye", "e8b83c"), ("", _LEAF))),
    "mushroom": ("mushroom, toadstool",
                 (("cap", "c23a34"), ("ground", "6f8a4a"), ("", "ece4d4"))),
    "house": ("house, cottage, hut, home, building",
              (("roof", "a8503a"), ("door", "6b4a2f"), ("", "e4d8c0"))),
    "castle": ("castle, fortress, tower",
               (("roof", "5a6a8a"), ("ground", "6f8a4a"), ("", "b0aca2"))),
    "temple": ("temple, shrine", (("roof", "a8503a"), ("", "d8d2c4"))),
    "robot": ("robot, android, droid",
              (("hand", "4a5058"), ("foot", "4a5058"), ("eye", "4ac0e8"), ("head", "b4bcc6"),
               ("", _STEEL))),
    "mech": ("mech, walker, battle robot",
             (("cockpit", "9cc0d8"), ("foot", "4a5058"), ("", "7a8452"))),
    "robot_arm": ("robot arm, industrial robot, crane arm", (("joint", "3a3c40"), ("", "e08a2c"))),
    "statue": ("statue, figurine, sculpture", (("", "c4bfb4"),)),
    "pump": ("pump", (("", "4f7fa8"),)),
    "engine": ("engine, motor", (("", _STEEL),)),
    "compressor": ("compressor", (("", "c23a34"),)),
    "sofa": ("sofa, couch, armchair, settee", (("leg", "5b3a23"), ("", "5f7f8f"))),
    "cabinet": ("cabinet, cupboard, dresser, wardrobe, drawers, chest of drawers, sideboard",
                (("front", "c08b55"), ("mirror", "c8dce4"), ("", _WOOD))),
    "desk": ("desk, writing desk", (("drawer", "c08b55"), ("screen", "2b2d31"), ("", _WOOD))),
    "tank": ("tank, battle tank", (*_DARK, ("", "66734a"))),
    "lorry": ("truck, lorry, van", (*_DARK, ("load", "d8d8d4"), ("", "3f6fb0"))),
    "motorcycle": ("motorcycle, motorbike, scooter, bike",
                   (*_DARK, ("engine", _STEEL), ("", "b53a34"))),
    "locomotive": ("locomotive, train, steam engine", (*_DARK, ("", "2f6a48"))),
    "spaceship": ("spaceship, space ship, starship, starfighter",
                  (("canopy", "7fb0d0"), ("engine", "4a5058"), ("", "c8ced6"))),
    "chest": ("chest, treasure chest, trunk", (("lock", "c09a3c"), ("", "8a5a34"))),
    "barrel": ("barrel, cask, keg", (("hoop", "5a5e66"), ("", "8a5a34"))),
    "spray": ("spray bottle, spray", (("", "4f9ac8"),)),
    "jerrycan": ("jerrycan, canister, petrol can", (("", "a83232"),)),
    "horn": ("trumpet, horn, tuba", (("", "d0a63c"),)),
    "drum_kit": ("drum kit, drums, drum", (("cymbal", "d0a63c"), ("", "a83232"))),
    "piano": ("piano, grand piano", (("keyboard", "efe9da"), ("", "26262a"))),
    "fiddle": ("violin, fiddle, cello, viola", (("", "9a5a2c"),)),
    "burger": ("burger, hamburger, sandwich",
               (("bread", "c88a45"), ("cheese", "e8b83c"), ("tomato", "c23a34"),
                ("lettuce", _LEAF), ("plate", "e4e2dc"), ("", "6b3f26"))),
    "cake": ("cake, birthday cake, wedding cake",
             (("icing", "f4ece4"), ("stand", "dcd6c8"), ("", "d98ca0"))),
    "ice_cream": ("ice cream, ice cream cone, sundae",
                  (("cone", "c8924f"), ("cherry", "b5202c"), ("sauce", "5b2f1c"),
                   ("", "f2dcc4"))),
    "fruit": ("fruit, apple, pear", (("leaf", _LEAF), ("stem", "6b4a2f"), ("", "c23a34"))),
    "rocking_horse": ("rocking horse", (("mane", "5b3a23"), ("", _WOOD))),
    "duck": ("duck, rubber duck, duckling",
             (("beak", "e07a24"), ("foot", "e07a24"), ("", "ecc22e"))),
    "stacker": ("stacking rings, ring stacker, stacking toy", ()),
    "lantern": ("lantern, street lamp", (("glass", "fff2c0"), ("", "3a3c40"))),
    "camera": ("camera", (("lens", "2b2d31"), ("", "4a4c52"))),
    "headphones": ("headphones, headset", (("cushion", "26262a"), ("", "4a4c52"))),
    "microscope": ("telescope, microscope", (("", "b08a3c"),)),
}  # fmt: skip


def _titles() -> tuple[Title, ...]:
    made = [
        Title(family, tuple(names.split(", ")), SCULPTORS[family], looks)
        for family, (names, looks) in _NAMES.items()
    ]
    looks = (("nose", "e07a24"), ("eye", "26262a"), ("button", "26262a"), ("arm", "6b4a2f"),
             ("hat", "2b2d31"), ("scarf", "c23a34"), ("", "eef2f6"))  # fmt: skip
    made.append(Title("snowman", ("snowman", "snow man"), snowman, looks))
    return tuple(made)


TITLES = _titles()
