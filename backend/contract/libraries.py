# SPDX-License-Identifier: GPL-3.0-or-later
"""The libraries that the engine runs on, found without loading them. Standard library only."""

from __future__ import annotations

import sys
from importlib.util import find_spec
from pathlib import Path

# Name of the package -> name of its module.
MODULES = {
    "numpy": "numpy",
    "scipy": "scipy",
    "trimesh": "trimesh",
    "embreex": "embreex",
    "mapbox-earcut": "mapbox_earcut",
    "safetensors": "safetensors",
    "pymaxflow": "maxflow",
    "manifold3d": "manifold3d",
    "pillow": "PIL",
    "dracopy": "DracoPy",
}
# PyMaxflow makes borders fast, but there are computers without a wheel of it; manifold3d joins a
# new part to the seam it sits on; DracoPy reads glTF that is compressed with Draco.
OPTIONAL = ("pymaxflow", "manifold3d", "dracopy")
FOR_FILES = ("pillow",)  # pictures and GLB only
NEEDED = tuple(name for name in MODULES if name not in OPTIONAL + FOR_FILES)


def folder(name: str) -> str | None:
    """The folder from which a library is, or would be, imported; None when there is none."""
    spec = find_spec(MODULES[name])
    if spec is None or spec.origin is None:
        return None
    origin = Path(spec.origin)
    return str(origin.parent.parent if spec.submodule_search_locations else origin.parent)


def missing() -> list[str]:
    """Names of the needed libraries that cannot be imported."""
    return [name for name in NEEDED if folder(name) is None]


def version(name: str) -> str:
    """Version of a library; empty when nothing tells it. Raises nothing."""
    loaded = getattr(sys.modules.get(MODULES[name]), "__version__", None)
    if loaded is not None:
        return str(loaded)
    from importlib import metadata  # takes a while to load

    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return ""


def found() -> dict[str, list[str]]:
    """Version and folder of each library that is there, by name."""
    folders = ((name, folder(name)) for name in MODULES)
    return {name: [version(name), where] for name, where in folders if where is not None}
