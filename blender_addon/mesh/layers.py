# SPDX-License-Identifier: GPL-3.0-or-later
"""Layers of a mesh as arrays; origin ids; and copies of what Geometry Nodes lose.

Geometry Nodes carry all attributes but texts, all weights but those of zero (when they sort or
join), material slots and the mesh's own settings. They lose texts, custom properties, the UV map
to clone from, Freestyle marks of Blender 4.5, skin radii, multiresolution sculpts and shape keys.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, TypeAlias

import bpy

from ...backend.contract.arrays import NDArray, np
from ...backend.contract.records import Value

Ids: TypeAlias = "NDArray[np.int32]"
Marks: TypeAlias = "NDArray[np.bool_]"

# Names that begin with a dot are hidden in Blender's lists. -1 marks what is new, as on a cap.
ORIGIN = {
    "POINT": ".partwise_vertex",
    "EDGE": ".partwise_edge",
    "FACE": ".partwise_face",
    "CORNER": ".partwise_corner",
}
NEW = -1
CAP = "partwise_cap"  # face attribute, BOOLEAN: faces that close a cut
CUSTOM_NORMAL, SHARP = "custom_normal", "sharp_edge"  # Blender's own names
# What no one would miss: which elements are selected or hidden.
PASSING = (".select", ".hide", ".uv_select", ".vs.", ".es.")

# attribute type -> property of an element, values of an element, NumPy's name of their type
_VALUES: dict[str, tuple[str, int, str]] = {
    "FLOAT": ("value", 1, "float32"),
    "INT": ("value", 1, "int32"),
    "INT8": ("value", 1, "int8"),
    "BOOLEAN": ("value", 1, "bool"),
    "QUATERNION": ("value", 4, "float32"),
    "FLOAT4X4": ("value", 16, "float32"),
    "INT16_2D": ("value", 2, "int16"),
    "INT32_2D": ("value", 2, "int32"),
    "FLOAT_VECTOR": ("vector", 3, "float32"),
    "FLOAT2": ("vector", 2, "float32"),
    "FLOAT_COLOR": ("color", 4, "float32"),
    "BYTE_COLOR": ("color_srgb", 4, "float32"),
}


def sizes(mesh: bpy.types.Mesh) -> dict[str, int]:
    """Number of elements of each domain."""
    return {
        "POINT": len(mesh.vertices),
        "EDGE": len(mesh.edges),
        "FACE": len(mesh.polygons),
        "CORNER": len(mesh.loops),
    }


def read(layer: bpy.types.Attribute) -> NDArray[Any]:
    """(N, values of an element), or (N,) object for texts."""
    if layer.data_type == "STRING":  # for texts Blender has no foreach_get
        return np.array([element.value for element in layer.data], dtype=object)
    field, width, dtype = _VALUES[layer.data_type]
    values: NDArray[Any] = np.empty((len(layer.data), width), dtype=dtype)
    if values.size:
        layer.data.foreach_get(field, values.ravel())
    return values


def write(layer: bpy.types.Attribute, values: NDArray[Any]) -> None:
    """Set all values of a layer, in the shape that `read` gives."""
    if layer.data_type == "STRING":
        for element, value in zip(layer.data, values, strict=True):
            element.value = value
    elif values.size:
        field, _, dtype = _VALUES[layer.data_type]
        layer.data.foreach_set(field, np.ascontiguousarray(values, dtype=dtype).ravel())


def put(mesh: bpy.types.Mesh, name: str, kind: str, domain: str, values: NDArray[Any]) -> None:
    """Give a mesh an attribute, in the place of one of that name."""
    found = mesh.attributes.get(name)
    if found is not None and (found.data_type, found.domain) != (kind, domain):
        mesh.attributes.remove(found)
        found = None
    write(found or mesh.attributes.new(name, kind, domain), values)


def drop(mesh: bpy.types.Mesh, *names: str) -> None:
    """Remove attributes, those that there are."""
    for name in names:
        if name in mesh.attributes:
            mesh.attributes.remove(mesh.attributes[name])


def put_origin(mesh: bpy.types.Mesh) -> None:
    """Number all elements, so that their copies can be traced."""
    for domain, count in sizes(mesh).items():
        put(mesh, ORIGIN[domain], "INT", domain, np.arange(count, dtype=np.int32))


def origin(mesh: bpy.types.Mesh, domain: str) -> Ids:
    """(N,) int32: the element of the source that each element is a copy of, -1 for new ones."""
    layer = mesh.attributes.get(ORIGIN[domain])
    if layer is None or (layer.data_type, layer.domain) != ("INT", domain):
        return np.full(sizes(mesh)[domain], NEW, dtype=np.int32)
    return np.asarray(read(layer)[:, 0])


def lost_by_nodes(obj: bpy.types.Object) -> bool:
    """Does the mesh have layers that only BMesh can cut: skin radii, multiresolution sculpts?"""
    sculpted = any(m.type == "MULTIRES" and m.total_levels for m in obj.modifiers)
    return sculpted or bool(obj.data.skin_vertices)


class Lost(Value):
    """The layers of one mesh, or of several in a row, that Geometry Nodes drop.

    texts : name -> domain and values; marks : domain -> Freestyle marks, where these are no
    attributes. Both have one more value, for what was not there: an empty text, no mark.
    """

    texts: dict[str, tuple[str, NDArray[Any]]]
    marks: dict[str, Marks]

    @classmethod
    def of(cls, *meshes: bpy.types.Mesh) -> Lost:
        names = [
            {a.name: str(a.domain) for a in mesh.attributes if a.data_type == "STRING"}
            for mesh in meshes
        ]
        texts = {}
        for name, domain in {key: value for found in names for key, value in found.items()}.items():
            values = [
                read(mesh.attributes[name])
                if found.get(name) == domain
                else np.full(sizes(mesh)[domain], b"", dtype=object)
                for mesh, found in zip(meshes, names, strict=True)
            ]
            texts[name] = (domain, np.concatenate([*values, [b""]]))
        marks = {}
        if bpy.app.version < (5, 0):
            marks["EDGE"] = _freestyle([mesh.edges for mesh in meshes])
            marks["FACE"] = _freestyle([mesh.polygons for mesh in meshes])
        return cls(texts, marks)

    def restore(self, mesh: bpy.types.Mesh, ids: Callable[[str], Ids]) -> None:
        """Give the layers to a mesh. ids : domain -> index of each element, -1 for new ones."""
        for name, (domain, values) in self.texts.items():
            if name not in mesh.attributes:
                write(mesh.attributes.new(name, "STRING", domain), values[ids(domain)])
        for domain, marks in self.marks.items():
            if marks.any():
                elements = mesh.edges if domain == "EDGE" else mesh.polygons
                elements.foreach_set("use_freestyle_mark", marks[ids(domain)])


def _freestyle(collections: list[bpy.types.bpy_prop_collection]) -> Marks:
    marks = []
    for elements in collections:
        marks.append(np.zeros(len(elements), dtype=bool))
        elements.foreach_get("use_freestyle_mark", marks[-1])
    return np.concatenate([*marks, [False]])


def restore_active(mesh: bpy.types.Mesh, source: bpy.types.Mesh) -> None:
    """Which of the layers are active, for display, for rendering and for cloning."""
    for layer in source.uv_layers:
        if layer.active_render and layer.name in mesh.uv_layers:
            mesh.uv_layers[layer.name].active_render = True
        if layer.active_clone and layer.name in mesh.uv_layers:  # from Blender 5.2 on, maybe none
            mesh.uv_layers[layer.name].active_clone = True
    if len(mesh.uv_layers) >= len(source.uv_layers) > 0:
        mesh.uv_layers.active_index = source.uv_layers.active_index
        mesh.uv_layer_stencil_index = source.uv_layer_stencil_index
    colours, others = mesh.color_attributes, source.color_attributes
    colours.active_color_name = others.active_color_name
    colours.default_color_name = others.default_color_name
    active = source.attributes.active
    if active is not None and active.name in mesh.attributes:
        mesh.attributes.active = mesh.attributes[active.name]


def restore_order(mesh: bpy.types.Mesh, source: bpy.types.Mesh) -> None:
    """Order of UV maps and colours, by which exporters number them; those of the mesh only last."""
    for one, other in (
        (mesh.uv_layers, source.uv_layers),
        (mesh.color_attributes, source.color_attributes),
    ):
        names, wanted = [layer.name for layer in one], [layer.name for layer in other]
        ordered = sorted(names, key=lambda name: (*wanted, name).index(name))
        if ordered == names:
            continue
        for name in ordered:  # Blender adds at the end
            saved = []
            for same in (name, *(f".{kind}.{name}" for kind in ("pn", "vs", "es"))):  # pins go too
                if (layer := mesh.attributes.get(same)) is not None:
                    saved.append((same, str(layer.data_type), str(layer.domain), read(layer)))
            mesh.attributes.remove(mesh.attributes[name])
            for layer in saved:
                put(mesh, *layer)


def group_names(mesh: bpy.types.Mesh) -> list[str]:
    """Names of the vertex groups, in order."""
    holder = bpy.data.objects.new(".partwise", mesh)  # only objects tell
    try:
        return [group.name for group in holder.vertex_groups]
    finally:
        bpy.data.objects.remove(holder)


def zero_weights(mesh: bpy.types.Mesh, vertices: Iterable[int]) -> dict[int, list[int]]:
    """Vertices that are members of a vertex group with weight zero, by the group's index."""
    found: dict[int, list[int]] = {}
    for vertex in vertices:  # Blender gives weights one by one only
        for member in mesh.vertices[vertex].groups:
            if member.weight == 0:
                found.setdefault(member.group, []).append(vertex)
    return found


