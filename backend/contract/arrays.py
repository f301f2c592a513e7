# SPDX-License-Identifier: GPL-3.0-or-later
"""NumPy, loaded at its first use, and names for the types of arrays.

Enabling the extension is part of every start of Blender, which itself has no use for NumPy then:
loading it would be half of what Partwise adds. So all that Blender imports takes NumPy from here.
Names for types are text, since to write `np.float64` outside of a function is a use.
"""

from __future__ import annotations

from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import ArrayLike, NDArray
else:

    class Later(ModuleType):
        """Stands for the module of that name, which is loaded when something of it is asked for."""

        def __getattr__(self, name: str) -> Any:
            found = getattr(import_module(self.__name__), name)
            setattr(self, name, found)  # from then on it is found without asking here
            return found

    class NDArray:
        """Takes what `numpy.typing.NDArray` takes, for annotations that are read at run time."""

        def __class_getitem__(cls, kind: object) -> type:
            return cls

    np = Later("numpy")
    ArrayLike = object

__all__ = ["ArrayLike", "Bools", "Bytes", "Floats", "Ints", "NDArray", "Singles", "np"]

Floats: TypeAlias = "NDArray[np.float64]"
Singles: TypeAlias = "NDArray[np.float32]"
Ints: TypeAlias = "NDArray[np.int64]"
Bools: TypeAlias = "NDArray[np.bool_]"
Bytes: TypeAlias = "NDArray[np.uint8]"
