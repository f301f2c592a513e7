# SPDX-License-Identifier: GPL-3.0-or-later
"""All that Blender stores on meshes and objects as plain values, read without Partwise's code."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import bpy
import numpy as np

from tests.blender.rich_fixture import VALUE_NAMES, WIDTHS

IDS = {
    "POINT": ".partwise_vertex",
    "EDGE": ".partwise_edge",
    "FACE": ".partwise_face",
    "CORNER": ".partwise_corner",
}
TOPOLOGY = (".edge_verts", ".corner_vert", ".corner_edge")
# Settings that differ by nature, or are dumped elsewhere.
NOT_SETTINGS = {
    *("rna_type", "name", "name_full", "session_uid", "original", "users", "data", "is_evaluated"),
    *("vertices", "edges", "loops", "polygons", "attributes", "uv_layers", "color_attributes"),
    *("vertex_normals", "polygon_normals", "corner_normals", "loop_triangles", "materials"),
    *("loop_triangle_polygons", "vertex_colors", "shape_keys", "animation_data", "partwise"),
    *("skin_vertices", "total_vert_sel", "total_edge_sel", "total_face_sel", "key_blocks"),
    *("reference_key", "bound_box", "users_collection", "users_scene", "children", "user"),
    *("children_recursive", "modifiers", "constraints", "vertex_groups", "material_slots"),
    *("matrix_world", "dimensions", "mode", "active_shape_key", "is_runtime_data", "tag"),
    *("uv_layer_clone", "uv_layer_stencil", "has_custom_normals", "normals_domain", "bl_rna"),
    *("preview", "id_data", "execution_time", "cycles", "is_missing", "motion_path", "pose"),
    *("particle_systems", "texspace_location", "texspace_size", "use_auto_texspace"),
    "auto_texspace",
    *("library_weak_reference", "select", "selection_sets", "persistent_uid"),
}


@dataclass
class Dump:
    """Values of one mesh. layers: name -> (domain, one value an element)."""

    layers: dict[str, tuple[str, np.ndarray]]
    ids: dict[str, np.ndarray]
    settings: dict[str, Any]
    normals: np.ndarray
    generated: np.ndarray
    counts: dict[str, int] = field(default_factory=dict)


def dump_mesh(mesh: bpy.types.Mesh) -> Dump:
    layers = _layers(mesh)
    ids = {d: layers.pop(name)[1][:, 0] for d, name in IDS.items() if name in layers}
    if not ids:
        ids = {d: np.arange(n) for d, n in counts(mesh).items()}
    corners = vector_of(mesh.loops, "vertex_index", 1, np.int32)[:, 0]
    vertex = ids["POINT"][corners]
    layers["faces"] = ("FACE", _rows(
        tuple(vertex[f.loop_start : f.loop_start + f.loop_total]) for f in mesh.polygons
    ))  # fmt: skip
    layers["corner vertices"] = ("CORNER", vertex[:, None])
    ends = vector_of(mesh.edges, "vertices", 2, np.int32)
    layers["edges"] = ("EDGE", ids["POINT"][ends])
    edge = vector_of(mesh.loops, "edge_index", 1, np.int32)[:, 0]
    layers["corner edges"] = ("CORNER", ids["EDGE"][edge])
    names = [group.name for group in _groups(mesh)]
    layers["weights"] = ("POINT", _rows(
        tuple(sorted((names[g.group], g.weight) for g in v.groups)) for v in mesh.vertices
    ))  # fmt: skip
    normals = vector_of(mesh.corner_normals, "vector", 3)
    positions = vector_of(mesh.vertices, "co", 3)
    size = np.array(mesh.texspace_size) * 2
    generated = (positions - (np.array(mesh.texspace_location) - size / 2)) / size
    return Dump(layers, ids, mesh_settings(mesh), normals, generated, counts(mesh))


def differing_layers(part: Dump, source: Dump, *, ignore: set[str] = frozenset()) -> set[str]:
    """Names of layers that are not, element by element, those of the source."""
    different = set(part.layers) ^ set(source.layers)
    for name in set(part.layers) & set(source.layers):
        (domain, values), (source_domain, sources) = part.layers[name], source.layers[name]
        if (
            domain != source_domain
            or values.dtype != sources.dtype
            or not np.array_equal(values, sources[part.ids[domain]])
        ):
            different.add(name)
    return different - ignore


def differing_settings(one: dict[str, Any], two: dict[str, Any]) -> set[str]:
    return {key for key in {*one, *two} if one.get(key, "absent") != two.get(key, "absent")}


def counts(mesh: bpy.types.Mesh) -> dict[str, int]:
    elements = (mesh.vertices, mesh.edges, mesh.polygons, mesh.loops)
    return {domain: len(e) for domain, e in zip(IDS, elements, strict=True)}


def vector_of(elements: Any, name: str, width: int, dtype: type = np.float32) -> np.ndarray:
    values = np.empty((len(elements), width), dtype=dtype)
    if values.size:
        elements.foreach_get(name, values.ravel())
    return values


def _layers(mesh: bpy.types.Mesh) -> dict[str, tuple[str, np.ndarray]]:
    layers = {}
    for layer in mesh.attributes:
        if layer.name in TOPOLOGY or layer.name in ("part_id", "partwise_cap"):
            continue
        field_name = VALUE_NAMES[layer.data_type]
        values = [getattr(element, field_name) for element in layer.data]
        if layer.data_type == "STRING":
            layers[layer.name] = (layer.domain, _rows(values))
            continue
        kind = np.int64 if layer.data_type.startswith("INT") else np.float64  # hold all exactly
        width = WIDTHS.get(layer.data_type, 1)
        layers[layer.name] = (layer.domain, np.array(values, kind).reshape(len(values), width))
    for key in mesh.shape_keys.key_blocks if mesh.shape_keys else ():
        layers[f"key {key.name}"] = ("POINT", vector_of(key.data, "co", 3))
    if bpy.app.version < (5, 0):
        marks = _rows(edge.use_freestyle_mark for edge in mesh.edges)
        layers["freestyle_edge"] = ("EDGE", marks)
        layers["freestyle_face"] = ("FACE", _rows(f.use_freestyle_mark for f in mesh.polygons))
    for index, layer in enumerate(mesh.skin_vertices):
        skin = [(*v.radius, v.use_root, v.use_loose) for v in layer.data]
        layers[f"skin {index}"] = ("POINT", np.array(skin))
    return layers


def _rows(values: Any) -> np.ndarray:
    """A one-dimensional array of any kind of values."""
    values = list(values)
    rows = np.empty(len(values), dtype=object)
    rows[:] = values
    return rows


def _groups(mesh: bpy.types.Mesh) -> list[Any]:
    holder = bpy.data.objects.new("", mesh)
    groups = [GroupSettings(g.name, g.lock_weight) for g in holder.vertex_groups]
    bpy.data.objects.remove(holder)
    return groups


@dataclass(frozen=True)
class GroupSettings:
    name: str
    locked: bool


def mesh_settings(mesh: bpy.types.Mesh) -> dict[str, Any]:
    holder = bpy.data.objects.new("", mesh)
    settings = {f"mesh {k}": v for k, v in rna(mesh).items()}
    settings |= {
        "materials": [m.name if m else None for m in mesh.materials],
        "uv maps": [(u.name, u.active, u.active_render, u.active_clone) for u in mesh.uv_layers],
        "colours": [(c.name, c.data_type, c.domain) for c in mesh.color_attributes],
        "active colour": mesh.color_attributes.active_color_index,
        "render colour": mesh.color_attributes.render_color_index,
        "active attribute": mesh.attributes.active.name if mesh.attributes.active else "",
        "groups": _groups(mesh),
        "active group": holder.vertex_groups.active_index,
        "mesh properties": properties(mesh),
        "mesh animation": animation(mesh),
    }
    bpy.data.objects.remove(holder)
    if mesh.shape_keys:
        settings["keys"] = rna(mesh.shape_keys) | {"reference": mesh.shape_keys.reference_key.name}
        settings["key animation"] = animation(mesh.shape_keys)
        for key in mesh.shape_keys.key_blocks:
            relative = key.relative_key.name if key.relative_key else None
            values = rna(key)
            values.pop("relative_key")
            settings[f"key {key.name}"] = values | {"relative": relative}
    return settings


def object_settings(obj: bpy.types.Object) -> dict[str, Any]:
    """All but the mesh, name, collections and what Partwise stores."""
    settings = {f"object {k}": v for k, v in rna(obj).items()}
    for kind, stack in (("modifier", obj.modifiers), ("constraint", obj.constraints)):
        settings[f"{kind} order"] = [item.name for item in stack]
        for item in stack:
            settings[f"{kind} {item.name}"] = rna(item) | {"name": item.name}
    settings["slots"] = [(s.link, s.material.name if s.material else None) for s in
                         obj.material_slots]  # fmt: skip
    settings["object properties"] = properties(obj)
    settings["object animation"] = animation(obj)
    return settings


def properties(owner: bpy.types.ID) -> dict[str, Any]:
    found = {}
    for key in owner.keys():  # noqa: SIM118, IDs are no mappings
        if key in ("partwise", "cycles"):
            continue
        value = owner[key]
        found[key] = value.to_dict() if hasattr(value, "to_dict") else plain(value)
        try:
            found[f"{key} ui"] = owner.id_properties_ui(key).as_dict()
        except TypeError:
            continue
    return found


def animation(owner: bpy.types.ID) -> Any:
    data = owner.animation_data
    if data is None:
        return None
    drivers = []
    for curve in data.drivers:
        variables = [
            (v.name, [(t.id_type, t.id == owner or t.id.name, t.data_path) for t in v.targets])
            for v in curve.driver.variables
        ]
        drivers.append((curve.data_path, curve.driver.type, curve.driver.expression, variables))
    action = data.action.name if data.action else None
    return action, data.action_slot.identifier if action else None, drivers


def rna(owner: Any) -> dict[str, Any]:
    """Every simple property, and the names of what pointers point to."""
    found = {}
    for prop in owner.bl_rna.properties:
        if prop.identifier in NOT_SETTINGS or prop.type == "COLLECTION":
            continue
        value = getattr(owner, prop.identifier)
        if prop.type != "POINTER":
            found[prop.identifier] = plain(value)
        elif isinstance(value, bpy.types.ID):
            found[prop.identifier] = value.name
        elif value is None:
            found[prop.identifier] = None
        elif type(value).__name__ not in ("AnimData", "bpy_prop_collection"):
            found[prop.identifier] = _nested(value)
    return found


def _nested(owner: Any) -> dict[str, Any]:
    simple = [p for p in owner.bl_rna.properties if p.type not in ("POINTER", "COLLECTION")]
    return {p.identifier: plain(getattr(owner, p.identifier)) for p in simple
            if p.identifier not in NOT_SETTINGS}  # fmt: skip


def plain(value: Any) -> Any:
    if isinstance(value, str | bytes | int | float | bool) or value is None:
        return value
    if isinstance(value, set):
        return sorted(value)
    return np.array(value).tolist()


def dump_scene() -> dict[str, Any]:
    """The whole file, by names: objects, meshes, collections, what is selected and visible."""
    layer = bpy.context.view_layer
    layer.update()
    objects = {
        obj.name: {
            **object_settings(obj),
            "mesh": obj.data.name if obj.data else None,
            "world": plain(obj.matrix_world),
            "collections": sorted(c.name for c in obj.users_collection),
            "selected": obj.select_get() if obj.name in layer.objects else None,
            "visible": obj.visible_get() if obj.name in layer.objects else None,
            "part": (obj.partwise.source.name if obj.partwise.source else "", obj.partwise.part_id),
        }
        for obj in bpy.data.objects
    }
    meshes = {}
    for mesh in bpy.data.meshes:
        dump = dump_mesh(mesh)
        values = {name: (domain, rows.tolist()) for name, (domain, rows) in dump.layers.items()}
        table = [(row.part_id, row.name, tuple(row.colour)) for row in mesh.partwise.parts]
        meshes[mesh.name] = {"layers": values, "settings": dump.settings, "table": table}
    collections = {
        c.name: (sorted(c.children.keys()), c.hide_viewport, c.hide_render)
        for c in [bpy.context.scene.collection, *bpy.data.collections]
    }
    return {
        "objects": objects,
        "meshes": meshes,
        "collections": collections,
        "keys": len(bpy.data.shape_keys),
        "active": layer.objects.active.name if layer.objects.active else None,
        "scenes": sorted(bpy.data.scenes.keys()),
        "node groups": sorted(bpy.data.node_groups.keys()),
    }


def angles(one: np.ndarray, two: np.ndarray) -> np.ndarray:
    """(N,) degrees between unit vectors; from the chord, exact for small angles."""
    chord = np.linalg.norm(one.astype(np.float64) - two, axis=1)
    return np.degrees(2 * np.arcsin(np.clip(chord / 2, 0, 1)))


def differences(one: dict[str, Any], two: dict[str, Any], path: str = "") -> list[str]:
    """Where two dumps differ, in words."""
    found = []
    for key in {**one, **two}:
        a, b = one.get(key, "absent"), two.get(key, "absent")
        if isinstance(a, dict) and isinstance(b, dict):
            found += differences(a, b, f"{path}/{key}")
        elif a != b:
            found.append(f"{path}/{key}: {str(a)[:80]} -> {str(b)[:80]}")
    return found
