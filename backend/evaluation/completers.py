# SPDX-License-Identifier: GPL-3.0-or-later
"""Methods that complete parts, to be measured beside each other: the product's and simple ones.

Each takes an object of known whole parts and says of each measured part what the whole is; it may
look at the visible surface only.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

import numpy as np

from ..contract.arrays import Bools, Floats, Ints
from ..contract.engines import AUTO
from ..contract.errors import BadInput
from ..engines import registry
from ..geometry.occupancy import Grid, inside
from ..geometry.sampling import points_by_group
from .completion import LEVEL, Example, Guess, areas, distances, enclosed, winding
from .generator_objects import FLOW

Method = Callable[[Example], dict[int, Guess]]

SURFACE_CELLS = 48  # of the grid from which the surface of a winding number comes
SAME = 0.01  # distance from the visible surface within which faces are no new ones
MIRRORED = 400  # points that are mirrored to judge a plane
MIRROR_TOLERANCE = 0.02
STRAY = 0.05  # share of the mirrored points that may lie outside the object
LEAST_MATCH = 0.3  # share of them that must lie on the part


def open_parts(example: Example) -> dict[int, Guess]:
    """The visible faces and nothing else."""
    found = {}
    for part in example.measured:
        faces = example.visible(part)
        found[part] = Guess(example.vertices, faces, np.zeros(len(faces), dtype=bool))
    return found


def product(example: Example, how: str, engine: str = AUTO) -> dict[int, Guess]:
    """What Partwise makes of the parts: "cap" or "hidden", by an engine."""
    from ..pipelines.complete import complete_parts

    made = complete_parts(
        example.vertices, example.faces, example.labels, how=how, engine=engine,
        parts=example.measured,
    )  # fmt: skip
    everything = np.concatenate([example.vertices, made.vertices])
    found = {}
    for part in example.measured:
        visible, new = example.visible(part), made.faces[part]
        is_new = np.arange(len(visible) + len(new)) >= len(visible)
        found[part] = Guess(everything, np.concatenate([visible, new]), is_new)
    return found


def winding_level(example: Example) -> dict[int, Guess]:
    """What the winding number of the visible faces (A. Jacobson et al., 2013) says is inside."""
    from skimage.measure import marching_cubes

    found = {}
    for part in example.measured:
        faces = example.visible(part)
        used = example.vertices[faces.ravel()]
        low, high = used.min(0), used.max(0)
        margin = 0.05 * float((high - low).max())
        grid = Grid(low - margin, high + margin, (SURFACE_CELLS,) * 3)
        field = winding(grid.points(), example.vertices, faces).reshape(grid.shape)
        if field.max() > LEVEL > field.min():
            places, corners, _, _ = marching_cubes(field, LEVEL)
            vertices = grid.low + (places.astype(np.float64) + 0.5) * grid.cell
            triangles = corners[:, ::-1].astype(np.int64)
        else:  # a flake
            vertices, triangles = example.vertices, faces
        new = _away(example, part, vertices, triangles, float(grid.cell.max()))
        found[part] = Guess(vertices, triangles, new, partial(example.enclosed, part))
    return found


def _away(example: Example, part: int, vertices: Floats, faces: Ints, gap: float) -> Bools:
    """Which faces are farther from the part's visible surface than a gap: (F,)."""
    middle = vertices[faces].mean(axis=1)
    return distances(middle, example.vertices, example.visible(part)) > gap


def hull_inside(example: Example) -> dict[int, Guess]:
    """The convex hull of the visible faces, as far as it is inside the object."""
    import manifold3d

    from ..geometry.solids import common_of

    found = {}
    for part in example.measured:
        used = np.unique(example.visible(part))
        hull = manifold3d.Manifold.hull_points(np.ascontiguousarray(example.vertices[used]))
        mesh = hull.to_mesh64()
        solid = (
            np.array(mesh.vert_properties, dtype=np.float64)[:, :3],
            np.array(mesh.tri_verts).astype(np.int64).reshape(-1, 3),
        )
        vertices, faces = example.vertices, example.visible(part)
        if len(solid[1]):  # the hull of what is flat is empty
            vertices, faces = common_of([solid, (example.vertices, example.faces)])[:2]
        found[part] = Guess(vertices, faces, _away(example, part, vertices, faces, 1e-6))
    return found