def add_zero_weights(mesh: bpy.types.Mesh, members: dict[int, list[int]]) -> None:
    """Make vertices members of vertex groups, with weight zero."""
    holder = bpy.data.objects.new(".partwise", mesh)
    try:
        for group, vertices in members.items():
            holder.vertex_groups[group].add(vertices, 0.0, "REPLACE")
    finally:
        bpy.data.objects.remove(holder)


def restore_settings(mesh: bpy.types.Mesh, source: bpy.types.Mesh) -> None:
    """Custom properties, other extensions' data, animation, material slots, texture space."""
    for slot, material in enumerate(source.materials):
        mesh.materials[slot] = material
    for key in source.keys():  # noqa: SIM118, a mesh is no mapping
        if key not in ("partwise", "_RNA_UI"):
            _copy_property(mesh, source, key)
    if bpy.app.version >= (5, 0):  # before, these were among the custom properties
        groups = source.bl_system_properties_get()
        for key in groups.keys() if groups is not None else ():
            if key != "partwise":
                mesh.bl_system_properties_get(do_create=True)[key] = groups[key]
    mesh.texco_mesh, mesh.texture_mesh = source.texco_mesh, source.texture_mesh
    # Generated coordinates come from the bounding box, which is that of the whole.
    mesh.use_auto_texspace = False
    mesh.texspace_location, mesh.texspace_size = source.texspace_location, source.texspace_size
    copy_animation(mesh, source)


