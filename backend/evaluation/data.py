# SPDX-License-Identifier: GPL-3.0-or-later
"""Labelled objects in .npz files: vertices, faces, and one or several true labellings."""

from __future__ import annotations

import json
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, ClassVar, Protocol
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from ..contract.arrays import Floats, Ints
from ..contract.errors import BadInput
from ..files.readers import read_mesh
from ..shapes.occluded import Whole

# Labels whose parts are bodies of their own, which others may hide.
FEW_WHOLES = "has fewer than two parts whose whole is known"
WHOLE_KINDS = ("nodes", "groups", "articulated_links", "shells")


@dataclass(frozen=True)
class Labelled:
    """One object.

    Parameters
    ----------
    name : its id in the file.
    kind : what its labels are, e.g. ``nodes`` or ``materials``.
    vertices, faces : (V, 3) float64, (F, 3) int64.
    truths : (T, F) int64, each row an equally valid labelling.
    up : the axis that points up, Y or Z.
    wholes : vertices and faces of the whole part of each label of the first truth, where parts go
        on inside others; none where that is not known.
    names : of the parts, by their label; those of whole parts where these are known.
    title : what the object is called, empty where nobody says.
    """

    name: str
    kind: str
    vertices: NDArray[np.float64]
    faces: NDArray[np.int64]
    truths: NDArray[np.int64]
    up: str = "Y"
    wholes: tuple[tuple[Floats, Ints], ...] = ()
    names: tuple[str, ...] = ()
    title: str = ""


def open_labelled(path: Path) -> Any:
    """The open .npz and its ids: (file, list of str). BadInput when it holds no such objects."""
    hint = "Give an .npz with 'ids', '<id>/vertices', '<id>/faces' and '<id>/face_part'."
    if not path.is_file():
        raise BadInput(f"There is no file {path}.", hint)
    try:
        file = np.load(path, allow_pickle=False)
        return file, [str(name) for name in json.loads(str(file["ids"]))]
    except (ValueError, KeyError, OSError, BadZipFile, TypeError, AttributeError):
        raise BadInput(f"{path} is not a file of labelled objects.", hint) from None


def read_labelled(path: Path, name: str) -> Labelled:
    """Read one object. Raises BadInput when its arrays do not fit together.

    Truths are ``<id>/truths`` (T, F), else ``<id>/face_part`` and ``<id>/face_part_fine``.
    """
    file, _ = open_labelled(path)
    with file:
        held = set(file.files)
        keys = [f"{name}/{key}" for key in ("truths", "face_part", "face_part_fine")]
        keys = keys[:1] if keys[0] in held else [key for key in keys[1:] if key in held]
        if not keys or not {f"{name}/vertices", f"{name}/faces"} <= held:
            raise BadInput(f"'{name}' in {path} has no mesh or no labels.", "Export it again.")
        faces = file[f"{name}/faces"].astype(np.int64)
        truths = np.concatenate([np.atleast_2d(file[key]) for key in keys]).astype(np.int64)
        meta = json.loads(str(file[f"{name}/meta"])) if f"{name}/meta" in held else {}
        named = f"{name}/part_names" in held
        names = json.loads(str(file[f"{name}/part_names"])) if named else ()
        if truths.shape[1] != len(faces):
            counts = f"{truths.shape[1]} labels for {len(faces)} faces"
            raise BadInput(f"'{name}' in {path} has {counts}.", "Export it again.")
        return Labelled(
            name=name,
            kind=str(meta.get("part_kind", "all")),
            vertices=file[f"{name}/vertices"].astype(np.float64),
            faces=faces,
            truths=truths,
            up="Z" if meta.get("up") == "Z" else "Y",
            names=tuple(names),
            title=str(meta.get("title") or ""),
        )


class Source(Protocol):
    """Where an object comes from. Small, so that it can be sent to another process."""

    @property
    def name(self) -> str: ...

    @property
    def nothing(self) -> str:
        """Why there is no object, where there is none."""
        ...

    def read(self) -> Labelled | None:
        """The object; None where there is none to measure."""
        ...


@dataclass(frozen=True)
class InFile:
    """An object of a file of labelled objects."""

    path: Path
    name: str
    nothing: ClassVar[str] = ""

    def read(self) -> Labelled:
        return read_labelled(self.path, self.name)


@dataclass(frozen=True)
class OfMesh:
    """A mesh file, whose parts nobody says."""

    path: Path
    nothing: ClassVar[str] = ""

    @property
    def name(self) -> str:
        return self.path.stem

    def read(self) -> Labelled:
        mesh = read_mesh(self.path)
        unsaid = np.zeros((1, len(mesh.faces)), dtype=np.int64)
        return Labelled(self.name, "meshes", mesh.vertices, mesh.faces, unsaid)


