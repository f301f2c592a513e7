# SPDX-License-Identifier: GPL-3.0-or-later
"""The flow engine: our own part generator, on NumPy, with weights that come with Partwise.

One network completes parts, puts others in their place and makes new objects, from words, boxes,
a picture and its masks, or from several of these.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from ..checkpoints.catalogue import WEIGHTS
from ..contract.arrays import Floats, Ints, Singles
from ..contract.engines import About
from ..contract.errors import BadInput
from ..contract.progress import SILENT, Progress
from ..geometry.booleans import Mesh
from ..latents.part_generator import Frame, PartGenerator
from ..latents.part_request import Request
from ..models.members import box_of
from .base import Box, Brief, Generated, Offer, PartMesh
from .imagined_whole import ImaginedWholes
from .loaded import loaded
from .part_making import Made, Maker, Object, Wanted, Ways, sampled_parts, surfaces
from .part_memory import begin, remember, remembered
from .part_place import filling, held_box
from .part_scene import Scene
from .part_sketch import looking, out_of
from .part_weights import read_generator
from .part_words import Meaning, meaning, remarks, required
from .projected import USUAL_FACES, Figure, dressed, within
from .quality import of_quality
from .visible_part import VisibleObject

ABOUT = About(
    name="flow",
    label="Flow",
    text="Imagines parts that fit the others, of everyday things; coarse, but no two alike",
    verbs=("complete", "generate", "replace"),
    weights=("generator",),
    memory=200_000_000,
    trial=True,
    options=("parts", "seed", "quality", "strength_words", "rectangle", "faces", "stretch"),
)

CHECKPOINT = WEIGHTS / "generator.safetensors"
FEWEST_CELLS = 32
MOST_AT_ONCE = 64  # parts without boxes
TINY = 0.01  # half of a box beside that of the object, below which only its place is sure
BEYOND = 0.05  # of the object's half size: what goes on so far beyond its mask is hidden there
SAME = 0.98  # of two boxes, by which they are one
ALIKE = 0.7  # cosine of what is asked for and what was there, from which they are of one kind
# Of another kind: the box and the parts around it speak for the old one, so words must be loud.
HEARD = 0.6  # level from which it goes on as what is remembered of the words
LOUD = 2.0  # guidance by words
BOX_STEPS = 0.4  # share of the steps in which its box is found, where nothing is remembered


def load() -> Flow:
    """The engine with its bundled weights. Raises WeightsMissing or WeightsCorrupt."""
    return Flow(loaded(read_generator, CHECKPOINT))


@dataclass(frozen=True)
class Flow:
    """The engine. ways : how parts are made. faces : of an object at most, 0 for the usual.

    stretch : whether another part fills the old one's box, whatever it is. strength : how much more
    words count where they are to be louder.
    """

    generator: PartGenerator = field(repr=False)
    ways: Ways = field(default_factory=Ways)
    faces: int = 0
    stretch: bool = False
    strength: float = 1.0
    follows_seed: ClassVar[bool] = True
    knows_all_words: ClassVar[bool] = False

    def tuned(self, options: Mapping[str, Any]) -> Flow:
        """The engine as options want it."""
        steps, cells = of_quality(self.ways.steps, self.ways.cells, options)
        words, shapes = self.ways.guidance
        strength = float(options.get("strength_words", 1.0))
        guidance = 1 + strength * (words - 1), shapes
        ways = replace(self.ways, steps=steps, cells=max(cells, FEWEST_CELLS), guidance=guidance)
        faces, stretch = options.get("faces", self.faces), options.get("stretch", self.stretch)
        return replace(self, ways=ways, faces=faces, stretch=bool(stretch), strength=strength)

    def survey(
        self,
        vertices: Floats,
        faces: Ints,
        labels: NDArray[np.int32],
        *,
        seed: int = 0,
        progress: Progress = SILENT,
    ) -> ImaginedWholes:
        """See `CompleteEngine.survey`."""
        looking = progress.span(0.0, 1.0, "Looking at the visible surface")
        seen = VisibleObject(vertices, faces, labels, looking.span(0.0, 0.6))
        scene = Scene(self.generator, vertices, faces, labels)
        return ImaginedWholes.of(seen, scene, self.ways, seed, looking.span(0.6, 1.0))

    def replace(
        self,
        vertices: Floats,
        faces: Ints,
        labels: NDArray[np.int32],
        part: int,
        *,
        name: str = "",
        title: str = "",
        drawing: NDArray[np.uint8] | None = None,
        text: str = "",
        variants: int = 1,
        seed: int = 0,
        progress: Progress = SILENT,
    ) -> list[Offer]:
        """What a seed gives among the others. Without words, another of its name.

        One of the same kind, as far as words tell, is made in the old part's box; another kind has
        a box of its own, which touches the others where the old one does.
        """
        if drawing is not None:
            raise BadInput(
                "The flow engine makes parts by words; it cannot read drawings.",
                "Describe the part in words, or choose another engine.",
            )
        before = meaning(name)
        said = required(text) if text else before
        progress.span(0.0, 0.1, "Looking at the other parts").step()
        scene = Scene(self.generator, vertices, faces, labels, title)
        request = scene.around(part)
        if said.known:
            request.tell("words", said.vector, 0)
        ways, box, made_from = self.ways, scene.boxes[part], 0.1
        if text and said.vector @ before.vector < ALIKE:
            ways, made_from = self._loud(), 0.3
            memory = remembered(said.words, box if self.stretch else None, seed)
            if not self.stretch:
                finding = progress.span(0.1, made_from, "Finding out how large it is")
                size = self._size_of(request, memory, ways, seed, finding)
                box = held_box(size, scene.boxes[part], scene.contact(part))
            if memory is not None:
                memory = filling(memory[0], *box), memory[1]
            begin(self.generator, request, 0, memory, box, HEARD)
        else:
            # What words ask for is remembered; another of the same name is to fit what is around.
            level = ways.begun if text else 1.0
            remember(self.generator, request, 0, said.words, box, seed, level)
        imagining = progress.span(made_from, 0.8, "Imagining another part")
        parts = sampled_parts(
            self.generator, request, ways, seed, imagining,
            look=looking(self.generator, 1, imagining, out_of(scene.frame)),
        )  # fmt: skip
        made = surfaces(
            self.generator, parts, [0], self.ways.cells,
            progress.span(0.8, 1.0, "Making its surface"),
        )  # fmt: skip
        notes = remarks([said]) if text else ()
        return [
            Offer(
                PartMesh(scene.frame.out(one.vertices), one.faces, text or name, colour=one.colour),
                np.zeros(3), np.zeros(3), in_place=True, notes=notes,
            )
            for one in made
        ]  # fmt: skip

    def _loud(self) -> Ways:
        """Ways in which words count more than what is around."""
        words, shapes = self.ways.guidance
        return replace(self.ways, guidance=(words + self.strength * (LOUD - 1), shapes))

    def _size_of(
        self, request: Request, memory: Mesh | None, ways: Ways, seed: int, progress: Progress
    ) -> Floats:
        """Proportions (3,) of the part that is asked for: as it is remembered, or else as the flow
        makes it."""
        if memory is not None:
            progress.step()
            return np.ptp(memory[0], axis=0)
        few = replace(ways, steps=max(1, round(BOX_STEPS * ways.steps)))
        parts = sampled_parts(self.generator, request, few, seed, progress)
        box, _ = box_of(parts.box[0, 0, 0])
        return np.asarray(box[1] - box[0], np.float64)

    def takes(self, brief: Brief) -> bool:
        """Whether there are boxes, words or a picture."""
        return bool(brief.boxes or brief.text.strip() or brief.images)

    def generate(self, brief: Brief, *, seed: int = 0, progress: Progress = SILENT) -> Generated:
        """A part in each box, of each mask, or as many as are asked for or seem to be missing."""
        if not self.takes(brief):
            raise BadInput(
                "There is nothing to make parts from.", "Give words, boxes or a picture."
            )
        if brief.boxes:
            return self._in_boxes(brief, seed, progress)
        if brief.images:
            return self._of_picture(brief, seed, progress)
        title = required(brief.text)
        maker = Maker(self.generator, Object(title.vector), self.ways, seed, _standing)
        made = self._thrifty(self._free(maker, brief.parts, progress))
        if not made:
            raise BadInput("Nothing came out of these words.", "Try other words, or another seed.")
        return Generated(_numbered(_standing(_meshes(made))), notes=remarks([title]))

    def _free(self, maker: Maker, count: int | None, progress: Progress) -> list[Made]:
        """Parts without boxes: as many as are asked for, or until nothing is missing."""
        if count is None:
            return maker.one_by_one(progress)
        if count > MOST_AT_ONCE:
            raise BadInput(
                f"This engine makes at most {MOST_AT_ONCE} parts without boxes, not {count}.",
                "Ask for fewer, or say where they are to be.",
            )
        return maker.at_once([Wanted()] * count, progress)

    def _thrifty(self, made: Sequence[Made]) -> list[Made]:
        """The same parts with as few faces as an object is to have."""
        meshes = within([(one.vertices, one.faces) for one in made], self.faces or USUAL_FACES)
        return [
            replace(one, vertices=vertices, faces=faces)
            for one, (vertices, faces) in zip(made, meshes, strict=True)
        ]

    def _in_boxes(self, brief: Brief, seed: int, progress: Progress) -> Generated:
        boxes = brief.boxes
        if brief.parts is not None and brief.parts != len(boxes):
            said_of = "is 1 box" if len(boxes) == 1 else f"are {len(boxes)} boxes"
            raise BadInput(
                f"There {said_of}, and {_parts(brief.parts)} asked for.",
                "Give a box for each part, or no number.",
            )
        frame = Frame.around(np.concatenate([(box.low, box.high) for box in boxes]))
        said = [meaning(box.text if box.text.strip() else box.name) for box in boxes]
        title = meaning(brief.text)
        inside = [frame.into(np.stack([box.low, box.high])) for box in boxes]
        # Those of one window are to be near each other.
        middle = np.stack([box.mean(axis=0) for box in inside])
        order = np.argsort(middle[:, np.ptp(middle, axis=0).argmax()], kind="stable").tolist()
        maker = Maker(self.generator, Object(title.vector), self.ways, seed, out_of(frame))
        wanted = [Wanted(said[k].vector, inside[k], said=said[k].words) for k in order]
        made = maker.at_once(wanted, progress)
        parts = {order[one.number]: one for one in self._thrifty(made)}
        there = [box for k, box in enumerate(boxes) if k in parts]
        place = {box.name: number for number, box in enumerate(there)}
        found = [
            PartMesh(
                filling(frame.out(parts[k].vertices), box.low, box.high),
                parts[k].faces,
                box.name,
                kind="imagined",
                colour=parts[k].colour,
                pivot=_pivot(box),
                parent=place.get(box.parent, -1),
                joint=box.joint,
            )
            for k, box in enumerate(boxes)
            if k in parts
        ]
        empty = [box.name for k, box in enumerate(boxes) if k not in parts]
        notes = [*remarks([*_of_texts(boxes, said), title]), *_about_boxes(boxes, inside)]
        if empty:
            notes.append(f"Nothing came out in: {', '.join(f'“{one:.40}”' for one in empty)}.")
        return Generated(found, notes=tuple(notes))

    def _of_picture(self, brief: Brief, seed: int, progress: Progress) -> Generated:
        from .part_picture import FRONT, Window, masked, outlined, patches

        progress.span(0.0, 0.05, "Finding the figure").step()
        front = list(brief.views).index("front") if brief.views else 0
        figure = Figure.found(brief.images[front], brief.options.get("rectangle"))
        window = Window.around(figure.covered)
        title = meaning(brief.text)
        painted = _painted(brief, front, figure.covered) if brief.masks else None
        following = progress.span(0.05, 0.2, "Following outlines")
        outlines = outlined(figure.cut_out(), painted, brief.parts, following)
        shown = [int(part) for part in np.unique(outlines.labels[outlines.labels >= 0])]
        masks = masked(outlines.labels, shown, figure.covered, window)
        seen = [
            _seen(mask, window.sides(outlines.labels == part), outlines.solids.get(part))
            for part, mask in zip(shown, masks, strict=True)
            if mask.any()
        ]
        thing = Object(title.vector, patches(figure.picture, figure.covered, window), FRONT)
        maker = Maker(self.generator, thing, self.ways, seed, _standing)
        made = maker.at_once(seen, progress.span(0.2, 0.95))
        notes = list(remarks([title]))
        beside = len(_parts_of(brief.masks[front])) - len(seen) if brief.masks else 0
        if beside:
            notes.append(f"Of the mask, {_parts(beside)} left out: nothing of the figure is there.")
        if len(brief.images) > 1:
            notes.append("The flow engine looks at the front alone.")
        meshes = [(one.vertices, one.faces) for one in self._thrifty(made)]
        found = dressed(meshes, figure, distance=float("inf"))
        return replace(found, notes=(*found.notes, *notes))


def _painted(brief: Brief, front: int, covered: Singles) -> NDArray[np.int32]:
    """The part of each pixel of the figure (H, W) by the mask of its front picture. Raises BadInput
    where there is none, or another number of parts than is asked for."""
    shown = len(_parts_of(brief.masks[front]))
    if brief.parts is not None and brief.parts != shown:
        count = "1 part" if shown == 1 else f"{shown} parts"
        raise BadInput(
            f"The mask shows {count}, and {_parts(brief.parts)} asked for.",
            "Paint as many, or give no number.",
        )
    labels = _as_large(brief.masks[front], covered.shape)
    inside = np.where(covered > 0.5, labels, -1).astype(np.int32)
    if not (inside >= 0).any():
        raise BadInput("Nothing of the figure is in the mask.", "Paint the mask on the figure.")
    return inside


def _parts_of(mask: NDArray[np.int32]) -> Ints:
    """The numbers of the parts that a mask shows."""
    return np.unique(mask[mask >= 0])


def _seen(mask: Singles, sides: Floats, outlined: Mesh | None) -> Wanted:
    """A part that a mask shows; its box goes on where its solid goes on under what hides it."""
    if outlined is not None:
        box = np.stack([outlined[0].min(axis=0), outlined[0].max(axis=0)])
        beyond = (box - sides) * [[-1], [1]] > BEYOND
        sides = np.where(beyond, box, sides)
    return Wanted(mask=mask, sides=sides, outlined=outlined)


def _meshes(made: Sequence[Made]) -> list[PartMesh]:
    return [PartMesh(one.vertices, one.faces, kind="imagined", colour=one.colour) for one in made]


def _standing(parts: Sequence[PartMesh]) -> list[PartMesh]:
    """Parts on the ground, their longest side 1."""
    points = np.concatenate([one.vertices for one in parts])
    low, high = points.min(axis=0), points.max(axis=0)
    foot = np.array([(low[0] + high[0]) / 2, low[1], (low[2] + high[2]) / 2])
    size = max(float((high - low).max()), 1e-9)
    return [replace(one, vertices=(one.vertices - foot) / size) for one in parts]


def _numbered(parts: Sequence[PartMesh]) -> list[PartMesh]:
    digits = len(str(len(parts)))
    return [replace(one, name=f"part_{k:0{digits}d}") for k, one in enumerate(parts, 1)]


def _pivot(box: Box) -> Floats | None:
    origin = (box.joint or {}).get("origin")
    return None if origin is None else np.array(origin, float)


def _of_texts(boxes: Sequence[Box], said: Sequence[Meaning]) -> list[Meaning]:
    """What is to be spoken of: a name that means nothing, as “box 3”, is none of it."""
    return [one for box, one in zip(boxes, said, strict=True) if box.text.strip()]


def _about_boxes(boxes: Sequence[Box], inside: Sequence[Floats]) -> list[str]:
    """Sentences about boxes that say little, or the same. inside : (2, 3) in the object's frame."""
    notes = []
    size = [float((box[1] - box[0]).max()) / 2 for box in inside]
    tiny = [box.name for box, half in zip(boxes, size, strict=True) if half < TINY]
    if tiny:
        names = ", ".join(f"“{name:.40}”" for name in tiny[:5])
        notes.append(f"Very small beside the others, so that they are plain: {names}.")
    low, high = (np.stack([box[end] for box in inside]) for end in (0, 1))
    volume = np.prod(np.maximum(high - low, 1e-9), axis=1)
    for k in range(len(boxes)):
        both = np.minimum(high[k], high[k + 1 :]) - np.maximum(low[k], low[k + 1 :])
        shared = np.prod(np.maximum(both, 0), axis=1)
        twice = shared > SAME * np.maximum(volume[k], volume[k + 1 :])
        for other in np.flatnonzero(twice)[:1] + k + 1:
            notes.append(
                f"The boxes of “{boxes[k].name:.40}” and “{boxes[other].name:.40}” are the same."
            )
    return notes[:6]


def _parts(count: int) -> str:
    """A number of parts, with the verb."""
    return "1 part was" if count == 1 else f"{count} parts were"


def _as_large(labels: NDArray[np.int32], shape: tuple[int, ...]) -> NDArray[np.int32]:
    """Labels (H, W) in another size, each pixel of the nearest."""
    rows, columns = (
        (np.arange(count) + 0.5) * size / count
        for count, size in zip(shape, labels.shape, strict=True)
    )
    return labels[rows.astype(np.int64)[:, None], columns.astype(np.int64)]
