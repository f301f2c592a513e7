# SPDX-License-Identifier: GPL-3.0-or-later
"""What the artist has marked on a mesh already, as hints where parts should end."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import bpy

from ...backend.contract.arrays import NDArray, np
from ...backend.contract.records import Value
from .read import MeshArrays

_WEIGHT = ".partwise_weight_{}"


class ArtistHints(Value):
    """groups : (F,) int32 of each polygon; edges : (N, 2) int32 vertices of marked edges; colours :
    (F, 3) uint8 sRGB of each polygon."""

    groups: NDArray[np.int32] | None = None
    edges: NDArray[np.int32] | None = None
    colours: NDArray[np.uint8] | None = None

    def for_engine(self, arrays: MeshArrays) -> dict[str, NDArray[Any] | None]:
        """The hints of a `Segment`, by the triangles and vertices of `arrays`."""
        return {
            "groups": None if self.groups is None else self.groups[arrays.polygon],
            "borders": self._borders(arrays),
            "colours": None if self.colours is None else self.colours[arrays.polygon],
        }

    def _borders(self, arrays: MeshArrays) -> NDArray[np.int32] | None:
        """Marked edges (N, 2) between vertices that are sent."""
        if self.edges is None:
            return None
        number = np.full(max(int(self.edges.max()), int(arrays.vertex.max())) + 1, -1, np.int32)
        number[arrays.vertex] = np.arange(len(arrays.vertex), dtype=np.int32)
        pairs = number[self.edges]
        pairs = pairs[(pairs >= 0).all(axis=1)]
        return pairs if len(pairs) else None


def read_hints(
    obj: bpy.types.Object,
    settings: bpy.types.PropertyGroup,
    colours: NDArray[np.uint8] | None = None,
) -> ArtistHints:
    """The hints that are turned on. colours : (F, 3) of the polygons, where they are one."""
    mesh = obj.data
    if mesh.is_editmode:
        obj.update_from_editmode()
    marked = np.zeros(len(mesh.edges), dtype=bool)
    kinds = ((settings.hint_seams, "use_seam"), (settings.hint_sharp, "use_edge_sharp"))
    for wanted, name in kinds:
        if wanted:
            values = np.empty(len(mesh.edges), dtype=bool)
            mesh.edges.foreach_get(name, values)
            marked |= values
    edges = np.empty((len(mesh.edges), 2), dtype=np.int32)
    if marked.any():
        mesh.edges.foreach_get("vertices", edges.ravel())
    groups = np.zeros((2, len(mesh.polygons)), dtype=np.int32)
    if settings.hint_materials:
        mesh.polygons.foreach_get("material_index", groups[0])
    if settings.hint_groups and obj.vertex_groups:
        groups[1] = _strongest_group(obj)
    group = groups[0] + groups[1] * (int(groups[0].max(initial=0)) + 1)
    return ArtistHints(
        group if group.any() else None, edges[marked] if marked.any() else None, colours
    )


def _strongest_group(obj: bpy.types.Object) -> NDArray[np.int32]:
    """The vertex group with the most weight on each polygon: (F,) int32, from 1; 0 for none."""
    mesh, best = obj.data, np.zeros(len(obj.data.polygons), dtype=np.float32)
    group = np.zeros(len(mesh.polygons), dtype=np.int32)
    starts = np.empty(len(mesh.polygons), dtype=np.int32)
    mesh.polygons.foreach_get("loop_start", starts)
    corner = np.empty(len(mesh.loops), dtype=np.int32)
    mesh.loops.foreach_get("vertex_index", corner)
    for number, weight in enumerate(_vertex_weights(obj), start=1):
        total = np.add.reduceat(weight[corner], starts)
        stronger = total > best
        best[stronger], group[stronger] = total[stronger], number
    return group


def _vertex_weights(obj: bpy.types.Object) -> Iterator[NDArray[np.float32]]:
    """(V,) float32 for each vertex group, 0 where a vertex is not in it.

    Python can only walk over the weights vertex by vertex, which takes seconds on a large mesh;
    Geometry Nodes copy them into attributes that can be read at once.
    """
    names = [group.name for group in obj.vertex_groups]
    tree = bpy.data.node_groups.new(".Partwise Weights", "GeometryNodeTree")
    reader = bpy.data.objects.new(".Partwise Weights", obj.data)
    bpy.context.scene.collection.objects.link(reader)
    try:
        for way in ("INPUT", "OUTPUT"):
            tree.interface.new_socket("Mesh", in_out=way, socket_type="NodeSocketGeometry")
        mesh = tree.nodes.new("NodeGroupInput").outputs[0]
        for number, name in enumerate(names):
            weight = tree.nodes.new("GeometryNodeInputNamedAttribute")
            weight.inputs["Name"].default_value = name
            store = tree.nodes.new("GeometryNodeStoreNamedAttribute")
            store.inputs["Name"].default_value = _WEIGHT.format(number)
            tree.links.new(mesh, store.inputs["Geometry"])
            tree.links.new(weight.outputs["Attribute"], store.inputs["Value"])
            mesh = store.outputs["Geometry"]
        tree.links.new(mesh, tree.nodes.new("NodeGroupOutput").inputs[0])
        reader.modifiers.new("Weights", "NODES").node_group = tree
        evaluated = reader.evaluated_get(bpy.context.evaluated_depsgraph_get()).data
        for number in range(len(names)):
            weight = np.zeros(len(obj.data.vertices), dtype=np.float32)
            evaluated.attributes[_WEIGHT.format(number)].data.foreach_get("value", weight)
            yield weight
    finally:
        bpy.data.objects.remove(reader)
        bpy.data.node_groups.remove(tree)
