# SPDX-License-Identifier: GPL-3.0-or-later
"""One object that has everything a split must keep, and labels that cut it in the hard places.

`make()` builds a vase: an n-gon as floor, walls of quads and triangles, a hexagon, a rim of
triangles; loose edges and a loose vertex. It has several of each layer that Blender saves on a
mesh and most of what it saves on an object.
"""

from __future__ import annotations

import bpy
import numpy as np
from mathutils import Euler, Matrix

SEGMENTS, RINGS = 12, 6
PARTS = 4

VALUE_NAMES = {  # attribute type -> the property of one value
    "FLOAT": "value",
    "INT": "value",
    "INT8": "value",
    "BOOLEAN": "value",
    "STRING": "value",
    "QUATERNION": "value",
    "FLOAT4X4": "value",
    "INT16_2D": "value",
    "INT32_2D": "value",
    "FLOAT_VECTOR": "vector",
    "FLOAT2": "vector",
    "FLOAT_COLOR": "color",
    "BYTE_COLOR": "color",
}
WIDTHS = {"QUATERNION": 4, "FLOAT4X4": 16, "INT16_2D": 2, "INT32_2D": 2, "FLOAT_VECTOR": 3}
WIDTHS |= {"FLOAT2": 2, "FLOAT_COLOR": 4, "BYTE_COLOR": 4}
DOMAINS = ("POINT", "EDGE", "FACE", "CORNER")

MARKS = (
    *("crease_edge", "crease_vert", "bevel_weight_edge", "bevel_weight_vert", "sharp_edge"),
    *("sharp_face", "uv_seam", "material_index", ".sculpt_mask", ".sculpt_face_set"),
    *(
        ".pn.Lightmap",
        ".select_vert",
        ".select_edge",
        ".select_poly",
        ".hide_vert",
        ".hide_edge",
        ".hide_poly",
    ),
)
UV_LAYERS = ("UVMap", "Zweite", "Lightmap")
TYPED = tuple(f"{kind} of {domain}" for kind in VALUE_NAMES for domain in DOMAINS)
ATTRIBUTES = ("position", *MARKS, *UV_LAYERS, *TYPED)
KEYS = ("key Basis", "key Wide", "key Wider", "key ひねる")
LAYERS = (
    *ATTRIBUTES,
    *KEYS,
    *("weights", "faces", "edges", "corner vertices", "corner edges"),
    *("freestyle_edge", "freestyle_face"),
)
SETTINGS = (
    *("materials", "uv maps", "colours", "active colour", "render colour", "active attribute"),
    *("groups", "active group", "mesh properties", "keys", "key animation", *KEYS),
    *("mesh use_mirror_x", "mesh remesh_voxel_size"),
)
DAMAGED_SETTINGS = (
    ("materials", lambda m: m.materials.__setitem__(1, m.materials[0])),
    ("uv maps", lambda m: setattr(m.uv_layers, "active_index", 0)),
    ("uv maps", lambda m: setattr(m.uv_layers["UVMap"], "active_render", True)),
    ("active colour", lambda m: setattr(m.color_attributes, "active_color_index", 0)),
    ("render colour", lambda m: setattr(m.color_attributes, "render_color_index", 3)),
    ("mesh properties", lambda m: m.__setitem__("factor", 0.25)),
    ("mesh properties", lambda m: m.id_properties_ui("factor").update(max=2.0)),
    ("key Wide", lambda m: setattr(m.shape_keys.key_blocks["Wide"], "value", 0.3)),
    ("key Wide", lambda m: setattr(m.shape_keys.key_blocks["Wide"], "vertex_group", "")),
    ("key Wider", lambda m: setattr(m.shape_keys.key_blocks["Wider"], "mute", False)),
    ("keys", lambda m: setattr(m.shape_keys, "use_relative", False)),
    ("key animation", lambda m: m.shape_keys.animation_data_clear()),
    ("mesh use_mirror_x", lambda m: setattr(m, "use_mirror_x", False)),
)


def make(name: str = "Vase") -> bpy.types.Object:
    """The object, linked to the scene, with labels -1 (a few faces) and 0, 1, 2, 5."""
    mesh = _topology(name)
    obj = bpy.data.objects.new(name, mesh)
    bpy.context.scene.collection.objects.link(obj)
    random = np.random.default_rng(7)
    _materials(obj)
    _uv_maps(mesh, random)
    _weights(obj, random)
    _shape_keys(obj, random)
    _marks(mesh, random)
    _attributes(mesh, random)
    _custom_normals(mesh)
    _settings(obj)
    label(obj)
    mesh.update()
    bpy.context.view_layer.update()
    return obj


