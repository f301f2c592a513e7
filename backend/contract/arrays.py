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

__all__ = ["ArrayLike", "Bools", "Bytes", "Floats", "Ints", "Later", "NDArray", "Singles", "np"]


class Later(ModuleType):
    """Stands for the module of that name, and becomes a copy of it once asked for something.

    Other than that of `importlib.util.LazyLoader` it is not in `sys.modules`, where others would
    find it.
    """

    def __getattr__(self, name: str) -> Any:
        module = import_module(self.__name__)
        found = getattr(module, name)
        vars(self).update(vars(module))  # before the next line: other threads may be reading
        self.__class__ = ModuleType  # type: ignore[assignment]  # as fast as the module from then on
        return found


if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import ArrayLike, NDArray
else:
    np = Later("numpy")
    ArrayLike = object

    class NDArray:
        """Takes what `numpy.typing.NDArray` takes, for annotations that are read at run time."""

        def __class_getitem__(cls, kind: object) -> type:
            return cls


Floats: TypeAlias = "NDArray[np.float64]"
Singles: TypeAlias = "NDArray[np.float32]"
Ints: TypeAlias = "NDArray[np.int64]"
Bools: TypeAlias = "NDArray[np.bool_]"
Bytes: TypeAlias = "NDArray[np.uint8]"
