# SPDX-License-Identifier: GPL-3.0-or-later
"""The part generator: its two networks, and what lies between them and meshes. NumPy alone.

An object's frame is the cube [-1, 1]^3 with +y up, in which its box has its middle at 0 and its
longest half is `FILLED`. A part's own frame is that cube filled by the part's box along each axis.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..contract.arrays import Floats, Ints, Singles
from ..contract.progress import SILENT, Progress
from ..geometry.mesh import face_vectors, used_by
from ..geometry.sampling import points_by_group
from ..models.members import FILLED, own_frame
from ..models.numpy_ops import NumpyOps
from ..models.partflow import FRAMES, PartFlow
from ..models.partset import OWN, PLACED, WHOLE, PartSet
from .surface import Extracted, Field, extract

POINTS = {OWN: 1024, PLACED: 1024, WHOLE: 6144}  # of a surface that is looked at
CELLS = 64  # along each side of a part's own frame
A_TURN = 16_384  # places that are asked at a time
OPS = NumpyOps()


@dataclass(frozen=True)
class Frame:
    """Where the cube of an object is: x_cube = (x - middle) / size. middle : (3,)."""

    middle: Floats
    size: float

    @classmethod
    def around(cls, points: Floats) -> Frame:
        """The frame of what has these points (N, 3)."""
        low, high = points.min(axis=0), points.max(axis=0)
        return cls((low + high) / 2, max(float((high - low).max()), 1e-9) / 2 / FILLED)

    def into(self, points: Floats) -> Floats:
        """Places (..., 3) in the cube."""
        return (points - self.middle) / self.size

    def out(self, points: Floats) -> Floats:
        """Places (..., 3) of the cube, where they are."""
        return points * self.size + self.middle


@dataclass(frozen=True)
class Surface:
    """Points (P, 3) of a surface with their unit normals."""

    points: Floats
    normals: Floats

    def within(self, middle: Floats, half: Floats) -> Surface:
        """The same in a frame: x' = (x - middle) / half, by axis."""
        normals = self.normals * half
        length = np.linalg.norm(normals, axis=1, keepdims=True)
        return Surface((self.points - middle) / half, normals / np.maximum(length, 1e-12))

    @property
    def box(self) -> Floats:
        """(2, 3) lowest and highest corner."""
        return np.stack([self.points.min(axis=0), self.points.max(axis=0)])


@dataclass(frozen=True)
class Told:
    """A part as the flow knows it: tokens (T, C) in its own frame and in the object's.

    box : (2, 3) in the object's frame.
    """

    own: Singles
    placed: Singles
    box: Floats


@dataclass(frozen=True)
class PartGenerator:
    """The networks."""

    autoencoder: PartSet
    flow: PartFlow

    def tokens(self, surface: Surface, kind: int) -> Singles:
        """What the flow is told of a surface in a frame of a kind: (T, C)."""
        mean, deviation = self._measures(kind)
        latents = (self.encoded(surface, kind) - mean) / deviation
        return np.asarray(self.flow.tokens(latents, FRAMES[kind])[0])

    def encoded(self, surface: Surface, kind: int) -> Singles:
        """The latents (1, T, C) of a surface in a frame of a kind, of which tokens keep the most
        telling."""
        points, normals = (
            one.astype(np.float32)[None] for one in (surface.points, surface.normals)
        )
        return np.asarray(self.autoencoder.encode(points, normals, kind))

    def told(self, vertices: Floats, faces: Ints, box: Floats | None = None) -> Told:
        """A part whose mesh is in the object's frame. box : that of the whole part, its own for
        None."""
        points = vertices[used_by(faces)]
        if box is None:
            box = np.stack([points.min(axis=0), points.max(axis=0)])
        middle, half = own_frame(box)
        return Told(
            self.tokens(sampled((vertices - middle) / half, faces, POINTS[OWN]), OWN),
            self.tokens(sampled(vertices, faces, POINTS[PLACED]), PLACED),
            box,
        )

    def field(self, tokens: Singles, kind: int = OWN) -> Field:
        """The field that tokens (T, C) mean, in the frame of their kind, positive inside."""
        mean, deviation = self._measures(kind)
        return self.decoded(self.flow.latents(tokens[None], FRAMES[kind]) * deviation + mean, kind)

    def decoded(self, latents: Singles, kind: int = OWN) -> Field:
        """The same of latents (1, T, C)."""
        decoded = self.autoencoder.decode(latents, kind)
        nodes = self.autoencoder.nodes(decoded)

        def field(points: Singles) -> Singles:
            return -np.asarray(self.autoencoder.field(nodes, decoded.side, points[None])[0])

        return field

    def shape(
        self, tokens: Singles, kind: int = OWN, cells: int = CELLS, progress: Progress = SILENT
    ) -> Extracted:
        """The surface that tokens (T, C) mean, in the frame of their kind. Raises Cancelled, and
        NotFinite where the field has no number."""
        return extract(self.field(tokens, kind), cells, turn=A_TURN, progress=progress)

    def _measures(self, kind: int) -> tuple[Singles, Singles]:
        arrays = self.autoencoder.arrays
        return arrays["latent.mean"][kind], arrays["latent.deviation"][kind]


def sampled(vertices: Floats, faces: Ints, count: int, seed: int = 0) -> Surface:
    """Points spread evenly over the area of a mesh. Raises IndexError where it has no faces."""
    normal, area, _ = face_vectors(vertices, faces)
    one = np.zeros(len(faces), np.int64)
    rng = np.random.default_rng(seed)
    points, face = points_by_group(vertices, faces, area, one, count, rng)
    return Surface(points[0], normal[face[0]])