def labels_of(mesh: bpy.types.Mesh) -> np.ndarray:
    """Parts that wind round the vase, so that each cut runs along and across the rings."""
    faces = np.arange(len(mesh.polygons))
    labels = np.array([0, 1, 2, 5])[(faces // 5 + faces // SEGMENTS) % PARTS]
    labels[3:5] = -1
    return labels.astype(np.int32)


def label(obj: bpy.types.Object) -> np.ndarray:
    labels = labels_of(obj.data)
    from partwise.blender_addon.scene import parts

    names = {0: "Fuß", 1: "瓶身", 2: "con/so:le*?", 5: "Rim"}
    parts.set_labels(obj.data, labels, names=names)
    return labels


def _topology(name: str) -> bpy.types.Mesh:
    """Vertices ring by ring; a bulging wall, so that normals turn everywhere."""
    angles = np.linspace(0, 2 * np.pi, SEGMENTS, endpoint=False)
    heights = np.linspace(0, 2.0, RINGS)
    radii = 1.0 + 0.4 * np.sin(heights * 2.1) + 0.1 * heights
    rings = [np.c_[r * np.cos(angles), r * np.sin(angles), 0 * angles + h]
             for r, h in zip(radii, heights, strict=True)]  # fmt: skip
    vertices = np.concatenate([*rings, [[0, 0, 2.4], [2, 0, 0], [3, 0, 0], [3, 1, 0], [0, 3, 1]]])
    apex, wire = RINGS * SEGMENTS, RINGS * SEGMENTS + 1
    around = [(s, (s + 1) % SEGMENTS) for s in range(SEGMENTS)]
    faces: list[tuple[int, ...]] = [tuple(range(SEGMENTS))[::-1]]
    for ring in range(RINGS - 1):
        low, high = ring * SEGMENTS, (ring + 1) * SEGMENTS
        for a, b in around:
            quad = (low + a, low + b, high + b, high + a)
            if ring == 2 and a in (4, 5):  # two quads as one n-gon of six corners
                if a == 4:
                    c = (a + 2) % SEGMENTS
                    faces.append((low + a, low + b, low + c, high + c, high + b, high + a))
            elif ring == 3 and a % 3 == 0:
                faces += [quad[:3], (quad[0], *quad[2:])]
            else:
                faces.append(quad)
    faces += [(apex - SEGMENTS + a, apex - SEGMENTS + b, apex) for a, b in around]
    edges = [(wire, wire + 1), (wire + 1, wire + 2), (1, wire)]
    mesh = bpy.data.meshes.new(name)
    mesh.from_pydata(vertices.tolist(), edges, faces)
    assert not mesh.validate()
    mesh.shade_smooth()
    return mesh


def _materials(obj: bpy.types.Object) -> None:
    mesh = obj.data
    red, blue, own = (bpy.data.materials.new(n) for n in ("Red", "Blue", "Own"))
    for material in (red, None, blue, red):  # an empty slot, and one material twice
        mesh.materials.append(material)
    obj.material_slots[2].link = "OBJECT"
    obj.material_slots[2].material = own
    obj.active_material_index = 2
    index = (np.arange(len(mesh.polygons)) * 5 % 4).astype(np.int32)
    mesh.polygons.foreach_set("material_index", index)


def _uv_maps(mesh: bpy.types.Mesh, random: np.random.Generator) -> None:
    for name in ("UVMap", "Zweite", "Lightmap"):
        layer = mesh.uv_layers.new(name=name)
        layer.uv.foreach_set("vector", random.random(len(mesh.loops) * 2, np.float32))
    if hasattr(layer, "pin_ensure"):  # Blender 5: pins are made on demand
        layer.pin_ensure()
    layer.pin.foreach_set("value", random.random(len(mesh.loops)) < 0.3)
    mesh.uv_layers.active_index = 1
    mesh.uv_layers["Lightmap"].active_render = True
    mesh.uv_layers["Zweite"].active_clone = True


def _weights(obj: bpy.types.Object, random: np.random.Generator) -> None:
    count = len(obj.data.vertices)
    for name in ("Lower", "Upper", "Never used", "Zero"):
        obj.vertex_groups.new(name=name)
    for vertex in range(count):
        height = obj.data.vertices[vertex].co.z / 2
        obj.vertex_groups["Lower"].add([vertex], max(0.0, 1 - height), "REPLACE")
        obj.vertex_groups["Upper"].add([vertex], min(1.0, height), "REPLACE")
    obj.vertex_groups["Zero"].add(np.nonzero(random.random(count) < 0.4)[0].tolist(), 0, "REPLACE")
    obj.vertex_groups["Zero"].lock_weight = True
    obj.vertex_groups.active_index = 1


def _shape_keys(obj: bpy.types.Object, random: np.random.Generator) -> None:
    count = len(obj.data.vertices)
    base = np.empty((count, 3), np.float32)
    obj.data.vertices.foreach_get("co", base.ravel())
    for name in ("Basis", "Wide", "Wider", "ひねる"):
        key = obj.shape_key_add(name=name, from_mix=False)
        if name != "Basis":
            moved = base + random.normal(0, 0.05, base.shape).astype(np.float32)
            key.data.foreach_set("co", moved.ravel())
    keys = obj.data.shape_keys
    blocks = keys.key_blocks
    blocks["Wider"].relative_key = blocks["Wide"]
    blocks["Wide"].slider_min, blocks["Wide"].slider_max, blocks["Wide"].value = -1, 2, 0.25
    blocks["Wide"].vertex_group = "Upper"
    blocks["Wider"].mute = True
    if hasattr(blocks["Wide"], "lock_shape"):
        blocks["Wide"].lock_shape = True
    obj.active_shape_key_index = 2
    obj.show_only_shape_key = False
    obj.use_shape_key_edit_mode = True
    blocks["Wider"].keyframe_insert("value", frame=3)
    driver = blocks["ひねる"].driver_add("value").driver
    driver.type = "SCRIPTED"
    driver.expression = "v * 0.5"
    variable = driver.variables.new()
    variable.name = "v"
    variable.targets[0].id_type = "KEY"
    variable.targets[0].id = keys
    variable.targets[0].data_path = 'key_blocks["Wide"].value'


def _marks(mesh: bpy.types.Mesh, random: np.random.Generator) -> None:
    edges, faces, vertices = len(mesh.edges), len(mesh.polygons), len(mesh.vertices)
    mesh.edges.foreach_set("use_edge_sharp", random.random(edges) < 0.15)
    mesh.edges.foreach_set("use_seam", random.random(edges) < 0.2)
    freestyle = (random.random(edges) < 0.2, random.random(faces) < 0.2)
    if bpy.app.version < (5, 0):
        mesh.edges.foreach_set("use_freestyle_mark", freestyle[0])
        mesh.polygons.foreach_set("use_freestyle_mark", freestyle[1])
    else:
        for name, domain, values in zip(("edge", "face"), ("EDGE", "FACE"), freestyle, strict=True):
            layer = mesh.attributes.new(f"freestyle_{name}", "BOOLEAN", domain)
            layer.data.foreach_set("value", values)
    mesh.polygons.foreach_set("use_smooth", random.random(faces) < 0.95)
    for elements in (mesh.vertices, mesh.edges, mesh.polygons):
        elements.foreach_set("hide", random.random(len(elements)) < 0.1)
        elements.foreach_set("select", random.random(len(elements)) < 0.5)
    for name, domain, count in (
        ("crease_edge", "EDGE", edges),
        ("crease_vert", "POINT", vertices),
        ("bevel_weight_edge", "EDGE", edges),
        ("bevel_weight_vert", "POINT", vertices),
        (".sculpt_mask", "POINT", vertices),
    ):
        layer = mesh.attributes.new(name, "FLOAT", domain)
        layer.data.foreach_set("value", random.random(count, np.float32))
    layer = mesh.attributes.new(".sculpt_face_set", "INT", "FACE")
    layer.data.foreach_set("value", random.integers(1, 5, faces).astype(np.int32))


def _attributes(mesh: bpy.types.Mesh, random: np.random.Generator) -> None:
    for kind, field in VALUE_NAMES.items():
        for domain in DOMAINS:
            layer = mesh.attributes.new(f"{kind} of {domain}", kind, domain)
            size = len(layer.data)
            if kind == "STRING":
                for i in range(size):
                    layer.data[i].value = f"é{i}".encode()
                continue
            values = random.integers(0, 100, size * WIDTHS.get(kind, 1))
            if kind == "BOOLEAN":
                values = values % 2 == 0
            elif not kind.startswith("INT"):
                values = (values / 100).astype(np.float32)
            layer.data.foreach_set(field, values)
    for name in ("FLOAT_COLOR of POINT", "BYTE_COLOR of CORNER"):
        assert name in mesh.color_attributes
    mesh.color_attributes.active_color = mesh.color_attributes["BYTE_COLOR of CORNER"]
    mesh.color_attributes.render_color_index = list(mesh.color_attributes.keys()).index(
        "FLOAT_COLOR of POINT"
    )
    mesh.attributes.active = mesh.attributes["FLOAT of FACE"]


def _custom_normals(mesh: bpy.types.Mesh) -> None:
    """Bent normals, the same at all corners of a smooth fan; left automatic in the lower half."""
    normals = np.empty((len(mesh.loops), 3), np.float32)
    mesh.corner_normals.foreach_get("vector", normals.ravel())
    corner_vertex = np.empty(len(mesh.loops), np.int32)
    mesh.loops.foreach_get("vertex_index", corner_vertex)
    bent = normals + np.array([0.3, 0.1, 0.2], np.float32)
    bent[corner_vertex < RINGS * SEGMENTS // 2] = 0
    mesh.normals_split_custom_set(bent.tolist())


def make_armature() -> bpy.types.Object:
    """Two bones, one on the other."""
    rig = bpy.data.objects.new("Rig", bpy.data.armatures.new("Rig"))
    bpy.context.scene.collection.objects.link(rig)
    bpy.context.view_layer.objects.active = rig
    bpy.ops.object.mode_set(mode="EDIT")
    for name, low, high in (("Lower", 0, 1), ("Upper", 1, 2)):
        bone = rig.data.edit_bones.new(name)
        bone.head, bone.tail = (0, 0, low), (0, 0, high)
        bone.parent = rig.data.edit_bones.get("Lower") if name == "Upper" else None
    bpy.ops.object.mode_set(mode="OBJECT")
    rig.matrix_world = Matrix.Translation((0.3, 0.2, 0.1))
    return rig


def _settings(obj: bpy.types.Object) -> None:
    rig = make_armature()
    bpy.context.view_layer.objects.active = obj
    obj.modifiers.new("Rig", "ARMATURE").object = rig
    smooth = obj.modifiers.new("Smooth", "SUBSURF")
    smooth.levels, smooth.show_viewport, smooth.uv_smooth = 3, False, "NONE"
    target = bpy.data.objects.new("Target", None)
    bpy.context.scene.collection.objects.link(target)
    constraint = obj.constraints.new("COPY_ROTATION")
    constraint.target, constraint.influence, constraint.mute = target, 0.5, True
    obj.parent, obj.parent_type, obj.parent_bone = rig, "BONE", "Upper"
    obj.matrix_parent_inverse = Matrix.Translation((0.1, -2, -0.3)) @ Matrix.Rotation(0.4, 4, "Y")
    obj.location, obj.scale = (1, 2, 3), (-1.5, 0.8, 1.25)
    obj.rotation_mode = "XYZ"
    obj.rotation_euler = Euler((0.3, -0.5, 0.7))
    obj.delta_location = (0.25, 0, -0.5)
    obj["Preis"] = 12.5
    obj.id_properties_ui("Preis").update(min=0.0, max=99.0, description="Euro")
    obj["tags"] = {"a": [1, 2, 3], "b": "ü"}
    obj.data["Quelle"] = "scan"
    obj.data["factor"] = 0.5
    obj.data.id_properties_ui("factor").update(min=0.0, max=1.0)
    obj.data["nested"] = {"x": 1}
    obj.color = (0.2, 0.4, 0.6, 0.8)
    obj.display_type, obj.show_wire, obj.show_in_front = "SOLID", True, True
    obj.visible_shadow, obj.hide_select, obj.pass_index = False, False, 7
    obj.data.use_mirror_x, obj.data.remesh_voxel_size = True, 0.37
    obj.data.use_auto_texspace = True
    obj.keyframe_insert('["Preis"]', frame=1)
