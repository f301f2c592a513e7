# SPDX-License-Identifier: GPL-3.0-or-later
"""Parts with names, for the table that says what kind of part a part is.

Two sources: the procedural objects that `python -m backend.training.generator.objects` keeps, a
closed solid for each part, and objects of artists whose parts have names or joints.
"""

from __future__ import annotations

import json
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ..contract.part_shapes import Shapes, measure

Y_UP = np.array([[1.0, 0.0, 0.0], [0.0, 0.0, -1.0], [0.0, 1.0, 0.0]])
"""From a frame whose y is up and whose front is +z, as in glTF."""
OTHER = "other"
"""What is said of parts whose word is none of the table's."""

# Words of authors by the word that a part is to be called.
KINDS: dict[str, str] = {
    "Body": "body torso trunk chest abdomen thorax fuselage hull corps hips mantle box case volute "
    "receiver block chassis boiler pump",
    "Head": "head skull",
    "Neck": "neck",
    "Arm": "arm forearm",
    "Hand": "hand palm claw gripper",
    "Finger": "finger thumb",
    "Leg": "leg shank thigh legs",
    "Foot": "foot paw feet shoe boot",
    "Tail": "tail tailfin",
    "Wing": "wing",
    "Fin": "fin plane winglet",
    "Ear": "ear",
    "Horn": "horn antler feeler",
    "Muzzle": "muzzle beak snout nose",
    "Hat": "hat",
    "Wheel": "wheel tyre castor",
    "Hub": "hub",
    "Handle": "handle grip haft hilt",
    "Lid": "lid cap",
    "Seat": "seat mattress saddle",
    "Backrest": "back dossier",
    "Base": "base plinth stand pedestal ground board",
    "Roof": "roof",
    "Door": "door gate",
    "Window": "window pane",
    "Wall": "wall walls",
    "Blade": "blade prong",
    "Shaft": "shaft pole post column mast stem rod bar",
    "Barrel": "gun barrel tube cannon",
    "Trigger": "trigger",
    "Leaf": "leaf petal",
    "Crown": "crown",
    "Branch": "branch",
    "Shade": "shade",
    "Knob": "knob",
    "Spout": "spout",
    "Flange": "flange",
    "Turret": "turret",
    "Track": "track skid",
    "Cabin": "cabin cab cockpit canopy",
    "Mirror": "mirror",
    "Engine": "engine motor booster",
    "Drawer": "drawer front",
    "Pillow": "pillow cushion",
    "Nozzle": "nozzle",
    "String": "string",
    "Rotor": "rotor tailrotor propeller",
}  # fmt: skip
KIND_OF = {word: kind for kind, words in KINDS.items() for word in words.split()}
PLACES = {
    "l", "r", "left", "right", "front", "back", "rear", "hind", "upper", "lower", "fore", "top",
    "bottom", "low", "inner", "outer", "mid", "middle", "lf", "rf", "lh", "rh", "main", "part",
}  # fmt: skip


@dataclass(frozen=True)
class Named:
    """An object: measures of its parts, and what each is called, a kind or ``OTHER``."""

    group: str
    source: str
    shapes: Shapes
    kinds: list[str]


def kind_of(name: str) -> str:
    """The kind that an author's name says: "leg front left", "UpperArm_L", "turret body"."""
    apart = re.sub(r"(?<=[a-z])(?=[A-Z])|[^A-Za-z]+", " ", name).lower().split()
    words = [word for word in apart if word not in PLACES] or apart[:1]
    if len(words) > 1 and words[-1] == "body":  # of a thing less its details
        words = words[:-1]
    found = [KIND_OF[word] for word in words if word in KIND_OF]
    return found[-1] if found and words[-1] in KIND_OF else OTHER


def of_solids(folder: Path) -> Iterator[Named]:
    """The procedural objects of a folder; y is up in them."""
    for path in sorted(folder.glob("shape_*.npz")):
        try:
            with np.load(path) as found:
                about = json.loads(str(found["about"]))
                solids = [
                    found[f"vertices_{k}"][found[f"faces_{k}"]] for k in range(len(about["names"]))
                ]
        except (OSError, EOFError, ValueError, KeyError, zipfile.BadZipFile):
            continue  # it is being written
        if len(solids) > 1:
            corners = np.concatenate(solids) @ Y_UP.T
            label = np.repeat(np.arange(len(solids)), [len(one) for one in solids])
            kinds = [kind_of(name) for name in about["names"]]
            yield Named(about["title"], "procedural", measure(corners, label, len(solids)), kinds)


def of_artists(data: Path) -> Iterator[Named]:
    """Objects of artists: nodes and groups with names, and figures cut by their joints."""
    for path in (data / "train_nodes.npz", data / "train_rigs.npz"):
        with np.load(path) as found:
            for key in json.loads(str(found["ids"])):
                meta = json.loads(str(found[f"{key}/meta"]))
                vertices, faces = found[f"{key}/vertices"], found[f"{key}/faces"]
                for level in ("", "_fine"):
                    if f"{key}/face_part{level}" not in found:
                        continue
                    names = json.loads(str(found[f"{key}/part_names{level}"]))
                    label = found[f"{key}/face_part{level}"].astype(np.int64)
                    used, label = np.unique(label, return_inverse=True)
                    if len(used) < 2:
                        continue
                    corners = vertices[faces].astype(np.float64)
                    corners = corners @ Y_UP.T if meta["up"] == "Y" else corners
                    shapes = measure(corners, label, len(used))
                    kinds = [kind_of(names[part]) for part in used.tolist()]
                    yield Named(str(meta["group"]), meta["part_kind"], shapes, kinds)
