# SPDX-License-Identifier: GPL-3.0-or-later
"""Small pictures of parts on nothing, from the front, the right and above, made in milliseconds.

There are no shadows: light depends on the way that a surface faces alone.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..contract.arrays import Bools, Floats, Ints, Singles
from ..contract.palette import to_srgb_bytes
from ..geometry.mesh import face_vectors
from ..geometry.rays import RayScene
from .raycast import Camera, corner_normals, unit_frame
from .textured import Painted, paint

SIDE = 96  # pixels
FINE = 2  # rays along each side of a pixel
MARGIN = 0.04  # of the picture, on each side
KEY = np.array([-0.36, 0.84, 0.41]) / np.linalg.norm([-0.36, 0.84, 0.41])
AMBIENT, SKY, LAMP = 0.36, 0.22, 0.5
DARKEST = 0.12  # of white: black is seen on the ground of a dark panel, too
OLD, NEW = (0.55, 0.55, 0.55), (0.9, 0.36, 0.06)  # linear light of what was there and what is new
PULLED = 0.6  # how far parts move from each other, relative to their distance from the middle
TURNS = 8  # about the vertical, which a part may be turned by
UPSIDE_DOWN = 1.5  # so many times more must be seen of what is new, for a part to lie on its head


@dataclass(frozen=True)
class Seen:
    """What a square of rays sees of a mesh.

    hit : (n, n) whether there is anything. face, u, v : (m,) where on the mesh, in the order of the
    hits; light : (m,) 0..1.
    """

    hit: NDArray[np.bool_]
    face: NDArray[np.integer]
    u: Singles
    v: Singles
    light: Floats


def seen(vertices: Floats, faces: Ints, rays: int) -> Seen:
    """A mesh with Y up, as large as the square has room. rays : along each side."""
    points = unit_frame(vertices, faces)
    scene = RayScene(points, faces, proxy=False)
    camera = Camera(points[faces.reshape(-1)], rays, rays, MARGIN)
    window, aimed = camera.aimed(points, faces)
    row, column = np.nonzero(aimed)
    row, column = row + window[0].start, column + window[1].start
    hits = scene.first_hits(*camera.rays(column + 0.5, row + 0.5))
    there = hits.face >= 0
    face, u, v = hits.face[there], hits.u[there], hits.v[there]
    corner = corner_normals(points, faces)[face]
    normal = (
        corner[:, 0] * (1 - u - v)[:, None] + corner[:, 1] * u[:, None] + corner[:, 2] * v[:, None]
    )
    normal /= np.maximum(np.linalg.norm(normal, axis=1, keepdims=True), 1e-9)
    light = AMBIENT + SKY * (normal[:, 1] * 0.5 + 0.5) + LAMP * np.clip(normal @ KEY, 0, 1)
    hit = np.zeros((rays, rays), bool)
    hit[row[there], column[there]] = True
    return Seen(hit, face, u, v, np.clip(light, 0, 1))


def thumbnail(painted: Painted) -> NDArray[np.uint8]:
    """(SIDE, SIDE, 4) sRGB, the top row first."""
    found = seen(painted.vertices, painted.faces, SIDE * FINE)
    colour = to_srgb_bytes(paint(painted, found.face, found.u, found.v)) / 255.0
    fine = np.zeros((SIDE * FINE, SIDE * FINE, 4))
    fine[found.hit, :3] = (DARKEST + (1 - DARKEST) * colour) * found.light[:, None]
    fine[found.hit, 3] = 1.0
    total = fine.reshape(SIDE, FINE, SIDE, FINE, 4).sum(axis=(1, 3))
    total[..., :3] /= np.maximum(total[..., 3:], 1)
    total[..., 3] /= FINE**2
    return np.rint(255 * total).astype(np.uint8)


def of_one_colour(
    vertices: Floats, faces: Ints, colour: ArrayLike, up: str = "Y"
) -> NDArray[np.uint8]:
    """A thumbnail of a mesh in a colour (3,) of linear light. up : "Y" or "Z"."""
    shown = np.broadcast_to(np.asarray(colour, np.float32), (len(faces), 3))
    return of_colours(vertices, faces, shown, up)


def of_colours(vertices: Floats, faces: Ints, colours: Singles, up: str = "Y") -> NDArray[np.uint8]:
    """The same with a colour (F, 3) for each face."""
    if up == "Z":
        vertices = vertices[:, [0, 2, 1]] * [1, 1, -1]
    return thumbnail(Painted(vertices, faces, None, None, colours))


@dataclass(frozen=True)
class Grown:
    """Parts with what was grown of them, Y up, pulled apart where there are several.

    vertices : (V, 3). faces : (F, 3). new : (F,) which of them are.
    """

    vertices: Floats
    faces: Ints
    new: Bools

    @classmethod
    def of(cls, vertices: Floats, faces: Ints, part: Ints, new: Bools, up: str = "Y") -> Grown:
        """part : (F,) of each face. up : "Y" or "Z"."""
        if up == "Z":
            vertices = vertices[:, [0, 2, 1]] * [1, 1, -1]
        if not len(faces):
            return cls(np.zeros((1, 3)), faces, new)
        pieces = [np.flatnonzero(part == number) for number in np.unique(part)]
        corner = [vertices[faces[rows]].reshape(-1, 3) for rows in pieces]
        middles = [(points.min(axis=0) + points.max(axis=0)) / 2 for points in corner]
        whole = np.mean(middles, axis=0)
        own, moved, first = [], [], 0
        for rows, middle in zip(pieces, middles, strict=True):
            used, number = np.unique(faces[rows], return_inverse=True)
            own.append(number.reshape(-1, 3) + first)
            moved.append(vertices[used] + PULLED * (middle - whole))
            first += len(used)
        order = np.concatenate(pieces)
        return cls(np.concatenate(moved), np.concatenate(own), new[order])

    def turn(self) -> Floats:
        """(3, 3) that turns it so that most of what is new faces the eye, upright if possible."""
        normal, area, _ = face_vectors(self.vertices, self.faces[self.new])
        back = Camera(np.zeros((1, 3), np.float32), 1, 1).back

        def faced(turn: Floats) -> float:
            return float(area @ np.clip(normal @ turn.T @ back, 0, None))

        angles = np.arange(TURNS) * (2 * np.pi / TURNS)
        upright = [
            np.array([[np.cos(a), 0, np.sin(a)], [0, 1, 0], [-np.sin(a), 0, np.cos(a)]])
            for a in angles
        ]
        best, other = (
            max(turns, key=faced) for turns in (upright, [t * [1, -1, -1] for t in upright])
        )
        return other if faced(other) > UPSIDE_DOWN * faced(best) else best

    def picture(self, turn: Floats) -> NDArray[np.uint8]:
        """(SIDE, SIDE, 4), what is new in a colour of its own."""
        if not len(self.faces):
            return np.zeros((SIDE, SIDE, 4), np.uint8)
        colour = np.where(self.new[:, None], NEW, OLD).astype(np.float32)
        return thumbnail(Painted(self.vertices @ turn.T, self.faces, None, None, colour))
