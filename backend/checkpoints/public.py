# SPDX-License-Identifier: GPL-3.0-or-later
"""The public models that Partwise can use: what they are, what they cost, what they unlock.

None comes with Partwise. Each is a folder of networks, as its authors publish it. Sizes are those
that the authors' pages tell; which files there are, how large each is to the byte, and their
SHA-256 is asked of the hub at the time of a download (`hub.Hub.listing`), for nobody of us has
vouched for other numbers.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from ..contract.errors import BadInput

MIT = "https://opensource.org/license/mit"


@dataclass(frozen=True)
class Component:
    """One folder of a model: a network, or settings.

    Parameters
    ----------
    name : of the folder. size : bytes to download, about. bits : of each published number.
    network : whether it holds weights. needs : further files without which it is of no use. also :
    those that are taken where they are there.
    """

    name: str
    size: int = 0
    bits: int = 16
    network: bool = True
    needs: tuple[str, ...] = ()
    also: tuple[str, ...] = ("config.json",)

    @property
    def kept(self) -> int:
        """Bytes on the disk once its numbers have 16 bits, about."""
        return self.size * 16 // self.bits


@dataclass(frozen=True)
class PublicModel:
    """One model.

    Parameters
    ----------
    name : what commands call it, that of its engine. title : for people.
    repository : on the Hugging Face hub. revision : of it, a commit or a branch.
    consists : its folders of networks and settings that are needed.
    memory : bytes that its largest network takes in 16 bits. unlocks : a sentence.
    licence : its short name. terms : what it allows, a sentence. licence_page : its text.
    commercial : may results be sold? territories : where it may not be used, empty for nowhere.
    gated : must one ask its authors for it?
    axes : which axes of the shapes that it imagines are right, up and front, as `models check
    --imagine` tells them. PartCrafter's authors say theirs (Y up, seen from +Z); nobody has said
    TripoSG's, whose networks PartCrafter was trained on from, nor scribble's.
    sha256 : of files (by their paths in the repository) where we know it ourselves; elsewhere what
    the hub publishes holds.
    """

    name: str
    title: str
    repository: str
    consists: tuple[Component, ...]
    memory: int
    unlocks: str
    revision: str = "main"
    licence: str = "MIT"
    terms: str = "Free for every use, also a commercial one."
    licence_page: str = MIT
    commercial: bool = True
    territories: str = ""
    gated: bool = False
    axes: str = "+X, +Y, +Z"
    sha256: Mapping[str, str] = field(default_factory=dict)

    @property
    def components(self) -> tuple[str, ...]:
        """The names of its folders."""
        return tuple(one.name for one in self.consists)

    @property
    def size(self) -> int:
        """Bytes to download, about."""
        return sum(one.size for one in self.consists)

    @property
    def kept(self) -> int:
        """Bytes on the disk, about."""
        return sum(one.kept for one in self.consists)

    @property
    def page(self) -> str:
        """Where people read about it."""
        return f"https://huggingface.co/{self.repository}"

    @property
    def is_free(self) -> bool:
        """Whether it may be used for anything, anywhere, without asking."""
        return self.commercial and not self.territories and not self.gated

    @property
    def limits(self) -> str:
        """What keeps it from being free, in words; empty where nothing does."""
        found = [] if self.commercial else ["not for commercial use"]
        if self.territories:
            found.append(f"not in {self.territories}")
        if self.gated:
            found.append("only for those to whom its authors give it")
        return ", ".join(found)


_SCHEDULER = Component("scheduler", network=False, needs=("scheduler_config.json",), also=())
_PREPARATION = Component(
    "feature_extractor_dinov2", network=False, needs=("preprocessor_config.json",), also=()
)
_TOKENIZER = Component(
    "tokenizer",
    size=1_600_000,
    network=False,
    needs=("vocab.json", "merges.txt"),
    also=("tokenizer_config.json", "special_tokens_map.json"),
)
_OF_PICTURES = (  # TripoSG and what was trained on from it
    Component("transformer", 5_760_000_000, bits=32),
    Component("vae", 970_000_000, bits=32),
    _SCHEDULER,
    Component("image_encoder_dinov2", 1_220_000_000, bits=32),
    _PREPARATION,
)

MODELS = (
    PublicModel(
        name="holopart",
        title="HoloPart",
        repository="VAST-AI/HoloPart",
        consists=(
            Component("transformer", 3_230_000_000),
            Component("vae", 490_000_000),
            _SCHEDULER,
            Component("part_encoder", 114_000_000),
        ),
        memory=3_230_000_000,
        unlocks="Completes what is hidden of parts by what it learned from many objects.",
    ),
    PublicModel(
        name="partcrafter",
        title="PartCrafter",
        repository="wgsxm/PartCrafter",
        consists=_OF_PICTURES,
        memory=2_880_000_000,
        unlocks="Makes an object of a given number of parts from one picture.",
    ),
    PublicModel(
        name="triposg",
        title="TripoSG",
        repository="VAST-AI/TripoSG",
        consists=_OF_PICTURES,
        memory=2_880_000_000,
        unlocks="Makes a whole object from one picture, which is then taken apart and completed.",
    ),
    PublicModel(
        name="scribble",
        title="TripoSG-scribble",
        repository="VAST-AI/TripoSG-scribble",
        consists=(
            Component("transformer", 3_360_000_000),
            Component("vae", 490_000_000),
            _SCHEDULER,
            Component("image_encoder_dinov2", 610_000_000),
            _PREPARATION,
            _TOKENIZER,
            Component("text_encoder", 250_000_000),
        ),
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
