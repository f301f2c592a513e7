# SPDX-License-Identifier: GPL-3.0-or-later
"""Clicks in the 3D view: a filled disc includes, a disc with a plus joins, a ring with a bar
excludes. They have one size on the screen; those behind a surface are faint.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

import bpy
from mathutils import Matrix

from ...backend.contract.arrays import NDArray, np
from ..core import clicks
from .mesh import Floats

RADIUS = 7.0  # pixels, times the interface's scale
MARGIN = 1.5  # of the radius: room for the outline
BIAS = 0.01  # share of the distance to the eye, so that a surface that is not flat hides nothing
FAINT = 0.3  # of what is behind something

SIGNS = {clicks.INCLUDE: 0, clicks.EXCLUDE: 1, clicks.JOIN: 2, clicks.PART: 2}

VERTEX = """
void main()
{
  place = corner;
  kind = which;
  gl_Position = clip;
}
"""

# Distances in radii, negative inside; a pale outline keeps the shapes apart from what is below.
FRAGMENT = """
void main()
{
  float from_centre = length(place);
  float bar = max(abs(place.x) - 0.55, abs(place.y) - 0.16);
  float stem = max(abs(place.y) - 0.55, abs(place.x) - 0.16);
  bool excludes = kind == 1;
  float shape = excludes ? min(abs(from_centre - 0.8) - 0.2, bar) : from_centre - 1.0;
  vec3 inside = excludes ? vec3(0.72, 0.01, 0.02) : vec3(0.0, 0.02, 0.16);
  if (kind == 2) {
    inside = mix(vec3(1.0), inside, smoothstep(-edge, edge, min(bar, stem)));
  }
  vec3 colour = mix(inside, vec3(1.0), smoothstep(-edge, edge, shape));
  float alpha = 1.0 - smoothstep(0.22 - edge, 0.22 + edge, shape);
  if (alpha == 0.0) {
    discard;
  }
  fragment = vec4(colour, alpha * opacity);
}
"""


def draw(
    obj: bpy.types.Object,
    world: Matrix,
    view: Matrix,
    projection: Matrix,
    *,
    in_front: bool = False,
    scale: float = 1.0,
) -> None:
    """Draw the clicks on an object into the active frame buffer."""
    import gpu

    from .shader import nearer

    rows = obj.data.partwise.clicks
    places = np.empty((len(rows), 3), np.float32)
    rows.foreach_get("place", places.ravel())
    kinds = [SIGNS[row.kind] for row in rows]
    size = gpu.state.viewport_get()[2:]
    clip = to_clip(places, nearer(projection, BIAS) @ view @ world)
    batch = sign_batch(clip, kinds, RADIUS * scale, size)
    shader = sign_shader()
    shader.bind()
    shader.uniform_float("edge", 0.6 / (RADIUS * scale))
    gpu.state.blend_set("ALPHA")
    gpu.state.depth_mask_set(False)
    for test, opacity in (("NONE", FAINT), ("LESS_EQUAL", 1.0)):
        gpu.state.depth_test_set("NONE" if in_front else test)
        shader.uniform_float("opacity", 1.0 if in_front else opacity)
        batch.draw(shader)


def to_clip(points: Floats, matrix: Matrix) -> Floats:
    """(N, 4) in clip space; points : (N, 3)."""
    ones = np.ones((len(points), 1), np.float32)
    clip = np.hstack([points, ones]) @ np.array(matrix, np.float32).T
    return np.asarray(clip, dtype=np.float32)


def squares(clip: Floats, radius: float, size: Sequence[float]) -> tuple[Floats, Floats]:
    """Two triangles around each of N points: (6 N, 4) in clip space, and (6 N, 2) in radii.

    radius : pixels; size : of the view in pixels. Points behind the eye stay there.
    """
    corner = MARGIN * np.array([(-1, -1), (1, -1), (1, 1), (-1, -1), (1, 1), (-1, 1)], np.float32)
    around = np.repeat(clip, 6, axis=0)
    corners = np.tile(corner, (len(clip), 1))
    around[:, :2] += corners * (2.0 * radius / np.array(size, np.float32)) * around[:, 3:]
    return around, corners


def sign_batch(clip: Floats, kinds: Sequence[int], radius: float, size: Sequence[float]) -> Any:
    """The squares on which signs are drawn; kinds : of each point, as in `SIGNS`."""
    import gpu

    layout = gpu.types.GPUVertFormat()
    layout.attr_add(id="clip", comp_type="F32", len=4, fetch_mode="FLOAT")
    layout.attr_add(id="corner", comp_type="F32", len=2, fetch_mode="FLOAT")
    layout.attr_add(id="which", comp_type="I32", len=1, fetch_mode="INT")
    around, corners = squares(clip, radius, size)
    signs: NDArray[np.int32] = np.repeat(np.array(kinds, np.int32), 6)
    vertices = gpu.types.GPUVertBuf(len=len(around), format=layout)
    vertices.attr_fill(id="clip", data=np.ascontiguousarray(around))
    vertices.attr_fill(id="corner", data=np.ascontiguousarray(corners))
    vertices.attr_fill(id="which", data=signs)
    return gpu.types.GPUBatch(type="TRIS", buf=vertices)


@cache
def sign_shader() -> Any:
    """Signs on squares, without light."""
    import gpu

    between = gpu.types.GPUStageInterfaceInfo("partwise_clicks")
    between.smooth("VEC2", "place")
    between.flat("INT", "kind")
    info = gpu.types.GPUShaderCreateInfo()
    info.push_constant("FLOAT", "edge")
    info.push_constant("FLOAT", "opacity")
    info.vertex_in(0, "VEC4", "clip")
    info.vertex_in(1, "VEC2", "corner")
    info.vertex_in(2, "INT", "which")
    info.vertex_out(between)
    info.fragment_out(0, "VEC4", "fragment")
    info.vertex_source(VERTEX)
    info.fragment_source(FRAGMENT)
    return gpu.shader.create_from_info(info)
