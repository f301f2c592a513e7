# SPDX-License-Identifier: GPL-3.0-or-later
"""Primitives of glTF that are compressed with Draco, decoded by the optional library DracoPy.

Where a file holds the same data uncompressed, that is read and the library is not needed.

Source: Khronos Group, KHR_draco_mesh_compression.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...contract.errors import BadInput
from .container import COMPONENTS, GltfFile

NAME = "KHR_draco_mesh_compression"
WAY_OUT = "export it again without compression (in Blender's glTF export: Data > Compression off)"


@dataclass
class Decoded:
    """corners (m, 3) int64, and the values (n, c) of each attribute that was compressed."""

    corners: NDArray[np.int64]
    attributes: dict[str, NDArray[Any]]


def is_compressed(file: GltfFile, primitive: dict[str, Any]) -> bool:
    """Whether the data of a primitive is there with Draco only."""
    extension = primitive.get("extensions", {}).get(NAME)
    if extension is None:
        return False
    accessors = file.document["accessors"]
    names = [primitive["attributes"][key] for key in extension["attributes"]]
    names += [primitive["indices"]] if "indices" in primitive else []
    return any("bufferView" not in accessors[index] for index in names)


def decode(file: GltfFile, primitive: dict[str, Any]) -> Decoded:
    """Decompress a primitive. Raises BadInput where the library is missing or the data damaged."""
    name = file.path.name
    try:
        import DracoPy
    except ImportError as error:
        raise BadInput(
            f"{name} is compressed with Draco, and the library that reads it is not installed.",
            f"Run 'pip install DracoPy', or {WAY_OUT}.",
            str(error),
        ) from error
    extension = primitive["extensions"][NAME]
    try:
        mesh = DracoPy.decode(bytes(file.view(extension["bufferView"])))
        corners = np.asarray(mesh.faces, dtype=np.int64).reshape(-1, 3)
        attributes = {}
        for key, number in extension["attributes"].items():
            found = mesh.get_attribute_by_unique_id(number)
            accessor = file.document["accessors"][primitive["attributes"][key]]
            values = np.asarray(found["data"]).reshape(len(mesh.points), -1)
            attributes[key] = values.astype(COMPONENTS[accessor["componentType"]], copy=False)
    except (BadInput, MemoryError):
        raise
    except Exception as error:  # the library has errors of its own, plain ones among them
        raise BadInput(
            f"{name} is compressed with Draco, and this data is damaged.",
            f"Download it again, or {WAY_OUT}.",
            f"{type(error).__name__}: {error}",
        ) from error
    return Decoded(corners, attributes)
