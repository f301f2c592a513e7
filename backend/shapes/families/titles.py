# SPDX-License-Identifier: GPL-3.0-or-later
"""What people call the objects that families make, and colours that they have unless others are
asked for.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

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
    "teapot": ("teapot, tea pot", (("", "c9d4dc"),)),
    "chair": ("chair, dining chair, wooden chair", (("seat", "c08b55"), ("", _WOOD))),
    "table": ("table, dining table, coffee table", (("", _WOOD),)),
    "airplane": ("airplane, aeroplane, plane, aircraft, jet", (("", "c8ced6"),)),
    "insect": ("insect, bug, beetle, ant, fly", (("", "5a4632"),)),
    "octopus": ("octopus, squid, kraken", (("", "b5546a"),)),
    "snake": ("snake, serpent, worm", (("", _LEAF),)),
    "reptile": ("lizard, reptile, crocodile, dinosaur, gecko, alligator", (("", _LEAF),)),
    "beast": ("beast, monster, demon", (("wing", "7a2f3a"), ("", "59704a"))),
    "teddy": ("teddy bear, teddy, bear, plush, stuffed animal", (("", "a87848"),)),
    "bust": ("bust, portrait", (("", "d8d4cc"),)),
    "plant": ("plant, bush, shrub, house plant", (("wood", "6b4a2f"), ("", _LEAF))),
    "bottle": ("bottle, flask", (("cap", "a83232"), ("", "4f9a72"))),
    "goblet": ("goblet, chalice, wine glass, trophy, grail", (("", "d0a63c"),)),
    "lamp": ("lamp, floor lamp, table lamp, light",
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
    "polearm": ("spear, polearm, halberd, trident, scythe", (("shaft", _WOOD), ("", _STEEL))),
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
    "motorcycle": ("motorcycle, motorbike, scooter",
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
_ALONE: dict[str, object] = {"bare_hat": True}  # a hat that is asked for is on no head
_CLOTH = (("band", "26262a"), ("feather", "c23a34"), ("pompom", "f4f4f4"), ("cuff", "f4f4f4"),
          ("buckle", "d0a63c"), ("tassel", "d0a63c"), ("head", _SKIN))  # fmt: skip
_LEATHER = (("sole", "2b2d31"), ("lace", "f4f4f4"), ("buckle", "c09a3c"), ("", "8a5a34"))
_BAG = (("buckle", "c09a3c"), ("zipper", "c09a3c"), ("wheel", "2b2d31"), ("", "8a5a34"))
_METAL = (("haft", _WOOD), ("wrap", "5b3a23"), ("", _STEEL))
_GOLD = (("gem", "b5202c"), ("pearl", "f4f0e8"), ("lining", "7a2f5a"), ("fur", "f4f4f4"),
         ("", "d8ae3c"))  # fmt: skip
_FIGURE = (("hair", "d0a63c"), ("skull", _SKIN), ("hand", _SKIN), ("arm", _SKIN), ("leg", _SKIN),
           ("foot", _SKIN), ("star", "ecc22e"), ("halo", "ecc22e"))  # fmt: skip
_FUR = (("eye", "26262a"), ("nose", "26262a"), ("collar", "c23a34"), ("bell", "d0a63c"))
_TYRE = (("tyre", "2b2d31"), ("lug", "2b2d31"), ("", "a8aeb8"))
_Looks = tuple[tuple[str, str], ...]
_LATER: tuple[tuple[str, dict[str, object], str, _Looks], ...] = (
    ("hat", _ALONE, "hat", (*_CLOTH, ("", "5b4630"))),
    ("hat", {"kind": "cowboy hat", **_ALONE}, "cowboy hat, stetson, western hat",
     (*_CLOTH, ("", "8a5a34"))),
    ("hat", {"kind": "fedora", **_ALONE}, "fedora, trilby", (*_CLOTH, ("", "4a4238"))),
    ("hat", {"kind": "bowler", **_ALONE}, "bowler hat, bowler, derby", (*_CLOTH, ("", "2b2d31"))),
    ("hat", {"kind": "top hat", **_ALONE}, "top hat", (("band", "c23a34"), ("", "2b2d31"))),
    ("hat", {"kind": "sombrero", **_ALONE}, "sombrero", (("band", "c23a34"), ("", "d8b45c"))),
    ("hat", {"kind": "straw hat", **_ALONE}, "straw hat, sun hat", (*_CLOTH, ("", "dcc078"))),
    ("hat", {"kind": "wizard hat", **_ALONE}, "wizard hat, witch hat",
     (("star", "ecc22e"), *_CLOTH, ("", "3a3f8a"))),
    ("hat", {"kind": "pilgrim hat", **_ALONE}, "pilgrim hat, leprechaun hat",
     (*_CLOTH, ("", "2f6a48"))),
    ("hat", {"kind": "pirate hat", **_ALONE}, "pirate hat, tricorn", (*_CLOTH, ("", "2b2d31"))),
    ("hat", {"kind": "cap", **_ALONE}, "cap, baseball cap", (("badge", "f4f4f4"), ("", "b5303a"))),
    ("hat", {"kind": "beanie", **_ALONE}, "beanie, bobble hat, winter hat",
     (("pompom", "f4f4f4"), ("", "3f6fb0"))),
    ("hat", {"kind": "santa hat", **_ALONE}, "santa hat, christmas hat", (*_CLOTH, ("", "c2202c"))),
    ("hat", {"kind": "beret", **_ALONE}, "beret", (("", "7a2f3a"),)),
    ("hat", {"kind": "fez", **_ALONE}, "fez", (*_CLOTH, ("", "a82a32"))),
    ("hat", {"kind": "party hat", **_ALONE}, "party hat, birthday hat", (*_CLOTH, ("", "d9567a"))),
    ("hat", {"kind": "chef hat", **_ALONE}, "chef hat, cook hat", (("", "f4f4f4"),)),
    ("hat", {"kind": "mortarboard", **_ALONE}, "mortarboard, graduation cap, graduation hat",
     (*_CLOTH, ("", "26262a"))),
    ("hat", {"kind": "jester hat", **_ALONE}, "jester hat", (("bell", "d0a63c"), ("", "7a3f8a"))),
    ("hat", {"kind": "turban", **_ALONE}, "turban", (("gem", "b5202c"), ("", "e4dcc8"))),
    ("helmet", _ALONE, "helmet", (("horn", "e8dfc8"), ("plume", "c23a34"), ("crest", "c23a34"),
                                  ("", _STEEL))),
    ("helmet", {"kind": "horned", **_ALONE}, "viking helmet, horned helmet",
     (("horn", "e8dfc8"), ("", _STEEL))),
    ("helmet", {"kind": "crested", **_ALONE}, "roman helmet, spartan helmet",
     (("crest", "c23a34"), ("", "c09a3c"))),
    ("helmet", {"kind": "visored", **_ALONE}, "knight helmet", (("plume", "c23a34"), ("", _STEEL))),
    ("helmet", {"kind": "worker", **_ALONE}, "hard hat, safety helmet", (("", "ecc22e"),)),
    ("helmet", {"kind": "rider", **_ALONE}, "bike helmet, motorcycle helmet", (("", "3f6fb0"),)),
    ("helmet", {"kind": "globe", **_ALONE}, "space helmet, diving helmet, astronaut helmet",
     (("visor", "3a4a5a"), ("window", "3a4a5a"), ("", "e4e6ea"))),
    ("crown", _ALONE, "crown", _GOLD),
    ("crown", {"kind": "tiara", **_ALONE}, "tiara, diadem", _GOLD),
    ("crown", {"kind": "wreath", **_ALONE}, "wreath, laurel wreath", (("", _LEAF),)),
    ("hairdo", {}, "hairdo, hairstyle, wig, haircut",
     (("hair", "5b3a23"), ("beard", "5b3a23"), ("moustache", "5b3a23"), ("tie", "c23a34"),
      ("ribbon", "c23a34"), ("head", _SKIN), ("neck", _SKIN))),
    ("shoe", {}, "shoe", _LEATHER),
    ("shoe", {"kind": "sneaker"}, "sneaker, trainer, running shoe",
     (("sole", "f4f4f4"), ("lace", "f4f4f4"), ("", "3f6fb0"))),
    ("shoe", {"kind": "boot"}, "boot", _LEATHER),
    ("shoe", {"kind": "high heel"}, "high heel, stiletto", (("", "b5202c"),)),
    ("shoe", {"kind": "sandal"}, "sandal, flip flop", (("foot", _SKIN), ("leg", _SKIN), *_LEATHER)),
    ("shoe", {"kind": "loafer"}, "loafer", _LEATHER),
    ("shoe", {"kind": "slipper"}, "slipper", (("", "d98ca0"),)),
    ("shoe", {"kind": "roller skate"}, "roller skate, inline skate",
     (("wheel", "2b2d31"), ("", "e4e6ea"))),
    ("shoe", {"kind": "ice skate"}, "ice skate, skate", (("blade", _STEEL), ("", "e4e6ea"))),
    ("shoe", {"kind": "elf shoe"}, "elf shoe", (("bell", "d0a63c"), ("", "2f8a48"))),
    ("bag", {}, "bag", _BAG),
    ("bag", {"kind": "backpack"}, "backpack, rucksack, school bag", _BAG),
    ("bag", {"kind": "handbag"}, "handbag, hand bag, purse", (("clasp", "d0a63c"), ("", "a82a42"))),
    ("bag", {"kind": "satchel"}, "satchel, briefcase, messenger bag", _BAG),
    ("bag", {"kind": "suitcase"}, "suitcase, luggage, trolley", _BAG),
    ("bag", {"kind": "pouch"}, "pouch, sack, money bag", (("coin", "d8ae3c"), ("", "b08a58"))),
    ("bag", {"kind": "basket"}, "basket, shopping basket", (("egg", "f2e8d8"), ("", "b98a4c"))),
    ("bag", {"kind": "sports bag"}, "sports bag, duffel bag, gym bag", (("", "3f5f8f"),)),
    ("dragon", {}, "dragon, wyvern, drake",
     (("membrane", "7a2f3a"), ("belly", "c8b078"), ("eye", "ecc22e"), ("claw", "e8dfc8"),
      ("horn", "e8dfc8"), ("spike", "e8dfc8"), ("", "4f7a4a"))),
    ("winged", {}, "winged figure, harpy", (*_FIGURE, ("", "8f6fb0"))),
    ("winged", {"kind": "butterfly"}, "fairy, pixie", (*_FIGURE, ("wing", "9cd0e8"),
                                                      ("", "7ab06a"))),
    ("winged", {"kind": "feathered"}, "angel, cherub", (*_FIGURE, ("", "f2f2f2"))),
    ("winged", {"kind": "membrane"}, "imp, gargoyle, vampire", (("", "8a3a34"),)),
    ("butterfly", {"kind": "butterfly"}, "butterfly, moth",
     (("wing", "e08a2c"), ("spot", "26262a"), ("", "3a2f2a"))),
    ("butterfly", {"kind": "dragonfly"}, "dragonfly", (("wing", "b8dce8"), ("", "2f7a8a"))),
    ("butterfly", {"kind": "bee"}, "bee, wasp, bumblebee", (("wing", "d8e8f0"), ("", "d8a62c"))),
    ("butterfly", {"kind": "bat"}, "bat", (("", "3a3438"),)),
    ("tailed", {}, "puppy, kitten", (*_FUR, ("", "b98a5c"))),
    ("tailed", {"kind": "bushy"}, "squirrel, chipmunk", (*_FUR, ("", "a85a2c"))),
    ("tailed", {"kind": "ringed"}, "raccoon, lemur", (*_FUR, ("", "7a7a80"))),
    ("tailed", {"kind": "paddle"}, "beaver", (*_FUR, ("", "6b4a2f"))),
    ("tailed", {"kind": "tuft"}, "lion", (("tuft", "7a4a24"), *_FUR, ("", "c8984c"))),
    ("tailed", {"kind": "bob"}, "rabbit, bunny, hare", (*_FUR, ("", "b8aca0"))),
    ("tailed", {"kind": "mermaid"}, "mermaid", (("tail", "2f8a8a"), ("fluke", "2f8a8a"),
     ("shell", "d98ca0"), *_FIGURE, ("", _SKIN))),
    ("wheel", {}, "wheel", _TYRE),
    ("wheel", {"kind": "car"}, "car wheel, tyre, tire, alloy wheel", _TYRE),
    ("wheel", {"kind": "cart"}, "cart wheel, wagon wheel, wooden wheel", (("", _WOOD),)),
    ("wheel", {"kind": "bicycle"}, "bicycle wheel, bike wheel", _TYRE),
    ("wheel", {"kind": "tractor"}, "tractor wheel", _TYRE),
    ("wheel", {"kind": "castor"}, "castor, caster", _TYRE),
    ("wheel", {"kind": "helm"}, "helm, ship wheel", (("cap", "d0a63c"), ("", "8a5a34"))),
    ("wheel", {"kind": "steering wheel"}, "steering wheel", (("", "2b2d31"),)),
    ("wheel", {"kind": "water wheel"}, "water wheel, mill wheel", (("", "7a5a3a"),)),
    ("desk_lamp", {}, "desk lamp, reading lamp, work lamp",
     (("bulb", "fff2c0"), ("shade", "c23a34"), ("", _STEEL))),
    ("chandelier", {}, "chandelier, ceiling lamp, pendant lamp, hanging lamp",
     (("bulb", "fff2c0"), ("flame", "f0a030"), ("candle", "f2ece0"), ("crystal", "d8ecf4"),
      ("shade", "e8d8b0"), ("", "c09a3c"))),
    ("candlestick", {}, "candlestick, candle holder, candelabra, candle",
     (("flame", "f0a030"), ("candle", "f2ece0"), ("wax", "f2ece0"), ("wick", "26262a"),
      ("", "c09a3c"))),
    ("shield", {}, "shield, buckler",
     (("rim", _STEEL), ("boss", _STEEL), ("stud", "c09a3c"), ("board", "39507a"), ("", "c09a3c"))),
    ("axe", {}, "axe, battle axe, hatchet, tomahawk", _METAL),
    ("mace", {}, "mace, morning star", _METAL),
    ("mace", {"kind": "flail"}, "flail", _METAL),
    ("mace", {"kind": "club"}, "club, cudgel", (("spike", _STEEL), ("", "7a5a3a"))),
    ("staff", {}, "staff, wizard staff, magic staff, wand, sceptre",
     (("orb", "5a8ae0"), ("crystal", "5ac8e0"), ("gem", "b5202c"), ("shaft", "6b4a2f"),
      ("", "c09a3c"))),
    ("umbrella", {}, "umbrella, parasol, sunshade", (("canopy", "b5303a"), ("handle", "6b4a2f"),
                                                     ("", "4a4c52"))),
    ("mask", {"bare_mask": True}, "mask",
     (("feather", "2f8a6a"), ("lens", "26262a"), ("tooth", "f4f0e8"), ("tusk", "f4f0e8"),
      ("strap", "3a3438"), ("", "c8a468"))),
    ("watch", {"kind": "wrist"}, "watch, wrist watch, wristwatch",
     (("dial", "f2f2ee"), ("strap", "4a2f22"), ("hand", "26262a"), ("", "b8bcc4"))),
    ("watch", {"kind": "pocket"}, "pocket watch", (("dial", "f2f2ee"), ("hand", "26262a"),
                                                   ("", "d0a63c"))),
    ("watch", {"kind": "alarm"}, "alarm clock", (("dial", "f2f2ee"), ("bell", "d0a63c"),
                                                 ("", "b5303a"))),
    ("watch", {"kind": "wall"}, "clock, wall clock, pendulum clock",
     (("dial", "f2f2ee"), ("pendulum", "d0a63c"), ("", "8a5a34"))),
    ("kettle", {"kind": "stove"}, "kettle, tea kettle", (("grip", "26262a"), ("", "b8c0c8"))),
    ("kettle", {"kind": "electric"}, "electric kettle, water boiler", (("", "d8dce0"),)),
    ("kettle", {"kind": "pot"}, "saucepan, cooking pot, casserole", (("", "a83232"),)),
    ("kettle", {"kind": "pan"}, "pan, frying pan, skillet",
     (("egg white", "f8f8f4"), ("yolk", "f0b020"), ("", "2b2d31"))),
    ("kettle", {"kind": "coffee pot"}, "coffee pot", (("", "c9d4dc"),)),
    ("door", {}, "door", (("pane", "b8d8e4"), ("handle", "c09a3c"), ("plate", "c09a3c"),
                          ("knob", "c09a3c"), ("hinge", "4a4c52"), ("step", "b0aca2"),
                          ("", "8a5a34"))),
    ("bicycle", {}, "bicycle, bike, cycle",
     (("tyre", "2b2d31"), ("saddle", "2b2d31"), ("grip", "2b2d31"), ("frame", "2f7a8a"),
      ("fork", "2f7a8a"), ("fender", "2f7a8a"), ("basket", "b98a4c"), ("", "a8aeb8"))),
)  # fmt: skip
"""Family, which of its kind, names, looks."""


def _titles() -> tuple[Title, ...]:
    made = [
        Title(family, tuple(names.split(", ")), SCULPTORS[family], looks)
        for family, (names, looks) in _NAMES.items()
    ]
    for family, chosen, names, looks in _LATER:
        sculptor = partial(SCULPTORS[family], **chosen) if chosen else SCULPTORS[family]
        made.append(Title(family, tuple(names.split(", ")), sculptor, looks))
    looks = (("nose", "e07a24"), ("eye", "26262a"), ("button", "26262a"), ("arm", "6b4a2f"),
             ("hat", "2b2d31"), ("scarf", "c23a34"), ("", "eef2f6"))  # fmt: skip
    made.append(Title("snowman", ("snowman", "snow man"), snowman, looks))
    return tuple(made)


TITLES = _titles()
