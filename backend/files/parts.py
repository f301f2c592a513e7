# SPDX-License-Identifier: GPL-3.0-or-later
"""Writing parts as GLB: each triangle goes to one part, with all that its vertices carry.

A part that lies within one node of the source keeps that node's frame and its stored numbers; one
that spans several is written in world coordinates. The same input gives the same bytes.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ..assets.asset import Asset, Attribute, Node, Primitive, centre_offset
from ..geometry.mesh import distinct
from .gltf.scene import transform_vectors
from .gltf.writer import Glb, unique_names
from .grown import Border, Carry, own_vertices, strips

if TYPE_CHECKING:
    from .readers import CapFaces


def glb_of_parts(
    asset: Asset,
    labels: NDArray[np.integer],
    caps: CapFaces | None = None,
    names: Sequence[str] | None = None,
    only: int | None = None,
    carry: Carry | None = None,
) -> tuple[list[str], list[bytes]]:
    """Names of the parts and the blocks of bytes of the file; see ``files.write_parts``."""
    count = _part_count(asset, labels, caps, names)
    chosen = list(range(count)) if only is None else [only]
    part_names = unique_names(names or default_names(count))
    pieces = pieces_of_parts(asset, labels, count)
    glb = Glb(asset, None if only is None else {p.material for p, _ in pieces[only]})
    offset = centre_offset(asset.vertices)
    for part in chosen:
        add_part(glb, asset, part_names[part], pieces[part], offset, caps, part, carry)
    return [part_names[part] for part in chosen], glb.blocks()


def default_names(count: int) -> list[str]:
    """part_00, part_01, ... with as many digits as `count` needs."""
    digits = max(2, len(str(count - 1)))
    return [f"part_{number:0{digits}d}" for number in range(count)]


def _part_count(
    asset: Asset,
    labels: NDArray[np.integer],
    caps: CapFaces | None,
    names: Sequence[str] | None,
) -> int:
    if labels.shape != (len(asset.faces),) or labels.dtype.kind not in "iu":
        raise ValueError(f"labels must be {len(asset.faces)} integers, not {labels.shape}")
    if labels.min() < 0 or not np.bincount(labels).all():
        raise ValueError("labels must be 0..K-1 without gaps")
    count = int(labels.max()) + 1
    if names is not None and len(names) != count:
        raise ValueError(f"{len(names)} names for {count} parts")
    if caps is not None and len(caps.faces) != count:
        raise ValueError(f"caps for {len(caps.faces)} of {count} parts")
    return count


Piece = tuple[Primitive, NDArray[np.int64]]  # a primitive and the rows of its triangles


def pieces_of_parts(asset: Asset, labels: NDArray[np.integer], count: int) -> list[list[Piece]]:
    """For each part what it takes of each primitive, in the order of the file."""
    pieces: list[list[Piece]] = [[] for _ in range(count)]
    for primitive in asset.primitives:
        if not len(primitive.faces):
            continue
        own = labels[primitive.faces]
        order = np.argsort(own, kind="stable")
        present, starts = np.unique(own[order], return_index=True)
        for part, rows in zip(present.tolist(), np.split(order, starts[1:]), strict=True):
            pieces[part].append((primitive, rows))
    return pieces


def add_part(
    glb: Glb,
    asset: Asset,
    name: str,
    pieces: list[Piece],
    offset: NDArray[np.float64],
    caps: CapFaces | None,
    part: int,
    carry: Carry | None = None,
) -> None:
    frame = Frame(asset, name, pieces, offset)
    added = np.empty((0, 3), dtype=np.int64)
    if caps is not None and len(caps.faces[part]):
        border = Border(asset, pieces)
        added = own_vertices(border, np.asarray(caps.faces[part], np.int64), asset.vertices)
    if caps is not None and len(added) and _is_bare(pieces):
        entry = _bare_solid(glb, frame, *pieces[0], added, caps.vertices)
        glb.add_node(frame.node, {"primitives": [entry], **frame.mesh})
        return
    primitives = []
    for primitive, rows in pieces:
        corners = primitive.corners[rows]
        used = distinct(corners)
        attributes = {key: Attribute(a.values[used], a.normalized)
                      for key, a in primitive.attributes.items()}  # fmt: skip
        targets: list[dict[str, Any]] = []
        if frame.keeps_targets:
            targets = [{key: v[used] for key, v in target.items()} for target in primitive.targets]
        if frame.baked:
            matrix = asset.nodes[primitive.node].matrix[:3, :3]
            transform_vectors(attributes, targets, matrix)
            if asset.nodes[primitive.node].mirrored:
                corners = corners[:, ::-1]
        positions = frame.positions(primitive.vertices[used])
        compact = np.searchsorted(used, corners)
        entry = glb.primitive(positions, compact, attributes, targets, primitive.material)
        if primitive.extensions:
            entry["extensions"] = primitive.extensions
        primitives.append(entry)
    if caps is not None and len(added):
        if frame.mirrored:
            added = added[:, ::-1]
        new = np.asarray(caps.vertices, dtype=np.float64)
        if carry is not None and part in carry.parts:
            primitives += _grown(glb, frame, border, added, new, carry)
        else:
            used = distinct(added)
            corners = np.searchsorted(used, added)
            positions, targets = frame.positions(used, new), frame.cap_targets(used)
            primitives.append(glb.primitive(positions, corners, {}, targets, glb.cap_material()))
    glb.add_node(frame.node, {"primitives": primitives, **frame.mesh})


def _grown(
    glb: Glb,
    frame: Frame,
    border: Border,
    faces: NDArray[np.int64],
    new: NDArray[np.float64],
    carry: Carry,
) -> list[dict[str, Any]]:
    """Primitives of new faces that go on with the border of their part."""
    local = frame.positions(distinct(faces), new)
    made = []
    for strip in strips(
        frame.asset,
        border,
        faces,
        new,
        local,
        carry,
        baked=frame.baked,
        targets=frame.keeps_targets,
    ):
        entry = glb.primitive(
            frame.positions(strip.rows, new),
            strip.corners,
            strip.attributes,
            strip.targets,
            strip.primitive.material,
        )
        if strip.primitive.extensions:
            entry["extensions"] = strip.primitive.extensions
        made.append(entry)
    return made


def _is_bare(pieces: list[Piece]) -> bool:
    """Whether a part has nothing but positions, so that its caps need no material of their own."""
    primitive = pieces[0][0]
    return (
        len(pieces) == 1
        and not primitive.attributes
        and not primitive.targets
        and primitive.material is None
    )


def _bare_solid(
    glb: Glb,
    frame: Frame,
    primitive: Primitive,
    rows: NDArray[np.int64],
    lids: NDArray[np.int64],
    new: NDArray[np.float64],
) -> dict[str, Any]:
    """One primitive of visible triangles, then new ones, which share the vertices of the border."""
    visible = primitive.vertices[primitive.corners[rows]]
    if frame.baked and frame.asset.nodes[primitive.node].mirrored:
        visible = visible[:, ::-1]
    if frame.mirrored:
        lids = lids[:, ::-1]
    faces = np.concatenate([visible, lids])
    used = distinct(faces)
    positions = frame.positions(used, np.asarray(new, dtype=np.float64))
    entry = glb.primitive(positions, np.searchsorted(used, faces), {}, [], None)
    if primitive.extensions:
        entry["extensions"] = primitive.extensions
    return entry


class Frame:
    """The coordinates of one part: its node's own, or the world less an offset."""

    def __init__(
        self, asset: Asset, name: str, pieces: list[Piece], offset: NDArray[np.float64]
    ) -> None:
        self.asset, self.pieces = asset, pieces
        self.sources = {primitive.node for primitive, _ in pieces}
        source = asset.nodes[min(self.sources)]
        single = len(self.sources) == 1
        morphs = any(primitive.targets for primitive, _ in pieces)
        if morphs and not single:
            sentence = f"Shape keys of {name} are not kept: it spans several objects."
            if sentence not in asset.remarks:
                asset.remarks.append(sentence)
        self.keeps_targets = morphs and single and _same_targets(pieces)
        same = all(np.array_equal(asset.nodes[n].matrix, source.matrix) for n in self.sources)
        bakes_morph = morphs and not self.keeps_targets
        self.baked = bakes_morph or not same or not source.invertible
        self.mirrored = source.mirrored and not self.baked
        self.offset = offset
        self.matrix = _translation(offset) if self.baked else source.matrix
        self.node: dict[str, Any] = {"name": name, **_placement(source, self.matrix)}
        self.mesh: dict[str, Any] = {"name": name}
        if single and source.extras is not None:
            self.node["extras"] = source.extras
        if single and source.mesh_extras is not None:
            self.mesh["extras"] = source.mesh_extras
        if self.keeps_targets and source.weights:
            self.mesh["weights"] = source.weights

    def positions(
        self, vertices: NDArray[np.int64], more: NDArray[np.float64] | None = None
    ) -> NDArray[np.float32]:
        """(n, 3) of vertices by their row in the asset, or beyond it in `more` (world)."""
        count = len(self.asset.vertices)
        if more is None and not self.baked:
            return self.asset.local[vertices]
        old = vertices < count
        world = np.empty((len(vertices), 3))
        world[old] = self.asset.vertices[vertices[old]]
        if more is not None:
            world[~old] = more[vertices[~old] - count]
        if self.baked:
            return (world - self.offset).astype(np.float32)
        own = old.copy()
        own[old] = np.isin(self.asset.vertex_node[vertices[old]], list(self.sources))
        result = np.empty((len(vertices), 3), dtype=np.float32)
        result[own] = self.asset.local[vertices[own]]
        if not own.all():
            linear, moved = self.matrix[:3, :3], world[~own] - self.matrix[:3, 3]
            result[~own] = np.linalg.solve(linear, moved.T).T
        return result

    def cap_targets(self, vertices: NDArray[np.int64]) -> list[dict[str, Any]]:
        """Morph targets of cap vertices: those of the source's vertices, zero for new ones."""
        if not self.keeps_targets:
            return []
        keys = [sorted(target) for target in self.pieces[0][0].targets]
        made = [{key: np.zeros((len(vertices), 3), np.float32) for key in row if key == "POSITION"}
                for row in keys]  # fmt: skip
        for primitive, _ in self.pieces:
            order = np.argsort(primitive.vertices, kind="stable")
            rows = np.searchsorted(primitive.vertices, vertices, sorter=order)
            rows = order[np.minimum(rows, len(order) - 1)]
            hit = primitive.vertices[rows] == vertices
            for target, source in zip(made, primitive.targets, strict=True):
                for key in target:
                    target[key][hit] = source[key][rows[hit]]
        return made


def _same_targets(pieces: list[Piece]) -> bool:
    """True if all primitives have the same morph targets, as glTF asks of one mesh."""
    kinds = {json.dumps([sorted(t) for t in primitive.targets]) for primitive, _ in pieces}
    return len(kinds) == 1


def _translation(offset: NDArray[np.float64]) -> NDArray[np.float64]:
    matrix = np.eye(4)
    matrix[:3, 3] = offset
    return matrix


def _placement(source: Node, matrix: NDArray[np.float64]) -> dict[str, Any]:
    """glTF keys of a node for `matrix`: the author's own if it is the source's, else shortest."""
    if np.array_equal(matrix, source.matrix) and source.placement:
        return dict(source.placement)
    if np.array_equal(matrix, np.eye(4)):
        return {}
    if np.array_equal(matrix[:3, :3], np.eye(3)):
        return {"translation": matrix[:3, 3].tolist()}
    return {"matrix": matrix.T.reshape(-1).tolist()}
