# SPDX-License-Identifier: GPL-3.0-or-later
"""The public models that Partwise can use: what they are, what they cost, what they unlock.

None comes with Partwise. Each is a folder of networks, as its authors publish it.
"""

from __future__ import annotations

from dataclasses import dataclass

from ..contract.errors import BadInput


@dataclass(frozen=True)
class PublicModel:
    """One model.

    Parameters
    ----------
    name : what commands call it, that of its engine. title : for people.
    repository : on the Hugging Face hub. revision : of it, a commit or a branch.
    components : folders of networks and settings that are needed, each with its files.
    size : bytes to download, about. memory : bytes that its largest network takes in 16 bits.
    licence : its short name. commercial : may results be sold? territories : where it may not be
    used, empty for nowhere. gated : must one ask its authors for it?
    unlocks : a sentence.
    """

    name: str
    title: str
    repository: str
    components: tuple[str, ...]
    size: int
    memory: int
    unlocks: str
    revision: str = "main"
    licence: str = "MIT"
    commercial: bool = True
    territories: str = ""
    gated: bool = False

    @property
    def page(self) -> str:
        """Where people read about it."""
        return f"https://huggingface.co/{self.repository}"

    @property
    def is_free(self) -> bool:
        """Whether it may be used for anything, anywhere, without asking."""
        return self.commercial and not self.territories and not self.gated


_PICTURES = ("image_encoder_dinov2", "feature_extractor_dinov2")
_TRUNK = ("transformer", "vae", "scheduler")

MODELS = (
    PublicModel(
        name="holopart",
        title="HoloPart",
        repository="VAST-AI/HoloPart",
        components=(*_TRUNK, "part_encoder"),
        size=3_830_000_000,
        memory=3_230_000_000,
        unlocks="Completes what is hidden of parts by what it learned from many objects.",
    ),
    PublicModel(
        name="partcrafter",
        title="PartCrafter",
        repository="wgsxm/PartCrafter",
        components=(*_TRUNK, *_PICTURES),
        size=7_950_000_000,
        memory=2_880_000_000,
        unlocks="Makes an object of a given number of parts from one picture.",
    ),
    PublicModel(
        name="triposg",
        title="TripoSG",
        repository="VAST-AI/TripoSG",
        components=(*_TRUNK, *_PICTURES),
        size=7_950_000_000,
        memory=2_880_000_000,
        unlocks="Makes a whole object from one picture, which is then taken apart and completed.",
    ),
    PublicModel(
        name="scribble",
        title="TripoSG-scribble",
        repository="VAST-AI/TripoSG-scribble",
        components=(*_TRUNK, *_PICTURES, "tokenizer", "text_encoder"),
        size=4_710_000_000,
        memory=3_360_000_000,
        unlocks="Replaces a part by words and a line drawing of its outline.",
    ),
)


def public_model(name: str) -> PublicModel:
    """The model of a name. Raises BadInput where there is none."""
    for model in MODELS:
        if model.name == name:
            return model
    known = ", ".join(model.name for model in MODELS)
    raise BadInput(f"There is no model “{name:.60}”.", f"Known: {known}.")