def _copy_property(mesh: bpy.types.Mesh, source: bpy.types.Mesh, key: str) -> None:
    mesh[key] = source[key]
    try:
        ui = source.id_properties_ui(key)
    except TypeError:  # groups and other kinds without limits or description
        return
    mesh.id_properties_ui(key).update_from(ui)


def copy_animation(target: bpy.types.ID, source: bpy.types.ID) -> None:
    """The same action, and copies of the drivers that read the copy where they read the source."""
    animation = source.animation_data
    if animation is None:
        return
    copied = target.animation_data_create()
    copied.action = animation.action
    if animation.action is not None and animation.action_slot is not None:
        copied.action_slot = animation.action_slot
    for name in ("action_blend_type", "action_extrapolation", "action_influence"):
        setattr(copied, name, getattr(animation, name))
    for curve in animation.drivers:
        copied.drivers.from_existing(src_driver=curve)
    for curve in copied.drivers:
        for variable in curve.driver.variables:
            for place in variable.targets:
                if place.id == source:
                    place.id = target


def corner_faces(mesh: bpy.types.Mesh) -> Ids:
    """(C,) int32, the face of each corner."""
    totals = np.empty(len(mesh.polygons), dtype=np.int32)
    mesh.polygons.foreach_get("loop_total", totals)
    return np.repeat(np.arange(len(totals), dtype=np.int32), totals)


def corner_edges(mesh: bpy.types.Mesh) -> Ids:
    """(C,) int32, the edge that begins at each corner."""
    layer = mesh.attributes.get(".corner_edge")
    return np.empty(0, np.int32) if layer is None else np.asarray(read(layer)[:, 0])


def edge_vertices(mesh: bpy.types.Mesh) -> Ids:
    """(E, 2) int32."""
    layer = mesh.attributes.get(".edge_verts")
    return np.empty((0, 2), np.int32) if layer is None else np.asarray(read(layer))