@dataclass(frozen=True)
class Procedural:
    """A smooth closed shape with several plausible labellings, made from a family and a seed."""

    family: str
    seed: int
    nothing: ClassVar[str] = ""

    @property
    def name(self) -> str:
        return f"{self.family}-{self.seed}"

    def read(self) -> Labelled:
        from ..shapes.families.make import make

        shape = make(self.family, self.seed)
        truths = np.stack(shape.labels).astype(np.int64)
        return Labelled(self.name, self.family, shape.vertices, shape.faces, truths)


@dataclass(frozen=True)
class Fused:
    """A copy of another object whose parts are fused into one closed surface."""

    source: Source
    nothing: ClassVar[str] = "cannot be fused into one surface"

    @property
    def name(self) -> str:
        return self.source.name

    def read(self) -> Labelled | None:
        from ..shapes.fuse import fuse

        item = self.source.read()
        if item is None:
            return None
        labels = [truth.astype(np.int32) for truth in item.truths]
        mesh = fuse(item.vertices, item.faces, labels, seed=zlib.crc32(item.name.encode()))
        if mesh is None:
            return None
        truths = np.stack(mesh.labels).astype(np.int64)
        return replace(item, vertices=mesh.vertices, faces=mesh.faces, truths=truths)


@dataclass(frozen=True)
class Uncovered:
    """The solid parts of another object, united, with the whole of each known."""

    source: Source
    nothing: ClassVar[str] = FEW_WHOLES

    @property
    def name(self) -> str:
        return self.source.name

    def read(self) -> Labelled | None:
        from ..shapes.occluded import artist_parts

        item = self.source.read()
        if item is None or item.kind not in WHOLE_KINDS:
            return None
        return _uncovered(
            item, artist_parts(item.vertices, item.faces, item.truths[0], item.names)[0]
        )


@dataclass(frozen=True)
class Sculpted:
    """A procedural shape as parts that go on inside each other, made from a family and a seed."""

    family: str
    seed: int
    faces: int = 8_000
    nothing: ClassVar[str] = FEW_WHOLES

    @property
    def name(self) -> str:
        return f"{self.family}-{self.seed}"

    def read(self) -> Labelled | None:
        from ..shapes.families import SCULPTORS
        from ..shapes.occluded import sculpted_parts, varied

        rng = np.random.default_rng([zlib.crc32(self.family.encode()), self.seed])
        sculpture = SCULPTORS[self.family](rng)
        rules = sculpture.opinions[0][1] if sculpture.opinions else ()
        parts = sculpted_parts(sculpture, rules)
        parts = varied(parts, rng, faces=self.faces) if parts else []
        nothing = np.empty((0, 3))
        item = Labelled(self.name, self.family, nothing, nothing.astype(np.int64),
                        np.empty((1, 0), np.int64), "Z")  # fmt: skip
        return _uncovered(item, parts)


def _uncovered(item: Labelled, parts: Sequence[Whole]) -> Labelled | None:
    """An object made of whole parts; None where they are fewer than two."""
    from ..shapes.occluded import occlude

    found = occlude(parts)
    if found is None or len(found.wholes) < 2:
        return None
    return replace(
        item,
        vertices=found.vertices,
        faces=found.faces,
        truths=found.labels[None],
        wholes=tuple((whole.vertices, whole.faces) for whole in found.wholes),
        names=tuple(whole.name for whole in found.wholes),
    )


def in_files(paths: Sequence[Path]) -> list[Source]:
    """All objects of some files. BadInput when one of them holds none."""
    found: list[Source] = []
    for path in paths:
        file, ids = open_labelled(path)
        file.close()
        found += [InFile(path, name) for name in ids]
    return found


def with_meshes(paths: Sequence[Path]) -> list[Source]:
    """All objects of some files, among which there may be meshes without labels."""
    labelled = [path for path in paths if path.suffix == ".npz"]
    return [*in_files(labelled), *(OfMesh(path) for path in paths if path not in labelled)]


def _measured() -> list[str]:
    """The families that are measured: later ones would make new figures differ from old ones."""
    from ..shapes.families import LATER, SCULPTORS

    return sorted(SCULPTORS.keys() - LATER.keys())


def procedural(count: int, first_seed: int = 1_000_000) -> list[Source]:
    """`count` shapes, the families in turn; the seeds are none that training uses."""
    names = _measured()
    return [Procedural(names[k % len(names)], first_seed + k // len(names)) for k in range(count)]


def sculpted(count: int, first_seed: int = 1_000_000) -> list[Source]:
    """`count` shapes of whole parts, the families in turn, as `procedural`."""
    names = _measured()
    return [Sculpted(names[k % len(names)], first_seed + k // len(names)) for k in range(count)]


def thin_out(sources: list[Source], limit: int | None) -> list[Source]:
    """At most `limit` of the sources, evenly spread."""
    if limit is None or limit >= len(sources):
        return sources
    return [sources[k] for k in np.linspace(0, len(sources) - 1, limit).round().astype(int)]