def mirror(example: Example) -> dict[int, Guess]:
    """The visible faces and their mirror image, in the plane in which they match themselves best.

    Planes are those of the visible surface's principal axes and of the coordinate axes, through
    its middles. A plane whose image leaves the object does not count; without one the visible
    faces are all.
    """
    found = {}
    for part in example.measured:
        faces = example.visible(part)
        plane = _mirror_plane(example, faces)
        if plane is None:
            image, mirrored = example.vertices, faces[:0]
        else:
            image = _reflected(example.vertices, *plane)
            mirrored = faces[:, ::-1]
            middle = image[mirrored].mean(axis=1)
            within = winding(middle, example.vertices, example.faces) > LEVEL
            apart = distances(middle, example.vertices, faces) > SAME
            mirrored = mirrored[within & apart]

        def holds(
            grid: Grid, part: int = part, image: Floats = image, faces: Ints = faces
        ) -> Bools:
            held = example.enclosed(part, grid)
            if image is example.vertices:
                return held
            body = inside(example.vertices, example.faces, grid)
            return (held & body) | enclosed(image, faces[:, ::-1], grid, body & ~held)

        vertices = np.concatenate([example.vertices, image])
        both = np.concatenate([faces, mirrored + len(image)])
        found[part] = Guess(vertices, both, np.arange(len(both)) >= len(faces), holds)
    return found


def _mirror_plane(example: Example, faces: Ints) -> tuple[Floats, float] | None:
    """Unit normal and offset of the best plane; None where no plane is good."""
    area = areas(example.vertices, faces)
    group = np.zeros(len(faces), dtype=np.int64)
    rng = np.random.default_rng(0)
    points = points_by_group(example.vertices, faces, area, group, MIRRORED, rng)[0][0]
    middle = points.mean(axis=0)
    axes = np.concatenate([np.eye(3), np.linalg.svd(points - middle)[2]])
    best, most = None, LEAST_MATCH
    for normal in axes:
        along = points @ normal
        for offset in {float(middle @ normal), float(along.min() + along.max()) / 2, 0.0}:
            image = _reflected(points, normal, offset)
            match = float((distances(image, example.vertices, faces) < MIRROR_TOLERANCE).mean())
            if match <= most:
                continue
            out = winding(image, example.vertices, example.faces) < LEVEL
            far = distances(image, example.vertices, example.faces) > MIRROR_TOLERANCE
            if (out & far).mean() <= STRAY:
                best, most = (normal, offset), match
    return best


def _reflected(points: Floats, normal: Floats, offset: float) -> Floats:
    return points - 2 * (points @ normal - offset)[:, None] * normal


# In the order of the tables.
METHODS: dict[str, Method] = {
    "open": open_parts,
    "cap": partial(product, how="cap"),
    "winding": winding_level,
    "mirror": mirror,
    "hull": hull_inside,
    "hidden": partial(product, how="hidden"),
    FLOW: partial(product, how="hidden", engine=FLOW),
}


def usual_methods() -> tuple[str, ...]:
    """All of them but for what lacks its weights."""
    lacking = registry.obstacle(registry.named(FLOW)) is not None
    return tuple(name for name in METHODS if not (lacking and name == FLOW))


def chosen_methods(names: str, known: Sequence[str] = tuple(METHODS)) -> tuple[str, ...]:
    """The methods of a list with commas, in its order. Raises BadInput where one is none."""
    found = tuple(dict.fromkeys(name.strip() for name in names.split(",")))
    for name in found:
        if name not in known:
            raise BadInput(f"There is no method '{name}'.", f"Choose from {', '.join(known)}.")
    return found
