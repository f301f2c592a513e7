# SPDX-License-Identifier: GPL-3.0-or-later
"""From a field of the whole part to the faces that close it, welded to its visible border."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, partial

import numpy as np

from ...contract.arrays import Floats, Ints
from ...contract.progress import SILENT, Progress
from ..caps.fill import flip_to_delaunay
from ..caps.loops import areas, cross
from ..isosurface import GridField
from ..mesh import signed_volume, used_by
from .closing import closed_volume, closes
from .continued import continued
from .convex import convex_rest, pieces
from .fair import BAND, fair, soft, tidied, unfolded
from .grow import grow
from .openings import Opening, flat_end, joined, openings
from .patches import hidden_faces, hidden_patches
from .reading import even_length, meshed, most_faces, suited
from .remesh import Wanted, compact, remesh, without_flaps
from .visible import ObjectShell, OpenPart, Samples, source_length
from .zipper import strip, strip_faces

FINEST, COARSEST = 1.0, 2.0  # cells: the least edge length, and the least that a bend asks for
ROUNDED = 1.5  # cells: what a bend of a soft part asks for at least
BEND = 0.5  # radians that a surface may turn along one edge
ASKED, AROUND = 300, (24, 200)  # places whose bend is measured, faces around each that tell it
YIELDS = 0.28  # cells of mean error that a smooth surface may have more
NEAR = 0.35  # cells of mean error, below which no other way is tried
LITTLE = 0.02  # of what is seen: as large as a lid may be for a cap to be as good
LEVEL = 0.05  # of the lid's size: as far as the field may leave it then
COMPARED = 3000  # places at which a surface and a field are compared, about
BACK = 1000  # faces of a field that are asked how far they are from a surface
ABOUT = 0.05  # by which the distance between them may be told too large
AS_NEAR = 0.2  # of the error of a flat lid, below which none is
BETTER = 0.8  # of the error of another way, below which a way is the better one
WAYS = ("patch", "lid")  # in which a surface is made, the better first
ALONG = 1.6  # cells from what is seen, within which a field's surface runs along it
# Cells of error, below which the faces of a convex hull are what the field means: of one piece,
# which may go on beyond its hull, and of several, whose ends are known.
EXACT, JOINED = 0.5, 1.0
SAME = 0.01  # of a part's volume, by which two ways to close it may differ and still be the same
LEAST, MOST = 0.1, 2.0  # of a field's volume, between which a part with lids may be the whole


@dataclass(frozen=True)
class HiddenSurface:
    """What closes a part.

    points : (m,3) new ones, numbered after the object's own. faces : (f,3) into the object's
    points followed by these. way : "patch" where the field's own surface was used, "lid" where a
    lid was grown to it, "walls" where walls between openings and flat lids are all, "convex" where
    the faces of the convex hull are.
    """

    points: Floats
    faces: Ints
    way: str


def hidden_surface(
    seen: OpenPart, shown: ObjectShell, field: GridField, progress: Progress = SILENT
) -> HiddenSurface | None:
    """The hidden surface of a part; None where none that holds can be made, or a cap is as good.

    seen : the part. shown : the object. field : of the whole part, of the object's units.
    """
    if not seen.loops or seen.left_over:
        return None
    taken = seen.taken
    walls = continued(seen, shown, field, taken)
    rest = sorted(set(range(len(seen.loops))) - {i for one in walls for i in one.loops})
    lids = openings(seen, rest, taken) if rest else []
    volume = closed_volume(seen, *joined(walls + (lids or []), seen.points[seen.rim]))
    ends = [flat_end(seen, shown, one, field, volume) for one in lids or []]
    level = walls + [end for end in ends if end is not None]
    if lids is not None and len(level) == len(walls) + len(lids):
        return None if level == lids else _decided(seen, level, taken)
    bent = [one for one, end in zip(lids or [], ends, strict=True) if end is None]
    fields = suited(seen, field)
    hull = _Hull(seen, shown, taken, fields[-1].cell)
    for number, one in enumerate(fields):
        is_last = number == len(fields) - 1
        share = progress.span(number / len(fields), (number + 1) / len(fields))
        used, mesh = meshed(seen, one, as_told=one is field)
        if len(mesh[1]) == 0:
            continue
        reach = ALONG * max(field.cell, used.cell)
        work = _Work(seen, shown, used, *mesh, reach, taken, level)
        ways = WAYS if is_last else WAYS[:1]
        found, is_good = work.made(None if lids is None else bent, hull, ways, share)
        if is_good or is_last:
            return found
    return None


class _Hull:
    """The faces of a part's convex hull that close it, made when they are asked for.

    cell : of the finest field that is asked how well they fit.
    """

    def __init__(self, seen: OpenPart, shown: ObjectShell, taken: Ints, cell: float) -> None:
        self._asked = seen, shown, taken
        self.cell = cell
        self.enough = JOINED if pieces(seen) > 1 else EXACT

    @cached_property
    def rest(self) -> tuple[Floats, Ints] | None:
        """Points, those of the rim first, and faces; None where the part is not convex."""
        return convex_rest(*self._asked)


def _decided(seen: OpenPart, all_of_it: list[Opening], taken: Ints) -> HiddenSurface | None:
    """A surface of walls and lids alone; None where they do not hold."""
    points, faces = joined(all_of_it, seen.points[seen.rim])
    if not closes(seen, points, faces, taken):
        return None
    return _welded(seen, points, faces, "walls")


def _welded(seen: OpenPart, points: Floats, faces: Ints, way: str) -> HiddenSurface:
    """The same; points (n,3) : those of the rim first, of which the new faces (f,3) are."""
    number = np.concatenate([seen.rim, len(seen.points) + np.arange(len(points) - len(seen.rim))])
    return HiddenSurface(points[len(seen.rim) :], number[faces], way)


class _Work:
    """What both ways have in common."""

    def __init__(
        self,
        seen: OpenPart,
        shown: ObjectShell,
        field: GridField,
        vertices: Floats,
        faces: Ints,
        reach: float,
        taken: Ints,
        level: list[Opening],
    ) -> None:
        self.seen, self.shown, self.field = seen, shown, field
        self.vertices, self.faces = vertices, faces
        self.taken, self.level = taken, level
        self._holds = partial(closes, seen, taken=taken)
        self.rim = seen.points[seen.rim]
        self.fixed = len(seen.rim)
        first, last, loop = seen.edges
        cell = field.cell
        start, end = seen.points[first], seen.points[last]
        edges = Samples.of_edges(start, end, np.arange(len(start)), 0.3 * cell)
        self.border = Samples(edges.point, edges.normal, loop[edges.source])
        self.border_edge = edges.source  # of each sample, in `seen.edges`
        length = np.linalg.norm(end - start, axis=1)
        self.lengths: Floats = np.bincount(loop, length).astype(np.float64)
        self.edge_length = length
        samples = Samples.of_faces(seen.points, seen.faces, seen.face_normals, 0.4 * cell)
        self.hidden = hidden_faces(vertices, faces, samples, self.border, cell, reach)
        self.closed = [loop for one in level for loop in one.loops]
        if level:  # what is nearest to their border has been decided
            near = self.border.tree.query(vertices[faces].mean(axis=1))[1]
            self.hidden &= ~np.isin(self.border.source[near], self.closed)
        self.hidden_area = _area(vertices, faces[self.hidden])
        self.softness = soft(seen)
        self.inner_length = self._inner_length()
        self.most = most_faces(seen)

    def made(
        self,
        lids: list[Opening] | None,
        hull: _Hull,
        ways: Sequence[str],
        progress: Progress,
    ) -> tuple[HiddenSurface | None, bool]:
        """The best surface that holds of those of some ways, and whether none can be better.

        None, and surely, where a cap is as good. lids : of the openings that are yet to be closed,
        if they can be filled. hull : which may close the part as well.
        """
        seen, cell = self.seen, self.field.cell
        flat = None if lids is None else joined(lids, self.rim)  # what a cap would be
        least = np.inf if flat is None else self.error(*flat)
        skin = flat is not None and not self.is_filled(*self.with_level(*flat))
        near = NEAR if flat is None else max(NEAR, AS_NEAR * least)
        if flat is not None and self.is_level(*flat, least * cell) and self._holds(*flat):
            return None, True
        best: HiddenSurface | None = None
        sharp = hull.rest
        if sharp is not None and not self.as_large(flat, *sharp):
            best, least = _welded(seen, *sharp, "convex"), self.error(*sharp)
            if least * cell < hull.enough * hull.cell:
                return best, True
        for way in ways:
            made = None
            if way == "patch":
                made = self.from_patches(progress.span(0.1, 0.6))
            elif flat is not None:
                made = self.grown(flat, progress.span(0.75, 0.9))
            if made is None:
                continue
            last = progress.span(*((0.6, 0.75) if way == "patch" else (0.9, 1.0)))
            points, faces, error = self.finished(*made, np.inf if skin else least, last)
            points, faces = self.with_level(points, faces)
            if not self._holds(points, faces):
                continue
            if best is None and skin and self.is_filled(points, faces):
                least = np.inf  # what a lid's error is says nothing
            if error < BETTER * least or (best is None and error < least):
                best = _welded(seen, points, faces, way)
                least = error
            if best is not None and least < near:
                break
        progress.step(1.0)
        return best, best is not None and least < near

    def _inner_length(self) -> float:
        """The source's edge length, less where the field bends so much that it would be cut off."""
        cell = self.field.cell
        length = max(source_length(self.seen), FINEST * cell)
        least = COARSEST + self.softness * (ROUNDED - COARSEST)
        return min(length, max(least * cell, BEND / max(self._bend(), 1e-9)))

    def _bend(self) -> float:
        """How much the field's hidden surface bends, in radians a length, where it does."""
        from scipy.spatial import cKDTree

        rows = self.faces[self.hidden]
        wide = 1.6 * np.square(source_length(self.seen) / self.field.cell)  # half an edge around
        around = int(np.clip(wide, *AROUND))
        if len(rows) < around:
            return 0.0
        corner = self.vertices[rows]
        normal = cross(corner[:, 1] - corner[:, 0], corner[:, 2] - corner[:, 0])
        normal /= np.maximum(np.linalg.norm(normal, axis=1, keepdims=True), 1e-300)
        centre = corner.mean(axis=1)
        asked = centre[np.linspace(0, len(rows) - 1, min(ASKED, len(rows))).astype(np.int64)]
        gap, near = cKDTree(centre).query(asked, k=around)
        # Of normals over a cap of a ball, of small angle a, the mean is 1 - a * a / 4 long.
        agree = np.linalg.norm(normal[near].mean(axis=1), axis=1)
        angle = 2 * np.sqrt(np.maximum(1 - agree, 0))
        return float(np.quantile(angle / np.maximum(gap[:, -1], 1e-300), 0.7))

    def wanted(self, area: float) -> Wanted:
        """Lengths of edges: the border's own beside it, the source's far from it.

        Beside long edges of the border a soft part has short ones all the same: it is there that
        it turns from what is seen to its end, and large triangles would make corners of that.
        """
        inner = max(self.inner_length, even_length(area, self.seen))
        least = FINEST * self.field.cell
        # So far from the border an edge has no say.
        bound = max(2 * inner, float(self.edge_length.max()) / 1.5)
        last = len(self.border_edge) - 1
        hard = 1 - self.softness

        def length(places: Floats) -> Floats:
            away, row = self.border.tree.query(places, distance_upper_bound=bound)
            own = np.maximum(self.edge_length[self.border_edge[np.minimum(row, last)]], least)
            return np.where(
                own < inner,
                np.minimum(inner, own + 0.5 * away),
                inner + hard * np.maximum(own - 1.5 * away - inner, 0.0),
            )

        return length

    def settle(self, places: Floats) -> Floats:
        """Points on the zero level; the less the nearer they are to the border."""
        cell = self.field.cell
        reach = 1.5 * cell
        away = self.border.tree.query(places, distance_upper_bound=reach)[0]
        share = np.clip(away / reach, 0.0, 1.0)[:, None]
        return places + share * (self.field.project(places, reach) - places)

    def from_patches(self, progress: Progress) -> tuple[Floats, Ints] | None:
        """Patches of the field's surface, each joined to its borders by strips."""
        seen, vertices = self.seen, self.vertices
        patches = hidden_patches(
            vertices, self.faces, self.hidden, self.border, self.lengths, self.field.cell
        )
        progress.step(0.2)
        if not patches:
            return None
        points, made = seen.points[seen.rim], []
        for patch in patches:
            number = np.full(len(vertices), -1)
            used = used_by(patch.faces)
            number[used] = len(points) + np.arange(len(used))
            points = np.concatenate([points, vertices[used]])
            made.append(number[patch.faces])
            for loop, ring in patch.loops.items():
                made.append(self._strip(loop, vertices, number, ring))
        all_faces = np.concatenate(made)
        area = _area(points, all_faces)
        points, all_faces = remesh(
            points,
            all_faces,
            self.fixed,
            self.wanted(area),
            self.taken,
            settle=self.settle,
            progress=progress.span(0.2, 0.8),
        )
        progress.step(0.8)
        closed = {loop for patch in patches for loop in patch.loops}.union(self.closed)
        rest = [i for i in range(len(seen.loops)) if i not in closed]
        if rest:
            made_lids = openings(seen, rest, self.taken)
            if made_lids is None:
                return None
            more, lid = self.grown(joined(made_lids, self.rim), progress.span(0.8, 1.0))
            lid = np.where(lid >= self.fixed, lid - self.fixed + len(points), lid)
            points = np.concatenate([points, more[self.fixed :]])
            all_faces = np.concatenate([all_faces, lid])
        return points, all_faces

    def _strip(self, loop: int, vertices: Floats, number: Ints, ring: Ints) -> Ints:
        """Triangles between a loop of border and the loop of a patch."""
        border, back = np.array(self.seen.loops[loop]), ring[::-1]
        i, j = strip(self.seen.points[border], vertices[back])
        return strip_faces(self.seen.rim_number[border], number[back], i, j)

    def as_large(self, lid: tuple[Floats, Ints] | None, points: Floats, faces: Ints) -> bool:
        """Whether the part is as large with a lid as with other faces: the lid is what they are."""
        if lid is None:
            return False
        with_lid = closed_volume(self.seen, *self.with_level(*lid))
        return abs(closed_volume(self.seen, points, faces) - with_lid) < SAME * abs(with_lid)

    def with_level(self, points: Floats, faces: Ints) -> tuple[Floats, Ints]:
        """With the lids of openings that were flat."""
        more, lid = joined(self.level, self.rim)
        lid = np.where(lid >= self.fixed, lid - self.fixed + len(points), lid)
        return np.concatenate([points, more[self.fixed :]]), np.concatenate([faces, lid])

    def is_filled(self, points: Floats, faces: Ints) -> bool:
        """Whether a part with new faces holds about what its field does: a lid on what is seen has
        no error, as the field is zero there."""
        whole = max(signed_volume(self.vertices, self.faces), 1e-300)
        return bool(LEAST < closed_volume(self.seen, points, faces) / whole < MOST)

    def is_level(self, points: Floats, faces: Ints, error: float) -> bool:
        """Whether a lid with an error, a length, is small and as good as what the field says."""
        area, seen = _area(points, faces), _area(self.seen.points, self.seen.faces)
        return bool(area < LITTLE * seen and error < LEVEL * np.sqrt(area))

    def grown(self, lid: tuple[Floats, Ints], progress: Progress) -> tuple[Floats, Ints]:
        """Lids grown to the zero level."""
        wanted = self.wanted(4 * _area(*lid))
        most = int(self.most)
        return grow(*lid, self.fixed, self.field, wanted, self.taken, most, progress)

    def error(self, points: Floats, faces: Ints) -> float:
        """How far new faces are from the zero level, and its hidden faces from them, in cells."""
        from scipy.spatial import cKDTree

        cell = self.field.cell
        area = areas(points, faces)
        spacing = max(cell, float(np.sqrt(area.sum() / COMPARED)))
        made = Samples.of_faces(points, faces, np.zeros((len(faces), 3)), spacing)
        count = np.bincount(made.source, minlength=len(faces))
        share = area[made.source] / count[made.source]
        wrong = float(np.sum(share * np.abs(self.field.at(made.point))))
        rows = self.faces[self.hidden]
        if len(rows):
            rows = rows[:: max(len(rows) // BACK, 1)]
            size = areas(self.vertices, rows)
            size *= self.hidden_area / max(size.sum(), 1e-300)
            tree = cKDTree(np.concatenate([made.point, self.border.point]), balanced_tree=False)
            away = tree.query(self.vertices[rows].mean(axis=1), eps=ABOUT)[0]
            wrong += float(np.sum(size * np.maximum(away - 0.5 * spacing, 0.0)))
            area = np.append(area, size.sum())
        return wrong / max(float(area.sum()), 1e-300) / cell

    def finished(
        self, points: Floats, faces: Ints, least: float, progress: Progress
    ) -> tuple[Floats, Ints, float]:
        """Fair, without folds, inside of the object; of a soft part smooth as well; and the error.

        Unless that takes it too far from the field: then it was shape that was smoothed, not noise.
        least : error of another way, which it must be better than.
        """
        points, faces = compact(points, without_flaps(faces), self.fixed)
        smooth: tuple[Floats, Ints] | None = None
        wrong = np.inf
        if self.softness > 0:
            smooth = self._faired(points, faces, self.softness, progress.span(0.0, 0.3))
            smooth = self._tidied(*smooth)
            smooth = self._faired(*smooth, self.softness, progress.span(0.3, 0.6))
            wrong = self.error(*smooth)
            if wrong >= BETTER * least:
                smooth = None
            elif wrong < YIELDS:  # whatever the error of the other is
                return *smooth, wrong
        firm = self._faired(points, faces, 0.0, progress.span(0.6, 1.0))
        error = self.error(*firm)
        if smooth is not None and wrong < error + YIELDS:
            return *smooth, wrong
        return *firm, error

    def _tidied(self, points: Floats, faces: Ints) -> tuple[Floats, Ints]:
        """Lumps that are gone leave small triangles behind."""
        points = tidied(points, faces, self.fixed)
        return points, flip_to_delaunay(points, faces, self.taken, rounds=4)

    def _faired(
        self, points: Floats, faces: Ints, softness: float, progress: Progress
    ) -> tuple[Floats, Ints]:
        progress.step()
        far = BAND * self.field.cell  # beyond, it does not matter how far
        away = self.border.tree.query(points, distance_upper_bound=far)[0]
        points = fair(points, faces, self.fixed, away, self.seen, self.field, softness)
        progress.step(0.6)
        points = unfolded(points, faces, self.fixed)
        progress.step(0.8)
        reach = 3 * self.field.cell
        rim = points[: self.fixed]
        points[self.fixed :] = self.shown.below(points[self.fixed :], rim, reach)
        return points, faces


def _area(points: Floats, faces: Ints) -> float:
    return float(areas(points, faces).sum())
