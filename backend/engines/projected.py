# SPDX-License-Identifier: GPL-3.0-or-later
"""Parts from imagined fields: meshes of few triangles, with the picture they came from on them.

What a generator imagines is upright and faces +Z; how it is seen in the picture is found by its
outline (`images.projection`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ..contract.arrays import Floats, Ints, Singles
from ..contract.errors import BadInput
from ..contract.palette import to_linear
from ..contract.progress import SILENT, Progress
from ..geometry.booleans import coarser, concatenated, simplified
from ..geometry.isosurface import SampledField, zero_level
from ..geometry.mesh import signed_volumes
from .base import Brief, Generated, PartMesh

if TYPE_CHECKING:
    from ..latents.generation import Sampling
    from ..latents.networks import Networks
    from ..latents.surface import Extracted
    from ..machine.plan import Plan

TOLERANCE = 0.001  # of a part's size, by which its mesh may leave its field
ROUGHEST = 0.03  # the same where there would be too many triangles
SPECK = 1e-3  # of a part's volume, below which a piece of it is dust
LARGEST_TEXTURE = 2048
SEEN = 257  # tokens of a picture
USUAL_FACES = 30_000  # of an object
LEAST_OF_A_PART = 60
POINTS = 20_000  # of an object's outline


@dataclass(frozen=True)
class Figure:
    """What a picture shows.

    picture : (H, W, 4). covered : (H, W) how much of each pixel the figure covers, 0..1.
    """

    picture: NDArray[np.uint8]
    covered: Singles

    @classmethod
    def found(
        cls, picture: NDArray[np.uint8], rectangle: tuple[float, float, float, float] | None
    ) -> Figure:
        """The figure of a picture. Raises BadInput where there is none."""
        from ..images.figure import coverage
        from ..images.resample import at_most

        small = at_most(picture, LARGEST_TEXTURE)
        if rectangle is not None:
            scale = small.shape[1] / picture.shape[1]
            left, top, right, bottom = (edge * scale for edge in rectangle)
            rectangle = (left, top, right, bottom)
        covered = coverage(small, rectangle)
        if not (covered > 0.5).any():
            raise BadInput("There is no figure in the picture.", "Draw a rectangle around it.")
        return cls(small, covered)

    def cut_out(self) -> NDArray[np.uint8]:
        """The picture (H, W, 4), clear where the figure is not."""
        clear = np.rint(255 * self.covered).astype(np.uint8)
        return np.dstack([self.picture[..., :3], clear])

    def on_white(self) -> NDArray[np.uint8]:
        """What an encoder is shown, (S, S, 3)."""
        from ..latents.images import on_white

        return on_white(self.picture, self.covered)

    def texture(self) -> NDArray[np.uint8]:
        """The picture (H, W, 4) with the figure's colours going on beyond its outline."""
        from ..images.textures import push_pull

        known = self.covered > 0.98
        if not known.any():
            known = self.covered > 0.5
        filled = push_pull(self.picture[..., :3].astype(np.float32), known)
        opaque = np.full((*known.shape, 1), 255, np.uint8)
        return np.concatenate([np.clip(np.rint(filled), 0, 255).astype(np.uint8), opaque], axis=2)


def pictured(
    networks: Networks,
    brief: Brief,
    sampling: Sampling,
    *,
    parts: int = 1,
    faces: int = 0,
    distance: float,
    progress: Progress = SILENT,
) -> Generated:
    """Parts that networks imagine of the figure in a brief's first picture.

    parts : how many; they go through the network together. faces : of the whole at most, 0 for the
    usual number. distance : as for `dressed`. Raises
    BadInput where there is no figure, or nothing comes out.
    """
    from ..latents.generation import of_picture
    from ..latents.networks import Demand
    from ..latents.rungs import on_rungs

    progress.span(0.0, 0.05, "Finding the figure").step()
    figure = Figure.found(brief.images[0], brief.options.get("rectangle"))

    span = progress.span(0.05, 0.9)

    def job(networks: Networks, plan: Plan) -> list[Extracted]:
        return of_picture(
            networks, figure.on_white(), sampling, parts=parts, chunk=plan.chunk, progress=span
        )

    ran = on_rungs(networks, Demand(sampling.tokens, SEEN, together=parts), job, span)
    fields = [found.field for found in ran.result]
    progress.span(0.9, 0.95, "Making surfaces").step()
    meshes = upright(networks.name, within(meshes_of(fields), faces or USUAL_FACES))
    progress.span(0.95, 1.0, "Laying the picture onto it").step()
    made = dressed(meshes, figure, distance=distance)
    return replace(made, notes=made.notes + ran.notes)


