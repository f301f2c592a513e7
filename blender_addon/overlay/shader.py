# SPDX-License-Identifier: GPL-3.0-or-later
"""How the overlay is drawn: its shader, its buffers, and the depth at which they are drawn.

Only Blender's own gpu module, so that it works on OpenGL, Vulkan and Metal alike.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

import gpu
from mathutils import Matrix

from ...backend.contract.arrays import np
from ...backend.contract.records import Value
from .mesh import Floats, Ints, Topology

TEXTURE_WIDTH = 4096  # every system has textures of that size; rows are added as needed

# The colour of each face comes from a texture: a new cut changes that and nothing else.
VERTEX = """
void main()
{
  int width = textureSize(colours, 0).x;
  colour = texelFetch(colours, ivec2(face % width, face / width), 0);
  normal_view = to_view * normal;
  place = position;
  gl_Position = to_clip * vec4(position, 1.0);
}
"""

# A key light from the upper left, a weak one from below and a little gloss, on the view's side of
# the object, so that its form reads from everywhere. Back faces are darker. Colours stay linear:
# the frame buffer of a 3D view encodes them.
FRAGMENT = """
void main()
{
  if (colour.a == 0.0) {
    discard;
  }
  for (int plane = 0; plane < textureSize(planes, 0).x; plane++) {
    if (dot(texelFetch(planes, ivec2(plane, 0), 0), vec4(place, 1.0)) < 0.0) {
      discard;
    }
  }
  vec3 n = normalize(normal_view);
  float key = 0.5 + 0.5 * dot(n, vec3(-0.37, 0.56, 0.74));
  float fill = 0.5 + 0.5 * dot(n, vec3(0.60, -0.64, 0.48));
  float gloss = pow(max(dot(n, vec3(-0.20, 0.30, 0.93)), 0.0), 24.0);
  vec3 lit = colour.rgb * (0.16 + 0.92 * key * key + 0.12 * fill) + vec3(0.05 * gloss);
  fragment = vec4(lit, colour.a * opacity);
}
"""


@cache
def face_shader() -> Any:
    """Faces lit, each in its colour."""
    between = gpu.types.GPUStageInterfaceInfo("partwise_overlay")
    between.flat("VEC4", "colour")
    between.smooth("VEC3", "normal_view")
    between.smooth("VEC3", "place")
    info = gpu.types.GPUShaderCreateInfo()
    info.push_constant("MAT4", "to_clip")
    info.push_constant("MAT3", "to_view")
    info.push_constant("FLOAT", "opacity")
    info.sampler(0, "FLOAT_2D", "colours")
    info.sampler(1, "FLOAT_2D", "planes")
    info.vertex_in(0, "VEC3", "position")
    info.vertex_in(1, "VEC3", "normal")
    info.vertex_in(2, "INT", "face")
    info.vertex_out(between)
    info.fragment_out(0, "VEC4", "fragment")
    info.vertex_source(VERTEX)
    info.fragment_source(FRAGMENT)
    return gpu.shader.create_from_info(info)


@cache
def line_shader() -> Any:
    """Lines of a width in pixels, all in one colour."""
    return gpu.shader.from_builtin("POLYLINE_UNIFORM_COLOR")


def index_buffer(faces: Topology) -> Any:
    return gpu.types.GPUIndexBuf(type="TRIS", seq=np.ascontiguousarray(faces.triangles))


def face_batch(places: Floats, normals: Floats, face: Ints, triangles: Any = None) -> Any:
    """The faces of a mesh by their corners.

    places, normals : (C, 3); face : (C,) which colour each has; triangles : the index buffer,
    without one three corners after another are a triangle.
    """
    layout = gpu.types.GPUVertFormat()
    layout.attr_add(id="position", comp_type="F32", len=3, fetch_mode="FLOAT")
    layout.attr_add(id="normal", comp_type="F32", len=3, fetch_mode="FLOAT")
    layout.attr_add(id="face", comp_type="I32", len=1, fetch_mode="INT")
    corners = gpu.types.GPUVertBuf(len=len(places), format=layout)
    corners.attr_fill(id="position", data=places)
    corners.attr_fill(id="normal", data=normals)
    corners.attr_fill(id="face", data=face)
    if triangles is None:
        return gpu.types.GPUBatch(type="TRIS", buf=corners)
    return gpu.types.GPUBatch(type="TRIS", buf=corners, elem=triangles)


class DrawnFaces(Value):
    """Faces on the graphics card: their batch, the texture of their colours, where they are."""

    batch: Any
    colours: Any
    world: Matrix
    opacity: float = 1.0


def draw_faces(
    drawn: Sequence[DrawnFaces],
    view: Matrix,
    projection: Matrix,
    *,
    bias: float,
    in_front: bool = False,
    clip_planes: Sequence[Sequence[float]] = (),
) -> None:
    """Draw into the active frame buffer: depths first, so that only the nearest faces show.

    bias : share of the distance to the eye by which they are nearer; clip_planes : of the world, as
    a view with a clipping region has them.
    """
    if not drawn:
        return
    shader = face_shader()
    shader.bind()
    planes = [plane_texture(clip_planes, faces.world) for faces in drawn]

    def draw_all(onto: Matrix) -> None:
        for faces, plane in zip(drawn, planes, strict=True):
            shader.uniform_float("to_view", normals_to_view(view, faces.world))
            shader.uniform_float("opacity", faces.opacity)
            shader.uniform_sampler("colours", faces.colours)
            shader.uniform_sampler("planes", plane)
            shader.uniform_float("to_clip", onto @ view @ faces.world)
            faces.batch.draw(shader)

    gpu.state.depth_mask_set(True)
    gpu.state.color_mask_set(False, False, False, False)
    if in_front:  # Blender has put it before everything: make room for depths of its own
        gpu.state.depth_test_set("ALWAYS")
        draw_all(farthest(projection))
    gpu.state.depth_test_set("LESS_EQUAL")
    draw_all(nearer(projection, bias))
    gpu.state.depth_mask_set(False)
    gpu.state.color_mask_set(True, True, True, True)
    gpu.state.blend_set("ALPHA")
    draw_all(nearer(projection, bias))


def line_batch(points: Floats) -> Any:
    """Line segments; points : (B, 2, 3)."""
    layout = gpu.types.GPUVertFormat()
    layout.attr_add(id="pos", comp_type="F32", len=3, fetch_mode="FLOAT")
    ends = gpu.types.GPUVertBuf(len=2 * len(points), format=layout)
    ends.attr_fill(id="pos", data=np.ascontiguousarray(points.reshape(-1, 3)))
    return gpu.types.GPUBatch(type="LINES", buf=ends)


def colour_texture(colours: Floats) -> Any:
    """A colour for each face; colours : (F, 4) linear."""
    width = min(max(len(colours), 1), TEXTURE_WIDTH)
    height = max(-(-len(colours) // width), 1)
    texels = np.zeros((height * width, 4), np.float32)
    texels[: len(colours)] = colours
    return _texture(texels, width, height, "RGBA16F")


def plane_texture(planes: Sequence[Sequence[float]], world: Matrix) -> Any:
    """Planes of the world, on whose negative side an object is not drawn, in its own space."""
    nowhere = [(0.0, 0.0, 0.0, 1.0)]
    texels = np.array(planes or nowhere, np.float32) @ np.array(world, np.float32)
    return _texture(texels, len(texels), 1, "RGBA32F")


def _texture(texels: Floats, width: int, height: int, kind: str) -> Any:
    values = gpu.types.Buffer("FLOAT", texels.size, np.ascontiguousarray(texels).ravel())
    return gpu.types.GPUTexture((width, height), format=kind, data=values)


def nearer(projection: Matrix, share: float) -> Matrix:
    """A projection whose depths are nearer to the eye by a share of the distance, so that what is
    drawn on a surface wins over it; nothing moves on the screen.
    """
    depth, distance = np.array(projection[2]), np.array(projection[3])
    if distance[3]:  # parallel: a share of the width of the view
        depth[3] -= abs(depth[2]) * share * 2.0 / max(abs(projection[0][0]), 1e-9)
    else:
        depth[3] /= 1.0 - share
    depth -= 4e-7 * distance  # some steps of the depth buffer, which is coarse far away
    result = projection.copy()
    result[2] = depth
    return result


def farthest(projection: Matrix) -> Matrix:
    """A projection that gives everything the depth of what is farthest away."""
    result = projection.copy()
    result[2] = 0.9999 * np.array(projection[3])
    return result


def normals_to_view(view: Matrix, world: Matrix) -> Matrix:
    """3 x 3: normals of an object to normals in the view, as far as its scale has an inverse."""
    return (view.to_3x3() @ world.to_3x3()).inverted_safe().transposed()
