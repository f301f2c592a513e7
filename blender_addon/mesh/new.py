# SPDX-License-Identifier: GPL-3.0-or-later
"""Arrays -> new meshes, pictures and materials: for objects that were in no file before."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeAlias

import bpy

from ...backend.contract.arrays import NDArray, np

Floats: TypeAlias = "NDArray[np.floating[Any]]"
Ints: TypeAlias = "NDArray[np.integer[Any]]"

UV_MAP = "UVMap"  # as Blender calls the first one


def new_mesh(
    name: str, vertices: Floats, faces: Ints, uv: Floats | None = None, *, quads: bool = False
) -> bpy.types.Mesh:
    """A mesh, smoothly shaded.

    vertices : (V, 3); faces : (F, 3) triangles; uv : (F, 3, 2) of their corners; quads : triangles
    2i and 2i + 1 become one polygon, where they share an edge and its place in the texture.
    """
    corners, starts, places = _polygons(faces, uv, quads=quads)
    mesh = bpy.data.meshes.new(name)
    mesh.vertices.add(len(vertices))
    mesh.vertices.foreach_set("co", np.ascontiguousarray(vertices, np.float32).ravel())
    mesh.loops.add(len(corners))
    mesh.loops.foreach_set("vertex_index", corners.astype(np.int32))
    mesh.polygons.add(len(starts))
    mesh.polygons.foreach_set("loop_start", starts.astype(np.int32))
    if places is not None:
        layer = mesh.uv_layers.new(name=UV_MAP)
        layer.uv.foreach_set("vector", np.ascontiguousarray(places, np.float32).ravel())
    mesh.update(calc_edges=True)
    mesh.shade_smooth()
    return mesh


def one_of(name: str, meshes: Sequence[bpy.types.Mesh]) -> bpy.types.Mesh:
    """A mesh with the elements of all, one mesh after the other, and the materials of each in slots
    of its own. Those of which it is made stay, but for their material indices."""
    import bmesh

    made = bpy.data.meshes.new(name)
    edited = bmesh.new()
    try:
        for mesh in meshes:
            index = np.empty(len(mesh.polygons), np.int32)
            mesh.polygons.foreach_get("material_index", index)
            mesh.polygons.foreach_set("material_index", index + len(made.materials))
            edited.from_mesh(mesh)
            for material in mesh.materials:
                made.materials.append(material)
        edited.to_mesh(made)
    finally:
        edited.free()
    return made


def new_image(name: str, picture: NDArray[np.uint8]) -> bpy.types.Image:
    """A picture (H, W, 4) sRGB with the top row first, packed into the file."""
    height, width = picture.shape[:2]
    image = bpy.data.images.new(name, width, height, alpha=True)
    write_image(image, picture)
    return image


def write_image(image: bpy.types.Image, picture: NDArray[np.uint8]) -> None:
    """Give an image of this size other pixels, (H, W, 4) with the top row first, and pack it."""
    values = np.ascontiguousarray(picture[::-1], np.float32) / np.float32(255.0)
    image.pixels.foreach_set(values.ravel())
    image.update()
    image.pack()


def new_material(
    name: str,
    colour: Sequence[float],
    image: bpy.types.Image | None = None,
    *,
    roughness: float = 0.5,
    metallic: float = 0.0,
) -> bpy.types.Material:
    """A material in a linear RGBA colour, which an image covers where there is one.

    Its colour is also what Solid shading shows.
    """
    material = bpy.data.materials.new(name)
    if material.node_tree is None:  # before Blender 5.0
        material.use_nodes = True
    tree = material.node_tree
    shader = next(node for node in tree.nodes if node.type == "BSDF_PRINCIPLED")
    shader.inputs["Base Color"].default_value = tuple(colour)
    shader.inputs["Roughness"].default_value = roughness
    shader.inputs["Metallic"].default_value = metallic
    material.diffuse_color = tuple(colour)
    material.roughness, material.metallic = roughness, metallic
    if image is not None:
        texture = tree.nodes.new("ShaderNodeTexImage")
        texture.image = image
        texture.location = (shader.location.x - 300, shader.location.y)
        tree.links.new(texture.outputs["Color"], shader.inputs["Base Color"])
    return material


def mark_sharp(mesh: bpy.types.Mesh, angle: float) -> None:
    """Mark edges as sharp where faces turn by more than an angle in radians."""
    mesh.set_sharp_from_angle(angle=angle)


def _polygons(
    faces: Ints, uv: Floats | None, *, quads: bool
) -> tuple[Ints, Ints, NDArray[Any] | None]:
    """(C,) the vertex of each corner, (P,) where each polygon starts, (C, 2) places of corners."""
    places = None if uv is None else uv.reshape(-1, 2)
    first = np.arange(0, 3 * len(faces), 3)
    if not quads or len(faces) % 2 or not len(faces):
        return faces.ravel(), first, places
    one, two = faces[0::2], faces[1::2]
    same = one[:, :, None] == two[:, None, :]  # (N, 3, 3)
    lone, other = ~same.any(axis=2), ~same.any(axis=1)  # corners that the other has not
    joins = (lone.sum(axis=1) == 1) & (other.sum(axis=1) == 1)
    start, end = lone.argmax(axis=1), other.argmax(axis=1)
    row = 6 * np.arange(len(one))
    # The quad goes round the first triangle from its lone corner, past that of the second.
    corner = np.stack(
        [row + start, row + (start + 1) % 3, row + 3 + end, row + (start + 2) % 3], axis=1
    )
    vertex = faces.ravel()
    shared = np.stack([row + 3 + (end + 2) % 3, row + 3 + (end + 1) % 3], axis=1)
    joins &= (vertex[shared] == vertex[corner[:, [1, 3]]]).all(axis=1)
    if places is not None:
        joins &= (np.abs(places[shared] - places[corner[:, [1, 3]]]) < 1e-6).all(axis=(1, 2))
    counts = np.where(joins[:, None], (4, 0), (3, 3)).ravel()
    table = np.full((len(one), 6), -1)
    table[joins, :4] = corner[joins]
    table[~joins] = row[~joins, None] + np.arange(6)
    order = table[table >= 0]
    counts = counts[counts > 0]
    starts = np.cumsum(counts) - counts
    return vertex[order], starts, None if places is None else places[order]