def upright(model: str, meshes: Sequence[tuple[Floats, Ints]]) -> list[tuple[Floats, Ints]]:
    """Meshes as a public model imagines them, turned to Y up and their front to +Z."""
    from ..checkpoints.public import public_model
    from ..latents.chair import turn_of

    turn = turn_of(public_model(model).axes)
    return [(vertices @ turn.T, faces) for vertices, faces in meshes]


def within(meshes: Sequence[tuple[Floats, Ints]], most: int) -> list[tuple[Floats, Ints]]:
    """Meshes of at most so many faces in all, as far as they can be coarser."""
    total = sum(len(faces) for _, faces in meshes)
    if total <= most:
        return list(meshes)
    return [_of_few(mesh, int(len(mesh[1]) * most / total)) for mesh in meshes]


def _of_few(mesh: tuple[Floats, Ints], most: int) -> tuple[Floats, Ints]:
    if not len(mesh[1]):
        return mesh
    few = simplified(mesh, max(most, LEAST_OF_A_PART))
    return few or coarser(mesh, ROUGHEST) or mesh


def meshes_of(fields: Sequence[SampledField], speck: float = SPECK) -> list[tuple[Floats, Ints]]:
    """A closed mesh for each field, without dust; of a field without inside an empty one.

    speck : share of the largest piece's volume, below which a piece is dust.
    """
    return [_mesh_of(field, speck) for field in fields]


def _mesh_of(field: SampledField, speck: float) -> tuple[Floats, Ints]:
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components

    vertices, faces = zero_level(field)
    if not len(faces):
        return vertices, faces
    one, other = faces[:, :2].reshape(-1), faces[:, 1:].reshape(-1)
    size = len(vertices)
    links = coo_matrix((np.ones(len(one), np.int8), (one, other)), shape=(size, size))
    shells, shell = connected_components(links, directed=False)
    own = shell[faces[:, 0]]
    volume = signed_volumes(vertices, faces, own, shells)
    # Dust goes, and so do bubbles inside, which are of negative volume.
    faces = faces[(volume > speck * volume.max())[own]]
    used, numbers = np.unique(faces, return_inverse=True)
    mesh = vertices[used], numbers.reshape(-1, 3).astype(np.int64)
    return coarser(mesh, TOLERANCE) or mesh


def dressed(meshes: Sequence[tuple[Floats, Ints]], figure: Figure, *, distance: float) -> Generated:
    """Parts, standing on the ground, their longest side 1, with the figure's picture on them.

    meshes : upright, their front towards +Z; empty ones are left out. distance : of the eye from
    their middle, in halves of their longest side; infinite for parallel rays.
    """
    meshes = [mesh for mesh in meshes if len(mesh[1])]
    if not meshes:
        raise BadInput("Nothing came out of this picture.", "Try another seed or another picture.")
    from ..images.painting import Portrait
    from ..images.projection import found

    points = np.concatenate([vertices for vertices, _ in meshes])
    low, high = points.min(axis=0), points.max(axis=0)
    foot = np.array([(low[0] + high[0]) / 2, low[1], (low[2] + high[2]) / 2])
    size = float((high - low).max())
    meshes = [((vertices - foot) / size, faces) for vertices, faces in meshes]
    meshes.sort(key=lambda mesh: float(mesh[0][:, 2].mean()))
    projection = found(_points_of(meshes), figure.covered, distance=distance)
    texture = figure.texture()
    height, width = figure.covered.shape
    parts = []
    digits = len(str(len(meshes)))
    for number, (vertices, faces) in enumerate(meshes, 1):
        uv = np.clip(projection.places(vertices), 0, 1)
        pixel = np.stack([(1 - uv[:, 1]) * (height - 1), uv[:, 0] * (width - 1)], axis=1)
        row, column = np.rint(pixel).astype(np.int64).T
        light = to_linear(texture[row, column, :3].mean(axis=0) / 255.0)
        colour = (float(light[0]), float(light[1]), float(light[2]))
        name = f"part_{number:0{digits}d}"
        parts.append(PartMesh(vertices, faces, name, uv[faces], colour=colour))
    portrait = Portrait(texture, figure.covered, projection)
    return Generated(parts, texture, portrait=portrait)


def _points_of(meshes: Sequence[tuple[Floats, Ints]]) -> Floats:
    """Points (N, 3) evenly on their surface, and their vertices."""
    from ..geometry.mesh import face_vectors
    from ..geometry.sampling import points_by_group

    vertices, faces = concatenated(meshes)
    area = face_vectors(vertices, faces)[1]
    one = np.zeros(len(faces), np.int64)
    rng = np.random.default_rng(0)
    points, _ = points_by_group(vertices, faces, area, one, POINTS, rng)
    return np.concatenate([points[0], vertices])
