# SPDX-License-Identifier: GPL-3.0-or-later
"""The libraries that the engine runs on, found without loading them. Standard library only."""

from __future__ import annotations

import platform
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
    "xatlas": "xatlas",
}
# Name of a package that need not be there -> how it is without.
OPTIONAL = {
    "pymaxflow": "borders take longer",
    "manifold3d": "a new part touches its seam and does not grow together with it",
    "dracopy": "glTF that is compressed with Draco is not read",
    "xatlas": "textures of what large networks imagine are the picture, laid on from the front",
}
# Of them those whose wheels are for some Pythons and processors only.
FIRST_PYTHON_WITHOUT = {"pymaxflow": (3, 14), "xatlas": (3, 14)}
FOR_FILES = ("pillow",)  # pictures and GLB only
NEEDED = tuple(name for name in MODULES if name not in {*OPTIONAL, *FOR_FILES})


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


def without() -> dict[str, str]:
    """For each optional library that is not there, why that is, if it cannot be had here, and how
    it is without.
    """
    return {
        name: f"{why}: {lost}" if (why := _not_made(name)) else lost
        for name, lost in OPTIONAL.items()
        if folder(name) is None
    }


def _not_made(name: str) -> str:
    """Why nobody makes wheels of a library for this Python; empty where they are made."""
    if name not in FIRST_PYTHON_WITHOUT:
        return ""
    if sys.version_info >= FIRST_PYTHON_WITHOUT[name]:
        return "not made for Python {}.{}".format(*sys.version_info)
    if sys.platform != "darwin" and platform.machine().lower() not in ("x86_64", "amd64"):
        return f"not made for {platform.machine()}"
    return ""


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
