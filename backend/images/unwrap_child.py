# SPDX-License-Identifier: GPL-3.0-or-later
"""The program that unwraps: started by its path with a file of meshes, it writes one of places.

xatlas (Jonathan Young) is one long call in which no other thread gets its turn, and which ends the
whole process where a mesh is too strange for it: hence a process of its own.
"""

from __future__ import annotations

import sys

import numpy as np


def main(given: str, answer: str) -> int:
    """given : .npz of vertices_0, faces_0, ..., size and padding in pixels. answer : .npz of
    uv_0 (F, 3, 2), ..., from the lower left."""
    import xatlas

    asked = np.load(given, allow_pickle=False)
    atlas = xatlas.Atlas()
    count = sum(name.startswith("faces_") for name in asked.files)
    for number in range(count):
        atlas.add_mesh(
            np.ascontiguousarray(asked[f"vertices_{number}"], np.float32),
            np.ascontiguousarray(asked[f"faces_{number}"], np.uint32),
        )
    pack = xatlas.PackOptions()
    pack.resolution, pack.padding = int(asked["size"]), int(asked["padding"])
    pack.bilinear = True
    atlas.generate(xatlas.ChartOptions(), pack)
    if atlas.atlas_count != 1:
        return 3
    found = {}
    for number in range(count):
        _, corners, places = atlas[number]
        found[f"uv_{number}"] = places[corners].astype(np.float64)
    np.savez(answer, **found)
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:3]))
